#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""B1, B9, B13: every place where a tool keeps a secret, each with a decoy of its own, and other ways to the same files."""
import os
import pwd
import tomllib
from pathlib import Path

from attack import Project, as_root, make_room
from collector import Collector, root
from host import CHECKOUT
from tap import test
from vectors import attack, main, outcome, register, seed

TREES = ("/boot", "/opt", "/var/backups", "/var/cache", "/var/lib", "/var/log", "/var/mail", "/var/spool")  # closed to the test itself


def places():
    """{class: paths} of places.txt and of the catalogue."""
    found, lines = {}, (CHECKOUT / "tests/attacks/places.txt").read_text().splitlines()
    for line in (line for line in lines if line and not line.startswith("#")):
        if line.startswith("["):
            paths = found.setdefault(line.strip("[]"), [])
        else:
            paths.append(line)
    for service in tomllib.loads((CHECKOUT / "schema/catalogue.toml").read_text())["service"]:
        found.setdefault("service", []).extend([*service.get("files", []), *service.get("settings", [])])
    return {name: sorted(set(paths)) for name, paths in found.items()}


PLACES = places()  # read now: a host covers the directories where a checkout may lie
IN_PROJECT = PLACES.pop("project")
for kind in PLACES:
    register(f"place-{kind}", {"system": "B9", "machine": "B9", "copies": "B13", "settings": "B3"}.get(kind, "B1"), f"the places of the kind `{kind}`")
register("place-project", "B4", "names in the project that its file hides")


def decoy_at(h, place):
    """Makes the place as its user would, or root; the file that holds the decoy."""
    path = h.path("~/code/demo" + place[1:] if place.startswith("./") else place.format(run=h.runtime, user=h.user)).replace("*", "x")
    path += "deep/er/decoy" if place.endswith("/") else ""
    mine = path.startswith((h.home + "/", h.runtime + "/"))
    for directory in reversed(Path(path).parents):
        if not directory.exists():
            directory.mkdir(0o700 if mine else 0o755)
            if mine:
                os.chown(directory, h.uid, h.gid)
        elif place in PLACES["machine"] and directory != Path("/"):
            directory.chmod(0o755)  # an administrator who was careless; the host alone sees it
    shape = "token = ghp_{}\n" if place in PLACES["settings"] else "{}\n"
    Path(path).write_text(shape.format(h.decoys.new(place)))
    if mine:
        os.chown(path, h.uid, h.gid)
    return path


@test("B1, B9, B13: no place where secrets lie is reached: of the catalogue's services, other tools, copies, unknown ones, and names that a file hides")
def _(h):
    for tree in TREES:
        if os.path.isdir(tree) and not os.path.islink(tree):
            as_root("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", tree)
    make_room("/etc")
    h.mkdir("~/code/demo")
    files = {place: decoy_at(h, place) for paths in (*PLACES.values(), IN_PROJECT) for place in paths}
    hidden = ", ".join(f'"{place[2:]}"' for place in IN_PROJECT)
    p = Project(h, f"hidden = [{hidden}]\n")
    count = sum(map(len, PLACES.values()))
    assert len(set(files.values())) == len(files) and count > 571, count

    with Collector(h, "~/code/demo/x") as collector:
        walks = [root(top) for top in ("~", "/home", "/run", "/tmp", "/var", "/dev/shm", "/opt", "/srv", "/mnt", "/media", "/boot", "/etc")]
        program = collector.plant(files=list(files.values()), roots=walks)
        everything = set(files)
        control = collector.stolen(lambda: h.run(["python3", program], cwd=p.path))
        assert control == everything, sorted(everything - control)
        assert collector.by_file == collector.by_network == everything, "both ways out work"
        by_seed = collector.stolen(lambda: p.predecessor(f"python3 {program}"))
        by_psbc = collector.stolen(lambda: p.psbc("run", "--", "python3", program))
    for kind, paths in {**PLACES, "project": IN_PROJECT}.items():
        seed(f"place-{kind}", len(by_seed & set(paths)), len(paths))
        outcome(f"place-{kind}", "psbc", len(by_psbc & set(paths)), len(paths))
    assert not by_psbc, sorted(by_psbc)
    assert by_seed - set(IN_PROJECT), "the predecessor hides what firejail lists"


ROUTES = {
    "up-from-project": "../../.netrc", "dot-dot-home": "/usr/../home/../home/{user}/.netrc", "proc-self-root": "/proc/self/root/home/{user}/.netrc",
    "proc-self-cwd": "/proc/self/cwd/../../.netrc", "proc-thread-root": "/proc/thread-self/root/home/{user}/.netrc", "proc-1-root": "/proc/*/root/home/{user}/.netrc",
    "proc-cwd": "/proc/*/cwd/../../.netrc", "symlink": "link", "symlink-chain": "one/two", "symlink-of-proc": "through-proc", "bind-mount-mnt": "/mnt/home/.netrc",
    "bind-mount-srv": "/srv/jail/{user}/.netrc", "bind-mount-tmp": "/tmp/home/.netrc", "hard-link-at-home": "~/elsewhere/hard", "hard-link-tmp": "/home/shared/hard",
    "relocated-config": "~/dotfiles/netrc", "fd-of-directory": "/dev/fd/9/.netrc", "other-spelling": "~/./code/../.netrc", "lower-dir": "~/code/../.netrc",
}  # fmt: skip


@test("B7, B9, B10: no other way leads to a file at home: /proc, links, mounts of it elsewhere, hard links, spellings")
@attack("routes-to-home", "B7", "other ways to one file at home: /proc, links, mounts, hard links, spellings")
def _(h):
    h.write("~/.netrc", h.decoys.new("netrc"), 0o600)
    p = Project(h)
    for directory in ("/mnt/home", "/srv/jail", "/srv/jail/" + h.user, "/tmp/home", "/home/shared"):
        os.makedirs(directory, exist_ok=True)
        os.chmod(directory, 0o777)
    for target in ("/mnt/home", "/srv/jail/" + h.user, "/tmp/home"):
        as_root("mount", "--bind", h.home, target)
    h.mkdir("~/elsewhere")
    h.mkdir("~/dotfiles")
    for link in (h.path("~/elsewhere/hard"), "/home/shared/hard", h.path("~/dotfiles/netrc")):
        os.link(h.path("~/.netrc"), link)
    for name, target in (("link", "~/.netrc"), ("one", "two-up"), ("two-up", "../.."), ("through-proc", f"/proc/self/root{h.home}/.netrc")):
        h.symlink(target, f"~/code/demo/{name}")
    h.symlink(".netrc", "~/two")
    routes = {name: path.format(user=h.user) for name, path in ROUTES.items()}
    reached = {}
    with Collector(h, "~/code/demo/x") as collector:
        for name, path in routes.items():
            program = collector.plant(files=[path])
            opened = f"exec 9<{h.home}; python3 {program}" if "fd" in name else f"python3 {program}"
            reached[name] = bool(collector.stolen(lambda line=opened: h.run(["sh", "-c", line], cwd=p.path)))
        assert all(reached.values()), [name for name, worked in reached.items() if not worked]
        program = collector.plant(files=list(routes.values()))
        p.predecessor("true")
        r = collector.stolen(lambda: h.run(["sh", "-c", 'exec 9<"$HOME"; exec firejail --quiet --profile=python-env-demo python3 ' + program], cwd=p.path))
        seed("routes-to-home", bool(r))
        assert not collector.stolen(lambda: h.run(["sh", "-c", 'exec 9<"$HOME"; exec psbc run -- python3 ' + program], cwd=p.path))


@test("settings of the machine stay visible where readonly names a file in the place, or accept_secrets the place")
def _(h):
    make_room("/etc")
    file = decoy_at(h, "/etc/rancher/k3s/k3s.yaml")
    look = f"cat {file}"
    decoy = h.run(["sh", "-c", look]).out
    assert decoy and decoy not in Project(h).entered(look).out, h.story()
    assert decoy in Project(h, f'readonly = ["{file}"]\n').entered(look).out, h.story()
    h.write("~/.config/psbc/config.toml", 'accept_secrets = ["/etc/rancher"]\n')
    assert decoy in Project(h).entered(look).out, h.story()


@test("B9: files of other users that they left readable are absent as well")
@attack("other-users", "B9", "readable files of other users")
def _(h):
    nobody = pwd.getpwnam("nobody")
    paths = []
    for place in ("/home/colleague/.ssh/id_rsa", "/home/colleague/code/.env", "/tmp/colleague.log", "/var/tmp/colleague.tar", "/dev/shm/colleague", "/run/user/4242/secret", "/srv/team/.env"):
        os.makedirs(os.path.dirname(place), exist_ok=True)
        Path(place).write_text(h.decoys.new(place))
        os.chown(place, nobody.pw_uid, nobody.pw_gid)
        os.chmod(place, 0o644)
        paths.append(place)
    p = Project(h)
    with Collector(h, "~/code/demo/x") as collector:
        program = collector.plant(files=paths)
        assert collector.stolen(lambda: h.run(["python3", program], cwd=p.path)) == set(paths)
        seed("other-users", len(collector.stolen(lambda: p.predecessor(f"python3 {program}"))), len(paths))
        assert not collector.stolen(lambda: p.psbc("run", "--", "python3", program))


main()
