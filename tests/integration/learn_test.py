#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""psbc learn: what a command misses inside, as a diff of the file. Each tool fails inside for want of something that is there
outside; the diff names that and nothing else; with it the tool works."""
import functools
import http.server
import json
import os
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tap import main, skip, test  # noqa: E402

CONFIG = ".python-sandbox.toml"


def lab(h, text=""):
    h.require("firejail", "strace")
    h.write(f"~/code/lab/{CONFIG}", f'name = "lab" # ours\n{text}')
    assert h.psbc("trust", "--yes", cwd="~/code/lab").ok


def learn(h, *command, **more):
    return h.psbc("learn", "--", *command, cwd="~/code/lab", **more)


def added(r):
    """The lines that the diff adds; it takes none away."""
    lines = r.out[r.out.rfind(f"--- {CONFIG}"):].splitlines() if f"--- {CONFIG}" in r.out else []
    assert not [line for line in lines[2:] if line.startswith("-")], r
    return [line[1:] for line in lines[2:] if line.startswith("+")]


def take(h, r):
    """As a person does: patch, look, approve."""
    ended = subprocess.run(["patch", "-p0", "--quiet", "-d", h.path("~/code/lab")], input=r.out, text=True, capture_output=True)
    assert ended.returncode == 0, ended
    assert h.psbc("trust", "--yes", cwd="~/code/lab").ok


def mends(h, command, lines, works=lambda r: r.ok):
    """Fails inside, is learned from, and works then, as it does outside."""
    assert works(h.run(list(command), cwd="~/code/lab")), "it does not work outside"
    r = learn(h, *command)
    assert not works(h.psbc("run", "--", *command, cwd="~/code/lab")), "it works without"
    assert added(r) == lines, (added(r), r)
    take(h, r)
    r = h.psbc("run", "--", *command, cwd="~/code/lab")
    assert works(r), r


@test("pip, with an index of one's own and wheels in a directory: the directory")
def _(h):
    lab(h)
    h.mkdir("~/wheels")
    index = h.path("~/index")
    h.mkdir("~/index/simple")
    make = "import zipfile\nwith zipfile.ZipFile('~/wheels/acme-1-py3-none-any.whl', 'w') as z:\n"
    for name, text in (("acme.py", "A = 1"), ("acme-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: acme\\nVersion: 1\\n"),
                       ("acme-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"), ("acme-1.dist-info/RECORD", "")):  # fmt: skip
        make += f"    z.writestr('{name}', '{text}')\n"
    assert h.run(["/usr/bin/python3", "-c", make.replace("~", h.home)]).ok
    if not h.run(["/usr/bin/python3", "-m", "pip", "--version"]).ok:
        skip("pip: Debian's python has none")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(http.server.SimpleHTTPRequestHandler, directory=index))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    h.write("~/.config/pip/pip.conf", f"[global]\nindex-url = http://127.0.0.1:{server.server_port}/simple/\nfind-links = {h.path('~/wheels')}\n")
    pip = ["/usr/bin/python3", "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps", "--retries", "0", "-d", "got", "acme"]
    try:
        mends(h, pip, ['readonly = ["~/wheels"]'])
    finally:  # a thread keeps the host's mount namespace
        server.shutdown()
        thread.join()
        server.server_close()


@test("pre-commit, with a hook repository of the team's in another directory: that repository")
def _(h):
    h.require("pre-commit", "git")
    lab(h)
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    h.write("~/hooks/.pre-commit-hooks.yaml", "- id: shout\n  name: shout\n  entry: ./shout.sh\n  language: script\n")
    h.write("~/hooks/shout.sh", "#!/bin/sh\necho heard\n", 0o755)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"], ["tag", "v1"]):
        assert h.run(["git", *words], cwd="~/hooks").ok
    h.write("~/code/lab/.pre-commit-config.yaml", f"repos:\n- repo: {h.path('~/hooks')}\n  rev: v1\n  hooks:\n  - id: shout\n    verbose: true\n")
    assert h.run(["git", "init", "-q"], cwd="~/code/lab").ok and h.run(["git", "add", "-A"], cwd="~/code/lab").ok
    mends(h, ["pre-commit", "run", "--all-files"], ['readonly = ["~/hooks/.git"]'], lambda r: r.ok and "heard" in r.out)


@test("jupyter, with a kernel that the developer has: the kernels, and not the secrets beside them")
def _(h):
    h.require("jupyter")
    lab(h)
    kernel = {"argv": ["/usr/bin/python3", "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Mine", "language": "python"}
    h.write("~/.local/share/jupyter/kernels/mine/kernel.json", json.dumps(kernel))
    h.write("~/.local/share/jupyter/notebook_secret", "secret")
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": ["open('answer', 'w').write(str(6 * 7))"]}
    h.write("~/code/lab/n.ipynb", json.dumps({"cells": [cell], "metadata": {"kernelspec": {"display_name": "Mine", "language": "python", "name": "mine"}}, "nbformat": 4, "nbformat_minor": 4}))
    if "execute" not in h.run(["sh", "-c", "ls /usr/bin/jupyter-execute"]).out:
        skip("jupyter-execute: not installed")
    mends(h, ["jupyter", "execute", "n.ipynb"], ['readonly = ["~/.local/share/jupyter/kernels"]'], lambda r: r.ok)
    assert h.read("~/code/lab/answer") == "42"


@test("matplotlib, with settings of the developer's: that file")
def _(h):
    lab(h)
    h.write("~/.config/matplotlib/matplotlibrc", "figure.figsize: 3, 4\n")
    if not h.run(["/usr/bin/python3", "-c", "import matplotlib"]).ok:
        skip("matplotlib: not installed")
    mends(h, ["/usr/bin/python3", "-c", "import matplotlib; assert matplotlib.rcParams['figure.figsize'] == [3, 4]"], ['readonly = ["~/.config/matplotlib/matplotlibrc"]'])


@test("git, with an include of the team's in the repository's settings: that file")
def _(h):
    h.require("git")
    lab(h)
    h.write("~/team/gitconfig", "[user]\n\tname = Team\n\temail = team@example.org\n")
    assert h.run(["git", "init", "-q"], cwd="~/code/lab").ok and h.run(["git", "config", "include.path", "~/team/gitconfig"], cwd="~/code/lab").ok
    mends(h, ["git", "var", "GIT_COMMITTER_IDENT"], ['readonly = ["~/team/gitconfig"]'], lambda r: r.ok and "Team" in r.out)


@test("a directory to write to, a file of a relative name and a socket are named each by its own key; with entries that are there, in their list")
def _(h):
    lab(h, 'readonly = [\n  "~/other", # before\n]\n')
    for name in ("other", "runs", "data/sets"):
        h.mkdir(f"~/{name}")
    h.write("~/data/sets/a", "1")
    serve = "import socket, os; s = socket.socket(socket.AF_UNIX); s.bind('db.sock'); s.listen(); open('up', 'w'); s.accept()"
    p = h.spawn(["/usr/bin/python3", "-c", serve], cwd=h.path("~/data"))
    try:
        while not h.exists("~/data/up"):
            pass
        code = ("import os, socket\nfor f in (lambda: open('../../data/sets/a'), lambda: open(os.path.expanduser('~/runs/new'), 'w'),\n"
                "  lambda: socket.socket(socket.AF_UNIX).connect(os.path.expanduser('~/data/db.sock'))):\n    try: f()\n    except OSError: pass\n")  # fmt: skip
        r = learn(h, "/usr/bin/python3", "-c", code)
        take(h, r)
        now = tomllib.loads(h.read(f"~/code/lab/{CONFIG}"))
        assert r.ok and now == {"name": "lab", "readonly": ["~/other", "~/data/sets/a"], "writable": ["~/runs"], "sockets": ["~/data/db.sock"]}, (now, r)
        assert "# before" in h.read(f"~/code/lab/{CONFIG}") and "+ write ~/runs: can change it" in r.err and "+ connect to ~/data/db.sock: can ask" in r.err and "can do without" in r.err and not h.exists("~/runs/new"), r
    finally:
        p.kill()
        p.wait()


@test("secrets, what the file hides, and what is not there outside either are never offered; the status is the command's")
def _(h):
    lab(h, 'hidden = [".env"]\n')
    h.write("~/.ssh/id_ed25519", "decoy")
    h.write("~/code/lab/.env", "A=1\n")
    h.write("~/.local/share/x", "1")
    r = learn(h, "sh", "-c", f"cat {h.home}/.ssh/id_ed25519 .env {h.home}/nothing /nothing; exit 7")
    assert r.status == 7 and not added(r) and "not offered: ~/.ssh/id_ed25519: PSB203" in r.err and ".env: it is hidden" in r.err and "nothing" not in r.err.partition("psbc:")[2], r
    r = h.psbc("learn", "--json", "--", "cat", h.path("~/.ssh/id_ed25519"), cwd="~/code/lab")
    found = json.loads(r.out)
    assert found["status"] == 1 and not found["offered"] and [one["path"] for one in found["refused"]] == [h.path("~/.ssh/id_ed25519")] and found["diff"] == "", found


@test("what the command writes into the log is not believed: links, pipes and lies offer nothing that the build would not take, and nothing is left")
def _(h):
    lab(h)
    h.write("~/victim", "mine")
    h.write("~/.aws/credentials", "decoy")
    root = f"$(ls -d {h.home}/.local/share/psbc/sandboxes/lab-*)"
    for attack in ("mkfifo $f", f"ln -s {h.home}/victim $f", "mkdir $f", "true"):
        r = learn(h, "sh", "-c", f"f=$(ls {root}/learn-*.log); rm $f; {attack}")
        assert r.status == 0 and not added(r) and h.read("~/victim") == "mine" and ("took the record away" in r.err) == (attack == "true"), (attack, r)
        h.run(["sh", "-c", f"rmdir {root}/learn-*.log 2>/dev/null"])
    lie = f'1 openat(AT_FDCWD, "{h.home}/.aws/credentials", O_RDONLY) = -1 ENOENT (x)\n1 openat(AT_FDCWD, "{h.home}/vic\\033[2Jtim", O_RDONLY) = -1 ENOENT (x)\n'
    h.write("~/vic\x1b[2Jtim", "x")
    h.write("~/code/lab/lie", lie)
    r = learn(h, "sh", "-c", f"cat lie > $(ls {root}/learn-*.log); sleep 0.1")
    assert not [line for line in added(r) if "aws" in line] and "\x1b[2J" not in r.out + r.err, r
    assert not [name for name in Path(h.path("~/.local/share/psbc/sandboxes")).glob("lab-*/learn-*")]


@test("without a command, without strace, unapproved and inside it says what to type")
def _(h):
    lab(h)
    r = h.psbc("learn", cwd="~/code/lab")
    assert r.status == 2 and "psbc learn -- " in r.err, r
    h.write(f"~/code/other/{CONFIG}", 'name = "other"\n')
    r = h.psbc("learn", "--", "true", cwd="~/code/other")
    assert r.status == 3 and "psbc trust" in r.err and not r.out, r
    r = h.psbc("run", "--", "psbc", "learn", "--", "true", cwd="~/code/lab")
    assert r.status == 3 and "inside the sandbox" in r.err, r


main()
