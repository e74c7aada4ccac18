"""The facts access is decided from: the only writer of item_access and item_recusal, and the reading of both.

Lists are driven from these rows and the decision is made from them too, so a row that means one thing to SQL and
another to Cedar must not come to be. A basis of a person is held by a person's own number, a group's by a group's, an
office's by an office's; the lists look for nothing else. Revoking ends a row, nothing is deleted: the log says who
held what, and when.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any

import sqlalchemy as sa

from foundation.actor import FOREVER
from foundation.orm import Instant
from identity.model import Grant, ItemFacts, Window
from sharing.tables.items import item, item_access, item_office, item_recusal

SENDER, RECIPIENT, GROUP, ROUTE = "sender", "recipient", "group", "route"
GRANT, BREAK_GLASS = "grant", "break-glass"
PERSONAL = (SENDER, RECIPIENT, GRANT, BREAK_GLASS)
TIMED = (GRANT, BREAK_GLASS)
BASES = (*PERSONAL, GROUP, ROUTE)

# Without a look first: on PostgreSQL two who look at one page of the index and then write there have met.
_GIVE = sa.text(
    "INSERT INTO item_access (principal, item_id, basis, valid_from, valid_until, granted_by) "
    "VALUES (:principal, :item_id, :basis, :valid_from, :valid_until, :granted_by) "
    "ON CONFLICT (principal, item_id, basis) DO UPDATE SET "
    "valid_from = excluded.valid_from, valid_until = excluded.valid_until, granted_by = excluded.granted_by"
).bindparams(sa.bindparam("valid_from", type_=Instant), sa.bindparam("valid_until", type_=Instant))


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
    conn.execute(_GIVE, {**key, "valid_from": since, "valid_until": until, "granted_by": by})


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


def end_all(
    conn: sa.Connection, *, item_id: int, bases: Sequence[str] = BASES, but: Sequence[int] = (), now: datetime
) -> int:
    """End every basis of these in force, but the sender's and those held by these numbers; how many."""
    held = item_access.c
    ended = conn.execute(
        sa.update(item_access)
        .where(held.item_id == item_id, held.basis.in_([each for each in bases if each != SENDER]))
        .where(held.principal.not_in(list(but)), held.valid_from <= now, now < held.valid_until)
        .values(valid_until=now)
    )
    return ended.rowcount


def recuse(conn: sa.Connection, *, item_id: int, principal: int, by: int, now: datetime) -> bool:
    """Bar a person from an item by name, whatever they hold; whether they were not barred before. It is not lifted."""
    key = {"principal": principal, "item_id": item_id}
    if conn.execute(sa.select(item_recusal.c.at).filter_by(**key)).first():
        return False
    conn.execute(sa.insert(item_recusal).values({**key, "by": by, "at": now}))
    return True


@dataclass(slots=True)
class Stored:
    """Every row that says what an item is and who may see it. ``offices`` are those it came to, in order."""

    row: sa.Row[Any]
    bases: list[sa.Row[Any]] = field(default_factory=list)
    bars: list[sa.Row[Any]] = field(default_factory=list)
    offices: list[int] = field(default_factory=list)


def read(conn: sa.Connection, ids: Sequence[int]) -> Mapping[int, Stored]:
    """The rows of these items, by id; items that do not exist are left out."""
    return read_with(conn, conn.execute(sa.select(item).where(item.c.id.in_(ids))))


def read_with(conn: sa.Connection, rows: Iterable[sa.Row[Any]]) -> Mapping[int, Stored]:
    """The same of whole rows of items that this transaction has read already, with whatever stands beside them."""
    found = {row.id: Stored(row) for row in rows}
    for basis in conn.execute(sa.select(item_access).where(item_access.c.item_id.in_(found))):
        found[basis.item_id].bases.append(basis)
    for bar in conn.execute(sa.select(item_recusal).where(item_recusal.c.item_id.in_(found))):
        found[bar.item_id].bars.append(bar)
    came = sa.select(item_office.c.item_id, item_office.c.office).where(item_office.c.item_id.in_(found))
    for reached in conn.execute(came.order_by(item_office.c.item_id, item_office.c.number)):
        found[reached.item_id].offices.append(reached.office)
    return found


def load_facts(conn: sa.Connection, ids: Sequence[int], now: datetime) -> list[ItemFacts]:
    """The facts of these items as they stand, in the order asked; items that do not exist are left out.

    Whether they are as their last act left them is for ``bound``: whoever serves somebody asks there.
    """
    stored = read(conn, ids)
    return [facts_of(stored[i], now) for i in ids if i in stored]


def printed(parties: Iterable[str]) -> str:
    """Bodies as the row of an item names them: ",hmip,imb,"; nothing where there is none."""
    named = sorted(parties)
    return f",{','.join(named)}," if named else ""


def sets_of(parties: Iterable[str]) -> list[str]:
    """Every set of these bodies, printed; the empty one too. There are few bodies."""
    bodies = sorted(parties)
    return [printed(some) for count in range(len(bodies) + 1) for some in combinations(bodies, count)]


def facts_of(stored: Stored, now: datetime) -> ItemFacts:
    """Rows as facts. Grants keep their windows, which Cedar compares with the time itself; other bases are in force or
    not there.
    """
    row, recused = stored.row, {bar.principal for bar in stored.bars}
    held: dict[str, set[int]] = defaultdict(set)
    grants = []
    for basis in stored.bases:
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
        owners=frozenset(filter(None, row.owners.split(","))),
        released_to=frozenset(filter(None, row.released_to.split(","))),
        recipients_only=row.recipients_only,
        org_only=row.org_only,
        hmg_only=row.hmg_only,
        embargo_until=row.embargo_until,
        embargo_lead=row.embargo_lead,
        quarantined=row.quarantined,
        state=row.state,
    )
