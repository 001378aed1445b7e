# SPDX-License-Identifier: MIT
"""What the attacks share: a trusted project, its sandbox, and the same project without psbc.

A claim has two halves. The control shows that the attack works: on the host itself, or in a sandbox made
by hand as the predecessor makes it. Then psbc is attacked in the same way. Both are judged on the host, by
what files hold there; of what a payload prints, only the value of a decoy counts, which it cannot know
unless it was read.
"""
import ctypes
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from host import CHECKOUT  # noqa: E402

# Read now: a host covers /home and /tmp, where the checkout may lie.
_PREDECESSOR = (CHECKOUT / "bench/predecessor/profile.in").read_text()
_OLDER_KERNEL = (CHECKOUT / "tests/support/older_kernel.py").read_text()
LANDLOCK = "444,445,446"  # its system calls, on every architecture
# What this kernel can close; tests/kernel/run tries older ones. Asked here, because psbc's own word is what gets tested.
_LANDLOCK_VERSION = ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1)
LIMITS_PORTS = _LANDLOCK_VERSION >= 4  # Linux 6.7
CLOSES_ABSTRACT = _LANDLOCK_VERSION >= 6  # Linux 6.12
ACCEPTED = "accept_abstract = true\n"  # in the user's file: enter beside an X server or a bus that answers


class Project:
    """A directory with a .python-sandbox.toml, approved unless it is a clone that nobody looked at."""

    def __init__(self, h, config="", path="~/code/demo", name="demo", trusted=True):
        if not hasattr(h, "can_attack"):  # once for a host: it starts firejail
            h.require("psbc", "firejail")
            h.can_attack = True
        self.h, self.path, self.name = h, path, name
        self.root = h.mkdir(path)
        self.file = f"{path}/.python-sandbox.toml"
        h.write(self.file, f'name = "{name}"\n{config}')
        if trusted:
            r = self.psbc("trust", "--yes")
            assert r.ok, r

    def psbc(self, *arguments, **options):
        return self.h.psbc(*arguments, **{"cwd": self.path, **options})

    def psbc_without(self, calls, *arguments, **options):
        """The same on a kernel that lacks these system calls."""
        command = ["python3", "-c", _OLDER_KERNEL, str(self.h.uid), str(self.h.gid), calls, "psbc", *arguments]
        return self.h.run(command, **{"cwd": self.path, "user": False, **options})

    def inside(self, line, **options):
        """A shell line in psbc's sandbox."""
        return self.psbc("run", "--", "sh", "-c", line, **options)

    def entered(self, line="true", **options):
        """The same; it must have run."""
        r = self.inside("touch .entered; " + line, **options)
        assert self.h.exists(f"{self.path}/.entered"), r
        os.unlink(self.h.path(f"{self.path}/.entered"))
        return r

    def predecessor(self, line, extra="", **options):
        """A shell line in the sandbox of the predecessor: one hand-written profile, named without a directory."""
        for directory in (f"~/envs/{self.name}", f"~/.cache/pysandbox-{self.name}"):
            if not self.h.exists(directory):
                self.h.mkdir(directory)
        profile = _PREDECESSOR.replace("@name@", self.name).replace("@directory@", self.root) + extra
        self.h.write(f"~/.config/firejail/python-env-{self.name}.profile", profile)
        command = ["firejail", "--quiet", f"--profile=python-env-{self.name}", "sh", "-c", line]
        return self.h.run(command, **{"cwd": self.path, **options})

    def refuses(self, *said, status=125, run="touch ran", **options):
        """psbc ends with its own status, says why, and the command never ran."""
        r = self.inside(run, **options)
        assert r.status == status and not self.h.exists(f"{self.path}/ran"), r
        for words in said:
            assert words in r.err, (words, str(r))
        return r

    def state(self):
        """All that decides what the sandbox may do, as it is on the host now."""
        tree = self.h.tree("~/.local/state/psbc")
        tree["the file"] = look(self.h, self.file)
        return {path: seen for path, seen in tree.items() if not path.endswith("/lock") and not path.startswith("review/")}

    @property
    def sandbox(self):
        """The root of its environment, caches and state; `build` made it."""
        found = [d for d in os.listdir(self.h.path("~/.local/share/psbc/sandboxes")) if d.startswith(Path(self.root).name)]
        assert len(found) == 1, found
        return f"~/.local/share/psbc/sandboxes/{found[0]}"


def look(h, path):
    """What a name on the host is: kind, inode and content. Equal before and after means untouched."""
    found = h.lstat(path)
    content = h.read(path) if stat.S_ISREG(found.st_mode) else ""
    return stat.S_IFMT(found.st_mode), found.st_ino, found.st_nlink, content


def home_of(h, *without):
    """All of HOME on the host but what sandboxes may write: {path: content}."""
    mine = (".local/share/psbc", ".local/state/psbc", *without)
    return {path: seen for path, seen in h.tree("~").items() if not path.startswith(mine)}


def secret(h, path, name=None):
    """A file whose content is a decoy."""
    h.write(path, h.decoys.new(name or path) + "\n", 0o600)
    return path


def as_root(*command):
    """Changes the host's machine, in its private mount namespace."""
    subprocess.run(command, check=True, capture_output=True)


def cover(path, content, mode=0o644):
    """Another file at a path of the machine, which may be absent: the host sees it, the machine does not."""
    name = "/run/etc/" + path.strip("/").replace("/", "-")
    Path(name).write_text(content)
    os.chmod(name, mode)
    if not os.path.exists(path):
        make_room(os.path.dirname(path))
        Path(path).touch()
    as_root("mount", "--bind", name, path)


MS_BIND = 0x1000  # mount(2)


def make_room(directory):
    """From now on the host alone sees what is made in a directory of the machine."""
    mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    if any(mount[4] == directory and "psbc-room" in mount for mount in mounts):
        return
    below = {mount[4]: os.open(mount[4], os.O_PATH) for mount in mounts if mount[4].startswith(directory + "/")}  # what is covered there
    layers = {layer: tempfile.mkdtemp(dir="/run/etc", prefix=layer) for layer in ("upper", "work")}
    os.chmod(layers["upper"], 0o755)
    as_root("mount", "-t", "overlay", "-o", f"lowerdir={directory},upperdir={layers['upper']},workdir={layers['work']}", "psbc-room", directory)
    for path, fd in below.items():
        # Not by mount(8), which would look up again what the link says.
        assert ctypes.CDLL(None, use_errno=True).mount(f"/proc/self/fd/{fd}".encode(), path.encode(), None, MS_BIND, None) == 0, ctypes.get_errno()
        os.close(fd)


def each(attempts):
    """One shell line that makes all attempts, one after the other: sessions are dear, and what one of them
    changed stays changed."""
    return "\n".join(f"( {attempt} )" for attempt in attempts) + "\ntrue"


def git(h, *arguments, cwd="~/code/demo", **options):
    """git of the host; it must work."""
    r = h.run(["git", *arguments], cwd=cwd, **options)
    assert r.ok, r
    return r
