# SPDX-License-Identifier: MIT
"""What runs in the machine of tests/kernel/run, as root and with nothing else: the tests, their TAP on the second serial line.

The kernel hands words of its command line that it does not know to the first process, as its environment:
PSBC_TESTS=NAME,NAME..., PSBC_MAY_SKIP, PSBC_SLOWER (how many times as long as with hardware's help a test may take).
"""
import os
import re
import signal
import subprocess
import sys
import termios
import threading
import time
import tty
from collections import Counter
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
MOUNTS = ("-t proc proc /proc", "-t sysfs sysfs /sys", "-t devtmpfs dev /dev", "-t devpts -o mode=620,ptmxmode=666 devpts /dev/pts",
          "-t tmpfs -o mode=1777 tmpfs /dev/shm", "-t mqueue mqueue /dev/mqueue", "-t tmpfs -o mode=755 tmpfs /run", "-t tmpfs -o mode=1777 tmpfs /tmp")
# As Debian's installations have them, but for what would refuse an attack before psbc could.
SETTINGS = {"dev/tty/legacy_tiocsti": "1", "kernel/yama/ptrace_scope": "0", "kernel/printk": "1"}
PROGRAM = {"attack": "tests/attacks/{}_test.py", "": "tests/integration/{}_test.py"}


def prepare():
    for mount in MOUNTS:
        if not os.path.ismount(mount.split()[-1]):
            os.makedirs(mount.split()[-1], exist_ok=True)
            subprocess.run(["mount", *mount.split()], check=False)
    for link, target in (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        if not os.path.lexists("/dev/" + link):
            os.symlink(target, "/dev/" + link)
    for name, value in SETTINGS.items():
        if (path := Path("/proc/sys", name)).exists():
            path.write_text(value)
    Path("/etc/hosts").write_text("127.0.0.1 localhost debian\n::1 localhost\n")
    Path("/etc/machine-id").write_text("0123456789abcdef0123456789abcdef\n")
    subprocess.run(["hostname", "debian"], check=False)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def programs(names):
    for name in names:
        kind, _, rest = name.partition("_") if name.startswith("attack_") else ("", "", name)
        yield name, CHECKOUT / PROGRAM[kind].format(rest)


def run(program, seconds, out):
    """Its TAP, copied to `out` line by line, and its status."""
    environment = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8", "TERM": "linux",
        "PSBC": str(CHECKOUT / "build/src/cli/psbc"), "PSBC_RUNTIME_DRIVER": str(CHECKOUT / "build/runtime_driver"),
        "PSBC_MUST_RUN": "1", "PSBC_SLOWER": os.environ.get("PSBC_SLOWER", "1"), "PSBC_MAY_SKIP": os.environ.get("PSBC_MAY_SKIP", ""),
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-B", program], env=environment, cwd="/", stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)  # fmt: skip
    late = threading.Timer(seconds, os.killpg, (process.pid, signal.SIGKILL))
    late.start()
    said = ""
    for line in process.stdout:
        said += line
        out.write(line)
    late.cancel()
    return said, process.wait()


def main():
    prepare()
    line = os.open("/dev/ttyS1", os.O_WRONLY | os.O_NOCTTY)
    tty.setraw(line, termios.TCSANOW)
    out = open(line, "w", buffering=1, errors="backslashreplace")
    totals = Counter()
    print(f"# Linux {os.uname().release}", file=out)
    for name, program in programs(os.environ["PSBC_TESTS"].split(",")):
        start = time.monotonic()
        print(f"# {name}", file=out)
        said, status = run(program, 180 * int(os.environ.get("PSBC_SLOWER", "1")), out)
        print(f"# {name}: {time.monotonic() - start:.0f} s, status {status}", file=out)
        verdicts = re.findall(r"^(ok|not ok) \d+(.*# SKIP)?|^1\.\.0 (# SKIP)", said, re.M)
        found = Counter("failed" if verdict == "not ok" else "skipped" if "SKIP" in skip + whole else "passed" for verdict, skip, whole in verdicts)
        if status != 0 and not found["failed"]:
            found["failed"] += 1  # the program itself
        totals += found
    print(f"# {totals['skipped']} skipped: this kernel lacks what they need", file=out)
    print(f"{totals['passed']} passed, {totals['failed']} failed", file=out)
    termios.tcdrain(line)


main()
