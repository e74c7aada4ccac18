"""Decisions to share in words: rows of the register, one in full under the headings of the ICO's form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask import url_for

from app.bootstrap.work import Work
from app.web import filters, names
from app.web.decision_forms import HOLDS
from app.web.names import Names
from sharing.model.agreement import Agreement
from sharing.model.decision import COVER, OUTSIDE, REFUSED, SENT, TOLD, DecisionTo, Stated
from sharing.rules import deciding

ACTS: Mapping[str, str] = {
    "sent": "Sent",
    "passed-on": "Passed on",
    "named": "Somebody further named",
    "granted": "Sight granted for a time",
    "refused": "Request refused",
}
HEAD = ("Decision", "Decided by", "To or asked by", "What", "State")
CSV_HEAD = (
    "Decision", "Date", "Act", "Reference", "Agreement", "Kind", "Body that decided", "Office", "Decided by", "To",
    "People named", "Purpose", "May hold", "Whether they are told", "Lawful basis", "Lawful basis verified", "Missing",
)  # fmt: skip
_HOLDS = dict(HOLDS)
_LABELS = {
    "purpose": "Why it is shared",
    "who": "Who asked",
    "what": "What they asked for",
    "why": "Why",
    "untold": "Why they are not told",
}
GONE = "Not readable: it was sealed with the item, which is held back or was destroyed"


def row(work: Work, each: DecisionTo, called: Names) -> list[Any]:
    """One line of the register."""
    state = "action-needed" if each.missing and each.sight != COVER else "on-record"
    return [
        {
            "text": ACTS.get(each.act, each.act),
            "href": url_for("decisions.show", decision=each.id),
            "minor": filters.gds_date(each.on),
        },
        {"text": names.party(each.party), "minor": called.person(each.by) if each.sight != COVER else ""},
        to_whom(work, each),
        {"text": kind_name(work, each) or "Nothing of one kind", "minor": each.reference},
        {"status": "refused" if each.act == REFUSED else state},
    ]


def csv_row(work: Work, each: DecisionTo, called: Names) -> list[str]:
    """The same for a file, with what was stated of its lawful basis."""
    basis = next((one for one in each.stated if one.heading == "Lawful basis"), Stated("Lawful basis"))
    return [
        each.id,
        each.on.isoformat(),
        ACTS.get(each.act, each.act),
        each.reference,
        each.agreement,
        kind_name(work, each),
        names.party(each.party),
        office_name(work, each.office),
        called.person(each.by) if each.sight != COVER else "",
        to_whom(work, each),
        str(each.persons),
        purpose(work, each),
        "; ".join(_HOLDS.get(one, one) for one in each.holds),
        TOLD.get(each.told, "") if each.sight != COVER else "",
        basis.words,
        "yes" if basis.verified else "no",
        "; ".join(each.missing) if each.sight != COVER else "",
    ]


def summary(work: Work, each: DecisionTo, called: Names) -> list[Any]:
    """Who, what, to whom, when and why."""
    agreement = _agreement(work, each)
    rows = [
        ("Decision", ACTS.get(each.act, each.act)),
        ("Reference", each.reference),
        ("Agreement", agreement.title if agreement else each.agreement),
        ("Body that decided", names.party(each.party)),
        ("Office", office_name(work, each.office)),
        ("Decided by", called.person(each.by) if each.sight != COVER else ""),
        ("Asked by" if each.act == REFUSED else "To", to_whom(work, each)),
        ("Date", filters.gds_datetime(each.at)),
        ("What", kind_name(work, each)),
        ("People it names", str(each.persons) if each.act == SENT else ""),
        *_words(each),
        ("Chosen purpose", purpose(work, each)),
        *_held(each),
    ]
    return [each for each in rows if each[1]]


def stated(each: DecisionTo) -> list[Any]:
    """What the policies said of it on the day, each with its source; what they did not say is missing."""
    found = each.stated if each.act == REFUSED else deciding.conditions(each.holds, each.stated)
    return [[one.heading, {"text": one.words or "Missing", "minor": standing(one)}] for one in found]


def standing(one: Any) -> str:
    """“Source: M45” or “Unverified. Source: …”."""
    if not one.words:
        return "Nobody has stated it"
    return f"Source: {one.source}" if one.verified else f"Unverified. Source: {one.source.removeprefix('unverified: ')}"


def to_whom(work: Work, each: DecisionTo) -> str:
    """Those it went to by name, or the bodies where only those are to be known."""
    if each.act == REFUSED:
        return "Somebody outside the agreement" if OUTSIDE in each.to_parties else parties(each.to_parties)
    called = work.people.names(set(each.to))
    found = [called.get(number, "") for number in each.to]
    return "; ".join(filter(None, found)) or parties(each.to_parties)


def parties(ids: Iterable[str]) -> str:
    """Several bodies, in a row."""
    return ", ".join(names.party(each) for each in ids)


def office_name(work: Work, number: int) -> str:
    """An office by its number; nothing for none."""
    return work.people.names({number}).get(number, "") if number else ""


def kind_name(work: Work, each: DecisionTo) -> str:
    """What was shared, or asked for."""
    found = _agreement(work, each)
    return found.kinds[each.kind].name if found and each.kind in found.kinds else each.kind


def purpose(work: Work, each: DecisionTo) -> str:
    """The purpose chosen, in the agreement's own words."""
    found = _agreement(work, each)
    return found.purposes[each.purpose].words if found and each.purpose in found.purposes else each.purpose


def _words(each: DecisionTo) -> Sequence[tuple[str, str]]:
    if each.sight == COVER:
        return ()
    if each.words is None:
        return (("In words", GONE),)
    labels = _LABELS | ({"why": "Why it is not shared"} if each.act == REFUSED else {})
    return tuple((labels.get(key, key), text) for key, text in each.words.items())


def _held(each: DecisionTo) -> Iterator[tuple[str, str]]:
    if each.act == REFUSED:
        return
    said = "; ".join(_HOLDS.get(one, one) for one in each.holds) or "No personal data"
    yield "What it holds", said + ("" if each.holds_said else " (presumed of every item of this kind)")
    if each.sight != COVER and each.act == SENT:
        yield "Do those it is about know?", TOLD.get(each.told, "Not answered yet")


def _agreement(work: Work, each: DecisionTo) -> Agreement | None:
    try:
        return work.agreements.version(each.agreement, each.version)
    except KeyError:
        return None
