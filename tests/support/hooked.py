# SPDX-License-Identifier: MIT
"""A developer whose shell has psbc's hook, at a terminal."""
import re

SHELLS = ("bash", "zsh", "fish")
RC = {"bash": "~/.bashrc", "zsh": "~/.zshrc", "fish": "~/.config/fish/config.fish"}
HOOK = {"bash": 'eval "$(psbc hook bash)"', "zsh": 'eval "$(psbc hook zsh)"', "fish": "psbc hook fish | source"}
# The same text is the start file inside: there it says IN.
PROMPT = {
    "bash": 'if [ -n "${JAILED_ENV-}" ]; then PS1="IN> "; else PS1="OUT> "; fi',
    "zsh": 'if [[ -n ${JAILED_ENV-} ]]; then PS1="IN> "; else PS1="OUT> "; fi',
    "fish": "function fish_prompt; if set -q JAILED_ENV; echo -n 'IN> '; else; echo -n 'OUT> '; end; end; function fish_greeting; end",
}
STATUS = {"bash": "echo s=$?", "zsh": "echo s=$?", "fish": "echo s=$status"}
OUT, IN = "OUT> ", "IN> "


def prepare(h, shell, before="", after="", trusted=("lab",), hook=None):
    h.require("psbc", "firejail", shell)
    h.write(RC[shell], "\n".join((before, PROMPT[shell], hook or HOOK[shell], after)) + "\n")
    for name in ("lab", "other", "new"):
        h.mkdir(f"~/code/{name}/sub/deep")
        h.write(f"~/code/{name}/.python-sandbox.toml", f'name = "{name}"\n')
        if name in trusted:
            assert h.psbc("trust", "--yes", cwd=f"~/code/{name}").ok


def type_in(h, shell, steps, cwd="~", argv=None):
    """Each step: the prompt, and what is typed at it. What is typed says when it was done, unless a third word is there."""
    told, typed = "", []
    for number, (prompt, line, *plain) in enumerate(steps):
        typed.append((told + prompt, line + ("" if plain or line.startswith("exit") or "; exit" in line else f"; echo m''{number}") + "\n"))
        told = rf"m{number}\r\n(.|\n)*?" if typed[-1][1].endswith(f"m''{number}\n") else ""
    r = h.pty(argv or [shell, "-i"], typed, cwd=cwd, timeout=40)
    r.screen = re.sub(r"\x1b(\[[0-9;?>=]*[A-Za-z]|\][^\x07\x1b]*(\x07|\x1b\\)|[=>()][0-9A-Za-z]?)", "", r.out.replace("\r", ""))
    return r


def count(r, text):
    return len(re.findall(text, r.screen))
