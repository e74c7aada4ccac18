"""The text of what is sent for a duty, ready made: numbers and codes, and nothing of what was at risk. Pure."""

from __future__ import annotations

from incidents.model.incident import OFF, Incident
from incidents.model.rules import NOT_KNOWN, Duty, Rules

MEASURED = {
    "quarantine": ("item held back", "items held back"),
    "end-grants": ("item with its grants ended", "items with their grants ended"),
    "disable-key": ("key disabled", "keys disabled"),
    "freeze-disposal": ("disposal frozen", "disposals frozen"),
    "end-sessions": ("person signed out", "people signed out"),
}


def text(incident: Incident, duty: Duty, rules: Rules, *, aware: str, ico: str) -> str:
    """What to send, at the stage it has come to. ``aware`` and ``ico`` are instants as people say them."""
    if not duty.notice:
        return ""
    grade = rules.grade(incident.grade)
    personal = incident.known.get("personal", NOT_KNOWN)
    field = rules.fields.get("personal")
    stage = next((each.stage for each in incident.owed if each.duty.code == duty.code), "")
    return duty.notice.format(
        number=incident.number,
        kind=_lower(incident.kind.name),
        aware=aware,
        certainty=incident.certainty,
        impacts=", ".join(incident.impacts) or "nothing yet",
        grade=grade.name if grade else "not graded yet",
        personal=_lower(field.choices.get(personal, personal)) if field else personal,
        items=str(len(incident.items) or "none named"),
        references=", ".join(incident.references) or "none named",
        contained=_contained(incident),
        stage=(stage or (duty.stages[-1] if duty.stages else "initial")).capitalize(),
        ico=ico,
    )


def _contained(incident: Incident) -> str:
    acts = [each.act for each in incident.told.measures if each.state != OFF]
    counted = {act: acts.count(act) for act in MEASURED if act in acts}
    return ", ".join(f"{count} {MEASURED[act][count > 1]}" for act, count in counted.items()) or "nothing yet"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
