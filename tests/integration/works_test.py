#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What a developer does all day works inside as it does outside."""
import signal
import sys
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from tap import main, test  # noqa: E402
from wheels import wheel  # noqa: E402


def project(h, config="", path="~/code/demo", name="demo"):
    h.require("psbc", "firejail")
    h.write(f"{path}/.python-sandbox.toml", f'name = "{name}"\n{config}')
    assert h.psbc("trust", "--yes", cwd=path).ok
    return lambda *command, **options: h.psbc("run", "--", *command, **{"cwd": path, **options})


def shell(h, *arguments, **options):
    run = project(h, *arguments, **options)
    return lambda line, **more: run("bash", "-ec", line, **more)


# A build backend without dependencies: what `pip install -e .` needs of it.
BACKEND = '''\
import os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import zipfile

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "lab-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as archive:
        archive.writestr("lab.pth", os.getcwd() + "\\n")
        archive.writestr("lab-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: lab\\nVersion: 1.0\\n")
        archive.writestr("lab-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr("lab-1.0.dist-info/RECORD", "")
    return name

build_wheel = build_editable
'''


@test("an environment in ~/envs, pip install of a wheel and of the project itself, and the program is there in the next session")
def _(h):
    inside = shell(h)
    h.mkdir("~/code/demo/dist")
    h.write("~/code/demo/dist/greeting-1.0-py3-none-any.whl", wheel())
    h.write("~/code/demo/pyproject.toml", '[project]\nname = "lab"\nversion = "1.0"\n[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n')
    h.write("~/code/demo/backend.py", BACKEND)
    h.write("~/code/demo/lab.py", "name = 'lab'\n")
    r = inside("python3 -m venv ~/envs/demo", timeout=120)
    assert r.ok, r
    r = inside("python -m pip install -q --no-index --disable-pip-version-check dist/*.whl && "
               "python -m pip install -q --no-index --no-build-isolation --disable-pip-version-check -e .", timeout=120)  # fmt: skip
    assert r.ok, r
    r = inside("greeting; cd /; python -c 'import lab, sys; print(lab.name, sys.prefix)'; echo $VIRTUAL_ENV")
    assert r.out == f"hello\nlab {h.home}/envs/demo\n{h.home}/envs/demo\n", r
    # Tools on the host find it under the same name.
    assert h.exists("~/envs/demo/bin/greeting")
    r = inside("bash -ic 'type -p greeting; pip --version; echo $JAILED_ENV' 2>/dev/null")
    assert r.out.startswith(f"{h.home}/envs/demo/bin/greeting\n") and r.out.endswith("demo\n"), r


@test("git: commit with the identity, branch, stash, gc; the settings of one session are there in the next, and the user's own are untouched")
def _(h):
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n[alias]\n\tst = status --short\n")
    before = h.read("~/.gitconfig")
    inside = shell(h)
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "first"]):
        assert h.run(["git", *arguments], cwd="~/code/demo").ok
    r = inside("echo x > f; git add f; git commit -qm second; git branch side; git checkout -q side; echo y >> f; git stash -q; git stash pop -q;"
               "git st; git commit -qam third; git checkout -q main; git merge -q side; git tag v1; git gc -q; git config --global pull.rebase true; git fsck")  # fmt: skip
    assert r.ok and " M f\n" in r.out, r
    assert h.run(["git", "log", "--format=%s %an %ae"], cwd="~/code/demo").out == "".join(f"{s} Dev dev@example.org\n" for s in ("third", "second", "first"))
    assert h.run(["git", "status", "--porcelain"], cwd="~/code/demo").out == ""
    r = inside("git config --global pull.rebase; git config user.name")
    assert r.out == "true\nDev\n" and h.read("~/.gitconfig") == before, r


@test("a linked worktree and a submodule are projects like any other")
def _(h):
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n[protocol \"file\"]\n\tallow = always\n")
    for repository in ("~/code/library", "~/code/outer"):
        h.mkdir(repository)
        for arguments in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "first"]):
            assert h.run(["git", *arguments], cwd=repository).ok
    for arguments in (["submodule", "add", "-q", h.path("~/code/library"), "sub"], ["commit", "-qm", "submodule"], ["worktree", "add", "-q", h.path("~/code/tree")]):
        assert h.run(["git", *arguments], cwd="~/code/outer").ok, h.story()
    for number, path in enumerate(("~/code/outer/sub", "~/code/tree")):
        inside = shell(h, path=path, name=f"p{number}")
        r = inside("git checkout -q -b work; echo x > f; git add f; git commit -qm inside; git stash list; git gc -q; git log -1 --format=%s; git status --short f")
        assert r.out == "inside\n" and r.ok, r
        assert h.run(["git", "log", "-1", "--format=%s %an"], cwd=path).out == "inside Dev\n"


MANY = """
import multiprocessing as mp, os, threading
from multiprocessing import shared_memory
def work(x): return x * x
if __name__ == "__main__":
    for method in ("fork", "spawn", "forkserver"):
        with mp.get_context(method).Pool(2) as pool:
            assert pool.map(work, range(5)) == [0, 1, 4, 9, 16]
    with mp.Manager() as manager:
        manager.list([1]).append(2)
    block = shared_memory.SharedMemory(create=True, size=1 << 20)
    again = shared_memory.SharedMemory(name=block.name)
    block.buf[5] = 7
    assert again.buf[5] == 7
    again.close(); block.close(); block.unlink()
    queue = mp.Queue(); p = mp.Process(target=queue.put, args=("x",)); p.start(); assert queue.get(timeout=10) == "x"; p.join()
    print("many")
"""

TRACE = """
import ctypes, os, signal, sys
libc = ctypes.CDLL(None, use_errno=True)
local = ctypes.create_string_buffer(8); there = ctypes.create_string_buffer(b"readable")
child = os.fork()
if child == 0:
    libc.ptrace(0, 0, 0, 0)
    os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(5)
_, status = os.waitpid(child, 0)
assert os.WIFSTOPPED(status), status
class Iovec(ctypes.Structure): _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]
n = libc.process_vm_readv(child, ctypes.byref(Iovec(ctypes.addressof(local), 8)), 1, ctypes.byref(Iovec(ctypes.addressof(there), 8)), 1, 0)
assert n == 8 and local.raw == b"readable", (n, ctypes.get_errno())
assert libc.ptrace(17, child, None, None) == 0  # detach
os.kill(child, signal.SIGCONT)
_, status = os.waitpid(child, 0)
assert os.WEXITSTATUS(status) == 5
print("traced")
"""


@test("worker processes, shared memory, a debugger of an own child, 100 MB, links from the cache, exit status, the subdirectory")
def _(h):
    inside = shell(h)
    h.write("~/code/demo/many.py", MANY)
    h.write("~/code/demo/trace.py", TRACE)
    h.mkdir("~/code/demo/sub/deep")
    r = inside("python3 many.py; python3 trace.py; head -c 100000000 /dev/zero > big; head -c 100000000 /dev/zero > /tmp/big; stat -c %s big /tmp/big;"
               "echo x > ~/.cache/pysandbox-demo/w; mkdir -p ~/envs/demo; ln ~/.cache/pysandbox-demo/w ~/envs/demo/w; stat -c %h ~/envs/demo/w", timeout=120)  # fmt: skip
    assert r.out.split() == ["many", "traced", "100000000", "100000000", "2"], r
    assert h.lstat("~/code/demo/big").st_size == 100_000_000
    assert inside("pwd; exit 43", cwd="~/code/demo/sub/deep").out == h.path("~/code/demo/sub/deep") + "\n"
    for status in (0, 1, 43, 125, 255):
        assert inside(f"exit {status}").status == status
    assert inside("kill -TERM $$").status == 128 + signal.SIGTERM


@test("a development server on loopback answers the host, and Ctrl-C ends it as it does outside")
def _(h):
    project(h)
    h.write("~/code/demo/page.txt", "served from inside\n")
    serve = "import http.server as s\nwith s.ThreadingHTTPServer(('127.0.0.1', 0), s.SimpleHTTPRequestHandler) as d:\n  print('port', d.server_port, flush=True)\n  d.serve_forever()"
    seen = {}

    def ask(process):
        port = (h.read("~/code/demo/port")).strip()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/page.txt", timeout=10) as page:
            seen["page"] = page.read().decode()
        seen["pids"] = len(h.processes())

    h.write("~/code/demo/serve.py", serve.replace("print(", "open('port','w').write(str(d.server_port)); print("))
    r = h.pty(["bash", "--norc", "-i"], [(r"\$ ", "cd ~/code/demo; psbc run -- python3 serve.py\n"), (r"port \d+", ask), (r"GET /page", "\x03"),
                                         (r"KeyboardInterrupt[^$]*\$ ", "echo status $?\n"), (r"status \d+", "exit\n")])  # fmt: skip
    assert seen["page"] == "served from inside\n" and "status 130" in r.out, r
    end = time.monotonic() + 5
    while h.processes() and time.monotonic() < end:
        time.sleep(0.05)
    assert not h.processes()


@test("localhost and every other name of /etc/hosts mean inside what they mean outside")
def _(h):
    run = project(h)
    named = [line.partition("#")[0].split()[1:] for line in Path("/etc/hosts").read_text().splitlines()]
    ask = f"import socket; print([sorted({{a[4][0] for a in socket.getaddrinfo(n, 80)}}) for n in {sum(named, [])!r}])"
    outside = h.run(["python3", "-c", ask])
    assert "127.0.0.1" in outside.out, outside
    r = run("python3", "-c", ask)
    assert r.out == outside.out, (str(r), str(outside))


@test("`psbc run` in the same sandbox just runs, in another's it is refused, and `psbc enter` inside is refused")
def _(h):
    h.write("~/.config/psbc/config.toml", 'readonly = ["~/code/other"]\n')
    run = project(h)
    other = project(h, path="~/code/other", name="other")
    assert other("true").ok
    r = run("psbc", "run", "--", "sh", "-c", "echo again $JAILED_ENV; exit 7")
    assert r.out == "again demo\n" and r.status == 7, r
    r = run("sh", "-c", "mkdir -p sub; cd sub; psbc run -- pwd")
    assert r.out == h.path("~/code/demo/sub") + "\n", r
    for line in (f"psbc -C {h.home}/code/other run -- touch ran", f"cd /; psbc -C {h.home}/code/other run -- touch ran", "psbc enter -- touch ran"):
        r = run("sh", "-c", line)
        assert r.status == 125 and "already" in r.err and not h.exists("~/code/demo/ran") and not h.exists("~/code/other/ran"), r
    # A variable proves nothing.
    r = h.psbc("run", "--", "sh", "-c", "echo $JAILED_ENV", cwd="~/code/demo", env={"JAILED_ENV": "other", "PSBC_SANDBOX": "other"})
    assert r.out == "demo\n", r


@test("a pane of a tmux inside has the user's own shell settings and the sandbox's")
def _(h):
    h.require("tmux")
    h.write("~/.bashrc", "alias mine='echo from-my-bashrc'\n")
    run = project(h)
    ask = "mine > pane 2>&1; echo $JAILED_ENV >> pane; cp pane done"
    line = f"tmux -L test new-session -d -x 100 -y 30; tmux -L test send-keys '{ask}' Enter; i=0; while [ ! -s done ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done; tmux -L test kill-server"
    r = run("sh", "-c", line)
    assert h.exists("~/code/demo/done"), r
    assert h.read("~/code/demo/done") == "from-my-bashrc\ndemo\n", h.read("~/code/demo/done")


@test("poetry makes its environment in the sandbox and installs the project")
def _(h):
    h.require("poetry")
    h.write("~/code/demo/pyproject.toml", '[tool.poetry]\nname = "lab"\nversion = "1.0"\ndescription = ""\nauthors = []\n[tool.poetry.dependencies]\npython = "*"\n')
    r = project(h)("sh", "-c", "poetry install --no-root --no-interaction && poetry run python -c 'import sys; print(sys.prefix)'", timeout=120)
    assert r.ok and "/envs" in r.out.splitlines()[-1], r


main()
