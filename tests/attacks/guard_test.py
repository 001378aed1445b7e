#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What the host's tools obey unasked in a project: prompts, editors, assistants, git. Judged by what they then run."""
import json
import os
import shlex
import signal
import time

from attack import Project, each, git, look
from git_attack import MONITOR, host_uses, repository
from running import UNTIL_END, Running, wait
from tap import test
from vectors import attack, main, seed

PLANT = "touch $HOME/PWNED"
TASKS = json.dumps({"tasks": [{"command": PLANT, "runOptions": {"runOn": "folderOpen"}}]})
HOOKS = json.dumps({"hooks": {"SessionStart": [{"hooks": [{"command": PLANT}]}]}})
MENU = "<project><component name='Startup'>touch $HOME/PWNED</component></project>"
# What a tool of the host obeys, and what makes it run something.
OBEYED = {
    ".envrc": PLANT, ".vscode/tasks.json": TASKS, ".claude/settings.json": HOOKS, ".idea/startup.xml": MENU, "mise.toml": f"[hooks]\nenter = '{PLANT}'\n",
    ".mcp.json": json.dumps({"command": PLANT}), ".cargo/config.toml": f"[build]\nrustc-wrapper = '{PLANT}'\n", ".helix/languages.toml": f"command = '{PLANT}'\n",
    ".tool-versions": "python path:./evil\n", ".nvim.lua": f"os.execute('{PLANT}')\n", ".direnv/flake-profile.rc": PLANT, ".husky/pre-commit": PLANT,
}  # fmt: skip
KEPT = (".envrc", ".vscode/tasks.json", ".claude/settings.json", ".idea/startup.xml")  # their places, when they are absent


def morning(h, path="~/code/demo"):
    """Stands in for a prompt with direnv, an editor and an assistant; True when something that was planted ran."""
    for name, text in OBEYED.items():
        found = h.path(f"{path}/{name}")
        if os.path.isfile(found) and (PLANT in h.read(found) or h.read(found) == text):
            h.run(["sh", "-c", PLANT])
    return ran(h)


def ran(h):
    if not h.exists("~/PWNED"):
        return False
    os.unlink(h.path("~/PWNED"))
    return True


def write(name, text):
    return f"mkdir -p $(dirname {name}); printf %s {shlex.quote(text)} > {name}"


def attempts(name, text):
    """Ways to get a text into a file that is there."""
    top = name.split("/")[0]
    return (
        write(name, text), write("n", text) + f"; mv -f n {name}", f"rm -rf {name}; " + write(name, text), f"mv {top} old; " + write(name, text),
        write("evil/" + os.path.basename(name), text) + f"; rm -rf {top}; ln -sfn evil {top}", f"ln {name} twin && " + write("twin", text),
        f"mv ../demo ../demo2; mkdir ../demo; cd ../demo; " + write(name, text), f"unshare -Urm sh -c 'umount {top}; umount {name}'; " + write(name, text),
    )  # fmt: skip


def clean(h):
    h.run(["sh", "-c", "rm -rf n old twin evil .entered"], cwd="~/code/demo")


@test("D5: what editors, prompts and assistants obey stays as it is, however it is replaced")
@attack("guard-existing", "D5", "change what the host's tools obey")
def _(h):
    repository(h)
    for name in OBEYED:
        h.write(f"~/code/demo/{name}", "# mine\n")
    git(h, "add", "-A")
    git(h, "commit", "-qm", "settings")
    p = Project(h)
    p.predecessor(each(write(name, text) for name, text in OBEYED.items()))
    assert morning(h), h.story()
    seed("guard-existing", True)
    git(h, "checkout", "-q", ".")
    before = {name: look(h, f"~/code/demo/{name}") for name in OBEYED}
    r = p.entered(each(attempt for name, text in OBEYED.items() for attempt in attempts(name, text)))
    clean(h)
    assert {name: look(h, f"~/code/demo/{name}") for name in OBEYED} == before and not morning(h), r
    r = p.entered("echo 2 >> main.py && git commit -qam inside && git stash list && git status --porcelain -uno")
    assert r.ok and r.out == "" and git(h, "log", "-1", "--format=%s").out == "inside\n", r


@test("D5, D8: where nothing is yet nothing can be made, and nothing is left behind")
@attack("guard-absent", "D5", "make what the host's tools would obey")
def _(h):
    repository(h)
    p = Project(h)
    plant = each(write(name, OBEYED[name]) for name in KEPT)
    p.predecessor(plant)
    assert morning(h), h.story()
    seed("guard-absent", True)
    git(h, "clean", "-qfdx", "-e", ".python-sandbox.toml")
    before = h.tree("~/code/demo")
    r = p.entered("git status --porcelain; " + each(attempt for name in KEPT for attempt in attempts(name, OBEYED[name])[:5]) + "; rmdir .vscode .idea")
    assert r.out.startswith("?? .entered\n") and "?? ." not in r.out[3:] and not morning(h), r
    clean(h)
    assert {path for path in h.tree("~/code/demo") if "/" not in path} == {path for path in before if "/" not in path}, r
    assert not h.exists("~/code/demo/.git/commondir")


@test("D8: several sessions share what keeps places; it goes with the last, and after a kill with the next")
@attack("guard-leaves", "D8", "leave what keeps places in the repository")
def _(h):
    repository(h)
    p = Project(h)
    p.entered()
    start = sorted(os.listdir(h.path("~/code/demo")))
    one = h.spawn(["psbc", "run", "--", "sh", "-c", "touch one; sleep 60"], cwd=p.path)
    deadline = time.monotonic() + 20
    while not h.exists("~/code/demo/one") and time.monotonic() < deadline:
        time.sleep(0.05)
    r = p.inside("echo x > .vscode/tasks.json; ls -d .vscode")
    assert ".vscode" in r.out and h.exists("~/code/demo/.vscode") and not os.listdir(h.path("~/code/demo/.vscode")), r
    r = p.psbc("build", "--check")
    assert r.ok, r  # what keeps a place is no news
    assert git(h, "status", "--porcelain").out == "?? one\n"
    one.send_signal(signal.SIGKILL)
    one.wait()
    assert git(h, "status", "--porcelain").out == "?? one\n"
    os.unlink(h.path("~/code/demo/one"))
    p.entered()
    assert sorted(os.listdir(h.path("~/code/demo"))) == start and not h.exists("~/code/demo/.git/commondir")


@test("D4: what git would obey if it were there cannot be made: commondir, config.worktree, hooks and settings in the project")
@attack("guard-git-absent", "D4", "redirect git by what is absent")
def _(h):
    repository(h)
    for directory in ("tools/hooks", "shared"):
        h.mkdir(f"~/code/demo/{directory}")
    h.write("~/code/demo/shared/gitconfig", "[alias]\n\tst = status\n")
    git(h, "add", ".")
    git(h, "commit", "-qm", "tools")
    git(h, "config", "extensions.worktreeConfig", "true")
    git(h, "config", "core.hooksPath", "tools/hooks")
    git(h, "config", "include.path", "../shared/gitconfig")
    p = Project(h)
    hook = "printf '#!/bin/sh\\ntouch $HOME/PWNED\\n' > tools/hooks/post-checkout; chmod +x tools/hooks/post-checkout"
    redirect = "mkdir -p evil; cp -r .git/HEAD .git/refs .git/objects evil/; " + MONITOR.format("evil/config") + "; echo $PWD/evil > .git/commondir"
    attacks = (hook, MONITOR.format("shared/gitconfig"), MONITOR.format(".git/config.worktree"), redirect)
    undo = "rm -rf evil .git/commondir .git/config.worktree tools/hooks/p*; git checkout -q shared"
    reached = []
    for line in attacks:
        p.predecessor(line)
        reached.append(host_uses(h, p.path))
        h.run(["sh", "-c", undo], cwd=p.path)
    assert all(reached), list(zip(reached, attacks))
    seed("guard-git-absent", True)
    git(h, "checkout", "-q", "-B", "work")
    for branch in git(h, "branch", "--format=%(refname:short)").out.split():
        if branch != "work":
            git(h, "branch", "-qD", branch)
    moved = "mv tools t2; mkdir -p tools/hooks; " + hook, "mv shared s2; mkdir shared; " + MONITOR.format("shared/gitconfig")
    r = p.entered(each((*attacks, *moved)))
    assert not host_uses(h, p.path), r
    r = p.entered("git checkout -q -b inside && echo 2 >> main.py && git commit -qam inside && git gc -q 2> /dev/null; git branch --show-current")
    assert r.out == "inside\n" and git(h, "log", "-1", "--format=%s", "inside").out == "inside\n", r


@test("D4: a project without a repository gets none from inside")
@attack("guard-git-init", "D4", "make a repository of a project that is none")
def _(h):
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    p = Project(h)
    plant = "git init -q; mkdir -p .git; " + MONITOR.format(".git/config")
    h.run(["sh", "-c", plant], cwd=p.path)
    assert host_uses(h, p.path), h.story()
    h.run(["rm", "-rf", ".git"], cwd=p.path)
    p.predecessor(plant)
    seed("guard-git-init", host_uses(h, p.path))
    h.run(["rm", "-rf", ".git"], cwd=p.path)
    r = p.entered(each((plant, "rmdir .git; " + plant, "mv .git g; " + plant)))
    assert not host_uses(h, p.path) and not h.exists("~/code/demo/.git"), r
    # On the host it is made as ever, and then guarded.
    git(h, "init", "-q")
    p.entered(each((MONITOR.format(".git/config"), "git add . && git commit -qm inside")))
    assert not host_uses(h, p.path), h.story()


@test("D5: no place is kept where a branch has something, nor where that is uncertain, and checkouts work on both sides; elsewhere it is kept")
def _(h):
    repository(h)
    git(h, "checkout", "-q", "-b", "with")
    h.write("~/code/demo/.vscode/settings.json", "{}\n")
    git(h, "add", "-A")
    git(h, "commit", "-qm", "settings")
    git(h, "checkout", "-q", "-")
    git(h, "branch", "another")
    git(h, "commit", "-q", "--allow-empty", "-m", "ahead of it")
    p = Project(h)
    kept = lambda r: {".vscode", ".claude", ".envrc", ".idea"} & set(r.out.split())  # noqa: E731
    r = p.entered("ls -A; git checkout -q with && cat .vscode/settings.json && git checkout -q -; mkdir .claude/x || echo no")
    assert r.ok and kept(r) == {".claude", ".envrc", ".idea"} and r.out.endswith("{}\nno\n"), r
    tip = git(h, "rev-parse", "with").out.strip()
    git(h, "branch", "-q", "-D", "with")
    for _ in range(2):  # asked, and from what was answered
        assert kept(p.entered("ls -A")) == {".vscode", ".claude", ".envrc", ".idea"}
    git(h, "branch", "with", tip)
    assert kept(p.entered("ls -A")) == {".claude", ".envrc", ".idea"}
    git(h, "pack-refs", "--all")
    git(h, "gc", "-q")
    assert kept(p.entered("ls -A")) == {".claude", ".envrc", ".idea"}
    git(h, "config", "remote.origin.promisor", "true")  # objects may be elsewhere
    assert kept(p.entered("ls -A")) == set()
    git(h, "config", "--unset", "remote.origin.promisor")
    git(h, "checkout", "-q", "with")
    r = p.entered("echo x > .vscode/settings.json; cat .vscode/settings.json")
    assert r.out == "{}\n", r


@test("D3: git inside changes no tracked file that is read-only by halves: it fails before it begins, or works as outside")
def _(h):
    repository(h)
    h.write("~/code/demo/.vscode/settings.json", "{1}\n")
    git(h, "add", "-A")
    git(h, "commit", "-qm", "one")
    for branch, name, text in (("side", ".vscode/settings.json", "{2}\n"), ("plain", "plain.py", "x\n")):
        git(h, "checkout", "-q", "-b", branch)
        h.write(f"~/code/demo/{name}", text)
        git(h, "add", "-A")
        git(h, "commit", "-qm", branch)
        git(h, "checkout", "-q", "-")
    p = Project(h)
    p.entered()
    state = lambda: (git(h, "status", "--porcelain").out, git(h, "rev-parse", "HEAD", "--all").out, git(h, "symbolic-ref", "HEAD").out)
    before = state()
    for command in ("checkout side", "switch side", "merge side", "rebase side", "cherry-pick side", "reset --hard side", "bisect start side HEAD"):
        r = p.inside("git " + command)
        assert r.status == 1 and "read-only inside: nothing was changed" in r.err and state() == before, (command, str(r))
    r = p.entered("git switch -q plain && git switch -q - && echo 2 >> main.py && git stash -q && git stash pop -q && git commit -qam main && git merge -q --no-edit plain && git rebase -q HEAD~1")
    assert r.ok and git(h, "status", "--porcelain", "-uno").out == "", r
    # Without the check git says that it went well, and has the old content.
    r = p.inside("/usr/bin/git checkout -q side; git status --porcelain -uno")
    assert r.ok and r.out == " M .vscode/settings.json\n", r


@test("D3: a guarded file that is replaced on the host while a sandbox runs is told at once, and again at the end; the next entry guards it")
@attack("guard-replaced", "D3", "a guarded file that is replaced on the host while a sandbox tries to write it", comes_to="reached, told at once and at the end")
def _(h):
    repository(h)
    h.write("~/code/demo/.envrc", "export A=1\n")
    p = Project(h)
    files = (".git/config", ".envrc", ".git/info/exclude", ".python-sandbox.toml")
    evil = lambda: [name for name in files if "# evil" in h.read(f"{p.path}/{name}")]  # noqa: E731
    append = "(while :; do for f in " + " ".join(files) + "; do grep -q evil $f || echo '# evil' >> $f; done; sleep 0.02; done) 2>/dev/null &"
    r = Running(p, f"touch .ready; {append} {UNTIL_END}")
    time.sleep(0.3)
    h.write("~/code/demo/.envrc", "export A=2\n")  # in place: still the file that is guarded
    git(h, "commit", "-qm", "outside", "--allow-empty")
    time.sleep(0.2)
    assert not evil() and not r.said(), (evil(), r.said())
    git(h, "config", "user.nick", "dev")
    r.hears("psbc: warning: `~/code/demo/.git/config` was replaced outside, and can be changed inside now: leave the sandbox, and enter again\n")
    wait(lambda: evil() == [".git/config"], evil)  # as the message says
    h.write("~/code/demo/new", "export A=3\n")
    os.rename(h.path("~/code/demo/new"), h.path("~/code/demo/.envrc"))
    h.run(["sh", "-c", "mv .git old; cp -r old .git"], cwd=p.path)  # what holds them
    r.hears("`~/code/demo/.envrc` was replaced", "`~/code/demo/.git` was replaced")
    wait(lambda: len(evil()) == 3, evil)
    status, said = r.end()
    assert status == 0 and "guarded files lost their protection while the sandbox ran:\n  `~/code/demo/.git/config`" in said, said
    assert ".git/config changed" in said and ".envrc changed: direnv" in said, said
    for name in evil():
        h.write(f"{p.path}/{name}", h.read(f"{p.path}/{name}").replace("# evil\n", ""))
    p.psbc("review")
    r = Running(p, f"touch .ready; {append} {UNTIL_END}")
    time.sleep(0.2)
    status, said = r.end()
    assert status == 0 and not evil() and not said, said


@test("[protect]: extra guards more, allow opens a row and says at trust what that risks")
def _(h):
    repository(h)
    h.write("~/code/demo/deploy.sh", "# mine\n")
    h.write("~/code/demo/.vscode/settings.json", "{}\n")
    p = Project(h, '[protect]\nextra = ["deploy.sh"]\nallow = [".vscode"]\n', trusted=False)
    r = p.psbc("trust", "--yes")
    assert r.ok and "change what tools outside obey: .vscode: what runs inside can write tasks" in r.err, r
    p.entered("echo x > deploy.sh; rm -f deploy.sh; mv deploy.sh d; echo '{1}' > .vscode/settings.json; echo x > .claude/x")
    assert h.read("~/code/demo/deploy.sh") == "# mine\n" and h.read("~/code/demo/.vscode/settings.json") == "{1}\n"
    for config, said in (('allow = [".vscod"]', "did you mean `.vscode`?"), ('allow = [".python-sandbox.toml"]', "cannot be opened"), ('extra = ["~/other"]', "does not lie in the project")):
        h.write(p.file, f'name = "demo"\n[protect]\n{config}\n')
        r = p.psbc("trust", "--yes")
        assert not r.ok and said in r.err, r


main()
