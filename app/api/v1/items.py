"""Items: listed, seen, opened, explained. Seeing shows no title; opening asks what for, and is entered in the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.api import cursor
from app.api.reply import Reply
from app.api.schemas import items as schemas
from app.api.section import Section
from app.http.house import actor, house
from app.http.repeating import looks
from foundation.errors import Reason
from identity.model import Verdict
from sharing.errors.items import ActRefused
from sharing.model.item import Basis
from sharing.queries.items import ListPage
from sharing.queries.rows import ItemRow
from sharing.queries.visible import CAP, Filters
from sharing.store.access import load_facts

bp = Section("items", "Items one may see.")


@bp.op("GET", "/items", query=schemas.ItemsQuery, gives=schemas.Items)
def items(query: dict[str, Any]) -> Reply:
    """The newest first; of those due, the most urgent first."""
    due, place, limit = query["due"], cursor.number(query["cursor"]), query["limit"]
    with house().work(actor()) as work:
        if due:
            found = work.items.waiting(actor=actor(), now=work.now)
            rows = [row for row in found.rows if due == "waiting" or (row.step and row.step.late)]
            return Reply(listed(found, rows))
        chosen = Filters(
            kind=query["kind"],
            state=query["state"],
            marking_code=query["marking"],
            establishment=query["establishment"],
            since=query["since"],
            until=query["until"],
            direction=query["direction"],
        )
        page = work.items.page(actor=actor(), now=work.now, filters=chosen, cursor=place, size=limit)
        return Reply(listed(page))


@bp.op("POST", "/people/search", takes=schemas.SearchBody, gives=schemas.Items)
@looks
def search(body: dict[str, Any]) -> Reply:
    """Items about a data subject, among those one may see. Entered in the log with type and purpose, not the value."""
    with house().work(actor()) as work:
        page = work.items.search(
            body["type"],
            body["value"],
            body["purpose"],
            actor=actor(),
            now=work.now,
            cursor=cursor.number(body["cursor"]),
            size=body["limit"],
        )
        return Reply(listed(page))


@bp.op("GET", "/items/<reference>", gives=schemas.ItemSeen)
def summary(reference: str) -> Reply:
    """One item unopened: where it stands, and what one may do with it."""
    with house().work(actor()) as work:
        seen = work.sharing.see(reference, actor=actor(), now=work.now)
    return Reply(seen, version=seen.ref.version)


@bp.op("POST", "/items/<reference>/open", takes=schemas.OpenBody, gives=schemas.Opened)
@looks
def open_item(body: dict[str, Any], reference: str) -> Reply:
    """Read it. `purpose` is one of the agreement's; it stands in the log with who read it and when."""
    with house().work(actor()) as work:
        opened = work.sharing.open(reference, body["purpose"], actor=actor(), now=work.now)
    return Reply(opened, version=opened.ref.version)


@bp.op("GET", "/items/<reference>/why", query=schemas.WhyQuery, gives=schemas.Why)
def why(query: dict[str, Any], reference: str) -> Reply:
    """Why one may do this with it, or why not: as far as one may be told. Otherwise, the same 404 as for no item."""
    action = query["action"]
    with house().work(actor()) as work:
        try:
            seen = work.sharing.see(reference, actor=actor(), now=work.now)
        except ActRefused as error:
            return _why(action, error.reasons)
        if action in seen.may:
            return _why(action, seen.may[action].reasons, seen.bases)
        if action == "see":
            return _why(action, (), seen.bases)
        facts = load_facts(work.conn, [seen.ref.id], work.now)
        # A purpose is asked for when it is done, not when one asks whether one may.
        verdict = house().decider.decide(actor(), action, facts[0], now=work.now, purpose="asked")
    return _why(action, () if verdict.allowed else _reasons(verdict), seen.bases)


def _why(action: str, against: Sequence[Reason], bases: Sequence[Basis] = ()) -> Reply:
    return Reply(
        {
            "action": action,
            "allowed": not against,
            "reasons": against,
            "bases": bases,
            "policy": house().decider.policy,
        }
    )


def _reasons(verdict: Verdict) -> list[Reason]:
    known = house().decider.rules
    rules = verdict.rules or ("no-rule",) * len(verdict.why)
    return [
        Reason(rule, text, known[rule].source if rule in known else "")
        for rule, text in zip(rules, verdict.why, strict=False)
    ]


def listed(found: ListPage, rows: list[ItemRow] | None = None) -> dict[str, Any]:
    """A page of items."""
    count = found.count if rows is None else len(rows)
    return {
        "items": found.rows if rows is None else rows,
        "next": cursor.of_number(found.next),
        "count": {"value": min(count, CAP), "capped": count > CAP},
        "held_back": found.held_back,
        "barred": found.barred,
    }
