#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Debuggers inside work on the session's own processes, and on no others."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from tap import main, test  # noqa: E402


def inside(h, *programs):
    h.require("psbc", "firejail", *programs)
    h.write("~/code/demo/.python-sandbox.toml", 'name = "demo"\n')
    h.write("~/code/demo/work.py", "import time\ndef busy_function():\n    answer = 42\n    time.sleep(60)\nbusy_function()\n")
    assert h.psbc("trust", "--yes", cwd="~/code/demo").ok
    return lambda line, **options: h.psbc("run", "--", "bash", "-c", line, cwd="~/code/demo", timeout=60, **options)


def yama():
    """0: a debugger may attach to all of one's own; 1: to its descendants, and to those that ask for it; 2, 3: root, nobody."""
    scope = Path("/proc/sys/kernel/yama/ptrace_scope")
    return int(scope.read_text()) if scope.exists() else 0


@test("pdb stops in a program and looks at its variables, on a terminal")
def _(h):
    run = inside(h)
    assert "-> import time" in run("echo q | python3 -m pdb work.py").out
    r = h.pty(["psbc", "run", "--", "python3", "-m", "pdb", "work.py"],
              [(r"\(Pdb\) ", "b 4\n"), (r"\(Pdb\) ", "c\n"), (r"\(Pdb\) ", "p answer\n"), (r"42", "q\n")], cwd="~/code/demo")  # fmt: skip
    assert r.ok, r


ASKS = "import ctypes, time; ctypes.CDLL(None).prctl(0x59616d61, ctypes.c_ulong(-1)); time.sleep(60)"  # PR_SET_PTRACER, any


@test("gdb runs a program; it attaches to another of the session as far as Yama of the host lets it")
def _(h):
    run = inside(h, "gdb")
    attach = "gdb -q -nx -batch -p $! -ex 'info proc' -ex detach 2>&1"
    r = run("gdb -q -nx -batch -ex starti -ex 'info proc' -ex kill /bin/true 2>&1")
    assert "exe = '/usr/bin/true'" in r.out, r
    r = run(f"sleep 60 & {attach}")
    assert ("exe = '/usr/bin/sleep'" in r.out) == (yama() == 0), r
    r = run(f"python3 -c '{ASKS}' & sleep 1; {attach}")
    assert ("exe = '/usr/bin/python3" in r.out) == (yama() <= 1), r


@test("strace follows a program of its own; a program that is running as far as Yama lets it")
def _(h):
    run = inside(h, "strace")
    r = run("strace -f -e trace=execve sh -c 'true; /bin/true' 2>&1")
    assert "execve(\"/bin/true\"" in r.out and "exited with 0" in r.out, r
    r = run("sleep 60 & strace -p $! -e trace=none 2>&1 & sleep 1; kill %2; kill %1; wait")
    assert ("attached" in r.out) == (yama() == 0), r


READ = """
import ctypes, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
class Iovec(ctypes.Structure): _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]
text = ctypes.create_string_buffer(b"in the memory")
child = os.fork()
if child == 0:
    time.sleep(60)
mine = ctypes.create_string_buffer(13)
n = libc.process_vm_readv(child, ctypes.byref(Iovec(ctypes.addressof(mine), 13)), 1, ctypes.byref(Iovec(ctypes.addressof(text), 13)), 1, 0)
print(n, mine.raw.decode())
for pid in sorted(int(p) for p in os.listdir("/proc") if p.isdigit()):
    if pid in (os.getpid(), child): continue
    command = open(f"/proc/{pid}/cmdline").read().replace("\\0", " ").split(" ")[0]
    try: open(f"/proc/{pid}/mem", "rb").close(); print("open", command)
    except OSError: pass
os.kill(child, 9)
"""


@test("a profiler reads the memory of a child (process_vm_readv); psbc's and firejail's own processes are out of reach")
def _(h):
    run = inside(h)
    h.write("~/code/demo/read.py", READ)
    r = run("python3 read.py")
    assert r.out.splitlines()[0] == "13 in the memory", r
    assert not re.search(r"^open .*(psbc|firejail)", r.out, re.M), r


main()
