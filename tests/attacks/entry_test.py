#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The sandbox that is not there: what makes firejail run a command without one, or with another one."""
import os
import shutil
from pathlib import Path

from attack import Project, as_root, cover, home_of
from tap import test
from vectors import attack, main, seed

STEAL = "cat ~/.ssh/id_ed25519"


@test("A1: in a container firejail runs commands without any sandbox; psbc says so and runs nothing")
@attack("entry-container", "A1", "enter in a container, where firejail runs the command bare")
def _(h):
    h.plant_decoys()
    p = Project(h)
    p.entered()
    container = ["unshare", "-pf", "--mount-proc", "setpriv", f"--reuid={h.uid}", f"--regid={h.gid}", "--clear-groups"]
    p.predecessor("true")  # writes the profile
    r = h.run([*container, "firejail", "--quiet", "--profile=python-env-demo", "sh", "-c", STEAL], cwd=p.path, user=False)
    assert r.ok and h.decoys.found_in(r.out) == ["ssh key"], r
    seed("entry-container", True)
    for command in (["run", "--", "touch", "ran"], ["--quiet", "run", "--", "touch", "ran"], ["enter", "--", "touch", "ran"]):
        # What firejail takes for a sign that it is wanted to be silent, or that a container is fine.
        for env in ({}, {"FIREJAIL_QUIET": "yes", "container": "docker", "PSBC_ENTRY": "x"}):
            r = h.run([*container, "psbc", *command], cwd=p.path, env=env, user=False)
            assert r.status == 125 and "container or another sandbox" in r.err and not h.exists(p.path + "/ran"), r


@test("A1: inside another firejail nothing of a second sandbox holds; psbc refuses to nest")
@attack("entry-nested", "A1", "enter inside of another firejail")
def _(h):
    p = Project(h, 'hidden = ["key"]\n')
    h.write("~/code/demo/key", h.decoys.new("key"))
    outer = ["firejail", "--quiet", "--noprofile"]
    r = h.run([*outer, "firejail", "--quiet", "--noprofile", f"--blacklist={p.root}/key", "cat", "key"], cwd=p.path)
    assert h.decoys.found_in(r.out) == ["key"], r
    seed("entry-nested", True)
    r = h.run([*outer, "psbc", "run", "--", "touch", "ran"], cwd=p.path)
    assert r.status == 125 and "already inside a firejail sandbox" in r.err and not h.exists(p.path + "/ran"), r


@test("A2, E1: a file in the project that is named like a profile is not read as one")
@attack("entry-profile-name", "A2", "a file in the project that is named like a profile")
def _(h):
    h.plant_decoys()
    p = Project(h)
    plant = "for n in python-env-demo python-env-demo.profile demo enter.profile standalone.profile default.profile; do : >$n; done"
    assert not h.decoys.found_in(p.predecessor(STEAL).out)
    p.predecessor(plant)
    # Mended in 0.9.80 (firejail #6896): there the project is not looked into.
    stolen = ["ssh key"] if h.firejail_version() < (0, 9, 79) else []
    assert h.decoys.found_in(p.predecessor(STEAL).out) == stolen, h.story()
    seed("entry-profile-name", stolen)
    p.entered(plant)
    assert not h.decoys.found_in(p.entered(STEAL).out)


@test("A3: an include of a profile is looked for in the project; psbc's profiles have none")
@attack("entry-include-local", "A3", "an `include` that is found in the project")
def _(h):
    h.plant_decoys()
    p = Project(h)
    plant = "for n in disable-common globals firejail enter standalone demo; do printf 'noblacklist ${HOME}/.ssh\\nwhitelist ${HOME}/.ssh\\n' > $n.local; cp $n.local $n.inc; done"
    assert not h.decoys.found_in(p.predecessor(STEAL).out)
    p.predecessor(plant)
    assert h.decoys.found_in(p.predecessor(STEAL).out) == ["ssh key"], h.story()
    seed("entry-include-local", True)
    assert not h.decoys.found_in(p.entered(STEAL).out)
    profiles = [path for path in h.tree("~/.local/state/psbc") if path.endswith(".profile") and "/gen-" in path]
    assert len(profiles) == 2, profiles
    for path in profiles:
        lines = h.read("~/.local/state/psbc/" + path).splitlines()
        assert not [line for line in lines if line.strip().startswith("include")], path
    standing = next(h.path("~/.local/state/psbc/" + path) for path in profiles if "standalone" in path)
    r = h.run(["firejail", "--quiet", "--profile=" + standing, "sh", "-c", STEAL], cwd=p.path)
    assert not h.decoys.found_in(r.out), r


@test("A4: what the machine's firejail.config switches off is skipped in silence; psbc refuses to enter")
@attack("entry-feature-off", "A4", "a feature that firejail.config switches off in silence")
def _(h):
    p = Project(h)
    p.entered()
    profile = h.write("~/by-hand.profile", "seccomp\n")
    show = ["firejail", "--quiet", "--profile=" + profile, "grep", "^Seccomp:", "/proc/self/status"]
    assert h.run(show).out.split() == ["Seccomp:", "2"]
    original = Path("/etc/firejail/firejail.config").read_text()
    for feature in ("seccomp", "userns", "whitelist", "dbus"):
        cover("/etc/firejail/firejail.config", f"{original}\n# changed\n\t{feature} \t no \n{feature} no\n")
        if feature == "seccomp":
            assert h.run(show).out.split() == ["Seccomp:", "0"]
            seed("entry-feature-off", True)
        p.refuses(f"`{feature} no`", "firejail.config")
        as_root("umount", "/etc/firejail/firejail.config")
    p.entered()


NAMES = ["demo --whitelist=~/code", "../demo", "demo/../../x", "$(touch ~/PWNED)", "`touch ~/PWNED`", "a;touch ~/PWNED",
         "a\\nwhitelist ~/.ssh", "a\\twhitelist ~/.ssh", "-x", "", ".", "..", "a..b", "Demo", "dém", "a b", "a" * 65]  # fmt: skip


@test("A5, E7, E23: a name from a repo becomes neither firejail's arguments nor a path nor a shell word")
@attack("entry-name-options", "A5", "a name that is an option, a path or a command")
def _(h):
    h.plant_decoys()
    p = Project(h)
    p.predecessor("true")
    sbox = "firejail --quiet --profile=python-env-$(head -n 1 .python-sandbox) cat " + h.home + "/code/other-project/.env"
    h.write("~/code/demo/.python-sandbox", f"demo --whitelist={h.home}/code/other-project\n")
    assert h.decoys.found_in(h.run(["sh", "-c", sbox], cwd=p.path).out) == ["another project"], h.story()
    seed("entry-name-options", True)
    p.entered()
    before = home_of(h), h.tree("~/.local/state/psbc")
    for name in NAMES:
        h.write("~/clone/.python-sandbox.toml", f'name = "{name}"\n')
        for arguments in (["trust", "--yes"], ["build"], ["run", "--", "touch", "ran"]):
            r = h.psbc(*arguments, cwd="~/clone")
            assert r.status in (2, 3, 125) and "error" in r.err, (name, str(r))
    shutil.rmtree(h.path("~/clone"))
    after = home_of(h), h.tree("~/.local/state/psbc")
    assert after[0] == before[0], set(after[0]) ^ set(before[0])
    assert {k for k in after[1] if k.startswith(("trust/", "names/"))} == {k for k in before[1] if k.startswith(("trust/", "names/"))}


@test("A5: paths and values of a repo stay what they are: no `..`, no second line, no word of a shell")
@attack("entry-path-options", "A5", "paths and values with `..`, newlines and commands")
def _(h):
    h.plant_decoys()
    h.write("~/code/demo/x", "")
    for line in (
        'readonly = ["../../.ssh"]', 'writable = ["~/code/demo/../../.ssh"]', 'readonly = ["~/data\\nwhitelist ~/.ssh"]',
        'hidden = ["x\\nnoblacklist ~/.ssh\\nwhitelist ~/.ssh"]', 'readonly = ["$(touch ~/PWNED)"]', 'readonly = ["~root"]',
    ):  # fmt: skip
        p = Project(h, line + "\n", trusted=False)
        p.psbc("trust", "--yes")
        r = p.inside(STEAL + "; ls -a ~/.ssh")
        assert not h.decoys.found_in(r.out + r.err) and "id_ed25519" not in r.out, (line, str(r))
        assert not h.exists("~/PWNED"), line
    # What a variable of the config is set to reaches the program as it is, and nothing else does.
    value = "a'b\\\"c$(touch ~/PWNED)`touch ~/PWNED` #x  y"
    p = Project(h, f'[env]\nset = {{ ODD = "{value}" }}\n')
    assert p.entered('printf %s "$ODD"').out == value.replace("\\\"", '"'), h.story()
    assert p.entered("bash -ic 'printf %s \"$ODD\"' 2>/dev/null").out == value.replace("\\\"", '"'), h.story()
    assert not h.exists("~/PWNED")


@test("A6, E15: a sandbox that can write ~/.config plants rules for every later one; psbc makes firejail's directory first and grants it to nobody")
@attack("entry-globals-local", "A6", "rules for every later sandbox, planted in firejail's directory")
def _(h):
    h.require("psbc", "firejail")
    plant = "mkdir -p ~/.config/firejail && echo 'env PLANTED=yes' > ~/.config/firejail/globals.local"
    h.mkdir("~/.config/tool")
    control = h.run(["firejail", "--quiet", "--noprofile", f"--whitelist={h.home}/.config", "sh", "-c", plant])
    assert h.exists("~/.config/firejail/globals.local"), control
    shutil.rmtree(h.path("~/.config/firejail"))

    for grant in ("~/.config", "~/.config/firejail", "~/.config/psbc", "~", "~/.local", "~/.local/state", "/home"):
        p = Project(h, f'writable = ["{grant}"]\n', trusted=False)
        p.psbc("trust", "--yes")
        assert p.inside("touch ran").status != 0 and not h.exists(p.path + "/ran"), grant
    p = Project(h, 'writable = ["~/.config/tool"]\n')
    r = p.entered("touch ~/.config/tool/x; " + plant + "; rm -rf ~/.config/firejail; " + plant)
    assert h.exists("~/.config/tool/x"), r
    assert os.path.isdir(h.path("~/.config/firejail")), r
    assert not h.exists("~/.config/firejail/globals.local"), r
    p.predecessor(plant)
    seed("entry-globals-local", h.exists("~/.config/firejail/globals.local"))


@test("A8: a firejail that became another version, or is not setuid root, does not get the old profile and runs nothing")
@attack("entry-other-firejail", "A8", "another program at firejail's path, or one without setuid")
def _(h):
    p = Project(h)
    p.entered()
    script = '#!/bin/sh\n[ "$1" = --version ] && { echo "firejail version VERSION"; exit 0; }\n'
    script += 'while case $1 in --*) true;; *) false;; esac; do shift; done\nexec "$@"\n'
    for version in ("0.9.38", "0.9.62", "1.2.3.4.5", "of my own"):
        cover("/usr/bin/firejail", script.replace("VERSION", version), 0o4755)
        # What trusts the program at that path gets no sandbox from it.
        assert h.run(["firejail", "--quiet", "--net=none", "touch", "ran"], cwd=p.path).ok
        seed("entry-other-firejail", True)
        os.unlink(h.path(p.path + "/ran"))
        r = p.refuses()
        assert "firejail" in r.err, r
        as_root("umount", "/usr/bin/firejail")
    real = Path("/usr/bin/firejail").read_bytes()
    for mode, owner, words in ((0o755, 0, "not setuid root"), (0o4755, h.uid, "others than root can change it"), (0o4777, 0, "others than root can change it")):
        copy = Path("/run/etc/real-firejail")
        copy.write_bytes(real)
        os.chown(copy, owner, 0)
        os.chmod(copy, mode)
        as_root("mount", "--bind", str(copy), "/usr/bin/firejail")
        p.refuses(words)
        as_root("umount", "/usr/bin/firejail")
    p.entered()


@test("E12, E13: psbc on the host sources no file of the project and starts no program of it")
@attack("entry-host-sources", "D6", "psbc on the host runs or sources a file of the project")
def _(h):
    p = Project(h)
    payload = "#!/bin/sh\ntouch " + h.home + "/PWNED\n"
    # On the host these are what tools run or source.
    for name in (".env", ".envrc", "activate", ".bashrc", ".bash_profile", ".inputrc", "conftest.py", "sitecustomize.py"):
        h.write(f"{p.path}/{name}", payload)
    programs = ("firejail", "git", "sh", "bash", "python3", "env", "psbc-helper", "stty", "id", "ls")
    for program in programs:
        h.write(f"{p.path}/bin/{program}", payload, 0o755)
    path = f"{p.root}/bin:.:bin:/usr/local/bin:/usr/bin:/bin"
    assert h.run(["/bin/sh", "-c", ". ./.env; git"], cwd=p.path, env={"PATH": path}).ok and h.exists("~/PWNED")
    os.unlink(h.path("~/PWNED"))
    environment = {"PATH": path, "BASH_ENV": p.root + "/.env", "ENV": p.root + "/.env", "SHELL": p.root + "/bin/bash"}
    for arguments in (["build", "--force"], ["trust", "--show"], ["list"], ["run", "--", "/bin/true"], ["enter", "--", "/bin/true"]):
        r = p.psbc(*arguments, env=environment)
        assert r.ok and not h.exists("~/PWNED"), r


main()
