"""The forms of batches. What may be proposed of an item is for the room to say, item by item."""

from __future__ import annotations

from wtforms import HiddenField

from app.web import forms
from app.web.disposal_forms import REASON

PROPOSALS = [
    ("destroy", "Destroy"),
    ("extend", "Keep for longer, until a date"),
    ("keep", "Keep for good"),
    ("return", "Return to us, their source"),
    ("transfer", "Transfer to The National Archives"),
    ("hold", "Place a hold on them now"),
]


class OpenForm(forms.Form):
    """What a batch takes."""

    retention_class = forms.select("Class")
    establishment = forms.finder("Establishment")
    due_by = forms.day("Due on or before", hint="Leave empty for everything that is due. For example, 27 3 2028")


class ProposeForm(forms.Form):
    """The same for many: those nothing was proposed for, or those ticked in the list."""

    which = forms.radios(
        "For which items?",
        [("rest", "All that nothing was proposed for yet"), ("ticked", "Those ticked in the list above")],
        needed="Select for which items",
    )
    proposal = forms.radios("What should happen to them?", PROPOSALS, needed="Select what should happen to them")
    until = forms.day("Keep them until", hint="Only if they are kept for longer. For example, 27 3 2028")
    issuer = forms.text("Who asked for the hold", hint="Only if you place a hold. For example, a court", most=60)
    reason = forms.text(
        "Reason", needed="Enter the reason", hint="Whoever approves reads it. Do not name people.", most=REASON
    )


class ApproveForm(forms.Form):
    """``seen`` names what the approver was shown."""

    seen = HiddenField()

    @property
    def stamp(self) -> int:
        """What was shown, as a number; of what is none, a number no batch has."""
        text = self.seen.data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


class SendBackForm(forms.Form):
    """Which, and why."""

    which = forms.radios(
        "What do you send back?",
        [("ticked", "The items ticked in the list above"), ("all", "The whole batch")],
        needed="Select what you send back",
    )
    reason = forms.text("Reason", needed="Enter the reason", most=REASON)


class ReasonForm(forms.Form):
    """Only why."""

    reason = forms.text("Reason", needed="Enter the reason", most=REASON)


class OffersForm(forms.Form):
    """Only which: they are ticked in the list."""


class AnswersForm(forms.Form):
    """One answer to all that are ticked."""

    answer = forms.radios(
        "What is your answer?",
        [
            ("declined", "We do not want them back: they may be destroyed here"),
            ("accepted", "We want them back"),
            ("cannot", "They cannot be returned, and we agree to that"),
        ],
        needed="Select your answer",
    )
    reason = forms.text("Reason", needed="Enter the reason", most=REASON)
