# SPDX-License-Identifier: MIT
"""The vectors: each thing that an attacker tries, the row of the threats that it belongs to, and what came of it.

    @test("B5: `**` hides at every depth")
    @attack("hidden-any-depth", "B5", "a hidden file at any depth of the project")
    def _(h):
        ...
        seed("hidden-any-depth", True)  # the same attack in the predecessor's sandbox reached its target

A claim that holds means that psbc stopped its vectors; `outcome` says more exactly what was reached, for vectors
of many targets and for those that stay open. docs/vectors.md is the table of all of them: script/security-table
writes it from a run of all attacks, and each program of them checks its own rows.
"""
import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import tap
from host import CHECKOUT

# What must hold, in a few words. Every row needs a vector.
ROWS = {
    "A1": "a sandbox that is not there is noticed, and nothing runs",
    "A2": "no file of a project is taken for a profile",
    "A3": "profiles include nothing",
    "A4": "what the machine's firejail.config switches off stops the entry",
    "A5": "no byte of a repository becomes an option, a path or a word of a shell",
    "A6": "firejail's own directory cannot be written from inside",
    "A7": "every line means to firejail what it says",
    "A8": "a firejail that is another one, or is not setuid, gets nothing to run",
    "B1": "HOME is a whitelist",
    "B2": "the environment is built from nothing",
    "B3": "secrets inside files that are exposed are found first",
    "B4": "hidden stays hidden",
    "B5": "`**` hides at every depth",
    "B6": "a hidden file that is committed is told",
    "B7": "symlinks lead to nothing that the file does not grant",
    "B8": "no value in an argument, an environment of a launcher, a log or a file",
    "B9": "what lies outside of HOME is private or absent",
    "B10": "no memory, no key and no process of the host",
    "B11": "a token in a remote's URL is reported",
    "B12": "git's settings inside hold no token",
    "B13": "copies, and variables that name files, do not matter: only the list does",
    "B14": "an index never falls back to the public one",
    "C1": "the ssh agent is absent, or filtered",
    "C2": "no bus, no keyring, no service manager",
    "C3": "no display and no sound",
    "C4": "no terminal multiplexer and no editor of the host",
    "C5": "no container engine",
    "C6": "no abstract socket, and no service of 127.0.0.1 where the network is not shared",
    "C7": "no keys are pushed into the host's terminal",
    "C8": "no tracing and no signal across the border, no new namespaces, no setuid, no io_uring",
    "C9": "nothing outlives the session",
    "C9b": "no terminal of another program",
    "C10": "no file descriptor is inherited",
    "D1": "what the host starts or obeys cannot be written",
    "D2": "the policy cannot be changed from inside",
    "D3": "git's hooks and settings hold",
    "D4": "git cannot be redirected where pinning reaches",
    "D5": "what the host's prompts, editors and assistants obey holds",
    "D6": "the environment is not run by the host",
    "D6b": "an identity is no name in a writable file",
    "D6c": "a file that is planted below the project is nobody's",
    "D7": "no other project's sandbox is reached",
    "D8": "nothing is left in the repository",
    "E1": "nothing of a clone applies unasked",
    "E2": "what is shown is what is there",
    "E3": "what was approved is what is used",
    "E4": "what is typed in one line with `cd` runs in the sandbox, where the user wants a guard",
    "E5": "the hook of a shell obeys nothing of a project, and no session",
}  # fmt: skip
PAGE, SECURITY = CHECKOUT / "docs/vectors.md", CHECKOUT / "docs/security.md"
_PAGE_TEXT = PAGE.read_text() if PAGE.exists() else ""  # now: a host covers the directories where a checkout may lie


class Vector(NamedTuple):
    id: str
    row: str
    name: str


known, found = {}, {}
ABSENT = "–"  # neither: the machine, or the predecessor, has nothing of the kind


def register(id, row, name):
    """A vector that is one line of a table; what came of it is said by `seed` and `outcome`."""
    assert id not in known and row in ROWS and re.fullmatch(r"[a-z0-9-]+", id), (id, row)
    known[id] = Vector(id, row, name)
    return id


def attack(id, row, name, comes_to="stopped"):
    """The claim below is about this vector: when it holds, psbc stopped it, or it `comes_to` what psbc promises."""
    register(id, row, name)

    def wrap(function):
        @functools.wraps(function)
        def judged(*arguments):
            try:
                function(*arguments)
            except tap.Skip:
                found.setdefault(id, {}).setdefault("psbc", ABSENT)
                raise
            found.setdefault(id, {}).setdefault("psbc", comes_to)

        return judged

    return wrap


def seed(id, reached, of=None):
    """What the attack reached in the predecessor's sandbox: yes or no, or how many `of` its targets."""
    outcome(id, "seed", reached, of)


def outcome(id, who, reached, of=None):
    assert id in known, id
    word = reached if isinstance(reached, str) else "reached" if reached else "stopped"
    found.setdefault(id, {})[who] = word if of is None or not reached else f"{int(reached)} of {of} reached"


def rows_of(text):
    """{id: (row, name, {"seed": …, "psbc": …})} of the page."""
    cells = re.findall(r"^\| `([a-z0-9-]+)` \| (\w+) \| (.*) \| (.*?) \| (.*?) \|$", text, re.M)
    return {id: (row, name, {"seed": seed, "psbc": psbc}) for id, row, name, seed, psbc in cells}


_INTRODUCTION = """\
# Vectors

What an attacker inside tries, and what came of it: each line is an attack that works without a sandbox, on a decoy, and is judged
from the host's side. `seed` is the sandbox that psbc replaces, one hand-written firejail profile for each project
(`bench/predecessor`): the same attack was tried in it, unless it has nothing of the kind (–). A vector of many targets says how
many of them were reached. `tests/attacks` has the programs, and `script/security-table` writes this page from a run of all of
them. What is left open, and why, is in [security.md](security.md).
"""
_PARTS = {"A": "The sandbox that is not there", "B": "Reading", "C": "Acting outside through a live channel", "D": "Staying behind", "E": "Deceiving the user"}


def page(vectors, results):
    """docs/vectors.md: one section for each letter of the rows."""
    text = _INTRODUCTION
    for letter, title in _PARTS.items():
        text += f"\n## {letter}. {title}\n\n" + "".join(f"- {row}: {must}\n" for row, must in ROWS.items() if row[0] == letter)
        text += "\n| vector | row | attack | seed | psbc |\n| --- | --- | --- | --- | --- |\n"
        for id, row, name in sorted(vectors, key=lambda v: (list(ROWS).index(v[1]), v[0])):
            if row[0] == letter:
                result = results.get(id, {})
                text += f"| `{id}` | {row} | {name} | {result.get('seed', ABSENT)} | {result.get('psbc', 'not judged')} |\n"
    return text


def summary(vectors, results):
    """The table of docs/security.md: how many vectors of each row reach something."""
    text = "| row | what must hold | vectors | reach something in the seed | in psbc |\n| --- | --- | --- | --- | --- |\n"
    for row, must in ROWS.items():
        mine = [results.get(id, {}) for id, of, _ in vectors if of == row]
        reach = [sum("reached" in found.get(who, "") for found in mine) for who in ("seed", "psbc")]
        text += f"| {row} | {must} | {len(mine)} | {reach[0]} | {reach[1]} |\n"
    return text


def with_summary(text, table):
    """docs/security.md with this table at its place, which is where the last one is."""
    head, rest = text.split("| row | what must hold |", 1)
    return head + table + rest.partition("\n\n")[2].join(["\n", ""])


def programs():
    """{program: its vectors} of all attacks, without running them; none where it does not say."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*_test.py")):
        if path.name != "vectors_test.py":
            says = "from vectors import" in path.read_text()
            found[path] = json.loads(subprocess.run([sys.executable, "-B", path, "--vectors"], check=True, capture_output=True, text=True).stdout) if says else []
    return found


def _page_says_so():
    told = rows_of(_PAGE_TEXT)
    for id in known:
        assert id in told, f"{id} is not in docs/vectors.md: script/security-table writes it"
        said, here = told[id][2]["psbc"], found.get(id, {}).get("psbc", ABSENT)
        assert ABSENT in (said, here) or said == here, f"{id}: docs/vectors.md says {said}, here it is {here}"


def main():
    """As tap.main. `--vectors` prints what the program knows; $PSBC_VECTORS is a directory for what it found."""
    if sys.argv[1:] == ["--vectors"]:
        print(json.dumps(list(known.values())))
        return
    directory = os.environ.get("PSBC_VECTORS")
    if known and not directory and not sys.argv[1:]:
        tap.test("docs/vectors.md says of each vector what came of it here")(_page_says_so)
    try:
        tap.main()
    finally:
        if directory and os.geteuid() == 0:
            Path(directory, Path(sys.argv[0]).stem + ".json").write_text(json.dumps(found))
