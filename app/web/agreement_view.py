"""An agreement in words: places, times, states; rows of its duties, of what is owed, of records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import url_for

from app.bootstrap.work import Work
from app.http.house import house
from app.web import filters, names
from app.web.names import Names
from foundation.calendar import london_date
from identity.model import Office
from sharing.model.agreement import Agreement
from sharing.model.coverage import Line, Occurrence, Record, State
from sharing.model.duty import LOCAL, OUTSIDE, Duty, Span
from sharing.model.record import WORDS, Field, RecordKind
from sharing.queries.agreed import MOST_COUNTED
from sharing.rules.duties import dates

HOMES: Mapping[str, str] = {
    "enforced": "Enforced: it cannot be broken here",
    "tracked": "Tracked: it has a day, and is shown to be done",
    "recorded": "Recorded: a register shows it",
    "context": "Context: nothing runs",
    "open": "Not met by the service yet",
}
SHORT: Mapping[str, str] = {
    "enforced": "Enforced", "tracked": "Tracked", "recorded": "Recorded", "context": "Context", "open": "Open",
}  # fmt: skip
# What a state is called where statuses are shown (app/web/filters.py).
STATUS: Mapping[State, str] = {
    "overdue": "overdue", "due": "owed", "met": "up-to-date", "nothing-yet": "nothing-yet", "enforced": "enforced",
    "recorded": "on-record", "context": "context", "open": "unmet",
}  # fmt: skip
STATES: Mapping[str, str] = {state: filters.status(code).text for state, code in STATUS.items()}
HEAD = ("Number", "What", "State now", "Last evidence", "Due")
_UNITS = {"hours": "hour", "working_days": "working day", "days": "day", "weeks": "week", "months": "month"}


def place_words(agreement: Agreement, place: str) -> str:
    """A place as people call it."""
    first, _, rest = place.partition("/")
    if first == OUTSIDE:
        return agreement.outside[rest].name if rest in agreement.outside else rest
    party = house().policies.parties.get(first)
    if party is None:
        return place
    kind, _, role = rest.partition("/")
    found = party.office_kind(kind) if kind else None
    if role:
        return f"{names.role(role)}, {found.name if found else kind}"
    return found.name if found else party.name


def places(agreement: Agreement, named: Sequence[str]) -> str:
    """Several, in a row."""
    return "; ".join(place_words(agreement, each) for each in named)


def span_words(span: Span) -> str:
    """“2 working days (local interpretation of “promptly”)”."""
    length = "At once" if not span.number else filters.plural(span.number, _UNITS[span.unit])
    return f"{length} (local interpretation; the agreement says: {span.words})" if span.source == LOCAL else length


def row(agreement: Agreement, line: Line) -> list[Any]:
    """One duty of the table."""
    duty, tally = line.duty, line.tally
    late = f"{_many(tally.overdue)} of " if tally.overdue else ""
    count = f"{late}{_many(tally.open)} owed" if tally.open else ""
    register = f"{line.standing.count:,} of {line.standing.of:,} {line.standing.words}" if line.standing else ""
    home = "" if line.state == duty.home or duty.home in ("context", "open") else SHORT[duty.home]
    due = tally.overdue_since or tally.next_due
    return [
        {"text": duty.number, "href": url_for("agreements.duty", agreement=agreement.id, number=duty.number)},
        {"text": duty.what, "minor": duty.missing and f"Missing: {duty.missing}"},
        {"status": STATUS[line.state], "minor": ". ".join(each for each in (home, count) if each)},
        {"text": filters.gds_date(tally.last_on), "minor": register},
        {"text": filters.gds_date(due), "minor": "Overdue since then" if tally.overdue_since else ""},
    ]


def summary(agreement: Agreement, line: Line) -> list[Any]:
    """One duty, in full."""
    duty, tally = line.duty, line.tally
    rows: list[Any] = [
        ("Who", places(agreement, duty.who)),
        ("To whom", places(agreement, duty.to)),
        ("Source", ", ".join(duty.clauses)),
        ("Home", HOMES[duty.home]),
        ("Why so", duty.because),
        ("Missing", duty.missing),
        {"key": "State now", "status": STATUS[line.state]},
        ("When", when(agreement, duty)),
        ("Held by", _enforced(duty)),
        ("Register", f"{line.standing.count:,} of {line.standing.of:,} {line.standing.words}" if line.standing else ""),
        ("Last evidence", filters.gds_date(tally.last_on)),
        ("Next due", filters.gds_date(tally.next_due)),
        ("Overdue since", filters.gds_date(tally.overdue_since)),
    ]
    return [each for each in rows if isinstance(each, dict) or each[1]]


def when(agreement: Agreement, duty: Duty) -> str:
    """When it is owed, in words."""
    trigger = duty.trigger
    said = []
    if trigger.every:
        said.append(f"Every {_lower(span_words(trigger.every.span))}, counted {trigger.every.counted}")
    if trigger.on:
        said.append(f"By {filters.gds_date(trigger.on)}")
    if trigger.event:
        said.append(f"After: {_event(agreement, trigger.event.record, trigger.event.fact)}")
    if duty.due:
        said.append(span_words(duty.due))
    if duty.before:
        said.append("Before, or on the day of, what it must come before")
    said += [
        f"If late, to {places(agreement, step.to)} after {_lower(span_words(step.after))}" for step in duty.escalation
    ]
    return ". ".join(said)


def occurrence_row(work: Work, agreement: Agreement, each: Occurrence, called: Mapping[str, str]) -> list[Any]:
    """One time it is, or was, owed."""
    late = dates.is_overdue(each, work.now)
    state = "overdue" if late else {"open": "owed", "met": "done", "lapsed": "not-needed"}[each.state]
    due = filters.gds_datetime(each.due_at) if each.due_at else filters.gds_date(each.due_on)
    return [
        filters.gds_date(each.opened_on),
        called.get(each.establishment, each.establishment),
        {"text": places(agreement, each.who), "minor": holders(work, each)},
        due or "No day of its own",
        {"status": state, "minor": filters.plural(each.escalated, "step") + " up" if each.escalated else ""},
        filters.gds_date(each.ended_on),
    ]


def holders(work: Work, each: Occurrence) -> str:
    """Who holds the offices that owe it: everybody of a shared one, and plainly nobody of a vacant one."""
    found: list[str] = []
    for place in each.who:
        party, _, rest = place.partition("/")
        kind, _, role = rest.partition("/")
        if kind:
            offices = _offices(work, party, kind, each.establishment)
            found += [_held(work, office, role) for office in offices] or ["no office covers the establishment now"]
    return "; ".join(found)


def _offices(work: Work, party: str, kind: str, establishment: str) -> list[Office]:
    offices = work.people.offices(party=party, kind=kind)
    covering = [each for each in offices if establishment in each.establishments]
    return covering or (offices if len(offices) == 1 else [])


def _held(work: Work, office: Office, role: str) -> str:
    people = work.people.holders(office.principal, now=work.now)
    if role:
        people = [
            one for one in people if any(each.role == role for each in work.people.appointments(one.id, now=work.now))
        ]
    return f"{office.name}: {', '.join(one.name for one in people) or 'held by nobody now'}"


def record_row(kind: RecordKind, found: Record, called: Mapping[str, str], people: Names) -> list[Any]:
    """One record."""
    return [
        {"text": filters.gds_date(found.on), "href": url_for("agreements.record", record=found.id)},
        kind.name,
        called.get(found.establishment, found.establishment),
        _choices(kind, found),
        {"text": people.person(found.made_by), "minor": filters.gds_date(found.made_at)},
    ]


def record_summary(agreement: Agreement, kind: RecordKind, found: Record, called: Mapping[str, str]) -> list[Any]:
    """Its fields."""
    rows = [(each.label, _value(agreement, each, found, called)) for each in kind.fields]
    return [(label, value or "Not answered") for label, value in rows]


def _value(agreement: Agreement, field: Field, found: Record, called: Mapping[str, str]) -> str:
    if field.type in WORDS:
        return found.words.get(field.id, "") if found.words else "For those who make these records alone"
    value = found.values.get(field.id, "")
    if field.type == "choice":
        return next((each.words for each in field.choices if each.id == value), value)
    if field.type == "place":
        return place_words(agreement, value) if value else ""
    if field.type == "date" and value:
        return filters.gds_date(date.fromisoformat(value))
    return called.get(value, value) if field.type in ("establishment", "office") else value


def _choices(kind: RecordKind, found: Record) -> str:
    chosen = [
        choice.words
        for field in kind.fields
        if field.type == "choice"
        for choice in field.choices
        if choice.id == found.values.get(field.id)
    ]
    return "; ".join(chosen)


def _many(count: int) -> str:
    return f"{count:,}" if count < MOST_COUNTED else f"more than {MOST_COUNTED - 1:,}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _event(agreement: Agreement, record: str, fact: str) -> str:
    kind = agreement.records.get(record)
    return f"“{kind.name}” is recorded" if kind else names.act(fact)


def _enforced(duty: Duty) -> str:
    return "; ".join(duty.enforced_by)


def today(work: Work) -> str:
    """The day the page speaks of."""
    return filters.gds_date(london_date(work.now))
