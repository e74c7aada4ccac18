"""How changes to an agreement are put together: read as the files are, in the transaction that proposes or signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.bootstrap import versions, wiring
from foundation.policy import Faults
from sharing.model.agreement import Agreement, Agreements
from sharing.ports import Checker
from sharing.service.changing import Changing

if TYPE_CHECKING:
    from app.bootstrap.lists import Lists
    from app.bootstrap.work import Work


def checker(work: Lists) -> Checker:
    """Reads a proposed version as the files are read, and against the retention schedules as they stand."""

    def check(text: str, agreements: Agreements, faults: Faults) -> Agreement | None:
        return versions.check(work.house.policies, work.schedules.in_force(), text, agreements, faults)

    return check


def changing(work: Work) -> Changing:
    """What people do about changes to an agreement."""
    house = work.house
    return Changing(
        work.conn,
        work.trail,
        agreements=work.agreements,
        check=checker(work),
        decider=house.decider,
        people=work.people,
        words=wiring.words(house),
    )
