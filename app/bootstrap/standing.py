"""How the service stands, said to everybody who is signed in: what they can rely on, and nothing of how it is built."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.bootstrap import condition, continuity
from app.bootstrap.finding import WRONG

if TYPE_CHECKING:
    from app.bootstrap.house import House


@dataclass(frozen=True, slots=True)
class Standing:
    """``send`` and ``files``: is it possible now? The others: when each was done last, None where it never was."""

    send: bool
    files: bool
    backup: datetime | None
    drill: datetime | None
    checkpoint: datetime | None
    checked: datetime


def standing(house: House) -> Standing:
    """As it is at this moment. Raises as every unit of work does: where the database is away nobody can send."""
    found = condition.sending(house)
    wrong = {each.check for each in found if each.word == WRONG}
    with house.work() as work:
        kept = {line.name: line.last for line in continuity.standing(house, work.conn, work.now)}
        now = work.now
    signed = next((each.last for each in found if each.check == "checkpoint"), None)
    send = wrong.isdisjoint({"log", "keys"})
    return Standing(send, send and "scanner" not in wrong, kept["backup"], kept["drill"], signed, now)
