"""The forms of whoever manages accounts and offices."""

from __future__ import annotations

from app.web import forms

WHY, REASON = 400, 1000
_NEED, _NEEDED = "What do they need it for?", "Say what they need it for"
_READ = "The other administrator reads it before they confirm"


class InviteForm(forms.Form):
    """A new account."""

    name = forms.text("Name", needed="Enter their name")
    email = forms.email(
        "Email address", needed="Enter their email address", hint="One that has an account here is never used again"
    )
    party = forms.radios("Organisation", needed="Select their organisation")


class WhyForm(forms.Form):
    """An act that may be explained."""

    why = forms.text("Reason (optional)", hint="Kept in the audit log. Say nothing that need not be known.", most=WHY)


class RecoverForm(forms.Form):
    """How somebody is known to be who they say."""

    checked = forms.radios("How do you know that it is they?", needed="Select how you know that it is they")
    words = forms.long_text(
        "What you checked, when and with whom",
        needed="Say what you checked, when and with whom",
        hint="A message or an email alone is never enough: it may be anybody’s",
        most=1000,
    )


class ConfirmForm(forms.Form):
    """What another administrator proposed."""

    checked = forms.radios(
        "How do you know that this person is there, and that the account is theirs?",
        needed="Select how you know that the account is theirs",
    )
    why = forms.text("Anything to add (optional)", hint="Kept in the audit log", most=WHY)


class UntilForm(forms.Form):
    """Until when vetting is good."""

    until = forms.day("Good until", needed="Enter the date until which it is good", hint="For example, 27 3 2028")
    words = forms.text(
        "What proof did you see?",
        needed="Say what proof you saw",
        hint="The other administrator reads it. A reference is enough; no personal details",
        most=REASON,
    )


class AppointForm(forms.Form):
    """A role in an office, for a time."""

    role = forms.radios("Role", needed="Select a role")
    office = forms.finder("Office", needed="Select an office")
    since = forms.day("From", hint="Leave empty for now. For example, 27 3 2026")
    until = forms.day("Until", hint="The last day. Leave empty if no end is known")
    words = forms.text(_NEED, needed=_NEEDED, hint=_READ, most=REASON)


class OfficeForm(forms.Form):
    """A new office of a kind its party has."""

    kind = forms.radios("What kind of office is it?", needed="Select a kind of office")
    name = forms.text("Name", needed="Enter its name", hint="For example, Fernmoor Board")


class CoverForm(forms.Form):
    """An establishment."""

    establishment = forms.finder("Establishment", needed="Select an establishment")


class GroupForm(forms.Form):
    """A need-to-know group."""

    name = forms.text("Name", needed="Enter its name", hint="Do not name a person it is about")
    party = forms.radios("Organisation", needed="Select an organisation")


class JoinForm(forms.Form):
    """Somebody to bring in."""

    person = forms.finder("Person", needed="Select a person")
    until = forms.day("Until", hint="The last day. Leave empty if no end is known")
    words = forms.text(_NEED, needed=_NEEDED, hint=_READ, most=REASON)
