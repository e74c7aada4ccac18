"""The clocks of an incident, from awareness. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from incidents.model.incident import Incident, Owed
from incidents.model.rules import Duty, Kind, Late


def deadlines(kind: Kind, awareness: datetime) -> dict[str, datetime | None]:
    """When each duty of this kind falls due, by code, in order; None where no source gives a time.

    Clock time from awareness: 60 minutes are 60 minutes and 72 hours are 72 hours across a change of the clocks and
    over a weekend (POL.IMP.002 counts from detection, art. 33(1) in hours after becoming aware; M69 and GSCP 2024
    Annex B say immediately, which is the moment of awareness itself).
    """
    return {
        duty.code: None if duty.within_minutes is None else awareness + timedelta(minutes=duty.within_minutes)
        for duty in kind.duties
    }


def number(year: int, running: int) -> str:
    """INC-2026-0001: harmless in a subject line."""
    return f"INC-{year}-{running:04d}"


def is_late(duty: Duty, due: datetime | None, at: datetime, late: Late) -> bool:
    """Whether the reason for the delay is asked for."""
    return late.missed(duty, due, at)


def due(owed: Owed, now: datetime) -> bool:
    """Owed, with a time that has come. What a person must judge is never said to be late."""
    return owed.needed is True and owed.done_at is None and owed.due_at is not None and owed.due_at <= now


def overdue(owed: Owed, now: datetime, late: Late) -> bool:
    """That time has passed: of what is owed immediately, the first minutes too."""
    return due(owed, now) and owed.due_at is not None and late.overdue(owed.duty, owed.due_at, now)


def reminders(incident: Incident, now: datetime) -> Iterator[tuple[str, int]]:
    """(duty, minutes before) of each reminder whose time has come, 0 for what is late. The latest of a duty alone."""
    for owed in incident.owed:
        if owed.needed is not True or owed.done_at is not None or owed.due_at is None:
            continue
        reached = [each for each in (*owed.duty.remind, 0) if owed.due_at - timedelta(minutes=each) <= now]
        if reached:
            yield owed.duty.code, min(reached)
