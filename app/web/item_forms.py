"""The forms of acts on items. Each carries the version of the item its reader looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from wtforms import HiddenField

from app.http.language import N_, said
from app.web import forms, widgets
from app.web.item_words import IDENTIFIERS
from classification.model import GRADES
from foundation.calendar import LONDON
from foundation.errors import Conflict, ServiceError
from sharing.model.agreement import Purpose
from sharing.model.item import ItemSeen
from sharing.queries.ways import Way

GRADE_OPTIONS = [(grade, grade) for grade in GRADES]
NO_VERSION = -1


class Versioned(forms.Form):
    """``overtaken``: somebody acted in the meantime. The page shows how things stand, with what was typed."""

    version = HiddenField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.overtaken = False

    @property
    def expected(self) -> int:
        """The version looked at. A form without one never matches."""
        given = self.version.data or ""
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else NO_VERSION

    def refuse(self, error: ServiceError) -> None:
        super().refuse(error)
        self.overtaken = self.overtaken or isinstance(error, Conflict)

    def look_again(self, version: int) -> None:
        """The page now shows this version, and the next try is about it."""
        if self.overtaken:
            self.version.data = str(version)


class OpenForm(forms.Form):
    """Why somebody opens an item."""

    purpose = forms.radios(N_("What do you need it for?"), needed=N_("Select what you need it for"))


class NewForm(forms.Form):
    """The way. How it is marked is asked once, where it is written."""

    way = forms.radios("What do you want to send, and which way?", needed="Select what you want to send")


class AnswerForm(Versioned):
    """How the answer is marked to begin with."""

    grade = forms.radios(
        N_("How is your answer marked?"),
        GRADE_OPTIONS,
        needed=N_("Select how your answer is marked"),
        hint=N_("Not less than what you answer, unless you know why."),
    )


class PassOnForm(Versioned):
    """To which office, with a word for it."""

    office = forms.finder(N_("Which office does it go to?"), needed=N_("Select the office it goes to"), few="radios")
    note = forms.long_text(
        N_("Note for that office"), hint=N_("Optional. Everybody who opens the item reads it."), most=4000
    )


class CloseForm(Versioned):
    """What came of it."""

    outcome = forms.long_text(N_("What came of it?"), needed=N_("Say what came of it"), most=4000)


class ListedCloseForm(CloseForm):
    """For kinds of item of which the agreement lists what may come: a schedule may count by it."""

    result = forms.select(N_("Outcome"))


class ReopenForm(Versioned):
    """Why work goes on."""

    reason = forms.long_text(N_("Why do you reopen it?"), needed=N_("Say why you reopen it"), most=4000)


class WithdrawForm(Versioned):
    """Why it is taken back."""

    reason = forms.long_text(N_("Why do you withdraw it?"), needed=N_("Say why you withdraw it"), most=4000)


class ShareForm(Versioned):
    """Whom, and why."""

    person = forms.radios(N_("Who needs it?"), needed=N_("Select a person or group"))
    purpose = forms.radios(N_("What do they need it for?"), needed=N_("Select what they need it for"))


class RecuseForm(Versioned):
    """Whom, and why."""

    person = forms.radios(N_("Who must not see it?"), needed=N_("Select a person"))
    reason = forms.long_text(
        N_("Why?"), needed=N_("Say why they must not see it"), hint=N_("Kept sealed with the item."), most=4000
    )


class GrantForm(Versioned):
    """Whom, until when, and why."""

    person = forms.radios(N_("Who needs to see it?"), needed=N_("Select a person"))
    until = forms.day(
        N_("Until the end of which day?"),
        needed=N_("Enter the last day"),
        hint=N_("At most 90 days ahead, like 27 3 2026"),
    )
    reason = forms.long_text(N_("Why?"), needed=N_("Say why they need to see it"), most=4000)

    def until_instant(self) -> datetime:
        """The midnight after the day, in London."""
        return datetime.combine(self.until.data + timedelta(days=1), time(), tzinfo=LONDON)


class SearchForm(forms.Form):
    """Whom somebody looks for. Sent in the body, so that no name is left in an address or its log."""

    identifier_type = forms.radios(
        "What do you know of the person?", [*IDENTIFIERS, ("name", "Name")], needed="Select what you know of the person"
    )
    value = forms.text("Number or name", needed="Enter the number or name", hint="A name is found whole, in any order.")
    purpose = forms.radios("What do you need it for?", needed="Select what you need it for")
    after = HiddenField()

    @property
    def cursor(self) -> int | None:
        """Where the page before ended."""
        given = self.after.data or ""
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else None


class FilesForm(forms.Form):
    """Files to add to a draft."""

    files = forms.files("Choose files", needed="Select a file to upload")


class PasteForm(forms.Form):
    """Text that becomes a file."""

    text = forms.long_text("Text", needed="Paste or type the text", most=100_000)
    name = forms.text("Name of the file", hint="For example, letter.txt", needed="Enter a name for the file")


def for_item(kind: type[Versioned], item: ItemSeen, **values: Any) -> Any:
    """The form of an act on an item as it stands."""
    return kind(data={"version": str(item.ref.version), **values})


def offer(field: Any, options: Iterable[tuple[str, str]]) -> None:
    """What this person may choose from, now."""
    field.choices = widgets.choices(options)


def purpose_options(purposes: Iterable[Purpose]) -> list[tuple[str, str]]:
    """The agreement's own words."""
    return [(purpose.id, said(purpose.words)) for purpose in purposes]


def way_key(way: Way) -> str:
    """A way as the value of a radio."""
    return "/".join((way.agreement, way.route, way.kind, str(way.office)))


def way_options(ways: Iterable[Way], *, offices: int) -> list[tuple[str, str]]:
    """“Intelligence: IMB staff or the National Chair to HMIP”, with the office where the person holds several."""
    return [
        (way_key(way), f"{way.kind_name}: {way.route_title}" + (f" (as {way.office_name})" if offices > 1 else ""))
        for way in ways
    ]
