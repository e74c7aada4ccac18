"""Holds: by scope or by words, looked at before they are placed, kept by the body that placed them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flask import url_for

from app.api import cursor
from app.api.reply import Reply, once
from app.api.schemas import holds as schemas
from app.api.schemas.disposals import LiftBody
from app.api.section import Section
from app.api.shown import shown_hold, whole
from app.bootstrap.duties import must
from app.bootstrap.work import Work
from app.http.house import actor, house
from app.http.repeating import looks
from foundation.errors import Reason
from retention.model.hold import Hold
from retention.queries.holds import HoldRow
from retention.service.holds import UNKNOWN, Terms
from retention.service.preview import Asked

bp = Section("holds", "Holds: what may not be destroyed, by item, person, establishment, class, body, period or words.")
LOOK = "view-disposal-log"


@bp.op("GET", "/holds", query=schemas.HoldsQuery, gives=schemas.Holds)
def holds(query: dict[str, Any]) -> Reply:
    """Holds, those to be looked at soonest first."""
    with house().work(actor()) as work:
        must(work, LOOK)
        return Reply(whole([_row(each) for each in work.holds.holds(**query)]))


@bp.op("POST", "/holds/preview", takes=schemas.ScopeBody, gives=schemas.Previewed)
@looks
def preview(body: dict[str, Any]) -> Reply:
    """What a hold of this scope would catch now. Nothing is held by it; the log says that it was asked."""
    with house().work(actor()) as work:
        must(work, LOOK)
        scope = work.retention.understand(_asked(body), actor=actor(), now=work.now)
        return Reply(work.retention.preview(scope, actor=actor(), now=work.now))


@bp.op("POST", "/holds", takes=schemas.WideHoldBody, gives=schemas.HoldMade, status=201)
def place(body: dict[str, Any]) -> Reply:
    """Stop any destruction of what the scope catches, now and later, until lifted."""

    def act(work: Work) -> Reply:
        must(work, LOOK)
        scope = work.retention.understand(_asked(body["scope"]), actor=actor(), now=work.now)
        people = "; ".join(f"{each['type']}: {each['value']}" for each in body["scope"]["people"])
        given = {name: body[name] for name in ("reason", "issuer", "occasion", "review_on", "words")}
        return _left(work, work.retention.place(scope, Terms(**given, people=people), actor=actor(), now=work.now))

    return once(act)


@bp.op("POST", "/disposals/<reference>/holds", takes=schemas.HoldBody, gives=schemas.HoldMade, status=201)
def place_on_item(body: dict[str, Any], reference: str) -> Reply:
    """Stop any destruction until lifted. `issuer`: who asked for it; the asker's own body if not given."""

    def act(work: Work) -> Reply:
        must(work, LOOK)
        case = work.disposals.case(reference)
        issuer = body["issuer"] or house().policies.parties[actor().party].short
        given = {**body, "issuer": issuer}
        return _left(work, work.retention.place_hold(case.item, **given, actor=actor(), now=work.now))

    return once(act)


@bp.op("GET", "/holds/<hold>", gives=schemas.HoldSeen)
def hold(hold: str) -> Reply:
    """One hold, in force or lifted."""
    with house().work(actor()) as work:
        must(work, LOOK)
        return Reply(_seen(work, hold))


@bp.op("GET", "/holds/<hold>/items", query=schemas.HeldQuery, gives=schemas.HeldItems)
def held(query: dict[str, Any], hold: str) -> Reply:
    """What it was entered on, and how. What it catches and is not here yet is held all the same."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found = work.holds.hold(hold).hold
        place_ = cursor.text(query["cursor"])
        rows, after = work.holds.items(found.id, manner=query["manner"], after=place_, size=query["limit"])
        return Reply({"items": rows, "next": cursor.of_text(after)})


@bp.op("POST", "/holds/<hold>/items", takes=schemas.DecideBody, gives=schemas.AllDecided)
def decide(body: dict[str, Any], hold: str) -> Reply:
    """Say of each of these items whether the words of the hold fit it: an answer for each."""

    def act(work: Work) -> Reply:
        must(work, LOOK)
        named = work.retention.items_named(body["references"], actor=actor(), now=work.now)
        known = [named[each] for each in body["references"] if each in named]
        done = work.retention.decide_items(
            hold, known, fits=body["fits"], reason=body["reason"], actor=actor(), now=work.now
        )
        said = {each.item: each.reasons for each in done}
        return Reply({"items": [_decided(each, named, said) for each in body["references"]]})

    return once(act)


@bp.op("POST", "/holds/<hold>/lift", takes=LiftBody, gives=schemas.HoldMade)
def lift(body: dict[str, Any], hold: str) -> Reply:
    """Lift one hold. Nothing goes on by itself: what was approved before it must be approved anew."""
    return _step(hold, lambda work: work.retention.lift_hold, body)


@bp.op("POST", "/holds/<hold>/renew", takes=schemas.RenewBody, gives=schemas.HoldMade)
def renew(body: dict[str, Any], hold: str) -> Reply:
    """It was looked at and stays, until the date it is looked at again."""
    return _step(hold, lambda work: work.retention.renew_hold, body)


@bp.op("POST", "/holds/<hold>/owner", takes=schemas.OwnerBody, gives=schemas.HoldMade)
def change_owner(body: dict[str, Any], hold: str) -> Reply:
    """Give it to another records reviewer of the same body."""
    return _step(hold, lambda work: work.retention.change_owner, body)


def _step(hold: str, act: Callable[[Work], Callable[..., Hold]], body: Mapping[str, Any]) -> Reply:
    def doing(work: Work) -> Reply:
        must(work, LOOK)
        return _left(work, act(work)(hold, **body, actor=actor(), now=work.now))

    return once(doing)


def _asked(body: Mapping[str, Any]) -> Asked:
    people = [(each["type"], each["value"]) for each in body["people"]]
    return Asked(**{**body, "people": people})


def _left(work: Work, left: Hold) -> Reply:
    row = work.holds.hold(left.id)
    body = {
        "id": left.id,
        "kind": left.kind,
        "review_on": left.review_on.isoformat(),
        "settled": left.settled_at is not None,
        "lifted": left.lifted_at is not None,
        "stands_on": row.stands_on,
        "also_held": work.holds.still_held(left.id),
    }
    return Reply(body, location=url_for("api_holds.hold", hold=left.id))


def _seen(work: Work, hold: str) -> dict[str, Any]:
    return {**_row(work.holds.hold(hold)), "also_held": work.holds.still_held(hold)}


def _row(row: HoldRow) -> dict[str, Any]:
    return {**shown_hold(row.hold, actor()), "entered": dict(row.items), "stands_on": row.stands_on}


def _decided(reference: str, named: Mapping[str, str], said: Mapping[str, Sequence[Reason]]) -> dict[str, Any]:
    reasons = said[named[reference]] if reference in named else [UNKNOWN]
    return {"reference": reference, "done": not reasons, "reasons": [asdict(each) for each in reasons]}
