"""The forms of a transfer to the archive."""

from __future__ import annotations

from wtforms import Field
from wtforms.validators import ValidationError

from app.web import forms
from app.web.disposal_forms import REASON, Seen
from retention.service.transfers import MOST_YEARS


class PackageForm(Seen):
    """For whom it is sealed, and whether the record is open."""

    recipient = forms.text(
        "The archive’s public key",
        needed="Enter the archive’s public key",
        hint="One line that begins with age1, had from the archive by another way than this network.",
        most=200,
    )
    closure = forms.radios(
        "Is the record open or closed?",
        [("open", "Open"), ("closed", "Closed")],
        needed="Select whether the record is open or closed",
    )
    closure_years = forms.text(
        "If closed, for how many years (optional)", hint="From the end of the year of its date, as the archive counts.",
        most=3,
    )  # fmt: skip
    authority = forms.text(
        "If closed, on whose authority (optional)",
        hint="A closure needs the approval of the Secretary of State (GSCP 2024 para 42d). Do not name people.",
        most=REASON,
    )

    def validate_closure_years(self, field: Field) -> None:
        """Digits, or nothing."""
        text = field.data or ""
        if text and not (text.isascii() and text.isdecimal()):
            msg = f"Years must be a whole number from 1 to {MOST_YEARS}"
            raise ValidationError(msg)

    @property
    def years(self) -> int | None:
        """None where nothing was entered."""
        return int(self.closure_years.data) if self.closure_years.data else None


class ReceiptForm(Seen):
    """What the archive said."""

    archive_reference = forms.text(
        "The archive’s reference", needed="Enter the archive’s reference", hint="For example, J 353/12", most=60
    )
    received_on = forms.day("Received on", needed="Enter the day it was received", hint="For example, 27 3 2047")
    sha256 = forms.text(
        "Digest the archive found",
        needed="Enter the digest the archive found",
        hint="SHA-256 of manifest-sha256.txt in the bag: 64 letters and digits.",
        most=80,
    )
