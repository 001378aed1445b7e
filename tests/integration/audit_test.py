#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The record of what was granted and used: complete, without a value, out of a sandbox's reach, and whole or noticed not to be."""
import concurrent.futures
import contextlib
import hashlib
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from private_machine import _mount  # noqa: E402
from ssh_service import Agent, Server, fingerprint, need, wait_for  # noqa: E402
from tap import main, skip, skip_all, test  # noqa: E402

try:
    import jsonschema
except ImportError:
    jsonschema = None

LAB = "~/code/lab"
FILE = f"{LAB}/.python-sandbox.toml"
USER = "~/.config/psbc/config.toml"
AUDIT = "~/.local/state/psbc/audit"
LOG = f"{AUDIT}/log.jsonl"
SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "schema/audit-record.schema.json").read_text())
TO_FILE = '[audit]\nto = "file"\n'
PREV = re.compile(r'"prev":"([0-9a-f]{64})"\}$')


def project(h, text="", user=TO_FILE):
    h.require("psbc", "firejail")
    h.write(FILE, 'name = "lab"\n' + text)
    h.write(USER, user)
    r = h.psbc("trust", "--yes", cwd=LAB)
    assert r.ok, r


def once(pairs):
    """A key that is there twice says two things, and each reader sees one."""
    assert len({key for key, _ in pairs}) == len(pairs), pairs
    return dict(pairs)


def records(h):
    found = [json.loads(line, object_pairs_hook=once) for line in h.read(LOG).splitlines()]
    if jsonschema:
        for one in found:
            jsonschema.validate(one, SCHEMA)
    return found


def run(h, *command, **options):
    return h.psbc("run", "--", *(command or ("true",)), cwd=LAB, **options)


def verify(h):
    r = h.psbc("audit", "--verify")
    assert r.status in (0, 1), r
    return r


@test("each thing that is granted or used is a line: who approved, with what it was entered and how it ended, tokens, overrides, guarded files")
def _(h):
    source = '[tokens.HF_TOKEN]\nfrom = "env:MINE"\nkind = "read"\n[tokens.WANDB_API_KEY]\nfrom = ["printenv", "MINE"]\nas = "file"\n'
    h.env["MINE"] = h.decoys.new("mine")
    project(h, 'tokens = ["HF_TOKEN:read", "WANDB_API_KEY"]\n[protect]\nallow = [".vscode"]\n', 'accept_secrets = ["~/x"]\n' + TO_FILE + source)
    r = run(h, "sh", "-c", "mkdir -p .vscode; echo x > .vscode/tasks.json; echo y > Makefile; exit 7")
    assert r.status == 7, r
    found = records(h)
    by = lambda event: [one for one in found if one["event"] == event]  # noqa: E731
    assert [one["event"] for one in found[:2]] == ["trust", "entry"] and found[-1]["event"] == "exit", found
    entry, end = by("entry")[0], by("exit")[0]
    assert by("trust")[0]["decision"] == "approved" and by("trust")[0]["grants"] == entry["grants"] == h.psbc("trust", "--show", "--digest", cwd=LAB).out.strip()
    assert entry["command"] == "sh" and entry["approved_by"] == "user" and entry["policy"] == "" and entry["project"] == h.path(LAB) and entry["uid"] == h.uid
    assert entry["firejail"] == h.run(["firejail", "--version"]).out.split()[2] and entry["kernel"] == os.uname().release
    assert end["status"] == 7 and end["proved"] is True and end["session"] == entry["session"]
    assert [(one["token"], one["source"], one["as"]) for one in by("token")] == [("HF_TOKEN", "env", "env"), ("WANDB_API_KEY", "command", "file")], found
    assert {one["what"] for one in by("override")} == {"accept_secrets: ~/x", "[protect] allow: .vscode"}, found
    assert [(one["path"], one["how"]) for one in by("guard")] == [(h.path(f"{LAB}/Makefile"), "appeared")] or by("guard"), found
    # An approval that is withdrawn, one that is refused, and what the developer makes of a guarded file.
    h.psbc("review", cwd=LAB)
    assert h.psbc("review", "--accept", cwd=LAB).ok
    h.psbc("trust", "--revoke", cwd=LAB)
    h.pty(["psbc", "trust"], [(r"approve\? \[y/N\] ", "n\n")], cwd=LAB)
    found = records(h)
    assert [one["decision"] for one in found if one["event"] == "trust"] == ["approved", "revoked", "refused"], found
    assert any(one["event"] == "guard" and one["how"] == "accepted" for one in found), found
    # What never came to be inside is said as such.
    h.psbc("trust", "--yes", cwd=LAB)
    assert run(h, "no-such-program").status == 127
    assert records(h)[-1]["status"] == 127
    r = h.psbc("audit", "--since", "1h")
    assert r.ok and "HF_TOKEN from env as env" in r.out and "~/code/lab: sh, approved by user" in r.out and verify(h).ok, r
    assert [json.loads(line) for line in h.psbc("audit", "--json").out.splitlines()] == records(h)


@test("without [audit] nothing is kept; psbc audit says how to keep it, and takes only a time for one")
def _(h):
    project(h, user="")
    assert run(h).ok and not h.exists(AUDIT)
    r = h.psbc("audit")
    assert r.status == 3 and "[audit]" in r.err, r
    h.write(USER, TO_FILE)
    assert run(h).ok and h.exists(LOG)
    for bad in ("30", "d", "-1d", "2026-1-1", "30days", "99999999999d"):
        assert h.psbc("audit", f"--since={bad}").status == 2, bad
    assert h.psbc("audit", "--since", "2999-01-01").out == "" and h.psbc("audit", "--since", "0d").ok and h.psbc("audit", "--since", "2020-01-01").out.count("\n") == 2


@test("the record is the developer's alone, and no sandbox reaches it")
def _(h):
    project(h)
    assert run(h).ok
    for path in (LOG, f"{AUDIT}/head", f"{AUDIT}/lock"):
        assert stat.S_IMODE(h.lstat(path).st_mode) == 0o600, path
    assert stat.S_IMODE(h.lstat(AUDIT).st_mode) == 0o700
    attack = f"cat {h.path(LOG)}; echo forged >> {h.path(LOG)}; rm -rf {h.path(AUDIT)}; ls {h.path('~/.local/state')}"
    before = h.read(LOG)
    r = run(h, "sh", "-c", attack)
    assert "seq" not in r.out and h.read(LOG).startswith(before) and verify(h).ok, r
    outside = h.run(["sh", "-c", f"cat {h.path(LOG)}"])
    assert "seq" in outside.out, "the attack works outside"
    # Not by asking for it either.
    for key in ("readonly", "writable"):
        h.write(FILE, f'name = "lab"\n{key} = ["~/.local/state/psbc/audit"]\n')
        r = h.psbc("build", cwd=LAB)
        assert r.status == 2 and "PSB2" in r.err, r


@test("no value is in it: of no source of a token, no variable, no file, no argument, nor in a report, a log, or what psbc leaves when it is killed")
def _(h):
    new = h.decoys.new
    h.plant_decoys()
    h.env.update(MINE=new("env"), EDITOR=new("passed"), AWS_SECRET_ACCESS_KEY=new("unasked"), PATH=f"{h.home}/bin:/usr/local/bin:/usr/bin:/bin")
    h.write("~/token", new("file") + "\n", 0o600)
    h.write("~/.cache/huggingface/token", new("hf") + "\n", 0o600)
    froms = {"env": "env:MINE", "file": "file:~/token", "hf": "hf:", "ask": "ask:", "command": ["manager"]}
    for program, rest in (("pass", ":x"), ("gopass", ":x"), ("secret-tool", ":a=b"), ("keyring", ":a/b"), ("op", "://a/b/c"), ("bw", ":x"), ("vault", ":x#y"), ("aws", ":x"), ("gh", ":"), ("sops", ":~/x#y"), ("age", ":~/x")):
        froms[program] = program + rest
    kinds = list(froms)
    token = {kind: f"T_{kind.replace('-', '_').upper()}" for kind in kinds}
    for kind in kinds[4:]:
        name = "manager" if kind == "command" else kind
        h.write(f"~/bin/{name}", f"#!/bin/sh\necho {token[kind] + '=' if kind == 'aws' else ''}{new(kind)}\n", 0o755)
    sources = "".join(f"{token[kind]} = {{ from = {json.dumps(froms[kind])}{', as = ' + chr(34) + 'file' + chr(34) if kind == 'age' else ''} }}\n" for kind in kinds)
    project(h, f"tokens = {json.dumps([token[kind] + '?' for kind in kinds])}\n[env]\nset.D = \"{new('set')}\"\n", TO_FILE + '[env]\npass = ["EDITOR"]\n[tokens]\n' + sources)
    seen = run(h, "sh", "-c", "env; cat $T_AGE", "sh", new("argument"))
    crossed = {*kinds, "set", "passed"} - {"ask"}
    assert set(h.decoys.found_in(seen.out)) == crossed, crossed ^ set(h.decoys.found_in(seen.out))
    typed = new("ask")
    shown = h.pty(["psbc", "run", "--", "sh", "-c", "test $T_ASK = " + typed + " && echo same"], [("T_ASK", typed + "\n")], cwd=LAB)
    assert "same" in shown.out, shown
    assert {one["source"] for one in records(h) if one["event"] == "token"} == set(kinds) == set(SCHEMA["oneOf"][3]["properties"]["source"]["enum"])
    git_like = "ghp_" + "a1B2" * 9
    h.decoys.values["by its form"] = git_like
    run(h, git_like)  # a token where the name of a program belongs
    failed = run(h, "false", new("argument of what fails"))
    # Killed, in any way, while it has them: no core, and nothing that holds them.
    h.write(f"{LAB}/hold.sh", "touch here; sleep 30\n")
    for sign in ("ABRT", "SEGV", "KILL"):
        h.run(["rm", "-f", h.path(f"{LAB}/here")])
        process = h.spawn(["sh", "-c", "ulimit -c unlimited; exec psbc run -- sh hold.sh"], cwd=LAB)
        wait_for(lambda: h.exists(f"{LAB}/here"), 20)
        h.run(["kill", f"-{sign}", str(process.pid)])
        process.wait(20)
    page = h.psbc("report", h.path("~/page.html"), cwd=LAB)
    told = [failed.err, page.err, page.out, h.psbc("report", "--json", cwd=LAB).out, h.psbc("audit").out, h.psbc("audit", "--json").out, h.psbc("status", "--json").out, h.psbc("doctor", "--json").out]
    hits = [name for text in told for name in h.decoys.found_in(text)]
    # What psbc wrote, and any core. The build, the approval and the look at guarded files have the project's own committed file.
    for path in [*Path(h.path("~")).rglob("*"), *Path("/tmp").rglob("*"), *Path("/var/tmp").rglob("*")]:
        is_psbcs = "/psbc/" in str(path) and path != Path(h.path(USER))
        if path.is_file() and not path.is_symlink() and (is_psbcs or path.suffix == ".html" or "core" in path.name):
            found = h.decoys.found_in(path.read_bytes().decode(errors="replace"))
            hits += [f"{name} in {path}" for name in found if name != "set" or not re.search("/(builds|trust|review)/", str(path))]
    assert not hits, hits
    assert verify(h).ok
    entries = [one for one in records(h) if one["event"] == "entry"]
    assert any(one["command"].startswith("ghp_") and git_like not in one["command"] for one in entries), "it was masked"


def edits(text):
    """Ways to change the record, and what of it is said."""
    lines = text.splitlines(keepends=True)
    middle = len(lines) // 2
    one = lines[middle].replace('"event":"', '"event":"', 1)
    yield "a word", "".join([*lines[:middle], one.replace('"uid":', '"uid":1'), *lines[middle + 1 :]])
    yield "a status", text.replace('"status":0', '"status":1', 1)
    yield "a line taken out", "".join(lines[:middle] + lines[middle + 1 :])
    yield "two lines changed about", "".join([*lines[: middle - 1], lines[middle], lines[middle - 1], *lines[middle + 1 :]])
    yield "a line twice", "".join([*lines[:middle], lines[middle], *lines[middle:]])
    yield "the first line gone", "".join(lines[1:])
    yield "the last line gone", "".join(lines[:-1])
    yield "half of it", text[: len(text) // 2]
    yield "all of it", ""
    forged = json.loads(lines[-1])
    forged["seq"] += 1
    yield "a line more, of another chain", text + json.dumps(forged, separators=(",", ":")) + "\n"
    yield "a line more, that is none", text + "forged\n"
    # Whoever knows how it is made recomputes the rest, and not the head.
    out, before = [], None
    for number, line in enumerate(lines):
        line = line.rstrip("\n").replace('"command":"true"', '"command":"ls"', 1) if number else line.rstrip("\n")
        if before:
            line = PREV.sub(f'"prev":"{before}"}}', line)
        before = hashlib.sha256(line.encode()).hexdigest()
        out.append(line + "\n")
    yield "a chain made anew", "".join(out)


@test("a line that is changed, taken out, put in or cut off is noticed, by number; the record goes on, and does not forget it")
def _(h):
    project(h)
    for _ in range(3):
        assert run(h).ok
    whole, head = h.read(LOG), h.read(f"{AUDIT}/head")
    lines = whole.splitlines()
    assert len(lines) == 7 and verify(h).ok
    # The chain is one that other programs can check.
    for before, line in zip(lines, lines[1:]):  # noqa: B905
        assert PREV.search(line)[1] == hashlib.sha256(before.encode()).hexdigest()
    for what, text in edits(whole):
        assert text != whole, what
        h.write(LOG, text, 0o600)
        r = verify(h)
        assert r.status == 1 and "not whole" in r.err and h.psbc("audit").status == 1, (what, r)
        # The next session writes behind it; the hole stays.
        assert run(h).ok, what
        r = verify(h)
        assert r.status == 1, (what, r)
        h.write(LOG, whole, 0o600)
        h.write(f"{AUDIT}/head", head, 0o600)
        assert verify(h).ok, what
    for what, text in (("gone", None), ("empty", ""), ("damaged", "x" * 256), ("older", head.replace("7 ", "6 ", 1))):
        h.run(["rm", h.path(f"{AUDIT}/head")]) if text is None else h.write(f"{AUDIT}/head", text, 0o600)
        assert verify(h).status == 1, what
        assert run(h).ok and verify(h).status == 1, what
        h.write(LOG, whole, 0o600)
        h.write(f"{AUDIT}/head", head, 0o600)
    # A line more than the head knows is of a psbc that was killed in between, and is no harm.
    assert run(h).ok
    after = h.read(LOG)
    h.write(f"{AUDIT}/head", head, 0o600)
    assert verify(h).ok and run(h).ok and verify(h).ok and h.read(LOG).startswith(after)
    assert [one["seq"] for one in records(h)] == list(range(1, 12))


@test("a thousand processes at once, and many sessions at once, write a whole record")
def _(h):
    project(h)
    state = h.path("~/.local/state/psbc")
    tool = os.environ["AUDIT_TOOL"]
    start = h.path("~/start")
    os.mkfifo(start)
    os.chown(start, h.uid, h.gid)
    shell = f"i=0; while [ $i -lt 250 ]; do (read x < {start}; exec {tool} {state} 3 100 1) & i=$((i+1)); done; wait"
    shells = [h.spawn(["bash", "-c", shell]) for _ in range(4)]
    time.sleep(1)
    go = h.spawn(["bash", "-c", f"while :; do yes > {start}; done"])
    for one in shells:
        assert one.wait(120) == 0
    h.run(["pkill", "-f", start])
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        done = list(pool.map(lambda _: run(h), range(24)))
    assert all(r.ok for r in done), [str(r) for r in done if not r.ok][:1]
    found = records(h)
    assert len(found) == 1 + 3000 + 48 and [one["seq"] for one in found] == list(range(1, len(found) + 1)) and verify(h).ok, len(found)
    sessions = [one["session"] for one in found if one["event"] in ("entry", "exit")]
    assert len(set(sessions)) == 24 and all(sessions.count(one) == 2 for one in sessions)


@test("it rotates at 4 MiB and keeps eight of those before; what is dropped from either end by somebody else is noticed")
def _(h):
    h.require("psbc")
    state, tool = h.path("~/.local/state/psbc"), os.environ["AUDIT_TOOL"]
    fill = lambda: h.run([tool, state, "40", "500", "100"])  # noqa: E731
    assert fill().ok and fill().ok
    names = sorted(os.listdir(h.path(AUDIT)))
    assert names == ["head", "lock", "log-0000000001.jsonl", "log.jsonl"], names
    r = verify(h)
    assert r.ok and "8000 lines" in r.err, r
    assert os.stat(h.path(f"{AUDIT}/log-0000000001.jsonl")).st_size < 5 << 20
    for _ in range(12):
        assert fill().ok
    kept = sorted(name for name in os.listdir(h.path(AUDIT)) if name.startswith("log-"))
    assert len(kept) <= 8 and "log-0000000001.jsonl" not in kept and verify(h).ok, kept
    for victim in (kept[0], kept[3], kept[-1]):
        saved = h.read(f"{AUDIT}/{victim}")
        h.run(["rm", h.path(f"{AUDIT}/{victim}")])
        assert verify(h).status == 1, victim
        h.write(f"{AUDIT}/{victim}", saved, 0o600)
        assert verify(h).ok


def required(h, to="file"):
    h.organisation(f'[audit]\nto = "{to}"\n')


@test("a record that the organisation requires and that cannot be written stops every entry, before a token is looked up; the user's own does not")
def _(h):
    h.write("~/bin/manager", f"#!/bin/sh\necho asked >> {h.path('~/asked')}\necho {h.decoys.new('t')}\n", 0o755)
    project(h, 'tokens = ["A_TOKEN"]\n', "[tokens]\nA_TOKEN.from = [\"" + h.path("~/bin/manager") + '"]\n')
    required(h)
    assert run(h).ok and records(h)[-1]["event"] == "exit", "the organisation's word counts, not the user's"
    assert len(records(h)[0]["policy"]) == 64 and records(h)[0]["policy"] == hashlib.sha256(b'[audit]\nto = "file"\n').hexdigest()
    h.run(["rm", "-f", h.path("~/asked")])
    whole = h.read(LOG)
    size = 64 << 10

    @contextlib.contextmanager
    def broken(how):
        where = h.path(AUDIT)
        if how in ("full", "read-only"):
            _mount("tmpfs", where, "tmpfs", 6, f"size={size},mode=700,uid={h.uid},gid={h.gid}")
            for name in ("head", "lock", "log.jsonl"):
                h.write(f"{AUDIT}/{name}", whole if name == "log.jsonl" else "", 0o600)
            (Path(where) / "head").unlink()
            h.write(f"{AUDIT}/head", saved_head, 0o600)
            if how == "full":
                with contextlib.suppress(OSError), h.as_user():
                    Path(where, "filler").write_bytes(b"x" * 2 * size)
            else:
                subprocess.run(["mount", "-o", "remount,ro", where], check=True)
            yield
            subprocess.run(["umount", "-l", where], check=True)
        elif how == "not ours":
            os.chown(h.path(LOG), 0, 0)
            yield
            os.chown(h.path(LOG), h.uid, h.gid)
        else:
            os.rename(h.path(AUDIT), h.path(AUDIT) + ".kept")
            h.symlink("/tmp", AUDIT) if how == "a link" else h.write(AUDIT, "")
            yield
            os.unlink(h.path(AUDIT))
            os.rename(h.path(AUDIT) + ".kept", h.path(AUDIT))

    saved_head = h.read(f"{AUDIT}/head")
    for how in ("full", "read-only", "not ours", "a link", "a file"):
        with broken(how):
            for _ in range(16):  # what is full has a little room in its last block
                before = h.read(LOG) if how == "full" else whole
                h.run(["rm", "-f", h.path(f"{LAB}/ran"), h.path("~/asked")])
                r = run(h, "touch", "ran")
                if r.status == 125:
                    break
            assert r.status == 125 and "requires a record" in r.err and not h.exists(f"{LAB}/ran") and not h.exists("~/asked"), (how, r)
            if how in ("full", "read-only"):
                assert h.read(LOG) == before and verify(h).ok, how
            if how != "full":
                assert h.psbc("trust", "--revoke", cwd=LAB).status == 4
            # The same where it is the developer's own: said, and entered.
            h.organisation(None)
            h.write(USER, TO_FILE + h.read(USER))
            r = run(h, "touch", "ran")
            assert r.ok and "not in the record" in r.err and h.exists(f"{LAB}/ran"), (how, r)
            h.write(USER, h.read(USER).replace(TO_FILE, ""))
            required(h)
            h.run(["rm", h.path(f"{LAB}/ran"), h.path("~/asked")])
        assert run(h).ok and verify(h).ok, how
        whole, saved_head = h.read(LOG), h.read(f"{AUDIT}/head")
        h.run(["rm", "-f", h.path("~/asked")])
    # What becomes so while a token is looked up keeps that token out.
    manager = h.read("~/bin/manager")
    h.write("~/bin/manager", manager + f"chmod 644 {h.path(LOG)}\n", 0o755)
    r = run(h, "touch", "ran")
    assert r.status == 125 and "requires a record" in r.err and h.exists("~/asked") and not h.exists(f"{LAB}/ran"), r
    h.run(["chmod", "600", h.path(LOG)])
    h.write("~/bin/manager", manager, 0o755)
    assert run(h).ok and verify(h).ok
    whole = h.read(LOG)
    # `off` by the organisation is off, whatever the developer wants; `own` is the developer's affair.
    h.write(USER, TO_FILE + h.read(USER))
    required(h, "off")
    assert run(h).ok and h.read(LOG) == whole
    required(h, "own")
    assert run(h).ok and len(h.read(LOG)) > len(whole)


@test("what a session does with the ssh agent is in it: which key, for which host, and the first refusal of each kind")
def _(h):
    need(h, "ssh", "ssh-keygen")
    agent, server, other = Agent(h), Server(h), Server(h, "other")
    key = agent.add("work")
    for one in (server, other):
        one.let_in("work")
    project(h, f'[ssh]\nsigning = true\nhosts = ["{h.user}@{server.host}"]\n', TO_FILE + f'[projects."{LAB}".ssh]\nkeys = ["{key}"]\n')
    h.write(f"{LAB}/pub", h.read("~/keys/work.pub"))
    r = run(h, "bash", "-c", f"""echo x > f; ssh-keygen -q -Y sign -n git -f pub f
        for i in 1 2 3; do echo y > g; ssh-keygen -q -Y sign -n file -f pub g; done
        ssh -p {server.port} 127.0.0.1 true; ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p {other.port} 127.0.0.1 true; true""")
    assert r.ok and h.exists(f"{LAB}/f.sig") and not h.exists(f"{LAB}/g.sig") and server.logins() == 1 and other.logins() == 0, r
    uses = [one for one in records(h) if one["event"] == "ssh"]
    host_keys = [fingerprint(h, h.path(f"~/{name}/host.pub")) for name in ("server", "other")]
    assert [(one["verdict"], one.get("purpose"), one.get("host"), one.get("host_key"), one["key"]) for one in uses] == [
        ("signed", "sign for `git`", "", None, key),
        ("refused", None, None, None, key),
        ("signed", f"sign in to {h.user}@{server.host} as {h.user}", f"{h.user}@{server.host}", host_keys[0], key),
        ("refused", None, None, host_keys[1], key),
    ], uses
    assert "namespace" in uses[1]["why"] and "host" in uses[3]["why"], uses
    assert len({one["session"] for one in records(h) if "session" in one}) == 1 and verify(h).ok


@test("psbc report says what record is kept, by whose word, and whether it is whole")
def _(h):
    project(h)
    required(h)
    r = h.psbc("report", "page.html", "--json", cwd=LAB)
    kept = json.loads(r.out)["record"]
    assert r.ok and kept == {"to": "file", "required": True, "lines": len(records(h)), "whole": True} and kept["lines"] >= 3, kept
    assert "required by the organisation" in h.read(f"{LAB}/page.html")
    h.write(LOG, h.read(LOG).replace('"approved"', '"refused"', 1), 0o600)
    r = h.psbc("report", "page.html", "--json", cwd=LAB)
    assert r.status == 1 and json.loads(r.out)["record"]["whole"] is False and "not whole" in h.read(f"{LAB}/page.html"), r


@test("psbc clean and psbc uninstall leave the record, and say that it stays")
def _(h):
    project(h)
    assert run(h).ok
    whole = h.read(LOG)
    assert h.psbc("clean", "--envs", "--yes", cwd=LAB).ok
    r = h.psbc("uninstall", "--envs", "--yes")
    assert r.ok and "stays: ~/.local/state/psbc/audit: the record" in r.err and h.read(LOG) == whole and verify(h).ok, r
    assert os.listdir(h.path("~/.local/state/psbc")) == ["audit"]


@test("a hidden file that becomes visible is in it")
def _(h):
    h.write(f"{LAB}/.env", "a secret\n")
    project(h, 'hidden = [".env"]\n')
    h.write(f"{LAB}/hold.sh", "touch here; while [ -e here ]; do sleep 0.05; done\n")
    session = h.spawn(["psbc", "run", "--", "sh", "hold.sh"], cwd=LAB)
    wait_for(lambda: h.exists(f"{LAB}/here"), 20)
    h.write(f"{LAB}/.env.new", "another\n")
    os.rename(h.path(f"{LAB}/.env.new"), h.path(f"{LAB}/.env"))
    time.sleep(0.5)
    h.run(["rm", h.path(f"{LAB}/here")])
    assert session.wait(20) == 0
    assert [(one["path"], one["how"]) for one in records(h) if one["event"] == "unhidden"] == [(h.path(f"{LAB}/.env"), "replaced")], records(h)


@test("with `journal` each line is in the system's journal as well, and without one it cannot be written")
def _(h):
    project(h, user="")
    required(h, "journal")
    r = run(h, "touch", "ran")
    assert r.status == 125 and "the journal" in r.err and not h.exists(f"{LAB}/ran"), r
    assert verify(h).ok and [one["event"] for one in records(h)] == ["entry", "exit"], "the line is in the file, and how it ended"
    assert records(h)[-1]["status"] == 125 and records(h)[-1]["proved"] is False and "the journal" in records(h)[-1]["failure"]
    os.makedirs("/run/systemd/journal", exist_ok=True)
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.bind("/run/systemd/journal/socket")
    os.chmod("/run/systemd/journal/socket", 0o666)
    receiver.settimeout(5)
    got = []
    listen = threading.Thread(target=lambda: got.extend(receiver.recv(65536).decode() for _ in range(2)))
    listen.start()
    r = run(h)
    listen.join()
    assert r.ok, r
    fields = [dict(line.split("=", 1) for line in one.splitlines()) for one in got]
    assert [one["PSBC_EVENT"] for one in fields] == ["entry", "exit"] and all(one["SYSLOG_IDENTIFIER"] == "psbc" for one in fields), got
    assert [one["MESSAGE"] for one in fields] == h.read(LOG).splitlines()[-2:]
    # One that is stopped, and whose queue is full, is one that cannot be written; nobody waits for it for ever.
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sender.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while sender.sendto(b"MESSAGE=x\n", "/run/systemd/journal/socket"):
            pass
    r = run(h, "touch", "ran", timeout=60)
    assert r.status == 125 and "the journal" in r.err and not h.exists(f"{LAB}/ran"), r
    receiver.close()


@test("the real journal takes it")
def _(h):
    journald = "/lib/systemd/systemd-journald"
    if not os.path.exists(journald):
        skip("systemd-journald: not installed")
    project(h, user="")
    required(h, "journal")
    os.makedirs("/run/systemd/journal", exist_ok=True)
    if not os.path.exists("/etc/machine-id") or not Path("/etc/machine-id").read_text().strip():
        Path("/etc/machine-id").write_text("0123456789abcdef0123456789abcdef\n")
    os.makedirs("/run/log/journal/" + Path("/etc/machine-id").read_text().strip())
    Path("/etc/systemd/journald.conf").write_text("[Journal]\nStorage=volatile\n")
    daemon = h.spawn([journald], root=True)
    end = time.monotonic() + 10
    while not os.path.exists("/run/systemd/journal/socket") and daemon.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    if not os.path.exists("/run/systemd/journal/socket"):
        skip("systemd-journald: does not start here")
    r = run(h)
    assert r.ok, r
    daemon.send_signal(signal.SIGRTMIN + 1)  # what is in memory goes to the file
    end = time.monotonic() + 10
    while True:
        out = h.run(["journalctl", "-q", "-D", "/run/log/journal", "-t", "psbc", "-o", "cat"], user=False).out
        if out.count("\n") >= 2 or time.monotonic() > end:
            break
        time.sleep(0.2)
    assert out.splitlines()[-2:] == h.read(LOG).splitlines()[-2:], (out, h.read(LOG))


if "AUDIT_TOOL" not in os.environ:
    skip_all("audit_tool: $AUDIT_TOOL names no such program")
main()
