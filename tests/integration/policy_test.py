#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""An organisation's /etc/psbc/policy.toml: the most that a project and a developer get, whoever approved what."""
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tap import main, test  # noqa: E402

LAB = "~/code/lab"
FILE = f"{LAB}/.python-sandbox.toml"
POLICY = "/etc/psbc/policy.toml"
USER = "~/.config/psbc/config.toml"
KEY = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"


def project(h, text="", where=LAB):
    h.require("psbc", "firejail")
    for path in ("~/data/a", "~/more/b", f"{LAB}/.env"):
        h.write(path, "content of " + path)
    h.write(f"{where}/.python-sandbox.toml", 'name = "lab"\n' + text)


def approve(h, text="", where=LAB):
    project(h, text, where)
    r = h.psbc("trust", "--yes", cwd=where)
    assert r.ok, r


def refused(r, status=3, rule="PSB514"):
    assert r.status == status and rule in r.err, r
    return r.err


@test("each key caps the keys of its name: what goes beyond is exit 3, with both lines, and runs nothing; what does not is built as without a policy")
def _(h):
    h.mkdir("~/runs")
    h.mkdir("~/venvs/x")
    cases = (
        ('readonly = ["~/data"]', 'readonly = ["~/data/a"]', 'readonly = ["~/more"]'),
        ('readonly = []', "", 'readonly = ["~/data"]'),
        ('writable = ["~/runs"]', 'writable = ["~/runs"]', 'writable = ["~/data"]'),
        ('readonly = []\nwritable = ["~/runs"]', 'readonly = ["~/runs"]', 'readonly = ["~/data"]'),
        ("writable = []", '[python]\nvenv = ".venv"', '[python]\nvenv = "~/venvs/x"'),
        ('tokens = ["HF_TOKEN"]', 'tokens = ["HF_TOKEN?"]', 'tokens = ["HF_TOKEN?", "WANDB_API_KEY?"]'),
        ('tokens = ["HF_TOKEN:read"]', 'tokens = ["HF_TOKEN:read?"]', 'tokens = ["HF_TOKEN?"]'),
        ('network.access = "ports"', '[network]\naccess = "ports"\nconnect = [443]', ""),
        ('network.access = "none"', '[network]\naccess = "none"', '[network]\naccess = "ports"'),
        ("network.connect = [443, 53]", '[network]\naccess = "ports"\nconnect = [53]', '[network]\naccess = "ports"\nconnect = [22]'),
        ("network.listen = [0]", '[network]\naccess = "ports"\nlisten = [0]', '[network]\naccess = "full"'),
        ("devices.gpu = false", "[devices]\ngpu = false", "[devices]\ngpu = true"),
        ("devices.gui = false", "[devices]\naudio = true", "[devices]\ngui = true"),
        ("devices.audio = false", "", "[devices]\naudio = true"),
        ('protect.allow = [".vscode"]', '[protect]\nallow = [".vscode"]', '[protect]\nallow = [".vscode", ".idea"]'),
        ('env.pass = ["EDITOR"]', '[env]\npass = ["EDITOR"]', '[env]\npass = ["PAGER"]'),
        ('sockets = ["/run/db"]', 'sockets = ["/run/db/s"]', 'sockets = ["/run/other/s"]'),
        ('ssh.hosts = ["github.com"]', '[ssh]\nhosts = ["git@github.com"]', '[ssh]\nhosts = ["git@gitlab.com"]'),
        ("ssh.signing = false", "", "[ssh]\nsigning = true"),
        ('python.index = ["https://a.example/simple"]', '[[python.index]]\nname = "a"\nurl = "https://a.example/simple/"', '[[python.index]]\nname = "a"\nurl = "https://b.example/simple/"'),
    )  # fmt: skip
    # Port limits need a kernel of 6.7; what is judged here is the file.
    needs_kernel = lambda r: "PSB804" in r.err  # noqa: E731
    for policy, within, beyond in cases:
        project(h, within)
        h.organisation(None)
        plain = h.psbc("build", "--print", "policy", cwd=LAB)
        h.organisation("# the most\n" + policy + "\n")
        capped = h.psbc("build", "--print", "policy", cwd=LAB)
        assert plain.ok and capped.ok and plain.out == capped.out, (policy, plain, capped)
        h.organisation(None)
        approve(h, beyond)
        h.organisation("# the most\n" + policy + "\n")
        r = h.psbc("run", "--", "touch", "ran", cwd=LAB)
        err = refused(r)
        assert not h.exists(f"{LAB}/ran") and f"{POLICY}:" in err and ".python-sandbox.toml:" in err, (policy, err)
        assert refused(h.psbc("build", cwd=LAB)) and refused(h.psbc("trust", "--yes", cwd=LAB)) and refused(h.psbc("explain", "~/data", cwd=LAB))
        h.organisation(None)
        r = h.psbc("run", "--", "touch", "ran", cwd=LAB)
        assert needs_kernel(r) or (r.ok and h.exists(f"{LAB}/ran")), r
        h.run(["rm", "-rf", h.path(LAB)])


@test("what is beyond is named where it stands, with the line that forbids it and what to type")
def _(h):
    project(h, 'readonly = ["~/data", "~/more"]\n')
    h.organisation('readonly = ["/srv", "~/data"]\n')
    assert refused(h.psbc("build", cwd=LAB)) == h.psbc("build", cwd=LAB).err
    err = h.psbc("build", cwd=LAB).err
    shown = err[err.index("error[") : err.index("1 error")].replace(h.path(FILE), "FILE")
    assert shown.strip() == (
        "error[PSB514] exceeds-policy: `~/more` is not in what `readonly` of your organisation's policy allows\n"
        "  --> FILE:2:23\n"
        "   |\n"
        ' 2 | readonly = ["~/data", "~/more"]\n'
        "   |                       ^^^^^^^^ asked for here\n"
        "   |\n"
        "  ::: /etc/psbc/policy.toml:1:12\n"
        "   |\n"
        ' 1 | readonly = ["/srv", "~/data"]\n'
        "   |            ------------------ the most that your organisation allows\n"
        "   |\n"
        "   = help: ask for no more than that; or show whoever keeps the policy what this project grants, for an exception: psbc trust --show --digest"
    ), shown
    # psbc explain says of a path what asking for it would come to.
    h.write(FILE, 'name = "lab"\n')
    r = h.psbc("explain", "~/more", cwd=LAB)
    assert "PSB514" in r.out + r.err and "organisation's policy" in r.out + r.err, r
    lint = h.psbc("lint", "--host", cwd=LAB)
    assert "PSB514" not in lint.out, lint
    h.write(FILE, 'name = "lab"\nreadonly = ["~/more"]\n')
    lint = h.psbc("lint", "--host", cwd=LAB)
    assert "PSB514" in lint.out and "note: /etc/psbc/policy.toml:1: the most that your organisation allows" in lint.out, lint


@test("a link in ~/envs that is not psbc's is judged by where it leads; an environment of psbc's is not capped")
def _(h):
    h.require("psbc", "firejail")
    h.organisation("writable = []\nreadonly = []\n")
    h.write("~/secret/pyvenv.cfg", "home = /usr/bin\n")
    h.mkdir("~/envs/old")
    h.symlink(h.path("~/secret"), "~/envs/foo")
    h.symlink(h.path("~/envs/foo"), "~/envs/bar")
    for venv, is_allowed in (("~/envs/foo", False), ("~/envs/bar", False), ("~/envs/old", True), ("~/envs/lab", True)):
        h.write(FILE, f'name = "lab"\n[python]\nvenv = "{venv}"\n')
        r = h.psbc("trust", "--yes", cwd=LAB)
        assert r.status == (0 if is_allowed else 3) and ("writable" in r.err) != is_allowed, (venv, r)
        r = h.psbc("run", "--", "sh", "-c", "echo x > ~/secret/planted", cwd=LAB)
        assert not h.exists("~/secret/planted"), (venv, r)
    h.organisation(None)
    h.write(FILE, 'name = "lab"\n[python]\nvenv = "~/envs/foo"\n')
    assert h.psbc("trust", "--yes", cwd=LAB).ok and h.psbc("run", "--", "sh", "-c", "echo x > ~/secret/planted", cwd=LAB).ok and h.exists("~/secret/planted"), "without a policy it does"


@test("a policy that is tightened ends what was approved and built before; nothing of a repository is a way around it")
def _(h):
    approve(h, 'readonly = ["~/data"]\n')
    seen = lambda: h.psbc("run", "--", "cat", h.path("~/data/a"), cwd=LAB)  # noqa: E731
    assert "content of" in seen().out
    h.organisation("readonly = []\n")
    r = seen()
    assert "content of" not in r.out and refused(r)
    stale = h.psbc("build", "--check", "--explain", cwd=LAB)
    assert stale.status == 1 and POLICY in stale.err, stale
    # A link in the project, the repository around it, and an environment elsewhere are places like any other.
    git = lambda *words: h.run(["git", *words], cwd="~/code")  # noqa: E731
    h.require("git")
    assert git("init", "-q").ok
    h.write("~/code/libs/common/x.py", "x = 1")
    h.symlink("data", "~/linked")
    for text in ('readonly = ["~/linked"]\n', '[workspace]\nreadonly = ["libs/common"]\n', '[workspace]\nreadonly = ["."]\n', '[workspace]\ngit = "read-only"\n'):
        h.write(FILE, 'name = "lab"\n' + text)
        refused(h.psbc("build", cwd=LAB))
    # A relative place of the policy is in the repository around the project.
    h.organisation('readonly = ["libs"]\nwritable = []\n')
    h.write(FILE, 'name = "lab"\n[workspace]\nreadonly = ["libs/common"]\n')
    assert h.psbc("build", cwd=LAB).ok
    h.write(FILE, 'name = "lab"\n[workspace]\nwritable = ["libs/common"]\n')
    refused(h.psbc("build", cwd=LAB))


@test("a place of the policy that a session could have made lead elsewhere allows nothing there")
def _(h):
    h.mkdir("~/work")
    h.mkdir("~/work/data")
    approve(h, 'writable = ["~/work"]\nreadonly = ["~/work/data"]\n')
    h.organisation('writable = ["~/work"]\nreadonly = ["~/work/data"]\n')
    r = h.psbc("run", "--", "sh", "-c", f"rmdir {h.path('~/work/data')}; true", cwd=LAB)
    assert r.ok, r
    h.run(["rm", "-rf", h.path("~/work/data")])
    h.symlink("~/more", "~/work/data")  # what a session of this or another project leaves there
    h.write(FILE, 'name = "lab"\nwritable = ["~/work"]\nreadonly = ["~/more"]\n')
    refused(h.psbc("build", cwd=LAB))


@test("a developer's own config is capped by the same lines; the tokens' sources are, too")
def _(h):
    approve(h, 'tokens = ["HF_TOKEN:read"]\n[ssh]\nhosts = ["git@github.com"]\n')
    h.write("~/.vimrc", "set nu\n")
    source = lambda text: f"[tokens.HF_TOKEN]\nfrom = {text}\n"  # noqa: E731
    h.env["MINE"] = h.decoys.new("token")
    cases = (
        ('readonly = ["~/data"]', 'readonly = ["~/data"]\n', 'readonly = ["~/.vimrc"]\n'),
        ('env.pass = ["EDITOR"]', '[env]\npass = ["EDITOR"]\n', '[env]\npass = ["PAGER"]\n'),
        ("editors = []", "", 'editors = ["vscode"]\n'),
        ('sources = ["env", "pass"]', source('"env:MINE"') + 'kind = "read"\n', source('["printenv", "MINE"]')),
        ('sources = ["command"]', source('["printenv", "MINE"]'), source('"env:MINE"')),
        ('tokens = ["HF_TOKEN:read"]', source('"env:MINE"') + 'kind = "read"\n', source('"env:MINE"') + 'kind = "write"\n'),
        ('tokens = ["HF_TOKEN:read"]', source('"env:MINE"') + 'kind = "read"\n', source('"env:MINE"')),
        ('ssh.hosts = ["github.com"]', f'[projects."{LAB}".ssh]\nkeys = ["{KEY}"]\n', f'[projects."{LAB}".ssh]\nkeys = ["{KEY}"]\nany_host = true\n'),
    )  # fmt: skip
    for policy, within, beyond in cases:
        h.organisation(policy + "\n")
        h.write(USER, within)
        r = h.psbc("build", cwd=LAB)
        assert r.ok, (policy, r)
        h.write(USER, beyond)
        r = h.psbc("run", "--", "touch", "ran", cwd=LAB)
        assert "config.toml:" in refused(r) and POLICY in r.err and not h.exists(f"{LAB}/ran"), (policy, r)


@test("`hidden` of the organisation hides in every project, and says whose it is")
def _(h):
    approve(h, 'readonly = ["~/data"]\n')
    read = lambda: h.psbc("run", "--", "cat", h.path(f"{LAB}/.env"), h.path("~/data/a"), cwd=LAB).out  # noqa: E731
    assert read().count("content of") == 2, "the attack works without a policy"
    h.organisation('hidden = [".env", "~/data/a", "~/nowhere/*.key"]\n')
    assert "content of" not in read()
    r = h.psbc("explain", ".env", cwd=LAB)
    assert "/etc/psbc/policy.toml:1" in r.out, r
    assert h.psbc("build", "--force", cwd=LAB).err.count("PSB301") == 0


@test("a policy that others than root could have written stops everything with exit 4, and so does one that cannot be read")
def _(h):
    approve(h)
    text = 'readonly = []\n'
    ok = lambda: h.organisation(text)  # noqa: E731
    ways = (
        (lambda: h.organisation(text, owner=h.uid), f"chown root: {POLICY}"),
        (lambda: h.organisation(text, mode=0o664), f"chmod go-w {POLICY}"),
        (lambda: h.organisation(text, mode=0o646), f"chmod go-w {POLICY}"),
        (lambda: h.organisation(text, mode=0o600), "chmod a+rX"),
        (lambda: (ok(), os.chmod("/etc/psbc", 0o777)), "chmod go-w /etc/psbc"),
        (lambda: (ok(), os.chmod("/etc/psbc", 0o700)), "chmod a+rX"),
        (lambda: (ok(), os.chmod("/etc/psbc", 0o755), os.chown("/etc/psbc", h.uid, h.gid)), "chown root: /etc/psbc"),
        (lambda: (os.chown("/etc/psbc", 0, 0), ok(), os.rename(POLICY, "/etc/psbc/real"), os.symlink(h.write("~/policy", text), POLICY)), "does not belong to root"),
        (lambda: (os.unlink(POLICY), os.symlink("/nowhere", POLICY)), "cannot"),
        (lambda: (os.unlink(POLICY), os.mkdir(POLICY)), "cannot"),
    )  # fmt: skip
    for make, hint in ways:
        make()
        r = h.psbc("build", cwd=LAB)
        assert r.status == 4 and "PSB808" in r.err and hint in r.err, (hint, r)
        r = h.psbc("run", "--", "touch", "ran", cwd=LAB)
        assert r.status == 125 and "PSB808" in r.err and not h.exists(f"{LAB}/ran"), r
    os.rmdir(POLICY)
    # A link to a file of root's is how some systems keep what is in /etc.
    os.symlink("/etc/psbc/real", POLICY)
    r = h.psbc("build", cwd=LAB)
    assert r.ok, r
    # No variable and no file of the user names another policy.
    h.write("~/.config/psbc/policy.toml", "schema = 1\n")
    h.write(FILE, 'name = "lab"\nreadonly = ["~/data"]\n')
    for env in ({"PSBC_POLICY": "/dev/null"}, {"XDG_CONFIG_DIRS": h.path("~")}, {"PSBC_ETC": "/tmp"}):
        refused(h.psbc("build", cwd=LAB, env=env))


@test("what is wrong with the policy's text is shown as of any file, and nothing is entered with half of it")
def _(h):
    approve(h)
    for text, rule in (("readonly = [", "PSB001"), ("readonli = []\n", "PSB002"), ("[devices]\ngpu = 1\n", "PSB003"), ('sources = ["passs"]\n', "PSB012"),
                       ('firejail = "0.9.72"\n', "PSB012"), ('[[grants]]\ndigest = "x"\nuntil = "2027-02-01"\nreason = "x"\n', "PSB012"),
                       (f'[[grants]]\ndigest = "{"0" * 64}"\nuntil = 2027-02-01\nreason = "x"\n', "PSB003")):  # fmt: skip
        h.organisation(text)
        r = h.psbc("build", cwd=LAB)
        assert r.status == 2 and rule in r.err and f"{POLICY}:" in r.err and "^" in r.err, (text, r)
        r = h.psbc("run", "--", "touch", "ran", cwd=LAB)
        assert r.status == 125 and rule in r.err and not h.exists(f"{LAB}/ran"), r
        assert h.psbc("policy", "check", cwd=LAB).status == 2
    h.organisation("schema = 1\n")
    r = h.psbc("policy", "check")
    assert r.ok and "valid" in r.err, r
    h.organisation(None)
    assert h.psbc("policy", "check").status == 3
    schema = json.loads(h.psbc("schema", "--policy").out)
    assert schema["title"] == POLICY and "grants" in schema["properties"]


@test("a firejail that the organisation does not have is exit 4, with its line")
def _(h):
    approve(h)
    version = h.run(["firejail", "--version"]).out.split()[2]
    for rule, fine in ((f"=={version}", True), (f">={version}", True), (f"!={version}", False), (">=9.9.9", False), (f"<= {version} , != 0.9.1", True)):
        h.organisation(f'firejail = "{rule}"\n')
        r = h.psbc("build", cwd=LAB)
        assert r.status == (0 if fine else 4) and (fine or (POLICY in r.err and "PSB802" in r.err)), (rule, r)


def digest(h, where=LAB):
    r = h.psbc("trust", "--show", "--digest", cwd=where)
    assert r.ok and len(r.out) == 65, r
    return r.out.strip()


def grants(what, value, until="2099-12-31", reason="SEC-1"):
    return f'[[grants]]\ndigest = "{value}"\n{what} = true\nuntil = "{until}"\nreason = "{reason}"\n'


@test("an exception is for exactly what its digest names, until its day is over; a name buys nothing")
def _(h):
    project(h, 'readonly = ["~/data"]\n')
    cap = "readonly = []\n"
    h.organisation(cap)
    refused(h.psbc("trust", "--yes", cwd=LAB))
    granted = digest(h)
    h.organisation(cap + grants("exceed", granted))
    r = h.psbc("trust", "--yes", cwd=LAB)
    assert r.ok and "makes an exception" in r.err and "SEC-1" in r.err and "2099-12-31" in r.err, r
    assert "content of" in h.psbc("run", "--", "cat", h.path("~/data/a"), cwd=LAB).out
    # Comments and order are no other grants; a hidden file less, a path more, another name are.
    h.write(FILE, '# why\nreadonly = ["~/data/"]\nname = "lab"\n')
    assert digest(h) == granted and h.psbc("build", cwd=LAB).ok
    for text in ('name = "lab"\nreadonly = ["~/data", "~/more"]\n', 'name = "lab2"\nreadonly = ["~/data"]\n', 'name = "lab"\nwritable = ["~/data"]\n'):
        h.write(FILE, text)
        assert digest(h) != granted
        h.psbc("trust", "--yes", cwd=LAB)
        r = h.psbc("run", "--", "cat", h.path("~/more/b"), cwd=LAB)
        assert "content of" not in r.out and not r.ok, (text, r)  # what is excepted stays in use
    # What is over, or is for something else, is no exception.
    h.write(FILE, 'name = "lab"\nreadonly = ["~/data"]\n')
    for rows in (grants("exceed", granted, until="2026-01-31"), grants("approved", granted), grants("exceed", "0" * 64)):
        h.organisation(cap + rows)
        refused(h.psbc("build", cwd=LAB))
    h.organisation(cap + grants("exceed", granted, until="2026-01-31"))
    assert "over since 2026-01-31" in h.psbc("policy", "check").err
    # And `hidden` holds for what is excepted.
    h.organisation('hidden = ["~/data/a"]\n' + cap + grants("exceed", granted))
    assert "content of" not in h.psbc("run", "--", "cat", h.path("~/data/a"), cwd=LAB).out


@test("a directory that is called ~ in a repository is no home: the digest is another one")
def _(h):
    project(h, 'readonly = ["~/data"]\n')
    of_home = digest(h)
    for text in ('readonly = ["./~/data"]\n', f'readonly = ["{LAB}/~/data"]\n'.replace("~/code", h.path("~/code"), 1)):
        h.mkdir(f"{LAB}/~/data")
        h.write(FILE, 'name = "lab"\n' + text)
        assert digest(h) != of_home


@test("what the organisation approved in advance is entered without a question, and only that; who refused it has refused it")
def _(h):
    project(h, 'readonly = ["~/data"]\n')
    run = lambda: h.psbc("run", "--", "cat", h.path("~/data/a"), h.path("~/more/b"), cwd=LAB)  # noqa: E731
    assert run().status == 3
    granted = digest(h)
    h.organisation(grants("approved", granted, reason="SEC-2: data is public"))
    r = run()
    assert "content of ~/data/a" in r.out and "content of ~/more" not in r.out, r
    r = h.psbc("trust", "--show", cwd=LAB)
    assert r.ok and "approved by your organisation, /etc/psbc/policy.toml:2, until 2099-12-31: SEC-2: data is public" in r.err, r
    assert json.loads(h.psbc("trust", "--show", "--json", cwd=LAB).out)["state"] == "organisation"
    assert "approved by the organisation" in h.psbc("status", cwd=LAB).out
    # It is the organisation's word, and goes with it.
    h.organisation(grants("approved", granted, until="2026-01-31"))
    assert run().status == 3
    h.organisation(grants("approved", granted))
    h.write(FILE, 'name = "lab"\nreadonly = ["~/data", "~/more"]\n')
    assert run().status == 3, "more than what was approved"
    h.write(FILE, 'name = "lab"\nreadonly = ["~/data"]\n')
    # Another directory with the same grants is the same to the organisation.
    h.write("~/code/copy/.python-sandbox.toml", 'name = "lab"\nreadonly = ["~/data"]\n')
    assert digest(h, "~/code/copy") == granted
    # A cap holds for it all the same.
    h.organisation("readonly = []\n" + grants("approved", granted))
    refused(run())
    # The user's own no is stronger.
    h.organisation(None)
    r = h.pty(["psbc", "trust"], [(r"approve\? \[y/N\] ", "n\n")], cwd=LAB)
    assert r.status == 3, r
    h.organisation(grants("approved", granted))
    assert run().status == 3


@test("policy check holds the files of many repositories against a policy, in use or not, on a machine that has nothing of what they name")
def _(h):
    h.require("psbc")
    files = {"a": 'readonly = ["~/data/x"]\n', "b": 'readonly = ["~/more"]\n', "c/deep": 'tokens = ["HF_TOKEN"]\n', "d": "readonly = 1\n"}
    for name, text in files.items():
        h.write(f"~/repos/{name}/.python-sandbox.toml", f'name = "{name[0]}"\n' + text)
    h.write("~/policy.toml", 'readonly = ["~/data"]\ntokens = ["HF_TOKEN:read"]\n')
    check = lambda *words: h.psbc("policy", "check", *words, cwd="~/repos")  # noqa: E731
    r = check("--policy", h.path("~/policy.toml"), ".")
    assert r.status == 3 and r.out.splitlines() == [
        "a/.python-sandbox.toml: within the policy", "b/.python-sandbox.toml: asks for more than the policy allows",
        "c/deep/.python-sandbox.toml: asks for more than the policy allows", "d/.python-sandbox.toml: not valid"], r  # fmt: skip
    assert r.err.count("PSB514") == 2 and r.err.count("PSB003") == 1, r
    found = json.loads(check("--policy", h.path("~/policy.toml"), "--json", "a", "b").out)["files"]
    assert [one["state"] for one in found] == ["within", "exceeds"] and found[1]["findings"][0]["line"] == 2 and found[1]["findings"][0]["policy_line"] == 1, found
    h.write("~/policy.toml", "readonly = []\n" + grants("exceed", found[1]["digest"]) + grants("approved", found[0]["digest"]))
    r = check("--policy", h.path("~/policy.toml"), "a", "b")
    assert r.status == 3 and "b/.python-sandbox.toml: excepted by the policy" in r.out, r
    assert check("a").status == 3 and "nothing is capped" in check("a").err
    h.organisation('readonly = ["~/data"]\n')
    assert check("a").ok and check("b").status == 3 and check("d").status == 2 and check("--policy", "none", "a").status == 2 and h.psbc("policy").status == 2


@test("the policy among the examples is valid, and allows most of them")
def _(h):
    h.require("psbc")
    h.copy("examples", "~/examples")
    r = h.psbc("policy", "check", "--policy", "policy.toml", ".", cwd="~/examples")
    asked = [line.split("/")[0] for line in r.out.splitlines() if "asks for more" in line]
    assert r.status == 3 and asked == ["poetry", "private-index", "uv"] and r.out.count("within the policy") >= 9, r
    h.organisation(h.read("~/examples/policy.toml"))
    assert h.psbc("policy", "check").ok


main()
