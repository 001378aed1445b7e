#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""docs/vectors.md is the table of all vectors, and every row of the threats has one."""
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from tap import main, test  # noqa: E402
from vectors import PAGE, ROWS, SECURITY, page, programs, rows_of, summary  # noqa: E402

PROGRAMS = {path.name: vectors for path, vectors in programs().items()}
VECTORS = [vector for vectors in PROGRAMS.values() for vector in vectors]


@test("each program of attacks says which vectors it tries, and no two have the same id")
def _():
    assert all(PROGRAMS.values()), [name for name, vectors in PROGRAMS.items() if not vectors]
    twice = [id for id, count in Counter(id for id, _, _ in VECTORS).items() if count > 1]
    assert not twice and len(VECTORS) > 90, twice


@test("docs/vectors.md has exactly these vectors, each with what came of it, and docs/security.md counts them")
def _():
    text = PAGE.read_text()
    told = rows_of(text)
    assert text == page(VECTORS, {id: results for id, (_, _, results) in told.items()}), (
        "script/security-table writes it", sorted(told.keys() ^ {id for id, _, _ in VECTORS}))  # fmt: skip
    assert summary(VECTORS, {id: results for id, (_, _, results) in told.items()}) in SECURITY.read_text()
    assert not [id for id, (_, _, results) in told.items() if results["psbc"] == "not judged"]


@test("every row of the threats has a vector")
def _():
    without = ROWS.keys() - {row for _, row, _ in VECTORS}
    assert not without, sorted(without)


main()
