#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Golden profiles: what one policy becomes for each firejail that psbc supports, and the tables of docs/firejail.md.

    profiles.py                     compare; $EMIT_TOOL is tests/support/emit_tool.cc
    PSBC_ACCEPT=1 profiles.py       write what came out: then read the diff, it shows what changes for whom
"""
import difflib
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import tap  # noqa: E402

HOME = "/home/dev"
RULES = [
    ("closed", HOME), ("closed", "/data"), ("closed", "/media"), ("closed", "/mnt"), ("closed", "/opt"), ("closed", "/run"), ("closed", "/run/user/1000"),
    ("closed", "/srv"), ("closed", "/tmp"), ("closed", "/var"), ("writable", HOME + "/p"), ("writable", HOME + "/root"),
    ("hidden", HOME + "/p/.env"), ("hidden", HOME + "/p/conf/key"), ("read-only", HOME + "/p/.git/hooks"),
    ("read-only", HOME + "/.vimrc"), ("read-only", "/data/sets/one"), ("read-only", "/mnt/disk/two"),
    ("read-only", "/run/systemd/resolve/stub-resolv.conf"),
]  # fmt: skip
DOCS = HERE.parents[1] / "docs/firejail.md"
ACCEPT = os.environ.get("PSBC_ACCEPT", "") not in ("", "0")


def emit(*arguments, stdin=""):
    ended = subprocess.run([os.environ["EMIT_TOOL"], *arguments], input=stdin, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def rows():
    """(version, ships in, supported), and (directive, since, instead)"""
    table = [line.split("|") for line in emit("versions").splitlines()]
    return [row for row in table if row[2] in ("yes", "no")], [row for row in table if row[2] not in ("yes", "no")]


def compare(path, now):
    if ACCEPT:
        path.write_text(now)
    golden = path.read_text() if path.exists() else ""
    diff = "".join(difflib.unified_diff(golden.splitlines(True), now.splitlines(True), f"{path.name}, golden", f"{path.name}, now"))
    assert not diff, f"\n{diff}to accept: PSBC_ACCEPT=1 {HERE / 'profiles.py'}"


def profile_claim(version, variant):
    @tap.test(f"firejail {version}: the profile for {variant} is as written")
    def _():
        words = "\0".join(word for rule in RULES for word in rule) + "\0"
        compare(HERE / "profiles" / f"{version}.{variant}.profile", emit("profile", version, variant, HOME, stdin=words))


def between(text, name, lines):
    """The document with new lines between the marks of this name."""
    begin, end = f"<!-- {name}: made by tests/golden/profiles.py -->\n", f"<!-- end of {name} -->\n"
    assert begin in text and end in text, f"docs/firejail.md has no marks for {name}"
    before, rest = text.split(begin)
    return before + begin + "".join(line + "\n" for line in lines) + end + rest.split(end)[1]


@tap.test("docs/firejail.md says of versions and directives what the tables say")
def _():
    versions, directives = rows()
    supported = [version for version, _, yes in versions if yes == "yes"]
    text = between(DOCS.read_text(), "versions", ["| firejail | ships in |", "| --- | --- |", *(f"| {v} | {ships} |" for v, ships, yes in versions if yes == "yes")])

    def age(version):
        return [int(number) for number in version.split(".")]

    lacking = ["| directive | since | missing in | what stands in for it |", "| --- | --- | --- | --- |"]
    for name, since, instead in directives:
        without = ", ".join(version for version in supported if age(version) < age(since))
        lacking.append(f"| `{name}` | {since} | {without} | {instead} |")
    compare(DOCS, between(text, "directives", lacking))


@tap.test("each supported firejail has its goldens, and no other")
def _():
    wanted = {f"{version}.{variant}.profile" for version, _, yes in rows()[0] if yes == "yes" for variant in ("enter", "standalone")}
    found = {path.name for path in (HERE / "profiles").iterdir()}
    assert wanted == found, wanted ^ found


if "EMIT_TOOL" not in os.environ:
    tap.skip_all("emit_tool: $EMIT_TOOL names no such program")
for each, _, yes in rows()[0]:
    if yes == "yes":
        for each_variant in ("enter", "standalone"):
            profile_claim(each, each_variant)
tap.main()
