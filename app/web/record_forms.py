"""The form of a record, made from the fields its agreement gives it: another field there is another field here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import request
from wtforms import HiddenField

from app.bootstrap import agreed, matters
from app.bootstrap.work import Work
from app.web import filters, forms
from app.web.agreement_view import place_words
from foundation.calendar import london_date
from sharing.model.agreement import Agreement
from sharing.model.record import Field, RecordKind
from sharing.rules.duties import recording
from sharing.rules.duties.recording import MOST_LINE, MOST_WORDS
from sharing.service.recording import held_by

NOTHING: Mapping[str, str] = {}
_SELECT_FROM = 8  # so many choices are radios no longer


def form_of(
    work: Work,
    agreement: Agreement,
    kind: RecordKind,
    begun: Mapping[str, Any] = NOTHING,
    known: Mapping[str, str] = NOTHING,
) -> Any:
    """The form, filled with what was sent, or ``begun`` with. What each field may say is the rule's, not the form's.

    ``known``: fields that are not asked for again, and what they say. Then the day it happened is today until changed.
    """
    fields = {
        each.id: HiddenField(default=known[each.id]) if each.id in known else _field(work, agreement, kind, each)
        for each in kind.fields
    }
    if closing := agreement.closing(kind):
        people = [(each.id, each.name) for each in matters.to_name(work, closing)]
        if people:
            fields["named"] = forms.checks("Who else may know of it? (optional)", people, hint=_NAMED)
    form = type("RecordForm", (forms.Form,), fields)(data=dict(begun))
    for each in kind.fields:
        if known and each.happened and request.method == "GET":
            form[each.id].data = london_date(work.now)
    return form


def named(form: Any) -> list[str]:
    """The people ticked, where they are asked for."""
    return list(form.named.data or ()) if "named" in form else []


def begun_with(work: Work, kind: RecordKind) -> dict[str, Any]:
    """What the address begins it with: a record it takes the place of, one it is about, or a value of a choice."""
    found: dict[str, Any] = {}
    if before := request.args.get("from", ""):
        record, of = agreed.record(work, before)
        if of.id == kind.id:
            found = {each.id: {**record.values, **record.words}.get(each.id) for each in kind.fields}
            found = {name: value for name, value in found.items() if not _dated(kind, name)}
    for field in kind.fields:
        given = request.args.get("about" if field.type == "record" else field.id, "")
        if given and field.type in ("record", "office", "establishment", "choice"):
            found[field.id] = given
    return found


def _dated(kind: RecordKind, name: str) -> bool:
    field = kind.field(name)
    return field is None or field.type == "date"


def given(kind: RecordKind, form: Any) -> dict[str, str]:
    """What was typed, as the rule reads it."""
    return {each.id: _text(form[each.id].data) for each in kind.fields}


def _field(work: Work, agreement: Agreement, kind: RecordKind, field: Field) -> Any:
    told = {
        "hint": field.hint or _HINTS.get(field.type, ""),
        "needed": _NEEDED.get(field.type, "Answer: {}").format(field.label),
    }
    if field.when:
        told["hint"] = " ".join(each for each in (_only(kind, field), told["hint"]) if each)
    if not field.needed or field.when:
        told["needed"] = ""
    label = field.label if field.needed or field.when else f"{field.label} (optional)"
    if field.type == "text":
        return forms.long_text(label, most=MOST_WORDS, **told)
    if field.type == "date":
        return forms.day(label, **told)
    if field.type == "line":
        return forms.text(label, most=MOST_LINE, **told)
    if field.type in ("time", "number", "item"):
        return forms.text(label, most=20, **told)
    options = _options(work, agreement, field)
    if len(options) >= _SELECT_FROM or field.type in ("establishment", "record", "office"):
        return forms.finder(label, [("", "Choose one"), *options], **told)
    return forms.radios(label, options, **told)


def _options(work: Work, agreement: Agreement, field: Field) -> Sequence[tuple[str, str]]:
    if field.type == "choice":
        held = held_by(work.people, work.actor, work.now)
        return [(each.id, each.words) for each in field.choices if recording.may_choose(each, held)]
    if field.type == "yes-no":
        return [("yes", "Yes"), ("no", "No")]
    if field.type == "place":
        return [(place, place_words(agreement, place)) for place in field.of]
    if field.type == "office":
        offices = [each for place in field.of for each in work.people.offices(*place.split("/"))]
        return [(each.id, each.name) for each in offices]
    if field.type == "establishment":
        return [(each.key, each.name) for each in work.people.establishments()]
    called = {each.key: each.name for each in work.people.establishments(None)}
    return [
        (
            each.id,
            " ".join(
                (agreement.records[each.kind].name, called.get(each.establishment, ""), filters.gds_date(each.on))
            ),
        )
        for each in agreed.nameable(work, agreement, field.of)
    ]


def _only(kind: RecordKind, field: Field) -> str:
    """When the field is asked at all."""
    said = []
    for name, value in field.when.items():
        asked = kind.field(name)
        said += [f"“{each.words}”" for each in (asked.choices if asked else ()) if each.id == value]
    return f"Only where you answered {' and '.join(said)}."


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


_NAMED = "Only those named learn that it is there. You are one of them. More can be named later."
_HINTS: Mapping[str, str] = {
    "time": "For example, 14:30",
    "date": "For example, 27 3 2026",
    "item": "The reference, as it stands on top of its page",
}
_NEEDED: Mapping[str, str] = {
    "date": "Enter the date: {}",
    "time": "Enter the time: {}",
    "number": "Enter a number: {}",
}
