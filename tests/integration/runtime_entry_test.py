#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Entering: the proof that there is a sandbox, what crosses, how it ends."""
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from runtime_sandbox import DRIVER, Sandbox  # noqa: E402
from tap import main, test  # noqa: E402


@test("a command runs inside, and HOME is empty there")
def _(h):
    s = Sandbox(h)
    assert h.run(["cat", h.home + "/.ssh/id_ed25519"]).out == "KEY\n"
    r = s.sh("pwd; ls -A ~; cat ~/.ssh/id_ed25519; cat .env")
    assert r.out.splitlines()[0] == s.project, r
    assert ".ssh" not in r.out and "KEY" not in r.out and "SECRET" not in r.out, r


@test("every exit status passes")
def _(h):
    s = Sandbox(h)
    for status in (0, 1, 2, 37, 125, 126, 127, 128, 130, 255):
        assert s.sh(f"exit {status}").status == status


@test("a command that dies by a signal ends as 128 + n")
def _(h):
    s = Sandbox(h)
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGUSR1):
        assert s.sh(f"kill -{int(number)} $$").status == 128 + number


@test("a command that is not there gives 127, one that cannot be run 126, each with a message")
def _(h):
    s = Sandbox(h)
    h.write("~/code/demo/plain.txt", "x", 0o644)
    r = s.run("no-such-program")
    assert r.status == 127 and "cannot run `no-such-program`: no such file" in r.err, r
    r = s.run("./plain.txt")
    assert r.status == 126 and "permission denied" in r.err, r


@test("300 arguments, one of 100 KB, newlines, quotes and an empty one arrive as they were")
def _(h):
    s = Sandbox(h)
    given = [f"argument {i}" for i in range(300)] + ["x" * 100_000, "two\nlines", "it's \"$(id)\" `id` *", "", "\\", "é"]
    r = s.run("python3", "-c", "import json,sys; print(json.dumps(sys.argv[1:]))", *given)
    assert json.loads(r.out) == given, r


@test("300 variables cross when they are named, with values of any bytes")
def _(h):
    s = Sandbox(h)
    given = {f"V{i}": f"value {i}\n#'\"$(id)" for i in range(300)}
    r = s.python("import json,os; print(json.dumps(dict(os.environ)))", plan={"pass": list(given)}, env=given)
    found = json.loads(r.out)
    assert {name: found.get(name) for name in given} == given


@test("of the rest of the environment only the base list crosses, and firejail adds nothing")
def _(h):
    s = Sandbox(h)
    leaks = {
        "ACME_PASSPHRASE": "1", "HF_TOKEN": "1", "SSH_AUTH_SOCK": "/x", "DBUS_SESSION_BUS_ADDRESS": "x", "DISPLAY": ":0",
        "TMUX": "x", "LD_LIBRARY_PATH": "/x", "BASH_ENV": "/x", "PYTHONSTARTUP": "/x", "PYTHONPATH": "/x", "FIREJAIL_QUIET": "yes",
        "PSBC_ENTRY": "forged", "PSBC_BUILD": "forged", "JAILED_ENV": "forged", "HOME": h.home, "LC_ALL": "C.UTF-8", "NO_COLOR": "1",
    }  # fmt: skip
    r = s.python("import json,os; print(json.dumps(dict(os.environ)))", plan={"set": ["PIP_CACHE_DIR=/x y"]}, env=leaks)
    found = json.loads(r.out)
    wanted = {"HOME", "JAILED_ENV", "LANG", "LC_ALL", "LOGNAME", "NO_COLOR", "PATH", "PIP_CACHE_DIR", "PSBC_BUILD", "PSBC_SANDBOX", "PWD_BEFORE_JAIL",
              "SHELL", "TERM", "USER"}  # fmt: skip
    assert set(found) - {"LC_CTYPE"} == wanted, found
    assert found["JAILED_ENV"] == "demo" and found["PIP_CACHE_DIR"] == "/x y" and found["LC_ALL"] == "C.UTF-8"


@test("PATH inside holds absolute directories that exist there, and a virtual environment is activated")
def _(h):
    s = Sandbox(h)
    path = f"relative::/nowhere:{h.home}/.local/bin:/usr/bin:/usr/bin:/bin"
    h.mkdir("~/.local/bin")

    def inside():
        return h.run(["env", "PATH=" + path, "/usr/local/bin/psbc", *s.argv("/bin/sh", "-c", "echo $PATH; echo $VIRTUAL_ENV")[1:]], cwd=s.project).out

    assert inside() == "/usr/bin:/bin\n\n"
    h.mkdir(s.root + "/env/bin")
    h.symlink("/usr/bin/python3", s.root + "/env/bin/python")
    assert inside() == f"{s.root}/env/bin:/usr/bin:/bin\n{s.root}/env\n"


@test("no value is on a command line or in the environment of a process of the host")
def _(h):
    s = Sandbox(h)
    waits = s.argv("sh", "-c", "touch ready; read x", **{"pass": ["TOKEN"]})
    p = h.spawn(waits, cwd=s.project, env={"TOKEN": "hush-hush"}, stdin=subprocess.PIPE)
    wait_for(lambda: h.exists("~/code/demo/ready"))
    seen = []
    for pid in h.processes():
        for name in ("cmdline", "environ"):
            text = Path(f"/proc/{pid}/{name}").read_bytes()
            if b"hush-hush" in text:
                seen.append((Path(f"/proc/{pid}/comm").read_text().strip(), name))
    p.terminate()
    # psbc outside was started with it by this test; the command has it because it crosses.
    assert sorted(seen) == [("psbc", "environ"), ("sh", "environ")], seen


@test("standard input is a pipe of the caller's, output and errors stay apart")
def _(h):
    s = Sandbox(h)
    data = "line\n" * 50_000
    r = s.sh("wc -c; echo problem >&2", stdin=data)
    assert r.out.strip() == str(len(data)) and r.err == "problem\n", r


@test("the current subdirectory is kept, HOME is the private one, and a directory that is not visible inside is refused")
def _(h):
    s = Sandbox(h)
    assert s.run("pwd", plan={"cwd": s.project + "/sub dir"}).out == s.project + "/sub dir\n"
    h.write("~/outside", "")
    r = s.run("sh", "-c", "pwd; ls", plan={"cwd": h.home})  # editors start helpers there
    assert r.ok and r.out.startswith(h.home + "\n") and "outside" not in r.out, r
    hidden = h.mkdir("~/elsewhere")
    r = s.run("touch", s.project + "/ran", plan={"cwd": hidden})
    assert r.status == 125 and hidden in r.err and not h.exists("~/code/demo/ran"), r


@test("no descriptor of the caller is open inside, and none of psbc's")
def _(h):
    s = Sandbox(h)
    listing = "import os; print(sorted(os.listdir('/proc/self/fd')))"
    r = h.run(["sh", "-c", 'exec 9</ 5</etc; "$@"', "sh", *s.argv("python3", "-c", listing)], cwd=s.project)
    assert r.out.strip() == "['0', '1', '2', '3']", r  # 3 is the listing itself


@test("a directory as standard input, output or error is refused")
def _(h):
    s = Sandbox(h)
    r = h.run(["sh", "-c", '"$@" </', "sh", *s.argv("ls", "-l", "/proc/self/fd/0/")], cwd=s.project)
    assert r.status == 125 and "standard input is a directory" in r.err, r


@test("closed standard streams are harmless")
def _(h):
    s = Sandbox(h)
    r = h.run(["sh", "-c", '"$@" <&- >&- 2>&-', "sh", *s.argv("sh", "-c", "cat; echo x; exit 9")], cwd=s.project)
    assert r.status == 9, r


@test("a daemon that the command leaves does not delay the end, and is gone")
def _(h):
    s = Sandbox(h)
    start = time.monotonic()
    r = s.sh("(setsid sh -c 'trap \"\" TERM HUP INT; echo up > started; sleep 60; touch survived' >/dev/null 2>&1 &) ; while ! [ -e started ]; do :; done; exit 4")
    assert r.status == 4 and time.monotonic() - start < 5, r
    assert not h.processes()


@test("a process that kills psbc's own inside ends the session instead of outliving it")
def _(h):
    s = Sandbox(h)
    start = time.monotonic()
    r = s.sh("(setsid sleep 50 &); kill -9 $PPID; sleep 50")
    assert time.monotonic() - start < 10 and r.status == 125 and "was killed" in r.err, r
    wait_for(lambda: not h.processes())


HOLD = """
import os, signal, sys
here = [p for p in os.listdir('/proc') if p.isdigit() and p != '1' and open(f'/proc/{p}/cmdline', 'rb').read().endswith(b'jail-init\\0')]
assert len(here) == 1, here
init = int(here[0])
"""


@test("a process inside cannot change the limits of psbc's own, so the status stays the command's")
def _(h):
    s = Sandbox(h)
    r = s.python(HOLD + """
import resource
print(resource.prlimit(init, resource.RLIMIT_NOFILE)[0] > 0)
try: resource.prlimit(init, resource.RLIMIT_NOFILE, (0, 0))
except PermissionError: print('refused')
child = os.fork() or os.execvp('sleep', ['sleep', '9'])
print(resource.prlimit(child, resource.RLIMIT_NOFILE, (9, 9))[0] > 9, resource.prlimit(child, resource.RLIMIT_NOFILE))
resource.prlimit(os.getpid(), resource.RLIMIT_NOFILE, (99, 99))
sys.exit(7)
""")  # fmt: skip
    assert r.status == 7 and r.out == "True\nrefused\nTrue (9, 9)\n" and r.err == "", r


@test("a command that stops psbc's own process inside and ends: it is continued, and the status is the command's")
def _(h):
    s = Sandbox(h)
    r = s.python(HOLD + "os.kill(init, signal.SIGSTOP); sys.exit(7)", timeout=20)
    assert r.status == 7, r
    assert not h.processes()


@test("a background process that stops psbc's own inside does not let the session outlive its terminal")
def _(h):
    s = Sandbox(h)
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        h.run(["rm", "-f", s.project + "/ready"])
        stop = HOLD + "os.kill(init, signal.SIGSTOP); open('ready', 'w'); signal.pause()"
        h.write("~/code/demo/stop.py", stop)
        p = h.spawn(s.argv("python3", "-c", "import subprocess, signal; subprocess.Popen(['python3', 'stop.py'], start_new_session=True)\n"
                           "signal.signal(2, signal.SIG_DFL); signal.pause()"), cwd=s.project)  # fmt: skip
        wait_for(lambda: h.exists("~/code/demo/ready"))
        os.kill(p.pid, number)
        assert p.wait(10) == 128 + number, number
        wait_for(lambda: not h.processes())


@test("where it is stopped again and again, a signal gets through all the same, or everything inside is ended and that is said")
def _(h):
    s = Sandbox(h)
    h.write("~/code/demo/hold.py", HOLD + "signal.signal(15, lambda *_: open('got', 'w').close())\nos.fork(), os.fork()\n"
            "open('ready', 'w')\nwhile True: os.kill(init, signal.SIGSTOP)")  # fmt: skip
    p = h.spawn(s.argv("python3", "hold.py"), cwd=s.project, stderr=subprocess.PIPE)
    wait_for(lambda: h.exists("~/code/demo/ready"))
    p.send_signal(signal.SIGTERM)
    wait_for(lambda: p.poll() is not None or h.exists("~/code/demo/got"), seconds=30)
    if p.poll() is None:  # between two stops, as a busy machine lets it
        p.kill()
        p.wait(20)
        h.run(["pkill", "-KILL", "-u", str(h.uid), "-x", "firejail"], user=False)
    else:
        said = p.communicate(timeout=10)[1]
        assert p.returncode == 125 and "stopped, and stopped again" in str(said), (p.returncode, said)
    wait_for(lambda: not h.processes())


@test("psbc killed outright takes the sandbox with it")
def _(h):
    s = Sandbox(h)
    p = h.spawn(s.argv("sh", "-c", "trap '' HUP TERM INT; touch ready; sleep 60"), cwd=s.project)
    wait_for(lambda: h.exists("~/code/demo/ready"))
    p.kill()
    wait_for(lambda: not h.processes())


@test("SIGTERM, SIGHUP, SIGUSR1 and SIGINT to psbc reach the command, and its answer is the status")
def _(h):
    s = Sandbox(h)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGINT):
        h.run(["rm", "-f", s.project + "/ready"])
        # Short sleeps: python looks for signals before it sleeps, and one may come right after that.
        script = f"import signal,sys,time\nsignal.signal({int(number)}, lambda *_: sys.exit(43))\nopen('ready','w')\nwhile True: time.sleep(0.1)"
        p = h.spawn(s.argv("python3", "-c", script), cwd=s.project)
        wait_for(lambda: h.exists("~/code/demo/ready"))
        os.kill(p.pid, number)
        assert p.wait(10) == 43, number


@test("signals that psbc was told to ignore are ignored inside; the others are at their default")
def _(h):
    s = Sandbox(h)
    show = "import signal; print([n for n in range(1,32) if n not in (9,19) and signal.getsignal(n) == signal.SIG_IGN and n not in (13, 25)])"
    assert s.python(show).out == "[]\n"
    r = h.run(["sh", "-c", 'trap "" HUP QUIT; exec "$@"', "sh", *s.argv("python3", "-c", show)], cwd=s.project)
    assert r.out == "[1, 3]\n", r


@test("jail-init that nobody entered through does nothing and says so")
def _(h):
    r = h.run(["psbc", "jail-init"])
    assert r.status == 125 and "not started by `psbc enter`" in r.err, r
    r = h.run(["sh", "-c", "psbc jail-init 3<>/dev/null"])
    assert r.status == 125, r


def fake_firejail(h, script):
    """Something that is setuid root and looks like firejail, but builds no sandbox."""
    path = "/usr/local/bin/not-firejail"
    Path(path).write_text(script)
    os.chmod(path, 0o4755)
    return path


@test("a firejail that runs the command without a sandbox is found out, whatever it pretends")
def _(h):
    s = Sandbox(h)
    plain = fake_firejail(h, '#!/bin/sh\nshift 3\nexec "$@"\n')
    r = s.run("touch", "ran", plan={"firejail": plain})
    assert r.status == 125 and "without building a sandbox" in r.err and not h.exists("~/code/demo/ran"), r
    with_nonce = fake_firejail(h, '#!/bin/sh\nexport "${2#--env=}"\nshift 3\nexec "$@"\n')
    r = s.run("touch", "ran", plan={"firejail": with_nonce})
    assert r.status == 125 and "no_new_privs" in r.err and not h.exists("~/code/demo/ran"), r
    unprivileged = fake_firejail(h, '#!/bin/sh\nexport "${2#--env=}"\nshift 3\nexec setpriv --no-new-privs "$@"\n')
    r = s.run("touch", "ran", plan={"firejail": unprivileged})
    assert r.status == 125 and not h.exists("~/code/demo/ran"), r


@test("where firejail sees no kernel threads, it would not sandbox, and psbc refuses")
def _(h):
    s = Sandbox(h)
    unsandboxed = ["firejail", "--quiet", "--noprofile", "--blacklist=" + h.home + "/.ssh", "cat", h.home + "/.ssh/id_ed25519"]
    as_user = ["setpriv", f"--reuid={h.uid}", f"--regid={h.gid}", "--clear-groups"]
    namespace = ["unshare", "-pf", "--mount-proc"]
    r = h.run([*namespace, *as_user, *unsandboxed], user=False)
    assert r.out == "KEY\n", r  # the attack works
    r = h.run([*namespace, *as_user, *s.argv("touch", "ran")], user=False, cwd=s.project)
    assert r.status == 125 and "container or another sandbox" in r.err and not h.exists("~/code/demo/ran"), r


@test("inside any firejail sandbox, entering is refused")
def _(h):
    s = Sandbox(h)
    r = h.run(["firejail", "--quiet", "--noprofile", *s.argv("touch", "ran")], cwd=s.project)
    assert r.status == 125 and "already inside a firejail sandbox" in r.err and not h.exists("~/code/demo/ran"), r


@test("a sandbox that hides, protects or pins less than it should is refused before anything runs")
def _(h):
    for missing, reason in (
        ("blacklist {0}/.env", "it is hidden, and could be read inside"),
        ("blacklist ${{RUNUSER}}", "it belongs to your session"),
        ("read-only {0}/.git/hooks", "it is read-only, and could be written inside"),
        ("read-write {0}/.git", "cannot be written"),
        ("caps.drop", ""),
        ("nonewprivs", "no_new_privs"),
    ):
        h.write(h.runtime + "/bus")
        s = Sandbox(h, without=[missing.format(h.home + "/code/demo")])
        plan = {"writable": [s.project, s.project + "/.git"]}
        r = s.run("touch", "ran", plan=plan)
        if reason:
            assert r.status == 125 and reason in r.err and not h.exists("~/code/demo/ran"), (missing, r)
    s = Sandbox(h, without=["read-only " + h.home + "/code/demo/.git", "read-write"])
    r = s.run("touch", "ran", plan={"read-only": []})
    assert r.status == 125 and "could be renamed inside" in r.err, r
    r = Sandbox(h).run("touch", "ran", plan={"network": "none"})
    assert r.status == 125 and "the network is the host's" in r.err and not h.exists("~/code/demo/ran"), r
    assert Sandbox(h, "net none\n").run("true", plan={"network": "none"}).ok
    s = Sandbox(h, without=["whitelist"])
    r = s.run("touch", "ran", plan={"read-only": [], "pinned": []})
    assert r.status == 125 and "real one" in r.err, r


@test("a profile that firejail refuses gives 125 with firejail's reason")
def _(h):
    s = Sandbox(h, extra="no-such-directive\n")
    r = s.run("true")
    assert r.status == 125 and "is invalid" in r.err and "of its profile: `no-such-directive`" in r.err, r


@test("what is inside can ask in which sandbox it is, by a mount and not by a variable")
def _(h):
    s = Sandbox(h)
    assert h.run(["psbc", "where"], env={"JAILED_ENV": "demo", "PSBC_SANDBOX": "1"}).out == "nowhere\n"
    assert s.run("psbc", "where").out == f"demo-1 demo {s.project}\n"
    assert s.sh(f"echo x > {s.session}/session").status != 0


@test("files are written into HOME, kept ones into the sandbox's own root with the user's lines")
def _(h):
    s = Sandbox(h)
    plan = {"file": [".inputrc=set bell off\n", ".config/deep/er=x"], "block": [".gitconfig=[user]\n\tname = Dev\n"]}
    r = s.sh("cat ~/.inputrc ~/.config/deep/er; readlink ~/.gitconfig; git config --global alias.st status; cat ~/.gitconfig", plan=plan)
    assert "set bell off\nx" in r.out and s.root + "/home/.gitconfig" in r.out and "name = Dev" in r.out, r
    r = s.sh("git config --global user.name; git config --global alias.st; grep -c psbc ~/.gitconfig; ls -A ~", plan=plan)
    assert r.out.startswith("Dev\nstatus\n2\n"), r
    assert not h.exists("~/.inputrc") and not h.exists("~/.gitconfig")


@test("what an earlier session planted where psbc writes is put aside, and never followed")
def _(h):
    s = Sandbox(h)
    plan = {"block": [".gitconfig=new\n", ".a/b=new\n"]}
    h.write("~/code/demo/victim", "precious")
    for plant in (
        f"ln -s {s.project}/victim {s.root}/home/.gitconfig", f"mkfifo {s.root}/home/.gitconfig",
        f"mkdir -p {s.root}/home/.gitconfig/full", f"mkdir -p {s.project}/x; ln -s {s.project}/x {s.root}/home/.a",
        f"rm -rf {s.root}/home; ln -s {s.project} {s.root}/home",
    ):  # fmt: skip
        s.sh(f"mkdir -p {s.root}/home; rm -rf {s.root}/home/.gitconfig {s.root}/home/.a; {plant}")
        r = s.sh("cat ~/.gitconfig ~/.a/b", plan=plan)
        assert r.status == 0 and r.out.count("new") == 2, (plant, r)
    assert h.read("~/code/demo/victim") == "precious" and not h.exists("~/code/demo/x/b")
    assert not h.exists("~/code/demo/.gitconfig")


@test("the names under which the user knows a path lead to it inside")
def _(h):
    s = Sandbox(h)
    r = s.sh("ls ~/work/lab", plan={"alias": [f"{h.home}/work/lab={s.project}"]})
    assert "sub dir" in r.out, r


@test("keys pushed into the terminal, namespaces, io_uring, 32-bit calls and foreign sockets are refused")
def _(h):
    s = Sandbox(h)
    probe = (
        "import ctypes, fcntl, os, pty, socket, termios\n"
        "c = ctypes.CDLL(None, use_errno=True)\n"
        "def call(n, *a): r = c.syscall(n, *map(ctypes.c_long, a)); return ctypes.get_errno() if r < 0 else 0\n"
        "m, s = pty.openpty()\n"
        "arm = os.uname().machine == 'aarch64'\n"
        "print(call(97 if arm else 272, 0x10000000), call(425, 1, 0), call(435, 0, 0), call(29 if arm else 16, s, 0x5412, 0), call(29 if arm else 16, s, 0x100005412, 0))\n"
        "print(call(198 if arm else 41, 16, 3, 4), call(198 if arm else 41, 38, 5, 0))\n"
    )
    assert s.python(probe).out == "1 1 38 1 1\n97 97\n"


@test("threads, multiprocessing, shared memory, debuggers on own children and interface lists work")
def _(h):
    s = Sandbox(h)
    h.write(
        "~/code/demo/works.py",
        "import ctypes, multiprocessing as m, os, socket, subprocess, threading, time\n"
        "from multiprocessing import shared_memory\n"
        "def f(x): return x * x\n"
        "if __name__ == '__main__':\n"
        "    with m.Pool(2) as p: assert p.map(f, [1, 2, 3]) == [1, 4, 9]\n"
        "    q = shared_memory.SharedMemory(create=True, size=1 << 20); q.buf[0] = 7; q.close(); q.unlink()\n"
        "    t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()\n"
        "    assert subprocess.run(['true']).returncode == 0\n"
        "    assert socket.if_nameindex() and socket.getaddrinfo('localhost', 80)\n"
        "    c = ctypes.CDLL(None, use_errno=True)\n"
        "    pid = os.fork()\n"
        "    if pid == 0: time.sleep(20); os._exit(0)\n"
        "    assert c.ptrace(16, pid, None, None) == 0; os.waitpid(pid, 0); os.kill(pid, 9)\n"
        "    print('ok')\n",
    )
    r = s.run("python3", "works.py")
    assert r.out == "thread\nok\n", r


@test("the command can neither trace psbc's process inside, nor see its descriptors or firejail's")
def _(h):
    s = Sandbox(h)
    r = s.python(
        "import ctypes, os\n"
        "c = ctypes.CDLL(None, use_errno=True)\n"
        "print(c.ptrace(16, os.getppid(), None, None), c.ptrace(16, 1, None, None))\n"
        "for pid in (1, os.getppid()):\n"
        "    for what in ('fd', 'environ', 'mem'):\n"
        "        try: os.listdir(f'/proc/{pid}/fd') if what == 'fd' else open(f'/proc/{pid}/{what}').read(1); print('open', pid, what)\n"
        "        except OSError: pass\n"
    )
    assert r.out == "-1 -1\n", r


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


main(DRIVER)
