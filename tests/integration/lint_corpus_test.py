#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What psbc lint finds in 500 files, beside what was written down as right (tests/corpus/configs.txt). Run it alone for the table of precision and recall."""
import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from host import CHECKOUT  # noqa: E402
from tap import main, test  # noqa: E402

# These look at what lies around the file, and the rows are about the text.
OF_REPOSITORY = {"PSB302", "PSB303", "PSB307", "PSB308", "PSB309", "PSB410", "PSB502", "PSB503", "PSB507", "PSB508", "PSB511", "PSB513", "PSB601", "PSB602", "PSB603", "PSB605"}
CORPUS = (CHECKOUT / "tests/corpus/configs.txt").read_text()


def files():
    """(the rules that are right, text) of each."""
    for record in ("\n" + CORPUS).split("\n===")[1:]:
        head, text = record.split("\n", 1)
        yield set(head.split()), text + "\n"


@test("500 files: each rule finds what it is about, and nothing else; no error is said of what is good")
def _(h):
    h.require("psbc")
    hit, wrong, missed, differing = Counter(), Counter(), Counter(), []
    corpus = list(files())
    for number, (_, text) in enumerate(corpus, 1):
        h.write(f"~/{number}/.python-sandbox.toml", text)
    r = h.run(["psbc", "lint", "--no-host", "--format", "json", "--exit-zero", "."], cwd="~")
    assert r.ok, r
    by_file = {}
    for one in json.loads(r.out)["findings"]:
        if one["suppressed"] is None and one["rule"] not in OF_REPOSITORY:
            by_file.setdefault(int(one["file"].split("/")[0]), []).append(one)
    for number, (right, text) in enumerate(corpus, 1):
        findings = by_file.get(number, [])
        said = {one["rule"] for one in findings}
        if not right:
            assert not any(one["severity"] == "error" for one in findings), (text, findings)
        hit.update(said & right)
        wrong.update(said - right)
        missed.update(right - said)
        if said != right:
            differing.append(f"{number}: right {sorted(right)}, said {sorted(said)}: {text!r:.200}")
    print(f"# {len(corpus)} files, {sum(not right for right, _ in corpus)} of them good; rule, files, precision, recall")
    for rule in sorted(hit | wrong | missed):
        total = hit[rule] + missed[rule]
        print(f"#   {rule}  {total:3}  {hit[rule] / max(1, hit[rule] + wrong[rule]):.2f}  {hit[rule] / max(1, total):.2f}")
    assert len(corpus) == 500 and sum(not right for right, _ in corpus) == 250
    assert not differing, "\n".join(differing)


main()
