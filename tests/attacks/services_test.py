#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Real programs that act for whoever connects. Each is asked to do something that is seen on the host, first by
a process of the user's outside and then from inside, which is told where it listens.
"""
import os
import time
from typing import NamedTuple

from attack import CLOSES_ABSTRACT, Project
from tap import test
from vectors import attack, main, seed


class Vector(NamedTuple):
    id: str
    row: str
    name: str
    needs: tuple  # programs
    start: tuple  # argv on the host; {run}, {home}, {n} as in decoys.py
    attack: str  # a shell line; {mark} is the file to be made outside
    ready: str = ""  # a file that is there when it listens


START_BY_NAME = "dbus-send --reply-timeout=1000 --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.StartServiceByName string:org.psbc.Mark uint32:0"
PULSE = "PULSE_SERVER=unix:{run}/pulse/native "
# A microphone into which the host talks what is written to ~/mic.
PULSEAUDIO = ("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "-L", "module-native-protocol-unix",
              "-L", "module-pipe-source file={home}/mic format=u8 rate=8000 channels=1")  # fmt: skip
RECORD = "timeout 3 parec --raw --format=u8 --rate=8000 --channels=1 | head -c 4000"
VECTORS = [Vector(*row) for row in (
    ("dbus-real", "C2", "a session bus starts a program", ("dbus-daemon", "dbus-send"),
     ("dbus-daemon", "--session", "--nofork", "--address=unix:path={run}/bus"),
     "DBUS_SESSION_BUS_ADDRESS=unix:path={run}/bus " + START_BY_NAME, "{run}/bus"),
    ("dbus-real-tmp", "C2", "the same in /tmp", ("dbus-daemon", "dbus-send"),
     ("dbus-daemon", "--session", "--nofork", "--address=unix:path=/tmp/dbus-real"),
     "DBUS_SESSION_BUS_ADDRESS=unix:path=/tmp/dbus-real " + START_BY_NAME, "/tmp/dbus-real"),
    ("dbus-real-abstract", "C2", "the same at an abstract address", ("dbus-daemon", "dbus-send"),
     ("dbus-daemon", "--session", "--nofork", "--address=unix:abstract=/tmp/dbus-psbc{n}"),
     "DBUS_SESSION_BUS_ADDRESS=unix:abstract=/tmp/dbus-psbc{n} " + START_BY_NAME),
    ("tmux-real", "C4", "tmux runs a command", ("tmux",),
     ("tmux", "-S", "/tmp/tmux-real", "-f", "/dev/null", "new-session", "-d", "sleep 100"),
     "tmux -S /tmp/tmux-real run-shell 'touch {mark}'", "/tmp/tmux-real"),
    ("tmux-real-type", "C4", "tmux types into a pane", ("tmux",),
     ("tmux", "-S", "{run}/tmux-real", "-f", "/dev/null", "new-session", "-d", "sh"),
     "tmux -S {run}/tmux-real send-keys 'touch {mark}' Enter", "{run}/tmux-real"),
    ("pulse-real-module", "C3", "PulseAudio loads a module that makes a file", ("pulseaudio", "pactl"), PULSEAUDIO,
     PULSE + "timeout 3 pactl load-module module-pipe-sink file={mark}", "{run}/pulse/native"),
)]  # fmt: skip

# These hold a secret that was handed to them on the host, and the attack prints it.
KEEPERS = [(Vector(*row[:-1]), row[-1]) for row in (
    ("ssh-agent-real", "C1", "an ssh agent lists its keys", ("ssh-agent", "ssh-add", "ssh-keygen"), ("ssh-agent", "-D", "-a", "/tmp/ssh-real"),
     "SSH_AUTH_SOCK=/tmp/ssh-real ssh-add -l", "/tmp/ssh-real",
     "ssh-keygen -q -t ed25519 -N '' -C {secret} -f ~/.ssh-key && SSH_AUTH_SOCK=/tmp/ssh-real ssh-add -q ~/.ssh-key"),
    ("gpg-agent-real", "C1", "gpg-agent gives away what it remembers", ("gpg-agent", "gpg-connect-agent"),
     ("gpg-agent", "--daemon", "sleep", "100"),
     "gpg-connect-agent -S {run}/gnupg/S.gpg-agent 'getval psbc' /bye", "{run}/gnupg/S.gpg-agent",
     "gpg-connect-agent -S {run}/gnupg/S.gpg-agent 'putval psbc {secret}' /bye"),
    ("pulse-real", "C3", "PulseAudio gives away what the microphone hears", ("pulseaudio", "parec"), PULSEAUDIO,
     PULSE + RECORD, "{run}/pulse/native", "yes {secret} >~/mic 2>/dev/null &"),
    ("pipewire-real", "C3", "PipeWire tells what plays and records", ("pipewire", "pw-cli", "pw-dump"), ("pipewire",),
     "PIPEWIRE_REMOTE={run}/pipewire-0 timeout 3 pw-dump", "{run}/pipewire-0",
     "PIPEWIRE_RUNTIME_DIR={run} timeout 3 pw-cli create-node spa-node-factory "
     "'{{ factory.name=support.node.driver node.name={secret} object.linger=1 }}'"),
)]  # fmt: skip


def fill(h, text, **more):
    return text.format(run=h.runtime, home=h.home, n=os.getpid(), **more)


def wait(condition, seconds=8):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def started(h, vector):
    h.require(*vector.needs)
    process = h.spawn([fill(h, word) for word in vector.start])
    if vector.ready:
        assert wait(lambda: os.path.exists(fill(h, vector.ready))), vector.id
    else:
        time.sleep(0.5)
    return process


for each in VECTORS:

    @test(f"{each.row}: {each.name} ({each.id}), outside and never from inside")
    @attack(*each[:3])
    def _(h, vector=each):
        mark = h.home + "/marked"
        h.write("~/.local/share/dbus-1/services/org.psbc.Mark.service", f"[D-BUS Service]\nName=org.psbc.Mark\nExec=/usr/bin/touch {mark}\n")
        started(h, vector)
        p = Project(h)
        line = fill(h, vector.attack, mark=mark)
        h.run(["sh", "-c", line], timeout=40)
        assert wait(lambda: h.exists(mark)), h.story()
        os.unlink(mark)
        p.predecessor(line, timeout=40)
        seed(vector.id, wait(lambda: h.exists(mark), 0.5))
        if h.exists(mark):
            os.unlink(mark)
        if "abstract" in vector.id and not CLOSES_ABSTRACT:
            p.refuses("accept_abstract = true", run=line, timeout=40)
        else:
            p.entered(line, timeout=40)
        assert not wait(lambda: h.exists(mark), 0.5), h.story()


for each, remember in KEEPERS:

    @test(f"{each.row}: {each.name} ({each.id}), outside and never from inside")
    @attack(*each[:3])
    def _(h, vector=each, remember=remember):
        h.mkdir("~/.gnupg", 0o700)
        process = started(h, vector)
        secret = h.decoys.new(vector.id)
        assert h.run(["sh", "-c", fill(h, remember, secret=secret)]).ok, h.story()
        p, line = Project(h), fill(h, vector.attack)
        assert secret in h.run(["sh", "-c", line]).out, h.story()
        seed(vector.id, secret in p.predecessor(line).out)
        assert secret not in p.entered(line).out, h.story()
        process.kill()


@test("with audio = true the microphone of a real PulseAudio is heard inside")
def _(h):
    h.require("pulseaudio", "parec")
    h.spawn([fill(h, word) for word in PULSEAUDIO])
    assert wait(lambda: os.path.exists(f"{h.runtime}/pulse/native"))
    h.spawn(["sh", "-c", "yes heard >~/mic"])
    p = Project(h, config="[devices]\naudio = true\n")
    assert "heard\nheard\n" in p.entered(RECORD).out, h.story()


main()
