#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""`psbc shim`: an interpreter outside that is the environment inside."""
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from editors import shimmed, wait_for  # noqa: E402
from tap import main, test  # noqa: E402


@test("arguments and standard input arrive byte for byte; output, errors and the exit status come back")
def _(h):
    s = shimmed(h)
    words = ["", " a  b ", "$HOME `id` \"'\\", "*", "--", "-c", "line\nbreak", os.fsdecode(b"\xff\xfe"), "\N{SNOWMAN}"]
    r = s.python("-c", "import os, sys; print([os.fsencode(a) for a in sys.argv[1:]])", *words)
    assert r.ok and eval(r.out) == [os.fsencode(word) for word in words], r
    data = bytes(range(256)) * 1000
    r = s.python("-c", "import sys, zlib; print(zlib.crc32(sys.stdin.buffer.read())); print('no', file=sys.stderr); sys.exit(37)", stdin=data)
    import zlib

    assert r.status == 37 and r.out == f"{zlib.crc32(data)}\n" and r.err == "no\n", r


@test("no terminal is needed; with one, python is interactive on it")
def _(h):
    s = shimmed(h)
    r = h.pty([s.bin + "/python", "-q"], [(r">>> ", "import sys; print(sys.prefix, 6 * 7)\n"), (r" 42", "exit(3)\n")], cwd="~/code/demo")
    assert r.status == 3 and s.directory in r.out, r


@test("the working directory is the one outside; one that the sandbox does not see is an error that says so")
def _(h):
    s = shimmed(h)
    h.mkdir("~/code/demo/src/deep")
    h.mkdir("~/code/elsewhere")
    where = ("-c", "import os; print(os.getcwd())")
    for cwd in ("~/code/demo", "~/code/demo/src/deep", "~", "/usr/share"):
        r = s.python(*where, cwd=cwd)
        assert r.ok and r.out.strip() == h.path(cwd), r
    r = s.python(*where, cwd="~/code/elsewhere")
    assert r.status == 125 and not r.out and "code/elsewhere" in r.err and "start from a directory of the project" in r.err, r
    r = s.python("-c", "import os; print(os.listdir('.'))", cwd="~")
    assert "'code'" in r.out and ".ssh" not in r.out, r


@test("the stop button works: SIGINT and SIGTERM reach the program, SIGKILL leaves nothing running")
def _(h):
    s = shimmed(h)
    code = "import signal, sys, time\nfor s in (2, 15): signal.signal(s, lambda n, f: sys.exit(n + 40))\nopen('ready', 'w').close()\ntime.sleep(60)"
    for number, status in ((signal.SIGINT, 42), (signal.SIGTERM, 55)):
        process = h.spawn([s.bin + "/python", "-c", code], cwd="~/code/demo")
        wait_for(lambda: h.exists("~/code/demo/ready"))
        process.send_signal(number)
        assert process.wait(30) == status
        os.unlink(h.path("~/code/demo/ready"))
    process = h.spawn([s.bin + "/python", "-c", "import time; open('ready', 'w').close(); time.sleep(61.25)"], cwd="~/code/demo")
    wait_for(lambda: h.exists("~/code/demo/ready"))
    process.kill()
    wait_for(lambda: not h.run(["pgrep", "-u", str(h.uid), "-f", "sleep.61[.]25"]).out)


@test("a file that grants more, or was never approved, is never asked about: status 126, and the line to type")
def _(h):
    s = shimmed(h)
    h.write("~/code/demo/.python-sandbox.toml", 'name = "demo"\nreadonly = ["~/data"]\n')
    h.mkdir("~/data")
    r = s.python("-c", "import os; print(os.path.exists(os.path.expanduser('~/data')))", cwd="~")
    assert r.out == "False\n", r  # what was approved last
    assert h.psbc("trust", "--revoke", cwd="~/code/demo").ok
    r = s.python("-c", "print('ran')", cwd="~")
    assert r.status == 126 and not r.out and "psbc trust ~/code/demo" in r.err, r
    r = h.pty([s.bin + "/python", "-c", "print('ran')"], cwd="~/code/demo", timeout=10)
    assert r.status == 126 and "help: see what it asks for: psbc trust\r" in r.out, r


@test("what runs inside calls itself by the shim's name, which is the environment there")
def _(h):
    s = shimmed(h)
    r = s.python("-c", "import sys; print(sys.executable, sys.prefix, sys.prefix != sys.base_prefix)")
    assert r.out.split() == [s.bin + "/python", s.directory, "True"], r
    h.write("~/code/demo/child.py", "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'import sys; print(sys.prefix)'], capture_output=True, text=True).stdout)")
    assert s.python("child.py").out.split() == [s.directory]
    # Written inside by a tool of the environment, started outside: it enters.
    r = s.python("-c", "import sys, os; p = sys.prefix + '/bin/pytest'; open(p, 'w').write('#!' + sys.executable + '\\nimport os\\nprint(os.environ[\"JAILED_ENV\"])\\n'); os.chmod(p, 0o755)")
    assert r.ok, r
    assert h.run([h.path("~/envs/demo/bin/pytest")], cwd="~/code/demo").out == "demo\n"
    assert h.psbc("run", "--", "pytest", cwd="~/code/demo").out == "demo\n"
    assert h.psbc("shim", cwd="~/code/demo").ok and h.run([s.bin + "/pytest"], cwd="~/code/demo").out == "demo\n"


@test("the shim has what the environment has, of the names that editors call; unchanged, nothing is written")
def _(h):
    s = shimmed(h)
    version = f"python3.{sys.version_info.minor}" if not s.version else "python" + ".".join(s.version.split(".")[:2])
    assert {"python", "python3", version} <= set(s.programs), s.programs
    for name in ("sudo", "git", "ls", "python3.1;x", "pytest", "pip3.x", "python3.99"):
        h.run(["cp", "/bin/true", h.path("~/envs/demo/bin/" + name)])
    again = json.loads(h.psbc("shim", "--json", cwd="~/code/demo").out)
    assert set(again["programs"]) - set(s.programs) == {"pytest", "python3.99"} and again["changed"], again
    stamps = lambda: {p: os.lstat(p)[1:] for p in Path(s.directory).rglob("*") if not str(p).startswith(s.directory + "/lib/")}  # noqa: E731
    before = {p: (os.lstat(p).st_ino, os.lstat(p).st_ctime_ns) for p in stamps()}
    assert not json.loads(h.psbc("shim", "--json", cwd="~/code/demo").out)["changed"]
    assert before == {p: (os.lstat(p).st_ino, os.lstat(p).st_ctime_ns) for p in stamps()}
    os.unlink(h.path("~/envs/demo/bin/python3.99"))
    assert "python3.99" not in json.loads(h.psbc("shim", "--json", cwd="~/code/demo").out)["programs"] and not h.exists(s.bin + "/python3.99")
    config = h.read(s.directory + "/pyvenv.cfg")
    assert f"home = {s.bin}\n" in config and re.search(r"^version = 3\.\d+\.\d+$", config, re.M) and "prompt = demo\n" in config, config


@test("--at is one more name, outside of what sandboxes write; --remove, clean and a second shim know it")
def _(h):
    s = shimmed(h)
    h.write("~/code/other/.python-sandbox.toml", 'name = "other"\nwritable = ["~/shared"]\n')
    h.mkdir("~/shared")
    h.symlink("~/shared", "~/link")
    assert h.psbc("trust", "--yes", cwd="~/code/other").ok and h.psbc("build", cwd="~/code/other").ok
    for place in ("~/code/demo/.venv", "~/code/other/.venv", "~/shared/venv", "~/link/venv", "~/.local/share/psbc/x", "~/envs/demo/x"):
        r = h.psbc("shim", "--at", h.path(place), cwd="~/code/demo")
        assert r.status == 4 and "help:" in r.err and not h.exists(place), r
    h.write("~/pythons/taken", "mine")
    assert h.psbc("shim", "--at", h.path("~/pythons/taken"), cwd="~/code/demo").status == 4 and h.read("~/pythons/taken") == "mine"
    r = h.psbc("shim", "--at", "../../pythons/demo", "--json", cwd="~/code/demo")
    assert json.loads(r.out)["interpreter"] == h.path("~/pythons/demo/bin/python"), r
    r = h.run([h.path("~/pythons/demo/bin/python"), "-c", "import sys; print(sys.executable)"], cwd="~/code/demo")
    assert r.out.strip() == s.bin + "/python", r
    assert h.psbc("shim", "--remove", cwd="~/code/demo").ok and not h.exists("~/pythons/demo") and not h.exists(s.directory)
    assert "no shim" in h.psbc("shim", "--remove", h.path("~/code/demo")).err
    assert h.psbc("shim", "--at", h.path("~/pythons/demo"), cwd="~/code/demo").ok
    r = h.psbc("clean", "--yes", cwd="~/code/demo")
    assert r.ok and "shims/demo" in r.err and not h.exists("~/pythons/demo") and not h.exists(s.directory), r


@test("without an environment there is no shim, and psbc says how to make one; nor inside a sandbox")
def _(h):
    h.require("psbc", "firejail")
    h.write("~/code/demo/.python-sandbox.toml", 'name = "demo"\n')
    r = h.psbc("shim", cwd="~/code/demo")
    assert r.status == 4 and "psbc run -- python3 -m venv ~/envs/demo" in r.err, r
    s = shimmed(h)
    assert "psbc" not in s.python("-c", "import os; print(os.listdir(os.path.expanduser('~/.local/share/psbc')))").err
    assert h.psbc("run", "--", "psbc", "shim", cwd="~/code/demo").status == 2


@test("an editor whose XDG variables are a snap's reaches the same sandbox")
def _(h):
    s = shimmed(h)
    env = {f"XDG_{kind}_HOME": h.mkdir(f"~/snap/code/{kind}") for kind in ("STATE", "DATA", "CONFIG")}
    assert s.python("-c", "import os; print(os.environ['JAILED_ENV'])", env=env).out == "demo\n"
    assert not os.listdir(h.path("~/snap/code/DATA"))


@test("a shim that was moved or copied starts nothing")
def _(h):
    s = shimmed(h)
    h.write("~/code/demo/bin/python", h.read(s.bin + "/python"), 0o755)
    r = h.run([h.path("~/code/demo/bin/python"), "-c", "print(1)"], cwd="~/code/demo")
    assert r.status == 125 and not r.out and "psbc shim" in r.err, r


# As VS Code asks: an interpreter's facts between two markers, by -I and a script (python_files/get_output_via_markers.py,
# python_files/interpreterInfo.py), and by -c (its environment tools in Rust).
@test("discovery as editors do it finds the version, the paths and the tests")
def _(h):
    s = shimmed(h, editors='["vscode", "pycharm"]')
    files = s.vscode + "/python_files"
    r = s.python("-I", files + "/get_output_via_markers.py", files + "/interpreterInfo.py", cwd="~", env={"PYTHONIOENCODING": "utf-8"})
    assert r.ok and r.out.startswith(">>>PYTHON-EXEC-OUTPUT\n") and r.out.rstrip().endswith("<<<PYTHON-EXEC-OUTPUT"), r
    facts = json.loads(r.out.splitlines()[1])
    assert facts["sysPrefix"] == s.directory and facts["versionInfo"][0] == 3, facts
    r = s.python("-c", "import json, sys; print('093385e9');print(json.dumps({'sys_prefix': sys.prefix, 'executable': sys.executable}))", cwd="~")
    assert json.loads(r.out.splitlines()[1]) == {"sys_prefix": s.directory, "executable": s.bin + "/python"}, r
    r = s.python("-E", s.pycharm + "/packaging_tool.py", "list", cwd="~")
    assert r.ok and "pip\t" in r.out + "pip\t", r
    h.write("~/code/demo/test_it.py", "def test_one():\n    pass\n\n\ndef test_two():\n    assert False\n")
    if not s.has("pytest"):
        return
    r = s.python("-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider")
    assert r.ok and "test_it.py::test_one" in r.out and "test_it.py::test_two" in r.out, r
    r = s.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py::test_two")
    assert r.status == 1 and "1 failed" in r.out, r


PLUGIN = """import json, os
ids = open(os.environ["RUN_TEST_IDS_PIPE"]).read().split()
for name in ids * 3:
    with open(os.environ["TEST_RUN_PIPE"], "wb") as pipe:  # as vscode_pytest does, once for each message
        pipe.write(json.dumps({"ran": name, "pad": "x" * 100000}).encode() + b"\\n")
"""


@test("VS Code's test panel gets its results by the pipe that it made, and the tests to run are the file that it wrote")
def _(h):
    s = shimmed(h, editors='["vscode"]')
    pipe = h.runtime + "/python-test-run-ab12cd"
    with h.as_user():
        os.mkfifo(pipe, 0o600)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    ids = h.write("/tmp/test-ids-1.txt", "test_it.py::test_one\ntest_it.py::test_two\n")
    process = h.spawn([s.bin + "/python", "-c", PLUGIN], cwd="~/code/demo", env={"TEST_RUN_PIPE": pipe, "RUN_TEST_IDS_PIPE": ids}, stderr=subprocess.PIPE)
    os.set_blocking(reader, True)
    while process.poll() is None and not (data := os.read(reader, 1)):
        time.sleep(0.02)
    while more := os.read(reader, 65536):
        data += more
    assert process.wait(30) == 0, process.stderr.read()
    os.close(reader)
    told = [json.loads(line)["ran"] for line in data.splitlines()]
    assert told == ["test_it.py::test_one", "test_it.py::test_two"] * 3, told
    # Not for what is no pipe of the user's, and not without `editors`.
    r = s.python("-c", "import os; print(os.environ.get('TEST_RUN_PIPE'))", env={"TEST_RUN_PIPE": h.write("~/.bashrc", "mine\n")})
    assert r.out == "None\n" and h.read("~/.bashrc") == "mine\n", r
    h.write("~/.config/psbc/config.toml", "")
    assert s.python("-c", "import os; print(os.environ.get('TEST_RUN_PIPE'))", env={"TEST_RUN_PIPE": pipe}).out == "None\n"


main()
