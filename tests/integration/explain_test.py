#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""psbc explain: what it says is what a program inside finds, and what it says to write does what it says. (Of random files and
policies: property_test.py.)"""
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from page import Page  # noqa: E402
from tap import main, test  # noqa: E402

CONFIG = """name = "lab"
readonly = ["~/data"]
hidden = [".env"]
tokens = ["HF_TOKEN:read?"]
[env]
pass = ["LAB_MODE", "LAB_UNSET"]
set = { LAB_SIZE = "3" }
"""


def project(h, config=CONFIG):
    h.require("psbc", "firejail")
    h.plant_decoys()
    h.write("~/code/lab/.python-sandbox.toml", config)
    h.write("~/code/lab/.env", "SECRET\n")
    h.write("~/code/lab/train.py", "pass\n")
    h.write("~/data/cat.txt", "a cat\n")
    h.write("~/other/dog.txt", "a dog\n")
    assert h.psbc("trust", "--yes", cwd="~/code/lab").ok


def explain(h, *words, **options):
    r = h.psbc("explain", "--json", *words, cwd="~/code/lab", **options)
    assert r.ok, r
    return json.loads(r.out)["answers"]


@test("each path: its state is what a program inside finds, and the line that decides is named")
def _(h):
    project(h)
    h.symlink(h.path("~/other"), "~/code/lab/out")
    h.symlink(h.path("~/data"), "~/code/lab/in")
    h.symlink(h.path("~/data"), "~/also")  # nobody asked for this name of it
    said = {
        "train.py": ("writable", ".python-sandbox.toml:1: the project"), ".env": ("hidden", ".python-sandbox.toml:3: hidden"), "~/data/cat.txt": ("read-only", ".python-sandbox.toml:2: readonly"),
        "in/cat.txt": ("read-only", ".python-sandbox.toml:2: readonly"), "out/dog.txt": ("absent", "psbc: "), "~/also/cat.txt": ("absent", "psbc: "), "~/other/dog.txt": ("absent", "psbc: "), "~/.ssh/id_ed25519": ("absent", "psbc: "),
        ".python-sandbox.toml": ("read-only", "psbc: "), "~": ("private", "psbc: "), "/tmp": ("private", "psbc: "), "/usr/bin/env": ("visible", "a part of the system"), "~/.bashrc": ("written by psbc", "psbc: "),
    }  # fmt: skip
    answers = explain(h, *said)
    assert [one["state"] for one in answers] == [state for state, _ in said.values()], answers
    assert all(any(why in line for line in one["because"]) for one, (_, why) in zip(answers, said.values())), answers  # noqa: B905
    probe = "for f; do if [ -d \"$f\" ]; then echo d; elif [ -r \"$f\" ] && cat \"$f\" >/dev/null 2>&1; then if [ -w \"$f\" ]; then echo w; else echo r; fi; else echo n; fi; done"
    names = [h.path(name) if name.startswith("~") else name for name in said]
    found = h.psbc("run", "--", "sh", "-c", probe, "sh", *names, cwd="~/code/lab").out.split()
    expected = {"writable": "w", "hidden": "n", "read-only": "r", "absent": "n", "private": "d", "visible": "r", "written by psbc": "w"}
    assert found == [expected[state] for state, _ in said.values()], (found, said)


@test("each variable: whether it is there inside, and with which value")
def _(h):
    project(h)
    outside = {"LAB_MODE": "fast", "GITHUB_TOKEN": "x", "EDITOR": "vi", "LAB_OTHER": "y", "LC_PAPER": "C", "HTTP_PROXY": "", "HTTPS_PROXY": "http://me:pw@proxy.example:80"}
    names = [*outside, "LAB_SIZE", "LAB_UNSET", "TERM", "SSH_AUTH_SOCK", "AWS_SECRET_ACCESS_KEY", "JAILED_ENV", "PYTHONSTARTUP"]
    r = h.psbc("run", "--", "env", cwd="~/code/lab", env=outside)
    inside = dict(line.split("=", 1) for line in r.out.splitlines() if "=" in line)
    assert inside["LAB_MODE"] == "fast" and "GITHUB_TOKEN" not in inside, r
    for answer in explain(h, *names, env=outside):
        name, state = answer["asked"], answer["state"]
        assert answer["kind"] == "variable", answer
        if state.startswith("set to "):
            assert inside.get(name) == state[len("set to ") :], (answer, inside.get(name))
        elif name != "JAILED_ENV":  # of each session: not a part of the policy
            assert (state == "crosses") == (name in inside), (answer, inside.get(name))
    (token,) = explain(h, "HF_TOKEN")
    assert token["state"].startswith("a token"), token


@test("what it says to write lets in what it says, and what it refuses the build refuses")
def _(h):
    project(h)
    h.write("~/.config/gh/hosts.yml", "oauth_token: x\n")
    (answer,) = explain(h, "~/other/dog.txt")
    read, write = answer["changes"]
    assert read["grants"] == ["+ read ~/other/dog.txt"] and write["grants"] == ["+ write ~/other/dog.txt"] and not read["refused"], answer
    assert read["line"] == 'readonly = ["~/other/dog.txt"]', answer
    for change, key, allowed in ((read, "readonly", False), (write, "writable", True)):
        entry = change["line"].split("[")[1].rstrip("]")
        config = CONFIG.replace('"~/data"', f'"~/data", {entry}') if key == "readonly" else CONFIG.replace("hidden =", f"writable = [{entry}]\nhidden =")
        h.write("~/code/lab/.python-sandbox.toml", config)
        assert h.psbc("trust", "--yes", cwd="~/code/lab").ok
        r = h.psbc("run", "--", "sh", "-c", "cat ~/other/dog.txt; echo more >> ~/other/dog.txt", cwd="~/code/lab")
        assert r.out == "a dog\n" and ("more" in h.read("~/other/dog.txt")) == allowed, r
    h.write("~/code/lab/.python-sandbox.toml", CONFIG)
    for path, rule in (("~/.ssh", "PSB203"), ("~", "PSB202"), ("~/.config/gh/hosts.yml", "PSB203")):
        (answer,) = explain(h, path)
        assert answer["changes"] and all(change["refused"].startswith(rule) for change in answer["changes"]), answer
        h.write("~/code/lab/.python-sandbox.toml", CONFIG.replace('"~/data"', f'"{path}"'))
        r = h.psbc("build", cwd="~/code/lab")
        assert r.status == 2 and rule in r.err, r
        h.write("~/code/lab/.python-sandbox.toml", CONFIG)


@test("--map and --html: every place and every origin, in plain letters too; a hostile file forges neither a terminal nor a page")
def _(h):
    hostile = "<script>alert(1)<b>"
    token = "ghp_" + "a1B2" * 9
    h.write("~/code/lab/.python-sandbox.toml", f"""name = "lab"
readonly = ["~/data", "~/{hostile}"]
writable = ["~/runs"]
hidden = [".env"]
tokens = ["HF_TOKEN:read"]
[env]
pass = ["CUDA_VISIBLE_DEVICES"]
[env.set]
SPEED = "<3>"
[network]
access = "none"
""")
    for name in ("data", hostile, "runs"):
        h.mkdir(f"~/{name}")
    h.write("~/code/lab/.env", "A=1\n")
    psbc = lambda *words: h.psbc(*words, cwd="~/code/lab", env={"LC_ALL": "C.UTF-8"})
    r = psbc("explain", "--map", "--html", "page.html")
    plain = psbc("explain", "--map", "--ascii")
    assert r.ok and plain.ok and plain.out.isascii() and "\x1b" not in r.out + plain.out, r
    for letter, name, line in (("r", "data", 2), ("w", "runs", 3), ("x", ".env", 4)):
        assert re.search(rf"[|`]- {letter} {re.escape(name)}  ~/code/lab/\.python-sandbox\.toml:{line}: ", plain.out), (name, plain)
    for text in ("HF_TOKEN (read-only kind)", "CUDA_VISIBLE_DEVICES crosses", "SPEED is set", "\nnetwork\n  none", "~/code/lab/.python-sandbox.toml:11"):
        assert text in plain.out and text in r.out, (text, plain)
    source = h.read("~/code/lab/page.html")
    page = Page(source)
    assert not page.tags & {"script", "link", "img", "iframe", "b"} and hostile in page.text and "SPEED is set" in page.text and "<3>" not in page.text and "HF_TOKEN" in page.text, page.text
    assert not [one for one in page.attributes if one[0] in ("src", "href") or one[0].startswith("on")] and "default-src 'none'" in source and "http:" not in source and "https:" not in source
    assert page.text.count("~/code/lab/.python-sandbox.toml:2") == 2, page.text
    # As in a terminal of another locale; and in colours.
    assert h.psbc("explain", "--map", cwd="~/code/lab", env={"LC_ALL": "C"}).out == plain.out
    shown = h.pty(["psbc", "explain", "--map"], cwd="~/code/lab", env={"LC_ALL": "C.UTF-8", "TERM": "xterm"})
    assert "\x1b[33m✎ runs\x1b[0m" in shown.out and "\x1b[31m✗ .env\x1b[0m" in shown.out, shown
    assert "\x1b[3" not in h.pty(["psbc", "explain", "--map"], cwd="~/code/lab", env={"LC_ALL": "C.UTF-8", "TERM": "xterm", "NO_COLOR": "1"}).out
    # What the tree says of a place is what explain says of it.
    for name, word in (("~/data", "read-only"), ("~/runs", "writable"), (".env", "hidden")):
        assert json.loads(psbc("explain", "--json", name).out)["answers"][0]["state"] == word
    h.mkdir(f"~/{token}")
    h.write("~/.config/psbc/config.toml", f'readonly = ["~/{token}"]\n')
    assert psbc("explain", "--html", "masked.html").ok and "ghp_" in h.read("~/code/lab/masked.html") and token not in h.read("~/code/lab/masked.html")
    h.run(["rm", h.path("~/.config/psbc/config.toml")])
    assert psbc("explain", "--html", "nowhere/page.html").status == 4


@test("--last: of the last command that failed, the paths among its words that are not there inside; no other word of it is kept anywhere")
def _(h):
    h.require("firejail")
    h.write("~/code/lab/.python-sandbox.toml", 'name = "lab"\nreadonly = ["~/given"]\n')
    for name in ("given/a", "data/b", "data/c d", "code/lab/selfmade"):
        h.write(f"~/{name}", "1\n")
    psbc = lambda *words: h.psbc(*words, cwd="~/code/lab")
    assert psbc("trust", "--yes").ok
    r = psbc("explain", "--last")
    assert r.status == 3 and "no command" in r.err and "psbc learn" in r.err, r
    words = ["false", h.path("~/data/b"), f"--set={h.path('~/data/c d')}", h.path("~/given/a"), "selfmade", "../../data/nihil", "token-of-mine-hf_abcdefghijklmnopqrstuvwxyz012345"]
    assert psbc("run", "--", *words).status == 1
    r = psbc("explain", "--last")
    assert r.ok and "`false` ended with status 1" in r.err and "~/data/b: absent" in r.out and "~/data/c d: absent" in r.out and 'readonly = ["~/data/b"]' in r.out, r
    assert "~/given/a: read-only" in r.out and "selfmade" not in r.out and "nihil" not in r.out, r
    answers = json.loads(psbc("explain", "--last", "--json").out)
    assert answers["status"] == 1 and answers["program"] == "false" and [one["asked"] for one in answers["answers"]] == ["~/data/b", "~/data/c d", "~/given/a"], answers
    kept = h.run(["grep", "-rl", "token-of-mine", h.home])
    assert not kept.out, kept
    assert psbc("run", "--", "true").ok and "`false`" in psbc("explain", "--last").err
    assert psbc("run", "--", "sh", "-c", "exit 3").status == 3
    r = psbc("explain", "--last")
    assert "`sh` ended with status 3; everything" in r.err and not r.out, r
    assert psbc("clean", "--yes").ok and psbc("explain", "--last").status == 3 and psbc("explain").status == 2


@test("inside, where nobody can know, explain, doctor, status and list say so instead of guessing")
def _(h):
    project(h)
    for words in (["explain", "train.py"], ["doctor"], ["status"], ["list", "--json"]):
        r = h.psbc("run", "--", "psbc", *words, cwd="~/code/lab")
        assert r.status == 3 and r.out == "" and "cannot be seen from here" in r.err and "outside" in r.err, r


@test("patterns, many words, a name that is nearly one, hosts, and what is nothing")
def _(h):
    project(h, CONFIG + '[network]\naccess = "none"\n')
    answers = explain(h, "~/data/*", "~/othr", "example.org", "localhost")
    assert [one["state"] for one in answers] == ["read-only", "absent", "unreachable", "unreachable"], answers
    assert any("did you mean `~/other`?" in line for line in answers[1]["because"]) and answers[1]["changes"] == [], answers
    r = h.psbc("explain", "train.py", "no*such", cwd="~/code/lab")
    assert r.status == 3 and "nothing is called `no*such`" in r.err and "train.py: writable" in r.out, r
    hostile = "a\x1b]0;x\x07\nb"
    h.write(f"~/code/lab/{hostile}", "")
    r = h.psbc("explain", f"./{hostile}", cwd="~/code/lab")
    assert r.ok and "\x1b" not in r.out and "\nb" not in r.out, r
    h.write("~/code/lab/.python-sandbox.toml", 'name = 3\n')
    r = h.psbc("explain", "train.py", cwd="~/code/lab")
    assert r.status == 2 and "PSB003" in r.err and r.out == "", r


main()
