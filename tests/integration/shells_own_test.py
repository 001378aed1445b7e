#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The user's own settings in the shells inside, what stays outside, and which shell is started."""
import os
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from shell_session import LAB, RC, SEGMENT, SHELLS, lab, said, session, usable  # noqa: E402
from tap import main, skip, test  # noqa: E402

TOKEN = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"


# ------------------------------------------------------------------ the user's own settings


@test("zsh: all start-up files in their order, and ZDOTDIR as it is outside, said in .zshenv or by the environment")
def _(h):
    lab(h, "zsh", environment=False)
    for number, (zshenv, env) in enumerate((('export ZDOTDIR="${XDG_CONFIG_HOME:-$HOME/.config}/zsh"\n', {}), (None, {"ZDOTDIR": h.path("~/.config/zsh")}))):
        if zshenv:
            h.write("~/.zshenv", zshenv)
        else:
            os.unlink(h.path("~/.zshenv"))
        h.write("~/.config/zsh/.zshenv", "order+=env:\n")
        for file in ("zprofile", "zshrc", "zlogin"):
            h.write(f"~/.config/zsh/.{file}", f"order+={file}:$ZDOTDIR:\n")
        h.write("~/.config/zsh/.zshrc", "order+=zshrc:$ZDOTDIR:\nsource $ZDOTDIR/aliases.zsh\nfpath=($ZDOTDIR/functions $fpath)\nautoload greet\n")
        h.write("~/.config/zsh/aliases.zsh", "alias mine='echo from-my-aliases'\n")
        h.write("~/.config/zsh/functions/greet", "echo greeted\n")
        h.write("~/.config/zsh/.zsh_history", f": 1:0;export K={TOKEN}\n")
        r = session(h, "zsh", "mine", "greet", 'echo "z=<$ZDOTDIR>"', 'echo "o=<$order>"', "ls -A $ZDOTDIR", "zsh", "mine", "exit", "zsh -l",
                    'echo "l=<$order>"', "exit", env=env)  # fmt: skip
        at = h.path("~/.config/zsh")
        assert r.status == 3 and r.out.count("from-my-aliases\r\n") == 2 and "greeted\r\n" in r.out, r
        assert said(r, "z") == at and TOKEN not in r.out, r
        first = "" if zshenv else "env:"
        assert said(r, "o") == f"{first}zshrc:{at}:", (number, said(r, "o"))
        assert said(r, "l") == f"{first}zprofile:{at}:zshrc:{at}:zlogin:{at}:", (number, said(r, "l"))
        assert "zsh_history" not in r.out.split("ls -A")[1], r


@test("zsh: a ZDOTDIR that the system's /etc/zsh/zshenv sets, with and without files in it")
def _(h):
    lab(h, "zsh")
    if not os.path.exists("/etc/zsh/zshenv"):
        skip("zsh: its system files lie elsewhere here")
    Path("/run/etc/zshenv").write_text("export ZDOTDIR=$HOME/.config/zsh\n")
    subprocess.run(["mount", "--bind", "/run/etc/zshenv", "/etc/zsh/zshenv"], check=True)
    r = usable(h, "zsh")
    assert "newuser" not in r.out and "recursion" not in r.out, r
    h.write("~/.config/zsh/.zshenv", f"export GITHUB_TOKEN={TOKEN}\n")
    r = usable(h, "zsh")
    assert "PSB213" in r.out and "recursion" not in r.out, r
    h.write("~/.config/zsh/.zshenv", "order+=env:\n")
    h.write("~/.config/zsh/.zshrc", "order+=rc:\n")
    for r in (usable(h, "zsh"), session(h, "bash", "zsh", 'echo "o=<$order>"', "exit")):
        assert r.status == 3, r
    assert said(r, "o") == "env:rc:", r


@test("zsh as the login shell, for which firejail before 0.9.74 plants /etc/skel's files")
def _(h):
    passwd = Path("/run/etc/passwd")
    passwd.write_text(passwd.read_text().replace(f":{h.home}:/bin/bash", f":{h.home}:/usr/bin/zsh"))
    lab(h, "zsh")
    env = {"SHELL": "/usr/bin/zsh"}
    usable(h, "zsh", env=env)
    h.write("~/.zshrc", "alias mine='echo from-my-zshrc'\n")
    usable(h, "zsh", env=env)
    usable(h, "bash", env=env)
    assert "from-my-zshrc\r\n" in session(h, "zsh", "mine", env=env).out


@test("dotfiles that are links, and a linked ~/.config/fish, are as good as the files themselves")
def _(h):
    lab(h, "zsh", "fish", environment=False)
    h.write("~/dotfiles/zshrc", "alias mine='echo from-my-zshrc'\n")
    h.symlink("~/dotfiles/zshrc", "~/.zshrc")
    h.write("~/dotfiles/fish/config.fish", "alias mine 'echo from-my-fish'\n")
    h.write("~/dotfiles/fish/functions/greet.fish", "function greet; echo greeted; end\n")
    h.write("~/dotfiles/other/far.fish", "function far; echo from-afar; end\n")
    h.symlink("~/dotfiles/other/far.fish", "~/dotfiles/fish/functions/far.fish")
    h.symlink("~/dotfiles/fish", "~/.config/fish")
    assert "from-my-zshrc\r\n" in session(h, "zsh", "mine").out
    r = session(h, "fish", "mine", "greet", "far", "ls ~/dotfiles ~/dotfiles/other")
    assert all(word in r.out for word in ("from-my-fish\r\n", "greeted\r\n", "from-afar\r\n")), r
    assert "zshrc" not in r.out, r


@test("fish: functions, conf.d, completions and universal variables; what is set inside stays inside")
def _(h):
    lab(h, "fish", environment=False)
    h.write("~/.config/fish/functions/greet.fish", "function greet; echo greeted; end\n")
    h.write("~/.config/fish/conf.d/one.fish", "set -g one from-conf-d\n")
    h.write("~/.config/fish/completions/greet.fish", "complete -c greet -a there\n")
    h.write("~/.config/fish/fish_variables", "# This file contains fish universal variable definitions.\n# VERSION: 3.0\nSETUVAR mine:universal\\x2dvalue\n")
    before = h.tree("~/.config/fish")
    r = session(h, "fish", "greet", 'echo "o=<$one> u=<$mine>"', 'echo "c=<"(complete -C"greet ")">"', "set -U inside kept", "fish -c 'echo \"w=<$inside>\"'",
                "echo evil >> ~/.config/fish/functions/greet.fish", "echo evil > ~/.config/fish/conf.d/evil.fish; echo evil > ~/.config/fish/config.fish")  # fmt: skip
    assert "greeted\r\n" in r.out and said(r, "o") == "from-conf-d" and said(r, "u") == "universal-value" and said(r, "c") == "there", r
    assert said(r, "w") == "kept", r
    assert h.tree("~/.config/fish") == before and not h.exists("~/.local/share/fish")


THEMES = {
    "a theme that sets PROMPT before each prompt": ("zsh", "theme() { PROMPT='themed %# ' }\nautoload -U add-zsh-hook\nadd-zsh-hook precmd theme\n", "themed"),
    "a theme that registers itself late": ("zsh", "late() { add-zsh-hook precmd theme }\ntheme() { PROMPT='themed %# ' }\nautoload -U add-zsh-hook\nadd-zsh-hook precmd late\n", "themed"),
    "starship's way": ("zsh", "setopt promptsubst\nPROMPT='$(echo themed) '\n", "themed"),
    "powerlevel10k's elements": ("zsh", "POWERLEVEL9K_LEFT_PROMPT_ELEMENTS=(dir)\np10k() { print -n -- $5 }\nprompt_dir() { print -n themed }\n"
                                 "typeset -g draw='for e in $POWERLEVEL9K_LEFT_PROMPT_ELEMENTS; do print -n \" \"; prompt_$e; done'\n"
                                 "precmd_functions+=(fake)\nfake() { PROMPT=\"$(eval $draw) \" }\n", "themed"),
    "a function in conf.d": ("fish", None, "themed"),
    "a function that is replaced later": ("fish", "function fish_prompt; echo -n 'early> '; end\nfunction swap --on-event fish_prompt; function fish_prompt; echo -n 'themed> '; end; end\n", "themed"),
    "a prompt of two lines": ("fish", "function fish_prompt; echo; echo -n 'themed> '; end\n", "\\(J:lab\\) themed"),
}


@test("the segment survives themes and prompt programs")
def _(h):
    lab(h, "zsh", "fish", environment=False)
    for name, (shell, rc, word) in THEMES.items():
        if rc is None:
            h.write("~/.config/fish/conf.d/theme.fish", "function fish_prompt; echo -n 'themed> '; end\n")
        else:
            h.write(RC[shell], rc)
        r = session(h, shell, "true", "true")
        assert r.status == 3 and re.search(word, r.out) and "(J:lab) (J:lab)" not in r.out, (name, r)


@test("plugin directories are there, and only to read")
def _(h):
    lab(h, "zsh", environment=False)
    h.write("~/.oh-my-zsh/oh-my-zsh.sh", "for f in $ZSH/custom/*.zsh(N); do source $f; done\nsource $ZSH/themes/t.zsh-theme\n")
    h.write("~/.oh-my-zsh/themes/t.zsh-theme", "PROMPT='themed '\n")
    h.write("~/.oh-my-zsh/custom/mine.zsh", "alias mine='echo from-custom'\n")
    h.write("~/powerlevel10k/p10k.zsh", "true\n")
    h.write("~/.zshrc", 'export ZSH="$HOME/.oh-my-zsh"\nif [[ -r "${XDG_CACHE_HOME:-$HOME/.cache}/p10k-instant-prompt-${(%):-%n}.zsh" ]]; then\n'
            '  source "${XDG_CACHE_HOME:-$HOME/.cache}/p10k-instant-prompt-${(%):-%n}.zsh"\nfi\nsource $ZSH/oh-my-zsh.sh\nautoload -Uz compinit; compinit\n')  # fmt: skip
    h.write(f"~/.cache/p10k-instant-prompt-{h.user}.zsh", "echo the-host-cache\n")
    before = h.tree("~/.oh-my-zsh")
    r = session(h, "zsh", "mine", "ls ~/powerlevel10k", "echo evil >> ~/.oh-my-zsh/custom/mine.zsh; touch ~/powerlevel10k/x; mv ~/.oh-my-zsh ~/x",
                'echo evil > ~/.cache/p10k-instant-prompt-$USER.zsh; echo evil > ~/.zshrc; echo evil > ~/.zshenv; echo "w=<yes>"')  # fmt: skip
    assert "from-custom\r\n" in r.out and "p10k.zsh" in r.out and "the-host-cache" not in r.out, r
    assert "insecure" not in r.out and said(r, "w") == "yes", r
    assert h.tree("~/.oh-my-zsh") == before and not h.exists("~/powerlevel10k/x") and not h.exists("~/.zshenv") and "evil" not in h.read("~/.zshrc")
    assert h.read(f"~/.cache/p10k-instant-prompt-{h.user}.zsh") == "echo the-host-cache\n"


SECRETS = {
    "~/.zshrc": (f"export GITHUB_TOKEN={TOKEN}\n", "zsh"),
    "~/.config/fish/config.fish": (f"set -x GITHUB_TOKEN {TOKEN}\n", "fish"),
    "~/.config/fish/fish_variables": ("SETUVAR --export GITHUB_TOKEN:" + TOKEN.replace("_", "\\x5f") + "\n", "fish"),
    "~/.config/fish/conf.d/keys.fish": (f"set -x GITHUB_TOKEN {TOKEN}\n", "fish"),
    "~/.oh-my-zsh/custom/keys.zsh": (f"export GITHUB_TOKEN={TOKEN}\n", "zsh"),
}


@test("B3: a start-up file with a secret stays outside, is reported with file and line, and accept_secrets takes it")
def _(h):
    lab(h, "zsh", "fish", environment=False)
    h.write("~/.oh-my-zsh/custom/plain.zsh", "echo\n")
    h.write("~/.config/fish/conf.d/plain.fish", "set -g plain yes\n")
    for path, (text, shell) in SECRETS.items():
        assert "\\x5f" in text or TOKEN in text  # outside, the shell has it
        h.write(path, "# first line\n" + text)
        r = h.psbc("build", cwd=LAB)
        assert r.ok and f"{path}:2:" in r.err and TOKEN not in r.err and TOKEN[4:] not in r.err, (path, r)
        grep = h.psbc("run", "--", "sh", "-c", f"cat {path}; grep -r {TOKEN[4:]} ~ 2>/dev/null", cwd=LAB)
        assert TOKEN[4:] not in grep.out, (path, grep)
        r = session(h, shell, 'echo "g=<$GITHUB_TOKEN>"', 'echo "plain=<$plain>"')
        assert r.status == 3 and said(r, "g") == "", (path, r)
        if "conf.d" in path:
            assert said(r, "plain") == "yes", r
        h.write("~/.config/psbc/config.toml", f'accept_secrets = ["{path}"]\n')
        r = h.psbc("run", "--", "sh", "-c", f"cat {path} {path.replace('config.fish', 'config.own.fish')}", cwd=LAB)
        assert text in r.out and "PSB213" not in r.err, (path, r)
        os.unlink(h.path("~/.config/psbc/config.toml"))
        os.unlink(h.path(path))


@test("what a link that a session could make leads to is not copied")
def _(h):
    lab(h, "zsh", environment=False)
    h.write("~/.private-notes", "the notes\n")
    h.write(f"{LAB}/zshrc", "echo mine\n")
    h.symlink(f"{LAB}/zshrc", "~/.zshrc")
    assert "mine" in h.psbc("run", "--", "cat", h.path("~/.zshrc"), cwd=LAB).out
    os.unlink(h.path(f"{LAB}/zshrc"))
    h.symlink("~/.private-notes", f"{LAB}/zshrc")
    assert "the notes" in h.read("~/.zshrc")
    r = h.psbc("run", "--", "sh", "-c", "cat ~/.zshrc", cwd=LAB)
    assert "the notes" not in r.out and "PSB502" in r.err, r


@test("rc files that the user exposes by name, as python-sandbox did, are no lock-out")
def _(h):
    lab(h, "zsh", "fish")
    h.write("~/.zshrc", "alias mine='echo mine-is-here'\n")
    h.write("~/.bashrc", "alias mine='echo mine-is-here'\n")
    h.write("~/.config/fish/config.fish", "alias mine 'echo mine-is-here'\n")
    h.write("~/.config/psbc/config.toml", 'readonly = ["~/.zshrc", "~/.bashrc", "~/.zshenv"]\n')
    h.write("~/.zshenv", "export X=1\n")
    for shell in ("bash", "zsh"):
        usable(h, shell)
        assert "mine-is-here\r\n" in session(h, shell, "mine").out
    h.write("~/.config/psbc/config.toml", 'readonly = ["~/.config/fish"]\n')
    r = h.pty(["psbc", "enter", "--shell", "fish"], [("> ", "mine\n"), ("mine-is-here\r\n", "exit 3\n")], cwd=LAB)
    assert r.status == 3 and "without the sandbox's prompt" in r.out, r


# ------------------------------------------------------------------ which shell


@test("the shell is --shell, else the one psbc was typed into, else $SHELL, else bash")
def _(h):
    lab(h, "zsh", "fish", environment=False)
    answer = {"bash": 'echo "s=<bash$BASH_VERSION>"', "zsh": 'echo "s=<zsh$ZSH_VERSION>"', "fish": 'echo "s=<fish$version>"'}
    h.write("~/.zshrc", "PROMPT='host> '\n")
    h.write("~/.config/fish/config.fish", "function fish_prompt; echo -n 'host> '; end\n")
    h.write("~/.bashrc", "PS1='host> '\n")
    for typed_into in SHELLS:
        for login in SHELLS:
            steps = [(r"host> ", "psbc enter\n"), (SEGMENT, answer[typed_into] + "\n"), (SEGMENT, "exit 3\n"), (r"(?<!\) )host> ", "exit 4\n")]
            r = h.pty([typed_into, "-i"], steps, cwd=LAB, env={"SHELL": f"/usr/bin/{login}"}, timeout=30)
            assert r.status == 4 and said(r, "s").startswith(typed_into) and said(r, "s") != typed_into, (typed_into, login, r)
    for login, expected in (("/usr/bin/zsh", "zsh"), ("/usr/bin/fish", "fish"), ("/bin/tcsh", "bash"), ("/usr/sbin/nologin", "bash"), (None, "bash")):
        r = session(h, None, answer[expected], argv=["env", "psbc", "enter"], env={"SHELL": login})
        assert said(r, "s").startswith(expected) and said(r, "s") != expected, (login, r)


@test("a shell that is not there, or not known, is a clear message and no lock-out")
def _(h):
    lab(h, environment=False)
    r = h.psbc("enter", "--shell", "nosuchsh", cwd=LAB)
    assert r.status == 127 and "nosuchsh" in r.err and "help" in r.err, r
    r = h.pty(["psbc", "enter", "--shell", "dash"], [(r"\$ ", 'echo "j=<$JAILED_ENV>"\n'), (r"\$ ", "exit 3\n")], cwd=LAB)
    assert r.status == 3 and said(r, "j") == "lab" and "is started as it is" in r.out, r
    # Known, the user's own, and nowhere where the sandbox sees it.
    h.write("~/bin/fish", "#!/bin/sh\nexit 1\n", 0o755)
    Path("/usr/local/bin/bash").symlink_to("/usr/bin/bash")
    r = session(h, None, "true", argv=["/usr/bin/env", "PATH=" + h.path("~/bin") + ":/usr/local/bin", "psbc", "enter"], env={"SHELL": "fish"})
    assert r.status == 3 and "`fish` is not visible inside: bash is started instead" in r.out, r


@test("commands of other shells have the environment too, without a prompt")
def _(h):
    lab(h, "zsh", "fish")
    h.write("~/.zshenv", "path=(/usr/bin /bin)\n")
    h.write("~/.config/fish/config.fish", "set -gx PATH /usr/bin /bin\n")
    for shell in SHELLS:
        r = h.psbc("run", "--", shell, "-c", "command -v python; echo $JAILED_ENV", cwd=LAB)
        assert r.out == h.path("~/envs/lab/bin/python") + "\nlab\n" and ".psbc" not in r.err, (shell, r)
    r = h.psbc("run", "--", "zsh", "-lc", "command -v python", cwd=LAB)
    assert r.out == h.path("~/envs/lab/bin/python") + "\n", r


@test("a window of a tmux inside is the user's shell, with everything")
def _(h):
    h.require("tmux")
    lab(h, "zsh", "fish")
    h.write("~/.zshrc", "alias mine='echo from-mine'\n")
    h.write("~/.config/fish/config.fish", "alias mine 'echo from-mine'\n")
    for shell in ("zsh", "fish"):
        # Not by typing into the pane at once: what comes before the prompt is lost in fish.
        line = (f"tmux -L t new-session -d -x 120 -y 30; i=0; while ! tmux -L t capture-pane -p | grep -q 'J:lab' && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done;"
                "tmux -L t send-keys 'mine > out 2>&1; echo $JAILED_ENV $VIRTUAL_ENV $0 >> out; cp out done' Enter; i=0;"
                "while [ ! -s done ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done; tmux -L t capture-pane -p; tmux -L t kill-server")  # fmt: skip
        if shell == "fish":
            line = line.replace(" $0 ", " $FISH_VERSION ")
        r = h.psbc("run", "--", "sh", "-c", line, cwd=LAB, env={"SHELL": f"/usr/bin/{shell}"})
        assert h.exists(f"{LAB}/done"), r
        text = h.read(f"{LAB}/done")
        assert text.startswith(f"from-mine\nlab {h.path('~/envs/lab')} "), (shell, text, r)
        assert "(J:lab)" in r.out, r
        os.unlink(h.path(f"{LAB}/done"))


@test("histories are the sandbox's own, kept over two entries, and never those of the host")
def _(h):
    lab(h, "zsh", "fish", environment=False)
    for path in ("~/.bash_history", "~/.zsh_history", "~/.local/share/fish/fish_history"):
        h.write(path, "- cmd: host-secret-command\n  when: 1700000000\n" if "fish" in path else "host-secret-command\n")
    before = h.tree("~/.local/share/fish")
    h.write("~/.zshrc", "HISTFILE=~/.zsh_history\nSAVEHIST=100\n")
    for shell in SHELLS:
        session(h, shell, f"echo typed-in-{shell}")
        time.sleep(1.1)  # fish: what was typed in the second in which a session begins is not from before it
        r = session(h, shell, "history | cat")
        assert f"typed-in-{shell}" in r.out and "host-secret" not in r.out, (shell, r)
    assert h.read("~/.zsh_history") == h.read("~/.bash_history") == "host-secret-command\n" and h.tree("~/.local/share/fish") == before


@test("`psbc enter NAME` enters the sandbox of that name from anywhere; two of one name are named")
def _(h):
    lab(h, environment=False)
    assert h.psbc("build", cwd=LAB).ok
    r = session(h, "bash", 'echo "d=<$PWD>"', argv=["psbc", "enter", "lab", "--shell", "bash"], cwd="~")
    assert r.status == 3 and said(r, "d") == h.path(LAB), r
    r = h.psbc("enter", "nolab", cwd="~")
    assert r.status == 3 and "psbc list" in r.err, r
    h.write("~/clone/.python-sandbox.toml", 'name = "lab"\n')
    h.psbc("build", cwd="~/clone")
    r = h.psbc("enter", "lab", "--", "true", cwd="~")
    assert r.ok or (r.status == 125 and "several" in r.err), r


@test("--print gives psbc's part of each shell, and those of the shells that are not there cost nothing")
def _(h):
    lab(h, "zsh", "fish", environment=False)
    for shell in SHELLS:
        r = h.psbc("build", "--print", shell, cwd=LAB)
        assert r.ok and "JAILED_ENV" in r.out, r
        assert h.run([shell, "-n"], stdin=r.out).ok
    r = h.psbc("build", "--print", "policy", cwd=LAB)
    assert "shells      bash zsh fish\n" in r.out, r
    assert not re.search(r"write +~/\.(zshrc|p10k)", r.out), r


main()
