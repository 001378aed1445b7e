# SPDX-License-Identifier: MIT
"""A developer's ssh: an agent with keys, and servers on loopback that let them in. Real programs, a host's user alone."""
import os
import socket
import time
from pathlib import Path

from tap import skip


def need(h, *programs):
    h.require("psbc", "firejail", *programs)


def wait_for(what, seconds=10):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not start"
        time.sleep(0.02)


class Agent:
    """ssh-agent, or GnuPG's. `h.env` names it from then on."""

    def __init__(self, h, name="agent"):
        self.h, self.socket = h, f"{h.runtime}/openssh_{name}"  # where systemd puts it
        h.spawn(["ssh-agent", "-D", "-a", self.socket])
        wait_for(lambda: os.path.exists(self.socket))
        h.env["SSH_AUTH_SOCK"] = self.socket

    def add(self, name, *options, kind="ed25519"):
        """A new key in the agent, also as ~/keys/NAME and NAME.pub; returns its fingerprint."""
        path = self.h.path(f"~/keys/{name}")
        self.h.mkdir("~/keys", 0o700)
        r = self.h.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", f"{name} of dev", "-f", path])
        assert r.ok, r
        r = self.h.run(["ssh-add", "-q", *options, path])
        assert r.ok, r
        return fingerprint(self.h, f"{path}.pub")

    def list(self):
        return self.h.run(["ssh-add", "-l"], env={"SSH_AUTH_SOCK": self.socket}).out


def fingerprint(h, path):
    r = h.run(["ssh-keygen", "-l", "-f", path])
    assert r.ok, r
    return r.out.split()[1]


class Server:
    """sshd of the user on a port of 127.0.0.1. Every key of ~/keys may log in; `logins` counts who did."""

    def __init__(self, h, name="server", known="hashed", root=False):
        """`root`: as a machine's own server, which gives terminals of whatever group /dev/pts has."""
        h.require("sshd")
        self.h, self.name = h, name
        top = h.mkdir(f"~/{name}", 0o700)
        r = h.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{top}/host"])
        assert r.ok, r
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        h.write(f"~/{name}/config", f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {top}/host\nPidFile none\nStrictModes no\n"
                f"AuthorizedKeysFile {h.home}/{name}/authorized\nUsePAM no\nAllowAgentForwarding yes\nPasswordAuthentication no\n"
                "KbdInteractiveAuthentication no\n")  # fmt: skip
        h.spawn(["/usr/sbin/sshd", "-D", "-e", "-f", f"{top}/config"], root=root, stderr=open(f"/run/{name}-{h.user}.log", "w"))
        wait_for(self._answers)
        key = h.read(f"{top}/host.pub").split()[:2]
        line = f"[127.0.0.1]:{self.port} {' '.join(key)}\n"
        path = "~/.ssh/known_hosts"
        if known:
            h.write(path, (h.read(path) if h.exists(path) else "") + line)
            if known == "hashed":
                assert h.run(["ssh-keygen", "-q", "-H", "-f", h.path(path)]).ok
        self.host = f"127.0.0.1:{self.port}"

    def _answers(self):
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def let_in(self, *names):
        self.h.write(f"~/{self.name}/authorized", "".join(self.h.read(f"~/keys/{name}.pub") for name in names), 0o600)

    def log(self):
        return Path(f"/run/{self.name}-{self.h.user}.log").read_text()

    def logins(self):
        return self.log().count("Accepted publickey")

    def ssh(self, *more):
        return ["ssh", "-o", "BatchMode=yes", "-p", str(self.port), f"{self.h.user}@127.0.0.1", *more]


def grant(h, keys, more="", path="~/code/demo"):
    """The user's own file: these keys for this project."""
    listed = ", ".join(f'"{key}"' for key in keys)
    h.write("~/.config/psbc/config.toml", f'[projects."{path}".ssh]\nkeys = [{listed}]\n{more}')


def gpg_agent(h):
    """GnuPG's agent with its ssh support."""
    h.require("gpg-agent", "gpgconf")
    h.mkdir("~/.gnupg", 0o700)
    h.spawn(["gpg-agent", "--enable-ssh-support", "--daemon", "sleep", "600"])
    found = h.run(["gpgconf", "--list-dirs", "agent-ssh-socket"]).out.strip()
    if not found:
        skip("gpg-agent: has no ssh socket")
    wait_for(lambda: os.path.exists(found))
    h.env["SSH_AUTH_SOCK"] = found
