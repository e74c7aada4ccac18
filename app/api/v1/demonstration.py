"""The demonstration alone: who plays, and a clock that can be moved on. Elsewhere these addresses do not exist."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.api.reply import Reply
from app.api.schemas import oversight as schemas
from app.api.section import Section
from app.http.house import actor, house
from app.http.permissions import public
from app.jobs import moving

bp = Section("demonstration", "The invented cast and its clock; in demonstration mode alone.")


@bp.op("GET", "/demonstration", gives=schemas.Demonstration, door=public)
def demonstration() -> Reply:
    """The service's time, and what signs each of the cast in now."""
    # Nothing of the demonstration is loaded by a service that is none.
    from app.demo.build import credentials

    return Reply({"now": house().now(), "people": credentials(house())})


@bp.op("POST", "/demonstration/clock", takes=schemas.ClockBody, gives=schemas.ClockMoved)
def move(body: dict[str, Any]) -> Reply:
    """Move the clock on; then whatever has fallen due is done. Sessions older than their limits end by it."""
    swept = moving.move_on(house(), body["to"], actor=actor())
    return Reply({"now": house().now(), **asdict(swept)})
