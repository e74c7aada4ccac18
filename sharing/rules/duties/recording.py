"""May this person make, or read, such a record; and is it what the agreement asks for? Every fault by its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from foundation.errors import Reason
from identity.model import Office
from sharing.model.duty import Duty
from sharing.model.record import WORDS, Choice, Field, First, RecordKind

MOST_WORDS = 4000
MOST_LINE = 200
MOST_NUMBER = 10**9
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # Python would also read weeks
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_REFERENCE = re.compile(r"[A-Z]{2,10}-[0-9]{4}-[0-9]{5,9}")
_NUMBER = re.compile(r"-?[0-9]{1,10}")
OVERSEERS = frozenset({"compliance-officer", "auditor"})


@dataclass(frozen=True, slots=True)
class Held:
    """An office somebody holds now, and as what. ``everywhere``: it is of no kind that covers establishments."""

    office: Office
    roles: frozenset[str]
    everywhere: bool = True


def stands_at(place: str, held: Collection[Held], establishment: str = "") -> bool:
    """Does one of these offices stand at this place, and cover the establishment if it is one of those that cover?"""
    party, _, rest = place.partition("/")
    kind, _, role = rest.partition("/")
    return any(
        each.office.party == party
        and kind in ("", each.office.kind)
        and (not role or role in each.roles)
        and _covers(each, establishment)
        for each in held
    )


def against_making(kind: RecordKind, held: Collection[Held], establishment: str = "") -> tuple[Reason, ...]:
    """Why they may not make one; none when they may."""
    if any(stands_at(place, held, establishment) for place in kind.by):
        return ()
    text = f"“{kind.name}” is recorded by {', '.join(kind.by)}; you hold none of these for it."
    return (Reason("record-by", text, kind.clauses[0]),)


def against_choices(
    kind: RecordKind, values: Mapping[str, str], held: Collection[Held], establishment: str = ""
) -> tuple[Reason, ...]:
    """Why they may not choose what they chose: an answer may be for some of those alone that make such records."""
    chosen = (each for field in kind.fields for each in field.choices if values.get(field.id) == each.id)
    return tuple(
        Reason("choice-by", f"“{each.words}” is for {', '.join(each.by)}; you hold none of these.", kind.clauses[0])
        for each in chosen
        if not may_choose(each, held, establishment)
    )


def may_choose(choice: Choice, held: Collection[Held], establishment: str = "") -> bool:
    """May they give this answer, of those who make such a record?"""
    return not choice.by or any(stands_at(place, held, establishment) for place in choice.by)


def asked_first(kind: RecordKind, values: Mapping[str, str]) -> tuple[First, ...]:
    """What must have been recorded before a record of this kind that says this."""
    return tuple(each for each in kind.first if all(values.get(key) == value for key, value in each.when.items()))


def reasons(why: Collection[str], rules: Collection[str], against: Collection[Reason]) -> tuple[Reason, ...]:
    """What stands against the person whatever they ask for, and what against this."""
    named = (*rules, *("no-rule" for _ in why))
    return (*(Reason(rule, text) for rule, text in zip(named, why, strict=False)), *against)


def may_read(kind: RecordKind, held: Collection[Held], establishment: str = "") -> bool:
    """Its words, that is; that there is one, and its date, everybody sees who is signed in."""
    return any(stands_at(place, held, establishment) for place in (*kind.by, *kind.seen_by))


def concerned(
    duty: Duty, who: Collection[str], held: Collection[Held], establishment: str, duties: Collection[str]
) -> bool:
    """May they see an occurrence with what it is about? Those it concerns, and those who oversee the agreement."""
    places = (*who, *duty.to, *duty.noted_by, *(place for step in duty.escalation for place in step.to))
    return not OVERSEERS.isdisjoint(duties) or any(stands_at(place, held, establishment) for place in places)


@dataclass(frozen=True, slots=True)
class Made:
    """A record as it may be kept: ``coded`` in clear, ``words`` to be sealed."""

    on: date
    coded: Mapping[str, str]
    words: Mapping[str, str]


def read(kind: RecordKind, given: Mapping[str, str], today: date) -> tuple[Made, dict[str, list[str]]]:
    """The record and every fault by field. An unknown field is a fault, too; what names others is checked elsewhere."""
    faults: dict[str, list[str]] = {name: ["There is no such field"] for name in given if kind.field(name) is None}
    coded: dict[str, str] = {}
    words: dict[str, str] = {}
    for field in kind.fields:
        value = given.get(field.id, "").strip()
        if not asked(field, given):
            if value:
                faults[field.id] = ["Leave this empty, or answer otherwise above"]
            continue
        if found := list(_against(field, value, today)):
            faults[field.id] = found
        elif value:
            (words if field.type in WORDS else coded)[field.id] = value
    dated = kind.dated
    on = date.fromisoformat(coded[dated.id]) if dated and dated.id in coded else today
    return Made(on, coded, words), faults


def asked(field: Field, given: Mapping[str, str]) -> bool:
    """Is the field asked at all, as the others are answered?"""
    return all(given.get(name, "").strip() == value for name, value in field.when.items())


def _against(field: Field, value: str, today: date) -> Iterator[str]:
    if not value:
        if field.needed:
            yield "Answer this"
    elif (check := _CHECKS.get(field.type)) is not None and (problem := check(field, value)):
        yield problem
    elif field.happened and date.fromisoformat(value) > today:
        yield "Enter a date that is today or in the past"


def _line(_field: Field, value: str) -> str:
    if "\n" in value or "\r" in value:
        return "Write it in one line"
    return f"Use {MOST_LINE} characters or fewer" if len(value) > MOST_LINE else ""


def _text(_field: Field, value: str) -> str:
    return f"Use {MOST_WORDS} characters or fewer" if len(value) > MOST_WORDS else ""


def _date(_field: Field, value: str) -> str:
    try:
        found = date.fromisoformat(value) if _DATE.fullmatch(value) else None
    except ValueError:
        found = None
    return "" if found is not None and 1900 <= found.year <= 2200 else "Enter a real date, like 2026-03-27"


def _time(_field: Field, value: str) -> str:
    return "" if _TIME.fullmatch(value) else "Enter a time, like 14:30"


def _number(field: Field, value: str) -> str:
    if not _NUMBER.fullmatch(value) or int(value) > MOST_NUMBER:
        return "Enter a whole number"
    return f"Enter {field.least} or more" if int(value) < field.least else ""


def _yes_no(_field: Field, value: str) -> str:
    return "" if value in ("yes", "no") else "Choose yes or no"


def _choice(field: Field, value: str) -> str:
    return "" if value in {each.id for each in field.choices} else "Choose one of the list"


def _place(field: Field, value: str) -> str:
    return "" if value in field.of else "Choose one of the list"


def _code(_field: Field, value: str) -> str:
    """The service looks it up; here it is only kept from being anything else."""
    return "" if re.fullmatch(r"[A-Za-z0-9-]{1,40}", value) else "Choose one of the list"


def _item(_field: Field, value: str) -> str:
    return "" if _REFERENCE.fullmatch(value) else "Enter the reference of an item, as it stands on top of its page"


_CHECKS: Mapping[str, Callable[[Field, str], str]] = {
    "line": _line, "text": _text, "date": _date, "time": _time, "number": _number, "yes-no": _yes_no, "choice": _choice,
    "place": _place, "office": _code, "establishment": _code, "record": _code, "item": _item,
}  # fmt: skip


def _covers(held: Held, establishment: str) -> bool:
    """An office of a kind that covers establishments acts for those alone, and for none once it gave up the last."""
    if not establishment or establishment in held.office.establishments:
        return True
    return held.everywhere and not held.office.establishments
