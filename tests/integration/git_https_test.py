#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""git over https with a granted token: clone, fetch and push of a private repository, by git itself."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from git_service import GitService  # noqa: E402
from tap import main, test  # noqa: E402

WORK = (
    "git clone -q {url} ~/code/lab/copy && cd ~/code/lab/copy && echo {word} > {word} && git add {word} && git commit -qm {word} && git push -q && git fetch -q"
    " && git log -1 --format=%s origin/main && rm -rf ~/code/lab/copy"
)


def prepare(h, name, delivery="", private="https://github.com"):
    h.require("psbc", "firejail")
    token = h.decoys.new("token")
    git = GitService(h, token, private=[private])
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    h.write("~/.secrets/t", token + "\n", 0o600)
    h.write("~/.config/psbc/config.toml", f'[tokens.{name}]\nfrom = "file:~/.secrets/t"\n{delivery}')
    h.write("~/code/lab/.python-sandbox.toml", f'name = "lab"\ntokens = ["{name}?"]\n')
    assert h.psbc("trust", "--yes", cwd="~/code/lab").ok
    return git, token


def work(h, word, url="https://github.com/lab.git"):
    return h.psbc("run", "--", "sh", "-c", "export GIT_TERMINAL_PROMPT=0; " + WORK.format(word=word, url=url), cwd="~/code/lab")


@test("clone, push and fetch of a private repository work inside with the granted token, and not without")
def _(h):
    git, token = prepare(h, "GITHUB_TOKEN")
    r = work(h, "two")
    assert r.ok and r.out == "two\n" and git.head() == ["two", "one"], r
    assert git.given() == {"https://github.com": {"x-access-token:" + token}}, git.given()
    # The address of a repository may name the user.
    git.forget()
    assert work(h, "three", "https://me@github.com/lab.git").ok and git.given() == {"https://github.com": {"me:" + token}}, git.given()
    h.write("~/.config/psbc/config.toml")
    git.forget()
    r = work(h, "four")
    assert r.status == 128 and "could not read Username" in r.err and "four" not in git.head(), r
    assert git.given() == {"https://github.com": set()}


@test("a token that is delivered as a file serves git as well")
def _(h):
    git, token = prepare(h, "GITHUB_TOKEN", 'as = "file"\n')
    r = work(h, "two")
    assert r.ok and git.given() == {"https://github.com": {"x-access-token:" + token}}, (str(r), git.given())


@test("Hugging Face and GitLab get theirs, under the user name that each wants; a value may say its own")
def _(h):
    git, token = prepare(h, "HF_TOKEN", 'as = "file"\n', "https://huggingface.co")
    r = work(h, "two", "https://huggingface.co/lab.git")
    assert r.ok and git.given() == {"https://huggingface.co": {"hf_user:" + token}}, (str(r), git.given())
    h.write("~/.config/psbc/config.toml", '[tokens.GITLAB_TOKEN]\nfrom = ["echo", "someone:secret"]\n')
    h.write("~/code/lab/.python-sandbox.toml", 'name = "lab"\ntokens = ["GITLAB_TOKEN"]\n')
    assert h.psbc("trust", "--yes", cwd="~/code/lab").ok
    git.forget()
    assert work(h, "three", "https://gitlab.com/lab.git").status == 128
    assert git.given() == {"https://gitlab.com": {"someone:secret"}}, git.given()


@test("of two tokens for one host git asks for the first that is there")
def _(h):
    git, token = prepare(h, "GITHUB_TOKEN")
    h.write("~/code/lab/.python-sandbox.toml", 'name = "lab"\ntokens = ["GITHUB_TOKEN", "GH_TOKEN?"]\n')
    assert h.psbc("trust", "--yes", cwd="~/code/lab").ok
    assert work(h, "two").ok
    h.write("~/.config/psbc/config.toml", '[tokens.GITHUB_TOKEN]\nfrom = ["echo", "weak"]\n[tokens.GH_TOKEN]\nfrom = "file:~/.secrets/t"\n')
    git.forget()
    assert work(h, "three").ok and git.given() == {"https://github.com": {"x-access-token:" + token}}, git.given()


main()
