#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""psbc hook: the sandbox opens at a prompt in a project, and only there. In real shells at a real terminal."""
import os
import re
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from host import CHECKOUT  # noqa: E402
from hooked import HOOK, IN, OUT, PROMPT, RC, SHELLS, STATUS, count, prepare, type_in  # noqa: E402
from ssh_service import Server  # noqa: E402
from tap import main, skip, test  # noqa: E402

# As meson installs them. Read now: a host covers the directories where a build may lie.
TEMPLATES = Path(os.environ.get("PSBC", CHECKOUT / "build/src/cli/psbc")).parents[2] / "templates"
INSTALLED = {path.name: path.read_text() for path in TEMPLATES.glob("*.*sh")}

for shell in SHELLS:

    @test(f"{shell}: coming into a project enters its sandbox in that very directory; leaving it stays outside until the project was left")
    def _(h, shell=shell):
        prepare(h, shell)
        r = type_in(h, shell, [(OUT, "cd ~/code/lab/sub"), (IN, 'echo "d=<$PWD>"'), (IN, "exit 3"), (OUT, "true"), (OUT, "cd deep"), (OUT, "cd ~"),
                               (OUT, "cd ~/code/lab"), (IN, "exit"), (OUT, "exit 5")])  # fmt: skip
        assert r.status == 5 and f"d=<{h.path('~/code/lab/sub')}>" in r.screen and "psbc:" not in r.screen, r

    @test(f"{shell}: the status of the command before stays, and a shell that starts in a project enters at its first prompt")
    def _(h, shell=shell):
        prepare(h, shell)
        r = type_in(h, shell, [(IN, "exit"), (OUT, "cd ~; false", 1), (OUT, STATUS[shell]), (OUT, "cd /; true", 1), (OUT, STATUS[shell]), (OUT, "exit 5")], cwd="~/code/lab")
        assert r.status == 5 and re.findall(r"^s=(\d)$", r.screen, re.M) == ["1", "0"], r

    @test(f"{shell}: what was never approved is said once, in one line, and nothing of it is used; approved later, it is entered")
    def _(h, shell=shell):
        prepare(h, shell)
        r = type_in(h, shell, [(OUT, "cd ~/code/new"), (OUT, "cd sub"), (OUT, "cd ~; cd ~/code/new/sub"), (OUT, "psbc trust --yes"), (IN, "exit"), (OUT, "true"),
                               (OUT, "cd ~; cd ~/code/new"), (OUT, "cd ~"), (OUT, "cd ~/code/new"), (IN, "exit"), (OUT, "exit 5")])  # fmt: skip
        assert r.status == 5 and count(r, "psbc: `~/code/new` has a sandbox that was never approved: psbc trust shows") == 1, r
        assert count(r, "psbc: ") == 1, r

    @test(f"{shell}: a file with errors is one line as well; a denial is none")
    def _(h, shell=shell):
        prepare(h, shell)
        h.write("~/code/lab/.python-sandbox.toml", 'name = "lab"\nreadonyl = []\nhiden = []\n')
        r = type_in(h, shell, [(OUT, "cd ~/code/lab"), (OUT, "exit 5")])
        assert r.status == 5 and count(r, "psbc: ") == 1 and "has errors" in r.screen and "readonyl" not in r.screen, r
        mend = "printf 'name = \"lab\"\\n' > .python-sandbox.toml"
        r = type_in(h, shell, [(OUT, "cd ~/code/lab"), (OUT, "cd sub"), (OUT, f"cd ..; {mend}"), (IN, "exit"), (OUT, "exit 5")])
        assert r.status == 5 and count(r, "psbc: ") == 1, r
        h.write("~/code/lab/.python-sandbox.toml", "name = \n")
        r = h.pty(["psbc", "trust"], [(r"\[y/N\]", "n\n")], cwd="~/code/new")
        r = type_in(h, shell, [(OUT, "cd ~/code/new"), (OUT, "exit 5")])
        assert r.status == 5 and count(r, "psbc: ") == 0, r

    @test(f"{shell}: nested projects and siblings are their own; links and odd names lead where they lead")
    def _(h, shell=shell):
        prepare(h, shell, trusted=("lab", "other"))
        odd = "~/code/lab/sub/a 'b\" $(touch PWNED) ; -x"
        h.mkdir(odd)
        h.write(f"{odd}/.python-sandbox.toml", 'name = "odd"\n')
        assert h.psbc("trust", "--yes", cwd=odd).ok
        h.symlink("code/other/sub", "~/link")
        name = 'echo "j=<$JAILED_ENV>"; exit'
        r = type_in(h, shell, [(OUT, "cd ~/code/lab"), (IN, name), (OUT, "cd ~/code/other"), (IN, name), (OUT, "cd ~; cd ~/code/lab/sub/a*"), (IN, name), (OUT, "cd ~"),
                               (OUT, "cd ~/link/deep"), (IN, 'echo "d=<$PWD>"; exit'), (OUT, "exit 5")])  # fmt: skip
        assert r.status == 5, r
        assert re.findall(r"^j=<(\w+)>$", r.screen, re.M) == ["lab", "other", "odd"] and f"d=<{h.path('~/code/other/sub/deep')}>" in r.screen, r
        assert not any(path.endswith("/PWNED") for path in h.tree("~/code")), r

    @test(f"{shell}: it can be switched off by a variable, and for one project by the user's file")
    def _(h, shell=shell):
        prepare(h, shell, trusted=("lab", "other"))
        h.write("~/.config/psbc/config.toml", '[projects."~/code/other"]\nhook = false\n')
        r = type_in(h, shell, [(OUT, "cd ~/code/other"), (OUT, "exit 5")])
        assert r.status == 5 and count(r, "psbc: ") == 0, r
        h.env["PSBC_HOOK"] = "off"
        r = type_in(h, shell, [(OUT, "cd ~/code/lab"), (OUT, "exit 5")])
        assert r.status == 5, r

    @test(f"{shell}: a shell that is no terminal's, and one that runs a script, says and does nothing")
    def _(h, shell=shell):
        prepare(h, shell)
        script = HOOK[shell] + "\ncd ~/code/lab\necho done\n"
        r = h.run([shell, "-c", script], cwd="~/code/lab")
        assert r.ok and r.out == "done\n" and r.err == "", r
        r = h.run([shell, "-i"], cwd="~/code/lab", stdin="echo done\nexit 5\n")
        assert r.status == 5 and "done" in r.out and "psbc:" not in r.err, r

    @test(f"{shell}: no process for a hundred prompts in one directory, none for directories outside of projects, one inside")
    def _(h, shell=shell):
        h.require("strace")
        prepare(h, shell)
        h.write("~/.config/psbc/config.toml", '[projects."~/code/lab"]\nhook = false\n')  # asked for, and left alone
        for name in ("a", "b"):
            h.mkdir(f"~/plain/{name}")
        same, move = ["true"] * 100, [f"cd ~/plain/{'ab'[n % 2]}" for n in range(40)]

        def processes(lines, cwd="~"):
            r = h.run(["strace", "-qq", "-f", "-e", "trace=clone,clone3,fork,vfork,execve", "-e", "signal=none", "-o", h.path("~/trace"),
                       "script", "-qec", f"{shell} -i", "/dev/null"], cwd=cwd, stdin="\n".join([*lines, "exit 5", ""]), timeout=60)  # fmt: skip
            assert "OUT> " in r.out, r
            lines = h.read("~/trace").splitlines()
            forks = [line for line in lines if re.search(r" (clone|clone3|fork|vfork)\(", line) and "CLONE_THREAD" not in line]
            return len(forks), sum("hook-enter" in line and "execve(" in line for line in lines)

        processes([])  # fish's first start makes things, and each one a few more beside
        base = processes([])
        few = 10
        for lines in (same, move):
            forks, asked = processes(lines)
            assert asked == 0 and forks < base[0] + few, (base, forks, asked)
        forks, asked = processes([f"cd ~/code/lab/{name}" for name in ("sub", "sub/deep", "sub", ".")])
        assert asked == 1 and forks < base[0] + few, (base, forks, asked)


@test("bash: with `set -eu`, failglob, noclobber, a string or an array of prompt commands, sourced twice, read-only; others' functions are called as before")
def _(h):
    for before, after in {
        ("set -eu", ""), ("shopt -s failglob nullglob; set -o noclobber", ""), ("PROMPT_COMMAND='echo mine;'", ""), ("PROMPT_COMMAND=(true 'echo mine')", ""),
        ("", "PROMPT_COMMAND+=('echo mine')"), ("", HOOK["bash"]), ("cd() { builtin cd \"$@\" && echo mine; }; test() { false; }; local() { false; }", ""),
        ("IFS=/", ""),
    }:  # fmt: skip
        prepare(h, "bash", before, after)
        r = type_in(h, "bash", [(OUT, "false || true; cd ~/code/lab/sub"), (IN, "exit"), (OUT, "cd ~; exit 5")])
        assert r.status == 5 and count(r, r"\(J:lab\) ") <= 3, (before, after, r)
        assert "mine" not in before + after or "mine" in r.screen, (before, r)
        assert "error" not in r.screen and "not found" not in r.screen and "unbound" not in r.screen, r
    prepare(h, "bash", "PROMPT_COMMAND='true'; readonly PROMPT_COMMAND")
    r = type_in(h, "bash", [(OUT, "cd ~/code/lab"), (OUT, "exit 5")])
    assert r.status == 5 and "readonly" not in r.screen.replace("readonly PROMPT", ""), r


@test("bash 5.0's form, where prompt commands are one string")
def _(h):
    prepare(h, "bash")
    text = h.psbc("hook", "bash").out.replace("((BASH_VERSINFO[0] > 5 || (BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] >= 1)))", "false")
    h.write("~/hook.bash", text)
    for before in ("PROMPT_COMMAND='echo mine;'", "", "PROMPT_COMMAND='echo mine'"):
        h.write(RC["bash"], "\n".join((before, PROMPT["bash"], ". ~/hook.bash", "")))
        r = type_in(h, "bash", [(OUT, "false", 1), (OUT, STATUS["bash"]), (OUT, "cd ~/code/lab/sub"), (IN, "exit"), (OUT, "exit 5")])
        assert r.status == 5 and "\ns=1\n" in r.screen and ("mine" in r.screen) == ("mine" in before) and "syntax" not in r.screen, r


@test("zsh: with nounset, err_return, ksh_arrays, sh_word_split and other functions at the prompt")
def _(h):
    for before in ("setopt no_unset", "setopt ksh_arrays sh_word_split", "setopt err_return", "precmd() { echo mine }", "precmd_functions=(x); x() { echo mine }"):
        prepare(h, "zsh", before)
        r = type_in(h, "zsh", [(OUT, "cd ~/code/lab/sub"), (IN, "exit"), (OUT, "cd ~; exit 5")])
        assert r.status == 5 and ("mine" not in before or "mine" in r.screen), (before, r)
        assert "parameter not set" not in r.screen and "bad pattern" not in r.screen, (before, r)


@test("`cd project && command` runs the command outside, once: the sandbox opens at the next prompt")
def _(h):
    for shell in SHELLS:
        prepare(h, shell)
        line = 'cd ~/code/lab && echo "w=<$JAILED_ENV>"' if shell != "fish" else 'cd ~/code/lab; and echo "w=<$JAILED_ENV>"'
        r = type_in(h, shell, [(OUT, line, 1), (IN, "exit"), (OUT, "exit 5")])
        assert r.status == 5 and count(r, r"(?m)^w=<>$") == 1, r


STRICT = {"bash": "set -eu -o pipefail; shopt -s failglob; set -o noclobber", "zsh": "setopt no_unset ksh_arrays sh_word_split err_return no_clobber"}


@test("bash and zsh in their strictest modes: the guard and psbc leave work as ever")
def _(h):
    for shell, before in STRICT.items():
        h.write("~/.config/psbc/config.toml", "follow = true\n")
        prepare(h, shell, before, hook=HOOK[shell].replace(f"hook {shell}", f"hook {shell} --guard"))
        h.write("~/code/lab/show.py", "import os; print('j=<%s>' % os.environ.get('JAILED_ENV'))\n")
        r = type_in(h, shell, [(OUT, "cd ~/code/lab && python3 show.py", 1), (IN, "psbc leave ~/code", 1), (OUT, 'echo "d=<$PWD>"; python3 lab/show.py; cd lab && python3 show.py', 1),
                               (IN, "exit"), (OUT, "exit 5")])  # fmt: skip
        assert r.status == 5 and re.findall(r"^j=<(\w+)>", r.screen, re.M) == ["lab", "None", "lab"] and f"d=<{h.path('~/code')}>" in r.screen, (shell, r)
        assert "unbound" not in r.screen and "not set" not in r.screen, (shell, r)


BESIDE = {
    "direnv": 'eval "$(direnv hook {})"',
    "zoxide": 'eval "$(zoxide init {})"',
    "starship": 'eval "$(starship init {})"',
    "/etc/profile.d/vte-2.91.sh": "VTE_VERSION=7000; . /etc/profile.d/vte-2.91.sh",
}


@test("beside direnv, zoxide, vte.sh and starship, loaded before it and after it")
def _(h):
    found = [program for program in BESIDE if os.path.exists(program) or shutil.which(program)]
    if not found:
        skip("direnv: none of these is installed")
    for program in found:
        for shell in ("bash", "zsh"):
            load = BESIDE[program].format(shell)
            for before, after in ((load, ""), ("", load)):
                prepare(h, shell, before, f"{after}\n{PROMPT[shell]}")
                r = type_in(h, shell, [(OUT, "cd ~/code/lab/sub"), (IN, "exit"), (OUT, "false", 1), (OUT, STATUS[shell], 1), (r"s=1(.|\n)*OUT> ", "cd ~"), (OUT, "exit 5")])
                assert r.status == 5, (program, shell, r)


@test("in tmux: a new window in a project enters, and tmux inside stays inside")
def _(h):
    h.require("tmux")
    prepare(h, "bash")
    h.env["SHELL"] = "/bin/bash"
    h.write("~/.tmux.conf", "set -g default-shell /bin/bash\nset -g default-command 'bash -i'\n")
    tmux = ["tmux", "-L", "hook", "-f", h.path("~/.tmux.conf")]
    assert h.run([*tmux, "new-session", "-d", "-x", "100", "-y", "20", "-c", h.path("~/code/lab/sub")]).ok
    end = time.monotonic() + 20
    while "IN>" not in (screen := h.run([*tmux, "capture-pane", "-p"]).out):
        assert time.monotonic() < end, screen
        time.sleep(0.05)
    h.run([*tmux, "send-keys", "tmux ls; exit", "Enter"])
    while "OUT>" not in (screen := h.run([*tmux, "capture-pane", "-p"]).out):
        assert time.monotonic() < end, screen
        time.sleep(0.05)
    assert "no server running" in screen or "error connecting" in screen, screen  # the server outside is not there inside
    h.run([*tmux, "kill-server"])


@test("over ssh: a login at a terminal enters at its first prompt in a project; a command by ssh gets no hook")
def _(h):
    h.require("sshd")
    prepare(h, "bash")
    h.write("~/.bash_profile", ". ~/.bashrc\n")
    os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    server = Server(h, root=True)
    assert h.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", h.path("~/key")]).ok
    h.write(f"~/{server.name}/authorized", h.read("~/key.pub"))
    ssh = ["ssh", "-F", "none", "-i", h.path("~/key"), "-p", str(server.port), "127.0.0.1"]
    path = f"PATH={h.run(['sh', '-c', 'echo $PATH']).out.strip()}"  # sshd's own is another
    r = type_in(h, "bash", [(OUT, "cd ~/code/lab/sub"), (IN, 'echo "d=<$PWD>"; exit'), (OUT, "exit 5")], argv=[*ssh[:1], "-tt", *ssh[1:], f"{path} exec bash -l"])
    assert r.status == 5 and f"d=<{h.path('~/code/lab/sub')}>" in r.screen, r
    r = h.run([*ssh, f"{path}; cd ~/code/lab; . ~/.bashrc; echo done"])
    assert r.ok and r.out == "done\n" and r.err == "", r


INSTANT = """
exec {fd0}<&0 {fd1}>&1 {fd2}>&2 0</dev/null 1>~/instant 2>&1
precmd_functions+=(restore)
restore() { exec 0<&$fd0 1>&$fd1 2>&$fd2 {fd0}<&- {fd1}>&- {fd2}>&-; precmd_functions=(${precmd_functions:#restore}); }
"""


@test("zsh under an instant prompt, where the start file and the first prompt have no terminal: nothing is printed, and the next prompt enters")
def _(h):
    for before, after in ((INSTANT, ""), ("", "precmd_functions+=(restore)")):
        prepare(h, "zsh", before or INSTANT.replace("precmd_functions+=(restore)", ""), after)
        steps = [(OUT, "true"), (IN, "exit"), (OUT, "exit 5")] if after else [(IN, "exit"), (OUT, "exit 5")]
        r = type_in(h, "zsh", steps, cwd="~/code/lab")
        assert r.status == 5 and h.read("~/instant") == "", (before, r, h.read("~/instant"))


# What the hooks of these do to a shell, in a few lines: none of them is in Debian.
PREEXEC = """
trap '__preexec_trap "$_"' DEBUG
__preexec_trap() { [[ -n ${COMP_LINE-} ]] || __last=$BASH_COMMAND; return 0; }
__precmd() { local s=$?; __count=$((${__count:-0} + 1)); (exit $s); }
PROMPT_COMMAND="__precmd${PROMPT_COMMAND:+;}${PROMPT_COMMAND-}"
"""
MISE = """
_mise_hook() { local previous=$?; eval ":"; return $previous; }
_mise_hook_prompt_command() { _mise_hook; }
cd() { builtin cd "$@" || return; _mise_hook; }
pushd() { builtin pushd "$@" || return; _mise_hook; }
PROMPT_COMMAND="_mise_hook_prompt_command;${PROMPT_COMMAND-}"
"""
CONDA = """
conda() { :; }
PS1_OLD=$PS1; PROMPT_COMMAND="conda prompt${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
export PATH="$HOME/.asdf/shims:$PATH"
"""


@test("bash: beside what bash-preexec, mise, conda and asdf do to a shell, before and after")
def _(h):
    for beside in (PREEXEC, MISE, CONDA):
        for before, after in ((beside, ""), ("", beside)):
            prepare(h, "bash", before, after)
            r = type_in(h, "bash", [(OUT, "cd ~/code/lab/sub"), (IN, "exit"), (OUT, "false", 1), (OUT, STATUS["bash"], 1), (r"s=1(.|\n)*OUT> ", "cd ~; exit 5")])
            assert r.status == 5 and "not found" not in r.screen and "syntax" not in r.screen, (before, after, r)


for shell in SHELLS:

    @test(f"{shell}: what python-sandbox left is one line that offers to take it over, and is never obeyed; `sbox` and PWD_BEFORE_JAIL are known")
    def _(h, shell=shell):
        prepare(h, shell)
        h.write("~/code/old/.python-sandbox", "/../evil.profile\n")
        h.mkdir("~/code/old/sub")
        h.write("~/code/lab/sub/.python-sandbox", "lab\n")  # planted below a project: that opens all the same
        r = type_in(h, shell, [(OUT, "cd ~/code/old/sub"), (OUT, "cd .."), (OUT, "cd ~/code/lab/sub"), (IN, 'echo "d=<$PWD_BEFORE_JAIL>"; exit'),
                               (OUT, "cd ~"), (OUT, "sbox lab", 1), (IN, 'echo "j=<$JAILED_ENV>"; exit'), (OUT, "exit 5")])  # fmt: skip
        line = "psbc: `~/code/old` has a file of python-sandbox, which psbc never obeys: psbc init --migrate takes the project over"
        assert r.status == 5 and r.screen.count(line) == 1 and count(r, "psbc: ") == 2 and count(r, "psbc: there is no environment yet") == 1, r  # `sbox` is typed, and the hook says nothing of it
        assert f"d=<{h.path('~/code/lab/sub')}>" in r.screen and "j=<lab>" in r.screen, r
        assert not h.exists("~/code/old/.python-sandbox.toml")


for shell in SHELLS:

    @test(f"{shell}: with --guard, what is typed in an approved project runs inside: words, status, pipes; elsewhere it is the program itself")
    def _(h, shell=shell):
        own = {"bash": "alias poetry='echo mine'", "zsh": "alias poetry='echo mine'", "fish": "function poetry; echo mine; end"}[shell]
        prepare(h, shell, own, trusted=("lab", "other"), hook=HOOK[shell].replace(f"hook {shell}", f"hook {shell} --guard"))
        h.write("~/.config/psbc/config.toml", '[projects."~/code/other"]\nhook = false\n')
        h.write("~/code/lab/show.py", "import os, sys; print(os.environ.get('JAILED_ENV'), sys.argv[1:]); sys.exit(7)\n")
        show = 'python3 ~/code/lab/show.py "a b" \'$x\' "*" ""'
        off = f"PSBC_HOOK=off {show}" if shell != "fish" else f"env -u x true; begin; set -lx PSBC_HOOK off; {show}; end"
        r = type_in(h, shell, [(OUT, f"{show}; {STATUS[shell]}"), (OUT, f"cd ~/code/other; {show}"), (OUT, f"{show} | tr a-z A-Z; poetry; cd ~/code/lab/sub; {show}; {STATUS[shell]}"),
                               (IN, "exit"), (OUT, f"{show} | tr a-z A-Z"), (OUT, f"command {show}"), (OUT, off), (OUT, "cd ~/code/new; pip list"), (OUT, "exit 5")])  # fmt: skip
        words = "['a b', '$x', '*', '']"
        plain, inside = f"None {words}", f"lab {words}"
        assert r.status == 5 and re.findall(r"^((?:None|lab|NONE|LAB) \[.*|s=\d|mine)$", r.screen, re.M) == [
            plain, "s=7", plain, plain.upper().replace("$X", "$X"), "mine", inside, "s=7", inside.upper(), plain, plain], r
        assert "`pip` was not run: `~/code/new` has a sandbox that was never approved" in r.screen and "without the sandbox: command pip" in r.screen, r


@test("the installed files are what psbc hook prints, with the path of the installed program")
def _(h):
    h.require("psbc")
    for shell in SHELLS:
        printed, both = (h.psbc("hook", shell, *more).out for more in ([], ["--guard"]))
        path = re.search(r"'(/\S+/psbc)' hook-enter", printed)[1]
        installed = [INSTALLED[f"{part}.{shell}"] for part in ("hook", "guard")]
        program = re.search(r"'(/\S+/psbc)' hook-enter", installed[0])[1]
        assert program.endswith("/bin/psbc"), program
        assert installed[0] == printed.replace(path, program) and "".join(installed) == both.replace(path, program), shell


@test("psbc hook names the shells that it knows, and what it prints parses")
def _(h):
    h.require("psbc")
    r = h.psbc("hook", "tcsh")
    assert r.status == 2 and "bash, zsh, fish" in r.err, r
    for shell in SHELLS:
        if shutil.which(shell):
            h.write("~/hook", h.psbc("hook", shell).out)
            r = h.run([shell, "-n", h.path("~/hook")])
            assert r.ok and r.err == "", r
    h.require("firejail")
    prepare(h, "bash")
    r = h.psbc("run", "--", "psbc", "hook-enter", cwd="~/code/lab")
    assert r.ok and r.out == "" and r.err == "", r


main()
