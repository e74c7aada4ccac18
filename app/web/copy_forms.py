"""The forms of copies on paper and media, and of the compliance pack."""

from __future__ import annotations

from app.web import forms, widgets
from retention.model.copy import KINDS, Copy, methods_for

WORDS = 400


class RegisterForm(forms.Form):
    """That there is a copy."""

    kind = forms.radios("What kind of copy is it?", list(KINDS.items()), needed="Select the kind of copy")
    holder = forms.text("Who has it", needed="Enter who has it", hint="The office; a name if it needs one", most=WORDS)
    place = forms.text("Where it is", needed="Enter where it is", most=WORDS)
    made_on = forms.day("Since when", needed="Enter the day it was made or came", hint="For example, 27 3 2026")


class AccountForm(forms.Form):
    """What became of it."""

    fate = forms.radios(
        "What became of it?",
        [("destroyed", "It was destroyed"), ("returned", "It was returned to its source")],
        needed="Select what became of it",
    )
    method = forms.select("If it was destroyed, how?", hint="The certificate names this and the standard it keeps")
    on = forms.day("On which day", needed="Enter the day", hint="For example, 27 3 2026")
    witness = forms.text("Who saw it", needed="Enter who saw it", hint="It is not in the certificate", most=WORDS)
    evidence = forms.text(
        "What shows it",
        needed="Enter what shows it",
        hint="For example, the number of the contractor’s certificate, or of a receipt",
        most=WORDS,
    )

    def offer(self, copy: Copy) -> None:
        """The ways that destroy this kind."""
        ways = [(each.code, f"{each.words} ({each.standard})") for each in methods_for(copy.kind)]
        self.method.choices = widgets.choices([("", "It was not destroyed"), *ways])


class PackForm(forms.Form):
    """Which certificates the pack has."""

    first = forms.day("First day", needed="Enter the first day", hint="For example, 1 4 2026")
    end = forms.day("Last day", needed="Enter the last day", hint="For example, 31 3 2027")
    body = forms.select("Originating body (optional)")
