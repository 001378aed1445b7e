#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""`psbc tokens`: the catalogue, the user's own file changed in place, and services asked about a token."""
import http.server
import json
import os
import shutil
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from tap import main, skip, test  # noqa: E402

CONFIG = "~/.config/psbc/config.toml"
TOKEN = "hf_" + "a1B2c3D4e5F6g7H8i9J0" * 2
READ = {"auth": {"accessToken": {"displayName": "x", "role": "read"}}}
WRITE = {"auth": {"accessToken": {"displayName": '"role": "read"', "role": "write"}}}
FINE = {"auth": {"accessToken": {"role": "fineGrained", "fineGrained": {"scoped": [{"permissions": ["repo.content.read", "repo.write"]}]}}}}


def project(h, config=""):
    h.write("~/lab/.python-sandbox.toml", f'name = "lab"\n{config}')


def tokens(h, *arguments, cwd="~/lab", **options):
    return h.psbc("tokens", *arguments, cwd=cwd, **options)


class Service:
    """A stand-in on this machine that answers one thing, and remembers what it was asked."""

    def __init__(self, answer, status=200, headers=()):
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.path, dict(self.headers)))
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


@test("list says what the project asks for and where yours come from, for people and for programs")
def _(h):
    project(h, 'tokens = ["HF_TOKEN:read", "WANDB_API_KEY?"]\n')
    h.write(CONFIG, '[tokens.HF_TOKEN]\nfrom = "pass:hf/readonly"\nkind = "read"\n[tokens.OPENAI_API_KEY]\nfrom = ["my", "keys"]\n', mode=0o600)
    r = tokens(h)
    assert r.ok and r.out == tokens(h, "list").out, r
    for words in ("~/lab asks for\n  HF_TOKEN:read ", "pass:hf/readonly", "~/.config/psbc/config.toml:", "WANDB_API_KEY?", "no source: psbc tokens set WANDB_API_KEY ask: --here",
                  "you have, and it does not ask for\n  OPENAI_API_KEY", "(Hugging Face Hub)"):  # fmt: skip
        assert words in r.out, (words, str(r))
    listed = json.loads(tokens(h, "list", "--json").out)
    assert listed["project"] == "~/lab"
    assert [(t["name"], t["asked"], t.get("source"), t.get("service")) for t in listed["tokens"]] == [
        ("HF_TOKEN", True, "pass:hf/readonly", "huggingface"), ("WANDB_API_KEY", True, None, "wandb"), ("OPENAI_API_KEY", False, "my keys", "openai")]  # fmt: skip
    assert len(json.loads(tokens(h, "list", "--catalogue", "--json").out)) >= 100
    assert "huggingface " in tokens(h, "list", "--catalogue", cwd="~").out


@test("info shows a service by its name or one of its variables, and says what was meant")
def _(h):
    h.mkdir("~/lab")
    r = tokens(h, "info", "huggingface")
    assert r.ok and r.out == tokens(h, "info", "HF_TOKEN").out, r
    for words in ("HF_TOKEN", "~/.cache/huggingface/token", "https://huggingface.co/settings/tokens", "hf_...", "HF_HOME"):
        assert words in r.out, (words, str(r))
    github = json.loads(tokens(h, "info", "github", "--json").out)
    assert github["hosts"] == ["github.com", "api.github.com"] and {"variable": "GH_TOKEN", "host": "github.com"} in github["git"]
    assert {"variable": "GH_ENTERPRISE_TOKEN", "host_variable": "GH_HOST"} in github["git"]
    assert "git over https  GITLAB_TOKEN: what GITLAB_HOST names, else gitlab.com\n" in tokens(h, "info", "gitlab").out
    assert "did you mean `huggingface`" in tokens(h, "info", "hugingface").err
    assert "did you mean `WANDB_API_KEY`" in tokens(h, "info", "WANDB_APIKEY").err
    assert tokens(h, "info", "nothing-like-it").status == 2
    assert "did you mean `list`" in tokens(h, "lits").err


@test("set and rm change the user's file in place: comments kept, private, through a link, for this project alone")
def _(h):
    project(h)
    r = tokens(h, "set", "HF_TOKEN", "pass:hf/readonly", "--kind", "read")
    assert r.ok and "in ~/.config/psbc/config.toml" in r.err, r
    assert h.lstat(CONFIG).st_mode & 0o777 == 0o600
    assert h.read(CONFIG) == '[tokens.HF_TOKEN]\nfrom = "pass:hf/readonly"\nkind = "read"\n'
    assert tokens(h, "set", "WANDB_API_KEY", "--here", "--", "my-keys", "--get", "a b").ok, h.story()
    assert h.read(CONFIG).endswith('\n[projects."~/lab".tokens.WANDB_API_KEY]\nfrom = ["my-keys", "--get", "a b"]\n')

    text = "# mine\nkeep_lost = true # yes\n\n" + h.read(CONFIG)
    h.write("~/dotfiles/psbc.toml", text, mode=0o640)
    os.unlink(h.path(CONFIG))
    h.symlink(h.path("~/dotfiles/psbc.toml"), CONFIG)
    assert tokens(h, "set", "HF_TOKEN", "env:HF", "--as", "file").ok, h.story()
    assert os.path.islink(h.path(CONFIG)) and h.lstat("~/dotfiles/psbc.toml").st_mode & 0o777 == 0o640
    assert h.read(CONFIG) == text.replace('"pass:hf/readonly"\nkind = "read"', '"env:HF"\nas = "file"'), h.read(CONFIG)
    assert tokens(h, "rm", "HF_TOKEN", "--here").status == 3
    assert tokens(h, "rm", "HF_TOKEN").ok and tokens(h, "rm", "WANDB_API_KEY", "--here").ok, h.story()
    assert h.read(CONFIG) == "# mine\nkeep_lost = true # yes\n"


@test("set refuses what its own parser would not read back, and the token itself, and leaves the file as it is")
def _(h):
    project(h)
    h.write(CONFIG, "# mine\n", mode=0o600)
    for arguments, said in (
        (["HF_TOKEN", "nowhere:x"], "no source that psbc knows"),
        (["HF_TOKEN", "file:relative"], "tokens.NAME.from"),
        (["HF_TOKEN", TOKEN], "token itself"),
        (["1X", "ask:"], "not the name of a variable"),
        (["HF_TOKEN"], "a name and a source"),
        (["HF_TOKEN", "ask:", "--kind", "weak"], "weak"),
    ):
        r = tokens(h, "set", *arguments)
        assert r.status == 2 and said in r.err and TOKEN[8:] not in r.err, (arguments, str(r))
        assert h.read(CONFIG) == "# mine\n"
    h.write(CONFIG, "broken = [\n")
    assert tokens(h, "set", "HF_TOKEN", "ask:").status == 2 and h.read(CONFIG) == "broken = [\n", h.story()
    h.write(CONFIG, "tokens = { X = { from = \"ask:\" } }\n")
    assert tokens(h, "set", "HF_TOKEN", "ask:").status == 2 and "HF" not in h.read(CONFIG), h.story()
    assert "did you mean WANDB_API_KEY" in tokens(h, "set", "WANDB_APIKEY", "ask:", env={"HOME": h.mkdir("~/other")}).err, h.story()


@test("check asks the service by curl's standard input, says what the token may do, and a mismatch")
def _(h):
    if shutil.which("curl") is None:
        skip("curl: asks the service")
    project(h, 'tokens = ["HF_TOKEN:read"]\n')
    (h.write("~/.secrets/hf", TOKEN + "\n", mode=0o600), h.write(CONFIG, '[tokens.HF_TOKEN]\nfrom = "file:~/.secrets/hf"\nkind = "read"\n'))
    for answer, status, verdict in ((READ, 0, "read-only"), (WRITE, 1, "can write"), (FINE, 1, "can write"), ({"name": "me"}, 0, "cannot tell"), ("<html>", 0, "cannot tell")):
        with Service(answer) as service:
            r = tokens(h, "check", "--endpoint", service.url)
            assert r.status == status and verdict in r.out and TOKEN[4:] not in r.out + r.err, (answer, str(r))
            assert ("is called read-only" in r.err) == (status == 1), r
            path, headers = service.asked[0]
            assert path == "/api/whoami-v2" and headers["Authorization"] == f"Bearer {TOKEN}" and len(service.asked) == 1
    with Service({}, status=401) as service:
        r = tokens(h, "check", "HF_TOKEN", "--endpoint", service.url)
        assert r.status == 1 and "refused" in r.out, r
    with Service({}, status=302, headers=[("Location", "http://127.0.0.1:1/")]) as service:
        assert tokens(h, "check", "--endpoint", service.url).status == 4, h.story()
    assert "https alone" in tokens(h, "check", "--endpoint", "http://elsewhere.example").err, h.story()
    assert tokens(h, "check", "--endpoint", "http://127.0.0.1:1").status == 4, h.story()


@test("check knows GitHub's and GitLab's answers, and never puts the token on a command line")
def _(h):
    if shutil.which("curl") is None:
        skip("curl: asks the service")
    project(h)
    h.write("~/bin/curl", '#!/bin/sh\ntr "\\0" "\\n" < /proc/$$/cmdline > ~/argv; exec /usr/bin/curl "$@"\n', mode=0o755)
    path = {"PATH": h.path("~/bin") + ":" + h.environment()["PATH"]}
    h.write(CONFIG, "".join(f'[tokens.{name}]\nfrom = "env:WEAK"\n' for name in ("GITHUB_TOKEN", "GITLAB_TOKEN", "COHERE_API_KEY")))
    cases = (
        ("GITHUB_TOKEN", {}, [("X-OAuth-Scopes", "repo, read:org")], "can write"),
        ("GITHUB_TOKEN", {}, [("X-OAuth-Scopes", "read:org, read:user")], "read-only"),
        ("GITHUB_TOKEN", {}, [("X-OAuth-Scopes", "")], "read-only"),
        ("GITHUB_TOKEN", {}, [("GitHub-Authentication-Token-Expiration", "2030-01-01")], "cannot tell"),
        ("GITLAB_TOKEN", {"active": True, "revoked": False, "scopes": ["read_api"], "expires_at": "2030-01-01"}, [], "read-only"),
        ("GITLAB_TOKEN", {"active": True, "revoked": False, "scopes": ["read_api", "api"]}, [], "can write"),
        ("GITLAB_TOKEN", {"active": False, "revoked": True, "scopes": ["read_api"]}, [], "refused"),
    )
    for name, answer, headers, verdict in cases:
        with Service(answer, headers=headers) as service:
            r = tokens(h, "check", name, "--endpoint", service.url, env={"WEAK": 'va"l\\ue', **path})
            assert verdict in r.out and (r.status == 1) == (verdict == "refused"), (name, answer, str(r))
            sent = service.asked[0][1]
            assert 'va"l\\ue' in sent.get("Authorization", "") + sent.get("PRIVATE-TOKEN", ""), sent
        assert h.exists("~/argv") and "ue" not in h.read("~/argv").replace("/", " ").split("curl")[-1], h.read("~/argv")
    r = tokens(h, "check", "COHERE_API_KEY", env={"WEAK": "x", **path})
    assert r.ok and "cannot tell" in r.out, r
    assert tokens(h, "check", "NO_SUCH").status == 3, h.story()


main()
