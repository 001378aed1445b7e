#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Package indexes and company networks: tools inside ask where they ask outside, without a password, or nothing is entered."""
import time

from attack import Project
from tap import test
from vectors import attack, main, seed

COMPANY = "pypi.acme.example"


# The way out: a proxy that serves the company's index itself, and writes down who was asked. A program of its own, because
# a host is left by one thread.
SERVER = r"""
import base64, http.server, io, sys, zipfile
password, log = sys.argv[1], open(sys.argv[2], "a", buffering=1)
info, out = "acme_money-1.0.dist-info", io.BytesIO()
with zipfile.ZipFile(out, "w") as archive:
    archive.writestr("acme_money.py", "")
    archive.writestr(info + "/METADATA", "Metadata-Version: 2.1\nName: acme-money\nVersion: 1.0\n")
    archive.writestr(info + "/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    archive.writestr(info + "/RECORD", "")

class Handler(http.server.BaseHTTPRequestHandler):
    def do_CONNECT(self):  # the public index, by TLS
        print("asked", self.path, file=log)
        self.send_error(502)

    def do_GET(self):
        given = base64.b64decode(self.headers.get("Authorization", "Basic ").split()[-1] if "Authorization" in self.headers else "").decode()
        print("asked", self.path, file=log)
        if given:
            print("password", given, file=log)
        if password and password not in given:
            return self.send_error(401)
        wheel = self.path.endswith(".whl")
        body = out.getvalue() if wheel else b'<a href="acme_money-1.0-py3-none-any.whl">acme_money-1.0-py3-none-any.whl</a>'
        self.send_response(200)
        self.send_header("Content-Type", "application/zip" if wheel else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print("port", server.server_port, file=log)
server.serve_forever()
"""


class Network:
    def __init__(self, h, password=""):
        self.h, self.seen = h, 0
        h.write("~/net/server.py", SERVER)
        self.log = h.write("~/net/log")
        h.spawn(["python3", h.path("~/net/server.py"), password, self.log])
        end = time.monotonic() + 20
        while not (port := self.words("port")):
            assert time.monotonic() < end
            time.sleep(0.02)
        url = f"http://127.0.0.1:{port[0]}"
        self.variables = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "PIP_RETRIES": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

    def words(self, kind):
        return [line.split(" ", 1)[1] for line in self.h.read(self.log)[self.seen :].splitlines() if line.startswith(kind + " ")]

    def public(self):
        return [path for path in self.words("asked") if "pypi.org" in path]

    def company(self):
        return [path for path in self.words("asked") if COMPANY in path]

    def forget(self):
        self.seen = len(self.h.read(self.log))


def can_pip(h):
    h.require("psbc", "firejail")
    if not h.run(["/usr/bin/python3", "-m", "pip", "--version"]).ok:
        h.require("pip3")


PIP = "export PIP_RETRIES=0 PIP_DISABLE_PIP_VERSION_CHECK=1; /usr/bin/python3 -m pip download -d /tmp/got acme-money; ls /tmp/got"


@test("B14: an index of the user's own pip.conf is asked inside, without its password, and the public one never")
@attack("index-password", "B14", "the password in pip.conf; the public index asked for a company's package when that file stays outside")
def _(h):
    can_pip(h)
    net, secret = Network(h), h.decoys.new("index password")
    h.env.update(net.variables)
    h.write("~/.config/pip/pip.conf", f"[global]\nindex-url = http://dev:{secret}@{COMPANY}/simple/\ntrusted-host = {COMPANY}\n# {secret}\n[install]\nuser = {secret}\n")
    p = Project(h)
    # By hand: the file stays outside, the proxy crosses, and whoever has the name on the public index is asked.
    p.predecessor(PIP)
    assert net.public() and not net.company(), net.words("asked")
    seed("index-password", True)
    net.forget()
    r = p.entered(PIP + "; cat ~/.config/pip/pip.conf; find ~ -name pip.conf -exec cat {} +")
    assert "acme_money-1.0-py3-none-any.whl" in r.out, r
    assert net.company() and not net.public() and not net.words("password"), (net.words("asked"), net.words("password"))
    assert not h.decoys.found_in(r.out) and "passwords in `~/.config/pip/pip.conf` stay outside" in r.err and "line 2" in r.err, r
    # Nor is it in anything that psbc made.
    assert not h.decoys.found_in(str(h.tree("~/.local")) + p.psbc("build", "--print", "policy").out)
    # A session cannot change what the next one asks.
    p.entered("echo > ~/.config/pip/pip.conf")
    net.forget()
    assert "acme_money" in p.entered(PIP).out and not net.public(), net.words("asked")


@test("B14: an index that asks for the password refuses tools inside, and nobody else is asked")
@attack("index-refuses", "B14", "an index that asks for a password which stays outside: the public one is asked instead")
def _(h):
    can_pip(h)
    secret = h.decoys.new("index password")
    net = Network(h, secret)
    h.env.update(net.variables, PIP_INDEX_URL=f"http://dev:{secret}@{COMPANY}/simple/", PIP_TRUSTED_HOST=COMPANY)
    p = Project(h)
    h.run(["/usr/bin/python3", "-m", "pip", "download", "-d", "/tmp/out", "acme-money"])
    assert set(net.words("password")) == {f"dev:{secret}"} and not net.public(), net.words("asked")
    net.forget()
    r = p.entered(PIP + "; env")
    assert "acme_money-" not in r.out.split("PIP_")[0] and net.company() and not net.public() and not net.words("password"), (net.words("asked"), str(r))
    assert "PIP_INDEX_URL crosses without the user name and password in it" in r.err and not h.decoys.found_in(r.out), r
    # What cannot be taken out: nothing is entered.
    for bad in (f"http://{COMPANY}/ghp_0123456789abcdefghijABCDEFGHIJ012345/simple/", f"http://dev:a/b@{COMPANY}/simple/"):
        p.refuses("PIP_INDEX_URL", "public index", env={"PIP_INDEX_URL": bad})
    # The project's own word wins.
    h.write(p.file, 'name = "demo"\n[env]\nset = { PIP_INDEX_URL = "http://other.example/simple/" }\n')
    p.psbc("trust", "--yes")
    assert "PIP_INDEX_URL=http://other.example/simple/\n" in p.entered("env", env={"PIP_INDEX_URL": bad}).out


@test("B14: settings that cannot be carried refuse the entry, and say which line")
@attack("index-cannot-cross", "B14", "a token in the path of an index, a password that is not encoded, settings that are too long")
def _(h):
    p = Project(h)
    for path, text, said in (
        ("~/.config/pip/pip.conf", "[global]\nindex-url = https://h/ghp_0123456789abcdefghijABCDEFGHIJ012345/simple/\n", "line 2"),
        ("~/.pip/pip.conf", "[global]\n\nextra-index-url = https://u:a/b@h/\n", "line 3"),
        ("~/.config/uv/uv.toml", f'index-url = "https://h/{"x" * 70000}"\n', "64 KiB"),
    ):
        h.write(path, text)
        p.refuses("PSB412", said, "public index")
        h.write(path)
    assert p.entered().ok


@test("B14: settings of uv, conda, pdm and poetry are carried, and what names them as well")
@attack("index-other-tools", "B14", "passwords in the settings of uv, conda, pdm and poetry, and in variables that name indexes")
def _(h):
    secret = h.decoys.new("password")
    for path in ("environment.yml", "pdm.lock", "poetry.lock"):
        h.write(f"~/code/demo/{path}")
    url = f"https://dev:{secret}@{COMPANY}/simple/"
    h.write("~/.config/uv/uv.toml", f'[[index]]\nname = "acme"\nurl = "{url}"\ndefault = true\n[pip]\npassword = "{secret}"\n')
    h.write("~/.condarc", f"channels:\n  - https://{COMPANY}/t/{secret}/conda\nanaconda_token: {secret}\n")
    h.write("~/.config/pdm/config.toml", f'[pypi]\nurl = "{url}"\nusername = "dev"\npassword = "{secret}"\n')
    h.write("~/.config/pypoetry/config.toml", f'[plugins.pypi_mirror]\nurl = "{url}"\n[http-basic.acme]\npassword = "{secret}"\n')
    h.write("~/pip-of-mine.conf", f"[global]\nextra-index-url = {url}\n")
    h.env.update(PIP_CONFIG_FILE=h.path("~/pip-of-mine.conf"), UV_INDEX=f"acme={url}", UV_INDEX_ACME_PASSWORD=secret)
    p = Project(h)
    r = p.entered("cat ~/.config/uv/uv.toml ~/.condarc $PDM_CONFIG_FILE $PIP_CONFIG_FILE; env; cat ~/pip-of-mine.conf ~/.config/pypoetry/*")
    assert not h.decoys.found_in(r.out), r
    bare = f"https://{COMPANY}/simple/"
    for line in (f'url = "{bare}"', "default = true", f"  - https://{COMPANY}/conda", f"extra-index-url = {bare}", f"UV_INDEX=acme={bare}",
                 f"POETRY_PYPI_MIRROR_URL={bare}"):  # fmt: skip
        assert line + "\n" in r.out, (line, str(r))
    assert r.out.count(f'url = "{bare}"') == 2, r


@test("proxies and certificates cross as they are, a password in one does not, and a private key is not shown")
@attack("network-passwords", "B13", "the password of a proxy, and a private key beside certificates that a variable names")
def _(h):
    secret = h.decoys.new("proxy password")
    h.write("~/corp/ca.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    h.write("~/corp/both.pem", f"-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n{h.decoys.new('private key')}\n-----END PRIVATE KEY-----\n")
    h.write("~/corp/notes.txt", h.decoys.new("beside it"))
    h.symlink("ca.pem", "~/corp/current.pem")
    h.env.update(HTTPS_PROXY=f"http://dev:{secret}@proxy.example:3128", http_proxy="http://proxy.example:3128", no_proxy="localhost",
                 SSL_CERT_FILE=h.path("~/corp/current.pem"), REQUESTS_CA_BUNDLE=h.path("~/corp/both.pem"),
                 GIT_SSL_CAINFO=h.path("~/corp/absent.pem"), PIP_CERT=h.path("~/.ssh"), CURL_CA_BUNDLE="/etc/ssl/certs/ca-certificates.crt")  # fmt: skip
    h.write("~/.ssh/id_rsa", h.decoys.new("ssh"), 0o600)
    p = Project(h)
    r = p.entered("env; cat $SSL_CERT_FILE; echo x > $SSL_CERT_FILE; cat ~/corp/both.pem ~/corp/notes.txt ~/.ssh/id_rsa")
    assert not h.decoys.found_in(r.out), r
    for line in ("http_proxy=http://proxy.example:3128", "no_proxy=localhost", f"SSL_CERT_FILE={h.path('~/corp/current.pem')}", "MIIB"):
        assert line + "\n" in r.out, (line, str(r))
    for name in ("HTTPS_PROXY", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO", "PIP_CERT"):
        assert f"\n{name}=" not in r.out, (name, str(r))
    assert "psbc: HTTPS_PROXY stays outside, because it holds a user name or a password\n" in r.err and secret not in r.err, r
    assert "MIIB" in h.read("~/corp/ca.pem") and r.err.count("PSB414") == 3, r
    assert not h.decoys.found_in(str(h.tree("~/.local/state")))


@test("B14: settings that are named by a relative path, or by a link out of sight, are never dropped in silence")
def _(h):
    h.write("~/code/pip.conf", f"[global]\nindex-url = https://{COMPANY}/simple/\n")
    p = Project(h)
    h.symlink("~/code/pip.conf", "~/code/demo/link.conf")
    for value, why in {"../pip.conf": "PIP_CONFIG_FILE names its file by a relative path", f"{p.root}/link.conf": "a symlink on the way to it"}.items():
        h.env["PIP_CONFIG_FILE"] = value
        r = p.inside("touch ran")
        assert r.status == 125 and why in r.err and not h.exists("~/code/demo/ran"), r
    # One that is visible, through a link at home that is not.
    del h.env["PIP_CONFIG_FILE"]
    h.write("~/dotfiles/pip.conf", f"[global]\nindex-url = https://{COMPANY}/simple/\n")
    h.symlink("~/dotfiles/pip.conf", "~/.config/pip/pip.conf")
    p = Project(h, 'readonly = ["~/dotfiles"]\n')
    assert COMPANY in p.entered("cat ~/.config/pip/pip.conf").out


main()
