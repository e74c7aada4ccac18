"""What a page says of somebody's training and vetting: how each stands, and what will soon keep them from something."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.bootstrap.work import Work
from app.web import filters
from identity.model import Person
from identity.rules.training import ENDING, GOOD, LAPSED, MISSING, State

SOON = timedelta(days=30)
TAGS = {GOOD: ("In date", "green"), ENDING: ("Ends soon", "yellow"), LAPSED: ("Out of date", "red")}
RIGHTS = {
    "handling": "Reaching items",
    "disposal-review": "Reviewing and approving disposals",
    "removable-media": "Exporting to removable media",
}


def warnings(work: Work, person: Person) -> list[str]:
    """What keeps an active person from what they are appointed to do, or soon will."""
    if person.standing in ("left", "invited"):
        return []
    found = []
    if person.vetted_until <= work.now:
        found.append("Vetting is out of date")
    elif person.vetted_until <= work.now + SOON:
        found.append(f"Vetting ends on {filters.gds_date(person.vetted_until)}")
    return found + [_said(each) for each in work.checks.of(person, now=work.now).training if each.trouble]


def training(work: Work, person: Person) -> list[dict[str, Any]]:
    """Every module as it stands for them, for a table."""
    return [_row(each) for each in work.checks.of(person, now=work.now).training]


def _said(state: State) -> str:
    what = f"Training “{state.module.name}”"
    if state.state == MISSING:
        return f"{what} was never recorded"
    if state.state == LAPSED:
        return f"{what} is out of date"
    return f"{what} ends on {filters.gds_date(state.until)}"


def _row(state: State) -> dict[str, Any]:
    missing = ("Not recorded", "red") if state.needed else ("Not recorded", "grey")
    text, colour = TAGS.get(state.state, missing)
    return {
        "id": state.module.id,
        "name": state.module.name,
        "gates": ", ".join(RIGHTS.get(right, right) for right in state.module.rights),
        "needed": state.needed,
        "until": "" if state.state == MISSING else filters.until(state.until),
        "tag": text,
        "colour": colour,
        "where": state.module.where,
        "trouble": state.trouble,
    }
