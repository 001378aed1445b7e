#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""`[[python.index]]`: nobody else is asked for the company's packages."""
from attack import Project, cover
from index_attack import FILE, GET, PIP, prepare, with_token
from index_service import COMPANY, PUBLIC, URL
from tap import test
from vectors import attack, main, seed

@test("B14: an index that a session leaves in its environment is not asked by the next one")
@attack("index-planted", "B14", "an index that a session writes into the pip.conf of its environment")
def _(h):
    p, index, token = prepare(h)
    plant = f"python3 -m venv --without-pip --system-site-packages ~/envs/demo >/dev/null; printf '[global]\\nextra-index-url = {PUBLIC}/simple/\\n' > ~/envs/demo/pip.conf"
    get = "~/envs/demo/bin/" + GET.removeprefix("/usr/bin/")
    p.entered(plant)
    # By hand: one variable for the one index.
    r = p.entered(f"unset PIP_EXTRA_INDEX_URL; {get}")
    assert "acme_money-99.0" in r.out and index.asked(PUBLIC), r
    p.predecessor(plant)
    seed("index-planted", "99.0" in p.predecessor(f"PIP_INDEX_URL=https://dev:{token}@pypi.acme.example/simple/ PIP_TRUSTED_HOST='pypi.org pypi.acme.example' PIP_CERT= {get}").out)
    index.forget()
    r = p.entered(get)
    assert "acme_money-1.0" in r.out and not index.asked(PUBLIC), (str(r), index.requests())


@test("B14: a default index takes the place of the public one, whatever the user and the machine have beside it")
@attack("index-confusion", "B14", "a higher version of the company's package on the public index")
def _(h):
    extra = f"[global]\nextra-index-url = {PUBLIC}/simple/\n"
    h.write("~/.config/pip/pip.conf", extra)
    cover("/etc/pip.conf", extra)
    p, index, token = prepare(h)
    h.env.update(PIP_EXTRA_INDEX_URL=f"{PUBLIC}/simple/")
    # By hand, as most write it: the company's index beside the public one.
    r = p.predecessor(f"PIP_EXTRA_INDEX_URL=https://dev:{token}@pypi.acme.example/simple/ PIP_CERT= {PIP} --trusted-host pypi.org --trusted-host pypi.acme.example download -q -d /tmp/got acme-money; ls /tmp/got")
    assert "acme_money-99.0" in r.out and index.asked(PUBLIC), r
    seed("index-confusion", True)
    h.write("~/code/demo/pyproject.toml", '[build-system]\nrequires = ["acme-money"]\nbuild-backend = "acme_money"\n')
    for line in (
        GET,
        "env -i HOME=$HOME PATH=$PATH HTTPS_PROXY=$HTTPS_PROXY PIP_CERT=$PIP_CERT sh -c '" + GET + "'",
        f"printf '[global]\\nextra-index-url = {PUBLIC}/simple/\\n' > ~/.config/pip/pip.conf; " + GET,
        f"python3 -m venv --without-pip --system-site-packages ~/envs/demo >/dev/null; printf '[global]\\nextra-index-url = {PUBLIC}/simple/\\n' > ~/envs/demo/pip.conf; ~/envs/demo/bin/" + GET.replace("/usr/bin/python3", "python3"),
        f"{PIP} wheel -q . 2>/dev/null; {GET}",
    ):
        index.forget()
        r = p.entered(line)
        assert "acme_money-1.0" in r.out and not index.asked(PUBLIC) and index.asked(COMPANY), (line, str(r), index.asked(PUBLIC))
    index.forget()
    r = p.entered(f"{PIP} download --no-input -d /tmp/got public")
    assert "No matching distribution" in r.err and not index.asked(PUBLIC), r


@test("B14: poetry and pdm ask the default index alone")
@attack("index-confusion-tools", "B14", "a higher version of the company's package on the public index, for poetry and pdm")
def _(h):
    h.require("poetry", "pdm")
    p, index, token = prepare(h)
    h.write("~/code/demo/pdm/pyproject.toml", '[project]\nname = "x"\nversion = "1.0"\nrequires-python = ">=3.8"\ndependencies = ["acme-money"]\n[tool.pdm]\n')
    h.write("~/code/demo/poetry/pyproject.toml", '[tool.poetry]\nname = "x"\nversion = "1.0"\ndescription = ""\nauthors = []\n[tool.poetry.dependencies]\npython = ">=3.8"\n'
            f'acme-money = "*"\n[[tool.poetry.source]]\nname = "acme"\nurl = "{URL}"\ndefault = true\n')  # fmt: skip
    lock = "cd pdm; pdm use -qf /usr/bin/python3; pdm lock; cat pdm.lock; cd ../poetry; poetry lock --no-interaction; cat poetry.lock"
    # Outside, without the sandbox's settings: pdm asks the public one.
    r = h.run(["sh", "-c", lock], cwd="~/code/demo", timeout=180)
    assert "99.0" in r.out and index.asked(PUBLIC), r
    h.run(["sh", "-c", "rm -f */*.lock */.pdm.toml */.pdm-python"], cwd="~/code/demo")
    h.write("~/code/demo/pdm.lock")
    Project(h, FILE)  # pdm is recognised
    index.forget()
    r = p.entered(lock)
    assert r.out.count("1.0") >= 2 and "99.0" not in r.out and not index.asked(PUBLIC) and with_token(index, token) == {COMPANY}, (str(r), index.given())
    assert token not in r.out + r.err


main()
