#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""`[network] access = "ports"`: TCP to and from the named ports, and no other way into the network.

Each vector carries a word out of the sandbox, to a decoy that listens on 127.0.0.1 and tells what it heard. The
control is the same attempt in a sandbox of this project whose network is shared.
"""
import functools
import json
import os
import secrets
import socket
import struct
import threading
from typing import NamedTuple

from attack import LANDLOCK, LIMITS_PORTS, Project, cover
from tap import skip, test
from vectors import ABSENT, main, outcome, register, seed


class Vector(NamedTuple):
    id: str
    row: str
    name: str
    code: str  # python; `to` is the decoy's port, `word` what it must not hear


TCP, UDP = "s = socket.socket(); s.settimeout(2); ", "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
VECTORS = [Vector(*row) for row in (
    ("port-tcp", "C6", "a connection to another port", TCP + "s.connect(('127.0.0.1', to)); s.sendall(word)"),
    ("port-tcp-nonblocking", "C6", "the same without waiting",
     TCP + "s.setblocking(False); s.connect_ex(('127.0.0.1', to)); select.select([], [s], [], 2); s.send(word)"),
    ("port-mapped", "C6", "the same as an IPv4 address in IPv6",
     "s = socket.socket(socket.AF_INET6); s.connect(('::ffff:127.0.0.1', to)); s.sendall(word)"),
    ("port-fastopen", "C6", "TCP Fast Open connects by sending", "s = socket.socket(); s.sendto(word, 0x20000000, ('127.0.0.1', to))"),
    ("port-fastopen-message", "C6", "the same by sendmsg", "s = socket.socket(); s.sendmsg([word], [], 0x20000000, ('127.0.0.1', to))"),
    ("port-fastopen-connect", "C6", "Fast Open put off by an option",
     TCP + "s.setsockopt(6, 30, 1); s.connect(('127.0.0.1', to)); s.sendall(word)"),
    ("port-mptcp", "C6", "Multipath TCP",
     "s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262); s.connect(('127.0.0.1', to)); s.sendall(word)"),
    ("port-thread", "C6", "a connection by a thread",
     "def go():\n        s = socket.socket(); s.connect(('127.0.0.1', to)); s.sendall(word)\n    t = threading.Thread(target=go); t.start(); t.join()"),
    ("port-exec", "C6", "a connection by another program",
     "subprocess.run(['bash', '-c', f'printf %s {word.decode()} > /dev/tcp/127.0.0.1/{to}'])"),
    ("port-udp", "C6", "a message by UDP", UDP + "s.sendto(word, ('127.0.0.1', to))"),
    ("port-udp-connected", "C6", "the same, connected", UDP + "s.connect(('127.0.0.1', to)); s.send(word)"),
    ("port-udp6", "C6", "a message by UDP over IPv6",
     "s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.sendto(word, ('::ffff:127.0.0.1', to))"),
    ("port-udplite", "C6", "UDP-Lite", "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 136); s.sendto(word, ('127.0.0.1', to + 1))"),
)]  # fmt: skip
SERVED = ("port-served", "C6", "a server inside on a port that nobody granted")
for vector in (*VECTORS, SERVED):
    register(*vector[:2], vector[2] + ', with `access = "ports"`')

PAYLOAD = """
import json, select, socket, subprocess, sys, threading
to = int(sys.argv[1])
for id, code, word in json.load(open("attempts.json")):
    try:
        exec("if True:\\n    " + code, {**globals(), "word": word.encode()})
    except (OSError, ValueError):
        pass
open("tried", "w").close()
"""


class Decoy:
    """TCP and UDP on one port of 127.0.0.1, UDP-Lite on the next."""

    def __init__(self):
        self.heard = []
        while True:
            tcp = socket.socket()
            tcp.bind(("127.0.0.1", 0))
            self.port = tcp.getsockname()[1]
            try:
                udp = self._bound(0, self.port)
                lite = self._bound(136, self.port + 1)
                break
            except OSError as error:
                tcp.close()
                if error.errno != 98:
                    raise
        tcp.setsockopt(socket.IPPROTO_TCP, 23, 16)  # TCP_FASTOPEN, where the machine allows it to servers
        tcp.listen(16)
        self.sockets = [tcp, udp, *([lite] if lite else [])]
        for s in self.sockets:
            s.settimeout(0.2)
        self.end = threading.Event()
        self.threads = [threading.Thread(target=self._follow, args=(s,)) for s in self.sockets]
        for thread in self.threads:
            thread.start()

    @staticmethod
    def _bound(protocol, port):
        try:
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, protocol)
        except OSError:
            return None  # a kernel without UDP-Lite
        s.bind(("127.0.0.1", port))
        return s

    def _follow(self, s):
        while not self.end.is_set():
            try:
                if s.type == socket.SOCK_DGRAM:
                    self.heard.append(s.recv(200))
                    continue
                caller, _ = s.accept()
                with caller:
                    caller.settimeout(1)
                    self.heard.append(caller.recv(200))
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end.set()
        for thread in self.threads:
            thread.join()
        for s in self.sockets:
            s.close()


def ports(*, connect=(), listen=()):
    return f'[network]\naccess = "ports"\nconnect = {list(connect)}\nlisten = {list(listen)}\n'


def need_ports():
    if not LIMITS_PORTS:
        skip("linux-6.7: this kernel's Landlock knows no ports")


def attempts(p, to, run=None):
    words = {vector.id: secrets.token_hex(8) for vector in VECTORS}
    p.h.write(p.path + "/attempts.json", json.dumps([[vector.id, vector.code, words[vector.id]] for vector in VECTORS]))
    p.h.write(p.path + "/payload.py", PAYLOAD)
    r = run(f"python3 payload.py {to}") if run else p.psbc("run", "--", "python3", "payload.py", str(to))
    assert p.h.exists(p.path + "/tried"), r
    os.unlink(p.h.path(p.path + "/tried"))
    return words


def heard(decoy, words):
    said = b" ".join(decoy.heard)
    return {id for id, word in words.items() if word.encode() in said}


@test("C6: with `access = \"ports\"` nothing reaches another port, by no protocol; without it everything does")
def _(h):
    need_ports()
    with Decoy() as decoy:
        shared = heard(decoy, attempts(p := Project(h), decoy.port))
        by_seed = heard(decoy, attempts(p, decoy.port, p.predecessor))
        # UDP-Lite, MPTCP and Fast Open are where the machine has them; all else must work, or nothing is shown.
        print("#", sorted(shared)) if os.environ.get("SHOW") else None
        may_lack = {"port-udplite", "port-mptcp", "port-fastopen", "port-fastopen-message", "port-fastopen-connect"}
        assert shared >= {vector.id for vector in VECTORS} - may_lack, {vector.id for vector in VECTORS} - shared
        for granted in ([], [decoy.port + 7, 443]):
            p = Project(h, ports(connect=granted, listen=[0]))
            assert not heard(decoy, attempts(p, decoy.port)), granted
        for id in (vector.id for vector in VECTORS):
            seed(id, id in by_seed if id in shared else ABSENT)
            outcome(id, "psbc", False if id in shared else ABSENT)


@test("C6: the ports that are named work, for connections and for servers, and a server's only")
def _(h):
    need_ports()
    serve = "python3 -c 'import socket, sys; s = socket.create_server((\"127.0.0.1\", int(sys.argv[1]))); print(\"serves\")' "
    with Decoy() as decoy, Decoy() as free:
        free.sockets[0].close()  # a port that was just free
        p = Project(h, ports(connect=[decoy.port], listen=[free.port]))
        assert "+ network ports\n  + connect to port " in (r := p.psbc("trust", "--show")).err, r
        words = attempts(p, decoy.port)
        assert heard(decoy, words) >= {"port-tcp", "port-tcp-nonblocking", "port-mapped", "port-thread", "port-exec"}
        assert not heard(decoy, words) & {"port-udp", "port-udp6", "port-udp-connected", "port-udplite", "port-fastopen", "port-mptcp"}
        assert "serves" in p.entered(serve + str(free.port)).out, h.story()
        assert "serves" not in p.entered(serve + str(free.port + 3)).out, h.story()
        outcome(SERVED[0], "psbc", False)
        assert "serves" not in p.entered(serve + "0").out, h.story()
        # What is no network stays: pipes, unix sockets, processes that talk.
        talk = "import multiprocessing as m; c = m.get_context('spawn'); q = c.Manager().Queue(); q.put(7); print(q.get())"
        assert "7\n" in p.entered(f"python3 -c \"{talk}\"").out, h.story()
        r = p.psbc("build", "--force")
        assert f"open: TCP to {decoy.port}, from {free.port} of any host" in r.out + r.err, r
        assert "serves" in Project(h, ports(listen=[0])).entered(serve + "0").out, h.story()


@test("names are resolved by TCP where 53 is granted, and a build says when it is not")
def _(h):
    need_ports()
    address = f"127.{os.getpid() % 200 + 20}.{os.getpid() // 200 % 250}.53"
    cover("/etc/resolv.conf", f"nameserver {address}\n")
    server = socket.create_server((address, 53))
    server.settimeout(20)

    def answer():
        while True:
            try:
                caller, _ = server.accept()
            except OSError:
                return
            with caller:
                caller.settimeout(2)
                while size := caller.recv(2):
                    query = caller.recv(struct.unpack("!H", size)[0])
                    end = query.index(b"\0", 12) + 5  # the question: name, type, class
                    is_a = query[end - 4 : end - 2] == b"\0\1"
                    record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\x09" if is_a else b""
                    reply = query[:2] + b"\x81\x80\0\1" + (b"\0\1" if is_a else b"\0\0") + b"\0\0\0\0" + query[12:end] + record
                    caller.sendall(struct.pack("!H", len(reply)) + reply)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        look = "python3 -c 'import socket; print(socket.gethostbyname(\"db.internal.example\"))'"
        r = Project(h, ports(connect=[53, 443])).entered(look)
        assert "127.0.0.9" in r.out, r
        p = Project(h, ports(connect=[443]))
        assert "127.0.0.9" not in p.entered(look).out, h.story()
        assert "no name of a host can be resolved inside" in p.psbc("build", "--force").err, h.story()
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


@test("C6: where the kernel cannot limit ports, that is an error and nothing is run; a key that limits nothing is one as well")
def _(h):
    p = Project(h, ports(connect=[443]))
    older = functools.partial(p.psbc_without, LANDLOCK) if LIMITS_PORTS else p.psbc
    if LIMITS_PORTS:
        p.entered()
    for arguments in (["run", "--", "touch", "ran"], ["enter", "--", "touch", "ran"], ["build", "--force"]):
        r = older(*arguments)
        assert r.status == (4 if arguments[0] == "build" else 125) and not h.exists(p.path + "/ran"), r
        assert "this kernel cannot limit the network to ports" in r.err and "Linux can since 6.7" in r.err, r
    if LIMITS_PORTS:
        p.entered()
    for access in ('access = "none"\n', 'access = "full"\n', ""):
        p = Project(h, f"[network]\n{access}listen = [8000]\n", trusted=False)
        r = p.psbc("build")
        assert r.status == 2 and "limits nothing unless `access` is" in r.err, r


main()
