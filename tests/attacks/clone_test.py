#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""A cloned repository that uses psbc itself against its user: what its file names, and what psbc reads of it."""
import os

from attack import Project, git, secret
from host import SOURCES
from tap import test
from vectors import attack, main


@test("D1, D3: an environment's path, which a repository chooses, makes no link where the host runs or obeys what it finds")
@attack("clone-env-path", "D1", "an environment's path, chosen by a repository, lies where the host runs what it finds")
def _(h):
    h.write("~/.profile", 'PATH="$HOME/.local/bin:$PATH"\n')
    git(h, "init", "-q", cwd=h.mkdir("~/code/victim"))
    # The attack: such a link leads to where a session writes, and the host follows it.
    h.write("~/lair/git", f"#!/bin/sh\ntouch {h.home}/PWNED\n", 0o755)
    h.symlink("~/lair/git", "~/.local/bin/git")
    h.run(["bash", "-lc", "git status"])
    assert h.exists("~/PWNED")
    for path in ("~/PWNED", "~/.local/bin/git"):
        os.unlink(h.path(path))
    places = (
        "~/.local/bin/git", "~/.ssh/authorized_keys", "~/code/victim/.git/hooks/post-commit", "~/code/victim/.git/hooks", "~/.config/psbc",
        "~/.config/psbc/config.toml", "~/.config/autostart/x.desktop", "~/.config/systemd/user/x.service", "~/.config/environment.d/x.conf",
        "~/.config/fish/conf.d/x.fish", "~/.config/git/config", "~/.vim/plugin/x.vim", "~/.oh-my-zsh/custom/x.zsh", "~/free/env", "~/free",
    )  # fmt: skip
    for number, place in enumerate(places):
        before = h.tree("~/.config") if h.exists("~/.config") else {}
        p = Project(h, path=f"~/code/clone{number}", name=f"clone{number}")
        h.write(p.file, f'name = "clone{number}"\n[python]\nvenv = "{place}"\n')
        for command in (["build"], ["trust", "--yes"]):
            r = p.psbc(*command)
            assert r.status == 2 and place.split("/")[-1] in r.err, (place, r)
        assert not h.exists(place) or place.endswith("hooks"), place
        assert (h.tree("~/.config") if h.exists("~/.config") else {}).keys() - before.keys() <= {"firejail"}, place
    # A directory that the user made is a grant, and shown as one.
    h.mkdir("~/free")
    r = Project(h, path="~/code/clone99", name="clone99").psbc("trust", "--show")
    h.write("~/code/clone99/.python-sandbox.toml", 'name = "clone99"\n[python]\nvenv = "~/free"\n')
    assert "+ write, as the environment: ~/free" in h.psbc("trust", cwd="~/code/clone99").err, r


@test("D1, D3: `writable` names no git directory of another project")
@attack("clone-writable-git", "D3", "a file grants itself another project's git directory")
def _(h):
    git(h, "init", "-q", cwd=h.mkdir("~/code/victim"))
    p = Project(h)
    for place in ("~/code/victim/.git", "~/code/victim/.git/hooks", "~/code/victim/.git/objects"):
        h.write(p.file, f'name = "demo"\nwritable = ["{place}"]\n')
        r = p.psbc("trust", "--yes")
        assert r.status == 2 and "it belongs to git" in r.err, r


@test("D2: a project that holds the user's dotfiles cannot rewrite psbc's own settings, which decide about every sandbox")
@attack("clone-dotfiles-settings", "D2", "a project of dotfiles rewrites psbc's own settings")
def _(h):
    secret(h, "~/code/other/data", "another project")
    settings = "~/dotfiles/psbc/config.toml"
    h.write(settings, "# mine\n")
    h.symlink("~/dotfiles/psbc/config.toml", "~/.config/psbc/config.toml")
    p = Project(h, path="~/dotfiles", name="dotfiles")
    other = Project(h)
    # What the attack would give: the settings of the user are obeyed by every sandbox.
    h.write(settings, 'readonly = ["~/code/other"]\n')
    assert h.decoys.found_in(other.entered("cat ~/code/other/data").out) == ["another project"]
    h.write(settings, "# mine\n")
    plant = "printf 'readonly = [\"~/code/other\"]\\n' > new; cp new psbc/config.toml; mv new psbc/config.toml; mv psbc x; mkdir psbc; cp new psbc/config.toml; rm -rf psbc"
    p.entered(plant)
    assert h.read(settings) == "# mine\n"
    assert not h.decoys.found_in(other.entered("cat ~/code/other/data").out)


@test("init --migrate in a clone takes over no profile of another project, and writes no secret into a file that is committed")
@attack("clone-migrate", "E1", "`init --migrate` in a clone takes over another project's profile")
def _(h):
    token = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"[:34]
    template = (SOURCES / "bench/predecessor/profile.in").read_text().replace("@name@", "imagenet")
    profile = "~/.config/firejail/python-env-imagenet.profile"
    text = template.replace("@directory@", h.path("~/code/imagenet")) + f"whitelist ${{HOME}}/patients\nenv ACME=1\nenv WANDB_API_KEY={token}\n"
    h.write(profile, text)
    for project in ("clone", "imagenet"):
        h.write(f"~/code/{project}/.python-sandbox", "imagenet\n")
    r = h.psbc("init", "--migrate", cwd="~/code/clone")
    written = h.read("~/code/clone/.python-sandbox.toml")
    assert r.ok and "made for another directory" in r.err and "patients" not in written and "ACME" not in written, (written, r)
    assert h.read(profile) == text
    # The project that it was made for gets all of it but the token.
    r = h.psbc("init", "--migrate", cwd="~/code/imagenet")
    written = h.read("~/code/imagenet/.python-sandbox.toml")
    assert r.ok and "~/patients" in written and "ACME" in written and token not in written and "left out `WANDB_API_KEY`" in r.err, (written, r)


@test("E2: what init reads of a clone is not read through links, and does not make it walk the machine")
@attack("clone-init-links", "E2", "`init` follows a clone's links and patterns without end")
def _(h):
    h.require("psbc")
    h.write("~/.cache/huggingface/token", "hf_abcdefghijklmnopqrstuvwxyz0123456789\n")
    h.mkdir("~/code/clone/deep" + "/d" * 40)
    h.symlink("../../.cache/huggingface/token", "~/code/clone/.python-sandbox")
    assert h.run(["cat", h.path("~/code/clone/.python-sandbox")]).out.startswith("hf_")
    h.write("~/code/pyproject.toml", '[tool.uv.workspace]\nmembers = ["../../../../../../**/nope", "/**/nope"]\n')
    h.write("~/code/clone/pyproject.toml", "[tool.uv.sources]\nx = { workspace = true }\n")
    r = h.psbc("init", cwd="~/code/clone", timeout=20)
    assert r.ok and 'name = "clone"' in h.read("~/code/clone/.python-sandbox.toml"), r
    # Many `**` are no more work than one: this had 10^15 ways through the tree.
    h.write("~/code/clone/.python-sandbox.toml", 'name = "clone"\nhidden = ["' + "**/*/" * 12 + 'nope"]\n')
    assert h.psbc("trust", cwd="~/code/clone", timeout=30).status == 3


main()
