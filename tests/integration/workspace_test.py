#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""A day in a monorepo, in linked worktrees and with submodules: what works outside works inside."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from tap import main, test  # noqa: E402

MONO, WEB = "~/code/mono", "~/code/mono/services/web"

# Writes beside the sources, as setuptools does.
BACKEND = '''\
import os, zipfile

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    if os.environ.get("WRITES_BESIDE"):
        os.makedirs("common.egg-info", exist_ok=True)
    name = "common-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as archive:
        archive.writestr("common.pth", os.getcwd() + "\\n")
        archive.writestr("common-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: common\\nVersion: 1.0\\n")
        archive.writestr("common-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr("common-1.0.dist-info/RECORD", "")
    return name

build_wheel = build_editable
'''
PYPROJECT = '[project]\nname = "{0}"\nversion = "1.0"\n[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
PIP = "python -m pip install -q --no-index --no-build-isolation --disable-pip-version-check"


def git(h, *arguments, cwd=MONO):
    r = h.run(["git", *arguments], cwd=cwd)
    assert r.ok, r
    return r.out


def mono(h, tracked_config=True):
    h.require("psbc", "firejail", "git")
    h.write("~/.gitconfig", '[user]\n\tname = Dev\n\temail = dev@example.org\n[protocol "file"]\n\tallow = always\n')
    for name in ("common", "client"):
        h.write(f"{MONO}/libs/{name}/pyproject.toml", PYPROJECT.format(name))
        h.write(f"{MONO}/libs/{name}/backend.py", BACKEND.replace("common", name))
        h.write(f"{MONO}/libs/{name}/{name}.py", f"value = '{name}'\n")
    h.write(f"{WEB}/app.py", "import common\nprint(common.value)\n")
    git(h, "init", "-q", "-b", "main")
    if tracked_config:
        h.write(f"{WEB}/.python-sandbox.toml", 'name = "web"\n')
    git(h, "add", "-A")
    git(h, "commit", "-qm", "first")


def project(h, workspace="", path=WEB, name="web", commit=False):
    h.write(f"{path}/.python-sandbox.toml", f'name = "{name}"\n' + (f"[workspace]\n{workspace}\n" if workspace else ""))
    if commit:
        git(h, "commit", "-qam", "what the sandbox may do", cwd=path)
    r = h.psbc("trust", "--yes", cwd=path)
    assert r.ok, r
    return lambda line, **options: h.psbc("run", "--", "bash", "-ec", line, **{"cwd": path, **options})


@test("a sibling is installed as editable: read-only, and writable where the tool writes beside the sources")
def _(h):
    mono(h)
    inside = project(h, 'readonly = ["libs/common"]\nwritable = ["libs/client"]', commit=True)
    r = inside("python3 -m venv ~/envs/web", timeout=120)
    assert r.ok, r
    r = inside(f"{PIP} -e ../../libs/common && WRITES_BESIDE=1 {PIP} -e ../../libs/client && python app.py && python -c 'import client; print(client.value)'", timeout=120)
    assert r.ok and r.out == "common\nclient\n", r
    h.write(f"{MONO}/libs/common/common.py", "value = 'changed on the host'\n")
    assert inside("python app.py").out == "changed on the host\n"
    r = inside("echo \"value = 'changed inside'\" > ../../libs/client/client.py; ls ..")
    assert r.out == "web\n" and h.read(f"{MONO}/libs/client/client.py") == "value = 'changed inside'\n", r
    assert not inside("WRITES_BESIDE=1 " + PIP + " --force-reinstall -e ../../libs/common").ok
    # What the sandbox itself left there: nothing that git sees, and a repository can still be made on the host.
    git(h, "checkout", "-q", ".")
    left = {line for line in git(h, "status", "--porcelain", "--ignored").splitlines() if "__pycache__" not in line}
    assert not left, left
    git(h, "init", "-q", cwd=WEB)
    assert inside("python app.py").ok


@test("psbc init proposes the library of a requirements file and the members of a uv workspace; what it wrote builds and works")
def _(h):
    mono(h, tracked_config=False)
    h.write(f"{WEB}/requirements-dev.txt", "-e ../../libs/common\n")
    r = h.psbc("init", cwd=WEB)
    assert r.ok and "  shows libs/common: requirements-dev.txt\n" in r.err, r
    assert h.psbc("trust", "--yes", cwd=WEB).ok
    r = h.psbc("run", "--", "sh", "-c", "cat ../../libs/common/common.py; ls ../../libs", cwd=WEB)
    assert r.out == "value = 'common'\ncommon\n", r

    h.run(["rm", h.path(f"{WEB}/.python-sandbox.toml")])
    h.write(f"{MONO}/pyproject.toml", '[tool.uv.workspace]\nmembers = ["libs/*", "services/*"]\n')
    h.write(f"{MONO}/uv.lock", "")
    h.write(f"{WEB}/pyproject.toml", '[project]\nname = "web"\nversion = "1"\ndependencies = ["common"]\n[tool.uv.sources]\ncommon = { workspace = true }\n')
    r = h.psbc("init", cwd=WEB)
    assert r.ok, r
    assert h.psbc("trust", "--yes", cwd=WEB).ok
    r = h.psbc("run", "--", "sh", "-c", "cd ../..; echo *; echo libs/*", cwd=WEB)
    assert r.out == "libs pyproject.toml services uv.lock\nlibs/client libs/common\n", r


@test("git looks at the history of the whole repository, or takes commits from inside, and what it says is true on the host")
def _(h):
    mono(h)
    inside = project(h, 'readonly = ["."]\ngit = "read-only"', commit=True)
    r = inside("git log --format=%s; git status --short; git diff --stat; git show --name-only --format= HEAD; git grep -l value -- ../../libs; git rev-parse --show-prefix")
    assert r.ok and r.out == "what the sandbox may do\nfirst\nservices/web/.python-sandbox.toml\n../../libs/client/client.py\n../../libs/common/common.py\nservices/web/\n", r

    inside = project(h, 'readonly = ["."]\ngit = "commit"', commit=True)
    r = inside("echo x >> app.py; git add app.py; git commit -qm inside; git switch -qc topic; echo y >> app.py; git stash -q; git stash pop -q; git commit -qam more; git tag v1; git gc -q; git status --short")
    assert r.ok and r.out == "", r
    assert git(h, "log", "-2", "--format=%s %an") == "more Dev\ninside Dev\n" and git(h, "status", "--porcelain") == ""
    # Without seeing all of it: what is staged by name is what is committed.
    inside = project(h, 'git = "commit"', commit=True)
    r = inside("git status --short ../.. | head -n 1; echo z >> app.py; git add .; git commit -qm by-name; git show --name-only --format=")
    assert r.ok and r.out == " D ../../libs/client/backend.py\nservices/web/app.py\n", r
    assert git(h, "status", "--porcelain") == ""


@test("a change of branch inside leaves read-only siblings as they were, and git says so: branches are changed on the host")
def _(h):
    mono(h)
    inside = project(h, 'readonly = ["."]\ngit = "commit"', commit=True)
    git(h, "switch", "-qc", "other")
    for path in ("libs/common/common.py", "services/web/app.py"):
        h.write(f"{MONO}/{path}", "value = 'other'\n")
    git(h, "commit", "-qam", "other")
    git(h, "switch", "-q", "main")
    r = inside("git switch -q other; git status --short; cat app.py ../../libs/common/common.py")
    assert r.out == " M ../../libs/common/common.py\nvalue = 'other'\nvalue = 'common'\n" and "Read-only file system" in r.err, r
    assert git(h, "status", "--porcelain") == " M libs/common/common.py\n"
    git(h, "checkout", "-q", ".")
    git(h, "switch", "-q", "main")
    assert inside("git status --short; git log -1 --format=%s").out == "what the sandbox may do\n"


@test("worktrees: one made on the host outside of the checkout is a project at once, one made inside below the project works, one made inside elsewhere is gone")
def _(h):
    mono(h)
    inside = project(h, 'readonly = ["libs/common"]\ngit = "commit"', commit=True)
    git(h, "worktree", "add", "-q", h.path("~/trees/topic"))
    there = project(h, path="~/trees/topic/services/web", name="topic", workspace='readonly = ["libs/common"]\ngit = "commit"')
    for number, run in enumerate((inside, there)):
        r = run(f"cat ../../libs/common/common.py; echo {number} >> app.py; git add app.py; git commit -qm in-{number}; git log -1 --format=%s; git status --short app.py")
        assert r.ok and r.out == f"value = 'common'\nin-{number}\n", r
    assert git(h, "log", "-1", "--format=%s") == "in-0\n" and git(h, "log", "-1", "--format=%s", cwd="~/trees/topic") == "in-1\n"

    r = inside("git worktree add -q -b side side; cd side; echo x > new; git add new; git commit -qm side; git worktree add -q -b lost ~/trees/lost")
    assert r.ok and git(h, "log", "-1", "--format=%s", "side") == "side\n", r
    r = inside("cd side; git status --short; git log -1 --format=%s")
    assert r.out == "side\n" and not h.exists("~/trees/lost"), r
    git(h, "worktree", "remove", "--force", h.path(f"{WEB}/side"))
    git(h, "worktree", "prune")
    assert "lost" not in git(h, "worktree", "list") and inside("true").ok


@test("submodules: one in the project takes commits, one that is the project sees its siblings in the repository around it")
def _(h):
    mono(h)
    h.write("~/code/library/lib.py", "1\n")
    git(h, "init", "-q", cwd="~/code/library")
    git(h, "add", "-A", cwd="~/code/library")
    git(h, "commit", "-qm", "library", cwd="~/code/library")
    for path in ("services/web/vendor/library", "libs/library"):
        git(h, "submodule", "add", "-q", h.path("~/code/library"), path)
    git(h, "commit", "-qm", "submodules")
    inside = project(h, 'readonly = ["."]\ngit = "commit"', commit=True)
    r = inside("cd vendor/library; echo 2 >> lib.py; git commit -qam in-submodule; git log -1 --format=%s; cd ../..; git add vendor; git commit -qm moved; git status --short; git submodule status vendor/library | cut -c 1")
    assert r.ok and r.out == "in-submodule\n \n", r
    assert git(h, "log", "-1", "--format=%s %an", cwd=f"{WEB}/vendor/library") == "in-submodule Dev\n"

    library = f"{MONO}/libs/library"
    inside = project(h, 'readonly = ["libs/common"]', path=library, name="library")
    r = inside("cat ../common/common.py; echo 3 >> lib.py; git commit -qam again; git log -1 --format=%s; git -C ../.. log -1; cat ../client/client.py")
    assert r.out.startswith("value = 'common'\nagain\n") and "value = 'client'" not in r.out and "submodules" not in r.out, r


main()
