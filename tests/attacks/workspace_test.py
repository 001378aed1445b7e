#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""B7, D2, D3, D4, D6c in a monorepo: what lies around the project, and the projects in it."""
import os
import time

from attack import Project, each, git, look, secret
from git_attack import ATTEMPTS, HOOK, MONITOR, host_uses, obeyed, repository
from tap import test
from vectors import attack, main, seed

MONO, WEB = "~/code/mono", "~/code/mono/services/web"
# A whole repository whose settings start a program.
PLANTED_REPOSITORY = "rm -rf {0}; mkdir -p {0}/objects {0}/refs; echo 'ref: refs/heads/main' > {0}/HEAD; " + MONITOR.format("{0}/config")


def mono(h, workspace, **options):
    """The project services/web in a repository with siblings that hold decoys."""
    for path in ("services/api", "services/web", "libs/common", "libs/client"):
        h.write(f"{MONO}/{path}/mine.py", f"# {h.decoys.new(path)}\n")
    secret(h, "~/code/other/taxes", "outside")
    secret(h, "~/code/outer-of-mono", "beside the repository")
    repository(h, MONO)
    return Project(h, f"[workspace]\n{workspace}\n", path=WEB, name="web", **options)


def visible(h, r):
    return set(h.decoys.found_in(r.out))


SEE = "cat ~/code/other/* ~/code/outer-of-mono ~/code/mono/*/*/mine.py ../../libs/*/mine.py; git log -p | cat"


@test("B1: siblings, history and what is beside the repository are invisible unless named, each by itself")
@attack("workspace-siblings", "B1", "siblings, history and what is beside the repository")
def _(h):
    p = mono(h, "")
    assert {"services/api", "libs/common", "outside"} <= visible(h, h.run(["sh", "-c", SEE], cwd=WEB))
    seed("workspace-siblings", visible(h, p.predecessor(SEE)) - {"services/web"})
    for workspace, extra in (("", set()), ('readonly = ["libs/common"]', {"libs/common"}), ('writable = ["libs/common"]', {"libs/common"}),
                             ('readonly = ["libs"]', {"libs/common", "libs/client"}),
                             ('readonly = ["."]', {"libs/common", "libs/client", "services/api"}),
                             ('git = "read-only"', {"libs/common", "libs/client", "services/api"})):  # fmt: skip
        h.write(p.file, f'name = "web"\n[workspace]\n{workspace}\n')
        assert p.psbc("trust", "--yes").ok
        r = p.entered(SEE)
        assert visible(h, r) - {"services/web"} == extra, (workspace, str(r))


@test("B1: the history is not a part of `.`: neither a deleted file nor the settings with their tokens can be read")
@attack("workspace-history", "B1", "a deleted file and tokens in git's objects and settings")
def _(h):
    p = mono(h, 'readonly = ["."]')
    h.write(f"{MONO}/old", h.decoys.new("deleted long ago"))
    git(h, "add", "-A", cwd=MONO)
    git(h, "commit", "-qm", "oops", cwd=MONO)
    git(h, "rm", "-q", "old", cwd=MONO)
    git(h, "commit", "-qm", "gone", cwd=MONO)
    h.write(f"{MONO}/.git/config", h.read(f"{MONO}/.git/config") + f'[remote "origin"]\n\turl = https://me:{h.decoys.new("token")}@git.example.org/x\n')
    steal = "cat ~/code/mono/.git/config; git show HEAD^; git --git-dir=$HOME/code/mono/.git log -p"
    assert {"deleted long ago", "token"} <= visible(h, h.run(["sh", "-c", steal], cwd=WEB))
    seed("workspace-history", visible(h, p.predecessor(steal)))
    r = p.entered(steal)
    assert not visible(h, r), r


@test("B1, B11: a clone in a read-only sibling does not show its history or the token of its remote")
@attack("workspace-clone-remote", "B11", "the token in the remote of a read-only sibling")
def _(h):
    h.write("~/mono/.git/HEAD", "ref: refs/heads/main\n")
    h.write("~/mono/libs/common/common.py", "x = 1\n")
    for clone in ("libs/common", "libs/common/vendor/deep"):
        h.write(f"~/mono/{clone}/.git/HEAD", "ref: refs/heads/main\n")
        secret(h, f"~/mono/{clone}/.git/config", clone)
    p = Project(h, '[workspace]\nreadonly = ["libs/common"]\n', path="~/mono/services/web")
    steal = "cat ../../libs/common/common.py ../../libs/common/.git/* ../../libs/common/vendor/deep/.git/*"
    assert len(h.decoys.found_in(h.run(["sh", "-c", steal], cwd=p.path).out)) == 2
    seed("workspace-clone-remote", h.decoys.found_in(p.predecessor(steal).out))
    r = p.entered(steal)
    assert "x = 1" in r.out and not h.decoys.found_in(r.out), r


@test("D2, D3: a read-only sibling cannot be written; a writable one keeps its policy and what the host's git obeys in it")
@attack("workspace-sibling-policy", "D2", "the policy and hooks of a sibling")
def _(h):
    p = mono(h, 'readonly = ["libs/common"]\nwritable = ["libs/client"]', trusted=False)
    repository(h, f"{MONO}/libs/client")
    h.write(f"{MONO}/libs/client/.python-sandbox.toml", 'name = "client"\n')
    assert p.psbc("trust", "--yes").ok
    client, common = h.path(f"{MONO}/libs/client"), h.path(f"{MONO}/libs/common")
    writes = (HOOK.format(client + "/.git/hooks"), MONITOR.format(client + "/.git/config"))
    h.run(["sh", "-c", each(writes)])
    assert host_uses(h, f"{MONO}/libs/client"), h.story()
    h.run(["sh", "-c", "rm -f .git/hooks/p*; git config --unset-all core.fsmonitor"], cwd=client)

    p.entered()
    before = obeyed(h, f"{MONO}/libs/client/.git"), look(h, f"{MONO}/libs/client/.python-sandbox.toml"), h.tree(f"{MONO}/libs/common")
    attempts = (*(a.format(g=client + "/.git") for a in ATTEMPTS), f"cd {client}; mv .git .git2; mv .git2/hooks .git/hooks",
                f"cd {client}; echo 'readonly = [\"~/x\"]' >> .python-sandbox.toml; rm -f .python-sandbox.toml; mv .python-sandbox.toml x",
                f"cd {client}/..; mv client client2; mkdir client", f"echo x > {common}/x; rm -rf {common}/*; mv {common} {common}2")  # fmt: skip
    r = p.entered(each(attempts) + f"\necho changed > {client}/mine.py")
    now = obeyed(h, f"{MONO}/libs/client/.git"), look(h, f"{MONO}/libs/client/.python-sandbox.toml"), h.tree(f"{MONO}/libs/common")
    assert now == before and not host_uses(h, f"{MONO}/libs/client"), r
    assert h.read(f"{MONO}/libs/client/mine.py") == "changed\n"


@test("D3: the enclosing repository takes commits from inside, and its hooks and settings hold; where it is read-only nothing changes")
@attack("workspace-enclosing", "D3", "hooks and settings of the enclosing repository")
def _(h):
    p = mono(h, 'readonly = ["."]\ngit = "commit"')
    g = h.path(f"{MONO}/.git")
    p.predecessor(HOOK.format(g + "/hooks"), f"whitelist {g}\n")
    assert host_uses(h, MONO), h.story()
    seed("workspace-enclosing", True)
    h.run(["sh", "-c", f"rm -f {g}/hooks/p*"])
    p.entered()
    before = obeyed(h, f"{MONO}/.git")
    r = p.entered(each(a.format(g=g) for a in (*ATTEMPTS, f"mkdir -p evil; echo evil > {g}/commondir; rm -f {g}/commondir")))
    assert obeyed(h, f"{MONO}/.git") == before and not host_uses(h, MONO, WEB), r
    r = p.entered("echo 2 >> mine.py && git commit -qam inside && git status --short ~/code/mono/libs && git log -1 --format=%s")
    assert r.ok and r.out == "inside\n" and git(h, "log", "-1", "--format=%s %an", cwd=MONO).out == "inside Dev\n", r
    assert git(h, "show", "--name-only", "--format=", cwd=MONO).out == "services/web/mine.py\n"

    h.write(p.file, 'name = "web"\n[workspace]\nreadonly = ["."]\ngit = "read-only"\n')
    assert p.psbc("trust", "--yes").ok
    p.entered()
    tree = h.tree(f"{MONO}/.git")
    r = p.entered("git log --oneline | wc -l; git status --short; git diff --stat; git blame mine.py > /dev/null && echo blamed; echo 3 >> mine.py; git commit -qam never; git gc -q; git branch x")
    assert int(r.out.split()[0]) > 1 and "blamed" in r.out and h.tree(f"{MONO}/.git") == tree, r


@test("D4: a repository or a .git file that a session makes in the project or in a sibling runs nothing on the host and moves nothing")
@attack("workspace-planted-repository", "D4", "a repository that a session makes where none was")
def _(h):
    config = 'readonly = ["libs/common"]\nwritable = ["libs/client"]'
    p = mono(h, config)
    p.predecessor(PLANTED_REPOSITORY.format(".git"))
    assert host_uses(h, WEB), h.story()
    seed("workspace-planted-repository", True)
    h.run(["rm", "-rf", ".git"], cwd=WEB)
    h.mkdir(f"{WEB}/libs/common")
    secret(h, f"{WEB}/libs/common/decoy", "in the project")

    p.entered()
    r = None
    for plant in (PLANTED_REPOSITORY.format(".git"), PLANTED_REPOSITORY.format("../../libs/client/.git"), "git init -q .; git init -q ../../libs/client",
                  "rm -rf .git; echo 'gitdir: ../../../other' > .git", "rm -rf .git; ln -s ../../../other .git", "mv .git .git2; mkdir .git",
                  "mkdir -p fake; echo ../.git > fake/gitdir; echo 'gitdir: fake' > .git; echo ../../../.git > fake/commondir"):  # fmt: skip
        r = p.entered(plant)
        assert not host_uses(h, WEB, f"{MONO}/libs/client"), (plant, str(r))
        r = p.entered("cat ../../libs/common/mine.py; ls ../../libs; cat ~/code/other/* ~/code/mono/services/api/*")
        assert visible(h, r) == {"libs/common"} and r.out.endswith("client\ncommon\n"), (plant, str(r))
    assert git(h, "status", "--porcelain", "--", "services/web/.git", "libs/client", cwd=MONO).out == "", "no trace"


@test("B7: symlinks that leave the repository are refused, and so are those that a session can plant where it may write")
@attack("workspace-symlinks", "B7", "symlinks that leave the repository")
def _(h):
    p = mono(h, 'readonly = ["libs/out"]', trusted=False)
    h.symlink("../../other", f"{MONO}/libs/out")
    h.symlink("common", f"{MONO}/libs/short")
    assert "outside" in visible(h, h.run(["sh", "-c", "cat $(realpath libs/out)/taxes"], cwd=MONO))
    p.psbc("trust", "--yes")
    r = p.inside("cat ~/code/other/taxes; touch ran")
    assert not h.exists(f"{WEB}/ran") and "leads out of the repository" in p.psbc("build").err, r

    h.mkdir(f"{MONO}/libs/client/data")
    h.write(p.file, 'name = "web"\n[workspace]\nreadonly = ["libs/short", "libs/client/later"]\nwritable = ["libs/client", "libs/client/data"]\n')
    assert p.psbc("trust", "--yes").ok
    r = p.entered("cat ../../libs/short/mine.py")
    assert visible(h, r) == {"libs/common"}, r
    for target in (h.path("~/code/other"), h.path(f"{MONO}/services/api"), ".."):
        p.entered(f"cd ../../libs/client; ln -sfn {target} later; rmdir data; mv data data2; ln -sfn {target} data")
        r = p.inside("cat ~/code/other/taxes ~/code/mono/services/api/mine.py ../../libs/client/*/mine.py ../../libs/client/*/taxes; touch ran")
        assert r.status == 125 and not visible(h, r) and not h.exists(f"{WEB}/ran"), r
        assert "a symlink in a place that the sandbox can write" in r.err or "leads out of the repository" in r.err, r
        h.run(["sh", "-c", "rm -rf later data data2; mkdir data"], cwd=f"{MONO}/libs/client")


@test("D2, D6c: a session of the outer project cannot change the policy of the inner one, which cannot see the outer one")
@attack("workspace-inner-policy", "D6c", "the policy of an inner project")
def _(h):
    secret(h, "~/code/outer/own", "the outer project")
    secret(h, "~/code/outer/libs/inner/own", "the inner project")
    outer = Project(h, path="~/code/outer", name="outer")
    inner = Project(h, path="~/code/outer/libs/inner", name="inner")
    found = look(h, inner.file)
    widen = "cd libs/inner && (echo 'readonly = [\"~/data\"]' >> .python-sandbox.toml; cp .python-sandbox.toml c; mv -f c .python-sandbox.toml; rm -f .python-sandbox.toml; cd ..; mv inner x; mv x inner; cd ..; mv libs libs2; true)"
    outer.predecessor(widen)
    assert not h.exists(inner.file)
    seed("workspace-inner-policy", True)
    h.run(["sh", "-c", "mv libs2 libs; printf 'name = \"inner\"\\n' > libs/inner/.python-sandbox.toml"], cwd="~/code/outer")
    found = look(h, inner.file)
    r = outer.entered(widen + "; cat ~/code/outer/libs/inner/own")
    assert look(h, inner.file) == found and visible(h, r) == {"the inner project"}, r
    r = inner.entered("cat ../../own own; cat ~/code/outer/.python-sandbox.toml; echo $JAILED_ENV")
    assert visible(h, r) == {"the inner project"} and r.out.endswith("inner\n") and "outer" not in r.out, r
    # One that a session plants is nobody's until it is approved, and stays what it was when it was.
    outer.entered("mkdir -p deep/er; printf 'name = \"planted\"\\n' > deep/er/.python-sandbox.toml")
    r = h.psbc("run", "--", "touch", "ran", cwd="~/code/outer/deep/er")
    assert r.status == 3 and "never approved" in r.err, r
    planted = look(h, "~/code/outer/deep/er/.python-sandbox.toml")
    outer.entered("echo x >> deep/er/.python-sandbox.toml; mv deep deeper; rm -rf deep")
    assert look(h, "~/code/outer/deep/er/.python-sandbox.toml") == planted


@test("D4: repositories below the project hold: a nested clone, a submodule's work tree, a worktree that is made inside")
@attack("workspace-nested-repositories", "D4", "nested clones, work trees of submodules and worktrees")
def _(h):
    repository(h, "~/code/library")
    repository(h)
    git(h, "submodule", "add", "-q", h.path("~/code/library"), "libs/library")
    git(h, "commit", "-qm", "submodule")
    git(h, "clone", "-q", h.path("~/code/library"), "vendor/clone")
    p = Project(h)
    r = p.entered("git worktree add -q trees/side && cd trees/side && echo 2 >> main.py && git commit -qam side && git log -1 --format=%s")
    assert r.ok and r.out == "side\n", r
    places = ("vendor/clone", "libs/library", "trees/side")
    p.predecessor("cd vendor/clone; " + HOOK.format(".git/hooks"))
    assert host_uses(h, "~/code/demo/vendor/clone"), h.story()
    h.run(["sh", "-c", "rm -f .git/hooks/p*"], cwd="~/code/demo/vendor/clone")
    p.predecessor("cd libs/library; mkdir -p evil; " + PLANTED_REPOSITORY.format("evil") + "; echo 'gitdir: evil' > .git")
    assert host_uses(h, "~/code/demo/libs/library"), h.story()
    seed("workspace-nested-repositories", True)
    h.run(["sh", "-c", "rm -rf evil; echo 'gitdir: ../../.git/modules/libs/library' > .git; git checkout -q ."], cwd="~/code/demo/libs/library")

    for place in places:
        r = p.entered(f"cd {place} && echo 3 >> main.py && git commit -qam again && git log -1 --format=%s")
        assert r.ok and r.out == "again\n", (place, str(r))
    directories = ("~/code/demo/vendor/clone/.git", "~/code/demo/.git", "~/code/demo/.git/modules/libs/library", "~/code/demo/.git/worktrees/side")
    before = obeyed(h, *directories), [look(h, f"~/code/demo/{place}/.git") for place in places[1:]]
    attempts = [a.format(g="vendor/clone/.git") for a in ATTEMPTS]
    for place in places:
        attempts += [f"cd {place}; echo 'gitdir: evil' > .git; echo 'gitdir: evil' > g; mv -f g .git; rm -rf .git; " + PLANTED_REPOSITORY.format("evil"),
                     f"mv {place} {place}2; mkdir -p {place}; cp -r {place}2/. {place}; cd {place}; " + PLANTED_REPOSITORY.format(".git")]  # fmt: skip
    r = p.entered(each(attempts))
    assert before == (obeyed(h, *directories), [look(h, f"~/code/demo/{place}/.git") for place in places[1:]]), r
    assert not host_uses(h, *(f"~/code/demo/{place}" for place in places)), r


@test("D3: two worktrees at once, outside of the main checkout, with the project in a subdirectory: each commits, neither changes what the host obeys")
@attack("workspace-two-worktrees", "D3", "two worktrees at once")
def _(h):
    repository(h, "~/code/main")
    h.write("~/code/main/services/web/app.py", "print(1)\n")
    git(h, "add", "-A", cwd="~/code/main")
    git(h, "commit", "-qm", "service", cwd="~/code/main")
    trees = ("~/work/one", "~/work/two")
    for tree in trees:
        git(h, "worktree", "add", "-q", h.path(tree), cwd="~/code/main")
    projects = [Project(h, '[workspace]\nreadonly = ["."]\ngit = "commit"\n', path=f"{tree}/services/web", name=f"web{number}") for number, tree in enumerate(trees)]
    common = h.path("~/code/main/.git")
    projects[0].predecessor(HOOK.format(common + "/hooks"), f"whitelist {common}\n")
    assert host_uses(h, "~/code/main"), h.story()
    seed("workspace-two-worktrees", True)
    h.run(["sh", "-c", f"rm -f {common}/hooks/p*"])

    for p in projects:
        p.entered()
    directories = ("~/code/main/.git", "~/code/main/.git/worktrees/one", "~/code/main/.git/worktrees/two")
    before = obeyed(h, *directories), [look(h, f"{tree}/.git") for tree in trees]
    sleeper = h.spawn(["psbc", "run", "--", "sh", "-c", "touch here; while [ ! -e stop ]; do sleep 0.1; done; echo 2 >> app.py; git commit -qam one > said 2>&1; touch done"], cwd=projects[0].path)
    wait(h, f"{projects[0].path}/here")
    redirect = f"mkdir -p evil; {MONITOR.format('evil/config')}; cp -r {common}/HEAD {common}/refs {common}/objects evil/; for w in one two; do echo $PWD/evil > {common}/worktrees/$w/commondir; done"
    attempts = (*(a.format(g=common) for a in ATTEMPTS), redirect, "echo 'gitdir: evil' > ../../.git; rm -f ../../.git",
                f"mv {common}/worktrees/one {common}/worktrees/x; mkdir {common}/worktrees/one")  # fmt: skip
    r = projects[1].entered(each(attempts) + "\nrm -rf evil n; echo 3 >> app.py; git commit -qam two")
    h.write(f"{projects[0].path}/stop")
    wait(h, f"{projects[0].path}/done")
    sleeper.wait(20)
    assert before == (obeyed(h, *directories), [look(h, f"{tree}/.git") for tree in trees]), r
    for tree, subject in zip(trees, ("one", "two")):
        assert git(h, "log", "-1", "--format=%s %an", cwd=tree).out == f"{subject} Dev\n", (tree, h.read(f"{projects[0].path}/said"), str(r))
        assert git(h, "show", "--name-only", "--format=", cwd=tree).out == "services/web/app.py\n"
    assert not host_uses(h, "~/code/main", *trees), r
    r = projects[0].entered("cat ~/code/main/services/web/app.py ~/work/two/services/web/app.py; true")
    assert "print" not in r.out, r


def wait(h, path):
    end = time.monotonic() + 30
    while not h.exists(path):
        assert time.monotonic() < end, f"{path} never came\n{h.story()}"
        time.sleep(0.05)


main()
