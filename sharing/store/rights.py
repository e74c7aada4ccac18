"""Rows of requests people make about the data held on them, into nouns and back. Written by the follower alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from sharing.model.rights import (
    OPEN,
    Alias,
    Case,
    Disclosure,
    Event,
    Match,
    Notice,
    Part,
    Pause,
    Request,
)
from sharing.ports import Words
from sharing.tables.items import item, item_office
from sharing.tables.rights import (
    request_alias,
    request_disclosure,
    request_event,
    request_item,
    request_join,
    request_notice,
    request_part,
    request_pause,
    subject_request,
)

_R, _M = subject_request.c, request_item.c


def about(request: str, note: str) -> str:
    """What the words of an event are sealed to."""
    return f"request/{request}/{note}"


class RightsRows:
    """On one connection."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._words = words

    # --- reading --------------------------------------------------------------------------------------------------

    def find(self, key: str) -> Request | None:
        """By id or reference."""
        row = self._conn.execute(sa.select(subject_request).where(sa.or_(_R.id == key, _R.reference == key))).first()
        return None if row is None else Request(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it

    def of(self, party: str, *, state: str = "", limit: int = 500) -> list[Request]:
        """Those a body deals with, the longest waiting first; every body's where ``party`` is empty."""
        query = sa.select(subject_request).order_by(_R.state != OPEN, _R.received_on, _R.id).limit(limit)
        if party:
            query = query.where(_R.id.in_(sa.select(request_part.c.request).where(request_part.c.party == party)))
        if state:
            query = query.where(_R.state == state)
        return [Request(**row) for row in self._conn.execute(query).mappings()]

    def case(self, request: Request) -> Case:
        """All of it, its words opened."""
        events = [self._event(row) for row in self._of(request_event, request.id, "at", "note")]
        return Case(
            request,
            [Pause(row["about"], row["since"], row["until"]) for row in self._of(request_pause, request.id, "number")],
            [Alias(**row) for row in self._of(request_alias, request.id, "id")],
            [row["other"] for row in self._of(request_join, request.id, "other")],
            [Part(**_less(row)) for row in self._of(request_part, request.id, "party")],
            [Match(**_less(row)) for row in self._of(request_item, request.id, "item_id")],
            [
                Disclosure(**{**_less(row), "items": tuple(filter(None, row["items"].split(",")))})
                for row in self._of(request_disclosure, request.id, "id")
            ],
            [Notice(**_less(row)) for row in self._of(request_notice, request.id, "item", "office")],
            events,
        )

    def pauses(self, requests: Collection[str]) -> Mapping[str, list[Pause]]:
        """Of many."""
        rows = self._conn.execute(
            sa.select(request_pause)
            .where(request_pause.c.request.in_(sorted(requests)))
            .order_by(request_pause.c.number)
        )
        found: dict[str, list[Pause]] = {request: [] for request in requests}
        for row in rows:
            found[row.request].append(Pause(row.about, row.since, row.until))
        return found

    def parts(self, requests: Collection[str]) -> Mapping[str, list[Part]]:
        """Of many."""
        rows = self._conn.execute(
            sa.select(request_part).where(request_part.c.request.in_(sorted(requests))).order_by(request_part.c.party)
        )
        found: dict[str, list[Part]] = {request: [] for request in requests}
        for row in rows.mappings():
            found[row["request"]].append(Part(**_less(row)))
        return found

    def same_person(self, party: str, tokens: Collection[bytes], *, but: str) -> list[Request]:
        """Other requests this body deals with that have a name or number in common with it."""
        alias = request_alias.c
        named = sa.select(alias.request).where(alias.token.in_(sorted(tokens)), alias.removed.is_(False))
        dealt = sa.select(request_part.c.request).where(request_part.c.party == party)
        query = sa.select(subject_request).where(_R.id.in_(named), _R.id.in_(dealt), _R.id != but)
        return [Request(**row) for row in self._conn.execute(query.order_by(_R.received_on, _R.id)).mappings()]

    def tokens(self, requests: Iterable[str]) -> frozenset[bytes]:
        """What the person is found by, of one request and those joined to it, however far."""
        seen: set[str] = set()
        waiting = list(requests)
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                joined = sa.select(request_join.c.other).where(request_join.c.request == one)
                waiting += self._conn.execute(joined).scalars()
        alias = request_alias.c
        query = sa.select(alias.token).where(alias.request.in_(sorted(seen)), alias.removed.is_(False))
        return frozenset(self._conn.execute(query).scalars())

    def last_reference(self, head: str) -> int:
        """The highest number given out under this head."""
        query = sa.select(_R.reference).where(_R.reference.startswith(head, autoescape=True))
        return max((int(one.rpartition("-")[2]) for one in self._conn.execute(query).scalars()), default=0)

    def notices(self, offices: Collection[int]) -> list[tuple[Notice, Match, str]]:
        """What these offices were told and have not said that they know: with the item, and the request's id."""
        told = request_notice.c
        query = (
            sa.select(request_notice, _M.reference.label("item_reference"), _M.item_id)
            .join(request_item, sa.and_(_M.request == told.request, _M.item == told.item))
            .where(told.office.in_(sorted(offices)), told.known_at.is_(None))
            .order_by(told.told_at, told.item)
        )
        names = [column.name for column in request_notice.c if column.name != "request"]
        return [
            (
                Notice(**{name: row[name] for name in names}),
                Match(row["item"], row["item_id"], row["party"], row["item_reference"], ""),
                str(row["request"]),
            )
            for row in self._conn.execute(query).mappings()
        ]

    def said(self, request: str, note: str) -> Mapping[str, str]:
        """The words of one event."""
        query = sa.select(request_event.c.words).where(request_event.c.note == note, request_event.c.request == request)
        return self._open(request, note, self._conn.execute(query).scalar() or "")

    def open_ones(self) -> list[Request]:
        """Every request whose clock may still run."""
        query = sa.select(subject_request).where(_R.state == OPEN).order_by(_R.received_on, _R.id)
        return [Request(**row) for row in self._conn.execute(query).mappings()]

    # --- writing, for the follower ----------------------------------------------------------------------------------

    def add(self, table: sa.Table, **values: Any) -> None:
        """One row."""
        self._conn.execute(table.insert().values(values))

    def change(self, table: sa.Table, key: Mapping[str, Any], **values: Any) -> None:
        """Columns of the rows with this key."""
        self._conn.execute(table.update().filter_by(**key).values(values))

    def drop(self, table: sa.Table, **key: Any) -> None:
        """The rows with this key."""
        self._conn.execute(table.delete().filter_by(**key))

    def number(self, table: sa.Table, **key: Any) -> int:
        """How many rows have this key."""
        return int(self._conn.execute(sa.select(sa.func.count()).select_from(table).filter_by(**key)).scalar_one())

    def _of(self, table: sa.Table, request: str, *order: str) -> Sequence[sa.RowMapping]:
        query = sa.select(table).where(table.c.request == request).order_by(*(table.c[name] for name in order))
        return self._conn.execute(query).mappings().all()

    def _event(self, row: sa.RowMapping) -> Event:
        values = {**_less(row), "words": self._open(row["request"], row["note"], row["words"])}
        return Event(**values)

    def _open(self, request: str, note: str, sealed: str) -> Mapping[str, str]:
        found: dict[str, str] = json.loads(self._words.open(about(request, note), sealed)) if sealed else {}
        return found


def reached(conn: sa.Connection, items: Collection[int]) -> Mapping[int, list[int]]:
    """The offices each of these items came to, in order; the sending one first."""
    rows = conn.execute(
        sa.select(item_office.c.item_id, item_office.c.office)
        .where(item_office.c.item_id.in_(sorted(items)))
        .order_by(item_office.c.item_id, item_office.c.number)
    )
    found: dict[int, list[int]] = {number: [] for number in items}
    for row in rows:
        found[row.item_id].append(row.office)
    return found


def restricted(conn: sa.Connection, uuid: str) -> bool:
    """Whether a request restricts the use of this item now."""
    query = sa.select(_M.item).where(_M.item == uuid, _M.restricted.is_(True)).limit(1)
    return conn.execute(query).first() is not None


def threads(conn: sa.Connection, items: Collection[int]) -> tuple[frozenset[int], frozenset[int]]:
    """What answers these, and what these answer."""
    answers = sa.select(item.c.id).where(item.c.reply_to.in_(sorted(items)))
    answered = sa.select(item.c.reply_to).where(item.c.id.in_(sorted(items)), item.c.reply_to.is_not(None))
    return frozenset(conn.execute(answers).scalars()), frozenset(conn.execute(answered).scalars())


def _less(row: sa.RowMapping) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if name != "request"}
