"""Refusals of the API itself; every other comes from the rooms. Statuses: ``app.http.errors``."""

from __future__ import annotations

from foundation.errors import Conflict, Denied, Invalid


class NotJson(Invalid):
    """The body is not JSON, or not said to be."""

    code = "api.not-json"
    title = "The body is not JSON"


class JsonBroken(Invalid):
    """Said to be JSON and is not."""

    code = "api.json-broken"
    title = "The JSON cannot be read"


class FieldsInvalid(Invalid):
    """Fields missing, unknown or of the wrong form; ``fields`` names each."""

    code = "api.fields-invalid"
    title = "Some of what was sent cannot be used"


class CursorInvalid(Invalid):
    """A cursor this service did not give."""

    code = "api.cursor-invalid"
    title = "The cursor cannot be used"


class SignInFailed(Denied):
    """Whatever the cause, the same answer."""

    code = "api.sign-in-failed"
    title = "You are not signed in"


class PreconditionFailed(Conflict):
    """If-Match names another version."""

    code = "api.precondition-failed"
    title = "It has changed since you looked"


class PreconditionRequired(Conflict):
    """Changing this needs If-Match."""

    code = "api.precondition-required"
    title = "Say which version you are changing"
