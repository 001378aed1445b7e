#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""D4: `psbc git` on the host runs nothing that a repository names; git by itself does."""
import os
import shlex

from attack import Project, git
from git_attack import repository
from tap import test
from vectors import attack, main, seed

RUN = "touch $HOME/PWNED"
PROGRAM = "touch $HOME/PWNED; false"

# What the repository says, and the command that obeys it. `{}` is the program.
SETTINGS = {
    "core.fsmonitor": (["core.fsmonitor={}"], ["status"]),
    "core.hooksPath": (["core.hooksPath=evil"], ["commit", "-qm", "x", "--allow-empty"]),
    "core.sshCommand": (["core.sshCommand={}", "remote.o.url=ssh://127.0.0.1:1/x"], ["fetch", "o"]),
    "core.editor": (["core.editor={}"], ["commit", "--amend"]),
    "sequence.editor": (["sequence.editor={}"], ["rebase", "-i", "--root"]),
    "core.askPass": (["core.askPass=sh -c '{}'", "remote.o.url=http://127.0.0.1:1/x"], ["credential", "fill"]),
    "core.pager": (["core.pager={}"], ["log"]),
    "pager.log": (["pager.log={}"], ["log"]),
    "alias": (["alias.zz=!{}"], ["zz"]),
    "alias with -c": (["alias.zz=-c core.fsmonitor='{}' status"], ["zz"]),
    "credential.helper": (["credential.helper=!{}"], ["credential", "fill"]),
    "credential.URL.helper": (["credential.https://example.org.helper=!{}"], ["credential", "fill"]),
    "diff.external": (["diff.external={}"], ["diff"]),
    "diff.*.command": (["diff.evil.command={}"], ["diff"]),
    "diff.*.textconv": (["diff.evil.textconv={}"], ["diff"]),
    "filter.*.clean": (["filter.evil.clean={}"], ["add", "--renormalize", "."]),
    "filter.*.smudge": (["filter.evil.smudge={}"], ["checkout", "other", "--", "main.py"]),
    "filter.*.process": (["filter.evil.process={}"], ["checkout", "other", "--", "main.py"]),
    "merge.*.driver": (["merge.evil.driver={}"], ["merge", "other"]),
    "gpg.program": (["gpg.program=evil/program", "commit.gpgSign=true", "user.signingKey=x"], ["commit", "-qm", "x", "--allow-empty"]),
    "gpg.ssh.defaultKeyCommand": (["gpg.format=ssh", "gpg.ssh.defaultKeyCommand=evil/program", "commit.gpgSign=true"], ["commit", "-qm", "x", "--allow-empty"]),
    "gpg.ssh.program": (["gpg.format=ssh", "gpg.ssh.program=evil/program", "commit.gpgSign=true", "user.signingKey=key::x"], ["commit", "-qm", "x", "--allow-empty"]),
    "trailer.*.command": (["trailer.evil.command={}", "trailer.evil.key=Evil", "trailer.evil.ifmissing=add", "trailer.evil.where=end"], ["interpret-trailers", "main.py"]),
    "remote.*.uploadpack": (["remote.o.uploadpack={};", "remote.o.url=../bare"], ["fetch", "o"]),
    "remote.*.receivepack": (["remote.o.receivepack={};", "remote.o.url=../bare"], ["push", "o", "HEAD:x"]),
    "ext:: remote": (["protocol.ext.allow=always", "remote.o.url=ext::sh -c touch% $HOME/PWNED"], ["fetch", "o"]),
    "all protocols": (["protocol.allow=always", "remote.o.url=ext::sh -c touch% $HOME/PWNED"], ["fetch", "o"]),
    "rewritten address": (["protocol.ext.allow=always", "url.ext::sh -c touch% $HOME/PWNED #.insteadOf=https://example.org"], ["fetch", "https://example.org/x"]),
    "core.gitProxy": (["core.gitProxy=evil/program", "remote.o.url=git://127.0.0.1:1/x"], ["fetch", "o"]),
    "submodule.*.update": (["submodule.sub.url=../library", "submodule.sub.active=true", "submodule.sub.update=!{}"], ["submodule", "update", "--init"]),
    "difftool": (["diff.tool=evil", "difftool.evil.cmd={}", "difftool.prompt=false"], ["difftool", "-y"]),
    "mergetool": (["merge.tool=evil", "mergetool.evil.cmd={}", "mergetool.prompt=false"], ["mergetool", "-y", "main.py"]),
    "interactive.diffFilter": (["interactive.diffFilter={}", "color.ui=always"], ["add", "-p"]),
    "tar.*.command": (["tar.evil.command={}"], ["archive", "--format=evil", "HEAD"]),
    "help.browser": (["web.browser=evil", "browser.evil.cmd={}"], ["web--browse", "https://example.org"]),
    "man.viewer": (["man.viewer=evil", "man.evil.cmd={}"], ["help", "log"]),
    "init.templateDir": (["init.templateDir=evil/template"], ["worktree", "add", "-q", "../tree"]),
    "included file": (["include.path=../evil/settings"], ["status"]),
    "lfs.customtransfer": (["lfs.standalonetransferagent=evil", "lfs.customtransfer.evil.path=evil/program", "lfs.url=https://127.0.0.1:1/x"], ["status"]),
}
# Not run by this git: it needs a program that is not on every machine, or is read elsewhere today.
MAY_BE_SILENT = {"lfs.customtransfer", "core.askPass", "init.templateDir", "man.viewer", "tar.*.command"}
AT_A_TERMINAL = {"core.pager", "pager.log", "interactive.diffFilter"}


def prepared(h):
    """A repository with a conflict, a remote and a submodule, and all that has the names of programs."""
    repository(h, "~/code/library")
    repository(h)
    p = "~/code/demo"
    h.write(f"{p}/.gitattributes", "main.py filter=evil diff=evil merge=evil\n")
    git(h, "add", ".")
    git(h, "commit", "-qm", "attributes")
    git(h, "branch", "other")
    h.write(f"{p}/main.py", "print(2)\n")
    git(h, "commit", "-qam", "ours")
    git(h, "checkout", "-q", "other")
    h.write(f"{p}/main.py", "print(3)\n")
    git(h, "commit", "-qam", "theirs")
    git(h, "checkout", "-q", "-")
    git(h, "clone", "-q", "--bare", ".", "../bare")
    git(h, "submodule", "add", "-q", h.path("~/code/library"), "sub")
    git(h, "commit", "-qm", "submodule")
    h.write(f"{p}/evil/program", f"#!/bin/sh\n{RUN}\nexit 1\n", 0o755)
    h.write(f"{p}/evil/settings", f"[core]\n\tfsmonitor = \"{PROGRAM}\"\n")
    for hook in ("pre-commit", "post-checkout", "reference-transaction"):
        h.write(f"{p}/evil/{hook}", f"#!/bin/sh\n{RUN}\n", 0o755)
        h.write(f"{p}/evil/template/hooks/{hook}", f"#!/bin/sh\n{RUN}\n", 0o755)


def hostile(h, settings):
    """The same one each time, with changes and these settings."""
    p = "~/code/demo"
    if not h.exists("~/prepared"):
        prepared(h)
        h.run(["cp", "-a", h.path("~/code"), h.path("~/prepared")])
    lines = [f"git config {shlex.quote(name)} {shlex.quote(value.format(PROGRAM))}" for name, value in (setting.split("=", 1) for setting in settings)]
    r = h.run(["sh", "-ec", "\n".join(["rm -rf ~/code ~/PWNED", "cp -a ~/prepared ~/code", "cd ~/code/demo", *lines])])
    assert r.ok, r
    if not any(s.startswith(("merge", "filter", "tar", "trailer", "sequence")) for s in settings):
        h.write(f"{p}/main.py", "print(4)\n")
    if any(s.startswith("mergetool") for s in settings):
        h.run(["git", "merge", "other"], cwd=p)
    if any(s.startswith("submodule") for s in settings):
        git(h, "commit", "-q", "--allow-empty", "-m", "elsewhere", cwd=f"{p}/sub")
    return p


def ran(h):
    found = h.exists("~/PWNED")
    if found:
        os.unlink(h.path("~/PWNED"))
    return found


PROTECTED = {"a remote sends"}  # this git obeys that setting of the user's alone (safe.*, git-config(1), protected configuration)
INPUT = "protocol=https\nhost=example.org\n\n"


def use(h, name, command, cwd):
    if name in AT_A_TERMINAL:
        command = ["script", "-qec", shlex.join(command), "/dev/null"]
    return h.run(command, cwd=cwd, stdin=INPUT, timeout=60)


@test("D4: psbc git runs no program that the repository's settings name, and git by itself runs them")
@attack("git-host-settings", "D4", "programs in a repository's settings, when git is used on the host")
def _(h):
    h.require("psbc", "git")
    h.env.update(EDITOR="true", GIT_TERMINAL_PROMPT="0", TERM="xterm", PAGER="cat")
    for name, (settings, command) in SETTINGS.items():
        p = hostile(h, settings)
        use(h, name, ["git", *command], p)
        assert ran(h) or name in MAY_BE_SILENT, (name, h.story())
        p = hostile(h, settings)
        r = use(h, name, ["psbc", "git", *command], p)
        assert not ran(h), (name, r)
    seed("git-host-settings", True)


@test("D4: nor does a git that it starts: in submodules, for remotes that are directories, in new worktrees")
@attack("git-host-nested", "D4", "repositories that git itself goes into, when it is used on the host")
def _(h):
    h.require("psbc", "git")
    module, bare = "~/code/demo/.git/modules/sub", "~/code/bare"

    def monitor(where):
        git(h, "config", "core.fsmonitor", PROGRAM, cwd=where)

    def hook(where, *names):
        for name in names:
            h.write(f"{where}/hooks/{name}", f"#!/bin/sh\n{RUN}\n", 0o755)

    def commit(where="~/code/demo/sub"):
        git(h, "commit", "-q", "--allow-empty", "-m", "elsewhere", cwd=where)

    cases = {
        "a submodule is looked at": (lambda: monitor(module), ["status"]),
        "a submodule is fetched": (lambda: (commit("~/code/library"), hook(module, "reference-transaction")), ["fetch", "--recurse-submodules=yes", "origin"]),
        "a submodule is updated": (lambda: (commit(), hook(module, "post-checkout")), ["submodule", "update"]),
        "in each submodule": (lambda: monitor(module), ["submodule", "foreach", "git status"]),
        "what a submodule alone names": (
            lambda: (git(h, "config", "diff.external", PROGRAM, cwd=module), h.write("~/code/demo/sub/main.py", "changed\n")), ["submodule", "foreach", "git diff"]),
        "a remote receives": (lambda: hook(bare, "pre-receive", "update"), ["push", "-q", "origin", "HEAD:refs/heads/new"]),
        "a remote sends": (lambda: git(h, "config", "uploadpack.packObjectsHook", PROGRAM, cwd=bare), ["fetch", "origin"]),
        "a hook of a new worktree": (lambda: hook("~/code/demo/.git", "post-checkout"), ["worktree", "add", "-q", "../tree"]),
        "settings of this worktree": (
            lambda: (git(h, "config", "extensions.worktreeConfig", "true"), git(h, "config", "--worktree", "core.fsmonitor", PROGRAM)), ["status"]),
        "another directory's settings": (
            lambda: h.run(["sh", "-c", "cp -r .git ../other; echo ../../other > .git/commondir; git -C ../other config core.fsmonitor '" + PROGRAM + "'"], cwd="~/code/demo"), ["status"]),
        "a repository inside": (
            lambda: (repository(h, "~/code/demo/inner"), git(h, "config", "core.fsmonitor", PROGRAM, cwd="~/code/demo/inner")), ["-C", "inner", "status"]),
        "a repository that is data": (
            lambda: (git(h, "init", "-q", "--bare", "data"), git(h, "config", "alias.zz", "!" + RUN, cwd="~/code/demo/data")), ["-C", "data", "zz"]),
    }  # fmt: skip
    for name, (prepare, command) in cases.items():
        for program in (["git"], ["psbc", "git"]):
            p = hostile(h, ["remote.origin.url=../bare", "remote.origin.fetch=+refs/heads/*:refs/remotes/origin/*"])
            prepare()
            ran(h)
            r = h.run([*program, *command], cwd=p, timeout=60)
            found = ran(h)
            assert found == (program == ["git"]) or (not found and name in PROTECTED), (name, r)
    seed("git-host-nested", True)


@test("D4: no files of HOME are written when a repository says that HOME is its work tree")
@attack("git-host-worktree", "D4", "a repository whose work tree is elsewhere")
def _(h):
    h.require("psbc", "git")
    repository(h)
    h.write("~/code/demo/.profile", "touch ~/PWNED\n")
    git(h, "add", ".")
    git(h, "commit", "-qm", "profile")
    h.write("~/.profile", "# mine\n")
    git(h, "config", "core.worktree", h.home)
    r = h.psbc("git", "checkout", "--", ":/.profile", cwd="~/code/demo")
    assert r.status == 4 and "core.worktree" in r.err and h.read("~/.profile") == "# mine\n", r
    h.run(["git", "checkout", "--", ":/.profile"], cwd="~/code/demo")
    assert "PWNED" in h.read("~/.profile"), h.story()
    seed("git-host-worktree", True)


@test("D6: a git in the project's environment is not the one that psbc git runs")
@attack("git-host-path", "D6", "a program that is called git, in an environment that is active on the host")
def _(h):
    h.require("psbc", "git")
    repository(h)
    p = Project(h)
    p.psbc("build")
    h.write("~/code/demo/.venv/bin/git", f"#!/bin/sh\n{RUN}\n", 0o755)
    h.env["PATH"] = h.path("~/code/demo/.venv/bin") + ":/usr/local/bin:/usr/bin:/bin"
    h.run(["git", "status"], cwd=p.path)
    assert ran(h), h.story()
    r = p.psbc("git", "status")
    assert r.ok and not ran(h) and "branch" in r.out, r
    seed("git-host-path", True)


main()
