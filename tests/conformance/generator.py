#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The schemas cannot gain what the parser does not know. Prints TAP.

    generator.py --include DIRECTORY... --work DIRECTORY -- COMPILER [ARGUMENT...]

gen_tables.py refuses what it would not carry over, and a key that decode.cc does not decode is a
compile error. Each refusal is tried on a copy of the real schema with one change.
"""

import argparse
import copy
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GENERATOR = ROOT / "schema" / "gen_tables.py"
PROJECT = ROOT / "schema" / "python-sandbox.schema.json"
USER = ROOT / "schema" / "psbc-config.schema.json"
CEILING = ROOT / "schema" / "psbc-policy.schema.json"

count = 0
failed = False


def ok(passed, claim, detail=""):
    global count, failed
    count += 1
    failed |= not passed
    print(f"{'ok' if passed else 'not ok'} {count} - {claim}")
    if not passed:
        print("\n".join(f"# {line}" for line in detail.splitlines()[:10]))


def generate(work, project, user):
    (work / "project.json").write_text(json.dumps(project))
    (work / "user.json").write_text(json.dumps(user))
    command = [sys.executable, "-B", GENERATOR, "project.json", "user.json", CEILING, "schema_tables.cc", "schema_tables.h"]
    return subprocess.run(command, cwd=work, stderr=subprocess.PIPE, text=True)


def path_definition(schema):
    return schema["definitions"]["path"]


def reuse_alias(schema):
    schema["properties"]["writable"]["x-psbc-aliases"].append("ro")


REFUSED = [
    ("a keyword that the tables cannot carry", "`format` is not known", lambda s: path_definition(s).update(format="uri")),
    ("`anyOf`", "`anyOf` is not known", lambda s: s["properties"]["readonly"].update(anyOf=[{"maxItems": 2}])),
    ("a misspelt annotation", "`x-psbc-alias` is not known", lambda s: s["properties"]["name"].update({"x-psbc-alias": []})),
    ("a root that lets unknown keys through", "additionalProperties", lambda s: s.pop("additionalProperties")),
    ("a table that lets unknown keys through", "python: a table needs", lambda s: s["properties"]["python"].pop("additionalProperties")),
    ("a map that lets unknown names through", "env.set: a table needs", lambda s: s["properties"]["env"]["properties"]["set"].update(additionalProperties=True)),
    ("a key without a direction", "hidden: needs `x-psbc-direction`", lambda s: s["properties"]["hidden"].pop("x-psbc-direction")),
    ("a nested key without a direction", "python.venv: needs `x-psbc-direction`", lambda s: s["properties"]["python"]["properties"]["venv"].pop("x-psbc-direction")),
    ("a direction that does not exist", "must be one of", lambda s: s["properties"]["hidden"].update({"x-psbc-direction": "up"})),
    ("a key without a name for its grant", "hidden: needs `x-psbc-grant`", lambda s: s["properties"]["hidden"].pop("x-psbc-grant")),
    ("a key without a risk", "hidden: needs `x-psbc-risk`", lambda s: s["properties"]["hidden"].pop("x-psbc-risk")),
    ("a key without a description", "has no `description`", lambda s: s["properties"]["name"].pop("description")),
    ("a list without a limit", "needs `uniqueItems` and `maxItems`", lambda s: s["properties"]["hidden"].pop("maxItems")),
    ("a list of numbers without bounds", "integers need `minimum` and `maximum`", lambda s: s["properties"]["network"]["properties"]["connect"]["items"].pop("maximum")),
    ("a string without a format", "a string needs `x-psbc-format`", lambda s: path_definition(s).pop("x-psbc-format")),
    ("a string without words for its pattern", "a string needs `x-psbc-expects`", lambda s: path_definition(s).pop("x-psbc-expects")),
    ("an alias of two keys", "would mean two keys", reuse_alias),
    ("a required key that does not exist", "which it does not have", lambda s: s["required"].append("nome")),
    ("another draft", "must be draft-07", lambda s: s.update({"$schema": "https://json-schema.org/draft/2020-12/schema"})),
    ("a definition that does not exist", "does not exist", lambda s: s["properties"]["hidden"].update(items={"$ref": "#/definitions/x"})),
    ("a sibling of `$ref`", "beside `$ref`", lambda s: s["properties"]["hidden"]["items"].update(minLength=1)),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--include", action="append", type=pathlib.Path, default=[])
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("compiler", nargs="+")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    project, user = (json.loads(path.read_text()) for path in (PROJECT, USER))

    def compile_decode():
        includes = [f"-I{path}" for path in [options.work, *options.include]]
        command = [*options.compiler, "-std=c++20", "-Wall", "-Werror", "-fsyntax-only", *includes, ROOT / "src/config/decode.cc"]
        return subprocess.run(command, stderr=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})

    result = generate(options.work, project, user)
    ok(result.returncode == 0, "control: the real schemas are accepted", result.stderr)
    result = compile_decode()
    ok(result.returncode == 0, "control: decode.cc compiles with their tables", result.stderr)

    for which, keys in (("project", project), ("user", user)):
        schemas = {"project": copy.deepcopy(project), "user": copy.deepcopy(user)}
        schemas[which]["properties"]["gizmos"] = {**keys["properties"]["readonly"], "x-psbc-aliases": []}
        result = generate(options.work, **schemas)
        ok(result.returncode == 0, f"a new key in the {which} schema makes tables", result.stderr)
        result = compile_decode()
        ok(result.returncode != 0 and "gizmos" in result.stderr and "not handled in switch" in result.stderr,
           f"decode.cc does not compile before it decodes the new key of the {which} schema", result.stderr)

    for what, message, change in REFUSED:
        changed = copy.deepcopy(project)
        change(changed)
        result = generate(options.work, changed, user)
        ok(result.returncode == 1 and message in result.stderr, f"refused: {what}", result.stderr or "accepted")
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
