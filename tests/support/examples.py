# SPDX-License-Identifier: MIT
"""What tests of examples/ share: an example in ~/code, entered; and servers of the host that it talks to."""
import contextlib
import os
import re
import socket
import time


def entered(h, example, project="", ports=None):
    """The example in ~/code, trusted and built; gives a function that runs a shell line inside.

    ports: {port in the example's file: the one that its server has in this test}.
    """
    h.require("psbc", "firejail")
    h.copy(f"examples/{example}", f"~/code/{example}")
    project = f"~/code/{example}{project}"
    policy = h.read(f"{project}/.python-sandbox.toml")
    for written, given in (ports or {}).items():
        assert policy.count(str(written)) == 1, policy
        policy = policy.replace(str(written), str(given))
    h.write(f"{project}/.python-sandbox.toml", policy)
    approve(h, project)
    return lambda line: h.psbc("run", "--", "sh", "-c", line, cwd=project)


def approve(h, project):
    for arguments in (["trust", "--yes"], ["build"]):
        r = h.psbc(*arguments, cwd=project)
        assert r.ok, r


def within(seconds, true):
    """Waits until `true()` is, and gives its value."""
    end = time.monotonic() + seconds
    while not (value := true()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)
    return value


def free_port():
    """A port of 127.0.0.1, for a server that cannot choose one itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A program of the host that listens on 127.0.0.1 and says `port N`; all that it prints is in `heard()`."""

    def __init__(self, h, argv, *, cwd="~", name="server"):
        self._h, self._log = h, f"/tmp/{name}.log"
        h.write(self._log)
        with open(self._log, "ab") as log:
            self.process = h.spawn(argv, cwd=cwd, stdout=log, stderr=log, env={"PYTHONUNBUFFERED": "1"})
        try:
            self.port = int(within(60, lambda: re.search(r"\bport (\d+)", self.heard()))[1])
        except AssertionError as late:
            raise AssertionError(f"{' '.join(argv)}: {self.heard()}") from late

    def heard(self):
        return self._h.read(self._log)


# Answers nothing that helps, and prints what was asked for, with the headers.
_LISTENER = """
import http.server
class Listener(http.server.BaseHTTPRequestHandler):
    def refuse(self):
        print(self.requestline, str(self.headers).replace("\\n", " | "))
        self.send_error(404)
    do_GET = do_CONNECT = refuse
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
print("port", server.server_port)
server.serve_forever()
"""


def listener(h, name):
    """Stands for a server, or for a way out (as a proxy), that nothing should ask."""
    return Server(h, ["python3", "-c", _LISTENER], name=name)


@contextlib.contextmanager
def postgres(h, programs, rules, port):
    """PostgreSQL on 127.0.0.1 and on a unix socket in /run/postgresql, run by the user; `rules` are its pg_hba.conf."""
    data = "/tmp/database"
    r = h.run([f"{programs}/initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale", "C", "-D", data])
    assert r.ok, r
    h.write(f"{data}/pg_hba.conf", rules)
    os.mkdir("/run/postgresql")  # of the host's private /run
    os.chown("/run/postgresql", h.uid, h.gid)
    options = f"-F -p {port} -k /run/postgresql -c listen_addresses=127.0.0.1"
    r = h.run([f"{programs}/pg_ctl", "-D", data, "-l", "/tmp/database.log", "-w", "-o", options, "start"], timeout=90)
    assert r.ok, h.read("/tmp/database.log")
    try:
        yield
    finally:
        # A killed server would leave a System V segment on the machine.
        r = h.run([f"{programs}/pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"], timeout=90)
        assert r.ok, r
