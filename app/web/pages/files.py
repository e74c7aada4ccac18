"""Files of an item, downloaded: decided, logged and committed before the first byte."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.http.downloads import marked, streamed, tag_of
from app.http.house import actor, house
from app.http.permissions import signed_in
from app.web import purposes

bp = Blueprint("files", __name__, url_prefix="/items/<ref>/files")


@bp.get("/<int:part>")
@signed_in
def download(ref: str, part: int) -> ResponseReturnValue:
    """One file, whole or a range of it, for the purpose the item was opened for."""
    purpose = purposes.of(ref)
    if not purpose:
        return redirect(url_for("items.show", ref=ref), 303)
    with ExitStack() as undo:
        with house().work(actor()) as work:
            found = work.sharing.download(ref, part, purpose, actor=actor(), now=work.now)
            undo.callback(found.reader.close)
        answer = streamed(found, tag=tag_of(ref, part), name=marked(found.marking, found.name))
        undo.pop_all()
    return answer
