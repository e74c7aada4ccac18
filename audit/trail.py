"""Writing the log: one entry in the transaction of the act it records. No entry, no act."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from audit import leaf as form
from audit.chain import Chain, Stand, enter, stand
from audit.errors import LogUnavailable, TextUnusable
from audit.events import CLOCK_CORRECTED
from audit.fact import Kind, Value
from audit.follow import Follower, FollowerOfMany, make_fact
from audit.keys import LogKeys, period_of
from audit.merkle import leaf_hash
from audit.statements import FAILED
from foundation.actor import Actor
from foundation.ident import new_id
from foundation.orm import to_ms


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry just written. ``leaf`` is its bytes in the tree; its place there is known once it is taken in."""

    id: str
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Act:
    """What of an entry differs between the many things one act does. The fields are those of ``Trail.record``."""

    subject: str
    what: Mapping[str, Value]
    why: str = ""
    marking: str = ""


_Written = tuple[Entry, form.Leaf, dict[str, str]]


class Trail:
    """Records facts through one connection; ``audit.sequence`` takes them into the tree.

    The caller's transaction must be a writing one from its start (SQLite: BEGIN IMMEDIATE) and must be rolled back
    whenever ``record`` raises.
    """

    def __init__(
        self, conn: Connection, *, keys: LogKeys, writer: str | Chain, policies: str, followers: Sequence[Follower] = ()
    ) -> None:
        """``writer``: a name used by one unit of work at a time, or its chain as the last of them left it.

        On PostgreSQL a Chain must have been taken up before the transaction's first write, and is given back as
        ``chain`` says only after a commit that surely happened. ``policies`` is the digest of the policies in force.
        """
        self._writer = writer if isinstance(writer, str) else writer.name
        if not form.WRITER.match(self._writer) or not form.POLICIES.match(policies):
            msg = "a trail needs the name of its writer and the digest of its policies"
            raise RuntimeError(msg)
        self._conn, self._keys, self._policies = conn, keys, policies
        self._chain = writer
        self._followers = tuple(followers)

    @property
    def chain(self) -> str | Chain:
        """How the writer's chain stands if the transaction commits."""
        return self._chain

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
        act = Act(subject, what or {}, why, marking)
        return self.record_all(kind, [act], actor=actor, now=now, outcome=outcome, rules=rules)[0]

    def record_all(
        self,
        kind: Kind,
        acts: Sequence[Act],
        *,
        actor: Actor,
        now: datetime,
        outcome: str = "allowed",
        rules: Sequence[str] = (),
    ) -> list[Entry]:
        """The same of many things that one act does: an entry for each, and those who follow hear of all together."""
        written = [self._write(kind, act, actor, now, outcome=outcome, rules=rules) for act in acts]
        self._tell(kind, written)
        return [entry for entry, _, _ in written]

    def _write(
        self, kind: Kind, act: Act, actor: Actor, now: datetime, *, outcome: str, rules: Sequence[str]
    ) -> _Written:
        values = _values(kind, actor, act)
        _check(act.marking, outcome, rules)
        if isinstance(self._chain, Chain) and self._conn.in_nested_transaction():
            msg = "an entry stands or falls with its whole transaction, not with a savepoint"
            raise RuntimeError(msg)
        try:
            leaf, body = self._enter(kind, actor.id, values, now, marking=act.marking, outcome=outcome, rules=rules)
        except FAILED as error:
            detail = "The act could not be entered in the log, so it was not done. Try again later; tell the operator."
            raise LogUnavailable(detail) from error
        if isinstance(self._chain, Chain):
            self._chain = Chain(leaf.w, leaf.n + 1, leaf_hash(body))
        return Entry(leaf.id, body), leaf, values

    def _enter(
        self,
        kind: Kind,
        actor: str,
        values: Mapping[str, str],
        now: datetime,
        *,
        marking: str,
        outcome: str,
        rules: Sequence[str],
    ) -> tuple[form.Leaf, bytes]:
        corrects, t = kind is CLOCK_CORRECTED, to_ms(now) * 1000
        at = stand(self._conn, self._chain, t, clock_set=corrects)
        salts = secrets.token_bytes(form.SALT * len(form.FIELDS))
        disclosures = [
            (salts[place * form.SALT : (place + 1) * form.SALT], name, values[name])
            for place, name in enumerate(form.FIELDS)
        ]
        made = new_id(now)
        sd = tuple(form.commit(*each) for each in disclosures)
        leaf = self._leaf(at, str(made), t, kind.name, sd, marking=marking, outcome=outcome, rules=tuple(rules))
        body, period = leaf.encode(), period_of(now)
        if len(body) > form.MOST_LEAF:
            msg = "an entry with that many rules does not fit"
            raise RuntimeError(msg)
        row = {
            "body": body,
            "period": period,
            "sealed": self._keys.seal(period, made.bytes, form.canonical(form.pack(disclosures))),
            "item": values["subject"] or None,
            "actor": actor,
        }
        enter(self._conn, at, row, latest=_EVER if corrects else t + form.SLACK)
        return leaf, body

    def _leaf(
        self,
        at: Stand,
        made: str,
        t: int,
        act: str,
        sd: tuple[bytes, ...],
        *,
        marking: str,
        outcome: str,
        rules: tuple[str, ...],
    ) -> form.Leaf:
        return form.Leaf(
            id=made,
            t=t,
            w=self._writer,
            n=at.n,
            prev=at.prev,
            act=act,
            out=outcome,
            cls=marking,
            pol=self._policies,
            rules=rules,
            sd=sd,
        )

    def _tell(self, kind: Kind, written: Sequence[_Written]) -> None:
        following = [each for each in self._followers if kind.name in each.kinds]
        facts = [make_fact(leaf, values) for _, leaf, values in written] if following else []
        for follower in following:
            if isinstance(follower, FollowerOfMany):
                follower.follow_all(self._conn, facts)
            else:
                for fact in facts:
                    follower.follow(self._conn, fact)


_EVER = 2**62  # later than any time


def _values(kind: Kind, actor: Actor, act: Act) -> dict[str, str]:
    """The four fields as text. What a caller got wrong is a RuntimeError; what a person typed is TextUnusable."""
    subject, what, why = act.subject, act.what, act.why
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
