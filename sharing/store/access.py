"""The facts access is decided from: the only writer of item_access and item_recusal, and the reading of both.

Lists are driven from these rows and the decision is made from them too, so a row that means one thing to SQL and
another to Cedar must not come to be. A basis of a person is held by a person's own number, a group's by a group's, an
office's by an office's; the lists look for nothing else. Revoking ends a row, nothing is deleted: the log says who
held what, and when.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from foundation.actor import FOREVER
from identity.model import Grant, ItemFacts, Window
from sharing.tables import item, item_access, item_recusal

SENDER, RECIPIENT, GROUP, ROUTE = "sender", "recipient", "group", "route"
GRANT, BREAK_GLASS = "grant", "break-glass"
PERSONAL = (SENDER, RECIPIENT, GRANT, BREAK_GLASS)
TIMED = (GRANT, BREAK_GLASS)
BASES = (*PERSONAL, GROUP, ROUTE)


def name_on_item(
    conn: sa.Connection,
    *,
    item_id: int,
    sender: int,
    offices: Iterable[int],
    recipients: Iterable[int] = (),
    groups: Iterable[int] = (),
    now: datetime,
) -> None:
    """The facts of an item as it is sent. ``offices`` are those it has reached, the sending one included."""
    for basis, principals in ((SENDER, (sender,)), (RECIPIENT, recipients), (GROUP, groups), (ROUTE, offices)):
        for principal in sorted(set(principals)):
            give(conn, item_id=item_id, principal=principal, basis=basis, by=sender, since=now)


def give(
    conn: sa.Connection,
    *,
    item_id: int,
    principal: int,
    basis: str,
    by: int,
    since: datetime,
    until: datetime = FOREVER,
) -> None:
    """One basis, from ``since`` (included) until ``until`` (excluded). Given again, the window is the new one.

    ``by`` is the principal who gives it. Raises RuntimeError for a basis not known, a window without length, and for
    the numbers of the service and of a visitor, who never hold a basis.
    """
    if basis not in BASES or principal <= 0 or not since < until:
        msg = f"no such access fact: basis {basis!r} for {principal} from {since} until {until}"
        raise RuntimeError(msg)
    key = {"principal": principal, "item_id": item_id, "basis": basis}
    values = {"valid_from": since, "valid_until": until, "granted_by": by}
    if not conn.execute(sa.update(item_access).filter_by(**key).values(values)).rowcount:
        conn.execute(sa.insert(item_access).values({**key, **values}))


def revoke(conn: sa.Connection, *, item_id: int, principal: int, basis: str, now: datetime) -> bool:
    """End a basis at this instant; whether one was in force. Raises RuntimeError for the sender's, which stays."""
    if basis == SENDER:
        msg = "the sender's own basis is not revoked: the item is withdrawn"
        raise RuntimeError(msg)
    held = item_access.c
    ended = conn.execute(
        sa.update(item_access)
        .filter_by(principal=principal, item_id=item_id, basis=basis)
        .where(held.valid_from <= now, now < held.valid_until)
        .values(valid_until=now)
    )
    return ended.rowcount > 0


def recuse(conn: sa.Connection, *, item_id: int, principal: int, by: int, now: datetime) -> bool:
    """Bar a person from an item by name, whatever they hold; whether they were not barred before. It is not lifted."""
    key = {"principal": principal, "item_id": item_id}
    if conn.execute(sa.select(item_recusal.c.at).filter_by(**key)).first():
        return False
    conn.execute(sa.insert(item_recusal).values({**key, "by": by, "at": now}))
    return True


def load_facts(conn: sa.Connection, ids: Sequence[int], now: datetime) -> list[ItemFacts]:
    """The facts of these items as they stand, in the order asked; items that do not exist are left out.

    Grants keep their windows, which Cedar compares with the time itself; other bases are in force or not there.
    """
    rows = {row.id: row for row in conn.execute(sa.select(*_FACTS).where(item.c.id.in_(ids)))}
    bases: dict[int, list[sa.Row[tuple[int, int, str, datetime, datetime]]]] = defaultdict(list)
    for basis in conn.execute(sa.select(*_BASES).where(item_access.c.item_id.in_(ids))):
        bases[basis.item_id].append(basis)
    recused: dict[int, set[int]] = defaultdict(set)
    for bar in conn.execute(sa.select(item_recusal).where(item_recusal.c.item_id.in_(ids))):
        recused[bar.item_id].add(bar.principal)
    return [_facts(rows[i], bases[i], recused[i], now) for i in ids if i in rows]


def _facts(
    row: sa.Row[tuple[int]],
    bases: Iterable[sa.Row[tuple[int, int, str, datetime, datetime]]],
    recused: set[int],
    now: datetime,
) -> ItemFacts:
    held: dict[str, set[int]] = defaultdict(set)
    grants = []
    for basis in bases:
        if basis.basis in TIMED:
            grants.append(Grant(basis.principal, basis.basis, Window(basis.valid_from, basis.valid_until)))
        elif basis.valid_from <= now < basis.valid_until:
            held[basis.basis].add(basis.principal)
    return ItemFacts(
        id=row.id,
        sender=row.sender_id,
        recipients=frozenset(held[RECIPIENT]),
        groups=frozenset(held[GROUP]),
        offices=frozenset(held[ROUTE]),
        grants=tuple(sorted(grants, key=lambda grant: (grant.principal, grant.basis))),
        recused=frozenset(recused),
        released_to=frozenset(filter(None, row.released_to.split(","))),
        recipients_only=row.recipients_only,
        org_only=row.org_only,
        hmg_only=row.hmg_only,
        embargo_until=row.embargo_until,
        embargo_lead=row.embargo_lead,
        quarantined=row.quarantined,
        state=row.state,
    )


_FACTS = tuple(
    item.c[name]
    for name in (
        "id",
        "sender_id",
        "released_to",
        "recipients_only",
        "org_only",
        "hmg_only",
        "embargo_until",
        "embargo_lead",
        "quarantined",
        "state",
    )
)
_BASES = tuple(item_access.c[name] for name in ("item_id", "principal", "basis", "valid_from", "valid_until"))
