"""Where a list goes on: opaque to whoever carries it, refused when it is not ours."""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode

from app.api.errors import CursorInvalid

_MOST = 2**62
_DIGITS = 19


def of_text(place: str) -> str | None:
    """The cursor of a place; None at the end of the list."""
    return urlsafe_b64encode(place.encode()).decode().rstrip("=") if place else None


def of_number(place: int | None) -> str | None:
    """The cursor of a numbered place."""
    return None if place is None else of_text(str(place))


def text(cursor: str) -> str:
    """The place of a cursor; "" for none. Raises CursorInvalid."""
    try:
        return b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        raise _invalid() from None


def number(cursor: str) -> int | None:
    """The numbered place of a cursor; None for none. Raises CursorInvalid."""
    place = text(cursor)
    if not place:
        return None
    if not (place.isdecimal() and len(place) <= _DIGITS) or int(place) >= _MOST:
        raise _invalid()
    return int(place)


def _invalid() -> CursorInvalid:
    return CursorInvalid("Start the list again without a cursor.", fields={"cursor": ["Not a cursor of this list"]})
