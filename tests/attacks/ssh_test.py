#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""C1: the ssh agent. Each attack is one program that talks to SSH_AUTH_SOCK; outside it does what it wants."""
import os
import re
import time
from pathlib import Path

from attack import Project
from ssh_service import Agent, Server, grant, need
from tap import test
from vectors import attack, main, seed

# What the attacker brings along: the agent's protocol, by hand. Prints one word per attempt.
CLIENT = Path(__file__).with_name("ssh_client.py").read_text()


def attacker(h):
    h.write("~/code/demo/client.py", CLIENT)
    for name in ("work", "other"):
        h.write(f"~/code/demo/{name}.pub", h.read(f"~/keys/{name}.pub"))


def outside(h, line):
    return h.run(["bash", "-c", line], cwd="~/code/demo")


def words(r):
    return dict(line.split(" ", 1) for line in r.out.splitlines() if " " in line)


@test("of all that an agent does, a granted key can be listed and can sign what was granted: nothing else, and nothing is changed outside")
@attack("agent-filter", "C1", "list, sign, add, remove and lock keys that were not granted, through the agent that was")
def _(h):
    need(h, "ssh-add", "python3")
    agent = Agent(h)
    keys = {name: agent.add(name) for name in ("work", "other")}
    attacker(h)
    attempts = ("python3 client.py list sign:work:blob sign:other:blob sign:work:sshsig-git sign:other:sshsig-git sign:work:sshsig-file "
                "sign:work:sshsig-long sign:work:login sign:other:login query remove-one ssh1 lock unlock smartcard add remove-all")  # fmt: skip
    took = words(outside(h, attempts))
    for name in ("sign:work:blob", "sign:other:blob", "sign:other:sshsig-git", "sign:work:sshsig-file", "sign:work:login", "sign:other:login"):
        assert took[name] == "signed", took
    for name in ("remove-one", "lock", "unlock", "add", "remove-all"):
        assert took[name] == "done", took
    assert took["list"] == "work,other" and "no identities" in agent.list(), (took, agent.list())

    for name in keys:
        assert h.run(["ssh-add", "-q", h.path(f"~/keys/{name}")]).ok
    before = agent.list()
    grant(h, [keys["work"]])
    p = Project(h, '[ssh]\nsigning = true\nhosts = ["127.0.0.1"]\n')
    seed("agent-filter", words(p.predecessor("python3 client.py sign:other:blob")).get("sign:other:blob") == "signed")
    r = p.entered(attempts)
    got = words(r)
    assert got.pop("list") == "work" and got.pop("sign:work:sshsig-git") == "signed", r
    assert got and set(got.values()) == {"refused"} and len(got) == len(took) - 2, r
    assert agent.list() == before
    # Without `signing`, or without any grant, that is not there either.
    p = Project(h, '[ssh]\nhosts = ["127.0.0.1"]\n')
    got = words(p.entered("python3 client.py sign:work:sshsig-git sign:work:login"))
    assert set(got.values()) == {"refused"}, got
    p = Project(h, "")
    r = p.entered("python3 client.py list; ls ~/.psbc-agent " + agent.socket)
    assert "list no agent" in r.out and agent.socket not in r.out, r


@test("a key signs in to the host that the project names, not to another one, also with a session of the first one")
@attack("agent-other-host", "C1", "a granted key signs in to another host, under another name, or for a session that nobody proved")
def _(h):
    need(h, "ssh", "python3")
    agent, named, evil = Agent(h), Server(h, "named"), Server(h, "evil", known="plain")
    key = agent.add("work")
    agent.add("other")
    attacker(h)
    for server in (named, evil):
        server.let_in("work", "other")
    other = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes"
    steal = f"ssh {other} -p {evil.port} 127.0.0.1 true; echo stolen $?"
    assert "stolen 0" in outside(h, steal).out and evil.logins() == 1
    grant(h, [key])
    p = Project(h, f'[ssh]\nhosts = ["{h.user}@{named.host}"]\n')
    seed("agent-other-host", words(p.predecessor("python3 client.py sign:work:login")).get("sign:work:login") == "signed")
    r = p.entered(f"ssh -p {named.port} 127.0.0.1 echo welcome; {steal}")
    assert "welcome" in r.out and "stolen 255" in r.out and (named.logins(), evil.logins()) == (1, 1), r
    assert "a login to a host that [ssh] hosts does not name" in r.err, r
    # With its own known_hosts in place of ours, and under the name of the first host.
    r = p.entered(f"rm -rf ~/.ssh; ssh {other} -o HostKeyAlias=[{named.host.split(':')[0]}]:{named.port} -p {evil.port} 127.0.0.1 true; echo stolen $?")
    assert "stolen 255" in r.out and evil.logins() == 1, r
    # A login without a session; a forged, a replayed and a second binding.
    r = p.entered(f"python3 client.py bind-forged sign:work:login bind-replayed:{named.port}")
    assert words(r) == {"bind-forged": "refused", "sign:work:login": "refused", "bind-replayed": "refused"}, r
    # Another name at the right host.
    p = Project(h, f'[ssh]\nhosts = ["deploy@{named.host}"]\n')
    before = named.logins()
    r = p.entered(f"ssh -o BatchMode=yes -p {named.port} 127.0.0.1 true; echo stolen $?")
    assert "stolen 255" in r.out and named.logins() == before and "a login under another name than [ssh] hosts says" in r.err, r
    # A plain agent signs a login for any session, one that nobody proved.
    assert words(outside(h, "python3 client.py sign:work:login"))["sign:work:login"] == "signed"


@test("an agent that is forwarded to a server serves nobody there")
@attack("agent-forwarded", "C1", "the agent used from a server that it was forwarded to")
def _(h):
    need(h, "ssh", "ssh-add")
    agent, server = Agent(h), Server(h)
    key = agent.add("work")
    server.let_in("work")
    h.write("~/public/work.pub", h.read("~/keys/work.pub"))
    steal = f"ssh -A -o BatchMode=yes -p {server.port} 127.0.0.1 'ssh-add -l; ssh-keygen -q -Y sign -n git -f ~/public/work.pub < /etc/hostname; ssh-add -D'"
    r = h.run(["bash", "-c", steal])
    assert key in r.out and "BEGIN SSH SIGNATURE" in r.out and "no identities" in agent.list(), r
    assert h.run(["ssh-add", "-q", h.path("~/keys/work")]).ok
    grant(h, [key])
    p = Project(h, f'[ssh]\nhosts = ["{server.host}"]\nsigning = true\n')
    r = p.entered(steal)
    assert server.logins() == 2 and "SHA256" not in r.out and "SIGNATURE" not in r.out and key in agent.list(), r


@test("a flood of connections and huge frames costs the filter little memory and the session its own agent alone")
@attack("agent-flood", "C1", "a flood of connections and huge frames")
def _(h):
    need(h, "ssh-add", "python3")
    agent = Agent(h)
    key = agent.add("work")
    agent.add("other")
    attacker(h)
    grant(h, [key])
    p = Project(h, "[ssh]\nsigning = true\n")
    flood = h.spawn(["psbc", "run", "--", "python3", "client.py", "flood"], cwd="~/code/demo")
    highest, end, done = 0, time.monotonic() + 30, False
    while time.monotonic() < end and not done:
        for pid in filters(h):
            highest = max(highest, memory(pid))
        done = h.exists("~/code/demo/flooded")
        time.sleep(0.05)
    assert done and 0 < highest < 16 * 1024, f"{highest} KiB"
    # While that holds all connections of its own, another session of the same project is served.
    r = p.entered("ssh-add -l")
    assert key in r.out, r
    assert len(filters(h)) == 1 and flood.poll() is None
    # With SIGKILL at the session nothing of it is left, and an ended filter ends nothing else.
    flood.kill()
    flood.wait()
    wait_gone(h)
    session = h.spawn(["psbc", "run", "--", "sh", "-c", "while ssh-add -l > listed; do sleep 0.05; done; echo still > still"], cwd="~/code/demo")
    while not (h.exists("~/code/demo/listed") and h.read("~/code/demo/listed")):
        time.sleep(0.05)
    for pid in filters(h):
        os.kill(pid, 9)
    assert session.wait(20) == 0 and h.read("~/code/demo/still") == "still\n"


def filters(h):
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if is_filter(h, pid)]


def is_filter(h, pid):
    try:
        return os.stat(f"/proc/{pid}").st_uid in (h.uid, 0) and b"agent-filter" in Path(f"/proc/{pid}/cmdline").read_bytes() and f"\t{h.uid}\t" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def memory(pid):
    try:
        return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])
    except (OSError, TypeError):
        return 0


def wait_gone(h):
    end = time.monotonic() + 10
    while filters(h):
        assert time.monotonic() < end, "a filter is still there"
        time.sleep(0.05)


@test("no other sandbox and nobody after the session reaches the socket, and nothing of it is on the host")
@attack("agent-other-sandbox", "C1", "the agent of another sandbox, or of a session that has ended")
def _(h):
    need(h, "ssh-add", "python3")
    agent = Agent(h)
    key = agent.add("work")
    grant(h, [key])
    Project(h, "", path="~/code/evil", name="evil")
    p = Project(h, "[ssh]\nsigning = true\n")
    h.spawn(["psbc", "run", "--", "sh", "-c", "ssh-add -l > listed; sleep 60 & wait"], cwd="~/code/demo")
    end = time.monotonic() + 20
    while not (h.exists("~/code/demo/listed") and key in h.read("~/code/demo/listed")):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert len(filters(h)) == 1
    assert not any(path.endswith("psbc-agent") for path in h.tree("~")), "it is on the host"
    steal = f"for s in ~/.psbc-agent /proc/*/root{h.home}/.psbc-agent {agent.socket}; do SSH_AUTH_SOCK=$s ssh-add -l; done; true"
    assert key in h.run(["bash", "-c", steal]).out, "control: the user's own agent answers outside"
    r = h.psbc("run", "--", "bash", "-c", steal, cwd="~/code/evil")
    assert "SHA256" not in r.out and r.status == 0, r
    # What outlives the command inside is gone with it, and so is the filter.
    r = p.psbc("stop", "--all")
    assert r.ok, r
    wait_gone(h)


main()
