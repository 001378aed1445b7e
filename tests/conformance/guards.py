#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table of guarded files says nothing that the program could not carry, and its page is made of it. Prints TAP."""

import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
from tap import main, test  # noqa: E402

GENERATOR = ROOT / "schema" / "gen_guards.py"

GOOD = """[[guard]]
name = "x"
paths = [".x/"]
where = "root"
class = "pinned"
tool = "x"
when = "always"
source = "x(1)"
risk = "x runs"
"""
SECOND = GOOD.replace('"x"\npaths = [".x/"]', '"y"\npaths = [".y"]')
REFUSED = {
    "an unknown key": GOOD + 'colour = "red"\n',
    "a table beside the rows": GOOD + "[meta]\nx = 1\n",
    "a row without a source": GOOD.replace('source = "x(1)"\n', ""),
    "a row without paths": GOOD.replace('".x/"', ""),
    "two rows of one name": GOOD + SECOND.replace('"y"', '"x"'),
    "one path of two rows": GOOD + SECOND.replace(".y", ".x"),
    "a path that leads out": GOOD.replace(".x/", "../x"),
    "an absolute path": GOOD.replace(".x/", "/x"),
    "an unknown place": GOOD.replace('"root"', '"home"'),
    "an unknown class": GOOD.replace('"pinned"', '"hidden"'),
    "a pattern that is pinned": GOOD.replace(".x/", ".x*"),
    "text of two lines": GOOD.replace('"always"', '"a\\nb"'),
    "a file that git would show": GOOD + 'absent = "file"\ntext = "x"\n',
    "a file without what it holds": GOOD.replace('"root"', '"git"') + 'absent = "file"\n',
    "a place kept for what is only reported": GOOD.replace('"pinned"', '"reported"') + 'absent = "directory"\n',
}


def generate(text):
    with tempfile.TemporaryDirectory() as work:
        file = pathlib.Path(work) / "guards.toml"
        file.write_text(text)
        return subprocess.run([sys.executable, "-B", GENERATOR, file, pathlib.Path(work) / "out.cc"], stderr=subprocess.PIPE, text=True)


@test("a table of two rows is taken")
def _():
    result = generate(GOOD + 'absent = "directory"\n' + SECOND)
    assert result.returncode == 0, result.stderr


@test("what the table could not carry is refused")
def _():
    for claim, text in REFUSED.items():
        result = generate(text)
        assert result.returncode != 0 and "gen_guards.py:" in result.stderr, (claim, result.stderr)


@test("docs/guarded.md is what the data says")
def _():
    made = subprocess.run([sys.executable, "-B", GENERATOR, "--docs", ROOT / "schema/guards.toml"], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert (ROOT / "docs/guarded.md").read_text() == made, "type: schema/gen_guards.py --docs schema/guards.toml > docs/guarded.md"


main()
