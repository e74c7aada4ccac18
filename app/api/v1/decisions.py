"""Decisions to share and not to; the register of processing."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for

from app.api.reply import Reply, once
from app.api.schemas import decisions as schemas
from app.api.section import Section
from app.api.shown import office_number, whole
from app.bootstrap import processing
from app.bootstrap.work import Work
from app.http.house import actor, house
from foundation.calendar import london_end, london_midnight
from sharing.model.decision import COVER, DecisionTo, Refusal
from sharing.queries.decisions import Wanted

bp = Section("decisions", "Data protection: decisions to share and not to, and the register of processing.")
_PLAIN = (
    "id", "act", "agreement", "version", "route", "kind", "reference", "party", "to_parties", "on", "at", "persons",
    "purpose", "holds", "holds_said", "stated", "sight",
)  # fmt: skip


@bp.op("GET", "/sharing-decisions", query=schemas.DecisionQuery, gives=schemas.SharingDecisions)
def decisions(query: dict[str, Any]) -> Reply:
    """Those the asker took, those of their offices, and those they oversee; newest first, without what people wrote."""
    wanted = Wanted(
        act=query["act"],
        kind=query["kind"],
        party=query["party"],
        missing=query["missing"],
        since=_start(query["since"]),
        until=london_end(query["until"]) if query["until"] else None,
    )
    with house().work(actor()) as work:
        found = work.protection.decisions.page(wanted, cursor=query["cursor"], actor=work.actor, now=work.now)
        rows = [_shown(work, each) for each in found.rows]
    return Reply({"items": rows, "next": found.next or None, "count": None})


@bp.op("GET", "/sharing-decisions/<decision>", gives=schemas.SharingDecision)
def decision(decision: str) -> Reply:
    """One, with its words for whoever sees all of it."""
    with house().work(actor()) as work:
        found = work.protection.decisions.one(decision, actor=work.actor, now=work.now)
        return Reply(_shown(work, found))


@bp.op("POST", "/sharing-decisions", takes=schemas.RefusalBody, gives=schemas.DecisionMade, status=201)
def refuse(body: dict[str, Any]) -> Reply:
    """Record that a request to share was refused, and why. Nothing is shared by it."""

    def act(work: Work) -> Reply:
        given = Refusal(**{**body, "office": office_number(work, body["office"])})
        return _made(work.protection.deciding.refuse(given, actor=work.actor, now=work.now))

    return once(act)


@bp.op("POST", "/sharing-decisions/<decision>/answer", takes=schemas.DecisionAnswer, gives=schemas.DecisionMade)
def answer(body: dict[str, Any], decision: str) -> Reply:
    """Say what the record of something sent still lacks. It is answered once."""

    def act(work: Work) -> Reply:
        work.protection.deciding.answer(decision, **body, actor=work.actor, now=work.now)
        return _made(decision)

    return once(act)


@bp.op("GET", "/processing/<agreement>", gives=schemas.ProcessingRegister)
def register(agreement: str) -> Reply:
    """The register of processing (UK GDPR article 30), each statement with its source; what is missing says so."""
    with house().work(actor()) as work:
        found = processing.register(work, work.agreed.agreement(agreement, work.now))
    return Reply(whole(found))


def _made(id_: str) -> Reply:
    """Its id alone: an answer may be kept to be given again, and words are kept nowhere in clear."""
    return Reply({"id": id_}, location=url_for("api_decisions.decision", decision=id_))


def _start(day: date | None) -> Any:
    return london_midnight(day) if day else None


def _shown(work: Work, each: DecisionTo) -> dict[str, Any]:
    covered = each.sight == COVER
    plain = {name: getattr(each, name) for name in _PLAIN}
    called = work.people.names({each.office, *each.to})
    return plain | {
        "office": work.people.office(each.office).id if each.office else "",
        "by": "" if covered else each.by,
        "to": [called.get(number, "") for number in each.to],
        "told": "" if covered else each.told,
        "missing": [] if covered else each.missing,
        "words": {} if covered else each.words,
    }
