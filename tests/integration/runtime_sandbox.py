# SPDX-License-Identifier: MIT
"""A sandbox without the compiler: a hand-written profile and plan around runtime_driver, which the host
has as `psbc`. What the compiler emits is tested elsewhere; here it is how a sandbox is entered.
"""
import os
from pathlib import Path

from tap import skip

DRIVER = os.environ.get("PSBC_RUNTIME_DRIVER", "")

PROFILE = """\
quiet
keep-fd 3
whitelist {root}
whitelist {project}
whitelist {session}
read-only {session}
blacklist {project}/.env
read-only {project}/.git
read-write {project}/.git
read-only {project}/.git/hooks
caps.drop all
nonewprivs
noroot
nogroups
private-dev
ipc-namespace
blacklist ${{RUNUSER}}
blacklist ${{HOME}}/.Xauthority
hosts-file {hosts}
"""


class Sandbox:
    def __init__(self, h, extra="", without=()):
        self.h = h
        if not DRIVER:
            skip("runtime_driver: $PSBC_RUNTIME_DRIVER does not name it")
        h.require("firejail")
        self.root = h.mkdir("~/.local/share/psbc/sandboxes/demo-1")
        self.project = h.mkdir("~/code/demo")
        self.session = h.mkdir("~/.local/state/psbc/builds/demo-1/inside")
        h.mkdir("~/code/demo/.git/hooks")
        h.mkdir("~/code/demo/sub dir")
        h.write("~/code/demo/.env", "SECRET=1\n")
        h.write("~/.ssh/id_ed25519", "KEY\n")
        made = h.run(["psbc", "session", self.session, "demo-1", "demo", self.project])
        assert made.ok, made
        hosts = h.write(self.session + "/hosts", "127.0.0.1 first\n" + Path("/etc/hosts").read_text())
        lines = PROFILE.format(root=self.root, project=self.project, session=self.session, hosts=hosts).splitlines()
        if h.firejail_version() < (0, 9, 68):
            without = (*without, "keep-fd")  # there every descriptor crosses
        if h.firejail_version() >= (0, 9, 78):
            lines.append("allow-bwrap")  # or it warns where there is none
        kept = [line for line in lines if not any(line.startswith(w) for w in without)]
        self.profile = h.write("~/.local/state/psbc/enter.profile", "\n".join(kept) + "\n" + extra)

    def argv(self, *command, **options):
        """`psbc run` with everything at its usual value but for the options; a list repeats one."""
        values = {
            "firejail-version": ".".join(map(str, self.h.firejail_version())), "profile": self.profile,
            "psbc": "/usr/local/bin/psbc", "cwd": self.project, "name": "demo", "id": "demo-1",
            "home": self.h.home, "project": self.project, "root": self.root,
            "session": self.session, "environment": self.root + "/env", "hidden": [self.project + "/.env"],
            "read-only": [self.project + "/.git/hooks"], "pinned": [self.project + "/.git"],
            "writable": [self.project, self.root], "directory": ["cache", "state", "home"],
        }  # fmt: skip
        values.update({key.replace("_", "-"): value for key, value in options.items()})
        arguments = []
        for key, value in values.items():
            for one in value if isinstance(value, list) else [value]:
                arguments.append(f"{key}={one}")
        return ["psbc", "run", *arguments, "--", *command]

    def run(self, *command, plan=None, **options):
        options.setdefault("cwd", self.project)
        return self.h.run(self.argv(*command, **(plan or {})), **options)

    def sh(self, script, **options):
        return self.run("sh", "-c", script, **options)

    def python(self, script, **options):
        return self.run("python3", "-c", script, **options)

    def bash_pty(self, steps, setup="", **options):
        """An interactive shell outside, in which `enter NAME` and `$enter` are ways to start commands."""
        quoted = " ".join("'" + a.replace("'", "'\\''") + "'" for a in self.argv())
        self.h.write("~/outer.rc", f"PS1='outer> '\nunset PROMPT_COMMAND\nenter() {{ {quoted} \"$@\"; }}\n{setup}\n")
        options.setdefault("timeout", 30)
        return self.h.pty(["bash", "--rcfile", self.h.path("~/outer.rc"), "--noprofile", "-i"], steps, **options)
