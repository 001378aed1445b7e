#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Every rule of psbc lint: its page, its row of the table and what it does are one thing. Each page's bad example fires, its good one does not."""
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from host import CHECKOUT  # noqa: E402
from tap import main, test  # noqa: E402

PAGES = {path.stem: path.read_text() for path in sorted((CHECKOUT / "docs/rules").glob("PSB*.md"))}
INDEX = (CHECKOUT / "docs/rules/README.md").read_text()
CONFIG = ".python-sandbox.toml"


def example(page, kind):
    """(set-up, file) of a page."""
    found = {language: text for language, text in re.findall(rf"^```(sh|toml|profile) {kind}\n(.*?)^```$", page, re.M | re.S)}
    return found.get("sh", ""), found.get("toml", found.get("profile"))


def lint(h, project, *words, stdin=""):
    r = h.run(["psbc", "lint", "--format", "json", "--persona", "auditor", "--exit-zero", *words], cwd=project, stdin=stdin)
    assert r.ok, r
    return json.loads(r.out)["findings"]


def play_profile(h, id, kind):
    setup, text = example(PAGES[id], kind)
    h.write("~/code/lab.profile", text)
    assert not setup or h.run(["sh", "-ec", setup], cwd="~/code").ok
    return lint(h, "~/code", "--profile", "lab.profile")


def play(h, id, kind, scope):
    if id.startswith("PSB9"):
        return play_profile(h, id, kind)
    setup, text = example(PAGES[id], kind)
    h.run(["sh", "-c", "rm -rf ~/code ~/datasets ~/data ~/notes.txt ~/.config ~/.local"])
    project = h.mkdir("~/code/lab")
    h.write(f"{project}/{CONFIG}", text)
    if setup:
        r = h.run(["sh", "-ec", setup], cwd=project)
        assert r.ok, (id, kind, r)
    found = lint(h, project, "--host")
    if scope == "text":  # says the same wherever it is
        alone = lint(h, project, "-", stdin=text)
        if (id in {one["rule"] for one in alone}) != (kind == "bad"):
            found.append({"rule": id, "severity": "error", "message": "text alone", "fix": None} if kind == "good" else {"rule": "", "severity": "", "fix": None, "wrong": "not by its text alone"})
    elif scope == "repo":
        if (id in {one["rule"] for one in lint(h, project, "--no-host")}) != (kind == "bad"):
            found.append({"rule": "", "severity": "error", "message": "--no-host", "fix": None, "wrong": "not with --no-host"})
    return found


def rows(h):
    return {row["id"]: row for row in json.loads(h.psbc("rule", "--all", "--format", "json").out)}


@test("each rule has a page, and page, index and table say the same of it")
def _(h):
    h.require("psbc")
    table = rows(h)
    assert set(PAGES) == set(table), set(PAGES) ^ set(table)
    for id, row in table.items():
        head = f"# {id} {row['name']}\n\n{row['summary'][0].upper()}{row['summary'][1:]}.\n"
        assert PAGES[id].startswith(head), id
        assert f"| {row['severity']} | {row['scope']} | {row['persona']} | {row['fix']} |" in PAGES[id], id
        assert f"| [{id}]({id}.md) {row['name']} | {row['severity']} | {row['scope']} | {row['persona']} | {row['fix']} | {row['summary']} |" in INDEX, id


@test("each page says why, what is bad and what is good, and when to allow it")
def _():
    no_file_is_known = {"PSB610"}  # a defect of psbc
    told = {"PSB514", "PSB801", "PSB802", "PSB803", "PSB804", "PSB808"}  # what the machine is, which no example can make
    for id, page in PAGES.items():
        body = page.split("|\n\n")[-1]
        assert len(body.split("\n\n")[0]) > 30 and not body.startswith("Bad"), id
        assert re.search(r"^When to allow it: \S.*\.$", page.splitlines()[-1]), id
        if id not in no_file_is_known:
            assert re.search("^Bad:", page, re.M) and re.search("^Good:", page, re.M), id
        executed = re.search(r"^```(toml|profile) bad$", page, re.M) and re.search(r"^```(toml|profile) good$", page, re.M) or page.count("```console") == 2
        assert executed or id in no_file_is_known | told, id


@test("each bad example fires its rule, each good one does not and has no error; fixes mend, and once is enough")
def _(h):
    h.require("psbc", "firejail", "git")
    wrong, examples, fixed = [], 0, set()
    for id, row in rows(h).items():
        if example(PAGES[id], "bad")[1] is None:
            continue
        examples += 1
        found = play(h, id, "bad", row["scope"])
        wrong += [f"{id}: {one['wrong']}" for one in found if "wrong" in one]
        found = [one for one in found if one["rule"] == id]
        if not found:
            wrong.append(f"{id}: the bad example does not fire")
            continue
        if found[0]["severity"] != row["severity"] and id not in MILDER:
            wrong.append(f"{id}: {found[0]['severity']}, and the table says {row['severity']}")
        kinds = {one["fix"]["kind"] for one in found if one["fix"]}
        if (kinds or {"none"}) != {row["fix"]}:
            wrong.append(f"{id}: fixes {kinds}, and the table says {row['fix']}")
        what, where = (("--profile", "lab.profile"), "~/code") if id.startswith("PSB9") else (("--host",), "~/code/lab")
        if kinds:
            fixed.add(id)
            for _ in range(2):
                h.run(["psbc", "lint", *what, "--persona", "auditor", "--unsafe-fixes", "--exit-zero"], cwd=where)
                if any(one["rule"] == id for one in lint(h, where, *what)):
                    wrong.append(f"{id}: not mended")
            if h.run(["psbc", "lint", *what, "--persona", "auditor", "--unsafe-fixes", "--diff"], cwd=where).status != 0:
                wrong.append(f"{id}: mending it again changes something")
        good = play(h, id, "good", row["scope"])
        if any(one["rule"] == id or one["severity"] == "error" for one in good):
            wrong.append(f"{id}: the good example has {[(one['rule'], one['message']) for one in good]}")
    assert not wrong, "\n".join(wrong)
    assert examples > 95 and len(fixed) >= 10, (examples, fixed)


# Of these the build's own judgement of the case is milder than the rule's.
MILDER = set()


main()
