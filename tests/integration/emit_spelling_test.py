#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Odd paths and the real firejail: what a rule names is hidden or exposed, and nothing beside it.

$EMIT_TOOL is tests/support/emit_tool.cc; every profile here is a whole one, as psbc writes it."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from tap import main, test  # noqa: E402

# name, and a sibling that a careless spelling would match or cut down to
ODD = [
    (b"plain", b"plain2"),
    (b"one space", b"one"),
    (b"two  blanks", b"two blanks"),
    (b" leading", b"leading"),
    (b"trailing ", b"trailing"),
    (b"c#", b"c"),
    (b"#", b"x1"),
    (b"a #b", b"a"),
    (b"a,b", b"a"),
    (b'"quoted"', b"quoted"),
    (b"it's", b"its"),
    (b"x[1]", b"x1"),
    (b"*", b"other"),
    (b"wild*", b"wildcard"),
    (b"q?", b"q1 "),
    (b"[a-z]", b"m"),
    (b"back\\slash", b"backslash"),
    (b"{brace}", b"brace"),
    (b"dollar$HOME", b"dollar"),
    (b"${HOME}", b"home"),
    (b"`id`", b"id"),
    (b"a|b;c&d", b"a"),
    (b"<>", b"x12"),
    (b"50%", b"50"),
    (b"^!", b"x1234"),
    (b"~", b"tilde"),
    (b"-n", b"n"),
    (b"tab\there", b"tab"),
    (b"line\nbreak", b"line"),
    (b"return\rhere", b"return"),
    (b"esc\x1b[31m", b"esc"),
    (b"\x7f", b"xx"),
    ("zażółć".encode(), "zazolc".encode()),
    ("日本語".encode(), "日本".encode()),
    (b"latin\xfc", b"latin"),
    (b"\x85\xa0", b"x85"),
    (b".hidden", b"hidden"),
]


def exposable(version):
    """0.9.64.4 aborts at some names, however they are spelled, and takes a short pattern for `.` or `..`: psbc refuses
    these there, which a unit test holds."""
    taken_for_dots = (b"#", b"<>", b"^!", b"\x7f")
    return [pair for pair in ODD if version != "0.9.64.4" or pair[0] not in taken_for_dots and not set(pair[0]) & set(b"\n\t\\")]


def profile(h, version, variant, rules):
    """The profile as the emitter writes it, in a file; None and the diagnostics when it refuses."""
    words = [b"closed", h.home.encode(), b"closed", b"/tmp", b"closed", b"/run", b"closed", b"/var"]
    for access, path in rules:
        words += [access.encode(), path]
    r = h.psbc("profile", version, variant, h.home, stdin=b"\0".join(words) + b"\0")
    assert r.status in (0, 1), r
    if r.status:
        return None, r.err
    with open(h.path("~/.profile-under-test"), "wb") as file:
        file.write(r.out.encode(errors="surrogateescape"))
    return h.path("~/.profile-under-test"), ""


def version_of(h):
    h.require("firejail", "psbc")
    return h.run(["firejail", "--version"]).out.split()[2]


def inside(h, path, script, *arguments):
    # keep-fd 3 wants a descriptor 3.
    return h.run(["sh", "-c", 'exec 3</dev/null; exec firejail --quiet --profile="$0" -- python3 -c "$@"', path, script, *arguments])


LOOK = """
import os, sys
for top in sys.argv[1:]:
    for directory, _, files in os.walk(os.fsencode(top)):
        for name in files:
            path = os.path.join(directory, name)
            try: readable = bool(open(path, 'rb').read())
            except OSError: readable = False
            writable = False
            try: open(path, 'ab').close(); writable = True
            except OSError: pass
            print(repr(path), 'r' if readable else '-', 'w' if writable else '-')
"""


def seen(r):
    out = {}
    for line in r.out.splitlines():
        path, readable, writable = line.rsplit(" ", 2)
        out[eval(path)] = readable + writable
    return out


def put(h, path):
    """As the user, with bytes as they are."""
    with h.as_user():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"content")


@test("a hidden file with an odd name is hidden, and its sibling is not")
def _(h):
    version = version_of(h)
    project = h.home.encode() + b"/p"
    rules = [("writable", project)]
    for number, (name, sibling) in enumerate(ODD):
        directory = project + b"/%d" % number
        put(h, directory + b"/" + name)
        put(h, directory + b"/" + sibling)
        rules.append(("hidden", directory + b"/" + name))
    path, err = profile(h, version, "enter", rules)
    assert path, err
    result = inside(h, path, LOOK, project.decode())
    assert result.ok, result
    found = seen(result)
    for number, (name, sibling) in enumerate(ODD):
        directory = project + b"/%d/" % number
        assert found[directory + name] == "--", (name, found[directory + name])
        assert found[directory + sibling] == "rw", (sibling, found[directory + sibling])


@test("an exposed read-only file with an odd name is all that is exposed")
def _(h):
    version = version_of(h)
    home = h.home.encode()
    rules = []
    for number, (name, sibling) in enumerate(exposable(version)):
        put(h, home + b"/d/%d/" % number + name)
        put(h, home + b"/d/%d/" % number + sibling)
        rules.append(("read-only", home + b"/d/%d/" % number + name))
    path, err = profile(h, version, "enter", rules)
    assert path, err
    found = seen(inside(h, path, LOOK, h.home + "/d"))
    wanted = {home + b"/d/%d/" % number + name: "r-" for number, (name, _) in enumerate(exposable(version))}
    assert found == wanted, (set(found.items()) ^ set(wanted.items()))


@test("directories with odd names are exposed with all that is in them, and can be written")
def _(h):
    version = version_of(h)
    home = h.home.encode()
    rules = []
    for number, (name, sibling) in enumerate(exposable(version)):
        put(h, home + b"/d/%d/" % number + name + b"/in")
        put(h, home + b"/d/%d/" % number + sibling + b"/in")
        rules.append(("writable", home + b"/d/%d/" % number + name))
    path, err = profile(h, version, "enter", rules)
    assert path, err
    found = seen(inside(h, path, LOOK, h.home + "/d"))
    wanted = {home + b"/d/%d/" % number + name + b"/in": "rw" for number, (name, _) in enumerate(exposable(version))}
    assert found == wanted, (set(found.items()) ^ set(wanted.items()))


@test("below a directory with an odd name, what is protected stays, and its parents cannot be renamed away")
def _(h):
    version = version_of(h)
    project = h.home.encode() + b"/p"
    parents = [project + b"/%d/" % number + name for number, (name, _) in enumerate(exposable(version))]
    rules = [("writable", project)]
    for parent in parents:
        put(h, parent + b"/sub/secret")
        put(h, parent + b"/sub/free")
        rules.append(("hidden", parent + b"/sub/secret"))
    path, err = profile(h, version, "enter", rules)
    assert path, err
    script = """
import os, sys
top = os.fsencode(sys.argv[1])
for number in os.listdir(top):
    for name in os.listdir(top + b'/' + number):
        for old in (number, number + b'/' + name, number + b'/' + name + b'/sub'):
            try: os.rename(top + b'/' + old, top + b'/moved'); print('MOVED', repr(old))
            except OSError: pass
""" + LOOK
    result = inside(h, path, script, project.decode())
    assert result.ok and "MOVED" not in result.out, result
    found = seen(result)
    for parent in parents:
        assert found[parent + b"/sub/secret"] == "--", parent
        assert found[parent + b"/sub/free"] == "rw", parent


@test("a pattern that would match a second entry is refused")
def _(h):
    version = version_of(h)
    home = h.home.encode()
    for name in (b"a,b", b"a;b"):
        put(h, home + b"/d/" + name)
    path, err = profile(h, version, "enter", [("read-only", home + b"/d/a,b")])
    assert path is None and "PSB104" in err and "matches other entries" in err, err


@test("two dots in a name can be hidden, and cannot be exposed")
def _(h):
    version = version_of(h)
    home = h.home.encode()
    put(h, home + b"/p/a..b")
    put(h, home + b"/p/a.b")
    path, err = profile(h, version, "enter", [("writable", home + b"/p"), ("hidden", home + b"/p/a..b")])
    assert path, err
    assert seen(inside(h, path, LOOK, h.home + "/p")) == {home + b"/p/a..b": "--", home + b"/p/a.b": "rw"}
    path, err = profile(h, version, "enter", [("read-only", home + b"/p/a..b")])
    assert path is None and "PSB104" in err, err


@test("closed directories are empty, and what is exposed below them is alone there")
def _(h):
    version = version_of(h)
    home = h.home.encode()
    put(h, home + b"/p/x")
    put(h, home + b"/.ssh/id")
    for top in ("/tmp", "/run", "/var/tmp"):
        Path(top, "secret").write_text("s")
    Path("/srv/data").mkdir()
    Path("/srv/data/f").write_text("d")
    Path("/srv/secret").write_text("s")
    Path("/mnt/secret").write_text("s")
    rules = [("writable", home + b"/p"), ("closed", b"/srv"), ("closed", b"/mnt"), ("read-only", b"/srv/data")]
    path, err = profile(h, version, "enter", rules)
    assert path, err
    result = inside(h, path, LOOK, h.home, "/tmp", "/run", "/var", "/srv", "/mnt")
    mine = {p: how for p, how in seen(result).items() if not p.startswith(b"/run/firejail/")}
    if version == "0.9.64.4":
        assert mine.pop(b"/run/secret") == "--"  # its name is there
    planted = {home + name for name in (b"/.bashrc", b"/.inputrc", b"/.profile")}  # firejail's own, from /etc/skel
    assert {p for p in mine if p not in planted} == {home + b"/p/x", b"/srv/data/f"}, result
    assert mine[b"/srv/data/f"] == "r-" and mine[home + b"/p/x"] == "rw", result


@test("the stand-alone profile starts, is deaf to namespaces and io_uring, and debuggers work")
def _(h):
    version = version_of(h)
    put(h, h.home.encode() + b"/p/x")
    path, err = profile(h, version, "standalone", [("writable", h.home.encode() + b"/p")])
    assert path, err
    result = inside(h, path, """
import ctypes, os, socket, time
libc = ctypes.CDLL(None, use_errno=True)
child = os.fork()
if child == 0:
    time.sleep(5); os._exit(0)
print('ptrace', libc.ptrace(16, child, 0, 0)); os.waitpid(child, 0); print('detach', libc.ptrace(17, child, 0, 0)); os.kill(child, 9)
print('io_uring', libc.syscall(425, 1, 0)); print('keyctl', libc.syscall(250, 0, -4, 0))
for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6): socket.socket(family).close()
try: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW); print('netlink')
except OSError: pass
print(os.environ['JAILED_ENV'])
print(open('/proc/self/status').read())
print('userns', libc.unshare(0x10000000))
""")
    assert result.ok, result
    open_namespaces = h.run(["sh", "-c", "head -n1 ~/.profile-under-test"]).out.startswith("# NOT HELD")  # before 0.9.72
    for line in ("ptrace 0", "detach 0", "io_uring -1", f"userns {0 if open_namespaces else -1}", "keyctl -1", "test", "NoNewPrivs:\t1", "CapBnd:\t0000000000000000"):
        assert line in result.out.splitlines(), (line, str(result))
    assert "netlink" not in result.out


@test("in /run only what is exposed is there, also on a firejail that cannot empty it by a whitelist")
def _(h):
    version = version_of(h)
    kept = b"/run/service/data"
    beside = ["service/data2", "service/dat", "service/.data", "service/Other", "servic", "services", "s", "f", "firejail2", "fire", ".x", "-x", "~x", "9", "Z"]
    for name in (b"service/data", *map(os.fsencode, beside)):
        directory = b"/run/" + name
        os.makedirs(directory, exist_ok=True)
        with open(directory + b"/f", "wb") as file:
            file.write(name)
    path, err = profile(h, version, "enter", [("read-only", kept)])
    assert path, err
    found = seen(inside(h, path, LOOK, "/run"))
    own = {path for path in found if path.startswith(b"/run/firejail/")}
    assert {path: found[path] for path in found.keys() - own} == {kept + b"/f": "r-"}, found


if "EMIT_TOOL" not in os.environ:
    from tap import skip_all

    skip_all("emit_tool: $EMIT_TOOL names no such program")
main(os.environ["EMIT_TOOL"])
