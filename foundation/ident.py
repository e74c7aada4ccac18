"""UUIDv7 (RFC 9562): ids that sort by the time they were made."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from foundation.orm import to_ms


def new_id(now: datetime) -> uuid.UUID:
    """A fresh UUIDv7 of the given instant: 48 bits of milliseconds, 74 random bits."""
    value = to_ms(now) << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)
