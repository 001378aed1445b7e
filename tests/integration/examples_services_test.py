#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The examples that talk to a server of the host: a database, a package index, a model."""
import base64
import glob
import re
import sys
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from examples import Server, approve, entered, free_port, listener, postgres, within  # noqa: E402
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


main()
