#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""E4, E5: what a project or a session does to a shell that has the hook. The shell is real, at a terminal."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from hooked import IN, OUT, RC, SHELLS, prepare, type_in  # noqa: E402
from tap import test  # noqa: E402
from vectors import attack, main, seed  # noqa: E402

THEFT = 'import pathlib; pathlib.Path("taken").write_text((pathlib.Path.home() / ".ssh/id_ed25519").read_text())\n'
AND = {"bash": "&&", "zsh": "&&", "fish": "; and"}
# The predecessor's: it enters as soon as the directory changes, and the rest of the line runs when the sandbox has ended.
CHPWD = 'chpwd() { [[ -f .python-sandbox && -z $JAILED_ENV ]] && firejail --quiet --noprofile --private zsh -fc "echo IN-THE-SEED" }\n'


def key(h):
    h.write("~/.ssh/id_ed25519", "DECOY-KEY\n")
    h.write("~/code/lab/evil.py", THEFT)
    return lambda: h.exists("~/code/lab/taken") and "DECOY-KEY" in h.read("~/code/lab/taken")


@test("E4: `cd clone && python x` runs on the host, by the hook alone; with the guard, in the sandbox")
@attack("hook-same-line", "E4", "`cd clone && python x`: the rest of a line runs on the host before, or after, the sandbox")
def _(h):
    for shell in SHELLS:
        line = f"cd ~/code/lab {AND[shell]} python3 evil.py"
        prepare(h, shell)
        taken = key(h)
        if shell == "zsh":
            h.write("~/code/lab/.python-sandbox", "lab\n")
            h.write(RC[shell], CHPWD + 'PS1="OUT> "\n')
            r = type_in(h, shell, [(OUT, line), (OUT, "exit 5")])
            seed("hook-same-line", taken() and "IN-THE-SEED" in r.screen)
            os.unlink(h.path("~/code/lab/taken"))
            prepare(h, shell)
        r = type_in(h, shell, [(OUT, line), (IN, "exit"), (OUT, "exit 5")])
        assert r.status == 5 and taken(), r  # the attack is one
        os.unlink(h.path("~/code/lab/taken"))
        prepare(h, shell, hook=GUARD[shell])
        r = type_in(h, shell, [(OUT, line, 1), (IN, "exit"), (OUT, "exit 5")])
        assert r.status == 5 and "FileNotFoundError" in r.screen and not taken(), r


GUARD = {"bash": 'eval "$(psbc hook bash --guard)"', "zsh": 'eval "$(psbc hook zsh --guard)"', "fish": "psbc hook fish --guard | source"}


@test("E4: in a clone that nobody approved the guard runs nothing, and says how")
@attack("hook-guard-clone", "E4", "`pip install .` typed in a fresh clone that has a file of psbc")
def _(h):
    for shell in SHELLS:
        prepare(h, shell, hook=GUARD[shell], trusted=())
        taken = key(h)
        for name in ("python3", "python", "pip", "pytest"):
            h.write(f"~/bin/{name}", '#!/bin/sh\nexec /usr/bin/python3 evil.py\n', 0o755)
        path = 'PATH="$HOME/bin:$PATH"' if shell != "fish" else 'set -x PATH "$HOME/bin" $PATH'
        for name in ("python3", "python", "pip", "pytest"):
            r = type_in(h, shell, [(OUT, path), (OUT, f"cd ~/code/lab {AND[shell]} {name}"), (OUT, "exit 5")])
            assert r.status == 5 and f"`{name}` was not run: `~/code/lab` has a sandbox that was never approved" in r.screen and not taken(), r
        r = type_in(h, shell, [(OUT, path), (OUT, f"cd ~/code/lab {AND[shell]} command pip"), (OUT, "exit 5")])
        assert r.status == 5 and taken(), r
        os.unlink(h.path("~/code/lab/taken"))


@test("E5: no name of a directory and no file of a project is executed or written to the terminal by the hook")
@attack("hook-names", "E5", "directories with `$(…)`, quotes, line breaks and terminal sequences in their names, below and above a project")
def _(h):
    names = ["$(touch PWNED)", "`touch PWNED`", "a;touch PWNED", "-x", "a\nb", "\x1b]0;PWNED\x07", "%(?.$(touch PWNED).)", "'; touch PWNED; '"]
    for shell in SHELLS:
        prepare(h, shell)
        # The attack is one: a hook that evaluates the name does what it says.
        at = h.mkdir("~/" + names[0])
        h.run([shell, "-c", f'cd "{names[0]}"' if shell != "fish" else f"cd ~/'{names[0]}'"])
        assert h.run(["bash", "-c", f"eval cd {names[0]}"], cwd=at) and h.exists(f"~/{names[0]}/PWNED")
        os.unlink(h.path(f"~/{names[0]}/PWNED"))
        for number, name in enumerate(names):
            h.mkdir(f"~/w{number}/{name}/sub")
            for where in ("", "/sub"):
                h.write(f"~/w{number}/{name}{where}/.python-sandbox.toml", 'name = "odd"\n')
                h.write(f"~/w{number}/{name}{where}/.python-sandbox", "$(touch PWNED)\n")
        steps = [(OUT, f"cd ~/w{number}/*/{sub}") for number in range(len(names)) for sub in ("", "sub")]
        r = type_in(h, shell, [*steps, (OUT, "exit 5")])
        assert r.status == 5 and r.screen.count("was never approved") >= 2 * len(names) - 2, r
        assert not any("PWNED" in path.rsplit("/", 1)[-1] for path in h.tree("~") if path.endswith("/PWNED")), h.tree("~")
        told = [line for line in r.out.split("\n") if line.startswith("psbc: ")]
        assert not any("\x1b]0;PWNED" in line for line in told), told


@test("E5: a session leads the shell of the user nowhere, and nothing of its project either")
@attack("hook-led-away", "E5", "the session chooses the directory where the user's shell goes on")
def _(h):
    ask = "import os, socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.sendto(b'/tmp', os.path.expanduser('~/.psbc-leave'))\n"
    for shell in SHELLS:
        prepare(h, shell)
        h.write("~/code/lab/evil.py", ask)
        for text, where in (("follow = true\n", "/tmp"), ("", h.path("~/code/lab"))):  # it can, where the user said so
            h.write("~/.config/psbc/config.toml", text)
            r = type_in(h, shell, [(OUT, "cd ~/code/lab"), (IN, "mkfifo .exit-dir exit-dir; python3 evil.py", 1), (OUT, 'echo "d=<$PWD>"'), (OUT, "rm -f ~/code/lab/*exit-dir; exit 5")])
            assert r.status == 5 and f"d=<{where}>" in r.screen, r


main()
