#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Trust: what is approved is what a file grants, for one directory."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tap import main, test  # noqa: E402

LAB = "~/code/lab"
FILE = f"{LAB}/.python-sandbox.toml"
BASE = 'name = "lab"\nreadonly = ["~/data"]\nhidden = [".env", "secrets/"]\n'


def approved(h, text=BASE, where=LAB):
    h.require("psbc", "firejail")
    for path in ("~/data/a", "~/more/b", "~/other/c", f"{where}/.env", f"{where}/secrets/key"):
        h.write(path, "content of " + path)
    h.write(f"{where}/.python-sandbox.toml", text)
    r = h.psbc("trust", "--yes", cwd=where)
    assert r.ok, r


def sees(h, *paths, where=LAB):
    """Which of these can be read inside."""
    script = "for p in " + " ".join(h.path(p) for p in paths) + '; do cat "$p" 2>/dev/null && echo; done; true'
    r = h.psbc("run", "--", "sh", "-c", script, cwd=where)
    assert r.ok, r
    return [p for p in paths if "content of " + p in r.out], r.err


@test("comments, reformatting, and what only takes away pass in silence")
def _(h):
    approved(h)
    for change in ("# why\n" + BASE, BASE.replace('["~/data"]', '[\n  "~/data", # images\n]'), BASE.replace("~/data", "~/data/a"),
                   BASE + '[network]\naccess = "none"\n', BASE.replace('".env", ', '".env", "*.pem", '), 'name = "lab"\nhidden = [".env", "secrets"]\n'):  # fmt: skip
        h.write(FILE, change)
        seen, err = sees(h, f"{LAB}/.env", "~/more/b")
        assert seen == [] and "approved" not in err, (change, err)
    # What was taken away is gone, and what was approved once may come back.
    assert sees(h, "~/data/a") == ([], "")
    h.write(FILE, BASE)
    assert sees(h, "~/data/a")[0] == ["~/data/a"]


@test("what grants more is not applied: the last approved file is, and one line says so")
def _(h):
    approved(h)
    for change, new in ((BASE.replace('["~/data"]', '["~/data", "~/more"]'), "+ read ~/more"), (BASE.replace(', "secrets/"', ""), "- hidden secrets"),
                        (BASE.replace("readonly", "writable"), "+ write ~/data"), (BASE + '[env]\nset.A = "1"\n', "+ set the variable A=1")):  # fmt: skip
        h.write(FILE, change)
        seen, err = sees(h, "~/data/a", "~/more/b", f"{LAB}/secrets/key")
        assert seen == ["~/data/a"] and err.count("\n") == 1 and "asks for more than you approved" in err, (change, seen, err)
        # Only what is new is shown, and nothing is approved by a pipe.
        r = h.psbc("trust", cwd=LAB, stdin="y\n")
        assert r.status == 3 and [line.strip() for line in r.err.splitlines() if line.startswith("  + ") or line.startswith("  - ")] == [new], r
        assert sees(h, "~/more/b")[0] == []
    h.write(FILE, BASE.replace('["~/data"]', '["~/data", "~/more"]'))
    assert h.psbc("trust", "--yes", cwd=LAB).ok
    assert sees(h, "~/more/b")[0] == ["~/more/b"]
    # A comment in a file that waits leaves it waiting, and a file that is within the set is the one that is used next.
    h.write(FILE, BASE.replace("~/data", "~/more") + "# a comment\n")
    assert sees(h, "~/data/a", "~/more/b")[0] == ["~/more/b"]
    h.write(FILE, BASE.replace("~/data", "~/other"))
    assert sees(h, "~/data/a", "~/more/b", "~/other/c")[0] == ["~/more/b"]


@test("what makes a part of a writable place read-only is not dropped unasked")
def _(h):
    for place in ("~/runs/golden", f"{LAB}/src"):
        h.mkdir(place)
    guarded = 'name = "lab"\nwritable = ["~/runs"]\nreadonly = ["~/runs/golden", "src"]\n'
    approved(h, guarded)
    for entry, place, new in (('"~/runs/golden", ', "~/runs/golden", "+ write ~/runs/golden"), (', "src"', f"{LAB}/src", "+ write src")):
        h.write(FILE, guarded.replace(entry, ""))
        r = h.psbc("run", "--", "touch", h.path(f"{place}/x"), cwd=LAB)
        assert not r.ok and "asks for more than you approved" in r.err and not h.exists(f"{place}/x"), r
        assert f"  {new}\n" in h.psbc("trust", cwd=LAB).err
        r = h.psbc("trust", "--yes", cwd=LAB)
        assert r.ok and h.psbc("run", "--", "touch", h.path(f"{place}/x"), cwd=LAB).ok, r


@test("a person at a terminal is asked; no sticks, and silence is no answer")
def _(h):
    approved(h)
    h.write(FILE, BASE.replace('["~/data"]', '["~/data", "~/more"]'))
    for answer, said in (("\n", "nothing was approved"), ("n\n", "not asked again")):
        r = h.pty(["psbc", "trust"], [(r"approve\? \[y/N\] ", answer)], cwd=LAB)
        assert r.status == 3 and said in r.out, r
    seen, err = sees(h, "~/data/a", "~/more/b")
    assert seen == ["~/data/a"] and "you said no" in err, err
    assert "was refused" in h.psbc("trust", "--show", cwd=LAB).err
    # Another wish is another question.
    h.write(FILE, BASE.replace('["~/data"]', '["~/data", "~/other"]'))
    r = h.pty(["psbc", "-q", "trust"], cwd=LAB)  # what is not shown is not asked
    assert r.status == 3 and "approve?" not in r.out, r
    r = h.pty(["psbc", "trust"], [(r"approve\? \[y/N\] ", "y\n")], cwd=LAB)
    assert r.ok and "approved for" in r.out and "would besides" in r.out, r
    assert sees(h, "~/more/b", "~/other/c")[0] == ["~/other/c"]


@test("an approval is for one directory: a copy, and a project that moved, ask again and say where the same is approved")
def _(h):
    approved(h)
    assert h.psbc("build", cwd=LAB).ok
    assert h.run(["cp", "-a", h.path(LAB), h.path("~/code/copy")]).ok
    r = h.psbc("run", "--", "true", cwd="~/code/copy")
    assert r.status == 3 and "was never approved" in r.err, r
    r = h.psbc("trust", cwd="~/code/copy")
    assert r.status == 3 and "the same is approved for `~/code/lab`" in r.err, r


@test("a path that leads elsewhere than when it was approved is not followed, though the file is the same")
def _(h):
    h.symlink("data", "~/linked")
    approved(h, BASE.replace("~/data", "~/linked"))
    assert sees(h, "~/linked/a")[0] == ["~/data/a"] or "a\n" in h.psbc("run", "--", "ls", h.path("~/linked/"), cwd=LAB).out
    h.run(["rm", h.path("~/linked")])
    h.symlink("more", "~/linked")
    r = h.psbc("run", "--", "ls", h.path("~/linked"), cwd=LAB)
    assert r.status == 3 and "+ read ~/more" in r.err and "b" not in r.out, r
    assert h.psbc("trust", "--yes", cwd=LAB).ok
    assert "b\n" in h.psbc("run", "--", "ls", h.path("~/linked/"), cwd=LAB).out


@test("my own configuration never asks, and --json is for programs")
def _(h):
    approved(h)
    h.write("~/.config/psbc/config.toml", 'readonly = ["~/more"]\n[env]\npass = ["EDITOR"]\n')
    assert sees(h, "~/more/b") == (["~/more/b"], "")
    h.write(FILE, BASE.replace('["~/data"]', '["~/other", "~/data"]'))
    r = h.psbc("trust", "--show", "--json", cwd=LAB)
    found = json.loads(r.out)
    assert r.status == 3 and found["state"] == "wider" and found["root"] == h.path(LAB) and len(found["digest"]) == 64, r
    assert [one["words"] for one in found["new"]] == ["+ read ~/other"], found
    assert {"key": "readonly", "value": h.path("~/data"), "words": "+ read ~/data"} in found["grants"], found


@test("psbc diff shows what two versions grant, and is 1 when the later one grants more")
def _(h):
    approved(h)
    git = lambda *a: h.run(["git", "-c", "user.name=d", "-c", "user.email=d@e", *a], cwd=LAB)  # noqa: E731
    assert git("init", "-q").ok and git("add", ".python-sandbox.toml").ok and git("commit", "-qm", "one").ok
    assert h.psbc("diff", cwd=LAB).out == ""
    h.write(FILE, BASE.replace('["~/data"]', '["~/more"]').replace(', "secrets/"', ', "*.pem"'))
    r = h.psbc("diff", cwd=LAB)
    assert r.status == 1 and r.out.splitlines() == ["+ read ~/more", "- hidden secrets", "- read ~/data", "+ hidden *.pem"], r
    assert git("commit", "-qam", "two").ok
    assert h.psbc("diff", cwd=LAB).status == 0
    assert h.psbc("diff", "HEAD~1", cwd=LAB).out == r.out and h.psbc("diff", "HEAD~1..HEAD", cwd=LAB).out == r.out
    h.write(FILE, BASE.replace('["~/data"]', "[]"))
    narrower = h.psbc("diff", "HEAD~1", cwd=LAB)
    assert narrower.ok and narrower.out == "- read ~/data\n", narrower
    assert [one["words"] for one in json.loads(h.psbc("diff", "--json", "HEAD~1", cwd=LAB).out)["narrower"]] == ["- read ~/data"]
    for bad in ("..", "HEAD..", "..HEAD", "HEAD...HEAD", "no-such", "--output=/tmp/x", "HEAD:x"):
        r = h.psbc("diff", "--", bad, cwd=LAB) if bad.startswith("-") else h.psbc("diff", bad, cwd=LAB)
        assert r.status == 2 and not r.out, r


@test("psbc diff runs nothing that the repository names")
def _(h):
    approved(h)
    git = lambda *a: h.run(["git", "-c", "user.name=d", "-c", "user.email=d@e", *a], cwd=LAB)  # noqa: E731
    assert git("init", "-q").ok and git("add", ".python-sandbox.toml").ok and git("commit", "-qm", "one").ok
    run = f"touch {h.path('~/ran')}; false"
    for key in ("core.fsmonitor", "core.sshCommand", "core.pager", "core.alternateRefsCommand", "diff.external", "filter.x.smudge", "uploadpack.packObjectsHook"):
        assert git("config", key, run).ok
    h.write(f"{LAB}/.git/info/attributes", "* filter=x diff=x\n")
    h.write(f"{LAB}/.git/hooks/post-checkout", f"#!/bin/sh\n{run}\n", 0o755)
    # A partial clone from which the blob is missing: git would fetch it by the helper that the remote names.
    for key, value in (("remote.o.url", f"ext::touch {h.path('~/ran')}"), ("remote.o.promisor", "true"), ("extensions.partialClone", "o"), ("core.repositoryFormatVersion", "1"), ("protocol.ext.allow", "always")):
        assert git("config", key, value).ok
    blob = git("rev-parse", "HEAD:.python-sandbox.toml").out.strip()
    h.run(["rm", "-f", h.path(f"{LAB}/.git/objects/{blob[:2]}/{blob[2:]}")])
    git("cat-file", "blob", blob)
    assert h.exists("~/ran"), "the attack works with plain git"
    h.run(["rm", h.path("~/ran")])
    r = h.psbc("diff", cwd=LAB)
    assert not h.exists("~/ran"), r
    # What cannot be read is not taken for a file that grants nothing: neither version is the one without grants.
    assert r.status == 2 and "cannot read `HEAD:.python-sandbox.toml`" in r.err, r
    h.write(f"{LAB}/other", "x")
    assert git("add", "other").ok and git("rm", "-q", "--cached", ".python-sandbox.toml").ok and git("commit", "-qm", "two").ok
    assert h.psbc("diff", "HEAD..HEAD~1", cwd=LAB).status == 2
    assert h.psbc("diff", "HEAD", cwd=LAB).status == 1


@test("--from REV approves what the file of a commit grants: a pull request runs under its base's grants, whatever it does to the file")
def _(h):
    h.require("firejail", "git")
    base = 'name = "lab"\nreadonly = ["~/given"]\nhidden = [".env"]\n'
    for name in ("given/a", "secret/b", "code/lab/.env", "code/lab/kept"):
        h.write(f"~/{name}", h.decoys.new(name))
    canary = h.decoys.new("variable")
    git = lambda *words: h.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", *words], cwd="~/code/lab")
    psbc = lambda *words, **more: h.psbc(*words, cwd="~/code/lab", **more)
    h.write("~/code/lab/.python-sandbox.toml", base)
    h.write("~/code/lab/.gitignore", ".env\n")
    assert git("init", "-q", "-b", "main").ok and git("add", "-A").ok and git("commit", "-qm", "base").ok and git("checkout", "-q", "-b", "pull").ok
    steal = ["sh", "-c", f"cat {h.home}/secret/b {h.home}/code/lab/.env; cat {h.home}/given/a; env"]
    wide = 'name = "lab"\nreadonly = ["~/given", "~/secret"]\n[env]\npass = ["CANARY"]\n'
    attacks = {
        "wider": lambda: h.write("~/code/lab/.python-sandbox.toml", wide),
        "hides less": lambda: h.write("~/code/lab/.python-sandbox.toml", 'name = "lab"\nreadonly = ["~/given"]\n'),
        "another name": lambda: h.write("~/code/lab/.python-sandbox.toml", wide.replace('"lab"', '"main"')),
        "nested": lambda: h.write("~/code/lab/sub/.python-sandbox.toml", wide),
        "a link": lambda: (h.write("~/code/lab/wide.toml", wide), h.run(["ln", "-sf", "wide.toml", h.path("~/code/lab/.python-sandbox.toml")])),
        "no TOML": lambda: h.write("~/code/lab/.python-sandbox.toml", "name = [\n"),
        "gone": lambda: h.run(["rm", h.path("~/code/lab/.python-sandbox.toml")]),
        "a branch of the commit's name": lambda: (h.write("~/code/lab/.python-sandbox.toml", wide), git("commit", "-qam", "w"), git("update-ref", "refs/heads/" + sha, "HEAD"), git("tag", sha[:12])),
    }
    sha = git("rev-parse", "main").out.strip()
    assert h.decoys.found_in(h.run(steal, cwd="~/code/lab", env={"CANARY": canary}).out) == ["code/lab/.env", "given/a", "secret/b", "variable"]
    for name, attack in attacks.items():
        assert git("checkout", "-q", "-f", "-B", "pull", sha).ok and git("clean", "-qfdx", "-e", ".env").ok
        attack()
        psbc("trust", "--revoke")
        r = psbc("trust", "--yes", "--from", sha)
        assert r.ok == (name != "gone"), (name, r)
        for where in ("~/code/lab", "~/code/lab/sub") if name == "nested" else ("~/code/lab",):
            r = h.psbc("run", "--", *steal, cwd=where, env={"CANARY": canary})
            is_entered = name not in ("a link", "no TOML", "gone") and not where.endswith("sub")
            assert h.decoys.found_in(r.out) == (["given/a"] if is_entered else []), (name, where, r)
    for words in (("trust", "--yes", "--from", ""), ("trust", "--yes", "--from="), ("diff", "")):  # a variable that is not set
        r = psbc(*words)
        assert r.status == 2 and ("empty" in r.err or "missing" in r.err) and not r.out, r
    r = psbc("trust", "--yes", "--from", "nothing")
    assert r.status == 2 and "git does not know it here" in r.err, r
    assert git("checkout", "-q", "-f", "-B", "pull", sha).ok and git("rm", "-q", "--cached", ".python-sandbox.toml").ok and git("commit", "-qm", "none").ok
    h.write("~/code/lab/.python-sandbox.toml", base)
    r = psbc("trust", "--yes", "--from", "HEAD")
    assert r.status == 3 and "nothing to approve" in r.err, r

main()
