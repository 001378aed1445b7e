#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Ways to the host that have no path and no address: other processes, shared memory, queues, keyrings,
terminals, privileges, and doors of the kernel that go round what psbc closes.

One row is one vector: python that runs as the user, first on the host and then inside. What counts is seen
on the host, or is a secret that only the victim knew; for privileges and doors, what the kernel answered.
"""
import contextlib
import json
import os
import secrets
import shutil
import signal
import time
from pathlib import Path
from typing import NamedTuple

from attack import Project, as_root
from tap import test
from vectors import ABSENT, main, outcome, register, seed


class Vector(NamedTuple):
    id: str
    row: str
    name: str
    code: str  # `v` holds what the victim is; `got(text)` is what was taken, `opened()` a door that let through


VECTORS = [Vector(*row) for row in (
    # other processes
    ("proc-environ", "B10", "the environment of a process", "got(open(f'/proc/{v.pid}/environ').read())"),
    ("proc-cmdline", "B10", "the arguments of a process", "got(open(f'/proc/{v.pid}/cmdline').read())"),
    ("proc-cmdline-any", "B10", "the arguments of all processes", "for f in glob.glob('/proc/[0-9]*/cmdline'):\n    with contextlib.suppress(OSError): got(open(f).read())"),
    ("proc-fd", "B10", "a deleted file that a process holds open", "got(open(f'/proc/{v.pid}/fd/{v.fd}').read())"),
    ("proc-mem", "B10", "the memory of a process", "f = open(f'/proc/{v.pid}/mem', 'rb', 0); f.seek(v.address); got(f.read(64).decode('latin-1'))"),
    ("proc-root", "B10", "the root of a process outside", "got(open(f'/proc/{v.pid}/root{v.hidden}').read())"),
    ("proc-cwd", "B10", "the directory of a process outside", "got(open(f'/proc/{v.pid}/cwd/{os.path.basename(v.hidden)}').read())"),
    ("vm-readv", "C8", "process_vm_readv", "b = ctypes.create_string_buffer(64); l = Iov(ctypes.addressof(b), 64); r = Iov(v.address, 64)\n"
     "call(310, v.pid, ctypes.byref(l), 1, ctypes.byref(r), 1, 0) > 0 and got(b.raw.decode('latin-1'))"),
    ("vm-writev", "C8", "process_vm_writev", "b = ctypes.create_string_buffer(v.word.encode()); l = Iov(ctypes.addressof(b), 16); r = Iov(v.scratch, 16)\n"
     "call(311, v.pid, ctypes.byref(l), 1, ctypes.byref(r), 1, 0)"),
    ("ptrace", "C8", "ptrace attaches", "call(101, 16, v.pid, 0, 0) == 0 and (os.waitpid(v.pid, 0x40000000), call(101, 17, v.pid, 0, 0), opened())"),
    ("pidfd-getfd", "C8", "a descriptor of another process", "p = call(434, v.pid, 0); fd = call(438, p, v.fd, 0); got(os.pread(fd, 64, 0).decode())"),
    ("signal", "C8", "a signal to a process", "os.kill(v.pid, 10)"),
    ("pidfd-signal", "C8", "a signal by a descriptor", "p = call(434, v.pid, 0); call(424, p, 12, 0, 0)"),
    ("prlimit", "C8", "the limits of another process", "n = resource.RLIMIT_NOFILE; resource.prlimit(v.pid, n, (77, resource.prlimit(v.pid, n)[1]))"),
    ("oom-score", "C8", "who dies first", "open(f'/proc/{v.pid}/oom_score_adj', 'w').write('777')"),
    ("affinity", "C8", "where another process runs", "os.sched_setscheduler(v.pid, os.SCHED_BATCH, os.sched_param(0))"),
    # memory and queues
    ("dev-shm", "B9", "a file in /dev/shm", "got(open('/dev/shm/' + v.shm_file).read())"),
    ("dev-shm-plant", "B9", "a file left in /dev/shm", "open('/dev/shm/' + v.word, 'w').close()"),
    ("sysv-shm", "B10", "System V shared memory", "libc.shmat.restype = ctypes.c_void_p; a = libc.shmat(v.shm, None, 0); got(ctypes.string_at(a, 64).decode('latin-1')) if a and a < 2**64 - 1 else 0"),
    ("sysv-shm-key", "B10", "the same by its key", "libc.shmat.restype = ctypes.c_void_p; i = libc.shmget(v.key, 64, 0); a = libc.shmat(i, None, 0) if i >= 0 else 0; got(ctypes.string_at(a, 64).decode('latin-1')) if a and a < 2**64 - 1 else 0"),
    ("sysv-list", "B10", "the list of shared memory", "f' {v.shm} ' in open('/proc/sysvipc/shm').read() and opened()"),
    ("sysv-sem", "B10", "System V semaphores", "libc.semctl(v.sem, 0, 16, 4242)"),
    ("sysv-msg", "B10", "System V messages", "b = ctypes.create_string_buffer(72); libc.msgrcv(v.queue, b, 64, 0, 0o4000) > 0 and got(b.raw[8:].decode('latin-1'))"),
    ("posix-mq", "B10", "POSIX message queues", "rt = ctypes.CDLL('librt.so.1'); q = rt.mq_open(v.mq.encode(), 0o4000); b = ctypes.create_string_buffer(64)\n"
     "q >= 0 and rt.mq_receive(q, b, ctypes.c_size_t(64), None) > 0 and got(b.raw.decode('latin-1'))"),
    ("posix-sem", "B10", "POSIX semaphores", "s = libc.sem_open(v.posix_sem.encode(), 0); got(open('/dev/shm/sem.' + v.posix_sem[1:], errors='replace').read()) if s else 0"),
    # keyrings
    ("keyring-user", "B10", "the user's keyring", "call(250, 8, -4, -3); k = call(250, 10, -4, b'user', v.user_key.encode(), 0); read_key(k)"),
    ("keyring-session", "B10", "the session keyring", "k = call(250, 10, -3, b'user', v.session_key.encode(), 0); read_key(k)"),
    ("keyring-request", "B10", "request_key", "k = call(249, b'user', v.session_key.encode(), None, 0); read_key(k)"),
    ("keyring-list", "B10", "the names of session keys", "v.session_key in open('/proc/keys').read() and opened()"),
    # terminals
    ("pts-write", "C9b", "writing to another terminal", "os.write(os.open(v.pts, os.O_WRONLY | os.O_NOCTTY), v.word.encode())"),
    ("pts-read", "C9b", "reading what is typed there", "fd = os.open(v.pts, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK); got(os.read(fd, 100).decode())"),
    # privileges
    ("setuid", "C8", "a setuid program", "got(subprocess.run([v.suid, v.root_file], capture_output=True, text=True).stdout)"),
    ("userns", "C8", "a new user namespace", "in_child(lambda: call(272, 0x10000000) == 0) and opened()"),
    ("userns-mount", "C8", "a mount in one", "in_child(lambda: call(272, 0x10020000) == 0 and call(165, b'x', b'/mnt', b'tmpfs', 0, None) == 0) and opened()"),
    ("userns-clone", "C8", "the same by clone", "in_child(lambda: call(56, 0x10000000 | 17, 0, 0, 0, 0) >= 0) and opened()"),
    ("userns-32", "C8", "the same by a 32-bit call", "in_child(lambda: call32(310, 0x10000000) == 0) and opened()"),
    ("userns-x32", "C8", "the same by an x32 call", "in_child(lambda: call(0x40000000 + 272, 0x10000000) == 0) and opened()"),
    ("netns-route", "C6", "a socket that speaks to the kernel's audit", "socket.socket(16, 3, 9); opened()"),
    # doors of the kernel
    ("io-uring", "C8", "io_uring", "call(425, 4, ctypes.create_string_buffer(120)) >= 0 and opened()"),
    ("af-alg", "C8", "the kernel's cipher sockets", "socket.socket(38, 5, 0); opened()"),
    ("af-vsock", "C8", "sockets to the hypervisor", "socket.socket(40, 1, 0); opened()"),
    ("netlink-uevent", "C8", "events of devices", "socket.socket(16, 2, 15); opened()"),
    ("netlink-diag", "C8", "the list of all sockets", "socket.socket(16, 2, 4); opened()"),
    ("file-handle", "C8", "a file without its path", "b = (ctypes.c_uint * 34)(128, 0); m = ctypes.c_int(); call(303, -100, b'/', ctypes.byref(b), ctypes.byref(m), 0) == 0 and opened()"),
    ("userfaultfd", "C8", "page faults in user space", "call(323, 1) >= 0 and opened()"),
    ("personality", "C8", "pages that are executable when read", "in_child(lambda: call(135, 0x0400000) >= 0) and opened()"),
    ("setns-own", "C8", "joining a namespace by descriptor", "in_child(lambda: call(308, os.open('/proc/self/ns/user', 0), 0) >= 0 or ctypes.get_errno() == 22) and opened()"),
    ("tiocsti", "C7", "keys pushed into a terminal", "in_child(lambda: push(0x5412)) and opened()"),
    ("tiocsti-high-bits", "C7", "the same with bits that the kernel ignores", "in_child(lambda: push(0x100005412)) and opened()"),
    ("tiocsti-32", "C7", "the same by a 32-bit call", "in_child(lambda: push(0x5412, True)) and opened()"),
    ("tiocsetd", "C7", "another line discipline", "m, s = os.openpty(); d = ctypes.c_int(0); call(16, s, 0x5423, ctypes.byref(d)) == 0 and opened()"),
    # after the end
    ("outlives", "C9", "a process that stays", "daemon()"),
    ("outlives-nohup", "C9", "the same in a session of its own", "subprocess.Popen(['setsid', 'nohup', 'sh', '-c', beat(v.word + '-nohup')], stdout=-3, stderr=-3)"),
)]  # fmt: skip

for vector in VECTORS:
    register(*vector[:3])

# Of these a kernel or its settings may refuse the control: Yama, restricted user namespaces, no io_uring, no
# 32-bit calls, modules that are not there. Whatever works outside must fail inside.
MAY_LACK = {"proc-mem", "vm-readv", "vm-writev", "ptrace", "pidfd-getfd", "userns", "userns-mount", "userns-clone", "userns-32", "userns-x32",
            "io-uring", "af-alg", "af-vsock", "netlink-diag", "userfaultfd", "keyring-user", "keyring-session", "keyring-request", "keyring-list",
            "tiocsti", "tiocsti-high-bits", "tiocsti-32", "tiocsetd", "oom-score", "file-handle", "proc-fd", "proc-root", "proc-cwd", "netns-route"}  # fmt: skip

COMMON = r'''
import contextlib, ctypes, fcntl, glob, json, mmap, os, pty, resource, signal, socket, subprocess, sys, termios, time, types
libc = ctypes.CDLL(None, use_errno=True)
class Iov(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
'''

VICTIM = COMMON + r'''
secret, word, directory, mq, sem = sys.argv[1:6]
shutdown = []
memory = ctypes.create_string_buffer(secret.encode(), 64)
scratch = ctypes.create_string_buffer(64)
def file(name):
    return open(os.path.join(directory, name), "a")
signal.signal(10, lambda *_: file("signal").write("x"))
signal.signal(12, lambda *_: file("pidfd-signal").write("x"))
key = 0x5000000 + os.getpid()
shm = libc.shmget(key, 64, 0o1600)
libc.shmat.restype = ctypes.c_void_p
ctypes.memmove(libc.shmat(shm, None, 0), memory, 64)
semaphore = libc.semget(key, 1, 0o1600)
queue = libc.msgget(key, 0o1600)
rt = ctypes.CDLL("librt.so.1", use_errno=True)
class Attributes(ctypes.Structure):
    _fields_ = [("flags", ctypes.c_long), ("most", ctypes.c_long), ("size", ctypes.c_long), ("now", ctypes.c_long), ("rest", ctypes.c_long * 4)]
posix = rt.mq_open(mq.encode(), 0o102, 0o600, ctypes.byref(Attributes(0, 8, 64)))
rt.sem_open.restype = ctypes.c_void_p
rt.sem_open(sem.encode(), 0o100, 0o600, 1)
with open("/dev/shm/sem." + sem[1:], "a") as f:
    f.write(secret)
def fill():
    message = ctypes.create_string_buffer((1).to_bytes(8, "little") + secret.encode())
    libc.msgsnd(queue, message, len(secret), 0o4000)
    rt.mq_send(posix, secret.encode(), ctypes.c_size_t(len(secret)), 0)
path = os.path.join(directory, "deleted")
held = open(path, "w+"); held.write(secret); held.flush(); os.unlink(path)
os.chdir(directory)
with open("/dev/shm/" + word, "w") as f:
    f.write(secret)
call(248, b"user", ("user-" + word).encode(), secret.encode(), len(secret), -4)
fill()
print(json.dumps({"pid": os.getpid(), "address": ctypes.addressof(memory), "scratch": ctypes.addressof(scratch), "fd": held.fileno(), "shm": shm,
                  "key": key, "sem": semaphore, "queue": queue, "mq": mq, "posix_sem": sem, "shm_file": word}), flush=True)
for line in sys.stdin:
    if line.startswith("fill"):
        fill(); libc.semctl(semaphore, 0, 16, 0); scratch.raw = bytes(64)
        resource.prlimit(0, resource.RLIMIT_NOFILE, (999, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0)); open("/proc/self/oom_score_adj", "w").write("0")
    print(json.dumps({"sysv-sem": libc.semctl(semaphore, 0, 12) == 4242, "vm-writev": scratch.value != b"",
                      "prlimit": resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 77, "affinity": os.sched_getscheduler(0) == os.SCHED_BATCH,
                      "oom-score": open("/proc/self/oom_score_adj").read() == "777\n"}), flush=True)
libc.shmctl(shm, 0, None); libc.semctl(semaphore, 0, 0); libc.msgctl(queue, 0, None); rt.mq_unlink(mq.encode()); rt.sem_unlink(sem.encode())
call(250, 9, call(250, 10, -4, b"user", ("user-" + word).encode(), 0), -4)
'''

PAYLOAD = COMMON + r'''
v = types.SimpleNamespace(**json.load(open("victim.json")))
said = open("said", "a", buffering=1)
def in_child(act):
    child = os.fork()
    if child == 0:
        os._exit(7 if act() else 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
def call32(number, argument, *more):
    words = [argument, *more, 0, 0][:3]
    code = b"\x53" + b"\xb8" + number.to_bytes(4, "little") + b"\xbb" + words[0].to_bytes(4, "little") + b"\xb9" + words[1].to_bytes(4, "little") + b"\xba" + words[2].to_bytes(4, "little") + b"\xcd\x80\x5b\xc3"
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
def read_key(key):
    b = ctypes.create_string_buffer(64)
    if key > 0 and call(250, 11, key, b, 64) > 0: got(b.raw.decode("latin-1"))
def push(request, narrow=False):
    """Into a new terminal of one's own: is the key there to be read?"""
    os.setsid()
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    if narrow:
        page = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40)
        page.write(b"x")
        return call32(54, slave, request, ctypes.addressof(ctypes.c_char.from_buffer(page))) == 0
    return call(16, slave, request, ctypes.create_string_buffer(b"x")) == 0
def beat(name):
    return f"i=0; while [ $i -lt 50 ]; do date +%N > beat-{name}; i=$((i+1)); sleep 0.1; done"
def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execvp("sh", ["sh", "-c", "exec </dev/null >/dev/null 2>&1; " + beat(v.word)])
        os._exit(0)
for id, code in json.load(open("attempts.json")):
    def got(text, id=id):
        if v.secret in text: said.write(id + "\n")
    def opened(id=id):
        said.write(id + "\n")
    try:
        exec(code, {**globals(), "got": got, "opened": opened})
    except (OSError, ValueError, OverflowError, TypeError):
        pass
said.write("end\n")
'''

# Starts a command in a session keyring that holds a secret, as a login or `keyctl session` makes one.
IN_KEYRING = COMMON + r'''
call(250, 1, None)
call(248, b"user", sys.argv[1].encode(), sys.argv[2].encode(), len(sys.argv[2]), -3)
os.execvp(sys.argv[3], sys.argv[3:])
'''


class Victim:
    """A process of the user's on the host, and all that it keeps outside of files."""

    def __init__(self, h, p):
        self.h, self.p = h, p
        self.word, self.secret = "psbc" + secrets.token_hex(6), h.decoys.new("victim")
        directory = h.mkdir("~/victim")
        h.write("~/victim/file", self.secret)
        names = [f"/mq-{self.word}", f"/sem{self.word}"]
        self.process = h.spawn(["python3", "-c", VICTIM, self.secret, self.word, directory, *names], env={"VICTIM": self.secret}, stdin=-1, stdout=-1)
        self.facts = json.loads(self.process.stdout.readline())
        self.master, self.slave = os.openpty()
        os.fchown(self.slave, h.uid, h.gid)
        as_root("mount", "-o", "remount,suid", "/usr/local/bin")
        self.suid = Path("/usr/local/bin/victim-cat")
        shutil.copy("/bin/cat", self.suid)
        self.suid.chmod(0o4755)
        root_file = Path(p.root, "of-root")
        root_file.write_text(self.secret)
        root_file.chmod(0o600)
        self.facts.update(secret=self.secret, word=self.word, pts=os.ttyname(self.slave), suid=str(self.suid), root_file=str(root_file),
                          hidden=h.home + "/victim/file", user_key="user-" + self.word, session_key="session-" + self.word)  # fmt: skip

    def ask(self, what):
        self.process.stdin.write(what.encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def attacked(self, run):
        """The ids of the vectors that got through when `run` started the payload."""
        h, p = self.h, self.p
        for name in ("said", *(name for name in os.listdir(p.root) if name.startswith("beat-"))):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(p.root, name))
        self.ask("fill")
        os.write(self.master, self.secret.encode() + b"\n")  # as if it were typed
        h.write(p.path + "/victim.json", json.dumps(self.facts))
        h.write(p.path + "/attempts.json", json.dumps([[vector.id, vector.code] for vector in VECTORS]))
        h.write(p.path + "/payload.py", PAYLOAD)
        r = run(["python3", "-c", IN_KEYRING, self.facts["session_key"], self.secret], ["python3", "payload.py"])
        through = set(h.read(p.path + "/said").split())
        assert "end" in through, r
        through |= {id for id, reached in self.ask("look").items() if reached}
        through |= {id for id in ("signal", "pidfd-signal") if h.exists(f"~/victim/{id}")}
        for id in ("signal", "pidfd-signal"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(h.path(f"~/victim/{id}"))
        if os.path.exists("/dev/shm/" + self.word) and self._planted():
            through.add("dev-shm-plant")
        if self.word.encode() in os.read(self.master, 10000):
            through.add("pts-write")
        through |= self._living()
        return through - {"end"}

    def _planted(self):
        """The payload truncates the file of this name when it can reach it."""
        text = Path("/dev/shm", self.word).read_text()
        Path("/dev/shm", self.word).write_text(self.secret)
        os.chown(f"/dev/shm/{self.word}", self.h.uid, self.h.gid)
        return text != self.secret

    def _living(self):
        found = set()
        for id, name in (("outlives", self.word), ("outlives-nohup", self.word + "-nohup")):
            path = os.path.join(self.p.root, "beat-" + name)
            before = Path(path).read_text() if os.path.exists(path) else None
            time.sleep(0.3)
            if os.path.exists(path) and Path(path).read_text() != before:
                found.add(id)
        return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process.wait(10)
        for fd in (self.master, self.slave):
            os.close(fd)


@test("B9, B10, C7-C9: what reaches other processes, memory, queues, keyrings and terminals outside reaches nothing from inside")
def _(h):
    p = Project(h)
    with Victim(h, p) as victim:
        outside = victim.attacked(lambda keyring, argv: h.run([*keyring, *argv], cwd=p.path))
        for pid in set(h.processes()) - {victim.process.pid}:
            with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
                os.kill(pid, signal.SIGKILL)  # those that stayed
        missing = {vector.id for vector in VECTORS} - outside - MAY_LACK
        assert not missing, (sorted(missing), h.story())
        print("# not on this machine:", sorted({vector.id for vector in VECTORS} - outside))
        p.predecessor("true")  # writes the profile
        by_seed = victim.attacked(lambda keyring, argv: h.run([*keyring, "firejail", "--quiet", "--profile=python-env-demo", *argv], cwd=p.path))
        for pid in set(h.processes()) - {victim.process.pid}:
            os.kill(pid, signal.SIGKILL)
        inside = victim.attacked(lambda keyring, argv: h.run([*keyring, "psbc", "run", "--", *argv], cwd=p.path))
        for id in (vector.id for vector in VECTORS):
            seed(id, id in by_seed if id in outside else ABSENT)
            outcome(id, "psbc", id in inside if id in outside else ABSENT)
        assert not inside, (sorted(inside), h.story())


main()
