#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""D3: git works inside, and nothing that the host's git executes or obeys can be changed there."""
import os

from attack import Project, each, git
from git_attack import ATTEMPTS, HOOK, MONITOR, host_uses, obeyed, repository
from tap import test
from vectors import attack, main, seed


@test("D3: hooks and config hold against writing, renaming what is above them and links, which by hand they do not")
@attack("git-hooks", "D3", "hooks and settings of the project, written, renamed and linked")
def _(h):
    repository(h)
    p = Project(h)
    g = f"{p.root}/.git"
    plain = f"read-only {g}/hooks\nread-only {g}/config\n"
    rename = "mv .git x; mkdir -p .git; cp -r x/* .git; rm -rf .git/hooks; mkdir -p .git/hooks; " + HOOK.format(".git/hooks")
    p.predecessor(HOOK.format(".git/hooks"))
    assert host_uses(h, p.path), h.story()
    h.run(["sh", "-c", "rm -f .git/hooks/p*"], cwd=p.path)
    p.predecessor(rename, plain)
    assert host_uses(h, p.path), h.story()
    seed("git-hooks", True)
    h.run(["sh", "-c", "rm -rf x; rm -f .git/hooks/p*"], cwd=p.path)

    p.entered()
    before = obeyed(h, "~/code/demo/.git")
    r = p.entered(each(attempt.format(g=".git") for attempt in (*ATTEMPTS, rename)))
    assert obeyed(h, "~/code/demo/.git") == before and not host_uses(h, p.path), r
    assert not h.exists("~/code/demo/.git.old")
    r = p.entered("git checkout -q -b work && echo 2 >> main.py && git stash -q && git stash pop -q && git commit -qam second && git gc -q && git log --oneline | wc -l")
    assert r.ok and int(r.out) > 1 and obeyed(h, "~/code/demo/.git") == before, r
    assert git(h, "log", "-1", "--format=%s %an").out == "second Dev\n"
    assert git(h, "status", "--porcelain", "main.py", ".git").out == ""


@test("D3: hooks that are a symlink stay what they are")
@attack("git-hooks-symlink", "D3", "hooks that are a symlink")
def _(h):
    repository(h, "~/code/demo", "--template=")
    h.mkdir("~/code/demo/githooks")
    h.symlink("../githooks", "~/code/demo/.git/hooks")
    p = Project(h)
    replace = "rm -f .git/hooks; mkdir -p .git/hooks; " + HOOK.format(".git/hooks")
    p.predecessor(replace, f"read-only {p.root}/.git/hooks\n")
    assert host_uses(h, p.path), h.story()
    seed("git-hooks-symlink", True)
    h.run(["rm", "-rf", ".git/hooks"], cwd=p.path)
    h.symlink("../githooks", "~/code/demo/.git/hooks")
    r = p.entered(replace)
    assert not host_uses(h, p.path) and os.path.islink(h.path("~/code/demo/.git/hooks")), r


@test("D3: the git directories of submodules hold, when many of them are made and when one is made to look like none")
@attack("git-submodules", "D3", "the git directories of submodules")
def _(h):
    repository(h, "~/code/library")
    repository(h)
    git(h, "submodule", "add", "-q", h.path("~/code/library"), "libs/library")
    git(h, "commit", "-qm", "submodule")
    p = Project(h)
    module, work = ".git/modules/libs/library", "~/code/demo/libs/library"
    p.predecessor(HOOK.format(module + "/hooks"))
    assert host_uses(h, work), h.story()
    seed("git-submodules", True)
    h.run(["sh", "-c", f"rm -f {module}/hooks/p*"], cwd=p.path)

    p.entered()
    before = obeyed(h, f"~/code/demo/{module}")
    above = "mv .git/modules/libs .git/modules/old; cp -r .git/modules/old .git/modules/libs; rm -rf {g}/hooks; mkdir -p {g}/hooks; " + HOOK.format("{g}/hooks")
    attempts = each(attempt.format(g=module) for attempt in (*ATTEMPTS, above))
    p.entered(attempts + "\nmkdir -p " + " ".join(f".git/modules/a{i}" for i in range(300)))  # more than anybody looks at
    for r in (None, p.entered(attempts)):
        assert obeyed(h, f"~/code/demo/{module}") == before and not host_uses(h, work, p.path), r
    h.run(["sh", "-c", "rm -rf .git/modules/a*"], cwd=p.path)
    r = p.entered("cd libs/library && echo 3 >> main.py && git commit -qam inside")
    assert r.ok and git(h, "log", "-1", "--format=%s", cwd=work).out == "inside\n", r
    # No HEAD: no git directory, for this one session; the next puts it back.
    p.entered(f"mv {module}/HEAD {module}/H")
    p.inside(ATTEMPTS[0].format(g=module) + "; " + ATTEMPTS[1].format(g=module) + f"; mv {module}/H {module}/HEAD")
    assert obeyed(h, f"~/code/demo/{module}") == before and not host_uses(h, work), h.story()


@test("D3: a linked worktree as the project: its repository's hooks and config hold, and those of the other worktrees")
@attack("git-worktree", "D3", "the repository behind a linked worktree")
def _(h):
    repository(h, "~/code/main")
    git(h, "worktree", "add", "-q", h.path("~/code/demo"), cwd="~/code/main")
    git(h, "worktree", "add", "-q", h.path("~/code/third"), cwd="~/code/main")
    p = Project(h)
    common = h.path("~/code/main/.git")
    third = common + "/worktrees/third"
    redirect = f"mkdir -p evil; {MONITOR.format('evil/config')}; cp -r {common}/HEAD {common}/refs {common}/objects evil/; echo $PWD/evil > {third}/commondir"
    writes = HOOK.format(common + "/hooks")
    h.run(["sh", "-c", f"{writes}; {redirect}"], cwd=p.path)
    assert host_uses(h, "~/code/main") and host_uses(h, "~/code/third"), h.story()
    h.run(["sh", "-c", f"rm -rf evil {common}/hooks/p*; echo ../.. > {third}/commondir"], cwd=p.path)
    p.predecessor(f"{writes}; {redirect}")
    seed("git-worktree", host_uses(h, "~/code/main", "~/code/third"))

    p.entered()
    directories = ("~/code/main/.git", "~/code/main/.git/worktrees/demo", "~/code/main/.git/worktrees/third")
    before = obeyed(h, *directories)
    attempts = (*(a.format(g=common) for a in ATTEMPTS), redirect, redirect.replace(third, common + "/worktrees/demo"),
                f"mv {third} {third}2; mkdir -p {third}; cp {third}2/* {third}; " + redirect, "echo 'gitdir: evil' > .git; rm -f .git")  # fmt: skip
    r = p.entered(each(attempts))
    assert obeyed(h, *directories) == before and not host_uses(h, "~/code/main", "~/code/demo", "~/code/third"), r
    r = p.entered("git checkout -q -b inside && echo 2 >> main.py && git commit -qam inside && git status --short main.py")
    assert r.ok and r.out == "" and git(h, "log", "-1", "--format=%s").out == "inside\n", r
    r = p.entered(f"cat {h.home}/code/main/main.py {h.home}/code/third/main.py")
    assert "print" not in r.out, r


@test("D3: a submodule as the project: its git directory holds, and the repository above it is not there")
@attack("git-superproject", "D3", "the repository above a submodule")
def _(h):
    repository(h, "~/code/library")
    repository(h, "~/code/outer")
    git(h, "submodule", "add", "-q", h.path("~/code/library"), "sub", cwd="~/code/outer")
    git(h, "commit", "-qm", "submodule", cwd="~/code/outer")
    p = Project(h, path="~/code/outer/sub")
    g = h.path("~/code/outer/.git/modules/sub")
    p.predecessor(HOOK.format(g + "/hooks"), f"whitelist {g}\n")
    assert host_uses(h, p.path), h.story()
    seed("git-superproject", True)
    h.run(["sh", "-c", f"rm -f {g}/hooks/p*"])
    p.entered()
    before = obeyed(h, g, "~/code/outer/.git")
    r = p.entered(each(attempt.format(g=where) for attempt in ATTEMPTS for where in (g, h.path("~/code/outer/.git"))))
    assert obeyed(h, g, "~/code/outer/.git") == before and not host_uses(h, p.path, "~/code/outer"), r
    r = p.entered("echo 2 >> main.py && git commit -qam inside; cat ../main.py ../.git/config")
    assert "print" not in r.out and "[core]" not in r.out, r
    assert git(h, "log", "-1", "--format=%s", cwd=p.path).out == "inside\n", r


main()
