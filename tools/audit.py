"""Whether anything is known against what is locked: each package and version, asked of OSV (https://osv.dev).

Exit code 0: looked, and nothing is known. 1: something is. 3: COULD NOT LOOK; that is no word about anything, and is
said so. `python -m tools.audit [LOCK...]`; only names and versions leave this machine.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tools.locked import ROOT, Locked, read

SOURCE = "https://api.osv.dev"
CLEAN, KNOWN, BLIND = 0, 1, 3
TOGETHER = 500  # the API takes 1,000 in one question
SECONDS = 20


class CouldNotLook(Exception):
    """The source did not answer, or not as it is documented to."""


def known(packages: list[Locked], source: str = SOURCE) -> dict[str, list[str]]:
    """The advisories against each, by "name version". Raises CouldNotLook."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(packages), TOGETHER):
        some = packages[start : start + TOGETHER]
        results = _asked(source, some).get("results")
        if not isinstance(results, list) or len(results) != len(some):
            raise CouldNotLook("it answered something else than was asked")
        for package, result in zip(some, results, strict=True):
            if ids := [str(each["id"]) for each in (result or {}).get("vulns", [])]:
                found[f"{package.name} {package.version}"] = ids
    return found


def _asked(source: str, some: list[Locked]) -> dict[str, Any]:
    queries = [{"package": {"name": each.name, "ecosystem": "PyPI"}, "version": each.version} for each in some]
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(f"{source}/v1/querybatch", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            said = json.loads(answer.read())
    except (urllib.error.URLError, TimeoutError, ValueError, OSError) as error:
        raise CouldNotLook(str(getattr(error, "reason", error))) from error
    if not isinstance(said, dict):
        raise CouldNotLook("it answered something else than was asked")
    return said


def main(arguments: list[str]) -> int:
    """Ask, and say."""
    paths = [Path(each) for each in arguments] or [ROOT / "requirements" / name for name in ("run.txt", "dev.txt")]
    packages = sorted({package for path in paths for package in read(path)}, key=lambda each: (each.name, each.version))
    source = os.environ.get("ADVISORIES", SOURCE)
    try:
        found = known(packages, source)
    except CouldNotLook as error:
        print(f"NOT AUDITED: {source} could not be asked ({error}). Nothing is known about {len(packages)} packages.")
        return BLIND
    for package, ids in found.items():
        print(f"KNOWN AGAINST {package}: {', '.join(ids)}")
    print(f"{len(packages)} packages audited, {len(found)} with something known against them")
    return KNOWN if found else CLEAN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
