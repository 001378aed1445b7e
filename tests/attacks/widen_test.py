#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""A session that arranges files so that psbc itself gives the next one more: the config is untouched."""
import os

from attack import Project, git, home_of, secret
from tap import main, test

LINK = "rm -rf {0}; mv {0} {0}.old; ln -sfn {1} {0}; true;"


def widens(h, config, plant, *, setup=lambda p: None, path="~/code/demo"):
    """Enters, lets the session plant, and enters again: the second one must neither see nor change what lies beside it."""
    secret(h, "~/Documents/taxes", "taxes")
    secret(h, "~/code/other/.git/HEAD", "another repository")
    secret(h, "~/code/other/.git/objects/x", "another repository's objects")
    p = Project(h, config, path=path)
    setup(p)
    p.entered()
    before = home_of(h, "code/demo", "envs/demo", ".cache/pysandbox-demo", "data")
    p.entered(plant.replace("ROOT", h.path(p.sandbox)))
    steal = "cat ~/Documents/taxes ~/code/other/.git/HEAD ~/code/other/.git/objects/x; touch ~/Documents/planted ~/code/other/.git/planted; cat .[a-z]*/taxes */taxes"
    for _ in range(2):
        r = p.inside(steal)
        assert not h.decoys.found_in(r.out), r
        after = home_of(h, "code/demo", "envs/demo", ".cache/pysandbox-demo", "data")
        assert after == before, {path: after.get(path) for path in {*after, *before} if after.get(path) != before.get(path)}
    return r


@test("D7: the environment and the caches of the sandbox, replaced by links, do not expose what the links lead to")
def _(h):
    # What a tool that follows them on the host would hand over.
    secret(h, "~/Documents/taxes", "taxes")
    h.symlink("~/Documents", "~/envs/link")
    assert h.decoys.found_in(h.run(["sh", "-c", "cat $(realpath ~/envs/link)/taxes"]).out) == ["taxes"]
    os.unlink(h.path("~/envs/link"))
    widens(h, "", LINK.format("ROOT/envs/demo", h.home + "/Documents") + LINK.format("ROOT/envs", h.home + "/Documents") + LINK.format("ROOT/cache", h.home + "/code/other"))


@test("D7: an environment in the project that became a link does not expose what the link leads to")
def _(h):
    for config in ('[python]\nvenv = ".venv"\n', ""):
        widens(h, config, LINK.format(".venv", h.home + "/Documents"),
               setup=lambda p: p.h.write("~/code/demo/.venv/pyvenv.cfg", "home = /usr/bin\n") if not p.h.exists("~/code/demo/.venv") else None)  # fmt: skip
        os.unlink(h.path("~/code/demo/.venv"))


@test("B7: a path in an exposed writable directory that became a link does not expose what the link leads to")
def _(h):
    for key in ("readonly", "writable"):
        h.run(["rm", "-rf", "data"])
        h.mkdir("~/data/in/ref")
        config = 'writable = ["~/data"' + (', "~/data/in/ref"]\n' if key == "writable" else ']\nreadonly = ["~/data/later"]\n')
        widens(h, config, LINK.format("~/data/in/ref", h.home + "/Documents") + LINK.format("~/data/later", h.home + "/Documents"))


@test("B7, D7: files of the project that name an interpreter, an environment or a tool show no more than installations")
def _(h):
    # What a tool that believes pyvenv.cfg would hand over.
    secret(h, "~/Documents/taxes", "taxes")
    h.write("~/x/pyvenv.cfg", f"home = {h.home}/Documents\n")
    assert h.decoys.found_in(h.run(["sh", "-c", "cat $(sed -n 's/^home = //p' ~/x/pyvenv.cfg)/taxes"]).out) == ["taxes"]
    h.run(["rm", "-r", h.path("~/x")])
    secret(h, "~/miniconda3/envs/other/etc/conda/activate.d/token.sh", "a token of another environment")
    secret(h, "~/.pyenv/versions/3.12.1/envs/other/pip.conf", "an index password of another environment")
    secret(h, "~/.conda/environments.txt", "other environments")
    h.write("~/miniconda3/envs/other/conda-meta/history")
    for place in ("~/miniconda3/bin/conda", "~/.pyenv/shims/python", "~/.pyenv/versions/3.12.1/bin/python"):
        h.write(place, "#!/bin/sh\n", 0o755)
    home = h.home
    for number, (config, name, version) in enumerate((
        (f"home = {home}/Documents", "../../../Documents", "../../Documents"),
        (f"home = {home}/.pyenv/versions/../../Documents", f"{home}/Documents", f"{home}/Documents"),
        (f"home = {home}/miniconda3/envs/../../Documents", "other", "3.12.1/envs/other"),
        (f"home = {home}/.pyenv/versions/3.12.1/envs/../../../../Documents", ".", ".."),
    )):  # fmt: skip
        plant = f"mkdir -p .venv; echo '{config}' > .venv/pyvenv.cfg; printf 'name: {name}\\n' > environment.yml; echo '{version}' > .python-version; touch uv.lock poetry.lock mise.toml Cargo.toml;"
        plant += f"ln -sfn {home}/Documents .venv/bin; ln -sfn {home}/Documents .conda; mkdir -p .pixi/envs; ln -sfn {home}/Documents .pixi/envs/default"
        r = widens(h, "", plant)
        r = h.psbc("run", "--", "sh", "-c", "cat ~/miniconda3/envs/*/etc/conda/activate.d/* ~/.pyenv/versions/*/envs/*/* ~/.conda/*; touch ~/miniconda3/bin/x ~/.pyenv/shims/x", cwd="~/code/demo")
        assert not h.decoys.found_in(r.out + r.err), (number, r)
        assert not h.exists("~/miniconda3/bin/x") and not h.exists("~/.pyenv/shims/x")
        h.run(["rm", "-rf", *(h.path(f"~/code/demo/{p}") for p in (".venv", ".conda", ".pixi"))])


@test("D4, D7: a .git file that a session plants does not expose the repository of another project")
def _(h):
    plant = (
        "mkdir fake; echo 'gitdir: fake' > .git; echo ../.git > fake/gitdir; echo 'ref: refs/heads/main' > fake/HEAD;"
        f"echo {h.home}/code/other/.git > fake/commondir"
    )
    widens(h, "", plant)


@test("D4, E6: links and pipes below .git do not move psbc's own writes and reads elsewhere")
def _(h):
    h.write("~/code/bare/x/HEAD", "ref: refs/heads/main\n")
    for number, plant in enumerate((f"ln -s {h.home}/code/bare .git/modules", f"mkdir .git/modules; ln -s {h.home}/code/bare/x .git/modules/x",
                                    "mkfifo pyproject.toml .git/modules .git/commondir .git/info", "mkdir .venv; mkfifo .venv/pyvenv.cfg")):  # fmt: skip
        p = Project(h, path=f"~/code/p{number}", name=f"p{number}")
        git(h, "init", "-q", "--template=", cwd=p.path)
        p.entered()
        p.entered(plant)
        p.inside("true", timeout=20)
        assert h.tree("~/code/bare") == {"x": "dir", "x/HEAD": "ref: refs/heads/main\n"}, plant


main()
