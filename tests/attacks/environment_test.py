#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""B2: variables of the caller, each with a decoy: of the catalogue's services, of channels, and of names that nobody knows."""
import tomllib

from attack import Project
from collector import Collector
from host import CHECKOUT
from tap import test
from vectors import attack, main, outcome, register, seed

SERVICES = tomllib.loads((CHECKOUT / "schema/catalogue.toml").read_text())["service"]
NAMES = {
    "catalogue": sorted({name.replace("*", "X1") for s in SERVICES for key in ("variables", "file_variables") for name in s.get(key, [])}),
    "channels": """SSH_AUTH_SOCK SSH_AGENT_PID DBUS_SESSION_BUS_ADDRESS DBUS_SYSTEM_BUS_ADDRESS GNOME_KEYRING_CONTROL GPG_AGENT_INFO DISPLAY
        XAUTHORITY WAYLAND_DISPLAY WAYLAND_SOCKET SWAYSOCK I3SOCK HYPRLAND_INSTANCE_SIGNATURE SESSION_MANAGER PULSE_SERVER PULSE_COOKIE
        PIPEWIRE_REMOTE TMUX TMUX_PANE STY WINDOW SCREENDIR ZELLIJ ZELLIJ_SESSION_NAME KITTY_LISTEN_ON KITTY_WINDOW_ID KITTY_PUBLIC_KEY
        WEZTERM_UNIX_SOCKET ALACRITTY_SOCKET VSCODE_IPC_HOOK_CLI VSCODE_GIT_IPC_HANDLE VSCODE_GIT_ASKPASS_NODE VSCODE_GIT_ASKPASS_MAIN GIT_ASKPASS
        SSH_ASKPASS SUDO_ASKPASS NVIM NVIM_LISTEN_ADDRESS EMACS_SOCKET_NAME INSIDE_EMACS CLAUDE_CODE_SSE_PORT CURSOR_AGENT GIT_SSH_COMMAND BROWSER
        AT_SPI_BUS_ADDRESS IBUS_ADDRESS CUPS_SERVER PGHOST MYSQL_UNIX_PORT DOCKER_HOST DOCKER_CONTEXT BUILDKIT_HOST CONTAINER_HOST LIBVIRT_DEFAULT_URI
        NIX_REMOTE LISTEN_FDS NOTIFY_SOCKET INVOCATION_ID JPY_PARENT_PID SSH_CLIENT SSH_CONNECTION SSH_TTY GPG_TTY KRB5CCNAME MAIL OLDPWD""".split(),
    "unknown": """ACME_PASSPHRASE MY_TOKEN DB_PASSWORD FOO x SECRET api_key a1 _ACME A__B CorpKey npm_config_acme PSBC_ACME JAILED_SECRET LC
        LANGX PATHS TERMX CUDA_TOKEN PIP_ACME HF_ACME SHELLX USERNAME_PASSWORD ftp_proxy_password PSBC_TOKEN_X FIREJAIL_X container_secret""".split(),
}
for kind, names in NAMES.items():
    register(f"environment-{kind}", "B2", {"catalogue": "variables that carry a service's token", "channels": "variables that lead to a channel",
                                           "unknown": "variables that no list names"}[kind])  # fmt: skip
_LIMIT = 150  # firejail starts with no more than 256 variables


@test("B2: no variable crosses that no list names: those of 180 services, of channels, and unknown ones")
def _(h):
    p = Project(h)
    values = {name: h.decoys.new(name) for names in NAMES.values() for name in names}
    with Collector(h, "~/code/demo/x") as collector:
        program = collector.plant(environment=True, files=["/proc/*/environ", "/proc/*/cmdline"])
        assert collector.stolen(lambda: h.run(["python3", program], cwd=p.path, env=values)) == set(values)
        by_psbc = collector.stolen(lambda: p.psbc("run", "--", "python3", program, env=values))
        by_psbc |= collector.stolen(lambda: p.psbc("enter", "--", "bash", "-ic", f"export -p > /dev/null; python3 {program}", env=values))
        by_seed, left = set(), list(values)
        while left:
            part = {name: values[name] for name in left[:_LIMIT]}
            by_seed |= collector.stolen(lambda part=part: p.predecessor(f"python3 {program}", env=part))
            left = left[_LIMIT:]
    for kind, names in NAMES.items():
        seed(f"environment-{kind}", len(by_seed & set(names)), len(names))
        outcome(f"environment-{kind}", "psbc", len(by_psbc & set(names)), len(names))
    assert not by_psbc, sorted(by_psbc)
    assert len(values) > 400


FILES = {
    "~/.profile": "export {}", "~/.bash_profile": "export {}; . ~/.profile", "~/.bash_logout": "export {}", "~/.pam_environment": "{}",
    "~/.config/environment.d/x.conf": "{}", "~/.xsessionrc": "export {}", "~/.env": "{}", "~/.secrets": "export {}",
}  # fmt: skip


@test("B2: nor does one that a login sets, and the files that set them are absent")
@attack("environment-login", "B2", "variables that a login shell, ~/.pam_environment or environment.d set, and those files")
def _(h):
    for number, (path, line) in enumerate(FILES.items()):
        h.write(path, line.format(f"LOGIN_{number}={h.decoys.new(path)}") + "\n")
    p = Project(h)
    p.predecessor("true")  # writes the profile
    with Collector(h, "~/code/demo/x") as collector:
        program = collector.plant(environment=True, files=[*FILES, "/proc/*/environ"])

        def stolen(launcher):
            return collector.stolen(lambda: h.run(["bash", "-lc", f"{launcher} bash -lc 'python3 {program}'"], cwd=p.path))

        assert stolen("exec") == set(FILES)
        seed("environment-login", len(stolen("exec firejail --quiet --profile=python-env-demo")), len(FILES))
        assert not stolen("exec psbc run --")


main()
