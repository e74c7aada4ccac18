"""References of items: a body's letters, a year, a number."""

from __future__ import annotations

import re

_FORM = re.compile(r"[A-Z]{2,10}-[0-9]{4}-[0-9]{5,9}")


def loggable(typed: str) -> str:
    """A reference as typed may hold anything; only what has the form of one goes into the log."""
    return typed if _FORM.fullmatch(typed) else ""
