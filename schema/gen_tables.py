#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turns the JSON Schemas of psbc's files into the C++ tables that its parser walks.

    gen_tables.py PROJECT.schema.json USER.schema.json CEILING.schema.json OUT.cc OUT.h

The schemas are the one source: of the parser, of what editors check, of the reference. So that the
three cannot drift apart, everything that this program would not carry over is refused: any keyword
outside of the lists below, any table that lets unknown keys through, any key of a project's file
that does not say whether it widens what the sandbox may do.
"""

import json
import sys

ANY = {"description", "$comment", "type", "default", "examples", "x-psbc-direction", "x-psbc-grant", "x-psbc-risk",
       "x-psbc-aliases", "x-taplo"}
KEYWORDS = {
    "root": {"$schema", "$id", "title", "additionalProperties", "required", "properties", "definitions"} | ANY,
    "table": {"additionalProperties", "required", "properties"} | ANY,
    "definition": {"title", "additionalProperties", "required", "properties"} | ANY,
    "map": {"additionalProperties", "patternProperties", "propertyNames", "maxProperties"} | ANY,
    "integers": {"items", "uniqueItems", "maxItems"} | ANY,
    "tables": {"additionalProperties", "patternProperties", "propertyNames", "maxProperties"} | ANY,
    "rows": {"items", "maxItems"} | ANY,
    "words": {"items", "minItems", "maxItems", "minLength", "maxLength", "pattern", "not", "x-psbc-format", "x-psbc-expects"} | ANY,
    "strings": {"items", "uniqueItems", "maxItems"} | ANY,
    "string": {"oneOf", "minLength", "maxLength", "pattern", "not", "x-psbc-format", "x-psbc-expects"} | ANY,
    "integer": {"enum"} | ANY,
    "choice": {"enum"} | ANY,
    "boolean": set() | ANY,
}
# Of KeyShape, in its order.
FIELDS = ("name", "path", "kind", "required", "text", "names", "items", "least", "most", "max_entries", "allowed", "words", "fallback", "leaf", "direction", "grant", "risk",
          "table", "example", "description", "aliases")  # fmt: skip
DIRECTIONS = ("neutral", "narrows", "widens")


class SchemaError(Exception):
    """The schema says something that the tables could not say."""


def refuse(where, why):
    raise SchemaError(f"{where or 'the root'}: {why}")


def need(condition, where, why):
    if not condition:
        refuse(where, why)


def check_keywords(node, kind, where):
    for keyword in node:
        need(keyword in KEYWORDS[kind], where, f"the keyword `{keyword}` is not known for a {kind}")
    need("description" in node, where, "has no `description`")


def resolve(schema, node, where):
    """Follows `$ref`, alone or as the one item of `oneOf`: draft-07 ignores what stands beside a `$ref`, and taplo 0.9, with it VS
    Code's Even Better TOML, recurses without end over `allOf` when it completes."""
    if "oneOf" in node:
        need(len(node["oneOf"]) == 1 and set(node["oneOf"][0]) == {"$ref"}, where, "`oneOf` may hold one `$ref` only")
        base = resolve(schema, node["oneOf"][0], where)
        return {**base, **{k: v for k, v in node.items() if k != "oneOf"}}
    if "$ref" not in node:
        return node
    need(set(node) == {"$ref"}, where, "nothing may stand beside `$ref`")
    prefix = "#/definitions/"
    target = node["$ref"]
    need(target.startswith(prefix), where, f"`$ref` must start with {prefix}")
    need(target[len(prefix):] in schema["definitions"], where, f"`{target}` does not exist")
    return schema["definitions"][target[len(prefix):]]


def closed(node, where):
    need(node.get("additionalProperties") is False, where, "a table needs `additionalProperties: false`")


def string_shape(schema, node, where):
    """The limits of one string: of a key, of a list's items, of a map's names or values."""
    node = resolve(schema, node, where)
    words = node.get("type") == ["string", "array"]
    check_keywords(node, "words" if words else "string", where)
    need(words or node.get("type") == "string", where, "must be of type string")
    for keyword in ("x-psbc-format", "x-psbc-expects", "not"):
        need(keyword in node, where, f"a string needs `{keyword}`")
    # Without the type it would refuse each array: a pattern says nothing about one, so it matches.
    need(set(node["not"]) == {"pattern"} | ({"type"} if words else set()), where, "`not` may hold a `pattern` only")
    need("maxLength" in node or "pattern" in node, where, "a string needs `maxLength` or `pattern`")
    return (
        f"{{.format = Format::{node['x-psbc-format']}, .expects = {quote(node['x-psbc-expects'])}, "
        f".min_length = {node.get('minLength', 0)}, .max_length = {node.get('maxLength', 0)}}}"
    )


def quote(text):
    out = ""
    for byte in text.encode():
        char = chr(byte)
        out += "\\" + char if char in '"\\?' else char if 32 <= byte < 127 else f"\\{byte:03o}"
    return f'"{out}"'


def toml(value):
    """An example as a person would write it."""
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {toml(item)}" for name, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


class Tables:
    """The tables of one schema."""

    def __init__(self, schema, prefix, direction_is_mandatory):
        self.schema = schema
        self.prefix = prefix
        self.direction_is_mandatory = direction_is_mandatory
        self.enums = {f"{prefix.capitalize()}Key": []}  # name of the enum: (enumerator, path)
        self.leaves = self.enums[f"{prefix.capitalize()}Key"]
        self.base = ""  # what comes before a key in the definition that is read
        self.definitions = {}  # name of a table that NAME = { } may hold: symbol
        self.lines = []
        check_keywords(schema, "root", "")
        need(schema.get("$schema") == "http://json-schema.org/draft-07/schema#", "", "must be draft-07")
        need(set(schema) >= {"$id", "title", "type"} and schema["type"] == "object", "", "needs `$id`, `title`, `type`")
        for name, node in schema.get("definitions", {}).items():
            if node.get("type") != "object":
                string_shape(schema, node, f"definitions.{name}")
        self.table(schema, "")

    def definition(self, name, is_row=False):
        """The table of a definition, with an enum of its own: several keys may hold tables of one shape."""
        if name not in self.definitions:
            node = self.schema["definitions"][name]
            check_keywords(node, "definition", f"definitions.{name}")
            need("title" in node, f"definitions.{name}", "needs a `title`: how a header of such a table is written")
            outer, base, self.base = self.leaves, self.base, node["title"] + "."
            self.leaves = self.enums["".join(map(str.capitalize, name.split("_"))) + "Key"] = []
            # What such a table grants, it grants as a whole: the key that holds it says so.
            mandatory, self.direction_is_mandatory = self.direction_is_mandatory, False
            self.definitions[name] = self.table(node, node["title"], f"{self.prefix}_{name}", is_row)
            self.leaves, self.base, self.direction_is_mandatory = outer, base, mandatory
        return self.definitions[name]

    def table(self, node, path, symbol=None, is_row=False):
        closed(node, path)
        spellings = list(node["properties"])
        for child in node["properties"].values():
            spellings += child.get("x-psbc-aliases", [])
        for spelling in spellings:
            need(spellings.count(spelling) == 1, path, f"`{spelling}` would mean two keys")
        for name in node.get("required", []):
            need(name in node["properties"], path, f"requires `{name}`, which it does not have")
        symbol = symbol or "_".join([self.prefix, *path.split(".")] if path else [self.prefix])
        rows = [self.key(name, child, node, path, f"{symbol}_{name}") for name, child in node["properties"].items()]
        self.lines += [f"constexpr KeyShape {symbol}_keys[] = {{", *rows, "};"]
        self.lines += [
            f"constexpr TableShape {symbol}_table{{.path = {quote(path)}, .description = {quote(node['description'])}, "
            f".keys = {symbol}_keys{', .is_row = true' if is_row else ''}}};",
            "",
        ]
        return f"{symbol}_table"

    def key(self, name, node, parent, parent_path, symbol):
        path = f"{parent_path}.{name}" if parent_path else name
        fields = {"name": quote(name), "path": quote(path)}
        self.symbol = symbol
        kind = self.kind(node, path)
        check_keywords(node, kind, path)
        fields["kind"] = f"Kind::{kind}"
        fields["required"] = "true" if name in parent.get("required", []) else "false"
        getattr(self, f"fill_{kind}")(node, path, fields)
        if kind != "table":
            self.leaf(node, path.removeprefix(self.base), path, fields)
        need(len(node.get("examples", [])) == (kind not in ("table", "tables", "rows", "integer", "choice")), path, "needs one example")
        example = node["examples"][0] if "examples" in node else node.get("default")
        fields.setdefault("example", quote(f"{name} = {toml(example)}" if kind != "table" else f"[{path}]"))
        fields["description"] = quote(node["description"])
        aliases = node.get("x-psbc-aliases", [])
        if aliases:
            fields["aliases"] = self.array("std::string_view", symbol, "aliases", map(quote, aliases))
        ordered = sorted(fields.items(), key=lambda field: FIELDS.index(field[0]))
        return "    {" + ",\n     ".join(f".{field} = {value}" for field, value in ordered) + "},"

    def kind(self, node, where):
        declared = node.get("type")
        if declared == "array" and resolve(self.schema, node.get("items", {}), where).get("type") == "object":
            return "rows"
        if declared == "array":
            return "integers" if node.get("items", {}).get("type") == "integer" else "strings"
        if declared == ["string", "array"]:
            return "words"
        if declared == "object" and "patternProperties" in node:
            values = [resolve(self.schema, value, where).get("type") for value in node["patternProperties"].values()]
            return "tables" if values == ["object"] else "map"
        if declared == "object":
            return "table"
        need(declared in ("string", "integer", "boolean"), where, f"the type `{declared}` is not known")
        return "choice" if declared == "string" and "enum" in node else declared

    def array(self, element, symbol, what, items):
        symbol = f"{symbol.replace('-', '_')}_{what}"
        self.lines.append(f"constexpr {element} {symbol}[] = {{{', '.join(items)}}};")
        return symbol

    def leaf(self, node, key, path, fields):
        direction = node.get("x-psbc-direction")
        if direction is None and self.direction_is_mandatory:
            refuse(path, "needs `x-psbc-direction`: does the key widen what a sandbox may do, or narrow it?")
        need(direction in (None, *DIRECTIONS), path, f"`x-psbc-direction` must be one of {', '.join(DIRECTIONS)}")
        enumerator = key.replace(".", "_").replace("-", "_")
        enumerator += "_" if enumerator in ("default", "private", "public") else ""  # words of C++
        need(enumerator not in [known for known, _ in self.leaves], path, f"a second key makes `{enumerator}`")
        fields["leaf"] = str(len(self.leaves))
        fields["direction"] = f"Direction::{direction or 'neutral'}"
        if direction != "neutral" and self.direction_is_mandatory:
            need(isinstance(node.get("x-psbc-grant"), str), path, "needs `x-psbc-grant`: what `psbc trust` calls it")
            need(node.get("x-psbc-risk") in range(1, 6), path, "needs `x-psbc-risk`, from 1 (shown first) to 5")
            fields["grant"], fields["risk"] = quote(node["x-psbc-grant"]), str(node["x-psbc-risk"])
        self.leaves.append((enumerator, path))

    def fill_table(self, node, path, fields):
        fields["table"] = f"&{self.table(node, path, self.symbol)}"

    def fill_names(self, node, path, fields):
        """What the keys of a map may be; the result is what its values may be."""
        closed(node, path)
        need(len(node["patternProperties"]) == 1, path, "a map has one entry in `patternProperties`")
        need("propertyNames" in node and "maxProperties" in node, path, "a map needs `propertyNames` and `maxProperties`")
        (pattern, value), = node["patternProperties"].items()
        names = resolve(self.schema, node["propertyNames"], path)
        need(names.get("pattern") == pattern, path, "`propertyNames` and `patternProperties` must agree")
        fields["names"] = string_shape(self.schema, node["propertyNames"], path)
        fields["max_entries"] = str(node["maxProperties"])
        return value

    def fill_map(self, node, path, fields):
        value = self.fill_names(node, path, fields)
        fields["text"] = string_shape(self.schema, value, path)

    def fill_tables(self, node, path, fields):
        value = self.fill_names(node, path, fields)
        need(set(value) == {"$ref"}, path, "tables need a definition")
        name = value["$ref"].rsplit("/", 1)[1]
        fields["table"] = f"&{self.definition(name)}"
        fields["example"] = quote(f"[{self.schema['definitions'][name]['title']}]")

    def fill_rows(self, node, path, fields):
        need("maxItems" in node and set(node["items"]) == {"$ref"}, path, "tables in a list need `maxItems` and a definition")
        name = node["items"]["$ref"].rsplit("/", 1)[1]
        fields["table"] = f"&{self.definition(name, is_row=True)}"
        fields["example"] = quote(f"[[{self.schema['definitions'][name]['title']}]]")
        fields["max_entries"] = str(node["maxItems"])

    def fill_words(self, node, path, fields):
        need(node.get("minItems") == 1 and "maxItems" in node and "items" in node, path, "needs `minItems` 1, `maxItems` and `items`")
        fields["text"] = string_shape(self.schema, node, path)
        fields["items"] = string_shape(self.schema, node["items"], path)
        fields["max_entries"] = str(node["maxItems"])

    def fill_integers(self, node, path, fields):
        need(node.get("uniqueItems") is True and "maxItems" in node, path, "a list needs `uniqueItems` and `maxItems`")
        need(set(node["items"]) == {"type", "minimum", "maximum"}, path, "integers need `minimum` and `maximum`, and nothing else")
        fields["least"], fields["most"] = str(node["items"]["minimum"]), str(node["items"]["maximum"])
        fields["max_entries"] = str(node["maxItems"])

    def fill_strings(self, node, path, fields):
        need(node.get("uniqueItems") is True and "maxItems" in node, path, "a list needs `uniqueItems` and `maxItems`")
        need("items" in node, path, "a list needs `items`")
        fields["text"] = string_shape(self.schema, node["items"], path)
        fields["max_entries"] = str(node["maxItems"])

    def fill_string(self, node, path, fields):
        fields["text"] = string_shape(self.schema, node, path)

    def fill_boolean(self, node, path, fields):
        need(isinstance(node.get("default"), bool), path, "a boolean needs `default`")

    def fill_integer(self, node, path, fields):
        need("enum" in node and "default" in node, path, "an integer needs `enum` and `default`")
        fields["allowed"] = self.array("std::int64_t", self.symbol, "allowed", map(str, node["enum"]))

    def fill_choice(self, node, path, fields):
        need(node.get("default") in node["enum"], path, "a choice needs a `default`, one of its `enum`")
        need(all(isinstance(word, str) for word in node["enum"]), path, "a choice is between words")
        fields["words"] = self.array("std::string_view", self.symbol, "words", map(quote, node["enum"]))
        fields["fallback"] = str(node["enum"].index(node["default"]))


HEADER = """\
// Made by schema/gen_tables.py from the schemas beside it: edit those instead.
#pragma once

#include <cstdint>
#include <string_view>

#include "config/shape.h"

namespace psbc::config {{

/// One enumerator for each key that holds a value: `decode` switches over them without a default, so
/// a key that is added to a schema does not compile until it has a meaning.
{enums}

extern const TableShape& project_shape;
extern const TableShape& user_shape;
extern const TableShape& ceiling_shape;
extern const std::string_view project_schema_text;
extern const std::string_view user_schema_text;
extern const std::string_view ceiling_schema_text;

}} // namespace psbc::config
"""

SOURCE = """\
// Made by schema/gen_tables.py from the schemas beside it: edit those instead.
#include "schema_tables.h"

namespace psbc::config {{

namespace {{

{tables}
}} // namespace

constinit const TableShape& project_shape = project_table;
constinit const TableShape& user_shape = user_table;
constinit const TableShape& ceiling_shape = ceiling_table;

constinit const std::string_view project_schema_text = R"psbc({project_text})psbc";

constinit const std::string_view user_schema_text = R"psbc({user_text})psbc";

constinit const std::string_view ceiling_schema_text = R"psbc({ceiling_text})psbc";

}} // namespace psbc::config
"""


def enums(tables):
    for name, leaves in tables.enums.items():
        yield f"enum class {name} : std::uint8_t {{\n" + "\n".join(f"  {leaf}, // {path}" for leaf, path in leaves) + "\n};\n"


def main(*paths):
    *schema_paths, source_path, header_path = paths
    texts, tables = {}, []
    for name, path in zip(("project", "user", "ceiling"), schema_paths, strict=True):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        need(')psbc"' not in text, "", "may not hold the characters )psbc\"")
        texts[f"{name}_text"] = text
        tables.append(Tables(json.loads(text), name, direction_is_mandatory=name == "project"))
    with open(header_path, "w", encoding="utf-8") as file:
        file.write(HEADER.format(enums="\n".join(text for one in tables for text in enums(one))))
    with open(source_path, "w", encoding="utf-8") as file:
        file.write(SOURCE.format(tables="\n".join(line for one in tables for line in one.lines), **texts))


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except SchemaError as error:
        sys.exit(f"gen_tables.py: {error}")
