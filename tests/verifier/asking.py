"""Ask the stand-alone verifier, through its command line."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verifier.custodes_verify import main


@dataclass(frozen=True)
class Verdict:
    """How it ended, the codes of the faults, and the whole result."""

    code: int
    faults: set[str]
    result: dict[str, Any]


def apart(path: Path, *words: object) -> Verdict:
    """The stand-alone verifier's answer for one path."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main(["--json", *map(str, words), str(path)])
    results = json.loads(out.getvalue())["results"] if out.getvalue() else [{}]
    faults = {fault["code"] for result in results for fault in result.get("faults", [])}
    assert code == (1 if faults else 0) or code == 2
    return Verdict(code, faults, results[-1])
