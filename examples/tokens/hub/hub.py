#!/usr/bin/env python3
"""A hub with one file and two tokens: hub.py PORT. Port 0: one that is free."""
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MAY = {"hf_weak": {"GET"}, "hf_broad": {"GET", "PUT"}}


class Hub(BaseHTTPRequestHandler):
    def answer(self):
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200 if self.command in MAY.get(token, ()) else 403)
        self.end_headers()
        self.wfile.write(b"0.1 0.2 0.3\n")

    do_GET = do_PUT = answer


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Hub)
print(f"port {server.server_port}", flush=True)
server.serve_forever()
