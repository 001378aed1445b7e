#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Golden reports of psbc lint: a representative set of files (tests/golden/reports/in.*) in each format.

    reports.py                     compare; $PSBC is the program
    PSBC_ACCEPT=1 reports.py       write what came out: then read the diff
"""
import difflib
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import tap  # noqa: E402

REPORTS = HERE / "reports"
ACCEPT = os.environ.get("PSBC_ACCEPT", "") not in ("", "0")
ENDINGS = {"text": "txt", "concise": "txt", "json": "json", "sarif": "json", "github": "txt", "gitlab": "json", "junit": "xml", "checkstyle": "xml"}


def report(form):
    texts = []
    for path in sorted(REPORTS.glob("in.*")):
        what = ["--profile"] if path.suffix == ".profile" else []
        # By stdin: what lies around the checkout must not matter. The name is for the report alone.
        ended = subprocess.run(
            [os.environ["PSBC"], "lint", *what, "--persona", "auditor", "--exit-zero", "--format", form, "-"],
            input=path.read_bytes(), capture_output=True, check=False, cwd="/", env={"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        texts.append(f"# {path.name}\n" + ended.stdout.decode())
    version = subprocess.run([os.environ["PSBC"], "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    text = "".join(texts).replace(f'"{version}"', '"VERSION"')
    if form == "sarif":  # the table of rules is in each of them; lint_rules_test.py compares it with the pages
        text = re.sub(r'\{"id":"PSB.*?"security-severity":"[0-9.]+"\}\}(,\n|(?=\]))', "", text)
    return text


def claim(form):
    @tap.test(f"{form}: the reports of the representative files are as written")
    def _():
        path = REPORTS / f"{form}.{ENDINGS[form]}"
        now = report(form)
        if ACCEPT:
            path.write_text(now)
        golden = path.read_text() if path.exists() else ""
        diff = "".join(difflib.unified_diff(golden.splitlines(True), now.splitlines(True), f"{path.name}, golden", f"{path.name}, now"))
        assert golden and not diff, f"\n{diff}to accept: PSBC_ACCEPT=1 {HERE / 'reports.py'}"


for form in ENDINGS:
    claim(form)
tap.main()
