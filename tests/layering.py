#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that a file under src includes only from folders below its own (DESIGN 7).

    cli -> driver -> {lint, trust, emit} -> policy -> config -> diag -> base
           driver -> {audit, trace} -> base
    cli -> runtime -> {audit, trust, trace, emit} -> base

Prints TAP; a claim that fails has one line per offending include.
"""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.join(os.path.dirname(HERE), "src")
sys.path.insert(0, os.path.join(HERE, "support"))
from tap import main, test  # noqa: E402

# What each folder may include from besides itself. `trust` compares policies; `runtime` gets the
# policy's value types through emit; whoever may use a folder may use what is below it.
ALLOWED = {
    "base": set(),
    "diag": {"base"},
    "config": {"diag", "base"},
    "policy": {"config", "diag", "base"},
    "emit": {"policy", "config", "diag", "base"},
    "lint": {"policy", "config", "diag", "base"},
    "trust": {"policy", "config", "diag", "base"},
    "trace": {"base"},
    "audit": {"base"},
    "runtime": {"audit", "trust", "trace", "emit", "policy", "diag", "base"},
    "driver": {"audit", "lint", "trust", "emit", "trace", "policy", "config", "diag", "base"},
    "cli": {"driver", "runtime", "audit", "lint", "trust", "emit", "trace", "policy", "config", "diag", "base"},
}

# Headers that are slow to compile or throw: one border each.
ONLY_IN = [
    (re.compile(r"^toml\+\+/|^toml\.hpp$"), "toml++", {"config/load.cc"}),
    (re.compile(r"^CLI/|^CLI11"), "CLI11", {"cli/app.cc"}),
    (re.compile(r"^sodium"), "libsodium", {"base/digest.cc"}),
    (re.compile(r"^(iostream|regex|filesystem)$"), "a header that costs start-up time", set()),
]

# Made at build time, found through the include path.
GENERATED = {"schema_tables.h"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SUFFIXES = (".cc", ".h", ".def", ".inc")


def complaints_about(path, line, system, target):
    """Why the file src/PATH must not include TARGET; `line` is where it does."""
    folder = path.split("/")[0] if "/" in path else ""
    where = f"src/{path}:{line}"
    for pattern, name, homes in ONLY_IN:
        if pattern.search(target) and path not in homes:
            only = "only " + ", ".join("src/" + home for home in sorted(homes)) + " may" if homes else "no file may"
            yield f"{where}: includes <{target}>: {only} use {name}"
    if system:
        return
    other = target.split("/")[0] if "/" in target else ""
    if other not in ALLOWED:
        if other == "" and target not in GENERATED:
            yield f'{where}: includes "{target}": write it from src ("{folder}/{target}")'
        return  # generated, or another project's
    if folder == "" or other == folder:  # main.cc wires the program together
        return
    if folder not in ALLOWED:
        yield f"{where}: folder src/{folder} has no row in tests/layering.py"
    elif other not in ALLOWED[folder]:
        may = ", ".join(sorted(ALLOWED[folder])) or "nothing"
        yield f'{where}: {folder} includes "{target}", but {folder} may only use {may}'


def check(src):
    found = []
    for directory, folders, files in sorted(os.walk(src)):
        folders.sort()
        for name in sorted(files):
            if not name.endswith(SUFFIXES):
                continue
            full = os.path.join(directory, name)
            path = os.path.relpath(full, src)
            with open(full, encoding="utf-8", errors="replace") as file:
                for number, text in enumerate(file, 1):
                    match = INCLUDE.match(text)
                    if match:
                        found += complaints_about(path, number, match.group(1) == "<", match.group(2))
    return found


@test("the table of allowed includes has no cycle, and whoever may use a folder may use what is below it")
def _():
    for folder, below in ALLOWED.items():
        for other in below:
            assert folder not in ALLOWED[other], f"{folder} and {other} may use each other"
            # runtime sees policies through emit, and has no business with configuration
            assert ALLOWED[other] <= below | {"config"}, f"{folder} may use {other}, but not all that is below it"


@test("an include from a folder above, or of a library behind its border, is found")
def _():
    for path, system, target in [
        ("base/a.cc", False, "diag/source.h"),
        ("policy/a.h", False, "emit/firejail.h"),
        ("trace/a.cc", False, "diag/source.h"),
        ("runtime/a.cc", False, "driver/compile.h"),
        ("config/decode.cc", True, "toml++/toml.h"),
        ("driver/a.cc", True, "CLI/CLI.hpp"),
        ("base/a.cc", True, "regex"),
        ("diag/render.cc", False, "snippet.h"),
        ("new/a.cc", False, "base/fs.h"),
    ]:
        assert list(complaints_about(path, 1, system, target)), (path, target)


@test("an include from a folder below is fine")
def _():
    for path, system, target in [
        ("policy/passes/a.cc", False, "policy/policy.h"),
        ("trust/a.cc", False, "policy/policy.h"),
        ("cli/a.cc", False, "runtime/enter.h"),
        ("config/load.cc", True, "toml++/toml.h"),
        ("cli/app.cc", True, "CLI/CLI.hpp"),
        ("base/a.cc", True, "string"),
        ("main.cc", False, "cli/app.h"),
        ("config/decode.cc", False, "schema_tables.h"),
    ]:
        assert not list(complaints_about(path, 1, system, target)), (path, target)


@test("every file under src includes only from folders below its own")
def _():
    found = check(SRC)
    assert not found, "\n" + "\n".join(found)


if __name__ == "__main__":
    main()
