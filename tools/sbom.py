"""The bill of materials: everything an installation brings in, from the lock, as CycloneDX 1.6.

`python -m tools.sbom [FILE]` writes it. The same lock gives the same bytes: there is no time in it, and its serial
number is made from what it lists; so it is made where it is wanted, and kept beside no lock it could contradict.
"""

from __future__ import annotations

import json
import sys
import tomllib
import uuid
from hashlib import sha256
from pathlib import Path
from typing import Any

from tools.locked import ROOT, Locked, read

LOCK = ROOT / "requirements" / "run.txt"
FILE = ROOT / "sbom.cdx.json"
SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562: names that are addresses


def bill(lock: Path = LOCK) -> str:
    """The document."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    parts = [_component(each) for each in read(lock)]
    listed = sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(SPACE, listed)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "custodes",
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": parts,
        "dependencies": [{"ref": "custodes", "dependsOn": [each["bom-ref"] for each in parts]}],
    }
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def _component(each: Locked) -> dict[str, Any]:
    """A package. Its digests are those of each file that may be installed: one of them is, by platform."""
    purl = f"pkg:pypi/{each.name}@{each.version}"
    digests = [{"name": "custodes:sha256", "value": digest} for digest in sorted(each.sha256)]
    return {
        "type": "library",
        "bom-ref": purl,
        "name": each.name,
        "version": each.version,
        "purl": purl,
        "properties": digests,
    }


def main(arguments: list[str]) -> None:
    """Write it."""
    (Path(arguments[0]) if arguments else FILE).write_text(bill(), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
