#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""templates/shell/inside.* behind all sorts of start-up files, in the real shells. What zsh and fish do in a sandbox: shells_test.py.

$EMIT_TOOL is tests/support/emit_tool.cc."""
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from tap import main, test  # noqa: E402

ACTIVATE = """# as python -m venv writes it
deactivate () {
    if [ -n "${_OLD_VIRTUAL_PATH:-}" ] ; then PATH="${_OLD_VIRTUAL_PATH:-}"; export PATH; unset _OLD_VIRTUAL_PATH; fi
    if [ -n "${_OLD_VIRTUAL_PS1:-}" ] ; then PS1="${_OLD_VIRTUAL_PS1:-}"; export PS1; unset _OLD_VIRTUAL_PS1; fi
    unset VIRTUAL_ENV
    if [ ! "${1:-}" = "nondestructive" ] ; then unset -f deactivate; fi
}
deactivate nondestructive
VIRTUAL_ENV=@ENV@
export VIRTUAL_ENV
_OLD_VIRTUAL_PATH="$PATH"
PATH="$VIRTUAL_ENV/bin:$PATH"
export PATH
if [ -z "${VIRTUAL_ENV_DISABLE_PROMPT:-}" ] ; then _OLD_VIRTUAL_PS1="${PS1:-}"; PS1="(env) ${PS1:-}"; export PS1; fi
hash -r 2> /dev/null
echo "Activated."
"""


def prepare(h, rc="", environment="~/envs/lab", activate=True, name="lab"):
    where, root = h.path(environment), h.path("~/root")
    h.mkdir("~/root/state")
    h.write(environment + "/bin/tool", "#!/bin/sh\necho tool of the environment\n", 0o755)
    if activate:
        h.write(environment + "/bin/activate", ACTIVATE.replace("@ENV@", "'" + where.replace("'", "'\\''") + "'"))
    r = h.psbc("bash", name, where, root)
    assert r.ok, r
    h.write("~/.bashrc", rc + ("" if rc.endswith("\n") or not rc else "\n") + r.out)
    return where


def session(h, *lines, env=None, first=r"\(J:lab\) "):
    """Types each line at a prompt with the segment, then exit; the output of all."""
    script = [(first, lines[0] + "\n")] if lines else [(first, "")]
    script += [(r"\(J:lab\) ", line + "\n") for line in (*lines[1:], "exit 0")]
    return h.pty(["bash", "-i"], script, env=env)


def said(r, name):
    """The value printed by `echo name=[...]`, not the echo of the typing."""
    found = re.findall(re.escape(name) + r"=\[([^\]$]*)\]", r.out.replace("\r", ""))
    assert found, (name, r.out)
    return found[-1]


@test("a plain start-up file: prompt, environment, history and deactivate")
def _(h):
    where = prepare(h, "PS1='$ '\n")
    r = session(h, "echo path=[${PATH%%:*}] env=[$VIRTUAL_ENV] hist=[$HISTFILE] j=[$JAILED_ENV]", "tool", "deactivate", "echo after=[$PATH]")
    assert r.status == 0, r
    assert said(r, "path") == where + "/bin" and said(r, "env") == where and said(r, "j") == "lab", r
    assert said(r, "hist") == h.path("~/root/state/bash_history")
    assert "tool of the environment" in r.out and where not in said(r, "after"), r
    assert "Activated" not in r.out and "(env)" not in r.out
    assert r.out.count("(J:lab) (J:lab)") == 0
    assert "echo path" in h.read("~/root/state/bash_history")


@test("the segment is there once, also in a child shell and when the file is sourced again")
def _(h):
    where = prepare(h, "PS1='$ '\n")
    r = session(h, ". ~/.bashrc", ". ~/.bashrc", "bash -i", "echo depth=[$SHLVL] path=[$PATH] pc=[${PROMPT_COMMAND[*]}]", "exit 0")
    assert r.status == 0 and "(J:lab) (J:lab)" not in r.out, r
    assert said(r, "path").count(where + "/bin") == 1, r
    assert said(r, "pc").count("__psbc_prompt") == 1, r


@test("a start-up file with set -eu does not end the shell, and stays in force")
def _(h):
    prepare(h, "set -eu\nPS1='$ '\nunset PROMPT_COMMAND\n")
    r = session(h, "echo flags=[$-]")
    assert r.status == 0 and {"e", "u"} <= set(said(r, "flags")), r
    prepare(h, "set -u\nunset PS1 PS2\n")
    assert session(h, "! true", "echo alive=[$?]").status == 0


@test("PS1 that is set late, by PROMPT_COMMAND as a string or an array, gets the segment before each prompt")
def _(h):
    for rc in (
        "PROMPT_COMMAND='PS1=\"late \\$ \"'\n",
        "PROMPT_COMMAND=('PS1=\"late \\$ \"' 'x=1')\n",
        "late() { PS1='late $ '; }\nPROMPT_COMMAND=late\n",
    ):
        prepare(h, rc)
        r = session(h, "true", "echo done", first=r"\(J:lab\) late \$ ")
        assert r.status == 0 and "(J:lab) (J:lab)" not in r.out, (rc, r)
        assert len(re.findall(r"\(J:lab\) late \$ ", r.out)) >= 3, r


@test("the status of the last command survives the prompt")
def _(h):
    for rc in ("PS1='$ '\n", "PS1='$ '\nPROMPT_COMMAND='x=1'\n", "PS1='$ '\nPROMPT_COMMAND=('x=1')\n", "PS1='[$?] $ '\n"):
        prepare(h, rc)
        r = session(h, "(exit 42)", "echo status=[$?]")
        assert said(r, "status") == "42", (rc, r)


@test("firejail's PROMPT_COMMAND=: goes, and nothing of it is exported")
def _(h):
    prepare(h, "PS1='$ '\n")
    r = session(h, "echo pc=[${PROMPT_COMMAND[*]}]", "echo exported=[$(env | grep -c PROMPT_COMMAND)]", env={"PROMPT_COMMAND": ":"})
    assert said(r, "pc") == "__psbc_prompt" and said(r, "exported") == "0", r


@test("readonly variables of the start-up file are left alone without an error")
def _(h):
    prepare(h, "PS1='(J:lab) $ '\nreadonly PATH PS1 PROMPT_COMMAND HISTFILE=/dev/null\n")
    r = session(h, "echo h=[$HISTFILE]")
    assert r.status == 0 and "readonly" not in r.out.split("$ ")[0] and said(r, "h") == "/dev/null", r


@test("without a bin/activate the environment still comes first; history stays off when the user wants none")
def _(h):
    where = prepare(h, "PS1='$ '\nPATH=/usr/bin:/bin\nunset HISTFILE\n", activate=False)
    r = session(h, "echo path=[$PATH] hist=[${HISTFILE-none}]")
    assert said(r, "path") == where + "/bin:/usr/bin:/bin" and said(r, "hist") == "none", r


@test("paths with quotes, blanks, dollars and line breaks are only paths")
def _(h):
    for name in ("it's a $(touch ~/PWNED) `touch ~/PWNED` \"x\"", "two\nlines", "a*b [c] \\ d"):
        where = prepare(h, "PS1='$ '\n", environment="~/envs/" + name)
        r = session(h, "tool", '[[ $VIRTUAL_ENV/bin == "${PATH%%:*}" ]] && echo same=[yes]')
        assert "tool of the environment" in r.out and said(r, "same") == "yes", (where, r)
        assert not h.exists("~/PWNED")


@test("a name cannot become a command, whatever it is")
def _(h):
    prepare(h, "PS1='$ '\n", name="$(touch ~/PWNED)`touch ~/PWNED`'")
    r = h.pty(["bash", "-i"], [(r"\(J:", "exit 0\n")])
    assert r.status == 0 and not h.exists("~/PWNED"), r


ODD = ("$(touch ~/PWNED)`touch ~/PWNED`'", "it's a \\ \"x\" $HOME ~ *?[a] {a,b} (x) %n; touch ~/PWNED #", "two\nlines", "\\", "'\\''", "ü\t")


@test("zsh and fish: names and paths with quotes, dollars, backslashes and line breaks are only that")
def _(h):
    h.require("zsh", "fish")
    for odd in ODD:
        where = h.path("~/envs/" + odd.replace("/", "_"))
        for shell, argv in (("zsh", ["zsh", "-f", "-i", "-c", 'source ~/part .zshrc; print -rn -- "$JAILED_ENV|$PATH|$HISTFILE"']),
                            ("fish", ["fish", "--no-config", "-i", "-c", "source ~/part; printf '%s|%s|' $JAILED_ENV $PATH[1]"])):  # fmt: skip
            h.write("~/part", h.psbc(shell, odd, where, h.path("~/root")).out)
            r = h.run(argv, env={"TERM": "dumb"})
            assert r.out.startswith(f"{odd}|{where}/bin"), (shell, odd, r)
            if shell == "zsh":
                assert r.out.endswith(f"|{h.home}/root/state/zsh_history"), r
            assert not h.exists("~/PWNED"), (shell, odd)


@test("promptvars off, and a prompt of two lines")
def _(h):
    prepare(h, "shopt -u promptvars\nPS1='$ '\n")
    assert session(h, "true").status == 0
    prepare(h, "PS1='\\nsecond $ '\n")
    assert session(h, "true", first=r"\n\(J:lab\) second \$ ").status == 0


@test("a prompt forks nothing")
def _(h):
    prepare(h, "PS1='$ '\nPROMPT_COMMAND=('x=1')\n")
    last = "read -r _ _ _ _ last < /proc/loadavg"
    counts = []
    for _ in range(5):  # other processes of the machine count too: the quietest of five tells
        r = session(h, last + "; a=$last", ":", ":", ":", ":", ":", ":", ":", ":", last + "; echo new=[$((last - a))]")
        counts.append(int(said(r, "new")))
    assert min(counts) < 8, counts


@test("a shell that reads no input leaves the file quietly")
def _(h):
    prepare(h, "")
    r = h.run(["bash", "-i", "-c", "echo ok"], env={"TERM": "dumb"})
    assert "ok" in r.out and "psbc" not in r.err, r


if "EMIT_TOOL" not in os.environ:
    from tap import skip_all

    skip_all("emit_tool: $EMIT_TOOL names no such program")
main(os.environ["EMIT_TOOL"])
