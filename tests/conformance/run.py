#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""psbc and independent validators judge the same files by the same schemas. Prints TAP.

    run.py --judge PROGRAM [--node DIRECTORY] [--work DIRECTORY]

good/ and bad/ hold files with no and with exactly one violation: bad/<code>-<what>.toml. The name of
a file of the user's own format ends in .user.toml, of an organisation's in .ceiling.toml. The first validator is python3-jsonschema with
tomllib. With --node, ajv and taplo as well, and the SARIF of psbc lint beside its schema (sarif.py), installed by npm from the lock file in node/; what is
not to be had is skipped, or fails when PSBC_NODE_MUST_WORK is set.
"""

import argparse
import copy
import datetime
import json
import math
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tomllib

try:
    import jsonschema
except ImportError:
    print("1..0 # SKIP python3-jsonschema is not installed")
    sys.exit(0)

import editors  # noqa: E402
import sarif  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SCHEMAS = {
    "project": HERE.parent.parent / "schema" / "python-sandbox.schema.json",
    "user": HERE.parent.parent / "schema" / "psbc-config.schema.json",
    "ceiling": HERE.parent.parent / "schema" / "psbc-policy.schema.json",
}
SEED = 20240229
MUTATIONS = 1000

# Rules that no JSON Schema can say: psbc refuses these files, a validator may accept them.
BEYOND_SCHEMA = {
    "PSB013-c1-control-character": "TOML allows C1 control characters in comments; terminals obey them",
    "PSB009-file-of-65537-bytes": "a schema sees values, not the size of the file",
    "PSB009-path-too-long-in-bytes": "maxLength counts code points; the kernel counts bytes",
    "PSB504-bidi-override-in-comment": "a schema does not see comments",
    "PSB504-line-separator": "a schema does not see comments",
    "PSB504-tag-characters": "a schema does not see comments",
    "PSB504-soft-hyphen": "a schema cannot tell the character from its visible escape",
    "PSB504-zero-width-joiner-in-value": "a schema cannot tell the character from its visible escape",
    "PSB003-float-for-schema": "JSON has one kind of number: 1.0 is an integer there",
}
# Where taplo alone decides otherwise than the other validators.
TAPLO_DIFFERS = {
    "PSB013-c1-control-character": "refuses them in comments, as psbc does",
    "PSB003-date-in-list": "shows a date to the schema as a string",
}
TOMBI_DIFFERS = {
    "PSB003-float-for-schema": "1.0 is no integer for it, as for psbc",
    "PSB013-delete-character": "accepts control characters in comments",
    "PSB013-escape-sequence": "accepts control characters in comments",
    "PSB013-nul": "accepts control characters in comments",
}


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = False

    def ok(self, passed, claim, *details):
        self.count += 1
        self.failed |= not passed
        print(f"{'ok' if passed else 'not ok'} {self.count} - {claim}")
        for detail in details if not passed else ():
            print(f"# {detail}")
        sys.stdout.flush()

    def skip(self, claim, why):
        self.count += 1
        if os.environ.get("PSBC_NODE_MUST_WORK"):
            self.failed = True
            print(f"not ok {self.count} - {claim} ({why})")
        else:
            print(f"ok {self.count} - {claim} # SKIP {why}")


def kind_of(path):
    return next((kind for kind in SCHEMAS if path.name.endswith(f".{kind}.toml")), "project")


def stem(path):
    return path.name.removesuffix(".toml").removesuffix(".user").removesuffix(".ceiling")


def judge(program, paths):
    """psbc's verdict of each file: [] or the codes."""
    lines = "".join(f"{kind_of(path)} {path}\n" for path in paths)
    out = subprocess.run([program], input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    assert len(out) == len(paths), f"{len(paths)} files, {len(out)} verdicts"
    return [line.split()[1:] if line != "ok" else [] for line in out]


def parse(path):
    """The data of a file, or None when it is no TOML."""
    try:
        return tomllib.loads(path.read_bytes().decode())
    except (ValueError, RecursionError):  # both kinds of decoding errors are ValueErrors
        return None


VALIDATORS = {kind: jsonschema.Draft7Validator(json.loads(path.read_text())) for kind, path in SCHEMAS.items()}


def reference_accepts(kind, data):
    return data is not None and VALIDATORS[kind].is_valid(data)


def check_schemas(tap):
    for kind, path in SCHEMAS.items():
        schema = json.loads(path.read_text())
        try:
            jsonschema.Draft7Validator.check_schema(schema)
            problem = None
        except jsonschema.SchemaError as error:
            problem = error.message
        tap.ok(problem is None, f"{path.name} is a draft-07 schema", problem)
        for name, node in [*schema["properties"].items()]:
            for example in node.get("examples", []):
                tap.ok(VALIDATORS[kind].evolve(schema={**node, "definitions": schema["definitions"]}).is_valid(example),
                       f"{path.name}: the example of `{name}` is valid", example)


def check_corpus(tap, program, paths):
    for path, codes in zip(paths, judge(program, paths)):
        expected = [] if path.parent.name == "good" else [path.name[:6]]
        tap.ok(codes == expected, f"psbc: {path.parent.name}/{path.name}", f"expected {expected}, got {codes}")
    for path in paths:
        expected = path.parent.name == "good" or stem(path) in BEYOND_SCHEMA
        tap.ok(reference_accepts(kind_of(path), parse(path)) == expected,
               f"jsonschema: {path.parent.name}/{path.name}", f"expected {'accepted' if expected else 'refused'}")
    unused = set(BEYOND_SCHEMA) - {stem(path) for path in paths}
    tap.ok(not unused, "every rule beyond the schema has its file", *unused)


# --- mutations -----------------------------------------------------------------------------------

SCALARS = ["", "x", ".env", "~/x", "/x", "..", "a/../b", "none", "commit", "a..b", "$HOME/x", "~bob", "~", "*", "a?b", " x", "x ", "a\\b",
           "a\nb", "\t", "\x7f", "\u0085", "ü", "😀", "A", "A_1", "1A", "A=1", "-", ".", "a" * 64, "a" * 65, "V" * 129,
           "x" * 4095, "x" * 4096, "x" * 4097, "https://h.example/simple/", "http://localhost:1/", "https://u:p@h/", "HF_TOKEN:read", "A?", "A:read?", "A:write", "env:A", "file:~/x", "file:x", "pass:a/b", "pass:-a", "ask:",
           "op://a/b/c", "keyring:a/b", "aws:a", "gh:", "vault:a#b", "sops:~/a#b", "age:~/a", "secret-tool:a=b", "read", "file", ["a", "-b"], [], 0, 1, 2, -1, 2**53, 1.5, True, False, datetime.date(1979, 5, 27)]
KEYS = ["name", "index", "url", "token", "default", "schema", "readonly", "writable", "hidden", "python", "venv", "env", "pass", "set", "accept_secrets",
        "keep_lost", "follow", "templates", "workspace", "git", "read_only", "secrets", "tokens", "projects", "from", "kind", "as", "~/x", "", "A", "B-C", "1", "é", "a b", "\n"]


def places(data, path=()):
    """Every (container, key) below `data`."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield data, key
        yield from places(value, path + (key,))


def random_value(rng, depth=0):
    choice = rng.random()
    if depth < 2 and choice < 0.15:
        return [random_value(rng, depth + 1) for _ in range(rng.randrange(4))]
    if depth < 2 and choice < 0.25:
        return {rng.choice(KEYS): random_value(rng, depth + 1) for _ in range(rng.randrange(3))}
    return copy.deepcopy(rng.choice(SCALARS))


def mutate(rng, data):
    """Drops, renames, retypes, replaces, duplicates or extends something, one to three times."""
    data = copy.deepcopy(data)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        everywhere = list(places(data))
        if not everywhere:
            data[rng.choice(KEYS)] = random_value(rng)
            continue
        container, key = rng.choice(everywhere)
        action = rng.choice(["drop", "rename", "retype", "replace", "duplicate", "extend", "extend"])
        value = container[key]
        if action == "drop":
            del container[key]
        elif action == "rename" and isinstance(container, dict):
            container[rng.choice(KEYS)] = container.pop(key)
        elif action == "retype":
            container[key] = rng.choice([[value], {"A": value}, str(value), 1, True, 0.5])
        elif action == "duplicate" and isinstance(container, list):
            container.append(copy.deepcopy(value))
        elif action == "extend":
            if isinstance(value, list):
                value.extend(random_value(rng) for _ in range(rng.choice([1, 1, 2, 257])))
            elif isinstance(value, dict):
                value[rng.choice(KEYS)] = random_value(rng)
            elif isinstance(value, str):
                container[key] = value + str(rng.choice(SCALARS))
        else:
            container[key] = random_value(rng)
    return data


def to_toml(value):
    """An inline value. JSON's escapes are TOML's; what is invisible is escaped, as psbc wants it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
        return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)
    if isinstance(value, list):
        return "[" + ", ".join(map(to_toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{to_toml(key)} = {to_toml(item)}" for key, item in value.items()) + "}"
    return value.isoformat() if isinstance(value, datetime.date) else repr(value)


def beyond_schema(value):
    """Whether psbc may refuse what a schema accepts: lengths in bytes."""
    if isinstance(value, str):
        return len(value.encode()) > 4095 >= len(value)
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(beyond_schema, items))


def write_mutations(work):
    rng = random.Random(SEED)
    originals = [(path, parse(path)) for path in sorted((HERE / "good").glob("*.toml")) if path.stat().st_size < 3000]
    mutants = []
    while len(mutants) < MUTATIONS:
        origin, data = rng.choice(originals)
        text = "".join(f"{to_toml(key)} = {to_toml(value)}\n" for key, value in mutate(rng, data).items())
        path = work / f"{len(mutants):04}-{stem(origin)}{'.user' if kind_of(origin) == 'user' else ''}.toml"
        path.write_text(text)
        data = parse(path)
        assert data is not None, f"{path} is not TOML"
        if len(text.encode()) <= 65536 and not beyond_schema(data):
            mutants.append((path, data))
    return mutants


def check_mutations(tap, program, mutants):
    accepted = 0
    differences = []
    for (path, data), codes in zip(mutants, judge(program, [path for path, _ in mutants])):
        reference = reference_accepts(kind_of(path), data)
        accepted += reference
        if reference != (not codes):
            differences.append(f"{path}: psbc {codes or 'accepts'}, jsonschema {'accepts' if reference else 'refuses'}")
    tap.ok(not differences, f"{len(mutants)} mutations are judged alike by psbc and jsonschema", *differences[:20])
    # A generator that only makes nonsense, or only valid files, would prove nothing.
    tap.ok(len(mutants) // 10 < accepted < len(mutants) * 9 // 10, f"{accepted} of them are valid")


TOKENS = ['"', "'", '"""', "'''", "[", "]", "[[", "]]", "{", "}", "=", ",", ".", "#", "\n", "\r\n", "\r", " ", "\t", "\\",
          "\\u00e9", "\\x41", "\\e", "é", "\u00a0", "-", "_", "0", "1", "+1", "1.5", "0x1F", "1e3", "inf", "true",
          "1979-05-27", "07:32:00", "a", 'name = "x"\n', "[env]\n", "\x00", "\x0b", "\x7f"]


def write_broken_texts(work):
    """Files with a few characters removed, repeated, replaced or inserted."""
    rng = random.Random(SEED + 1)
    originals = [(path, path.read_bytes().decode()) for path in sorted((HERE / "good").glob("*.toml"))]
    originals = [(path, text) for path, text in originals if 0 < len(text) < 1000]
    paths = []
    for number in range(MUTATIONS):
        origin, text = rng.choice(originals)
        for _ in range(rng.choice([1, 1, 2])):
            at, length = rng.randrange(len(text) + 1), rng.randrange(4)
            text = text[:at] + rng.choice(["", text[at : at + length] * 2, rng.choice(TOKENS)]) + text[at + length :]
        paths.append(work / f"{number:04}-{stem(origin)}{'.user' if kind_of(origin) == 'user' else ''}.toml")
        paths[-1].write_bytes(text.encode())
    return paths


def check_broken_texts(tap, program, paths):
    """TOML itself: toml++ and tomllib agree on what it is."""
    differences = []
    broken = 0
    for path, codes in zip(paths, judge(program, paths)):
        data = parse(path)
        broken += data is None
        accepted = reference_accepts(kind_of(path), data)
        blames_syntax = not {"PSB001", "PSB006"}.isdisjoint(codes)
        if accepted != (not codes) or (blames_syntax and data is not None):
            differences.append(f"{path}: psbc {codes or 'accepts'}, the reference {'accepts' if accepted else 'refuses'}")
    tap.ok(not differences, f"{len(paths)} texts with misplaced characters are judged alike", *differences[:20])
    tap.ok(len(paths) // 4 < broken < len(paths), f"{broken} of them are no TOML")


# --- node ----------------------------------------------------------------------------------------


def install_node(source, work):
    """The directory with node_modules, or why there is none."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None, "node and npm are not installed"
    target = work / "node"
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("node_modules"))
    result = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=20000"],
                            cwd=target, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        return None, "npm cannot install the packages"
    return target, None


def as_json(value):
    """For ajv, which reads JSON: what JSON does not have becomes null, which no schema here accepts."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float)) else None


OWN_KEYWORDS = ["x-taplo", "x-psbc-format", "x-psbc-expects", "x-psbc-direction", "x-psbc-grant", "x-psbc-risk", "x-psbc-aliases"]


def ajv_verdicts(node, schemas, keywords, cases):
    """What ajv, which is strict about the schemas as well, says of each (kind, data); None when it refuses a schema."""
    document = {"schemas": schemas, "keywords": keywords, "cases": [{"kind": kind, "data": as_json(data)} for kind, data in cases]}
    result = subprocess.run(["node", "ajv.mjs"], cwd=node, input=json.dumps(document), stdout=subprocess.PIPE, text=True, check=False)
    return json.loads(result.stdout) if result.returncode == 0 else None


def check_ajv(tap, node, paths, mutants):
    files = [(path, parse(path)) for path in paths]
    cases = [(kind_of(path), data) for path, data in [*files, *mutants] if data is not None]
    found = ajv_verdicts(node, {kind: json.loads(path.read_text()) for kind, path in SCHEMAS.items()}, OWN_KEYWORDS, cases)
    tap.ok(found is not None, "ajv compiles the schemas in strict mode")
    if found is None:
        return
    verdicts = iter(found)
    for path, data in files:
        expected = path.parent.name == "good" or stem(path) in BEYOND_SCHEMA
        if data is not None:
            tap.ok(next(verdicts) == expected, f"ajv: {path.parent.name}/{path.name}", f"expected {expected}")
    differences = [str(path) for path, data in mutants if next(verdicts) != reference_accepts(kind_of(path), data)]
    tap.ok(not differences, f"{len(mutants)} mutations are judged alike by ajv and jsonschema", *differences[:20])


def check_taplo(tap, node, paths):
    for kind, schema in SCHEMAS.items():
        files = [path for path in paths if kind_of(path) == kind]
        # One process for all: each costs a second of start-up. It names every file that it refuses.
        command = ["node_modules/.bin/taplo", "lint", "--no-auto-config", "--colors", "never", "--schema", schema.as_uri()]
        result = subprocess.run(command + list(map(str, files)), cwd=node, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        refused = set(re.findall(r'path="([^"]*)"', result.stdout.decode(errors="replace")))
        for path in files:
            expected = path.parent.name == "good" or stem(path) in BEYOND_SCHEMA
            expected ^= stem(path) in TAPLO_DIFFERS
            tap.ok((str(path) not in refused) == expected, f"taplo: {path.parent.name}/{path.name}",
                   f"expected {'accepted' if expected else 'refused'}")


def check_schemastore(tap, node, work):
    """What script/schemastore makes, judged as SchemaStore judges it: ajv, strict, knows no keyword of psbc."""
    target = work / "schemastore"
    made = subprocess.run([HERE.parent.parent / "script/schemastore", target], stdout=subprocess.PIPE, text=True, check=True)
    entry = json.loads(made.stdout)
    schema = json.loads((target / "src/schemas/json/python-sandbox.json").read_text())
    tap.ok(schema["$id"] == entry["url"] and entry["fileMatch"] == [".python-sandbox.toml"], "SchemaStore: the entry of the catalog names the schema")
    files = [(path, tomllib.loads(path.read_text())) for path in sorted((target / "src").glob("*test/python-sandbox/*.toml"))]
    verdicts = ajv_verdicts(node, {"it": schema}, ["x-taplo"], [("it", data) for _, data in files])
    wrong = [path.name for (path, _), accepted in zip(files, verdicts or []) if accepted != (path.parent.parent.name == "test")]
    tap.ok(verdicts is not None and len(files) > 150 and not wrong, f"SchemaStore: {len(files)} files are accepted and refused as they shall be", *wrong)
    covered = {key for path, data in files if path.parent.parent.name == "test" for key in data}
    tap.ok(set(schema["properties"]) <= covered, "SchemaStore: each key is in a file that is accepted", *(set(schema["properties"]) - covered))


def is_utf8(path):
    try:
        path.read_bytes().decode()
        return True
    except UnicodeDecodeError:
        return False


def check_tombi(tap, tombi, paths, work):
    """With a config of its own: the schema goes by the name of the file."""
    top = work / "tombi"
    top.mkdir()
    (top / "tombi.toml").write_text("".join(f'[[schemas]]\npath = "{schema}"\ninclude = ["**/{kind}/*.toml"]\n' for kind, schema in SCHEMAS.items()))
    names = {}
    for path in paths:
        copied = top / path.parent.name / kind_of(path) / path.name
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copied)
        names[path] = copied
    # By name: it leaves out what git ignores, as a build directory. One thread: else the two lines of a finding come apart. Of a file
    # that is not UTF-8 it gives no name.
    files = [str(copied.relative_to(top)) for copied in names.values()]
    result = subprocess.run([str(tombi), "lint", "--offline", "--no-cache", *files], cwd=top, env={**os.environ, "TOKIO_WORKER_THREADS": "1"},
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    said = re.sub(r"\x1b\[[0-9;]*m", "", result.stdout.decode(errors="replace"))
    refused = {copied for path, copied in names.items() if not is_utf8(path)}
    for block in re.split(r"(?=^ *(?:Error|Warning):)", said, flags=re.M):
        if block.lstrip().startswith("Error:"):
            refused |= {(top / name).resolve() for name in re.findall(r"at (\S+?\.toml)(?::\d+)*$", block, re.M)}
    tap.ok(f"\n{len(refused)} files failed to be linted" in said, f"tombi refuses {len(refused)} files", *said.splitlines()[-2:])
    for path, copied in names.items():
        expected = path.parent.name == "good" or stem(path) in BEYOND_SCHEMA
        expected ^= stem(path) in TOMBI_DIFFERS
        tap.ok((copied not in refused) == expected, f"tombi: {path.parent.name}/{path.name}", f"expected {'accepted' if expected else 'refused'}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--judge", required=True)
    parser.add_argument("--node", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    options = parser.parse_args()
    shutil.rmtree(options.work, ignore_errors=True)
    for name in ("mutations", "broken"):
        (options.work / name).mkdir(parents=True)

    tap = Tap()
    paths = sorted((HERE / "good").glob("*.toml")) + sorted((HERE / "bad").glob("*.toml"))
    mutants = write_mutations(options.work / "mutations")
    if options.node is None:
        check_schemas(tap)
        check_corpus(tap, options.judge, paths)
        check_mutations(tap, options.judge, mutants)
        check_broken_texts(tap, options.judge, write_broken_texts(options.work / "broken"))
    else:
        node, why = install_node(options.node, options.work)
        if node is None:
            tap.skip("ajv and taplo judge as psbc does", why)
        else:
            check_ajv(tap, node, paths, mutants)
            check_taplo(tap, node, paths)
            tombi = node / "node_modules/@tombi-toml/cli-linux-x64/tombi"
            if tombi.exists():
                check_tombi(tap, tombi, paths, options.work)
            else:
                tap.skip("tombi judges as psbc does", "npm has tombi for other processors only")
            check_schemastore(tap, node, options.work)
            sarif.check(tap, node)
            editors.check(tap, node, tombi, options.work)
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
