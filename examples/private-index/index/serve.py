#!/usr/bin/env -S python3 -B
"""serve.py DIRECTORY [PORT]    the index in DIRECTORY on 127.0.0.1, for those who know its password.

It is the content of DIRECTORY/password; any user name will do.
"""
import base64
import functools
import http.server
import sys
from pathlib import Path


class Index(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        password = Path(self.directory, "password").read_text().strip()
        if base64.b64decode(given).decode().partition(":")[2] == password and not self.path.startswith("/password"):
            return super().do_GET()
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="the index of Acme"')
        self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    directory, port = sys.argv[1], int(sys.argv[2] if len(sys.argv) > 2 else 8417)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Index, directory=directory))
    print("port", server.server_port, flush=True)
    server.serve_forever()
