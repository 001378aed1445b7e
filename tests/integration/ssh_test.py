#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""git over ssh and signed commits work inside, with the keys that the user granted."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from ssh_service import Agent, Server, fingerprint, gpg_agent, grant, need  # noqa: E402
from tap import main, test  # noqa: E402


def project(h, ssh, trusted=True):
    h.write("~/code/demo/.python-sandbox.toml", f'name = "demo"\n[ssh]\n{ssh}')
    if trusted:
        r = h.psbc("trust", "--yes", cwd="~/code/demo")
        assert r.ok, r
    return lambda line, **options: h.psbc("run", "--", "bash", "-c", line, **{"cwd": "~/code/demo", **options})


@test("git clone and push over ssh work with the granted key, and nothing is asked")
def _(h):
    need(h, "ssh", "git")
    agent, server = Agent(h), Server(h)
    key = agent.add("work")
    agent.add("other")
    server.let_in("work", "other")
    assert h.run(["git", "init", "-q", "--bare", "-b", "main", h.path("~/repo.git")]).ok
    grant(h, [key])
    inside = project(h, f'hosts = ["{h.user}@{server.host}"]\n')
    r = inside("ssh-add -l; ls -l $SSH_AUTH_SOCK; cat ~/.ssh/config ~/.ssh/known_hosts")
    assert r.out.count("SHA256:") == 1 and key in r.out and "work of dev" in r.out, r
    assert not r.err, r
    r = inside(f"git clone -q ssh://{h.user}@127.0.0.1:{server.port}/{h.home}/repo.git work && cd work && "
               "git -c user.name=D -c user.email=d@example.org commit -q --allow-empty -m first && git push -q origin HEAD:main", timeout=60)  # fmt: skip
    assert r.ok, r
    assert h.run(["git", "-C", h.path("~/repo.git"), "log", "--format=%s", "main"]).out == "first\n", r
    # Anything that speaks to the agent the same way, and a second session at the same time.
    r = inside(f"for i in 1 2 3 4; do ssh -p {server.port} 127.0.0.1 true & done; wait; ssh -p {server.port} 127.0.0.1 'echo \"$SSH_AUTH_SOCK\"'")
    assert r.ok and r.out == "\n", r


@test("a commit that was signed inside verifies on the host")
def _(h):
    need(h, "ssh-keygen", "git")
    agent = Agent(h)
    agent.add("other")
    assert h.run(["git", "init", "-q", "-b", "main"], cwd=h.mkdir("~/code/demo")).ok
    for kind in ("ed25519", "ecdsa"):
        key = agent.add(f"sign-{kind}", kind=kind)
        h.write("~/.gitconfig", f"[user]\n\tname = Dev\n\temail = dev@example.org\n\tsigningkey = ~/keys/sign-{kind}.pub\n"
                "[gpg]\n\tformat = ssh\n[commit]\n\tgpgsign = true\n[tag]\n\tgpgsign = true\n")  # fmt: skip
        grant(h, [key])
        inside = project(h, "signing = true\n")
        r = inside("git commit -q --allow-empty -m signed && git tag -f -m t v1")
        assert r.ok and not r.err, r
        h.write("~/allowed", f"dev@example.org {h.read(f'~/keys/sign-{kind}.pub')}")
        for command in ("verify-commit HEAD", "verify-tag v1"):
            r = h.run(["git", "-c", f"gpg.ssh.allowedSignersFile={h.home}/allowed", *command.split()], cwd="~/code/demo")
            assert r.ok and "Good" in r.err and key in r.err, r
    # git knows of no key: the first granted one signs.
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    key = agent.add("first")
    grant(h, [key])
    r = inside("git commit -q -S --allow-empty -m again")
    assert r.ok, r
    h.write("~/allowed", f"dev@example.org {h.read('~/keys/first.pub')}")
    r = h.run(["git", "-c", f"gpg.ssh.allowedSignersFile={h.home}/allowed", "verify-commit", "HEAD"], cwd="~/code/demo")
    assert r.ok and key in r.err, r


@test("the list of grants, the printed policy and the plan say what ssh may do")
def _(h):
    need(h)
    Agent(h)
    project(h, 'hosts = ["git@github.com"]\nsigning = true\n', trusted=False)
    r = h.psbc("trust", "--show", cwd="~/code/demo")
    assert "+ log in by ssh with a key of yours at git@github.com\n" in r.err + r.out, r
    assert "+ sign with an ssh key of yours\n" in r.err + r.out, r
    assert "nothing inside can sign in to `github.com`: its host key is not known" in r.err, r
    r = h.psbc("build", "--print", "policy", cwd="~/code/demo")
    assert "ssh         sign in to git@github.com with a key of yours  # ~/code/demo/.python-sandbox.toml:3" in r.out, r


@test("a project that asks for a key which the user did not grant is entered without an agent, with the lines to type")
def _(h):
    need(h, "ssh-add")
    agent = Agent(h)
    key = agent.add("work")
    inside = project(h, "signing = true\n")
    r = inside('echo "[$SSH_AUTH_SOCK]"; ls -A ~')
    assert r.ok and r.out.startswith("[]\n") and "psbc-agent" not in r.out, r
    assert "no ssh agent inside: the project asks for a key (signing), and you granted none" in r.err, r
    # What it says is what to type.
    said = r.err.splitlines()
    begin = next(i for i, line in enumerate(said) if line.startswith('  [projects."~/code/demo".ssh]'))
    h.write("~/.config/psbc/config.toml", "\n".join(line[2:] for line in said[begin:]) + "\n")
    r = inside("ssh-add -l")
    assert r.ok and key in r.out and not r.err, r
    # Another project's key is not this one's, whatever that calls itself.
    grant(h, [key], path="~/code/else")
    assert "you granted none" in inside("true").err
    grant(h, [])
    r = inside('echo "[$SSH_AUTH_SOCK]"')
    assert r.out == "[]\n" and not r.err, r
    # Without [ssh] there is none, and no word about it.
    h.write("~/code/demo/.python-sandbox.toml", 'name = "demo"\n')
    grant(h, [key])
    assert h.psbc("trust", "--yes", cwd="~/code/demo").ok
    r = inside('echo "[$SSH_AUTH_SOCK]"; ls -A ~')
    assert r.out.startswith("[]\n") and "psbc-agent" not in r.out and ".ssh" not in r.out and not r.err, r


@test("no agent outside, a silent one, and one without the key: each is said, and the command runs")
def _(h):
    need(h, "ssh-add")
    agent = Agent(h)
    key = agent.add("work")
    grant(h, [key])
    inside = project(h, "signing = true\n")
    r = inside("true", env={"SSH_AUTH_SOCK": None})
    assert r.ok and "SSH_AUTH_SOCK names none outside" in r.err, r
    r = inside("true", env={"SSH_AUTH_SOCK": h.path("~/nothing")})
    assert r.ok and "does not answer" in r.err, r
    h.run(["ssh-add", "-q", "-D"])
    r = inside("ssh-add -l")
    assert f"your ssh agent has no key {key} now" in r.err and r.status == 1, r
    assert h.run(["ssh-add", "-q", h.path("~/keys/work")]).ok
    assert key in inside("ssh-add -l").out


@test("with GnuPG's agent keys are limited, signing works, and a login needs the user's word that any host will do")
def _(h):
    need(h, "ssh-add", "git")
    gpg_agent(h)
    server = Server(h)
    h.mkdir("~/keys", 0o700)
    for name in ("work", "other"):
        assert h.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", h.path(f"~/keys/{name}")]).ok
        # pinentry would ask for a passphrase to keep the key with: the default file of GnuPG says which one to call.
    h.write("~/.gnupg/gpg-agent.conf", "pinentry-program " + h.write("~/bin/pinentry", PINENTRY, 0o755) + "\n")
    h.run(["gpg-connect-agent", "reloadagent", "/bye"])
    for name in ("work", "other"):
        r = h.run(["ssh-add", "-q", h.path(f"~/keys/{name}")])
        assert r.ok, r
    server.let_in("work", "other")
    key = fingerprint(h, h.path("~/keys/work.pub"))
    grant(h, [key])
    inside = project(h, f'hosts = ["{server.host}"]\nsigning = true\n')
    r = inside("ssh-add -l; ssh -o BatchMode=yes -p %d 127.0.0.1 true" % server.port)
    assert r.status == 255 and r.out.count("SHA256:") == 1 and key in r.out, r
    assert "does not check to which host a connection is bound" in r.err and server.logins() == 0, r
    h.run(["git", "init", "-q"], cwd="~/code/demo")
    r = inside("git -c user.name=D -c user.email=d@example.org commit -q -S --allow-empty -m x")
    assert r.ok, r
    grant(h, [key], "any_host = true\n")
    r = inside("ssh -o BatchMode=yes -p %d 127.0.0.1 echo in" % server.port)
    assert r.out == "in\n" and server.logins() == 1, r


PINENTRY = """#!/bin/sh
echo "OK"
while read -r word rest; do
  case $word in GETPIN) echo "D secret"; echo "OK";; BYE) echo "OK"; exit;; *) echo "OK";; esac
done
"""


@test("`confirm = true` asks on the display for each use, and without one there is no agent")
def _(h):
    need(h, "ssh-keygen")
    agent = Agent(h)
    key = agent.add("work")
    grant(h, [key], "confirm = true\n")
    inside = project(h, "signing = true\n")
    sign = "echo x | ssh-keygen -q -Y sign -n git -f key.pub > signature; echo $?; ssh-add -l"
    h.write("~/code/demo/key.pub", h.read("~/keys/work.pub"))
    r = inside(sign)
    assert "asks on a display by ssh-askpass, and here is no display" in r.err and r.out.startswith("255\n"), r
    h.write("~/bin/yes", '#!/bin/sh\necho "$1" >> ~/asked\n[ "$SSH_ASKPASS_PROMPT" = confirm ]\n', 0o755)
    h.write("~/bin/no", '#!/bin/sh\necho "$1" >> ~/asked\nexit 1\n', 0o755)
    display = {"DISPLAY": ":77", "SSH_ASKPASS": h.path("~/bin/yes")}
    r = inside(sign, env=display)
    assert r.out.startswith("0\n") and key in r.out and not r.err, r
    assert h.read("~/asked") == f"The sandbox `demo` wants to sign for `git` with your ssh key {key}. Allow this use?\n"
    # No is no, and asking again at once does not ask the user again.
    r = inside("for i in 1 2 3; do " + sign + "; done", env={**display, "SSH_ASKPASS": h.path("~/bin/no")})
    assert "0" not in [line for line in r.out.splitlines() if len(line) <= 3], r
    assert "refused a use that was not confirmed" in r.err and h.read("~/asked").count("\n") == 2, r


@test("commits that git signs with OpenPGP outside are said at entry, with the way of ssh")
def _(h):
    need(h, "git")
    h.write("~/.gitconfig", "[user]\n\tname = D\n\temail = d@example.org\n\tsigningkey = ABCDEF\n[commit]\n\tgpgsign = true\n")
    h.write("~/code/demo/.python-sandbox.toml", 'name = "demo"\n')
    assert h.run(["git", "init", "-q"], cwd="~/code/demo").ok
    assert h.psbc("trust", "--yes", cwd="~/code/demo").ok
    for _ in range(2):
        r = h.psbc("run", "--", "git", "commit", "-q", "--allow-empty", "-m", "x", cwd="~/code/demo")
        assert r.ok and "git signs outside with OpenPGP, and not inside" in r.err and "[ssh] signing = true" in r.err, r


main()
