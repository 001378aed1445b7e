#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What a script sees of psbc: exit statuses, what goes to stdout, and what is removed."""
import os
import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from host import SOURCES  # noqa: E402
from tap import main, test  # noqa: E402

LAB = "~/code/lab"


def lab(h, name="lab", path=LAB):
    h.require("psbc", "firejail")
    h.write(f"{path}/.python-sandbox.toml", f'name = "{name}"\n')
    for command in (["trust", "--yes"], ["build"]):
        r = h.psbc(*command, cwd=path)
        assert r.ok, r


@test("help goes to stdout with status 0, and every command is in it")
def _(h):
    h.require("psbc")
    r = h.psbc("--help")
    assert r.ok and not r.err, r
    for command in ("init", "build", "enter", "run", "trust", "fix", "list", "clean", "schema"):
        assert f"\n  {command} " in r.out, command
        one = h.psbc(command, "--help")
        assert one.ok and one.out and one.out != r.out and not one.err, one
    version = h.psbc("--version")
    assert version.ok and version.out.startswith("psbc 0."), version


@test("wrong usage is status 2, with what to type")
def _(h):
    h.require("psbc")
    for arguments, word in ((["biuld"], "did you mean `build`?"), (["build", "--nonsense"], "--nonsense"), (["trust", "--yes", "--show"], "--"),
                            (["run"], "psbc run -- pytest"), (["build", "--", "x"], "takes no command"), (["-C", "/nowhere", "list"], "/nowhere")):  # fmt: skip
        r = h.psbc(*arguments)
        assert r.status == 2 and word in r.err and not r.out, r
    assert h.psbc().status == 2


@test("--quiet is taken before and after the command, with options and without")
def _(h):
    lab(h)
    for words in (["-q", "build"], ["build", "-q"], ["--quiet", "build", "--force"], ["build", "--force", "-q"], ["-q", "build", "--color", "never", "."]):
        r = h.psbc(*words, cwd=LAB)
        assert r.ok and not r.err and not r.out, (words, r)
    assert "up to date" in h.psbc("build", cwd=LAB).err
    r = h.psbc("build", "build", cwd=LAB)  # the second one is a directory
    assert r.status != 0 and "build" in r.err, r


@test("without a project it is status 3, with what to type")
def _(h):
    h.require("psbc")
    h.mkdir("~/code/empty")
    for command in (["build"], ["trust"], ["enter"], ["run", "--", "true"]):
        r = h.psbc(*command, cwd="~/code/empty")
        assert r.status == 3 and "psbc init" in r.err, r


@test("-C works as in git, and may be repeated")
def _(h):
    lab(h)
    assert h.psbc("-C", h.path("~/code"), "-C", "lab", "build", "--check").status == 0
    r = h.psbc("-C", h.path(LAB), "run", "--", "pwd")
    assert r.out == h.path(LAB) + "\n", r
    h.mkdir(f"{LAB}/sub")
    assert h.psbc("enter", "lab/sub", "--", "pwd", cwd="~/code").out == h.path(f"{LAB}/sub") + "\n"


@test("a file that asks for more is not entered with before it is approved, and an approval can be withdrawn")
def _(h):
    lab(h)
    assert h.psbc("run", "--", "true", cwd=LAB).ok
    h.write("~/Documents/x", "")
    h.write(f"{LAB}/.python-sandbox.toml", 'name = "lab"\nreadonly = ["~/Documents"]\n')
    # Not even a build makes it usable: what runs has what was approved.
    assert h.psbc("build", cwd=LAB).ok
    for _ in range(2):
        r = h.psbc("run", "--", "ls", h.path("~/Documents"), cwd=LAB)
        assert r.status == 2 and not r.out and "asks for more than you approved" in r.err, r
    assert h.psbc("trust", cwd=LAB).status == 3
    assert h.psbc("trust", "--yes", cwd=LAB).ok
    assert h.psbc("run", "--", "ls", h.path("~/Documents"), cwd=LAB).out == "x\n"
    assert h.psbc("trust", "--revoke", cwd=LAB).ok
    assert h.psbc("run", "--", "true", cwd=LAB).status == 3


@test("list shows what is built, and clean removes it; the environment only when asked by name")
def _(h):
    lab(h)
    lab(h, "other", "~/code/other")
    out = h.psbc("list").out
    assert out.splitlines()[0].split() == ["lab", "fresh", "~/code/lab"] and len(out.splitlines()) == 2, out
    h.psbc("run", "--", "python3", "-m", "venv", "--without-pip", h.path("~/envs/lab"), cwd=LAB)
    assert h.exists("~/envs/lab/bin/python")
    assert h.psbc("status", "--json").out == h.psbc("list", "--json").out != ""
    assert h.psbc("clean", "--yes", cwd=LAB).ok
    assert h.exists("~/envs/lab/bin/python") and not h.exists("~/.config/firejail/python-env-lab.profile")
    assert h.psbc("list").out.split()[0] == "other"
    assert h.psbc("run", "--", "true", cwd=LAB).status == 3
    # Another project cannot get the environment by taking the name.
    h.write("~/code/thief/.python-sandbox.toml", 'name = "lab"\n')
    assert h.psbc("trust", "--yes", cwd="~/code/thief").ok
    r = h.psbc("build", cwd="~/code/thief")
    assert r.status == 2 and "name-collision" in r.err, r
    assert h.psbc("clean", "--yes", "--envs", cwd=LAB).ok
    assert not h.exists("~/envs/lab") and not h.exists("~/.cache/pysandbox-lab")
    assert h.psbc("build", cwd="~/code/thief").ok


@test("init proposes what it finds, keeps an old name, and never overwrites")
def _(h):
    h.require("psbc")
    for path in (".env", "conf/server.pem", "conf/server.pem.example", "secrets/x", ".venv/x.pem", "poetry.lock"):
        h.write(f"~/code/Old Project/{path}", "")
    h.write("~/code/Old Project/.python-sandbox", "old-name\n")
    h.write("~/.config/firejail/python-env-template.local", "whitelist ${HOME}/.vimrc\nread-only ${HOME}/.vimrc\nenv A=b\n")
    r = h.psbc("init", cwd="~/code/Old Project")
    assert r.ok and "poetry (poetry.lock)" in r.err and 'readonly = ["~/.vimrc"]' in r.err and "the variable A" in r.err, r
    text = h.read("~/code/Old Project/.python-sandbox.toml")
    config = tomllib.loads(text)
    assert config["name"] == "old-name" and config["hidden"] == [".env", "conf/server.pem", "secrets/"], text
    assert h.psbc("init", cwd="~/code/Old Project").status == 2
    assert h.psbc("init", cwd="~").status == 2
    assert h.psbc("build", "--print", "policy", cwd="~/code/Old Project").ok


@test("init --migrate takes a project of python-sandbox over: name, profile, personal rules; and nothing is lost")
def _(h):
    h.require("psbc", "firejail")
    lab = "~/code/lab"
    h.write(f"{lab}/.python-sandbox", "old-lab\n")
    h.write("~/data/x", "1\n")
    h.write("~/runs/x", "2\n")
    h.write("~/.vimrc", "set nu\n")
    h.write("~/.config/nvim/init.lua", "")
    seed = (SOURCES / "bench/predecessor/profile.in").read_text().replace("@name@", "old-lab").replace("@directory@", h.path(lab))
    own = "whitelist ${HOME}/data\nread-only ${HOME}/data\nwhitelist ${HOME}/runs/\nenv CUDA_HOME=/usr/local/cuda\nwhitelist ${HOME}/.ssh\n"
    profile = "~/.config/firejail/python-env-old-lab.profile"
    h.write(profile, seed + own)
    h.write("~/.config/firejail/python-env-template.local", "whitelist ${HOME}/.config/nvim\nread-only ${HOME}/.config/nvim\n")
    r = h.psbc("init", "--migrate", cwd=lab)
    assert r.ok and "left out `~/.ssh`" in r.err and r.err.count("left out") == 1, r
    config = tomllib.loads(h.read(f"{lab}/.python-sandbox.toml"))
    assert config == {"schema": 1, "name": "old-lab", "readonly": ["~/data"], "writable": ["~/runs"], "env": {"set": {"CUDA_HOME": "/usr/local/cuda"}}}, config
    assert tomllib.loads(h.read("~/.config/psbc/config.toml")) == {"readonly": ["~/.config/nvim", "~/.vimrc"]}
    assert h.read(profile + ".before-psbc") == seed + own and not h.exists(profile)
    assert h.psbc("trust", "--yes", cwd=lab).ok
    r = h.psbc("run", "--", "sh", "-c", "cat ~/data/x ~/runs/x ~/.vimrc; echo 3 > ~/runs/x; echo $CUDA_HOME; ls ~/.ssh", cwd=lab)
    assert r.out == "1\n2\nset nu\n/usr/local/cuda\n" and h.read("~/runs/x") == "3\n", r
    assert h.psbc("init", "--migrate", cwd=lab).status == 2
    # Somebody's own file is never written; a second profile that was put aside neither.
    os.unlink(h.path(f"{lab}/.python-sandbox.toml"))
    h.write("~/.config/psbc/config.toml", "# mine\n")
    os.unlink(h.path(profile))
    h.write(profile, "whitelist ${HOME}/code/lab\n")
    r = h.psbc("init", "--migrate", cwd=lab)
    assert r.status == 4 and "before-psbc" not in r.out and h.read("~/.config/psbc/config.toml") == "# mine\n", r
    assert h.read(profile + ".before-psbc") == seed + own and h.read(profile) == "whitelist ${HOME}/code/lab\n"
    assert h.psbc("init", "--migrate", cwd="~/data").status == 3


@test("what init wrote builds, for a project with all that it recognises")
def _(h):
    h.require("psbc", "firejail")
    shop = "~/code/shop"
    for path, text in {
        "uv.lock": "", ".env": "A=1\n", "conf/server.key": "", "web/settings.py": "E = 'django.db.backends.postgresql'\nH = 'localhost'\n",
        "compose.yaml": 'services:\n  cache:\n    ports:\n      - "6379:6379"\n',
        "pyproject.toml": '[project]\nname = "shop"\n[tool.uv.sources]\ncommon = {path = "../common", editable = true}\n', "../common/pyproject.toml": "",
    }.items():  # fmt: skip
        h.write(f"{shop}/{path}", text)
    r = h.psbc("init", cwd=shop)
    assert r.ok and "PostgreSQL on 127.0.0.1:5432 (web/settings.py)" in r.err and "Redis on 127.0.0.1:6379 (compose.yaml)" in r.err, r
    text = h.read(f"{shop}/.python-sandbox.toml")
    config = tomllib.loads(text)
    assert config["hidden"] == [".env", "conf/server.key"] and config["readonly"] == ["~/code/common"], text
    assert all("#" in line or line in ("]", "") or line[:6] in ("schema", "readon", "hidden") for line in text.splitlines()), text
    r = h.psbc("build", cwd=shop)
    assert r.ok and "warning" not in r.err, r


@test("psbc schema prints the schema that is in the repository")
def _(h):
    h.require("psbc")
    assert h.psbc("schema").out == (SOURCES / "schema/python-sandbox.schema.json").read_text()
    assert h.psbc("schema", "--user").out == (SOURCES / "schema/psbc-config.schema.json").read_text()


@test("a profile that somebody wrote by hand is never overwritten")
def _(h):
    h.write("~/.config/firejail/python-env-lab.profile", "# mine\n")
    lab(h)
    assert h.read("~/.config/firejail/python-env-lab.profile") == "# mine\n"


@test("the stand-alone profile works with plain firejail")
def _(h):
    h.plant_decoys()
    h.write(f"{LAB}/.env", "S=" + h.decoys.new("project secret"))
    h.require("psbc", "firejail")
    h.write(f"{LAB}/.python-sandbox.toml", 'name = "lab"\nhidden = [".env"]\n')
    assert h.psbc("build", cwd=LAB).ok
    profile = h.path("~/.config/firejail/python-env-lab.profile")
    steal = "cat ~/.ssh/id_ed25519 ~/.netrc ~/code/lab/.env; echo $JAILED_ENV; touch ~/code/lab/made"
    outside = h.run(["sh", "-c", steal.replace("touch", "true")], cwd=LAB)
    assert h.decoys.found_in(outside.out) == ["netrc", "project secret", "ssh key"], outside
    r = h.run(["firejail", "--quiet", f"--profile={profile}", "sh", "-c", steal], cwd=LAB)
    assert r.out == "lab\n" and h.exists("~/code/lab/made"), r


main()
