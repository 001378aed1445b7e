#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What a session writes into its private HOME: named when it ends, kept when the user wants it, within bounds."""
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from tap import main, test  # noqa: E402


def inside(h, config=""):
    h.require("psbc", "firejail")
    if config:
        h.write("~/.config/psbc/config.toml", config)
    h.write("~/code/demo/.python-sandbox.toml", 'name = "demo"\n')
    assert h.psbc("trust", "--yes", cwd="~/code/demo").ok
    return lambda line, **options: h.psbc("run", "--", "bash", "-c", line, cwd="~/code/demo", **options)


KEEP = "keep_lost = true\n"


@test("a session that writes nothing into HOME, or only where it is kept, says nothing at its end")
def _(h):
    run = inside(h)
    for line in ("true", "echo x > file; echo x > ~/envs/demo/file; echo x > ~/.cache/pysandbox-demo/file; echo x > /tmp/file",
                 "git config --global a.b c; echo >> ~/.bashrc", "exit 3"):  # fmt: skip
        r = run(line)
        assert r.err == "", r


@test("files that are gone with the session are named with their sizes, a few lines at most, and how to keep them")
def _(h):
    run = inside(h)
    r = run("mkdir -p ~/.tool/deep; echo hello > ~/.tool/deep/settings; head -c 3000 /dev/zero > ~/.toolrc; exit 7")
    assert r.status == 7 and r.out == "", r
    assert r.err == ("psbc: gone with the session, because HOME inside is private:\n  ~/.tool/deep/settings  6 B\n  ~/.toolrc  2 KiB\n"
                     "psbc: to keep such files: keep_lost = true in ~/.config/psbc/config.toml\n"), r  # fmt: skip
    r = run("for i in $(seq 100); do echo x > ~/f$i; done")
    assert len(r.err.splitlines()) <= 8 and "and 95 more\n" in r.err, r
    assert run("ls -A ~ | grep -c tool").out == "0\n"


@test("the name of such a file cannot write to the terminal, nor be taken for another line")
def _(h):
    r = inside(h)(r"""printf x > "$(printf '%s/a\033]0;owned\007\nb\342\200\256c' "$HOME")" """)
    assert "\x1b" not in r.err and "\u202e" not in r.err and "~/a\\x1b]0;owned" in r.err and len(r.err.splitlines()) == 3, r


@test("keep_lost keeps them for the next entry: content, mode, changes and removals")
def _(h):
    run = inside(h, KEEP)
    assert run("mkdir -p ~/.tool; echo one > ~/.tool/a; echo two > ~/.tool/b; echo '#!/bin/sh' > ~/.tool/run; chmod 755 ~/.tool/run").err == ""
    r = run("cat ~/.tool/a ~/.tool/b; stat -c %a ~/.tool/run; echo three > ~/.tool/a; rm ~/.tool/b")
    assert r.out == "one\ntwo\n755\n" and r.err == "", r
    r = run("cat ~/.tool/a; ls ~/.tool")
    assert r.out == "three\na\nrun\n", r
    assert not h.exists("~/.tool"), "outside there is nothing of it"
    # psbc's own files are written anew, whatever a session made of them.
    run("echo 'echo planted' >> ~/.bashrc; echo 'echo planted' >> ~/.bash_profile")
    assert "planted" not in run("bash -lc true; bash -ic true").out


@test("keep_lost keeps regular files alone: no links, no pipes, nothing of another mount, and not what a link leads to")
def _(h):
    h.write("~/datasets/secret", "x" * 100)
    run = inside(h, KEEP + 'readonly = ["~/datasets"]\n')
    r = run("ln -s /etc/passwd ~/link; mkfifo ~/pipe; ln -s ~/code/demo ~/dir; echo x > ~/plain; echo y > file")
    assert r.ok and r.err == "", r
    assert run("ls -A ~ | grep -E '^(link|pipe|dir|plain)$'").out == "plain\n"
    # What a session plants where kept files are, leads nowhere.
    root = h.run(["sh", "-c", "echo ~/.local/share/psbc/sandboxes/*"]).out.strip()
    r = run(f"cd {root}/kept && ln -s /etc/passwd passwd && ln -s / all && mkfifo pipe && ln -s {h.home}/datasets data && rm plain && ln -s ../../x plain; mkdir .bashrc")
    r = run("ls -A ~")
    assert r.ok and not {"passwd", "all", "pipe", "data", "plain"} & set(r.out.split()), r
    h.write("~/keep-me", "mine")
    run(f"rm -rf {root}/kept; ln -s {h.home} {root}/kept")
    assert run("echo x > ~/new; ls ~").ok and h.read("~/keep-me") == "mine" and not h.exists("~/new")


@test("keep_lost is bounded: what does not fit is named as lost, and the walk ends in a tree without an end")
def _(h):
    run = inside(h, KEEP)
    r = run("head -c 20000000 /dev/zero > ~/big; for i in $(seq 6); do head -c 15000000 /dev/zero > ~/m$i; done; echo small > ~/small", timeout=120)
    assert "~/big  19 MiB\n" in r.err and r.err.count("  14 MiB\n") == 2, r
    assert "keep_lost = true" not in r.err and "1,000 files and 64 MiB" in r.err, r
    assert run("ls ~/small").ok
    r = run("d=~; for i in $(seq 40); do d=$d/d; mkdir $d; echo x > $d/f; done; mkdir ~/many; cd ~/many; seq 6000 | xargs touch", timeout=120)
    assert r.ok and len(r.err.splitlines()) <= 9, r
    assert run("ls ~ >/dev/null", timeout=60).ok
    kept = h.run(["sh", "-c", "find ~/.local/share/psbc/sandboxes/*/kept -type f | wc -l"]).out
    assert int(kept) <= 1000, kept


@test("what was not looked at is not forgotten: a HOME beyond the bound removes nothing that was kept, and says so")
def _(h):
    run = inside(h, KEEP)
    assert run("mkdir -p ~/.tool; for i in $(seq 20); do echo $i > ~/.tool/$i; done; echo x > ~/z").err == ""
    r = run("mkdir ~/.a ~/b ~/y; for d in .a b y; do (cd ~/$d; seq 5000 | xargs touch); done", timeout=120)
    assert "4,096" in r.err and "nothing that was kept before was removed" in r.err, r
    assert run("ls ~/.tool | wc -l; cat ~/z", timeout=60).out == "20\nx\n"
    # As does a directory that cannot be read.
    r = run("mkdir ~/shut; chmod 0 ~/.tool")
    assert "nothing that was kept before was removed" in r.err, r
    assert run("ls ~/.tool | wc -l").out == "20\n"


@test("a process that would take descriptors from psbc's own inside neither hides lost files nor the status")
def _(h):
    run = inside(h)
    h.write("~/code/demo/take.py", """
import os, resource
for p in os.listdir('/proc'):
    if p.isdigit() and p != '1' and b'jail-init' in open(f'/proc/{p}/cmdline', 'rb').read():
        try: resource.prlimit(int(p), resource.RLIMIT_NOFILE, (0, 0))
        except PermissionError: pass
""")  # fmt: skip
    r = run("echo x > ~/stolen; python3 take.py; exit 3")
    assert r.status == 3 and "~/stolen  2 B" in r.err, r


@test("two sessions of one project keep what each of them wrote")
def _(h):
    run = inside(h, KEEP)
    process = h.spawn(["psbc", "run", "--", "sh", "-c", "touch started; echo a > ~/first; while [ ! -e go ]; do sleep 0.1; done"],
                      cwd="~/code/demo", stderr=subprocess.PIPE)  # fmt: skip
    end = time.monotonic() + 60
    while not h.exists("~/code/demo/started"):
        assert process.poll() is None and time.monotonic() < end, process.stderr.read() if process.poll() is not None else "not entered in 60 s"
        time.sleep(0.05)
    assert run("echo b > ~/second").ok
    h.write("~/code/demo/go")
    assert process.wait(timeout=30) == 0
    assert run("cat ~/first ~/second").out == "a\nb\n"


main()
