#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""`psbc build` rebuilds when, and only when, an input changed; it says why; and no failure loses the last build."""
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from host import SOURCES  # noqa: E402
from tap import main, skip, test  # noqa: E402

LAB = "~/code/lab"
CONFIG = 'name = "lab"\nreadonly = ["~/data"]\nhidden = [".env", "**/*.pem"]\n'


def lab(h):
    h.require("psbc", "firejail")
    h.write(f"{LAB}/.python-sandbox.toml", CONFIG)
    h.write(f"{LAB}/.env", "S=1\n")
    h.write("~/data/x", "1\n")
    h.write("~/.bashrc", "alias ll='ls -l'\n")
    r = h.psbc("build", cwd=LAB)
    assert r.ok, r
    return current(h)


def current(h):
    """Each output of the current generation: (inode, mtime, bytes)."""
    (build,) = [p for p in Path(h.path("~/.local/state/psbc/builds")).iterdir()]
    files = {p.name: p for p in sorted((build / "current").iterdir())}
    return {name: (p.stat().st_ino, p.stat().st_mtime_ns, p.read_bytes()) for name, p in files.items()}


def outputs(h):
    return {name: state for name, state in current(h).items() if name != "trace"}


def reasons(h, **options):
    r = h.psbc("build", "--check", "--explain", cwd=LAB, **options)
    assert r.status == 1, r
    return [line.strip() for line in r.err.splitlines()[1:]]


@test("an unchanged world writes nothing, and neither do the same bytes written again or touched")
def _(h):
    before = lab(h)
    config = h.path(f"{LAB}/.python-sandbox.toml")
    for change in (lambda: None, lambda: os.utime(config), lambda: h.write(f"{LAB}/.python-sandbox.toml", CONFIG), lambda: h.write("~/.bashrc", "alias ll='ls -l'\n")):
        change()
        assert h.psbc("build", "--check", cwd=LAB).status == 0
        r = h.psbc("build", cwd=LAB)
        assert r.ok and "up to date" in r.err, r
        assert current(h) == before


@test("each kind of input that changes is said in exactly one sentence, and only the right outputs change")
def _(h):
    lab(h)
    state = h.path("~/.local/state/psbc")
    profiles, plan = {"enter.profile", "standalone.profile"}, {"build", "plan"}
    h.mkdir("~/dotfiles/data2")
    flips = [
        # what happens, a word of the sentence, which outputs differ afterwards
        (lambda: h.write(f"{LAB}/.python-sandbox.toml", CONFIG + "# a comment\n"), ".python-sandbox.toml", set()),
        (lambda: h.write("~/.bashrc", "alias la='ls -A'\n"), ".bashrc", plan),
        (lambda: h.write(f"{LAB}/certs/key.pem", "K"), "**/*.pem", profiles | plan),
        (lambda: h.write(f"{LAB}/uv.lock", ""), "uv.lock", {"standalone.profile"} | plan),
        (lambda: os.unlink(h.path(f"{LAB}/.env")), ".env", profiles | plan),
        (lambda: h.write("~/.config/psbc/config.toml", 'hidden = ["~/data/x"]\n'), ".config/psbc", profiles | plan),
        (lambda: h.write("~/.gitconfig", "[user]\n\tname = New\n"), ".gitconfig", plan),
    ]
    for flip, word, expected in flips:
        before = outputs(h)
        flip()
        said = reasons(h)
        assert len(said) == 1 and word in said[0], (word, said)
        assert outputs(h) == before, "--check wrote something"
        r = h.psbc("build", cwd=LAB)
        assert r.ok, r
        after = outputs(h)
        changed = {name for name in after if after[name][2] != before.get(name, (0, 0, b""))[2]}
        assert changed == expected, (word, changed)
        assert h.psbc("build", "--check", cwd=LAB).status == 0
    assert (os.stat(state).st_mode & 0o777) == 0o700


@test("an output that was edited, deleted, or replaced by a link is put right and reported")
def _(h):
    lab(h)
    generation = Path(h.path("~/.local/state/psbc/builds")).glob("*/current")
    (current_link,) = generation
    good = (current_link / "enter.profile").read_bytes()
    for damage, word in (
        (lambda p: p.write_bytes(b"# nothing is closed\n"), "edited"),
        (lambda p: p.unlink(), "deleted"),
        (lambda p: (p.unlink(), p.symlink_to("/etc/hostname")), "link"),
    ):
        with h.as_user():
            damage(current_link.resolve() / "enter.profile")
        assert h.psbc("build", "--check", cwd=LAB).status == 1
        r = h.psbc("build", cwd=LAB)
        assert r.ok and "enter.profile" in r.err and word in r.err, r
        assert (current_link / "enter.profile").read_bytes() == good and not (current_link / "enter.profile").is_symlink()


@test("a build that fails leaves the last good one in use")
def _(h):
    before = lab(h)
    h.write(f"{LAB}/.python-sandbox.toml", CONFIG + "nonsense = 1\n")
    assert h.psbc("build", cwd=LAB).status == 2
    assert current(h) == before
    h.write(f"{LAB}/.python-sandbox.toml", CONFIG + "# changed\n")
    state = h.path("~/.local/state/psbc")
    subprocess.run(["mount", "--bind", state, state], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", state], check=True)
    r = h.psbc("build", cwd=LAB)
    subprocess.run(["umount", state], check=True)
    assert r.status == 4 and "read-only" in r.err.lower(), r
    assert current(h) == before
    assert h.psbc("build", cwd=LAB).ok


@test("a full disk leaves the last good build in use, and the next build works")
def _(h):
    h.require("psbc", "firejail")
    state = h.mkdir("~/.local/state", 0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size=256k,uid={h.uid},gid={h.gid},mode=700", "tmpfs", state], check=True)
    before = lab(h)
    filler = Path(state, "filler")
    with h.as_user():
        try:
            with open(filler, "wb") as f:
                while True:
                    f.write(b"x" * 4096)
                    f.flush()
        except OSError:
            pass
    h.write(f"{LAB}/.python-sandbox.toml", CONFIG + "# changed\n")
    r = h.psbc("build", cwd=LAB)
    assert r.status == 4 and "space" in r.err, r
    assert current(h) == before
    filler.unlink()
    assert h.psbc("build", cwd=LAB).ok
    assert current(h) != before
    subprocess.run(["umount", "-l", state], check=True)


@test("a kill at any moment leaves a whole build, and the next one works")
def _(h):
    lab(h)
    for n in range(40):
        h.write(f"{LAB}/.python-sandbox.toml", CONFIG + f"[env]\nset.N = \"<{n}>\"\n")
        p = h.spawn(["psbc", "build"], cwd=h.path(LAB))
        time.sleep(n * 0.0006)
        p.send_signal(signal.SIGKILL)
        p.wait()
        whole = current(h)
        assert {"enter.profile", "plan", "capabilities", "trace"} <= set(whole), whole.keys()
    r = h.psbc("build", cwd=LAB)
    assert r.ok, r
    assert b"N=<39>" in current(h)["capabilities"][2]
    assert h.psbc("build", "--check", cwd=LAB).status == 0


@test("of builds at once all end well, and one of them does the work")
def _(h):
    lab(h)
    h.write(f"{LAB}/.python-sandbox.toml", CONFIG + "[env]\nset.N = \"2\"\n")
    all_four = [h.spawn(["psbc", "build"], cwd=h.path(LAB), stderr=subprocess.PIPE, text=True) for _ in range(4)]
    said = [p.communicate(timeout=60)[1] for p in all_four]
    assert [p.returncode for p in all_four] == [0, 0, 0, 0], said
    assert sum("up to date" in text for text in said) == 3, said
    assert h.psbc("build", "--check", cwd=LAB).status == 0


@test("--dry-run, --diff and --print write nothing")
def _(h):
    before = lab(h)
    h.write("~/data2/x", "")
    h.write(f"{LAB}/.python-sandbox.toml", CONFIG.replace("~/data", "~/data2"))
    r = h.psbc("build", "--dry-run", cwd=LAB)
    assert r.ok and "would write enter.profile" in r.out, r
    r = h.psbc("build", "--diff", cwd=LAB)
    assert r.ok and "+whitelist " + h.path("~/data2") in r.out and "-whitelist " + h.path("~/data") in r.out, r
    for what, word in (("profile", "private-dev"), ("standalone", "seccomp"), ("bash", "JAILED_ENV"), ("policy", "closed")):
        r = h.psbc("build", "--print", what, cwd=LAB)
        assert r.ok and word in r.out and "include" not in [line.split(" ")[0] for line in r.out.splitlines()], r
    assert current(h) == before


@test("the outputs are a function of the inputs: not of time, locale, umask or directory")
def _(h):
    before = {k: v[2] for k, v in lab(h).items() if k != "trace"}
    for env, cwd in (({"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Tokyo"}, LAB), ({"LANG": "C"}, f"{LAB}/")):
        r = h.run(["sh", "-c", "umask 077; psbc build --force"], cwd=cwd, env=env)
        assert r.ok, r
        assert {k: v[2] for k, v in current(h).items() if k != "trace"} == before


@test("a template of the user's own replaces the built-in one, and is judged like it")
def _(h):
    lab(h)
    own = h.run(["psbc", "build", "--print", "bash"], cwd=LAB).out
    assert own
    h.write("~/tmpl/profile/enter.profile", "@{header}\ninclude /tmp/evil.profile\n@{exposed}\n@{guarded}\n")
    h.write("~/.config/psbc/config.toml", 'templates = "~/tmpl"\n')
    r = h.psbc("build", cwd=LAB)
    assert r.status == 2 and "PSB609" in r.err and "enter.profile:2" in r.err, r
    # A harmless change of a good one is taken.
    built_in = (SOURCES / "templates/profile/enter.profile").read_text()
    h.write("~/tmpl/profile/enter.profile", built_in + "# mine\ndisable-mnt\n")
    r = h.psbc("build", cwd=LAB)
    assert r.ok, r
    assert "disable-mnt" in h.psbc("build", "--print", "profile", cwd=LAB).out.splitlines()
    # The same from the command line: an input of the build like any other.
    os.unlink(h.path("~/.config/psbc/config.toml"))
    assert h.psbc("build", cwd=LAB).ok and h.psbc("trust", "--yes", cwd=LAB).ok
    assert "disable-mnt" not in h.psbc("build", "--print", "profile", cwd=LAB).out.splitlines()
    assert h.psbc("build", "--template", h.path("~/tmpl"), cwd=LAB).ok
    assert h.psbc("build", "--check", "--template", h.path("~/tmpl"), cwd=LAB).status == 0
    assert h.psbc("build", "--check", cwd=LAB).status == 1
    assert h.psbc("run", "--template", "../../tmpl", "--", "true", cwd=LAB).ok
    assert h.psbc("build", "--check", "--template", h.path("~/tmpl"), cwd=LAB).status == 0
    assert h.psbc("build", "--template", h.path("~/nowhere"), cwd=LAB).status == 2


main()
