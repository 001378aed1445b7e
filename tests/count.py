#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""count.py LOGS...    what `meson test` found, from its logs; the last line is `N passed, N failed`.

Every claim of a TAP program counts by itself (the JUnit file has them). A program that failed although
none of its claims did (it crashed, ran out of time, ran fewer than planned) counts as one failure more.
Skips are listed and counted apart; of what failed, what was printed is shown. Status 1 when anything failed, or nothing ran.
"""
import json
import re
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

_MOST_LINES = 80  # of one claim
_BAD = {"failure", "error"}
_GOOD = {"OK": "passed", "SKIP": "skipped", "EXPECTEDFAIL": "passed"}


def short(program):
    """meson's "psbc:integration / enter_test" is "enter_test" for people."""
    return program.split(" / ")[-1]


def programs(log):
    """{program: verdict} as meson judged each of them as a whole."""
    runs = (json.loads(line) for line in log.read_text().splitlines())
    return {short(run["name"]): _GOOD.get(run["result"], "failed") for run in runs}


def last_words(log):
    """(program, what it printed of the claims that failed, or its end) for each that failed: meson shows stderr alone."""
    for run in (json.loads(line) for line in log.read_text().splitlines()):
        if _GOOD.get(run["result"]):
            continue
        lines = run.get("stdout", "").splitlines()
        failed = [n for n, line in enumerate(lines) if line.startswith("not ok")]
        shown = []
        for start in failed:
            end = next((n for n in range(start + 1, len(lines)) if not lines[n].startswith("#")), len(lines))
            shown += lines[start : min(end, start + _MOST_LINES)]
        yield short(run["name"]), shown or lines[-_MOST_LINES:]


def claims(junit):
    """(program, claim, verdict) for each claim of a TAP program."""
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", junit.read_text(errors="replace"))  # meson writes what programs print
    for suite in ElementTree.fromstring(text.encode()).iter("testsuite"):
        for case in suite.iter("testcase"):
            kinds = {child.tag for child in case}
            verdict = "failed" if kinds & _BAD else "skipped" if "skipped" in kinds else "passed"
            if "." in case.get("classname"):  # else it is a whole program, and meson forgets its time-outs here
                why = case.findtext("system-out") if verdict == "skipped" else None
                yield short(suite.get("name")), case.get("name") + (f" [{why}]" if why else ""), verdict


def main(directories):
    totals, named = Counter(), {"skipped": [], "failed": []}

    def count(name, verdict):
        totals[verdict] += 1
        if verdict in named:
            named[verdict].append(name)

    for directory in map(Path, directories):
        if not (directory / "testlog.json").exists() or not (directory / "testlog.junit.xml").exists():
            count(f"{directory}: the tests did not run", "failed")
            continue
        whole, told = programs(directory / "testlog.json"), {}
        for program, claim, verdict in claims(directory / "testlog.junit.xml"):
            count(f"{program}: {claim}", verdict)
            told.setdefault(program, set()).add(verdict)
        for program, verdict in whole.items():
            if program not in told or (verdict == "failed" and "failed" not in told[program]):
                count(f"{program} (the program itself)", verdict)
        for program, lines in last_words(directory / "testlog.json"):
            print(f"{program}:", *("  " + line for line in lines), sep="\n")
    for verdict, names in named.items():
        if names:
            print(f"{len(names)} {verdict}:", *("  " + name for name in names), sep="\n")
    print(f"{totals['passed']} passed, {totals['failed']} failed")
    return 1 if totals["failed"] or not totals["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
