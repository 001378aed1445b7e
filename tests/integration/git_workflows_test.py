#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""git inside does what it does outside, or nothing: each workflow runs in a sandbox and in a twin of its repository on the host."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tap import main, test  # noqa: E402

FIXED = "export GIT_AUTHOR_DATE='2026-01-02 03:04:05 +0000' GIT_COMMITTER_DATE='2026-01-02 03:04:05 +0000' GIT_EDITOR=true LC_ALL=C; "
SETTINGS = "[user]\n\tname = Dev\n\temail = dev@example.org\n[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n"
MAKE = FIXED + r"""set -e
git init -q --bare remote.git
git init -q demo; cd demo
git remote add origin ../remote.git
printf 'one\ntwo\nthree\nfour\nfive\n' > a.txt; echo b > b.txt; echo 'export A=1' > .envrc
printf '.python-sandbox.toml\n.entered\nignored\nwt\n' > .gitignore
git add .; git commit -qm base
git init -q ../library; (cd ../library; echo lib > lib.txt; git add .; git commit -qm lib)
git submodule add -q ../library libs/library; git commit -qm submodule
git push -q -u origin main
git switch -q -c side; echo side >> b.txt; git commit -qam side; git push -q origin side
git switch -q -c guarded main; echo 'export A=2' > .envrc; echo g >> b.txt; git commit -qam guarded; git push -q origin guarded
git switch -q -c conflict main; sed -i 1s/.*/theirs/ a.txt; git commit -qam conflict
git switch -q -c feature main; for n in 1 2 3; do echo $n >> feature.txt; git add .; git commit -qm feature$n; done
git switch -q -c only main; echo only > only.txt; git add .; git commit -qm only; git push -q origin only; git switch -q main; git branch -q -D only
git switch -q -c ahead main; echo ahead > ahead.txt; git add .; git commit -qm ahead; git push -q origin ahead:main; git switch -q main; git branch -q -D ahead
git update-ref refs/remotes/origin/main main
git format-patch -q --stdout main..side > ../side.mbox; git format-patch -q --stdout main..guarded > ../guarded.mbox; cp ../side.mbox ../guarded.mbox .git/
"""
BISECT = "git bisect start -q feature main && git bisect run sh -c '! grep -q 2 feature.txt' >/dev/null; git rev-parse refs/bisect/bad; git bisect reset -q"

# What must be the same inside and outside.
SAME = {
    "commit": "echo new > new.txt; git add new.txt; git commit -qm new",
    "commit -a": "echo more >> a.txt; git commit -qam more",
    "amend": "git switch -q feature; echo x > x.txt; git add x.txt; git commit -q --amend -m amended",
    "rebase": "git rebase -q side feature",
    "rebase -i": "git switch -q feature; GIT_SEQUENCE_EDITOR='sed -i -e 2s/pick/squash/' git rebase -q -i main",
    "rebase with a conflict": "sed -i 1s/.*/ours/ a.txt; git commit -qam ours; git rebase -q conflict; echo both > a.txt; git add a.txt; git rebase --continue >/dev/null",
    "rebase --abort": "sed -i 1s/.*/ours/ a.txt; git commit -qam ours; git rebase -q conflict; git rebase --abort",
    "stash": "echo w >> a.txt; echo u > untracked; git stash -q -u; git switch -q side; git stash pop -q",
    "stash of untracked": "touch untracked; mkdir e; touch e/f ignored; git stash push -q --include-untracked && ls && git stash pop -q && git stash -q -u && git stash drop -q",
    "stash branch": "echo w >> a.txt; git stash -q; git stash branch stashed >/dev/null",
    "switch": "git switch -q side && git switch -q - && git checkout -q feature",
    "a new branch": "git switch -q -c new; git branch other side; git branch -q -D side",
    "merge": "git merge -q --no-edit side && git merge -q --no-edit feature",
    "merge with a conflict": "sed -i 1s/.*/ours/ a.txt; git commit -qam ours; git merge -q conflict; git checkout -q --theirs a.txt; git add a.txt; git commit -qm merged",
    "octopus": "git merge -q --no-edit side feature",
    "cherry-pick": "git cherry-pick main..feature >/dev/null",
    "revert": "git switch -q feature; git revert --no-edit HEAD~1 >/dev/null; git revert --abort; git revert --no-edit HEAD >/dev/null",
    "fetch and push": "git fetch -q; git switch -q side; echo p >> b.txt; git commit -qam pushed; git push -q origin side",
    "pull": "git pull -q",
    "pull --rebase": "echo mine > mine.txt; git add mine.txt; git commit -qm mine; git pull -q --rebase",
    "am": "git am -q .git/side.mbox",
    "apply": "git apply .git/side.mbox",
    "bisect": BISECT,
    "worktree": "git worktree add -q wt side && cd wt && echo w > w.txt && git add w.txt && git commit -qm 'in a worktree'",
    "submodule": "cd libs/library && echo s > s.txt && git add s.txt && git commit -qm inside && cd ../.. && git commit -qam 'library moved'",
    "tag": "git tag light; git tag -a -m annotated v1; git tag -d light >/dev/null",
    "reset": "git switch -q feature; git reset -q --hard HEAD~1; git reset -q --soft HEAD~1; echo r >> b.txt; git reset -q --mixed main",
    "restore": "echo x >> a.txt; echo y >> b.txt; git add b.txt; git restore a.txt; git restore --staged b.txt",
    "clean": "touch junk; mkdir d; touch d/junk ignored; git clean -q -fd && git clean -q -fdx -e .python-sandbox.toml && ! ls junk d ignored 2>/dev/null",
    "gc": "git gc -q --prune=now; git repack -q -a -d; git fsck",
    "an alias": "git -c alias.co=checkout co -q side && git -c alias.ci='commit -q' ci --allow-empty -m alias",
    "-C": "mkdir -p d; cd d; git -C .. switch -q side; git -C .. commit -q --allow-empty -m elsewhere",
    "mv and rm": "git mv a.txt c.txt; git rm -q b.txt; git commit -qm moved",
    "remote branch without following": "git switch -q --no-track -c only origin/only",
    "notes and describe": "git notes add -m note; git describe --all --always >/dev/null",
}  # fmt: skip

# What cannot be: the command, what its message says, and what does it outside.
REFUSED = {
    "switch to a changed guarded file": ("git switch guarded", ".envrc", "psbc git switch guarded"),
    "checkout of a changed guarded file": ("git checkout guarded -- .envrc", ".envrc", "psbc git checkout guarded -- .envrc"),
    "merge": ("git merge guarded", ".envrc", "psbc git merge guarded"),
    "rebase onto it": ("git rebase guarded feature", ".envrc", "psbc git rebase guarded feature"),
    "rebase of it": ("git rebase side guarded", ".envrc", "psbc git rebase side guarded"),
    "cherry-pick": ("git cherry-pick guarded", ".envrc", "psbc git cherry-pick guarded"),
    "reset": ("git reset --hard guarded", ".envrc", "psbc git reset --hard guarded"),
    "pull": ("git pull -q --no-rebase origin guarded", ".envrc", "psbc git pull"),
    "am": ("git am -q .git/guarded.mbox", ".envrc", "psbc git am -q .git/guarded.mbox"),
    "apply": ("git apply .git/guarded.mbox", ".envrc", "psbc git apply"),
    "remote add": ("git remote add other ../remote.git", "settings", "psbc git remote add other ../remote.git"),
    "remote remove": ("git remote remove origin", "settings", "psbc git remote remove origin"),
    "remote set-url": ("git remote set-url origin x", "settings", "psbc git remote set-url origin x"),
    "rename of a branch": ("git branch -m side new", "settings", "psbc git branch -m side new"),
    "a branch that follows": ("git checkout -q -b only origin/only", "settings", "git switch --no-track -c NAME origin/only"),
    "a branch that follows, guessed": ("git switch only", "settings", "psbc git switch only"),
    "--track": ("git checkout --track origin/only", "settings", "psbc git checkout --track origin/only"),
    "branch of a remote one": ("git branch only origin/only", "settings", "psbc git branch only origin/only"),
    "push -u": ("git push -q -u origin side", "settings", "psbc git push -q -u origin side"),
    "upstream": ("git branch -u origin/side side", "settings", "psbc git branch -u origin/side side"),
    "config": ("git config user.name Other", "settings", "psbc git config user.name Other"),
    "submodule add": ("git submodule add ../library other", "settings", "psbc git submodule add ../library other"),
    "submodule init": ("git submodule update --init", "settings", "psbc git submodule update --init"),
    "stash of all": ("git stash -q --all", "empty directories", "git stash --include-untracked"),
    "sparse-checkout": ("git sparse-checkout set libs", "settings", "psbc git sparse-checkout set libs"),
}  # fmt: skip


class Twins:
    """The same repositories twice: in a sandbox, and outside of any."""

    def __init__(self, h):
        h.require("psbc", "firejail", "git")
        self.h = h
        h.write("~/.gitconfig", SETTINGS)
        h.mkdir("~/template")
        r = h.run(["sh", "-c", MAKE], cwd="~/template")
        assert r.ok, r
        self.fresh()
        h.write("~/in/demo/.python-sandbox.toml", 'name = "demo"\nreadonly = ["~/in/library"]\nwritable = ["~/in/remote.git"]\n')
        r = h.psbc("trust", "--yes", cwd="~/in/demo")
        assert r.ok, r

    def fresh(self):
        """Both as they were: what is in the directories, which themselves stay."""
        line = """for side in in out; do
            for name in demo remote.git library; do
                mkdir -p ~/$side/$name; cd ~/$side/$name
                find . -mindepth 1 -maxdepth 1 ! -name .python-sandbox.toml -exec rm -rf {} +
                cp -a ~/template/$name/. .
            done
            git -C ~/$side/demo update-index -q --refresh
        done"""
        r = self.h.run(["sh", "-ec", line])
        assert r.ok, r

    def inside(self, line):
        return self.h.psbc("run", "--", "sh", "-c", FIXED + line, cwd="~/in/demo", timeout=60)

    def outside(self, line):
        return self.h.run(["sh", "-c", FIXED + line], cwd="~/out/demo", timeout=60)

    def state(self, side):
        """All that counts of the repositories."""
        h, seen = self.h, {}
        for name in ("demo", "remote.git", "demo/libs/library", "demo/wt"):
            at = f"~/{side}/{name}"
            if not h.exists(at):
                continue
            questions = ["for-each-ref", "rev-parse HEAD --abbrev-ref HEAD", "config --local --list", "stash list"]
            if name != "remote.git":
                questions += ["ls-files -s", "status --porcelain", "diff"]
            r = h.run(["sh", "-c", "; ".join(f"git {question}; printf '%s\\0' $?" for question in questions)], cwd=at)
            answers = r.out.replace(f"/{side}/", "/side/").split("\0")
            assert len(answers) == len(questions) + 1, r
            seen.update({(name, question): answer for question, answer in zip(questions, answers)})  # noqa: B905
        tree = h.tree(f"~/{side}/demo")
        seen["files"] = {path: content for path, content in tree.items() if not path.startswith((".git/", "wt/.git", ".python-sandbox"))}
        return seen


def differences(one, other):
    return {key: (one.get(key), other.get(key)) for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


@test("thirty workflows end inside as they do outside: refs, index, files, settings, status")
def _(h):
    twins = Twins(h)
    assert not differences(twins.state("in"), twins.state("out"))
    wrong = {}
    for name, line in SAME.items():
        twins.fresh()
        inside, outside = twins.inside(line), twins.outside(line)
        found = differences(twins.state("in"), twins.state("out"))
        if found or inside.status != outside.status or inside.out != outside.out or "psbc: error" in inside.err:
            wrong[name] = (str(inside), str(outside), found)
    assert not wrong, "\n".join(f"{name}:\n" + "\n".join(map(str, found)) for name, found in wrong.items())


@test("what meets a read-only file or the settings fails before it changed anything, says what does it, and that does it outside")
def _(h):
    twins = Twins(h)
    before = twins.state("in")
    wrong = {}
    for name, (line, what, way) in REFUSED.items():
        twins.fresh()
        r = twins.inside(line)
        found = differences(before, twins.state("in"))
        if found or r.ok or what not in r.err or way not in r.err:
            wrong[name] = (str(r), found)
        if name == "stash of all":
            continue  # it would take the ignored .python-sandbox.toml as well, which one of the twins has
        outside = h.run(["sh", "-c", FIXED + line.replace("git ", "psbc git ", 1)], cwd="~/in/demo", timeout=60)
        twin = twins.outside(line)
        found = differences(twins.state("in"), twins.state("out"))
        if found or outside.status != twin.status:
            wrong[name + ", outside"] = (str(outside), str(twin), found)
    assert not wrong, "\n".join(f"{name}:\n" + "\n".join(map(str, found)) for name, found in wrong.items())


main()
