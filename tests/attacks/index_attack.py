# SPDX-License-Identifier: MIT
"""What attacks on `[[python.index]]` share: a project with an index of the company, and a token for it."""
from attack import Project
from index_service import URL, IndexService

FILE = f'tokens = ["ACME_TOKEN"]\n[[python.index]]\nname = "acme"\nurl = "{URL}"\ntoken = "ACME_TOKEN"\ndefault = true\n'
PIP = "/usr/bin/python3 -m pip"
GET = f"{PIP} download --no-input -q -d /tmp/got acme-money; ls /tmp/got; rm -rf /tmp/got"


def prepare(h, config=FILE, **options):
    h.require("psbc", "firejail")
    if not h.run(["/usr/bin/python3", "-m", "pip", "--version"]).ok:
        h.require("pip3")
    token = h.decoys.new("token")
    index = IndexService(h, token, **options)
    h.write("~/.secrets/t", token + "\n", 0o600)
    h.write("~/.config/psbc/config.toml", "".join(f'[tokens.{name}]\nfrom = "file:~/.secrets/t"\n' for name in ("ACME_TOKEN", "HF_TOKEN")))
    return Project(h, config) if config else None, index, token


def with_token(index, token):
    """The hosts that were given it."""
    return {host for host, given in index.given().items() if any(token in one for one in given)}
