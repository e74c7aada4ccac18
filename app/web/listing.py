"""What every filtered list needs: links with one thing changed, the filters chosen, dates out of the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from urllib.parse import quote, urlencode

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from foundation.calendar import LONDON, london_end

CURSOR = "page"
Chosen = list[tuple[str, list[tuple[str, str]]]]
"""[(category, [(text, address without it)])]: what the filter panel shows."""


def asked(name: str) -> str:
    """One value of the address, trimmed; "" when it is not there."""
    return request.args.get(name, "").strip()


def here(**changed: str) -> str:
    """This list with some values set anew ("" takes one away). Always from its first page, unless told which."""
    args = MultiDict(request.args)
    args.pop(CURSOR, None)
    for name, value in changed.items():
        args.poplist(name)
        if value:
            args.add(name, value)
    return _address(args)


def without(name: str, value: str) -> str:
    """This list without one of the values chosen."""
    args = MultiDict(request.args)
    args.pop(CURSOR, None)
    args.setlist(name, [each for each in args.getlist(name) if each.strip() != value])
    return _address(args)


def as_file(endpoint: str, categories: Iterable[str]) -> str:
    """The address of the same list as a file."""
    given: dict[str, Any] = {name: request.args.getlist(name) for name in categories}
    return url_for(endpoint, **given)


def chosen(categories: Mapping[str, str], words: Mapping[str, Mapping[str, str]] | None = None) -> Chosen:
    """The filters in force. ``categories``: name in the address -> heading; ``words``: what a value is called."""
    named = words or {}
    found: Chosen = []
    for name, heading in categories.items():
        values = [value.strip() for value in request.args.getlist(name) if value.strip()]
        tags = [(named.get(name, {}).get(value, value), without(name, value)) for value in values]
        if tags:
            found.append((heading, tags))
    return found


def day(text: str) -> date | None:
    """A date as typed: 27/3/2026, 27 3 2026 or 2026-03-27. None for anything else."""
    parts = text.replace("/", " ").replace("-", " ").replace(".", " ").split()
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) <= 4 for part in parts):
        return None
    numbers: Sequence[str] = parts if len(parts[0]) == 4 else parts[::-1]
    try:
        return date(int(numbers[0]), int(numbers[1]), int(numbers[2]))
    except ValueError:
        return None


def start_of(day_: date) -> datetime:
    """The instant a day begins in London."""
    return datetime.combine(day_, time(), LONDON)


def end_of(day_: date) -> datetime:
    """The instant the next day begins in London."""
    return london_end(day_)


def _address(args: MultiDict[str, str]) -> str:
    query = urlencode([(name, value) for name, value in args.items(multi=True) if value])
    return quote(request.path) + (f"?{query}" if query else "")
