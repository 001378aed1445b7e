#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The terminal: Ctrl-C, Ctrl-Z, background jobs and nested shells behave as without a sandbox.

`outer> ` is an interactive bash of the host; `enter COMMAND...` runs a command inside.
"""
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from runtime_sandbox import DRIVER, Sandbox  # noqa: E402
from tap import main, test  # noqa: E402

CTRL_C, CTRL_Z, CTRL_BACKSLASH, CTRL_D = "\x03", "\x1a", "\x1c", "\x04"
INNER = "enter bash --norc --noprofile -i\n"


@test("Ctrl-C interrupts the command, and a command that survives it goes on")
def _(h):
    s = Sandbox(h)
    r = s.bash_pty([
        ("outer> ", "enter python3 -c 'import time; print(\"up\"); time.sleep(20)'\n"),
        ("up\r\n", CTRL_C),
        ("KeyboardInterrupt(.|\n)*outer> ", "echo status $?\n"),
        ("status 130(.|\n)*outer> ", "enter env PYTHON_BASIC_REPL=1 python3 -q -i\n"),
        (">>> ", "import time; time.sleep(20)\n"),
        (r"sleep\(20\)\r\n", CTRL_C),
        ("KeyboardInterrupt(.|\n)*>>> ", "print(6 * 7)\n"),
        ("42(.|\n)*>>> ", "exit(5)\n"),
        ("outer> ", "exit $?\n"),
    ])  # fmt: skip
    assert r.status == 5, r


@test("a SIGINT at any moment of the entry ends it with 130; psbc says nothing about it")
def _(h):
    s = Sandbox(h)
    for step in range(24):
        process = h.spawn([*s.argv(), "sleep", "9"], cwd=s.project, stderr=-1)
        # From when psbc takes signals until the command runs: at random, as nothing outside can see where it is.
        wait_for(lambda: len(h.processes()) > 1)
        time.sleep(step * 0.004)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        assert process.returncode in (130, -signal.SIGINT) and b"psbc:" not in said, (step, process.returncode, said)


@test("Ctrl-backslash ends the command by SIGQUIT")
def _(h):
    s = Sandbox(h)
    r = s.bash_pty([
        ("outer> ", "enter sh -c 'echo up; sleep 20'\n"),
        ("up\r\n", CTRL_BACKSLASH),
        ("outer> ", "echo status $?\n"),
        ("status 131(.|\n)*outer> ", "exit\n"),
    ])  # fmt: skip
    assert r.ok, r


@test("Ctrl-Z stops the job, fg continues it with the terminal")
def _(h):
    s = Sandbox(h)
    r = s.bash_pty([
        ("outer> ", "enter sh -c 'echo up; read x; echo got $x; exit 6'\n"),
        ("up\r\n", CTRL_Z),
        ("Stopped(.|\n)*outer> ", "echo prompt works; fg\n"),
        ("prompt works\r\n(.|\n)*enter.*\n", "it\n"),
        ("got it(.|\n)*outer> ", "exit $?\n"),
    ])  # fmt: skip
    assert r.status == 6, r


@test("Ctrl-Z, bg, and fg: the command runs in the background, and Ctrl-C reaches it afterwards")
def _(h):
    s = Sandbox(h)
    count = "import time\\nfor i in range(2000): open(\"count\", \"w\").write(str(i)); time.sleep(0.02)"
    r = s.bash_pty([
        ("outer> ", f"enter python3 -c $'{count}'\n"),
        ("python3.*\n", lambda _: wait_for(lambda: h.exists("~/code/demo/count"))),
        ("", CTRL_Z),
        ("Stopped(.|\n)*outer> ", "a=$(cat ~/code/demo/count); sleep 0.3; [ $a = $(cat ~/code/demo/count) ] && echo still; bg\n"),
        ("still\r\n(.|\n)*outer> ", "sleep 0.3; [ $a = $(cat ~/code/demo/count) ] || echo moving; fg\n"),
        ("moving\r\n(.|\n)*enter.*\n", lambda _: time.sleep(0.3)),  # bash says so before it does so
        ("", CTRL_C),
        ("KeyboardInterrupt(.|\n)*outer> ", "exit 8\n"),
    ])  # fmt: skip
    assert r.status == 8, r


@test("a background job that wants to read is stopped, and gets the terminal by fg")
def _(h):
    s = Sandbox(h)
    r = s.bash_pty([
        ("outer> ", "enter sh -c 'read x; echo got $x' &\n"),
        ("outer> ", "sleep 1; echo slept\n"),
        ("slept\r\n(.|\n)*Stopped(.|\n)*outer> ", "fg\n"),
        ("fg\r\n(.|\n)*read x.*\n", "it\n"),
        ("got it(.|\n)*outer> ", "exit\n"),
    ])  # fmt: skip
    assert r.ok, r


@test("an interactive shell inside has job control of its own")
def _(h):
    s = Sandbox(h)
    r = s.bash_pty([
        ("outer> ", INNER),
        (r"\$ ", "PS1='inner> '\n"),
        ("inner> $", "sh -c 'echo up; read x; echo got $x'\n"),
        ("up\r\n", CTRL_Z),
        ("Stopped(.|\n)*inner> ", "fg\n"),
        ("fg\r\n.*\n", "it\n"),
        ("got it(.|\n)*inner> ", "sh -c 'echo up; read x'\n"),
        (r"[\r\n]up\r\n", CTRL_C),
        ("inner> ", "echo $?; exit 7\n"),
        ("130\r\n(.|\n)*outer> ", "exit $?\n"),
    ])  # fmt: skip
    assert r.status == 7 and "no job control" not in r.out and "terminal process group" not in r.out, r


@test("suspend -f in the shell inside stops the job, and fg brings it back")
def _(h):
    s = Sandbox(h)
    r = s.bash_pty([
        ("outer> ", INNER),
        (r"\$ ", "PS1='inner> '\n"),
        ("inner> $", "suspend -f\n"),
        ("Stopped(.|\n)*outer> ", "echo prompt works; fg\n"),
        ("prompt works\r\n(.|\n)*fg\r\n.*\n|enter", "echo back $((40 + 2))\n"),
        ("back 42(.|\n)*inner> ", "exit 7\n"),
        ("outer> ", "exit $?\n"),
    ])  # fmt: skip
    assert r.status == 7, r


@test("suspend -f where nobody could continue the job goes on at once, and wedges nothing")
def _(h):
    s = Sandbox(h)
    r = h.pty(
        s.argv("bash", "--norc", "--noprofile", "-i"),
        [
            (r"\$ ", "PS1='inner> '\n"),
            ("inner> $", "suspend -f\n"),
            ("inner> |suspend -f\r\n", "echo back $((40 + 2))\n"),
            ("back 42", "exit 7\n"),
        ],
        cwd=s.project,
        timeout=20,
    )
    assert r.status == 7, r


@test("a script gets the terminal back from a shell inside, and can read")
def _(h):
    s = Sandbox(h)
    words = " ".join("'" + a + "'" for a in s.argv("bash", "--norc", "--noprofile", "-i"))
    h.write("~/script.sh", f"cd ~/code/demo\n{words}\necho status $?\nread -p 'name? ' x\necho hello $x\nsleep 0.3  # a terminal that hangs up loses output\n")
    r = h.pty(["sh", h.path("~/script.sh")], [(r"\$ $", "exit 3\n"), (r"status 3\r\nname\? ", "you\n")], timeout=20)
    assert r.ok and "hello you" in r.out, r


@test("a script's background command does not take the terminal from it")
def _(h):
    s = Sandbox(h)
    words = " ".join("'" + a + "'" for a in s.argv("sh", "-c", "touch ready; sleep 30"))
    h.write(
        "~/script.sh",
        f"cd ~/code/demo\n{words} &\nwhile ! [ -e ready ]; do sleep 0.05; done\nread -p 'name? ' x\necho hello $x\nkill $!\nwait\n",
    )
    r = h.pty(["sh", h.path("~/script.sh")], [(r"name\? ", "you\n")], timeout=20)
    assert "hello you" in r.out, r


@test("a command in a pipeline takes the terminal when it asks for it")
def _(h):
    s = Sandbox(h)
    r = s.bash_pty([
        ("outer> ", "echo data | enter sh -c 'cat; read x < /dev/tty; echo got $x'\n"),
        ("data\r\n", "it\n"),
        ("got it(.|\n)*outer> ", "sleep 20 | enter sh -c 'echo up; exec sleep 20'\n"),
        ("up\r\n", CTRL_C),
        ("outer> ", "echo status $?\n"),
        ("status 130(.|\n)*outer> ", "exit 9\n"),
    ])  # fmt: skip
    assert r.status == 9, r


@test("after Ctrl-Z a process inside cannot type into the shell outside; without psbc's filter it could")
def _(h):
    s = Sandbox(h)
    h.write(
        "~/code/demo/type.py",
        "import fcntl, os, sys, termios, time\n"
        "fd = os.open('/dev/tty', os.O_RDWR)\n"
        "if os.fork(): time.sleep(30)\n"
        "os.setpgid(0, 0)\n"
        "print('up', flush=True)\n"
        "time.sleep(1.5)\n"
        "import signal; signal.signal(signal.SIGTTOU, signal.SIG_IGN)\n"
        "for c in b'touch /tmp/typed-' + sys.argv[1].encode() + b'\\n':\n"
        "    try: fcntl.ioctl(fd, termios.TIOCSTI, bytes([c]))\n"
        "    except OSError: pass\n"
        "open(sys.argv[1] + '.done', 'w').close()\n"
        "time.sleep(30)\n",
    )
    steps = [
        ("outer> ", "{} python3 type.py {}\n"),
        ("up\r\n", CTRL_Z),
        ("Stopped(.|\n)*outer> ", "while ! [ -e {}.done ]; do sleep 0.1; done; echo settled\n"),
        ("settled\r\n(.|\n)*outer> ", "sleep 1; echo finished\n"),
        ("finished\r\n(.|\n)*outer> ", "kill -9 %1; sleep 1; exit\n"),
    ]

    def typed(how, name):
        script = [(pattern, reply.replace("{}", how, 1).replace("{}", name) if "python3" in reply else reply.replace("{}", name)) for pattern, reply in steps]
        s.bash_pty(script, cwd=s.project)
        return h.exists("/tmp/typed-" + name)

    if not typed(f"firejail --quiet --profile={s.profile}", "attack"):
        from tap import skip

        skip("legacy_tiocsti: this kernel refuses TIOCSTI to everybody")
    assert not typed("enter", "enter")


@test("kill of a stopped job ends it, and all that is inside")
def _(h):
    s = Sandbox(h)
    r = s.bash_pty([
        ("outer> ", "enter sh -c 'echo up; exec sleep 30'\n"),
        ("up\r\n", CTRL_Z),
        ("Stopped(.|\n)*outer> ", "kill %1; sleep 1; echo gone\n"),
        ("gone(.|\n)*outer> ", "exit\n"),
    ])  # fmt: skip
    assert not h.processes(), r


@test("the size of the terminal and changes of it arrive inside")
def _(h):
    s = Sandbox(h)
    r = s.bash_pty([
        ("outer> ", "enter sh -c 'stty size; trap \"stty size; exit 4\" WINCH; echo up; while :; do sleep 0.1; done'\n"),
        ("40 132\r\nup\r\n", resize(h)),
        ("30 90\r\n(.|\n)*outer> ", "exit $?\n"),
    ])  # fmt: skip
    assert r.status == 4, r


@test("vim fills the terminal, follows its size, stops by Ctrl-Z, and draws itself anew after fg")
def _(h):
    h.require("vim")
    s = Sandbox(h)
    r = s.bash_pty([
        # vim itself says its new size: what is typed while it draws itself anew can be lost.
        ("outer> ", "enter vim -Nu NONE -i NONE -n --cmd \"autocmd VimResized * echo &lines . 'x' . &columns\" note\n"),
        (r"note.*\[New\]", "iwritten inside\x1b:echo &lines . 'x' . &columns\r"),
        ("40x132", resize(h)),
        ("30x90", CTRL_Z),
        ("Stopped(.|\n)*outer> ", "stty size; fg\n"),
        ("30 90\r\n(.|\n)*written inside", ":wq\r"),
        ("written(.|\n)*outer> ", "exit $?\n"),
    ])  # fmt: skip
    assert r.ok and h.read("~/code/demo/note") == "written inside\n", r


def resize(h):
    def change(process):
        h.run(["sh", "-c", f"stty rows 30 cols 90 < /proc/{process.pid}/fd/0"], user=False)

    return change


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


main(DRIVER)
