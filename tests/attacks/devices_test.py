#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""`sockets` and `[devices]`: what is asked for is there, alone, and what acts outside cannot be asked for."""
import os
import secrets
import time
from pathlib import Path

from attack import CLOSES_ABSTRACT, Project
from decoys import Ears, Vector
from tap import test
from vectors import attack, main

CONTROL = (  # of each kind one; by a place of its own, or by its name wherever it lies
    "{run}/bus", "{run}/anything", "{home}/.ssh/agent/s.1", "{home}/.gnupg/S.gpg-agent", "{home}/.docker/run/docker.sock", "/run/docker.sock",
    "/run/containerd/containerd.sock", "/run/podman/podman.sock", "/run/libvirt/libvirt-sock", "/run/dbus/system_bus_socket",
    "/run/systemd/private", "/run/screen/S-dev/1.main", "/run/cups/cups.sock", "/run/snapd.socket", "/tmp/.X11-unix/X7", "/tmp/ssh-Ab/agent.7",
    "/tmp/tmux-{uid}/default", "/tmp/vscode-git-1.sock", "/tmp/emacs1/server", "/srv/team/docker.sock", "/srv/team/S.gpg-agent.ssh",
)  # fmt: skip


@test("C6: a socket that is asked for answers inside, and nothing beside it; a read-only mount does not stop a connection")
@attack("socket-beside", "C6", "what lies beside a socket that the file asks for")
def _(h):
    wanted = Vector("granted", "C6", "the database", "/run/postgresql/.s.PGSQL.5432")
    others = [Vector("beside", "C6", "another database", "/run/postgresql/.s.PGSQL.5433"), Vector("elsewhere", "C6", "another service", "/run/acme/control"),
              Vector("session", "C2", "the bus", "{run}/bus")]  # fmt: skip
    p = Project(h, f'sockets = ["{wanted.address}"]\n', trusted=False)
    with Ears(h, [wanted, *others]) as ears:
        r = p.psbc("trust", "--yes")
        assert r.ok and "connect to /run/postgresql/.s.PGSQL.5432" in r.out + r.err, r
        assert ears.call(p, lambda argv: h.run(argv, cwd=p.path)) == set(ears.at)
        assert ears.call(p, lambda argv: p.psbc("run", "--", *argv)) == {"granted"}, h.story()


@test("C1-C5: a socket that acts outside cannot be asked for, by its path, by a link, or under another name")
@attack("socket-control", "C5", "asking for a socket that acts outside, by path, link or another name")
def _(h):
    p = Project(h)
    for text in CONTROL:
        path = text.format(run=h.runtime, home=h.home, uid=h.uid)
        with Ears(h, [Vector("control", "C5", "", path)]):
            asked = [path]
            if path.startswith("/srv"):
                with h.as_user():
                    Path(h.path("~/shared-link")).unlink(missing_ok=True)
                h.symlink(path, "~/shared-link")
                asked.append("~/shared-link")
            for entry in asked:
                h.write(p.file, f'name = "demo"\nsockets = ["{entry}"]\n')
                r = p.psbc("build")
                assert r.status == 2 and "exposes-control-socket" in r.err, (entry, str(r))
        os.unlink(path)
    # Renamed: the program that listens says what it is.
    h.require("ssh-agent")
    directory = h.mkdir("/tmp/team")
    agent = h.spawn(["ssh-agent", "-D", "-a", directory + "/db.sock"])
    end = time.monotonic() + 5
    while not h.exists(directory + "/db.sock") and time.monotonic() < end:
        time.sleep(0.02)
    h.write(p.file, f'name = "demo"\nsockets = ["{directory}/db.sock"]\n')
    r = p.psbc("build")
    assert r.status == 2 and "signs and decrypts with your keys" in r.err, r
    agent.kill()
    for path, said in (("~/file", "is not a socket"), ("/dev/null", "is not a socket")):
        h.write("~/file", "x")
        h.write(p.file, f'name = "demo"\nsockets = ["{path}"]\n')
        assert said in (r := p.psbc("build")).err and r.status == 2, r


@test("C3: sound is there where it is asked for, and nothing else of the session")
@attack("sound-unasked", "C3", "sound and windows where nobody asked, and the bus beside them")
def _(h):
    vectors = [Vector("pulse", "C3", "PulseAudio", "{run}/pulse/native"), Vector("pipewire", "C3", "PipeWire", "{run}/pipewire-0"),
               Vector("bus", "C2", "the bus", "{run}/bus"), Vector("wayland", "C3", "the compositor", "{run}/wayland-0")]  # fmt: skip
    with Ears(h, vectors) as ears:
        for config, expected in (("", set()), ("audio = true\n", {"pulse", "pipewire"}), ("gui = true\n", {"wayland"})):
            h.env["WAYLAND_DISPLAY"] = "wayland-0"
            p = Project(h, f"[devices]\n{config}")
            assert ears.call(p, lambda argv, p=p: p.psbc("run", "--", *argv)) == expected, (config, h.story())
            names = p.entered(f"ls -A {h.runtime}; env").out
            assert "bus" not in names.split() and ("WAYLAND_DISPLAY" in names) == ("gui" in config) and ("PULSE_SERVER" in names) == ("audio" in config), names
    profile = next(path for path in h.tree("~/.local/state/psbc") if path.endswith("/enter.profile"))
    assert "\nno3d\n" in h.read("~/.local/state/psbc/" + profile)
    p = Project(h, "[devices]\ngpu = true\n")
    p.entered()
    profile = max((path for path in h.tree("~/.local/state/psbc") if path.endswith("/enter.profile")), key=lambda path: h.lstat("~/.local/state/psbc/" + path).st_mtime_ns)
    assert "no3d" not in h.read("~/.local/state/psbc/" + profile)


@test("C3: an X server shows windows to who asked for them, with its cookie, and to nobody else")
@attack("x11-real", "C3", "a real X server, by file, abstract socket and cookie")
def _(h):
    h.require("Xvfb", "xdpyinfo", "xauth")
    number = 100 + os.getpid() % 20000
    cookie = secrets.token_hex(16)
    h.run(["xauth", "-f", h.home + "/.Xauthority", "add", f":{number}", ".", cookie])
    others = [secrets.token_hex(16) for _ in range(3)]  # opens an X server elsewhere
    for display, other in zip(("192.0.2.1:0", f"192.0.2.1:{number}", f":{number + 1}"), others):
        h.run(["xauth", "-f", h.home + "/.Xauthority", "add", display, ".", other])
    server = h.spawn(["Xvfb", f":{number}", "-screen", "0", "64x64x8", "-auth", h.home + "/.Xauthority"])
    h.env["DISPLAY"] = f":{number}"
    look = f"DISPLAY=:{number} xdpyinfo"
    end = time.monotonic() + 10
    while not h.run(["sh", "-c", look]).ok:
        assert time.monotonic() < end, h.story()
        time.sleep(0.1)
    steal = f"cp /proc/self/environ x; cat ~/.Xauthority ~/.psbc-xauthority; {look}; XAUTHORITY={h.home}/.Xauthority {look}"
    p = Project(h)
    r = p.entered(steal) if CLOSES_ABSTRACT else p.refuses("accept_abstract = true", run=steal)
    assert "dimensions" not in r.out and cookie not in r.out.encode("utf-8", "surrogateescape").hex(), r
    p = Project(h, "[devices]\ngui = true\n", trusted=False)
    assert "see and type all keys of" in (r := p.psbc("trust", "--yes")).out + r.err, r
    r = p.entered("xdpyinfo; xauth list")
    assert "dimensions" in r.out and cookie in r.out, r
    assert not [other for other in others if other in r.out] and others[2] in h.run(["xauth", "list"]).out, r
    assert not h.exists("~/.psbc-xauthority")
    server.kill()


main()
