"""The forms of alerts."""

from __future__ import annotations

from app.web import forms
from sharing.model.alert import MOST_WORDS


class AlertForm(forms.Form):
    """One alert: one page, since whoever raises it has no time."""

    establishment = forms.finder("Which establishment?", needed="Choose an establishment")
    to = forms.checks("Whom is it for?", needed="Choose whom it is for")
    urgency = forms.radios("How urgent is it?", needed="Choose how urgent it is")
    gist = forms.long_text(
        "What is the concern?",
        needed="Say what the concern is",
        hint="The gist of it, and what you have done already. Name people only if it must be.",
        most=MOST_WORDS,
    )
    marking = forms.radios(
        "Marking",
        [("OS", "OFFICIAL-SENSITIVE"), ("O", "OFFICIAL")],
        needed="Choose a marking",
    )
    item = forms.text("Item it is about (optional)", hint="Its reference, as it stands on top of the item", most=40)
    record = forms.finder("Record it is about (optional)")


class NoteForm(forms.Form):
    """What was done about it."""

    words = forms.long_text("What was done?", needed="Say what was done", most=MOST_WORDS)
    ends = forms.radios(
        "Is there more to do?",
        [("no", "Yes, more will be done"), ("yes", "No, the alert can end")],
        needed="Say whether there is more to do",
    )


class OrderForm(forms.Form):
    """Whom an office calls."""

    first = forms.finder("Who is called first?")
    deputy = forms.finder("Who is the deputy?")
