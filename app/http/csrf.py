"""A form is only accepted from a page of ours, opened in this session.

The token is a random value kept with the session on the server, so nothing has to be signed and there is no secret to
configure; each page carries it under a fresh mask, so that a compressing proxy gives nothing away. The API takes no
cookie and so needs no token.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

from flask import current_app, g, request, session
from werkzeug.exceptions import BadRequest

from app.http.permissions import is_for_machines

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
API = "/api/"
_LENGTH = 32


class FormStale(BadRequest):
    """The form was opened in another session, or comes from elsewhere. Nothing was done."""

    description = "This form was opened in an earlier session. Nothing was sent or changed."


def token() -> str:
    """The token for a form of this page, masked afresh."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_hex(_LENGTH)
    secret = bytes.fromhex(session["csrf"])
    mask = secrets.token_bytes(_LENGTH)
    return urlsafe_b64encode(mask + _xor(mask, secret)).decode()


def matches(given: str) -> bool:
    """Whether a token came from a page of this session."""
    try:
        raw = urlsafe_b64decode(given.encode())
    except (NotBase64, ValueError):
        return False
    secret = bytes.fromhex(session.get("csrf", ""))
    return len(raw) == 2 * _LENGTH and hmac.compare_digest(_xor(raw[:_LENGTH], raw[_LENGTH:]), secret)


def same_origin() -> bool:
    """Whether the browser says the request comes from a page of ours. A client that says nothing is not a browser."""
    # Under TLS a page of the same name without it is somebody's on the way, and none of ours.
    schemes = ("https",) if current_app.config["CUSTODES_SECURE"] else ("https", "http")
    origin = request.headers.get("Origin")
    if origin is not None and origin not in [f"{scheme}://{request.host}" for scheme in schemes]:
        return False
    return request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}


def check() -> None:
    """Before the view, after everything that can refuse without reading the body. Raises FormStale."""
    if request.method not in CHANGING or request.endpoint is None or request.path.startswith(API):
        return
    if is_for_machines(request.endpoint):
        return
    if not same_origin():
        raise FormStale
    # The header first: reading the field means reading the body, with the files in it.
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not matches(given):
        raise FormStale
    g.csrf_checked = True


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
