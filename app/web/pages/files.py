"""Files of an item: downloaded, one or all, and looked at on a page. Decided and logged before the first byte."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.bootstrap.work import Work
from app.http import handed
from app.http.downloads import filename, streamed, tag_of
from app.http.house import actor, house
from app.http.language import N_
from app.http.permissions import signed_in
from app.http.security import PICTURE, SANDBOXED
from app.http.zipped import everything
from app.outbound import showing
from app.outbound.documents import PDF, TEXT
from app.web import purposes
from app.web.page import page
from sharing.service.reading import Download

bp = Blueprint("files", __name__, url_prefix="/items/<ref>")
_HEAD = 1024


@bp.get("/files/<int:part>")
@signed_in
def download(ref: str, part: int) -> ResponseReturnValue:
    """One file, whole or a range of it, for the purpose the item was opened for."""
    purpose = purposes.of(ref)
    if not purpose:
        return redirect(url_for("items.show", ref=ref), 303)
    tag = tag_of(ref, part)
    with ExitStack() as undo:
        with house().work(actor()) as work:
            again = handed.goes_on(tag, purpose, work.now)
            found = work.sharing.download(ref, part, purpose, again=again, actor=actor(), now=work.now)
            undo.callback(found.reader.close)
        if not again:
            handed.remember(tag, purpose, work.now)
        answer = streamed(found, tag=tag, name=filename(ref, found.marking, found.name), reference=ref)
        undo.pop_all()
    return answer


@bp.get("/files.zip")
@signed_in
def zipped(ref: str) -> ResponseReturnValue:
    """Every file, in one."""
    purpose = purposes.of(ref)
    return everything(ref, purpose) if purpose else redirect(url_for("items.show", ref=ref), 303)


@bp.get("/files/<int:part>/view")
@signed_in
def view(ref: str, part: int) -> ResponseReturnValue:
    """The file on a page that runs nothing, between its markings. Each look is entered in the log."""
    purpose = purposes.of(ref)
    if not purpose:
        return redirect(url_for("items.show", ref=ref), 303)
    number = _page()
    with house().work(actor()) as work:
        found = _looks(work, ref, part, purpose, number)
    _remember(ref, part, number, purpose, work.now)
    with closing(found.reader):
        try:
            shown = _looked(found, number)
        except showing.NotShown as error:
            shown = {"kind": "", "why": error.detail}
    given: dict[str, Any] = {"ref": ref, "part": part, "name": found.name, "marking": found.marking, "number": number}
    answer = Response(page("items/file.html", **given, **shown)[0], mimetype="text/html")
    answer.headers["Content-Security-Policy"] = SANDBOXED
    return answer


@bp.get("/files/<int:part>/picture")
@signed_in
def picture(ref: str, part: int) -> ResponseReturnValue:
    """The picture of that page: of a PDF one page drawn, of a picture itself."""
    purpose, number = purposes.of(ref), _page()
    if not purpose:
        return redirect(url_for("items.show", ref=ref), 303)
    what = _shown(ref, part, number)
    with house().work(actor()) as work:
        again = handed.goes_on(what, purpose, work.now, part=True)
        found = _looks(work, ref, part, purpose, number, again=again)
    if not again:
        _remember(ref, part, number, purpose, work.now)
    with closing(found.reader):
        kind = _kind(found)
        if kind == PDF:
            answer = Response(showing.picture_of(_pieces(found), number), mimetype="image/png")
        elif kind.startswith("image/"):
            answer = Response(b"".join(_pieces(found)), mimetype=kind)
        else:
            raise showing.NotShown("It is no picture. Download it instead.")
    answer.headers["Content-Security-Policy"] = PICTURE
    answer.headers["Content-Disposition"] = "inline"
    return answer


def _looks(work: Work, ref: str, part: int, purpose: str, number: int, *, again: bool = False) -> Download:
    """Leafing through one file is one file looked at, as long as the session remembers it."""
    onward = handed.goes_on(_file(ref, part), purpose, work.now, part=True)
    return work.sharing.view(ref, part, purpose, page=number, again=again, onward=onward, actor=actor(), now=work.now)


def _remember(ref: str, part: int, number: int, purpose: str, now: datetime) -> None:
    """The page, for the picture that belongs to it; and the file, for its further pages."""
    handed.remember(_shown(ref, part, number), purpose, now)
    handed.remember(_file(ref, part), purpose, now)


def _looked(found: Download, number: int) -> dict[str, Any]:
    kind = _kind(found)
    if kind == PDF:
        read = showing.words_of(_pieces(found), number)
        return {"kind": kind, "pages": read.pages, "words": read.words}
    if kind == TEXT:
        return {"kind": kind, "words": showing.text_of(b"".join(_pieces(found)))}
    if kind:
        return {"kind": "picture"}
    raise showing.NotShown(N_("Only text, PDF and pictures are shown here, up to a size. Download it instead."))


def _kind(found: Download) -> str:
    return showing.told_by(b"".join(bytes(piece) for piece in found.reader.stream(0, _HEAD)), found.size)


def _pieces(found: Download) -> Iterator[bytes]:
    return (bytes(piece) for piece in found.reader.stream())


def _page() -> int:
    given = request.args.get("page", "1")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 1


def _file(ref: str, part: int) -> str:
    return f"{tag_of(ref, part)} looked at"


def _shown(ref: str, part: int, number: int) -> str:
    return f"{tag_of(ref, part)} page {number}"
