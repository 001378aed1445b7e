#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""render.py markdown|scdoc TEMPLATE OUTPUT [NAME=FILE...]    the reference, from what the program itself goes by

A line `@keys NAME@` of the template becomes the keys of the JSON schema FILE; `@commands NAME@` and `@options NAME@` become the
commands and the options before them, of the table that `psbc completions json` prints. So do the pages of docs/reference, and
the manual pages, as scdoc(5) reads them.
"""
import json
import re
import sys


class Markdown:
    heading = "## {}"
    subheading = "### `{}`"

    def text(self, text):
        return text.replace("<", "&lt;")

    def code(self, text):
        return f"`{text}`"

    def item(self, term, text):
        return [f"- {term}: {text}"]

    def block(self, lines):
        return ["```toml", *lines, "```"]


class Scdoc:
    heading = "# {}"
    subheading = "## {}"

    def text(self, text):
        """What backquotes enclose is bold; everything that scdoc would obey is not."""
        plain = re.sub(r"[\\_*#\[\]<>|^~.+-]", r"\\\g<0>", text)
        return re.sub(r"`([^`]*)`", r"*\1*", plain)

    def code(self, text):
        return self.text(f"`{text}`")

    def item(self, term, text):
        return [term, f"\t{text}", ""]

    def block(self, lines):
        return ["```", *lines, "```"]


def merged(schema, node):
    """The node with what it refers to."""
    out = dict(node)
    for one in [node, *node.get("oneOf", [])]:
        if "$ref" in one and len(node.get("oneOf", [0])) == 1:
            out = {**merged(schema, schema["definitions"][one["$ref"].rsplit("/", 1)[1]]), **out}
    return out


def toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def type_of(schema, node):
    kind = node.get("type", "string")
    if isinstance(kind, list):
        return " or ".join(type_of(schema, {**node, "type": one}) for one in kind)
    if "enum" in node:
        return ("one of " if len(node["enum"]) > 1 else "always ") + ", ".join(f"`{toml(one)}`" for one in node["enum"])
    if kind == "array":
        item = merged(schema, node.get("items", {}))
        if item.get("type") == "object":
            return f"tables, at most {node['maxItems']}"
        what = "numbers" if item.get("type") == "integer" else "strings"
        return f"a list of {what}, at most {node['maxItems']}" if "maxItems" in node else f"a list of {what}"
    return {"string": "a string", "boolean": "`true` or `false`", "integer": "a number", "object": "a table"}[kind]


def key(schema, form, name, node):
    node = merged(schema, node)
    facts = type_of(schema, node)
    if "default" in node:
        facts += f"; default `{toml(node['default'])}`"
    item = merged(schema, node.get("items", {}))
    expects = node.get("x-psbc-expects") or item.get("x-psbc-expects")
    if expects:
        facts += f"; each {expects}" if node.get("type") == "array" else f"; {expects}"
    out = ["", form.subheading.format(name), "", form.text(facts[0].upper() + facts[1:] + "."), "", form.text(node["description"])]
    if node.get("examples"):
        last = name.rsplit(".", 1)[-1].removesuffix("[]")
        out += ["", *form.block([f"{last} = {toml(node['examples'][0])}"])]
    for child, value in node.get("properties", {}).items():
        out += key(schema, form, f"{name}.{child}", value)
    if item.get("type") == "object":
        for child, value in item.get("properties", {}).items():
            out += key(schema, form, f"{name}[].{child}", value)
    for pattern in node.get("patternProperties", {}).values():
        below = merged(schema, pattern)
        if below.get("type") == "object":
            for child, value in below.get("properties", {}).items():
                out += key(schema, form, f"{name}.NAME.{child}", value)
    return out


def keys(schema, form):
    out = [form.text(schema["description"])]
    for name, node in schema["properties"].items():
        out += key(schema, form, name, node)
    return out


def options(rows, form):
    out = []
    for row in rows:
        term = form.code(", ".join(row["names"]) + (" " + row["value"] if row["value"] else ""))
        out += form.item(term, form.text(row["summary"] + "."))
    return out


def command(row, form):
    words = ["psbc", row["name"]]
    for argument in row["arguments"]:
        word = argument["value"] + ("..." if argument["many"] else "")
        words.append(word if argument["required"] else f"[{word}]")
    words += ["[OPTIONS]"] if any(option["names"] != ["-h", "--help"] for option in row["options"]) else []
    words += ["[-- CMD [ARG...]]"] if row["has_tail"] else []
    out = ["", form.subheading.format(" ".join(words)), "", form.text(row["summary"] + "."), ""]
    for argument in row["arguments"]:
        out += form.item(form.code(argument["value"]), form.text(argument["summary"] + "."))
    return out + options([option for option in row["options"] if option["names"] != ["-h", "--help"]], form)


def render(template, form, files):
    out = []
    for line in template.splitlines():
        hole = re.fullmatch(r"@(keys|commands|options) (\w+)@", line)
        if not hole:
            out.append(line)
        elif hole[1] == "keys":
            out += keys(files[hole[2]], form)
        elif hole[1] == "options":
            out += options(files[hole[2]]["options"], form)
        else:
            for row in files[hole[2]]["commands"]:
                out += command(row, form)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)).rstrip("\n") + "\n"


def main(form, template, output, *files):
    loaded = {}
    for one in files:
        name, _, path = one.partition("=")
        with open(path, encoding="utf-8") as file:
            loaded[name] = json.load(file)
    with open(template, encoding="utf-8") as file:
        text = render(file.read(), {"markdown": Markdown, "scdoc": Scdoc}[form](), loaded)
    with open(output, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
