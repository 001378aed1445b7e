# SPDX-License-Identifier: MIT
"""The ssh agent's protocol by hand, as malware would speak it (RFC 9987). client.py ATTEMPT...; prints `ATTEMPT WORD`."""
import base64
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time


def string(data):
    return struct.pack(">I", len(data)) + data


def connect():
    one = socket.socket(socket.AF_UNIX)
    one.connect(os.environ["SSH_AUTH_SOCK"])
    return one


def exactly(one, size):
    data = b""
    while len(data) < size:
        some = one.recv(size - len(data))
        if not some:
            raise EOFError
        data += some
    return data


def ask(body, one=None):
    one = one or connect()
    try:
        one.sendall(string(body))
        return exactly(one, struct.unpack(">I", exactly(one, 4))[0])
    except (EOFError, ConnectionError):
        return b"\x05"


def key(name):
    return base64.b64decode(open(name + ".pub").read().split()[1])


def login(name, session=b"s" * 32):
    k = key(name)
    return string(session) + b"\x32" + string(b"git") + string(b"ssh-connection") + string(b"publickey") + b"\x01" + string(b"ssh-ed25519") + string(k)


def sshsig(namespace, extra=b""):
    return b"SSHSIG" + string(namespace) + string(b"") + string(b"sha512") + string(b"h" * 64) + extra


DATA = {
    "blob": lambda name: b"anything at all",
    "login": login,
    "sshsig-git": lambda name: sshsig(b"git"),
    "sshsig-file": lambda name: sshsig(b"file"),
    "sshsig-long": lambda name: sshsig(b"git", b"more"),
}


def sign(name, data, one=None):
    return "signed" if ask(b"\x0d" + string(key(name)) + string(data) + b"\0\0\0\0", one)[0] == 14 else "refused"


def names():
    body = ask(b"\x0b")
    if body[0] != 12:
        return "refused"
    return ",".join(n for n in ("work", "other") if key(n) in body)


def extension(name, rest=b""):
    return b"\x1b" + string(name) + rest


def bind(host_key, session, signature, forwarding=0):
    return extension(b"session-bind@openssh.com", string(host_key) + string(session) + string(signature) + bytes([forwarding]))


def forged():
    """A binding to a host key that is known, with a signature that is none; then a login for it."""
    one = connect()
    hosts = [base64.b64decode(line.split()[2]) for line in open(os.path.expanduser("~/.ssh/known_hosts")) if not line.startswith("#")]
    ok = ask(bind(hosts[0], b"s" * 32, string(b"ssh-ed25519") + string(b"\0" * 64)), one)[0] == 6
    return "signed" if ok or sign("work", login("work"), one) == "signed" else "refused"


def replayed(port):
    """Records what ssh really sends, and uses its binding for a login in another session."""
    real = os.environ["SSH_AUTH_SOCK"]
    path = tempfile.mkdtemp() + "/s"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    seen = []

    def relay():
        client, _ = listener.accept()
        upstream = connect()
        try:
            while True:
                body = exactly(client, struct.unpack(">I", exactly(client, 4))[0])
                seen.append(body)
                client.sendall(string(ask(body, upstream)))
        except EOFError:
            pass

    threading.Thread(target=relay, daemon=True).start()
    subprocess.run(["ssh", "-o", f"IdentityAgent={path}", "-p", port, "127.0.0.1", "true"], stderr=subprocess.DEVNULL)
    os.environ["SSH_AUTH_SOCK"] = real
    binding = next(body for body in seen if b"session-bind" in body)
    one = connect()
    if ask(binding, one)[0] != 6:
        return "not bound"
    if sign("work", login("work"), one) == "signed":
        return "signed"
    # A second binding on the same connection is one too many.
    ask(bind(b"x", b"y", b"z"), one)
    return "signed" if ask(b"\x0b", one) != b"\x0c\0\0\0\0" else "refused"


def flood():
    held = []
    for size in (0xFFFFFFFF, 1 << 30, 32 * 1024, 32 * 1024 + 1, 0):
        for _ in range(20):
            one = socket.socket(socket.AF_UNIX)
            one.settimeout(0.2)
            try:
                one.connect(os.environ["SSH_AUTH_SOCK"])
                one.sendall(struct.pack(">I", size) + b"\x0d")
                for _ in range(40):
                    one.sendall(b"x" * 65536)
            except OSError:
                pass
            held.append(one)
    open("flooded", "w").close()
    time.sleep(60)


def attempt(name):
    words = name.split(":")
    if words[0] == "list":
        return names()
    if words[0] == "sign":
        return sign(words[1], DATA[words[2]](words[1]))
    if words[0] == "bind-forged":
        return forged()
    if words[0] == "bind-replayed":
        return replayed(words[1])
    if words[0] == "flood":
        return flood()
    seed = bytes(range(32))
    done = {
        "query": extension(b"query"),
        "remove-one": b"\x12" + string(key("other")),
        "remove-all": b"\x13",
        "ssh1": b"\x09",
        "lock": b"\x16" + string(b"secret"),
        "unlock": b"\x17" + string(b"secret"),
        "smartcard": b"\x14" + string(b"/usr/lib/x.so") + string(b""),
        # The public half does not have to fit for what is asked here: ssh-agent keeps what it is given.
        "add": b"\x11" + string(b"ssh-ed25519") + string(seed) + string(seed + seed) + string(b"planted"),
    }[name]
    return "done" if ask(done)[0] in (6, 29) else "refused"


for name in sys.argv[1:]:
    try:
        print(re.sub(r":\d+$", "", name), attempt(name), flush=True)
    except KeyError as missing:
        print(name, "no agent" if "SSH_AUTH_SOCK" in str(missing) else f"error {missing}", flush=True)
