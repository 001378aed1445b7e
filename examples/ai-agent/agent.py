#!/usr/bin/env -S python3 -B
"""agent.py TASK    what a coding agent is when the model is taken away.

It sends the task to a model, does what the model answers (read a file, write a file, run a command), sends back what
came of it, and so on until the model has nothing more to do.
"""
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path


def ask(messages):
    request = urllib.request.Request(
        os.environ["AGENT_API_URL"],
        json.dumps(messages).encode(),
        {"Authorization": "Bearer " + os.environ["AGENT_API_KEY"]},
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.load(reply)


def act(action):
    try:
        if "read" in action:
            return Path(action["read"]).expanduser().read_text()
        if "write" in action:
            return f"wrote {Path(action['write']).expanduser().write_text(action['text'])} characters"
        done = subprocess.run(["sh", "-c", action["run"]], capture_output=True, text=True, errors="replace")
        return f"{done.stdout}{done.stderr}(status {done.returncode})"
    except OSError as problem:
        return str(problem)


messages = [{"task": " ".join(sys.argv[1:])}]
while actions := ask(messages):
    messages = []
    for action in actions:
        result = act(action)
        messages.append({"action": action, "result": result})
        print(">", action.get("run") or next(f"{verb} {action[verb]}" for verb in ("read", "write") if verb in action))
        print(result.rstrip())
