# SPDX-License-Identifier: MIT
"""What shells_test.py and shells_own_test.py share: a project, and what a person types at a prompt inside."""
import re
from pathlib import Path

LAB = "~/code/lab"
SHELLS = ("bash", "zsh", "fish")
RC = {"bash": "~/.bashrc", "zsh": "~/.zshrc", "fish": "~/.config/fish/config.fish"}
HISTORY = {"bash": "bash_history", "zsh": "zsh_history", "fish": "fish/fish_history"}
SEGMENT = r"\(J:lab\)"


def lab(h, *programs, environment=True):
    h.require("psbc", "firejail", *programs)
    h.write(f"{LAB}/.python-sandbox.toml", 'name = "lab"\n')
    h.mkdir(f"{LAB}/sub")
    assert h.psbc("trust", "--yes", cwd=LAB).ok
    if environment:
        r = h.psbc("run", "--", "python3", "-m", "venv", "--without-pip", h.path("~/envs/lab"), cwd=LAB)
        assert r.ok, r


def session(h, shell, *lines, argv=None, cwd=f"{LAB}/sub", end="exit 3", **options):
    """Types each line at a prompt that shows the sandbox's name, then `end`."""
    steps = [(SEGMENT, line + "\n") for line in (*lines, end)]
    return h.pty(argv or ["psbc", "enter", "--shell", shell], steps, cwd=cwd, timeout=30, **options)


def said(r, name):
    """What `echo "name=<...>"` printed, the last time; not the echo of the typing."""
    found = [text for text in re.findall(re.escape(name) + r"=<([^>\x1b]*)>", r.out.replace("\r\n", "\n")) if "$" not in text]
    assert found, (name, r.out[-3000:])
    return found[-1]


def state(h, file):
    (found,) = Path(h.path("~/.local/share/psbc/sandboxes")).iterdir()
    path = found / "state" / file
    return path.read_text(errors="replace") if path.exists() else ""


def usable(h, shell, runs=None, forbidden=None, **options):
    """A prompt with the segment, the environment, the directory, a history of its own, the exit status."""
    runs = runs or shell
    r = session(h, shell, 'echo "v=<$VIRTUAL_ENV>"', 'echo "d=<$PWD>"', 'echo "j=<$JAILED_ENV>"', "command -v python", **options)
    assert r.status == 3, r
    assert said(r, "v") == h.path("~/envs/lab") and said(r, "d") == h.path(f"{LAB}/sub") and said(r, "j") == "lab", r
    assert h.path("~/envs/lab/bin/python") in r.out, r
    assert "v=<" in state(h, HISTORY[runs]), (runs, r)
    assert "(J:lab) (J:lab)" not in r.out
    assert not forbidden or forbidden not in r.out, r
    return r
