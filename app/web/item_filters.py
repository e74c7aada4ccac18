"""The filters of the list of items: read from the address, checked, shown, and each taken away by a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from flask import request, url_for
from wtforms import Field
from wtforms.validators import ValidationError

from app.bootstrap.work import Work
from app.http.language import N_, told
from app.web import forms
from app.web.filters import gds_date
from app.web.item_forms import offer
from app.web.time_words import typed_day
from foundation.calendar import LONDON, london_date, london_end
from sharing.queries.visible import Filters

DIRECTIONS = (("received", N_("Received")), ("sent", N_("Sent by us")))
STATES = (("open", N_("Open")), ("closed", N_("Closed")))
GRADES = (("O", "OFFICIAL"), ("OS", "OFFICIAL-SENSITIVE"))
NAMES = ("direction", "state", "kind", "marking", "establishment", "since", "until")
WALK = "at"  # the cursors of the pages walked through, so that there is a way back
MOST_WALKED = 60


class FilterForm(forms.Form):
    """Sent by GET: it changes nothing, and a filtered list has an address."""

    class Meta(forms.Form.Meta):
        csrf = False

    direction = forms.select(N_("Direction"), DIRECTIONS)
    state = forms.select(N_("State"), STATES)
    kind = forms.select(N_("Kind"))
    marking = forms.select(N_("Marking"), GRADES)
    establishment = forms.select(N_("Establishment"))
    since = forms.text(N_("Sent on or after"), most=20)
    until = forms.text(N_("Sent on or before"), most=20)

    def __init__(self, kinds: Mapping[str, str], places: Mapping[str, str], now: datetime) -> None:
        super().__init__(formdata=request.args)
        self.now = now
        offer(self.kind, kinds.items())
        offer(self.establishment, places.items())
        for field in self:
            field.id = f"f-{field.name}"
        if not self.validate():
            self.status = 422

    def validate_since(self, field: Field) -> None:
        """A day that has come."""
        if field.data and typed_day(field.data) > london_date(self.now):
            msg = N_("The first day must be today or earlier")
            raise ValidationError(msg)

    def validate_until(self, field: Field) -> None:
        """A day not before the first."""
        last = typed_day(field.data) if field.data else None
        if last and self.since.data and not self.since.errors and last < typed_day(self.since.data):
            msg = N_("The last day must not be before the first")
            raise ValidationError(msg)

    def filters(self) -> Filters:
        """For ``Items.page``."""
        last = _day(self.until.data)
        return Filters(
            kind=self.kind.data or "",
            state=self.state.data or "",
            marking_code=self.marking.data or "",
            establishment=self.establishment.data or "",
            since=_midnight(_day(self.since.data)),
            until=london_end(last) if last else None,
            direction=self.direction.data or "",
        )

    def options(self, name: str) -> list[tuple[str, str]]:
        """For the select of this filter."""
        shown = str if name == "establishment" else told
        return [(choice.value, shown(choice.label)) for choice in self[name].choices]

    def chosen(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """(category, [(what was chosen, address without it)]) of each filter set."""
        return [
            (told(self[name].label.text), [(self._words(name), url_for("items.inbox", **self.given(without=name)))])
            for name in NAMES
            if self[name].data
        ]

    def given(self, *, without: str = "") -> dict[str, Any]:
        """The filters set, as they stand in the address."""
        return {name: self[name].data for name in NAMES if self[name].data and name != without}

    def _words(self, name: str) -> str:
        if name in {"since", "until"}:
            return gds_date(_day(self[name].data))
        return dict(self.options(name)).get(self[name].data, "")


def walked() -> list[int]:
    """The cursors of the pages from the first to this one; none on the first."""
    parts = request.args.get(WALK, "").split(".")[:MOST_WALKED]
    return [int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) < 19]


def page_links(given: Mapping[str, Any], following: int | None) -> dict[str, Any]:
    """For ``ui.pages``: the page of newer items and that of older ones, where there are any."""
    before = walked()
    older = _address(given, [*before, following]) if following is not None else ""
    return {"newer": _address(given, before[:-1]) if before else "", "older": older}


def _address(given: Mapping[str, Any], cursors: Sequence[int]) -> str:
    kept: dict[str, Any] = {WALK: ".".join(map(str, cursors))} if cursors else {}
    return url_for("items.inbox", **given, **kept)


def _day(text: str | None) -> date | None:
    try:
        return typed_day(text) if text else None
    except ValueError:
        return None


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=LONDON) if day else None


def kinds(work: Work) -> dict[str, str]:
    """The kinds of item of the agreements in force."""
    return {
        kind.id: kind.name
        for agreement in work.agreements.in_force(london_date(work.now))
        for kind in agreement.kinds.values()
    }
