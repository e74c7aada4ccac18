"""What somebody opened each item for: asked once an item and session (ADR 0009), and logged each time."""

from __future__ import annotations

from flask import session

KEY = "purposes"
MOST = 80  # items: a session holds 8,192 characters; the oldest are asked about again


def remember(reference: str, purpose: str) -> None:
    """From now on this item is opened for this purpose."""
    kept = {name: why for name, why in session.get(KEY, {}).items() if name != reference}
    kept[reference] = purpose
    session[KEY] = dict(list(kept.items())[-MOST:])


def of(reference: str) -> str:
    """What was chosen for this item; "" when it has to be asked."""
    return str(session.get(KEY, {}).get(reference, ""))
