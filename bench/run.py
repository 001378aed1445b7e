#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The speed bars of psbc as ratios, each measured side by side in one run (bench/spawn.cc).

    sudo bench/run.py [--rounds N] [BUILD_DIR]        BUILD_DIR: a release build, default build

Exit status 1 when a bar is missed. Never part of a test run: a clock must not fail a test.
"""
import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bars import Bars

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "tests/support"))


def compile_tools(directory):
    for name in ("spawn", "now"):
        subprocess.run(["g++", "-std=c++20", "-O2", "-static", "-o", f"{directory}/{name}", TOP / f"bench/{name}.cc"], check=True)


BATCHES = 6


def measure(h, mode, rounds, commands, cwd, env=None):
    """Microseconds for each command: the lowest of the medians of some batches. On which processor the kernel puts the processes
    of a batch is worth up to a sixth of an entry, for one command and not for the other: a batch without it is what is compared."""
    argv = [f"{h.home}/tools/spawn", mode, str(max(1, rounds // BATCHES))]
    for n, command in enumerate(commands):
        argv += (["++"] if n else []) + command
    medians = []
    for _ in range(BATCHES):
        r = h.run(argv, cwd=cwd, env=env, timeout=600)
        if r.status:
            sys.exit(f"cannot measure:\n{r}")
        medians.append([float(line.split()[1]) for line in r.out.splitlines()])
    return [min(each) for each in zip(*medians)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("build", nargs="?", default=str(TOP / "build"))
    args = parser.parse_args()
    os.environ["PSBC"] = str(Path(args.build).resolve() / "src/cli/psbc")

    import host
    from ssh_service import Agent

    host.become_root()
    bars = Bars()

    def report(what, mine, other, bar, aim):  # of microseconds
        bars.ratio(what, mine / 1000, other / 1000, bar, aim)

    def report_difference(what, mine, other, bar):
        bars.difference(what, mine / 1000, other / 1000, bar)

    with host.Host() as h:
        tools = h.mkdir("~/tools")
        compile_tools("/run")
        for name in ("spawn", "now"):
            h.write(f"~/tools/{name}", Path(f"/run/{name}").read_bytes(), 0o755)
        h.copy("bench/predecessor", "~/tools/predecessor")
        h.copy("bench/prompt.bash", "~/tools/prompt.bash")
        h.write("~/.gitconfig", "[user]\n\tname = Dev\n\temail = dev@example.org\n")
        h.write("~/.bashrc", "alias ll='ls -l'\n")
        h.write("~/.vimrc", "set nu\n")
        project = h.mkdir("~/code/lab")
        h.write("~/code/lab/.python-sandbox.toml", 'name = "lab"\nhidden = [".env", "secrets/", "conf/deep/key.pem"]\n')
        for path in (".env", "secrets/token", "conf/deep/key.pem"):
            h.write(f"~/code/lab/{path}", "SECRET=1\n")
        h.run(["git", "init", "-q", project])
        h.run(["/usr/bin/cp", f"{tools}/now", f"{project}/now"])
        for command in (["trust", "--yes"], ["build"]):
            r = h.psbc(*command, cwd=project)
            if r.status:
                sys.exit(str(r))
        psbc = "/usr/local/bin/psbc"

        mine, other = measure(h, "total", 10 * args.rounds, [[psbc, "-q", "build"], ["/bin/true"]], project)
        report("psbc build, nothing changed, against /bin/true", mine, other, 2.0, 1.4)

        create = f"{tools}/predecessor/create.py"
        mine, other = measure(h, "total", args.rounds, [[psbc, "-q", "build", "--force"], ["/usr/bin/python3", create, "lab", project]], project)
        report("psbc build, cold (--force), against create-python-sandbox", mine, other, 0.25, 0.1)

        h.run(["/usr/bin/python3", create, "old", project])
        profile = f"{h.home}/.config/firejail/python-env-old.profile"
        mine, other = measure(h, "entry", args.rounds,
                              [[psbc, "-q", "run", "--", f"{project}/now"],
                               ["/usr/bin/firejail", "--quiet", f"--profile={profile}", f"{project}/now"]], project)  # fmt: skip
        report("entry to the first instruction, against the predecessor's profile", mine, other, 0.75, 0.65)

        # What the environment, a token, the agent's filter and the terminal's add to firejail with the same profile. The
        # check of the build has a row of its own.
        agent = Agent(h)
        key = agent.add("work")
        h.write("~/.ssh/known_hosts", "git.example.org " + " ".join(h.read("~/keys/work.pub").split()[:2]) + "\n")
        h.write("~/.config/psbc/config.toml", f'[projects."~/code/held".ssh]\nkeys = ["{key}"]\n[tokens.API_TOKEN]\nfrom = "env:API_WEAK"\n')
        held = h.mkdir("~/code/held")
        h.write("~/code/held/.python-sandbox.toml",
                'name = "held"\ntokens = ["API_TOKEN"]\n[ssh]\nhosts = ["git@git.example.org"]\nsigning = true\n')  # fmt: skip
        for place in (".envrc", ".vscode", ".idea", ".claude", ".git"):
            h.mkdir(f"~/code/held/{place}")  # psbc would make them for the session, and firejail alone would mount less
        h.run(["/usr/bin/cp", f"{tools}/now", f"{held}/now"])
        h.env["API_WEAK"] = "weak"
        for command in (["trust", "--yes"], ["build"], ["run", "--", "sh", "-c", "ssh-add -l && test $API_TOKEN"]):
            r = h.psbc(*command, cwd=held)
            if r.status:
                sys.exit(str(r))
        build, _ = measure(h, "total", 5 * args.rounds, [[psbc, "-q", "build"], ["/bin/true"]], held)
        bare = next(Path(h.home).glob(".local/state/psbc/builds/held-*/current/enter.profile"))
        mine, other = measure(h, "entry", args.rounds,
                              [[psbc, "-q", "run", "--", f"{held}/now"],
                               ["/usr/bin/firejail", "--quiet", f"--profile={bare}", f"{held}/now"]], held)  # fmt: skip
        report_difference("environment, token, ssh agent, terminal: entry beyond firejail alone", mine - build, other, 3.0)

        # What an editor waits for besides, at each start of the interpreter: entry, and the 20 ms for which firejail's monitor sleeps.
        for command in (["run", "--", "/usr/bin/python3", "-m", "venv", "--without-pip", f"{h.home}/envs/lab"], ["shim"]):
            r = h.psbc(*command, cwd=project)
            if r.status:
                sys.exit(str(r))
        mine, other = measure(h, "total", args.rounds, [[f"{r.out.strip()}", "-I", "-c", "pass"], [f"{h.home}/envs/lab/bin/python", "-I", "-c", "pass"]], project)
        report_difference("python of psbc shim, beyond the environment's own", mine, other, 60.0)

        # What a shell pays at each prompt when nothing changed.
        for program, load, function, bar in (("direnv", "direnv hook bash", "_direnv_hook", 50), ("zoxide", "zoxide init bash", "__zoxide_hook", 1)):
            if shutil.which(program):
                h.write("~/.bashrc", f"PS1='> '\neval \"$(psbc hook bash)\"\neval \"$({load})\"\ncd ~/code/lab\n")
                r = h.run(["bash", "-ic", f"__psbc_seen=$PWD; . {tools}/prompt.bash __psbc_hook {function}"])
                mine, other = (float(line) / 10 for line in r.out.split()[-2:])
                bars.times(f"prompt in an unchanged directory, psbc's hook against {program}'s", mine, other, bar)

        # The look at what the host's tools obey, before and after: files in directories, against the same project without them.
        # The build, which looks for nested repositories, is no part of this.
        sizes = {"empty": (0, 0), "normal": (50, 10), "large": (2000, 50)}
        fill = "import os, sys\nfor d in range(int(sys.argv[1])):\n p=f'pkg{d % 40}/sub{d}'; os.makedirs(p)\n for f in range(int(sys.argv[2])): open(f'{p}/module{f}.py', 'w').close()\n"
        for name, (directories, files) in sizes.items():
            top = h.mkdir(f"~/code/{name}")
            h.write(f"~/code/{name}/.python-sandbox.toml", f'name = "{name}"\n')
            h.run(["git", "init", "-q", top])
            h.run(["/usr/bin/cp", f"{tools}/now", f"{top}/now"])
            h.run(["python3", "-c", fill, str(directories), str(files)], cwd=top, timeout=300)
            for command in (["trust", "--yes"], ["run", "--", "true"]):
                r = h.psbc(*command, cwd=f"~/code/{name}")
                if r.status:
                    sys.exit(str(r))

        def totals(name, command):
            lines = [["/bin/sh", "-c", f"cd {h.home}/code/{each} && exec {psbc} -q {command} > /dev/null"] for each in (name, "empty")]
            return measure(h, "total", args.rounds, lines, h.home)

        for name, what, bar in (("normal", "500 files", 2.0), ("large", "100,000 files", 50.0)):
            filled, empty = totals(name, "run -- ./now")
            filled_build, empty_build = totals(name, "build")
            report_difference(f"{what} in the project: entry and exit beyond none", filled - filled_build, empty - empty_build, bar)
    sys.exit(1 if bars.missed else 0)


main()
