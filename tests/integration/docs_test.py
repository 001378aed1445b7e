#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Every ```console block of README.md and docs/ is run, and prints what the page says.

All blocks of a page are one session of a user on a host of their own, who has the decoys of host.py and a
small project in ~/code/lab. `$ ` starts a command, `> ` goes on with its here-document, `...` in the expected output stands for anything, a line
`...` alone for any lines. The home directory is /home/you on the page.
"""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from host import CHECKOUT, SOURCES  # noqa: E402
from tap import main, test  # noqa: E402


def sessions(text):
    """(line number, command, expected output) of each command of a page."""
    for block in re.finditer(r"^```console\n(.*?)^```$", text, re.M | re.S):
        number = text[: block.start(1)].count("\n") + 1
        command, expected = None, []
        for offset, line in enumerate(block[1].splitlines()):
            if line.startswith("$ "):
                if command:
                    yield started, command, expected
                started, command, expected = number + offset, line[2:], []
            elif "<<" in (command or "") and not expected and re.match(">( |$)", line):
                command += "\n" + line[2:]  # of a here-document
            else:
                expected.append(line)
        yield started, command, expected


def matches(expected, actual):
    pattern = ""
    for line in expected:
        pattern += r"(?:.*\n)*?" if line == "..." else ".*".join(map(re.escape, line.split("..."))) + r"\n"
    return re.fullmatch(pattern, actual) is not None


def prepare(h):
    h.require("psbc", "firejail", "git")
    h.plant_decoys()
    h.write("~/code/lab/train.py", "print('trained')\n")
    h.write("~/code/lab/.env", "DATABASE_PASSWORD=hunter2\n")
    h.write("~/code/lab/requirements.txt", "")
    h.write("~/datasets/images/cat.txt", "a cat\n")
    h.run(["git", "init", "-q", "-b", "main", h.path("~/code/lab")])


def play(h, page):
    prepare(h)
    cwd = "~"
    for number, command, expected in sessions(page.read_text()):
        if command.startswith("cd "):
            cwd = command[3:]
            continue
        if command == "sudo install -D -m 644 policy.toml /etc/psbc/policy.toml":
            h.organisation(h.read(f"{cwd}/policy.toml"))
            continue
        r = h.run(["bash", "-c", f"exec 2>&1\n{command}"], cwd=cwd)
        actual = r.out.replace(h.home, "/home/you").replace(h.user, "you")
        actual = re.sub(r"^psbc: open to what runs inside: .*\n", "", actual, flags=re.M)  # said on older kernels
        assert matches(expected, actual), f"{page.name}:{number}: $ {command}\n--- the page says\n" + "\n".join(expected) + f"\n--- it printed\n{actual}"


@test("docs/environment.md lists exactly the variables that cross")
def _():
    row = r'^    \{"([A-Z_*]+)", "([^"]+)"\},$'
    table = re.findall(row, (CHECKOUT / "src/runtime/environment.cc").read_text(), re.M)
    page = re.findall(r"^\| `([A-Z_*]+)` \| (.+) \|$", (CHECKOUT / "docs/environment.md").read_text(), re.M)
    assert table and page == table, set(page) ^ set(table)


@test("docs/indexes.md lists exactly the variables of networks and indexes")
def _():
    table = re.findall(r'^    \{"(\w+)", (\w+)\},$', (CHECKOUT / "src/policy/carried_variables.cc").read_text(), re.M)
    page = re.findall(r"^\| `([A-Za-z0-9_]+)` \| (.+) \|$", (CHECKOUT / "docs/indexes.md").read_text(), re.M)
    assert [name for name, _ in table] == [name for name, _ in page], (table, page)
    words = dict(zip([kind for _, kind in table], [said for _, said in page]))  # noqa: B905
    assert len(words) == 4 and all(words[kind] == said for (_, kind), (_, said) in zip(table, page)), words  # noqa: B905


@test("docs/shells.md lists exactly the shells, and the files that each one gets")
def _():
    source = (CHECKOUT / "src/policy/shell_table.cc").read_text()
    table = {}
    for row in re.split(r"\n    \{(?=\.id = )", source)[1:]:
        own = re.search(r"\.own = (.*?)\.directory", row, re.S)[1]
        trees = re.search(r"\.trees = (.*)", row, re.S)[1]
        word = dict(re.findall(r'\.(id|part|history) = "([^"]+)"', row))
        table[word["id"]] = (re.findall(r'\{"([^"]+)"', own), re.findall(r'\{"([^"]+)", (?:nullptr|"[A-Z_]+"), (?:nullptr|"[^"]*")\}', trees.split("shared_files")[0]),
                             [word["part"]], [word["history"]])  # fmt: skip
    page = (CHECKOUT / "docs/shells.md").read_text()
    rows = re.findall(r"^\| (\w+) \| (.*) \| (.*)\| (.*) \| (.*) \|$", page, re.M)
    listed = {shell: tuple(re.findall(r"`([^`]+)`", cell) for cell in cells) for shell, *cells in rows if shell in table}
    assert len(table) == 3 and listed == table, (listed, table)


@test("docs/editors.md lists exactly the editors' places and variables")
def _():
    source = (CHECKOUT / "src/policy/editors.cc").read_text()
    page = (CHECKOUT / "docs/editors.md").read_text()
    table = [(editor, base if base.startswith("/") else "~/" + base if base else "~", pattern)
             for editor, base, pattern in re.findall(r'^    \{Editor::(\w+), \{"([^"]*)"\}, \{(?:"([^"]+)")?\}\},$', source, re.M)]  # fmt: skip
    patterns = re.findall(r'"([^"]+)"', re.search(r"vscode_patterns\[\] = \{(.*?)\};", source, re.S)[1])
    rows = re.findall(r"^\| `(vscode|pycharm)` \| `([^`]+)` \| (.*) \|$", page, re.M)
    told = [(editor, base, said.strip("`") if editor == "pycharm" else "") for editor, base, said in rows]
    assert table and told == table, set(told) ^ set(table)
    assert [re.findall("`([^`]+)`", said) for editor, _, said in rows if editor == "vscode"][0] == patterns
    variables = re.findall(r'^    \{\{"([A-Z0-9_]+)"\}, \{"([^"]+)"\}\},$', source, re.M)
    assert variables and re.findall(r"^\| `([A-Z0-9_]+)` \| (.+) \|$", page, re.M) == variables


@test("every .python-sandbox.toml that a page shows is one that psbc takes")
def _(h):
    shown = 0
    for page in [SOURCES / "README.md", *sorted((SOURCES / "docs").rglob("*.md"))]:
        if page.parent.name == "rules":
            continue  # bad ones as well: lint_rules_test.py
        for block in re.findall(r"^```toml\n(.*?)^```$", page.read_text(), re.M | re.S):
            if re.search(r"^name = ", block, re.M) and "[[" not in block.partition("\n")[0] and not re.search(r"^url = ", block.partition("name = ")[0], re.M):
                r = h.run(["psbc", "lint", "--no-host", "--fail-on", "error", "-"], stdin=block)
                assert r.ok, (page.name, block, r)
                shown += 1
    assert shown >= 15, shown


for found in [SOURCES / "README.md", *sorted((SOURCES / "docs").rglob("*.md"))]:
    if "```console" in found.read_text():
        test(f"{found.relative_to(SOURCES)} says what happens")(lambda h, page=found: play(h, page))

main()
