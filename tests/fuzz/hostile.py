#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""5,000 mutated files through psbc lint: hostile.py PROGRAM (tests/fuzz/hostile.cc, which CI builds with sanitizers as well).

None may end it or take long, and each report must be what its format says: read back by another parser, it holds one entry for
each finding, and no byte that a terminal, a browser or a log viewer obeys. What is the same in each run: the seed is fixed.
"""
import json
import random
import re
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as xml
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "support"))
import tap  # noqa: E402

PROGRAM = sys.argv.pop(1)
COUNT, BATCH, MENDED = 5000, 250, 4  # as in hostile.cc
# What a repository would put into a report: of terminals, workflow commands, XML, JSON, and text that reads otherwise than it is.
NASTY = [
    b"\x1b]0;owned\x07", b"\x1b[2J", b"\x9b31m", b"\r", b"\n", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", "\u202e".encode(),
    "\u2028".encode(), "\u200b".encode(), "\U000e0041".encode(), b"\n::error file=a::forged\n", b"::stop-commands::x", b"%0A::warning::x", b"]]>", b'"/><error line="1"/>',
    b"</failure>", b"<!DOCTYPE a [<!ENTITY b SYSTEM '/etc/passwd'>]>&b;", b'"},{"rule":"PSB000"', b"\\u001b[1m", b'"""', b"'''", b"\\", b"[[", b"]]", b"{", b"=", b"#",
    b"# psbc: ignore[PSB203] \x1b]0;x\x07\n", b"# psbc: file-ignore[PSB203, PSB201] why\n", b"\n[lint.ignore]\nPSB203 = \"<b>\\u001b\"\n", b"~/.ssh", b"../..", b"/*/*/**", b"${HOME}",
]  # fmt: skip


def seeds():
    for record in ("\n" + (TESTS / "corpus/configs.txt").read_text()).split("\n===")[1:]:
        yield "config", record.split("\n", 1)[1].encode() + b"\n"
    for path in sorted((TESTS / "golden/reports").glob("in.*")):
        for _ in range(25):
            yield path.suffix[1:], path.read_bytes()


def mutated(rng, data, other):
    for _ in range(rng.choice([1, 1, 2, 3, 6])):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice([0, 1, 2, 5, 40]))
        lines, theirs = data.split(b"\n"), other.split(b"\n")
        line = rng.randrange(len(lines))
        kind = rng.randrange(12)
        if kind == 0:
            data = data[:at] + bytes(rng.randrange(256) for _ in range(end - at + 1)) + data[end:]
        elif kind == 1:
            data = data[:at] + data[end:]
        elif kind == 2:
            data = data[:at] + data[at:end] * rng.choice([2, 3, 50]) + data[end:]
        elif kind == 3:
            data = data[:at] + rng.choice([b"[", b"{a=", b'"', b" ", b"a.", b"../", b"*/", b"#", b"\xc3"]) * rng.choice([10, 300, 5000]) + data[at:]
        elif kind == 4:
            data = data[:at] + other[rng.randrange(len(other) + 1) :]
        elif kind == 5:
            data = data[:at] + rng.choice(NASTY) + data[end:]
        elif kind == 6:  # these four leave most texts readable
            data = b"\n".join(lines[:line] + lines[line + 1 :])
        elif kind == 7:
            data = b"\n".join(lines[:line] + [rng.choice(theirs)] + lines[line:])
        elif kind == 8:
            data = b"\n".join(lines[:line] + [lines[line] + b" # " + rng.choice(NASTY).strip()] + lines[line + 1 :])
        else:
            strings = data.split(b'"')
            inside = rng.randrange(len(strings))
            strings[inside] += rng.choice(NASTY) if inside % 2 else b""
            data = b'"'.join(strings)
    return data


def inputs():
    rng = random.Random(7)
    every = list(seeds())
    for _ in range(COUNT):
        kind, data = rng.choice(every)
        yield kind, mutated(rng, data, rng.choice(every)[1])


def frames(out):
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        kind, count, size = out[at:end].decode().split()
        at = end + 1 + int(size)
        yield kind, int(count), out[end + 1 : at]


def toml(data):
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError):
        return None


OBEYED = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]")
LINES = {
    "concise": r".+:\d+:\d+: (error|warning|info)\[PSB\d{3}\] .*",
    "github": r"::(error|warning|notice) file=[^:,]*,line=\d+,endLine=\d+(,col=\d+,endColumn=\d+)?,title=PSB\d{3} [a-z-]+::.*",
}
HEADLINE = re.compile(r"(error|warning|info)\[PSB\d{3}\] [a-z-]+: .*")


def entries(form, text):
    """How many findings a reader of the format takes from the report."""
    if form in ("json", "gitlab"):
        whole = json.loads(text)
        return len(whole["findings"] if form == "json" else whole)
    if form == "sarif":
        return len(json.loads(text)["runs"][0]["results"])
    if form in ("junit", "checkstyle"):
        return len(list(xml.fromstring(text.encode()).iter("failure" if form == "junit" else "error")))
    lines = text.removesuffix("\n").split("\n") if text else []
    if form == "text":
        return sum(bool(HEADLINE.fullmatch(line)) for line in lines)
    assert all(re.fullmatch(LINES[form], line) for line in lines), [line for line in lines if not re.fullmatch(LINES[form], line)][:3]
    return len(lines)


with tempfile.TemporaryFile() as given:
    before = list(inputs())
    for kind, data in before:
        given.write(b"%s %d\n" % (kind.encode(), len(data)) + data)
    given.seek(0)
    ENDED = subprocess.run([PROGRAM], stdin=given, capture_output=True, check=False)
FRAMES = list(frames(ENDED.stdout)) if ENDED.returncode == 0 else []


@tap.test(f"{COUNT} mutated files: none ends psbc lint, and none takes it long")
def _():
    said = ENDED.stderr.decode(errors="replace")
    last = int(re.findall(r"^# (\d+)$", said, re.M)[-1])
    assert ENDED.returncode == 0, (ENDED.returncode, before[last - 1], said[-3000:])
    assert sum(kind == "json" for kind, *_ in FRAMES) == COUNT / BATCH + 1


@tap.test("--unsafe-fixes leaves what can be read readable, repairs nothing by chance, and once is enough")
def _():
    after = [(kind, data) for kind, _, data in FRAMES if kind.startswith("mended")]
    changed = readable = 0
    for (kind, old), (frame, new) in zip(before[MENDED - 1 :: MENDED], after, strict=True):
        assert frame == "mended", old
        changed += old != new
        if kind == "config":
            readable += toml(old) is not None
            assert (toml(old) is None) == (toml(new) is None), (old, new)
    print(f"# {readable} of {len(after)} are TOML, {changed} were mended")
    assert readable > 300 and changed > 100


def claim(form):
    @tap.test(f"{form}: each report is one, with one entry for each finding, and nothing in it that a terminal obeys")
    def _():
        reports = [(count, data.decode()) for kind, count, data in FRAMES if kind == form]
        assert len(reports) == COUNT / BATCH + 1 and sum(count for count, _ in reports) > COUNT
        for count, text in reports:
            assert not OBEYED.search(text), (OBEYED.search(text), text[max(0, OBEYED.search(text).start() - 200) :][:400])
            assert entries(form, text) == count, (count, entries(form, text))


for each in ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "checkstyle"):
    claim(each)
tap.main()
