"""What a batch would do, as a number: two people who saw the same number saw the same batch."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

_MOST = 10**9


def stamp(state: str, items: Iterable[tuple[str, str, int | None]]) -> int:
    """Of a batch in ``state`` with these items: (item, its place, the version of the case that was reviewed)."""
    text = "\n".join([state, *(f"{item} {place} {version or 0}" for item, place, version in sorted(items))])
    return int.from_bytes(sha256(text.encode()).digest()[:8]) % _MOST
