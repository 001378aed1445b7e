# SPDX-License-Identifier: MIT
"""Package indexes: the company's own, which wants a password, and the public one, on which somebody else has its names."""
from network import Network

COMPANY, PUBLIC, EVIL = "https://pypi.acme.example", "https://pypi.org", "https://evil.example"
URL = f"{COMPANY}/simple/"

# settings: {"HOST": {"password": "", "packages": {"acme-money": "1.0"}, "redirects": {"name": "URL"}, "pages": {"name": "HTML"}}}
_ANSWER = r"""
sys.path.insert(0, work)
import functools, hashlib, wheels
wheel = functools.cache(wheels.wheel)  # the bytes tell the time

def answer(self, host, path, user, password, body):
    index = settings.get(host)
    if index is None or password != index["password"] and index["password"]:
        return self.refuse()
    parts = path.strip("/").split("/")
    if parts[0] == "files":
        name, version = parts[1].split("-")[:2]
        return self.reply(200, {"Content-Type": "application/zip"}, wheel(name, version))
    if parts[-1] in index.get("redirects", {}):
        return self.reply(302, {"Location": index["redirects"][parts[-1]]})
    if parts[-1] in index.get("pages", {}):
        return self.reply(200, {"Content-Type": "text/html"}, index["pages"][parts[-1]].encode())
    version = index["packages"].get(parts[-1]) if parts[0] == "simple" else None
    if version is None:
        return self.reply(404, {})
    file = parts[-1].replace("-", "_") + f"-{version}-py3-none-any.whl"
    digest = hashlib.sha256(wheel(*file.split("-")[:2])).hexdigest()
    self.reply(200, {"Content-Type": "text/html"}, f'<a href="/files/{file}#sha256={digest}">{file}</a>'.encode())
"""


class IndexService(Network):
    """acme-money is 1.0 at the company's index and 99.0 at the public one. `h.env` sends tools there, inside as well."""

    def __init__(self, h, password, redirects=(), pages=()):
        h.copy("tests/support/wheels.py", "~/net/wheels.py")
        settings = {
            COMPANY: {"password": password, "packages": {"acme-money": "1.0"}, "redirects": dict(redirects), "pages": dict(pages)},
            PUBLIC: {"password": "", "packages": {"acme-money": "99.0", "public": "2.0"}},
        }
        super().__init__(h, _ANSWER, settings, [host.removeprefix("https://") for host in (COMPANY, PUBLIC, EVIL)])
        h.env.update(HTTP_PROXY=self.url, HTTPS_PROXY=self.url, REQUESTS_CA_BUNDLE=self.ca, PIP_CERT=self.ca, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_RETRIES="0")

    def asked(self, host):
        return [r["path"] for r in self.requests() if r["host"] == host]
