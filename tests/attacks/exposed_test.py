#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Secrets inside of what the file does grant."""
import os

from attack import Project, git
from tap import test
from vectors import attack, main, seed

TOKEN = "hf_" + "a1B2c3D4e5F6g7H8i9J0" * 2


@test("B3: a secret in an exposed directory is hidden and named by file and line, until the user accepts it")
@attack("exposed-directory", "B3", "tokens, passwords and keys in a directory that a file exposes")
def _(h):
    h.write("~/data/train.csv", "1,2\n")
    h.write("~/data/deep/er/settings.ini", f"[db]\npassword = {h.decoys.new('ini')}\n")
    h.write("~/data/notes.md", f"{TOKEN}\n")
    h.write("~/data/repo/.git/config", f"url = https://me:{h.decoys.new('remote')}@host/x\n")
    look = f"cat {h.path('~/data')}/train.csv; find {h.path('~/data')} -type f -exec cat {{}} + 2>/dev/null"
    p = Project(h, 'readonly = ["~/data"]\n')
    seen = p.predecessor(look, f"whitelist {h.path('~/data')}\nread-only {h.path('~/data')}\n").out
    assert h.decoys.found_in(seen) == ["ini", "remote"] and TOKEN in seen, h.story()
    seed("exposed-directory", True)

    r = p.entered(look)
    assert not h.decoys.found_in(r.out) and TOKEN not in r.out and "1,2" in r.out, r
    r = p.psbc("build", "--force")
    for words in ("~/data/deep/er/settings.ini:2: value of a secret name password=****", "~/data/notes.md:1: Hugging Face token hf_****", "3 files of `~/data`"):
        assert words in r.err, (words, str(r))
    assert not h.decoys.found_in(r.out + r.err) and TOKEN[4:] not in r.err, r

    h.write("~/.config/psbc/config.toml", 'accept_secrets = ["~/data/notes.md"]\n')
    r = p.entered(look)
    assert TOKEN in r.out and not h.decoys.found_in(r.out), r


@test("B3: an unchanged tree is not read again, a changed one is, also where nothing but a file's content changed")
@attack("exposed-changed", "B3", "a secret that comes into an exposed directory after it was read")
def _(h):
    h.write("~/data/settings.ini", "x = 1\n")
    p = Project(h, 'readonly = ["~/data"]\n')
    assert p.psbc("build").ok
    assert p.psbc("build", "--check").status == 0
    before = os.stat(h.path("~/data/settings.ini"))
    with open(h.path("~/data/settings.ini"), "r+") as file:  # in place, of the same length, its mtime put back
        file.write("password=hunter2\n")
    os.utime(h.path("~/data/settings.ini"), ns=(before.st_atime_ns, before.st_mtime_ns))
    assert p.psbc("build", "--check").status == 1, h.story()
    assert "settings.ini:1: value of a secret name" in p.psbc("build").err, h.story()
    h.write("~/data/new/.env", "A_TOKEN=hunter2\n")
    assert p.psbc("build", "--check").status == 1, h.story()


@test("B11: a token in the project's own git settings is said at trust and at each entry, without it and with what to type")
@attack("git-remote-token", "B11", "a token in the URL of the project's own remote", comes_to="reached, reported at entry")
def _(h):
    root = h.mkdir("~/code/demo")
    git(h, "init", "-q")
    token = h.decoys.new("remote")
    git(h, "remote", "add", "origin", f"https://x:{token}@github.com/me/demo.git")
    p = Project(h, trusted=False)
    trust = p.psbc("trust", "--yes")
    entered = p.entered("cat .git/config")
    assert h.decoys.found_in(entered.out) == ["remote"], entered  # it cannot be hidden: git needs the file
    for r in (trust, entered, p.entered()):
        assert "~/code/demo/.git/config:" in r.err and token not in r.err, r
        assert f"git -C '{root}' remote set-url 'origin' 'https://github.com/me/demo.git'" in r.err, r
    git(h, "remote", "set-url", "origin", "https://github.com/me/demo.git")
    assert "secret" not in p.entered().err, h.story()


@test("B8: what psbc prints of a file never shows a token in it, however long its line is")
@attack("message-shows-token", "B8", "a token in what psbc prints of a file")
def _(h):
    p = Project(h, trusted=False)
    for padding in ("", "x" * 60, "y" * 200):
        h.write(p.file, f'name = "demo"\n{padding}z = "{TOKEN}" # {TOKEN}\n')
        for arguments in (["build"], ["trust"], ["enter"]):
            r = p.psbc(*arguments)
            assert not r.ok and TOKEN[8:20] not in r.out + r.err, r


main()
