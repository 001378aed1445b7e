#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The harness of the other tests: what it promises in tests/support/host.py."""
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from host import Host  # noqa: E402
from tap import main, test  # noqa: E402


@test("commands run as a user of their own, in an empty HOME, with an environment made from nothing")
def _(h):
    assert h.run(["id", "-un"]).out.strip() == h.user
    assert h.run(["ls", "-A"]).out == ""
    os.environ["LEAK"] = "1"
    assert "LEAK" not in h.run(["env"]).out
    assert h.run(["cat", "/etc/shadow"]).status != 0


@test("decoys are planted, readable for the user and found by their values")
def _(h):
    decoys = h.plant_decoys()
    loot = h.run(["sh", "-c", "cat ~/.ssh/id_ed25519 ~/.netrc; env"]).out
    assert decoys.found_in(loot) == ["ACME_PASSPHRASE", "HF_TOKEN", "netrc", "ssh key"], decoys.found_in(loot)
    assert h.lstat("~/.ssh").st_mode & 0o777 == 0o700


@test("status, output and signals are told apart")
def _(h):
    r = h.run(["sh", "-c", "cat; echo error >&2; exit 7"], stdin="typed")
    assert (r.status, r.out, r.err) == (7, "typed", "error\n"), r
    assert h.run(["sh", "-c", "kill -9 $$"]).status == 137


@test("a process that is left behind delays nothing and is gone at the end")
def _():
    with Host() as h:
        start = time.monotonic()
        h.run(["sh", "-c", "setsid sleep 60 & echo left"])
        assert time.monotonic() - start < 10
        assert h.processes()
    assert not h.processes()


@test("a terminal answers, has job control, and keys that nobody read are seen")
def _(h):
    r = h.pty(["sh", "-c", "read -p 'name? ' x; tty; echo hello $x"], [(r"name\? ", "you\n")])
    assert r.status == 0 and "hello you" in r.out and "/dev/pts/" in r.out, r
    job = [
        (r"\$ $", "sh -c 'echo up; read x; echo got $x'\n"),
        (r"up\r\n", "\x1a"),
        (r"Stopped(.|\n)*\$ $", "fg\n"),
        (r"read x; echo got \$x", "it\n"),
        (r"got it(.|\n)*\$ $", "exit 3\n"),
    ]
    assert h.pty(["bash", "--norc", "--noprofile", "-i"], job).status == 3
    push = "import fcntl, termios; [fcntl.ioctl(0, termios.TIOCSTI, bytes([c])) for c in b'evil']"
    r = h.pty(["python3", "-c", push])
    assert r.left == "evil" or "rror" in r.out, r  # kernels with dev.tty.legacy_tiocsti=0 refuse


@test("an attack's link leads a test nowhere that the user could not go")
def _(h):
    h.symlink("/etc/shadow", "~/planted")
    try:
        h.read("~/planted")
    except PermissionError:
        return
    raise AssertionError("read /etc/shadow")


@test("nothing remains: neither files, nor the user, nor mounts")
def _():
    before = Path("/proc/self/mountinfo").read_text(), Path("/etc/passwd").read_text(), sorted(os.listdir("/tmp"))
    with Host() as h:
        h.write("~/x", "x")
        h.write("/tmp/psbc-test-left-behind", "x")
        assert h.user in Path("/etc/passwd").read_text()
    after = Path("/proc/self/mountinfo").read_text(), Path("/etc/passwd").read_text(), sorted(os.listdir("/tmp"))
    assert before[1] == after[1] and len(before[0].splitlines()) == len(after[0].splitlines())
    assert "psbc-test-left-behind" not in after[2] and not os.path.exists(h.home)


@test("two hosts at once share neither user nor files")
def _(h):
    h.write("/tmp/mine", "first")
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from host import Host\n"
        "with Host() as h: print(h.uid, h.exists('/tmp/mine'), h.run(['ls', '/home']).out.strip())"
    )
    support = h.copy("tests/support", "/tmp/tests/support")
    environment = {name: value for name, value in os.environ.items() if name != "PSBC"}  # may lie in /tmp
    other = subprocess.run([sys.executable, "-B", "-c", program, support], capture_output=True, text=True, env=environment)
    assert other.returncode == 0, other.stderr
    uid, mine, home = other.stdout.split()
    assert int(uid) != h.uid and home == f"psbc{uid}"
    assert mine == "False"


@test("psbc and the machine's own programs are on PATH")
def _(h):
    h.require("psbc")
    assert h.run(["sh", "-c", "command -v psbc"]).out.strip() == "/usr/local/bin/psbc"
    assert h.psbc("--version").status == 0


@test("firejail really builds a sandbox here")
def _(h):
    h.require("firejail")
    h.write("~/secret", "x")
    inside = h.run(["firejail", "--quiet", "--noprofile", "--private", "ls", h.home + "/secret"])
    assert inside.status != 0, inside


main()
