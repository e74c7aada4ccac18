"""One database with the real log, invented people of two invented bodies, and a store whose contents really go."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import sqlalchemy as sa

import audit.tables
import sharing.events.items as shared
import vault.events as vaulted
from app.bootstrap.wiring import SealedWords
from audit.follow import facts
from audit.keys import LogKeys
from audit.trail import Trail
from foundation.actor import SERVICE, Actor
from foundation.calendar import london_date
from foundation.errors import Unavailable
from foundation.ident import new_id
from foundation.policy import Faults
from identity.model import Verdict
from identity.store.secrets import SecretBox
from retention.errors import DetailsInvalid
from retention.model.transfer import Label
from retention.policy.files import load
from retention.ports import Erasure, People
from retention.queries.disposals import Disposals
from retention.service.follower import Clocks
from retention.service.replay import Replay
from retention.service.retention import Retention
from retention.service.witness import LogWitness
from retention.store.cases import Cases
from retention.tables.batches import disposal_batch, disposal_batch_item, disposal_reminder
from retention.tables.cases import (
    disposal_case,
    disposal_recomputed,
    disposal_tally,
    disposal_transfer,
    disposal_trigger,
)
from retention.tables.holds import disposal_hold, disposal_hold_item
from retention.tables.schedules import schedule_version
from tests import databases
from tests.taken_in import take_in

WORDS = SealedWords(SecretBox(bytes(32)))
SAMPLE = Path(__file__).parent / "sample"
PARTIES = ("alpha", "beta")
START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def person(name: str, party: str, *duties: str) -> Actor:
    return Actor(id=str(uuid5(NAMESPACE_URL, name)), name=name, party=party,
                 principal=len(name), duties=frozenset(duties))  # fmt: skip


REVIEWER = person("Ada Reviewer", "alpha", "records-reviewer")
APPROVER = person("Ben Approver", "alpha", "disposal-approver")
BOTH = person("Cy Both", "alpha", "records-reviewer", "disposal-approver")
OTHER = person("Di Other", "beta", "records-reviewer")
OTHER_APPROVER = person("Ed Otherapprover", "beta", "disposal-approver")
NOBODY_MUCH = person("Flo Member", "alpha")


# What follows from facts beside cases and holds; the texts of schedules are kept.
SCHEDULES = (disposal_trigger, disposal_recomputed, disposal_tally, disposal_transfer, schedule_version)

TOGETHER = (disposal_batch, disposal_batch_item, disposal_reminder)


class Allowing:
    """Identity's policies saying yes to everything, so that what refuses is retention's own rule."""

    def decide_duty(self, actor: Actor, action: str, *, now: datetime, owner: str = "", body: str = "",
                    other: str = "") -> Verdict:  # fmt: skip
        return Verdict(True, ("SAMPLE-01",), ("Sample.",), "self", "sample")


class Index:
    """Whom items are about, as sharing's blind index says it: tokens only."""

    def __init__(self) -> None:
        self.entries: dict[int, set[str]] = {}

    def put(self, item_id: int, *names: str) -> None:
        self.entries.setdefault(item_id, set()).update(self.token("name", name) for name in names)

    def kinds(self) -> Sequence[str]:
        return ("name",)

    def token(self, kind: str, value: str) -> str:
        if kind != "name" or not value.strip():
            raise DetailsInvalid("A name has at least one letter.")
        return uuid5(NAMESPACE_URL, value.casefold()).hex

    def tokens(self, item_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
        return {each: frozenset(self.entries[each]) for each in item_ids if each in self.entries}

    def about(self, tokens: Collection[str]) -> frozenset[int]:
        return frozenset(item for item, entries in self.entries.items() if not entries.isdisjoint(tokens))


class Colleagues:
    """Who reviews records, by body."""

    def reviewers(self, party: str, *, now: datetime) -> Mapping[str, str]:
        cast = (REVIEWER, APPROVER, BOTH, OTHER, OTHER_APPROVER, NOBODY_MUCH)
        return {one.id: one.name for one in cast if one.party == party and "records-reviewer" in one.duties}


class Shelf:
    """Keys and contents of items, each in a store of its own that no rollback reaches."""

    def __init__(self) -> None:
        self.live: set[UUID] = set()
        self.disabled: set[UUID] = set()
        self.content: dict[UUID, int] = {}
        self.tombs: set[UUID] = set()
        self.break_after = ""
        self.stuck = False
        self.keys_away = False
        self.sizes: dict[UUID, int] = {}

    def put(self, item: UUID, size: int) -> None:
        self.live.add(item)
        self.content[item] = self.sizes[item] = size


@dataclass
class Bundle:
    """What an item is given back as."""

    size: int
    files: int = 1
    name: str = "item.zip"
    marking: str = "OFFICIAL"
    sha256: str = "a" * 64
    closed: bool = False

    def stream(self) -> Iterator[bytes]:
        yield bytes(self.size)

    def close(self) -> None:
        self.closed = True


class ShelfEraser:
    """The Eraser over a shelf; writes the entries the vault writes."""

    def __init__(self, shelf: Shelf, trail: Trail) -> None:
        self.shelf, self.trail = shelf, trail

    def disable(self, item: UUID, *, actor: Actor, now: datetime) -> None:
        if self.shelf.keys_away:
            raise Unavailable("The keys cannot be reached.")
        self.shelf.disabled.add(item)

    def enable(self, item: UUID, *, actor: Actor, now: datetime) -> None:
        assert item in self.shelf.live, "a destroyed key was enabled"
        self.shelf.disabled.discard(item)

    def destroy(self, items: Sequence[UUID], *, actor: Actor, now: datetime) -> Mapping[UUID, Erasure]:
        return {item: self._destroy(item, actor=actor, now=now) for item in items}

    def _destroy(self, item: UUID, *, actor: Actor, now: datetime) -> Erasure:
        self.shelf.live.discard(item)
        key = self.trail.record(vaulted.KEY_DESTROYED, actor=actor, now=now, subject=str(item))
        self._break("key")
        if not self.shelf.stuck:
            self.shelf.content.pop(item, None)
        content = self.trail.record(vaulted.CONTENT_REMOVED, actor=actor, now=now, subject=str(item))
        self._break("content")
        return Erasure(1, self.shelf.sizes[item], item not in self.shelf.content, key.id, content.id)

    def parcel(self, item: UUID, *, actor: Actor, now: datetime) -> Bundle:
        if self.shelf.keys_away:
            raise Unavailable("The keys cannot be reached.")
        return Bundle(self.shelf.content[item])

    def bag(self, item: UUID, label: Label, *, actor: Actor, now: datetime) -> Bundle:
        return self.parcel(item, actor=actor, now=now)

    def tombstone(self, items: Sequence[UUID], *, actor: Actor, now: datetime, again: bool = False) -> None:
        self.shelf.tombs.update(items)
        self._break("tombstone")

    def _break(self, point: str) -> None:
        if self.shelf.break_after == point:
            self.shelf.break_after = ""
            raise Unavailable("The store went away.")


def opened(conn: sa.Connection) -> list[object]:
    """Every column of every row, what is sealed opened: sealed twice, the same words do not look the same."""
    sealed = ("period_authority", "review_reason", "issuer", "reason", "lift_reason", "words", "people", "decision",
              "closing")  # fmt: skip
    found: list[dict[str, Any]] = []
    for table in (disposal_case, disposal_hold, disposal_hold_item, *TOGETHER, *SCHEDULES):
        rows = conn.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()
        found += [{name: value for name, value in row.items() if name not in sealed} for row in rows]
    cases = [Cases(conn, WORDS).find(row["item"]) for row in found if "trigger_kind" in row]
    return [found, cases, Disposals(conn, WORDS).holds()]


class World:
    """``work()`` is one unit of work: committed, or rolled back if anything is raised."""

    def __init__(self, *, start: datetime = START, decider: Any = None, origin: str = "sample.example/log") -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.keys = LogKeys.create(Path(self.folder.name) / "log", origin)
        self.engine = databases.engine(Path(self.folder.name))
        faults = Faults()
        self.schedules = load(SAMPLE, PARTIES, faults)
        faults.raise_any()
        self.clocks = Clocks(self.schedules, WORDS)
        self.shelf = Shelf()
        self.index = Index()
        self.decider = decider or Allowing()
        self.now = start
        self.count = 0

    def close(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()

    @contextmanager
    def work(self) -> Iterator[Retention]:
        with self.engine.begin() as conn:
            yield self.retention(conn)

    def retention(self, conn: sa.Connection) -> Retention:
        trail = self.trail(conn)
        return Retention(
            conn,
            trail,
            schedules=self.schedules,
            eraser=ShelfEraser(self.shelf, trail),
            decider=self.decider,
            witness=LogWitness(conn, self.keys),
            words=WORDS,
            people=People(self.index, Colleagues()),
            holder="sample.example",
        )

    def trail(self, conn: sa.Connection) -> Trail:
        return Trail(conn, keys=self.keys, writer="test", policies="0" * 64, followers=[self.clocks])

    def look(self, item: str) -> Any:
        with self.engine.begin() as conn:
            return Disposals(conn, WORDS).case(item)

    def pass_time(self, days: int = 0, **more: int) -> None:
        self.now += timedelta(days=days, **more)

    def item(
        self,
        *,
        body: str = "alpha",
        of: str = "letters",
        ending: str = "sharing.item-closed",
        place: str = "XXI",
        about: str = "",
        **more: str,
    ) -> str:
        """An item ends; its case is opened by the follower. ``more`` of the fact: outcome, also."""
        self.count += 1
        item = new_id(self.now)
        self.shelf.put(item, 1000 + self.count)
        if about:
            self.index.put(self.count, about)
        what = {"reference": f"{body.upper()}-2026-{self.count:05d}", "item_id": self.count, "originator": body,
                "retention_class": of, "agreement": "sample", "agreement_version": 1, "closed_on": "2026-01-31",
                "kind": "letter", "establishment": place, **more}  # fmt: skip
        with self.engine.begin() as conn:
            fact = {each.name: each for each in (shared.ITEM_CLOSED, shared.ITEM_WITHDRAWN)}[ending]
            self.trail(conn).record(fact, actor=REVIEWER, now=self.now, subject=str(item), what=what, marking="OS")
        return str(item)

    def do(self, step: str, item: str, actor: Actor = SERVICE, **given: Any) -> Any:
        """One step on the case as it stands, in a unit of work of its own."""
        if step in _SEEN and "version" not in given:
            given["version"] = self.look(item).version
        with self.work() as retention:
            return getattr(retention, step)(item, actor=actor, now=self.now, **given)

    def sweep(self) -> Any:
        with self.work() as retention:
            return retention.sweep(actor=SERVICE, now=self.now)

    def until_due(self, **given: Any) -> str:
        item = self.item(**given)
        self.pass_time((self.look(item).due_on - london_date(self.now)).days)
        self.sweep()
        return item

    def until_returned(self, **given: Any) -> str:
        item = self.until_due(**given)
        self.do("offer_return", item, OTHER)
        self.do("answer_return", item, REVIEWER, answer="declined", reason="We have our own copy.")
        return item

    def until_reviewed(self, **given: Any) -> str:
        item = self.until_returned(**given)
        self.do("review", item, REVIEWER, proposal="destroy", reason="No longer needed.")
        return item

    def until_approved(self, **given: Any) -> str:
        item = self.until_reviewed(**given)
        self.do("approve", item, APPROVER)
        return item

    def finish_beta(self, item: str) -> None:
        """The other body's item of a class without a period, taken to its end."""
        self.do("confirm_period", item, OTHER, months=1, authority="Sample schedule, paragraph 9")
        self.pass_time(31)
        self.sweep()
        self.do("offer_return", item, REVIEWER)
        self.do("answer_return", item, OTHER, answer="accepted", reason="We want it.")
        self.do("record_return", item, OTHER, manner="held")
        self.do("review", item, OTHER, proposal="destroy", reason="Returned.")
        self.do("approve", item, OTHER_APPROVER)
        self.pass_time(14)
        self.finish(item)

    def finish(self, item: str) -> None:
        for step in ("begin_destruction", "carry_out", "certify", "certify"):  # issued, and then proven
            take_in(self.engine)
            self.do(step, item)

    def until_destroyed(self, **given: Any) -> str:
        item = self.until_approved(**given)
        self.pass_time(14)
        self.finish(item)
        return item


_SEEN = {"confirm_period", "offer_return", "answer_return", "record_return", "review", "approve", "send_back",
         "withdraw_approval", "give_back"}  # fmt: skip
assert audit.tables  # in the metadata


def empty(conn: sa.Connection) -> None:
    """What follows from facts goes; a rebuild brings it back."""
    for table in (*reversed(TOGETHER), disposal_hold_item, disposal_hold, disposal_case, *SCHEDULES):
        conn.execute(table.delete())


def edited(world: World, change: str) -> list[str]:
    """What a replay tells of the rows after somebody changed them behind the service; before, nothing."""
    with world.engine.begin() as conn:
        told = Replay(world.schedules, WORDS, "0" * 64)
        for _, fact in facts(conn, world.keys):
            if fact is not None and fact.kind in told.kinds:
                told.follow(fact, "0" * 64)
        assert list(told.differences(conn)) == []
        conn.exec_driver_sql(change)
        differences = list(told.differences(conn))
        told.close()
    return differences
