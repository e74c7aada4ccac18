"""Removable media: asked for, approved by another, written as one encrypted container, read back, ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Response, url_for

from app.api.reply import Reply, once
from app.api.schemas import custody as schemas
from app.api.schemas.shapes import Nothing
from app.api.section import Section
from app.bootstrap import custody as rooms
from app.bootstrap.work import Work
from app.http import reading_back
from app.http.downloads import packed
from app.http.house import actor, house
from app.http.request import streams_body
from custody.model import Asked, Ended, Export, Wanted
from custody.queries.register import Line

bp = Section("media", "Removable media: approved by a second person, encrypted, read back before they are exported.")
_ZIP = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}
_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


@bp.op("GET", "/media", query=schemas.OverQuery, gives=schemas.Media)
def media(query: dict[str, Any]) -> Reply:
    """Those the asker may know of, the worst first. That they looked is recorded."""
    with house().work(actor()) as work:
        found, _ = rooms.looked(work, over=query["over"])
    return Reply({"items": [shown(each) for each in found]})


@bp.op("POST", "/media", takes=schemas.MediumBody, gives=schemas.MediumMade, status=201)
def ask(body: dict[str, Any]) -> Reply:
    """Ask for a medium: why nothing else serves, and the least that does."""
    wanted = tuple(Wanted(each["reference"], each["text"], tuple(each["parts"])) for each in body["items"])
    asked = Asked(**{**body, "items": wanted})

    def act(work: Work) -> Reply:
        made = work.custody.ask(asked, actor=work.actor, now=work.now)
        return Reply(_plain(made), location=url_for("api_media.medium", medium=made.id))

    return once(act)


@bp.op("GET", "/media/<medium>", gives=schemas.Medium)
def medium(medium: str) -> Reply:
    """One medium."""
    with house().work(actor()) as work:
        return Reply(shown(work.kept.medium(medium, actor=work.actor, now=work.now)))


@bp.op("POST", "/media/<medium>/decision", takes=schemas.MediumDecisionBody, gives=schemas.MediumMade)
def decide(body: dict[str, Any], medium: str) -> Reply:
    """Approve or refuse what somebody else asked for."""
    return _act(medium, lambda w: w.custody.decide(medium, body["choice"], body["note"], actor=w.actor, now=w.now))


@bp.op("POST", "/media/<medium>/withdraw", takes=Nothing, gives=schemas.MediumMade)
def withdraw(_body: dict[str, Any], medium: str) -> Reply:
    """Take one's own request back."""
    return _act(medium, lambda w: w.custody.withdraw(medium, actor=w.actor, now=w.now))


@bp.op("POST", "/media/<medium>/passphrase", takes=Nothing, gives=schemas.Passphrase)
def passphrase(_body: dict[str, Any], medium: str) -> Reply:
    """A new passphrase for the next writing. It is kept nowhere: asked for again, it is another."""
    with house().work(actor()) as work:
        work.kept.medium(medium, actor=work.actor, now=work.now)
        made = work.custody.prepare(medium, actor=work.actor, now=work.now)
    return Reply({"passphrase": made.words, "seal": made.seal})


@bp.op(
    "POST",
    "/media/<medium>/container",
    takes=schemas.ContainerBody,
    doc={"responses": {"200": {"description": "The container (docs/formats/media-container.md).", "content": _ZIP}}},
)
def write(body: dict[str, Any], medium: str) -> Response:
    """The container under that passphrase, made as it is sent. Broken off, it counts as not written."""
    with house().work(actor()) as work:
        work.kept.medium(medium, actor=work.actor, now=work.now)
        made = rooms.container(work, medium, body["passphrase"], body["seal"])
    return packed(made)


@bp.op(
    "PUT",
    "/media/<medium>/read-back",
    gives=schemas.MediumMade,
    doc={"requestBody": {"required": True, "description": "The file as it lies on the medium.", "content": _BYTES}},
)
@streams_body
def read_back(medium: str) -> Reply:
    """Give the container back as it lies on the medium. Only where it is what was written is it exported."""
    sent = reading_back.from_request(medium)
    with house().work(actor()) as work:
        found = work.custody.verify(medium, sent.size, sent.sha256, actor=work.actor, now=work.now)
        return Reply(_plain(found))


@bp.op("POST", "/media/<medium>/loss", takes=schemas.CopyLossBody, gives=schemas.MediumMade)
def lose(body: dict[str, Any], medium: str) -> Reply:
    """Say that it is lost. Its copies hold the certificates of their items open."""
    return _act(medium, lambda w: w.custody.lose(medium, body["what"], actor=w.actor, now=w.now))


@bp.op("POST", "/media/<medium>/end", takes=schemas.CopyEndBody, gives=schemas.MediumMade)
def end(body: dict[str, Any], medium: str) -> Reply:
    """Say that it was returned or destroyed, and who saw it."""
    return _act(medium, lambda w: w.custody.end(medium, Ended(**body), actor=w.actor, now=w.now))


def _act(medium: str, act: Callable[[Work], Export]) -> Reply:
    def do(work: Work) -> Reply:
        work.kept.medium(medium, actor=work.actor, now=work.now)
        return Reply(_plain(act(work)))

    return once(do)


def shown(line: Line) -> dict[str, Any]:
    """A medium or a paper with what is due of it."""
    return asdict(line.thing) | {"due": line.stage, "since": line.since}


def _plain(found: Export) -> dict[str, Any]:
    return {"id": found.id, "number": found.number, "state": found.state}
