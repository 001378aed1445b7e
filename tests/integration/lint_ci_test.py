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

SCRIPT, ACTION, JOB, RUN_JOB = ((CHECKOUT / name).read_text() for name in ("script/action", "action.yml", "ci/psbc-lint.gitlab-ci.yml", "ci/psbc-run.gitlab-ci.yml"))
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
    assert ACTION.count("${{") == 9 and "${{" not in ACTION.rsplit("run:", 1)[1]
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


BASE = 'name = "lab"\nreadonly = ["~/given"]\nhidden = [".env"]\n'
WIDE = 'name = "lab"\nreadonly = ["~/given", "~/secret"]\n[env]\npass = ["CANARY"]\n'
STEAL = "cat ~/secret/b .env sub/../../../secret/b 2>/dev/null || true; cat ~/given/a; env"


def pull_request(h):
    """A checkout of a pull request, as CI has it: shallow, of an origin that has base and branch."""
    h.require("psbc", "firejail", "git")
    for name in ("given/a", "secret/b"):
        h.write(f"~/{name}", h.decoys.new(name))
    h.write(f"~/origin/{CONFIG}", BASE)
    h.write("~/origin/code.py", "print('tested')\n")
    git = lambda *words, cwd="~/origin": h.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", "-c", "protocol.file.allow=always", *words], cwd=cwd)
    for words in (["init", "-q", "-b", "main"], ["config", "uploadpack.allowAnySHA1InWant", "true"], ["add", "-A"], ["commit", "-qm", "base"]):
        assert git(*words).ok
    return git, git("rev-parse", "HEAD").out.strip()


@test("the action runs lines in the sandbox that the base of a pull request grants, from a shallow checkout; their status is its own")
def _(h):
    git, base = pull_request(h)
    assert git("checkout", "-qb", "pull").ok
    h.write("~/origin/more.py", "")
    assert git("add", "-A").ok and git("commit", "-qm", "pull").ok
    assert git("clone", "-q", "--depth=1", "-b", "pull", "file://" + h.path("~/origin"), h.path("~/code/lab"), cwd="~").ok
    r = action(h, run="python3 code.py\ntest -e more.py\nexit 7", base=base)
    assert r.status == 7 and r.out.splitlines()[-1] == "tested", r
    for wrong in ("", "main", "HEAD", base[:12], "$(touch PWNED)" + base, base + "\n" + base, "--yes", "0" * 40):
        r = action(h, run="touch ran", base=wrong)
        assert r.status != 0 and not h.exists("~/code/lab/ran") and not h.exists("~/code/lab/PWNED"), (wrong, r)


@test("a pull request that widens its file gains nothing, by whatever it brings: the file, a nested one, a link, a submodule, a variable, a branch of the base's name")
def _(h):
    git, base = pull_request(h)
    canary = h.decoys.new("variable")
    wide = lambda: h.write(f"~/origin/{CONFIG}", WIDE)
    attacks = {
        "the file": wide,
        "a nested file": lambda: h.write(f"~/origin/sub/{CONFIG}", WIDE),
        "a link": lambda: (h.write("~/origin/wide.toml", WIDE), h.run(["ln", "-sf", "wide.toml", h.path(f"~/origin/{CONFIG}")])),
        "a link to what is granted": lambda: (wide(), h.run(["ln", "-sfn", h.path("~/secret"), h.path("~/origin/given")])),
        "a submodule": lambda: (wide(), git("submodule", "--quiet", "add", "file://" + h.path("~/other"), "sub")),
        "a file of git": lambda: (wide(), h.write("~/origin/.gitattributes", "* filter=evil\n"), h.write("~/origin/.envrc", f"export CANARY={canary}\n")),
        "a branch of the base's name": lambda: (wide(), git("commit", "-qam", "w"), git("branch", base), git("tag", base[:20])),
        "no file": lambda: git("rm", "-q", CONFIG),
    }
    h.write(f"~/other/{CONFIG}", WIDE)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        assert git(*words, cwd="~/other").ok
    for name, attack in attacks.items():
        assert git("checkout", "-qfB", "pull", base).ok and git("clean", "-qffdx").ok
        attack()
        git("add", "-A")
        git("commit", "-qm", name)
        h.run(["rm", "-rf", h.path("~/code/lab")])
        assert git("clone", "-q", "--depth=1", "--recurse-submodules", "-b", "pull", "file://" + h.path("~/origin"), h.path("~/code/lab"), cwd="~").ok, name
        h.write("~/code/lab/.env", h.decoys.new("hidden"))
        outside = h.run(["sh", "-c", STEAL], cwd="~/code/lab", env={"CANARY": canary})
        assert h.decoys.found_in(outside.out) == ["given/a", "hidden", "secret/b", "variable"], (name, outside)
        h.psbc("trust", "--revoke", cwd="~/code/lab")
        h.write("~/action/script/action", SCRIPT, 0o755)
        for where in (".", "sub"):
            r = h.run([h.path("~/action/script/action")], cwd="~/code/lab", env={"PSBC_RUN": STEAL, "PSBC_BASE": base, "PSBC_DIRECTORY": where, "CANARY": canary})
            gained = set(h.decoys.found_in(r.out + r.err)) - {"given/a"}
            assert not gained, (name, where, gained, r)
            if where == "." and name not in ("a link", "no file"):
                assert "given/a" in h.decoys.found_in(r.out), (name, r)
            if where == "." and name == "the file":
                assert "would besides, and does not" in r.out and "  + read ~/secret" in r.out and "  - hidden .env" in r.out, r


@test("the lines of the GitLab job for tests do the same, and without a merge request what was pushed counts")
def _(h):
    git, base = pull_request(h)
    assert git("clone", "-q", "file://" + h.path("~/origin"), h.path("~/code/lab"), cwd="~").ok
    h.write(f"~/code/lab/{CONFIG}", WIDE)
    lines = re.findall(r"^    - (psbc .*)$", RUN_JOB, re.M)
    assert len(lines) == 3
    for env in ({"CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_COMMIT_SHA": "0" * 40}, {"CI_COMMIT_SHA": base}):
        r = h.run(["sh", "-ec", "\n".join(lines)], cwd="~/code/lab", env={**env, "PSBC_RUN": STEAL + "; exit 3", "CANARY": h.decoys.new("variable")})
        assert r.status == 3 and h.decoys.found_in(r.out) == ["given/a"], r
    r = h.run(["sh", "-ec", "\n".join(lines)], cwd="~/code/lab", env={"PSBC_RUN": "touch ran"})
    assert r.status != 0 and not h.exists("~/code/lab/ran"), r


@test("in a container job nothing is run, and the reason is said")
def _(h):
    git, base = pull_request(h)
    assert git("clone", "-q", "file://" + h.path("~/origin"), h.path("~/code/lab"), cwd="~").ok
    h.write("~/action/script/action", SCRIPT, 0o755)
    container = ["unshare", "-pf", "--mount-proc", "setpriv", f"--reuid={h.uid}", f"--regid={h.gid}", "--clear-groups"]
    r = h.run([*container, h.path("~/action/script/action")], cwd="~/code/lab", env={"PSBC_RUN": "touch ran", "PSBC_BASE": base}, user=False)
    assert r.status == 125 and "container or another sandbox" in r.err and not h.exists("~/code/lab/ran"), r

main()
