# SPDX-License-Identifier: MIT
"""Servers of git over https, all in one: a proxy that stands for the network, with a certificate of the company's own CA.

Whatever host git asks for, this answers, and writes down who was asked and with which password. `/lab.git` of a host in
`private` is a bare repository that wants the password; a path that begins with /to/HOST/ is a redirect to that host; all
other hosts just ask for a password.
"""
import json
import time

# A program of its own, because a host is left by one thread.
SERVER = r"""
import base64, http.server, json, os, ssl, subprocess, sys
work, private, password = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
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

    def answer(self):
        given = self.headers.get("Authorization", "")
        given = base64.b64decode(given.split()[1]).decode() if given.startswith("Basic ") else given
        scheme, host, path = "https", self.target.removesuffix(":443"), self.path
        if not self.target:  # by plain http
            scheme, _, rest = path.partition("://")
            host, _, path = rest.partition("/")
            path = "/" + path
        print(json.dumps({"host": scheme + "://" + host, "path": path, "given": given}), file=log)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if path.startswith("/to/"):
            return self.reply(302, {"Location": "https://" + path[4:]})
        if f"{scheme}://{host}" not in private or given.partition(":")[2] != password:
            return self.reply(401, {"WWW-Authenticate": 'Basic realm="git"'})
        path, _, query = path.partition("?")
        cgi = subprocess.run(["git", "http-backend"], input=body, stdout=subprocess.PIPE, env={
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": work, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
            "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""), "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": given.partition(":")[0], "REMOTE_ADDR": "127.0.0.1"}).stdout
        head, _, body = cgi.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.reply(int(headers.pop("Status", "200").split()[0]), headers, body)

    do_GET = do_POST = answer

    def reply(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

class Inside(Handler):
    def __init__(self, connection, client, server, target):
        self.target = target
        super().__init__(connection, client, server)

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(json.dumps({"port": server.server_port}), file=log)
server.serve_forever()
"""


class GitService:
    """`hosts`: names for the certificate. `h.env` sends git there from then on, inside as well."""

    def __init__(self, h, password, private=("https://github.com",), hosts=("github.com", "gitlab.com", "huggingface.co", "evil.example", "github.com.example")):
        h.require("git", "openssl")
        self.h, self.seen = h, 0
        self.work = h.mkdir("~/net", 0o700)
        names = ",".join(f"DNS:{name}" for name in hosts)
        for line in (
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem",
            "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=git -keyout server.key -out server.csr",
            f"printf 'subjectAltName={names}\n' > extensions",
            "openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out server.pem",
            "git init -q --bare -b main lab.git && git -C lab.git config http.receivepack true",
            "git init -q -b main start && cd start && git config user.name D && git config user.email d@example.org && echo one > file"
            " && git add file && git commit -qm one && git push -q ../lab.git main",
        ):
            r = h.run(["sh", "-c", line], cwd=self.work)
            assert r.ok, r

        h.write("~/net/server.py", SERVER)
        self.log = h.write("~/net/log")
        h.spawn(["python3", h.path("~/net/server.py"), self.work, json.dumps(list(private)), password])
        end = time.monotonic() + 20
        while not (lines := h.read(self.log)):
            assert time.monotonic() < end
            time.sleep(0.02)
        self.port = json.loads(lines)["port"]
        h.write("~/corp/ca.pem", h.read("~/net/ca.pem"))
        url = f"http://127.0.0.1:{self.port}"
        h.env.update(HTTP_PROXY=url, HTTPS_PROXY=url, http_proxy=url, GIT_SSL_CAINFO=h.path("~/corp/ca.pem"))

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

    def head(self):
        return self.h.run(["git", "-C", f"{self.work}/lab.git", "log", "--format=%s", "main"]).out.split()
