#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""For random pairs of files, `psbc diff` says nothing exactly when both compile to the same, and is never silent when
the second grants more.

What each grants is computed here from `psbc build --print policy` alone, by other means than psbc's: what the deepest
rule lets a program do at each of a set of places, and the facets line by line.

PSBC_PROPERTY_CASES=2000 PSBC_PROPERTY_SEED=N diff_property_test.py      the nightly run; a failure shows both files
"""
import os
import random
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from tap import main, test  # noqa: E402

CASES = 4 * int(os.environ.get("PSBC_PROPERTY_CASES", "20"))
SEED = int(os.environ.get("PSBC_PROPERTY_SEED", "1"))

HOME_PLACES = ["~/data", "~/data/a", "~/data/a/b", "~/data/w", "~/other", "~/link"]
PROJECT_PLACES = ["src", "src/x", "src/x/y", "lib", "conf", "conf/key.pem", ".env", "Makefile", "docs"]
FILES = {"conf/key.pem", ".env", "Makefile"}
REACH = {"closed": 0, "hidden": 0, "read-only": 1, "writable": 2}


def random_file(r):
    """A file, valid or not, of a few keys."""
    lines = ['name = "lab"']

    def some(choices, most=3):
        return r.sample(choices, r.randint(1, min(most, len(choices))))

    def array(key, values):
        lines.append(f"{key} = [{', '.join(chr(34) + v + chr(34) for v in values)}]")

    if r.random() < 0.6:
        array("readonly", some(HOME_PLACES + PROJECT_PLACES))
    if r.random() < 0.5:
        array("writable", some(HOME_PLACES + PROJECT_PLACES))
    if r.random() < 0.5:
        # No patterns: they hide what matches at the next build, so that to write one in place of a name asks.
        array("hidden", some([*PROJECT_PLACES, "~/data/a", "~/data/a/b"]))
    if r.random() < 0.4:
        array("tokens", some(["HF_TOKEN", "HF_TOKEN:read", "WANDB_API_KEY", "WANDB_API_KEY?", "ACME_KEY"], 2))
    if r.random() < 0.3:
        lines.append("[env]")
        array("pass", some(["FOO", "BAR", "QUX"]))
        if r.random() < 0.5:
            lines.append(f'set.{r.choice("AB")} = "{r.randint(1, 2)}"')
    if r.random() < 0.4:
        access = r.choice(["full", "none", "ports", "ports"])
        lines += ["[network]", f'access = "{access}"']
        if access == "ports":
            for key in ("connect", "listen"):
                if r.random() < 0.7:
                    lines.append(f"{key} = {sorted(some([53, 80, 443, 8000]))}")
    if r.random() < 0.2:
        lines += ["[devices]", *(f"{device} = {r.choice(['true', 'false'])}" for device in some(["gpu", "audio"]))]
    if r.random() < 0.3:
        lines.append("[protect]")
        if r.random() < 0.6:
            array("allow", some([".envrc", ".vscode", ".idea"]))
        if r.random() < 0.6:
            array("extra", some(["Makefile", "lib", "conf"]))
    return "\n".join(lines) + "\n"


def neighbour(r, text):
    """The same with a line more, less, or moved; or another file."""
    if r.random() < 0.5:
        return random_file(r)
    head, *lines = text.splitlines()
    tables = [n for n, line in enumerate(lines) if line.startswith("[")]
    flat = lines[: tables[0]] if tables else lines
    rest = lines[len(flat):]
    choice = r.random()
    if choice < 0.3 and flat:
        flat.remove(r.choice(flat))
    elif choice < 0.6:
        r.shuffle(flat)
        flat.append("# a comment")
    else:
        other = next((line for line in random_file(r).splitlines()[1:] if "=" in line and not any(line.split(" =")[0] == one.split(" =")[0] for one in flat)
                      and line.startswith(("readonly", "writable", "hidden", "tokens"))), "# nothing")  # fmt: skip
        flat.append(other)
    return "\n".join([head, *flat, *rest]) + "\n"


class Grants:
    """What a policy lets a program do, read off its listing."""

    def __init__(self, listing, places, text):
        rules, self.facets, self.exact = {}, {}, set()
        # A place outside of the project counts as hidden even where the file shows nothing around it: the developer's
        # own config may, in every sandbox.
        hidden = re.search(r"^hidden = (.*)$", text, re.M)
        self.facets |= {f"not hidden {place}": int(f'"{place}"' not in (hidden or ["", ""])[1]) for place in HOME_PLACES}
        for line in listing.splitlines():
            line, _, origin = line.partition("  # ")
            word, _, rest = line.partition(" ")
            rest = rest.strip()
            if word in REACH:
                rules[rest] = REACH[word]
            elif word == "token":
                name, weak = rest.split(" ")[0], "read-only kind" in rest
                self.facets[f"token {name}"] = 1 if weak else 2
            elif word == "pass":
                self.facets[f"pass {rest}"] = 1
            elif word == "set" and ".python-sandbox.toml" in origin:
                self.exact.add(rest)
            elif word == "network":
                self.network = rest
            elif word == "devices":
                self.facets |= {f"device {device}": 1 for device in rest.split()}
        network = getattr(self, "network", "full")
        for way, said in (("connect", r"to ([0-9, ]+)"), ("listen", r"from ([0-9, ]+)")):
            ports = {int(port) for port in re.findall(r"\d+", (re.search(said, network) or ["", ""])[1])}
            for port in (53, 80, 443, 8000, 9999):
                self.facets[f"{way} {port}"] = int(network == "full" or port in ports)
        self.facets["network"] = int(network == "full")  # UDP, other families
        self.reach = {place: self.at(rules, place) for place in places}

    @staticmethod
    def at(rules, place):
        above = [rule for rule in rules if place == rule or place.startswith(rule + "/")]
        return rules[max(above, key=len)] if above else 1

    def exceeds(self, other):
        more = [f"{place}: {other.reach[place]} -> {self.reach[place]}" for place in self.reach if self.reach[place] > other.reach[place]]
        more += [f"{facet}: {value}" for facet, value in self.facets.items() if value > other.facets.get(facet, 0)]
        return more + [f"set {one}" for one in self.exact - other.exact]


def world(h):
    h.require("psbc", "firejail", "git")
    project = h.mkdir("~/code/lab")
    for place in HOME_PLACES[:-1]:
        h.mkdir(place)
    h.symlink("other", "~/link")
    for place in PROJECT_PLACES:
        h.write(f"~/code/lab/{place}", "x\n") if place in FILES else h.write(f"~/code/lab/{place}/file", "x\n")
    h.run(["git", "init", "-q", "-b", "main"], cwd=project)
    # What no file can change by a name of its own is probed as well: below, beside and above all entries.
    places = [p for place in HOME_PLACES for p in (place, f"{place}/new", f"{place}/a/b/c")]
    places += [f"~/code/lab/{p}" for place in PROJECT_PLACES for p in ((place,) if place in FILES else (place, f"{place}/new", f"{place}/file"))]
    places += [f"~/code/lab/{p}" for p in (".envrc", ".vscode", ".idea", ".git/config", ".git/objects", ".python-sandbox.toml", "new")]
    return project, [p for p in [*places, "~", "~/code", "~/code/lab", "~/.ssh"] if not p.startswith("~/link")]


def policy(h, project, text, places):
    h.write(f"{project}/.python-sandbox.toml", text)
    r = h.psbc("build", "--print", "policy", cwd=project)
    return Grants(r.out, places, text) if r.ok else None


@test("of random pairs, psbc diff is silent when both compile to the same, exits 1 when the second grants more, and 0 when it does not")
def _(h):
    project, places = world(h)
    r = random.Random(SEED)
    compared = wider = same = 0
    while compared < CASES:
        first = random_file(r)
        second = neighbour(r, first)
        before, after = policy(h, project, first, places), policy(h, project, second, places)
        if before is None or after is None:
            continue
        compared += 1
        h.write(f"{project}/.python-sandbox.toml", first)
        h.run(["git", "add", ".python-sandbox.toml"], cwd=project)
        h.run(["git", "-c", "user.name=d", "-c", "user.email=d@e", "commit", "-qm", "one", "--allow-empty"], cwd=project)
        h.write(f"{project}/.python-sandbox.toml", second)
        said = h.psbc("diff", cwd=project)
        more, less = after.exceeds(before), before.exceeds(after)
        story = f"seed {SEED}, pair {compared}\n--- first\n{first}--- second\n{second}--- more: {more}\n--- less: {less}\n--- psbc diff: {said}"
        assert said.status == (1 if more else 0), story
        assert more or less or not said.out, story
        assert said.out or not (more or less), story
        wider += bool(more)
        same += not (more or less)
    assert wider > compared / 5 and same > compared / 20, (compared, wider, same)


main()
