"""How pages say items: rows, statuses, steps and events in words. It decides nothing; the rooms have decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, TypeVar

from flask import url_for

from app.bootstrap.work import Work
from app.http.language import N_, _, in_number, said, told
from app.web.filters import filesize, gds_date, gds_datetime
from identity.errors import EstablishmentUnknown
from sharing.model.item import EventShown, FileShown, ItemOpened, ItemSeen, StepShown, Subject
from sharing.queries.rows import DraftRow, ItemRow
from sharing.queries.visible import CAP

Row = TypeVar("Row")
EVENTS = {
    "sent": N_("Sent"),
    "acknowledged": N_("Acknowledged"),
    "passed-on": N_("Passed on to %(who)s"),
    "answered": N_("Answered"),
    "closed": N_("Closed"),
    "reopened": N_("Reopened"),
    "withdrawn": N_("Withdrawn"),
    "shared": N_("Shared with %(who)s"),
    "granted": N_("Sight granted to %(who)s"),
    "recused": N_("%(who)s was barred"),
    "glass-broken": N_("The glass was broken for somebody’s safety"),
    "destroyed": N_("Disposed of"),
}
IDENTIFIERS = (
    ("prison-number", N_("Prison number")),
    ("pnc", N_("PNC number")),
    ("cro", N_("CRO number")),
    ("home-office", N_("Home Office reference")),
)
# Where on the page of a draft a reason against sending it is put right.
ANCHORS = {
    "title": "#title",
    "text": "#text",
    "sharing_purpose": "#sharing_purpose",
    "establishment": "#establishment",
    "office-choice": "#to_office",
    "office-reach": "#to_office",
    "office-covers": "#to_office",
    "recipients-only-named": "#recipients",
    "recipients-only-groups": "#groups",
    "recipient-party": "#recipients",
    "recipient-abroad": "#recipients",
    "embargo-over": "#embargo_until-day",
    "embargo-lead": "#embargo_lead",
    "embargo-lead-basis": "#embargo_lead",
    "marking-ceiling": "#grade",
    "recipients-only-route": "#instructions",
    "organisations-route": "#organisations",
    "hmg-only-route": "#instructions",
}
_TOWARDS = frozenset({"passed-on", "shared", "granted", "recused"})


def head() -> list[Any]:
    """The columns of a list of items."""
    return [_("Item"), _("Marking"), _("From"), _("Status"), {"text": _("Files"), "numeric": True}, _("Sent")]


def heading(kind_name: str, place: str) -> str:
    """What stands for a title where none may be shown: “Intelligence about Fernmoor (HMP)”."""
    kind = told(kind_name)
    return _("%(kind)s about %(place)s", kind=kind, place=place) if place else kind


def place_name(work: Work, key: str | None) -> str:
    """The name of an establishment; its key when the register no longer has it."""
    try:
        return work.people.establishment(key).name if key else ""
    except EstablishmentUnknown:
        return key or ""


def places(work: Work) -> dict[str, str]:
    """Every establishment by key, closed ones too: an old item still names them."""
    return {one.key: one.name for one in work.people.establishments(None)}


def rows(
    line: Callable[[Row, Mapping[str, str]], list[Any]], found: Iterable[Row], names: Mapping[str, str]
) -> list[Any]:
    """Every line of a list, by one of the three below."""
    return [line(row, names) for row in found]


def named(numbers: Iterable[int], names: Mapping[int, str]) -> list[str]:
    """The names of people or groups by number."""
    return [names.get(number, "") for number in numbers]


def table_row(row: ItemRow, names: Mapping[str, str]) -> list[Any]:
    """One line of a list, for ``ui.table`` under ``head``."""
    title = heading(row.kind_name, names.get(row.establishment or "", row.establishment or ""))
    return [
        {"text": title, "href": url_for("items.show", ref=row.reference), "minor": row.reference},
        row.marking.partition("\n")[0],
        row.from_office,
        {"status": status(row), "minor": due(row)},
        {"text": row.files, "numeric": True},
        gds_datetime(row.sent_at),
    ]


def waiting_row(row: ItemRow, names: Mapping[str, str]) -> list[Any]:
    """One line of what waits: the item, what is owed, and until when."""
    first = table_row(row, names)[0]
    owed = said(row.step.title) if row.step else ""
    return [first, row.marking.partition("\n")[0], row.from_office, owed, {"status": status(row), "minor": due(row)}]


def draft_row(row: DraftRow, names: Mapping[str, str]) -> list[Any]:
    """One line of an author's drafts."""
    title = heading(row.kind_name, names.get(row.establishment or "", row.establishment or ""))
    return [
        {"text": title, "href": url_for("drafts.show", draft=row.uuid)},
        {"text": row.route_title, "minor": f"to {row.to_office}" if row.to_office else ""},
        row.marking.partition("\n")[0],
        {"text": row.files, "numeric": True},
        gds_datetime(row.updated),
        {"text": "Throw away", "href": url_for("drafts.discard", draft=row.uuid)},
    ]


def status(row: ItemRow) -> str:
    """The code of its tag, for this reader."""
    if row.state != "open" or row.step is None:
        return row.state
    if not row.step.mine:
        return "waiting"
    return "overdue" if row.step.late else "action-needed"


def due(row: ItemRow) -> str:
    """“by 27 November 2026”."""
    return _("by %(day)s", day=gds_date(row.step.due_on)) if row.step and row.step.due_on else ""


def count(shown: int) -> str:
    """“1 item”, “more than 1,000 items”."""
    if shown > CAP:
        return _("More than %(num)s items", num=f"{CAP:,}")
    return in_number("%(num)s item", "%(num)s items", shown)


def timeline(events: Sequence[EventShown]) -> list[dict[str, Any]]:
    """Newest first, for ``ui.timeline``."""
    return [_entry(event) for event in reversed(events)]


def _entry(event: EventShown) -> dict[str, Any]:
    towards = event.act in _TOWARDS
    title = _(EVENTS.get(event.act, event.act.replace("-", " ").capitalize()))
    title %= {"who": event.office or _("somebody")}
    by = event.by if towards or not event.office else f"{event.by}, {event.office}"
    return {"title": title, "by": by, "at": event.at, "text": event.words}


def step_rows(steps: Sequence[StepShown]) -> list[list[Any]]:
    """The duties of the way, for ``ui.table``: what, who, until when, how it stands."""
    return [
        [
            {"text": said(step.title), "minor": _("Source: %(source)s", source=", ".join(step.clauses))},
            step.office or _("Not reached yet"),
            {"text": gds_date(step.due_on) or _("No date"), "minor": _basis(step)},
            _state_of(step),
        ]
        for step in steps
    ]


def _basis(step: StepShown) -> str:
    return _("by %(basis)s", basis=told(step.basis)) if step.basis and step.due_on else ""


def _state_of(step: StepShown) -> Any:
    if step.done_at:
        return {"status": "done", "minor": gds_datetime(step.done_at)}
    if not step.current:
        return _("Not yet")
    return {"status": "overdue" if step.late else "owed"}


def current(item: ItemSeen | ItemOpened) -> StepShown | None:
    """What is owed now."""
    return next((step for step in item.steps if step.current), None)


def file_words(file: FileShown) -> str:
    """“Evidence pack part 1.pdf (PDF, 12MB)”."""
    ending = PurePosixPath(file.name).suffix.removeprefix(".").upper()
    kind = ending if 0 < len(ending) <= 5 else _("file")
    return f"{file.name} ({kind}, {filesize(file.size)})"


def people(subjects: Sequence[Subject], href: str = "") -> list[dict[str, Any]]:
    """Those an item is about, for ``ui.summary``."""
    known = dict(IDENTIFIERS)
    return [
        {
            "key": one.name or _("Person %(number)s", number=number),
            "lines": [f"{_(known.get(kind, kind))} {value}" for kind, value in one.identifiers]
            or [_("No number given")],
            "href": href,
            "about": _("who it is about"),
        }
        for number, one in enumerate(subjects, 1)
    ]
