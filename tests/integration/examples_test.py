#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Every directory of examples/: built and entered as its README says."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from examples import entered  # noqa: E402
from hooked import PROMPT, RC, SHELLS  # noqa: E402
from host import CHECKOUT  # noqa: E402
from tap import main, test  # noqa: E402


def blocks(page):
    """(what is pasted, the lines that come then) of a page."""
    pasted = []
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text(), re.M | re.S):
        if language == "text":
            pasted[-1][1].extend(text.splitlines())
        else:
            assert language == page.stem, (page, language)
            pasted.append((text, []))
    return pasted


@test("examples/bash.md, zsh.md and fish.md: pasted into the shell, they show what they say")
def _(h):
    pages = {shell: blocks(CHECKOUT / f"examples/{shell}.md") for shell in SHELLS}
    for shell, page in pages.items():
        h.require("psbc", "firejail", shell)
        h.write("~/.ssh/id_ed25519", "DECOY")
        h.write(RC[shell], PROMPT[shell].replace("IN> ", "OUT> ") + "\n")
        segment, prompt, steps = "(J:hello)", r"(?<!\(J:hello\) )OUT> ", []
        before = prompt
        for pasted, lines in page:
            steps.append((before, pasted))
            if segment in lines or "psbc leave" in pasted:
                prompt = r"\(J:hello\)(.|\n)*?OUT> " if segment in lines else r"(?<!\(J:hello\) )OUT> "
            before = "(.|\n)*?".join([*(re.escape(line) for line in lines if line != segment), prompt])
        h.pty([shell, "-i"], [*steps, (before, "exit\n"), (r"(?<!\(J:hello\) )OUT> ", "exit\n")], timeout=150)
        h.run(["rm", "-rf", h.path("~/code/hello")])


@test("every example has a README and a configuration whose schema line leads to the schema")
def _():
    examples = sorted(path for path in (CHECKOUT / "examples").iterdir() if path.is_dir())
    assert len(examples) >= 10
    listed = re.findall(r"(?m)^\| \[([a-z-]+)\]\(\1\) \| ", (CHECKOUT / "examples/README.md").read_text())
    assert listed == [example.name for example in examples], listed
    for example in examples:
        assert (example / "README.md").is_file(), example
        configurations = list(example.rglob(".python-sandbox.toml"))
        assert configurations, example
        for file in configurations:
            first, second = file.read_text().splitlines()[:2]
            assert first.startswith("#:schema ") and second == "", file
            assert (file.parent / first.split()[1]).resolve() == CHECKOUT / "schema" / "python-sandbox.schema.json", file


@test("plain-venv: a read-only data set, hidden secrets, an environment that works")
def _(h):
    h.plant_decoys()
    h.write("~/datasets/titanic/passengers.csv", "sex,survived\nfemale,1\nmale,0\nmale,1\n")
    h.write("~/code/plain-venv/.env", h.decoys.new("project .env"))
    h.write("~/code/plain-venv/secrets/key", h.decoys.new("project key"))
    inside = entered(h, "plain-venv")
    assert inside("python3 train.py").out == "2 of 3 guessed right\n"
    assert not inside("touch ~/datasets/titanic/x").ok
    loot = inside("cat .env secrets/key ~/.ssh/* ~/.netrc; env").out
    assert not h.decoys.found_in(loot) and "OMP_NUM_THREADS=2" in loot, loot
    made = inside("python3 -m venv ~/envs/titanic && ~/envs/titanic/bin/python -c 'import sys; print(sys.prefix)'")
    assert made.ok, made


@test("plain-venv: what the file grants cannot be changed from inside")
def _(h):
    h.write("~/datasets/titanic/passengers.csv", "")
    inside = entered(h, "plain-venv")
    assert inside("touch x && mv x y && rm y").ok, "the project itself is writable"
    before = h.read("~/code/plain-venv/.python-sandbox.toml")
    for attempt in ("echo >> .python-sandbox.toml", "rm -f .python-sandbox.toml", "mv .python-sandbox.toml x"):
        assert not inside(attempt).ok, attempt
    assert h.read("~/code/plain-venv/.python-sandbox.toml") == before


@test("uv: writes where it may, and nowhere else")
def _(h):
    h.mkdir("~/exports/ledger")
    h.write("~/exports/private", "x")
    h.env["LEDGER_REGION"] = "north"
    inside = entered(h, "uv")
    r = inside("python3 ledger_sync.py && ls ~/exports && echo $UV_CACHE_DIR")
    assert r.ok and "private" not in r.out, r
    assert r.out.splitlines()[-1].startswith("/"), r
    assert h.read("~/exports/ledger/today.csv") == "region,total\nnorth,0\n"


@test("uv: uv itself makes the environment and runs the project")
def _(h):
    h.require("uv")
    h.mkdir("~/exports/ledger")
    inside = entered(h, "uv")
    r = inside("uv sync --offline && uv run --offline python ledger_sync.py")
    assert r.ok and "wrote" in r.out, r


@test("poetry: letters are readable, addresses are not, the environment is where the file says")
def _(h):
    h.write("~/templates/letters/a.txt", "Dear $name")
    h.write("~/code/poetry/addresses.csv", h.decoys.new("addresses"))
    inside = entered(h, "poetry")
    r = inside("python3 -c 'import mailmerge; mailmerge.main()'; cat addresses.csv")
    assert "Dear Ada" in r.out and not h.decoys.found_in(r.out + r.err), r
    r = inside("python3 -m venv ~/envs/mailmerge-py3 && ls ~/envs/mailmerge-py3/bin/python")
    assert r.ok, r


@test("poetry: poetry installs into that environment")
def _(h):
    h.require("poetry")
    h.mkdir("~/templates/letters")
    inside = entered(h, "poetry")
    r = inside("python3 -m venv ~/envs/mailmerge-py3 && . ~/envs/mailmerge-py3/bin/activate && poetry env info --path")
    assert r.ok and "mailmerge-py3" in r.out, r


@test("monorepo: the library is installed as editable, the other service is not there, git looks and does not write")
def _(h):
    h.require("git")
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    h.copy("examples/monorepo", "~/code/monorepo")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        assert h.run(["git", *arguments], cwd="~/code/monorepo").ok
    inside = entered(h, "monorepo", "/services/prices")
    r = inside("python3 -m venv ~/envs/prices")
    assert r.ok, r
    r = inside("python -m pip install -q --no-index --no-build-isolation --disable-pip-version-check -e ../../libs/money && python prices.py")
    assert r.out == "coffee 3.20 EUR\ntea 2.75 EUR\n", r
    h.write("~/code/monorepo/libs/money/money.py", "def as_text(cents):\n    return str(cents)\n")
    assert inside("python prices.py").out == "coffee 320\ntea 275\n"
    for refused in ("cat ../payroll/payroll.py", "echo >> ../../libs/money/money.py", "git commit -qam x", "git init -q"):
        assert not inside(refused).ok, refused
    r = inside("git log --format=%s")
    assert r.out == "first\n", r
    assert h.run(["git", "status", "--porcelain"], cwd="~/code/monorepo").out == " M libs/money/money.py\n"


@test("conda: the base is there without other environments, the project's own environment is active at the next entry")
def _(h):
    h.write("~/datasets/stations/north.csv", "mm\n1\n4\n")
    h.write("~/.condarc", "channels: [conda-forge]\n")
    h.write("~/.conda/environments.txt", h.decoys.new("other environments"))
    h.write("~/miniforge3/envs/other/secret.py", h.decoys.new("another environment"))
    # By conda's documented layout: it makes the named environment below CONDA_ENVS_PATH, packages below CONDA_PKGS_DIRS.
    h.write("~/miniforge3/bin/conda", """#!/bin/sh
name=$(sed -n 's/^name: //p' environment.yml); e=$CONDA_ENVS_PATH/$name
mkdir -p $CONDA_PKGS_DIRS/python/bin $e/bin $e/conda-meta && cp /usr/bin/python3 $CONDA_PKGS_DIRS/python/bin/python &&
ln $CONDA_PKGS_DIRS/python/bin/python $e/bin/python && echo "made $name"
""", 0o755)  # fmt: skip
    h.env["PATH"] = f"{h.home}/miniforge3/bin:/usr/local/bin:/usr/bin:/bin"
    inside = entered(h, "conda")
    r = inside("conda env create; cat ~/.condarc; cat ~/.conda/environments.txt ~/miniforge3/envs/other/*; touch ~/miniforge3/bin/x")
    assert "made rainfall\nchannels: [conda-forge]\n" in r.out and "Read-only" in r.err and not h.decoys.found_in(r.out), r
    r = inside("python rainfall.py; echo $CONDA_PREFIX; command -v python; stat -c %h ~/envs/rainfall/bin/python")
    assert r.out == f"north 2.5 mm\n{h.home}/envs/rainfall\n{h.home}/envs/rainfall/bin/python\n2\n", r


@test("conda: an environment of that name in the base is there when [python] venv names it, and not otherwise")
def _(h):
    h.mkdir("~/datasets/stations")
    h.write("~/miniforge3/envs/rainfall/conda-meta/history", "")
    h.write("~/miniforge3/envs/rainfall/bin/python", "#!/bin/sh\necho from the base\n", 0o755)
    h.write("~/miniforge3/envs/rainfall/etc/conda/activate.d/vars.sh", f"export TOKEN={h.decoys.new('a variable')}\n")
    inside = entered(h, "conda")
    r = inside("cat ~/miniforge3/envs/rainfall/bin/python")
    assert r.status and not r.out, r
    file = "~/code/conda/.python-sandbox.toml"
    h.write(file, h.read(file) + '\n[python]\nvenv = "~/miniforge3/envs/rainfall"\n')
    r = h.psbc("trust", "--yes", cwd="~/code/conda")
    assert r.ok and "~/miniforge3/envs/rainfall" in r.out + r.err, r
    r = inside("python rainfall.py; echo $CONDA_PREFIX; cat ~/miniforge3/envs/rainfall/etc/conda/activate.d/*")
    assert r.out == f"from the base\n{h.home}/miniforge3/envs/rainfall\n" and not h.decoys.found_in(r.err), r


@test("jupyter-cuda: libraries and variables of CUDA cross, the key of the data does not, kernels are kept")
def _(h):
    h.mkdir("~/datasets/digits")
    h.write("~/code/jupyter-cuda/kaggle.json", h.decoys.new("kaggle"))
    h.write("~/.jupyter/jupyter_server_config.json", h.decoys.new("jupyter"))
    h.env.update(LD_LIBRARY_PATH="/usr/lib:lib:/nowhere", CUDA_VISIBLE_DEVICES="1", NVIDIA_VISIBLE_DEVICES="all")
    inside = entered(h, "jupyter-cuda")
    r = inside("python3 gpu.py; echo $LD_LIBRARY_PATH $CUDA_VISIBLE_DEVICES $NVIDIA_VISIBLE_DEVICES; cat kaggle.json ~/.jupyter/*")
    assert "cards, " in r.out and "/cache/nv\n/usr/lib 1 all\n" in r.out and not h.decoys.found_in(r.out + r.err), r
    assert r.out.startswith(f"{len(list(Path('/dev').glob('nvidia[0-9]*')))} cards"), r
    inside("mkdir -p $CUDA_CACHE_PATH && echo kept > $CUDA_CACHE_PATH/kernel")
    assert inside("cat $CUDA_CACHE_PATH/kernel").out == "kept\n"


@test("jupyter-cuda: a notebook is computed by a kernel inside")
def _(h):
    h.require("jupyter-notebook")
    h.write("~/datasets/digits/1.png", "")
    inside = entered(h, "jupyter-cuda")
    h.write("~/code/jupyter-cuda/compute.py", "import json\nfrom jupyter_client.manager import start_new_kernel\n"
            "cell = json.load(open('digits.ipynb'))['cells'][0]\nm, c = start_new_kernel()\n"
            "c.execute_interactive(''.join(cell['source']), timeout=60)\nm.shutdown_kernel(now=True)\n")  # fmt: skip
    r = inside("/usr/bin/python3 compute.py")
    assert r.ok and "cards, " in r.out, r


@test("pre-commit: hooks run inside, and cannot be installed from inside")
def _(h):
    h.require("pre-commit", "git")
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    h.copy("examples/pre-commit", "~/code/pre-commit")
    for arguments in (["git", "init", "-q", "-b", "main"], ["pre-commit", "install"], ["git", "add", "-A"]):
        assert h.run(arguments, cwd="~/code/pre-commit").ok
    inside = entered(h, "pre-commit")
    r = inside("pre-commit run --all-files && git commit -qm first && git log --format=%s")
    assert r.ok and "Passed" in r.out + r.err and r.out.endswith("first\n"), r
    assert not inside("echo TODO >> notes.md; git commit -qam wip").ok
    assert not inside("pre-commit install -f").ok


main()
