#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""psbc clean and psbc uninstall: what goes is named and asked about, and what people wrote stays."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tap import main, test  # noqa: E402

CONFIG = ".python-sandbox.toml"
BASHRC = """# mine
alias ll='ls -l'
command -v psbc >/dev/null && eval "$(psbc hook bash --guard)" # enter
eval "$(psbc hook bash)"
source <(psbc completions bash)
. /usr/share/psbc/hook.bash
alias again='psbc hook bash | less'
export LAST=1"""
LEFT = """# mine
alias ll='ls -l'
alias again='psbc hook bash | less'
export LAST=1"""


def project(h, name):
    h.write(f"~/code/{name}/{CONFIG}", f'name = "{name}"\n')
    assert h.psbc("trust", "--yes", cwd=f"~/code/{name}").ok and h.psbc("run", "--", "true", cwd=f"~/code/{name}").ok


def wait_for(ready):
    end = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def tree(h):
    return h.run(["find", h.home, "-printf", "%P %y %m %l\n"]).out.splitlines()


@test("clean names what it removes and asks: no is no, nobody is no, yes removes; environments only with --envs")
def _(h):
    h.require("firejail")
    project(h, "lab")
    before = tree(h)
    r = h.psbc("clean", cwd="~/code/lab")
    assert r.status == 2 and "nobody said yes" in r.err and "psbc clean --yes" in r.err and "the build in ~/.local/state/psbc/builds/lab-" in r.err and tree(h) == before, r
    r = h.pty(["psbc", "clean"], [(r"remove it\? \[y/N\] ", "n\n")], cwd="~/code/lab")
    assert r.status == 0 and tree(h) == before, r
    r = h.pty(["psbc", "clean"], [(r"remove it\? \[y/N\] ", "y\n")], cwd="~/code/lab")
    assert r.status == 0 and "removed the build in" in r.out and "stays: environment, caches and state in ~/.local/share/psbc/sandboxes/lab-" in r.out, r
    assert not os.listdir(h.path("~/.local/state/psbc/builds")) and os.listdir(h.path("~/.local/share/psbc/sandboxes"))
    r = h.psbc("clean", "--envs", "--yes", cwd="~/code/lab")
    assert r.ok and "removed environment, caches and state" in r.err and not os.listdir(h.path("~/.local/share/psbc/sandboxes")), r
    assert "nothing was built" in h.psbc("clean", cwd="~/code/lab").err


@test("uninstall takes away all of psbc that is named and nothing else: state, links, shims, git hooks, lines of shells; the home is as before")
def _(h):
    h.require("firejail")
    h.mkdir("~/.cache")
    h.write("~/.bashrc", LEFT)
    h.mkdir("~/dotfiles")
    h.write("~/dotfiles/config.fish", "set -g a 1\n")
    h.mkdir("~/.config/fish")
    os.symlink(h.path("~/dotfiles/config.fish"), h.path("~/.config/fish/config.fish"))
    for name in ("lab", "shop"):
        h.write(f"~/code/{name}/{CONFIG}", f'name = "{name}"\n')
        assert h.run(["git", "init", "-q"], cwd=f"~/code/{name}").ok
    h.write("~/code/lab/.pre-commit-config.yaml", "repos: []\n")
    h.write("~/code/lab/.git/hooks/pre-commit", "#!/bin/sh\nexit 0\n")
    before = tree(h)
    for name in ("lab", "shop"):
        project(h, name)
    assert h.psbc("git-hooks", "install", cwd="~/code/lab").ok
    assert "psbc git-hooks install" in h.read("~/code/lab/.git/hooks/pre-commit")
    h.write("~/.bashrc", BASHRC)
    h.write("~/dotfiles/config.fish", "set -g a 1\ncommand -q psbc; and psbc hook fish | source\n")
    r = h.psbc("uninstall")
    assert r.status == 2 and "psbc uninstall --yes" in r.err and "~/.bashrc:3: command -v psbc" in r.err and "~/code/lab/.git/hooks/pre-commit" in r.err, r
    assert h.read("~/.bashrc") == BASHRC
    r = h.psbc("uninstall", "--yes")
    assert r.ok and "stays: ~/.bashrc:7: alias again=" in r.err and "stays: ~/.local/share/psbc/sandboxes: environments" in r.err and "the program is `" in r.err, r
    assert h.read("~/.bashrc") == LEFT and os.path.islink(h.path("~/.config/fish/config.fish")) and h.read("~/dotfiles/config.fish") == "set -g a 1\n"
    assert h.read("~/code/lab/.git/hooks/pre-commit") == "#!/bin/sh\nexit 0\n"
    assert os.listdir(h.path("~/.local/share/psbc")) == ["sandboxes"] and not h.exists("~/.local/state/psbc") and not os.path.exists(f"/tmp/psbc-{h.uid}")
    r = h.psbc("uninstall", "--envs", "--yes")
    assert r.ok and not h.exists("~/.local/share/psbc"), r
    # Directories that psbc had to make for what it made stay, empty: they are other programs' as well.
    made = {".local d", ".local/share d", ".local/state d", ".config d", ".config/firejail d", "envs d"}
    left = {line.rsplit(" ", 2)[0] for line in tree(h)} - {line.rsplit(" ", 2)[0] for line in before}
    assert left <= made, left - made
    assert "keeps nothing" in h.psbc("uninstall").err


@test("uninstall leaves what psbc hide moved, says where it is, and ends nothing that runs; inside it is refused")
def _(h):
    h.require("firejail")
    project(h, "lab")
    h.write("~/code/lab/.env", "KEY=mine\n")
    assert h.psbc("hide", ".env", cwd="~/code/lab").ok
    r = h.psbc("run", "--", "psbc", "uninstall", "--yes", cwd="~/code/lab")
    assert r.status == 3 and "inside the sandbox" in r.err, r
    p = h.spawn(["psbc", "run", "--", "sh", "-c", "touch ready; sleep 60"], cwd=h.path("~/code/lab"))
    wait_for(lambda: h.exists("~/code/lab/ready"))
    r = h.psbc("uninstall", "--envs", "--yes")
    assert r.status == 4 and "is running" in r.err and "psbc stop --all" in r.err and p.poll() is None, r
    assert h.psbc("stop", "--all").ok
    p.wait(20)
    r = h.psbc("uninstall", "--envs", "--yes")
    assert r.ok and "stays: ~/.local/share/psbc/hidden: what psbc hide moved" in r.err, r
    assert h.read("~/code/lab/.env") == "KEY=mine\n" and not h.exists("~/.local/share/psbc/sandboxes")


main()
