#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What docs/security.md says is open: judged like all else, so that neither page promises more than there is, nor less."""
import re

from attack import Project, git
from host import CHECKOUT
from tap import test
from vectors import main, outcome, register, seed

SECURITY = " ".join((CHECKOUT / "docs/security.md").read_text().split())
register("hidden-committed", "B6", "a hidden file that was committed, read from git's objects")
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
    steal = "cat .env; git show HEAD:.env"
    assert h.decoys.found_in(h.run(["sh", "-c", steal], cwd=p.path).out) == ["committed"]
    seed("hidden-committed", h.decoys.found_in(p.predecessor(steal).out))
    judge("hidden-committed", bool(h.decoys.found_in(p.entered(steal).out)), "A committed secret\\*\\* is readable")


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
