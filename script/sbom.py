#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""sbom.py VERSION PROGRAM OUTPUT NOTICES    what is in the static program: an SPDX 2.3 document, and the licences as text

The versions and the licences are those of this machine's Debian packages, which the program was linked with.
"""
import datetime
import hashlib
import json
import os
import subprocess
import sys
import uuid

# What is linked, or compiled in from headers: package, licence (SPDX), home page. libseccomp is not among them: it is used when
# psbc is built, and what it makes is a program of the kernel's.
PARTS = [
    ("libcli11-dev", "BSD-3-Clause", "https://github.com/CLIUtils/CLI11"),
    ("libfmt-dev", "MIT", "https://fmt.dev"),
    ("libtomlplusplus-dev", "MIT", "https://marzer.github.io/tomlplusplus"),
    ("libsodium-dev", "ISC", "https://doc.libsodium.org"),
    ("libc6-dev", "LGPL-2.1-or-later", "https://www.gnu.org/software/libc"),
    ("libstdc++-{gcc}-dev", "GPL-3.0-or-later WITH GCC-exception-3.1", "https://gcc.gnu.org"),
    ("libgcc-{gcc}-dev", "GPL-3.0-or-later WITH GCC-exception-3.1", "https://gcc.gnu.org"),
]


def output(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


def main(version, program, out, notices):
    with open(program, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    gcc = output("gcc", "-dumpversion").split(".")[0]
    created = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    packages = [{
        "SPDXID": "SPDXRef-psbc",
        "name": "psbc",
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "MIT",
        "licenseDeclared": "MIT",
        "copyrightText": "Copyright (c) the psbc authors",
        "primaryPackagePurpose": "APPLICATION",
        "checksums": [{"algorithm": "SHA256", "checksumValue": digest}],
    }]
    relations = [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-psbc"}]
    texts = []
    for name, licence, page in PARTS:
        name = name.format(gcc=gcc)
        found = output("dpkg-query", "-W", "-f=${Version}\t${source:Package}\t${Architecture}", name)
        number, source, architecture = found.split("\t")
        identity = "SPDXRef-" + name.replace("+", "p")
        packages.append({
            "SPDXID": identity,
            "name": source,
            "versionInfo": number,
            "downloadLocation": "NOASSERTION",
            "homepage": page,
            "filesAnalyzed": False,
            "licenseConcluded": licence,
            "licenseDeclared": licence,
            "copyrightText": "NOASSERTION",
            "externalRefs": [{
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": f"pkg:deb/debian/{name.replace('+', '%2B')}@{number.replace('+', '%2B').replace(':', '%3A')}?arch={architecture}",
            }],
        })
        relations.append({"spdxElementId": "SPDXRef-psbc", "relationshipType": "STATIC_LINK", "relatedSpdxElement": identity})
        with open(f"/usr/share/doc/{name}/copyright", encoding="utf-8") as file:
            texts.append(f"{'=' * 78}\n{name} {number}\n{'=' * 78}\n\n{file.read().strip()}\n")
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"psbc-{version}",
        "documentNamespace": f"urn:uuid:{uuid.UUID(digest[:32])}",
        "creationInfo": {"created": created.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: psbc-script-release"]},
        "packages": packages,
        "relationships": relations,
    }
    with open(out, "w", encoding="utf-8") as file:
        file.write(json.dumps(document, indent=1) + "\n")
    with open(notices, "w", encoding="utf-8") as file:
        file.write("What psbc is linked with, and on which terms.\n\n" + "\n".join(texts))


if __name__ == "__main__":
    main(*sys.argv[1:])
