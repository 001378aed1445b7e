#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What a session leaves for the host's tools where no pin reaches is told before the prompt returns. Judged by what the
host runs then, and by what psbc says; the same is left without psbc, and nobody says a word."""
import os
import shlex
import shutil
import signal
import subprocess

from attack import Project, each, git
from git_attack import MONITOR, repository
from tap import test
from vectors import attack, main, seed

PLANT = "touch $HOME/PWNED"
MAKE = PLANT.replace("$", "$$")
VENV = "~/code/demo/.venv/lib/python3.11/site-packages"


def write(name, text):
    return f"mkdir -p $(dirname {name}); printf '%s\\n' {shlex.quote(text)} > {name}"


def ran(h):
    found = h.exists("~/PWNED")
    if found:
        os.unlink(h.path("~/PWNED"))
    return found


def host_runs(h, name):
    """Stands in for the tool that obeys a file: runs it as a shell script when it is there."""
    if h.exists(name):
        h.run(["sh", h.path(name)])
    return ran(h)


def environment(h):
    h.write("~/code/demo/.venv/pyvenv.cfg", "home = /usr/bin\n")
    h.mkdir(VENV)


# (name, what makes it, who then runs it on the host)
PLANTED = {
    "tools/.envrc": (write("tools/.envrc", PLANT), lambda h: host_runs(h, "~/code/demo/tools/.envrc")),
    "deep/.vscode/tasks.json": (write("deep/.vscode/tasks.json", PLANT), lambda h: host_runs(h, "~/code/demo/deep/.vscode/tasks.json")),
    ".pre-commit-config.yaml": (write(".pre-commit-config.yaml", PLANT), lambda h: host_runs(h, "~/code/demo/.pre-commit-config.yaml")),
    "Makefile": (write("Makefile", f"all:\n\t{MAKE}"), lambda h: h.run(["make"], cwd="~/code/demo") and ran(h)),
    "vendor/lib/.git/config": ("git init -q vendor/lib && " + MONITOR.format("vendor/lib/.git/config"), lambda h: h.run(["git", "status"], cwd="~/code/demo/vendor/lib") and ran(h)),
    "assets/config": ("git init -q --bare assets && printf '[core]\\n\\trepositoryformatversion = 0\\n\\tbare = false\\n\\tworktree = ..\\n\\tfsmonitor = touch $HOME/PWNED; false\\n' > assets/config",
                      lambda h: h.run(["git", "status"], cwd="~/code/demo/assets") and ran(h)),
    ".venv/lib/python3.11/site-packages/evil.pth": (
        "printf 'import os; os.system(\"touch $HOME/PWNED\")\\n' > .venv/lib/python3.11/site-packages/evil.pth",
        lambda h: h.run(["python3", "-c", f"import site; site.addsitedir({h.path(VENV)!r})"]) and ran(h)),
    ".venv/lib/python3.11/site-packages/sitecustomize.py": (
        "printf 'import os; os.system(\"touch $HOME/PWNED\")\\n' > .venv/lib/python3.11/site-packages/sitecustomize.py",
        lambda h: h.run(["python3", "-c", "pass"], env={"PYTHONPATH": h.path(VENV)}) and ran(h)),
}  # fmt: skip


def project(h):
    h.require("make")
    repository(h)
    environment(h)
    return Project(h)


def fresh(h, *names):
    for name in names:
        path = h.path(f"~/code/demo/{name}")
        shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path) if os.path.lexists(path) else None


def told(h, r, name):
    """Said at the end of the session, or listed by psbc review, of which the end of the session speaks."""
    assert "psbc review" in r.err, r
    listed = h.psbc("review", "--json", cwd="~/code/demo")
    assert listed.status == 1, listed
    return f'/code/demo/{name}"' in listed.out


@test("D4, D5, D6: each file that the host would obey, and that no pin covers, is told when the session ends")
@attack("report-planted", "D5", "leave what the host's tools obey where nothing was", "told at the end of the session")
def _(h):
    p = project(h)
    lines = [line for line, _ in PLANTED.values()]
    p.predecessor(each(lines))
    works = {name: host(h) for name, (_, host) in PLANTED.items()}
    assert all(works.values()), works
    seed("report-planted", True)
    fresh(h, "tools", "deep", ".pre-commit-config.yaml", "Makefile", "vendor", "assets", ".venv")
    environment(h)
    assert p.entered().err == ""
    for name, (line, host) in PLANTED.items():
        r = p.entered(line)
        assert host(h), (name, r)
        assert told(h, r, name) and os.path.basename(name).split(".")[-1] in r.err, (name, r)
    assert p.entered().err == "", "nothing changed since"


@test("D5: what replaces a file by a link, another file, or a renamed directory is told as well")
@attack("report-replaced", "D5", "replace what is obeyed by a link, a rename or a hard link", "told at the end of the session")
def _(h):
    p = project(h)
    h.write("~/code/demo/Makefile", "all:\n\techo mine\n")
    h.write("~/code/demo/sub/tox.ini", "x\n")
    h.write("~/code/demo/sub/.flake8", "[flake8]\n")
    h.write("~/code/demo/settled/.flake8", "[flake8]\n")  # of a directory that looks unchanged, the names are not read again
    h.write("~/code/demo/settled/twin/.flake8", "[flake8]\n")
    git(h, "add", "-A")
    git(h, "commit", "-qm", "files")
    evil = f"printf 'all:\\n\\t{MAKE}\\n' > evil.mk; "
    tricks = {
        "a link": evil + "rm Makefile; ln -s evil.mk Makefile",
        "a rename": evil + "mv evil.mk Makefile",
        "a hard link": evil + "ln Makefile twin; cat evil.mk > twin",
        "with old times": evil + "touch -r Makefile evil.mk; cat evil.mk > Makefile; touch -r evil.mk Makefile",
        "in a directory that was renamed": "mv sub sub2; mkdir sub; echo x > sub/.flake8",
        "in a directory whose times are set back": "touch -r settled ref; rm settled/.flake8; touch -r ref settled; rm ref",
        "in a directory that another one stands for": "cp -a settled other; mv settled sub2; mv other settled; rm settled/twin/.flake8; touch -r sub2/twin settled/twin; touch -r sub2 settled; rm -rf sub2",
        "a directory that became a link": "mv sub other; ln -s other sub; echo x >> other/.flake8",
    }
    for name, line in tricks.items():
        p.predecessor(line)
        if "evil" in line:
            h.run(["make"], cwd=p.path)
            assert ran(h), name
        h.run(["sh", "-c", "rm -rf evil.mk twin sub sub2 other; git checkout -q ."], cwd=p.path)
    seed("report-replaced", True)
    for name, line in tricks.items():
        r = p.entered(line)
        assert "psbc review" in r.err and ("Makefile changed" in r.err if "evil" in line else ".flake8" in r.err), (name, r)
        h.run(["sh", "-c", "rm -rf evil.mk twin sub sub2 other; git checkout -q ."], cwd=p.path)
        p.psbc("review")
    assert p.psbc("review").status == 0


@test("D5: a session that changes files while another one is looked at hides nothing, and leads nowhere else")
@attack("report-race", "D5", "change what is looked at while it is looked at", "told at the end of the session")
def _(h):
    p = project(h)
    h.write("~/elsewhere/.envrc", "mine\n")
    p.predecessor("echo x > Makefile")
    seed("report-race", h.read("~/code/demo/Makefile") == "x\n")  # nobody says so
    fresh(h, "Makefile")
    flip = "mkdir -p a b; echo x > a/.flake8; while :; do mv a t; ln -s $HOME/elsewhere a; echo x$n > Makefile; rm -f a; mv t a; n=x$n; done"
    one = h.spawn(["timeout", "-s", "KILL", "6", "psbc", "run", "--", "sh", "-c", flip], cwd=p.path, stderr=subprocess.PIPE)
    for _ in range(4):
        p.entered("true")
    said = one.communicate()[1]
    assert one.returncode == -signal.SIGKILL, said  # it did run to its end
    r = p.entered("true")
    listed = p.psbc("review", "--json")
    assert "/Makefile" in listed.out and "elsewhere" not in listed.out, (r, listed)
    assert h.read("~/elsewhere/.envrc") == "mine\n"


@test("E2: a name cannot write to the terminal, and many files cannot crowd out one")
@attack("report-names", "E2", "hide what is told by names or by numbers")
def _(h):
    p = project(h)
    p.predecessor("mkdir d; echo x > d/.envrc")
    seed("report-names", h.exists("~/code/demo/d/.envrc"))
    fresh(h, "d")
    r = p.entered(r"""d=$(printf 'a\033]0;owned\007\n  b\342\200\256c'); mkdir "$d"; echo x > "$d/.envrc" """)
    assert "\x1b" not in r.err and "\u202e" not in r.err and "a\\x1b]0;owned" in r.err and len(r.err.splitlines()) == 3, r
    shown = p.psbc("review")
    assert "\x1b" not in shown.out and "\u202e" not in shown.out, shown
    r = p.entered("for i in $(seq 300); do mkdir -p d/$i; echo x > d/$i/.envrc; echo x > d/$i/.flake8; done; echo 'all:' > Makefile")
    assert "Makefile appeared" in r.err and len(r.err.splitlines()) <= 9, r


main()
