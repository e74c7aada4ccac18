"""Counting attempts to come in, in a unit of work of its own: what was tried counts whatever becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from foundation.actor import Actor
from identity.errors import TooManyAttempts

if TYPE_CHECKING:
    from app.bootstrap.house import House


def admit(house: House, *, source: str, email: str = "", actor: Actor) -> None:
    """Raises TooManyAttempts, with how long to wait, where there were too many of late."""
    wait = house.do(lambda work: work.identity.admit(source=source, email=email, actor=actor, now=work.now), actor)
    if wait:
        raise TooManyAttempts(wait)
