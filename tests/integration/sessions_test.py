#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Several sessions of one project: what they share, how they are listed, and how they end."""
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from tap import main, skip, test  # noqa: E402


def project(h, name="demo"):
    h.require("psbc", "firejail")
    h.write(f"~/code/{name}/.python-sandbox.toml", f'name = "{name}"\n')
    assert h.psbc("trust", "--yes", cwd=f"~/code/{name}").ok
    return f"~/code/{name}"


def start(h, path, *command):
    """A session that is inside when this returns."""
    ready = f"{path}/ready-{os.urandom(4).hex()}"
    script = f'touch {h.path(ready)}; exec "$@"'
    session = h.spawn(["psbc", "run", "--", "sh", "-c", script, "sh", *command], cwd=path, stderr=subprocess.PIPE)
    wait_for(lambda: h.exists(ready) or session.poll() is not None)
    assert session.poll() is None, session.stderr.read()
    os.unlink(h.path(ready))
    return session


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def listed(h):
    return h.psbc("list").out.splitlines()


def temporary(h):
    return [p for p in Path(f"/tmp/psbc-{h.uid}").glob("*/*")]


@test("sessions of one project share TMPDIR, those of another have their own, and the last one leaves it empty")
def _(h):
    here, there = project(h), project(h, "other")
    first = start(h, here, "sh", "-c", 'echo shared > "$TMPDIR/file"; echo mine > /tmp/file; sleep 60')
    wait_for(lambda: h.psbc("run", "--", "sh", "-c", 'cat "$TMPDIR/file"', cwd=here).out == "shared\n")
    r = h.psbc("run", "--", "sh", "-c", 'cat /tmp/file; ls "$TMPDIR"; python3 -c "import tempfile; print(tempfile.gettempdir())"; echo $TMPDIR', cwd=here)
    lines = r.out.splitlines()
    assert lines[0] == "file" and lines[1] == lines[2] and "cat: /tmp/file: No such file" in r.err, r
    assert h.psbc("run", "--", "sh", "-c", 'ls -A "$TMPDIR"; ls /tmp', cwd=there).out.split()[-1:] == [f"psbc-{h.uid}"]
    assert len(temporary(h)) == 1
    first.send_signal(signal.SIGTERM)
    first.wait(20)
    assert temporary(h) == []


@test("status and list --json: what is built, stale, approved and running, with process, age and what to do")
def _(h):
    here, there, gone = project(h), project(h, "other"), project(h, "gone")
    config = h.read(f"{there}/.python-sandbox.toml")
    for path in (there, gone):
        assert h.psbc("run", "--", "true", cwd=path).ok
    session = start(h, here, "sleep", "60")
    h.write(f"{there}/.python-sandbox.toml", config + 'readonly = ["~/data"]\n')
    os.unlink(h.path(f"{gone}/.python-sandbox.toml"))
    rows = {row["name"]: row for row in json.loads(h.psbc("list", "--json").out)["projects"]}
    assert {name: (row["state"], row["approval"]) for name, row in rows.items()} == {"demo": ("fresh", "approved"), "other": ("stale", "asks for more"), "gone": ("gone", "approved")}, rows
    (running,) = rows["demo"]["sessions"]
    assert running["pid"] == session.pid and running["command"] == "sh" and 0 <= running["age"] < 60 and not running["older_than_build"], running
    assert rows["other"]["sessions"] == rows["gone"]["sessions"] == [] and rows["demo"]["root"] == h.path(here), rows
    r = h.psbc("status")
    lines = r.out.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("demo "))
    assert lines[at].split() == ["demo", "fresh", "approved", "~/code/demo"] and re.fullmatch(rf"  {session.pid} +\d+ s +sh", lines[at + 1]), r
    assert "psbc trust --show says what is new" in r.out and "psbc clean DIR" in r.out, r
    h.write(f"{here}/.python-sandbox.toml", h.read(f"{here}/.python-sandbox.toml") + 'hidden = [".env"]\n')
    assert h.psbc("trust", "--yes", cwd=here).ok and h.psbc("build", cwd=here).ok
    assert "older than the build" in h.psbc("status").out and h.psbc("clean", "--yes", h.path(gone)).ok and "gone" not in h.psbc("status").out
    assert h.psbc("trust", "--revoke", cwd=here).ok
    assert "not approved" in h.psbc("status").out
    session.send_signal(signal.SIGTERM)
    session.wait(20)


@test("a session that was killed leaves nothing that the next one finds")
def _(h):
    here = project(h)
    session = start(h, here, "sh", "-c", 'echo old > "$TMPDIR/file"; sleep 60')
    wait_for(lambda: temporary(h))
    session.kill()
    session.wait(20)
    wait_for(lambda: not h.psbc("list").out.count("session"))
    r = h.psbc("run", "--", "sh", "-c", 'ls -A "$TMPDIR"', cwd=here)
    assert r.ok and r.out == "", r


@test("a /tmp/psbc-UID that somebody else made is not used")
def _(h):
    here = project(h)
    top = Path(f"/tmp/psbc-{h.uid}")
    for make in (lambda: top.mkdir(0o777), lambda: top.symlink_to("/var/tmp")):
        make()
        r = h.psbc("run", "--", "touch", "ran", cwd=here)
        assert r.status == 125 and str(top) in r.err and not h.exists(f"{here}/ran"), r
        top.rmdir() if not top.is_symlink() else top.unlink()
    assert h.psbc("run", "--", "touch", "ran", cwd=here).ok


@test("a /tmp/psbc-UID of another user: who made it, and what to type")
def _(h):
    if os.geteuid() != 0:
        skip("root: only it can make a directory for another user")
    here = project(h)
    top = Path(f"/tmp/psbc-{h.uid}")
    top.mkdir()
    os.chown(top, 65534, 65534)
    r = h.psbc("run", "--", "touch", "ran", cwd=here)
    assert r.status == 125 and "number 65534" in r.err and f"sudo rm -r {top}" in r.err and "XDG_STATE_HOME" not in r.err, r
    assert not h.exists(f"{here}/ran") and list(top.iterdir()) == []
    top.rmdir()


@test("the record of a session holds no argument of its command, not even after a SIGKILL")
def _(h):
    here = project(h)
    session = h.spawn(["psbc", "run", "--", "/bin/sh", "-c", "touch up; sleep 60", "hf_typed_as_an_argument"], cwd=here)
    wait_for(lambda: h.exists(f"{here}/up"))
    session.kill()
    session.wait(20)
    records = [p.read_text() for p in Path(h.home).glob(f".local/state/psbc/sessions/*/{session.pid}")]
    assert len(records) == 1 and "hf_typed" not in records[0] and "touch" not in records[0] and "sh" in records[0], records


@test("psbc stop ends a session, under nohup too, whose own process inside is held by another")
def _(h):
    here = project(h)
    h.write(f"{here}/hold.py", """
import os, signal
for i in (1, 2, 15): signal.signal(i, signal.SIG_IGN)
init = [int(p) for p in os.listdir('/proc') if p.isdigit() and p != '1' and b'jail-init' in open(f'/proc/{p}/cmdline', 'rb').read()][0]
os.fork(), os.fork()
open('up', 'w')
while True: os.kill(init, signal.SIGSTOP)
""")  # fmt: skip
    session = h.spawn(["sh", "-c", "trap '' HUP; exec psbc run -- python3 hold.py"], cwd=here)
    wait_for(lambda: h.exists(f"{here}/up"))
    r = h.psbc("stop", cwd=here, timeout=60)
    assert r.ok and session.wait(20) != 0, r
    wait_for(lambda: h.run(["pgrep", "-u", str(h.uid), "-x", "python3"]).out == "")


@test("psbc list counts sessions, and those that are older than the build")
def _(h):
    here = project(h)
    h.write(f"{here}/.env", "S=1\n")
    session = start(h, here, "sleep", "60")
    assert listed(h)[0].endswith("(1 session)"), listed(h)
    h.write(f"{here}/.python-sandbox.toml", 'name = "demo"\nhidden = [".env"]\n')
    assert h.psbc("trust", "--yes", cwd=here).ok and h.psbc("build", cwd=here).ok
    assert listed(h)[0].endswith("(1 session, 1 older than the build)"), listed(h)
    second = start(h, here, "sleep", "60")
    h.write(f"{here}/.python-sandbox.toml", '# A comment makes no session older.\nname = "demo"\nhidden = [".env"]\n')
    assert h.psbc("trust", "--yes", cwd=here).ok and h.psbc("build", cwd=here).ok
    assert listed(h)[0].endswith("(2 sessions, 1 older than the build)"), listed(h)
    for each in (session, second):
        each.terminate()
        each.wait(20)
    assert "session" not in listed(h)[0]


@test("a shell of a session that is older than the build says so, once, at its next prompt")
def _(h):
    here = project(h)

    def build(_):
        data = h.mkdir(f"~/data-{os.urandom(4).hex()}")
        h.write(f"{here}/.python-sandbox.toml", f'name = "demo"\nreadonly = ["{data}"]\n')
        assert h.psbc("trust", "--yes", cwd=here).ok and h.psbc("build", cwd=here).ok

    for shell in ("bash", "zsh", "fish"):
        h.require(shell)
        h.write(f"~/.{shell}rc", "")
        said = "this session is older than the current build"
        r = h.pty(["psbc", "enter", "--shell", shell], [
            (r"\(J:demo\)", "echo first\r"), (r"first\r?\n(.|\n)*\(J:demo\)", build),
            ("", "false\r"), (said + r"(.|\n)*\(J:demo\)", "echo next\r"), (r"next\r?\n(.|\n)*\(J:demo\)", "exit 7\r"),
        ], cwd=here)  # fmt: skip
        assert r.status == 7 and r.out.count(said) == 1, r


@test("psbc stop ends the sessions of a project, of a name, or all, and nothing of them is left")
def _(h):
    here, there = project(h), project(h, "other")
    one, two, three = start(h, here, "sleep", "61"), start(h, here, "sleep", "61"), start(h, there, "sleep", "61")
    r = h.psbc("stop", "othre")
    assert r.status == 3 and "did you mean `other`?" in r.err, r
    r = h.psbc("stop", cwd=here)
    assert r.ok and r.err.count("stopped `demo`") == 2 and r.err.count(": sh)") == 2, r
    assert one.wait(20) != 0 and two.wait(20) != 0 and three.poll() is None
    assert "sleep" in h.run(["pgrep", "-u", str(h.uid), "-x", "sleep", "-l"]).out
    r = h.psbc("stop", "other")
    assert r.ok and "stopped `other`" in r.err and three.wait(20) != 0, r
    assert h.run(["pgrep", "-u", str(h.uid), "-x", "sleep"]).out == ""
    r = h.psbc("stop", "--all")
    assert r.ok and "no session is running" in r.err, r


@test("a command that ignores SIGHUP and SIGTERM is stopped all the same; an interactive shell at once")
def _(h):
    here = project(h)
    stubborn = start(h, here, "python3", "-c", "import signal, time\nfor s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)\ntime.sleep(60)")
    started = time.monotonic()
    r = h.psbc("stop", cwd=here, timeout=60)
    assert r.ok and stubborn.wait(20) != 0 and time.monotonic() - started < 30, r
    wait_for(lambda: h.run(["pgrep", "-u", str(h.uid), "-x", "python3"]).out == "")
    stop = ["psbc", "-C", h.path(here), "stop"]
    r = h.pty(["psbc", "enter"], [(r"\(J:demo\)", lambda _: h.spawn(stop))], cwd=here)
    assert r.status != 0, r


@test("what forks as fast as it can ends with the session: when its command does, by psbc stop, and with psbc killed")
def _(h):
    here = project(h)
    # Bounded for the machine's sake; each leaves its session and its parent, and starts the next before it is gone.
    h.write(f"{here}/swarm.py", """
import os, resource, sys, time
resource.setrlimit(resource.RLIMIT_NPROC, (120, 120))
if os.fork():
    time.sleep(0.5)
    sys.exit(0 if sys.argv[1] == "leave" else time.sleep(60))
end = time.monotonic() + 60
while time.monotonic() < end:
    try:
        if os.fork() == 0:
            os.setsid()
    except OSError:
        time.sleep(0.01)
""")
    swarm = lambda: [pid for pid in h.processes() if is_running(pid, b"swarm.py")]  # noqa: E731
    r = h.psbc("run", "--", "python3", "swarm.py", "leave", cwd=here, timeout=60)
    assert r.ok, r
    wait_for(lambda: not swarm())
    for end in (lambda session: h.psbc("stop", cwd=here, timeout=60), lambda session: session.kill()):
        session = h.spawn(["psbc", "run", "--", "python3", "swarm.py", "stay"], cwd=here)
        wait_for(lambda: len(swarm()) > 20)
        end(session)
        assert session.wait(30) != 0
        wait_for(lambda: not swarm())


def is_running(pid, word):
    try:
        return word in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@test("psbc stop inside, and psbc clean while a session runs, say what to type")
def _(h):
    here = project(h)
    r = h.psbc("run", "--", "psbc", "stop", cwd=here)
    assert r.status == 3 and "exit" in r.err, r
    session = start(h, here, "sleep", "60")
    r = h.psbc("clean", "--yes", cwd=here)
    assert r.status == 4 and "psbc -C ~/code/demo stop" in r.err, r
    assert h.psbc("stop", cwd=here).ok and session.wait(20) != 0
    assert h.psbc("clean", "--yes", cwd=here).ok


main()
