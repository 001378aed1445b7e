#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""psbc fix: a password in the URL of a remote goes to the user's credential helper, and git goes on working."""
import os
import stat
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from git_service import GitService  # noqa: E402
from tap import main, test  # noqa: E402

LAB = "~/code/lab"
CONFIG = f"{LAB}/.git/config"
CLEAN = "https://github.com/lab.git"


def prepare(h, login="me:{}", helper="store", service=False):
    h.require("psbc", "git")
    token = h.decoys.new("token")
    git = GitService(h, token) if service else None
    h.env["GIT_CONFIG_NOSYSTEM"] = "1"  # what the machine has
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n" + (f"[credential]\n\thelper = {helper}\n" if helper else ""))
    h.write(f"{LAB}/.python-sandbox.toml", 'name = "lab"\n')
    h.run(["git", "init", "-q", "-b", "main", h.path(LAB)])
    h.run(["git", "remote", "add", "origin", f"https://{login.format(token)}@github.com/lab.git"], cwd=LAB)
    return git, token


def fix(h, *arguments, **options):
    return h.psbc("fix", *arguments, **{"cwd": LAB, **options})


def url(h, remote="origin"):
    return h.run(["git", "config", f"remote.{remote}.url"], cwd=LAB).out.strip()


@test("the password moves to the helper, the rest of the file stays, and git fetches as before")
def _(h):
    git, token = prepare(h, service=True)
    h.write(CONFIG, h.read(CONFIG) + "# a note\n[branch \"main\"]\n\tremote = origin ; kept\n")
    os.chmod(h.path(CONFIG), 0o640)
    before = h.read(CONFIG)
    r = fix(h)  # nobody is there to ask
    assert r.status == 3 and "psbc fix --yes" in r.err and h.read(CONFIG) == before and not h.exists("~/.git-credentials"), r
    assert "~/code/lab/.git/config:7: the URL of the remote `origin`, for `github.com` as `me`; it becomes " + CLEAN in r.err and "`store`" in r.err, r
    r = fix(h, "--yes")
    assert r.ok and token not in r.out + r.err and "make it anew" in r.err, r
    assert h.read(CONFIG) == before.replace(f"me:{token}@", "") and stat.S_IMODE(h.lstat(CONFIG).st_mode) == 0o640
    assert h.read("~/.git-credentials") == f"https://me:{token}@github.com\n" and sorted(os.listdir(h.path(f"{LAB}/.git")))[:2] != ["config.lock"]
    assert h.run(["git", "fetch", "-q"], cwd=LAB).ok and git.given() == {"https://github.com": {"me:" + token}}
    r = fix(h, "--yes")
    assert r.ok and "nothing to fix" in r.err, r


@test("it asks on a terminal, and no is no")
def _(h):
    _, token = prepare(h)
    before = h.read(CONFIG)
    r = h.pty(["psbc", "fix"], [(r"go on\? \[y/N\] ", "n\n")], cwd=LAB)
    assert r.status == 3 and token not in r.out, r
    assert h.read(CONFIG) == before
    assert h.pty(["psbc", "fix"], [(r"go on\? \[y/N\] ", "y\n")], cwd=LAB).ok and url(h) == CLEAN


@test("without a helper that keeps it, and with one that has another, the URL stays; --forget takes the password out")
def _(h):
    _, token = prepare(h, helper="")
    before = h.read(CONFIG)
    for helper, said in (("", "git has no credential helper that could keep its password"), ("cache", "git has no credential helper"), ("!true", "did not keep its password"),
                         ('"!f() { echo username=x; echo password=other; }; f"', "git has another password for `github.com`")):  # fmt: skip
        h.write("~/.gitconfig", f"[credential]\n\thelper = {helper}\n" if helper else "")
        r = fix(h, "--yes")
        assert r.status == 1 and said in r.err and h.read(CONFIG) == before and token not in r.err, (helper, str(r))
    r = fix(h, "--yes", "--forget")
    assert r.ok and url(h) == CLEAN and not h.exists("~/.git-credentials") and token not in r.err, r


@test("a token alone is a password for a host that is known, and each URL of a remote is looked at")
def _(h):
    _, token = prepare(h, login="{}")
    assert fix(h, "--yes").ok and url(h) == CLEAN and h.read("~/.git-credentials") == f"https://x-access-token:{token}@github.com\n"
    other = h.decoys.new("other")
    h.run(["git", "remote", "set-url", "origin", f"https://you%40acme:{other}%21@gitlab.com/lab.git"], cwd=LAB)
    h.run(["git", "remote", "set-url", "--push", "origin", f"http://x:{other}@git.acme.example:8080/lab.git"], cwd=LAB)
    r = fix(h, "--yes")
    assert r.ok and url(h) == "https://gitlab.com/lab.git" and h.run(["git", "config", "remote.origin.pushurl"], cwd=LAB).out == "http://git.acme.example:8080/lab.git\n", r
    fill = h.run(["git", "credential", "fill"], stdin="url=https://gitlab.com/\n\n")
    assert f"username=you@acme\npassword={other}!\n" in fill.out, fill
    # What is no URL of a remote is said, for hands.
    h.run(["git", "config", "http.https://github.com/.extraheader", f"Authorization: Basic {token}"], cwd=LAB)
    r = fix(h, "--yes")
    assert r.status == 1 and "by hand: ~/code/lab/.git/config:" in r.err and token not in r.err, r


@test("a password that git has already is not put in its place, nor another one before it")
def _(h):
    _, token = prepare(h)
    for kept in ("https://me:mine@github.com\n", "https://another:mine@github.com\n"):
        h.write("~/.git-credentials", kept, 0o600)
        before = h.read(CONFIG)
        r = fix(h, "--yes")
        assert r.status == 1 and "git has another password for `github.com`" in r.err and h.read("~/.git-credentials") == kept and h.read(CONFIG) == before, r
    # The same one is found, and by its name where another comes first.
    h.write("~/.git-credentials", f"https://another:mine@github.com\nhttps://me:{token}@github.com\n", 0o600)
    assert fix(h, "--yes").ok and url(h) == "https://me@github.com/lab.git"


@test("while a session runs nothing is changed, and what git wrote down elsewhere is named")
def _(h):
    h.require("firejail")
    _, token = prepare(h)
    assert h.psbc("trust", "--yes", cwd=LAB).ok
    before = h.read(CONFIG)
    running = h.spawn(["psbc", "run", "--", "sleep", "60"], cwd=LAB)
    end = time.monotonic() + 30
    while "1 session" not in h.psbc("list").out:
        assert time.monotonic() < end
        time.sleep(0.1)
    r = fix(h, "--yes")
    assert r.status == 3 and "psbc stop lab" in r.err and h.read(CONFIG) == before, r
    h.psbc("stop", cwd=LAB)
    running.wait(30)
    h.write(f"{LAB}/.git/FETCH_HEAD", f"abc\tbranch 'main' of https://me:{token}@github.com/lab\n")
    r = fix(h, "--yes")
    assert r.ok and "`~/code/lab/.git/FETCH_HEAD`" in r.err and token not in r.err, r
    r = h.psbc("run", "--", "psbc", "fix", "--yes", cwd=LAB)
    assert r.status == 2 and "inside the sandbox" in r.err, r


main()
