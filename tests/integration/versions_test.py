#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Each firejail that psbc supports, for real; and one that is replaced, too new, or refuses a line.

The releases come from script/firejail-versions; without them their claims are skipped. All other integration
tests and attacks run under each of them by `script/firejail-versions test`."""
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import firejails  # noqa: E402
from tap import main, test  # noqa: E402

LAB = "~/code/lab"
CONFIG = 'name = "lab"\nreadonly = ["~/data"]\nhidden = [".env", "cfg/secret"]\n'

# What every sandbox must be, in one session; each line of output is a claim that came true.
PROBE = r"""
cat ~/data/set && ! echo evil 2>/dev/null >~/data/set && echo readonly
! cat .env 2>/dev/null && ! cat cfg/secret 2>/dev/null && echo hidden
! mv cfg cfg2 2>/dev/null && ! mv .git .git2 2>/dev/null && echo pinned
! echo evil 2>/dev/null >.git/config && ! echo evil 2>/dev/null >.python-sandbox.toml && echo guarded
echo new >written && git add written && git -c user.name=a -c user.email=b commit -q --allow-empty -m x && echo commits
! cat ~/.ssh/id_ed25519 2>/dev/null && [ -z "$(ls ~/.ssh ~/code/other-project 2>/dev/null)" ] && echo home
[ -z "$(cat /run/host-secret /run/*/host-secret /tmp/host-secret /srv/d/host-secret /var/tmp/host-secret 2>/dev/null)" ] && echo closed
! unshare -U true 2>/dev/null && echo namespaces
[ -z "$HF_TOKEN" ] && echo environment
grep -q 'NoNewPrivs:.1' /proc/self/status && grep -q 'Seccomp:.2' /proc/self/status && echo privileges
python3 -m venv --without-pip .v && .v/bin/python -c 'import ctypes, multiprocessing; multiprocessing.Pool(1).close()' && echo python
[ -z "$(ls /proc/self/fd | grep -vx '[0-3]')" ] && echo descriptors
exit 7
"""
PROVED = "set readonly hidden pinned guarded commits home closed namespaces environment privileges python descriptors".split()


def lab(h):
    h.require("psbc", "firejail", "git")
    h.plant_decoys()
    h.env.pop("ACME_PASSPHRASE", None)
    h.write("~/data/set", "set\n")
    h.write(f"{LAB}/.env", "SECRET\n")
    h.write(f"{LAB}/cfg/secret", "SECRET\n")
    h.write(f"{LAB}/.python-sandbox.toml", CONFIG)
    os.makedirs("/run/service")
    os.makedirs("/srv/d")
    for directory in ("/run", "/run/service", "/tmp", "/srv/d", "/var/tmp"):
        Path(directory, "host-secret").write_text("SECRET\n")
    assert h.run(["git", "init", "-q"], cwd=LAB).ok
    r = h.psbc("trust", "--yes", cwd=LAB)
    assert r.ok, r


def enter_and_probe(h):
    r = h.psbc("run", "--", "sh", "-c", PROBE, cwd=LAB)
    assert r.out.split() == PROVED and r.status == 7, r
    assert h.read("~/data/set") == "set\n" and "evil" not in h.read(f"{LAB}/.git/config")
    return r


def version_here(h):
    return h.run(["firejail", "--version"]).out.split()[2]


def profile(h, which="profile"):
    r = h.psbc("build", "--print", which, cwd=LAB)
    assert r.ok, r
    return r.out


def each_release(claim):
    """One claim for each release."""

    def register(function):
        for release, version in firejails.VERSIONS.items():

            def judge(h, release=release, version=version):
                h.use_firejail(release)
                assert version_here(h) == version
                lab(h)
                function(h, version)

            test(f"firejail {version} ({release}): {claim}")(judge)
        return function

    return register


@each_release("builds without a word, enters, hides, pins, guards, and hands the status on")
def _(h, version):
    r = h.psbc("build", "--force", cwd=LAB)
    assert r.ok and "warning" not in r.err, r
    enter_and_probe(h)


@each_release("the stand-alone profile works with plain firejail, and refused calls fail instead of killing")
def _(h, version):
    assert h.psbc("build", cwd=LAB).ok
    path = h.home + "/.config/firejail/python-env-lab.profile"
    probe = """
import ctypes, os
for secret in (".env", "cfg/secret", os.path.expanduser("~/.ssh/id_ed25519"), "/run/service/host-secret", "/tmp/host-secret"):
    try: print("read", open(secret).read())
    except OSError: pass
libc = ctypes.CDLL(None, use_errno=True)
print("io_uring", libc.syscall(425, 1, 0), ctypes.get_errno())
print("keyctl", libc.syscall(250, 0, -3, 0), ctypes.get_errno())
"""
    r = h.run(["firejail", "--quiet", "--profile=" + path, "python3", "-c", probe], cwd=LAB)
    assert r.out.splitlines() == ["io_uring -1 1", "keyctl -1 1"], r
    user_namespace = h.run(["firejail", "--quiet", "--profile=" + path, "unshare", "-U", "true"], cwd=LAB)
    said = profile(h, "standalone").splitlines()[0].startswith("# NOT HELD by firejail")
    assert said == user_namespace.ok, user_namespace  # loud exactly where it does not hold


@test("an upgrade of firejail rebuilds by itself, says so, and changes the profile")
def _(h):
    h.use_firejail("bullseye")
    lab(h)
    enter_and_probe(h)
    before = profile(h)
    assert "\nkeep-fd 3\n" not in before and "blacklist /run/f" in before, before
    h.use_firejail("bookworm")
    r = h.psbc("build", "--check", "--explain", cwd=LAB)
    assert r.status == 1 and "firejail was upgraded or replaced" in r.out + r.err, r
    enter_and_probe(h)
    r = h.psbc("build", "--check", cwd=LAB)
    assert r.status == 0, r
    after = profile(h)
    assert "\nkeep-fd 3\n" in after and "whitelist /run/psbc-none" in after, after
    h.use_firejail("bullseye")  # and back
    enter_and_probe(h)
    assert profile(h) == before


NEWER = 'case $1 in --version) echo "firejail version 0.9.99"; exit;; esac\n'


@test("a firejail that is newer than psbc knows works, with a warning, and is held to the same proof")
def _(h):
    h.use_firejail("sid")  # whose directives psbc takes it to have
    lab(h)
    h.fake_firejail(NEWER + 'exec REAL "$@"\n')
    r = h.psbc("build", cwd=LAB)
    assert r.ok and "0.9.99 is newer than any that psbc knows" in r.err, r
    enter_and_probe(h)


@test("a newer firejail that refuses a line is named with that line, and nothing runs")
def _(h):
    h.use_firejail("sid")  # whose directives psbc takes it to have
    lab(h)
    # Another name in the profile stands for a directive that this firejail has lost.
    h.fake_firejail(
        NEWER + 'for a; do case $a in --profile=*) sed "s/^nodvd$/nodvd-is-gone/" "${a#--profile=}" >/tmp/p.$$;; esac; done\n'
        'n=$#; for a; do case $a in --profile=*) a=--profile=/tmp/p.$$;; esac; set -- "$@" "$a"; done; shift $n\nexec REAL "$@"\n'
    )
    r = h.psbc("run", "--", "touch", "ran", cwd=LAB)
    assert r.status == 125 and not h.exists(f"{LAB}/ran"), r
    assert "firejail 0.9.99 refuses line" in r.err and "`nodvd`" in r.err and "nothing was run" in r.err, r


@test("a newer firejail that skips a line in silence is found out from inside, and nothing runs")
def _(h):
    h.use_firejail("sid")  # whose directives psbc takes it to have
    lab(h)
    for gone in ("blacklist /.*[.]env", "nonewprivs", "read-only /.*toml", "caps.drop all", "whitelist .*"):
        h.fake_firejail(
            NEWER + f'for a; do case $a in --profile=*) sed "\\\\#^{gone}\\$#d" "${{a#--profile=}}" >/tmp/p.$$;; esac; done\n'
            'n=$#; for a; do case $a in --profile=*) a=--profile=/tmp/p.$$;; esac; set -- "$@" "$a"; done; shift $n\nexec REAL "$@"\n'
        )
        r = h.psbc("run", "--", "touch", "ran", cwd=LAB)
        assert r.status == 125 and not h.exists(f"{LAB}/ran"), (gone, str(r))
        h.use_firejail("sid")


@test("a firejail before 0.9.64.4 is refused: 0.9.64 too")
def _(h):
    lab(h)
    for version in ("0.9.64", "0.9.64.2", "0.9.62.4", "0.9.58.2"):
        h.fake_firejail(f'echo "firejail version {version}"\n')
        r = h.psbc("run", "--", "touch", "ran", cwd=LAB)
        assert r.status in (4, 125) and "CVE-2021-26910" in r.err and not h.exists(f"{LAB}/ran"), r
        h.use_firejail(None)


@test("an old firejail that may have CVE-2022-31214 is warned about, and a package that is known to be mended is not")
def _(h):
    lab(h)
    h.fake_firejail('case $1 in --version) echo "firejail version 0.9.66"; exit;; esac\nexec REAL "$@"\n')
    r = h.psbc("build", cwd=LAB)
    assert r.ok and "PSB803" in r.err and "CVE-2022-31214" in r.err and "dpkg-query -W firejail" in r.err, r
    h.use_firejail("bullseye")
    r = h.psbc("build", cwd=LAB)
    assert r.ok and "CVE" not in r.err, r


@test("a setuid program gives no rights inside, so that a flaw of firejail itself cannot be used there")
def _(h):
    lab(h)
    # Any program that makes its user root, as firejail would be with that flaw.
    setuid = Path("/usr/local/bin/setuid-id")
    setuid.write_bytes(Path("/usr/bin/id").read_bytes())
    setuid.chmod(0o4755)
    subprocess.run(["mount", "-o", "remount,suid", "/usr/local/bin"], check=True)
    assert h.run(["setuid-id", "-u"]).out.strip() == "0"
    r = h.psbc("run", "--", "setuid-id", "-u", cwd=LAB)
    assert r.out.strip() == str(h.uid), r


main()
