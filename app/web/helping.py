"""Help where a question arises, below its field and closed until it is wanted (GOV.UK details: it needs no JavaScript).

The words, their sources and the fields they stand below are in ``help.toml`` and nowhere else. Nothing here decides.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import render_template
from markupsafe import Markup

FILE = Path(__file__).with_name("help.toml")


@dataclass(frozen=True, slots=True)
class Help:
    """``title`` says what it helps with; ``points`` are read one by one. ``source``: where it is from, if anywhere."""

    title: str
    points: tuple[str, ...]
    source: str


@cache
def places() -> Mapping[str, Help]:
    """By the field it stands below: `compose.ComposeForm.grade`."""
    read = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {
        field: Help(each["title"], tuple(each["points"]), each.get("source", ""))
        for each in read.values()
        for field in each["on"]
    }


def of(form: type, field: str) -> Help | None:
    """The help of this field, where it has any."""
    return places().get(f"{form.__module__.rpartition('.')[2]}.{form.__name__}.{field}")


def below(field: Any) -> Markup:
    """What stands below the field, as markup; nothing for most."""
    found = getattr(field, "help", None)
    return Markup(render_template("helping/below.html", help=found)) if found else Markup("")  # noqa: S704
