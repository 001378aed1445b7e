#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The model of firejail's lexer (emit/lexer.h) and the firejail that is installed agree, line by line.

$EMIT_TOOL is tests/support/emit_tool.cc. Other versions: put them on PATH as `firejail`."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from tap import main, test  # noqa: E402

# Profiles, each judged as a whole. @ stands for HOME.
PROFILES = [
    b"env A=b  c \n", b" \t env A=b\n", b"env\tA=b\t\tc\n", b"env A=b #c\n", b"env A=b#c\n", b"env A= x\n", b"env A = x\n",
    b"env A=x\ry\n", b"env A=x\0y\n", b"env A=x\x0by\n", b"env A=\x01\n", b"env A=\n", b"env A\n", b"env =x\n", b"env A=1",
    "env A=ü\n".encode(), b"env A=\xff\x85\n", b"env A='x'\"y\"$z`q`|&\\!<>%^{};,\n", b"\r\nenv A=1\r\n", b"#\nenv A=1\n",
    b"  # env A=2\nenv A=1\n", b"#" + b"A" * 8190 + b"env A=SPILLED\n", b"#" + b"A" * 8189 + b"env A=1\n",
    b"#" + b"A" * 8188 + b"\nenv A=1\n", b"env A=" + b"v" * 4000 + b"\n", b"ENV A=x\n", b"\x0benv A=1\n", b"env\x0bA=1\n",
    b"nonewprivs \nenv A=1\n", b"nonewprivs x\n", b"caps.drop  all\nenv A=1\n", b"blacklist\n", b"blacklist #x\n", b"nonsense\n",
    b"?HAS_PRIVATE: env A=1\n", b"read-only relative\nenv A=1\n", b"whitelist relative\n", b"blacklist $HOME/x\n", b"blacklist /x$HOMEy\nenv A=1\n",
    b"blacklist ${HOME}/x\nenv A=1\n", b"blacklist ${FOO}/x\n", b"blacklist /x/${HOME}/y\n", b"blacklist ~/x\nenv A=1\n",
    b"whitelist /workspace\n", b"whitelist /\n", b"whitelist /proc/x\n", b"whitelist /usr/share\n", b"whitelist /usr/share/psbc-none\nenv A=1\n",
    b"whitelist /run/psbc-none\nenv A=1\n", b"whitelist /tmp/psbc-none\nenv A=1\n", b"whitelist /sys/kernel\n",
    b"whitelist @/a..b\n", b"whitelist @/psbc-none\nenv A=1\n", b"private-cwd @/a*b\n", b"private-cwd @/a[b\n", b"private-cwd @\nenv A=1\n",
    b"seccomp !ptrace,!process_vm_readv,io_uring_setup\nenv A=1\n", b"protocol unix,inet,inet6\nenv A=1\n", b"keep-fd 3\nenv A=1\n",
]  # fmt: skip

# 0.9.64.4 ignores a whitelist outside of the directories that it can empty as long as the path does not exist, and
# aborts else: the model always refuses. It knows few conditions, of which psbc takes none.
STRICTER_ON_64 = {b"whitelist /workspace\n", b"whitelist /proc/x\n", b"whitelist /run/psbc-none\nenv A=1\n", b"?HAS_PRIVATE: env A=1\n"}

DIRECTIVES = [
    "allow-bwrap", "allusers", "caps", "caps.drop all", "dbus-system none", "dbus-user none", "deterministic-exit-code",
    "deterministic-shutdown", "disable-mnt", "hostname x", "ipc-namespace", "keep-shell-rc", "keep-var-tmp", "machine-id", "net none",
    "memory-deny-write-execute", "netlock", "nice 5", "no3d", "nodvd", "nogroups", "noinput", "nonewprivs", "noprinters", "noroot", "nosound",
    "notpm", "notv", "nou2f", "novideo", "private-dev", "private-tmp", "quiet", "restrict-namespaces", "rlimit-cpu 100", "rlimit-fsize 1000000",
    "rlimit-nofile 500", "rlimit-nproc 10000", "rmenv FOO", "seccomp", "seccomp.block-secondary", "shell none", "tab", "timeout 00:10:00",
    "tmpfs @/x", "noexec @/x", "blacklist-nolog @/x", "noblacklist @/x", "nowhitelist @/x", "writable-etc", "writable-var", "landlock /",
]  # fmt: skip

SHOW = 'printf "started\\n"; printf %s "${A-}" | od -An -v -tx1 | tr -d " \\n"'


def version_of(h):
    h.require("firejail", "psbc")
    return h.run(["firejail", "--version"]).out.split()[2]


def real(h, profile):
    """(starts, value of A): what firejail does with it."""
    with open(h.path("~/p"), "wb") as file:
        file.write(profile)
    r = h.run(["sh", "-c", 'exec 3</dev/null; exec firejail --quiet --profile="$HOME/p" -- sh -c "$0"', SHOW])
    started, _, value = r.out.partition("started\n")
    return r.out.startswith("started"), bytes.fromhex(value.strip())


def model(h, version, profile):
    r = h.psbc("lex", version, stdin=profile)
    assert r.ok, r
    starts, *lines = r.out.encode(errors="surrogateescape").split(b"\n")
    value = b""
    for line in lines:
        _, _, said = line.partition(b" ")
        if said.startswith(b"env|A="):
            value = said[len(b"env|A=") :]
    return starts == b"starts", value


def compare(h, version, profiles):
    differ = []
    for profile in profiles:
        profile = profile.replace(b"@", h.home.encode())
        firejail, psbc = real(h, profile), model(h, version, profile)
        if version == "0.9.64.4" and profile in STRICTER_ON_64 and firejail[0] != psbc[0]:
            continue
        if firejail[0] != psbc[0] or firejail[0] and firejail[1] != psbc[1]:
            differ.append((profile[:60], firejail[0], firejail[1][:40], psbc[0], psbc[1][:40]))
    assert not differ, "profile, firejail, model:\n" + "\n".join(map(str, differ))


@test("firejail and the model read the same lines")
def _(h):
    compare(h, version_of(h), PROFILES)


def compare_lines(h, version, lines):
    """Those that the model takes go into one profile: each start of firejail costs a quarter of a second."""
    starts = {line: model(h, version, line)[0] for line in (each.replace(b"@", h.home.encode()) for each in lines)}
    compare(h, version, [b"".join(line for line in starts if starts[line]) + b"env A=1\n"])
    compare(h, version, [line for line in starts if not starts[line]])


@test("firejail and the model agree on every byte in a path")
def _(h):
    version = version_of(h)
    controls = bytes((1, 7, 8, 11, 12, 27, 31, 127))
    odd = [bytes([c]) for c in controls + bytes(c for c in range(32, 256) if c != 127 and not (c < 128 and chr(c).isalnum()))]
    compare_lines(h, version, [b"blacklist @/q" + c + b"m\n" for c in odd])


@test("firejail knows exactly the directives that the table gives to its version")
def _(h):
    compare_lines(h, version_of(h), [line.encode() + b"\n" for line in DIRECTIVES])


if "EMIT_TOOL" not in os.environ:
    from tap import skip_all

    skip_all("emit_tool: $EMIT_TOOL names no such program")
main(os.environ["EMIT_TOOL"])
