# SPDX-License-Identifier: MIT
"""Clients of two debuggers, as editors have them: VS Code's protocol (DAP) for debugpy, and pydevd's own lines for PyCharm."""
import json
import os
import selectors
import socket
import time
from urllib.parse import quote


class _Lines:
    """Reads from a descriptor with an end in sight."""

    def __init__(self, fd):
        self.fd, self.buffer = fd, b""
        self.ready = selectors.DefaultSelector()
        self.ready.register(fd, selectors.EVENT_READ)

    def until(self, end, seconds=30):
        stop = time.monotonic() + seconds
        while end not in self.buffer:
            self._more(stop)
        text, _, self.buffer = self.buffer.partition(end)
        return text

    def exactly(self, size, seconds=30):
        stop = time.monotonic() + seconds
        while len(self.buffer) < size:
            self._more(stop)
        text, self.buffer = self.buffer[:size], self.buffer[size:]
        return text

    def _more(self, stop):
        assert self.ready.select(max(0, stop - time.monotonic())), f"the debugger is silent: {self.buffer[-500:]!r}"
        data = os.read(self.fd, 65536)
        assert data, f"the debugger has ended: {self.buffer[-500:]!r}"
        self.buffer += data


class Adapter:
    """`python debugpy/adapter`, by its stdin and stdout. https://microsoft.github.io/debug-adapter-protocol/"""

    def __init__(self, process):
        self.process, self.lines, self.number, self.events, self.answers = process, _Lines(process.stdout.fileno()), 0, [], {}

    def send(self, command, **arguments):
        self.number += 1
        body = json.dumps({"seq": self.number, "type": "request", "command": command, "arguments": arguments}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()
        return self.number

    def ask(self, command, **arguments):
        return self.answer(self.send(command, **arguments))

    def answer(self, number):
        while number not in self.answers:
            self._read()
        message = self.answers.pop(number)
        assert message["success"], message
        return message.get("body", {})

    def event(self, name):
        """The next event of this name."""
        while True:
            for event in self.events:
                if event["event"] == name:
                    self.events.remove(event)
                    return event.get("body", {})
            self._read()

    def _read(self):
        head = self.lines.until(b"\r\n\r\n").decode()
        size = int(head.lower().split("content-length:")[1].split("\r\n")[0])
        message = json.loads(self.lines.exactly(size))
        if message["type"] == "response":
            self.answers[message["request_seq"]] = message
        elif message["type"] == "event":
            self.events.append(message)


class Pydevd:
    """The listener to which pydevd.py connects back: "id \\t sequence \\t text \\n" both ways (_pydevd_bundle/pydevd_comm_constants.py)."""

    VERSION, RUN, THREAD_SUSPEND, THREAD_RUN, SET_BREAK, GET_FRAME = 501, 101, 105, 106, 111, 114

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.sequence, self.peer = self.listener.getsockname()[1], -1, None

    def accept(self):
        self.listener.settimeout(30)
        self.peer, _ = self.listener.accept()
        self.lines = _Lines(self.peer.fileno())

    def send(self, command, *fields):
        self.sequence += 2
        text = "\t".join([str(command), str(self.sequence), *[str(field) for field in fields]])
        self.peer.sendall(text.encode() + b"\n")

    def until(self, command):
        """The text of the next message of this kind."""
        while True:
            number, _, text = self.lines.until(b"\n").decode().split("\t", 2)
            if int(number) == command:
                return text

    def close(self):
        for it in (self.peer, self.listener):
            if it:
                it.close()


def path_in(text):
    return quote(text, safe="/")
