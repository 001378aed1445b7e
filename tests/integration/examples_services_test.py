#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The examples that talk to a server of the host: a database, a package index, a model."""
import glob
import re
import sys
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from examples import Server, approve, entered, free_port, listener, postgres, within  # noqa: E402
from host import SOURCES  # noqa: E402
from ssh_service import Agent, grant  # noqa: E402
from ssh_service import Server as Sshd  # noqa: E402
from tap import main, skip, test  # noqa: E402


# ---------------------------------------------------------------- Django with PostgreSQL

_RULES = """
local all       all                   trust
host  guestbook guestbook 127.0.0.1/32 scram-sha-256
host  all       postgres  127.0.0.1/32 scram-sha-256
"""
_WHO = "import psycopg2; c = psycopg2.connect().cursor(); c.execute('select current_user'); print(*c.fetchone())"
_PROJECT = "~/code/django-postgres"


def postgres_programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    programs = [path for path in found if Path(path, "initdb").exists()]
    return programs[-1] if programs else skip("postgresql: not installed")


def database_of(h, port):
    """Makes role and database as the README says, with the passwords of the decoys."""
    boss, role = h.decoys.new("the owner's password"), h.decoys.new("PGPASSWORD")
    h.env["PGPASSWORD"] = role
    h.write("~/.pgpass", f"127.0.0.1:{port}:*:postgres:{boss}\n", 0o600)
    h.write(f"{_PROJECT}/.env", f"DATABASE_URL=postgres://shop:{h.decoys.new('production')}@db.example.org/shop\n")
    for statement in (f"alter role postgres password '{boss}'", f"create role guestbook login password '{role}'",
                      "create database guestbook owner guestbook"):  # fmt: skip
        code = f"import psycopg2; c = psycopg2.connect(); c.autocommit = True; c.cursor().execute({statement!r})"
        r = as_owner(h, port, code, "/run/postgresql")
        assert r.ok, r


def as_owner(h, port, code, host):
    """Python on the host, with what its user has: the unix socket asks for nothing, ~/.pgpass knows the rest."""
    who = {"PGHOST": host, "PGPORT": str(port), "PGUSER": "postgres", "PGDATABASE": "postgres", "PGPASSWORD": None}
    return h.run(["python3", "-c", code], env=who)


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as page:
            return page.read().decode()
    except OSError:  # not there yet
        return ""


@test("django-postgres: works over loopback as its own role; the unix socket, ~/.pgpass and .env are out of reach")
def _(h):
    h.require("psbc", "firejail", "django-admin")
    programs = postgres_programs()
    if not h.run(["python3", "-c", "import psycopg2"]).ok:
        skip("psycopg2: not installed")
    port = free_port()
    with postgres(h, programs, _RULES, port):
        database_of(h, port)
        inside = entered(h, "django-postgres", ports={5432: port})
        r = inside("python3 manage.py check --database default && python3 manage.py migrate && python3 manage.py makemigrations --check")
        assert r.ok and "no issues" in r.out and "Applying guestbook.0001_initial... OK" in r.out, r
        r = inside("python3 manage.py makemigrations --empty -n more guestbook")
        assert r.ok and h.exists(f"{_PROJECT}/guestbook/migrations/0002_more.py"), r
        serve_a_page(h)

        # The attacks: on the host each gives the database's owner.
        for host in ("/run/postgresql", "127.0.0.1"):
            assert as_owner(h, port, _WHO, host).out == "postgres\n", host
        who = f'python3 -c "{_WHO}"'
        assert inside(who).out == "guestbook\n"
        for attempt in (f"PGUSER=postgres PGDATABASE=postgres {who}", "python3 manage.py migrate"):
            r = inside(f"export PGHOST=/var/run/postgresql; {attempt}")
            assert not r.ok and "No such file" in r.err, r
        r = inside(f"unset PGPASSWORD; PGUSER=postgres PGDATABASE=postgres {who}")
        assert not r.ok and "no password supplied" in r.err, r
        r = inside("PGUSER=postgres PGDATABASE=postgres python3 manage.py migrate")
        assert not r.ok and "password authentication failed" in r.err, r
        loot = inside("cat .env ~/.pgpass; env")
        assert "Permission denied" in loot.err and "No such file" in loot.err, loot
        assert h.decoys.found_in(loot.out) == ["PGPASSWORD"], loot


def serve_a_page(h):
    """runserver inside, with its reloader; the page is asked for on the host."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    h.spawn(["psbc", "run", "--", "python3", "manage.py", "runserver", str(port)], cwd=_PROJECT)
    assert "Nobody was here." in within(60, lambda: get(address))
    code = "from guestbook.models import Entry; Entry.objects.create(text='Ada was here')"
    assert h.psbc("run", "--", "python3", "manage.py", "shell", "-c", code, cwd=_PROJECT).ok
    assert "<p>Ada was here</p>" in get(address)


# ---------------------------------------------------------------- a private package index


def index_of(h, directory, version):
    """A package index on the host that has acme-money in one version, made and served as the README says."""
    made = h.run(["python3", "-B", h.path("~/code/private-index/index/make_index.py"), h.path(f"~/{directory}"), version])
    assert made.ok and made.out.endswith(f"acme_money-{version}-py3-none-any.whl\n"), made
    serve = ["python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", h.path(f"~/{directory}"), "0"]
    return Server(h, serve, name=directory)


def private_index(h, password):
    """The company's, for those who know the password."""
    assert h.run(["python3", "-B", h.path("~/code/private-index/index/make_index.py"), h.path("~/acme-index")]).ok
    h.write("~/acme-index/password", password + "\n", 0o600)
    return Server(h, ["python3", "-B", h.path("~/code/private-index/index/serve.py"), h.path("~/acme-index"), "0"], name="acme-index")


@test("private-index: pip asks the one index that the file names, with its token, and never the public one")
def _(h):
    password, own = h.decoys.new("token"), h.decoys.new("password of another index")
    h.write("~/.config/pip/pip.conf", f"[global]\nindex-url = https://dev:{own}@pypi.acme.example/simple/\n")
    h.copy("examples/private-index", "~/code/private-index")
    index, stranger, way_out = private_index(h, password), index_of(h, "stranger", "99.0"), listener(h, "way-out")
    run = entered(h, "private-index", ports={8417: index.port})
    here = "~/code/private-index"
    assert h.psbc("run", "--", "true", cwd=here).status == 125  # the token has no source yet
    assert h.psbc("tokens", "set", "ACME_INDEX_TOKEN", "file:~/acme-index/password", "--kind", "read", "--here", cwd=here).ok
    # All that pip would ask the internet for goes to the listener.
    proxied = f"export HTTPS_PROXY=http://127.0.0.1:{way_out.port} NO_PROXY=127.0.0.1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_RETRIES=0; "
    address = f"http://127.0.0.1:{index.port}/simple/"

    def inside(line):
        return run(proxied + line)

    assert inside("python3 -m venv ~/envs/acme-invoice").ok
    r = inside("pip install -r requirements.txt && python invoice.py")
    assert r.ok and f"Looking in indexes: {address}, {address}\n" in r.out and r.out.endswith("Total: 1,348.90 EUR\n"), r
    r = inside("pip download requests")
    assert not r.ok and "No matching distribution" in r.err and "/simple/requests/" in index.heard(), r
    assert inside("cat ~/.netrc").out == f"machine 127.0.0.1 login __token__ password {password}\n"
    r = inside("env -i HOME=$HOME PATH=$PATH pip download --disable-pip-version-check -d /tmp/bare acme-money")
    assert f"Looking in indexes: {address}" in r.out and "acme_money-1.0" in r.out, r

    # A second index would win by a higher version, and one that is planted is not asked.
    r = inside(f"printf '[global]\\nextra-index-url=http://127.0.0.1:{stranger.port}/simple/\\n' > $VIRTUAL_ENV/pip.conf")
    assert r.ok and "acme_money-99.0" in inside("env -u PIP_EXTRA_INDEX_URL pip download -d /tmp/both acme-money").out
    asked = stranger.heard()
    assert "acme_money-1.0" in inside("pip download -d /tmp/one acme-money").out and stranger.heard() == asked

    # Nothing went out. Without the file's index pip asks the public one for the company's own package.
    assert "CONNECT" not in way_out.heard(), way_out.heard()
    assert not inside("env -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null pip download acme-money").ok
    assert "CONNECT pypi.org:443" in way_out.heard(), way_out.heard()
    r = inside("env -u PIP_DISABLE_PIP_VERSION_CHECK -u PIP_RETRIES pip config list; cat ~/.config/pip/pip.conf")
    assert re.search(r":env:.index-url='" + re.escape(address), r.out) and not h.decoys.found_in(r.out + r.err), r


# ---------------------------------------------------------------- an AI coding agent


def repository(h, project):
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    for arguments in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "first"]):
        assert h.run(["git", *arguments], cwd=project).ok


def model(h, answers):
    """The stand-in for the model, on the host; what it heard is what left the machine."""
    program = h.path("~/code/ai-agent/model/model.py")
    return Server(h, ["python3", "-B", program, h.path(f"~/code/ai-agent/model/{answers}.json"), "0"], name=answers)


@test("ai-agent: reads, mends, tests and commits the project, and its key crosses")
def _(h):
    h.require("git")
    h.plant_decoys()
    h.env["AGENT_API_KEY"] = h.decoys.new("AGENT_API_KEY")
    h.copy("examples/ai-agent", "~/code/ai-agent")
    repository(h, "~/code/ai-agent")
    helpful = model(h, "helpful")
    inside = entered(h, "ai-agent", ports={8418: helpful.port})
    assert inside("python3 -B -m unittest -q").status == 1
    r = inside("./agent.py make the tests pass")
    assert r.ok and r.out.endswith("slug: blanks around and between words\n(status 0)\n"), r
    within(30, lambda: helpful.process.poll() is not None)  # so that the next model can have its port
    assert "make the tests pass\n" in helpful.heard() and h.decoys.found_in(helpful.heard()) == ["AGENT_API_KEY"]
    assert inside("python3 -B -m unittest -q").ok
    r = h.run(["git", "log", "--format=%an %s"], cwd="~/code/ai-agent")
    assert r.out == "Dev slug: blanks around and between words\nDev first\n", r


@test("ai-agent: one that was talked into theft gets its own key and the project, and leaves nothing behind")
def _(h):
    h.require("psbc", "firejail", "git")
    h.plant_decoys()
    h.env["AGENT_API_KEY"] = h.decoys.new("AGENT_API_KEY")
    h.write("~/.claude/.credentials.json", h.decoys.new("login of the agent"))
    h.spawn(["sleep", "600"], env={"BUILD_TOKEN": h.decoys.new("another process")})
    wanted = {"ssh key", "login of the agent", "github token", "HF_TOKEN", "ACME_PASSPHRASE", "AGENT_API_KEY", "project .env",
              "another project", "another process"}  # fmt: skip
    for project in ("~/code/ai-agent", "~/code/unguarded"):
        h.copy("examples/ai-agent", project)
        repository(h, project)
        h.write(f"{project}/.env", h.decoys.new("project .env"))
    h.write("~/.profile", "# mine\n")

    # The attack, on the host: everything is sent away, and the next git command runs what was planted.
    turned = model(h, "turned")
    r = h.run(["./agent.py", "make the tests pass"], cwd="~/code/unguarded", env={"AGENT_API_URL": f"http://127.0.0.1:{turned.port}"})
    missing = wanted - set(h.decoys.found_in(turned.heard()))
    assert r.ok and not missing, (missing, r)
    assert "was-here" in h.read("~/.profile") and ".ssh" in h.read("~/code/unguarded/.python-sandbox.toml")
    assert was_here(h, "~/code/unguarded")
    h.run(["rm", "-rf", h.path("~/was-here"), h.path("~/code/unguarded")])
    h.write("~/.profile", "# mine\n")

    turned = model(h, "turned")
    inside = entered(h, "ai-agent", ports={8418: turned.port})
    before = h.tree("~/code/ai-agent")
    r = inside("./agent.py make the tests pass")
    heard = turned.heard()
    assert r.ok and h.decoys.found_in(heard) == ["AGENT_API_KEY"], r
    for pattern in (r"\.ssh/\*'?: No such file", r"\.credentials\.json'?: No such file", r"hosts\.yml'?: No such file",
                    r"Permission denied: '\.env'", r"\.\./ai-agent/\.env: Permission denied", r"Read-only file system: '\.git/hooks/post-checkout'",
                    r"\.git/config: Device or resource busy", r"mv: .*Device or resource busy", r"\.python-sandbox\.toml: Read-only"):  # fmt: skip
        assert re.search(pattern, heard), (pattern, heard)
    assert "other-project" not in heard and "was-here" not in inside("cat ~/.profile").out
    assert h.read("~/.profile") == "# mine\n" and h.tree("~/code/ai-agent") == before
    assert not was_here(h, "~/code/ai-agent")


def was_here(h, project):
    """Does git on the host run what was planted?"""
    for arguments in (["status"], ["checkout", "-qb", "next"], ["commit", "-q", "--allow-empty", "-m", "next"]):
        h.run(["git", *arguments], cwd=project)
    return h.exists("~/was-here")


@test("tokens: the weak token arrives under the known name, as a variable or as a file, and the broad one does not")
def _(h):
    h.copy("examples/tokens/hub", "~/hub")
    hub = Server(h, ["python3", h.path("~/hub/hub.py"), "0"], name="hub")
    h.env.update(HF_TOKEN="hf_broad", HF_TOKEN_READONLY="hf_weak")
    inside = entered(h, "tokens", ports={8431: hub.port})
    r = inside("python3 fetch.py")
    assert r.status == 125 and "psbc tokens set HF_TOKEN env:HF_TOKEN_READONLY --kind read --here" in r.err, r
    toml = re.search(r"```toml\n(.*?)```", (SOURCES / "examples/tokens/README.md").read_text(), re.S)[1]
    for extra in ("", 'as = "file"\n'):
        h.write("~/.config/psbc/config.toml", toml + extra)
        r = inside("python3 fetch.py; env")
        assert r.out.startswith("weights: 0.1 0.2 0.3\nupload: refused (403)\n") and "not logged" in r.err, r
        assert ("HF_TOKEN=hf_weak\n" in r.out) == (not extra) and "hf_broad" not in r.out, r
    r = h.run(["python3", "fetch.py"], cwd="~/code/tokens", env={"HF_ENDPOINT": f"http://127.0.0.1:{hub.port}"})
    assert "upload: 0.1" in r.out, r


@test("signed-release: the granted key signs and pushes the tag, and no other key is there")
def _(h):
    h.require("ssh", "git")
    agent, server = Agent(h), Sshd(h)
    agent.add("production")
    key = agent.add("releases")
    server.let_in("production", "releases")
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    inside = entered(h, "signed-release", ports={"git@github.com": f"{h.user}@{server.host}"})
    git = lambda *words: h.run(["git", *words], cwd="~/code/signed-release")  # noqa: E731
    for words in (["init", "-q"], ["init", "-q", "--bare", f"{h.home}/hub.git"], ["commit", "-q", "--allow-empty", "-m", "x"],
                  ["remote", "add", "origin", f"ssh://{h.user}@127.0.0.1:{server.port}{h.home}/hub.git"]):  # fmt: skip
        assert git(*words).ok
    r = inside("python3 release.py")
    assert not r.ok and '  [projects."~/code/signed-release".ssh]\n  keys = [\n' in r.err and f'    "{key}", # ssh-ed25519 releases' in r.err, r
    grant(h, [key], path="~/code/signed-release")
    r = inside("python3 release.py && python3 release.py origin && ssh-add -l; ssh-add -D")
    assert r.out.startswith("v1\nv2\n") and r.out.count("SHA256:") == 1 and agent.list().count("SHA256:") == 2, r
    h.write("~/allowed", f"dev@example.org {h.read('~/keys/releases.pub')}")
    r = h.run(["git", "-C", h.path("~/hub.git"), "-c", f"gpg.ssh.allowedSignersFile={h.home}/allowed", "verify-tag", "v2"])
    assert r.ok and key in r.err, r


main()
