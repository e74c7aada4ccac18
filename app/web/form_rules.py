"""What the fields of forms hold to: a real date, a length, a choice made, and the space around it taken off."""

from __future__ import annotations

from datetime import date
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import DateField as _DateField
from wtforms import Field
from wtforms.validators import Length, StopValidation, ValidationError

from foundation.phrases import Phrase


class DateField(_DateField):
    """Day, month and year typed apart. 31 February, 3/2026 and letters are told apart from nothing at all."""

    data: date | None

    def process_formdata(self, valuelist: list[str]) -> None:
        parts = [part.strip() for part in valuelist]
        self.data = None
        if not any(parts):
            return
        try:
            number = [int(part) for part in parts]
            self.data = date(number[2], number[1], number[0])
        except (ValueError, IndexError, OverflowError):
            msg = Phrase("%(label)s must be a real date, like 27 3 2026", label=self.label.text)
            raise ValueError(msg) from None
        if not 1900 <= self.data.year <= 2200:
            self.data = None
            msg = Phrase("%(label)s: enter the year with four figures, like 2026", label=self.label.text)
            raise ValueError(msg)


def complete(needed: str) -> Any:
    def check(_form: Any, field: Field) -> None:
        if field.data is None and not field.errors:
            raise StopValidation(needed)

    return check


def chosen(needed: str) -> Any:
    def check(_form: Any, field: Field) -> None:
        given = field.data if isinstance(field.data, list) else [field.data]
        field.data = [one for one in given if isinstance(one, FileStorage) and one.filename]
        if needed and not field.data:
            raise StopValidation(needed)

    return check


class Limit(Length):
    """How long it may be, said with the name of the field."""

    def __init__(self, label: str, most: int) -> None:
        super().__init__(max=most)
        self._said = Phrase("%(label)s must be %(most)s characters or fewer", label=label, most=f"{most:,}")

    def __call__(self, form: Any, field: Any) -> None:  # noqa: ARG002
        if len(field.data or "") > self.max:
            raise ValidationError(self._said)


def strip(value: str | None) -> str:
    return (value or "").strip()


def lines(value: str | None) -> str:
    return (value or "").replace("\r\n", "\n").strip()
