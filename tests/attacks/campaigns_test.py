#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Five documented attacks by packages, replayed: what they collected is given away outside and not from inside, and
what they left to come back does not exist on the host, where nothing of theirs runs later (campaigns.py has the facts)."""
import os
import sys
import time
from pathlib import Path

from attack import Project, git
from campaigns import CAMPAIGNS
from collector import Collector
from tap import test
from vectors import main, outcome, register, seed

for campaign in CAMPAIGNS:
    register(campaign.id, "B1", campaign.name)
VENV = ".venv/lib/python{}.{}/site-packages".format(*sys.version_info)


def package(h, campaign, program):
    """Puts the campaign's package into the project; the command that makes it run, as a developer would."""
    here, run = "~/code/demo", f"import runpy; runpy.run_path({program!r})\n"
    if campaign.starts == "pth":  # a line of a .pth that begins with `import` is executed
        h.write(f"{here}/.venv/pyvenv.cfg", "home = /usr/bin\ninclude-system-site-packages = false\n")
        h.symlink("/usr/bin/python3", f"{here}/.venv/bin/python")
        version = h.run(["/usr/bin/python3", "-c", "import sys; print('python%d.%d' % sys.version_info[:2])"]).out.strip()
        h.write(f"{here}/.venv/lib/{version}/site-packages/{campaign.id}_init.pth", f"import os, runpy; 'REPLAYED' in os.environ or (os.environ.update(REPLAYED='1'), runpy.run_path({program!r}))\n")
        return [".venv/bin/python", "-c", "print('hello')"]
    name, command = {
        "import": ("package/__init__.py", ["python3", "-c", "import package"]),
        "setup": ("setup.py", ["python3", "setup.py", "egg_info"]),
        "test": ("tests/test_package.py", ["python3", "-m", "unittest", "tests/test_package.py"]),
    }[campaign.starts]
    h.write(f"{here}/{name}", run)
    return command


def left_behind(h, campaign, where):
    """What of the campaign is on the host after the session: files that it wrote, a program that runs on, code that ran."""
    found = {path for path, text in campaign.persist.items() if h.exists(where(path)) and text.format(home=h.home, project=h.path("~/code/demo")) in h.read(where(path))}
    mined = where("{project}/mined")
    if h.exists(mined):
        before = h.read(mined)
        time.sleep(0.3)
        if h.read(mined) != before:
            found.add("runs on")
    # The next morning.
    for command in (["bash", "-ic", "true"], ["git", "-C", where("{project}"), "commit", "-q", "--allow-empty", "-m", "x"], ["python3", "-c", "pass"]):
        h.run(command, env={"USER": h.user})
    if h.exists("~/PWNED"):
        found.add("ran on the host")
        os.unlink(h.path("~/PWNED"))
    for path in campaign.persist:
        if path != "~/.bashrc" and h.exists(where(path)):
            os.unlink(h.path(where(path)))
    h.write("~/.bashrc", "# mine\n")
    h.kill_all()
    return found


def replay(h, campaign):
    h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
    h.write("~/.bashrc", "# mine\n")
    h.write("~/.config/firejail/.keep")
    for repository in ("~/code/demo", "~/code/other"):
        git(h, "init", "-q", cwd=h.mkdir(repository))

    def where(path):
        return path.format(project="~/code/demo") if path.startswith("{project}") else path

    for target in campaign.targets:
        if target.startswith("~/.gitconfig"):
            h.write("~/.gitconfig", h.read("~/.gitconfig") + f"# {h.decoys.new(target)}\n")
        elif target.startswith("/"):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            Path(target).write_text(h.decoys.new(target))
            os.chmod(target, 0o644)
        else:
            h.write(where(target), f"{h.decoys.new(target)}\n", 0o600)
    environment = {name: h.decoys.new("$" + name) for name in campaign.environment}
    p = Project(h, 'hidden = ["**/.env"]\n')
    writes = []
    for path, text in campaign.persist.items():
        text = text.format(home=h.home, project=h.path("~/code/demo")).replace("'", "'\\''")
        writes += [f"mkdir -p \"$(dirname {where(path)})\"", f"printf '%s' '{text.replace('%', '%')}' >> {where(path)}"]
    with Collector(h, "~/code/demo/x") as collector:
        files = [where(path) for path in campaign.files]
        program = collector.plant(environment=True, files=files, roots=list(campaign.roots), run=[*writes, *(where(line.replace("{project}", h.path("~/code/demo"))) for line in campaign.runs)])
        command = package(h, campaign, program)

        def attacked(run):
            """The decoys that were given away, and what was left behind."""
            return collector.stolen(run), left_behind(h, campaign, where)

        control, left = attacked(lambda: h.run(command, cwd=p.path, env=environment))
        assert control == set(h.decoys.values) and collector.by_file == collector.by_network, sorted(set(h.decoys.values) - control)
        assert len(left) >= len(campaign.persist), (left, h.story())
        words = " ".join(f"'{word}'" for word in command)
        p.predecessor("true")
        by_seed, seed_left = attacked(lambda: p.predecessor(words, env=environment))
        by_psbc, psbc_left = attacked(lambda: p.psbc("run", "--", *command, env=environment))
    of = len(h.decoys.values) + len(left)
    seed(campaign.id, len(by_seed) + len(seed_left), of)
    outcome(campaign.id, "psbc", len(by_psbc) + len(psbc_left), of)
    assert not by_psbc and not psbc_left, (sorted(by_psbc), psbc_left)


for campaign in CAMPAIGNS:
    test(f"B1, B2, D1: {campaign.name}")(lambda h, campaign=campaign: replay(h, campaign))

main()
