#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""A7: what firejail's profile language cannot say exactly. Each name either is meant exactly, or refused."""
import itertools

from attack import Project
from tap import test
from vectors import attack, main

# name -> its twin: what a pattern that is wide enough for the name, or a rule cut short at its odd byte, would hit as well.
ODD = {
    "a#b": "a", "#x": "x", "a  b": "a b", "a b": "a", "tab\tx": "tab x", "line\nwhitelist x": "line", "a,b": "a.b",
    "it's": "it_s", 'say "x"': "say _x_", "a*b": "axxb", "q?m": "qxm", "x[1]": "x1", "${HOME}": "${HOMF}", "a\\b": "a_b",
    "a;b": "a:b", "$(id)`id`": "x", "größe 日本": "gr__e", "tail ": "tail", "c,d": "other", "~": "~root", "-(a=b)": "b",
}  # fmt: skip


def ordinary(h):
    """A refusal of one of these would be a defect too. 0.9.64.4 takes no quote, and what it takes for one hits the twin."""
    return {"a b", "größe 日本", "c,d", "-(a=b)"} | ({"it's"} if h.firejail_version() >= (0, 9, 66) else set())


def toml(text):
    """The text as a basic string."""
    return '"' + "".join(f"\\u{ord(c):04x}" if c in '"\\' or ord(c) < 32 else c for c in text) + '"'


@test("a rule by hand with a double blank hides nothing, one with a `#` opens all of HOME, and a long comment becomes a line")
def _(h):
    h.require("firejail")
    h.plant_decoys()
    h.write("~/code/demo/a  b", h.decoys.new("two blanks"))

    def by_hand(profile, command):
        path = h.write("~/by-hand.profile", profile)
        return h.run(["firejail", "--quiet", "--profile=" + path, "sh", "-c", command], cwd="~/code/demo").out

    assert h.decoys.found_in(by_hand(f"blacklist {h.home}/code/demo/a  b\n", "cat 'a  b'")) == ["two blanks"]
    if h.firejail_version() >= (0, 9, 66):  # before, a comment began at the start of a line only
        assert h.decoys.found_in(by_hand(f"whitelist {h.home}/#x\n", "cat ~/.ssh/id_ed25519")) == ["ssh key"]
    else:
        assert by_hand("net none # no network\n", "ls /sys/class/net").split() != ["lo"]
    assert by_hand("#" + "x" * 8190 + "env SPILLED=yes\n", "echo $SPILLED") == "yes\n"


numbers = itertools.count()


def entered(h, path, config, line):
    """The result of a line in a sandbox of this configuration, or None: refused by a diagnostic, and nothing was started."""
    p = Project(h, config, path=path, name=f"demo{next(numbers)}", trusted=False)
    r = p.psbc("trust", "--yes")
    if r.ok:
        r = p.inside(f"touch ran; {line}; true")
    if r.ok:
        assert h.exists(path + "/ran"), r
        return r
    assert r.status in (2, 125) and "error" in r.err and not h.exists(path + "/ran"), r
    return None


@test("hidden files of any name: exactly that one is hidden, or nothing is started")
@attack("spelling-hidden", "A7", "hidden names with blanks, `#`, quotes, wildcards and newlines")
def _(h):
    said = set()
    for number, (name, twin) in enumerate(ODD.items()):
        path = f"~/code/p{number}"
        h.write(f"{path}/s/{name}", h.decoys.new(name))
        h.write(f"{path}/s/{twin}", "TWIN\n")
        pattern = "".join(f"[{c}]" if c in "*?[" else c for c in name)  # `hidden` takes patterns
        r = entered(h, path, f"hidden = [{toml('s/' + pattern)}]\n", "cat s/* s/.[!.]*")
        if r:
            said.add(name)
            assert not h.decoys.found_in(r.out) and "TWIN" in r.out, (name, str(r))
    assert said >= ordinary(h), said


@test("exposed paths of any name: exactly that one can be seen, and not written")
@attack("spelling-exposed", "A7", "exposed paths of such names")
def _(h):
    said = set()
    for number, (name, twin) in enumerate(ODD.items()):
        data = f"~/data{number}"
        h.write(f"{data}/{name}/f", "DATA\n")
        h.write(f"{data}/{twin}/f", h.decoys.new("beside " + name))
        look = f"find {data} -type f -exec cat {{}} +; find {data} -type d -exec touch {{}}/x \\;"
        r = entered(h, f"~/code/p{number}", f"readonly = [{toml(f'{data}/{name}')}]\n", look)
        if r:
            said.add(name)
            assert "DATA" in r.out and not h.decoys.found_in(r.out), (name, str(r))
            assert not h.exists(f"{data}/{name}/x"), (name, str(r))
    assert said >= ordinary(h), said


@test("projects in directories of any name: the command runs there and sees nothing beside it, or is refused")
@attack("spelling-project", "A7", "a project in a directory of such a name")
def _(h):
    h.plant_decoys()
    said = set()
    for number, (name, twin) in enumerate(ODD.items()):
        h.write(f"~/code/{number}/{twin}/.env", h.decoys.new("beside " + name))
        path = f"~/code/{number}/{name}"
        r = entered(h, path, "", "pwd; cat ~/.ssh/id_ed25519 ../*/.env; echo x > .python-sandbox.toml")
        if r:
            said.add(name)
            assert r.out.startswith(h.path(path) + "\n") and not h.decoys.found_in(r.out), (name, str(r))
            assert h.read(path + "/.python-sandbox.toml").startswith("name = "), name
    assert said >= ordinary(h), said


@test("a value or a path of thousands of bytes does not become a line of its own")
@attack("spelling-long-line", "A7", "a value that spills into a line of its own")
def _(h):
    h.plant_decoys()
    tail = "whitelist ${HOME}/.ssh"
    long = '[env]\nset = { LONG = "' + "x" * 4000 + tail + '" }'
    for number, line in enumerate((
        "# " + "x" * 8190 + tail,
        '[env]\nset = { LONG = "' + "x" * 8175 + tail + '" }',
        long,
        'hidden = ["' + "x" * 8181 + tail + '"]',
        'readonly = ["~/' + "x/" * 4090 + tail + '"]',
    )):  # fmt: skip
        r = entered(h, f"~/code/p{number}", line + "\n", 'cat ~/.ssh/id_ed25519; printf %s "$LONG" | wc -c')
        if r:
            assert not h.decoys.found_in(r.out), r
        if line == long:
            assert r and r.out.strip() == str(4000 + len(tail)), h.story()


main()
