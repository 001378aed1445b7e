# SPDX-License-Identifier: MIT
"""A developer's machine that exists for one test, in a private mount namespace of this one.

    with Host() as h:
        h.write("~/code/demo/.python-sandbox.toml", 'name = "demo"\\n')
        decoys = h.plant_decoys()
        r = h.psbc("build", cwd="~/code/demo")
        assert r.status == 0, r
        assert not decoys.found_in(h.psbc("run", "--", "cat", "/proc/self/environ").out)

What is private: /home, /tmp, /var/tmp, /run, /dev/shm, /srv, /mnt and /media are fresh tmpfs;
/etc/passwd, group and shadow are copies that know one more user; /usr/local/bin holds psbc beside what
the machine has there, even when the build directory lies in /home or /tmp. Everything else is the
machine itself, used as it is: nothing here writes to it. When the block ends, the processes of the user are
killed, the namespace is left, and nothing remains.

The user's name and uid belong to this process alone, so any number of tests run at once. There is no
PID namespace: firejail would believe that it is nested and sandbox nothing.

Paths: "~/x" is below the user's HOME, "/x" is meant as it is. Files are read and written with the user's
rights, so that a link planted by an attack leads a test nowhere that the user could not go.
Commands run as the user with an environment made from nothing (`h.env` adds to it).

$PSBC_FIREJAIL, and later `h.use_firejail`, names a release whose firejail takes the machine's place (firejails.py).
Needs root; `become_root` starts the program again through `sudo -n`, or skips it.
The binary under test is $PSBC, else the newest build*/src/**/psbc of the checkout.
"""
import contextlib
import fcntl
import os
import re
import secrets
import selectors
import shutil
import stat
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

from firejails import ChoosesFirejail
from private_machine import PrivateMachine
from tap import skip, skip_all

CHECKOUT = Path(__file__).resolve().parents[2]
# The same for reading on a host, which covers /home, /tmp and others: that is where people keep a checkout.
SOURCES = Path(f"/proc/self/fd/{os.open(CHECKOUT, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)}")

# What a test run may tell its programs through sudo; the commands of a host get the sanitizers' options alone.
_KEPT_VARIABLES = (
    "PSBC", "PSBC_MUST_RUN", "PSBC_MAY_SKIP", "PSBC_RUNTIME_DRIVER", "AUDIT_TOOL", "EMIT_TOOL", "CEILING_TOOL", "TOOL_ROWS", "PSBC_ACCEPT", "PSBC_FIREJAIL",
    "PSBC_FIREJAILS", "PSBC_VECTORS", "PSBC_SLOWER",
    "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS",
)  # fmt: skip

_SLOWER = int(os.environ.get("PSBC_SLOWER", "1"))  # on an emulated processor (tests/kernel) commands may take longer

def become_root():
    """Continues as root: starts this program again through sudo, or skips all of it."""
    if os.geteuid() == 0:
        return
    sudo = shutil.which("sudo")
    if not sudo or subprocess.run([sudo, "-n", "true"], capture_output=True).returncode:
        skip_all("root: private hosts need it, and sudo asks for a password")
    kept = [f"{name}={os.environ[name]}" for name in _KEPT_VARIABLES if name in os.environ]
    os.execv(sudo, [sudo, "-n", "env", *kept, sys.executable, "-B", *sys.argv])


class Result:
    """What a command did: `status` (128 + n for a signal), `out`, `err`."""

    def __init__(self, argv, status, out, err="", left=""):
        self.argv, self.status, self.out, self.err = argv, status, out, err
        self.left = left  # pty only: what was typed into the terminal and nobody read

    @property
    def ok(self):
        return self.status == 0

    def __str__(self):
        shown = " ".join(self.argv) + f"  -> {self.status}"
        for text in (self.out, self.err):
            shown += "".join("\n  " + line for line in text[-4000:].splitlines())
        return shown


class Decoys:
    """Planted secrets: what they are called, and the random value of each."""

    def __init__(self):
        self.values = {}

    def new(self, name):
        return self.values.setdefault(name, "CANARY" + secrets.token_hex(12))

    def found_in(self, text):
        """The names of those whose value occurs in the text, sorted."""
        return sorted(name for name, value in self.values.items() if value in text)


class Host(PrivateMachine, ChoosesFirejail):
    def __init__(self, binary=None):
        binary = binary or os.environ.get("PSBC") or _newest_build()
        super().__init__(binary, CHECKOUT)
        self.env = {}
        self.decoys = Decoys()
        self._ran = []

    # ---------------------------------------------------------------- prerequisites

    def require(self, *programs):
        """Skips the claim unless all of them are there and work."""
        for program in programs:
            if program == "psbc" and not self._program:
                skip("psbc: not built, and $PSBC names no other")
            if not shutil.which(program, path=self.environment()["PATH"]):
                skip(f"{program}: not installed")
            if program == "firejail":
                self._require_working_firejail()

    def _require_working_firejail(self):
        # In a container without kernel threads firejail runs the command with no sandbox at all, silently
        # and with status 0. It does not apply --env then.
        proof = secrets.token_hex(8)
        command = ["firejail", "--quiet", "--noprofile", f"--env=PSBC_PROOF={proof}", "sh", "-c", "echo $PSBC_PROOF"]
        r = self.run(command)
        if proof not in r.out:
            reason = (r.err or r.out).strip().splitlines()[-1:] or ["it runs commands without a sandbox here"]
            skip("firejail: " + reason[0])

    # ---------------------------------------------------------------- files

    def path(self, path):
        """The absolute path of "~/x" or "/x"."""
        path = str(path)
        if path == "~" or path.startswith("~/"):
            return self.home + path[1:]
        if not path.startswith("/"):
            raise ValueError(f"a path of the host starts with ~/ or /: {path}")
        return path

    @contextlib.contextmanager
    def as_user(self):
        """File operations of the block have the rights of the user."""
        os.setegid(self.gid)
        os.seteuid(self.uid)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(0)

    def write(self, path, content="", mode=None):
        """Writes a file (text or bytes); its directories are made, `.ssh` and its like as private as usual."""
        target = Path(self.path(path))
        data = content if isinstance(content, bytes) else content.encode()
        with self.as_user():
            self._make_parents(target)
            target.write_bytes(data)
            if mode is not None:
                target.chmod(mode)
        return str(target)

    def _make_parents(self, target):
        missing = [p for p in target.parents if not p.exists()]
        for directory in reversed(missing):
            directory.mkdir(0o700 if directory.name in (".ssh", ".gnupg", ".aws") else 0o755)

    def mkdir(self, path, mode=0o755):
        target = Path(self.path(path))
        with self.as_user():
            self._make_parents(target)
            target.mkdir(mode, exist_ok=True)
            target.chmod(mode)
        return str(target)

    def symlink(self, target, path):
        link = Path(self.path(path))
        with self.as_user():
            self._make_parents(link)
            link.symlink_to(self.path(target) if target.startswith("~") else target)
        return str(link)

    def copy(self, source, path):
        """Copies a file or a directory of the checkout (a relative path) to the host."""
        origin = Path(f"/proc/self/fd/{self._checkout}", source)
        if origin.is_dir():
            self.mkdir(path)
            for entry in sorted(origin.iterdir()):
                if entry.name != "__pycache__":
                    self.copy(f"{source}/{entry.name}", f"{path}/{entry.name}")
        else:
            self.write(path, origin.read_bytes(), stat.S_IMODE(origin.stat().st_mode))
        return self.path(path)

    def read(self, path):
        with self.as_user():
            return Path(self.path(path)).read_text(errors="surrogateescape")

    def exists(self, path):
        """Is there anything of this name, be it a broken link?"""
        with self.as_user():
            return os.path.lexists(self.path(path))

    def lstat(self, path):
        with self.as_user():
            return os.lstat(self.path(path))

    def organisation(self, policy, *, mode=0o644, owner=0):
        """Gives the machine an /etc/psbc/policy.toml of this text, as root; None takes it away. /etc is a private copy from then on."""
        self.private_etc()
        directory, file = Path("/etc/psbc"), Path("/etc/psbc/policy.toml")
        directory.mkdir(0o755, exist_ok=True)
        file.unlink(missing_ok=True)
        if policy is not None:
            file.write_text(policy)
            file.chmod(mode)
            os.chown(file, owner, owner)

    def tree(self, path):
        """All below a directory as {relative path: "dir" | "-> target" | content}; to compare before and after."""
        top = Path(self.path(path))
        with self.as_user():
            return {str(p.relative_to(top)): _look(p) for p in sorted(top.rglob("*"))}

    def plant_decoys(self):
        """The secrets of an ordinary developer. Their values are in `h.decoys`."""
        new = self.decoys.new
        for path, content in {
            "~/.ssh/id_ed25519": f"-----BEGIN OPENSSH PRIVATE KEY-----\n{new('ssh key')}\n-----END OPENSSH PRIVATE KEY-----\n",
            "~/.ssh/config": f"Host prod\n  HostName {new('ssh config')}.example.org\n",
            "~/.gitconfig": f'[user]\n\tname = Dev\n\temail = dev@example.org\n[url "https://dev:{new("git token")}@git.example.org/"]\n'
            "\tinsteadOf = https://git.example.org/\n",
            "~/.netrc": f"machine api.example.org login dev password {new('netrc')}\n",
            "~/.aws/credentials": f"[default]\naws_secret_access_key = {new('aws key')}\n",
            "~/.cache/huggingface/token": new("hugging face token") + "\n",
            "~/.config/gh/hosts.yml": f"github.com:\n  oauth_token: {new('github token')}\n",
            "~/.mozilla/firefox/ab12cd.default/cookies.sqlite": f"SQLite format 3\0{new('browser cookies')}",
            "~/.bash_history": f"export OPENAI_API_KEY={new('shell history')}\n",
            "~/code/other-project/.env": f"SECRET_KEY={new('another project')}\n",
        }.items():
            self.write(path, content, 0o600)
        self.env.update(HF_TOKEN=new("HF_TOKEN"), ACME_PASSPHRASE=new("ACME_PASSPHRASE"))
        return self.decoys

    # ---------------------------------------------------------------- commands

    def environment(self, extra=None):
        """What commands get: a login's variables, h.env, and `extra`; a value of None takes one away."""
        env = {
            "HOME": self.home, "USER": self.user, "LOGNAME": self.user, "SHELL": "/bin/bash", "LANG": "C.UTF-8",
            "TERM": "xterm-256color", "XDG_RUNTIME_DIR": self.runtime,
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        }  # fmt: skip
        env.update({name: os.environ[name] for name in _KEPT_VARIABLES if name.endswith("_OPTIONS") and name in os.environ})
        env.update(self.env)
        env.update(extra or {})
        return {name: value for name, value in env.items() if value is not None}

    def psbc(self, *arguments, **options):
        """Runs psbc as the user; options as for `run`."""
        return self.run(["psbc", *arguments], **options)

    def run(self, argv, *, cwd="~", env=None, stdin="", timeout=60, user=True):
        """Runs a command to its end. A process that it leaves behind does not delay the result."""
        process = self._start(argv, cwd, env, user, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(stdin if isinstance(stdin, bytes) else stdin.encode())
        out, err = bytearray(), bytearray()
        self._follow(process, {process.stdout.fileno(): out, process.stderr.fileno(): err}, timeout)
        process.stdout.close()
        process.stderr.close()
        return self._result(argv, process, out, err)

    def spawn(self, argv, *, cwd="~", env=None, root=False, **popen):
        """Starts a command as the user, or as root, and returns its Popen; it is killed when the host goes."""
        for stream in ("stdin", "stdout", "stderr"):
            popen.setdefault(stream, subprocess.DEVNULL)
        process = self._start(argv, cwd, env, not root, **popen)
        self._background.append(process)
        return process

    def pty(self, argv, script=(), *, cwd="~", env=None, timeout=60, size=(40, 132)):
        """Runs a command on a terminal of its own, as a person would.

        script: (pattern, answer) pairs. When the regular expression appears in the output after the previous
        match, the answer is typed; it may be a function (called with the process) instead of text. For job
        control start a shell: argv ["bash", "--norc", "-i"]. A pattern that never comes is an AssertionError.
        """
        master, slave = os.openpty()
        try:
            os.fchown(slave, self.uid, self.gid)
            fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
            process = self._start(argv, cwd, env, True, stdin=slave, stdout=slave, stderr=slave,
                                  preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))  # fmt: skip
            out, todo, seen = bytearray(), list(script), 0

            def answer():
                nonlocal seen
                while todo:
                    pattern, reply = todo[0]
                    match = re.compile(pattern.encode(), re.M).search(out, seen)
                    if not match:
                        return
                    seen = match.end()
                    todo.pop(0)
                    if callable(reply):
                        reply(process)
                    else:
                        os.write(master, reply.encode())

            self._follow(process, {master: out}, timeout, answer)
            _drain(master, slave, out)
            answer()
            result = self._result(argv, process, out, left=_unread(slave))
        finally:
            os.close(slave)
            os.close(master)
        assert not todo, f"never saw {todo[0][0]!r}:\n{result}"
        return result

    def story(self):
        """The last commands with what they printed; shown when a claim fails."""
        return "".join(f"$ {result}\n" for result in self._ran[-4:])

    def _start(self, argv, cwd, env, user, **popen):
        if user:
            popen.update(user=self.uid, group=self.gid, extra_groups=[self.gid])
        variables = self.environment(env)
        program = shutil.which(argv[0], path=variables.get("PATH", os.defpath)) or argv[0]
        return subprocess.Popen(argv, executable=program, cwd=self.path(cwd), env=variables, umask=0o022,
                                start_new_session=True, **popen)  # fmt: skip

    def _follow(self, process, streams, timeout, heard=lambda: None):
        """Collects the streams until the process has ended and what it wrote is read."""
        timeout *= _SLOWER
        end = time.monotonic() + timeout
        done = os.pidfd_open(process.pid)
        with selectors.DefaultSelector() as ready:
            ready.register(done, selectors.EVENT_READ)
            for stream in streams:
                ready.register(stream, selectors.EVENT_READ)
            finished = False
            while True:
                events = ready.select(0 if finished else max(0.0, end - time.monotonic()))
                for key, _ in events:
                    if key.fd == done:
                        finished = True
                        ready.unregister(done)
                        continue
                    data = _read_some(key.fd)
                    streams[key.fd] += data
                    if not data:
                        ready.unregister(key.fd)
                heard()
                if finished and not events:
                    break
                if not finished and time.monotonic() >= end:
                    self.kill_all()
                    process.kill()
                    process.wait()
                    os.close(done)
                    shown = "\n".join(bytes(s).decode(errors="replace")[-2000:] for s in streams.values())
                    raise AssertionError(f"still running after {timeout} s: {' '.join(process.args)}\n{shown}")
        os.close(done)
        process.wait()

    def _result(self, argv, process, out, err=b"", left=""):
        status = process.returncode if process.returncode >= 0 else 128 - process.returncode
        result = Result(list(argv), status, _text(out), _text(err), left)
        self._ran.append(result)
        return result


def _newest_build():
    built = [p for p in CHECKOUT.glob("build*/src/**/psbc") if p.is_file() and os.access(p, os.X_OK)]
    return str(max(built, key=lambda p: p.stat().st_mtime)) if built else None


def _look(path):
    if path.is_symlink():
        return "-> " + os.readlink(path)
    if path.is_dir():
        return "dir"
    return path.read_bytes().decode(errors="surrogateescape") if path.is_file() else "special"


def _read_some(fd):
    try:
        return os.read(fd, 65536)
    except OSError:  # EIO: the last process closed the terminal
        return b""


def _drain(master, slave, out):
    """Reads what a terminal still carries: the kernel hands output over later than the writer's exit."""
    end = b"\0end of output\0"
    os.write(slave, end)
    while end not in out:
        out += os.read(master, 65536)
    out[:] = out.replace(end, b"")


def _unread(slave):
    """What waits in a terminal's input queue: keys that a program pushed there for the next reader."""
    mode = termios.tcgetattr(slave)
    mode[3] &= ~termios.ICANON
    mode[6][termios.VMIN] = mode[6][termios.VTIME] = 0
    termios.tcsetattr(slave, termios.TCSANOW, mode)
    return _text(_read_some(slave))


def _text(data):
    return bytes(data).decode(errors="surrogateescape")
