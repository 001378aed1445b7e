#!/usr/bin/env -S python3 -B
"""make_index.py DIRECTORY [VERSION]    adds acme-money to a package index there; `python3 -m http.server` serves it.

It stands for your company's index. An index is directories: simple/<package>/<file>.
"""
import sys
import zipfile
from pathlib import Path

NAME = "acme_money"
CODE = 'ORIGIN = "{origin}"\n\n\ndef as_text(cents):\n    return f"{{cents / 100:,.2f}} EUR"\n'


def make(directory, version="1.0"):
    package = Path(directory, "simple", NAME.replace("_", "-"))
    package.mkdir(parents=True, exist_ok=True)
    info = f"{NAME}-{version}.dist-info"
    wheel = package / f"{NAME}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{NAME}.py", CODE.format(origin=Path(directory).name))
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"{NAME}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return wheel


if __name__ == "__main__":
    print(make(*sys.argv[1:3]))
