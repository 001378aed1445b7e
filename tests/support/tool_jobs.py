# SPDX-License-Identifier: MIT
"""Jobs of tools inside a sandbox, for tools_test.py: how they are registered, and stand-ins for tools that are not here."""
from pathlib import Path

from tap import test
from wheels import wheel

WHEEL = "dist/greeting-1.0-py3-none-any.whl"
LIMIT = 180  # seconds for one command: machines that test are slow
JOBS = {}  # id of a row: (whose program, what is judged)


def tool(row, whose, job, *, needs=()):
    """Registers the function below as the job of a row; it gets the host and a function that runs a line inside."""
    JOBS[row] = (whose, job)

    def register(function):
        @test(f"{row}: {job}")
        def _(h):
            h.require("psbc", "firejail", *needs)
            h.write("~/code/lab/.python-sandbox.toml", 'name = "lab"\n')
            h.write(f"~/code/lab/{WHEEL}", wheel())
            assert h.psbc("trust", "--yes", cwd="~/code/lab").ok

            def inside(line, wanted=None, **options):
                r = h.psbc("run", "--", "bash", "-ec", line, cwd="~/code/lab", timeout=LIMIT, **options)
                assert r.ok and (wanted is None or wanted in r.out + r.err), r
                return r.out

            function(h, inside)

        return function

    return register


def kept(h, inside, writes, reads):
    """The library's part of `writes` happens in one entry; `reads` finds it in the next, and HOME outside has nothing new."""
    before = set(h.tree("~"))
    inside(writes)
    inside(reads)
    new = {path for path in set(h.tree("~")) - before if not path.startswith((".local/share/psbc", ".local/state", "envs", ".cache/pysandbox-", "code/"))}
    assert new <= {".cache", ".local", ".local/share", ".config", ".config/firejail"} | {p for p in new if p.startswith(".config/firejail")}, new


def launcher(h, place, text):
    """A stand-in for a program, where its installer puts it."""
    h.write(place, text, 0o755)


def library(row, job, writes, reads):
    @tool(row, "a stand-in for the library", job)
    def _(h, inside):
        kept(h, inside, writes, reads)


STAND_IN = """#!/bin/sh
# What the tool documents: a cache of its own, an environment into which it links, programs with exec.
set -e
mkdir -p "{cache}" "{environment}/bin"
case $1 in
  sync) cp /bin/true "{cache}/program"; ln -f "{cache}/program" "{environment}/bin/program" || cp "{cache}/program" "{environment}/bin/program" ;;
  run) test -f "{cache}/program"; "{environment}/bin/program"; echo ran; stat -c %h "{cache}/program" ;;
esac
"""


def stand_in(row, place, cache, environment, project, linked=True, job="links from its cache into the environment, and runs what it linked"):
    @tool(row, "a stand-in for the program", job)
    def _(h, inside):
        for path, text in project.items():
            h.write(f"~/code/lab/{path}", text)
        launcher(h, place, STAND_IN.format(cache=cache, environment=environment))
        name = Path(place).name
        path = {"PATH": f"{h.home}/.local/bin:{h.path(place).rpartition('/')[0]}:/usr/local/bin:/usr/bin:/bin"}
        inside(f"{name} sync", env=path)
        out = inside(f"{name} run", "ran\n", env=path)
        assert out.split()[-1] == ("2" if linked else "1"), out
        assert not h.psbc("run", "--", "sh", "-c", f"echo x >> {h.path(place)}", cwd="~/code/lab").ok


def manager(row, installs, project):
    @tool(row, "a stand-in for the program", "an interpreter that it installed on the host runs inside, read-only")
    def _(h, inside):
        h.write(f"~/code/lab/{project}", "")
        launcher(h, f"{installs}/python/3.99/bin/python3.99", '#!/bin/sh\nexec /usr/bin/python3 "$@"\n')
        inside(f"{h.path(installs)}/python/3.99/bin/python3.99 -c 'print(6 * 7)'", "42\n")
        assert not h.psbc("run", "--", "touch", f"{h.path(installs)}/python/x", cwd="~/code/lab").ok


def linter(row, variable_or_place, project):
    @tool(row, "a stand-in for the program", "starts from `~/.local/bin` and finds its cache again")
    def _(h, inside):
        h.write(f"~/code/lab/{project}", "")
        launcher(h, f"~/.local/bin/{row}", f'#!/bin/sh\ncat "{variable_or_place}/seen" 2>/dev/null; mkdir -p "{variable_or_place}"; echo cached > "{variable_or_place}/seen"\n')
        path = {"PATH": f"{h.home}/.local/bin:/usr/local/bin:/usr/bin:/bin"}
        inside(row, env=path)
        inside(row, "cached\n", env=path)


def written(place):
    return f'mkdir -p "{place}" && echo kept > "{place}/it"', f'grep -q kept "{place}/it"'
