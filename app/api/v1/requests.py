"""Requests for the data held on somebody: entered, found for, decided, given, answered; and corrections told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for

from app.api.reply import Reply, once
from app.api.schemas import requests as schemas
from app.api.section import Section
from app.bootstrap import requests as rooms
from app.bootstrap.work import Work
from app.http.house import actor, house
from foundation.calendar import london_date
from sharing.model.rights import Case, Kept, Request, Time
from sharing.queries.rights import left
from sharing.service.rights.receiving import Asked
from sharing.service.rights.requests import DataRequests

bp = Section("requests", "What people ask about the data held on them.")
Body = dict[str, Any]


@bp.op("GET", "/requests", query=schemas.RequestsQuery, gives=schemas.Requests)
def requests(query: Body) -> Reply:
    """Those my body deals with, the shortest time left first."""
    with house().work(actor()) as work:
        found = rooms.listed(work, state=query["state"])
        part = [each.mine.state if each.mine else "" for each in found]
        lines = [
            {**_line(each.request, each.time, each.left), "part": one} for each, one in zip(found, part, strict=True)
        ]
        return Reply({"items": lines})


@bp.op("POST", "/requests", takes=schemas.RequestReceivedBody, gives=schemas.RequestSeen, status=201)
def receive(body: Body) -> Reply:
    """Enter a request of my body."""

    def act(work: Work) -> Reply:
        pairs = [(each["type"], each["value"]) for each in body.pop("identifiers")]
        made = rooms.requests(work).receive(Asked(**body, identifiers=pairs), actor=work.actor, now=work.now)
        return Reply(_seen(work, made.id), location=url_for("api_requests.request", key=made.reference))

    return once(act)


@bp.op("GET", "/requests/<key>", gives=schemas.RequestSeen)
def request(key: str) -> Reply:
    """One request, by id or reference."""
    with house().work(actor()) as work:
        return Reply(_seen(work, key))


@bp.op("POST", "/requests/<key>/pause", takes=schemas.RequestWaitBody, gives=schemas.RequestSeen)
def pause(body: Body, key: str) -> Reply:
    """Stop the clock: something was asked of them."""
    return _step(key, lambda service, who: service.pause(key, **body, **who))


@bp.op("POST", "/requests/<key>/resume", takes=schemas.RequestWaitBody, gives=schemas.RequestSeen)
def resume(body: Body, key: str) -> Reply:
    """Start it again: what was asked for came."""
    return _step(key, lambda service, who: service.resume(key, **body, **who))


@bp.op("POST", "/requests/<key>/extend", takes=schemas.RequestDatedBody, gives=schemas.RequestSeen)
def extend(body: Body, key: str) -> Reply:
    """Take the longer time: they were told on that day, with the reason."""
    return _step(key, lambda service, who: service.extend(key, **body, **who))


@bp.op("POST", "/requests/<key>/withdraw", takes=schemas.RequestDatedBody, gives=schemas.RequestSeen)
def withdraw(body: Body, key: str) -> Reply:
    """They took it back."""
    return _step(key, lambda service, who: service.withdraw_request(key, **body, **who))


@bp.op("POST", "/requests/<key>/aliases", takes=schemas.RequestAliasBody, gives=schemas.RequestSeen)
def add_alias(body: Body, key: str) -> Reply:
    """One more name or number of the person, with how it is known to be theirs."""
    kind, value, evidence = body["type"], body["value"], body["evidence"]
    return _step(key, lambda service, who: service.add_alias(key, kind, value, evidence=evidence, **who))


@bp.op("POST", "/requests/<key>/aliases/<alias>/remove", takes=schemas.RequestWordsBody, gives=schemas.RequestSeen)
def remove_alias(body: Body, key: str, alias: str) -> Reply:
    """Take one away again."""
    return _step(key, lambda service, who: service.remove_alias(key, alias, **body, **who))


@bp.op("POST", "/requests/<key>/join", takes=schemas.RequestJoinBody, gives=schemas.RequestSeen)
def join(body: Body, key: str) -> Reply:
    """Another request of my body is about the same person: its names find here too."""
    return _step(key, lambda service, who: service.join(key, **body, **who))


@bp.op("POST", "/requests/<key>/part", takes=schemas.RequestPartBody, gives=schemas.RequestSeen)
def part(body: Body, key: str) -> Reply:
    """They are not one person after all."""
    return _step(key, lambda service, who: service.part(key, **body, **who))


@bp.op("POST", "/requests/<key>/find", gives=schemas.RequestSeen)
def find(key: str) -> Reply:
    """Look for everything my body originated about the person. Entered in the log."""
    return _step(key, lambda service, who: service.find(key, **who))


@bp.op("POST", "/requests/<key>/items", takes=schemas.RequestItemBody, gives=schemas.RequestSeen)
def name_item(body: Body, key: str) -> Reply:
    """Add one of my body's items by its reference."""
    return _step(key, lambda service, who: service.name_item(key, **body, **who))


@bp.op("POST", "/requests/<key>/items/<item>/exclude", takes=schemas.RequestWordsBody, gives=schemas.RequestSeen)
def exclude(body: Body, key: str, item: str) -> Reply:
    """It is about somebody else."""
    return _step(key, lambda service, who: service.exclude(key, item, **body, **who))


@bp.op("POST", "/requests/<key>/items/<item>/restore", takes=schemas.RequestWordsBody, gives=schemas.RequestSeen)
def restore(body: Body, key: str, item: str) -> Reply:
    """It is about the person after all."""
    return _step(key, lambda service, who: service.restore(key, item, **body, **who))


@bp.op("POST", "/requests/<key>/items/<item>/decide", takes=schemas.RequestDecideBody, gives=schemas.RequestSeen)
def decide(body: Body, key: str, item: str) -> Reply:
    """What becomes of one item."""
    return _step(key, lambda service, who: service.decide_match(key, item, **body, **who))


@bp.op("POST", "/requests/<key>/items/<item>/check", takes=schemas.RequestCheckBody, gives=schemas.RequestSeen)
def check(body: Body, key: str, item: str) -> Reply:
    """A second person agrees that it is given though others are in it, or sends it back."""
    return _step(key, lambda service, who: service.check_disclosure(key, item, **body, **who))


@bp.op("POST", "/requests/<key>/items/<item>/tell", takes=schemas.RequestWordsBody, gives=schemas.RequestSeen)
def tell(body: Body, key: str, item: str) -> Reply:
    """Tell every office that received it what became of it."""
    return _step(key, lambda service, who: service.tell_recipients(key, item, **body, **who))


@bp.op("POST", "/requests/<key>/items/<item>/lift", takes=schemas.RequestWordsBody, gives=schemas.RequestSeen)
def lift(body: Body, key: str, item: str) -> Reply:
    """Let an item whose use was restricted be used again."""
    return _step(key, lambda service, who: service.lift_restriction(key, item, **body, **who))


@bp.op("POST", "/requests/<key>/refer", takes=schemas.RequestReferBody, gives=schemas.RequestSeen)
def refer(body: Body, key: str) -> Reply:
    """Ask the other body to answer for what it originated."""
    return _step(key, lambda service, who: service.refer(key, body["to"], words=body["words"], **who))


@bp.op("POST", "/requests/<key>/referral", takes=schemas.RequestTakeBody)
def referral(body: Body, key: str) -> Reply:
    """Take my body's part, or decline it. Whoever declines deals with the request no longer."""

    def act(work: Work) -> Reply:
        rooms.requests(work).answer_referral(key, **body, actor=work.actor, now=work.now)
        return Reply()

    return once(act)


@bp.op("POST", "/requests/<key>/disclosures", takes=schemas.RequestDiscloseBody, gives=schemas.RequestSeen)
def disclose(body: Body, key: str) -> Reply:
    """Enter in the disclosure log what was given: to whom, when, how."""
    return _step(key, lambda service, who: service.disclose(key, **body, **who))


@bp.op("POST", "/requests/<key>/answer", takes=schemas.RequestAnswerBody, gives=schemas.RequestSeen)
def answer(body: Body, key: str) -> Reply:
    """Answer my body's part, or refuse the whole of it on a ground."""
    return _step(key, lambda service, who: service.answer_request(key, **body, **who))


@bp.op("GET", "/corrections", gives=schemas.Corrections)
def corrections() -> Reply:
    """What my offices were told of items they received, and have not said that they know."""
    with house().work(actor()) as work:
        found = rooms.corrections(work)
        return Reply(
            {
                "items": [
                    {
                        "request": each.request,
                        "item": each.notice.item,
                        "reference": each.reference,
                        "office": each.notice.office,
                        "about": each.notice.about,
                        "words": each.words,
                        "told_at": each.notice.told_at,
                    }
                    for each in found
                ]
            }
        )


@bp.op("POST", "/corrections", takes=schemas.RequestKnowBody)
def know(body: Body) -> Reply:
    """My office knows."""

    def act(work: Work) -> Reply:
        rooms.requests(work).know(body["request"], body["item"], body["office"], actor=work.actor, now=work.now)
        return Reply()

    return once(act)


def _step(key: str, act: Callable[[DataRequests, dict[str, Any]], object]) -> Reply:
    def doing(work: Work) -> Reply:
        act(rooms.requests(work), {"actor": work.actor, "now": work.now})
        return Reply(_seen(work, key))

    return once(doing)


def _line(request: Request, time: Time, days: int | None) -> dict[str, Any]:
    names = ("id", "reference", "right", "party", "received_on", "extended_on", "state")
    line = {name: getattr(request, name) for name in names}
    return {**line, "due_on": time.due_on, "left": days, "stopped_for": time.stopped_for}


def _seen(work: Work, key: str) -> dict[str, Any]:
    seen = rooms.seen(work, key)
    case = seen.case
    mine = case.part(work.actor.party)
    return {
        **_line(case.request, seen.time, left(case.request, seen.time, london_date(work.now))),
        "part": mine.state if mine else "",
        "identity": case.request.identity,
        "parts": case.parts,
        "aliases": [
            {"id": each.id, "type": each.kind, "value": case.said(each.note).get("value", ""), "removed": each.removed}
            for each in case.aliases
        ],
        "items": _items(case, seen.kept),
        "elsewhere": seen.elsewhere,
        "disclosures": [
            {
                "on": each.on,
                "channel": each.channel,
                "digest": each.digest,
                "items": each.items,
                "to": case.said(each.note).get("to", ""),
            }
            for each in case.disclosures
        ],
        "notices": case.notices,
        "events": case.events,
        "letter": rooms.letter_of(work, seen) if seen.officer and mine and mine.state != "referred" else "",
    }


def _items(case: Case, kept: Any) -> list[dict[str, Any]]:
    found = []
    for each in case.matches:
        stands = kept.get(each.item, Kept())
        names = ("item", "reference", "how", "excluded", "outcome", "ground", "third_party", "restricted")
        line = {name: getattr(each, name) for name in names}
        shelf = {"held": stands.held, "certificate": stands.certificate, "copies": stands.copies}
        found.append({**line, "checked": bool(each.checked_by), **shelf})
    return found
