# SPDX-License-Identifier: MIT
"""Claims as tests: python programs that print TAP, one line per claim.

    @test("the exit status of the command inside is psbc's own")
    def _(h):
        assert h.psbc("run", "--", "sh", "-c", "exit 7").status == 7

    main()

Claims run in the order in which they are written. One that takes an argument gets a fresh Host
(host.py) of its own. A claim fails by any exception; what the host ran is printed with it.

A claim that cannot be judged here calls `skip`, with the prerequisite that is missing as the first
word: skip("firejail: hides nothing in this container"). PSBC_MUST_RUN=1 turns skips into failures;
PSBC_MAY_SKIP=firejail,uv names the prerequisites that the machine is known to lack.
"""
import inspect
import os
import signal
import sys
import traceback

_claims = []


class Skip(Exception):
    """Why a claim cannot be judged on this machine."""


def skip(reason):
    raise Skip(reason)


def test(claim):
    """Registers the function below as the proof of `claim`."""

    def register(function):
        _claims.append((claim, function))
        return function

    return register


def must_run(reason):
    """Does the run forbid this skip?"""
    if os.environ.get("PSBC_MUST_RUN", "") in ("", "0"):
        return False
    prerequisite = reason.split(":")[0].strip()
    return prerequisite not in os.environ.get("PSBC_MAY_SKIP", "").split(",")


def skip_all(reason):
    """Ends the program: none of its claims can be judged."""
    if must_run(reason):
        _say("1..1", f"not ok 1 - everything would be skipped # {reason}")
        sys.exit(1)
    _say(f"1..0 # SKIP {reason}")
    sys.exit(0)


def main(*arguments):
    """Judges all claims and exits; an argument on the command line selects those that contain it."""
    wanted = [c for c in _claims if all(word in c[0] for word in sys.argv[1:])]
    if any(_takes_host(function) for _, function in wanted):
        from host import become_root

        become_root()
        if os.environ.get("PSBC_FIREJAIL"):
            from firejails import missing

            if reason := missing(os.environ["PSBC_FIREJAIL"]):
                skip_all(reason)
    for ignored in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(ignored, signal.SIG_DFL)  # nohup or a shell's `&` ignore them, and children inherit that
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # a timeout of meson: clean up first
    _say(f"1..{len(wanted)}")
    failed = 0
    for number, (claim, function) in enumerate(wanted, 1):
        verdict, details = _judge(function, arguments)
        failed += verdict.startswith("not ok")
        label, _, directive = verdict.partition(" # ")
        _say(f"{label} {number} - {_plain(claim)}" + (f" # {directive}" if directive else ""))
        for line in details.splitlines():
            _say("# " + line)
    sys.exit(1 if failed else 0)


def _judge(function, arguments):
    host = None
    try:
        if not _takes_host(function):
            function()
            return "ok", ""
        from host import Host

        with Host(*arguments) as host:
            function(host)
        return "ok", ""
    except Skip as reason:
        if must_run(str(reason)):
            return "not ok", f"must run, but would be skipped: {reason}"
        return f"ok # SKIP {_plain(str(reason))}", ""
    except Exception:  # a claim fails by any exception
        return "not ok", traceback.format_exc() + (host.story() if host else "")


def _takes_host(function):
    return bool(inspect.signature(function).parameters)


def _plain(text):
    """`#` would start a directive, a newline a line of its own."""
    return " ".join(text.replace("#", "no.").split())


def _say(*lines):
    """Terminal sequences of what was tested are shown, not sent: logs and JUnit files hold this."""
    for line in lines:
        shown = "".join(c if c.isprintable() or c == "\t" else repr(c)[1:-1] for c in line)
        print(shown.encode("utf-8", "backslashreplace").decode(), flush=True)
