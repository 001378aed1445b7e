# SPDX-License-Identifier: MIT
"""Decoys that listen at the addresses of channels, and hear whoever comes."""
import contextlib
import json
import os
import secrets
import selectors
import socket
import threading
from pathlib import Path
from typing import NamedTuple


class Vector(NamedTuple):
    """`id` is stable, `row` is a row of the threats; {run} is /run/user/UID, {home} the user's, {n} unique."""

    id: str
    row: str
    name: str
    address: str  # /path, @abstract, tcp:HOST, udp:HOST; `dgram:` before a path


# Sends each word to its address. Nothing here knows whether it arrived.
CALLER = """
import json, socket
for kind, family, address, word in json.load(open("calls.json")):
    try:
        with socket.socket(family, kind) as s:
            s.settimeout(2)
            s.connect("\\0" + address[1:] if address[:1] == "@" else tuple(address) if family != 1 else address)
            s.sendall(word.encode())
            kind == 1 and s.recv(1)
    except OSError:
        pass
"""


class Ears:
    """Decoys that listen at the addresses of vectors, and what they heard."""

    def __init__(self, h, vectors):
        self.h, self.heard, self.end, self.idle = h, set(), threading.Event(), threading.Event()
        self.ready = selectors.DefaultSelector()
        self.at = {vector.id: self._listen(vector.address) for vector in vectors}
        self.thread = threading.Thread(target=self._follow)
        self.thread.start()

    def _listen(self, text):
        text = text.format(run=self.h.runtime, home=self.h.home, uid=self.h.uid, n=os.getpid())
        kind = socket.SOCK_DGRAM if text.startswith(("dgram:", "udp:")) else socket.SOCK_STREAM
        head, _, rest = text.partition(":")
        if head in ("tcp", "udp"):
            family, address = socket.AF_INET6 if ":" in rest else socket.AF_INET, [rest, 0]
        else:
            family, address = socket.AF_UNIX, rest if head == "dgram" else text
        s = socket.socket(family, kind)
        if family == socket.AF_UNIX and address.startswith("/"):
            self._make_way(Path(address))
        s.bind("\0" + address[1:] if address[0] == "@" else tuple(address) if family != socket.AF_UNIX else address)
        if family != socket.AF_UNIX:
            address = list(s.getsockname()[:2])
        elif address.startswith("/"):
            os.chmod(address, 0o666)
        if kind == socket.SOCK_STREAM:
            s.listen(8)
        self.ready.register(s, selectors.EVENT_READ)
        return int(kind), int(family), address

    def _make_way(self, path):
        for directory in reversed(path.parents):
            if not directory.exists():
                directory.mkdir(0o755)
                os.chown(directory, self.h.uid, self.h.gid)

    def _follow(self):
        while not self.end.is_set():
            waiting = self.ready.select(0.05)
            if not waiting:
                self.idle.set()
            for key, _ in waiting:
                with contextlib.suppress(OSError):
                    s = key.fileobj
                    if s.type == socket.SOCK_DGRAM:
                        self.heard.add(s.recv(100).decode())
                        continue
                    caller, _ = s.accept()
                    with caller:
                        caller.settimeout(2)
                        self.heard.add(caller.recv(100).decode())
                        caller.send(b"!")

    def call(self, p, run):
        """The ids of those that were reached by what `run` starts."""
        words = {id: secrets.token_hex(8) for id in self.at}
        p.h.write(p.path + "/calls.json", json.dumps([[*self.at[id], word] for id, word in words.items()]))
        p.h.write(p.path + "/caller.py", CALLER + "open('called', 'w').close()\n")
        r = run(["python3", "caller.py"])
        assert p.h.exists(p.path + "/called"), r
        os.unlink(p.h.path(p.path + "/called"))
        self.idle.clear()  # a datagram may still wait to be read
        assert self.idle.wait(10)
        return {id for id, word in words.items() if word in self.heard}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end.set()
        self.thread.join()
        for key in list(self.ready.get_map().values()):
            key.fileobj.close()
        self.ready.close()
