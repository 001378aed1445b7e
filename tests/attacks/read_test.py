#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Reading what the file does not grant."""
import os
from pathlib import Path

from attack import Project, as_root, git, secret
from tap import test
from vectors import attack, main, seed

# Where secrets are, beside the ones of every host: the well known, and two that no list can know.
PLACES = (
    "~/.gnupg/private-keys-v1.d/A.key", "~/.password-store/bank.gpg", "~/.local/share/keyrings/login.keyring",
    "~/.config/google-chrome/Default/Login Data", "~/.docker/config.json", "~/.kube/config", "~/.pypirc", "~/.npmrc",
    "~/.config/pip/pip.conf", "~/.config/gcloud/credentials.db", "~/.zsh_history", "~/.python_history", "~/.psql_history",
    "~/.config/psbc/secret", "~/.local/state/other/secret", "~/.cache/other/x", "~/envs/other/x", "~/Documents/taxes.txt",
    "~/.acme/passphrase", "~/notes.txt",
)  # fmt: skip


@test("B1: of all that HOME holds, a sandbox sees its own project and what psbc made for it")
@attack("home-everything", "B1", "walk all of HOME and read each file")
def _(h):
    h.plant_decoys()
    for path in PLACES:
        secret(h, path)
    p = Project(h, "readonly = []\n")
    h.write("~/code/demo/own.txt", "own\n")
    h.mkdir("~/envs/demo/bin")  # a real one, from the days of the predecessor
    everything = "find ~ /home /root -type f -exec cat {} + 2>/dev/null; env; cat " + " ".join(
        f"'{h.path(path)}'" for path in (*PLACES, "~/.ssh/id_ed25519", "~/.bash_history", "~/code/other-project/.env")
    )
    assert h.decoys.found_in(h.run(["sh", "-c", everything]).out) == sorted(h.decoys.values)
    seed("home-everything", len(h.decoys.found_in(p.predecessor(everything).out)), len(h.decoys.values))
    r = p.entered(everything)
    assert not h.decoys.found_in(r.out + r.err), r
    assert "own\n" in r.out, r
    # Names tell as well: of a client, of a product.
    r = p.entered("ls -A ~ ~/code ~/envs ~/.cache ~/.config ~/.local/state/psbc ~/.local/share/psbc/sandboxes")
    for name in ("other", "notes.txt", "Documents", ".ssh", "firefox", "trust"):
        assert name not in r.out, (name, str(r))


@test("B4: a hidden file does not come back by renaming what is above it, by a link or by another name for it")
@attack("hidden-renamed", "B4", "rename what is above a hidden file, link it, copy it")
def _(h):
    h.write("~/code/demo/cfg/deep/.env", h.decoys.new("hidden"))
    rename = "mv cfg cfg2 || mv cfg/deep cfg/deep2; true"
    link = "ln cfg*/deep*/.env again; cp cfg*/deep*/.env copy; true"
    look = "cat cfg*/deep*/.env again copy"
    p = Project(h, 'hidden = ["cfg/deep/.env"]\n')
    by_hand = f"blacklist {p.root}/cfg/deep/.env\n"
    assert not h.decoys.found_in(p.predecessor(look, by_hand).out)
    p.predecessor(rename, by_hand)
    assert h.decoys.found_in(p.predecessor(look, by_hand).out) == ["hidden"], h.story()
    seed("hidden-renamed", True)
    os.rename(h.path("~/code/demo/cfg2"), h.path("~/code/demo/cfg"))

    for attempt in (rename, link, "rm -rf cfg; mv cfg/deep/.env x; rmdir cfg/deep", "python3 -c 'import os; os.rename(\"cfg/deep/.env\", \"y\")'"):
        assert not h.decoys.found_in(p.entered(attempt).out), attempt
        assert not h.decoys.found_in(p.entered(look + " x y").out), attempt
        assert h.read("~/code/demo/cfg/deep/.env").startswith("CANARY"), attempt
        assert h.lstat("~/code/demo/cfg/deep/.env").st_nlink == 1, attempt
    # The directories that were pinned for it are still writable.
    p.entered("touch cfg/new cfg/deep/new && rm cfg/new")
    assert h.exists("~/code/demo/cfg/deep/new")


@test("B4: a hard link that is there already is refused, so is a symlink, and a twin in other letters is another file")
@attack("hidden-hard-link", "B4", "a hard link, a symlink or a case twin of a hidden file")
def _(h):
    h.write("~/code/demo/.env", h.decoys.new("hidden"))
    os.link(h.path("~/code/demo/.env"), h.path("~/code/demo/again"))
    p = Project(h, 'hidden = [".env"]\n', trusted=False)
    assert h.decoys.found_in(p.predecessor("cat again", f"blacklist {p.root}/.env\n").out) == ["hidden"]
    seed("hidden-hard-link", True)
    p.psbc("trust", "--yes")
    assert p.inside("touch ran; cat again").status != 0 and not h.exists("~/code/demo/ran"), h.story()
    os.unlink(h.path("~/code/demo/again"))

    os.rename(h.path("~/code/demo/.env"), h.path("~/code/demo/real.env"))
    h.symlink("real.env", "~/code/demo/.env")
    h.write("~/code/demo/.ENV", "the twin\n")
    # By hand it is followed, until a session removes it.
    assert not h.decoys.found_in(p.predecessor("cat .env real.env; rm -f .env", f"blacklist {p.root}/.env\n").out)
    assert h.decoys.found_in(p.predecessor("cat .env real.env", f"blacklist {p.root}/.env\n").out) == ["hidden"]
    h.symlink("real.env", "~/code/demo/.env")
    for pattern in (".env", ".en*"):
        p = Project(h, f'hidden = ["{pattern}"]\n', trusted=False)
        r = p.psbc("trust", "--yes")
        assert r.status == 2 and "is a symlink in a place that the sandbox can write" in r.err, r
    # A link to what is hidden anyway is no matter.
    p = Project(h, 'hidden = ["*.env"]\n')
    for r in (p.entered("cat .env real.env .ENV; rm -f .env; mv real.env x; cat .env real.env x"), p.entered("cat .env real.env x .ENV")):
        assert not h.decoys.found_in(r.out) and "the twin" in r.out, r


@test("B5: `**` hides at every depth, and what appeared since the last build as well")
@attack("hidden-any-depth", "B5", "a hidden name at every depth, and one that appeared since the build")
def _(h):
    for path in (".env", "sub/.env", "sub/x/y/.env", ".hid/.env"):
        h.write(f"~/code/demo/{path}", h.decoys.new(path))
    p = Project(h, 'hidden = ["**/.env"]\n')
    look = "find . -name .env -exec cat {} +"
    by_hand = f"blacklist {p.root}/**/.env\n"
    assert h.decoys.found_in(p.predecessor(look, by_hand).out) == [".env", ".hid/.env", "sub/x/y/.env"], h.story()
    seed("hidden-any-depth", True)
    assert not h.decoys.found_in(p.entered(look).out), h.story()
    h.write("~/code/demo/sub2/.env", h.decoys.new("later"))
    h.write("~/code/demo/sub/x/.env", h.decoys.new("later, in a known directory"))
    assert not h.decoys.found_in(p.entered(look).out), h.story()


@test("B7: a symlink in the project to a secret leads nowhere, whoever planted it")
@attack("symlink-to-secret", "B7", "symlinks in the project to secrets, planted before or by a session")
def _(h):
    h.plant_decoys()
    targets = {"by-clone": "~/.ssh/id_ed25519", "absolute": "~/.aws", "sub/up": "../../../.netrc", "data": "~/code/other-project"}
    for link, target in targets.items():
        h.symlink(target, f"~/code/demo/{link}")
    look = "cat by-clone absolute/credentials sub/up data/.env planted planted-dir/id_ed25519"
    p = Project(h)
    plant = f"ln -s {h.home}/.ssh/id_ed25519 planted; ln -s {h.home}/.ssh planted-dir"
    found = h.decoys.found_in(h.run(["sh", "-c", f"{plant}; {look}; rm planted planted-dir"], cwd=p.path).out)
    assert found == ["another project", "aws key", "netrc", "ssh key"], found
    seed("symlink-to-secret", len(h.decoys.found_in(p.predecessor(f"{plant}; {look}; rm -f planted planted-dir").out)), len(found))
    assert not h.decoys.found_in(p.entered(f"{plant}; {look}").out)
    assert h.exists("~/code/demo/planted"), "planted for the next session"
    assert not h.decoys.found_in(p.entered(look).out)
    # As an entry it would carry the target in: a clone could name it, and a session could point it elsewhere.
    for key in ("readonly", "writable"):
        for link in ("data", "by-clone", "planted-dir", "planted"):
            p = Project(h, f'{key} = ["{link}"]\n', trusted=False)
            p.psbc("trust", "--yes")
            assert not h.decoys.found_in(p.inside(look).out), (key, link)


@test("B9: files of other programs and users outside of HOME are absent, and nothing can be left there")
@attack("outside-of-home", "B9", "files of other programs and users outside of HOME")
def _(h):
    p = Project(h)
    for tree in ("/opt", "/var/mail"):
        as_root("mount", "-t", "tmpfs", "tmpfs", tree)
    other = "/home/other"
    places = ["/tmp", "/var/tmp", "/dev/shm", "/run/lock", h.runtime, "/opt", "/srv", "/mnt", "/media", "/var/mail", other]
    for place in places:
        os.makedirs(place, exist_ok=True)
        os.chmod(place, 0o1777)
        Path(place, "secret").write_text(h.decoys.new(place))
        Path(place, "of-a-client").mkdir()
        Path(place, "of-a-client/secret").write_text(h.decoys.new(place))
    look = f"cat {' '.join(f'{place}/secret {place}/*/secret' for place in places)}; ls -A {' '.join(places)}"
    plant = f"for d in {' '.join(places)}; do touch $d/planted; mkdir -p $d/planted.d; done"
    control = h.run(["sh", "-c", look])
    assert h.decoys.found_in(control.out) == sorted(places) and "of-a-client" in control.out
    seed("outside-of-home", len(h.decoys.found_in(p.predecessor(look).out)), len(places))
    h.run(["sh", "-c", plant])
    assert all(h.exists(f"{place}/planted") for place in places)
    for place in places:
        os.unlink(f"{place}/planted")
        os.rmdir(f"{place}/planted.d")
    r = p.entered(f"{look}; {plant}")
    assert not h.decoys.found_in(r.out) and "of-a-client" not in r.out, r
    left = [place for place in places if h.exists(f"{place}/planted") or h.exists(f"{place}/planted.d")]
    assert not left, left


@test("B12: the .gitconfig inside has the identity, and neither the tokens nor what git would execute")
@attack("gitconfig-tokens", "B12", "tokens, helpers and includes of ~/.gitconfig")
def _(h):
    h.plant_decoys()
    token = h.decoys.new("credential of a rewritten URL")
    h.write(
        "~/.gitconfig",
        h.read("~/.gitconfig") + f'[credential]\n\thelper = "!echo {token}"\n[alias]\n\tst = status\n\tleak = "!echo {token}"\n'
        f'[http]\n\textraHeader = "Authorization: {token}"\n[include]\n\tpath = ~/.git-secrets\n[core]\n\tpager = echo {token}\n',
    )
    h.write("~/.git-secrets", f"[user]\n\tsigningKey = {h.decoys.new('included')}\n")
    look = "cat ~/.gitconfig ~/.git-secrets; git config --list --show-origin; git leak"
    p = Project(h)
    git(h, "init", "-q")
    assert "git token" in h.decoys.found_in(p.predecessor(look).out)
    seed("gitconfig-tokens", True)
    r = p.entered(look)
    assert not h.decoys.found_in(r.out), r
    r = p.entered("git st --short && git commit -q --allow-empty -m x")
    assert r.ok, r
    assert git(h, "log", "-1", "--format=%an <%ae>").out == "Dev <dev@example.org>\n"


@test("E21: no descriptor of the caller leads out: not a directory, not a file, not the standard streams")
@attack("inherited-descriptors", "C10", "a directory or a file as an inherited descriptor or standard stream")
def _(h):
    h.plant_decoys()
    p = Project(h)
    steal = ["sh", "-c", "cat /proc/self/fd/*/id_ed25519 /proc/self/fd/9/../.netrc; cat <&8; cd /proc/self/fd/9 && cat id_ed25519"]
    opened = ["sh", "-c", 'exec 9<"$HOME/.ssh" 8<"$HOME/.aws/credentials"; exec "$@"', "sh"]
    assert h.decoys.found_in(h.run([*opened, *steal], cwd=p.path).out) == ["aws key", "netrc", "ssh key"]
    p.predecessor("true")  # writes the profile
    r = h.run([*opened, "firejail", "--quiet", "--profile=python-env-demo", *steal], cwd=p.path)
    seed("inherited-descriptors", h.decoys.found_in(r.out))
    r = h.run([*opened, "psbc", "run", "--", *steal], cwd=p.path)
    assert r.status != 125 and not h.decoys.found_in(r.out), r
    for redirect, name in (('exec "$@" <"$HOME/.ssh"', "input"), ('exec 9<"$HOME/.ssh"; exec "$@" >&9', "output"), ('exec 9<"$HOME/.ssh"; exec "$@" 2>&9', "")):
        r = h.run(["sh", "-c", redirect, "sh", "psbc", "run", "--", "sh", "-c", "touch ran; cat /proc/self/fd/0/*"], cwd=p.path)
        assert r.status == 125 and name in r.err and not h.exists("~/code/demo/ran"), r


main()
