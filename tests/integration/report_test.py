#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""psbc report: the evidence of one project, as a page and as JSON; no secret is in it."""
import json
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from page import Page  # noqa: E402
from tap import main, test  # noqa: E402

LAB = "~/code/lab"


def prepare(h, text):
    h.require("firejail")
    h.plant_decoys()
    h.write(f"{LAB}/.env", h.decoys.new(".env"))
    h.mkdir("~/data")
    h.write(f"{LAB}/.python-sandbox.toml", text)
    assert h.psbc("trust", "--yes", cwd=LAB).ok


@test("a page and JSON say what is granted, who approved it and when, which attacks were stopped, and the versions; both agree")
def _(h):
    prepare(h, 'name = "lab"\nreadonly = ["~/data"]\nhidden = [".env"]\n')
    r = h.psbc("report", "out.html", "--json", cwd=LAB)
    assert r.status == 0 and "wrote out.html: " in r.err, r
    found = json.loads(r.out)
    assert found["approval"]["state"] == "approved" and found["approval"]["by"].endswith(f"(uid {h.uid})") and found["approval"]["at"].startswith(time.strftime("%Y-%m-%dT", time.gmtime())), found["approval"]
    assert "+ read ~/data" in [one["words"] for one in found["grants"]] and found["name"] == "lab" and found["root"] == h.path(LAB)
    verdicts = {one["id"]: one["verdict"] for one in found["attacks"]}
    assert len(verdicts) >= 60 and verdicts["home-file"] == "pass" and "fail" not in verdicts.values(), verdicts
    assert {"psbc", "firejail", "kernel", "Landlock"} == set(found["versions"]) and found["versions"]["kernel"] == os.uname().release
    page = Page(h.read(f"{LAB}/out.html"))
    assert not page.tags & {"script", "link", "img", "iframe"} and not [one for one in page.attributes if one[0] in ("src", "href") or one[0].startswith("on")]
    for text in (found["approval"]["digest"], found["approval"]["at"], found["versions"]["firejail"], "0 failed", "~/code/lab/.python-sandbox.toml:2", "open: connects to a service on 127.0.0.1"):
        assert text in page.text, text
    titles = re.findall(r"<h2>(\w+)", h.read(f"{LAB}/out.html"))
    assert titles[:6] == ["approval", "attacks", "machine", "versions", "record", "files"], titles
    assert found["record"] == {"to": "off", "required": False, "lines": 0, "whole": True} and "none is kept" in page.text


@test("what was approved and what the file asks for besides are told apart; what was never approved has no report")
def _(h):
    prepare(h, 'name = "lab"\n')
    before = json.loads(h.psbc("report", "--json", cwd=LAB).out)
    h.write(f"{LAB}/.python-sandbox.toml", 'name = "lab"\nreadonly = ["~/data"]\n')
    r = h.psbc("report", "out.html", "--json", cwd=LAB)
    found = json.loads(r.out)
    assert found["approval"]["state"] == "wider" and found["approval"]["digest"] == before["approval"]["digest"], found["approval"]
    assert "asks for more than was approved, and does not get it" in Page(h.read(f"{LAB}/out.html")).text
    assert h.psbc("trust", "--revoke", cwd=LAB).ok
    r = h.psbc("report", "out2.html", cwd=LAB)
    assert r.status == 3 and "psbc trust" in r.err and not h.exists(f"{LAB}/out2.html"), r
    assert h.psbc("report", cwd=LAB).status == 2


@test("no secret of a file, a variable or a token source is in it")
def _(h):
    prepare(h, 'name = "lab"\nhidden = [".env"]\ntokens = ["HF_TOKEN?", "LAB_KEY?"]\n[env]\npass = ["LAB_MODE"]\n')
    h.write("~/token", h.decoys.new("token"))
    h.run(["chmod", "600", h.path("~/token")])
    assert h.psbc("tokens", "set", "LAB_KEY", "file:~/token").ok and h.psbc("tokens", "set", "HF_TOKEN", "env:OUTSIDE").ok
    env = {"OUTSIDE": h.decoys.new("outside"), "LAB_MODE": "fast", "AWS_SECRET_ACCESS_KEY": h.decoys.new("aws")}
    assert h.decoys.found_in(h.psbc("run", "--", "env", cwd=LAB, env=env).out) == ["outside", "token"]
    r = h.psbc("report", "out.html", "--json", cwd=LAB, env=env)
    assert r.status == 0 and not h.decoys.found_in(r.out + r.err + h.read(f"{LAB}/out.html")), r
    assert "HF_TOKEN" in h.read(f"{LAB}/out.html")


main()
