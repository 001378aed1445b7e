#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""`[[python.index]]`: pip, poetry, pdm and pipenv themselves, with an index that asks for a password."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from index_service import COMPANY, PUBLIC, URL, IndexService  # noqa: E402
from tap import main, test  # noqa: E402

CONFIG = "~/.config/psbc/config.toml"
FILE = f'name = "lab"\ntokens = ["ACME_TOKEN?"]\n[[python.index]]\nname = "acme"\nurl = "{URL}"\ntoken = "ACME_TOKEN"\n'
ALONE = FILE + "default = true\n"
PIP = "/usr/bin/python3 -m pip"


def prepare(h, text=ALONE, **options):
    h.require("psbc", "firejail")
    if not h.run(["/usr/bin/python3", "-m", "pip", "--version"]).ok:
        h.require("pip3")
    token = h.decoys.new("token")
    index = IndexService(h, token, **options)
    h.write("~/.secrets/t", token + "\n", 0o600)
    h.write(CONFIG, '[tokens.ACME_TOKEN]\nfrom = "file:~/.secrets/t"\n')
    h.write("~/code/lab/.python-sandbox.toml", text)

    def inside(line):
        return h.psbc("run", "--", "sh", "-c", line, cwd="~/code/lab", timeout=180)

    r = h.psbc("trust", "--yes", cwd="~/code/lab")
    assert r.ok, r
    return index, token, inside


@test("pip downloads and installs from a private index with the token, by variables as by files, and not without")
def _(h):
    index, token, inside = prepare(h)
    r = inside(f"{PIP} download -q -d /tmp/got acme-money && ls /tmp/got")
    assert r.out == "acme_money-1.0-py3-none-any.whl\n" and index.given() == {COMPANY: {"__token__:" + token}}, (str(r), index.given())
    # As a tool that starts from an empty environment does.
    index.forget()
    r = inside(f"env -i HOME=$HOME PATH=$PATH HTTPS_PROXY=$HTTPS_PROXY PIP_CERT=$PIP_CERT {PIP} download -q -d /tmp/again acme-money && ls /tmp/again")
    assert r.out == "acme_money-1.0-py3-none-any.whl\n" and index.given() == {COMPANY: {"__token__:" + token}}, (str(r), index.given())
    r = inside("python3 -m venv ~/envs/lab && ~/envs/lab/bin/pip install -q acme-money && ~/envs/lab/bin/acme_money && ~/envs/lab/bin/pip download -q public")
    assert "hello\n" in r.out and "No matching distribution found for public" in r.err and not index.asked(PUBLIC), r
    h.write(CONFIG)
    index.forget()
    r = inside(f"{PIP} download --no-input -d /tmp/got acme-money")
    assert not r.ok and index.asked(COMPANY) and not index.given()[COMPANY] and not index.asked(PUBLIC), (str(r), index.given())


@test("without a default the public index is asked as well, and the token is for the private one alone")
def _(h):
    index, token, inside = prepare(h, FILE)
    r = inside(f"{PIP} download -q -d /tmp/got acme-money public && ls /tmp/got")
    assert "public-2.0" in r.out and index.given() == {COMPANY: {"__token__:" + token}, PUBLIC: set()}, (str(r), index.given())


@test("a token that is delivered as a file, and a value that says its own user, serve pip as well")
def _(h):
    index, token, inside = prepare(h)
    h.write(CONFIG, '[tokens.ACME_TOKEN]\nfrom = "file:~/.secrets/t"\nas = "file"\n')
    assert inside(f"{PIP} download -q -d /tmp/got acme-money").ok and index.given() == {COMPANY: {"__token__:" + token}}
    h.write("~/.secrets/t", f"reader:{token}\n", 0o600)
    index.forget()
    assert inside(f"{PIP} download -q -d /tmp/got2 acme-money").ok and index.given() == {COMPANY: {"reader:" + token}}


@test("poetry locks and installs from the private source of its pyproject.toml, with the token of the session")
def _(h):
    h.require("poetry")
    h.write("~/code/lab/pyproject.toml", '[tool.poetry]\nname = "lab"\nversion = "1.0"\ndescription = ""\nauthors = []\n'
            f'[tool.poetry.dependencies]\npython = ">=3.8"\nacme-money = "*"\n[[tool.poetry.source]]\nname = "acme"\nurl = "{URL}"\ndefault = true\n')  # fmt: skip
    index, token, inside = prepare(h)
    r = inside("poetry install --no-root --no-interaction && poetry run acme_money")
    assert r.ok and r.out.endswith("hello\n") and index.given() == {COMPANY: {"__token__:" + token}}, (str(r), index.given())
    assert "1.0" in h.read("~/code/lab/poetry.lock") and token not in h.read("~/code/lab/poetry.lock")
    h.write(CONFIG)
    r = inside("poetry cache clear --all -n acme; poetry env remove --all; rm poetry.lock; poetry lock --no-interaction")
    assert not r.ok, r


@test("pdm locks and installs from the private index, and asks no other")
def _(h):
    h.require("pdm")
    h.write("~/code/lab/pyproject.toml", '[project]\nname = "lab"\nversion = "1.0"\nrequires-python = ">=3.8"\ndependencies = ["acme-money"]\n[tool.pdm]\n')
    index, token, inside = prepare(h)
    r = inside("pdm use -f /usr/bin/python3 && pdm install --no-self && pdm run acme_money")
    assert r.ok and r.out.endswith("hello\n") and index.given() == {COMPANY: {"__token__:" + token}}, (str(r), index.given())
    assert token not in h.read("~/code/lab/pdm.lock")


@test("pipenv locks and installs from the default index in the place of the public one that its Pipfile names")
def _(h):
    h.require("pipenv")
    h.write("~/code/lab/Pipfile", f'[[source]]\nurl = "{PUBLIC}/simple"\nverify_ssl = true\nname = "pypi"\n[packages]\nacme-money = "*"\n')
    index, token, inside = prepare(h)
    r = inside("pipenv install && pipenv run acme_money")
    assert r.ok and r.out.endswith("hello\n") and index.given() == {COMPANY: {"__token__:" + token}}, (str(r), index.given())
    assert '"==1.0"' in h.read("~/code/lab/Pipfile.lock") and token not in h.read("~/code/lab/Pipfile.lock")


main()
