# SPDX-License-Identifier: MIT
"""Servers of git over https."""
from network import Network

# `/lab.git` of a host in `private` is a repository that wants the password; all other hosts just ask for one.
_ANSWER = r"""
def answer(self, host, path, user, password, body):
    if host not in settings["private"] or password != settings["password"]:
        return self.refuse()
    path, _, query = path.partition("?")
    cgi = subprocess.run(["git", "http-backend"], input=body, stdout=subprocess.PIPE, env={
        "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": work, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
        "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""), "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        "REMOTE_USER": user, "REMOTE_ADDR": "127.0.0.1"}).stdout
    head, _, body = cgi.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    self.reply(int(headers.pop("Status", "200").split()[0]), headers, body)
"""


class GitService(Network):
    """`h.env` sends git there from then on, inside as well."""

    def __init__(self, h, password, private=("https://github.com",)):
        h.require("git")
        names = ("github.com", "gitlab.com", "huggingface.co", "evil.example", "github.com.example")
        super().__init__(h, _ANSWER, {"private": list(private), "password": password}, names)
        self.do(
            "git init -q --bare -b main lab.git && git -C lab.git config http.receivepack true",
            "git init -q -b main start && cd start && git config user.name D && git config user.email d@example.org && echo one > file"
            " && git add file && git commit -qm one && git push -q ../lab.git main",
        )
        h.env.update(HTTP_PROXY=self.url, HTTPS_PROXY=self.url, http_proxy=self.url, GIT_SSL_CAINFO=self.ca)

    def head(self):
        return self.h.run(["git", "-C", f"{self.work}/lab.git", "log", "--format=%s", "main"]).out.split()
