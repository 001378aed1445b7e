#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""bash, zsh and fish inside, each with the start-up files that people have: a usable prompt, or a clear message."""
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from shell_session import LAB, RC, SEGMENT, SHELLS, lab, said, session, state, usable  # noqa: E402
from tap import main, test  # noqa: E402


# ------------------------------------------------------------------ every shell with every start-up file


def cell(shell, what, rc, check=None):
    @test(f"{shell}, {what}")
    def _(h):
        lab(h, shell)
        if rc is not None:
            h.write(RC[shell], rc)
        r = usable(h, shell)
        if check:
            assert re.search(check, r.out), r


for name in SHELLS:
    cell(name, "a fresh user without any start-up file", None)
    cell(name, "a start-up file that prints", "echo hello from the rc\n", "hello from the rc")
    cell(name, "a bare return in the middle", "echo before\nreturn\necho after-$HOME\n", r"before\r\n(?!after)")
for name in ("bash", "zsh"):
    cell(name, "set -u, and an unset variable", "set -u\necho first\necho $nope\n", "first")
    cell(name, "a syntax error in the middle", "echo first\nif then\necho second\n", "first")
    cell(name, "a command that fails under set -e", "set -e\nfalse\necho behind\n", "behind")
cell("zsh", "options that scripts seldom see", "setopt ksh_arrays no_unset err_return sh_word_split no_match glob_subst prompt_subst\nalias -g L='| less' V=x\nalias local=false set=false\n")
cell("fish", "a syntax error in the middle", "echo first\nif true\necho second\n", "config.own.fish")
cell("fish", "an error in the middle", "echo first\nnosuchcommand\nset -g\necho second\n", "second")


@test("zsh: what a fresh user gets is a prompt, not the questions of zsh-newuser-install")
def _(h):
    lab(h, "zsh", environment=False)
    r = session(h, "zsh", "echo one")
    assert "newuser" not in r.out and "startup files" not in r.out, r
    assert "echo one" in state(h, "zsh_history")


@test("`exec zsh` at the end of .bashrc gives a zsh with everything; `exec fish` too")
def _(h):
    lab(h, "zsh", "fish")
    for other in ("zsh", "fish"):
        h.write("~/.bashrc", f"echo from bashrc\n[[ $- == *i* ]] && exec {other}\n")
        r = usable(h, "bash", runs=other)
        assert "from bashrc" in r.out, r


@test("a shell inside a shell, and a login shell, are as good as the first one")
def _(h):
    lab(h, "zsh", "fish")
    h.write("~/.zprofile", "export FROM_PROFILE=yes\n")
    for outer in SHELLS:
        for inner in (*SHELLS, "bash -l", "zsh -l", "fish -l"):
            r = session(h, outer, inner, 'echo "p=<$PATH>"', 'echo "z=<$FROM_PROFILE>"', "exit 4", end="exit 5")
            assert r.status == 5 and said(r, "p").count(h.path("~/envs/lab/bin")) == 1, (outer, inner, r)
            if inner == "zsh -l":
                assert said(r, "z") == "yes", r
            assert "(J:lab) (J:lab)" not in r.out, r


@test("`sa` and `sad` activate and deactivate")
def _(h):
    lab(h, "zsh", "fish")
    assert h.psbc("run", "--", "python3", "-m", "venv", "--without-pip", h.path("~/envs/other"), cwd=LAB).ok
    for shell in SHELLS:
        r = session(h, shell, "sad", 'echo "off=<$VIRTUAL_ENV>"; echo "path=<$PATH>"', "sa", 'echo "on=<$VIRTUAL_ENV>"', "sa other", 'echo "other=<$VIRTUAL_ENV>"',
                    "sa nowhere", "sad", 'echo "end=<$VIRTUAL_ENV>"')  # fmt: skip
        assert said(r, "off") == said(r, "end") == "" and h.path("~/envs/lab") not in said(r, "path"), (shell, r)
        assert said(r, "on") == h.path("~/envs/lab") and said(r, "other") == h.path("~/envs/other"), (shell, r)
        assert "there is no environment in" in r.out, (shell, r)


@test("the status of the last command survives the prompt, also for prompts that show it")
def _(h):
    lab(h, "zsh", "fish", environment=False)
    h.write("~/.zshrc", "setopt prompt_subst\nPROMPT='[s$?] %# '\n")
    h.write("~/.bashrc", "PS1='[s$?] $ '\n")
    h.write(RC["fish"], "function fish_prompt\n  set -l s $status $pipestatus\n  echo -n \"[s$s[1] p$s[2]$s[3]] > \"\nend\n")
    for shell in SHELLS:
        value = "$status" if shell == "fish" else "$?"
        r = session(h, shell, "false | true; false", f'echo "st=<{value}>"', "true")
        assert said(r, "st") == "1" and "[s1" in r.out and "[s0" in r.out, (shell, r)
        if shell == "fish":
            r = session(h, shell, "false | true")
            assert "[s0 p10]" in r.out, r


@test("a prompt forks nothing, in each shell")
def _(h):
    lab(h, "zsh", "fish", environment=False)
    last = {"bash": "read -r _ _ _ _ n < /proc/loadavg", "zsh": "read -r _ _ _ _ n < /proc/loadavg",
            "fish": "read -d ' ' _a _b _c _d n < /proc/loadavg"}  # fmt: skip
    for shell in SHELLS:
        set_a = "set a $n" if shell == "fish" else "a=$n"
        show = "echo new=\\<(math $n - $a)\\>" if shell == "fish" else 'echo "new=<$((n - a))>"'
        h.write(RC[shell], "function fish_prompt; echo -n '> '; end; function fish_title; end\n" if shell == "fish" else "")
        counts = []
        for _ in range(5):  # other processes of the machine count too: the quietest of five tells
            r = session(h, shell, f"{last[shell]}; {set_a}", *["true"] * 12, f"{last[shell]}; {show}")
            counts.append(int(said(r, "new")))
        assert min(counts) < 10, (shell, counts)


@test("the terminal is told the directory, percent-encoded, with the host's name")
def _(h):
    lab(h, "zsh", "fish", environment=False)
    h.mkdir(f"{LAB}/sub/a b%;é")
    host = os.uname().nodename
    for shell in SHELLS:
        r = session(h, shell, "cd 'a b%;é'", "true")
        told = re.findall(r"\x1b\]7;file://([^/]*)([^\x07\x1b]*)(?:\x07|\x1b\\)", r.out)
        at = h.path(f"{LAB}/sub")
        assert (host, at) in told and (host, at + "/a%20b%25%3B%C3%A9") in told, (shell, told)
        assert len(told) == 2, (shell, told)
        assert "]9;" not in r.out, r
        r = session(h, shell, "cd 'a b%;é'", 'cd (printf "\\x1b")' if shell == "fish" else "mkdir $'\\e'; cd $'\\e'", env={"WSL_DISTRO_NAME": "Debian"})
        windows = at.replace("/", "\\")
        assert re.findall(r"\x1b\]9;9;([^\x1b]*)\x1b\\", r.out) == [f"\\\\wsl.localhost\\Debian{windows}", f"\\\\wsl.localhost\\Debian{windows}\\a b%;é"], (shell, r)
        by_itself = shell == "fish" and int(re.search(r"\d+", h.run(["fish", "--version"]).out)[0]) >= 4  # on every terminal
        assert by_itself or "]7;" not in session(h, shell, "true", env={"TERM": "dumb"}).out


@test("PSBC_PROMPT=off leaves a prompt as it is, for those that show JAILED_ENV themselves")
def _(h):
    lab(h, "zsh", "fish", environment=False)
    own = {"bash": "PSBC_PROMPT=off; PS1='mine<$(echo $JAILED_ENV)> '", "zsh": "PSBC_PROMPT=off; setopt prompt_subst; PROMPT='mine<$(echo $JAILED_ENV)> '",
           "fish": "set -g PSBC_PROMPT off\nfunction fish_prompt; echo -n \"mine<$JAILED_ENV> \"; end\n"}  # fmt: skip
    for shell in SHELLS:
        h.write(RC[shell], own[shell] + "\n")
        r = h.pty(["psbc", "enter", "--shell", shell], [("mine<lab>", "true\n"), ("mine<lab>", "exit\n")], cwd=LAB, timeout=30)
        assert "mine<lab> " in r.out and "(J:" not in r.out, (shell, r)


main()
