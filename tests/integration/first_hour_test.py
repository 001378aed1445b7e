#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a person can meet in the first hour with psbc: each is provoked, says what is wrong, and says what to type."""
import os
import re
import shutil
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tap import main, test  # noqa: E402

CONFIG = ".python-sandbox.toml"
LAB = "~/code/lab"


def lab(h, text='name = "lab"\n', path=LAB, approve=True):
    h.write(f"{path}/{CONFIG}", text)
    if approve:
        assert h.psbc("trust", "--yes", cwd=path).ok


def mounted(*words):
    """In the mount namespace of this test program, which ends with it."""
    subprocess.run(["mount", *words], check=True)


def says(r, status, *patterns):
    """Nothing but its words: no assertion, no trace, no half a sentence."""
    assert r.status == status, r
    for pattern in patterns:
        assert re.search(pattern, r.err), (pattern, r)
    assert not re.search(r"terminate called|Assertion|Traceback|core dumped|std::", r.out + r.err), r


@test("no firejail: build, run and doctor say so, and how to install it")
def _(h):
    lab(h)
    mounted("--bind", "/dev/null", "/usr/bin/firejail")
    try:
        for words, status in ((["build"], 4), (["run", "--", "true"], 125), (["enter"], 125)):
            says(h.psbc(*words, cwd=LAB), status, r"error\[PSB801\].*firejail is not installed", "help: sudo apt install firejail")
        r = h.psbc("doctor", cwd=LAB)
        assert r.status == 1 and re.search(r"broken +firejail +firejail is not installed\n +sudo apt install firejail", r.out), r
        says(h.psbc("lint", cwd=LAB, env={"CI": "1"}), 0)  # needs none
    finally:
        subprocess.run(["umount", "/usr/bin/firejail"], check=True)


@test("a firejail that is not setuid, or that others can change")
def _(h):
    h.require("firejail")
    lab(h)
    copy = h.path("~/firejail")
    shutil.copy("/usr/bin/firejail", copy)
    for mode, owner, words in ((0o755, 0, "not setuid root"), (0o4755, h.uid, "others than root can change it")):
        os.chown(copy, owner, owner)
        os.chmod(copy, mode)
        mounted("--bind", copy, "/usr/bin/firejail")
        try:
            says(h.psbc("run", "--", "true", cwd=LAB), 125, words, "help: reinstall firejail from your distribution")
        finally:
            subprocess.run(["umount", "/usr/bin/firejail"], check=True)


@test("in a container, where firejail would run the command without a sandbox")
def _(h):
    h.require("firejail")
    lab(h)
    inside = ["unshare", "-pf", "--mount-proc", "setpriv", f"--reuid={h.uid}", f"--regid={h.gid}", "--clear-groups"]
    r = h.run([*inside, "psbc", "run", "--", "touch", "ran"], cwd=LAB, user=False)
    says(r, 125, "container or another sandbox")
    assert not h.exists(f"{LAB}/ran") and "help:" in r.err, r
    r = h.run([*inside, "psbc", "doctor"], cwd=LAB, user=False)
    assert r.status == 1 and "container" in r.out, r


@test("a project that was not approved, no project, and a build that is stale")
def _(h):
    h.require("firejail")
    lab(h, approve=False)
    says(h.psbc("run", "--", "true", cwd=LAB), 3, r"`~/code/lab/\.python-sandbox\.toml` was never approved", "help: see what it asks for: psbc trust")
    h.mkdir("~/empty")
    for words in (["build"], ["trust"], ["explain", "x"], ["verify"]):
        says(h.psbc(*words, cwd="~/empty"), 3, "there is no .python-sandbox.toml in `.*/empty` or above it", "help: go to your project and type: psbc init")
    lab(h)
    assert h.psbc("build", cwd=LAB).ok and h.psbc("build", "--check", cwd=LAB).ok
    h.mkdir("~/data")
    h.write(f"{LAB}/{CONFIG}", 'name = "lab"\nreadonly = ["~/data"]\n')
    says(h.psbc("build", "--check", "--explain", cwd=LAB), 1, "`~/code/lab` is stale", r"\.python-sandbox\.toml")
    says(h.psbc("run", "--", "true", cwd=LAB), 0, "asks for more than you approved: psbc trust shows it")


@test("no environment yet, no such program, a script without its interpreter, one that is not executable, no python")
def _(h):
    h.require("firejail")
    lab(h)
    make = r"there is no environment yet; inside, this makes it: python3 -m venv ~/envs/lab"
    r = h.pty(["psbc", "enter"], [(r"\$ ", "exit\n")], cwd=LAB)
    assert re.search(make, r.out), r
    says(h.psbc("run", "--", "pytest-of-nobody", cwd=LAB), 127, "cannot run `pytest-of-nobody`: no such file", "help: a program must be visible inside", "help: " + make)
    h.write(f"{LAB}/tool", "#!/usr/bin/python9\n", 0o755)
    says(h.psbc("run", "--", "./tool", cwd=LAB), 127, "help: it is there, and what runs it is not: the program of its first line")
    h.write(f"{LAB}/plain.py", "print(1)\n", 0o644)
    says(h.psbc("run", "--", "./plain.py", cwd=LAB), 126, "permission denied", r"help: make it executable, by chmod \+x, or name what runs it")
    assert h.psbc("run", "--", "python3", "-m", "venv", "--without-pip", h.path("~/envs/lab"), cwd=LAB).ok
    r = h.pty(["psbc", "enter"], [(r"\$ ", "command -v python; exit\n")], cwd=LAB)
    assert "no environment" not in r.out and "/envs/lab/bin/python" in r.out, r
    says(h.psbc("run", "--", "pytest-of-nobody", cwd=LAB), 127, "cannot run")


@test("a shell that psbc knows nothing of")
def _(h):
    h.require("firejail")
    lab(h)
    for words in (["hook", "tcsh"], ["completions", "tcsh"]):
        says(h.psbc(*words), 2, "there is no (hook|completion) for `tcsh`", "help: one of: bash, zsh, fish")
    r = h.psbc("enter", "--shell", "tcsh", cwd=LAB)
    says(r, 127, "only bash, zsh, fish get your own settings", "cannot run `tcsh`")
    assert "for which there is none: psbc enter works in each" in h.psbc("doctor", env={"SHELL": "/bin/tcsh"}).out


@test("the project is the home directory, or holds it")
def _(h):
    says(h.psbc("init", cwd="~"), 2, "would hold your whole home directory", "help: go to the directory of one project")
    h.write(f"~/{CONFIG}", 'name = "home"\n')
    for words in (["build"], ["trust", "--yes"]):
        says(h.psbc(*words, cwd="~"), 2, r"error\[PSB512\]", "help: move .python-sandbox.toml into the directory of one project")


@test("a project that cannot be written, by its permissions or its disk")
def _(h):
    h.require("firejail")
    h.mkdir("~/code/mine")
    os.chmod(h.path("~/code/mine"), 0o555)
    says(h.psbc("init", cwd="~/code/mine"), 4, "cannot create `.*/code/mine/.python-sandbox.toml`: permission denied", "help: the directory must be one that you can write")
    lab(h, path="~/code/disk")
    place = h.path("~/code/disk")
    mounted("--bind", place, place)
    mounted("-o", "remount,ro,bind", place)
    says(h.psbc("run", "--", "true", cwd="~/code/disk"), 125, "`~/code/disk` lies on a disk that is mounted read-only", "help: mount it writable, or copy the project")


@test("a disk that is full")
def _(h):
    h.require("firejail")
    lab(h)
    state = h.path("~/.local/state/psbc")
    mounted("-t", "tmpfs", "-o", f"size=16k,uid={h.uid},gid={h.gid},mode=0700", "tmpfs", state)
    assert h.run(["sh", "-c", f"cat /dev/zero > {state}/full; true"]).ok
    says(h.psbc("build", cwd=LAB), 4, "[Nn]o space left on device")


@test("a home that root cannot look at, on FUSE as on NFS, is named with what to do; doctor knows before")
def _(h):
    h.require("firejail", "bindfs", "fusermount3")
    lab(h)
    # The device is root's here; and whoever mounts is the user, as with gocryptfs or sshfs.
    room, real = h.path("~/../dev-" + str(h.uid)), h.path("~/../real-" + str(h.uid))
    os.mkdir(room)
    mounted("-t", "tmpfs", "-o", "dev,mode=755", "tmpfs", room)
    os.mknod(f"{room}/fuse", 0o666 | stat.S_IFCHR, os.makedev(10, 229))
    os.chmod(f"{room}/fuse", 0o666)
    mounted("--bind", f"{room}/fuse", "/dev/fuse")
    subprocess.run(["cp", "-a", h.home, real], check=True)
    at = lambda line: h.run(["sh", "-c", f"cd {h.home}/code/lab && {line}"], cwd="/")
    try:
        assert h.run(["bindfs", "--no-allow-other", "-o", "nonempty", real, h.home], cwd="/").ok
        says(at("psbc run -- true"), 125, r"root, which firejail is at its start, may not look at `.*`: it lies on FUSE, mounted without allow_other", "help: .*allow_other")
        assert re.search(r"weak +home +root, .* may be kept out of `~`: it lies on FUSE", at("psbc doctor").out)
    finally:
        h.run(["fusermount3", "-u", "-z", h.home], cwd="/")
        subprocess.run(["umount", "/dev/fuse"], check=False)
        subprocess.run(["umount", room], check=False)
        os.rmdir(room)
        shutil.rmtree(real)
    says(at("psbc run -- true"), 0)


@test("a path of odd characters works, or says which name firejail cannot be told")
def _(h):
    h.require("firejail")
    for number, name in enumerate(("a b", "a$(touch x)", "a'b", "#a", "ä", "a*b", "-x", "a;b", "a\nb", 'a"b', "a\\b", "a,b", "a\x1b[2Jb")):
        path = f"~/odd{number}/{name}"
        h.mkdir(path)
        assert h.psbc("init", f"lab{number}", cwd=path).ok and h.psbc("trust", "--yes", cwd=path).ok, name
        r = h.psbc("run", "--", "sh", "-c", "echo made > made", cwd=path)
        if r.ok:
            assert h.read(f"{path}/made") == "made\n", name
        else:
            says(r, 125, r"error\[PSB\d+\]", "help: rename it", "nothing was started")
        assert "\x1b" not in r.err and not h.exists(f"{path}/x") and not h.exists("~/x"), r


main()
