"""Facts bound to a key that the database does not hold: whoever edits rows behind the service cannot bind them anew.

What it cannot tell by itself: a set of rows put back together with what bound them then. For that each act that binds
says so in the log (``bound``), and the newest such entry is what must be found (docs/adr/0020).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256

from foundation.orm import to_ms

KEY_BYTES = 32


class Binder:
    """HMAC-SHA256 over facts in a fixed order. Safe to share between threads."""

    def __init__(self, key: bytes) -> None:
        """``key``: 32 random bytes used for nothing else. Raises ValueError for any other length."""
        if len(key) != KEY_BYTES:
            msg = f"the key that binds facts must be {KEY_BYTES} bytes"
            raise ValueError(msg)
        self._key = key

    def over(self, label: str, facts: Sequence[object]) -> bytes:
        """32 bytes over ``facts``: text, whole numbers, truth values, instants, dates, None and lists of these.

        ``label`` names what is bound and holds no zero byte; no two labels give the same digest. Raises TypeError for
        anything else among the facts.
        """
        return self.over_json(label, json.dumps(facts, default=_plain, separators=(",", ":")).encode())

    def over_json(self, label: str, facts: bytes) -> bytes:
        """The same over facts that are JSON already, in the one form ``over`` gives them: for many of one shape."""
        return hmac.digest(self._key, label.encode() + b"\0" + facts, sha256)

    def holds(self, kept: bytes, label: str, facts: Sequence[object]) -> bool:
        """Whether ``kept`` is what these facts were bound with."""
        try:
            return hmac.compare_digest(kept, self.over(label, facts))
        except (TypeError, ValueError):  # somebody put a thing into a row that no column of that sort can hold
            return False


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
