"""The forms of holds. What a hold names is asked first, then why; between the pages it travels sealed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wtforms import Field, HiddenField
from wtforms.validators import ValidationError

from app.web import forms
from sharing.rules import identifiers
from sharing.rules.identifiers import Unreadable

REASON = 400
OCCASIONS = [
    ("inquiry", "A public inquiry"),
    ("litigation", "Litigation, or a claim before it"),
    ("request", "A request for information, or of a data subject"),
    ("inquest", "An inquest, or an investigation of a death"),
    ("police", "A police investigation"),
    ("other", "Something else"),
]
_KINDS = (identifiers.PRISON_NUMBER, identifiers.PNC, identifiers.CRO)
_CALLED = re.compile(r"([A-Za-z][A-Za-z -]*?)\s*:\s*(\S.*)")


class Staged(forms.Form):
    """``draft`` is what was said before, sealed; ``stage`` which page this was."""

    draft = HiddenField()
    stage = HiddenField()


class ScopeForm(Staged):
    """What the hold catches."""

    references = forms.long_text(
        "Items", hint="One reference on a line, as it stands in the list of disposals", most=8000
    )
    people = forms.long_text(
        "People",
        hint="One on a line: a prison number, PNC or CRO number, or a name as it was written on the item, whole. "
        "Of a Home Office reference say so: home-office: A1234567",
        most=8000,
    )
    establishments = forms.checks("Establishments")
    classes = forms.checks("Retention classes")
    bodies = forms.checks("Originating bodies")
    since = forms.day("Clock started on or after", hint="The date an item was closed or withdrawn")
    until = forms.day("Clock started on or before")
    words = forms.long_text(
        "In words",
        hint="If no list can say what is meant: what the hold is of, as whoever asked for it says. You then say of "
        "each item whether the words fit; what is named above is only where to look, and is held until you have.",
    )

    def validate_people(self, field: Field) -> None:
        """A number that is none must not pass for a name, and hold nobody."""
        try:
            list(people(field.data or ""))
        except Unreadable as error:
            raise ValidationError(f"People: {error}") from None


class TermsForm(Staged):
    """Why, for whom, and until when it is looked at again."""

    occasion = forms.radios("What is it for?", OCCASIONS, needed="Select what the hold is for")
    issuer = forms.text(
        "Who asked for it",
        needed="Enter who asked for the hold",
        hint="An inquiry, a court, a solicitor’s letter",
        most=60,
    )
    reason = forms.text("Reason", needed="Enter the reason", most=REASON)
    review_on = forms.day("Look at it again on", hint="Leave empty for the usual time. For example, 27 3 2028")


class RenewForm(forms.Form):
    """It stays, until."""

    review_on = forms.day("Look at it again on", needed="Enter the date to look at it again")
    reason = forms.text("Why it stays", needed="Enter why the hold stays", most=REASON)


class OwnerForm(forms.Form):
    """Who looks after it from now on."""

    owner = forms.finder("New owner", needed="Select the new owner")
    reason = forms.text("Reason", needed="Enter the reason", most=REASON)


class LiftForm(forms.Form):
    """Why it ends."""

    reason = forms.text("Reason", needed="Enter the reason", most=REASON)


class DecideForm(forms.Form):
    """Whether the words of the hold fit these items."""

    references = forms.long_text("Items", needed="Enter at least one item", hint="One reference on a line", most=4000)
    fits = forms.radios(
        "Do the words fit?",
        [("yes", "Yes: hold them"), ("no", "No: this hold lets them go")],
        needed="Select yes or no",
    )
    reason = forms.text("Reason", needed="Enter the reason", most=REASON)


def lines(text: str) -> list[str]:
    """What stands on each line, empty ones left out."""
    return [line for line in (each.strip() for each in text.splitlines()) if line]


def people(text: str) -> Iterator[tuple[str, str]]:
    """Each person as (kind of identifier, value). Raises Unreadable for what is neither number nor name."""
    for line in lines(text):
        called = _CALLED.fullmatch(line)
        if called and called[1].lower().replace(" ", "-") in identifiers.KINDS:
            kind, value = called[1].lower().replace(" ", "-"), called[2]
            identifiers.normalise(kind, value)
            yield kind, value
        else:
            yield _kind(line), line


def _kind(line: str) -> str:
    for kind in _KINDS:
        try:
            identifiers.normalise(kind, line)
        except Unreadable:
            continue
        return kind
    if any(letter.isdigit() for letter in line):
        msg = "a line has figures and is no prison number, PNC or CRO number: check each one"
        raise Unreadable(msg)
    identifiers.normalise(identifiers.NAME, line)
    return identifiers.NAME
