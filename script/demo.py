# SPDX-License-Identifier: MIT
"""The story of script/demo: examples/hijacked-package on a private host full of decoys, first outside, then inside.

Nothing is simulated: python's own venv and pip install the wheel, the real firejail builds the sandbox. What
was stolen is judged here, on the host's side, by looking for the decoys' random values in the package's loot.
Status 0: all as claimed; 1: not; 77: this machine cannot show it.
"""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
from host import Host, become_root  # noqa: E402
from tap import Skip, must_run, skip  # noqa: E402

PROJECT = "~/code/shop-report"
OUTSIDE = "~/envs/outside"
INSIDE = "~/envs/shop-report"


class Story:
    def __init__(self, host):
        self.host, self.wrong = host, []

    def run(self, line, *, shown=3, needed=True):
        """One command line of the story, in the project, with the last lines that it printed."""
        result = self.host.run(["bash", "-c", line], cwd=PROJECT, timeout=120)
        print(f"  $ {line}")
        text = result.out + result.err
        for printed in text.splitlines()[-shown:] if result.ok else text.splitlines():
            print(f"    {printed}".replace(self.host.home, "~"))
        if needed and not result.ok:
            self.claim(False, f"`{line}` works (status {result.status})")
        return result

    def claim(self, holds, claim):
        print(f"  {'ok    ' if holds else 'WRONG '} {claim}")
        if not holds:
            self.wrong.append(claim)

    def loot(self):
        """What the package wrote down, as text, and its contents; the next half starts without it."""
        path = f"{PROJECT}/loot.json"
        text = self.host.read(path) if self.host.exists(path) else "{}"
        self.host.run(["rm", "-f", path.replace("~", self.host.home)])
        return text, json.loads(text)

    def play(self, environment, prefix=""):
        """What a developer does: an environment, the dependency, the program, the tests. Gives the loot."""
        self.run(f"{prefix}python3 -m venv {environment}")
        self.run(f"{prefix}{environment}/bin/pip install -q --disable-pip-version-check --no-index --find-links wheels priceformat")
        report = self.run(f"{prefix}env PYTHONPATH=src {environment}/bin/python -m shop_report sales.csv")
        self.claim("2022-12  2,610.50 EUR" in report.out, "the report is right")
        loot = self.loot()
        tests = self.run(f"{prefix}{environment}/bin/python -m unittest discover -s tests")
        self.claim(tests.ok and "OK" in tests.err, "the project's own tests pass")
        self.loot()
        return loot


def set_the_scene(host):
    host.copy("examples/hijacked-package", PROJECT)
    host.plant_decoys()
    host.write(f"{PROJECT}/.env", f"DATABASE_PASSWORD={host.decoys.new('.env of the project')}\n", 0o600)
    made = host.run(["wheel/make_wheel.py", "wheels"], cwd=PROJECT)
    if not made.ok:
        raise RuntimeError(str(made))


def outside(story):
    host, decoys = story.host, story.host.decoys
    print("\n1. Outside: as everybody installs packages\n")
    text, loot = story.play(OUTSIDE)
    found = decoys.found_in(text)
    print(f"    priceformat read {len(loot.get('files', {}))} files and {len(loot.get('environment', {}))} variables.")
    print(f"    Decoys in its loot: {', '.join(found) or 'none'}")
    story.claim(found == sorted(decoys.values), f"it found all {len(decoys.values)} decoys ({len(found)})")
    host.run(["rm", "-rf", host.path(OUTSIDE)])


def inside(story):
    decoys = story.host.decoys
    print("\n2. Inside: the same package, the same commands, behind `psbc run --`\n")
    story.host.require("psbc", "firejail")
    story.run("psbc trust --yes", shown=12)
    story.run("psbc build", shown=12)
    text, loot = story.play(INSIDE, "psbc run -- ")
    found = decoys.found_in(text)
    files = loot.get("files", {})
    print(f"    priceformat read {len(files)} files and {len(loot.get('environment', {}))} variables.")
    print(f"    Decoys in its loot: {', '.join(found) or 'none'}")
    ran = loot.get("username") == story.host.user and any(path.endswith("/sales.csv") for path in files)
    story.claim(ran, "it did run, and saw the project that it belongs to")
    story.claim(ran and not found, f"it found none of the {len(decoys.values)} decoys ({len(found)})")


def main():
    become_root()
    print("A hijacked package, outside and inside of a sandbox\n")
    with Host() as host:
        story = Story(host)
        set_the_scene(host)
        print(f"HOME is {host.home}, a decoy in a private mount namespace; your own is not read.")
        print(f"Planted: {', '.join(sorted(host.decoys.values))}.")
        try:
            host.require("python3")
            if not host.run(["python3", "-c", "import ensurepip, venv"]).ok:
                skip("venv: python3 has no ensurepip (Debian: python3-venv)")
            outside(story)
            inside(story)
        except Skip as reason:
            print(f"\nNOT SHOWN here: what a sandbox does. {reason}")
            if story.wrong or must_run(str(reason)):
                return 1
            return 77
    if story.wrong:
        print("\nNot as claimed:", *story.wrong, sep="\n  ")
        return 1
    print("\nAll as claimed. The package still could send away what it saw: the project itself.")
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())
