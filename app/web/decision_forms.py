"""The forms of whoever answers for a decision to share, or refuses a request to."""

from __future__ import annotations

from app.web import forms
from sharing.model.decision import TOLD
from sharing.model.processing import OFFENCE, PERSONAL, SPECIAL
from sharing.rules.deciding import MOST_LINE, MOST_WORDS

HOLDS = (
    (PERSONAL, "Personal data"),
    (SPECIAL, "Special category data: health, ethnicity, religion and the like"),
    (OFFENCE, "Criminal-offence data"),
)
ASKED = "Do the people it is about know that it is shared?"


class AnswerForm(forms.Form):
    """What the record still lacks."""

    told = forms.radios(ASKED, TOLD.items(), needed="Say whether those it is about are told")
    why = forms.long_text("Why are they not told?", hint="Needed for “another reason”.", most=MOST_WORDS)
    holds = forms.checks(
        "What does it hold?", HOLDS, hint="It is taken to hold what is ticked. Change it if this one does not."
    )


class RefusalForm(forms.Form):
    """A request that is refused."""

    office = forms.radios("Which of your offices was asked?", needed="Select the office")
    asked_by = forms.radios("Who asked?", needed="Select who asked")
    who = forms.text("Name and position of whoever asked", needed="Say who asked", most=MOST_LINE)
    asked_on = forms.day("When was it asked?", needed="Enter the date it was asked", hint="For example, 27 3 2026")
    kind = forms.select("What kind of item did they ask for?")
    what = forms.long_text("What did they ask for?", needed="Say what they asked for", most=MOST_WORDS)
    why = forms.long_text("Why is it not shared?", needed="Say why it is not shared", most=MOST_WORDS)
