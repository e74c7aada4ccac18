"""A register in words: one table for entries that stand for something, another for those that follow one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from app.bootstrap import registry
from app.bootstrap.registry import Book
from app.bootstrap.work import Work
from app.web import agreement_view, filters
from app.web.names import Names
from identity.errors import OfficeUnknown
from sharing.model.agreement import Agreement
from sharing.model.coverage import Record
from sharing.model.record import WORDS, Field, RecordKind
from sharing.model.register import Entry, Register
from sharing.rules.duties import dates

HEAD = ("Date", "What", "Establishment", "Now", "Recorded by")
DUTIES = ("Number", "What", "State now", "Last", "Next due", "Overdue since")
_MOST = 160
# How an entry that stands for something is: what is filtered by, and the status shown.
STATES = {"up-to-date": "Up to date", "stale": "Stale", "nothing-recorded": "Nothing recorded"}


def index_row(agreement: Agreement, register: Register, lines: Sequence[Any]) -> list[Any]:
    """One register of the list of all."""
    since = registry.overdue_since(lines)
    closed = agreement.closing(agreement.records[register.entry]) is not None
    return [
        {"text": register.name, "href": url_for("registers.show", agreement=agreement.id, register=register.id),
         "minor": register.what},
        ", ".join(register.clauses),
        "Kept to named people" if closed else filters.gds_date(registry.last(lines)) or "Nothing yet",
        filters.gds_date(registry.next_due(lines)),
        {"status": "overdue", "minor": f"since {filters.gds_date(since)}"} if since else "",
    ]  # fmt: skip


def duty_row(agreement: Agreement, line: Any) -> list[Any]:
    """One duty the register shows."""
    duty, tally = line.duty, line.tally
    return [
        {"text": duty.number, "href": url_for("agreements.duty", agreement=agreement.id, number=duty.number)},
        duty.what,
        {"status": agreement_view.STATUS[line.state]},
        filters.gds_date(tally.last_on) or "Nothing yet",
        filters.gds_date(tally.next_due),
        filters.gds_date(tally.overdue_since),
    ]


def entry_row(work: Work, book: Book, entry: Entry, called: Mapping[str, str], names: Names) -> list[Any]:
    """One entry among others, with what became of it."""
    record = entry.record
    said = next((record.words[each.id] for each in book.entry.fields if record.words.get(each.id)), "")
    chosen = choices(book.entry, record)
    adding = [
        (book.kinds[name].name, url_for("agreements.new", agreement=book.agreement.id, kind=name, about=record.id))
        for name in book.register.records[1:]
        if name in book.making
    ]
    return [
        {"text": filters.gds_date(record.on), "href": url_for("agreements.record", record=record.id)},
        {"text": chosen or _short(said), "minor": _short(said) if chosen else ""},
        called.get(record.establishment, record.establishment),
        {"now": _now(work, book, entry), "adding": adding},
        {"text": names.person(record.made_by), "minor": filters.gds_date(record.made_at)},
    ]  # fmt: skip


def choices(kind: RecordKind, record: Record) -> str:
    """What was chosen, in words."""
    return "; ".join(
        choice.words for field in kind.fields for choice in field.choices if choice.id == record.values.get(field.id)
    )


def standing_head(kind: RecordKind) -> list[Any]:
    """The headings of entries that stand for something."""
    one = kind.field(kind.one_for)
    rest = [each.short or each.label for each in kind.fields if each.id != kind.one_for]
    return [(one.short or one.label) if one else "", *rest, "State", {"text": "Change", "hidden": True}]


def standing_row(book: Book, value: str, entry: Entry | None, called: Mapping[str, str]) -> list[Any]:
    """How it stands for one value; plainly nothing, where nothing was recorded."""
    kind = book.entry
    keeps = kind.id in book.making
    new: dict[str, Any] = {"agreement": book.agreement.id, "kind": kind.id}
    if entry is None:
        add = {"text": "Record it", "href": url_for("agreements.new", **(new | {kind.one_for: value}))} if keeps else ""
        blank = ["" for each in kind.fields if each.id != kind.one_for]
        return [called.get(value, value), *blank, {"status": "nothing-recorded"}, add]
    first: Any = called.get(value, value)
    if keeps:
        link: dict[str, Any] = {"agreement": book.agreement.id, "register": book.register.id, "value": value}
        first = {"text": first, "href": url_for("registers.history", **link)}
    cells = [_cell(each, entry.record) for each in kind.fields if each.id != kind.one_for]
    change: Any = ""
    if keeps:
        href = url_for("agreements.new", **(new | {"from": entry.record.id}))
        change = {"text": "Confirm or change", "href": href}
    return [first, *cells, {"status": "stale" if entry.stale else "up-to-date"}, change]


def history_row(book: Book, record: Record, before: Record | None, names: Names) -> list[Any]:
    """One of those that stood, with what it changed."""
    changed = registry.changed(book.entry, record, before)
    what = f"Changed: {', '.join(changed)}" if changed else "Nothing changed" if before else "First recorded"
    return [
        {"text": filters.gds_date(record.on), "href": url_for("agreements.record", record=record.id)},
        what,
        {"text": names.person(record.made_by), "minor": filters.gds_datetime(record.made_at)},
    ]


def values(work: Work, book: Book) -> dict[str, str]:
    """What each value of the field is called for which an entry stands: all there are, and those there were."""
    field = book.entry.field(book.entry.one_for)
    found = _all(work, book, field) if field else {}
    for entry in book.entries:
        value = entry.record.values.get(book.entry.one_for, "")
        if value not in found:
            found[value] = _gone(work, value)
    return found


def _all(work: Work, book: Book, field: Field) -> dict[str, str]:
    if field.type == "establishment":
        return {each.key: each.name for each in work.people.establishments()}
    if field.type == "choice":
        return {each.id: each.words for each in field.choices}
    if field.type == "place":
        return {place: agreement_view.place_words(book.agreement, place) for place in field.of}
    offices = [office for place in field.of for office in work.people.offices(*place.split("/"))]
    return {each.id: each.name for each in offices}


def _gone(work: Work, value: str) -> str:
    try:
        return f"{work.people.office_by_id(value).name} (no longer there)"
    except OfficeUnknown:
        return value


def _cell(field: Field, record: Record) -> Any:
    if field.type in WORDS:
        return record.words.get(field.id, "") if record.words else "For those who keep these alone"
    value = record.values.get(field.id, "")
    if field.happened:
        return filters.gds_date(record.on)
    return next((each.words for each in field.choices if each.id == value), value)


def _now(work: Work, book: Book, entry: Entry) -> list[Any]:
    """What became of it last, and what is owed of it."""
    said: list[Any] = []
    if entry.steps:
        step = entry.steps[0]
        said.append({"text": f"{choices(book.kinds[step.kind], step)}, {filters.gds_date(step.on)}"})
    for each in book.open.get(entry.record.id, ()):
        late = dates.is_overdue(each, work.now)
        due = f"{each.number}, due {filters.gds_date(each.due_on)}" if each.due_on else each.number
        said.append({"status": "overdue" if late else "owed", "text": due})
    return said


def _short(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[:_MOST].rsplit(' ', 1)[0]} …"
