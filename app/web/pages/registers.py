"""Registers: what an agreement asks to be kept, each on a page with what is in it and when it is next due."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.bootstrap import registry
from app.bootstrap.registry import Book
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import agreement_view, listing
from app.web import register_view as view
from app.web.names import Names
from app.web.page import page
from sharing.model.register import Entry

bp = Blueprint("registers", __name__, url_prefix="/registers")


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """All registers of the agreements in force."""
    with house().work(actor()) as work:
        parts = [
            (found, [view.index_row(found, each, lines) for each, lines in registry.books(work, found)])
            for found in work.agreed.in_force(work.now)
            if found.registers
        ]
        today = agreement_view.today(work)
    return page("registers/index.html", parts=parts, today=today)


@bp.get("/<agreement>/<register>")
@signed_in
def show(agreement: str, register: str) -> ResponseReturnValue:
    """One register: its duties, its entries, and what may be added."""
    with house().work(actor()) as work:
        book = registry.book(work, agreement, register)
        stands = bool(book.entry.one_for)
        shown = _standing(work, book) if stands else _entries(work, book)
        today = agreement_view.today(work)
    making = [book.kinds[book.register.entry]] if book.register.entry in book.making else []
    return page(
        "registers/standing.html" if stands else "registers/show.html",
        book=book,
        today=today,
        duties=[view.duty_row(book.agreement, line) for line in book.lines],
        duty_head=view.DUTIES,
        making=making,
        **shown,
    )


@bp.get("/<agreement>/<register>/history/<value>")
@signed_in
def history(agreement: str, register: str, value: str) -> ResponseReturnValue:
    """What stood for something before, and who changed what."""
    with house().work(actor()) as work:
        book, found = registry.history(work, agreement, register, value)
        names = Names(work)
        befores = [*found[1:], None]
        rows = [view.history_row(book, each, before, names) for each, before in zip(found, befores, strict=True)]
        called = view.values(work, book).get(value, value)
    return page("registers/history.html", book=book, rows=rows, called=called)


def _standing(work: Work, book: Book) -> dict[str, Any]:
    called = view.values(work, book)
    entries = {each.record.values.get(book.entry.one_for, ""): each for each in book.entries}
    state = listing.asked("state")
    rows = [
        view.standing_row(book, value, entries.get(value), called)
        for value in sorted(called, key=lambda each: called[each])
        if state in ("", _state(entries.get(value)))
    ]
    counts = [(words, sum(_state(entries.get(each)) == code for each in called)) for code, words in view.STATES.items()]
    return {
        "rows": rows,
        "head": view.standing_head(book.entry),
        "states": list(view.STATES.items()),
        "state": state,
        "counts": counts,
        "chosen": listing.chosen({"state": "State"}, {"state": view.STATES}),
    }


def _state(entry: Entry | None) -> str:
    return "nothing-recorded" if entry is None else "stale" if entry.stale else "up-to-date"


def _entries(work: Work, book: Book) -> dict[str, Any]:
    places = {each.key: each.name for each in work.people.establishments(None)}
    offered, heads = _offered(book, places)
    asked = {name: listing.asked(name) for name in offered}
    shown = [each for each in book.entries if all(_fits(each, name, value) for name, value in asked.items() if value)]
    names = Names(work)
    return {
        "rows": [view.entry_row(work, book, each, places, names) for each in shown],
        "head": view.HEAD,
        "filters": [(name, heads[name], list(options.items()), asked[name]) for name, options in offered.items()],
        "chosen": listing.chosen(heads, offered),
        "of": len(book.entries),
        "closed": book.agreement.closing(book.entry) is not None,
    }


def _offered(book: Book, places: dict[str, str]) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """What entries can be narrowed by: each choice, where it was, and the year."""
    offered: dict[str, dict[str, str]] = {}
    heads: dict[str, str] = {}
    for field in book.entry.fields:
        if field.type == "choice":
            offered[field.id], heads[field.id] = {each.id: each.words for each in field.choices}, field.label
        elif field.type == "establishment":
            there = {each.record.establishment for each in book.entries} - {""}
            if there:
                offered["establishment"] = {key: places.get(key, key) for key in sorted(there)}
                heads["establishment"] = "Establishment"
    years = sorted({str(each.record.on.year) for each in book.entries}, reverse=True)
    return {**offered, "year": {each: each for each in years}}, {**heads, "year": "Year"}


def _fits(entry: Entry, name: str, value: str) -> bool:
    if name == "year":
        return str(entry.record.on.year) == value
    if name == "establishment":
        return entry.record.establishment == value
    return entry.record.values.get(name) == value
