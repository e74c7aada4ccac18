"""The forms of removable media and paper."""

from __future__ import annotations

from typing import Any

from app.bootstrap.work import Work
from app.http.house import house
from app.web import forms, widgets
from custody.model import Ended
from custody.service.desk import MOST_LINE, MOST_WORDS
from retention.model.copy import METHODS

DAY = "For example, 27 3 2026"


class AskForm(forms.Form):
    """A request for a medium, for one item."""

    text = forms.tick("Its text, and who it is about")
    parts = forms.checks("Which files go onto the medium?", hint="Choose the least that serves")
    least = forms.text("Why would less not do?", needed="Enter why less would not do", most=MOST_WORDS)
    why = forms.text(
        "Why does nothing else serve?",
        needed="Enter why nothing else serves",
        hint="Media are avoided wherever possible (M55). For example, that there is no network where it is read",
        most=MOST_WORDS,
    )
    to = forms.text("Who will read it, and where", needed="Enter who will read it, and where", most=MOST_WORDS)
    outside = forms.radios(
        "May everybody who will read it see the item in this service?",
        [("no", "Yes, everybody may"), ("yes", "No, somebody else will read it")],
        needed="Select whether everybody who will read it may see the item",
    )
    medium = forms.radios("Which kind of medium?", needed="Select the kind of medium")
    serial = forms.text(
        "Its serial or asset number", needed="Enter its serial or asset number", hint="As it stands on the medium",
        most=40,
    )  # fmt: skip
    issued = forms.tick(
        "My organisation issued this medium", needed="Confirm that your organisation issued this medium",
        hint="A stick of your own is a breach",
    )  # fmt: skip
    holder = forms.text(
        "Work e-mail address of whoever will hold it (optional)", hint="Leave this empty if you will hold it", most=254
    )
    back_on = forms.day("Due back on", needed="Enter the day on which it is due back", hint=DAY)


class DecideForm(forms.Form):
    """The second person's word."""

    choice = forms.radios(
        "Do you approve it?", [("approved", "Yes, it may be written"), ("refused", "No")], needed="Select yes or no"
    )
    note = forms.text("Why", needed="Enter why", most=MOST_WORDS)


class ReadBackForm(forms.Form):
    """The file as it lies on the medium."""

    file = forms.file(
        "The container on the medium",
        needed="Choose the container on the medium",
        hint="Choose it on the medium itself, not in your downloads: only so it is known that it arrived there",
    )


class LossForm(forms.Form):
    """Lost, or missing."""

    what = forms.long_text(
        "What happened, and to whom it was reported",
        needed="Enter what happened, and to whom it was reported",
        hint="Tell your security lead at once, by telephone. Do not name data subjects here",
        most=MOST_WORDS,
    )


class EndForm(forms.Form):
    """What became of it."""

    fate = forms.radios(
        "What became of it?",
        [("destroyed", "It was destroyed"), ("returned", "It was returned, and nothing of it kept")],
        needed="Select what became of it",
    )
    method = forms.select("If it was destroyed, how?", hint="Certificates name this and the standard it keeps")
    on = forms.day("On which day", needed="Enter the day", hint=DAY)
    witness = forms.text("Who saw it", needed="Enter who saw it", hint="Somebody else than you", most=MOST_LINE)
    evidence = forms.text(
        "What shows it", needed="Enter what shows it", hint="For example, the number of a receipt or certificate",
        most=MOST_LINE,
    )  # fmt: skip

    def offer(self, *, paper: bool) -> None:
        """The ways that destroy such a thing."""
        ways = [(each.code, f"{each.words} ({each.standard})") for each in METHODS.values() if each.paper == paper]
        self.method.choices = widgets.choices([("", "It was not destroyed"), *ways])

    @property
    def said(self) -> Ended:
        return Ended(self.fate.data, self.on.data, self.evidence.data, self.witness.data, self.method.data or "")


LOCKED: Any = {
    "label": "It is locked away when it is not in use",
    "needed": "Confirm that it is locked away when it is not in use",
}


class PaperForm(forms.Form):
    """A copy on paper, registered."""

    place = forms.text(
        "Where it is kept", needed="Enter where it is kept", hint="The room and the cabinet", most=MOST_LINE
    )
    made_on = forms.day("Since when", needed="Enter the day it was made or came", hint=DAY)
    locked = forms.tick(**LOCKED)


class PrintForm(forms.Form):
    """An item, about to be printed."""

    purpose = forms.radios("What do you need it on paper for?", needed="Select what you need it on paper for")
    copies = forms.text("How many copies", needed="Enter how many copies", most=3)
    place = forms.text(
        "Where the copies will be kept", needed="Enter where the copies will be kept", hint="The room and the cabinet",
        most=MOST_LINE,
    )  # fmt: skip
    locked = forms.tick(
        "They will be locked away when not in use, and cleared from the printer at once",
        needed="Confirm that they will be locked away",
    )

    @property
    def number(self) -> int:
        """None of a word: the room says how many there may be."""
        text = self.copies.data or ""
        return int(text) if text.isascii() and text.isdecimal() else 0


class LockForm(forms.Form):
    """It is locked away today."""

    locked = forms.tick(**LOCKED)


class ReceiveForm(forms.Form):
    """It is here."""

    place = forms.text("Where it is kept now", needed="Enter where it is kept now", most=MOST_LINE)
    locked = forms.tick(**LOCKED)


class SendForm(forms.Form):
    """It is handed over."""

    to = forms.text("Work e-mail address of whom it goes to", needed="Enter whom it goes to", most=254)
    way = forms.radios("How is it moved?", needed="Select how it is moved")
    covered = forms.tick(
        "It is sealed, and no marking shows on the outside",
        needed="Confirm that it is sealed and that no marking shows on the outside",
    )

    def offer(self) -> None:
        """The ways the policies name."""
        self.way.choices = widgets.choices((each.id, each.name) for each in house().policies.custody.ways.values())


def account(work: Work, email: str) -> str:
    """The account of that address; the asker's own for none; what nobody has for one that is not known."""
    if not email:
        return work.actor.id
    found = work.people.by_email(email)
    return found.id if found else "nobody"
