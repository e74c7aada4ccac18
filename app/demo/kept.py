"""What the demonstration remembers of itself: how its invented people sign in. Never written outside that mode."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from foundation.errors import Conflict

FILE = "demonstration.json"


class HalfFurnished(Conflict):
    """A demonstration was begun in this folder and broken off."""

    code = "app.demonstration-half-made"
    title = "The demonstration was broken off while it was being set up"


@dataclass(frozen=True, slots=True)
class Kept:
    """``password`` is everybody’s; ``secrets`` are the second factors (base32) by key of the cast; ``whole``: furnished
    to the end.
    """

    password: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False


def path_in(state: Path) -> Path:
    """Where it is kept."""
    return state / FILE


def read(state: Path) -> Kept | None:
    """What was kept; None before there was a demonstration. Raises HalfFurnished."""
    try:
        said = json.loads(path_in(state).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    found = Kept(**said)
    if not found.whole:
        raise HalfFurnished(f"Remove the folder “{state}” and start the demonstration again.")
    return found


def write(state: Path, kept: Kept) -> None:
    """Keep it, for the service's own user alone."""
    fresh = path_in(state).with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(asdict(kept), stream, indent=1)
    os.replace(fresh, path_in(state))
