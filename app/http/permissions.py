"""Who may reach which address at all. What they may do there is decided by the rooms; this only asks for a sign-in.

Every view says which it is, with a mark; a test walks the address map. A view without a mark is closed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, g, request
from werkzeug.exceptions import Unauthorized

from foundation.actor import NOBODY

View = TypeVar("View", bound=Callable[..., Any])
OPEN_ENDPOINTS = frozenset({"static"})


class SignInNeeded(Unauthorized):
    """Nobody is signed in, or no longer. Pages answer with the sign-in page, the API with 401."""

    description = "Sign in first. If you were signed in, your session has ended."


def public(view: View) -> View:
    """Mark a view anybody may reach, signed in or not."""
    view.door = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Mark a view for people who have signed in with both factors."""
    view.door = "signed-in"  # type: ignore[attr-defined]
    return view


def for_machines(view: View) -> View:
    """Mark a view no page of ours leads into: it refuses by problems, knows no session and so asks no form token."""
    view.for_machines = True  # type: ignore[attr-defined]
    return view


def by_hand(view: View) -> View:
    """Mark a view for the person alone: what a program holds for them does not open it."""
    view.by_hand = True  # type: ignore[attr-defined]
    return view


def for_script(view: View) -> View:
    """Mark a view that a script of our pages calls: it refuses by problems; session and form token are as of a page."""
    view.for_script = True  # type: ignore[attr-defined]
    return view


def answers_problems(endpoint: str | None) -> bool:
    """Does the view refuse by problems, and not by pages?"""
    view = current_app.view_functions.get(endpoint or "")
    return is_for_machines(endpoint) or bool(getattr(view, "for_script", False))


def is_for_machines(endpoint: str | None) -> bool:
    """Was the view marked so?"""
    return bool(getattr(current_app.view_functions.get(endpoint or ""), "for_machines", False))


def door_of(endpoint: str) -> str:
    """ "public", "signed-in", or "" where the view's author forgot (and it is closed)."""
    if endpoint in OPEN_ENDPOINTS:
        return "public"
    return str(getattr(current_app.view_functions.get(endpoint), "door", ""))


def require_sign_in() -> None:
    """Before the body is read. Raises SignInNeeded. An address nobody knows is left to be a 404."""
    if request.endpoint is None or door_of(request.endpoint) == "public":
        return
    if g.actor.id == NOBODY.id:
        raise SignInNeeded
