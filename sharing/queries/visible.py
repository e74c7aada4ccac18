"""What a person may see: pages, counts and searches that equal filtering every item by Cedar, and never do so.

The merge form: the newest few of each number a person answers to, by its index, then the newest of those. The work is
bounded by the page and the memberships, so whoever may see four items waits no longer than whoever may see most.

Each gate below is a rule of policies/access said again in SQL. ``SQL_IMPLEMENTS`` names them; a rule on `see` that
reads the item and is not named there fails the build, and every page is decided again before it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from foundation.actor import Actor
from identity.rules.decide import Decider
from identity.rules.gate import person_gate
from sharing.errors.items import AccessDisagrees
from sharing.store.access import GROUP, PERSONAL, ROUTE, load_facts, sets_of
from sharing.store.bound import Bound
from sharing.tables.items import item, item_access, item_recusal, item_subject

SQL_IMPLEMENTS = frozenset(
    {
        "NTK-01-recipient",
        "NTK-02-group",
        "NTK-03-sender",
        "NTK-04-route",
        "NTK-05-grant",
        "NTK-06-break-glass",
        "NTK-10-recused",
        "HND-11-org-only",
        "HND-12-hmg-only",
        "HND-13-embargo",
        "HND-15-abroad",
        "INC-01-quarantine",
        "INC-02-gone",
    }
)
VISIBLE_STATES = ("open", "closed")
CAP = 200
SENT, RECEIVED = "sent", "received"

# Newest first: ids start below this.
TOP = 2**62


@dataclass(frozen=True, slots=True)
class Filters:
    """Narrows a list; it can never widen one. ``since`` is included, ``until`` excluded, of the time of sending.

    ``direction``: "sent" is by this person or in the name of an office they hold, "received" is everything else.
    """

    kind: str = ""
    state: str = ""
    marking_code: str = ""
    establishment: str = ""
    since: datetime | None = None
    until: datetime | None = None
    direction: str = ""


EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of ``item``, newest first; ``next`` is the cursor of the page after, None on the last."""

    rows: tuple[sa.Row[Any], ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class _Asking:
    actor: Actor
    now: datetime
    filters: Filters
    cursor: int
    limit: int
    terms: tuple[bytes, ...] = ()


def page(
    conn: sa.Connection,
    actor: Actor,
    now: datetime,
    *,
    cursor: int | None = None,
    size: int = 50,
    filters: Filters = EVERYTHING,
) -> Page:
    """The newest ``size`` items below ``cursor`` that this person may see."""
    return _page(conn, _ids, _Asking(actor, now, filters, _below(cursor), size + 1))


def search(
    conn: sa.Connection,
    actor: Actor,
    now: datetime,
    terms: Sequence[bytes],
    *,
    cursor: int | None = None,
    size: int = 50,
    filters: Filters = EVERYTHING,
) -> Page:
    """As ``page``, of the items that carry every one of these blind-index values. No term finds nothing."""
    if not terms:
        return Page((), None)
    return _page(conn, _found, _Asking(actor, now, filters, _below(cursor), size + 1, tuple(terms)))


def count_capped(
    conn: sa.Connection,
    actor: Actor,
    now: datetime,
    *,
    filters: Filters = EVERYTHING,
    terms: Sequence[bytes] = (),
    cap: int = CAP,
) -> int:
    """How many there are, never above ``cap`` + 1, which is to be read as “more than ``cap``”."""
    if person_gate(actor, now):
        return 0
    asking = _Asking(actor, now, filters, TOP, cap + 1, tuple(terms))
    ids = (_found if terms else _ids)(asking).subquery()
    return conn.execute(sa.select(sa.func.count()).select_from(ids)).scalar_one()


def checked_page(
    conn: sa.Connection,
    decider: Decider,
    actor: Actor,
    now: datetime,
    *,
    cursor: int | None = None,
    size: int = 50,
    filters: Filters = EVERYTHING,
    terms: Sequence[bytes] = (),
    bound: Bound | None = None,
) -> Page:
    """The page (a search, when there are ``terms``), decided again from rows read in the same transaction.

    An alarm and never the filter. Raises AccessDisagrees, and so withholds the whole page, if one row shown would be
    refused: then list and rules differ, and no other row of it can be trusted either. With ``bound``, as whoever serves
    somebody asks, FactsAltered likewise.
    """
    if terms:
        found = search(conn, actor, now, terms, cursor=cursor, size=size, filters=filters)
    else:
        found = page(conn, actor, now, cursor=cursor, size=size, filters=filters)
    if not found.rows:
        return found
    rows = found.rows
    facts = load_facts(conn, [row.id for row in rows], now) if bound is None else bound.facts_of_rows(rows, now)
    verdicts = decider.decide_many(actor, "see", facts, now=now)
    for row, verdict in zip(rows, verdicts, strict=True):
        if not verdict.allowed:
            raise AccessDisagrees(row.uuid, verdict.rules)
    return found


def may_see(actor: Actor, now: datetime) -> sa.ColumnElement[bool]:
    """Whether the item joined is one this person may see: for registers that name items."""
    if person_gate(actor, now):
        return sa.false()
    return sa.and_(_held_by(actor, now), *_gates(actor, now))


def count_held_back(conn: sa.Connection, actor: Actor, now: datetime) -> int:
    """How many they could see if an incident did not hold them back; which ones is not told here."""
    if person_gate(actor, now):
        return 0
    wanted = sa.select(sa.func.count()).where(item.c.quarantined, _held_by(actor, now), *_gates(actor, now)[1:])
    return conn.execute(wanted).scalar_one()


def _below(cursor: int | None) -> int:
    return TOP if cursor is None else cursor


def _page(conn: sa.Connection, ids: Callable[[_Asking], sa.Select[Any]], asking: _Asking) -> Page:
    if person_gate(asking.actor, asking.now):
        return Page((), None)
    newest = ids(asking).subquery()
    # The outer order is by the item's own key; a subquery's order is nobody's promise.
    rows = conn.execute(sa.select(item).join(newest, newest.c.item_id == item.c.id).order_by(item.c.id.desc())).all()
    shown = tuple(rows[: asking.limit - 1])
    return Page(shown, shown[-1].id if len(rows) == asking.limit else None)


def _ids(asking: _Asking) -> sa.Select[Any]:
    """The merge form: one arm for each number, each stopping at its own newest ``limit``."""
    actor = asking.actor
    gates = (*_gates(actor, asking.now), *_narrowed(asking))  # built once: most of the cost of a page is in building it
    arms = [_arm(asking, actor.principal, PERSONAL, gates)]
    arms += [_arm(asking, group, (GROUP,), gates) for group in sorted(actor.groups)]
    arms += [_arm(asking, office, (ROUTE,), gates) for office in sorted(actor.offices)]
    merged = sa.union(*(sa.select(arm.c.item_id) for arm in arms)).subquery()
    return sa.select(merged.c.item_id).order_by(merged.c.item_id.desc()).limit(asking.limit)


def _arm(asking: _Asking, principal: int, bases: Sequence[str], gates: Sequence[sa.ColumnElement[bool]]) -> sa.Subquery:
    held = item_access.c
    return (
        sa.select(held.item_id)
        .distinct()  # a sender who is also a recipient would take two places of the page
        .join(item, item.c.id == held.item_id)
        .where(
            held.principal == principal,
            held.basis.in_(bases),
            _in_force(asking.now),
            held.item_id < asking.cursor,
            item.c.id < asking.cursor,  # on both: a planner does not carry `<` across the join
            *gates,
        )
        .order_by(held.item_id.desc())
        .limit(asking.limit)
        .subquery()
    )


def _found(asking: _Asking) -> sa.Select[Any]:
    """By the blind index: in the index's own order, so that it stops at ``limit``."""
    first, *others = asking.terms
    carried = item_subject.c
    more = (
        sa.exists().where(also.c.item_id == item.c.id, also.c.bidx == term)
        for term in others
        for also in (item_subject.alias(),)
    )
    return (
        sa.select(carried.item_id)
        .join(item, item.c.id == carried.item_id)
        .where(
            carried.bidx == first,
            *more,
            carried.item_id < asking.cursor,
            item.c.id < asking.cursor,
            _held_by(asking.actor, asking.now),
            *_gates(asking.actor, asking.now),
            *_narrowed(asking),
        )
        .order_by(carried.item_id.desc())
        .limit(asking.limit)
    )


def _held_by(actor: Actor, now: datetime) -> sa.ColumnElement[bool]:
    held = item_access.c
    return sa.exists().where(
        held.item_id == item.c.id,
        _in_force(now),
        sa.or_(
            sa.and_(held.principal == actor.principal, held.basis.in_(PERSONAL)),
            sa.and_(held.principal.in_(actor.groups), held.basis == GROUP),
            sa.and_(held.principal.in_(actor.offices), held.basis == ROUTE),
        ),
    )


def _in_force(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(item_access.c.valid_from <= now, item_access.c.valid_until > now)


def _gates(actor: Actor, now: datetime) -> Sequence[sa.ColumnElement[bool]]:
    """The forbids on `see` that read the item."""
    me, col = actor.principal, item.c
    named = col.released_to.contains(f",{actor.party},", autoescape=True) if actor.party else sa.false()
    barred = sa.exists().where(item_recusal.c.item_id == col.id, item_recusal.c.principal == me)
    return (
        col.quarantined == sa.false(),
        col.state.in_(VISIBLE_STATES),
        sa.or_(col.org_only == sa.false(), named),
        sa.true() if actor.hmg else col.hmg_only == sa.false(),
        sa.or_(col.embargo_until.is_(None), col.embargo_until <= now, col.sender_id == me, col.embargo_lead == me),
        sa.not_(barred),
        item.c.owners.in_(sets_of(actor.cleared)) if actor.abroad else sa.true(),
    )


def _narrowed(asking: _Asking) -> Sequence[sa.ColumnElement[bool]]:
    """What the person asked to see of it. Inside the arms, so that a page is full when there is enough to fill it."""
    wanted, col, actor = asking.filters, item.c, asking.actor
    same = ("kind", "state", "marking_code", "establishment")
    given: list[sa.ColumnElement[bool]] = [col[name] == getattr(wanted, name) for name in same if getattr(wanted, name)]
    if wanted.since is not None:
        given.append(col.sent_at >= wanted.since)
    if wanted.until is not None:
        given.append(col.sent_at < wanted.until)
    if wanted.direction:
        sent = sa.or_(col.sender_id == actor.principal, col.sender_office.in_(actor.offices))
        given.append(sent if wanted.direction == SENT else sa.not_(sent))
    return given
