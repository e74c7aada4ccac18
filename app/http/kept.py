"""What somebody typed when their session ended goes with them through sign-in, in their own browser.

Nothing typed is stored here. The sign-in page carries the fields as one hidden input; after sign-in a page offers them
back to the address they were meant for, under a mark. A form with that mark is shown again, filled, and never acted
upon: the request is answered as if the page had been asked for. Files are not kept. It works without script.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.http import csrf
from app.http.permissions import require_sign_in
from app.http.request import typed_fields

FIELD = "kept"
BACK = "back"
MARK = "show-what-was-typed"
MOST = 400_000  # characters: below what one form may hold, so that what is kept can also come back
# What is secret is typed again, or made again: the page of sign-in may be in front of somebody else by then.
_SECRET = frozenset({"password", "again", "current", "code", "uri", "passphrase", "seal"})
NOT_KEPT = frozenset({csrf.FIELD, FIELD, BACK, MARK}) | _SECRET


@dataclass(frozen=True, slots=True)
class Kept:
    """``back``: the address the form was meant for. ``fields``: what was typed, in order."""

    back: str
    fields: tuple[tuple[str, str], ...] = ()

    def as_text(self) -> str:
        """For the hidden input."""
        return json.dumps(self.fields, ensure_ascii=False)


def local(address: str) -> str:
    """``address`` if it is one of ours (a path, perhaps with a query), else "/"."""
    parts = urlsplit(address.replace("\\", "/"))
    ours = not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if ours and address.isprintable() else "/"


def capture() -> Kept:
    """What the refused request was for, and what was typed if it was a form of ours."""
    wanted = local(request.full_path.rstrip("?"))
    if request.method != "POST" or not csrf.same_origin():
        return Kept(wanted if request.method == "GET" else "/")
    try:
        fields = tuple((name, value) for name, value in typed_fields() if name not in NOT_KEPT)
    except (RequestEntityTooLarge, ValueError):
        fields = ()
    kept = Kept(wanted, fields)
    return kept if len(kept.as_text()) <= MOST else Kept(wanted)


def carried() -> Kept:
    """What the sign-in form brings along. Anything malformed is nothing: it came from a browser."""
    back = local(request.values.get(BACK, "/"))
    try:
        pairs = json.loads(request.form.get(FIELD, "[]"))
        fields = tuple((name, value) for name, value in pairs)
    except (ValueError, TypeError, RecursionError):
        return Kept(back)
    return Kept(back, fields if all(isinstance(text, str) for pair in fields for text in pair) else ())


def reopen() -> None:
    """After the CSRF check: a form under the mark is answered as the page that holds it, with the fields filled."""
    # The API has no forms to hand back; looking for the mark would read its bodies before their view does.
    if request.method != "POST" or request.endpoint is None or request.path.startswith(csrf.API):
        return
    if MARK not in request.form:
        return
    g.kept_form = MultiDict(pair for pair in request.form.items(multi=True) if pair[0] != MARK)
    try:
        adapter = current_app.create_url_adapter(request)
        if adapter is not None:
            rule, arguments = adapter.match(method="GET", return_rule=True)
            request.url_rule, request.view_args = rule, dict(arguments)
    except HTTPException:
        # The address only acts and has no page of its own. It must not act now.
        g.kept_form = None
        request.routing_exception = _Nowhere()
    request.method = "GET"
    require_sign_in()


class _Nowhere(HTTPException):
    code = 404
    description = "This page has no form to show. Start again from your inbox."
