"""The port to where objects lie, and its contract in words. Every backend passes tests/contracts/test_backends.py.

The law of a backend:

1. A name is a path of folders ("3f/<item>/1.1.<uuid7>"). Letters, digits, dot and hyphen; no segment starts with a dot.
2. An object appears under its name whole or not at all, and is never rewritten: publishing to a taken name fails.
3. ``publish`` returns once the object survives a loss of power. If it raises, the object may or may not be kept.
4. What was begun and not settled is remembered, across crashes, until settled or deleted: ``unsettled`` names it.
5. ``delete`` removes every byte kept under the name, begun, published or neither; afterwards ``list`` does not show it.
   What a store's own lock keeps raises StorageLocked; ``list`` goes on showing it, and ``unsettled`` if it was that.
6. Open readers keep reading what they opened, or raise; they never see other bytes.
7. Only these errors: Tampered (an object shorter than asked), PartGone, NoRoom, StorageFailed, StorageLocked.
"""

from __future__ import annotations

import re
from typing import Protocol

from vault.errors import StorageFailed

_NAME = re.compile(r"[0-9a-zA-Z][0-9a-zA-Z.-]*(/[0-9a-zA-Z][0-9a-zA-Z.-]*)*")


class Writer(Protocol):
    """One object on its way. Not safe for two threads."""

    def write(self, data: memoryview) -> None:
        """All of ``data``, or an error, after which only ``abort`` makes sense."""
        ...

    def publish(self) -> None:
        """Make it durable, then visible under its name."""
        ...

    def abort(self) -> None:
        """Remove what was written unless published. May be called at any time, any number of times."""
        ...


class Reader(Protocol):
    """One open object."""

    @property
    def size(self) -> int:
        """Bytes stored."""
        ...

    def read_into(self, offset: int, into: memoryview) -> None:
        """Fill ``into`` from ``offset``. Raises Tampered if the object ends before."""
        ...

    def close(self) -> None:
        """Let go. May be called any number of times."""
        ...


class Backend(Protocol):
    """Where objects lie."""

    def create(self, name: str) -> Writer:
        """Begin an object; it is unsettled from now on."""
        ...

    def open(self, name: str) -> Reader:
        """A published object. Raises PartGone."""
        ...

    def settle(self, name: str) -> None:
        """The application has committed the object: no sweep need look at it again. Unknown names are no error."""
        ...

    def unsettled(self) -> list[str]:
        """Names begun or published and not settled, sorted."""
        ...

    def delete(self, name: str) -> None:
        """Remove every byte of it. Absent names are no error. Raises StorageLocked."""
        ...

    def empty(self) -> bool:
        """Is nothing kept here, under any name, published or not?"""
        ...

    def list(self, folder: str) -> list[str]:
        """Every name under ``folder`` of which any byte is kept, published or not, sorted."""
        ...


def is_name(text: str) -> bool:
    """Does it obey point 1?"""
    return _NAME.fullmatch(text) is not None


def checked(name: str) -> str:
    """The name, if it is one; anything else is a mistake of the programmer."""
    if not is_name(name):
        msg = f"{name!r} is no object name"
        raise ValueError(msg)
    return name


def storage_failed() -> StorageFailed:
    """The refusal for every fault of the store but a full disk."""
    return StorageFailed("Nothing was changed. Try again; if it stays so, the operator must look at the store.")
