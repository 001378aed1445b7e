#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""embed.py OUT.cc DIRECTORY NAME...: templates as a C++ source, their holes checked.

A template with a hole that psbc does not fill, or without one that it does, would fail in each build of
a sandbox: here it fails in the build of psbc.
"""

import pathlib
import re
import sys

HOLES = {
    "hook/guard.bash": {"psbc", "version"},
    "hook/guard.fish": {"psbc", "version"},
    "hook/guard.zsh": {"psbc", "version"},
    "hook/hook.bash": {"psbc", "version"},
    "hook/hook.fish": {"psbc", "version"},
    "hook/hook.zsh": {"psbc", "version"},
    "profile/enter.profile": {"exposed", "guarded", "header"},
    "profile/standalone.profile": {"environment", "exposed", "guarded", "header"},
    "shell/inside.bash": {"environment", "history", "name", "session"},
    "shell/inside.fish": {"environment", "name", "session"},
    "shell/inside.zsh": {"environment", "history", "name", "session", "zdotdir"},
}


def problems(name: str, text: str) -> list[str]:
    if name not in HOLES:
        return [f"{name}: not in the table of templates"]
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        for start in re.finditer(r"@\{", line):
            hole = re.match(r"@\{([a-z_]+)\}", line[start.start():])
            if not hole:
                return [f"{name}:{number}: a hole that is not closed"]
            found.setdefault(hole[1], number)
    unknown = [f"{name}:{found[hole]}: unknown hole @{{{hole}}}" for hole in sorted(found.keys() - HOLES[name])]
    unused = [f"{name}: the hole @{{{hole}}} is missing" for hole in sorted(HOLES[name] - found.keys())]
    return unknown + unused + ([] if text.endswith("\n") else [f"{name}: no line break at the end"])


def literal(text: str) -> str:
    """One C++ string literal per line: compilers limit the length of a single one."""

    def quoted(line: str) -> str:
        out = "".join(
            {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "?": "\\?"}.get(c, c)
            if ord(c) < 0x7F
            else "".join(f"\\{byte:03o}" for byte in c.encode())
            for c in line
        )
        return f'     "{out}"'

    return "\n".join(quoted(line) for line in text.splitlines(keepends=True))


def main() -> int:
    out, directory, names = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    texts = {name: (directory / name).read_text(encoding="utf-8") for name in names}
    wrong = [problem for name in names for problem in problems(name, texts[name])]
    wrong += [f"{name}: in the table of templates, but not embedded" for name in sorted(HOLES.keys() - texts.keys())]
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    rows = "\n".join(f'    {{"{name}",\n{literal(texts[name])}}},' for name in names)
    out.write_text(
        "// Made by templates/embed.py of the files in templates/.\n"
        '#include "emit/embedded.h"\n\n'
        "namespace psbc::emit {\n\n"
        "std::span<const EmbeddedText> embedded_templates() {\n"
        f"  static constexpr EmbeddedText texts[] = {{\n{rows}\n  }};\n"
        "  return texts;\n"
        "}\n\n"
        "} // namespace psbc::emit\n",
        encoding="utf-8",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
