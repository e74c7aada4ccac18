"""Holds in words: what one names, what it stands on, what happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import url_for

from app.bootstrap.work import Work
from app.web import filters, hold_forms, item_words, names
from app.web.disposal_acts import asked
from app.web.names import Names
from audit.fact import Fact
from foundation.actor import Actor
from foundation.errors import Reason
from retention.model.case import Case
from retention.model.hold import Hold, Manner, Scope
from retention.queries.holds import HeldItem, HoldRow
from retention.rules import scope as rules
from retention.rules.steps import holding
from retention.service.preview import Preview

MANNERS: Mapping[Manner, str] = {
    "caught": "Held by the scope",
    "applied": "Held: somebody said that the words fit",
    "suggested": "Held until somebody has looked",
    "passed-over": "Let go: somebody said that the words do not fit",
    "late": "Came too late: destruction had begun",
}
OCCASIONS = {
    **dict(hold_forms.OCCASIONS),
    "subject-request": "An open request of a data subject",
    "restriction": "Its use is restricted",
}


def against(work: Work, hold: Hold) -> Sequence[Reason]:
    """Why the asker may not see to this hold; nothing if they may."""
    return asked(work, "lift-hold", holding.may_keep(hold, work.actor), body=hold.party)


def against_lifting(work: Work, hold: Hold) -> Sequence[Reason]:
    """Why the asker may not lift it; nothing if they may."""
    return asked(work, "lift-hold", holding.may_lift(hold, work.actor), body=hold.party)


def against_placing(work: Work) -> Sequence[Reason]:
    """Why the asker may place none."""
    return asked(work, "place-hold", tuple(holding.may_place(work.actor)), body=work.actor.party)


def scope_lines(scope: Scope, places: Mapping[str, str], references: Mapping[str, str], people: str) -> list[str]:
    """What a scope names, a line for each kind of thing; all of them must fit."""
    found = []
    if scope.items:
        found.append("Items: " + ", ".join(sorted(references.get(item, item) for item in scope.items)))
    if scope.persons:
        found.append("About: " + (people or filters.plural(len(scope.persons), "name or number", "names or numbers")))
    if scope.establishments:
        found.append("Establishments: " + ", ".join(sorted(places.get(key, key) for key in scope.establishments)))
    if scope.classes:
        found.append("Classes: " + ", ".join(sorted(names.words(code) for code in scope.classes)))
    if scope.bodies:
        found.append("Originating bodies: " + ", ".join(sorted(names.party(body) for body in scope.bodies)))
    if scope.since or scope.until:
        found.append("Clock started " + _period(scope))
    return found or ["Nothing: it holds what its words are said to fit"]


def named_by(work: Work, hold: Hold, who: Actor) -> list[str]:
    """The same of a hold, as this person may see it."""
    scope = rules.read(hold.scope)
    people = hold.people if holding.shows_people(hold, who) else ""
    return scope_lines(scope, item_words.places(work), work.holds.references(scope.items), people)


def row(row_: HoldRow, called: Names, *, overdue: bool) -> list[Any]:
    """A hold in the list."""
    hold = row_.hold
    state = "lifted" if hold.lifted_at else "hold-overdue" if overdue else "held"
    waiting = row_.items.get("suggested", 0)
    return [
        {"text": hold.issuer, "href": url_for("holds.show", hold=hold.id), "minor": OCCASIONS.get(hold.occasion, "")},
        hold.reason,
        {"text": filters.plural(row_.stands_on, "item"), "minor": f"{waiting} to be looked at" if waiting else ""},
        {"text": names.party(hold.party), "minor": called.person(hold.owner)},
        {"text": filters.gds_date(hold.review_on), "minor": ""},
        {"status": state},
    ]


def held_row(held: HeldItem) -> list[Any]:
    """An item it was entered on."""
    case = held.case
    return [
        {"text": case.reference, "href": url_for("disposals.show", ref=case.reference)},
        names.words(case.retention_class),
        names.party(case.originator),
        {"status": case.state},
        {"text": MANNERS[held.manner], "minor": f"since {filters.gds_date(held.at)}"},
    ]


def case_row(case: Case) -> list[Any]:
    """An item of a preview."""
    return [
        {"text": case.reference, "href": url_for("disposals.show", ref=case.reference)},
        names.words(case.retention_class),
        names.party(case.originator),
        filters.gds_date(case.due_on) if case.due_on else "No period in force",
        {"status": case.state},
    ]


def counted_rows(found: Preview) -> list[Any]:
    """How many of each class, body and state."""
    return [
        [names.words(each.retention_class), names.party(each.body), {"status": each.state},
         {"text": str(each.number), "numeric": True}]
        for each in found.counts
    ]  # fmt: skip


def history(said: Iterable[Fact], called: Names) -> list[dict[str, str]]:
    """What happened to a hold, oldest first."""
    return [
        {
            "title": names.sentence(names.act(fact.kind)),
            "at": filters.gds_datetime(fact.at),
            "by": called.person(str(fact.who["id"])),
            "why": fact.why,
        }
        for fact in said
        if fact.outcome == "allowed"
    ]


def _period(scope: Scope) -> str:
    since = f"on or after {filters.gds_date(scope.since)}" if scope.since else ""
    until = f"on or before {filters.gds_date(scope.until)}" if scope.until else ""
    return " and ".join(filter(None, (since, until)))
