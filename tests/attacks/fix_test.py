#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""psbc fix runs git on the host, and writes the settings of a repository: nothing that a session left there has a say."""
import os

from attack import Project, git
from tap import test
from vectors import attack, main, seed

STORE = "[user]\n\tname = Dev\n\temail = dev@example.org\n[credential]\n\thelper = store\n"


def prepare(h):
    h.require("psbc", "firejail", "git")
    h.env["GIT_CONFIG_NOSYSTEM"] = "1"
    h.write("~/.gitconfig", STORE)
    h.mkdir("~/code/demo")
    git(h, "init", "-q", "-b", "main")
    token = h.decoys.new("remote")
    git(h, "remote", "add", "origin", f"https://me:{token}@github.com/me/demo.git")
    return Project(h), token


@test("B11: psbc fix runs no helper and no git of a repository or of a session")
@attack("fix-runs-planted", "B11", "a credential helper in a repository's settings, a planted git and settings of git named by variables, for psbc fix to run")
def _(h):
    p, token = prepare(h)
    steal = f"!f() {{ cat >> {h.home}/stolen; }}; f"
    for key in ("credential.helper", "credential.https://github.com.helper", "core.fsmonitor", "core.sshCommand"):
        git(h, "config", key, steal)
    describe = f"protocol=https\nhost=github.com\nusername=me\npassword={token}\n\n"
    h.run(["git", "credential", "approve"], cwd=p.path, stdin=describe)
    assert token in h.read("~/stolen")
    os.unlink(h.path("~/stolen"))
    os.unlink(h.path("~/.git-credentials"))
    p.entered(f"mkdir -p bin; printf '#!/bin/sh\\ncat >> {h.home}/stolen\\n' > bin/git; chmod +x bin/git; printf '[credential]\\n\\thelper = \"{steal}\"\\n' > evil.conf")
    variables = {"PATH": f"{p.root}/bin:/usr/local/bin:/usr/bin:/bin", "GIT_CONFIG_GLOBAL": f"{p.root}/evil.conf", "GIT_DIR": f"{p.root}/.git", "GIT_ASKPASS": f"{p.root}/bin/git",
                 "GIT_EXEC_PATH": f"{p.root}/bin", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "include.path", "GIT_CONFIG_VALUE_0": f"{p.root}/evil.conf"}  # fmt: skip
    h.run(["git", "credential", "approve"], cwd=p.path, stdin=describe, env=variables)
    assert h.exists("~/stolen")
    os.unlink(h.path("~/stolen"))
    r = p.psbc("fix", "--yes", env=variables)
    assert r.ok and not h.exists("~/stolen") and token not in r.out + r.err, r
    assert h.read("~/.git-credentials") == f"https://me:{token}@github.com\n" and token not in h.read("~/code/demo/.git/config")


@test("B11: a login that a session plants is not stored as the user's, and no link leads the write elsewhere")
@attack("fix-planted-login", "B11", "a repository with the attacker's login, for psbc fix to store as the user's own; links in the place of git's settings")
def _(h):
    p, token = prepare(h)
    theirs = "attackers0token1of2their3own"
    plant = f"git init -q vendor/x && git -C vendor/x remote add origin https://thief:{theirs}@gitlab.com/x.git"
    # By hand, as the command that moves logins would do it in each repository.
    h.run(["sh", "-c", plant.replace("vendor/x", "/tmp/planted") + f"; printf 'protocol=https\\nhost=gitlab.com\\nusername=thief\\npassword={theirs}\\n\\n' | git credential approve"], cwd=p.path)
    assert theirs in h.read("~/.git-credentials")
    os.unlink(h.path("~/.git-credentials"))
    p.entered(plant)
    p.psbc("build")
    r = p.psbc("fix", "--yes")
    assert "by hand: ~/code/demo/vendor/x/.git/config:" in r.err and r.status == 1, r
    assert theirs not in h.read("~/.git-credentials") and theirs in h.read("~/code/demo/vendor/x/.git/config") and token not in h.read("~/code/demo/.git/config")
    # A link where the settings, or git's lock, belong.
    victim = h.write("~/victim", f"[remote \"origin\"]\n\turl = https://me:{token}@github.com/x.git\n")
    before = h.read("~/code/demo/.git/config").replace("https://github.com", f"https://me:{token}@github.com")
    h.write("~/code/demo/.git/config", before)
    os.symlink(victim, h.path("~/code/demo/.git/config.lock"))
    r = p.psbc("fix", "--yes")
    assert r.status == 4 and "config.lock" in r.err and h.read("~/code/demo/.git/config") == before and token in h.read("~/victim"), r
    os.unlink(h.path("~/code/demo/.git/config.lock"))
    os.unlink(h.path("~/code/demo/.git/config"))
    os.symlink(victim, h.path("~/code/demo/.git/config"))
    r = p.psbc("fix", "--yes")
    assert not r.ok and token in h.read("~/victim") and os.path.islink(h.path("~/code/demo/.git/config")), r


main()
