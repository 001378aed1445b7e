#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Ways to a program outside that are an address: unix sockets, abstract ones, ports of 127.0.0.1.

One row is one vector. A decoy listens at each address, and hears whoever comes: first from a process of the
user's on the host, then from one inside.
"""
import os

from attack import ACCEPTED, CLOSES_ABSTRACT, LANDLOCK, Project
from decoys import Ears, Vector
from tap import test
from vectors import ABSENT, attack, main, outcome, register, seed

VECTORS = [Vector(*row) for row in (
    # agents and keyrings
    ("ssh-agent-tmp", "C1", "OpenSSH's agent signs with every key", "/tmp/ssh-XXXXab12/agent.7"),
    ("ssh-agent-home", "C1", "OpenSSH 10.1's agent in the home directory", "{home}/.ssh/agent/s.ab12"),
    ("ssh-agent-openssh-run", "C1", "systemd's socket of the ssh agent", "{run}/openssh_agent"),
    ("ssh-agent-keyring", "C1", "GNOME keyring's ssh agent", "{run}/keyring/ssh"),
    ("ssh-agent-gcr", "C1", "gcr's ssh agent", "{run}/gcr/ssh"),
    ("ssh-controlmaster", "C1", "an ssh connection that is shared: a shell on the server", "{home}/.ssh/cm-prod"),
    ("gpg-agent", "C1", "gpg-agent signs and decrypts", "{run}/gnupg/S.gpg-agent"),
    ("gpg-agent-ssh", "C1", "gpg-agent as an ssh agent", "{run}/gnupg/S.gpg-agent.ssh"),
    ("gpg-agent-home", "C1", "gpg-agent without /run/user", "{home}/.gnupg/S.gpg-agent"),
    ("keyring-control", "C2", "GNOME keyring's control socket", "{run}/keyring/control"),
    ("keyring-pkcs11", "C2", "PKCS11 tokens of the keyring", "{run}/keyring/pkcs11"),
    ("kwallet", "C2", "KWallet's socket", "{run}/kwallet5.socket"),
    ("1password-agent", "C2", "1Password's agent", "{home}/.1password/agent.sock"),
    ("keepassxc", "C2", "KeePassXC answers browsers", "{run}/app/org.keepassxc.KeePassXC/org.keepassxc.KeePassXC.BrowserServer"),
    ("rbw", "C2", "rbw's unlocked vault", "{run}/rbw/socket"),
    ("git-credential-cache", "C1", "git's cache of passwords", "{home}/.cache/git/credential/socket"),
    # buses and the session
    ("dbus-session", "C2", "the session bus starts programs", "{run}/bus"),
    ("dbus-session-tmp", "C2", "a session bus of dbus-launch", "/tmp/dbus-Ab12Cd34"),
    ("dbus-session-abstract", "C2", "a session bus on an abstract address", "@/tmp/dbus-psbc{n}"),
    ("dbus-system", "C2", "the system bus", "/run/dbus/system_bus_socket"),
    ("systemd-private", "C2", "systemd's user manager runs commands", "{run}/systemd/private"),
    ("systemd-notify", "C2", "systemd's notifications", "dgram:{run}/systemd/notify"),
    ("systemd-resolve", "C2", "systemd-resolved's varlink", "/run/systemd/resolve/io.systemd.Resolve"),
    ("journald", "C2", "forged lines in the journal", "dgram:/run/systemd/journal/socket"),
    ("at-spi", "C2", "accessibility drives the windows of others", "{run}/at-spi/bus_0"),
    ("at-spi-abstract", "C2", "the same on an abstract address", "@/tmp/at-spi-psbc{n}"),
    ("ibus-abstract", "C2", "the input method sees what is typed", "@/home/psbc/.cache/ibus/dbus-{n}"),
    ("snapd", "C2", "snapd installs and opens", "/run/snapd.socket"),
    ("flatpak-portal", "C2", "flatpak's proxy of the bus", "{run}/.dbus-proxy/session-bus-proxy-AB12"),
    ("cups", "C2", "printing", "/run/cups/cups.sock"),
    ("avahi", "C2", "announcing services", "/run/avahi-daemon/socket"),
    ("gvfs", "C2", "gvfs: mounted servers and drives", "{run}/gvfsd/socket-ab12"),
    ("xsmp-file", "C3", "the session manager restarts commands", "/tmp/.ICE-unix/12"),
    ("xsmp-abstract", "C3", "the same on an abstract address", "@/tmp/.ICE-unix/psbc{n}"),
    # what shows and plays
    ("x11-file", "C3", "the X server: keys and windows", "/tmp/.X11-unix/X7"),
    ("x11-abstract", "C3", "the X server's abstract socket", "@/tmp/.X11-unix/X{n}"),
    ("wayland", "C3", "the Wayland compositor", "{run}/wayland-0"),
    ("sway-ipc", "C3", "sway runs commands", "{run}/sway-ipc.1.2.sock"),
    ("hyprland-ipc", "C3", "Hyprland runs commands", "{run}/hypr/ab12/.socket.sock"),
    ("pulseaudio", "C3", "the microphone", "{run}/pulse/native"),
    ("pipewire", "C3", "microphone and screen", "{run}/pipewire-0"),
    # terminals and editors
    ("tmux", "C4", "tmux runs commands in the host's panes", "/tmp/tmux-{uid}/default"),
    ("tmux-run", "C4", "tmux in /run/user", "{run}/tmux-{uid}/default"),
    ("screen", "C4", "screen types into the host's windows", "/run/screen/S-dev/1.main"),
    ("zellij", "C4", "zellij types into the host's panes", "{run}/zellij/0.40/main"),
    ("kitty-tmp", "C4", "kitty opens windows that run commands", "/tmp/mykitty-1"),
    ("kitty-abstract", "C4", "kitty on an abstract address", "@mykitty-psbc{n}"),
    ("wezterm", "C4", "wezterm opens panes that run commands", "{run}/wezterm/gui-sock-1"),
    ("emacs", "C4", "emacsclient evaluates", "{run}/emacs/server"),
    ("neovim", "C4", "nvim evaluates", "{run}/nvim.1.0"),
    ("vscode-ipc", "C4", "VS Code opens folders and installs extensions", "{run}/vscode-ipc-ab12.sock"),
    ("vscode-git", "C4", "VS Code's git login", "/tmp/vscode-git-ab12.sock"),
    # machines and databases
    ("docker", "C5", "docker mounts the whole disk", "/run/docker.sock"),
    ("docker-rootless", "C5", "rootless docker", "{run}/docker.sock"),
    ("docker-desktop", "C5", "Docker Desktop", "{home}/.docker/desktop/docker.sock"),
    ("containerd", "C5", "containerd", "/run/containerd/containerd.sock"),
    ("buildkit", "C5", "buildkit", "/run/buildkit/buildkitd.sock"),
    ("podman", "C5", "podman", "/run/podman/podman.sock"),
    ("podman-rootless", "C5", "rootless podman", "{run}/podman/podman.sock"),
    ("libvirt", "C5", "libvirt starts machines", "/run/libvirt/libvirt-sock"),
    ("postgresql", "C6", "PostgreSQL trusts the user's name", "/run/postgresql/.s.PGSQL.5432"),
    ("mysql", "C6", "MySQL", "/run/mysqld/mysqld.sock"),
    ("redis", "C6", "redis", "/run/redis/redis-server.sock"),
    ("tailscale", "C6", "tailscale sends files and opens shells", "/run/tailscale/tailscaled.sock"),
    ("polkit-agent", "C2", "polkit's helper", "/run/polkit/agent-helper.socket"),
    ("nscd", "C6", "nscd", "/run/nscd/socket"),
    # an address that nobody has heard of
    ("unknown-tmp", "C6", "a socket in /tmp that no list knows", "/tmp/acme-{n}.sock"),
    ("unknown-run", "C6", "a socket in /run that no list knows", "/run/acme/control"),
    ("unknown-home", "C6", "a socket at home that no list knows", "{home}/.acme/control"),
    ("unknown-abstract", "C6", "an abstract socket that no list knows", "@acme-psbc{n}"),
    ("unknown-abstract-dgram", "C6", "the same for single messages", "dgram:@acme-dgram-psbc{n}"),
)]  # fmt: skip

LOOPBACK = [Vector(*row) for row in (
    ("loopback-tcp", "C6", "a service on 127.0.0.1", "tcp:127.0.0.1"),
    ("loopback-tcp-other", "C6", "the same at 127.9.9.9", "tcp:127.9.9.9"),
    ("loopback-tcp6", "C6", "a service on ::1", "tcp:::1"),
    ("loopback-udp", "C6", "messages to 127.0.0.1", "udp:127.0.0.1"),
    ("loopback-udp6", "C6", "messages to ::1", "udp:::1"),
)]  # fmt: skip

ABSTRACT = {vector.id for vector in VECTORS if "@" in vector.address}
# Before Linux 6.12 nothing closes them, and what comes of that is told by `abstract-old-kernel` and `abstract-accepted`.
OPEN = set() if CLOSES_ABSTRACT else ABSTRACT

for vector in VECTORS:
    register(*vector[:3])
for vector in LOOPBACK:
    register(*vector[:2], vector[2] + ", while the network is shared")


def reached(h, vectors, config=""):
    """(from outside, from inside): the ids of the decoys that heard their caller."""
    p = Project(h, config)
    with Ears(h, vectors) as ears:
        outside = ears.call(p, lambda argv: h.run(argv, cwd=p.path))
        by_seed = ears.call(p, lambda argv: p.predecessor(" ".join(argv)))
        inside = ears.call(p, lambda argv: p.psbc("run", "--", *argv))
    for vector in vectors:
        seed(vector.id, vector.id in by_seed)
        outcome(vector.id, "psbc", ABSENT if vector.id in OPEN else vector.id in inside)
    return outside, inside


@test("C1-C6: no socket of the host answers inside, at the well-known places, at others, and on abstract addresses")
def _(h):
    if OPEN:
        h.write("~/.config/psbc/config.toml", ACCEPTED)
    outside, inside = reached(h, VECTORS)
    assert outside == {vector.id for vector in VECTORS}, {vector.id for vector in VECTORS} - outside
    assert inside == OPEN, inside ^ OPEN
    assert len({vector.id for vector in VECTORS + LOOPBACK}) == len(VECTORS + LOOPBACK) > 70


@test("C6: what listens on 127.0.0.1 answers while the network is shared, and a build says so")
def _(h):
    outside, inside = reached(h, LOOPBACK)
    assert outside and inside == outside, (outside, inside)
    r = Project(h).psbc("build", "--force")
    assert "open: the network, and what listens on 127.0.0.1" in r.err + r.out, r


@test("C6: a kernel without Landlock leaves abstract sockets open; that is said once, by the entry that notices, and again never")
@attack("abstract-old-kernel", "C6", "abstract sockets before Linux 6.12", comes_to="reached, said at entry")
def _(h):
    known = [vector for vector in VECTORS if vector.id.startswith("unknown-")]
    h.write("~/.config/psbc/config.toml", ACCEPTED)  # the machine may have an X server of its own
    p = Project(h)
    with Ears(h, known) as ears:
        inside = ears.call(p, lambda argv: p.psbc_without(LANDLOCK, "run", "--", *argv))
        assert inside == {"unknown-abstract", "unknown-abstract-dgram"}, inside
        assert ears.call(p, lambda argv: p.psbc("run", "--", *argv)) == OPEN & set(ears.at)  # the same project, this kernel
    said = "open to what runs inside: abstract unix sockets"
    words = [p.psbc_without(LANDLOCK, "run", "--", "true").err for _ in range(2)]
    assert said in words[0] and said not in words[1], words
    assert said in p.psbc_without(LANDLOCK, "build", "--force").err.replace("open: ", "open to what runs inside: "), h.story()
    r = p.psbc("build", "--explain")
    assert "the kernel's Landlock changed" in r.out + r.err and said not in r.err, r
    assert said not in p.psbc("run", "--", "true").err


@test("C2, C3: where nothing can close it, an X server or a bus that answers keeps psbc from entering, until the user accepts it")
@attack("abstract-accepted", "C3", "the abstract socket of an X server or a bus where nothing can close it, without the user's consent")
def _(h):
    for id in ("x11-abstract", "dbus-session-abstract", "xsmp-abstract", "at-spi-abstract", "ibus-abstract"):
        vector = next(vector for vector in VECTORS if vector.id == id)
        p = Project(h)
        with Ears(h, [vector]) as ears:
            name = ears.at[id][2]
            r = p.psbc_without(LANDLOCK, "run", "--", "touch", "ran")
            assert r.status == 125 and not h.exists(p.path + "/ran"), r
            assert name in r.err or "answers at the abstract socket `@" in r.err, r  # the first one: of the machine, or of another test
            assert "accept_abstract = true" in r.err and '`access = "none"`' in r.err, r
            assert p.psbc("run", "--", "true").status == (0 if CLOSES_ABSTRACT else 125), h.story()
            h.write("~/.config/psbc/config.toml", ACCEPTED)
            assert ears.call(p, lambda argv, p=p: p.psbc_without(LANDLOCK, "run", "--", *argv)) == {id}
            os.unlink(h.path("~/.config/psbc/config.toml"))
            p = Project(h, '[network]\naccess = "none"\n')
            assert p.psbc_without(LANDLOCK, "run", "--", "true").ok, h.story()


@test("C6: with `access = \"none\"` there is a network inside that is nobody else's, on a kernel without Landlock too")
@attack("network-none", "C6", "abstract sockets and services of 127.0.0.1, with `access = \"none\"`")
def _(h):
    config = '[network]\naccess = "none"\n'
    p = Project(h, config)
    with Ears(h, LOOPBACK + [vector for vector in VECTORS if vector.id in ABSTRACT]) as ears:
        assert ears.call(p, lambda argv: h.run(argv, cwd=p.path)) == set(ears.at)
        assert not ears.call(p, lambda argv: p.psbc("run", "--", *argv))
        assert not ears.call(p, lambda argv: p.psbc_without(LANDLOCK, "run", "--", *argv))
    assert "+ network" not in p.psbc("trust", "--show").err
    assert "open:" not in p.psbc("build", "--force").err, h.story()
    serve = "import http.server, threading, urllib.request as u; s = http.server.HTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler); " \
        "threading.Thread(target=s.serve_forever, daemon=True).start(); print(u.urlopen('http://localhost:%d/' % s.server_port).status)"
    assert "200" in p.entered(f'python3 -c "{serve}"').out, h.story()
    # A firejail that does not do what the profile says is noticed: here the line is taken out of it.
    profile = next(path for path in h.tree("~/.local/state/psbc") if path.endswith("/enter.profile"))
    assert "\nnet none\n" in h.read("~/.local/state/psbc/" + profile)


main()
