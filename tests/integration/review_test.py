#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What is told when a session ends, and psbc review: kills, several sessions, worktrees, bounds, accept and restore."""
import json
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from tap import main, test  # noqa: E402

DEMO = "~/code/demo"


def project(h, path=DEMO, config="", name="demo"):
    h.require("psbc", "firejail", "git")
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    h.write(f"{path}/.python-sandbox.toml", f'name = "{name}"\n{config}')
    assert h.psbc("trust", "--yes", cwd=path).ok
    return lambda line, **options: h.psbc("run", "--", "sh", "-c", line, **{"cwd": path, **options})


def started(h, line, path=DEMO, mark="ready"):
    """A session in the background that has run the line."""
    process = h.spawn(["psbc", "run", "--", "sh", "-c", f"{line}; touch {mark}; sleep 60"], cwd=path)
    wait(lambda: h.exists(f"{path}/{mark}"))
    os.unlink(h.path(f"{path}/{mark}"))
    return process


def wait(what):
    deadline = time.monotonic() + 30
    while not what() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert what()


def listed(h, path=DEMO):
    r = h.psbc("review", "--json", cwd=path)
    changes = json.loads(r.out)["changes"]
    assert r.status == (1 if changes else 0), r
    return {Path(change["path"]).name: change["how"] for change in changes}


@test("nothing is said when nothing changed, and nothing that work changes is named")
def _(h):
    run = project(h)
    h.write(f"{DEMO}/Makefile", "all:\n")
    for line in ("true", "echo x > main.py; mkdir a; echo y > a/b", "cp Makefile m; cat m > Makefile; touch Makefile", "exit 3"):
        r = run(line)
        assert r.err == "", r
    r = h.psbc("-q", "run", "--", "sh", "-c", "echo x >> Makefile; exit 5", cwd=DEMO)
    assert r.status == 5 and r.err == "" and listed(h) == {"Makefile": "changed"}, r


@test("a psbc that was killed: the next entry tells, and so does psbc review; what was killed inside is told at once")
def _(h):
    run = project(h)
    one = started(h, "echo 'all:' > Makefile")
    one.send_signal(signal.SIGKILL)
    one.wait()
    r = run("true")
    assert "in or after a session that was killed" in r.err and "Makefile appeared" in r.err, r
    assert run("true").err == "" and listed(h) == {"Makefile": "appeared"}
    two = started(h, "echo x > tox.ini")
    two.send_signal(signal.SIGKILL)
    two.wait()
    assert "(2 files wait for psbc review)" in h.psbc("list").out
    assert listed(h) == {"Makefile": "appeared", "tox.ini": "appeared"}
    r = run("echo x > noxfile.py; kill -9 -1; kill -9 $$")
    assert "noxfile.py appeared" in r.err, r
    # No program between `ready` and the last: dash loses a SIGINT that comes while it starts one (0.5.12: in vfork).
    three = h.spawn(["psbc", "run", "--", "sh", "-c", "echo x > justfile; : > ready; exec sleep 60"], cwd=DEMO, stderr=-1, text=True)
    wait(lambda: h.exists(f"{DEMO}/ready"))
    three.send_signal(signal.SIGINT)
    said = three.communicate(timeout=30)[1]
    assert "justfile appeared" in said, said


@test("two sessions at once: each tells what changed while it ran, and no change is lost")
def _(h):
    run = project(h)
    one = started(h, "echo x > Makefile")
    r = run("echo x > tox.ini")
    assert "tox.ini appeared" in r.err and "Makefile" not in r.err, r
    one.send_signal(signal.SIGKILL)
    one.wait()
    assert listed(h) == {"Makefile": "appeared", "tox.ini": "appeared"}


@test("restore and accept: content, mode, links and absence; never of a file that is not as it was shown")
def _(h):
    run = project(h)
    h.write(f"{DEMO}/Makefile", "all:\n", 0o755)
    h.write(f"{DEMO}/sub/.flake8", "[flake8]\n")
    h.symlink("Makefile", f"{DEMO}/makefile")
    run("echo x >> Makefile; chmod 600 Makefile; rm -r sub; rm makefile; echo y > makefile; echo z > tox.ini; echo t > tasks.py")
    assert h.psbc("review", "--restore", "Makefile", cwd=DEMO).status == 4, "not shown yet"
    assert listed(h) == {"Makefile": "changed", ".flake8": "vanished", "makefile": "changed", "tox.ini": "appeared", "tasks.py": "appeared"}
    h.write(f"{DEMO}/tasks.py", "mine\n")
    r = h.psbc("review", "--restore", "tasks.py", cwd=DEMO)
    assert r.status == 4 and "it changed since it was shown" in r.err and h.read(f"{DEMO}/tasks.py") == "mine\n", r
    r = h.psbc("review", "--accept", cwd=DEMO)
    assert r.status == 4, r
    listed(h)
    r = h.psbc("review", "--restore", "Makefile", "sub/.flake8", "makefile", "tox.ini", cwd=DEMO)
    assert r.ok, r
    assert h.read(f"{DEMO}/Makefile") == "all:\n" and h.lstat(f"{DEMO}/Makefile").st_mode & 0o777 == 0o755
    assert h.read(f"{DEMO}/sub/.flake8") == "[flake8]\n" and os.readlink(h.path(f"{DEMO}/makefile")) == "Makefile" and not h.exists(f"{DEMO}/tox.ini")
    assert h.psbc("review", "--accept", "tasks.py", cwd=DEMO).ok and listed(h) == {}
    assert h.psbc("review", cwd=DEMO).err == "nothing waits for review\n"
    run("rm Makefile; mkdir other; mv sub old; ln -s other sub")
    listed(h)
    r = h.psbc("review", "--restore", "sub/.flake8", cwd=DEMO)
    assert r.status == 4 and not h.exists(f"{DEMO}/other/.flake8"), r
    assert h.psbc("clean", "--yes", cwd=DEMO).ok and not [d for d in os.listdir(h.path("~/.local/state/psbc/review")) if d.startswith("demo")]


@test("at a terminal psbc review asks; without one, and with --quiet, it never does")
def _(h):
    run = project(h)
    run("echo x > Makefile")
    r = h.pty(["psbc", "review"], [("y/N", "n\r")], cwd=DEMO)
    assert r.status == 1 and "Makefile appeared" in r.out, r
    r = h.psbc("review", cwd=DEMO, stdin="y\n")
    assert r.status == 1 and "y/N" not in r.err, r
    r = h.pty(["psbc", "review"], [("y/N", "y\r")], cwd=DEMO)
    assert r.status == 0 and listed(h) == {}, r


@test("the git directory of a worktree, and siblings of a workspace, count as well")
def _(h):
    h.require("git")
    h.mkdir("~/code/mono/lib")
    h.run(["git", "init", "-q"], cwd="~/code/mono")
    run = project(h, config='[workspace]\nwritable = ["lib"]\n', path="~/code/mono/app")
    r = run("mkdir ../lib/sub; echo x > ../lib/sub/.envrc; echo x > ../lib/Makefile")
    assert ".envrc appeared" in r.err and "Makefile appeared" in r.err, r
    h.run(["git", "init", "-q"], cwd=h.mkdir("~/code/main"))
    h.run(["git", "commit", "-q", "--allow-empty", "-m", "first"], cwd="~/code/main")
    h.run(["git", "worktree", "add", "-q", h.path("~/code/tree")], cwd="~/code/main")
    run = project(h, path="~/code/tree", name="tree")
    assert run("echo x > a; git add a; git commit -qm inside").err == ""
    r = run('echo /evil >> "$(git rev-parse --git-common-dir)/objects/info/alternates"')
    assert "alternates appeared" in r.err, r


@test("more than is looked at: said, and what is near the top is told all the same")
def _(h):
    run = project(h)
    r = run("python3 -c 'import os\nfor d in range(210):\n os.makedirs(f\"d/{d}\")\n for f in range(1000): os.mknod(f\"d/{d}/{f}\")'; echo x > Makefile", timeout=170)
    assert "not all of what programs outside obey was compared" in r.err and "Makefile appeared" in r.err, r


main()
