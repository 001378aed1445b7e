#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""For random machines and random files, the sandbox lets through exactly what its policy says.

A case is a HOME and a project with odd names, case twins, symlinked dotfiles, missing parents and nested
directories, and a .python-sandbox.toml that names some of it. What must hold is computed here from
`psbc build --print policy` alone: the deepest rule at or above a path decides. A probe inside then reads all
that it can, and writes to all that it can; what it read is recognised by the random text of each file, what
it wrote is looked for on the host.

PSBC_PROPERTY_CASES=2000 PSBC_PROPERTY_SEED=N property_test.py      the nightly run; a failure names its seed
"""
import json
import os
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from host import Host, become_root  # noqa: E402
from tap import main, test  # noqa: E402

CASES = int(os.environ.get("PSBC_PROPERTY_CASES", "20"))
SEED = int(os.environ.get("PSBC_PROPERTY_SEED", "1"))
BATCH = 10  # cases per claim, so that a failure says roughly where

PLAIN = ["data", "src", "conf", "Data", "SRC", "images", "keys", "notes", "lib", "deep"]
ODD = ["two words", "com,ma", "ha#sh", "qu'ote", "ümlaut", "(round)", "a=b", "semi;colon", "per%cent", "b[1]", "star*", "q?", "tab\tin", "-dash", "x&y"]
DOTS = [".config", ".vimrc", ".tool", ".Tool", ".local", ".cache"]

PROBE = r"""
import json, os, sys
read, tops = {}, sys.argv[1:]
for top in tops:
    for directory, names, files in os.walk(top):
        names[:] = [n for n in names if n != '.git' and not os.path.islink(os.path.join(directory, n))]
        try:
            with open(os.path.join(directory, 'psbc-mark'), 'x') as f: f.write('mark')
        except OSError: pass
        for name in files:
            path = os.path.join(directory, name)
            try:
                if not os.path.islink(path): read[path] = open(path, errors='replace').read()
            except OSError: continue
            try:
                if not os.path.islink(path): open(path, 'a').write('MARK')
            except OSError: pass
print(json.dumps(read))
"""


class World:
    """A random HOME: every file holds a text of its own."""

    def __init__(self, h, seed):
        self.h, self.r = h, random.Random(seed)
        self.files = {}  # canonical host path -> its text
        self.root = h.home + "/" + self.r.choice(["code/lab", "lab", "code/two words/lab", "Code/lab"])
        self.places = []
        for base in (h.home, self.root):
            self.grow(base, 3)
        self.link_dotfiles()

    def name(self):
        return self.r.choice(PLAIN if self.r.random() < 0.75 else ODD)

    def grow(self, base, depth):
        for _ in range(self.r.randint(2, 5)):
            path = f"{base}/{self.name()}"
            if self.h.exists(path):
                continue
            if depth and self.r.random() < 0.5:
                self.places.append(self.h.mkdir(path))
                self.grow(path, depth - 1)
            else:
                self.add(path)

    def add(self, path):
        text = f"text-{self.r.getrandbits(80):020x}"
        self.files[self.h.write(path, text + "\n")] = text
        self.places.append(path)

    def link_dotfiles(self):
        """Dotfiles as people manage them: real ones in ~/dotfiles, links in HOME; sometimes a linked parent."""
        for name in self.r.sample(DOTS, self.r.randint(0, 3)):
            real = f"{self.h.home}/dotfiles/{name.lower()}x"
            if name in (".vimrc", ".tool", ".Tool"):
                self.add(real)
            else:
                self.add(real + "/settings")
            link = f"{self.h.home}/{name}"
            if name not in (".local", ".config", ".cache"):
                self.h.symlink(real, link)
                self.places.append(link)

    def entries(self, most, inside=False):
        """Paths as a person writes them, some of which do not exist."""
        out = []
        for _ in range(self.r.randint(0, most)):
            path = self.r.choice(self.places)
            if inside and path.startswith(self.root + "/") and self.r.random() < 0.8:
                path = path[len(self.root) + 1 :]
            elif path.startswith(self.h.home + "/"):
                path = "~" + path[len(self.h.home) :]
            if self.r.random() < 0.1:
                path += "/missing/" + self.name()
            if not any(c in path for c in "*?[\\\t") and path not in out:
                out.append(path)
        return out

    def config(self):
        quoted = lambda paths: "[" + ", ".join(json.dumps(p, ensure_ascii=False) for p in paths) + "]"  # noqa: E731
        hidden = self.entries(3, inside=True) + self.r.choice([[], ["**/keys"], ["*.pem", "deep/**/notes"], ["**/data"]])
        return f'name = "lab"\nreadonly = {quoted(self.entries(3))}\nwritable = {quoted(self.entries(2))}\nhidden = {quoted(hidden)}\n'


def shown(path, home):
    """As psbc prints a path."""
    text = "~" + path[len(home) :] if path == home or path.startswith(home + "/") else path
    return text.replace("\t", "\\t").replace("\n", "\\n")


def rules_of(policy, paths, home):
    """[(access, path)] of the printed policy, for the paths that are asked about."""
    known = {shown(p, home): p for p in paths}
    out = []
    for line in policy.splitlines():
        access = line[:12].strip()
        if access in ("closed", "read-only", "writable", "hidden") and "  # " in line:
            path = line[12 : line.index("  # ")]
            out.append((access, known.get(path) or (home + path[1:] if path.startswith("~") else path)))
    return out


def access_of(path, rules):
    best = max((r for r in rules if path == r[1] or path.startswith(r[1].rstrip("/") + "/")), key=lambda r: len(r[1]), default=("visible", ""))
    return best[0]


def ancestors(path):
    while path not in ("/", ""):
        yield path
        path = os.path.dirname(path)


def check_explain(h, world, read, directories):
    """psbc explain says of each path what the probe found. (The probe's marks are in the files and directories by now.)"""
    paths = [*world.files, *sorted(directories)]
    r = h.psbc("explain", "--json", *paths, cwd=world.root)
    assert r.ok, r
    answers = json.loads(r.out)["answers"]
    assert len(answers) == len(paths), r
    for path, answer in zip(paths, answers):  # noqa: B905
        state = answer["state"]
        if path in world.files:
            found = "absent" if world.files[path] not in read.get(path, "") else "writable" if "MARK" in h.read(path) else "read-only"
            assert found == ("absent" if state == "hidden" else state), (path, state, found)
        else:
            assert (state == "writable") == h.exists(path + "/psbc-mark"), (path, state)


def judge(seed, believe=lambda rules: rules):
    """None when psbc refused the file, and said why; else True. Raises when the sandbox differs from the policy."""
    with Host() as h:
        h.require("psbc", "firejail")
        world = World(h, seed)
        h.write(world.root + "/.python-sandbox.toml", world.config())
        printed = h.psbc("build", "--print", "policy", cwd=world.root)
        if printed.status == 2:
            assert "error[PSB" in printed.err, printed
            return None
        assert printed.ok and h.psbc("trust", "--yes", cwd=world.root).ok, printed
        directories = {d for f in world.files for d in ancestors(os.path.dirname(f)) if d.startswith(h.home + "/")}
        rules = rules_of(printed.out, set(world.files) | directories | {os.path.realpath(p) for p in world.places}, h.home)
        rules = believe(rules)
        r = h.psbc("run", "--", "python3", "-c", PROBE, h.home, cwd=world.root)
        if r.status == 125 and "cannot be written in a firejail profile" in r.err:
            return None  # said, with the line that asked for it
        assert r.ok, r
        read = json.loads(r.out)
        seen = "".join(read.values())
        config = f"\nseed {seed}, {world.root}\n{h.read(world.root + '/.python-sandbox.toml')}\n{printed.out}"
        for path, text in world.files.items():
            access = access_of(path, rules)
            may_read = access in ("read-only", "writable", "visible")
            assert (text in seen) == may_read, f"{path}: {access}, but {'read' if text in seen else 'not read'}{config}"
            assert not may_read or text in read.get(path, ""), f"{path}: not under its own name{config}"
            written = "MARK" in h.read(path)
            assert written == (access == "writable"), f"{path}: {access}, but {'written' if written else 'not written'}{config}"
        check_explain(h, world, read, directories)
        for directory in directories:
            marked = h.exists(directory + "/psbc-mark")
            assert marked == (access_of(directory, rules) == "writable"), f"{directory}: {access_of(directory, rules)}, marked: {marked}{config}"
        return True


def claim(first):
    @test(f"random machines {first} to {first + BATCH - 1}: exactly what the policy says gets through")
    def _():
        verdicts = [judge(seed) for seed in range(first, first + BATCH)]
        assert verdicts.count(True) >= BATCH // 4, f"too few of these build: {verdicts}"


@test("a rule that the sandbox does not keep is noticed, whichever it is")
def _():
    for access, other in (("writable", "read-only"), ("read-only", "writable"), ("hidden", "writable"), ("closed", "read-only")):
        noticed = 0
        for seed in range(1, 7):
            try:
                judge(seed, lambda rules: [(other if a == access else a, p) for a, p in rules])  # noqa: B023
            except AssertionError:
                noticed += 1
        assert noticed, f"{access} taken for {other}: not one of six cases differs"


for first in range(SEED, SEED + CASES, BATCH):
    claim(first)

become_root()  # all claims build hosts of their own
main()
