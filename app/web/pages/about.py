"""The pages under every page: accessibility, privacy, cookies, help. Anybody may read them."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.http.language import cookie_name as language_cookie_name
from app.http.permissions import public
from app.http.sessions import cookie_name
from app.web.page import page

bp = Blueprint("about", __name__)


@bp.get("/accessibility-statement")
@public
def accessibility() -> ResponseReturnValue:
    """What was tested, and what was not."""
    return page("about/accessibility.html")


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """What is recorded about the people who use the service."""
    return page("about/privacy.html")


@bp.get("/cookies")
@public
def cookies() -> ResponseReturnValue:
    """The one cookie."""
    return page("about/cookies.html", cookie_name=cookie_name(), language_cookie_name=language_cookie_name())


@bp.get("/help")
@public
def help() -> ResponseReturnValue:  # noqa: A001  the address is /help
    """How to do the main things, and whom to ask."""
    return page("about/help.html")
