# SPDX-License-Identifier: MIT
"""The firejails of other releases, for the private hosts of tests: script/firejail-versions unpacks them.

Nothing setuid lies on the machine: a firejail gets that bit as a copy in a host's own /run, and goes with it.
A release that is newer than this machine brings its libc along, which every program of the host then uses.
"""
import ctypes
import os
import shutil
from pathlib import Path

from tap import skip

# Below directories that belong to root: a host runs what is here as root.
DIRECTORY = Path(os.environ.get("PSBC_FIREJAILS") or "/var/cache/psbc-tests/firejails")
VERSIONS = {"bullseye": "0.9.64.4", "bookworm": "0.9.72", "trixie": "0.9.74", "sid": "0.9.80"}

_libc = ctypes.CDLL(None, use_errno=True)
_MS_BIND, _MNT_DETACH = 4096, 2


def missing(release):
    """Why this release cannot be used here; empty when it can."""
    ready = DIRECTORY / release / "ready"
    if release not in VERSIONS:
        return f"firejail-versions: {release} is none of {', '.join(VERSIONS)}"
    if not os.access(ready, os.R_OK):
        return f"firejail-versions: {release} is not unpacked (script/firejail-versions fetch)"
    return "" if ready.stat().st_uid == 0 else f"firejail-versions: {ready} does not belong to root"


class Installed:
    """One firejail over the machine's own, in the mount namespace of this process."""

    def __init__(self):
        self._mounts = []
        self.count = 0  # of the programs that were installed

    def use(self, release):
        """Replaces the firejail that is there; the machine's own for None."""
        self.remove()
        if release is None:
            return
        top = DIRECTORY / release
        self.use_program(top / "firejail/usr/bin/firejail")
        (libraries,) = top.glob("firejail/usr/lib/*/firejail")
        self._bind(libraries, "/" + str(libraries.relative_to(top / "firejail")))
        self._bind(top / "firejail/etc/firejail", "/etc/firejail")
        self._bind_newer_libc(top)

    def use_program(self, program):
        """Another program alone at /usr/bin/firejail, setuid root."""
        self.count += 1
        copy = f"/run/firejail-under-test/{self.count}"
        self.keep_as(copy, program)
        self._bind(copy, "/usr/bin/firejail")

    @staticmethod
    def keep_as(copy, program="/usr/bin/firejail"):
        """A second copy of a firejail, which works as well."""
        os.makedirs(os.path.dirname(copy), 0o755, exist_ok=True)
        shutil.copyfile(program, copy)
        os.chown(copy, 0, 0)
        os.chmod(copy, 0o4755)

    def remove(self):
        while self._mounts:
            self._check(_libc.umount2(os.fsencode(self._mounts.pop()), _MNT_DETACH))

    def _bind_newer_libc(self, top):
        here = os.confstr("CS_GNU_LIBC_VERSION").split()[1]
        if _numbers((top / "libc-version").read_text()) <= _numbers(here):
            return
        (source,) = (found.parent for found in top.glob("libc/**/libc.so.6"))
        target = Path("/usr/lib", source.name)
        # This process is linked already. Programs that start in between would find half of a libc: there are none.
        for library in sorted(source.iterdir()):
            there = target / library.name
            if library.is_file() and not there.is_symlink() and there.exists():
                self._bind(library, there)

    def _bind(self, source, target):
        self._check(_libc.mount(os.fsencode(source), os.fsencode(target), None, _MS_BIND, None))
        self._mounts.append(target)

    @staticmethod
    def _check(result):
        if result != 0:
            error = ctypes.get_errno()
            raise OSError(error, f"cannot replace firejail: {os.strerror(error)}")


class ChoosesFirejail:
    """What a Host can do about the firejail that it has."""

    def use_firejail(self, release):
        """From now on the firejail of that Debian release (firejails.py) is installed here, or the machine's own (None)."""
        if release and (reason := missing(release)):
            skip(reason)
        self._firejail.use(release)

    def firejail_version(self):
        """Of the one that is installed here, as a tuple: (0, 9, 64, 4)."""
        return tuple(map(int, self.run(["firejail", "--version"]).out.split()[2].split(".")))

    def fake_firejail(self, script):
        """A shell script in firejail's place, which looks setuid; `REAL` in it is the firejail that was there."""
        real = f"/run/firejail-under-test/real-{self._firejail.count}/firejail"  # its name decides what it does
        self._firejail.keep_as(real)
        Path("/run/fake").write_text("#!/bin/sh\n" + script.replace("REAL", real))
        self._firejail.use_program("/run/fake")


def _numbers(version):
    return [int(part) for part in version.strip().split("-")[0].split(".")[:2]]
