"""What the clock does for incidents: rules that count, reminders, and the index of whom things reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.bootstrap import incidents as opening
from app.bootstrap import sequencing
from foundation.actor import SERVICE, Actor
from incidents.service.windows import Windows
from incidents.store import reach

if TYPE_CHECKING:
    from app.bootstrap.house import House
    from app.bootstrap.work import Work


@dataclass(frozen=True, slots=True)
class Watched:
    """What one run came to."""

    opened: int
    reminded: int
    counted: int

    def __str__(self) -> str:
        return f"{self.opened} opened or joined, {self.reminded} reminded, {self.counted} entries counted"


def watch(house: House, actor: Actor = SERVICE) -> Watched:
    """All three, a few entries a unit of work. Broken off anywhere, the next run goes on from there."""
    sequencing.catch_up(house)
    opened = 0
    while True:
        looked, met = house.do(_count, actor)
        opened += met
        if not looked:
            break
    reminded = house.do(_remind, actor)
    return Watched(opened, reminded, index(house, actor))


def index(house: House, actor: Actor = SERVICE) -> int:
    """Bring the index up to the end of the tree; how many entries were looked at."""
    total = 0
    while done := house.do(lambda work: reach.walk(work.conn, house.policies.incidents.reach), actor):
        total += done
    return total


def _count(work: Work) -> tuple[int, int]:
    rules = work.house.policies.incidents
    looked, met = Windows(work.conn, rules.detectors).step()
    for rule, key, entry, kind in met:
        detect = opening.detecting(work.house, work.conn, work.trail)
        detect.counted(rule, key, entry, kind, actor=work.actor, now=work.now)
    return looked, len(met)


def _remind(work: Work) -> int:
    given: dict[str, Any] = {"actor": work.actor, "now": work.now}
    return int(sum(work.incidents.remind(each, **given) for each in work.incident_register.open()))
