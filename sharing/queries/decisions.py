"""Decisions to share, for those who answer for them: the body that decided, and of the other what it needs to know.

Who sees which. All of it: whoever decided, the compliance officers of the body that decided, and the deciding office
where it may see the item itself. The cover, without words: the compliance officers of the body it went to, once no
embargo keeps it from them. What was refused, and why, is the refusing body's alone.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from foundation.actor import Actor
from identity.rules.decide import Decider
from sharing.errors.decisions import DecisionNotFound, DecisionRefused
from sharing.model.decision import COVER, FULL, REFUSED, SENT, WORDS, DecisionTo, about
from sharing.ports import Words
from sharing.queries import visible
from sharing.store.decisions import DecisionRows, read
from sharing.tables.decisions import sharing_decision
from sharing.tables.items import item
from vault.errors import KeyDisabled, KeyGone
from vault.service import Vault

SIZE = 50
OVERSEER = "compliance-officer"
_C = sharing_decision.c


@dataclass(frozen=True, slots=True)
class Wanted:
    """Narrows the register. ``since`` is included, ``until`` excluded."""

    act: str = ""
    kind: str = ""
    party: str = ""
    missing: bool = False
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """Newest first; ``next`` is the cursor of the page after, empty on the last."""

    rows: tuple[DecisionTo, ...]
    next: str


class DecisionList:
    """On one connection. Raises DecisionRefused for whoever may act on nothing at all."""

    def __init__(self, conn: sa.Connection, decider: Decider, vault: Vault, words: Words) -> None:
        self._conn = conn
        self._decider = decider
        self._vault = vault
        self._words = words

    def page(self, wanted: Wanted, *, cursor: str = "", size: int = SIZE, actor: Actor, now: datetime) -> DecisionPage:
        """The newest ``size`` before ``cursor`` (an id) that this person may see, words unopened."""
        self._stands(actor, now)
        query = sa.select(sharing_decision).where(_sight(actor, now), *_narrowed(wanted))
        if cursor:
            query = query.where(_C.id < cursor)
        rows = self._conn.execute(query.order_by(_C.id.desc()).limit(size + 1)).mappings().all()
        shown = tuple(read(row, _sees(row, actor)) for row in rows[:size])
        return DecisionPage(shown, shown[-1].id if len(rows) > size else "")

    def every(self, wanted: Wanted, *, most: int, actor: Actor, now: datetime) -> Iterator[DecisionTo]:
        """Page after page, up to ``most``."""
        cursor, left = "", most
        while left > 0:
            found = self.page(wanted, cursor=cursor, size=min(500, left), actor=actor, now=now)
            yield from found.rows
            left -= len(found.rows)
            cursor = found.next
            if not cursor:
                return

    def one(self, id_: str, *, actor: Actor, now: datetime) -> DecisionTo:
        """One, with its words for whoever sees all of it. Raises DecisionNotFound.

        ``words`` is None where they ended with the item, or are held back with it.
        """
        self._stands(actor, now)
        query = sa.select(sharing_decision).where(_C.id == id_, _sight(actor, now))
        row = self._conn.execute(query).mappings().first()
        if row is None:
            raise DecisionNotFound("Look among the decisions you may see.")
        found = read(row, _sees(row, actor))
        return replace(found, words=self._opened(found, actor, now)) if found.sight == FULL else found

    def unanswered(self, *, actor: Actor, now: datetime) -> int:
        """How many of their own decisions still lack an answer."""
        if not self._decider.standing(actor, now=now).allowed:
            return 0
        query = sa.select(sa.func.count()).where(_C.by == actor.id, *_narrowed(Wanted(missing=True)))
        return int(self._conn.execute(query).scalar_one())

    def of_sending(self, item_uuid: str, *, actor: Actor) -> DecisionTo | None:
        """The record of this person's own sending of an item."""
        found = DecisionRows(self._conn).find(DecisionRows(self._conn).of_item(item_uuid, SENT))
        return found if found is not None and found.by == actor.id else None

    def _opened(self, found: DecisionTo, actor: Actor, now: datetime) -> dict[str, str] | None:
        opened: dict[str, str] = {}
        for sealed in DecisionRows(self._conn).sealed(found.id).values():
            if not sealed:
                continue
            try:
                opened |= json.loads(self._open(found, sealed, actor, now))
            except (KeyDisabled, KeyGone):
                return None
        return opened

    def _open(self, found: DecisionTo, sealed: str, actor: Actor, now: datetime) -> str:
        if found.act == REFUSED:
            return self._words.open(about(found.id), sealed)
        given = b64decode(sealed, validate=True)
        return self._vault.open(item=UUID(found.item), name=WORDS, sealed=given, actor=actor, now=now).decode()

    def _stands(self, actor: Actor, now: datetime) -> None:
        verdict = self._decider.standing(actor, now=now)
        if not verdict.allowed:
            raise DecisionRefused(" ".join(verdict.why), rules=verdict.rules)


def _sight(actor: Actor, now: datetime) -> sa.ColumnElement[bool]:
    ways = [_C.by == actor.id, sa.and_(_C.office.in_(actor.offices), _office_sees(actor, now))]
    if OVERSEER in actor.duties:
        ways += [_C.party == actor.party, _reached(actor, now)]
    return sa.or_(*ways)


def _office_sees(actor: Actor, now: datetime) -> sa.ColumnElement[bool]:
    """A colleague learns of no item through the register that they may not see."""
    seen = sa.exists().where(item.c.uuid == _C.item, visible.may_see(actor, now))
    return sa.or_(_C.item == "", seen)


def _reached(actor: Actor, now: datetime) -> sa.ColumnElement[bool]:
    embargoed = sa.exists().where(item.c.uuid == _C.item, item.c.embargo_until > now)
    to_us = _C.to_parties.contains(f",{actor.party},", autoescape=True) if actor.party else sa.false()
    return sa.and_(_C.act != REFUSED, to_us, sa.not_(embargoed))


def _sees(row: sa.RowMapping, actor: Actor) -> str:
    return FULL if row["party"] == actor.party else COVER


def _narrowed(wanted: Wanted) -> Sequence[sa.ColumnElement[bool]]:
    given: list[sa.ColumnElement[bool]] = [
        _C[name] == getattr(wanted, name) for name in ("act", "kind", "party") if getattr(wanted, name)
    ]
    if wanted.missing:
        given += [_C.act == SENT, _C.told == ""]
    if wanted.since is not None:
        given.append(_C.at >= wanted.since)
    if wanted.until is not None:
        given.append(_C.at < wanted.until)
    return given
