# SPDX-License-Identifier: MIT
"""What the attacks on git share: a repository, what its owner does on the host, and ways to leave something there."""
import os

from attack import git, look

HOOK = "printf '#!/bin/sh\\ntouch $HOME/PWNED\\n' > {0}/pre-commit; cp {0}/pre-commit {0}/post-checkout; chmod +x {0}/*"
# A program that a mere `git status` starts.
MONITOR = "printf '[core]\\n\\tfsmonitor = touch $HOME/PWNED; false\\n' >> {0}"


def repository(h, path="~/code/demo", *arguments):
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n[protocol \"file\"]\n\tallow = always\n")
    h.mkdir(path)
    git(h, "init", "-q", *arguments, cwd=path)
    h.write(f"{path}/main.py", "print(1)\n")
    h.write(f"{path}/.gitignore", ".python-sandbox.toml\nenv.old\n")
    git(h, "add", ".", cwd=path)
    git(h, "commit", "-q", "-m", "first", cwd=path)


def host_uses(h, *paths):
    """What a developer and an editor do on the host; True when something that was planted ran."""
    for path in paths:
        for arguments in (["status"], ["commit", "-q", "--allow-empty", "-m", "on the host"], ["checkout", "-q", "-B", "probe"]):
            h.run(["git", *arguments], cwd=path)
    ran = h.exists("~/PWNED")
    if ran:
        os.unlink(h.path("~/PWNED"))
    return ran


def obeyed(h, *directories):
    """Everything of a git directory that git executes or obeys, to compare before and after."""
    seen = {}
    for directory in directories:
        for name in ("config", "config.worktree", "commondir", "gitdir", "hooks", "info"):
            path = f"{directory}/{name}"
            if h.exists(path):
                seen[path] = h.tree(path) if os.path.isdir(h.path(path)) else look(h, path)
    return seen


# Each attempt leaves a hook or a configuration where git looks for it.
ATTEMPTS = (
    "mkdir -p {g}/hooks; " + HOOK.format("{g}/hooks"),
    MONITOR.format("{g}/config"),
    "cp {g}/config n; " + MONITOR.format("n") + "; mv -f n {g}/config",
    "rm -rf {g}/hooks; mkdir -p {g}/hooks; " + HOOK.format("{g}/hooks"),
    "mv {g} {g}.old && cp -r {g}.old {g}; rm -rf {g}/hooks; mkdir -p {g}/hooks; " + HOOK.format("{g}/hooks"),
    "mv {g}/hooks {g}/old; mkdir {g}/hooks; " + HOOK.format("{g}/hooks"),
    "mkdir evil; " + HOOK.format("evil") + "; rm -rf {g}/hooks; ln -sfn $PWD/evil {g}/hooks",
    "git --git-dir={g} config core.fsmonitor 'touch $HOME/PWNED; false'",
)
