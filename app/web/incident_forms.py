"""The forms of whoever leads on incidents. What was at risk is never typed here."""

from __future__ import annotations

from app.web import forms

NOTE = 400
HINT = "Whom you told, and how. Never what the information says. It is kept sealed in the audit log alone."


class DoneForm(forms.Form):
    """A duty done."""

    note = forms.text("Note (optional)", hint=HINT, most=NOTE)


class EndForm(forms.Form):
    """How it ended."""

    outcome = forms.radios("How did it end?", needed="Select how it ended")
    note = forms.text("Note (optional)", hint=HINT, most=NOTE)
