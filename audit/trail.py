"""Writing the log: one entry in the transaction of the act it records. No entry, no act."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from audit import leaf as form
from audit.errors import ClockWentBack, LogDamaged, LogUnavailable, TextUnusable
from audit.events import CLOCK_CORRECTED
from audit.fact import Kind, Value
from audit.follow import Follower, make_fact, move_cursor
from audit.keys import LogKeys, period_of
from audit.merkle import Frontier, leaf_hash
from audit.statements import BEGIN_HEAD, BEGIN_WRITER, DISCLOSURE, ENTRY, HEAD, INDEX, LEAF, MOVE_HEAD, MOVE_WRITER
from audit.tables import audit_node
from foundation.actor import Actor
from foundation.ident import new_id
from foundation.orm import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry just written. ``seq`` is its index in the tree, ``leaf`` its bytes there."""

    seq: int
    id: str
    leaf: bytes


@dataclass(frozen=True, slots=True)
class _Head:
    tree: Frontier
    time: int
    n: int | None  # None: this writer's first entry
    prev: bytes
    born: bool  # no head row yet: the log's first entry


class Trail:
    """Records facts through one connection. Sequences inline: the head row is read and moved by compare-and-swap.

    The caller's transaction must be a writing one from its start (SQLite: BEGIN IMMEDIATE) and must be rolled back
    whenever ``record`` raises.
    """

    def __init__(
        self, conn: Connection, *, keys: LogKeys, writer: str, policies: str, followers: Sequence[Follower] = ()
    ) -> None:
        """``writer`` names the writing process; ``policies`` is the digest of the policies in force."""
        if not form.WRITER.match(writer) or not form.POLICIES.match(policies):
            msg = "a trail needs the name of its writer and the digest of its policies"
            raise RuntimeError(msg)
        self._conn, self._keys, self._writer, self._policies = conn, keys, writer, policies
        self._followers = tuple(followers)

    def record(
        self,
        kind: Kind,
        *,
        actor: Actor,
        now: datetime,
        subject: str = "",
        what: Mapping[str, Value] | None = None,
        why: str = "",
        marking: str = "",
        outcome: str = "allowed",
        rules: Sequence[str] = (),
    ) -> Entry:
        """Write the entry, then let those follow whose kinds match.

        ``subject`` is the id of what was acted upon, ``marking`` its marking code, ``rules`` the ids a decision rests
        on. Raises RuntimeError for a field the kind does not declare or a value that is no Value; TextUnusable for a
        reason that cannot be kept; LogUnavailable, ClockWentBack: the act must not happen.
        """
        values = _values(kind, actor, subject, what or {}, why)
        _check(marking, outcome, rules)
        try:
            head = self._head(kind, now)
            leaf, sealed = self._make(head, kind, values, now, marking=marking, outcome=outcome, rules=rules)
            body = self._write(head, leaf, sealed, item=values["subject"], actor=actor.id)
        except (sa.exc.DBAPIError, OSError) as error:
            detail = "The act could not be entered in the log, so it was not done. Try again later; tell the operator."
            raise LogUnavailable(detail) from error
        self._tell(head.tree.size - 1, leaf, values)
        return Entry(head.tree.size - 1, leaf.id, body)

    def _head(self, kind: Kind, now: datetime) -> _Head:
        row = HEAD.run(self._conn, {"name": self._writer}).first()
        head = _Head(Frontier(), 0, None, form.START, born=True) if row is None else _read(row)
        if to_ms(now) * 1000 < head.time - form.SLACK and kind is not CLOCK_CORRECTED:
            detail = (
                "The clock is behind the newest entry of the log, so nothing is done. The operator sets it right; "
                "if it had run ahead before, that correction is recorded first."
            )
            raise ClockWentBack(detail)
        return head

    def _make(
        self,
        head: _Head,
        kind: Kind,
        values: Mapping[str, str],
        now: datetime,
        *,
        marking: str,
        outcome: str,
        rules: Sequence[str],
    ) -> tuple[form.Leaf, bytes]:
        salts = secrets.token_bytes(form.SALT * len(form.FIELDS))
        disclosures = [
            (salts[at * form.SALT : (at + 1) * form.SALT], name, values[name]) for at, name in enumerate(form.FIELDS)
        ]
        made = new_id(now)
        leaf = form.Leaf(
            id=str(made),
            t=to_ms(now) * 1000,
            w=self._writer,
            n=head.n or 0,
            prev=head.prev,
            act=kind.name,
            out=outcome,
            cls=marking,
            pol=self._policies,
            rules=tuple(rules),
            sd=tuple(form.commit(*each) for each in disclosures),
        )
        return leaf, self._keys.seal(period_of(now), made.bytes, form.canonical(form.pack(disclosures)))

    def _write(self, head: _Head, leaf: form.Leaf, sealed: bytes, *, item: str, actor: str) -> bytes:
        body = leaf.encode()
        if len(body) > form.MOST_LEAF:
            msg = "an entry with that many rules does not fit"
            raise RuntimeError(msg)
        hashed, seq, ms = leaf_hash(body), head.tree.size, leaf.t // 1000
        row = {
            "seq": seq,
            "entry_id": leaf.id,
            "body": body,
            "leaf": hashed,
            "period": period_of(from_ms(ms)),
            "sealed": sealed,
            "item": item or None,
            "actor": actor,
            "act": leaf.act,
            "outcome": leaf.out,
            "at": ms,
        }
        for statement in (ENTRY, DISCLOSURE, INDEX, LEAF):
            statement.run(self._conn, row)
        self._move(head, leaf, hashed)
        return body

    def _move(self, head: _Head, leaf: form.Leaf, hashed: bytes) -> None:
        """Move the head and the writer's chain, each only from where it was read."""
        was = head.tree.size
        for level, idx, node in head.tree.append(hashed):
            self._conn.execute(sa.insert(audit_node).values(level=level, idx=idx, hash=node))
        time = leaf.t if leaf.act == form.CLOCK_SET else max(leaf.t, head.time)
        new_head = {"size": was + 1, "frontier": head.tree.pack(), "time": time, "was": was}
        new_link = {"name": self._writer, "n": leaf.n + 1, "prev": hashed, "was": leaf.n}
        if head.born:
            BEGIN_HEAD.run(self._conn, new_head)
        elif MOVE_HEAD.run(self._conn, new_head).rowcount != 1:
            raise LogUnavailable(_RACED)
        if head.n is None:
            BEGIN_WRITER.run(self._conn, new_link)
        elif MOVE_WRITER.run(self._conn, new_link).rowcount != 1:
            raise LogUnavailable(_RACED)

    def _tell(self, seq: int, leaf: form.Leaf, values: Mapping[str, str]) -> None:
        following = [each for each in self._followers if leaf.act in each.kinds]
        if following:
            fact = make_fact(leaf, values)
            for follower in following:
                follower.follow(self._conn, fact)
                move_cursor(self._conn, follower.name, seq + 1)


_RACED = "Somebody else wrote to the log in the same moment, so the act was not done. Try again."


def _read(row: sa.Row[*tuple[Any, ...]]) -> _Head:
    """The head as stored. What somebody altered may be of any type."""
    try:
        prev = form.START if row.n is None else bytes(row.prev)
        return _Head(Frontier.unpack(row.size, bytes(row.frontier)), int(row.time), row.n, prev, born=False)
    except (TypeError, ValueError, AttributeError):
        detail = "The log’s head is damaged, so nothing is done. Verify the log, and report it as an incident."
        raise LogDamaged(detail) from None


def _values(kind: Kind, actor: Actor, subject: str, what: Mapping[str, Value], why: str) -> dict[str, str]:
    """The four fields as text. What a caller got wrong is a RuntimeError; what a person typed is TextUnusable."""
    wrong = sorted(name for name, value in what.items() if name not in kind.fields or not form.is_value(value))
    if wrong or not form.SUBJECT.match(subject) or not actor.id:
        msg = f"“{kind.name}” cannot carry {', '.join(wrong) or 'that subject or actor'}"
        raise RuntimeError(msg)
    who = {
        "id": actor.id,
        "name": actor.name,
        "party": actor.party,
        "principal": actor.principal,
        "request": actor.request_id,
    }
    try:
        values = {
            "who": form.canonical(who).decode(),
            "subject": subject,
            "what": form.canonical(dict(what)).decode(),
            "why": why,
        }
        fits = all(len(value.encode()) <= form.MOST_VALUE for value in values.values())
    except UnicodeEncodeError:
        fits = False
    if not fits:
        detail = "What was written cannot be kept in the log: shorten it, or leave out unusual characters."
        raise TextUnusable(detail)
    return values


def _check(marking: str, outcome: str, rules: Sequence[str]) -> None:
    good = form.MARKING.match(marking) and outcome in ("allowed", "refused")
    if not good or isinstance(rules, str) or not all(form.RULE.match(rule) for rule in rules):
        msg = "a marking code, “allowed” or “refused”, and rule ids without spaces make an entry"
        raise RuntimeError(msg)
