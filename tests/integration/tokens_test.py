#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Tokens: from the user's source to the command inside, and what is said when that fails."""
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from tap import main, test  # noqa: E402

CONFIG = "~/.config/psbc/config.toml"


class Lab:
    """A trusted project that asks for tokens, and the user's file."""

    def __init__(self, h, tokens, user="", more=""):
        h.require("psbc", "firejail")
        self.h = h
        h.mkdir("~/code/lab")
        h.mkdir("~/bin")
        h.env["PATH"] = h.home + "/bin:/usr/local/bin:/usr/bin:/bin"
        self.ask(tokens, more)
        self.user(user)

    def ask(self, tokens, more=""):
        self.h.write("~/code/lab/.python-sandbox.toml", f'name = "lab"\ntokens = {json.dumps(tokens)}\n{more}')
        r = self.h.psbc("trust", "--yes", cwd="~/code/lab")
        assert r.ok, r

    def user(self, text):
        self.h.write(CONFIG, text)

    def program(self, name, script):
        """A stand-in for a password manager."""
        self.h.write(f"~/bin/{name}", "#!/bin/sh\n" + script, 0o755)

    def run(self, line="true", **options):
        return self.h.psbc("run", "--", "sh", "-c", line, **{"cwd": "~/code/lab", **options})

    def value(self, name, **options):
        r = self.run(f'printf "[%s]" "${{{name}-absent}}"', **options)
        assert r.ok, r
        return r.out[1:-1]

    def refused(self, *said, **options):
        """Nothing was entered, and the reason names the token and where its source stands."""
        r = self.run("touch ran", **options)
        assert r.status == 125 and not self.h.exists("~/code/lab/ran"), r
        for words in said:
            assert words in r.err, (words, str(r))
        return r


@test("a token arrives from a variable of another name, from a file, and from a command, under the name that was asked for")
def _(h):
    lab = Lab(h, ["HF_TOKEN:read", "WANDB_API_KEY", "ACME"], '[tokens.HF_TOKEN]\nfrom = "env:HF_TOKEN_READONLY"\nkind = "read"\n'
              '[tokens.WANDB_API_KEY]\nfrom = "file:~/.secrets/wandb"\n[tokens.ACME]\nfrom = ["acme-vault", "get", "a b"]\n')  # fmt: skip
    h.write("~/.secrets/wandb", "from the file\n", 0o600)
    lab.program("acme-vault", 'test "$1$2" = "geta b" && echo "from the command"\n')
    h.env.update(HF_TOKEN="the broad one", HF_TOKEN_READONLY="the weak one")
    r = lab.run('echo "$HF_TOKEN,$WANDB_API_KEY,$ACME,$HF_TOKEN_READONLY"')
    assert r.ok and r.out == "the weak one,from the file,from the command,\n" and not r.err, r


@test("[tokens] of one project's root wins there alone, whatever the root is called on the way")
def _(h):
    lab = Lab(h, ["A"], '[tokens.A]\nfrom = "env:EVERYWHERE"\n[projects."~/alias/lab".tokens.A]\nfrom = "env:HERE"\n')
    h.symlink("~/code", "~/alias")
    h.env.update(EVERYWHERE="for all", HERE="for lab")
    assert lab.value("A") == "for lab"
    h.mkdir("~/code/other")
    h.write("~/code/other/.python-sandbox.toml", 'name = "other"\ntokens = ["A"]\n')
    h.psbc("trust", "--yes", cwd="~/code/other")
    assert lab.value("A", cwd="~/code/other") == "for all"


@test("a required token without a source stops the entry with the line to type, an optional one is absent with one line")
def _(h):
    lab = Lab(h, ["HF_TOKEN:read", "OTHER?"])
    r = lab.refused("cannot get the token `HF_TOKEN`: you have named no source", "help: psbc tokens set HF_TOKEN env:HF_TOKEN_READONLY --kind read --here")
    h.env["HF_TOKEN"] = "x"
    lab.refused("psbc tokens set HF_TOKEN env:HF_TOKEN --kind read --here")
    lab.ask(["OTHER?"])
    r = lab.run('echo "${OTHER-absent}"')
    assert r.ok and r.out == "absent\n" and r.err == "psbc: OTHER is absent: you have named no source for it (psbc tokens set OTHER ask: --here)\n", r


@test("with --no-tokens nothing is looked up, nothing missing matters, and no variable of that name crosses")
def _(h):
    lab = Lab(h, ["A"], '[tokens.A]\nfrom = ["manager"]\n[tokens.C]\nfrom = "env:C"\nas = "file"\n')
    lab.program("manager", "touch ~/called; echo value\n")
    h.env.update(A="broad", C="value")
    show = "echo ${A-none} ${B-none} ${C-none}; ls -A ~ | grep secrets"
    assert lab.value("A") == "value" and h.exists("~/called")
    h.run(["rm", h.path("~/called")])
    lab.ask(["A", "B", "C:read"])
    lab.refused("cannot get the token `B`: you have named no source", "psbc tokens set B")
    r = h.psbc("run", "--no-tokens", "--", "sh", "-c", show, cwd="~/code/lab")
    assert r.out == "none none none\n" and not r.err and not h.exists("~/called"), r
    r = h.psbc("enter", "--no-tokens", "--", "sh", "-c", show, cwd="~/code/lab")
    assert r.out == "none none none\n" and not h.exists("~/called"), r


@test("a source that is not known to be read-only is said where the read-only kind was asked for")
def _(h):
    lab = Lab(h, ["A:read"], '[tokens.A]\nfrom = "env:X"\nkind = "write"\n')
    h.env["X"] = "x"
    r = lab.run()
    assert r.ok and "psbc: A: the project asks for the read-only kind, and ~/.config/psbc/config.toml:2 does not say" in r.err, r


@test("each short form runs its manager's own command, and takes of the answer what is the token")
def _(h):
    forms = {
        "pass:hf/ro": ("pass", 'test "$*" = "show hf/ro" && printf "value\\nuser: me\\n"'),
        "gopass:hf/ro": ("gopass", 'test "$*" = "show -o hf/ro" && printf value'),
        "secret-tool:service=hf,user=me": ("secret-tool", 'test "$*" = "lookup service hf user me" && printf value'),
        "keyring:https://pypi.org/legacy/me": ("keyring", 'test "$*" = "get https://pypi.org/legacy me" && echo value'),
        "op://vault/item/field": ("op", 'test "$*" = "read op://vault/item/field" && echo value'),
        "bw:hf": ("bw", 'test "$*" = "get password hf" && printf value'),
        "vault:secret/hf#token": ("vault", 'test "$*" = "kv get -field=token secret/hf" && echo value'),
        "aws:dev": ("aws", 'test "$*" = "configure export-credentials --profile dev --format env-no-export" && printf "OTHER=1\\nT=value\\n"'),
        "gh:": ("gh", 'test "$*" = "auth token --hostname github.com" && echo value'),
        "gh:git.acme.org": ("gh", 'test "$*" = "auth token --hostname git.acme.org" && echo value'),
        "sops:~/s.yaml#ml.hf": ("sops", f'test "$*" = "--decrypt --extract [\\"ml\\"][\\"hf\\"] {h.home}/s.yaml" && printf value'),
        "age:~/s.age#~/key.txt": ("age", f'test "$*" = "--decrypt --identity {h.home}/key.txt {h.home}/s.age" && printf value'),
    }
    lab = Lab(h, [])
    failed = {}
    for form, (program, script) in forms.items():
        lab.program(program, script + "\n")
        lab.ask(["T"])
        lab.user(f"[tokens.T]\nfrom = {json.dumps(form)}\n")
        r = lab.run('printf "[%s]" "$T"')
        if r.out != "[value]":
            failed[form] = str(r)
    assert not failed, failed
    h.write("~/.cache/huggingface/stored_tokens", "[write]\nhf_token = no\n\n[ro]\nhf_token = value\n", 0o600)
    h.write("~/.cache/huggingface/token", "active", 0o600)
    for form, value in (("hf:ro", "value"), ("hf:", "active")):
        lab.user(f'[tokens.T]\nfrom = "{form}"\n')
        assert lab.value("T") == value
    lab.user('[tokens.T]\nfrom = "hf:nobody"\n')
    lab.refused("no token is stored under the name `nobody`", "hf auth list")


@test("one call of a program serves all tokens that come from it, and different ones run side by side")
def _(h):
    names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN?"]
    lab = Lab(h, names, "".join(f'[tokens.{n.rstrip("?")}]\nfrom = "aws:dev"\n' for n in names))
    lab.program("aws", 'echo called >>~/calls; echo "AWS_ACCESS_KEY_ID=ASIA"; echo "AWS_SECRET_ACCESS_KEY=a=b"\n')
    r = lab.run('echo "$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY ${AWS_SESSION_TOKEN-absent}"')
    assert r.out == "ASIA a=b absent\n" and h.read("~/calls") == "called\n", r
    assert "AWS_SESSION_TOKEN is absent: `aws:dev` gives no AWS_SESSION_TOKEN" in r.err, r
    # Each of two waits for the other: one after the other they would never end.
    lab.ask(["A", "B"])
    lab.user('[tokens.A]\nfrom = ["meet", "a", "b"]\n[tokens.B]\nfrom = ["meet", "b", "a"]\n')
    lab.program("meet", 'touch ~/met-$1; while [ ! -e ~/met-$2 ]; do sleep 0.02; done; echo $1\n')
    assert lab.run('echo "$A$B"').out == "ab\n"


@test("a missing, failing, empty, slow, too long, NUL or multi-line source says which token, which line, and never the value")
def _(h):
    lab = Lab(h, ["T"])
    h.write("~/.secrets/two", "hush\nhush\n", 0o600)
    h.write("~/.secrets/nul", b"hush\0hush\n", 0o600)
    h.write("~/.secrets/big", "hush" * 20_000, 0o600)
    h.write("~/.secrets/empty", "\n", 0o600)
    h.env["EMPTY"] = ""
    lab.program("fails", "echo hush; exit 3\n")
    lab.program("silent", "true\n")
    lab.program("endless", "yes hush\n")
    lab.program("dies", "echo hush; kill -9 $$\n")
    for source, said in {
        '"env:NOT_SET"': "the variable NOT_SET is not set here",
        '"env:EMPTY"': "`env:EMPTY` is empty",
        '"file:~/.secrets/none"': "no such file",
        '"file:~/.secrets/empty"': "is empty",
        '"file:~/.secrets/two"': "`file:~/.secrets/two` holds more than one line",
        '"file:~/.secrets/nul"': "holds a NUL byte",
        '"file:~/.secrets/big"': "holds more than 64 KiB",
        '"file:~/.secrets"': "is not a plain file",
        '["no-such-manager", "get"]': "there is no such program",
        '["./get"]': "the path is relative",
        '["fails", "now"]': "`fails now` ended with status 3",
        '["dies"]': "`dies` ended with status 137",
        '["silent"]': "`silent` is empty",
        '["endless"]': "`endless` prints more than 64 KiB",
        '"pass:hf"': "install it: sudo apt install pass" if not os.path.exists("/usr/bin/pass") else "ended with status",
        '"ask:"': "there is no terminal to ask on",
    }.items():
        lab.user(f"# a comment\n[tokens.T]\nfrom = {source}\n")
        r = lab.refused("cannot get the token `T`: ", said, "(~/.config/psbc/config.toml:3)")
        assert "hush" not in r.out + r.err, r
    lab.program("slow", "sleep 30\n")
    lab.user('[tokens.T]\nfrom = ["slow"]\n')
    begin = time.monotonic()
    lab.refused("`slow` gave no answer in 1 s", "PSBC_TOKEN_TIMEOUT", env={"PSBC_TOKEN_TIMEOUT": "1"})
    assert time.monotonic() - begin < 10


@test("a program that leaves a daemon behind with its output open is not waited for any longer")
def _(h):
    lab = Lab(h, ["T"], '[tokens.T]\nfrom = ["forks"]\n')
    lab.program("forks", "sleep 20 &\necho value\n")
    begin = time.monotonic()
    assert lab.value("T") == "value" and time.monotonic() - begin < 10


@test("as a file: only the session sees it, the variable that tools look at holds its path, and it is gone with the session")
def _(h):
    key = '{\n  "private_key": "marker-of-a-key"\n}\n'
    lab = Lab(h, ["HF_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS", "ACME"], 'keep_lost = true\n[tokens.HF_TOKEN]\nfrom = "env:X"\nas = "file"\n'
              '[tokens.GOOGLE_APPLICATION_CREDENTIALS]\nfrom = "file:~/.secrets/gcp.json"\n[tokens.ACME]\nfrom = "env:X"\nas = "file"\n')  # fmt: skip
    h.write("~/.secrets/gcp.json", key, 0o600)
    h.env["X"] = "value"
    r = lab.run('echo "${HF_TOKEN-absent} $HF_TOKEN_PATH $ACME"; cat $HF_TOKEN_PATH; echo; cat $GOOGLE_APPLICATION_CREDENTIALS; '
                'stat -c %a $HF_TOKEN_PATH; stat -c %a $(dirname $HF_TOKEN_PATH); df --output=fstype $HF_TOKEN_PATH | tail -1; '
                'chmod 600 $ACME && echo marker-of-a-change >$ACME')  # fmt: skip
    inside = h.home + "/.psbc-secrets"
    assert r.ok and r.out == f"absent {inside}/HF_TOKEN {inside}/ACME\nvalue\n{key}400\n700\ntmpfs\n", r
    assert not h.exists("~/.psbc-secrets") and "gone with the session" not in r.err, r
    found = h.run(["grep", "-rl", "-e", "marker-of", h.path("~/.local"), "/tmp"])
    assert not found.out, found  # not even with keep_lost


@test("a file that the sandbox sees, or others may read, is refused or said")
def _(h):
    lab = Lab(h, ["T"], more='readonly = ["~/data"]\nhidden = [".env"]\n')
    h.write("~/code/lab/.env", "value\n", 0o600)
    h.write("~/data/token", "value\n", 0o600)
    h.symlink("~/data/token", "~/.secrets/link")
    for path in ("~/code/lab/.env", "~/data/token", "~/.secrets/link", "/etc/hostname"):
        lab.user(f'[tokens.T]\nfrom = "file:{path}"\n')
        lab.refused("is visible inside, whether the token is granted or not", "such as ~/.secrets")
    h.write("~/.secrets/open", "value\n", 0o644)
    lab.user('[tokens.T]\nfrom = "file:~/.secrets/open"\n')
    r = lab.run()
    assert r.ok and "psbc: T: `~/.secrets/open` can be read or changed by other users: chmod 600" in r.err, r


@test("ask: asks on the terminal without echo, and leaves the terminal as it was, also after Ctrl-C")
def _(h):
    lab = Lab(h, ["T"], '[tokens.T]\nfrom = "ask:"\n')
    command = ["sh", "-c", "stty -a | grep -ow -e '-\\?echo'; psbc run -- sh -c 'echo \"got ${#T}\"'; echo status $?; stty -a | grep -ow -e '-\\?echo'"]
    r = h.pty(command, [("psbc: T: ", "hush-hush\n"), ("got 9", "")], cwd="~/code/lab")
    assert "hush" not in r.out and "status 0" in r.out and r.out.split()[0] == r.out.split()[-1] == "echo", r
    r = h.pty(["bash", "--norc", "-i"], [("\\$ ", "psbc run -- true\n"), ("psbc: T: ", "\x03"), ("\\$ ", "echo E$(stty -a | grep -ow -e '-\\?echo')E; exit\n"),
                                         ("EechoE", "")], cwd="~/code/lab", env={"PS1": "$ "})  # fmt: skip


@test("a program that is slow to answer is named on a terminal, with the seconds")
def _(h):
    lab = Lab(h, ["T"], '[tokens.T]\nfrom = ["slow", "get", "it"]\n')
    lab.program("slow", "sleep 6; echo value\n")
    r = h.pty(["psbc", "run", "--", "sh", "-c", "echo got $T"], [("psbc: waiting for `slow get it` ... 5 s", ""), ("got value", "")], cwd="~/code/lab")
    assert r.ok, r


@test("a program gets the terminal as its input, and never what is piped into the command inside")
def _(h):
    lab = Lab(h, ["T"], '[tokens.T]\nfrom = ["reads"]\n')
    lab.program("reads", "test -t 0 && echo a-terminal || { read x; echo \"no$x\"; }\n")
    r = lab.run("echo $T; cat", stdin="for the command\n")
    assert r.out == "no\nfor the command\n", r
    r = h.pty(["psbc", "run", "--", "sh", "-c", "echo $T"], [("a-terminal", "")], cwd="~/code/lab")


@test("a variable that is a token comes from nowhere else, and clashes are errors with both places")
def _(h):
    lab = Lab(h, ["T?"], '[env]\npass = ["T"]\n')
    h.env["T"] = "the broad one"
    r = lab.run('echo "${T-absent}"')
    assert r.out == "absent\n" and "does not cross by `[env] pass` here" in r.err, r
    for more, said in {'[env]\npass = ["T"]': "`T` is a token and in `[env] pass` as well", '[env.set]\nT = "x"': "and in `[env] set` as well"}.items():
        h.write("~/code/lab/.python-sandbox.toml", f'name = "lab"\ntokens = ["T"]\n{more}\n')
        r = h.psbc("build", cwd="~/code/lab")
        assert r.status == 2 and said in r.err and "PSB411" in r.err, r
    for tokens, said in {'["T", "T:read"]': "in `tokens` as well", '["LD_PRELOAD"]': "is decided by psbc", '["SSH_AUTH_SOCK?"]': "is decided by psbc"}.items():
        h.write("~/code/lab/.python-sandbox.toml", f'name = "lab"\ntokens = {tokens}\n')
        r = h.psbc("build", cwd="~/code/lab")
        assert r.status == 2 and said in r.err, r


@test("a build holds what was asked for and no source, and is the same whatever the sources are")
def _(h):
    lab = Lab(h, ["HF_TOKEN:read", "W?"], '[tokens.HF_TOKEN]\nfrom = ["fetch-it", "marker"]\nkind = "read"\n')
    lab.program("fetch-it", "echo marker-value\n")
    assert lab.run().ok
    before = h.tree("~/.local/state/psbc/builds")
    assert not h.run(["grep", "-rl", "-e", "fetch-it", "-e", "marker", h.path("~/.local/state/psbc")]).out, h.story()
    lab.user('[tokens.HF_TOKEN]\nfrom = "env:X"\n')
    h.env["X"] = "x"
    assert lab.value("HF_TOKEN") == "x"
    outputs = lambda tree: {p: c for p, c in tree.items() if p.endswith(("/plan", ".profile", "/build", ".bpf"))}  # noqa: E731
    assert set(outputs(before).values()) == set(outputs(h.tree("~/.local/state/psbc/builds")).values())
    shown = h.psbc("build", "--print", "policy", cwd="~/code/lab").out
    assert "token       HF_TOKEN (read-only kind)  # ~/code/lab/.python-sandbox.toml:2: tokens\n" in shown and "token       W (optional)" in shown
    r = h.psbc("trust", "--show", cwd="~/code/lab")
    assert "  + token HF_TOKEN:read\n" in r.err, r


@test("the real pass and gpg, and the real age, give what they keep")
def _(h):
    h.require("pass", "gpg", "age", "age-keygen")
    lab = Lab(h, ["P", "A"], '[tokens.P]\nfrom = "pass:hf/ro"\n[tokens.A]\nfrom = "age:~/s.age#~/key.txt"\n')
    setup = "gpg --batch --quiet --passphrase '' --quick-generate-key dev@example.org default default never && pass init dev@example.org " \
            "&& printf 'from pass\nuser: me\n' | pass insert -m hf/ro && age-keygen -o key.txt && echo from age | age -R <(age-keygen -y key.txt) -o s.age"  # fmt: skip
    h.mkdir("~/.gnupg", 0o700)
    r = h.run(["bash", "-c", setup])
    assert r.ok, r
    r = lab.run('echo "$P, $A"; pass show hf/ro')
    h.run(["gpgconf", "--kill", "all"])
    assert r.out == "from pass, from age\n", r


main()
