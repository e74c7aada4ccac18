"""The forms of changes to an agreement, and where an uploaded file goes: into memory, up to what one may have."""

from __future__ import annotations

from wtforms import HiddenField

from app.http.request import FileSink
from app.web import forms
from sharing.rules.versions.texts import MOST_BYTES
from sharing.service.changing import MOST_REASON

DECISIONS = (
    ("not-needed", "Not needed: the processing of data does not change so that it calls for one"),
    ("needed", "Needed: it is to be carried out before anybody signs"),
    ("carried-out", "Carried out: say below where it is kept"),
)


class _File:
    """``app.http.request.Sink`` for one small file. What is longer is let by, and refused by the room."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes, /) -> int:
        self.data += data[: MOST_BYTES + 1 - len(self.data)]
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:  # noqa: ARG002
        return 0

    def abort(self) -> None: ...

    def close(self) -> None: ...


def into(**_given: object) -> FileSink:
    """For ``receives_files``."""
    return lambda _name, _media_type: _File()


class ProposeForm(forms.Form):
    """The next version: a file, or its text."""

    file = forms.file("The file of the next version", hint="A TOML file, in UTF-8, with the whole agreement.")
    text = forms.long_text(
        "Or its text",
        hint="Paste the whole file here, if you have no file to choose.",
        most=MOST_BYTES,
    )
    reason = forms.long_text(
        "What changes, and why",
        needed="Enter what changes, and why",
        hint="Whoever assesses and signs it reads this first. Do not name people.",
        most=MOST_REASON,
    )

    def given(self) -> bytes:
        """The bytes of the file, or of what was pasted."""
        chosen = self.file.data
        if chosen:
            return bytes(chosen[0].stream.data)
        return str(self.text.data or "").encode("utf-8", "surrogatepass")


class AssessForm(forms.Form):
    """The decision on a data protection impact assessment."""

    decision = forms.radios(
        "Is a data protection impact assessment needed for this change?",
        DECISIONS,
        needed="Select what was decided",
    )
    reason = forms.long_text(
        "Reason",
        needed="Enter the reason",
        hint="Why it is not needed, what it must look at, or where the one carried out is kept and what it found.",
        most=MOST_REASON,
    )


class SignForm(forms.Form):
    """The text signed, by its digest; said once more by a tick."""

    sha256 = HiddenField()
    read = forms.tick(
        "I have read what it changes, and sign it for my body", needed="Say that you have read what it changes"
    )


class EndForm(forms.Form):
    """Why it does not take effect."""

    reason = forms.long_text("Reason", needed="Enter the reason", most=MOST_REASON)
