#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turns the catalogue of services into C++ tables, or into its page of the documentation.

    gen_catalogue.py catalogue.toml OUT.cc
    gen_catalogue.py --docs catalogue.toml > docs/catalogue.md

The tables are offsets into one text: they hold no pointer, so a program that never looks at them pays
neither a relocation nor a page for them. Whatever the tables or the scan could not say is refused.
"""

import re
import sys
import tomllib

STRINGS = ("id", "title", "read_only", "read_only_link")
LISTS = ("variables", "file_variables", "files", "settings", "moved_by", "hosts")
FORM = {"what", "prefixes", "alphabet", "min"}
GIT = ("variable", "host", "host_variable", "user")
ALPHABETS = {  # in the order of the enum in src/base/token_forms.h
    "upper": r"[A-Z0-9]", "alnum": r"[A-Za-z0-9]", "word": r"[A-Za-z0-9_]", "url": r"[A-Za-z0-9_-]",
    "base64": r"[A-Za-z0-9+/=_-]", "dotted": r"[A-Za-z0-9_.-]", "hex": r"[0-9a-fA-F]",
}
PATTERNS = {
    "id": r"[a-z0-9][a-z0-9-]*", "variables": r"[A-Za-z_][A-Za-z0-9_]*(\*[A-Za-z0-9_]*)?", "file_variables": r"[A-Z_][A-Z0-9_]*",
    "files": r"~/[^/*]+(/[^/*]+)*/?", "settings": r"~/[^/*]+(/[^/*]+)*", "moved_by": r"[A-Za-z_][A-Za-z0-9_]*",
    "hosts": r"[a-z0-9-]+(\.[a-z0-9-]+)+", "read_only_link": r"https://[^\s]+",
}


class CatalogueError(Exception):
    """The file says something that the tables could not say."""


def need(condition, where, why):
    if not condition:
        raise CatalogueError(f"{where}: {why}")


def check_text(where, text, pattern=None):
    need(isinstance(text, str) and text and text.isprintable() and text.isascii(), where, "is not one line of plain text")
    need(pattern is None or re.fullmatch(pattern, text), where, f"`{text}` is not of the form {pattern}")


def check_forms(where, forms, prefixes):
    for form in forms:
        need(set(form) == FORM, where, f"a form has the keys {sorted(FORM)}")
        check_text(where, form["what"])
        need(form["alphabet"] in ALPHABETS, where, f"there is no alphabet `{form['alphabet']}`")
        need(isinstance(form["min"], int) and 10 <= form["min"] <= 200, where, "`min` is a number from 10 to 200")
        for prefix in form["prefixes"]:
            check_text(where, prefix, r"[A-Za-z0-9][!-~]{1,31}")
            need(prefix not in prefixes, where, f"the prefix `{prefix}` is already a form of {prefixes.get(prefix)}")
            prefixes[prefix] = where


def check_git(where, rows, service):
    names = service.get("variables", [])
    for row in rows:
        need(set(row) <= set(GIT) and {"variable", "user"} <= set(row), where, f"a row of `git` has the keys {GIT}")
        need("host" in row or "host_variable" in row, where, "a row of `git` has no `host` and no `host_variable`")
        need(row["variable"] in names, where, f"`{row['variable']}` is none of its variables")
        check_text(where, row["user"], r"[A-Za-z0-9_-]+")
        check_text(where, row.get("host", "x.y"), PATTERNS["hosts"])
        check_text(where, row.get("host_variable", "X"), PATTERNS["moved_by"])


def check(services):
    """Refuses unknown keys, wrong types, and whatever two services claim for themselves."""
    owners = {"id": {}, "variables": {}, "files": {}}
    prefixes = {}
    for service in services:
        where = f"[[service]] {service.get('id', '?')}"
        unknown = set(service) - set(STRINGS) - set(LISTS) - {"forms", "git"}
        need(not unknown, where, f"unknown keys {sorted(unknown)}")
        need("id" in service and "title" in service, where, "has no `id` or no `title`")
        need("read_only" in service or "read_only_link" not in service, where, "a `read_only_link` without `read_only`")
        for key in STRINGS:
            if key in service:
                check_text(f"{where} {key}", service[key], PATTERNS.get(key))
        for key in LISTS:
            need(isinstance(service.get(key, []), list), f"{where} {key}", "is not a list")
            for item in service.get(key, []):
                check_text(f"{where} {key}", item, PATTERNS[key])
        claims = [("id", service["id"])]
        claims += [("variables", v) for v in service.get("variables", []) + service.get("file_variables", [])]
        claims += [("files", f.rstrip("/")) for f in service.get("files", []) + service.get("settings", [])]
        for kind, name in claims:
            need(name not in owners[kind], where, f"`{name}` belongs to {owners[kind].get(name)} already")
            owners[kind][name] = where
        check_forms(where, service.get("forms", []), prefixes)
        check_git(f"{where} git", service.get("git", []), service)


class Pool:
    """Every text once; the longest first, so that a text which begins another needs no place of its own."""

    def __init__(self, texts):
        self.text = ""
        self.at = {}
        for text in sorted(set(texts), key=lambda t: (-len(t), t)):
            at = self.text.find(text)
            if at < 0:
                at = len(self.text)
                self.text += text
            self.at[text] = at
        need(len(self.text) < 65536, "the catalogue", "its texts are longer than 64 KiB")

    def ref(self, text):
        return f"{{{self.at.get(text, 0)}, {len(text)}}}"


def write_tables(services):
    forms = sorted(
        ((prefix, number, form) for number, s in enumerate(services) for form in s.get("forms", []) for prefix in form["prefixes"]),
        key=lambda row: row[0].encode())
    texts = [s[k] for s in services for k in STRINGS if k in s]
    texts += [item for s in services for k in LISTS for item in s.get(k, [])]
    texts += [t for prefix, _, form in forms for t in (prefix, form["what"])]
    git = [(number, row) for number, s in enumerate(services) for row in s.get("git", [])]
    texts += [row[k] for _, row in git for k in GIT if k in row]
    pool = Pool(texts)
    out = ["// Made by schema/gen_catalogue.py from schema/catalogue.toml.", '#include "base/catalogue_tables.h"', "",
           "namespace psbc::base::tables {", "", "const char catalogue_text[] ="]
    for at in range(0, len(pool.text), 96):
        part = pool.text[at:at + 96].replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")
        out.append(f'    "{part}"')
    out[-1] += ";"
    lists, rows = [], []
    for service in services:
        spans = []
        for key in LISTS:
            items = service.get(key, [])
            spans.append(f"{{{len(lists)}, {len(items)}}}")
            lists += [pool.ref(item) for item in items]
        rows.append("    {" + ", ".join([pool.ref(service.get(k, "")) for k in STRINGS] + spans) + "},")
    out += ["", "const TextRef catalogue_items[] = {"]
    out += ["    " + ", ".join(lists[at:at + 8]) + "," for at in range(0, len(lists), 8)]
    out += ["};", "", "const ServiceRow catalogue_services[] = {"] + rows
    out += ["};", f"const std::size_t catalogue_service_count = {len(rows)};", "", "const FormRow catalogue_forms[] = {"]
    for prefix, number, form in forms:
        out.append(f"    {{{pool.ref(form['what'])}, {pool.ref(prefix)}, {number}, Alphabet::{form['alphabet']}, {form['min']}}}, // {prefix}")
    out += ["};", f"const std::size_t catalogue_form_count = {len(forms)};", "", "const GitRow catalogue_git[] = {"]
    out += [f"    {{{', '.join(pool.ref(row.get(k, '')) for k in GIT)}, {number}}}, // {row['variable']}" for number, row in git]
    out += ["};", f"const std::size_t catalogue_git_count = {len(git)};", "", "} // namespace psbc::base::tables", ""]
    return "\n".join(out)


def write_docs(services):
    code = lambda items: ", ".join(f"`{i}`" for i in items)  # noqa: E731
    shown = [s for s in services if s.get("variables") or s.get("file_variables") or s.get("files")]
    out = ["# The catalogue of services", "",
           "<!-- Made by schema/gen_catalogue.py from schema/catalogue.toml: change that file. -->", "",
           f"psbc knows {len(shown)} services: the variables that carry their tokens, the files in which their tools keep the",
           "broad token (never exposed to a sandbox, whatever a project asks for), and whether a token that can only read",
           "exists. `psbc tokens info SERVICE` and `psbc tokens info VARIABLE` show one of them.", "",
           "In a variable, `*` stands for a part that the user chooses. A variable marked (file) names a file that holds the",
           "credential; git over https uses one marked (git) as the password of that host. A form is how a token begins: the scan of what is exposed and the redaction of what psbc prints look",
           "for it; a service without one is recognised by the names of its variables alone.", "",
           "| service | variables | files of its tools | read-only kind | form |", "| --- | --- | --- | --- | --- |"]
    for s in shown:
        git = {}
        for row in s.get("git", []):
            git.setdefault(row["variable"], []).append(f"`${row['host_variable']}`" if "host_variable" in row else f"`{row['host']}`")
            if "host_variable" in row and "host" in row:
                git[row["variable"]][-1] += f" or `{row['host']}`"
        variables = [f"`{v}`" + (f" (git: {', '.join(git[v])})" if v in git else "") for v in s.get("variables", [])] + [f"`{v}` (file)" for v in s.get("file_variables", [])]
        kind = s.get("read_only", "none")
        if "read_only_link" in s:
            kind = f"[{kind}]({s['read_only_link']})"
        prefixes = [p for form in s.get("forms", []) for p in form["prefixes"]]
        files = s.get("files", []) + s.get("settings", [])
        cells = [f"**{s['title']}** (`{s['id']}`)", ", ".join(variables), code(files), kind, code(prefixes)]
        out.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    return "\n".join(out) + "\n"


def main():
    docs = sys.argv[1] == "--docs"
    with open(sys.argv[2] if docs else sys.argv[1], "rb") as file:
        catalogue = tomllib.load(file)
    try:
        need(set(catalogue) == {"service"}, "the catalogue", "holds tables [[service]] alone")
        check(catalogue["service"])
        if docs:
            sys.stdout.write(write_docs(catalogue["service"]))
        else:
            with open(sys.argv[2], "w", encoding="utf-8") as file:
                file.write(write_tables(catalogue["service"]))
    except CatalogueError as error:
        sys.exit(f"gen_catalogue.py: {error}")


if __name__ == "__main__":
    main()
