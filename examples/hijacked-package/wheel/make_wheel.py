#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""make_wheel.py DIRECTORY    builds priceformat's wheel there, with nothing but the standard library: no network."""
import base64
import hashlib
import sys
import zipfile
from pathlib import Path

NAME, VERSION = "priceformat", "1.2.0"
METADATA = f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\nSummary: Formats prices\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: make_wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def make(directory):
    here = Path(__file__).resolve().parent
    info = f"{NAME}-{VERSION}.dist-info"
    files = {f"{NAME}/{path.name}": path.read_bytes() for path in sorted((here / NAME).glob("*.py"))}
    files.update({f"{info}/METADATA": METADATA.encode(), f"{info}/WHEEL": WHEEL.encode()})
    record = "".join(f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()

    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    wheel = directory / f"{NAME}-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2022, 12, 25, 12, 40, 0)), data)
    return wheel


def _digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    print(make(sys.argv[1] if len(sys.argv) > 1 else "wheels"))
