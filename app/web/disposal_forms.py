"""The forms of disposal. Each carries the version of the case its reader saw: nobody decides on an older one."""

from __future__ import annotations

from wtforms import Field, HiddenField
from wtforms.validators import ValidationError

from app.web import forms

REASON = 400


class Seen(forms.Form):
    """``seen`` is the version of the case the page showed."""

    version = HiddenField()

    @property
    def seen(self) -> int:
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


class PeriodForm(Seen):
    """A period for one item, with what it rests on."""

    months = forms.text(
        "Period in months",
        needed="Enter the period in months",
        hint="Counted from the date the clock started. Seven years are 84 months.",
        most=4,
    )
    authority = forms.text(
        "Authority for this period",
        needed="Enter the authority for this period",
        hint="The schedule and paragraph, or the decision, that gives it. It will stand in the certificate.",
        most=REASON,
    )

    def validate_months(self, field: Field) -> None:
        """Digits alone; how many is the room's to say."""
        if not (field.data.isascii() and field.data.isdecimal()):
            msg = "Period in months must be a whole number, like 84"
            raise ValidationError(msg)


class AnswerForm(Seen):
    """What the source says to the offer."""

    answer = forms.radios(
        "What is your answer?",
        [
            ("declined", "We do not want it back: it may be destroyed here"),
            ("accepted", "We want it back"),
            ("cannot", "It cannot be returned, and we agree to that"),
        ],
        needed="Select your answer",
    )
    reason = forms.text("Reason", needed="Enter the reason", most=REASON)


class ReceivedForm(Seen):
    """How the source has it."""

    manner = forms.radios(
        "How do you have it?",
        [("package", "From the package downloaded here"), ("held", "We had it already: we need no package")],
        needed="Select how you have it",
    )


class ReasonForm(Seen):
    """Only why."""

    reason = forms.text("Reason", needed="Enter the reason", most=REASON)


class ReviewForm(Seen):
    """A proposal that somebody else decides upon."""

    proposal = forms.radios(
        "What should happen to it?",
        [
            ("destroy", "Destroy it"),
            ("extend", "Keep it for longer, until a date"),
            ("keep", "Keep it for good"),
            ("return", "Return it to us, its source"),
            ("transfer", "Transfer it to The National Archives"),
        ],
        needed="Select what should happen to it",
    )
    until = forms.day("Keep it until", hint="Only if it is kept for longer. For example, 27 3 2028")
    reason = forms.text(
        "Reason", needed="Enter the reason", hint="Whoever approves reads it. Do not name people.", most=REASON
    )


class HoldForm(Seen):
    """Why it may not be destroyed, who says so, and when to look again."""

    issuer = forms.text(
        "Who asked for it",
        needed="Enter who asked for the hold",
        hint="For example, a public inquiry, a court, a complaint’s number",
        most=60,
    )
    reason = forms.text("Reason", needed="Enter the reason", most=REASON)
    review_on = forms.day("Look at it again on", hint="Leave empty for the usual time. For example, 27 3 2028")
