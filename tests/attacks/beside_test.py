#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The other half of every attack here: on the same host, in the same session, the day's work is done.

A sandbox that stops a thief because nothing works in it has stopped nothing. One session, typed at a terminal, makes
an environment, installs from an index, tests, commits, starts workers, a server, a notebook kernel and a debugger,
and stops and continues a job; a thief runs in the middle of it.
"""
import http.server
import threading

from attack import Project, git
from collector import Collector, root
from tap import test
from vectors import attack, main, seed
from wheels import wheel

WORKERS = """
import multiprocessing as mp
from multiprocessing import shared_memory
def square(x): return x * x
if __name__ == "__main__":
    for method in ("fork", "spawn"):
        context = mp.get_context(method)
        with context.Pool(2) as pool: assert pool.map(square, [1, 2, 3]) == [1, 4, 9]
        gate = context.Semaphore(1)
        with gate: pass
    block = shared_memory.SharedMemory(create=True, size=4096)
    other = shared_memory.SharedMemory(name=block.name)
    other.buf[0] = 7
    assert block.buf[0] == 7
    other.close(); block.close(); block.unlink()
"""
SERVER = """
import http.server, threading, urllib.request
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
assert urllib.request.urlopen("http://localhost:%d/app.py" % server.server_port, timeout=10).read()
"""
KERNEL = """
try:
    from jupyter_client.manager import start_new_kernel
except ImportError:
    raise SystemExit("no jupyter here")
manager, client = start_new_kernel(kernel_name="python3", startup_timeout=60)
answer = client.execute_interactive("print(6 * 7)", timeout=30, output_hook=lambda m: print(m["content"].get("text", ""), end="", flush=True))
client.stop_channels(); manager.shutdown_kernel(now=True)
"""
TRACER = """
import ctypes, os, signal
libc = ctypes.CDLL(None)
child = os.fork()
if child == 0:
    signal.pause()
assert libc.ptrace(16, child, 0, 0) == 0  # PTRACE_ATTACH, as py-spy and gdb do
os.waitpid(child, 0)
memory = open("/proc/%d/mem" % child, "rb", 0)
marker = b"in the child"
memory.seek(id(marker)); assert marker in memory.read(100)
libc.ptrace(17, child, 0, 0); os.kill(child, 9)
"""
TESTS = "import unittest, app\nclass T(unittest.TestCase):\n    def test_it(self): self.assertEqual(app.answer(), 42)\n"


class Index:
    """A package index on 127.0.0.1 with one package."""

    def __enter__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path.endswith(".whl"):
                    body, kind = wheel(), "application/octet-stream"
                elif self.path.rstrip("/").endswith("greeting"):
                    body, kind = b'<a href="/greeting-1.0-py3-none-any.whl">greeting-1.0-py3-none-any.whl</a>', "text/html"
                else:
                    return self.send_error(404)
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}/simple/"

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


@test("B1: in one session, at a terminal, the day's work is done, and a thief in the midst of it gets nothing")
@attack("beside-the-work", "B1", "a thief in a session in which everything else works")
def _(h):
    h.plant_decoys()
    for path, text in (("app.py", "def answer(): return 42\n"), ("test_app.py", TESTS), ("workers.py", WORKERS), ("serve.py", SERVER), ("kernel.py", KERNEL), ("trace.py", TRACER)):
        h.write(f"~/code/demo/{path}", text)
    git(h, "init", "-q", "-b", "main", cwd="~/code/demo")
    p = Project(h)
    with Collector(h, "~/code/demo/x") as collector, Index() as index:
        program = collector.plant(environment=True, files=["/proc/*/environ"], roots=[root("~"), root("/tmp"), root("/run")])
        assert collector.stolen(lambda: h.run(["python3", program], cwd=p.path)) == set(h.decoys.values)
        seed("beside-the-work", len(collector.stolen(lambda: p.predecessor(f"python3 {program}"))), len(h.decoys.values))
        steps = {
            "venv": "/usr/bin/python3 -m venv ~/envs/demo && . ~/envs/demo/bin/activate",
            "pip": f"pip install -q --disable-pip-version-check --index-url {index} greeting && greeting",
            "test": "python -m unittest -q test_app",
            "commit": "git add app.py && git commit -qm inside",
            "workers": "python workers.py",
            "server": "python serve.py",
            "kernel": "/usr/bin/python3 kernel.py",
            "tracer": "python trace.py",
            "thief": f"python {program}",
        }
        keys, before = [], r"\$ "
        for name, line in steps.items():
            keys.append((before, f"{line}\necho {name}-$?-done\n"))
            before = rf"{name}-\d+-done"
        keys += [(before, "sh -c 'echo started; exec sleep 60'\n"), (r"started\r", "\x1a"), (r"Stopped", "bg && kill %1 && wait %1; fg; echo jobs-$?-done\n"), (r"jobs-1-done", "exit\n")]
        result = {}

        def session():
            result["r"] = h.pty(["psbc", "enter", "--shell", "bash"], keys, cwd=p.path, timeout=90)
            return result["r"]

        stolen = collector.stolen(session)
    r = result["r"]
    done = {name: f"{name}-0-done" in r.out or (name == "kernel" and "no jupyter here" in r.out) for name in steps}
    assert all(done.values()), (done, str(r))
    assert not stolen, stolen
    assert "hello" in r.out and git(h, "log", "-1", "--format=%s").out == "inside\n", r


main()
