"""What a refusal means and what to do next, by its code: the words of docs/errors.md, so that page and paper agree.

The file beside this is made from that page by ``python -m tools.next_steps``; a test holds the two together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import cast

FILE = Path(__file__).with_name("next_steps.json")


def of(code: str) -> str:
    """The sentences of this code; nothing for one that has none."""
    return _read().get(code, "")


@cache
def _read() -> Mapping[str, str]:
    return cast("Mapping[str, str]", json.loads(FILE.read_text(encoding="utf-8")))
