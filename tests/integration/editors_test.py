#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""`editors`: debugpy and pydevd through the shim, by their own protocols, and what of an editor is visible inside."""
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from debuggers import Adapter, Pydevd  # noqa: E402
from editors import shimmed  # noqa: E402
from tap import main, skip, test  # noqa: E402

DEBIAN = Path("/usr/lib/python3/dist-packages")
PROGRAM = "import os\n\n\ndef work(n):\n    answer = n * 7\n    return answer\n\n\nprint(work(6), os.environ['JAILED_ENV'])\n"


def with_debugpy(h, **options):
    """The extension with the real debugpy in it, and so with pydevd; the system's own cannot be what runs."""
    if not (DEBIAN / "debugpy/adapter").is_dir():
        skip("python3-debugpy: not installed")
    s = shimmed(h, editors='["vscode", "pycharm"]', system=False, before=lambda s: install(h, s), **options)
    h.write("~/code/demo/main.py", PROGRAM)
    return s


def install(h, s):
    h.run(["cp", "-rL", f"{DEBIAN}/debugpy", s.debugpy + "/bundled/libs/"])
    # Debian keeps apart what the wheel has in it.
    h.run(["cp", "-r", f"{DEBIAN}/bytecode", s.debugpy + "/bundled/libs/debugpy/_vendored/pydevd/"])
    # As PyCharm ships it.
    h.mkdir(s.pycharm_names + "/pydev")
    h.run(["cp", "-rL", f"{s.debugpy}/bundled/libs/debugpy/_vendored/pydevd/.", s.pycharm + "/pydev/"])


@test("VS Code: the debugger starts a program inside, stops at a breakpoint, shows variables, goes on, and ends with it")
def _(h):
    s = with_debugpy(h)
    process = h.spawn([s.bin + "/python", s.debugpy + "/bundled/libs/debugpy/adapter"], cwd="~", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    a = Adapter(process)
    assert a.ask("initialize", clientID="vscode", adapterID="debugpy", pathFormat="path", linesStartAt1=True)["supportsConfigurationDoneRequest"]
    main_py = h.path("~/code/demo/main.py")
    launch = a.send("launch", name="demo", type="debugpy", request="launch", program=main_py, python=[s.bin + "/python"], cwd=h.path("~/code/demo"),
                    console="internalConsole", redirectOutput=True, justMyCode=True)  # fmt: skip
    a.event("initialized")
    found = a.ask("setBreakpoints", source={"path": main_py}, breakpoints=[{"line": 6}])
    assert found["breakpoints"][0]["verified"], found
    a.ask("configurationDone")
    a.answer(launch)
    stopped = a.event("stopped")
    assert stopped["reason"] == "breakpoint", stopped
    frame = a.ask("stackTrace", threadId=stopped["threadId"])["stackFrames"][0]
    assert (frame["name"], frame["line"], frame["source"]["path"]) == ("work", 6, main_py), frame
    scope = a.ask("scopes", frameId=frame["id"])["scopes"][0]
    shown = {v["name"]: v["value"] for v in a.ask("variables", variablesReference=scope["variablesReference"])["variables"]}
    assert shown["n"] == "6" and shown["answer"] == "42", shown
    said = a.ask("evaluate", expression="__import__('sys').executable", frameId=frame["id"], context="repl")["result"]
    assert said == repr(s.bin + "/python"), said
    a.ask("continue", threadId=stopped["threadId"])
    printed = ""
    while "demo" not in printed:
        event = a.event("output")
        printed += event["output"] if event.get("category") == "stdout" else ""
    assert "42 demo" in printed
    assert a.event("exited")["exitCode"] == 0
    a.event("terminated")
    a.ask("disconnect")
    process.stdin.close()
    assert process.wait(30) == 0


@test("VS Code: stop ends a program that is running")
def _(h):
    s = with_debugpy(h)
    h.write("~/code/demo/main.py", "import time\nopen('started', 'w').close()\nwhile True:\n    time.sleep(0.1)\n")
    process = h.spawn([s.bin + "/python", s.debugpy + "/bundled/libs/debugpy/adapter"], cwd="~/code/demo", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    a = Adapter(process)
    a.ask("initialize", clientID="vscode", adapterID="debugpy")
    launch = a.send("launch", request="launch", program=h.path("~/code/demo/main.py"), python=[s.bin + "/python"], console="internalConsole")
    a.event("initialized")
    a.ask("configurationDone")
    a.answer(launch)
    from editors import wait_for

    wait_for(lambda: h.exists("~/code/demo/started"))
    a.ask("disconnect", terminateDebuggee=True)
    process.stdin.close()
    assert process.wait(30) == 0
    wait_for(lambda: not h.run(["pgrep", "-u", str(h.uid), "-f", "demo/main.py"]).out)


@test("PyCharm: pydevd connects back to the editor, stops at a breakpoint, shows variables, and goes on")
def _(h):
    s = with_debugpy(h)
    p = Pydevd()
    main_py = h.path("~/code/demo/main.py")
    process = h.spawn([s.bin + "/python", "-B", s.pycharm + "/pydev/pydevd.py", "--multiprocess", "--client", "127.0.0.1", "--port", str(p.port), "--file", main_py],
                      cwd="~/code/demo", env={"PYCHARM_HOSTED": "1", "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    try:
        p.accept()
        p.send(p.VERSION, "1.1", "UNIX", "ID")
        p.until(p.VERSION)
        p.send(p.SET_BREAK, 1, "python-line", main_py, 6, "None", "None", "None")
        p.send(p.RUN, "")
        text = p.until(p.THREAD_SUSPEND)
        assert 'name="work"' in text and 'line="6"' in text and main_py in unquote(unquote(text)), text
        import re

        thread, frame = re.search(r'<thread id="([^"]+)"', text)[1], re.search(r'<frame id="([^"]+)"', text)[1]
        p.send(p.GET_FRAME, thread, frame, "FRAME")
        shown = unquote(p.until(p.GET_FRAME))
        assert 'name="answer"' in shown and "42" in shown, shown
        p.send(p.THREAD_RUN, thread)
        out = process.stdout.read().decode()
        assert process.wait(30) == 0 and "42 demo" in out, out
    finally:
        p.close()


@test("of an editor exactly the directories of its helpers are visible, and none can be written")
def _(h):
    s = with_debugpy(h)
    for path in ("~/.vscode-oss/extensions/ms-python.python-1/python_files/x.py", "~/.cursor/extensions/ms-python.debugpy-1/bundled/x.py",
                 "~/.vscode-server/extensions/ms-python.python-1/pythonFiles/x.py", "~/pycharm-2024.3/plugins/python-ce/helpers/x.py",
                 "~/.local/share/JetBrains/Toolbox/apps/PyCharm-P/ch-0/243.1/plugins/python/helpers-pro/x.py"):  # fmt: skip
        h.write(path, "helper\n")
    others = ("~/.vscode/extensions/evil.other-1.0.0/secret.py", "~/.vscode/argv.json", "~/.vscode-server/data/token", "~/.config/Code/User/settings.json",
              "~/.config/JetBrains/PyCharm2024.3/c.kdbx", "~/.vscode/extensions/ms-python.python-2025.4.0-linux-x64/package.json",
              "~/.local/share/JetBrains/Toolbox/apps/pycharm-professional/bin/pycharm.sh", "~/pycharm-2024.3/license")  # fmt: skip
    for path in others:
        h.write(path, "mine\n")
    find = "import os; print(sorted(os.path.relpath(os.path.join(d, f), os.path.expanduser('~')) for t in ('.vscode', '.vscode-oss', '.cursor', '.vscode-server', '.local/share/JetBrains', 'pycharm-2024.3', '.config') for d, _, files in os.walk(os.path.expanduser('~/' + t)) for f in files if f in ('x.py', 'interpreterInfo.py', 'packaging_tool.py', 'pydevd.py') or open(os.path.join(d, f), 'rb').read() == b'mine\\n'))"
    r = s.python("-c", find)
    seen = eval(r.out)
    assert len([p for p in seen if p.endswith("/x.py")]) == 5 and len(seen) >= 8, r
    assert not [p for p in seen if "~/" + p in others], r
    code = "import os, sys\nfor p in sys.argv[1:]:\n  for act in (lambda: open(p, 'a').write('x'), lambda: os.unlink(p), lambda: os.rename(os.path.dirname(p), os.path.dirname(p) + '.old'), lambda: open(os.path.dirname(p) + '/new', 'w')):\n    try: act(); print('done', p)\n    except OSError: pass\n"
    r = s.python("-c", code, s.vscode + "/python_files/interpreterInfo.py", s.debugpy + "/bundled/libs/debugpy/__init__.py", s.pycharm + "/packaging_tool.py")
    assert r.ok and not r.out, r
    h.write("~/.config/psbc/config.toml", "")
    assert "interpreterInfo" not in s.python("-c", find).out


@test("without a network the debugger's way is closed, and entering says so")
def _(h):
    s = with_debugpy(h, config='[network]\naccess = "none"\n')
    r = h.psbc("run", "--", "true", cwd="~/code/demo")
    assert 'the debugger of vscode cannot connect' in r.err and '"none"' in r.err, r
    r = h.psbc("build", "--force", cwd="~/code/demo")
    p = Pydevd()
    r = s.python("-c", f"import socket; socket.create_connection(('127.0.0.1', {p.port}), 2)")
    p.close()
    assert r.status == 1 and "refused" in r.err, r


@test("an editor that psbc does not know is named with what is known")
def _(h):
    h.require("psbc")
    h.write("~/code/demo/.python-sandbox.toml", 'name = "demo"\n')
    for word, hint in (("cursor", '"vscode"'), ("pycharmm", '"pycharm"'), ("vim", "vscode")):
        h.write("~/.config/psbc/config.toml", f'editors = ["{word}"]\n')
        r = h.psbc("build", cwd="~/code/demo")
        assert r.status == 2 and hint in r.err, r


main()
