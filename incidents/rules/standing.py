"""Who may do what with an incident, and when it may end. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from foundation.actor import Actor
from foundation.errors import Reason
from incidents.errors import (
    AlreadyDone,
    DutyUnknown,
    IncidentUnknown,
    NotYours,
    OutcomeUnknown,
    SecondPerson,
    StillOwed,
)
from incidents.model.incident import CLOSED, CLOSING, OFF, Incident, Owed

LEAD = "breach-lead"
LESSON = "lesson"


def must_lead(duties: frozenset[str]) -> None:
    """Raises NotYours for anyone who does not lead on breaches."""
    if LEAD not in duties:
        raise NotYours("Only the security lead runs an incident. Ask yours.")


def must_concern(incident: Incident, actor: Actor) -> None:
    """Raises IncidentUnknown for the lead of a body it does not concern: for them there is none of that number."""
    if actor.party not in incident.parties:
        raise IncidentUnknown("There is no incident of that number.", subject=incident.id)


def must_be_open(incident: Incident) -> None:
    """Raises AlreadyDone once it is closed."""
    if incident.state == CLOSED:
        raise AlreadyDone(f"{incident.number} is closed.", subject=incident.id)


def owed_of(incident: Incident, duty: str) -> Owed:
    """Raises DutyUnknown."""
    found = next((each for each in incident.owed if each.duty.code == duty), None)
    if found is None:
        known = {each.duty.code: each.duty.text for each in incident.owed}
        raise DutyUnknown(f"Choose one of: {_said(known)}.", subject=incident.id)
    return found


def must_be_owed(incident: Incident, duty: str, stage: str) -> Owed:
    """What of it is owed. Raises DutyUnknown, or AlreadyDone when it has been done or the incident is closed."""
    must_be_open(incident)
    found = owed_of(incident, duty)
    more = found.done_at is not None and found.stage != ""
    if found.done_at is not None and not more:
        raise AlreadyDone("That is on record already. Nothing was changed.", subject=incident.id)
    if stage and stage not in (found.duty.stages[1:] if more else found.duty.stages[:1]):
        raise DutyUnknown("Choose one of the reports that come next.", subject=incident.id)
    return found


def must_propose(incident: Incident, outcome: str) -> None:
    """May it be proposed to close it so, now? Raises AlreadyDone, OutcomeUnknown or StillOwed (all reasons)."""
    must_be_open(incident)
    if incident.state == CLOSING:
        raise AlreadyDone("Somebody has proposed to close it already.", subject=incident.id)
    if outcome not in {each.code for each in incident.kind.outcomes}:
        known = {each.code: each.text for each in incident.kind.outcomes}
        raise OutcomeUnknown(f"Choose one of: {_said(known)}.", subject=incident.id)
    must_be_done(incident)


def must_be_done(incident: Incident) -> None:
    """Raises StillOwed (all reasons). Asked again of whoever agrees: more can have come up since it was proposed."""
    if reasons := still(incident):
        said = " ".join(reason.text for reason in reasons)
        raise StillOwed(f"Do this first, and note it: {said}", reasons=reasons, subject=incident.id)


def must_agree(incident: Incident, by: str) -> None:
    """May this person agree to the closing, or send it back? Raises AlreadyDone, SecondPerson.

    Whoever set it off does not close it: the one who erred is not the one who says that all is well.
    """
    must_be_open(incident)
    if incident.state != CLOSING:
        raise AlreadyDone("Nobody has proposed to close it.", subject=incident.id)
    if by == incident.proposed_by:
        raise SecondPerson("You proposed to close it. Another security lead must agree.", subject=incident.id)
    must_not_have_set_off(incident, by)


def must_not_have_set_off(incident: Incident, by: str) -> None:
    """Raises SecondPerson for whoever set it off: what a rule counts of one person has that person for its key."""
    if by in (incident.reported_by, incident.key):
        raise SecondPerson("You set this incident off. Another security lead must agree.", subject=incident.id)


def still(incident: Incident) -> list[Reason]:
    """Everything that stands against closing it."""
    found = [
        Reason(f"incidents.{owed.duty.code}", owed.duty.text, owed.duty.source) for owed in incident.owed if owed.waits
    ]
    if any(each.done_at is None for each in incident.told.actions):
        found.append(Reason("incidents.action-open", "An action is not done.", "MoJ POL.IMP.021"))
    if any(each.state != OFF for each in incident.told.measures):
        found.append(Reason("incidents.contained", "Something is still held back: have it released.", "local policy"))
    return found


def _said(known: Mapping[str, str]) -> str:
    return ", ".join(known)
