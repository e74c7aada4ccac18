"""The forms of whoever answers what people ask about the data held on them."""

from __future__ import annotations

from typing import Any

from wtforms import Field, HiddenField
from wtforms.validators import ValidationError

from app.http.house import house
from app.web import forms, widgets
from app.web.item_words import IDENTIFIERS
from sharing.model.rights import PAUSES, THIRD_PARTY, Case, Match

WAITS = {"identity": "Proof of who they are", "clarification": "What it is they want"}
_WHEN = "For example, 27 3 2026"


class NewForm(forms.Form):
    """A request as it came in."""

    right = forms.radios("What do they ask for?", needed="Choose what they ask for")
    received_on = forms.day("When was it received?", needed="Enter the date it was received", hint=_WHEN)
    channel = forms.radios("How did it come?", needed="Choose how it came")
    requester = forms.long_text(
        "Who asks?",
        needed="Enter who asks, and where they can be reached",
        hint="Name and address, and for whom they act",
    )
    subject = forms.text("Name of the person it is about", needed="Enter the name of the person it is about")
    identifiers = forms.long_text(
        "Numbers of that person (optional)",
        hint="One on a line, with what it is: prison-number: A1234BC, pnc: 2003/0011985X, cro: 065656/91H, "
        "home-office: A1234567, or name: for another name",
    )
    gist = forms.long_text("What do they ask, in short?", needed="Say what they ask for")
    identity = forms.long_text(
        "How was it confirmed who they are? (optional)",
        hint="Leave it empty if that is still to be done. Nothing can be given before.",
    )

    def validate_identifiers(self, field: Field) -> None:
        """Each line says what it is."""
        if any(":" not in line for line in lines(field.data)):
            msg = "Begin each line with what it is, and a colon: prison-number: A1234BC"
            raise ValidationError(msg)


def lines(text: str | None) -> list[str]:
    """Those that hold anything."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def pairs(text: str | None) -> list[tuple[str, str]]:
    """(type, value) of each line."""
    split = (line.partition(":") for line in lines(text))
    return [(kind.strip().lower(), value.strip()) for kind, _, value in split]


def new_form() -> NewForm:
    """With its choices."""
    rules, form = house().policies.rights, NewForm()
    form.right.choices = widgets.choices((each.id, each.name) for each in rules.rights.values())
    form.channel.choices = widgets.choices((each.id, each.name) for each in rules.channels.values())
    return form


def _made(**fields: Any) -> type[forms.Form]:
    return type("RequestForm", (forms.Form,), fields)


def said(label: str, *, needed: bool = True, hint: str = "") -> Any:
    """What somebody writes with an act."""
    return forms.long_text(label, needed=f"Answer: {label}" if needed else "", hint=hint)


def dated(label: str, question: str, *, needed: bool = True) -> type[forms.Form]:
    """A day and a word."""
    return _made(
        on=forms.day(label, needed=f"Enter the date: {label.lower()}", hint=_WHEN), words=said(question, needed=needed)
    )


def worded(question: str, *, needed: bool = True, name: str = "words") -> type[forms.Form]:
    """A word alone."""
    return _made(**{name: said(question, needed=needed)})


def waiting(label: str, question: str, case: Case, *, open_: bool) -> type[forms.Form]:
    """What the clock stands still for."""
    still = {each.about for each in case.pauses if each.until is None}
    options = [(each, WAITS[each]) for each in PAUSES if (each in still) == open_]
    about = forms.radios("What do you wait for?", options, needed="Choose what you wait for")
    return type("WaitingForm", (dated(label, question),), {"about": about})


def alias() -> type[forms.Form]:
    """One more name or number."""
    return _made(
        kind=forms.radios("What is it?", IDENTIFIERS, needed="Choose what it is"),
        value=forms.text("The name or number", needed="Enter the name or number"),
        evidence=said("How do you know that it is theirs?"),
    )


def choice(name: str, label: str, options: forms.Options, question: str, *, field: str = "words") -> type[forms.Form]:
    """One of a list, and a word."""
    return _made(**{name: forms.radios(label, options, needed=f"Choose: {label}"), field: said(question)})


def reference() -> type[forms.Form]:
    """An item by its reference."""
    return _made(
        reference=forms.text("Reference of the item", needed="Enter the reference"),
        words=said("Why does it belong here?", hint="They gave it, or the name stands only in its words or files"),
    )


def deciding(case: Case) -> type[forms.Form]:
    """What becomes of one item."""
    rules = house().policies.rights
    right = rules.rights[case.request.right]
    outcomes = [(each, rules.outcomes[each].name) for each in right.outcomes]
    fields: dict[str, Any] = {
        "outcome": forms.radios("What becomes of it?", outcomes, needed="Choose what becomes of it")
    }
    if any(rules.outcomes[each].ground for each in right.outcomes):
        grounds = [
            (each.id, _verified(each.name, each.verified))
            for each in rules.grounds.values()
            if right.id in each.rights and not each.whole
        ]
        fields["ground"] = forms.select(
            "On which ground? (if withheld, refused or parts taken out)", [("", "None"), *grounds]
        )
    if any(rules.outcomes[each].gives for each in right.outcomes):
        fields["third_party"] = forms.select(
            "Is somebody else in what is given?", [("", "Nothing is given"), *THIRD_PARTY.items()]
        )
    return _made(**fields, words=said("What did you look at, and why is it so?", hint="Not what the item says"))


def checking() -> type[forms.Form]:
    """A second person."""
    options = [("yes", "I agree that it is given"), ("no", "I do not agree: it goes back")]
    agreed = forms.radios("Do you agree?", options, needed="Choose whether you agree")
    return _made(agreed=agreed, words=said("A word (needed where you do not agree)", needed=False))


def disclosing(matches: list[Match]) -> type[forms.Form]:
    """What was given."""
    channels = [(each.id, each.name) for each in house().policies.rights.channels.values()]
    return _made(
        items=forms.checks(
            "What was given?", [(each.reference, each.reference) for each in matches], needed="Choose what was given"
        ),
        on=forms.day("When?", needed="Enter the date it was given", hint=_WHEN),
        channel=forms.radios("How?", channels, needed="Choose how it went"),
        to=said("To whom, and where did it go?"),
        digest=forms.text("SHA-256 of what was sent (needed where it went electronically)", most=64),
    )


def answering(case: Case) -> type[forms.Form]:
    """The answer, or a refusal of the whole."""
    grounds = [
        (each.id, _verified(each.name, each.verified))
        for each in house().policies.rights.grounds.values()
        if case.request.right in each.rights and each.whole
    ]
    return _made(
        on=forms.day("When was it answered?", needed="Enter the date", hint=_WHEN),
        ground=forms.select("Do you refuse the whole request?", [("", "No: it is answered"), *grounds]),
        words=said("A passage of the letter (needed where it is refused)", needed=False),
    )


def _verified(name: str, verified: bool) -> str:
    return name if verified else f"{name} (not confirmed in its source)"


class KnowForm(forms.Form):
    """An office says that it knows what became of an item."""

    request = HiddenField()
    item = HiddenField()
    office = HiddenField()

    @property
    def number(self) -> int:
        """The office's number; 0, which none has, where it is none."""
        given = self.office.data or ""
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0
