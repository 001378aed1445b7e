#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""A session that arranges files so that psbc itself gives the next one more: the config is untouched."""
import os
from pathlib import Path

from attack import Project, git, home_of, secret
from tap import test
from vectors import attack, main

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
@attack("widen-env-link", "D7", "the environment and the caches replaced by links")
def _(h):
    # What a tool that follows them on the host would hand over.
    secret(h, "~/Documents/taxes", "taxes")
    h.symlink("~/Documents", "~/envs/link")
    assert h.decoys.found_in(h.run(["sh", "-c", "cat $(realpath ~/envs/link)/taxes"]).out) == ["taxes"]
    os.unlink(h.path("~/envs/link"))
    widens(h, "", LINK.format("ROOT/envs/demo", h.home + "/Documents") + LINK.format("ROOT/envs", h.home + "/Documents") + LINK.format("ROOT/cache", h.home + "/code/other"))


@test("D7: an environment in the project that became a link does not expose what the link leads to")
@attack("widen-project-env-link", "D7", "an environment in the project that became a link")
def _(h):
    for config in ('[python]\nvenv = ".venv"\n', ""):
        widens(h, config, LINK.format(".venv", h.home + "/Documents"),
               setup=lambda p: p.h.write("~/code/demo/.venv/pyvenv.cfg", "home = /usr/bin\n") if not p.h.exists("~/code/demo/.venv") else None)  # fmt: skip
        os.unlink(h.path("~/code/demo/.venv"))


@test("B7: a path in an exposed writable directory that became a link does not expose what the link leads to")
@attack("widen-exposed-link", "B7", "a path in an exposed directory that became a link")
def _(h):
    for key in ("readonly", "writable"):
        h.run(["rm", "-rf", "data"])
        h.mkdir("~/data/in/ref")
        config = 'writable = ["~/data"' + (', "~/data/in/ref"]\n' if key == "writable" else ']\nreadonly = ["~/data/later"]\n')
        widens(h, config, LINK.format("~/data/in/ref", h.home + "/Documents") + LINK.format("~/data/later", h.home + "/Documents"))


@test("B7, D7: files of the project that name an interpreter, an environment or a tool show no more than installations")
@attack("widen-interpreter", "B7", "files that name an interpreter, an environment or a tool")
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


@test("B7, D7: files that a session plants lead to interpreters, and never to an environment of another project")
@attack("widen-planted-interpreter", "D7", "the same, planted by a session")
def _(h):
    places = ("~/miniconda3/envs/prod", "~/.conda/envs/prod", "~/.pyenv/versions/prod", "~/.pyenv/versions/3.99.1/envs/deep", "~/.asdf/installs/python/prod",
              "~/.local/share/pipx/venvs/prod")  # fmt: skip
    for place in places:
        secret(h, f"{place}/lib/python3/site-packages/billing.py", f"code of {place}")
        secret(h, f"{place}/.env", f".env of {place}")
        h.write(f"{place}/bin/python", "#!/bin/sh\n", 0o755)
        h.write(f"{place}/" + ("pyvenv.cfg" if "conda" not in place else "conda-meta/history"))
    h.symlink("3.99.1/envs/deep", "~/.pyenv/versions/deep")
    for base in ("~/miniconda3", "~/.pyenv/versions/3.99.1", "~/.asdf/installs/python/3.99.1"):
        h.write(f"{base}/bin/python", "#!/bin/sh\necho base\n", 0o755)
    # What follows those files on the host hands it over: `home =` of pyvenv.cfg is where Python looks for its library.
    steal = "cat $HOME/{0}/lib/python3/site-packages/billing.py $HOME/{0}/.env"
    plants = []
    for place in places:
        inner = place.removeprefix("~/")
        plants.append((f"mkdir -p .venv; echo \"home = $HOME/{inner}/bin\" > .venv/pyvenv.cfg; printf 'name: {Path(inner).name}\\n' > environment.yml;"
                       f"echo {Path(inner).name} > .python-version; echo 'python {Path(inner).name}' > .tool-versions; touch package.json pixi.lock uv.lock poetry.lock", inner))  # fmt: skip
    plants.append(("echo deep > .python-version", ".pyenv/versions/deep"))
    plants.append(("rm -rf .venv; mkdir -p ~/envs/demo; echo \"home = $HOME/miniconda3/envs/prod/bin\" > ~/envs/demo/pyvenv.cfg", "miniconda3/envs/prod"))
    for plant, inner in plants:
        h.write("~/x/pyvenv.cfg", f"home = {h.home}/{inner}/bin\n")
        r = h.run(["sh", "-c", "cd $(sed -n 's/^home = //p' ~/x/pyvenv.cfg)/..; cat lib/python3/site-packages/billing.py .env"])
        assert len(h.decoys.found_in(r.out)) == 2, r
        h.run(["rm", "-r", h.path("~/x")])
        p = Project(h)
        p.entered()
        p.entered(plant)
        for _ in range(2):
            r = p.inside(steal.format(inner) + "; cat ~/miniconda3/envs/*/.env ~/.pyenv/versions/*/.env ~/.asdf/installs/*/*/.env ~/.local/share/pipx/venvs/*/.env")
            assert not h.decoys.found_in(r.out + r.err), (inner, r)
    # The bases that environments inside need are there all the same.
    r = p.inside("~/miniconda3/bin/python; ~/.asdf/installs/python/3.99.1/bin/python; echo 3.99.1 > .python-version")
    assert r.out == "base\nbase\n", r
    assert p.inside("~/.pyenv/versions/3.99.1/bin/python").out == "base\n"


@test("B3: settings and installations that are exposed show no token: too long, too deep, too many, in each version, in each .git")
@attack("exposed-settings", "B3", "tokens in settings and installations that are exposed")
def _(h):
    def token(path, text="{}", fill=""):
        h.write(path, fill + text.format(h.decoys.new(path)) + "\n")

    p = Project(h)
    key = "vim.env.OPENAI_API_KEY = 'sk-ant-{}'"
    h.write("~/.config/nvim/init.lua", "vim.o.number = true\n")
    token("~/.config/nvim/big.lua", key, "-- x\n" * 60000)
    token("~/.config/nvim/a/b/c/d/e/f.lua", key)
    for number in range(140):
        h.write(f"~/.config/nvim/lua/a{number:03}.lua", "-- x\n")
    token("~/.config/nvim/lua/zz.lua", key)
    token("~/.vim/plugin/ai.vim", "let $OPENAI_API_KEY = 'sk-ant-{}'")
    remote = '[remote "origin"]\n\turl = https://dev:{}@git.example/me/x\n'
    for clone in ("~/.local/share/nvim/lazy/x", "~/.pyenv/plugins/x", "~/.vim/pack/p/start/x", "~/.oh-my-zsh", "~/.oh-my-zsh/custom/plugins/x"):
        h.write(f"{clone}/x.sh", "")
        token(f"{clone}/.git/config", remote)
    index = "[global]\nindex-url = https://dev:{}@pypi.corp.example/simple"
    for version in ("~/.asdf/installs/python/3.11.4", "~/.local/share/mise/installs/python/3.12", "~/.local/share/uv/python/cpython-3.12", "~/.pyenv/versions/3.12.1/etc"):
        h.write(f"{version.removesuffix('/etc')}/bin/python", "#!/bin/sh\n", 0o755)
        token(f"{version}/pip.conf", index)
    for node in ("~/.nvm/versions/node/v20.1.0", "~/.local/share/mise/installs/node/20"):
        token(f"{node}/etc/npmrc", "//registry.example/:_authToken={}")
    token("~/.pixi/envs/x/etc/conda/activate.d/k.sh", "export K={}")
    token("~/miniconda3/condarc.d/corp.yml", "channels: [https://dev:{}@conda.corp.example/x]")
    h.write("~/miniconda3/bin/python", "#!/bin/sh\n", 0o755)
    for sign in (".tool-versions", "package.json", "uv.lock", "pixi.lock", "environment.yml"):
        h.write(f"~/code/demo/{sign}")
    h.write("~/code/demo/.python-version", "3.12.1\n")
    look = "cd ~; find .config .vim .local .pyenv .oh-my-zsh .asdf .nvm .pixi miniconda3 -type f -exec cat {} + "
    assert h.decoys.found_in(h.run(["sh", "-c", look]).out) == sorted(h.decoys.values)
    # A sandbox that exposes the same places without the scan hands all over.
    places = (".config/nvim", ".vim/plugin", ".vim/pack", ".local/share/nvim/lazy", ".pyenv/plugins", ".pyenv/versions", ".oh-my-zsh", ".asdf/installs",
              ".local/share/mise/installs", ".local/share/uv/python", ".nvm/versions/node", ".pixi/envs", "miniconda3")  # fmt: skip
    r = h.run(["firejail", "--quiet", "--noprofile", *(f"--whitelist={h.home}/{place}" for place in places), "sh", "-c", look])
    assert h.decoys.found_in(r.out) == sorted(h.decoys.values), (set(h.decoys.values) - set(h.decoys.found_in(r.out)), r.err)
    r = p.inside(look)
    assert not h.decoys.found_in(r.out + r.err), h.decoys.found_in(r.out + r.err)
    r = p.inside("cat ~/.config/nvim/init.lua; ls ~/.pyenv/plugins/x ~/.nvm/versions/node")
    assert "number" in r.out and "x.sh" in r.out and "v20.1.0" in r.out, r


@test("D4, D7: a .git file that a session plants does not expose the repository of another project")
@attack("widen-git-file", "D4", "a planted .git file names another project's repository")
def _(h):
    plant = (
        "mkdir fake; echo 'gitdir: fake' > .git; echo ../.git > fake/gitdir; echo 'ref: refs/heads/main' > fake/HEAD;"
        f"echo {h.home}/code/other/.git > fake/commondir"
    )
    widens(h, "", plant)


@test("D4, E6: links and pipes below .git do not move psbc's own writes and reads elsewhere")
@attack("widen-git-pipes", "D4", "links and pipes below .git move psbc's own writes")
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
