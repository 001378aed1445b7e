#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/reference and the manual pages are what the schemas and the option table say. PSBC_ACCEPT=1 writes docs/reference anew."""
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(TOP, "tests", "support"), os.path.join(TOP, "docs", "reference")]
import render  # noqa: E402
from tap import main, skip, test  # noqa: E402

PSBC = os.environ["PSBC"]
SCHEMAS = {"python-sandbox.toml": "python-sandbox.schema.json", "config.toml": "psbc-config.schema.json", "psbc-config.toml": "psbc-config.schema.json", "policy.toml": "psbc-policy.schema.json", "psbc-policy.toml": "psbc-policy.schema.json"}


def read(*parts):
    with open(os.path.join(TOP, *parts), encoding="utf-8") as file:
        return file.read()


def table():
    return json.loads(subprocess.run([PSBC, "completions", "json"], check=True, capture_output=True, text=True).stdout)


def sources(name):
    return {"table": table()} if name not in SCHEMAS else {"schema": json.loads(read("schema", SCHEMAS[name]))}


@test("the pages of docs/reference are those of this program's schemas and options")
def _():
    for name in ("commands", "python-sandbox.toml", "config.toml", "policy.toml"):
        page = render.render(read("docs", "reference", f"{name}.md.in"), render.Markdown(), sources(name))
        path = os.path.join(TOP, "docs", "reference", f"{name}.md")
        if os.environ.get("PSBC_ACCEPT"):
            with open(path, "w", encoding="utf-8") as file:
                file.write(page)
        assert read("docs", "reference", f"{name}.md") == page, f"{name}: PSBC_ACCEPT=1 {sys.argv[0]} writes it anew"


def commands_of_help():
    lines = subprocess.run([PSBC, "--help"], check=True, capture_output=True, text=True).stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if line.lower().startswith("subcommands"))
    return [found[1] for line in lines[at + 1:] if (found := re.match(r"  (\w[\w-]*) ", line))]


@test("the option table has every command and every option that --help shows, and the page has them too")
def _():
    rows = {row["name"]: row for row in table()["commands"]}
    page = read("docs", "reference", "commands.md")
    assert list(rows) == commands_of_help() and len(rows) > 20, rows.keys()
    for name, row in rows.items():
        assert f"### `psbc {name}" in page, name
        if name == "git":
            continue
        said = subprocess.run([PSBC, name, "--help"], check=True, capture_output=True, text=True).stdout
        names = [re.split(r"\s{2,}| [A-Z]", line.strip())[0] for line in said.splitlines() if line.startswith("  -")]
        shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", "\n".join(names))) - {"--help"}
        listed = {word for option in row["options"] for word in option["names"] if word.startswith("--")} - {"--help"}
        assert shown == listed, (name, shown ^ listed)
        for word in listed:
            assert f"`{word}" in page or f", {word}" in page, (name, word)


def described(node):
    """The descriptions of all keys; those of what keys refer to are shown where a key has none of its own."""
    for one in node.get("properties", {}).values():
        yield from [one["description"]] if "description" in one else []
        yield from described(one)
    for one in node.get("definitions", {}).values():
        yield from described(one)


@test("the manual pages are well formed, have every command and key, and lose no character of a description")
def _():
    rows = table()
    with tempfile.TemporaryDirectory() as work:
        for name in ("psbc.1", "python-sandbox.toml.5", "psbc-config.toml.5"):
            source = render.render(read("docs", "man", f"{name}.scd"), render.Scdoc(), sources(name[:-2]))
            try:
                made = subprocess.run(["scdoc"], input=source, capture_output=True, text=True)
            except FileNotFoundError:
                skip("scdoc: not installed")
            assert made.returncode == 0, (name, made.stderr)
            path = os.path.join(work, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(made.stdout)
            try:
                shown = subprocess.run(["man", "--warnings", "-l", path], capture_output=True, text=True, env={**os.environ, "MANWIDTH": "400", "LC_ALL": "C.UTF-8", "MAN_KEEP_FORMATTING": ""})
            except FileNotFoundError:
                skip("man: not installed")
            assert shown.returncode == 0 and not shown.stderr, (name, shown.stderr)
            plain = re.sub(r"\s+", " ", re.sub(r".\x08|\x1b\[[0-9;]*m", "", shown.stdout)).replace("’", "'").replace("‘", "'")
            if name == "psbc.1":
                wanted = [word for row in rows["commands"] for word in (f"psbc {row['name']}", row["summary"].replace("`", ""))]
                wanted += [word for row in rows["commands"] for option in row["options"] for word in option["names"]]
            else:
                schema = sources(name[:-2])["schema"]
                wanted = [text.replace("`", "") for text in described(schema)] + list(schema["properties"])
            lost = [text for text in wanted if re.sub(r"\s+", " ", text) not in plain]
            assert len(wanted) > 20 and not lost, (name, len(lost), lost[:3])


main()
