#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""psbc lint of 10,000 files beside tombi, a native linter of TOML, with the same files and the same schema, in one run.

    bench/lint.py [--rounds N] [BUILD_DIR]        BUILD_DIR: a release build, default build

tombi is $TOMBI, or in PATH, or comes from the npm registry into BUILD_DIR. Exit status 1 when a bar is missed. Never part of a
test run: a clock must not fail a test.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bars import Bars

TOP = Path(__file__).resolve().parents[1]
TOMBI = "1.2.1"


def find_tombi(build):
    if found := os.environ.get("TOMBI") or shutil.which("tombi"):
        return found
    target = build / f"tombi-{TOMBI}"
    if not (target / "package/tombi").exists():
        target.mkdir(exist_ok=True)
        packed = subprocess.run(["npm", "pack", "-s", f"@tombi-toml/cli-linux-x64@{TOMBI}"], cwd=target, capture_output=True, text=True, check=False)
        if packed.returncode:
            sys.exit(f"there is no tombi: {packed.stderr.strip()[-200:]}")
        subprocess.run(["tar", "xzf", packed.stdout.strip()], cwd=target, check=True)
    return str(target / "package/tombi")


def write_files(directory, count):
    texts = [record.split("\n", 1)[1] + "\n" for record in ("\n" + (TOP / "tests/corpus/configs.txt").read_text()).split("\n===")[1:]]
    for number in range(count):
        project = directory / f"team{number // 100}" / f"project{number}"
        project.mkdir(parents=True)
        (project / ".python-sandbox.toml").write_text(texts[number % len(texts)])
    (directory / "tombi.toml").write_text(
        f'[files]\ninclude = ["**/.python-sandbox.toml"]\n[[schemas]]\npath = "{TOP}/schema/python-sandbox.schema.json"\ninclude = ["**/.python-sandbox.toml"]\n'
    )


def times(rounds, *commands):
    """Milliseconds of each (argv, directory): the median of rounds in which they take turns."""
    taken = [[] for _ in commands]
    for _ in range(rounds):
        for mine, (argv, directory) in zip(taken, commands):
            begin = time.perf_counter()
            ended = subprocess.run(argv, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            mine.append(time.perf_counter() - begin)
            assert ended.returncode == 1, (argv, ended.returncode)  # there are findings
    return [sorted(each)[len(each) // 2] * 1000 for each in taken]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("build", nargs="?", default=str(TOP / "build"))
    args = parser.parse_args()
    build = Path(args.build).resolve()
    bars = Bars()
    psbc = [str(build / "src/cli/psbc"), "lint", "--no-host", "."]
    with tempfile.TemporaryDirectory() as top:
        many, few = Path(top) / "many", Path(top) / "few"
        write_files(many, 10_000)
        write_files(few, 100)
        mine, other = times(args.rounds, (psbc, many), ([find_tombi(build), "lint", "--offline", "--no-cache", "."], many))
        bars.ratio("psbc lint, 10,000 files, against tombi with the same schema", mine, other, 0.5, 0.1)
        small, large, one = times(args.rounds, (psbc, few), (psbc, many), (["taskset", "-c", "0", *psbc], many))
        bars.ratio("psbc lint, 10,000 files, against a hundred times 100 files", large, 100 * small, 1.2, 1.0)
        cores = len(os.sched_getaffinity(0))
        bars.ratio(f"psbc lint, 10,000 files, {cores} processors against one", large, one, 1.4 / cores, 1.1 / cores)
    sys.exit(1 if bars.missed else 0)


main()
