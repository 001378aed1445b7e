# SPDX-License-Identifier: MIT
"""A project with an environment and a shim, and what editors keep in HOME for it.

The helper scripts stand for the editors' own: same places, same way of being called, same answers on stdout.
"""
import json
import time

from tap import skip

_MARKERS = '''import runpy, sys
print(">>>PYTHON-EXEC-OUTPUT")
try:
    module = sys.argv.pop(0) and sys.argv[0]
    if module.endswith(".py"):
        runpy.run_path(module, run_name="__main__")
    else:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
finally:
    print("<<<PYTHON-EXEC-OUTPUT")
'''
_INFO = '''import json, sys
print(json.dumps({"versionInfo": tuple(sys.version_info), "sysPrefix": sys.prefix, "sysVersion": sys.version, "is64Bit": sys.maxsize > 2**32}))
'''
_PACKAGING = '''import sys
from importlib.metadata import distributions
if sys.argv[1] == "list":
    for d in distributions():
        sys.stdout.write("\\t".join([d.metadata["Name"] or "", d.version, str(d.locate_file("")), ""]) + "\\n")
'''
VSCODE, DEBUGPY = "~/.vscode/extensions/ms-python.python-2025.4.0-linux-x64", "~/.vscode/extensions/ms-python.debugpy-2025.6.0-linux-x64"
PYCHARM = "~/.local/share/JetBrains/Toolbox/apps/pycharm-professional/plugins/python-ce/helpers"


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "never came"
        time.sleep(0.02)


class Shim:
    def __init__(self, h, answer):
        self.h = h
        self.directory, self.programs = answer["directory"], answer["programs"]
        self.bin = self.directory + "/bin"
        self.vscode, self.debugpy, self.pycharm = h.path(VSCODE), h.path(DEBUGPY), h.path(PYCHARM)
        self.pycharm_names = PYCHARM
        self.version = ""

    def python(self, *arguments, **options):
        return self.h.run([self.bin + "/python", *arguments], **{"cwd": "~/code/demo", **options})

    def has(self, module):
        return self.python("-c", f"import {module}").ok


def install_editors(h):
    for name, text in (("get_output_via_markers", _MARKERS), ("interpreterInfo", _INFO)):
        h.write(f"{VSCODE}/python_files/{name}.py", text)
    h.write(f"{VSCODE}/package.json", "{}")
    h.write(f"{DEBUGPY}/bundled/libs/README", "debugpy")
    h.write(f"{PYCHARM}/packaging_tool.py", _PACKAGING)
    h.write("~/.vscode/extensions/evil.other-1.0.0/secret.py", "KEY = 1\n")


def shimmed(h, config="", editors=None, system=True, before=None):
    """The project ~/code/demo with its environment, approved, and its shim."""
    h.require("psbc", "firejail")
    install_editors(h)
    if before:
        before(Shim(h, {"directory": "", "programs": []}))
    if editors:
        h.write("~/.config/psbc/config.toml", f"editors = {editors}\n")
    h.write("~/code/demo/.python-sandbox.toml", 'name = "demo"\n' + config)
    assert h.psbc("trust", "--yes", cwd="~/code/demo").ok
    r = h.psbc("run", "--", "/usr/bin/python3", "-m", "venv", "--without-pip", *["--system-site-packages"] * system, h.path("~/envs/demo"), cwd="~/code/demo")
    if not r.ok:
        skip("python3-venv: " + (r.err or r.out).strip()[-200:])
    r = h.psbc("shim", "--json", cwd="~/code/demo")
    assert r.ok, r
    return Shim(h, json.loads(r.out))
