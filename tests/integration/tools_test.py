#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Each tool of the tool table does one real job inside, without a network, and finds what it kept at the next entry.

Where Debian has the tool, it is Debian's own; where not, a stand-in does what the tool documents: it starts
from the place where its installer puts it, reads the variables that it obeys, and writes where they lead.
docs/tools.md is made of the table and of these jobs: PSBC_ACCEPT=1 writes it.
"""
import json
import os
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from host import CHECKOUT  # noqa: E402
from tap import main, skip, test  # noqa: E402
from tool_jobs import JOBS, WHEEL, STAND_IN, launcher, library, linter, manager, stand_in, tool, written  # noqa: E402
from wheels import wheel  # noqa: E402

# ---------------------------------------------------------------- environments and packages

@tool("python", "Debian's", "makes an environment, installs a wheel, is at home there at the next entry", needs=["python3"])
def _(h, inside):
    inside(f"python3 -m venv ~/envs/lab && ~/envs/lab/bin/pip install -q --no-index {WHEEL}")
    inside("greeting && python -c 'import sys; print(sys.prefix)'", f"hello\n{h.home}/envs/lab\n")
    inside(f"python3 -m pip --version; python3 -c 'import site; print(site.getuserbase())'", "/userbase")


SERVER = """
import http.server, os, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    def end_headers(self):
        self.send_header("Cache-Control", "max-age=86400")
        super().end_headers()
port = int(open("port").read()) if os.path.exists("port") else 0
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
open("port", "w").write(str(server.server_port))
if os.fork() == 0:
    server.serve_forever()
"""


@tool("pip", "Debian's", "downloads a wheel from an index, and takes it from its cache at the next entry", needs=["python3"])
def _(h, inside):
    h.write("~/code/lab/serve.py", SERVER)
    h.write("~/code/lab/index/greeting/greeting-1.0-py3-none-any.whl", wheel())
    h.write("~/code/lab/index/greeting/index.html", '<a href="greeting-1.0-py3-none-any.whl">greeting-1.0-py3-none-any.whl</a>')
    inside("python3 -m venv ~/envs/lab")
    line = "cd index; python3 ../serve.py 2>/dev/null; ~/envs/lab/bin/pip download -d /tmp/d --trusted-host 127.0.0.1 --index-url http://127.0.0.1:$(cat port)/ greeting"
    inside(line, "Downloading")
    inside(line + "; ~/envs/lab/bin/pip cache dir", "Using cached")


@tool("virtualenv", "Debian's", "makes an environment, and another from what it kept", needs=["virtualenv"])
def _(h, inside):
    inside(f"virtualenv -q .venv && .venv/bin/pip install -q --no-index {WHEEL}")
    inside("greeting; virtualenv -q other; [ -n \"$(ls $VIRTUALENV_OVERRIDE_APP_DATA)\" ]", "hello\n")


@tool("poetry", "Debian's", "makes its environment and installs a wheel; both are there at the next entry", needs=["poetry"])
def _(h, inside):
    h.write("~/code/lab/pyproject.toml", '[tool.poetry]\nname = "lab"\nversion = "1.0"\ndescription = ""\nauthors = []\n'
            f'[tool.poetry.dependencies]\npython = "*"\ngreeting = {{path = "{WHEEL}"}}\n')  # fmt: skip
    inside("poetry install --no-root --no-interaction && poetry run greeting", "hello\n")
    inside("poetry env info --path; poetry run greeting", "hello\n")
    assert "/envs/" in inside("poetry env info --path")


@tool("pdm", "Debian's", "makes an environment in the project and installs a wheel", needs=["pdm"])
def _(h, inside):
    h.write("~/code/lab/pyproject.toml", '[project]\nname = "lab"\nversion = "1.0"\nrequires-python = ">=3.9"\n'
            f'dependencies = ["greeting @ file:///${{PROJECT_ROOT}}/{WHEEL}"]\n[tool.pdm]\n')  # fmt: skip
    inside("pdm use -f /usr/bin/python3 && pdm install --no-self")
    inside("pdm run greeting; pdm config cache_dir", "hello\n")


@tool("pipenv", "Debian's", "makes its environment and installs a wheel; both are there at the next entry", needs=["pipenv"])
def _(h, inside):
    h.write("~/code/lab/Pipfile", f'[packages]\ngreeting = {{path = "./{WHEEL}"}}\n')
    inside("PIP_NO_INDEX=1 pipenv install --skip-lock --python /usr/bin/python3")
    inside("pipenv run greeting; pipenv --venv", "hello\n")
    assert "/envs/" in inside("pipenv --venv")


@tool("pipx", "Debian's", "installs an application that is in PATH at the next entry", needs=["pipx"])
def _(h, inside):
    h.write("~/code/lab/dist/wheel-99.0-py3-none-any.whl", wheel("wheel", "99.0"))  # what pipx's own environment asks for
    h.write("~/code/lab/dist/setuptools-99.0-py3-none-any.whl", wheel("setuptools", "99.0"))
    inside(f"PIP_NO_INDEX=1 PIP_FIND_LINKS=$PWD/dist pipx install {WHEEL}")
    inside("greeting; pipx list --short", "hello\ngreeting 1.0\n")


stand_in("uv", "~/.local/bin/uv", "$UV_CACHE_DIR", "$UV_PROJECT_ENVIRONMENT", {"uv.lock": ""})
stand_in("hatch", "~/.local/bin/hatch", "${XDG_CACHE_HOME:-$HOME/.cache}/hatch", "$HATCH_DATA_DIR/env/virtual/lab", {"hatch.toml": ""})
stand_in("pixi", "~/.pixi/bin/pixi", "${XDG_CACHE_HOME:-$HOME/.cache}/rattler", "$PWD/.pixi/envs/default", {"pixi.toml": ""}, linked=False,
         job="copies from its cache into the project's environment, and runs what it copied")  # fmt: skip


@tool("conda", "a stand-in for the program", "starts from its base, makes an environment of linked packages, is at home there at the next entry")
def _(h, inside):
    h.write("~/code/lab/environment.yml", "name: lab\ndependencies: []\n")
    launcher(h, "~/miniconda3/bin/conda", STAND_IN.format(cache="$CONDA_PKGS_DIRS", environment="$CONDA_ENVS_PATH/lab"))
    h.write("~/miniconda3/lib/base.txt", "base\n")
    h.write("~/miniconda3/envs/other/private", "x")
    h.write("~/.conda/environments.txt", "x")
    path = {"PATH": f"{h.home}/miniconda3/bin:/usr/local/bin:/usr/bin:/bin"}
    inside("conda sync; mkdir -p ~/envs/lab/conda-meta; ln -s /usr/bin/python3 ~/envs/lab/bin/python; cat ~/miniconda3/lib/base.txt", "base\n", env=path)
    out = inside("conda run; echo $CONDA_PREFIX; ls -A ~/miniconda3 ~/.conda 2>&1 || true", "ran\n2\n", env=path)
    assert f"{h.home}/envs/lab\n" in out and "\nbin\nlib\n" in out and "\nenvs\n" not in out and "environments.txt" not in out, out


@tool("pyenv", "a stand-in for the program", "its shim starts the version that the project names, and an environment made of it works")
def _(h, inside):
    h.write("~/code/lab/.python-version", "3.99.1\n")
    launcher(h, "~/.pyenv/versions/3.99.1/bin/python", "#!/bin/sh\nexec /usr/bin/python3 \"$@\"\n")
    h.write("~/.pyenv/versions/3.0.0/bin/python", "x")
    launcher(h, "~/.pyenv/libexec/pyenv", '#!/bin/sh\nshift; exec "$PYENV_ROOT/versions/$(cat .python-version)/bin/$@"\n')
    launcher(h, "~/.pyenv/shims/python", f'#!/bin/sh\nexec "{h.home}/.pyenv/libexec/pyenv" exec python "$@"\n')
    path = {"PATH": f"{h.home}/.pyenv/shims:/usr/local/bin:/usr/bin:/bin"}
    assert inside("python -c 'print(6 * 7)'; ls ~/.pyenv/versions", env=path) == "42\n3.99.1\n"
    h.write("~/code/lab/.venv/pyvenv.cfg", f"home = {h.home}/.pyenv/versions/3.99.1/bin\n")
    h.symlink(f"{h.home}/.pyenv/versions/3.99.1/bin/python", "~/code/lab/.venv/bin/python")
    inside("python -c 'print(6 * 7)'; echo $VIRTUAL_ENV", f"42\n{h.home}/code/lab/.venv\n", env=path)


manager("mise", "~/.local/share/mise/installs", "mise.toml")
manager("asdf", "~/.asdf/installs", ".tool-versions")

# ---------------------------------------------------------------- checks and tests

@tool("tox", "Debian's", "makes an environment, installs a wheel and runs it; the environment is used again", needs=["tox"])
def _(h, inside):
    h.write("~/code/lab/tox.ini", "[tox]\nskipsdist = true\nenvlist = a\n[testenv]\ndeps = {toxinidir}/" + WHEEL +
            "\ninstall_command = python -m pip install --no-index {opts} {packages}\ncommands = greeting\n")  # fmt: skip
    inside("tox -q", "hello\n")
    assert "create" not in inside("tox -v", "hello\n").replace("--recreate", "")
    assert h.exists("~/code/lab/.tox/a/bin/greeting")


@tool("nox", "Debian's", "makes an environment, installs a wheel and runs it; the environment is used again", needs=["nox"])
def _(h, inside):
    h.write("~/code/lab/noxfile.py", f'import nox\n@nox.session\ndef a(session):\n    session.install("--no-index", "{WHEEL}")\n    session.run("greeting")\n')
    inside("nox", "hello\n")
    inside("nox -R", "hello\n")


@tool("pre-commit", "Debian's", "makes the environment of a hook, and uses it again at a commit", needs=["pre-commit", "git"])
def _(h, inside):
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    h.write("~/code/lab/.pre-commit-config.yaml", "repos:\n- repo: local\n  hooks:\n  - id: greet\n    name: greet\n    language: python\n"
            f"    entry: greeting\n    pass_filenames: false\n    verbose: true\n    additional_dependencies: [{h.home}/code/lab/{WHEEL}]\n")  # fmt: skip
    for arguments in (["git", "init", "-q", "-b", "main"], ["pre-commit", "install"], ["git", "add", "-A"]):
        assert h.run(arguments, cwd="~/code/lab").ok, h.story()
    inside("PIP_NO_INDEX=1 pre-commit run --all-files", "hello")
    inside("git commit -qm first", "hello")
    assert h.run(["git", "log", "--format=%s"], cwd="~/code/lab").out == "first\n"


@tool("pytest", "Debian's", "runs tests, and the failed one first at the next entry", needs=["pytest-3"])
def _(h, inside):
    h.write("~/code/lab/conftest.py", "")
    h.write("~/code/lab/test_it.py", "import os\ndef test_a(): pass\ndef test_b(tmp_path): assert os.path.exists('fixed')\n")
    inside("! /usr/bin/python3 -m pytest -q", "1 failed, 1 passed")
    inside("touch fixed; /usr/bin/python3 -m pytest -q --lf", "1 passed")


@tool("mypy", "Debian's", "finds a mistake, and reads its cache again", needs=["mypy"])
def _(h, inside):
    h.write("~/code/lab/mypy.ini", "[mypy]\n")
    h.write("~/code/lab/m.py", "x: int = 'a'\n")
    inside("! mypy m.py", "Incompatible types")
    inside("! mypy m.py", "Incompatible types")
    assert h.exists("~/code/lab/.mypy_cache/CACHEDIR.TAG")


@tool("black", "Debian's", "formats a file, and does not look at it again", needs=["black"])
def _(h, inside):
    h.write("~/code/lab/pyproject.toml", "[tool.black]\n")
    h.write("~/code/lab/m.py", "x=1\n")
    inside("black m.py", "1 file reformatted")
    inside("black -v m.py", "wasn't modified on disk since last run")


linter("ruff", "$PWD/.ruff_cache", "ruff.toml")
linter("pylint", "${PYLINTHOME:-$XDG_CACHE_HOME/pylint}", ".pylintrc")
linter("dvc", "$DVC_SITE_CACHE_DIR", "dvc.yaml")

# ---------------------------------------------------------------- notebooks and libraries

@tool("jupyter", "Debian's", "serves a notebook to the browser on the host, with the URL and the token that it prints; a kernel computes", needs=["jupyter-notebook"])
def _(h, inside):
    seen = {}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = h.spawn(["psbc", "run", "--", "jupyter-notebook", "--no-browser", f"--port={port}", "--ip=127.0.0.1"], cwd="~/code/lab", stderr=subprocess.PIPE)
    for line in process.stderr:
        at = line.find(b"http://127.0.0.1:")
        if at >= 0 and b"token=" in line:
            seen["url"] = line[at:].split()[0].decode()
            break
    address, _, token = seen["url"].partition("/?token=")
    ask = lambda path, **options: json.load(urllib.request.urlopen(urllib.request.Request(f"{address}{path}?token={token}", **options), timeout=60))  # noqa: E731
    assert ask("/api/status")["kernels"] == 0
    kernel = ask("/api/kernels", method="POST", data=b"{}")
    assert [one["id"] for one in ask("/api/kernels")] == [kernel["id"]]
    ask_url = f"{address}/api/kernels/{kernel['id']}?token={token}"
    urllib.request.urlopen(urllib.request.Request(ask_url, method="DELETE"), timeout=60)
    process.terminate()
    h.write("~/code/lab/ask.py", "from jupyter_client.manager import start_new_kernel\n"
            "m, c = start_new_kernel()\nc.execute_interactive('print(6 * 7)', timeout=60)\nm.shutdown_kernel(now=True)\n")  # fmt: skip
    inside("/usr/bin/python3 ask.py", "42\n")
    assert not h.exists("~/.jupyter") and not h.exists("~/.local/share/jupyter") and not h.exists("~/.ipython")


@tool("ipython", "Debian's", "remembers its history", needs=["jupyter-notebook"])
def _(h, inside):
    h.write("~/code/lab/it.py", "import IPython\nIPython.start_ipython(argv=['--quick', '-c', 'get_ipython().history_manager.store_inputs(1, \"remember_me\"); get_ipython().history_manager.writeout_cache()'])\n")
    inside("/usr/bin/python3 it.py")
    inside("/usr/bin/python3 -c \"import IPython.core.history as h; print([x for x in h.HistoryAccessor().search('*remember*')])\"", "remember_me")


library("huggingface", "finds the model that it downloaded", *written("${HF_HOME:-$HOME/.cache/huggingface}/hub"))
library("keras", "finds weights and data sets", *written("${KERAS_HOME:-$HOME/.keras}/models"))
library("nltk", "finds corpora", *written("${NLTK_DATA:-$HOME/nltk_data}/corpora"))
library("matplotlib", "finds its font cache", *written("${MPLCONFIGDIR:-${XDG_CACHE_HOME:-$HOME/.cache}/matplotlib}"))
library("cuda", "finds compiled kernels", *written("${CUDA_CACHE_PATH:-$HOME/.nv/ComputeCache}"))
library("wandb", "finds its settings", *written("${WANDB_CONFIG_DIR:-$HOME/.config/wandb}"))
library("xdg", "finds what was written below the two variables", *written("${XDG_CACHE_HOME:-$HOME/.cache}/any-tool"))
library("keyring", "takes the backend that keeps nothing", "true", '[ "$PYTHON_KEYRING_BACKEND" = keyring.backends.null.Keyring ]')

@tool("cargo", "a stand-in for the program", "starts from `~/.cargo/bin` with the host's toolchain, and finds its registry; the host's tokens are not there")
def _(h, inside):
    h.write("~/code/lab/Cargo.toml", "")
    h.write("~/.cargo/credentials.toml", h.decoys.new("crates token"))
    h.write("~/.rustup/toolchains/stable/lib/std", "std\n")
    launcher(h, "~/.cargo/bin/cargo", '#!/bin/sh\ncat $RUSTUP_HOME/toolchains/stable/lib/std $CARGO_HOME/registry/it; mkdir -p $CARGO_HOME/registry; echo kept > $CARGO_HOME/registry/it\n')
    path = {"PATH": f"{h.home}/.cargo/bin:/usr/local/bin:/usr/bin:/bin"}
    inside("cargo", "std\n", env=path)
    assert not h.decoys.found_in(inside("cargo; cat ~/.cargo/credentials* $CARGO_HOME/cred* 2>&1 || true", "std\nkept\n", env=path))


@tool("torch", "a stand-in for the library", "compiles an extension, loads it, and loads it again at the next entry", needs=["gcc"])
def _(h, inside):
    h.write("~/code/lab/ext.py", "import ctypes, os, subprocess\nfor name in ('TORCH_EXTENSIONS_DIR', 'TRITON_CACHE_DIR', 'TORCHINDUCTOR_CACHE_DIR'):\n"
            "  d = os.environ[name]; so = d + '/k.so'; os.makedirs(d, exist_ok=True)\n"
            "  if not os.path.exists(so):\n    print('compiled'); subprocess.run(['gcc', '-shared', '-fPIC', '-xc', '-', '-o', so], input=b'int k(void){return 42;}', check=True)\n"
            "  print(ctypes.CDLL(so).k())\n")  # fmt: skip
    assert inside("python3 ext.py").count("compiled") == 3
    assert inside("python3 ext.py") == "42\n42\n42\n"


@tool("cython", "Debian's", "compiles a module, and imports it again at the next entry", needs=["cython3", "gcc"])
def _(h, inside):
    if not list(Path("/usr/include").glob("python3*/Python.h")):
        skip("cython3: there are no headers of Python")
    h.write("~/code/lab/inline.py", "import cython\nprint(cython.inline('return a * 7', a=6))\n")
    inside("/usr/bin/python3 inline.py", "42\n")
    before = inside("find $CYTHON_CACHE_DIR -name '*.so' -printf '%T@\\n'")
    inside("/usr/bin/python3 inline.py", "42\n")
    assert before and inside("find $CYTHON_CACHE_DIR -name '*.so' -printf '%T@\\n'") == before


# ---------------------------------------------------------------- compilers, git, editors, terminals

@tool("ccache", "Debian's", "answers the second compilation, in another session, from its cache", needs=["ccache", "gcc"])
def _(h, inside):
    h.write("~/code/lab/a.c", "int main(void) { return 0; }\n")
    inside("ccache gcc -c a.c -o a.o")
    inside("ccache gcc -c a.c -o a.o; ccache --print-stats | grep -E 'direct_cache_hit|preprocessed_cache_hit'", "hit\t1\n")


@tool("git-lfs", "Debian's", "commits a large file as a pointer, and checks it out again", needs=["git-lfs", "git"])
def _(h, inside):
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    h.write("~/code/lab/.gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
    h.write("~/code/lab/big.bin", "payload " * 1000)
    assert h.run(["git", "init", "-q", "-b", "main"], cwd="~/code/lab").ok
    inside("git add -A && git commit -qm first && git show HEAD:big.bin", "version https://git-lfs.github.com/spec/v1\n")
    inside("rm big.bin; git checkout -q -- big.bin; git lfs ls-files; wc -c < big.bin", "8000\n")


@tool("vim", "Debian's", "edits a file with the user's own settings, which it cannot change", needs=["vim"])
def _(h, inside):
    h.write("~/.vimrc", "let g:mine = 'from my vimrc'\n")
    h.write("~/.vim/plugin/p.vim", "let g:plugin = 'from my plugin'\n")
    h.write("~/.vim/undo/secret", "x")
    r = inside("vim -Nu ~/.vimrc -i NONE --not-a-term -n -c 'put =g:mine' -c 'put =g:plugin' -c 'wq' note >/dev/null; cat note; ls ~/.vim", "from my vimrc\nfrom my plugin\n")
    assert r.split("\n")[-2] == "plugin", r
    assert not h.psbc("run", "--", "sh", "-c", "echo >> ~/.vimrc", cwd="~/code/lab").ok


@tool("neovim", "Debian's", "edits a file with the user's own settings; from 0.8 on it undoes at the next entry", needs=["nvim"])
def _(h, inside):
    h.write("~/.config/nvim/init.vim", "set undofile\nlet g:mine = 'from my init'\n")
    inside("nvim --headless -c 'put =g:mine' -c 'wq' note; cat note", "from my init\n")
    major, minor = map(int, re.search(r"NVIM v(\d+)\.(\d+)", inside("nvim --version")).groups())
    inside("nvim --headless -c 'undo' -c 'wq' note; cat note")
    assert "from my init" not in h.read("~/code/lab/note") or (major, minor) < (0, 8)


@tool("tmux", "Debian's", "starts with the user's own settings", needs=["tmux"])
def _(h, inside):
    h.write("~/.tmux.conf", "set -g @mine from-my-conf\n")
    inside("tmux -L t new-session -d 'sleep 60'; tmux -L t show -gv @mine; tmux -L t kill-server", "from-my-conf\n")


@tool("node", "this machine's", "runs; npm packs from and into its cache", needs=["node", "npm"])
def _(h, inside):
    h.write("~/code/lab/package.json", '{"name": "lab", "version": "1.0.0"}')
    inside("node -e 'console.log(6*7)'; npm cache add ./ >/dev/null 2>&1 || npm pack --silent >/dev/null; npm config get cache", "42\n")
    assert inside("npm config get cache").rstrip().endswith("/cache/npm")


# ---------------------------------------------------------------- the page

HEAD = """\
# Tools

What psbc knows about tools that a Python project meets: by what it recognises them, what of your installation it shows
inside (read-only, when it is there), and what it tells them. This page is made of the tool table and of the test that
lets each of them do its job inside, without a network, in two sessions (`tests/integration/tools_test.py`).

"""

TAIL_MARK = "<!-- above: generated -->\n"


def rows():
    if "TOOL_ROWS" not in os.environ:
        skip("TOOL_ROWS: names the program that prints the table; meson sets it")
    out = subprocess.run([os.environ["TOOL_ROWS"]], capture_output=True, text=True, check=True).stdout
    return [line.split("\t") for line in out.splitlines()]


def page():
    lines = [HEAD, "| tool | recognised by | visible of the host | variables | what is kept | what the test saw |\n", "| --- | --- | --- | --- | --- | --- |\n"]
    for row, signs, places, variables, keeps in rows():
        whose, job = JOBS[row]
        lines.append(f"| {row} | {signs} | {places} | {variables} | {keeps} | {whose}: {job} |\n")
    return "".join(lines) + "\n" + TAIL_MARK


@test("each row of the tool table has a job here, and docs/tools.md says so")
def _():
    assert sorted(JOBS) == sorted(row[0] for row in rows()), set(JOBS) ^ {row[0] for row in rows()}
    target = CHECKOUT / "docs/tools.md"
    current = target.read_text() if target.exists() else ""
    if os.environ.get("PSBC_ACCEPT") == "1":
        target.write_text(page() + current.partition(TAIL_MARK)[2])
        return
    assert current.partition(TAIL_MARK)[0] + TAIL_MARK == page(), "docs/tools.md differs: PSBC_ACCEPT=1 tests/integration/tools_test.py 'docs/tools.md' writes it"


main()
