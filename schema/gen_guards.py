#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turns the table of guarded files into C++ tables, or into its page of the documentation.

    gen_guards.py guards.toml OUT.cc
    gen_guards.py --docs guards.toml > docs/guarded.md

The tables are offsets into one text: they hold no pointer, so a program that never looks at them pays neither a
relocation nor a page for them.
"""

import re
import sys
import tomllib

TEXTS = ("name", "tool", "when", "source", "risk")
CHOICES = {  # in the order of the enums in src/base/guards.h
    "where": ("root", "anywhere", "git", "environment"), "class": ("pinned", "reported"), "absent": ("none", "directory", "file"),
}
KEYS = {*TEXTS, *CHOICES, "paths", "open", "text"}
PATH = r"[A-Za-z0-9._*-]+(/[A-Za-z0-9._*-]+)*/?"


class GuardError(Exception):
    """The file says something that the tables could not say."""


def need(condition, where, why):
    if not condition:
        raise GuardError(f"{where}: {why}")


def check_text(where, text):
    need(isinstance(text, str) and text and text.isprintable() and text.isascii(), where, "is not one line of plain text")


def check(guards):
    names, paths = set(), {}
    for guard in guards:
        where = f"[[guard]] {guard.get('name', '?')}"
        unknown = set(guard) - KEYS
        need(not unknown, where, f"unknown keys {sorted(unknown)}")
        for key in TEXTS:
            need(key in guard, where, f"has no `{key}`")
            check_text(f"{where} {key}", guard[key])
        need(len(guard["name"]) <= 64 and guard["name"] not in names, where, "is a second row of this name")
        names.add(guard["name"])
        for key, words in CHOICES.items():
            need(guard.get(key, "none") in words, where, f"`{key}` is one of {', '.join(words)}")
        need(isinstance(guard.get("open", True), bool), where, "`open` is true or false")
        need(isinstance(guard.get("paths"), list) and guard["paths"], where, "has no `paths`")
        for path in guard["paths"]:
            need(isinstance(path, str) and re.fullmatch(PATH, path) and ".." not in path, where, f"`{path}` is no path")
            key = (guard["where"] in ("git", "environment") and guard["where"], path.rstrip("/"))
            need(key not in paths, where, f"`{path}` is in {paths.get(key)} already")
            paths[key] = where
        absent = guard.get("absent", "none")
        need(absent == "none" or guard["class"] == "pinned", where, "what is only reported has no place kept for it")
        need(guard["class"] == "reported" or not any("*" in path for path in guard["paths"]), where, "a mount needs a name, not a pattern")
        need(("text" in guard) == (absent == "file") and isinstance(guard.get("text", ""), str), where, "`text` is what the file holds")
        need(absent != "file" or guard["where"] == "git", where, "git would show a file outside of a git directory")


class Pool:
    """Every text once; the longest first, so that a text which is part of another needs no place of its own."""

    def __init__(self, texts):
        self.text, self.at = "", {}
        for text in sorted(set(texts), key=lambda t: (-len(t), t)):
            at = self.text.find(text)
            if at < 0:
                at = len(self.text)
                self.text += text
            self.at[text] = at
        need(len(self.text) < 65536, "the table", "its texts are longer than 64 KiB")

    def ref(self, text):
        return f"{{{self.at[text]}, {len(text)}}}"


def texts_of(guard):
    return [guard[key] for key in TEXTS] + ["\n".join(guard["paths"]), guard.get("text", "")]


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?").replace("\n", "\\n") + '"'


def write_tables(guards):
    pool = Pool([text for guard in guards for text in texts_of(guard)])
    out = ["// Made by schema/gen_guards.py from schema/guards.toml.", '#include "base/guards_tables.h"', "",
           "namespace psbc::base::tables {", "", "const char guard_text[] ="]
    out += ["    " + quote(pool.text[at:at + 96]) for at in range(0, len(pool.text), 96)]
    out[-1] += ";"
    out += ["", "const GuardRow guard_rows[] = {"]
    for guard in guards:
        choices = [str(words.index(guard.get(key, "none"))) for key, words in CHOICES.items()]
        out.append("    {" + ", ".join([pool.ref(text) for text in texts_of(guard)] + choices + [str(int(guard.get("open", True)))]) + "},")
    out += ["};", f"const std::size_t guard_row_count = {len(guards)};", "", "} // namespace psbc::base::tables", ""]
    return "\n".join(out)


SECTIONS = {
    "pinned": "## Read-only inside\n\nWhat exists of these cannot be changed, renamed, removed or replaced inside, nor can a directory above it. Where the last\n"
    "column says so, an empty directory or a neutral file keeps the place of what does not exist, for as long as a session runs.\n"
    "git shows neither. No place is kept where the index or a local branch has something: a checkout would fail inside, and take\n"
    "the mount away outside. Nor where psbc cannot know: in a partial clone, and beyond a thousand branches.\n\n"
    "What a repository's settings name in the project is read-only as well: `core.hooksPath`, included files, and scripts of\n"
    "filters, drivers, aliases and the file system monitor.\n\n"
    "A project without a repository gets none from inside: type `git init` outside, then enter.\n\n"
    "What you replace outside while a sandbox runs is not guarded in it any more: the kernel drops a mount with the file that it\n"
    "was on, and git, editors and checkouts replace files by new ones. psbc says so at once, on the sandbox's terminal, and again at the end.\n"
    "Leave, and enter again. Settings of git that a session cannot write are changed outside by `psbc git` ([git.md](git.md)).\n",
    "reported": "## Known, and writable\n\nWork inside changes these, or no mount can cover them. Look at them before you run or commit them outside.\n",
}


def write_docs(guards):
    out = ["# Guarded files", "", "<!-- Made by schema/gen_guards.py from schema/guards.toml: change that file. -->", "",
           "A project is writable inside, and tools of the host obey files in it without being asked. psbc knows these. Each row has a",
           "name, by which `[protect] allow` in `.python-sandbox.toml` opens it: `psbc trust` shows then what that risks. `extra`",
           "guards more files of the project:", "", "```toml", 'name = "lab"', "[protect]", 'extra = ["deploy.sh"]', 'allow = [".vscode"]', "```", ""]
    where = {"root": "at the top", "anywhere": "", "git": "in git directories", "environment": "in an environment in the project"}
    for kind, text in SECTIONS.items():
        out += [text, "| row | files | who obeys them, and when | place kept |" if kind == "pinned" else "| row | files | who obeys them, and when |",
                "| --- | --- | --- | --- |" if kind == "pinned" else "| --- | --- | --- |"]
        for guard in guards:
            if guard["class"] != kind:
                continue
            files = ", ".join(f"`{path}`" for path in guard["paths"])
            files += f" ({where[guard['where']]})" if where[guard["where"]] else ""
            row = f"| `{guard['name']}`{'' if guard.get('open', True) else ' (always)'} | {files} | **{guard['tool']}**: {guard['when']}. {guard['source']} |"
            keeps = {"none": "", "directory": "empty directory", "file": "file"}[guard.get("absent", "none")]
            out.append(row + (f" {keeps} |" if kind == "pinned" else ""))
        out.append("")
    return "\n".join(out).rstrip() + "\n"


def main():
    docs = sys.argv[1] == "--docs"
    with open(sys.argv[2] if docs else sys.argv[1], "rb") as file:
        table = tomllib.load(file)
    try:
        need(set(table) == {"guard"}, "the table", "holds tables [[guard]] alone")
        check(table["guard"])
        if docs:
            sys.stdout.write(write_docs(table["guard"]))
        else:
            with open(sys.argv[2], "w", encoding="utf-8") as file:
                file.write(write_tables(table["guard"]))
    except GuardError as error:
        sys.exit(f"gen_guards.py: {error}")


if __name__ == "__main__":
    main()
