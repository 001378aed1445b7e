#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""fill.py TEMPLATE OUT NAME=VALUE...: one template as an installed file."""
import pathlib
import re
import sys

template, out, *pairs = sys.argv[1:]
values = dict(pair.split("=", 1) for pair in pairs)
text = pathlib.Path(template).read_text(encoding="utf-8")
pathlib.Path(out).write_text(re.sub(r"@\{([a-z_]+)\}", lambda hole: values[hole[1]], text), encoding="utf-8")
