"""A notice of an incident that goes from here, and its proof that comes back to the incident."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from app.bootstrap.engines import reading
from foundation.errors import ServiceError
from incidents.errors import ReportFaulty
from incidents.rules import clocks, standing, wording
from incidents.service.noting import Doing
from outbox.errors import NoticeNotSendable
from outbox.model.message import DELIVERED, PARTY, SENT, Message
from outbox.service.notices import Posted
from outbox.store.rows import OutboxRows
from outbox.tables import outbox_message

if TYPE_CHECKING:
    from app.bootstrap.house import House
    from app.bootstrap.work import Work
    from incidents.model.incident import Incident

AFTER = timedelta(minutes=10)  # what could not be noted by then stands in the outbox, and is noted by hand
LATE = "It was in the outbox in time, and its carrier took it late."

log = logging.getLogger("custodes.outbox")


def address(work: Work, duty: str) -> str:
    """Where the notice of this duty goes from here; empty where people send it by their own means."""
    return work.outbox.address_of(duty, actor=work.actor, now=work.now)


def under_way(work: Work, found: Incident) -> dict[tuple[str, str], Message]:
    """What of its notices was put into the outbox and is not noted with the incident yet, by duty and stage."""
    noted = {(each.duty, each.stage) for each in found.told.notices}
    posted = {(each.to, each.stage): each for each in work.outbox_list.notices_of(found.id)}
    return {key: each for key, each in posted.items() if key not in noted}


def send(work: Work, number: str, duty: str, text: str, *, late: str = "") -> Message:
    """Put the notice of a duty into the outbox. By a lead of a body it concerns; whoever asks has been decided upon.

    Raises NotYours, IncidentUnknown, DutyUnknown, AlreadyDone, ReportFaulty (late without its reason), and
    NoticeNotSendable: where no address is set, and for a decision, whose reasons are a person's to give.
    """
    found = work.incident_list.one(number)
    standing.must_lead(work.actor.duties)
    standing.must_concern(found, work.actor)
    owed = standing.must_be_owed(found, duty, "")
    if owed.duty.decision or not text:
        raise NoticeNotSendable("It is a decision, or has no text ready. Note it by hand.", subject=found.id)
    faults = wording.faults({"late": late})
    rules = work.house.policies.incidents.late
    overdue = owed.done_at is None and clocks.is_late(owed.duty, owed.due_at, work.now, rules)
    if overdue and not late.strip():
        faults["late"] = ["It is late: say why"]
    if faults:
        raise ReportFaulty("Correct what is named and send it again.", fields=faults, subject=found.id)
    posted = Posted(number, text, late.strip())
    return work.outbox.post(found.id, duty, owed.stage, posted, actor=work.actor, now=work.now)


def note_sent(house: House) -> int:
    """Note with each incident what went from here, in the name of whoever had it sent; how many. Once each."""
    column = outbox_message.c
    with reading(house.engine) as conn:
        since = house.now() - AFTER
        where = (column.sort == PARTY, column.state.in_((SENT, DELIVERED)), column.ended_at >= since)
        gone = OutboxRows(conn).messages(*where, most=100)
    noted = 0
    for message in gone:
        try:
            with house.work() as work:
                who = work.people.actor(message.by, now=work.now)
            noted += house.do(lambda work, m=message: _note(work, m), who)  # type: ignore[misc]
        except ServiceError as error:
            log.error("the notice %s went, and its incident could not be told: %s", message.id, error.code)
    return noted


def _note(work: Work, message: Message) -> bool:
    posted = work.outbox.posted(message, actor=work.actor, now=work.now)
    found = work.incident_register.one(posted.number, words=False)
    if any((each.duty, each.stage) == (message.to, message.stage) for each in found.told.notices):
        return False
    doing = Doing(
        note=f"Sent from this service as message {message.id}.",
        stage=message.stage,
        sent_at=message.ended_at,
        channel="email",
        to=address(work, message.to),
        late=posted.late or LATE,
    )
    work.incidents.note_done(number=posted.number, duty=message.to, how=doing, actor=work.actor, now=work.now)
    return True
