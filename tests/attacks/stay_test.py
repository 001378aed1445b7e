#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Staying behind: what runs or decides outside of the sandbox, later."""
import os
import shutil

from attack import Project, each, git, home_of, look, secret
from tap import test
from vectors import attack, main, seed

# What the host runs or obeys unasked.
STARTUP = (
    "~/.bashrc", "~/.bash_profile", "~/.profile", "~/.zshrc", "~/.zshenv", "~/.bash_aliases", "~/.inputrc", "~/.vimrc",
    "~/.config/fish/conf.d/x.fish", "~/.config/autostart/x.desktop", "~/.config/systemd/user/x.service",
    "~/.config/environment.d/x.conf", "~/.local/bin/ls", "~/.local/share/applications/x.desktop",
    "~/.local/lib/python3.11/site-packages/usercustomize.py", "~/.gitconfig", "~/.config/git/config", "~/.ssh/authorized_keys",
    "~/.config/pip/pip.conf", "~/.config/firejail/globals.local", "~/.config/psbc/config.toml", "~/.config/direnv/direnvrc",
    "~/envs/other/bin/activate", "~/.cache/other/x", "~/.new-at-home",
)  # fmt: skip


@test("D1: whatever is written over, put beside or renamed in HOME inside is not there outside")
@attack("stay-home", "D1", "write over, beside or above what the host starts at login")
def _(h):
    h.plant_decoys()
    for path in ("~/.bashrc", "~/.profile", "~/.vimrc", "~/.inputrc"):
        h.write(path, "# mine\n")
    h.write("~/.config/psbc/config.toml", 'readonly = ["~/.vimrc"]\n')
    p = Project(h)
    p.entered()
    plant = "for f in " + " ".join(STARTUP) + '; do mkdir -p "$(dirname $f)"; echo planted >> $f; done; ' + (
        "for f in ~/.bashrc ~/.vimrc ~/.gitconfig; do rm -f $f; ln -sf ~/code/demo/x $f; mv -f ~/code/demo/x $f; done;"
        "mv ~/.config ~/.config.old; mv ~/envs ~/envs.old; mv ~/code ~/code.old; rm -rf ~/envs ~/.cache; "
        "echo '* * * * * touch ~/x' | crontab -; echo true | at now; true"
    )
    before = home_of(h, "code/demo")
    p.entered(plant)
    after = home_of(h, "code/demo")
    assert after == before, {path: after.get(path) for path in {*after, *before} if after.get(path) != before.get(path)}
    h.run(["sh", "-c", plant.split("done; ")[0] + "done"], cwd=p.path)
    assert all("planted" in h.read(path) for path in STARTUP)


# What the host's zsh and fish execute, and the sandbox sees.
SHOWN = (
    "~/.zshrc", "~/.zshenv", "~/.p10k.zsh", "~/.oh-my-zsh/oh-my-zsh.sh", "~/.oh-my-zsh/custom/mine.zsh", "~/.zsh/lib.zsh",
    "~/powerlevel10k/p10k.zsh", "~/.cache/gitstatus/gitstatusd", "~/.config/fish/config.fish", "~/.config/fish/conf.d/mine.fish",
    "~/.config/fish/functions/mine.fish", "~/.config/fish/fish_variables", "~/.config/starship.toml", "~/.local/bin/starship",
    "~/.config/zsh/.zprofile", "~/.config/zsh/plugins/p.zsh",
)  # fmt: skip
# What they would execute if it were there; the instant prompt of p10k is code.
PLANTED = ("~/.cache/p10k-instant-prompt-$USER.zsh", "~/.zcompdump", "~/.local/share/fish/vendor_conf.d/x.fish", "~/.config/fish/conf.d/new.fish",
           "~/.oh-my-zsh/custom/new.zsh", "~/.config/zsh/new.zsh", "~/.config/fish/new.fish", "~/.zlogin")  # fmt: skip


@test("D1: what the host's zsh and fish execute is shown inside, and stays as it is")
@attack("stay-shell-files", "D1", "what zsh and fish execute and the sandbox sees")
def _(h):
    h.require("zsh", "fish")
    for path in SHOWN:
        h.write(path, "# mine\n")
    p = Project(h)
    p.entered()
    over = [f"echo planted >> {f}; echo planted > n; mv -f n {f}; ln -sf $PWD/n {f}; sed -i 's/mine/planted/' {f}" for f in SHOWN]
    put = [f'mkdir -p "$(dirname {f})"; echo planted > {f}' for f in PLANTED]
    swap = [f"mv {d} {d}.old; mkdir -p {d}; echo planted > {d}/x" for d in
            ("~/.oh-my-zsh", "~/.oh-my-zsh/custom", "~/powerlevel10k", "~/.config/fish/conf.d", "~/.config/fish/functions", "~/.config/fish", "~/.config/zsh/plugins")]  # fmt: skip
    before = home_of(h, "code/demo")
    r = p.entered("cat " + " ".join(SHOWN) + " | grep -c mine; " + each(over + put + swap), env={"ZDOTDIR": h.path("~/.config/zsh")})
    assert int(r.out.split()[0]) >= len(SHOWN) - 2, r  # .zshenv and config.fish have psbc's words, and lead to the user's
    after = home_of(h, "code/demo")
    assert after == before, {path: after.get(path) for path in {*after, *before} if after.get(path) != before.get(path)}
    assert h.run(["sh", "-c", each([f"echo planted >> {f}" for f in SHOWN] + put)], cwd=p.path).ok
    assert all("planted" in h.read(path) for path in (*SHOWN, *(f.replace("$USER", h.user) for f in PLANTED)))


EDITS = (
    "echo 'readonly = [\"~/.aws\"]' >> .python-sandbox.toml",
    "sed -i 's/^name.*/&\\nreadonly = [\"~\\/.aws\"]/' .python-sandbox.toml",
    "echo new > n; mv -f n .python-sandbox.toml",
    "rm -f .python-sandbox.toml; echo new > .python-sandbox.toml",
    "mv .python-sandbox.toml old; echo new > .python-sandbox.toml",
    "rm -f .python-sandbox.toml; echo new > wide; ln -s wide .python-sandbox.toml",
    "rm -f .python-sandbox.toml; mkdir .python-sandbox.toml",
    "ln -sf wide .python-sandbox.toml",
    "ln .python-sandbox.toml twin && echo new >> twin",
    "mv ../demo ../demo2; mkdir ../demo; echo new > ../demo/.python-sandbox.toml",
    "python3 -c \"import os; fd = os.open('.python-sandbox.toml', os.O_RDWR); os.write(fd, b'new')\"",
    "truncate -s 0 .python-sandbox.toml; chmod 666 .python-sandbox.toml && echo new > .python-sandbox.toml; touch -d 1999-01-01 .python-sandbox.toml",
    "unshare -Urm sh -c 'umount .python-sandbox.toml; echo new > .python-sandbox.toml'",
)


@test("D2: the config cannot be edited, replaced, renamed, removed or made a link or a directory from inside")
@attack("stay-own-config", "D2", "edit, replace, rename or remove the project's file")
def _(h):
    p = Project(h)
    p.entered()
    works = []
    original = h.read(p.file)
    for edit in EDITS[:10]:
        h.run(["sh", "-c", edit], cwd=p.path)  # the predecessor's sandbox stops none but the last
        works.append(not h.exists(p.file) or not os.path.isfile(h.path(p.file)) or h.read(p.file) != original)
        h.run(["sh", "-c", "rm -rf .python-sandbox.toml wide old twin n ../demo2"], cwd=p.path)
        h.write(p.file, original)
    assert all(works), list(zip(works, EDITS))
    seed("stay-own-config", True)

    assert p.psbc("trust", "--yes").ok
    p.entered()
    before, found = p.state(), look(h, p.file)
    for r in (p.entered(each(EDITS)), p.entered(each(reversed(EDITS)))):
        assert look(h, p.file) == found and p.state() == before, r
    p.entered()


@test("D2: the compiled profiles, the approval and the claims on names cannot be seen, changed or replaced from inside")
@attack("stay-profile", "D2", "the compiled profiles and the approval")
def _(h):
    p = Project(h)
    p.entered()
    before = p.state()
    gen = next(path for path in before if path.endswith("/enter.profile"))
    state = h.path("~/.local/state/psbc")
    # Nothing keeps a process of the user's from it outside.
    assert h.run(["sh", "-c", f"echo >> {state}/{gen} && echo x > {state}/trust/x"]).ok and p.state() != before
    h.run(["sh", "-c", f"rm {state}/trust/x"])
    assert p.psbc("build").ok and p.psbc("build", "--check").ok
    before = p.state()
    id_ = gen.split("/")[1]
    r = p.entered(
        f"cd {state}; cat trust/* names/* {gen}; find . -type f -exec cat {{}} +; mkdir -p trust names; echo x > trust/{id_}; echo x > names/demo;"
        f"echo x >> {gen}; rm -rf builds trust names; mv builds/{id_} builds/x; ln -sfn /tmp builds/{id_}/current;"
        f"echo x > builds/{id_}/inside/session; rm -f builds/{id_}/inside/session; touch builds/{id_}/inside/x;"
        f"mv builds/{id_}/inside builds/{id_}/gone; mkdir -p builds/{id_}/inside; echo x > builds/{id_}/inside/session;"
        "mv ~/.local ~/.local2; true"
    )
    assert p.state() == before, r
    assert "whitelist" not in r.out and "psbc trust" not in r.out, r
    p.entered()
    assert p.state() == before


@test("D2, D6b: a wider file is never applied unasked, by whomever it was widened")
@attack("stay-wider-file", "D2", "a wider file without asking")
def _(h):
    h.plant_decoys()
    secret(h, "~/data/more")
    p = Project(h)
    steal = "cat ~/data/more ~/.aws/credentials; touch ran"
    p.entered("touch entered")
    original = h.read(p.file)
    # The predecessor enters with what the file says now.
    p.predecessor("true")
    p.predecessor(f"echo 'demo --whitelist={h.home}/data' > .python-sandbox")
    sbox = "firejail --quiet --profile=python-env-$(head -n 1 .python-sandbox) sh -c 'cat ~/data/more'"
    assert h.decoys.found_in(h.run(["sh", "-c", sbox], cwd=p.path).out) == ["~/data/more"], h.story()
    seed("stay-wider-file", True)
    r = p.entered(steal.replace("; touch ran", ""))
    assert not h.decoys.found_in(r.out), r

    wider = original + 'readonly = ["~/data"]\n'
    # The commented and the renamed one: what runs has what was approved. Empty, and unreadable: nothing runs.
    for change, said in ((wider, "asks for more than you approved"), (original + "# a comment\n", ""), (original.replace("demo", "demo2"), "asks for more"),
                         ("", "cannot be built"), (wider.replace('"~/data"', '"~/data'), "cannot be built")):  # fmt: skip
        h.write(p.file, change)
        for arguments in (["run"], ["enter"]):
            r = p.psbc(*arguments, "--", "sh", "-c", steal)
            assert said in r.err and (r.status == 125) == (said == "cannot be built"), (change, str(r))
            assert not h.decoys.found_in(r.out) and h.exists(p.path + "/ran") == (r.status != 125), r
            h.run(["rm", "-f", h.path(p.path + "/ran")])
        # Building does not make it approved.
        p.psbc("build", "--force")
        r = p.inside(steal)
        assert not h.decoys.found_in(r.out), (change, str(r))
        h.run(["rm", "-f", h.path(p.path + "/ran")])
    # Replaced by a link to the approved bytes, which could change between check and use.
    h.write(p.path + "/same", original)
    for replace in ("rm .python-sandbox.toml; ln -s same .python-sandbox.toml", "rm .python-sandbox.toml; mkdir .python-sandbox.toml", "rm -r .python-sandbox.toml; mkfifo .python-sandbox.toml"):
        assert h.run(["sh", "-c", replace], cwd=p.path).ok
        r = p.inside(steal, timeout=20)
        assert r.status in (3, 125) and not h.exists(p.path + "/ran"), (replace, str(r))
    h.run(["rm", "-rf", p.file.replace("~", h.home)])
    # Deleted: the directory is no project any more, and nothing is entered by memory of it.
    assert p.inside(steal).status == 3 and not h.exists(p.path + "/ran")
    h.write(p.file, original)
    p.entered("touch ran")
    assert h.exists(p.path + "/ran")
    # Approved after a look: applied, and only now.
    h.write(p.file, wider)
    assert p.psbc("trust", "--yes").ok
    assert h.decoys.found_in(p.entered(steal).out) == ["~/data/more"]


@test("D2, E3: bytes that were approved are approved for their project alone, and a damaged approval is none")
@attack("stay-approval-reused", "E3", "an approval of other bytes, or of another project")
def _(h):
    p = Project(h)
    p.entered()
    shutil.copytree(h.path(p.path), h.path("~/code/copy"))
    os.chown(h.path("~/code/copy"), h.uid, h.gid)
    os.chown(h.path("~/code/copy/.python-sandbox.toml"), h.uid, h.gid)
    r = h.psbc("run", "--", "touch", "ran", cwd="~/code/copy")
    assert r.status == 3 and "never approved" in r.err and not h.exists("~/code/copy/ran"), r
    approval = "~/.local/state/psbc/trust/" + os.listdir(h.path("~/.local/state/psbc/trust"))[0]
    whole = h.read(approval)
    for broken in (whole[:-1], whole.replace("psbc trust 2", "psbc trust 3"), whole + "x\n", "", whole.replace("/demo", "/other")):
        h.write(approval, broken)
        r = p.inside("touch ran")
        assert r.status in (3, 125) and not h.exists(p.path + "/ran"), (broken, str(r))
    h.write(approval, whole)
    p.entered()


@test("D6b, D7, E14: a name that a repo chooses never leads into another project's sandbox")
@attack("stay-name-of-other", "D6b", "the name of another project's sandbox")
def _(h):
    p = Project(h)
    p.entered("echo mine > ~/envs/demo/mine; echo cached > ~/.cache/pysandbox-demo/cached; echo x > own.txt")
    root = h.path(p.sandbox)
    assert h.exists("~/envs/demo/mine") and h.exists(p.sandbox + "/envs/demo/mine")
    h.write("~/code/demo/own.txt", h.decoys.new("another project"))
    h.write("~/envs/demo/mine", h.decoys.new("another environment"))
    before = h.tree(root)
    steal = f"cat ~/code/demo/own.txt ~/envs/demo/mine {root}/envs/demo/mine; echo planted > ~/envs/demo/planted; echo planted > {root}/envs/demo/planted; touch ran"

    evil = "~/clones/evil"
    h.write(f"{evil}/.python-sandbox", "demo\n")
    p.predecessor("true")  # writes the profile of `demo`
    sbox = "firejail --quiet --profile=python-env-$(head -n 1 .python-sandbox) cat " + p.root + "/own.txt"
    assert h.decoys.found_in(h.run(["sh", "-c", sbox], cwd=evil).out) == ["another project"], h.story()
    seed("stay-name-of-other", True)

    def refused(config, name="demo", path=evil):
        clone = Project(h, config, path=path, name=name, trusted=False)
        clone.psbc("trust", "--yes")
        r = clone.inside(steal)
        assert not h.decoys.found_in(r.out) and h.tree(root) == before, (config, str(r))
        return r

    r = refused("")
    assert r.status == 125 and "belongs to another project" in r.err and not h.exists(evil + "/ran"), r
    # The same last component, so that the ids differ in the digest alone.
    refused("", path="~/clones/demo")
    for config in ('[python]\nvenv = "~/envs/demo"\n', f'writable = ["{root}/envs/demo"]\n', 'writable = ["~/envs/demo"]\n', 'readonly = ["~/envs/demo"]\n',
                   'writable = ["~/.cache/pysandbox-demo"]\n', f'readonly = ["{root}"]\n', 'readonly = ["~/.local/share"]\n'):  # fmt: skip
        refused(config, name="evil")
    # A name that is free, but whose environment is another project's by its own choice.
    third = Project(h, '[python]\nvenv = "~/envs/chosen"\n', path="~/code/third", name="third")
    third.entered()
    chosen = os.readlink(h.path("~/envs/chosen"))
    refused("", name="chosen")
    assert os.readlink(h.path("~/envs/chosen")) == chosen
    # What the first one made is still its own, and under its name.
    assert os.path.realpath(h.path("~/envs/demo")) == root + "/envs/demo"
    assert h.decoys.found_in(p.entered("cat ~/envs/demo/mine").out) == ["another environment"]


@test("D6c: a config that a session plants below the project is a project of its own that nobody approved")
@attack("stay-nested-config", "D6c", "a file planted below the project")
def _(h):
    h.plant_decoys()
    p = Project(h)
    p.entered("mkdir -p sub/deep && printf 'name = \"demo\"\\nreadonly = [\"~/.cache\"]\\n' > sub/.python-sandbox.toml")
    assert h.exists("~/code/demo/sub/.python-sandbox.toml")
    for directory in ("sub", "sub/deep"):
        r = h.psbc("run", "--", "sh", "-c", "touch ran; cat ~/.cache/huggingface/token", cwd=f"~/code/demo/{directory}")
        assert r.status == 3 and "never approved" in r.err and not h.exists(f"~/code/demo/{directory}/ran"), r


@test("E2: what is protected cannot be made where it was absent at the start")
@attack("stay-absent-protected", "D2", "make what is protected where it was absent")
def _(h):
    p = Project(h)
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    git(h, "init", "-q", "--template=")
    assert not h.exists("~/code/demo/.git/hooks")
    plant = "mkdir -p .git/hooks; printf '#!/bin/sh\\ntouch ../../PWNED\\n' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit"
    by_hand = f"read-only {p.root}/.git/hooks\n"
    p.predecessor(plant, by_hand)
    git(h, "commit", "-q", "--allow-empty", "-m", "x")
    assert h.exists("~/PWNED"), "the host ran it"
    seed("stay-absent-protected", True)
    os.unlink(h.path("~/PWNED"))
    shutil.rmtree(h.path("~/code/demo/.git/hooks"))
    p.entered(plant + "; mkdir -p ~/.config/firejail; echo x > ~/.config/firejail/globals.local")
    git(h, "commit", "-q", "--allow-empty", "-m", "x")
    assert not h.exists("~/PWNED") and not h.exists("~/.config/firejail/globals.local")


@test("E6: links that a session leaves where psbc writes later lead its host side nowhere")
@attack("stay-links-for-psbc", "D7", "links where psbc writes later")
def _(h):
    h.plant_decoys()
    for path in ("~/.bashrc", "~/.profile"):
        h.write(path, "# mine\n")
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    p = Project(h)
    git(h, "init", "-q")
    p.entered("git config --global x.y z")
    root = h.path(p.sandbox)
    # A careless host side that follows such a link gives the file away, or destroys it.
    assert h.run(["sh", "-c", "mkdir farm; ln -s ~/.bashrc farm/link; echo planted > farm/link"], cwd=p.path).ok and h.read("~/.bashrc") == "planted\n"
    h.write("~/.bashrc", "# mine\n")
    before = home_of(h, "code/demo")
    for target in (f"{h.home}/.ssh", f"{h.home}/.bashrc", f"{h.home}/.local/state/psbc/trust", "../../../../../.ssh", f"{h.home}/new"):
        farm = (
            f"cd {root}; for d in env envs/demo envs cache state home tools; do rm -rf $d; mv $d $d.old; ln -sfn {target} $d; done;"
            f"cd ~/code/demo; for f in .git/modules .git/info .git/hooks .git/config .git/commondir .git/gitdir .git/HEAD.lock .venv pyproject.toml pyvenv.cfg; do"
            f"  [ -e $f ] || ln -sfn {target} $f; done"
        )
        p.entered(farm)
        for arguments in (["build", "--force"], ["run", "--", "sh", "-c", "echo x >> ~/.gitconfig; echo x >> ~/.bashrc; cat ~/.ssh/id_ed25519"], ["trust", "--show"], ["list"]):
            r = p.psbc(*arguments, timeout=20)
            assert not h.decoys.found_in(r.out + r.err), r
        after = home_of(h, "code/demo")
        assert after == before, (target, {path: after.get(path) for path in {*after, *before} if after.get(path) != before.get(path)})
    assert p.psbc("clean", "--yes", "--envs").status in (0, 4)
    after = home_of(h, "code/demo")
    assert {k: v for k, v in after.items() if not k.startswith(("envs", ".cache", ".config"))} == {
        k: v for k, v in before.items() if not k.startswith(("envs", ".cache", ".config"))
    }, h.story()


main()
