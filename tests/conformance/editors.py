# SPDX-License-Identifier: MIT
"""The schema in editors: what tombi's language server, and taplo's as VS Code has it, complete and say of a .python-sandbox.toml that
names the schema in its first line, as `psbc init --schema` writes it."""
import json
import os
import selectors
import subprocess
import time
from pathlib import Path

SCHEMA = Path(__file__).resolve().parents[2] / "schema/python-sandbox.schema.json"


class Server:
    """A language server; `lines`: each message is a line (taplo-lsp.mjs), else framed as the protocol says."""

    def __init__(self, argv, cwd, lines):
        self.lines, self.number = lines, 0
        self.process = subprocess.Popen(argv, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
        self.buffer = b""

    def send(self, **message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(body + b"\n" if self.lines else b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def read(self, until):
        """Bytes up to `until(buffer)`, or an error when the server says nothing more for half a minute."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while (size := until(self.buffer)) is None:
                got = os.read(self.process.stdout.fileno(), 1 << 16) if selector.select(30) else b""
                if not got:
                    raise EOFError(f"no answer to message {self.number}")
                self.buffer += got
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def receive(self):
        if self.lines:
            return json.loads(self.read(lambda b: b.index(b"\n") + 1 if b"\n" in b else None))
        head = self.read(lambda b: b.index(b"\r\n\r\n") + 4 if b"\r\n\r\n" in b else None)
        length = int(next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")).split(b":")[1])
        return json.loads(self.read(lambda b: length if len(b) >= length else None))

    def ask(self, method, params):
        self.number += 1
        self.send(id=self.number, method=method, params=params)
        while True:
            message = self.receive()
            if "method" not in message and message.get("id") == self.number:
                return message.get("result")
            if "method" in message and "id" in message:  # of its own; nothing here has settings
                self.send(id=message["id"], result=[{}] * len((message.get("params") or {}).get("items", [])) or None)

    def close(self):
        self.process.kill()
        self.process.wait()


class Editor:
    """A project that an editor has open."""

    def __init__(self, server, root):
        self.server, self.uri, self.version = server, (root / ".python-sandbox.toml").as_uri(), 0
        hover = {"hover": {"contentFormat": ["markdown"]}, "completion": {"completionItem": {"documentationFormat": ["markdown"], "snippetSupport": True}}}
        server.ask("initialize", {"processId": None, "rootUri": root.as_uri(), "workspaceFolders": [{"uri": root.as_uri(), "name": "lab"}],
                                  "capabilities": {"textDocument": hover, "workspace": {"configuration": True}}})  # fmt: skip
        server.send(method="initialized", params={})

    def at(self, method, text):
        """What the server says where `|` is."""
        before = text.split("|")[0]
        document = {"uri": self.uri, "languageId": "toml", "version": self.version, "text": text.replace("|", "")}
        if self.version == 0:
            self.server.send(method="textDocument/didOpen", params={"textDocument": document})
        else:
            self.server.send(method="textDocument/didChange", params={"textDocument": document, "contentChanges": [{"text": document["text"]}]})
        self.version += 1
        place = {"line": before.count("\n"), "character": len(before.rsplit("\n", 1)[-1])}
        return self.server.ask(f"textDocument/{method}", {"textDocument": {"uri": self.uri}, "position": place})

    def completions(self, text):
        answer = self.at("completion", text) or []
        return {item["label"]: item.get("documentation") for item in (answer["items"] if isinstance(answer, dict) else answer)}

    def hover(self, text):
        contents = (self.at("hover", text) or {}).get("contents") or {}
        return contents["value"] if isinstance(contents, dict) and contents else str(contents)


def check(tap, node, tombi, work):
    schema = json.loads(SCHEMA.read_text())
    root = work / "editors"
    root.mkdir()
    (root / "schema.json").write_text(SCHEMA.read_text())
    head = "#:schema ./schema.json\n\n"
    servers = {"taplo, as in VS Code": (["node", "taplo-lsp.mjs"], True)}
    if tombi.exists():
        servers["tombi"] = ([str(tombi), "lsp", "--offline", "--no-cache"], False)
    for name, (argv, lines) in servers.items():
        server = Server(argv, node, lines)
        faults = []
        try:
            editor = Editor(server, root)
            for _ in range(50):  # the schema is loaded beside
                keys = editor.completions(head + 'schema = 1\nname = "lab"\n|\n')
                if keys:
                    break
                time.sleep(0.2)
            tops = {label.split(".")[0] for label in keys}
            faults += [f"`{key}` is not offered" for key in schema["properties"] if key not in tops | {"schema", "name"}]
            if schema["properties"]["readonly"]["description"][:40] not in json.dumps(keys.get("readonly"), ensure_ascii=False):
                faults.append(f"what `readonly` means is not shown: {keys.get('readonly')}")
            values = editor.completions(head + 'name = "lab"\n[network]\naccess = "|"\n')
            faults += [f"`{value}` is not offered for access" for value in ("full", "ports", "none") if not any(value in label for label in values)]
            rows = editor.completions(head + 'name = "lab"\n[[python.index]]\n|\n')
            faults += [f"`{key}` is not offered for an index" for key in schema["definitions"]["index"]["properties"] if not any(key in label for label in rows)]
            for text, said in (('na|me = "lab"\n', schema["properties"]["name"]["description"]), ('name = "lab"\nhid|den = []\n', schema["properties"]["hidden"]["description"])):
                if said[:60] not in editor.hover(head + text):
                    faults.append(f"hover over {text!r} says {editor.hover(head + text)!r}")
        except (EOFError, OSError) as error:
            faults.append(f"{type(error).__name__}: {error}")
        finally:
            server.close()
        tap.ok(not faults, f"{name}: offers each key and value with what it means, and says it under the pointer", *faults)
