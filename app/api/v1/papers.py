"""Copies on paper: registered or printed, locked away, moved and received, destroyed or returned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for

from app.api.reply import Reply, once
from app.api.schemas import custody as schemas
from app.api.section import Section
from app.api.v1.media import shown
from app.bootstrap import custody as rooms
from app.bootstrap.work import Work
from app.http.house import actor, house
from custody.model import Ended, Paper

bp = Section("papers", "Copies on paper: where they are, that they are locked away, on their way, and how they ended.")


@bp.op("GET", "/papers", query=schemas.OverQuery, gives=schemas.Papers)
def papers(query: dict[str, Any]) -> Reply:
    """Those the asker may know of, the worst first. That they looked is recorded."""
    with house().work(actor()) as work:
        _, found = rooms.looked(work, over=query["over"])
    return Reply({"items": [shown(each) for each in found]})


@bp.op("POST", "/papers", takes=schemas.PaperBody, gives=schemas.PaperMade, status=201)
def register(body: dict[str, Any]) -> Reply:
    """A copy on paper that came with an item, or was made elsewhere. Whoever registers it holds it."""
    reference = body.pop("reference")

    def act(work: Work) -> Reply:
        made = work.custody.register(reference, **body, actor=work.actor, now=work.now)
        return Reply(_plain(made), location=url_for("api_papers.paper", paper=made.id))

    return once(act)


@bp.op("POST", "/items/<reference>/prints", takes=schemas.PrintBody, gives=schemas.PapersMade, status=201)
def print_copies(body: dict[str, Any], reference: str) -> Reply:
    """Say that it is about to be printed: decided like opening it, and so many copies are registered."""

    def act(work: Work) -> Reply:
        made = work.custody.print_copies(reference, **body, actor=work.actor, now=work.now)
        return Reply({"items": [_plain(each) for each in made]})

    return once(act)


@bp.op("GET", "/papers/<paper>", gives=schemas.Paper)
def paper(paper: str) -> Reply:
    """One copy."""
    with house().work(actor()) as work:
        return Reply(shown(work.kept.paper(paper, actor=work.actor, now=work.now)))


@bp.op("POST", "/papers/<paper>/lock", takes=schemas.PaperLockBody, gives=schemas.PaperMade)
def confirm(body: dict[str, Any], paper: str) -> Reply:
    """Its holder says that it is locked away."""
    return _act(paper, lambda w: w.custody.confirm(paper, **body, actor=w.actor, now=w.now))


@bp.op("POST", "/papers/<paper>/despatch", takes=schemas.PaperSendBody, gives=schemas.PaperMade)
def send(body: dict[str, Any], paper: str) -> Reply:
    """Hand it over to somebody of the same body who needs to know."""
    return _act(paper, lambda w: w.custody.send(paper, **body, actor=w.actor, now=w.now))


@bp.op("POST", "/papers/<paper>/receipt", takes=schemas.PaperReceiveBody, gives=schemas.PaperMade)
def receive(body: dict[str, Any], paper: str) -> Reply:
    """It has arrived, and is locked away."""
    return _act(paper, lambda w: w.custody.receive(paper, **body, actor=w.actor, now=w.now))


@bp.op("POST", "/papers/<paper>/missing", takes=schemas.CopyLossBody, gives=schemas.PaperMade)
def miss(body: dict[str, Any], paper: str) -> Reply:
    """Say that it is missing. It holds the certificate of its item open."""
    return _act(paper, lambda w: w.custody.miss(paper, body["what"], actor=w.actor, now=w.now))


@bp.op("POST", "/papers/<paper>/found", takes=schemas.PaperReceiveBody, gives=schemas.PaperMade)
def find(body: dict[str, Any], paper: str) -> Reply:
    """It was found; whoever says so holds it."""
    return _act(paper, lambda w: w.custody.find(paper, **body, actor=w.actor, now=w.now))


@bp.op("POST", "/papers/<paper>/end", takes=schemas.CopyEndBody, gives=schemas.PaperMade)
def end(body: dict[str, Any], paper: str) -> Reply:
    """Say that it was destroyed or returned, and who saw it."""
    return _act(paper, lambda w: w.custody.end_paper(paper, Ended(**body), actor=w.actor, now=w.now))


def _act(paper: str, act: Callable[[Work], Paper]) -> Reply:
    def do(work: Work) -> Reply:
        work.kept.paper(paper, actor=work.actor, now=work.now)
        return Reply(_plain(act(work)))

    return once(do)


def _plain(found: Paper) -> dict[str, Any]:
    return {"id": found.id, "reference": found.reference, "state": found.state}
