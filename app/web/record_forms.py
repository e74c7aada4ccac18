"""The form of a record, made from the fields its agreement gives it: another field there is another field here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.bootstrap import agreed
from app.bootstrap.work import Work
from app.web import filters, forms
from app.web.agreement_view import place_words
from sharing.model.agreement import Agreement
from sharing.model.record import Field, RecordKind
from sharing.rules.duties.recording import MOST_LINE, MOST_WORDS

_SELECT_FROM = 8  # so many choices are radios no longer


def form_of(work: Work, agreement: Agreement, kind: RecordKind) -> Any:
    """The form, filled with what was sent. What each field may say is the rule's to decide, not the form's."""
    fields = {each.id: _field(work, agreement, each) for each in kind.fields}
    return type("RecordForm", (forms.Form,), fields)()


def given(kind: RecordKind, form: Any) -> dict[str, str]:
    """What was typed, as the rule reads it."""
    return {each.id: _text(form[each.id].data) for each in kind.fields}


def _field(work: Work, agreement: Agreement, field: Field) -> Any:
    told = {
        "hint": field.hint or _HINTS.get(field.type, ""),
        "needed": _NEEDED.get(field.type, "Answer: {}").format(field.label),
    }
    if not field.needed:
        told["needed"] = ""
    label = field.label if field.needed else f"{field.label} (optional)"
    if field.type == "text":
        return forms.long_text(label, most=MOST_WORDS, **told)
    if field.type == "date":
        return forms.day(label, **told)
    if field.type == "line":
        return forms.text(label, most=MOST_LINE, **told)
    if field.type in ("time", "number"):
        return forms.text(label, most=20, **told)
    options = _options(work, agreement, field)
    if len(options) >= _SELECT_FROM or field.type in ("establishment", "record"):
        return forms.select(label, [("", "Choose one"), *options], **told)
    return forms.radios(label, options, **told)


def _options(work: Work, agreement: Agreement, field: Field) -> Sequence[tuple[str, str]]:
    if field.type == "choice":
        return [(each.id, each.words) for each in field.choices]
    if field.type == "yes-no":
        return [("yes", "Yes"), ("no", "No")]
    if field.type == "place":
        return [(place, place_words(agreement, place)) for place in field.of]
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


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


_HINTS: Mapping[str, str] = {"time": "For example, 14:30", "date": "For example, 27 3 2026"}
_NEEDED: Mapping[str, str] = {
    "date": "Enter the date: {}",
    "time": "Enter the time: {}",
    "number": "Enter a number: {}",
}
