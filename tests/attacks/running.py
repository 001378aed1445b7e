# SPDX-License-Identifier: MIT
"""A sandbox that runs while the host changes something, and what psbc says meanwhile."""
import contextlib
import os
import tempfile
import time

LATE = 20  # seconds; nothing here takes one


def wait(condition, what):
    end = time.monotonic() + LATE
    while not condition():
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(0.01)


class Running:
    """A command in psbc's sandbox, and what psbc has said so far."""

    def __init__(self, p, line):
        self.p, self.h = p, p.h
        self.log = tempfile.TemporaryFile()
        self.process = p.h.spawn(["psbc", "run", "--", "sh", "-c", line if ".ready" in line else f"touch .ready; {line}"], cwd=p.path, stderr=self.log, stdout=self.log)
        wait(lambda: self.h.exists(f"{p.path}/.ready"), self.said)

    def said(self):
        return os.pread(self.log.fileno(), 1 << 20, 0).decode()

    def hears(self, *words):
        wait(lambda: all(word in self.said() for word in words), lambda: f"{words} in: {self.said()}")

    def end(self):
        """Lets it end; the status, and all that was said."""
        self.h.write(f"{self.p.path}/.end")
        status = self.process.wait(LATE)
        for name in (".ready", ".end"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.h.path(f"{self.p.path}/{name}"))
        return status, self.said()


UNTIL_END = "until [ -e .end ]; do sleep 0.02; done"
