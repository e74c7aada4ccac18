"""The switch on every page: English or Welsh, kept in this browser."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, redirect, request
from flask.typing import ResponseReturnValue

from app.http import kept
from app.http.language import LANGUAGES, keep
from app.http.permissions import public

bp = Blueprint("languages", __name__)


@bp.get("/language/<language>")
@public
def choose(language: str) -> ResponseReturnValue:
    """Back to the page it was chosen on, in that language. It is kept as a cookie, and nothing else is changed."""
    if language not in LANGUAGES:
        abort(404)
    answer = make_response(redirect(kept.local(request.args.get("back", "/")), 303))
    keep(answer, language)
    return answer
