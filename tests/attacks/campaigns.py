# SPDX-License-Identifier: MIT
"""What five packages collected and left behind, as their published analyses list it: facts for campaigns_test.py.

Nothing of their code is here. A pattern is read by the thief of collector.py; `targets` are the files of an
ordinary machine that it matches, which get the decoys; `persist` is what the package wrote or started to come back.
"""
from typing import NamedTuple

from collector import root


class Campaign(NamedTuple):
    id: str
    name: str
    sources: tuple
    starts: str  # import, pth, setup, test: how the package's code came to run
    environment: tuple  # the variables with decoys
    files: tuple  # what it read by name
    roots: tuple  # what it walked
    targets: tuple
    persist: dict  # path -> content; "run" lines are in `runs`
    runs: tuple = ()


SCRIPT = "#!/bin/sh\ntouch {home}/PWNED\n"
UNIT = "[Service]\nExecStart=/bin/sh -c 'touch {home}/PWNED'\n[Install]\nWantedBy=default.target\n"
ENVIRONMENT = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "NPM_TOKEN", "OPENAI_API_KEY", "HF_TOKEN", "DATABASE_URL", "ACME_PASSPHRASE")

CAMPAIGNS = (
    Campaign(
        "campaign-torchtriton", "torchtriton, December 2022: names of the machine, variables, git's settings, ssh keys, the first 1000 files of HOME",
        ("https://pytorch.org/blog/compromised-nightly-dependency/", "https://www.sonatype.com/blog/pytorch-namespace-dependency-confusion-attack"),
        "import", ENVIRONMENT, ("/etc/hosts", "/etc/passwd", "/etc/resolv.conf", "~/.gitconfig", "~/.ssh/*", "~/*"), (root("~", 1000, 99_999),),
        ("~/.gitconfig", "~/.ssh/id_ed25519", "~/.ssh/config", "~/.ssh/known_hosts", "~/.ssh/authorized_keys", "~/.bashrc.old", "~/notes.txt", "~/.netrc",
         "~/.aws/credentials", "~/work/report.md"),
        {},
    ),
    Campaign(
        "campaign-ctx", "ctx and phpass, May 2022: the keys of AWS, later the whole environment",
        ("https://isc.sans.edu/diary/28678", "https://python-security.readthedocs.io/pypi-vuln/index-2022-05-24-ctx-domain-takeover.html"),
        "import", ENVIRONMENT, ("/proc/self/environ", "/proc/*/environ"), (), (), {},
    ),
    Campaign(
        "campaign-ultralytics", "ultralytics 8.3.41 to 8.3.46, December 2024: a program in /tmp that goes on after its parent",
        ("https://blog.pypi.org/posts/2024-12-11-ultralytics-attack-analysis/", "https://www.reversinglabs.com/blog/compromised-ultralytics-pypi-package-delivers-crypto-coinminer"),
        "test", ("PYPI_API_TOKEN", "ACTIONS_RUNTIME_TOKEN", "GITHUB_TOKEN"), ("/proc/*/environ",), (), (),
        {"/tmp/ultralytics_runner": "#!/bin/sh\ni=0\nwhile [ $i -lt 400 ]; do date +%N > {project}/mined; i=$((i+1)); sleep 0.05; done\n"},
        ("chmod +x /tmp/ultralytics_runner; setsid nohup /tmp/ultralytics_runner > /dev/null 2>&1 &",),
    ),
    Campaign(
        "campaign-shai-hulud", "Shai-Hulud, September and November 2025: npm, GitHub and cloud tokens, a scan of the whole home, workflows in every repository",
        ("https://www.cisa.gov/news-events/alerts/2025/09/23/widespread-supply-chain-compromise-impacting-npm-ecosystem",
         "https://www.stepsecurity.io/blog/ctrl-tinycolor-and-40-npm-packages-compromised"),
        "setup", (*ENVIRONMENT, "GOOGLE_APPLICATION_CREDENTIALS", "AZURE_CLIENT_SECRET"),
        ("~/.npmrc", "~/.aws/*", "~/.config/gcloud/*", "~/.azure/*", "~/.config/gh/hosts.yml", "{project}/.env"), (root("~", 20_000),),
        ("~/.npmrc", "~/.aws/credentials", "~/.aws/config", "~/.config/gcloud/application_default_credentials.json", "~/.config/gcloud/credentials.db", "~/.azure/msal_token_cache.json",
         "~/.config/gh/hosts.yml", "{project}/.env", "~/code/other/.env", "~/code/other/src/settings.py", "~/.docker/config.json", "~/scripts/deploy.sh", "~/.git-credentials"),
        {"~/code/other/.github/workflows/shai-hulud-workflow.yml": "on: push\n", "~/.dev-env/run.sh": SCRIPT, "/tmp/processor.sh": SCRIPT, "/tmp/migrate-repos.sh": SCRIPT,
         "~/.bashrc": "touch ~/PWNED\n", "{project}/.git/hooks/pre-commit": SCRIPT},
        ("sh /tmp/processor.sh", "chmod +x {project}/.git/hooks/pre-commit"),
    ),
    Campaign(
        "campaign-litellm", "litellm 1.82.7 and 1.82.8, March 2026: everything that a developer's machine holds, at each start of Python",
        ("https://github.com/BerriAI/litellm/issues/24512", "https://github.com/BerriAI/litellm/issues/24521", "https://futuresearch.ai/blog/litellm-pypi-supply-chain-attack/"),
        "pth", ENVIRONMENT,
        ("~/.ssh/*", "~/.aws/*", "~/.aws/*/*/*", "~/.config/gcloud/*", "~/.azure/*", "~/.kube/*", "~/.docker/config.json", "~/.git-credentials", "~/.config/git/credentials", "~/.gitconfig",
         "~/.npmrc", "~/.pypirc", "~/.netrc", "~/.vault-token", "~/.pgpass", "~/.my.cnf", "~/.*_history", "~/.local/share/fish/fish_history", "~/.bitcoin/*", "~/.ethereum/keystore/*",
         "~/.electrum/wallets/*", "~/.config/solana/*", "~/.config/Exodus/*/*", "/etc/passwd", "/etc/hosts", "/proc/*/environ", "/var/run/secrets/kubernetes.io/*"),
        (root("~", 20_000, names=r"^\.env(\..*)?$|\.pem$|\.key$|terraform\.tfstate$"), root("/srv", 5000, names=r"\.env$"), root("/opt", 5000, names=r"\.env$"), root("/tmp", 5000)),
        ("~/.ssh/id_rsa", "~/.ssh/config", "~/.aws/credentials", "~/.aws/sso/cache/3f.json", "~/.config/gcloud/credentials.db", "~/.azure/azureProfile.json", "~/.kube/config", "~/.docker/config.json",
         "~/.git-credentials", "~/.gitconfig", "~/.npmrc", "~/.pypirc", "~/.netrc", "~/.vault-token", "~/.pgpass", "~/.my.cnf", "~/.bash_history", "~/.zsh_history", "~/.psql_history",
         "~/.local/share/fish/fish_history", "~/.bitcoin/wallet.dat", "~/.ethereum/keystore/UTC--1", "~/.config/solana/id.json", "~/code/other/.env.production", "~/code/other/infra/terraform.tfstate",
         "~/certs/server.key", "{project}/.env", "/srv/app/.env", "/tmp/session.json"),
        {"~/.config/sysmon/sysmon.py": "import pathlib; (pathlib.Path.home() / 'PWNED').touch()\n", "~/.config/systemd/user/sysmon.service": UNIT,
         "~/.config/systemd/user/default.target.wants/sysmon.service": UNIT, "/tmp/pglog": SCRIPT, "/tmp/.pg_state": "x\n"},
    ),
)  # fmt: skip
