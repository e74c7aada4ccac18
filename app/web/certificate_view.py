"""The body of a certificate in words, for reading and for paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.web import filters, names
from app.web.names import Names

RETURNS = {
    "returned": "returned to its source",
    "declined": "offered to its source, which declined",
    "cannot": "agreed that it could not be returned",
}
Rows = list[tuple[str, str]]


def sections(body: Mapping[str, Any], called: Names) -> list[tuple[str, Rows]]:
    """[(heading, rows)] in the order a reader asks."""
    return [
        ("What was destroyed", _what(body)),
        ("By which rule", _rule(body, called)),
        ("Who agreed", _who(body, called)),
        ("How", _how(body)),
    ]


def _what(body: Mapping[str, Any]) -> Rows:
    quantity = body["quantity"]
    files = f"{filters.plural(quantity['files'] or 0, 'file')}, {filters.filesize(quantity['bytes'] or 0)}"
    return [
        ("Item", body["reference"]),
        ("Kind", names.words(body["kind"])),
        ("Originating body", names.party(body["originator"])),
        ("Establishment", body["establishment"] or "None"),
        ("Marking", {"O": "OFFICIAL", "OS": "OFFICIAL-SENSITIVE"}.get(body["marking"], body["marking"])),
        ("Quantity", files),
        ("Held by", body["holder"]),
        ("Agreement", f"{body['agreement']}, version {body['agreement_version']}"),
    ]


def _rule(body: Mapping[str, Any], called: Names) -> Rows:
    period, class_ = body["period"], body["class"]
    version = class_["schedule_version"]
    return [
        ("Retention class", f"{names.words(class_['code'])}, version {version} of the schedule"),
        ("Period", f"{filters.plural(period['months'], 'month')}, by authority of: {period['authority']}"),
        ("Period confirmed by", called.person(period["confirmed_by"]) or "The schedule itself"),
        ("Clock started", f"{_date(body['trigger']['on'])}: {names.act(body['trigger']['kind']).lower()}"),
        ("Due", _date(body["due_on"])),
    ]


def _who(body: Mapping[str, Any], called: Names) -> Rows:
    returned, review, approval = body["return"], body["review"], body["approval"]
    return [
        ("Return", names.sentence(RETURNS.get(returned["state"], returned["state"]))),
        ("Reviewed by", f"{called.person(review['by'])}, {_time(review['at'])}"),
        ("Approved by", f"{called.person(approval['by'])}, {_time(approval['at'])}"),
        ("Hold", "None stood on it when it was destroyed" if not body["hold_check"]["held"] else "It was held"),
    ]


def _how(body: Mapping[str, Any]) -> Rows:
    return [
        ("Destroyed", _time(body["destroyed_at"])),
        ("Medium", names.sentence(body["medium"])),
        ("Keys", names.sentence(body["method"]["key"])),
        ("Content", names.sentence(body["method"]["content"])),
        ("Standard", body["method"]["standard"]),
        ("Verification", names.sentence(body["verification"])),
        ("Copies", body["copies"]),
        ("Issued", _time(body["issued_at"])),
    ]


def _date(text: str | None) -> str:
    return filters.gds_date(date.fromisoformat(text)) if text else "No date"


def _time(text: str | None) -> str:
    return filters.gds_datetime(datetime.fromisoformat(text)) if text else "Not recorded"
