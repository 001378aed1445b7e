#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Hidden files while a sandbox runs, and psbc hide. What a mount cannot prevent must be told at once."""
import os
import signal
import stat
import time

from attack import Project, as_root, git, secret
from running import LATE, UNTIL_END, Running, wait
from tap import test
from vectors import attack, main

def steal(*paths):
    """A process that polls: all that it reads of the files goes to .loot."""
    return f"touch .loot .ready; (while :; do cat {' '.join(paths)}; sleep 0.01; done) >> .loot 2>/dev/null & {UNTIL_END}"


STORM = """
import os, signal, time
def stop(*_):
    open(".heard", "w")
    os._exit(0)
for number in range(3):
    if os.fork() == 0:
        for at in range(1500 if number == 0 else 0):
            os.makedirs(f"t/{at}")
        while True:
            os.mkdir(f"d{number}")
            os.rmdir(f"d{number}")
for at in range(8):
    os.mkdir(f"made{at}")
    open(f"made{at}/.env", "w")
signal.signal(signal.SIGTERM, stop)
open(".ready", "w")
time.sleep(60)
"""


def loot(h):
    return h.decoys.found_in(h.read("~/code/demo/.loot"))


def replace(h, path, name):
    """As editors save: a new file, renamed over the old one."""
    secret(h, f"{path}.new", name)
    os.rename(h.path(f"{path}.new"), h.path(path))


@test("B4: a hidden file that is replaced while a sandbox runs is told at once, and again at its end, as a disclosure")
@attack("hidden-replaced", "B4", "a hidden file that is replaced on the host while a sandbox polls for it", comes_to="reached, told at once")
def _(h):
    secret(h, "~/code/demo/.env", "old")
    p = Project(h, 'hidden = [".env"]\n')
    r = Running(p, steal(".env"))
    time.sleep(0.2)
    h.write("~/code/demo/.env", "written in place: still the file that is covered\n")
    h.write("~/code/demo/other.env", "another name\n")
    os.utime(h.path("~/code/demo/.env"))
    time.sleep(0.2)
    assert not r.said() and not h.read("~/code/demo/.loot"), r.said()
    replace(h, "~/code/demo/.env", "new")
    r.hears("psbc: warning: `~/code/demo/.env` was replaced outside, and is visible inside: rotate this secret\n")
    # The theft itself succeeds, as the message and the documentation say: a mount hides an inode, not a name.
    wait(lambda: "new" in loot(h), "the new file is visible")
    status, said = r.end()
    assert status == 0 and said.count("rotate this secret") == 2, (status, said)
    assert "hidden files became visible while the sandbox ran:" in said and "psbc hide FILE" in said, said
    # By hand: not a word. And the next entry hides what is there now.
    assert not h.decoys.found_in(p.entered("cat .env").out)


@test("B4: on_unhide = \"stop\" ends the sandbox, and what is replaced after that is not read")
@attack("hidden-replaced-stop", "B4", "the same with `on_unhide = \"stop\"`: what is replaced after that")
def _(h):
    secret(h, "~/code/demo/.env", "old")
    h.write("~/.config/psbc/config.toml", 'on_unhide = "stop"\n')
    p = Project(h, 'hidden = [".env", "later.env"]\n')
    r = Running(p, steal(".env", "later.env"))
    replace(h, "~/code/demo/.env", "new")
    assert r.process.wait(LATE) == 125, r.said()
    secret(h, "~/code/demo/later.env", "too late")
    time.sleep(0.3)
    said = r.said()
    assert 'on_unhide is "stop"' in said and "everything inside was ended" in said and "rotate this secret" in said, said
    assert "too late" not in loot(h)
    for bad in ('"kill"', "true"):
        h.write("~/.config/psbc/config.toml", f"on_unhide = {bad}\n")
        assert p.psbc("build").status == 2


@test("B4, B5: a file that appears under a hidden name is told, at any depth; what a session made itself is said as that")
@attack("hidden-appears", "B4", "a file that appears under a hidden name while a sandbox runs", comes_to="reached, told at once")
def _(h):
    h.mkdir("~/code/demo/old/place")
    h.write("~/nda/x", "")
    h.write("~/.config/psbc/config.toml", 'hidden = ["*.key"]\n')
    p = Project(h, 'readonly = ["~/nda"]\nhidden = ["absent.txt", "conf/absent.txt", "**/.env", "~/nda/[s]*", "dir/"]\n')
    r = Running(p, f"mkdir mine; echo own > mine/.env; echo noise > mine/env; {UNTIL_END}")
    r.hears("`~/code/demo/mine/.env` appeared, and is visible inside: unless the sandbox made it itself, rotate this secret")
    for path in ("absent.txt", "conf/absent.txt", "old/place/.env", "a/b/c/.env", "dir/x", "ssl.key", "\x1b]0;x\x07/.env"):
        secret(h, f"~/code/demo/{path}")
    secret(h, "~/nda/secret")
    secret(h, "~/code/elsewhere/tree/sub/.env")
    os.rename(h.path("~/code/elsewhere/tree"), h.path("~/code/demo/tree"))
    wait(lambda: r.said().count(" appeared, and") == 5, r.said)
    time.sleep(0.3)
    status, said = r.end()
    assert status == 0 and "\x1b" not in said and "noise" not in said, said
    # Five lines at once, and five at the end, however many there are: 10 and the directory.
    at_once, _, at_end = said.partition("hidden files became visible")
    assert at_once.count(" appeared, and") == 5 and at_end.count(" appeared, and") == 5, said
    assert "and 5 more" in at_end, said


@test("B4: a parent that is renamed on the host and made again, and a hidden directory that is, are noticed")
@attack("hidden-parent-renamed", "B4", "a directory above a hidden file that is renamed on the host and made again", comes_to="reached, told at once")
def _(h):
    secret(h, "~/code/demo/cfg/deep/.env", "old")
    secret(h, "~/code/demo/secrets/key", "old key")
    p = Project(h, 'hidden = ["cfg/deep/.env", "secrets/"]\n')
    r = Running(p, steal("cfg/deep/.env", "secrets/key"))
    for name in ("cfg", "secrets"):
        os.rename(h.path(f"~/code/demo/{name}"), h.path(f"~/code/demo/{name}.bak"))
    # What was covered stays so under its other name.
    time.sleep(0.2)
    assert not loot(h)
    secret(h, "~/code/demo/cfg/deep/.env", "new")
    secret(h, "~/code/demo/secrets/key", "new key")
    r.hears("`~/code/demo/cfg/deep/.env` was replaced outside", "`~/code/demo/secrets` was replaced outside")
    wait(lambda: loot(h) == ["new", "new key"], lambda: loot(h))
    assert r.end()[0] == 0


@test("B4: a second name for a hidden file, made on the host while a sandbox runs, is told at its end")
@attack("hidden-second-name", "B4", "a hard link to a hidden file that is made on the host while a sandbox runs", comes_to="reached, told at once")
def _(h):
    secret(h, "~/code/demo/.env", "hidden")
    p = Project(h, 'hidden = [".env"]\n')
    r = Running(p, UNTIL_END)
    os.link(h.path("~/code/demo/.env"), h.path("~/code/demo/copy"))
    status, said = r.end()
    assert status == 0 and "has a second name now, a hard link, that may be visible inside: rotate this secret" in said, said


@test("B4: a file of a hidden directory that has a second name beside it is told when something is built or approved")
def _(h):
    p = Project(h, 'hidden = ["secrets/"]\n')
    h.mkdir("~/code/demo/secrets/deep")
    secret(h, "~/code/demo/secrets/deep/key", "linked")
    for command in (["trust", "--show"], ["build", "--force"]):
        assert "hard link" not in p.psbc(*command).err
    h.run(["ln", "secrets/deep/key", "other"], cwd=p.path)
    for command in (["trust", "--show"], ["build", "--force"]):
        r = p.psbc(*command)
        assert "`~/code/demo/secrets/deep/key` (hidden by ~/code/demo/.python-sandbox.toml:2) has another name, a hard link" in r.err, r
    r = p.entered("cat secrets/deep/key other")
    assert h.decoys.found_in(r.out) == ["linked"], r  # that is what is told


@test("B4: another spelling of a hidden name that is the same file, and not covered with it, refuses the entry")
@attack("hidden-case-twin", "B4", "another spelling of a hidden name on a file system without case")
def _(h):
    # A file system without case, as FUSE shows one: two entries, one file. A bind mount makes the same of tmpfs.
    secret(h, "~/code/demo/.env", "hidden")
    h.write("~/code/demo/.ENV")
    p = Project(h, 'hidden = [".env"]\n')
    assert p.inside("cat .ENV").ok
    as_root("mount", "--bind", h.path("~/code/demo/.env"), h.path("~/code/demo/.ENV"))
    assert h.decoys.found_in(h.run(["cat", ".ENV"], cwd=p.path).out) == ["hidden"]
    p.refuses("/.ENV", "it is hidden, and could be read inside", run="touch ran; cat .ENV")
    as_root("umount", h.path("~/code/demo/.ENV"))


@test("B4: the warning reaches a terminal while a command has it, at the left edge, and the shell goes on")
def _(h):
    secret(h, "~/code/demo/.env", "old")
    p = Project(h, 'hidden = [".env"]\n')
    swap = lambda process: replace(h, "~/code/demo/.env", "new")  # noqa: E731
    r = h.pty(["psbc", "run", "--", "sh", "-c", "stty raw -echo; echo rea''dy; read x; stty sane; echo got-$x"],
              [("ready", swap), (r"\r\npsbc: warning: `~/code/demo/.env` was replaced outside.*\r\n", "yes\n"), ("got-yes", "")], cwd=p.path)  # fmt: skip
    assert r.ok, r


@test("B4: a session that makes events and files without end delays no warning, no signal, and crowds nothing out")
@attack("hidden-replaced-storm", "B4", "a hidden file that is replaced, while the session floods the watch", comes_to="reached, told at once")
def _(h):
    secret(h, "~/code/demo/.env", "old")
    p = Project(h, 'hidden = ["**/.env"]\n')
    h.write("~/code/demo/storm.py", STORM)
    run = Running(p, "exec python3 storm.py # .ready")
    run.hears("appeared, and is visible inside")
    time.sleep(1)
    replace(h, "~/code/demo/.env", "new")
    run.hears("`~/code/demo/.env` was replaced outside, and is visible inside")
    run.process.send_signal(signal.SIGTERM)
    wait(lambda: h.exists("~/code/demo/.heard"), run.said)
    assert run.process.wait(LATE) == 0, run.said()


@test("psbc hide: the secret is outside of the project, tools follow the link, and inside it leads nowhere, whatever happens")
@attack("hide-moved-out", "B4", "a secret that `psbc hide` moved out of the project, renamed, linked and replaced")
def _(h):
    secret(h, "~/code/demo/.env", "secret")
    secret(h, "~/code/demo/conf/db.toml", "database")
    os.chmod(h.path("~/code/demo/.env"), 0o640)
    p = Project(h, 'hidden = [".env"]\n')
    r = p.psbc("hide", ".env", "conf/db.toml")
    assert r.ok and not r.out and r.err.count(", and left a link\n") == 2, r
    kept = os.readlink(h.path("~/code/demo/.env"))
    assert kept.startswith(h.path("~/.local/share/psbc/hidden/demo-")) and kept.endswith("/.env"), kept
    assert stat.S_IMODE(os.stat(kept).st_mode) == 0o640 and os.stat(kept).st_nlink == 1
    assert stat.S_IMODE(os.stat(os.path.dirname(kept)).st_mode) == 0o700
    look = "cat .env conf/db.toml; find / -name .env -o -name db.toml -exec cat {} + 2>/dev/null"
    assert h.decoys.found_in(h.run(["cat", ".env", "conf/db.toml"], cwd=p.path).out) == ["database", "secret"]
    r = p.entered(look)
    assert not h.decoys.found_in(r.out) and "warning" not in r.err, r
    # The same attack as above: outside, tools write what the link leads to; inside nothing is to be seen.
    run = Running(p, steal(".env"))
    replace(h, kept[len(h.home) + 1 :].join(["~/", ""]), "written while it runs")
    time.sleep(0.3)
    assert not loot(h) and not run.said(), run.said()
    run.end()
    # A session that replaces the link by its own gets what it made, and nothing of what is kept.
    p.entered("rm .env; echo trap > .env")
    assert h.decoys.found_in(h.read(kept.replace(h.home, "~"))) == ["written while it runs"]
    os.unlink(h.path("~/code/demo/.env"))
    r = p.psbc("hide", "--list")
    assert r.ok and ".env  ~/.local/share/psbc/hidden/demo-" in r.out and "(no link)" in r.out, r
    assert p.psbc("hide", "--undo", ".env", "conf/db.toml").ok
    assert stat.S_ISREG(h.lstat("~/code/demo/.env").st_mode) and h.decoys.found_in(h.read("~/code/demo/.env"))
    assert not h.exists(kept) and not os.listdir(h.path("~/.local/share/psbc/hidden"))


@test("psbc hide: an editor that replaces the link by a file is told, the file is hidden, and can be moved again")
@attack("hide-editor-replaces", "B4", "an editor that puts a file in the place of the link of `psbc hide`", comes_to="reached, told at once")
def _(h):
    secret(h, "~/code/demo/settings.ini", "first")
    p = Project(h, "", trusted=True)
    assert p.psbc("hide", "settings.ini").ok and p.psbc("build").ok
    run = Running(p, steal("settings.ini"))
    replace(h, "~/code/demo/settings.ini", "second")
    run.hears("`~/code/demo/settings.ini` appeared, and is visible inside")
    run.end()
    r = p.psbc("build")
    assert r.ok and "PSB313" in r.err and "psbc hide settings.ini" in r.err, r
    assert not h.decoys.found_in(p.entered("cat settings.ini").out)
    r = p.psbc("hide", "settings.ini")
    assert r.ok and "settings.ini.before-1" in r.err, r
    assert h.decoys.found_in(h.read("~/code/demo/settings.ini")) == ["second"]
    r = p.psbc("build")
    assert r.ok and "PSB313" not in r.err, r


@test("psbc hide refuses what it cannot do safely, and overwrites nothing")
def _(h):
    p = Project(h)
    git(h, "init", "-q", cwd=p.path)
    for path in ("tracked.key", "linked", "dir/inner", "plain"):
        secret(h, f"~/code/demo/{path}")
    secret(h, "~/outside")
    git(h, "add", "tracked.key", cwd=p.path)
    os.link(h.path("~/code/demo/linked"), h.path("~/code/demo/linked2"))
    h.symlink("plain", "~/code/demo/link")
    before = h.tree("~/code/demo")
    for path, why in {
        "tracked.key": "git rm --cached 'tracked.key'", "linked": "it is a hard link", "link": "it is a link", "dir": "it is not a regular file",
        ".python-sandbox.toml": "where it is", ".git/config": "where it is", "absent": "no such file", "../../outside": "",
    }.items():  # fmt: skip
        for version in ("2", "4") if path == "tracked.key" else ("",):
            if version:
                git(h, "update-index", "--index-version", version, cwd=p.path)
            r = p.psbc("hide", path)
            assert not r.ok and why in r.err, (path, str(r))
    after = h.tree("~/code/demo")
    assert {k: v for k, v in before.items() if k != ".git/index"} == {k: v for k, v in after.items() if k != ".git/index"}
    assert not h.exists("~/.local/share/psbc/hidden") or not h.tree("~/.local/share/psbc/hidden").get("plain")
    # Back: not over something else.
    assert p.psbc("hide", "plain").ok
    os.unlink(h.path("~/code/demo/plain"))
    h.write("~/code/demo/plain", "mine\n")
    r = p.psbc("hide", "--undo", "plain")
    assert not r.ok and "not overwritten" in r.err and h.read("~/code/demo/plain") == "mine\n", r
    # From inside it would show where secrets are kept.
    r = p.inside("psbc hide dir/inner; ls -A ~/.local/share/psbc")
    assert "inside the sandbox" in r.err and "hidden" not in r.out, r


@test("psbc hide moves across file systems: content and mode, through one rename")
def _(h):
    disk = h.mkdir("~/code/disk")
    as_root("mount", "-t", "tmpfs", "-o", f"uid={h.uid},gid={h.gid},mode=0755", "tmpfs", disk)
    secret(h, "~/code/disk/.env", "on another disk")
    os.chmod(h.path("~/code/disk/.env"), 0o400)
    p = Project(h, path="~/code/disk", name="disk")
    assert p.psbc("hide", ".env").ok
    kept = os.readlink(h.path("~/code/disk/.env"))
    assert h.decoys.found_in(h.run(["cat", ".env"], cwd=p.path).out) == ["on another disk"]
    assert stat.S_IMODE(os.stat(kept).st_mode) == 0o400 and os.stat(kept).st_dev != os.stat(disk).st_dev
    assert not h.decoys.found_in(p.entered("cat .env").out)
    assert p.psbc("hide", "--undo", ".env").ok and stat.S_IMODE(h.lstat("~/code/disk/.env").st_mode) == 0o400
    assert sorted(name for name in os.listdir(disk) if "env" in name) == [".env"]


@test("psbc hide loses nothing where a call fails, or where it is killed: typed again, it ends what it began")
def _(h):
    h.require("strace")
    p = Project(h)
    secret(h, "~/code/demo/.env", "secret")

    def hide(*arguments, inject=""):
        if not inject:
            return p.psbc("hide", *arguments)
        return h.run(["strace", "-f", "-qq", "-o", "/dev/null", "--inject", inject, "psbc", "hide", *arguments], cwd=p.path)

    for inject in ("fsync:error=EINVAL", "fsync:error=EIO:when=1", "fsync:error=EIO:when=2", "symlinkat:error=ENOSPC", "renameat:error=EIO",
                   "linkat:signal=KILL", "fsync:signal=KILL:when=1", "symlinkat:signal=KILL", "renameat:signal=KILL", "fsync:signal=KILL:when=2"):  # fmt: skip
        for undo in ([], ["--undo"]):
            r = hide(*undo, ".env", inject=inject)
            assert h.decoys.found_in(h.read("~/code/demo/.env")) == ["secret"], (inject, str(r))
            assert "replaced it meanwhile" not in r.err, (inject, str(r))
            again = hide(*undo, ".env")
            done = "it is a link" if not undo else "psbc hide did not move it"
            assert again.ok or (r.ok or "KILL" in inject or "EIO" in inject) and done in again.err, (inject, str(r), str(again))
            assert os.path.islink(h.path("~/code/demo/.env")) == (not undo) and os.stat(h.path("~/code/demo/.env")).st_nlink == 1, (inject, str(again))
            assert h.decoys.found_in(h.read("~/code/demo/.env")) == ["secret"], (inject, str(again))
        assert sorted(name for name in os.listdir(p.root) if "env" in name) == [".env"], os.listdir(p.root)


main()
