#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""psbc lint --profile: what it says of a profile that was written by hand is what firejail does with it."""
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from host import CHECKOUT  # noqa: E402
from tap import main, test  # noqa: E402

TABLE = [
    (name, kind, int(since), int(until), example)
    for name, kind, since, until, example in re.findall(r'^PSBC_DIRECTIVE\("([^"]+)", (\w+), (\d+), (\d+), "([^"]*)"\)$', (CHECKOUT / "src/lint/profile/directives.def").read_text(), re.M)
]


def findings(h, text, *words, name="x.profile"):
    r = h.run(["psbc", "lint", "--profile", "--format", "json", "--exit-zero", "--stdin-filename", name, *words, "-"], stdin=text)
    assert r.ok, r
    return json.loads(r.out)["findings"]


def rules(h, text, **how):
    return {one["rule"] for one in findings(h, text, **how)}


def inside(h, profile, command, cwd="~"):
    """(status, output) of a command in the sandbox of a profile."""
    path = h.write("~/profiles/x.profile", profile)
    r = h.run(["firejail", "--quiet", f"--profile={path}", "sh", "-c", command], cwd=cwd)
    return r.status, r.out + r.err


@test("the table of directives is what the installed firejail takes and refuses")
def _(h):
    h.require("psbc", "firejail")
    assert [row[0] for row in TABLE] == sorted(row[0] for row in TABLE) and len(TABLE) > 100
    release = int(re.search(r"0\.9\.(\d+)", h.run(["firejail", "--version"]).out)[1])
    asked = 0
    for name, kind, since, until, example in TABLE:
        if kind in ("text", "path", "include") and not example and not (until and release > until):
            continue
        _, out = inside(h, f"{name} {example}\n", "true")
        refused = "is invalid" in out
        assert refused == (release < since or bool(until and release > until)), (name, example, release, out)
        asked += 1
    assert asked > 75, asked
    for name in ("hidepid", "nvidia", "oom 10", "whitelst /tmp/x", "no-debuggers"):
        assert "is invalid" in inside(h, name + "\n", "true")[1] and "PSB907" in rules(h, name + "\n"), name


@test("what it calls refused is refused, what it calls dead hides and protects nothing, and the advice works")
def _(h):
    h.require("psbc", "firejail")
    home = h.path("~")
    project = h.mkdir("~/code/lab")
    white = f"whitelist {project}\n"
    for name in ("notes#1", "two  blanks", ".env", "sub/.env", "deep/er/.env"):
        h.write(f"{project}/{name}", "SECRET")
    read = lambda name, rest: inside(h, white + rest, f"cat '{project}/{name}'")[1]  # noqa: E731
    for name, dead, better in (
        ("notes#1", f"blacklist {project}/notes#1\n", f"blacklist {project}/notes?1\n"),
        ("two  blanks", f"blacklist {project}/two  blanks\n", f"blacklist {project}/two??blanks\n"),
        (".env", f"blacklist {project}/**/.env\n", f"blacklist {project}/.env\n"),
        ("deep/er/.env", f"blacklist {project}/**/.env\n", f"blacklist {project}/deep/er/.env\n"),
    ):
        assert "SECRET" in read(name, dead) and "PSB902" in rules(h, white + dead), name
        assert "SECRET" not in read(name, better) and "PSB902" not in rules(h, white + better), name
    # An exception behind its line.
    late, early = f"blacklist {project}/.env\nnoblacklist {project}/.env\n", f"noblacklist {project}/.env\nblacklist {project}/.env\n"
    assert "SECRET" not in read(".env", late) and "SECRET" in read(".env", early)
    assert "PSB902" in rules(h, white + late) and "PSB902" not in rules(h, white + early)
    # Read-only, and undone.
    undone, held = f"read-only {project}/sub\nread-write {project}\n", f"read-write {project}\nread-only {project}/sub\n"
    write = lambda rest: inside(h, white + rest, f"echo x > {project}/sub/planted")  # noqa: E731
    write(undone)
    assert h.exists(f"{project}/sub/planted") and "PSB902" in rules(h, white + undone)
    h.run(["rm", f"{project}/sub/planted"])
    write(held)
    assert not h.exists(f"{project}/sub/planted") and "PSB902" not in rules(h, white + held)
    # A blacklist beats a whitelist.
    both = f"blacklist {project}\n"
    assert "SECRET" not in read(".env", both) and "PSB902" in rules(h, white + both)
    for line in (f"blacklist {project}/a,b", "blacklist $HOME/x", f"blacklist {home}/a..b", "whitelist /", "whitelist /opt", "whitelist relative", "mkdir relative", "nonewprivs yes", "env NAME"):
        assert inside(h, line + "\n", "true")[0] != 0 and "PSB907" in rules(h, line + "\n"), (line, inside(h, line + "\n", "true"))
    # A relative path.
    relative = white + "blacklist .env\n"
    seen = lambda cwd: inside(h, relative, f"cat {project}/.env", cwd=cwd)[1]  # noqa: E731
    assert "SECRET" in seen("~") and "SECRET" not in seen(project) and "PSB902" in rules(h, relative)
    # Half a line of a comment is a directive.
    long = "#" + "A" * 8190 + "env SPILLED=yes\n"
    assert "SPILLED=yes" in inside(h, long, "env")[1] and "PSB913" in rules(h, long)


@test("a project that brings an included file, or a profile of the same name, is what PSB901 and PSB909 are about")
def _(h):
    h.require("psbc", "firejail")
    key = h.write("~/.ssh/id_ed25519", "KEY")
    project = h.mkdir("~/code/lab")
    closed = f"whitelist {project}\n"
    for include, brought in (("include lab.local", "lab.local"), ("include /etc/firejail/disable-common.inc", "disable-common.local")):
        profile = f"{include}\n{closed}"
        assert "KEY" not in inside(h, profile, f"cat {key}", cwd=project)[1]
        h.write(f"{project}/{brought}", f"noblacklist {h.path('~')}/.ssh\nwhitelist {h.path('~')}/.ssh\n")
        assert "KEY" in inside(h, profile, f"cat {key}", cwd=project)[1], include
        h.run(["rm", f"{project}/{brought}"])
        assert "PSB901" in rules(h, profile), include
    assert "PSB901" not in rules(h, closed)
    assert "PSB909" in rules(h, "# firejail --profile=python-env-lab bash\n" + closed)
    assert "PSB909" not in rules(h, "# firejail --profile=/etc/lab.profile bash, or --profile=... for short\n" + closed)


@test("python-sandbox's template: what is known to be wrong with it is found, and psbc's own profile has none of it")
def _(h):
    h.require("psbc", "firejail")
    text = (CHECKOUT / "bench/predecessor/profile.in").read_text().replace("@name@", "demo").replace("@directory@", "~/code/demo")
    found = findings(h, text)
    counts = {rule: sum(one["rule"] == rule for one in found) for rule in sorted({one["rule"] for one in found})}
    # .vim, .vimrc and .tmux.conf are writable; both includes; .zshrc and .bashrc are /etc/skel's, two exceptions come too late; no
    # privilege is taken away; eight channels are open; two values begin with `~`.
    assert counts == {"PSB901": 2, "PSB902": 4, "PSB905": 5, "PSB906": 8, "PSB911": 2, "PSB912": 3}, counts
    h.write("~/code/lab/.python-sandbox.toml", 'name = "lab"\nhidden = [".env"]\n')
    h.write("~/code/lab/.env", "x")
    assert h.psbc("trust", "--yes", cwd="~/code/lab").ok
    own = h.psbc("build", "--print", "standalone", cwd="~/code/lab")
    assert own.ok, own
    worse = [one for one in findings(h, own.out) if one["severity"] == "error" or one["rule"] in ("PSB903", "PSB904", "PSB906", "PSB911")]
    assert not worse, worse


@test("a directory of profiles, parts of profiles, suppressions, a fix, a secret: as in psbc's own files")
def _(h):
    h.require("psbc")
    h.write("~/.config/firejail/lab.profile", "whitelist ~/code/lab\nnet none  # offline\n# psbc: ignore[PSB907] firejail of this machine has it\nhidepid\n")
    h.write("~/.config/firejail/lab.local", "env HF_TOKEN=hf_" + "abcdefghijABCDEFGHIJ0123456789abcd\n")
    h.write("~/.config/firejail/notes.txt", "no profile\n")
    r = h.psbc("lint", "--profile", "--format", "json", h.path("~/.config/firejail"), cwd="~")
    found = json.loads(r.out)["findings"]
    assert r.status == 1 and {one["file"].rsplit("/", 1)[1] for one in found} == {"lab.profile", "lab.local"}, r
    of_part = {one["rule"] for one in found if one["file"].endswith(".local")}
    assert of_part == {"PSB401"} and "abcdefghij" not in r.out, (of_part, r.out)
    assert [one["suppressed"] for one in found if one["rule"] == "PSB907"] == ["firejail of this machine has it"], found
    assert h.psbc("lint", "--profile", "--fix", "--fail-on", "never", h.path("~/.config/firejail"), cwd="~").ok
    assert "net none\n" in h.read("~/.config/firejail/lab.profile") and "PSB903" not in rules(h, h.read("~/.config/firejail/lab.profile"))
    r = h.psbc("lint", "--profile", cwd="~")
    assert r.status == 2 and "psbc lint --profile ~/.config/firejail" in r.err, r


main()
