#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The scripts of the checkout itself."""
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from host import CHECKOUT  # noqa: E402
from tap import main, skip, test  # noqa: E402

SCRIPTS = ["script/bootstrap", "script/demo", "script/firejail-versions", "script/test", "script/common.bash", ".ci/nightly", ".ci/run", "tests/kernel/run"]


@test("shellcheck has nothing to say about them")
def _():
    if not shutil.which("shellcheck"):
        skip("shellcheck: not installed")
    r = subprocess.run(["shellcheck", "-x", "-P", "SCRIPTDIR", *SCRIPTS], cwd=CHECKOUT, capture_output=True, text=True)
    assert r.returncode == 0, r.stdout


@test("they refuse what they do not know")
def _():
    r = subprocess.run([CHECKOUT / "script/bootstrap", "everything"], capture_output=True, text=True)
    assert r.returncode == 2 and "no such set" in r.stderr, r
    r = subprocess.run([CHECKOUT / "script/firejail-versions", "everything"], capture_output=True, text=True)
    assert r.returncode == 2 and "fetch" in r.stderr, r


@test("where there is no apt, bootstrap names the packages and stops with 4")
def _(h):
    h.copy("script", "~/checkout/script")
    for system, package in (("fedora", "gcc-c++"), ("arch", "ninja"), ("opensuse-leap", "Catch2-devel"), ("plan9", "ninja-build")):
        h.write("~/os-release", f"ID={system}\n")
        as_that = f"mount --bind {h.home}/os-release /etc/os-release && {h.home}/checkout/script/bootstrap"
        r = h.run(["unshare", "-m", "sh", "-c", as_that], user=False)
        assert r.status == 4 and f"  {package}\n" in r.err, r


@test("a build directory that belongs to somebody else is left alone")
def _(h):
    h.copy("script", "/tmp/checkout/script")
    r = h.run(["bash", "-c", ". /tmp/checkout/script/common.bash; build_directory"])
    assert r.out == "/tmp/checkout/build\n", r
    r = h.run(["bash", "-c", "cp -r /tmp/checkout /tmp/copy; cd /tmp/copy; . script/common.bash; build_directory"], user=False)
    assert r.out == "/tmp/copy/build\n", r
    r = h.run(["bash", "-c", ". /tmp/copy/script/common.bash; build_directory"])
    assert r.out.startswith(f"{h.home}/.cache/psbc-build/"), r


main()
