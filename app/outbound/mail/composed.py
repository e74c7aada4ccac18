"""A letter as a message of mail, in which nothing can become a header that was not meant to be one."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from outbox.model.message import Letter
from outbox.policy.address import usable


class Unusable(ValueError):
    """An address or a subject that cannot stand in a header."""


def composed(letter: Letter, sender: str, at: datetime) -> EmailMessage:
    """Plain text. The Message-ID is the letter's own at every attempt. Raises Unusable.

    No automatic answer is asked for (RFC 3834), and no receipt.
    """
    if not usable(letter.address) or not usable(sender):
        raise Unusable
    if not letter.subject.isprintable() or not letter.subject.isascii():
        raise Unusable
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, letter.address, letter.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.body, cte="quoted-printable")
    return message
