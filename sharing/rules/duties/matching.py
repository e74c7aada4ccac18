"""Which facts begin a duty, which meet it, which end it. The one place where a pattern is held against a fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from foundation.calendar import london_date
from sharing.model.coverage import Occurrence
from sharing.model.duty import FIELD, RECORD_MADE, About, Duty, Pattern
from sharing.rules.duties.dates import due


@dataclass(frozen=True, slots=True)
class Event:
    """A fact as duties see it. ``thread`` is what it is about: for a record the one it names. ``on`` is the day it
    happened, which a record says. ``circle``, ``closed``: as of a record.
    """

    kind: str
    id: str
    at: datetime
    on: date
    subject: str
    thread: str
    establishment: str
    agreement: str
    values: Mapping[str, str]
    circle: str = ""
    closed: bool = False


def event_of(kind: str, id_: str, at: datetime, subject: str, what: Mapping[str, object]) -> Event:
    """The event of a recorded fact."""
    values = {key: str(value) for key, value in what.items() if value is not None}
    listed = what.get("values")
    if kind == RECORD_MADE and isinstance(listed, list):
        values = {"record": str(what["record"]), **_pairs(listed)}
    said = what.get("on") if kind == RECORD_MADE else None
    return Event(
        kind=kind,
        id=id_,
        at=at,
        on=date.fromisoformat(str(said)) if said else london_date(at),
        subject=subject,
        thread=str(what.get("thread") or subject),
        establishment=str(what.get("establishment") or ""),
        agreement=str(what.get("agreement") or ""),
        values=values,
    )


def fits(pattern: Pattern, event: Event, agreement: str) -> bool:
    """Is the fact one of these? A fact that names another agreement is none of this one's."""
    if pattern.fact != event.kind or event.agreement not in ("", agreement):
        return False
    return all(event.values.get(key) == value for key, value in pattern.where.items())


def fits_any(patterns: Iterable[Pattern], event: Event, agreement: str) -> bool:
    """Is it one of any of these?"""
    return any(fits(each, event, agreement) for each in patterns)


def begun(duty: Duty, event: Event, agreement: str, version: int) -> Occurrence:
    """What is owed from this event on. The same event gives the same occurrence, however often it is shown."""
    said = event.values.get(duty.counted_from, "")
    due_on, due_at = due(duty.due, event.at, date.fromisoformat(said) if said else event.on)
    return Occurrence(
        id=begun_id(duty.id, event, agreement),
        agreement=agreement,
        version=version,
        duty=duty.id,
        number=duty.number,
        source=event.subject,
        thread=event.thread,
        establishment=event.establishment,
        who=tuple(_place(each, event) for each in duty.who),
        opened_on=event.on,
        due_on=due_on,
        due_at=due_at,
        circle=event.circle,
        closed=event.closed,
    )


def begun_id(duty: str, event: Event, agreement: str) -> str:
    """The id of what an event begins: the same however often it is shown."""
    return str(uuid5(UUID(event.id), f"{agreement}/{duty}"))


def related(about: About, occurrence: Occurrence, event: Event) -> bool:
    """Are they about the same thing, or the same establishment, as is asked?

    A record is about the one it names. So what names the record that began a duty is about it, and so is what names
    the same record as that one did; but not what names another that only shares its own.
    """
    if about == "same":
        return event.thread in (occurrence.source, occurrence.thread)
    return about == "any" or occurrence.establishment == event.establishment


def concerns(duty: Duty, occurrence: Occurrence, event: Event) -> bool:
    """Is the event about the occurrence, as the duty wants it compared? What happened before it began is not.

    What time brings begins on the day it was last met: what met it then does not meet it once more.
    """
    if not related(duty.evidence.about, occurrence, event):
        return False
    if duty.evidence.about == "same":
        return True
    if duty.trigger.event is None:
        return event.on > occurrence.opened_on
    return event.on >= occurrence.opened_on


def _place(place: str, event: Event) -> str:
    """A place that a record names is read out of it."""
    first, _, field = place.partition("/")
    return event.values.get(field, "") if first == FIELD else place


def _pairs(listed: Iterable[object]) -> dict[str, str]:
    split = (str(each).partition("=") for each in listed)
    return {key: value for key, _, value in split}
