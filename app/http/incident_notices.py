"""The text of an incident's notice as people read it, for both doors."""

from __future__ import annotations

from app.bootstrap.work import Work
from app.http import phrases
from incidents.model.incident import Incident
from incidents.model.rules import Duty
from incidents.rules import notices


def text(work: Work, found: Incident, duty: Duty) -> str:
    """Ready to send: numbers and codes. Empty for a duty that has none."""
    due = next((each.due_at for each in found.owed if each.duty.decision and each.due_at), None)
    said = {"aware": phrases.gds_datetime(found.awareness_at), "ico": phrases.gds_datetime(due) or "no date"}
    return notices.text(found, duty, work.house.policies.incidents, **said)
