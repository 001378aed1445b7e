# SPDX-License-Identifier: MIT
"""The internet of a host, as far as a proxy on 127.0.0.1 can stand for it: https for any name, by a CA of the company's own.

Whoever was asked, and with which password, is written down. What is answered, a service says in its own `answer`.
"""
import json
import time

# A program of its own, because a host is left by one thread. `answer(self, host, path, user, password, body)` follows it.
_SERVER = r"""
import base64, http.server, json, os, ssl, subprocess, sys
work, settings = sys.argv[1], json.loads(sys.argv[2])
log = open(work + "/log", "a", buffering=1)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(work + "/server.pem", work + "/server.key")

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    target = ""

    def log_message(self, *ignored):
        pass

    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        try:
            Inside(context.wrap_socket(self.connection, server_side=True), self.client_address, self.server, self.path)
        except OSError:
            pass
        self.close_connection = True

    def receive(self):
        given = self.headers.get("Authorization", "")
        given = base64.b64decode(given.split()[1]).decode() if given.startswith("Basic ") else given
        scheme, host, path = "https", self.target.removesuffix(":443"), self.path
        if not self.target:  # by plain http
            scheme, _, rest = path.partition("://")
            host, _, path = rest.partition("/")
            path = "/" + path
        host = scheme + "://" + host
        print(json.dumps({"host": host, "path": path, "given": given}), file=log)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if path.startswith("/to/"):
            return self.reply(302, {"Location": "https://" + path[4:]})
        user, _, password = given.partition(":")
        answer(self, host, path, user, password, body)

    do_GET = do_HEAD = do_POST = receive

    def reply(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self):
        self.reply(401, {"WWW-Authenticate": 'Basic realm="here"'})

class Inside(Handler):
    def __init__(self, connection, client, server, target):
        self.target = target
        super().__init__(connection, client, server)
"""
_RUN = r"""
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(json.dumps({"port": server.server_port}), file=log)
server.serve_forever()
"""


class Network:
    """`names`: for the certificate. A path that begins with /to/HOST/ is a redirect to that host, everywhere."""

    def __init__(self, h, answer, settings, names):
        h.require("openssl")
        self.h, self.seen = h, 0
        self.work = h.mkdir("~/net", 0o700)
        names = ",".join(f"DNS:{name}" for name in names)
        key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        self.do(
            f"openssl req -x509 {key} -days 2 -subj /CN=ca -keyout ca.key -out ca.pem",
            f"openssl req {key} -subj /CN=server -keyout server.key -out server.csr",
            f"printf 'subjectAltName={names}\n' > extensions",
            "openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out server.pem",
        )
        h.write("~/net/server.py", _SERVER + answer + _RUN)
        self.log = h.write("~/net/log")
        h.spawn(["python3", h.path("~/net/server.py"), self.work, json.dumps(settings)])
        end = time.monotonic() + 20
        while not (lines := h.read(self.log)):
            assert time.monotonic() < end
            time.sleep(0.02)
        self.url = f"http://127.0.0.1:{json.loads(lines)['port']}"
        self.ca = h.path("~/corp/ca.pem")
        h.write(self.ca, h.read("~/net/ca.pem"))

    def do(self, *lines):
        for line in lines:
            r = self.h.run(["sh", "-c", line], cwd=self.work)
            assert r.ok, r

    def requests(self):
        """All since `forget`: host, path, and what was given as user:password."""
        return [r for r in map(json.loads, self.h.read(self.log)[self.seen :].splitlines()) if "host" in r]

    def given(self):
        """{host: the user:password that it was given}. curl tells a user of the address before it has a password."""
        out = {}
        for r in self.requests():
            out.setdefault(r["host"], set()).update([r["given"]] if r["given"].partition(":")[2] else [])
        return out

    def forget(self):
        self.seen = len(self.h.read(self.log))
