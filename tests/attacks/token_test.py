#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Tokens that were not granted, and values that are found elsewhere than in the command that got them."""
import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from attack import Project
from tap import skip, test
from vectors import attack, main

CONFIG = "~/.config/psbc/config.toml"
PLACES = ("/home", "/tmp", "/var/tmp", "/run", "/dev/shm", "/srv", "/mnt", "/media")

# What another program of the same user can read of processes: arguments, environment, memory. Prints "comm what".
SPY = r"""
import os, re, sys, time
needle, seconds = sys.argv[1].encode(), float(sys.argv[2])
def memory(pid):
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            span, rights = line.split()[:2]
            begin, end = (int(x, 16) for x in span.split("-"))
            if rights.startswith("rw") and end - begin < 1 << 24:
                mem.seek(begin)
                yield mem.read(end - begin)
seen, end = set(), time.monotonic() + seconds
while True:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) == os.getpid():
            continue
        for what in ("cmdline", "environ", "memory"):
            try:
                comm = open(f"/proc/{pid}/comm").read().strip()
                parts = memory(pid) if what == "memory" else [open(f"/proc/{pid}/{what}", "rb").read()]
                if any(needle in part for part in parts):
                    seen.add(f"{comm} {what}")
            except (OSError, ValueError, OverflowError):
                pass
    if time.monotonic() > end:
        break
print("\n".join(sorted(seen)))
"""


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def arguments(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def in_memory(pid):
    """All that root can read of the memory that a process may write, its stack and its first environment included."""
    text = ""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            span, rights = line.split()[:2]
            begin, end = (int(x, 16) for x in span.split("-"))
            if rights.startswith("rw"):
                mem.seek(begin)
                with contextlib.suppress(OSError):
                    text += mem.read(end - begin).decode("latin-1")
    return text


def lines(text):
    return set(filter(None, text.splitlines()))


def token_project(h, source, more="", **options):
    h.write(CONFIG, f"[tokens.T]\nfrom = {source}\n{more}")
    h.write("~/.secrets/t", h.decoys.new("token") + "\n", 0o600)
    h.mkdir("~/bin")
    h.env["PATH"] = h.home + "/bin:/usr/local/bin:/usr/bin:/bin"
    return Project(h, 'tokens = ["T"]\n', **options)


def where_is(h, value):
    """The files of the host that hold it, to root."""
    found = subprocess.run(["grep", "-rlsa", "--exclude-dir=proc", value, *PLACES], capture_output=True, text=True).stdout
    return {path.replace(h.home, "~") for path in found.splitlines()}


def shares_user_namespace(h):
    """Whether the shell inside is in the user namespace of the host."""
    inside = [pid for pid in h.processes() if Path(f"/proc/{pid}/comm").read_text() == "sh\n" and arguments(pid).startswith(b"sh\0-c\0touch ready")]
    assert len(inside) == 1, inside
    return os.stat(f"/proc/{inside[0]}/ns/user").st_ino == os.stat("/proc/self/ns/user").st_ino


def spy(h, value, seconds):
    r = h.run(["python3", "-c", SPY.replace("sys.argv[1].encode()", "bytes.fromhex(sys.argv[1])"), value.encode().hex(), str(seconds)])
    assert r.ok, r
    return lines(r.out)


@test("B8: another program of the user finds the value in no arguments, no environment and no memory of a process")
@attack("token-in-processes", "B8", "another program reads arguments, environments and memory while a session starts and runs")
def _(h):
    value = h.decoys.new("token")
    # The control: a program with it in its environment, one in its arguments.
    holders = [h.spawn(["sh", "-c", "read x"], env={"T": value}, stdin=subprocess.PIPE), h.spawn(["sh", "-c", "read x", value], stdin=subprocess.PIPE)]
    assert {"sh environ", "sh cmdline", "sh memory"} <= spy(h, value, 0), h.story()
    for holder in holders:
        holder.kill()
        holder.wait()
    for source in ('"file:~/.secrets/t"', '["print-it"]', '"env:T_WEAK"'):
        p = token_project(h, source)
        h.write("~/bin/print-it", "#!/bin/sh\nsleep 0.3; exec cat ~/.secrets/t\n", 0o755)
        given = {"T_WEAK": value} if source == '"env:T_WEAK"' else {}
        inside = h.spawn(["psbc", "run", "--", "sh", "-c", "touch ready; read x"], cwd=p.path, env=given, stdin=subprocess.PIPE)
        if source != '"env:T_WEAK"':  # there psbc itself is started with it: see below
            early = spy(h, value, 1)
            assert not [seen for seen in early if seen.split()[0] not in ("sh", "cat")], (source, early)
        wait_for(lambda: h.exists(f"{p.path}/ready"))
        time.sleep(0.1)
        # The command itself is out of reach because firejail gives it a user namespace, which no kernel lets a program
        # in a chroot have (clone(2), EPERM): there it is as readable as every other program of the user.
        of_the_command = {"sh environ", "sh memory"} if shares_user_namespace(h) else set()
        found = spy(h, value, 0) - of_the_command
        assert not found, (source, found)
        inside.kill()
        inside.wait()
        os.unlink(h.path(f"{p.path}/ready"))


@test("B8: once the command has it, psbc's own processes do not, not even to root; nor the broad token of the same name")
@attack("token-left-in-memory", "B8", "values that psbc's own processes still hold when the command runs, read by root")
def _(h):
    value, broad = h.decoys.new("token"), h.decoys.new("broad")
    held = h.spawn(["sh", "-c", "read x"], env={"T": value}, stdin=subprocess.PIPE)
    assert value in in_memory(held.pid)  # the control
    held.kill()
    held.wait()
    for source, more in (('"file:~/.secrets/t"', ""), ('"file:~/.secrets/t"', 'as = "file"\n'), ('["print-it"]', ""), ('"env:T_WEAK"', "")):
        p = token_project(h, source, more)
        h.write("~/bin/print-it", "#!/bin/sh\ncat ~/.secrets/t\n", 0o755)
        given = {"T": broad, "T_WEAK": value if "T_WEAK" in source else None}
        inside = h.spawn(["psbc", "run", "--", "sh", "-c", "touch ready; read x"], cwd=p.path, env=given, stdin=subprocess.PIPE)
        wait_for(lambda: h.exists(f"{p.path}/ready"))
        time.sleep(0.1)
        own = [pid for pid in h.processes() if Path(f"/proc/{pid}/comm").read_text().strip() == "psbc"]
        assert len(own) == 2 and inside.pid in map(int, own), own
        for pid in own:
            found = h.decoys.found_in(in_memory(pid))
            assert not found, (source, more, found, "outside" if int(pid) == inside.pid else "inside")
        inside.kill()
        inside.wait()
        os.unlink(h.path(f"{p.path}/ready"))


@test("B8: inside, neither psbc's own process nor firejail's holds it, and another process of the sandbox cannot read it there")
@attack("token-in-first-process", "B8", "a token as a file, read from psbc's own process inside")
def _(h):
    p = token_project(h, '"file:~/.secrets/t"', 'as = "file"\n')
    value = h.decoys.values["token"]
    look = "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline; for p in /proc/[0-9]*; do cat $p/fd/* $p/mem 2>/dev/null | head -c 1000000; done"
    control = h.run(["sh", "-c", f"T={value} exec sh -c 'cat /proc/$$/environ'"])
    assert value in control.out
    r = p.entered(f"unset T; ({look}) 2>/dev/null </dev/null")
    assert value not in r.out and r.ok, r
    r = p.entered("cat $T")
    assert value in r.out, r


@test("B8: after SIGSEGV or SIGKILL of psbc, at any time, no file and no core dump holds the value")
@attack("token-core-dump", "B8", "files and core dumps after psbc was killed, at any time")
def _(h):
    value = h.decoys.new("token")
    unlimited = ["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh"]
    h.mkdir("~/dumps")
    # Room for what the kernel calls it: core, core.PID, or another place of a file.
    control = h.spawn([*unlimited, "sh", "-c", "read x"], cwd="~/dumps", env={"T": value}, stdin=subprocess.PIPE)
    time.sleep(0.3)
    control.send_signal(signal.SIGSEGV)
    control.wait()
    time.sleep(0.3)
    dumped = where_is(h, value)
    for path in dumped:
        os.unlink(h.path(path))
    p = token_project(h, '["print-it"]', "")
    h.write("~/bin/print-it", "#!/bin/sh\ncat ~/.secrets/t; touch ~/printed; sleep 0.2\n", 0o755)
    p.entered()
    for number in (signal.SIGSEGV, signal.SIGKILL):
        for moment in ("printed", "code/demo/ready"):
            for made in ("printed", "code/demo/ready"):
                if h.exists(f"~/{made}"):
                    os.unlink(h.path(f"~/{made}"))
            inside = h.spawn([*unlimited, "psbc", "run", "--", "sh", "-c", "touch ready; read x"], cwd=p.path, stdin=subprocess.PIPE)
            wait_for(lambda: h.exists(f"~/{moment}"))
            inside.send_signal(number)
            inside.wait()
            wait_for(lambda: not any(b"print-it" in arguments(pid) for pid in h.processes()))
            time.sleep(0.2)
            assert where_is(h, value) == {"~/.secrets/t"}, (number, moment, where_is(h, value))
    if not dumped:
        skip("core dumps: this machine does not write them to a file (kernel.core_pattern)")


@test("B2: a project whose file was changed to ask for a token gets nothing, and its source is not even run")
@attack("token-changed-file", "B2", "a token that a changed file asks for")
def _(h):
    p = token_project(h, '["print-it"]')
    h.write("~/bin/print-it", "#!/bin/sh\ntouch ~/asked; exec cat ~/.secrets/t\n", 0o755)
    h.write(p.file, 'name = "demo"\n')
    assert p.psbc("trust", "--yes").ok
    r = p.entered("env; cat ~/.psbc-secrets/* ~/.secrets/t")
    assert not h.decoys.found_in(r.out) and not h.exists("~/asked"), r
    h.write(p.file, 'name = "demo"\ntokens = ["T"]\n')
    r = p.entered("env; cat ~/.psbc-secrets/* ~/.secrets/t")
    assert "asks for more than you approved" in r.err and not h.decoys.found_in(r.out) and not h.exists("~/asked"), r
    # The control: approved, it gets it.
    assert p.psbc("trust", "--yes").ok
    assert h.decoys.found_in(p.inside("env").out) == ["token"] and h.exists("~/asked")


@test("B2: a token that the user keeps for another root does not cross, whatever the project calls itself and wherever it lies")
@attack("token-of-another-root", "B2", "a token that the user keeps for another project")
def _(h):
    mine = Project(h, 'tokens = ["T"]\n', path="~/code/mine", name="mine")
    h.write(CONFIG, '[projects."~/code/mine".tokens.T]\nfrom = "file:~/.secrets/t"\n')
    h.write("~/.secrets/t", h.decoys.new("token") + "\n", 0o600)
    assert h.decoys.found_in(mine.inside("env").out) == ["token"]
    assert mine.psbc("clean", "--yes", "--envs").ok  # the name is free again
    for path in ("~/code/other", "~/code/mine/sub", "~/code/mine2", "~/code/min"):
        other = Project(h, 'tokens = ["T"]\n', path=path, name="mine" if path == "~/code/other" else "x-" + path.rsplit("/", 1)[1])
        r = other.refuses("you have named no source for it")
        assert not h.decoys.found_in(r.out + r.err), r


@test("B8: a program or a module that a session left where the host would find it is not asked for a token")
@attack("token-planted-source", "B8", "a planted program or module in the place of the token's source")
def _(h):
    value = h.decoys.new("token")
    plant = "mkdir -p bin; printf '#!/bin/sh\\ntouch ~/stolen; echo planted\\n' | tee bin/pass bin/helper >/dev/null; chmod +x bin/*; " \
            "echo 'import os; open(os.path.expanduser(\"~/stolen\"), \"w\")' | tee sitecustomize.py json.py >/dev/null; echo 'open(F, \">$ENV{HOME}/stolen\"); 1;' >planted.pm; mkdir -p ~/envs/demo/bin; cp bin/pass ~/envs/demo/bin/"  # fmt: skip
    p = token_project(h, '"file:~/.secrets/t"')
    assert p.entered(plant).ok
    project, home = p.root, h.home
    h.write("~/bin/uses-python", "#!/usr/bin/env python3\nimport json\nprint('value')\n", 0o755)
    h.write("~/bin/uses-perl", "#!/usr/bin/perl\nprint 'value';\n", 0o755)
    attempts = {
        '"pass:x"': {"PATH": f"{project}/bin:/usr/local/bin:/usr/bin:/bin"},
        '["pass", "x"]': {"PATH": f"{home}/envs/demo/bin:/usr/local/bin:/usr/bin:/bin"},
        '["helper"]': {"PATH": "./bin:.:/usr/local/bin:/usr/bin:/bin"},
        f'["{project}/bin/helper"]': {},
        f'["sh", "{project}/bin/helper"]': {},
        '["uses-perl"]': {"PERL5OPT": f"-I{project} -Mplanted"},
        '["uses-python"]': {"PYTHONPATH": project},
        '["uses-python" , "-"]': {"PYTHONPATH": f"/nowhere:{project}"},
    }
    for source, variables in attempts.items():
        words = source.strip("[]").replace('"', "").replace(",", "").replace("pass:", "pass ")
        control = h.run(["/bin/sh", "-c", words], cwd=p.path, env=variables)
        assert h.exists("~/stolen"), (source, str(control))
        os.unlink(h.path("~/stolen"))
        h.write(CONFIG, f"[tokens.T]\nfrom = {source}\n")
        r = p.inside('echo "$T"', env=variables)
        assert not h.exists("~/stolen") and "planted" not in r.out, (source, str(r))
        assert r.ok == ("uses-" in source), (source, str(r))
    assert value not in r.out


main()
