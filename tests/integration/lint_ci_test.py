#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""psbc lint in CI: the script of the GitHub action, with inputs that want to be commands, and the lines of the GitLab job."""
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from host import CHECKOUT  # noqa: E402
from tap import main, test  # noqa: E402

SCRIPT, ACTION, JOB = ((CHECKOUT / name).read_text() for name in ("script/action", "action.yml", "ci/psbc-lint.gitlab-ci.yml"))
CONFIG = ".python-sandbox.toml"
HOSTILE = ("$(touch PWNED)", "`touch PWNED`", "; touch PWNED", "a' 'b\"", "--output=PWNED", "-rf", "${{ github.token }}", "*", "\x1b]0;x\x07")


def action(h, **inputs):
    h.write("~/action/script/action", SCRIPT, 0o755)
    return h.run([h.path("~/action/script/action")], cwd="~/code/lab", env={f"PSBC_{name.upper()}": value for name, value in inputs.items()})


def prepare(h, text='name = "lab"\nreadonly = ["~/.ssh"]\n'):
    h.require("psbc")
    h.write(f"~/code/lab/{CONFIG}", text)


@test("the action annotates what it finds, fails as it is told, and writes the report for code scanning in any case")
def _(h):
    prepare(h)
    r = action(h, paths=".", sarif="out.sarif")
    assert r.status == 1 and re.search(r"^::error file=\.python-sandbox\.toml,line=2,", r.out, re.M), r
    assert [one["ruleId"] for one in json.loads(h.read("~/code/lab/out.sarif"))["runs"][0]["results"]] == ["PSB203"]
    assert action(h, paths=".", fail_on="never").status == 0 and action(h, paths="nowhere").status == 3 and action(h, baseline="none").status == 2
    h.write(f"~/code/lab/{CONFIG}", 'name = "lab"\n')
    assert action(h).status == 0
    # Every input of the file goes by the environment, and no text of it is in a command.
    assert ACTION.count("${{") == 5 and "${{" not in ACTION.split("run:")[1]
    assert set(re.findall(r"PSBC_[A-Z_]+", ACTION)) == set(re.findall(r"PSBC_[A-Z_]+", SCRIPT))


@test("no input becomes a command, an option or a file")
def _(h):
    prepare(h)
    assert h.run(["bash", "-c", f"eval : {HOSTILE[0]}"], cwd="~/code/lab").ok and h.exists("~/code/lab/PWNED")  # the attack is one
    h.run(["rm", "PWNED"], cwd="~/code/lab")
    before = h.tree("~/code/lab")
    for text in HOSTILE:
        for name in ("paths", "fail_on", "persona", "baseline"):
            r = action(h, **{name: text})
            assert r.status in (2, 3), (name, text, r)
            assert "\x1b]" not in r.out + r.err, (name, text, r)
        assert h.tree("~/code/lab") == before, text
    for text in HOSTILE[:3]:
        assert action(h, sarif=text, fail_on="never").status == 0 and h.exists(f"~/code/lab/{text}"), text  # a name is a name
        h.run(["rm", "--", text], cwd="~/code/lab")
    assert h.tree("~/code/lab") == before


@test("the lines of the GitLab job write Code Quality's report, and fail")
def _(h):
    prepare(h)
    lines = re.findall(r"^    - (psbc .*)$", JOB, re.M)
    assert len(lines) == 2
    assert [h.run(["sh", "-c", line], cwd="~/code/lab").status for line in lines] == [0, 1]
    (found,) = json.loads(h.read("~/code/lab/gl-code-quality-report.json"))
    assert found["severity"] == "critical" and found["location"] == {"path": CONFIG, "lines": {"begin": 2}}, found


main()
