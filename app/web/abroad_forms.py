"""The forms about transfers abroad."""

from __future__ import annotations

from app.http.house import house
from app.web import forms
from identity.policy.adequacy import ELSEWHERE
from identity.service.abroad import MOST_WORDS


class CountryForm(forms.Form):
    """Where somebody works."""

    country = forms.finder("In which country do they work?", needed="Select a country")
    checked = forms.long_text(
        "How was the recipient there checked?",
        hint="Only where the list says that some recipients are covered. Say what was seen.",
        most=MOST_WORDS,
    )
    checked_until = forms.day("Last day that check holds", hint="For example, 27 3 2027")


class ConsentForm(forms.Form):
    """What one's own body consented to."""

    to_party = forms.radios("Which body may have your information?", needed="Select the body")
    person = forms.finder("Who?", hint="Everybody of that body, or one person.")
    country = forms.finder("In which country?", hint="Wherever they work, or one country.")
    until = forms.day("Last day it holds", needed="Enter the last day it holds", hint="For example, 27 3 2027")
    written = forms.text(
        "Where is the consent in writing?", needed="Say where the consent is in writing", hint="A letter and its date."
    )
    conditions = forms.long_text("Conditions", needed="State its conditions", most=MOST_WORDS)
    instructions = forms.long_text(
        "Instructions", needed="State your instructions, or that there are none", most=MOST_WORDS
    )


class WithdrawConsentForm(forms.Form):
    """Why it is taken back."""

    why = forms.long_text("Why is it taken back?", needed="Say why it is taken back", most=MOST_WORDS)


def countries() -> list[tuple[str, str]]:
    """Home first, then the list, then anywhere else."""
    found = house().policies.adequacy
    listed = sorted((each.name, each.code) for each in found.countries.values())
    return [(found.home, found.home_name), *((code, name) for name, code in listed), (ELSEWHERE, "Another country")]
