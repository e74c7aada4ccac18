"""Clocks and endings of an incident. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from foundation.errors import Reason
from incidents.errors import AlreadyDone, DutyUnknown, NotYours, OutcomeUnknown, StillOwed
from incidents.model import CLOSED, Incident, Kind

LEAD = "breach-lead"


def deadlines(kind: Kind, awareness: datetime) -> dict[str, datetime | None]:
    """When each duty of this kind falls due, by code, in order; None where no source gives a time.

    Clock time from awareness: 60 minutes are 60 minutes across a change of the clocks and over a weekend (POL.IMP.002
    counts from detection; M69 and GSCP 2024 Annex B say immediately, which is the moment of awareness itself).
    """
    return {
        duty.code: None if duty.within_minutes is None else awareness + timedelta(minutes=duty.within_minutes)
        for duty in kind.duties
    }


def number(year: int, running: int) -> str:
    """INC-2026-0001: harmless in a subject line."""
    return f"INC-{year}-{running:04d}"


def must_lead(duties: frozenset[str]) -> None:
    """Raises NotYours for anyone who does not lead on breaches."""
    if LEAD not in duties:
        raise NotYours("Only the security lead runs an incident. Ask yours.")


def must_be_owed(incident: Incident, duty: str) -> None:
    """Raises DutyUnknown, or AlreadyDone when it has been done or the incident is closed."""
    if incident.state == CLOSED:
        raise AlreadyDone(f"{incident.number} is closed.", subject=incident.id)
    owed = next((each for each in incident.owed if each.duty.code == duty), None)
    if owed is None:
        known = {each.duty.code: each.duty.text for each in incident.owed}
        raise DutyUnknown(f"Choose one of: {_said(known)}.", subject=incident.id)
    if owed.done_at is not None:
        raise AlreadyDone("That is on record already. Nothing was changed.", subject=incident.id)


def must_end(incident: Incident, outcome: str, by: str) -> None:
    """May this person close it so, now? Raises NotYours, AlreadyDone, OutcomeUnknown or StillOwed (all reasons).

    The person who set it off does not close it: the one who erred is not the one who says that all is well.
    """
    if incident.state == CLOSED:
        raise AlreadyDone(f"{incident.number} is closed already.", subject=incident.id)
    if by == incident.reported_by:
        raise NotYours("You set this incident off. Another security lead must close it.", subject=incident.id)
    if outcome not in {each.code for each in incident.kind.outcomes}:
        known = {each.code: each.text for each in incident.kind.outcomes}
        raise OutcomeUnknown(f"Choose one of: {_said(known)}.", subject=incident.id)
    reasons = [
        Reason(f"incidents.{owed.duty.code}", owed.duty.text, owed.duty.source)
        for owed in incident.owed
        if owed.done_at is None and not owed.duty.only_if
    ]
    if reasons:
        said = " ".join(reason.text for reason in reasons)
        raise StillOwed(f"Do this first, and note it: {said}", reasons=reasons, subject=incident.id)


def _said(known: Mapping[str, str]) -> str:
    return ", ".join(known)
