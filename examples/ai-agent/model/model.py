#!/usr/bin/env -S python3 -B
"""model.py ANSWERS [PORT]    stands for the model that an agent asks, and runs on the host.

ANSWERS is a JSON file: a list of turns, each a list of actions; after the last one the program ends. Whatever an agent
sends is printed: that is what the company behind a model, or whoever talked the model into something, gets to see.
"""
import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

TURNS = json.loads(Path(sys.argv[1]).read_text())


class Model(BaseHTTPRequestHandler):
    has_more = True

    def do_POST(self):
        print("key:", self.headers["Authorization"])
        for message in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
            print(message.get("task") or message["result"], flush=True)
        Model.has_more = bool(TURNS)
        answer = json.dumps(TURNS.pop(0) if TURNS else []).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 8418), Model)
print("port", server.server_port, flush=True)
while Model.has_more:
    server.handle_request()
