"""Addresses of mail, read strictly: what cannot be in a header is in none. Pure."""

from __future__ import annotations

import re

# RFC 5321 mailbox without quoted local parts, which nobody here has; ASCII, so that no server needs SMTPUTF8.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"{_LOCAL}@{_LABEL}(?:\.{_LABEL})*")
MOST = 254


def usable(address: str) -> bool:
    """Whether mail can be addressed so: one mailbox, no name, no line end, nothing that could be a second header."""
    return len(address) <= MOST and _MAILBOX.fullmatch(address) is not None
