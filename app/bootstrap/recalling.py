"""“I sent it to the wrong person”: one unit of work from the click to the incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.bootstrap import affected
from incidents.model.incident import Incident
from sharing.tables.items import item

if TYPE_CHECKING:
    from app.bootstrap.work import Work


def recall(work: Work, reference: str, reason: str) -> tuple[Incident, list[str]]:
    """Take it back from everybody, open the incident, note what was stopped, and ask whoever took it to delete it.

    Returns the incident and who read, took or copied it, or holds it on paper or media, by account. Raises what
    ``Sharing.recall`` raises.
    """
    given: dict[str, Any] = {"actor": work.actor, "now": work.now}
    ref = work.sharing.recall(reference, reason, **given)
    uuid = str(ref.uuid)
    found = next(each for each in work.notice() if uuid in each.items)
    work.incidents.note_contained(number=found.number, act="quarantine", target=uuid, called=reference, **given)
    have = {*affected.who_took(work, uuid), *work.kept.holders_of(uuid)}
    others = sorted(have - _ours(work, uuid))
    work.incidents.ask_deletion(number=found.number, item=uuid, reference=reference, people=others, **given)
    return found, others


def came_wrongly(work: Work, reference: str) -> Incident:
    """It was not meant for whoever says so: the incident is opened, and they are asked to delete what they took."""
    given: dict[str, Any] = {"actor": work.actor, "now": work.now}
    uuid = str(work.sharing.came_wrongly(reference, **given).uuid)
    found = next(each for each in work.notice() if uuid in each.items)
    work.incidents.ask_deletion(number=found.number, item=uuid, reference=reference, people=[work.actor.id], **given)
    return found


def _ours(work: Work, uuid: str) -> set[str]:
    """The people of the office that sent it, and whoever did."""
    row = work.conn.execute(sa.select(item.c.sender_id, item.c.sender_office).where(item.c.uuid == uuid)).one()
    holders = {each.id for each in work.people.holders(row.sender_office, now=work.now)}
    sender = work.people.by_principal(row.sender_id)
    return holders | ({sender.id} if sender else set())
