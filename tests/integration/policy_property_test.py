#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""For random organisations' policies, projects and users' files, the compiled policy never exceeds the ceiling, and is the one without
a ceiling where nothing exceeds it.

Whether something exceeds is computed here, of what the files say and of where paths lead; whether the compiled policy does, of its own
lines (`psbc build --print policy`). Neither asks psbc.

PSBC_PROPERTY_CASES=20000 PSBC_PROPERTY_SEED=N policy_property_test.py"""
import os
import random
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tap import main, skip_all, test  # noqa: E402

CASES = int(os.environ.get("PSBC_PROPERTY_CASES", "2000"))
SEED = int(os.environ.get("PSBC_PROPERTY_SEED", "1"))

HOME_PLACES = ["~/data", "~/data/sub", "~/more", "~/more/deep/er", "~/link", "~/link/sub", "~/chain", "~/work", "~/work/x", "~/absent/y", "~/.vimrc", "/srv/shared"]
OWN_PLACES = ["src", "./data", "up"]  # `up` is a link of the project's own that leads out of it
INNER = ["libs", "libs/common", "libs/client", "docs"]
TOKENS = ["HF_TOKEN", "WANDB_API_KEY", "ACME_KEY"]
VARIABLES = ["EDITOR", "PAGER", "CUDA_VISIBLE_DEVICES"]
PORTS = [22, 53, 443, 8080]
HOSTS = ["github.com", "git@github.com", "git@gitlab.com", "git.example.com:2222"]
ROWS = [".vscode", ".idea", ".envrc"]
URLS = ["https://a.example/simple/", "https://b.example/simple"]
SOURCES = {"env": '"env:MINE"', "pass": '"pass:x/y"', "command": '["printenv", "X"]', "op": '"op://v/i/f"'}
RANK = ["none", "ports", "full"]


def toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    return str(value) if isinstance(value, int) else '"' + value + '"'


def some(r, items, most=3, chance=0.5):
    """Nothing, or a list of some of them."""
    return None if r.random() > chance else r.sample(items, r.randint(0, min(most, len(items))))


class Case:
    def __init__(self, r):
        token = lambda name: name + r.choice(["", ":read"]) + r.choice(["", "?"])  # noqa: E731
        p = self.project = {
            "readonly": some(r, HOME_PLACES + OWN_PLACES), "writable": some(r, HOME_PLACES, 2, 0.3), "inner_ro": some(r, INNER, 2, 0.25), "inner_rw": some(r, INNER, 1, 0.2),
            "git": r.choice([None, None, None, "read-only", "commit"]), "venv": r.choice([None, None, ".venv", "~/venvs/x", "~/envs/lab"]),
            "tokens": [token(name) for name in some(r, TOKENS, 2) or []], "pass": some(r, VARIABLES, 2), "access": r.choice([None, "full", "ports", "none"]),
            "devices": {name: r.random() < 0.2 for name in ("gpu", "gui", "audio")}, "hosts": some(r, HOSTS, 2, 0.3), "signing": r.random() < 0.2,
            "allow": some(r, ROWS, 2, 0.3), "urls": some(r, URLS, 1, 0.2),
        }  # fmt: skip
        p["connect"], p["listen"] = (some(r, PORTS, 3), some(r, PORTS + [0], 2)) if p["access"] == "ports" else (None, None)
        self.user = {
            "readonly": some(r, HOME_PLACES, 2, 0.3), "pass": some(r, VARIABLES, 2, 0.3), "editors": some(r, ["vscode", "pycharm"], 1, 0.2),
            "sources": {name: (r.choice(list(SOURCES)), r.choice([None, "read", "write"])) for name in some(r, TOKENS, 3, 0.6) or []}, "any_host": r.random() < 0.1,
        }  # fmt: skip
        # Often the very things that are asked for, so that many cases are within.
        near = lambda asked, items, chance=0.45: None if r.random() > chance else sorted({*(asked if r.random() < 0.7 else []), *(some(r, items, 3, 0.7) or [])}, key=str)  # noqa: E731
        inner = r.choice([[], ["."], ["libs"], INNER])
        self.cap = {
            "readonly": near([one for one in (p["readonly"] or []) + (self.user["readonly"] or []) if one[0] in "~/"] + ["~/data"], HOME_PLACES + inner),
            "writable": near([one for one in p["writable"] or [] if one[0] in "~/"] + ["~/venvs"], HOME_PLACES + inner, 0.3),
            "tokens": near([one.rstrip("?") for one in p["tokens"]], [token(name).rstrip("?") for name in TOKENS], 0.3), "sources": some(r, list(SOURCES), 4, 0.25),
            "editors": some(r, ["vscode", "pycharm"], 2, 0.2), "pass": near((p["pass"] or []) + (self.user["pass"] or []), VARIABLES, 0.3),
            "index": some(r, URLS, 2, 0.2), "access": r.choice([None, None, "full", "ports", "none"]), "connect": near(p["connect"] or [], PORTS, 0.2), "listen": near(p["listen"] or [], PORTS, 0.2),
            "devices": {name: r.choice([None, None, True, False]) for name in ("gpu", "gui", "audio")}, "hosts": near(p["hosts"] or [], HOSTS, 0.3), "signing": r.choice([None, True, False]),
            "allow": near(p["allow"] or [], ROWS, 0.3), "hidden": some(r, ["~/data/sub", "src/*.key", "**/*.pem"], 2, 0.3),
        }  # fmt: skip
        if self.cap["tokens"]:  # one kind of each
            self.cap["tokens"] = list({one.split(":")[0]: one for one in self.cap["tokens"]}.values())

    def files(self):
        p, u, c = self.project, self.user, self.cap
        lines = lambda table, keys: "".join(f"{key} = {toml(table[name])}\n" for key, name in keys if table[name] is not None)  # noqa: E731
        project = 'name = "lab"\n' + lines(p, (("readonly", "readonly"), ("writable", "writable"), ("tokens", "tokens")))
        project += "[workspace]\n" + lines(p, (("readonly", "inner_ro"), ("writable", "inner_rw"), ("git", "git")))
        project += lines(p, (("python.venv", "venv"),)) and "[python]\n" + lines(p, (("venv", "venv"),))
        project += "[env]\n" + lines(p, (("pass", "pass"),)) + "[network]\n" + lines(p, (("access", "access"), ("connect", "connect"), ("listen", "listen")))
        project += "[devices]\n" + "".join(f"{name} = {toml(on)}\n" for name, on in p["devices"].items())
        project += "[ssh]\n" + lines(p, (("hosts", "hosts"), ("signing", "signing"))) + "[protect]\n" + lines(p, (("allow", "allow"),))
        project += "".join(f'[[python.index]]\nname = "i{n}"\nurl = "{url}"\n' for n, url in enumerate(p["urls"] or []))
        user = lines(u, (("readonly", "readonly"), ("editors", "editors"))) + lines(u, (("env.pass", "pass"),))
        user += "".join(f"[tokens.{name}]\nfrom = {SOURCES[kind]}\n" + (f'kind = "{may}"\n' if may else "") for name, (kind, may) in u["sources"].items())
        user += '[projects."~/code/lab".ssh]\nany_host = true\n' if u["any_host"] else ""
        cap = lines(c, (("readonly", "readonly"), ("writable", "writable"), ("hidden", "hidden"), ("tokens", "tokens"), ("sources", "sources"), ("editors", "editors"), ("env.pass", "pass"), ("python.index", "index"),
                        ("network.access", "access"), ("network.connect", "connect"), ("network.listen", "listen"), ("ssh.hosts", "hosts"), ("ssh.signing", "signing"), ("protect.allow", "allow")))  # fmt: skip
        cap += "".join(f"devices.{name} = {toml(on)}\n" for name, on in c["devices"].items() if on is not None)
        return project, user, cap


class Oracle:
    """What a policy allows, by the words of docs/policy.md."""

    def __init__(self, home, root):
        self.home, self.root, self.top = home, root, os.path.dirname(root)

    def lead(self, path, base):
        return os.path.realpath(os.path.join(base, self.home + path[1:] if path.startswith("~") else path))

    def below(self, path, places):
        return any(path == place or path.startswith(place.rstrip("/") + "/") for place in places)

    def caps(self, cap, *keys):
        return [self.lead(one, self.top) for key in keys for one in cap[key] or []]

    def may_read(self, cap, path):
        return cap["readonly"] is None or self.below(path, [self.root, *self.caps(cap, "readonly", "writable")])

    def may_write(self, cap, path):
        return cap["writable"] is None or self.below(path, [self.root, *self.caps(cap, "writable")])

    def access(self, cap):
        if cap["connect"] is not None or cap["listen"] is not None:
            return min(cap["access"] or "full", "ports", key=RANK.index)
        return cap["access"] or "full"

    def exceeds(self, case):
        p, u, c = case.project, case.user, case.cap
        yield from (f"readonly {one}" for one in p["readonly"] or [] if not self.may_read(c, self.lead(one, self.root)))
        yield from (f"writable {one}" for one in p["writable"] or [] if not self.may_write(c, self.lead(one, self.root)))
        yield from (f"inner {one}" for one in p["inner_ro"] or [] if not self.may_read(c, self.lead(one, self.top)))
        yield from (f"inner writable {one}" for one in p["inner_rw"] or [] if not self.may_write(c, self.lead(one, self.top)))
        yield from (f"user's {one}" for one in u["readonly"] or [] if not self.may_read(c, self.lead(one, self.home)))
        if p["git"]:
            if not (self.may_read if p["git"] == "read-only" else self.may_write)(c, self.top + "/.git"):
                yield "git"
        if p["venv"] and not p["venv"].startswith("~/envs/") and not self.may_write(c, self.lead(p["venv"], self.root)):
            yield "venv"
        allowed = dict((one.split(":")[0], one.endswith(":read")) for one in c["tokens"] or [])
        for one in p["tokens"]:
            name, weak = re.match(r"\w+", one)[0], ":read" in one
            kind, may = u["sources"].get(name, (None, None))
            if c["tokens"] is not None and (name not in allowed or (allowed[name] and (not weak or (kind and may != "read")))):
                yield "token " + one
            if c["sources"] is not None and kind and kind not in c["sources"]:
                yield "source of " + one
        for who in (p, u):
            yield from (f"variable {one}" for one in who["pass"] or [] if c["pass"] is not None and one not in c["pass"])
        if RANK.index(p["access"] or "full") > RANK.index(self.access(c)):
            yield "network"
        if p["access"] == "ports" and self.access(c) != "none":
            yield from (f"{key} {one}" for key in ("connect", "listen") for one in p[key] or [] if c[key] is not None and one not in c[key])
        yield from (name for name, on in p["devices"].items() if on and c["devices"][name] is False)
        if p["signing"] and c["signing"] is False:
            yield "signing"
        yield from (f"host {one}" for one in p["hosts"] or [] if c["hosts"] is not None and one not in c["hosts"] and one.split("@")[-1] not in c["hosts"])
        if u["any_host"] and c["hosts"] is not None:
            yield "any_host"
        yield from (f"row {one}" for one in p["allow"] or [] if c["allow"] is not None and one not in c["allow"])
        yield from (f"index {one}" for one in p["urls"] or [] if c["index"] is not None and one.rstrip("/") not in [url.rstrip("/") for url in c["index"]])
        yield from (f"editor {one}" for one in u["editors"] or [] if c["editors"] is not None and one not in c["editors"])

    def beyond(self, dump, cap):
        """Lines of a compiled policy that the ceiling forbids."""
        for line in dump.splitlines():
            said, _, origin = line.partition("  # ")
            word, _, rest = said.partition(" ")
            path = self.lead(rest.strip(), "/") if rest.strip().startswith(("~", "/")) else rest.strip()
            asked = ".python-sandbox.toml:" in origin or "config.toml:" in origin
            own = path.startswith((self.home + "/.local/", self.home + "/envs/", self.home + "/.cache/pysandbox-"))
            if word == "read-only" and asked and not own and "editors" not in origin and not self.may_read(cap, path):
                yield line
            if word == "writable" and asked and not own and not self.may_write(cap, path):
                yield line
            if word == "token" and cap["tokens"] is not None and rest.split()[0] not in [one.split(":")[0] for one in cap["tokens"]]:
                yield line
            if word == "network" and RANK.index("full" if path == "full" else "none" if path == "none" else "ports") > RANK.index(self.access(cap)):
                yield line
            if word == "devices":
                yield from (line for name, on in cap["devices"].items() if on is False and name in rest)
            if word == "ssh" and "sign in to" in rest and cap["hosts"] is not None and rest.split("sign in to ")[1].split()[0].split("@")[-1] not in [one.split("@")[-1] for one in cap["hosts"]]:
                yield line
            if word == "ssh" and "sign commits" in rest and cap["signing"] is False:
                yield line
            if word == "pass" and path in VARIABLES and cap["pass"] is not None and path not in cap["pass"]:
                yield line


def world(h):
    for path in ("data/a", "data/sub/b", "more/deep/er/c", "work/x/d", "venvs/x/pyvenv.cfg", "code/libs/common/e", "code/libs/client/f", "code/docs/g", "code/lab/src/x.py", ".vimrc", "code/lab/.python-sandbox.toml"):
        h.write("~/" + path, "x")
    h.symlink("data", "~/link")
    h.symlink("link/sub", "~/chain")
    h.symlink("../../more", "~/code/lab/up")
    os.makedirs("/srv/shared")
    assert h.run(["git", "init", "-q"], cwd="~/code").ok


@test(f"{CASES} random policies, projects and users' files: what is compiled never exceeds the ceiling, and is the same as without one where nothing does")
def _(h):
    h.require("git")
    world(h)
    r = random.Random(SEED)
    cases = [Case(r) for _ in range(CASES)]
    oracle = Oracle(h.home, h.home + "/code/lab")
    done = h.run([os.environ["CEILING_TOOL"], h.home, oracle.root], stdin="".join(text + "\0" for case in cases for text in case.files()).encode(), timeout=300)
    assert done.ok, done
    parts = done.out.split("\0")
    assert len(parts) == 3 * CASES + 1, len(parts)
    seen = {"built": 0, "exceeds": 0, "refused": 0, "error": 0}
    same = 0
    for n, case in enumerate(cases):
        status, capped, plain = parts[3 * n : 3 * n + 3]
        seen[status] += 1
        why = list(oracle.exceeds(case))
        told = "\n---\n".join((f"case {n} of seed {SEED}: {status}, {why}", *case.files(), capped))
        assert status != "error", told
        assert (status == "exceeds") == bool(why), told
        assert (capped != "") == (status == "built"), told
        beyond = list(oracle.beyond(capped, case.cap))
        assert not beyond, (beyond, told)
        if status == "built" and not case.cap["hidden"]:
            assert capped == plain, told
            same += 1
        elif status == "built":
            theirs = [line for line in capped.splitlines() if "/etc/psbc/policy.toml" not in line]
            assert set(theirs) <= set(plain.splitlines()), told
    # The generator is worth something: many of each, and a ceiling that was not there would be noticed.
    assert seen["built"] > CASES / 20 and seen["exceeds"] > CASES / 4 and same > CASES / 40, seen
    free = sum(bool(list(oracle.beyond(parts[3 * n + 2], case.cap))) for n, case in enumerate(cases))
    assert free > CASES / 10, f"without a ceiling only {free} compiled policies exceed it"


if "CEILING_TOOL" not in os.environ:
    skip_all("ceiling_tool: $CEILING_TOOL names no such program")
main()
