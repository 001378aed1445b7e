# SPDX-License-Identifier: MIT
"""A private copy of this machine's outside: the mount namespace, the user and the program of a Host (host.py)."""
import contextlib
import ctypes
import grp
import os
import pwd
import re
import secrets
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

from firejails import Installed

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNS = 0x20000
_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18

# Ids that no distribution gives to anybody (systemd's UIDS-GIDS), below 65536 for containers that map no more.
_UIDS = range(60578, 61183)

_PRIVATE = {
    "/home": "755", "/srv": "755", "/mnt": "755", "/media": "755", "/run": "755",
    "/tmp": "1777", "/var/tmp": "1777", "/dev/shm": "1777",
}  # fmt: skip


class PrivateMachine:
    """Entered by `with`; one at a time, because a mount namespace belongs to the whole process."""

    _entered = False

    def __init__(self, program, checkout):
        self._program, self._checkout_path = program, checkout
        self._lock, self.uid = _claim_uid()
        self.gid = self.uid
        self.user = f"psbc{self.uid}"
        self.home = f"/home/{self.user}"
        self.runtime = f"/run/user/{self.uid}"
        self._background = []
        self._has_private_etc = False
        self._firejail = Installed()

    def __enter__(self):
        if PrivateMachine._entered:
            raise RuntimeError("one Host at a time")
        self._cwd, self._groups, self._umask = os.getcwd(), os.getgroups(), os.umask(0o022)
        self._outer = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        self._root = os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._checkout = os.open(self._checkout_path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        _check(_libc.unshare(_CLONE_NEWNS), "unshare the mount namespace")
        PrivateMachine._entered = True
        try:
            self._build()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, *_):
        self.kill_all()
        for process in self._background:  # a server that root runs, such as sshd, is no process of the user's
            if process.poll() is None:
                process.kill()
                process.wait()
        self._leave()

    def _leave(self):
        end = time.monotonic() + 2
        while len(os.listdir("/proc/self/task")) > 1 and time.monotonic() < end:
            time.sleep(0.005)  # a thread that was joined is a thread for a moment more, and setns wants one alone
        _check(_libc.setns(self._outer, _CLONE_NEWNS), "leave the mount namespace")
        os.fchdir(self._root)  # setns goes to the namespace's own root, which a chroot had left
        os.chroot(".")
        os.chdir(self._cwd)
        for fd in (self._outer, self._root, self._checkout):
            os.close(fd)
        os.setgroups(self._groups)
        os.umask(self._umask)
        self._lock.close()
        PrivateMachine._entered = False

    def _build(self):
        _mount("none", "/", flags=_MS_REC | _MS_PRIVATE)
        # Read before /home and /tmp are covered: it may lie there.
        program = Path(self._program).read_bytes() if self._program else None
        resolver = _resolver()

        for directory, mode in _PRIVATE.items():
            if os.path.isdir(directory):
                _mount("tmpfs", directory, "tmpfs", _MS_NODEV | (_MS_NOSUID if directory != "/run" else 0), "mode=" + mode)
        for directory, mode in (("/run/lock", 0o1777), ("/run/user", 0o755), ("/tmp/.X11-unix", 0o1777)):
            os.mkdir(directory)
            os.chmod(directory, mode)
        if resolver:
            os.makedirs(os.path.dirname(resolver[0]), exist_ok=True)
            Path(resolver[0]).write_bytes(resolver[1])

        self._add_user()
        self._install(program)
        self._firejail.use(os.environ.get("PSBC_FIREJAIL") or None)
        os.setgroups([self.gid])
        for directory, mode in ((self.home, 0o700), (self.runtime, 0o700)):
            os.mkdir(directory)
            os.chmod(directory, mode)
            os.chown(directory, self.uid, self.gid)
        os.chdir("/")

    def _add_user(self):
        os.mkdir("/run/etc", 0o755)
        for name, line in (
            ("passwd", f"{self.user}:x:{self.uid}:{self.gid}:Test,,,:{self.home}:/bin/bash\n"),
            ("group", f"{self.user}:x:{self.gid}:\n"),
            ("shadow", f"{self.user}:*:19700:0:99999:7:::\n"),
        ):
            original, copy = Path("/etc", name), Path("/run/etc", name)
            found = original.stat()
            copy.touch(stat.S_IMODE(found.st_mode))
            copy.write_text(original.read_text() + line)
            os.chmod(copy, stat.S_IMODE(found.st_mode))
            os.chown(copy, found.st_uid, found.st_gid)
            _mount(copy, original, flags=_MS_BIND)

    def _install(self, program):
        """/usr/local/bin: psbc as a file of its own, and a link for each program of the machine."""
        bin_dir = Path("/usr/local/bin")
        machine = os.open(bin_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        _mount("tmpfs", bin_dir, "tmpfs", _MS_NODEV | _MS_NOSUID, "mode=755")
        names = os.listdir(machine)
        if names:
            inside = bin_dir / ".machine"
            inside.mkdir()
            _mount(f"/proc/self/fd/{machine}", inside, flags=_MS_BIND | _MS_REC)
            for name in names:
                if name != inside.name:  # a host within a host
                    (bin_dir / name).symlink_to(f"{inside.name}/{name}")
        os.close(machine)
        if program:
            (bin_dir / "psbc").unlink(missing_ok=True)
            (bin_dir / "psbc").write_bytes(program)
            (bin_dir / "psbc").chmod(0o755)

    def private_etc(self):
        """/etc as a copy that a test may change."""
        if self._has_private_etc:
            return
        copy = "/run/etc/all"
        subprocess.run(["cp", "-a", "/etc", copy], check=True)
        _mount(copy, "/etc", flags=_MS_BIND | _MS_REC)
        self._has_private_etc = True

    def kill_all(self):
        """Ends every process of the user, also those that root runs for it (firejail)."""
        for _ in range(100):
            left = _processes_of(self.uid)
            if not left:
                break
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for process in self._background:
                process.poll()
            time.sleep(0.02)

    def processes(self):
        """The pids of the user's processes, now."""
        return _processes_of(self.uid)


def _claim_uid():
    """A uid for this process alone. An abstract socket is the lock: it goes with the process, whatever happens."""
    lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    start = secrets.randbelow(len(_UIDS))
    for step in range(len(_UIDS)):
        uid = _UIDS[(start + step) % len(_UIDS)]
        with contextlib.suppress(OSError):
            lock.bind(f"\0psbc-test-uid-{uid}")
            if not _is_known(uid) and not _processes_of(uid):
                return lock, uid
            lock.close()
            lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    raise RuntimeError("no free uid for a test user")


def _is_known(uid):
    for lookup in (pwd.getpwuid, grp.getgrgid):
        with contextlib.suppress(KeyError):
            lookup(uid)
            return True
    return False


def _processes_of(uid):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/status") as status:
            text = status.read()
            if re.search(rf"^Uid:.*\b{uid}\b", text, re.M) and not re.search(r"^State:\s+[ZX]", text, re.M):
                found.append(int(pid))
    return found


def _resolver():
    """resolv.conf is often a link into /run; the copy there keeps names resolvable."""
    real = os.path.realpath("/etc/resolv.conf")
    return (real, Path(real).read_bytes()) if real.startswith("/run/") and os.path.isfile(real) else None


def _mount(source, target, kind=None, flags=0, options=None):
    def encode(value):
        return None if value is None else os.fsencode(value)

    done = _libc.mount(encode(source), encode(target), encode(kind), flags, encode(options))
    _check(done, f"mount {source} on {target}")


def _check(result, what):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"can not {what}: {os.strerror(error)}")
