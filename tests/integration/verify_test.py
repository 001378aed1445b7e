#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""psbc verify: the attacks that it tries work outside, and are stopped in a sandbox; it leaves nothing behind."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tap import main, test  # noqa: E402

CONFIG = ".python-sandbox.toml"
# What a person has, so that there is something to look for.
HAS = [".ssh/id_ed25519", ".aws/credentials", ".pypirc", ".mozilla/firefox/profiles.ini", ".password-store/x.gpg", ".bitcoin/wallet.dat", ".bash_history", ".bashrc", ".profile",
       ".config/gh/hosts.yml", ".local/share/keyrings/login.keyring", ".cache/x", ".local/bin/tool", ".config/systemd/user/x.service"]  # fmt: skip


def project(h, text='name = "lab"\nhidden = [".env"]\nreadonly = ["~/data"]\n'):
    for name in HAS:
        h.write(f"~/{name}", "decoy\n")
    h.write("~/data/set", "1\n")
    h.write("~/code/lab/.env", "A=1\n")
    h.write("~/code/lab/.envrc", "export A=1\n")
    h.write(f"~/code/lab/{CONFIG}", text)
    assert h.run(["git", "init", "-q"], cwd="~/code/lab").ok
    assert h.psbc("trust", "--yes", cwd="~/code/lab").ok and h.psbc("build", cwd="~/code/lab").ok


def verify(h, *words, **more):
    r = h.psbc("verify", "--json", *words, cwd="~/code/lab", **more)
    return r, {row["id"]: row for row in json.loads(r.out)["probes"]}


def left(h):
    """What verify makes has its name; so have keys and queues."""
    found = subprocess.run(["find", h.home, "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "-xdev", "-user", str(h.uid), "-name", "*psbc-verify-*"], capture_output=True, text=True).stdout.split()
    shared = [line for line in open("/proc/sysvipc/shm", encoding="ascii").read().splitlines()[1:] if line.split()[7] == str(h.uid)]
    return found + shared


@test("every attack that works here is stopped in the sandbox, at least 40 of them, within seconds, and nothing is left behind")
def _(h):
    h.require("firejail")
    project(h)
    tree = lambda: sorted(h.run(["find", h.home, "-path", h.path("~/.local/state") + "*", "-prune", "-o", "-printf", "%p %m %s %T@ %l\n"]).out.splitlines())
    h.psbc("run", "--", "true", cwd="~/code/lab")  # what an entry makes is there
    before = {line.rsplit(" ", 2)[0] for line in tree()}
    began = time.monotonic()
    r, rows = verify(h)
    took = time.monotonic() - began
    print(f"# {took:.1f} s")
    verdicts = {id: row["verdict"] for id, row in rows.items()}
    assert r.status == 0 and "fail" not in verdicts.values(), (r, verdicts)
    passed = {id for id, verdict in verdicts.items() if verdict == "pass"}
    assert len(passed) >= 40, {id: row["why"] for id, row in rows.items() if id not in passed}
    assert {"sandbox-file", "git-settings", "git-hooks", "guarded-files", "hidden", "read-only"} <= passed, passed
    assert rows["localhost"]["verdict"] == "open" and "network" in rows["localhost"]["why"]
    assert all(row["what"] and row["stands_for"] and row["vector"] for row in rows.values())
    assert sum("CVE-" in row["stands_for"] for row in rows.values()) >= 8
    assert {line.rsplit(" ", 2)[0] for line in tree()} == before and not left(h), left(h)


@test("without a sandbox the same attacks get through: each that is stopped inside, with exit 1")
def _(h):
    h.require("firejail")
    project(h)
    _, inside = verify(h)
    r, rows = verify(h, "--", "env")
    stopped = {id for id, row in inside.items() if row["verdict"] == "pass"}
    assert r.status == 1 and not [id for id in stopped if rows[id]["verdict"] != "fail"], (r, [(id, rows[id]) for id in stopped if rows[id]["verdict"] != "fail"])
    assert not left(h)
    text = h.psbc("verify", "--", "env", cwd="~/code/lab")
    assert text.status == 1 and "FAIL         ssh-keys" in text.out and " failed, 0 open" in text.out, text


@test("in another launcher, firejail with no profile, most of them get through and some do not")
def _(h):
    h.require("firejail")
    project(h)
    r, rows = verify(h, "--", "firejail", "--quiet", "--noprofile")
    assert r.status == 1 and rows["home-file"]["verdict"] == "fail" and rows["process-memory"]["verdict"] == "pass", r


@test("what the file grants is open or is not looked for, and a network of its own closes it")
def _(h):
    h.require("firejail")
    project(h, 'name = "lab"\n[env]\npass = ["GITHUB_TOKEN"]\n[network]\naccess = "none"\n')
    r, rows = verify(h)
    assert r.status == 0 and rows["localhost"]["verdict"] == "pass" and rows["abstract-socket"]["verdict"] == "pass", r
    assert rows["token-variables"]["verdict"] == "pass", rows["token-variables"]


@test("no token is looked up for it: a manager is not called, and nothing is asked")
def _(h):
    h.require("firejail")
    h.write("~/bin/manager", f"#!/bin/sh\ntouch {h.path('~/called')}; echo x\n", 0o755)
    h.write("~/.config/psbc/config.toml", f'[tokens]\nA.from = ["{h.path("~/bin/manager")}"]\nB.from = "ask:"\n')
    project(h, 'name = "lab"\ntokens = ["A", "B", "C"]\n')
    r, rows = verify(h)
    assert r.ok and sum(row["verdict"] == "pass" for row in rows.values()) >= 40 and not h.exists("~/called"), r


@test("a project that was never approved, one without a file, and a sandbox that cannot be entered are said; inside it is refused")
def _(h):
    h.require("firejail")
    h.write(f"~/code/lab/{CONFIG}", 'name = "lab"\n')
    r = h.psbc("verify", cwd="~/code/lab")
    assert r.status == 3 and "never approved" in r.err and "psbc trust" in r.err and not r.out, r
    h.mkdir("~/empty")
    assert h.psbc("verify", cwd="~/empty").status == 3
    assert h.psbc("trust", "--yes", cwd="~/code/lab").ok
    r = h.psbc("verify", "--", "false", cwd="~/code/lab")
    assert r.status == 4 and "could not be entered" in r.err and not r.out and not left(h), r
    r = h.psbc("run", "--", "psbc", "verify", cwd="~/code/lab")
    assert r.status == 3 and "inside the sandbox" in r.err, r


main()
