#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What docs/security.md says is open: judged like all else, so that neither page promises more than there is, nor less."""
import contextlib
import os
import re
import shlex
import socket
import threading

from attack import Project, git
from host import CHECKOUT
from tap import test
from vectors import main, outcome, register, seed

SECURITY = " ".join((CHECKOUT / "docs/security.md").read_text().split())
register("hidden-committed", "B6", "a hidden file that was committed, read from git's objects")
register("socket-in-project", "C6", "a unix socket of the host that lies in the project, such as git's file system monitor")
register("socket-names", "C6", "the names of the host's sockets, in /proc/net")
register("index-fallback", "B14", "an index of pip.conf, uv.toml or a variable is not asked inside: the public one is")


def judge(id, reached, said):
    """Open things are said; closed ones are not said to be open."""
    assert reached == bool(re.search(said, SECURITY)), (id, reached, "docs/security.md: " + said)
    outcome(id, "psbc", "reached, said in security.md" if reached else False)


@test("B6: a hidden file that was committed is read from git's objects, as docs/security.md says")
def _(h):
    h.write("~/code/demo/.env", h.decoys.new("committed"))
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    git(h, "init", "-q", cwd="~/code/demo")
    git(h, "add", ".env")
    git(h, "commit", "-qm", "oops")
    p = Project(h, 'hidden = [".env"]\n')
    steal = "cat .env; git show HEAD:.env; git show HEAD~:.env"
    assert h.decoys.found_in(h.run(["sh", "-c", steal], cwd=p.path).out) == ["committed"]
    seed("hidden-committed", h.decoys.found_in(p.predecessor(steal).out))
    said = r"`~/code/demo/\.env` \(hidden by ~/code/demo/\.python-sandbox\.toml:\d+\) is tracked by git: .* git rm -r --cached '?\.env"
    assert re.search(said, p.psbc("trust", "--show").err, re.S)
    refused = p.psbc("build", "--force")
    assert refused.status == 2 and "PSB307" in refused.err and re.search(said, refused.err, re.S), refused
    # Out of the index it is a file like another, and what was committed stays in the objects.
    git(h, "rm", "-q", "--cached", ".env")
    git(h, "commit", "-qm", "gone")
    assert p.psbc("build", "--force").ok
    judge("hidden-committed", bool(h.decoys.found_in(p.entered(steal).out)), "A committed secret\\*\\* is readable")


@test("C6: a socket in the project answers, and names of sockets are seen while the network is shared, as docs/security.md says")
def _(h):
    p = Project(h)
    addresses = [h.path("~/code/demo/fsmonitor--daemon.ipc"), h.path("~/code/demo/app.sock")]
    ask = "import socket, sys\nfor a in sys.argv[1:]:\n    s = socket.socket(socket.AF_UNIX); s.connect(a); s.sendall(b'called'); s.recv(1)"
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in addresses]
        for listener, address in zip(listeners, addresses):
            listener.bind(address)
            os.chmod(address, 0o666)
            listener.listen(4)
            listener.settimeout(0.2)

        def called(run):
            thread = threading.Thread(target=run, args=(["timeout", "3", "python3", "-c", ask, *addresses],))
            thread.start()
            heard = 0
            for listener in listeners:
                with contextlib.suppress(OSError):
                    listener.settimeout(3)
                    caller, _ = listener.accept()
                    with caller:
                        heard += caller.recv(6) == b"called"
                        caller.send(b"!")
            thread.join()
            return heard

        assert called(lambda argv: h.run(argv, cwd=p.path)) == 2
        seed("socket-in-project", called(lambda argv: p.predecessor(shlex.join(argv))))
        judge("socket-in-project", bool(called(lambda argv: p.psbc("run", "--", *argv))), "A unix socket in the project answers")
        names = "cat /proc/net/unix"
        assert addresses[0] in h.run(["sh", "-c", names]).out
        seed("socket-names", addresses[0] in p.predecessor(names).out)
        judge("socket-names", addresses[0] in p.entered(names).out, "The names of the host's sockets")
        assert addresses[0] not in Project(h, '[network]\naccess = "none"\n').entered(names).out, h.story()


@test("B14: the index that a developer has configured outside is the one inside, or docs/security.md says that it is not")
def _(h):
    h.require("pip3")
    h.write("~/.config/pip/pip.conf", f"[global]\nindex-url = https://me:{h.decoys.new('index password')}@pypi.corp.example/simple\n")
    ask = "pip3 config list; env | grep -i index"
    p = Project(h)
    assert "pypi.corp.example" in h.run(["sh", "-c", ask], cwd=p.path).out, h.story()
    seed("index-fallback", "pypi.corp.example" not in p.predecessor(ask).out)
    r = p.inside("touch .entered; " + ask)
    assert not h.decoys.found_in(r.out + r.err), r
    judge("index-fallback", h.exists("~/code/demo/.entered") and "pypi.corp.example" not in r.out, "pip.conf` stays outside, and its index with it")


main()
