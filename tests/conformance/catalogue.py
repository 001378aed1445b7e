#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The catalogue of services says nothing that its tables could not carry, and its page is made of it. Prints TAP."""

import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
from tap import main, test  # noqa: E402

GENERATOR = ROOT / "schema" / "gen_catalogue.py"
DATA = ROOT / "schema" / "catalogue.toml"
PAGE = ROOT / "docs" / "catalogue.md"

GOOD = '[[service]]\nid = "x"\ntitle = "X"\nvariables = ["X_TOKEN"]\n'
FORM = '{ what = "X token", prefixes = ["xtok_"], alphabet = "alnum", min = 20 }'
REFUSED = {
    "an unknown key": GOOD + 'colour = "red"\n',
    "a misspelt key": GOOD.replace("variables", "variable"),
    "a table beside the services": GOOD + '[meta]\nx = 1\n',
    "a service without a title": '[[service]]\nid = "x"\n',
    "two services of one id": GOOD + '[[service]]\nid = "x"\ntitle = "Y"\n',
    "one variable of two services": GOOD + '[[service]]\nid = "y"\ntitle = "Y"\nvariables = ["X_TOKEN"]\n',
    "one variable twice": GOOD.replace('["X_TOKEN"]', '["X_TOKEN", "X_TOKEN"]'),
    "a file outside of HOME": GOOD + 'files = ["/etc/x"]\n',
    "a pattern of files": GOOD + 'files = ["~/.x/*"]\n',
    "text of two lines": GOOD.replace('"X"', '"X\\nY"'),
    "a link without what it leads to": GOOD + 'read_only_link = "https://x.example"\n',
    "a link that is none": GOOD + 'read_only = "y"\nread_only_link = "javascript:x"\n',
    "a host that is a URL": GOOD + 'hosts = ["https://x.example"]\n',
    "a token of git that is no variable": GOOD + 'git = [{ variable = "Y_TOKEN", host = "x.example", user = "u" }]\n',
    "a token of git without a host": GOOD + 'git = [{ variable = "X_TOKEN", user = "u" }]\n',
    "a host of git with a port": GOOD + 'git = [{ variable = "X_TOKEN", host = "x.example:8443", user = "u" }]\n',
    "a user of git with a blank": GOOD + 'git = [{ variable = "X_TOKEN", host = "x.example", user = "u v" }]\n',
    "an unknown alphabet": GOOD + f"forms = [{FORM.replace('alnum', 'runes')}]\n",
    "a form without a minimum": GOOD + f"forms = [{FORM.replace(', min = 20', '')}]\n",
    "a form that is too short to be sure": GOOD + f"forms = [{FORM.replace('min = 20', 'min = 2')}]\n",
    "a form with a key too many": GOOD + f"forms = [{FORM.replace('min', 'max = 9, min')}]\n",
    "one prefix of two forms": GOOD + f"forms = [{FORM}, {FORM}]\n",
}  # fmt: skip


def generate(text):
    with tempfile.TemporaryDirectory() as work:
        file = pathlib.Path(work) / "catalogue.toml"
        file.write_text(text)
        return subprocess.run([sys.executable, "-B", GENERATOR, file, pathlib.Path(work) / "out.cc"], stderr=subprocess.PIPE, text=True)


@test("a catalogue of one service is taken")
def _():
    result = generate(GOOD + f"forms = [{FORM}]\n")
    assert result.returncode == 0, result.stderr


@test("what the tables could not carry is refused")
def _():
    for claim, text in REFUSED.items():
        result = generate(text)
        assert result.returncode != 0 and "gen_catalogue.py:" in result.stderr, (claim, result.stderr)


@test("docs/catalogue.md is what the data says")
def _():
    made = subprocess.run([sys.executable, "-B", GENERATOR, "--docs", DATA], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert PAGE.read_text() == made, "type: schema/gen_catalogue.py --docs schema/catalogue.toml > docs/catalogue.md"


main()
