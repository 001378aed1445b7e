#!/usr/bin/env python3
"""Downloads weights with the token that it was given, and tries to replace them as well."""
import os
import sys
import urllib.error
import urllib.request

URL = os.environ["HF_ENDPOINT"] + "/lab/tiny/resolve/main/weights.txt"


def token():
    """As huggingface_hub does: the variable, else the file that HF_TOKEN_PATH names."""
    if "HF_TOKEN" in os.environ:
        return os.environ["HF_TOKEN"]
    with open(os.environ["HF_TOKEN_PATH"]) as file:
        return file.read().strip()


def ask(method, body=None):
    request = urllib.request.Request(URL, body, {"Authorization": "Bearer " + token()}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.read().decode().strip()
    except urllib.error.HTTPError as error:
        return f"refused ({error.code})"


print("weights:", ask("GET"))
print("upload:", ask("PUT", b"9 9 9"))
print("logged" if "WANDB_API_KEY" in os.environ else "not logged", file=sys.stderr)
