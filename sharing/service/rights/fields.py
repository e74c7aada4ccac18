"""Fields of a fact, as what they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from audit.fact import Value


def text(what: Mapping[str, Value], name: str) -> str:
    """Empty where it is not there."""
    return str(what.get(name) or "")


def day(what: Mapping[str, Value], name: str) -> date:
    """A date. Raises ValueError."""
    return date.fromisoformat(str(what[name]))


def texts(what: Mapping[str, Value], name: str) -> list[str]:
    """Empty where it is not there."""
    found = what.get(name)
    return found if isinstance(found, list) else []
