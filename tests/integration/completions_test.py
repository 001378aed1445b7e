#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""psbc completions: what the real shells offer, from the table of options."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tap import main, test  # noqa: E402

# What was typed, some of what is offered, and some of what is not.
CASES = {
    "psbc bu": ({"build"}, {"trust"}),
    "psbc ": ({"build", "enter", "git-hooks", "hook"}, {"--check"}),
    "psbc build --ch": ({"--check"}, {"--all"}),
    "psbc -q trust --re": ({"--revoke"}, {"--check"}),
    "psbc git-hooks ": ({"install", "remove", "status"}, {"build"}),
    "psbc hook z": ({"zsh"}, {"bash"}),
    "psbc tokens i": ({"info"}, {"install"}),
    "psbc --q": ({"--quiet"}, {"--check"}),
    "psbc clean --env": ({"--envs"}, {"--all"}),
    "psbc run -- tail": ({"tail"}, {"build"}),
}


def bash(h, line):
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    r = h.run(["bash", "--norc", "-c", f"set -eu; eval \"$(psbc completions bash)\"; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _psbc; printf '%s\\n' \"${{COMPREPLY[@]}}\""])
    assert r.ok and not r.err, r
    return set(r.out.split())


def fish(h, line):
    r = h.run(["fish", "--no-config", "-c", f"psbc completions fish | source; complete -C '{line}'"])
    assert r.ok and not r.err, r
    return {offered.split("\t")[0] for offered in r.out.splitlines()}


@test("bash completes commands, options, fixed words, and commands after `--`")
def _(h):
    h.require("psbc")
    for line, (offered, other) in CASES.items():
        found = bash(h, line)
        assert offered <= found and not other & found, (line, found)


@test("fish does as well")
def _(h):
    h.require("psbc", "fish")
    for line, (offered, other) in CASES.items():
        if "--" in line.split(" "):
            continue
        found = fish(h, line)
        assert offered <= found and not other & found, (line, found)


@test("zsh does as well, from eval and as a file in fpath")
def _(h):
    h.require("psbc", "zsh")
    h.write("~/functions/_psbc", h.psbc("completions", "zsh").out)
    start = "autoload -Uz compinit; compinit -u -D; PS1='%% '\n"
    for setup in (start + 'eval "$(psbc completions zsh)"\n', "fpath=(~/functions $fpath)\n" + start):
        h.write("~/.zshrc", setup)
        for typed, rest in {"psbc bui": "build", "psbc build --che": "--check", "psbc git-hooks ins": "install", "psbc -q rev": "review", "psbc run -- psb": "psbc"}.items():
            r = h.pty(["zsh", "-i"], [("% ", f"{typed}\t"), (re.escape(rest[-2:]) + "(.|\n)*", "\x15exit\n")], timeout=30)
            assert rest in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|.\x08", "", r.out), r


@test("every command and every option of --help is in each of them")
def _(h):
    h.require("psbc")
    texts = {shell: h.psbc("completions", shell).out for shell in ("bash", "zsh", "fish")}
    commands = re.findall(r"^  ([a-z][a-z-]+) {2,}", h.psbc("--help").out.split("Subcommands:")[-1], re.M)
    assert len(commands) > 18 and "completions" in commands, commands
    for command in commands:
        options = set() if command == "git" else set(re.findall(r"--([a-z-]+)", h.psbc(command, "--help").out.split("Options:")[-1]))
        for shell, text in texts.items():
            assert command in text, (shell, command)
            for option in options - {"help", "version"}:
                assert re.search(rf"(--|-l ){re.escape(option)}\b", text), (shell, command, option)
    r = h.psbc("completions", "tcsh")
    assert r.status == 2 and "tcsh" in r.err, r


main()
