#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""psbc doctor: what is weak or broken is found where it was made so, and what it says to type mends it."""
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tap import main, test  # noqa: E402


def checks(h, **options):
    r = h.psbc("doctor", "--json", **options)
    assert r.status in (0, 1), r
    found = json.loads(r.out)["checks"]
    assert (r.status == 1) == any(one["verdict"] == "broken" for one in found), r
    return {one["what"]: one for one in found}


def prepare(h):
    h.require("psbc", "firejail")
    h.write("~/code/lab/.python-sandbox.toml", 'name = "lab"\n')
    assert h.psbc("trust", "--yes", cwd="~/code/lab").ok and h.psbc("run", "--", "true", cwd="~/code/lab").ok


@test("a machine that is as it should be has nothing broken, and the text says the same as the json")
def _(h):
    prepare(h)
    found = checks(h)
    assert found["firejail"]["verdict"] in ("good", "weak") and found["files of psbc"]["verdict"] == "good" and found["projects"]["verdict"] == "good", found
    text = h.psbc("doctor").out
    assert all(one["found"] in text and one["hint"] in text for one in found.values()), text
    before = h.tree("~")
    checks(h)
    assert h.tree("~") == before, "it changes nothing"


@test("directories that others can write are broken, and the line that it says mends them")
def _(h):
    prepare(h)
    for directory in ("~/.local/state/psbc", "~/.local/state/psbc/trust", "~/.config/firejail"):
        os.chmod(h.path(directory), 0o777)
        found = checks(h)["files of psbc"]
        assert found["verdict"] == "broken" and found["found"].startswith(f"`{directory}` can be written"), found
        assert h.run(["sh", "-c", found["hint"]]).ok
        assert checks(h)["files of psbc"]["verdict"] == "good", directory
    os.chown(h.path("~/.local/state/psbc/trust"), 0, 0)
    assert "belongs to somebody else" in checks(h)["files of psbc"]["found"]


@test("the hook: not there, there, and taken away by a later line")
def _(h):
    prepare(h)
    for shell, name in (("bash", "~/.bashrc"), ("zsh", "~/.zshrc"), ("fish", "~/.config/fish/config.fish")):
        env = {"SHELL": f"/usr/bin/{shell}"}
        h.write(name, "# psbc hook " + shell + "\n")
        found = checks(h, env=env)["hook"]
        assert found["verdict"] == "note" and "is not in" in found["found"], found
        assert h.run(["bash", "-c", found["hint"]]).ok
        found = checks(h, env=env)["hook"]
        assert found["verdict"] == "good" and found["found"] == f"{name}:2", found
    for shell, name, line, gone in (
        ("bash", "~/.bashrc", "PROMPT_COMMAND='history -a'", True), ("bash", "~/.bashrc", 'PROMPT_COMMAND="x;$PROMPT_COMMAND"', False), ("bash", "~/.bashrc", "PROMPT_COMMAND+=(x)", False),
        ("zsh", "~/.zshrc", "precmd_functions=(mine)", True), ("zsh", "~/.zshrc", "precmd_functions=($precmd_functions mine)", False),
    ):  # fmt: skip
        before = h.read(name)
        h.write(name, before + line + "\n")
        found = checks(h, env={"SHELL": f"/usr/bin/{shell}"})["hook"]
        assert (found["verdict"] == "weak") == gone and (f"{name}:3" in found["found"]) == gone, (line, found)
        h.write(name, before)
    assert checks(h, env={"SHELL": "/bin/tcsh"})["hook"]["verdict"] == "note"


@test("projects that are stale or gone, and profiles that take the place of firejail's own, are told")
def _(h):
    prepare(h)
    h.write("~/code/lab/.python-sandbox.toml", h.read("~/code/lab/.python-sandbox.toml") + "# more\n")
    found = checks(h)["projects"]
    assert found["verdict"] == "note" and "stale" in found["found"] and found["hint"] == "psbc build --all", found
    assert h.psbc("build", "--all").ok and checks(h)["projects"]["verdict"] == "good"
    os.unlink(h.path("~/code/lab/.python-sandbox.toml"))
    assert checks(h)["projects"]["verdict"] == "note"
    h.write("~/.config/firejail/disable-common.inc", "quiet\n")
    h.write("~/.config/firejail/mine.inc", "quiet\n")
    r = h.psbc("doctor")
    assert r.ok and "~/.config/firejail/disable-common.inc takes the place" in r.out and "mine.inc" not in r.out, r


main()
