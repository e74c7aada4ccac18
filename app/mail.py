"""Which carrier takes mail away, as the CUSTODES_MAIL_… settings say it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from outbox.policy.address import usable

NOTIFY = "https://api.notifications.service.gov.uk"


@dataclass(frozen=True, slots=True)
class Mail:
    """One of three. ``place``: the folder, or the host, or the address of GOV.UK Notify."""

    carrier: Literal["file", "smtp", "notify"]
    place: str
    port: int = 0
    user: str = ""

    @classmethod
    def read(cls, text: str, *, demonstration: bool = False) -> Self:
        """Of ``file:/folder``, ``smtp://user@host:port`` or ``notify:``. Raises ValueError."""
        if text.startswith("file:") and text.removeprefix("file:"):
            return cls("file", text.removeprefix("file:"))
        if text == "notify:":
            return cls("notify", NOTIFY)
        if text.startswith("notify:"):
            return cls("notify", _base(text.removeprefix("notify:"), demonstration=demonstration))
        if text.startswith("smtp://"):
            return cls._smtp(text)
        msg = "must be file:/path/of/folder, smtp://user@host:port, or notify:"
        raise ValueError(msg)

    @classmethod
    def _smtp(cls, text: str) -> Self:
        parts = urlsplit(text)
        if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment or parts.password is not None:
            msg = "must be smtp://user@host:port; the password stands in the file of CUSTODES_MAIL_SECRET"
            raise ValueError(msg)
        return cls("smtp", parts.hostname, parts.port or 587, parts.username or "")


def faults(
    mail_url: str, sender: str, secret: Path, template: str, address: str, *, demonstration: bool
) -> dict[str, list[str]]:
    """What the settings of mail lack, by variable: a carrier that is set up by half is found out at start-up."""
    try:
        mail = Mail.read(mail_url, demonstration=demonstration)
    except ValueError as error:
        return {"CUSTODES_MAIL_URL": [str(error)]}
    nowhere = "must say where people sign in: mail leads there"
    said = {
        "CUSTODES_MAIL_FROM": _sender(mail, sender),
        "CUSTODES_MAIL_SECRET": _secret(mail, secret),
        "CUSTODES_MAIL_TEMPLATE": _template(mail, template),
        "CUSTODES_ADDRESS": nowhere if mail.carrier != "file" and not address else "",
    }
    return {name: [fault] for name, fault in said.items() if fault}


def _sender(mail: Mail, sender: str) -> str:
    if sender and not usable(sender):
        return "must be one address of mail, without a name"
    return "must say whom mail comes from" if mail.carrier == "smtp" and not sender else ""


def _secret(mail: Mail, path: Path) -> str:
    if path == Path():
        what = "the password of the user" if mail.user else "the API key" if mail.carrier == "notify" else ""
        return f"must name the file that holds {what}" if what else ""
    first = _first_line(path)
    if not first:
        return "must name a file whose first line is the secret"
    if mail.carrier == "notify" and not key_parts(first):
        return "names no API key: a name, the service and the secret, joined by hyphens"
    return ""


def _template(mail: Mail, template: str) -> str:
    if mail.carrier == "notify" and not _is_uuid(template):
        return "must be the id of a template with ((subject)) and ((body))"
    return ""


def secret_of(path: Path) -> str:
    """The first line of the file."""
    return _first_line(path)


def key_parts(key: str) -> tuple[str, str] | None:
    """(service id, secret) of an API key of GOV.UK Notify; None for what is none."""
    service, secret = key[-73:-37], key[-36:]
    return (service, secret) if len(key) >= 73 and _is_uuid(service) and _is_uuid(secret) else None


def _first_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return ""
    return lines[0].strip() if lines else ""


def _is_uuid(text: str) -> bool:
    parts = text.split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and all(
        letter in "0123456789abcdefABCDEF" for part in parts for letter in part
    )


def _base(text: str, *, demonstration: bool) -> str:
    if not _is_web(text, demonstration=demonstration):
        msg = "must be notify: alone, or followed by an address that begins with https://"
        raise ValueError(msg)
    return text.rstrip("/")


def _is_web(text: str, *, demonstration: bool) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    schemes = {"https", "http"} if demonstration else {"https"}
    plain = text.isascii() and text.isprintable() and " " not in text
    return plain and parts.scheme in schemes and bool(parts.hostname) and not (parts.query or parts.fragment)
