"""GOV.UK widgets over WTForms fields.

The published widgets were written for an earlier front end and have four faults, cured here: a legend styled is one
lost; an empty hint is announced; the fault of a date links to nothing; and `required` lets the browser speak first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import render_template
from govuk_frontend_wtf import wtforms_widgets as govuk
from markupsafe import Markup
from wtforms import Field
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its type stubs

from app.http import language
from app.web import helping, widget_words


class _Mended:
    """Placed before each published widget; ``fieldset`` says whether a legend takes the place of the label."""

    fieldset = False
    template: str

    def __call__(self, field: Field, **kwargs: Any) -> Markup:
        return Markup(super().__call__(field, **kwargs)) + helping.below(field)  # type: ignore[misc]  # noqa: S704

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)  # type: ignore[misc]
        if not (params.get("hint") or {}).get("text"):
            params.pop("hint", None)
        attributes = params.get("attributes") or {}
        attributes.pop("required", None)
        owner, part = (params.setdefault("fieldset", {}), "legend") if self.fieldset else (params, "label")
        name = owner.setdefault(part, {})
        name.setdefault("text", field.label.text)
        name.setdefault("classes", "govuk-fieldset__legend--s" if self.fieldset else "govuk-label--s")
        return params

    def render(self, params: dict[str, Any]) -> Markup:
        shown = params if language.shown() == language.ENGLISH else widget_words.spoken(params)
        return Markup(render_template(self.template, params=shown))  # noqa: S704  the macros escape every text


class TextInput(_Mended, govuk.GovTextInput):  # type: ignore[misc]
    """One line."""


class EmailInput(TextInput):
    """One line, with the keyboard for an address. Checked by the service, not the browser."""

    input_type = "email"


class PasswordInput(_Mended, govuk.GovPasswordInput):  # type: ignore[misc]
    """A password, with the button that shows it."""


class TextArea(_Mended, govuk.GovTextArea):  # type: ignore[misc]
    """Many lines."""


class CharacterCount(_Mended, govuk.GovCharacterCount):  # type: ignore[misc]
    """Many lines with what is left of the limit: ``field(params={"maxlength": 2000})``."""


class Select(_Mended, govuk.GovSelect):  # type: ignore[misc]
    """One of many. Radios are better up to about ten."""


class FileInput(_Mended, govuk.GovFileInput):  # type: ignore[misc]
    """One file; ``FileInput(multiple=True)`` for several."""


class Radios(_Mended, govuk.GovRadioInput):  # type: ignore[misc]
    """One of a few."""

    fieldset = True


class Checkboxes(_Mended, govuk.GovCheckboxesInput):  # type: ignore[misc]
    """Any of a few."""

    fieldset = True


class Checkbox(govuk.GovCheckboxInput):  # type: ignore[misc]
    """One thing to agree to."""

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)
        if not (params.get("hint") or {}).get("text"):
            params.pop("hint", None)
        return params


class DateInput(_Mended, govuk.GovDateInput):  # type: ignore[misc]
    """Day, month and year."""

    fieldset = True

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        # Fewer than three parts arrive from a form that was tampered with: shown as empty, said by validation.
        if field.raw_data is not None:
            field.raw_data = [*field.raw_data, "", "", ""][:3]
        return super().map_gov_params(field, **kwargs)


def anchor(field: Field) -> str:
    """Where the error summary's link puts the focus: the first input of the field."""
    if isinstance(field.widget, DateInput):
        return f"#{field.id}-day"
    return f"#{field.id}"


def choices(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    """Choices from (value, text) pairs, in the form WTForms keeps from 3.4 on."""
    return [SelectChoice(value, text) for value, text in pairs]
