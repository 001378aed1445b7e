#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Golden tests: what psbc prints for a project, as files.

    golden/<area>/<case>/       one case
        cmd                     argv lines without a shell; default: psbc build --print policy
        project/  home/         copied to a fresh HOME; the project is ~/project, and the directory to start in
        stdout  stderr  exit    what must come out; a missing file means nothing, and status 0
    golden/messages/<case>.toml the same in short: a broken .python-sandbox.toml; so is conformance/bad/<case>.toml
    golden/messages/<case>.stderr  what is said about it; the status must be 2

Several lines in `cmd` run one after the other: their output is one text, the last status counts. Names
that git does not keep are spelled differently: `dot-git` becomes `.git`, and a file `.keep` only makes its
directory. In expected files @HOME@, @PROJECT@, @ID@ (the project's id), @TMP@, @PSBC@ and gen-@DIGEST@ stand for what differs from run
to run; the first five may be used in `cmd` and in the files of `project/` and `home/` too.

    run.py [PSBC] [WORD...]     run the cases whose name contains every WORD; PSBC defaults to $PSBC
    PSBC_ACCEPT=1 run.py ...    write what came out as what must come out: then read the diff
"""
import difflib
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import tap  # noqa: E402

DEFAULT_COMMAND = "psbc build --print policy"
EXPECTED = ("stdout", "stderr", "exit")
INPUTS = ("cmd", "project", "home", "README.md")
SECONDS = 60


class World:
    """A fresh HOME with a project in it, and the words that stand for its paths."""

    def __init__(self, psbc, directory):
        self.top = Path(directory).resolve()
        self.home = self.top / "home"
        self.project = self.home / "project"
        self.runtime = self.top / "run"
        for made in (self.home, self.project, self.runtime):
            made.mkdir(mode=0o700)
        self.psbc = psbc
        project = str(self.project)
        project_id = "project-" + hashlib.blake2b(project.encode(), digest_size=32).hexdigest()[:12]
        # The longest first: the project is below HOME.
        temporary = f"/tmp/psbc-{os.geteuid()}/{project_id[-12:]}"
        self.words = [("@TMP@", temporary), ("@ID@", project_id), ("@PROJECT@", project), ("@HOME@", str(self.home)), ("@PSBC@", psbc)]

    def fill(self, source, target):
        """Copies a tree of the case; links stay links."""
        for entry in sorted(source.iterdir()):
            to = target / (".git" if entry.name == "dot-git" else entry.name)
            if entry.is_symlink():
                to.symlink_to(self.concrete(os.readlink(entry)))
            elif entry.is_dir():
                to.mkdir(exist_ok=True)
                self.fill(entry, to)
            elif entry.name != ".keep":
                text = entry.read_bytes()
                for word, value in self.words:
                    text = text.replace(word.encode(), value.encode())
                to.write_bytes(text)
                to.chmod(entry.stat().st_mode & 0o777)

    def concrete(self, text):
        for word, value in self.words:
            text = text.replace(word, value)
        return text

    def general(self, output):
        text = output.decode("utf-8", "backslashreplace")
        for word, value in self.words:
            text = text.replace(value, word)
        return re.sub(r"\bgen-[0-9a-f]{12,64}\b", "gen-@DIGEST@", text)

    def environment(self):
        home = str(self.home)
        return {
            "HOME": home,
            "LANG": "C.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "TERM": "dumb",
            "USER": "dev",
            "XDG_CACHE_HOME": home + "/.cache",
            "XDG_CONFIG_HOME": home + "/.config",
            "XDG_DATA_HOME": home + "/.local/share",
            "XDG_RUNTIME_DIR": str(self.runtime),
            "XDG_STATE_HOME": home + "/.local/state",
        }

    def run(self, commands):
        """The general form of what all commands printed, and the last status."""
        stdout = stderr = b""
        status = 0
        for command in commands:
            argv = [self.concrete(word) for word in shlex.split(command)]
            assert argv[0] == "psbc", f"a command must start with `psbc`: {command}"
            ended = subprocess.run(
                [self.psbc] + argv[1:],
                cwd=self.project,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
            stdout += ended.stdout
            stderr += ended.stderr
            status = ended.returncode
        return {"stdout": self.general(stdout), "stderr": self.general(stderr), "exit": status_text(status)}


def status_text(status):
    return "" if status == 0 else f"{status}\n"


def read(path):
    return path.read_bytes().decode("utf-8", "backslashreplace") if path.exists() else ""


def write(path, text):
    if text:
        path.write_text(text, encoding="utf-8")
    elif path.exists():
        path.unlink()


class Case:
    """A directory golden/<area>/<case>/."""

    def __init__(self, path, root):
        self.path = path
        self.name = str(path.relative_to(root))

    def commands(self):
        lines = read(self.path / "cmd").splitlines() or [DEFAULT_COMMAND]
        return [line for line in lines if line.strip() and not line.startswith("#")]

    def prepare(self, world):
        strangers = sorted(p.name for p in self.path.iterdir() if p.name not in EXPECTED + INPUTS)
        assert not strangers, f"{self.name} holds what no case has: {', '.join(strangers)}"
        for part, target in (("home", world.home), ("project", world.project)):
            if (self.path / part).is_dir():
                world.fill(self.path / part, target)

    def files(self):
        return {part: self.path / part for part in EXPECTED}

    def expected(self):
        return {part: read(path) for part, path in self.files().items()}

    def accept(self, actual):
        for part, path in self.files().items():
            write(path, actual[part])


class MessageCase(Case):
    """A broken file, and golden/messages/<case>.stderr."""

    def __init__(self, path, root):
        super().__init__(root / "messages" / path.name, root)
        self.source = path
        self.name = "messages/" + path.stem

    def commands(self):
        return [DEFAULT_COMMAND]

    def prepare(self, world):
        # The bytes as they are: some of the mistakes are in the encoding.
        (world.project / ".python-sandbox.toml").write_bytes(self.source.read_bytes())

    def files(self):
        return {"stderr": self.path.with_suffix(".stderr")}

    def expected(self):
        return {"stdout": "", "stderr": read(self.path.with_suffix(".stderr")), "exit": status_text(2)}

    def accept(self, actual):
        assert actual["exit"] == status_text(2), f"a broken file must end with status 2, not {actual['exit'].strip() or 0}"
        assert actual["stdout"] == "", "a broken file must print nothing on stdout"
        assert actual["stderr"], "a broken file must be told why"
        super().accept(actual)


def cases_below(root):
    found = []
    for area in sorted(p for p in root.iterdir() if p.is_dir() and p.name != "__pycache__"):
        for path in sorted(area.iterdir()):
            if path.is_dir():
                found.append(Case(path, root))
            elif area.name == "messages" and path.suffix == ".toml":
                found.append(MessageCase(path, root))
    # The corpus on which the parser agrees with other validators: what people are told about it.
    found += [MessageCase(path, root) for path in sorted(root.parent.glob("conformance/bad/*.toml")) if not path.name.endswith((".user.toml", ".ceiling.toml"))]
    sources = {case.source.stem for case in found if isinstance(case, MessageCase)}
    for golden in root.glob("messages/*.stderr"):
        assert golden.stem in sources, f"{golden.name} has no .toml: it belongs to no broken file"
    return found


def difference(case, expected, actual):
    """What differs, as a diff from the golden to what came out; empty when nothing does."""
    lines = []
    for part in EXPECTED:
        if expected[part] == actual[part]:
            continue
        for line in difflib.unified_diff(
            expected[part].splitlines(keepends=True), actual[part].splitlines(keepends=True), f"{case.name} {part}, golden", f"{case.name} {part}, now"
        ):
            lines.append(line if line.endswith("\n") else line + "\n\\ no line break at the end\n")
    return "".join(lines)


def judge(case, psbc, accept):
    with tempfile.TemporaryDirectory(prefix="psbc-golden-", dir="/var/tmp") as directory:
        world = World(psbc, directory)
        case.prepare(world)
        actual = world.run(case.commands())
    if accept:
        case.accept(actual)
    difference_found = difference(case, case.expected(), actual)
    if difference_found:
        command = f"PSBC_ACCEPT=1 {shlex.quote(str(HERE / 'run.py'))} {shlex.quote(psbc)} {shlex.quote(case.name)}"
        raise AssertionError(f"\n{difference_found}to accept: {command}")


def claim(case, psbc, accept):
    return lambda: judge(case, psbc, accept)


# --- The runner itself, with a shell script in the place of psbc -------------------------------------


def self_tests():
    def fake(directory, script):
        path = Path(directory) / "fake-psbc"
        path.write_text("#!/bin/sh\n" + script + "\n", encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    def put(root, files):
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def outcome(files, script, accept=False):
        """What the runner says about the only case among `files`, and what the files are afterwards."""
        with tempfile.TemporaryDirectory(prefix="psbc-golden-") as directory:
            root = Path(directory) / "golden"
            put(root, files)
            (case,) = cases_below(root)
            try:
                judge(case, fake(directory, script), accept)
                said = ""
            except AssertionError as error:
                said = str(error)
            return said, {str(p.relative_to(root)): p.read_text() for p in sorted(root.rglob("*")) if p.is_file()}

    @tap.test("runner: a case passes when output and status are as written")
    def _():
        said, _ = outcome({"a/c/stdout": "out\n", "a/c/stderr": "err\n", "a/c/exit": "3\n"}, "echo out; echo err >&2; exit 3")
        assert said == "", said
        assert outcome({"a/c/cmd": "psbc x\n"}, ":")[0] == ""

    @tap.test("runner: any difference fails, with a diff and the command that accepts it")
    def _():
        for script, word in (("echo other", "+other"), ("echo out; echo e >&2", "+e"), ("echo out; exit 1", "+1"), ("printf out", "no line break")):
            said, _ = outcome({"a/c/stdout": "out\n"}, script)
            assert word in said and "PSBC_ACCEPT=1" in said and "a/c" in said, said

    @tap.test("runner: paths of the run become words, in commands and files too")
    def _():
        files = {
            "a/c/cmd": "# comment\npsbc one 'two words' @PROJECT@\npsbc @HOME@/x\n",
            "a/c/home/x": "@HOME@\n",
            "a/c/stdout": "two words|@PROJECT@\n@PROJECT@ @HOME@/.config C.UTF-8\n|\n@PROJECT@ @HOME@/.config C.UTF-8\n",
            "a/c/stderr": "@HOME@\n@HOME@\n",
        }
        said, _ = outcome(files, 'echo "$2|$3"; echo "$(pwd) $XDG_CONFIG_HOME $LANG"; cat "$HOME/x" >&2')
        assert said == "", said

    @tap.test("runner: the environment of the caller does not cross")
    def _():
        os.environ["PSBC_GOLDEN_PROBE"] = "leaked"
        said, _ = outcome({"a/c/stdout": "\n"}, 'echo "$PSBC_GOLDEN_PROBE"')
        assert said == "", said

    @tap.test("runner: dot-git becomes .git, .keep makes a directory")
    def _():
        said, _ = outcome({"a/c/project/dot-git/HEAD": "ref\n", "a/c/project/d/.keep": "", "a/c/stdout": "ref\n"}, "cat .git/HEAD; ls -A d")
        assert said == "", said

    @tap.test("runner: the project's id and the generation's digest become words")
    def _():
        said, _ = outcome({"a/c/stdout": "@ID@ gen-@DIGEST@\n"}, "echo project-$(printf %s \"$PWD\" | b2sum -l 256 | cut -c1-12) gen-0123456789abcdef")
        assert said == "", said

    @tap.test("runner: accepting writes what came out and removes what did not")
    def _():
        said, files = outcome({"a/c/stdout": "old\n", "a/c/exit": "1\n"}, "echo new >&2", accept=True)
        assert said == "" and files == {"a/c/stderr": "new\n"}, (said, files)

    @tap.test("runner: a message case needs status 2, an empty stdout, and a message")
    def _():
        pair = {"messages/m.toml": "bad\n", "messages/m.stderr": "bad\n"}
        script = "cat .python-sandbox.toml >&2; exit "
        assert outcome(pair, script + "2")[0] == ""
        assert outcome(pair, script + "1")[0] != ""
        assert outcome(pair, "echo out;" + script + "2")[0] != ""
        assert outcome({"messages/m.toml": "bad\n"}, script + "2")[0] != ""
        assert "status 2" in outcome(pair, script + "0", accept=True)[0]
        assert outcome({"messages/m.toml": "x\n"}, script + "2", accept=True)[1]["messages/m.stderr"] == "x\n"

    @tap.test("runner: a misspelt expectation is a failure, not a pass")
    def _():
        assert "stdrr" in outcome({"a/c/stdrr": "x\n"}, ":")[0]
        try:
            outcome({"messages/m.stderr": "x\n"}, ":")
        except AssertionError as error:
            assert "no .toml" in str(error)
        else:
            raise AssertionError("a .stderr alone must fail")


def main():
    psbc = os.environ.get("PSBC", "")
    if len(sys.argv) > 1 and shutil.which(sys.argv[1]) and os.sep in sys.argv[1]:
        psbc = sys.argv.pop(1)
    if not psbc or not shutil.which(psbc):
        sys.exit(f"run.py: no psbc to run: {psbc or 'give its path, or set PSBC'}")
    psbc = str(Path(shutil.which(psbc)).resolve())
    accept = os.environ.get("PSBC_ACCEPT", "") not in ("", "0")

    os.umask(0o022)
    self_tests()
    for case in cases_below(HERE):
        tap.test(case.name)(claim(case, psbc, accept))
    tap.main()


if __name__ == "__main__":
    main()
