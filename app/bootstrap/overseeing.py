"""How the exchange goes under the agreements of the asker's body: for the page and the API alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from foundation.calendar import london_date
from retention.model.foresight import Act
from sharing.model.agreement import Agreement
from sharing.queries.overview import Flow, months_back

if TYPE_CHECKING:
    from app.bootstrap.work import Work


@dataclass(frozen=True, slots=True)
class Overseen:
    """``overdue``: (number of the office, its name, steps past their day), the most first; ``disposed`` as ``flow``."""

    flow: Flow
    overdue: Sequence[tuple[int, str, int]]
    disposed: Mapping[Act, Sequence[int]]


def overdue(work: Work) -> Sequence[tuple[int, str, int]]:
    """Steps past their day now, by who owes them."""
    found = work.overview.overdue([each.id for each in _theirs(work)], now=work.now)
    called = work.people.names(found)
    return [(office, called.get(office, str(office)), number) for office, number in found.items()]


def overseen(work: Work) -> Overseen:
    """This month and the eleven before it. Whether they may look is decided before."""
    theirs = _theirs(work)
    months = months_back(london_date(work.now))
    bodies = sorted({party for each in theirs for party in each.parties})
    flow = work.overview.flow([each.id for each in theirs], months, now=work.now)
    return Overseen(flow, overdue(work), work.foresight.disposed(months, bodies))


def _theirs(work: Work) -> list[Agreement]:
    return [each for each in work.agreed.in_force(work.now) if work.actor.party in each.parties]
