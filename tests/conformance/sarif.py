# SPDX-License-Identifier: MIT
"""The SARIF of psbc lint beside the schema of OASIS: what each of many files gives, and what GitHub wants beyond the schema."""
import json
import os
import subprocess
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent


def logs():
    """(what, log): of the golden files, and of the whole corpus as one run."""
    psbc = [os.environ["PSBC"], "lint", "--format", "sarif", "--persona", "auditor", "--exit-zero"]
    environment = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"}
    for path in sorted((TESTS / "golden/reports").glob("in.*")):
        more = ["--profile"] if path.suffix == ".profile" else []
        # The name is the repository's: a URI has to be made of it.
        for name in ("a/.python-sandbox.toml", "ü b/%41#?[x]\\:\x1b/.python-sandbox.toml", "/srv/a b/.python-sandbox.toml"):
            command = [*psbc, *more, "--stdin-filename", name, "-"]
            yield f"{path.name} as {name!r}", json.loads(subprocess.run(command, input=path.read_bytes(), stdout=subprocess.PIPE, check=True, cwd="/", env=environment).stdout)
    for number, record in enumerate(("\n" + (TESTS / "corpus/configs.txt").read_text()).split("\n===")[1::10]):
        text = record.split("\n", 1)[1].encode()
        yield f"corpus {number}", json.loads(subprocess.run([*psbc, "-"], input=text, stdout=subprocess.PIPE, check=True, cwd="/", env=environment).stdout)


def verdicts(node, given):
    ended = subprocess.run(["node", "sarif.mjs"], cwd=node, input=json.dumps(given), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(ended.stdout)


def broken(log):
    """The same log with one thing that the schema forbids: it must be able to say no."""
    for place, key, value in (
        ((), "version", "2.0.0"),
        (("runs", 0, "results", 0), "level", "fatal"),
        (("runs", 0, "results", 0, "locations", 0, "physicalLocation", "artifactLocation"), "uri", "a b"),
        (("runs", 0, "results", 0, "locations", 0, "physicalLocation", "region"), "startLine", 0),
        (("runs", 0, "tool", "driver", "rules", 0), "helpUri", "no uri"),
        (("runs", 0, "results", 0), "invented", 1),
    ):
        copy = json.loads(json.dumps(log))
        at = copy
        for step in place:
            at = at[step]
        at[key] = value
        yield f"{'/'.join(map(str, place))}/{key}", copy


def check(tap, node):
    every = list(logs())
    faults = [f"{what}: {each}" for (what, _), verdict in zip(every, verdicts(node, [log for _, log in every])) for each in verdict[:3]]
    results = [result for _, log in every for result in log["runs"][0]["results"]]
    tap.ok(not faults, f"SARIF: {len(every)} reports with {len(results)} results are valid by the schema of OASIS", *faults[:20])
    parts = {part for result in results for part in result}
    tap.ok({"fixes", "suppressions", "partialFingerprints"} <= parts, "SARIF: with fixes, suppressions and fingerprints", sorted(parts))
    rows = list(broken(next(log for _, log in every if log["runs"][0]["results"])))
    silent = [what for (what, _), verdict in zip(rows, verdicts(node, [log for _, log in rows])) if not verdict]
    tap.ok(not silent, "SARIF: what the schema forbids is noticed", *silent)
