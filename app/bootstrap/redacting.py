"""The log's own retention: what would be erased, who may ask for it and agree to it, and doing it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.bootstrap import sequencing
from app.bootstrap.duties import DutyRefused, against, must
from app.bootstrap.engines import forget_overwritten
from app.bootstrap.events import RECORDS_VIEWED
from audit import redaction
from audit.events import MONTH_ENDED
from audit.redaction import Plan, Proposal, Redactions
from audit.tables import audit_disclosure, audit_index
from foundation.actor import SERVICE, Actor
from foundation.errors import Reason, Unavailable
from incidents.tables import incident
from retention.store.cases import STANDS
from retention.tables.cases import disposal_case
from retention.tables.holds import disposal_hold, disposal_hold_item
from sharing.tables.items import item

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from app.bootstrap.house import House
    from app.bootstrap.work import Work

LOOK, PROPOSE, APPROVE = "view-audit-log", "propose-redaction", "approve-redaction"


class HoldUnsettled(Unavailable):
    """A hold was just placed and is not entered on everything it catches: nothing is erased until it is."""

    code = "app.hold-unsettled"
    title = "A hold is still being entered"


def staying(conn: Connection, subjects: Collection[str]) -> set[str]:
    """Of these: items a hold stands on, items still in use (a hold may yet catch them), what an open incident is about.

    Raises HoldUnsettled while a hold in force is not yet entered on everything it catches.
    """
    hold, wanted = disposal_hold.c, sorted(subjects)
    unsettled = sa.select(hold.id).where(hold.lifted_at.is_(None), hold.settled_at.is_(None)).limit(1)
    if conn.scalar(unsettled) is not None:
        raise HoldUnsettled("Run the disposal job (custodes jobs run --once), then try again.")
    entered = disposal_hold_item.c.item
    held = sa.select(entered).join(disposal_hold, hold.id == disposal_hold_item.c.hold)
    case = sa.exists().where(disposal_case.c.item == item.c.uuid)
    queries = (
        held.where(STANDS, entered.in_(wanted)),
        sa.select(item.c.uuid).where(item.c.uuid.in_(wanted), sa.not_(case)),
        sa.select(incident.c.subject).where(incident.c.subject.in_(wanted), incident.c.state != "closed"),
    )
    return {str(each) for query in queries for each in conn.execute(query).scalars()}


def redactions(work: Work) -> Redactions:
    """The erasures of one unit of work."""
    house = work.house
    return Redactions(work.conn, work.trail, house.keys.log, house.policies.keeping, staying)


def standing(work: Work) -> tuple[Sequence[Plan], Sequence[Proposal]]:
    """What would be erased now, class by class, and everything proposed so far. The look is recorded."""
    look(work)
    return plans(work), redaction.proposals(work.conn, work.house.keys.log)


def look(work: Work) -> None:
    """Raises DutyRefused. That somebody looked is recorded."""
    must(work, LOOK)
    work.trail.record(RECORDS_VIEWED, actor=work.actor, now=work.now, what={"duty": LOOK})


def plans(work: Work) -> Sequence[Plan]:
    """Class by class."""
    classes = work.house.policies.keeping.classes.values()
    return [redaction.plan(work.conn, one, work.now, staying) for one in classes]


def propose(work: Work, code: str, reason: str) -> str:
    """Raises DutyRefused, and what ``Redactions.propose`` raises."""
    _may(work, PROPOSE)
    return redactions(work).propose(code, reason=reason, actor=work.actor, now=work.now)


def decide(work: Work, wanted: str, *, approve: bool, reason: str = "") -> Proposal:
    """Raises DutyRefused, and what ``Redactions.approve`` and ``reject`` raise."""
    found = redaction.proposal(work.conn, work.house.keys.log, wanted)
    _may(work, APPROVE, other=found.by)
    if approve:
        return redactions(work).approve(wanted, actor=work.actor, now=work.now)
    return redactions(work).reject(wanted, reason=reason, actor=work.actor, now=work.now)


def may_not(work: Work, action: str, other: str = "") -> Sequence[Reason]:
    """Why the asker may not; nothing is recorded."""
    return against(work, action, other=other)


def carry_out(house: House, actor: Actor = SERVICE) -> str:
    """Erase what two people agreed to, a few entries a unit of work; broken off anywhere, the next run goes on."""
    sequencing.catch_up(house)
    with house.work(actor) as work:
        approved = [each for each in redaction.proposals(work.conn, house.keys.log) if each.state == "approved"]
    erased = [(each, *_erase(house, actor, each)) for each in approved]
    ended = _end_months(house, actor) if approved else 0
    gone = not approved or forget_overwritten(house.engine, audit_disclosure.name, audit_index.name)
    # Last: what is broken off before this is done again by the next run, the months and the file included.
    for each, _, kept in erased if gone else ():
        house.do(lambda work, each=each, kept=kept: _finish(work, each, kept), actor)  # type: ignore[misc]
    return f"{sum(redacted for _, redacted, _ in erased)} entries redacted, {ended} months ended"


def _finish(work: Work, wanted: Proposal, kept: int) -> None:
    redactions(work).finish(wanted, kept=kept, actor=work.actor, now=work.now)


def _erase(house: House, actor: Actor, wanted: Proposal) -> tuple[int, int]:
    """How many entries were erased, and how many stay."""
    after: int | None = -1
    redacted = kept = 0
    while after is not None:
        here = after
        done, stay, after = house.do(
            lambda work, here=here: redactions(work).step(wanted, here, actor=actor, now=work.now),  # type: ignore[misc]
            actor,
        )
        redacted, kept = redacted + done, kept + stay
    return redacted, kept


def _end_months(house: House, actor: Actor) -> int:
    """Destroy the keys of months under which nothing is left. Said first: a key is not brought back."""
    with house.work(actor) as work:
        months = redaction.empty_months(work.conn, house.keys.log, work.now)
        for month in months:
            work.trail.record(MONTH_ENDED, actor=actor, now=work.now, what={"month": month})
    for month in months:
        house.keys.log.destroy(month)
    return len(months)


def _may(work: Work, action: str, other: str = "") -> None:
    if reasons := against(work, action, other=other):
        raise DutyRefused(" ".join(reason.text for reason in reasons), reasons=reasons)
