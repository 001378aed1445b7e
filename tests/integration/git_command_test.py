#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""psbc git: what a user does with git outside works, with his own settings; psbc git-hooks: pre-commit runs in the sandbox."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from git_service import GitService  # noqa: E402
from tap import main, test  # noqa: E402

LAB = "~/code/lab"
PRE_COMMIT = """repos:
  - repo: local
    hooks:
      - {id: mark, name: mark, entry: sh -c 'touch marked; touch ~/outside; exit $(cat verdict)', language: system, always_run: true, pass_filenames: false}
"""


def git(h, *arguments, cwd=LAB, **options):
    r = h.run(["git", *arguments], cwd=cwd, **options)
    assert r.ok, r
    return r.out.strip()


def psbc_git(h, *arguments, cwd=LAB, **options):
    return h.psbc("git", *arguments, cwd=cwd, **options)


def prepare(h, settings=""):
    h.require("psbc", "git")
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n" + settings)
    h.write(f"{LAB}/.python-sandbox.toml", 'name = "lab"\n')
    git(h, "init", "-q", h.path(LAB), cwd="~")
    h.write(f"{LAB}/main.py", "print(1)\n")
    git(h, "add", ".")
    git(h, "commit", "-qm", "first")
    git(h, "clone", "-q", "--bare", h.path(LAB), h.path("~/code/bare"), cwd="~")


@test("what a pinned file keeps from happening inside is done outside: remotes, branches, tracking, submodules, worktrees")
def _(h):
    prepare(h)
    git(h, "clone", "-q", "--bare", h.path("~/code/bare"), h.path("~/code/library"), cwd="~")
    for words in (["remote", "add", "origin", "../bare"], ["fetch", "-q", "origin"], ["branch", "-m", "main", "trunk"],
                  ["push", "-q", "-u", "origin", "trunk"], ["checkout", "-q", "--track", "-b", "here", "origin/main"],
                  ["submodule", "add", "-q", h.path("~/code/library"), "libs/library"], ["commit", "-qm", "library"],
                  ["worktree", "add", "-q", "../tree"], ["config", "pull.rebase", "true"], ["pull", "-q"], ["stash"], ["gc", "-q"]):  # fmt: skip
        r = psbc_git(h, *words)
        assert r.ok and "psbc" not in r.err, r
    assert git(h, "config", "branch.here.merge") == "refs/heads/main" and git(h, "rev-parse", "--abbrev-ref", "trunk@{upstream}") == "origin/trunk"
    assert git(h, "remote") == "origin" and h.exists("~/code/tree/main.py") and h.exists(f"{LAB}/libs/library/main.py")
    git(h, "clone", "-q", h.path(LAB), h.path("~/code/again"), cwd="~")
    r = psbc_git(h, "submodule", "update", "-q", "--init", cwd="~/code/again")
    assert r.ok and h.exists("~/code/again/libs/library/main.py"), r


@test("arguments, input, output, status, directory and options of git are its own")
def _(h):
    prepare(h)
    h.mkdir(f"{LAB}/a b")
    assert psbc_git(h, "rev-parse", "--show-prefix", cwd=f"{LAB}/a b").out == "a b/\n"
    assert psbc_git(h, "-C", "a b", "rev-parse", "--show-prefix").out == "a b/\n"
    assert psbc_git(h, "hash-object", "--stdin", stdin="x").out.strip() == git(h, "hash-object", "--stdin", stdin="x")
    assert psbc_git(h, "rev-parse", "--verify", "-q", "nothing").status == 1
    assert psbc_git(h, "--version").out.startswith("git version ") and "usage: git" in psbc_git(h).out
    assert psbc_git(h, "log", "--format=%s", "--", "main.py").out == "first\n"
    assert psbc_git(h, "-c", "user.name=Other", "var", "GIT_AUTHOR_IDENT").out.startswith("Other ")
    assert h.psbc("-C", h.path(LAB), "git", "rev-parse", "--abbrev-ref", "HEAD", cwd="~").out == "main\n"
    r = psbc_git(h, "status", cwd="~")
    assert r.status == 128 and "not a git repository" in r.err, r
    assert h.psbc("trust", "--yes", cwd=LAB).ok
    r = h.psbc("run", "--", "psbc", "git", "status", cwd=LAB)
    assert r.status == 2 and "type git as it is" in r.err, r


@test("the user's own hooks, filters, aliases, helpers and editor run as ever, whatever the repository says of them")
def _(h):
    prepare(h, '[core]\n\thooksPath = ~/hooks\n\teditor = ~/editor\n[filter "own"]\n\tclean = tr a-z A-Z\n\tsmudge = tr A-Z a-z\n'
               "[alias]\n\tzz = !echo own\n[credential]\n\thelper = store\n")  # fmt: skip
    token = h.decoys.new("token")
    service = GitService(h, token)
    h.env["GIT_CONFIG_NOSYSTEM"] = "1"
    h.write("~/.git-credentials", f"https://me:{token}@github.com\n", 0o600)
    h.write("~/hooks/post-commit", "#!/bin/sh\necho hooked > ~/hooked\n", 0o755)
    h.write("~/editor", "#!/bin/sh\necho written > \"$1\"\n", 0o755)
    for name in ("core.hooksPath", "core.editor", "filter.own.clean", "filter.own.smudge", "alias.zz", "credential.helper"):
        git(h, "config", name, "!false" if name in ("alias.zz", "credential.helper") else "false")
    h.write(f"{LAB}/.gitattributes", "*.txt filter=own\n")
    h.write(f"{LAB}/a.txt", "text\n")
    assert psbc_git(h, "add", ".").ok and psbc_git(h, "commit", "-q").ok
    assert git(h, "log", "-1", "--format=%s") == "written" and h.read("~/hooked") == "hooked\n" and git(h, "show", "HEAD:a.txt") == "TEXT"
    assert psbc_git(h, "zz").out == "own\n"
    git(h, "remote", "add", "origin", "https://github.com/lab.git")
    r = psbc_git(h, "fetch", "-q", "origin")
    assert r.ok and service.given() == {"https://github.com": {"me:" + token}}, r


@test("a merge goes by text where the repository names a program for it, and its filters stop git in place of passing files as they are")
def _(h):
    prepare(h)
    git(h, "config", "merge.evil.driver", "touch ~/ran")
    git(h, "config", "filter.evil.clean", "touch ~/ran")
    h.write(f"{LAB}/.gitattributes", "main.py merge=evil\nsecret filter=evil\n")
    git(h, "add", ".gitattributes")
    git(h, "commit", "-qm", "attributes")
    h.write(f"{LAB}/main.py", "".join(f"line {i}\n" for i in range(9)))
    git(h, "commit", "-qam", "base")
    git(h, "checkout", "-q", "-b", "other")
    h.write(f"{LAB}/main.py", "".join(f"line {i}\n" for i in range(8)) + "theirs\n")
    git(h, "commit", "-qam", "theirs")
    git(h, "checkout", "-q", "main")
    h.write(f"{LAB}/main.py", "ours\n" + "".join(f"line {i}\n" for i in range(1, 9)))
    git(h, "commit", "-qam", "ours")
    r = psbc_git(h, "merge", "-q", "-m", "merged", "other")
    assert r.ok and h.read(f"{LAB}/main.py") == "ours\n" + "".join(f"line {i}\n" for i in range(1, 8)) + "theirs\n", r
    h.write(f"{LAB}/secret", "value\n")
    r = psbc_git(h, "add", "secret")
    assert not r.ok and "filter 'evil' failed" in r.err and git(h, "ls-files", "secret") == "" and not h.exists("~/ran"), r


@test("what cannot be switched off ends psbc git before git begins, and says how to get rid of it")
def _(h):
    prepare(h)
    for name in ("core.gitProxy", "remote.o.uploadpack", "remote.o.receivepack", "gc.recentObjectsHook"):
        git(h, "config", name, "touch ~/ran")
        r = psbc_git(h, "fetch")
        assert r.status == 4 and f"git config --unset-all {name.lower()}" in r.err, r
        git(h, "config", "--unset-all", name)
    h.write(f"{LAB}/.git/config", h.read(f"{LAB}/.git/config") + "[broken\n")
    r = psbc_git(h, "status")
    assert r.status == 4 and "cannot read its settings" in r.err and "git config --list" in r.err, r


@test("hooks of .pre-commit-config.yaml run in the sandbox: outside by git and psbc git, inside by git; what they say counts")
def _(h):
    prepare(h)
    h.require("pre-commit", "firejail")
    h.write(f"{LAB}/.gitignore", "marked\nverdict\n")
    h.write(f"{LAB}/.pre-commit-config.yaml", PRE_COMMIT)
    h.write(f"{LAB}/verdict", "0\n")
    git(h, "add", ".")
    git(h, "commit", "-qm", "hooks")
    assert h.psbc("trust", "--yes", cwd=LAB).ok
    r = h.psbc("git-hooks", "install", cwd=LAB)
    assert r.ok and "installed `~/code/lab/.git/hooks/pre-commit`" in r.err, r
    assert h.psbc("git-hooks", cwd=LAB).out == "pre-commit  runs in the sandbox\n"

    def commits(run, message):
        for verdict in ("1", "0"):
            h.write(f"{LAB}/verdict", verdict + "\n")
            r = run(message)
            assert r.ok == (verdict == "0") and h.exists(f"{LAB}/marked") and not h.exists("~/outside"), r
            assert (git(h, "log", "-1", "--format=%s") == message) == (verdict == "0"), r
            os.unlink(h.path(f"{LAB}/marked"))

    commits(lambda message: h.run(["git", "commit", "--allow-empty", "-m", message], cwd=LAB, timeout=60), "by git")
    commits(lambda message: psbc_git(h, "commit", "--allow-empty", "-m", message, timeout=60), "by psbc git")
    commits(lambda message: h.psbc("run", "--", "git", "commit", "--allow-empty", "-m", message, cwd=LAB, timeout=60), "inside")
    # Part of a change: pre-commit sees what is committed, not what lies around.
    h.write(f"{LAB}/main.py", "print(2)\n")
    git(h, "add", "main.py")
    h.write(f"{LAB}/main.py", "print(3)\n")
    r = h.run(["git", "commit", "-qm", "part"], cwd=LAB, timeout=60)
    assert r.ok and git(h, "show", "HEAD:main.py") == "print(2)" and h.read(f"{LAB}/main.py") == "print(3)\n", r
    r = h.psbc("git-hooks", "remove", cwd=LAB)
    assert r.ok and not h.exists(f"{LAB}/.git/hooks/pre-commit") and h.psbc("git-hooks", cwd=LAB).out == "no hooks\n", r


@test("git-hooks keeps what was there: another hook runs inside as well, and comes back at the end; pre-commit's own is replaced")
def _(h):
    prepare(h)
    h.require("pre-commit", "firejail")
    hooks = f"{LAB}/.git/hooks"
    h.write(f"{LAB}/.pre-commit-config.yaml", "default_install_hook_types: [pre-commit, 'commit-msg']\n" + PRE_COMMIT)
    h.write(f"{LAB}/verdict", "0\n")
    legacy = "#!/bin/sh\ntouch ~/outside legacy\n"
    h.write(f"{hooks}/pre-commit", legacy, 0o755)
    assert h.psbc("trust", "--yes", cwd=LAB).ok
    r = h.psbc("git-hooks", cwd=LAB)
    assert r.status == 1 and r.out == "pre-commit  runs on the host, as you\n", r
    r = psbc_git(h, "commit", "-q", "--allow-empty", "-m", "without")
    assert r.ok and "the hook `pre-commit` of this repository was not run" in r.err and not h.exists("~/outside"), r
    r = h.psbc("git-hooks", "install", cwd=LAB)
    assert r.ok and h.read(f"{hooks}/pre-commit.legacy") == legacy and "commit-msg" in r.err, r
    r = h.run(["git", "commit", "-q", "--allow-empty", "-m", "with"], cwd=LAB, timeout=60)
    assert r.ok and h.exists(f"{LAB}/legacy") and not h.exists("~/outside"), r
    assert h.psbc("git-hooks", "install", cwd=LAB).ok and h.psbc("git-hooks", cwd=LAB).out == "commit-msg  runs in the sandbox\npre-commit  runs in the sandbox\n"
    assert h.psbc("git-hooks", "remove", cwd=LAB).ok and h.read(f"{hooks}/pre-commit") == legacy and not h.exists(f"{hooks}/commit-msg")
    os.unlink(h.path(f"{hooks}/pre-commit"))
    r = h.run(["pre-commit", "install"], cwd=LAB)
    assert r.ok and "File generated by pre-commit" in h.read(f"{hooks}/pre-commit"), r
    assert h.psbc("git-hooks", "install", cwd=LAB).ok and not h.exists(f"{hooks}/pre-commit.legacy")
    h.psbc("git-hooks", "remove", cwd=LAB)


@test("git-hooks says what is missing: a repository, a configuration, another directory of hooks, approval")
def _(h):
    prepare(h)
    install = lambda **options: h.psbc("git-hooks", "install", **{"cwd": LAB, **options})  # noqa: E731
    r = install()
    assert r.status == 3 and "there is no .pre-commit-config.yaml here" in r.err, r
    h.write(f"{LAB}/.pre-commit-config.yaml", PRE_COMMIT)
    r = h.psbc("git-hooks", "install", "--hook-type", "pre-comit", cwd=LAB)
    assert r.status == 2 and "pre-commit has no hook `pre-comit`" in r.err and "pre-push" in r.err, r
    r = h.psbc("git-hooks", "instal", cwd=LAB)
    assert r.status == 2 and "psbc git-hooks install, remove or status" in r.err, r
    h.write(f"{LAB}/part/.python-sandbox.toml", 'name = "part"\n')
    r = install(cwd=f"{LAB}/part")
    assert r.status == 3 and "not the top of its repository" in r.err, r
    git(h, "config", "core.hooksPath", "hooks")
    r = install()
    assert r.status == 3 and "core.hooksPath names `hooks`" in r.err and "git config --local --unset core.hooksPath" in r.err, r
    git(h, "config", "--unset", "core.hooksPath")
    assert install().ok
    h.require("firejail")
    r = h.run(["git", "commit", "-q", "--allow-empty", "-m", "x"], cwd=LAB)
    assert not r.ok and "was never approved" in r.err, r
    h.write("~/code/bare2/.python-sandbox.toml", 'name = "plain"\n')
    r = install(cwd="~/code/bare2")
    assert r.status == 3 and "there is no repository" in r.err, r


main()
