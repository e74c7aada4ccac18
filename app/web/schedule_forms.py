"""The forms of schedules, and where an uploaded table goes: into memory, up to what a schedule may have."""

from __future__ import annotations

from app.http.request import FileSink
from app.web import forms
from retention.policy.files import MOST_WORDS
from retention.rules.schedule_csv import MOST_BYTES

REASON = 400


class Table:
    """``app.http.request.Sink`` for one small file. What is longer is let by, and refused by the room."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes, /) -> int:
        """Keep it, up to one byte more than may be."""
        self.data += data[: MOST_BYTES + 1 - len(self.data)]
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:  # noqa: ARG002
        """Form parsers rewind what they have filled."""
        return 0

    def abort(self) -> None:
        """Nothing was kept anywhere."""

    def close(self) -> None:
        """It is read by the view."""


def into() -> FileSink:
    """For ``receives_files``."""
    return lambda _name, _media_type: Table()


class ProposeForm(forms.Form):
    """The next version of a body's own schedule."""

    table = forms.file(
        "Table of classes",
        needed="Choose the file with the table of classes",
        hint="A CSV file with every class of the schedule, changed or not. Save the version in force and change that.",
    )
    authority = forms.text(
        "Authority for this version",
        needed="Enter the authority for this version",
        hint="The schedule or the decision that gives these periods. Each class cites its own place in it.",
        most=MOST_WORDS,
    )
    effective_from = forms.day(
        "It begins on",
        needed="Enter the day it begins",
        hint="Not before the day it is approved. For example, 1 4 2028",
    )
    applies = forms.radios(
        "What does it apply to?",
        [
            ("live", "Items there are, too: their dates are found anew on that day"),
            ("new", "Only items that are closed from that day on"),
        ],
        needed="Select what it applies to",
    )
    reason = forms.text(
        "Reason", needed="Enter the reason", hint="Whoever approves reads it. Do not name people.", most=REASON
    )


class RejectForm(forms.Form):
    """Why not."""

    reason = forms.text("Reason", needed="Enter the reason", most=REASON)
