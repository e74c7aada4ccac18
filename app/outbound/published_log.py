"""A log over HTTP as it is published (docs/formats/checkpoint.md): the standard library, with limits of time and size.

Certificates are verified against the machine's store (SSL_CERT_FILE names another). No redirect is followed: what
answers is what was named.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urlsplit

from audit.errors import LogUnreachable
from audit.leaf import Malformed, unb64

SECONDS = 20  # for one answer, from its beginning to its end
MOST_NOTE = 1 << 16
MOST_STEPS = 128
TAKEN_AS_NO = frozenset({400, 403, 404, 409})


class PublishedLog:
    """One log by the address of its service: "https://custodes.example"."""

    def __init__(self, url: str, *, seconds: float = SECONDS) -> None:
        """Raises LogUnreachable for what is no address of a web server."""
        self._base, self._seconds = _checked(url).rstrip("/"), seconds

    def newest(self) -> str:
        """The newest note. Raises LogUnreachable."""
        status, body = fetch(f"{self._base}/audit/checkpoint", seconds=self._seconds)
        if status != 200:
            raise LogUnreachable(_said(self._base, status, body))
        return _text(self._base, body)

    def proof(self, old: int, size: int) -> Sequence[bytes] | None:
        """A consistency proof; None where the log answers that it has none, or with what is none."""
        address = f"{self._base}/audit/consistency?from={old}&to={size}"
        status, body = fetch(address, seconds=self._seconds)
        if status in TAKEN_AS_NO:
            return None
        if status != 200:
            raise LogUnreachable(_said(self._base, status, body))
        lines = _text(self._base, body).split("\n")
        try:
            return [unb64(line, 32) for line in lines[:-1]] if lines[-1] == "" and len(lines) <= MOST_STEPS else None
        except Malformed:
            return None

    def post(self, note: str) -> str:
        """ "" once the log took it, else why it does not. Raises LogUnreachable."""
        status, body = fetch(f"{self._base}/audit/cosignatures", note.encode(), seconds=self._seconds)
        if status in TAKEN_AS_NO:
            return _said(self._base, status, body)
        if status != 200:
            raise LogUnreachable(_said(self._base, status, body))
        return ""


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a redirect could lead to a log that somebody else keeps."""

    def redirect_request(self, *_: object) -> None:
        """None: the redirect itself is the answer, an error like any other."""


_OPENER = urllib.request.build_opener(_Stay)


def fetch(url: str, data: bytes | None = None, *, seconds: float = SECONDS, most: int = MOST_NOTE) -> tuple[int, bytes]:
    """Status and body of one request; with ``data`` a POST. Raises LogUnreachable, also for a body over ``most``."""
    asked = urllib.request.Request(_checked(url), data, _HEADERS)  # noqa: S310 - the scheme is checked
    until = time.monotonic() + seconds
    try:
        with _answer(asked, seconds) as answer:
            return answer.status, _read(answer, most, until)
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise LogUnreachable(f"“{_place(url)}” did not answer: {reason}. Nothing was signed.") from None


def _answer(asked: urllib.request.Request, seconds: float) -> Any:
    """A refusal is an answer too, and its body no more to be waited for than another's."""
    try:
        return _OPENER.open(asked, timeout=seconds)
    except urllib.error.HTTPError as error:
        return error


def _read(answer: IO[bytes], most: int, until: float) -> bytes:
    """The body, whose end must come in time: the socket's own limit starts anew with each byte."""
    body = b""
    while piece := answer.read1(8192):  # type: ignore[attr-defined]
        body += piece
        if len(body) > most or time.monotonic() > until:
            msg = "its answer is too long, or comes too slowly"
            raise ValueError(msg)
    return body


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username:
        raise LogUnreachable(f"“{url}” is no address of a web server. Give one like https://custodes.example.")
    return url


def _text(base: str, body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise LogUnreachable(f"“{_place(base)}” answered with what is no text.") from None


def _said(base: str, status: int, body: bytes) -> str:
    try:
        detail = str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError, RecursionError):
        detail = "It says no more."
    shown = "".join(each for each in detail if each.isprintable())[:300]
    return f"“{_place(base)}” answered {status}: {shown}"


def _place(url: str) -> str:
    return urlsplit(url).netloc


_HEADERS = {"Accept": "text/plain", "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-cache"}
