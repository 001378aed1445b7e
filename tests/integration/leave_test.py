#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""psbc leave: the session ends, and the shell outside goes where it is told only by a user who wants that."""
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from hooked import IN, OUT, SHELLS, count, prepare, type_in  # noqa: E402
from tap import main, test  # noqa: E402

FOLLOW = "follow = true\n"
# By any process inside: ask(bytes) sends what psbc leave would.
ASK = "import os, socket, sys; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n" \
      "def ask(text): s.sendto(text, os.path.expanduser('~/.psbc-leave'))\n"


def user(h, text):
    h.write("~/.config/psbc/config.toml", text)


for shell in SHELLS:

    @test(f"{shell}: leave ends the session and the shell stays; with a directory it goes there, and into the sandbox of what it finds")
    def _(h, shell=shell):
        user(h, FOLLOW)
        prepare(h, shell, trusted=("lab", "other"))
        h.mkdir("~/plain/a 'b\" $(touch PWNED) é")
        odd = h.path("~/plain/a 'b\" $(touch PWNED) é")
        say = 'echo "d=<$PWD>"'
        r = type_in(h, shell, [(OUT, "cd ~/code/lab/sub"), (IN, "psbc leave", 1), (OUT, say), (OUT, "cd ~"), (OUT, "cd ~/code/lab"), (IN, "psbc leave ../../plain", 1), (OUT, say), (OUT, "cd -"), (IN, "psbc leave ~/code/other/sub", 1),
                               (r"\(J:other\) IN> ", say), (IN, "psbc leave /", 1), (OUT, say), (OUT, "exit 5")])  # fmt: skip
        assert r.status == 5, r
        assert re.findall(r"^d=<(.*)>$", r.screen, re.M) == [h.path(path) for path in ("~/code/lab/sub", "~/plain", "~/code/other/sub", "/")], r
        assert count(r, "psbc: ") == 0, r
        h.write("~/code/lab/go", odd)
        r = type_in(h, shell, [(OUT, "cd ~/code/lab"), (IN, 'psbc leave "$(cat go)"', 1), (OUT, say), (OUT, "exit 5")])
        assert r.status == 5 and f"d=<{odd}>" in r.screen and not any(path.endswith("/PWNED") for path in h.tree("~")), r
        assert not h.tree("~/.local/state/psbc/leave"), h.tree("~/.local/state/psbc/leave")

    @test(f"{shell}: without `follow` the shell stays, and says how; what runs inside cannot lead it")
    def _(h, shell=shell):
        prepare(h, shell)
        h.write("~/code/lab/evil.py", ASK + "ask(b'/tmp')\n")
        h.mkdir("~/plain")
        say = 'echo "d=<$PWD>"'
        r = type_in(h, shell, [(OUT, "cd ~/code/lab"), (IN, "psbc leave ~/plain", 1), (OUT, say), (OUT, "cd ~"), (OUT, "cd ~/code/lab"), (IN, "python3 evil.py", 1), (OUT, say),
                               (OUT, "exit 5")])  # fmt: skip
        assert r.status == 5 and re.findall(r"^d=<(.*)>$", r.screen, re.M) == [h.path("~/code/lab")] * 2, r
        assert "To let psbc leave bring it to `~/plain`: follow = true in ~/.config/psbc/config.toml" in r.screen and count(r, "psbc: ") == 2, r


BAD = {"relative": b"code", "empty line": b"\n", "control characters": b"/tmp/\x1b]0;x\x07", "line break": b"/tmp\n/etc", "NUL": b"/tmp\x00/x", "long": b"/" + b"a" * 5000,
       "not UTF-8": b"/tmp/\xff", "bidirectional": "/tmp/\u202e".encode()}  # fmt: skip


@test("what is no request is none: relative, long, with control characters; the session goes on, in a flood of them as well")
def _(h):
    user(h, FOLLOW)
    prepare(h, "bash")
    lines = "\n".join(f"ask({text!r})" for text in BAD.values())
    h.write("~/code/lab/bad.py", ASK + lines + "\n")
    h.write("~/code/lab/flood.py", ASK + "s.setblocking(True)\nfor n in range(20000): ask(b'relative')\nprint('flooded')\n")
    h.write("~/code/lab/good.py", ASK + "ask(b'/')\n")
    r = type_in(h, "bash", [(OUT, "cd ~/code/lab"), (IN, "python3 bad.py"), (IN, "python3 flood.py"), (IN, "true"), (IN, "python3 good.py", 1), (OUT, 'echo "d=<$PWD>"'),
                            (OUT, "exit 5")])  # fmt: skip
    assert r.status == 5 and "flooded" in r.screen and "d=</>" in r.screen and "Traceback" not in r.screen, r
    for where in ("/nonexistent", "/etc/passwd"):
        r = type_in(h, "bash", [(OUT, "cd ~/code/lab"), (IN, f"psbc leave {where}", 1), (OUT, 'echo "d=<$PWD>"'), (OUT, "exit 5")])
        assert f"the shell stays here: there is no directory `{where}`" in r.screen and f"d=<{h.path('~/code/lab')}>" in r.screen, r


@test("the shell writes its history; one that minds no hang-up ends all the same, and so does what runs behind it")
def _(h):
    user(h, FOLLOW)
    prepare(h, "bash")
    r = type_in(h, "bash", [(OUT, "cd ~/code/lab"), (IN, "echo remembered"), (IN, "psbc leave", 1), (OUT, "exit 5")])
    assert r.status == 5, r
    r = type_in(h, "bash", [(OUT, "cd ~/code/lab"), (IN, "history"), (IN, "trap '' HUP TERM; (sleep 98765 &) ; psbc leave", 1), (OUT, "exit 5")])
    assert r.status == 5 and "echo remembered" in r.screen, r
    assert not [pid for pid in os.listdir("/proc") if pid.isdigit() and b"98765" in read_line(pid)]


def read_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@test("by psbc enter the status is 0, and the directory is said; a session that runs a command ends with that, and outside there is nothing to leave")
def _(h):
    user(h, FOLLOW)
    prepare(h, "bash")
    r = h.pty(["psbc", "enter", "--shell", "bash"], [("IN> ", "psbc leave /\n")], cwd="~/code/lab")
    assert r.status == 0 and "psbc: the shell stays here: only one that entered by psbc hook goes to `/`" in r.out, r
    for command in (["psbc", "run", "--", "psbc", "leave"], ["psbc", "enter", "--", "sh", "-c", "psbc leave; exit $?"]):
        r = h.run(command, cwd="~/code/lab")
        assert r.status == 3 and "ends with its command" in r.err and "type: exit" in r.err, r
    r = h.psbc("leave", cwd="~/code/lab")
    assert r.status == 3 and "no sandbox" in r.err, r


main()
