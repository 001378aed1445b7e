#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""psbc lint as CI and editors use it: what is linted, how it ends, and reports that a hostile repository cannot forge."""
import json
import os
import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

import jsonschema

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tap import main, test  # noqa: E402

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "schema/lint-report.schema.json").read_text())
CONFIG = ".python-sandbox.toml"
FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "checkstyle")
BAD = 'name = "lab"\nreadonly = ["~/.ssh"]\nhidden = []\n'
TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"


def lint(h, *words, cwd="~/code/lab", stdin="", env=None):
    return h.run(["psbc", "lint", "--no-host", *words], cwd=cwd, stdin=stdin, env=env)


def found(r):
    return [one["rule"] for one in json.loads(r.out)["findings"] if one["suppressed"] is None]


def project(h, text=BAD, path="~/code/lab"):
    h.require("psbc")
    h.write(f"{path}/{CONFIG}", text)


@test("a file, a directory without what git ignores, stdin, the project here: in the same order each time; nothing to lint is 3")
def _(h):
    project(h)
    for name in ("b", "a/x", "a/y", "node_modules/z", "build/keep"):
        project(h, path=f"~/code/lab/sub/{name}")
    h.write("~/code/lab/.gitignore", "node_modules/\n/sub/build/*\n!/sub/build/keep\n")
    h.write("~/code/lab/sub/a/.gitignore", "y\n")
    names = lambda r: list(dict.fromkeys(one["file"] for one in json.loads(r.out)["findings"]))  # noqa: E731
    wanted = [f"{path}{CONFIG}" for path in ("", "sub/a/x/", "sub/b/", "sub/build/keep/")]
    for _ in range(3):
        assert names(lint(h, "--format", "json", ".")) == wanted, names(lint(h, "--format", "json", "."))
    assert names(lint(h, "--format", "json")) == [CONFIG]
    assert names(lint(h, "--format", "json", cwd="~/code/lab/sub")) == [h.path(f"~/code/lab/{CONFIG}")]
    assert names(lint(h, "--format", "json", f"sub/b/{CONFIG}")) == [f"sub/b/{CONFIG}"]
    assert names(lint(h, "--format", "json", "-", stdin=BAD)) == ["<stdin>"]
    assert names(lint(h, "--format", "json", "-", "--stdin-filename", f"sub/b/{CONFIG}", stdin=BAD)) == [f"sub/b/{CONFIG}"]
    h.mkdir("~/empty")
    for words, cwd in ((["."], "~/empty"), ([], "~/empty"), (["nowhere"], "~/empty")):
        r = lint(h, *words, cwd=cwd)
        assert r.status == 3 and r.out == "" and r.err.startswith("psbc: error:"), r


@test("--force-exclude leaves out what git ignores and does not track, also where a hook names it")
def _(h):
    project(h)
    h.require("git")
    project(h, path="~/code/lab/made/x")
    h.write("~/code/lab/.gitignore", "made/\n")
    h.run(["git", "init", "-q"], cwd="~/code/lab")
    named = f"made/x/{CONFIG}"
    assert lint(h, named).status == 1
    r = lint(h, "--force-exclude", named)
    assert r.status == 0 and r.out == "" and "git ignores all of it" in r.err, r
    r = lint(h, "--force-exclude", "--format", "json", named, CONFIG)
    assert {one["file"] for one in json.loads(r.out)["findings"]} == {CONFIG}, r
    h.run(["git", "add", "-f", named], cwd="~/code/lab")
    assert lint(h, "--force-exclude", named).status == 1


@test("the exit status is the same in each format: 0, 1 by --fail-on, 2 for usage, 4 when a file cannot be read")
def _(h):
    project(h)
    for name in FORMATS:
        words = ["--format", name]
        assert [lint(h, *words, *more).status for more in ([], ["--fail-on", "never"], ["--exit-zero"], ["--fail-on", "error"])] == [1, 0, 0, 1], name
        h.write(f"~/code/lab/{CONFIG}", 'name = "lab"\nhidden = []\n')
        assert [lint(h, *words, *more).status for more in ([], ["--fail-on", "error"])] == [1, 0], name
        h.write(f"~/code/lab/{CONFIG}", 'name = "lab"\n')
        assert lint(h, *words).status == 0 and lint(h, *words, env={"PSBC_LINT_FORMAT": "nonsense"}).status == 0, name
        os.chmod(h.path(f"~/code/lab/{CONFIG}"), 0)
        r = lint(h, *words, "--exit-zero", ".")
        assert r.status == 4 and "cannot" in r.err, (name, r)
        os.chmod(h.path(f"~/code/lab/{CONFIG}"), 0o644)
        h.write(f"~/code/lab/{CONFIG}", BAD)
    assert lint(h, "--format", "yaml").status == 2 and lint(h, "--fail-on", "x").status == 2 and lint(h, env={"PSBC_LINT_FORMAT": "x"}).status == 2
    r = lint(h, "--format", "json", "--output", "report.json")
    assert r.status == 1 and r.out == "" and found(h.run(["cat", "report.json"], cwd="~/code/lab")) == ["PSB203", "PSB010"], r


HOSTILE = "\n".join([
    'name = "lab"', '"a\\u001b]0;x\\u0007" = 1', '"x\\n::error file=y::forged" = 1', '"<b>&\\"]]>" = 1', '"%0A::warning::z, a:b" = 1', f'"{TOKEN}" = 1', f'# {TOKEN} ::stop-commands::x', '"\\u202e" = 1',
])  # fmt: skip


def parsed(name, out):
    """The findings that a program sees in a report."""
    if name == "json":
        report = json.loads(out)
        jsonschema.validate(report, SCHEMA)
        return report["findings"]
    if name == "sarif":
        (run,) = json.loads(out)["runs"]
        for result in run["results"]:
            (place,) = result["locations"]
            region = place["physicalLocation"]["region"]
            assert min(region.values()) >= 1 and run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"], result
            assert not place["physicalLocation"]["artifactLocation"]["uri"].startswith(("/", "./")), result
            assert re.fullmatch(r"[0-9a-f]{32}", result["partialFingerprints"]["psbc/v1"]), result
        return run["results"]
    if name == "gitlab":
        return json.loads(out)
    if name in ("junit", "checkstyle"):
        return list(xml.fromstring(out.encode()).iter("failure" if name == "junit" else "error"))
    lines = out.splitlines() if name in ("github", "concise") else []
    pattern = {"github": r"::(error|warning|notice) file=[^:]*,line=\d+,endLine=\d+(,col=\d+,endColumn=\d+)?,title=PSB\d{3} [a-z-]+::.*", "concise": r"\S.*:\d+:\d+: (error|warning|info)\[PSB\d{3}\] .*"}
    assert all(re.fullmatch(pattern[name], line) for line in lines), (name, lines)
    return lines


@test("a hostile file and a hostile directory forge nothing in any format, and no secret is shown")
def _(h):
    odd = "~/code/lab/a\n::error::forged,x:%0A<i>\"'&\x1b]0;y\x07"
    project(h, HOSTILE)
    project(h, HOSTILE, path=odd)
    counts = set()
    for name in FORMATS:
        r = lint(h, "--format", name, ".")
        assert r.status == 1, r
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]", r.out), (name, r)
        assert TOKEN not in r.out and TOKEN not in r.err, (name, r)
        assert not re.search("^::(stop|add|error::forged)", r.out, re.M), (name, r)
        if name != "text":
            counts.add(len(parsed(name, r.out)))
    assert len(counts) == 1 and min(counts) >= 12, counts


@test("suppressions: on the line, above it, for the file, by [lint.ignore]; they silence lint, and nothing else")
def _(h):
    h.require("firejail")
    bad = 'readonly = ["~/.ssh"]'
    for text in (f"{bad} # psbc: ignore[PSB203] why\n", f"# psbc: ignore[exposes-credentials] why\n# more\n\n{bad}\n", f'{bad}\n[lint.ignore]\nPSB203 = "why"\n'):
        project(h, f'name = "lab"\n{text}')
        r = lint(h, "--format", "json")
        assert r.status == 1 and found(r) == ["PSB510"], r
        sarif = json.loads(lint(h, "--format", "sarif").out)["runs"][0]["results"]
        assert [one["suppressions"][0]["justification"] for one in sarif if one["ruleId"] == "PSB203"] == ["why"], sarif
        assert set(found(lint(h, "--format", "json", "--no-ignores"))) == {"PSB203", "PSB510"}
        r = h.psbc("build", cwd="~/code/lab")
        assert r.status == 2 and "PSB203" in r.err, r
    project(h, f'# psbc: file-ignore[PSB203, PSB510] why\nname = "lab"\n{bad}\n')
    assert sorted(found(lint(h, "--format", "json"))) == ["PSB510", "PSB701"], "what is said of a suppression cannot be suppressed"
    project(h, f'name = "lab"\n# psbc: file-ignore[PSB203] too late\n{bad}\n# psbc: ignore\nhidden = [] # psbc: ignore[PSB010]\n')
    r = lint(h, "--format", "json", "--require-reason")
    assert sorted(found(r)) == ["PSB203", "PSB701", "PSB703", "PSB704"], r
    project(h, 'name = "lab"\nhidden = []\n[lint.severity]\nPSB010 = "error"\n')
    assert lint(h, "--fail-on", "error").status == 1


@test("psbc build and psbc trust say what lint says of the text: errors stop them, warnings are printed, and the file silences neither")
def _(h):
    h.require("firejail")
    project(h, 'name = "lab"\n')
    assert h.psbc("trust", "--yes", cwd="~/code/lab").ok and h.psbc("build", cwd="~/code/lab").ok
    built = sorted(Path(h.path("~/.local/state/psbc/builds")).glob("*/current/enter.profile"))[0]
    before = built.read_text()
    h.mkdir("~/data/images")
    for rule, text in (
        ("PSB401", f'[env.set]\nKEY = "{TOKEN}"'),
        ("PSB305", 'readonly = ["~/data/images"]\nhidden = ["~/data"]'),
        ("PSB506", ""),
    ):
        name = "server" if rule == "PSB506" else "lab"
        project(h, f'# psbc: file-ignore[{rule}] trust me\nname = "{name}"\n{text}\n[lint.severity]\n{rule} = "info"\n')
        for command in (["build"], ["build", "--print", "policy"], ["trust", "--yes"]):
            r = h.psbc(*command, cwd="~/code/lab")
            assert r.status == 2 and rule in r.err and TOKEN not in r.err, (rule, r)
        assert built.read_text() == before, rule
    project(h, 'name = "lab"\nreadonly = ["/home/alice/x"] # psbc: ignore[PSB101] alice is everywhere\n')
    r = h.psbc("build", cwd="~/code/lab")
    assert r.ok and "warning[PSB101]" in r.err, r
    assert lint(h, "--no-host").ok and "PSB101" not in h.psbc("build", cwd="~/code/lab").err


@test("psbc build stops for what lint finds wrong in the repository and on this machine, whatever the file says, and keeps the last good build")
def _(h):
    h.require("firejail")
    project(h, 'name = "lab"\n')
    h.mkdir("~/code/other")
    h.write("~/code/other/.python-sandbox.toml", 'name = "other"\n')
    for name in ("lab", "other"):
        assert h.psbc("trust", "--yes", cwd=f"~/code/{name}").ok and h.psbc("build", cwd=f"~/code/{name}").ok
    git = lambda *words: h.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", *words], cwd="~/code/lab")
    for name in (".env", "enter.profile", CONFIG):
        h.write(f"~/code/lab/{name}", "A=1\n") if name != CONFIG else None
    assert git("init", "-q").ok and git("add", "-f", ".env", CONFIG).ok and git("commit", "-qm", "x").ok
    builds = lambda: {path: path.read_bytes() for path in Path(h.path("~/.local/state/psbc/builds")).glob("*/current/enter.profile")}
    before = builds()
    assert len(before) == 2
    generated = ["enter.profile"]
    for rule, text, help, mend in (
        ("PSB307", 'hidden = [".env"]', "git rm -r --cached '.env'", ["rm", "-q", "--cached", ".env"]),
        ("PSB605", "", "git rm --cached enter.profile", ["rm", "-q", "--cached", *generated]),
        ("PSB208", 'readonly = ["~/code/other"]', "copy what is needed", None),
    ):
        if rule == "PSB605":
            assert git("add", "-f", *generated).ok
        project(h, f'# psbc: file-ignore[{rule}] trust me\nname = "lab"\n{text}\n[lint.severity]\n{rule} = "info"\n')
        h.psbc("trust", "--yes", cwd="~/code/lab")
        r = h.psbc("build", cwd="~/code/lab")
        assert r.status == 2 and f"error[{rule}]" in r.err and help in r.err and "the last good build stays in use" in r.err, (rule, r)
        assert builds() == before, rule
        if mend:
            assert git(*mend).ok and h.psbc("build", cwd="~/code/lab").ok, rule
            before = builds()


@test("a baseline: what was there does not fail, wherever it moves; what is new does; what is gone is said; none is an error")
def _(h):
    project(h)
    assert lint(h, "--write-baseline", "base").status == 0 and lint(h, "--baseline", "base").status == 0
    h.write(f"~/code/lab/{CONFIG}", "# one more line\n\n" + BAD.replace('["~/.ssh"]', '[\n  "~/data", # mine\n  "~/.ssh",\n]'))
    assert lint(h, "--baseline", "base").status == 0, lint(h, "--baseline", "base")
    sarif = json.loads(lint(h, "--baseline", "base", "--format", "sarif").out)["runs"][0]["results"]
    assert {one["suppressions"][0]["kind"] for one in sarif} == {"external"}, sarif
    h.write(f"~/code/lab/{CONFIG}", BAD.replace('"~/.ssh"', '"~/.ssh", "~/.aws"'))
    r = lint(h, "--baseline", "base", "--format", "json")
    assert r.status == 1 and found(r) == ["PSB203"], r
    h.write(f"~/code/lab/{CONFIG}", 'name = "lab"\n')
    r = lint(h, "--baseline", "base", "--format", "json")
    assert r.status == 0 and found(r) == ["PSB705"] * 2, r
    for name, why in (("none", "/none`: no such file"), (CONFIG, "is no baseline")):
        r = lint(h, "--baseline", name)
        assert r.status == 2 and r.out == "" and why in r.err, r


@test("--fix keeps comments and order, leaves what would mean something else to --unsafe-fixes, and once is enough")
def _(h):
    before = '# top\nname = "lab" # n\nreadonly = [\n  "/home/alice/x", # of alice\n  "~/y//z/", # z\n  "~/y/z",\n]\nhiden = [".env"]\n\n[env] # nothing yet\n'
    valid = before.replace("hiden", "hidden")
    project(h, valid)
    r = lint(h, "--diff")
    assert r.status == 1 and '-  "/home/alice/x", # of alice' in r.out and '+  "~/x", # of alice' in r.out and h.read(f"~/code/lab/{CONFIG}") == valid, r
    assert lint(h, "--fix", "--exit-zero").ok
    after = h.read(f"~/code/lab/{CONFIG}")
    assert after == '# top\nname = "lab" # n\nreadonly = [\n  "~/x", # of alice\n  "~/y/z", # z\n]\nhidden = [".env"]\n\n# nothing yet\n', after
    assert lint(h, "--diff").status == 0
    project(h, before)
    assert lint(h, "--fix", "--exit-zero").ok and "hiden" in h.read(f"~/code/lab/{CONFIG}")
    assert lint(h, "--unsafe-fixes", "--exit-zero").ok and "\nhidden = " in h.read(f"~/code/lab/{CONFIG}")


@test("what init writes has no finding, and names the schema in its first line where that is one that can be loaded")
def _(h):
    h.require("psbc")
    for number, reference in enumerate((None, "./schema.json", "schema.json", "https://lab.example/schema.json")):
        place = h.mkdir(f"~/code/p{number}")
        h.write(f"~/code/p{number}/schema.json", h.run(["psbc", "schema"]).out)
        assert h.psbc("init", *(["--schema", reference] if reference else []), cwd=place).ok
        text = h.read(f"~/code/p{number}/{CONFIG}")
        assert text.startswith(f"#:schema {reference}\n\nschema = 1\n" if reference else "schema = 1\n"), text
        r = h.run(["psbc", "lint", "--persona", "auditor"], cwd=place)
        assert r.ok and r.out.startswith("no findings"), r
    place = h.mkdir("~/code/bad")
    for reference in ("absent.json", "../p1/schema.json", "/etc/passwd", "file:///etc/passwd", "https://x\nname = \"y\"", "a b", "https://x/\u00fc"):
        r = h.psbc("init", "--schema", reference, cwd=place)
        assert r.status == 2 and "is neither a URL nor a file of the project" in r.err and not h.exists(f"~/code/bad/{CONFIG}"), r


@test("pre-commit runs the hook that the repository offers")
def _(h):
    h.require("psbc", "pre-commit", "git")
    hooks = (Path(__file__).resolve().parents[2] / ".pre-commit-hooks.yaml")
    h.write("~/psbc/.pre-commit-hooks.yaml", HOOKS)
    assert hooks
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        assert h.run([*git, *command], cwd="~/psbc").ok
    revision = h.run(["git", "rev-parse", "HEAD"], cwd="~/psbc").out.strip()
    project(h)
    h.write("~/code/lab/.pre-commit-config.yaml", f"repos:\n- repo: {h.path('~/psbc')}\n  rev: {revision}\n  hooks:\n  - id: psbc-lint\n")
    for command in (["init", "-q"], ["add", "-A"]):
        assert h.run([*git, *command], cwd="~/code/lab").ok
    r = h.run(["pre-commit", "run", "--all-files"], cwd="~/code/lab", timeout=120)
    assert r.status == 1 and "PSB203" in r.out, r
    h.write(f"~/code/lab/{CONFIG}", 'name = "lab"\n')
    r = h.run(["pre-commit", "run", "--all-files"], cwd="~/code/lab", timeout=120)
    assert r.ok and "Passed" in r.out, r


HOOKS = (Path(__file__).resolve().parents[2] / ".pre-commit-hooks.yaml").read_text()  # now: a host covers the checkout

main()
