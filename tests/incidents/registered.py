"""One open transaction with the log, the register and what it needs of others, in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

import sharing.events.items as _sharing
from app.bootstrap import policies as policy_files
from audit.fact import kinds
from audit.keys import LogKeys
from audit.trail import Trail
from foundation.actor import Actor
from incidents.model.incident import Incident
from incidents.model.rules import Rules
from incidents.ports import Thing
from incidents.queries.register import IncidentList
from incidents.service.detecting import Detecting
from incidents.service.ending import Incidents
from incidents.service.register import Register
from incidents.service.reporting import Report
from incidents.store.rows import TABLES
from tests import databases

ROOT = Path(__file__).parents[2] / "policies"
NOW = datetime(2026, 9, 17, 9, 30, tzinfo=UTC)
SENDER = Actor(id="0192-sender", name="Morgan Vale", party="imb", principal=7)
LEAD = Actor(id="0192-lead", name="Ash Penrose", party="hmip", principal=8, duties=frozenset({"breach-lead"}))
OTHER = Actor(id="0192-other", name="Wren Aldous", party="imb", principal=9, duties=frozenset({"breach-lead"}))
THIRD = Actor(id="0192-third", name="Rook Tarn", party="imb", principal=10, duties=frozenset({"breach-lead"}))
SPILL = _sharing.SPILL_REFUSED.name
LETTERS = {
    "HMIP-2026-00001": Thing("item-1", "HMIP-2026-00001", frozenset({"hmip", "imb"})),
    "IMB-2026-00007": Thing("item-7", "IMB-2026-00007", frozenset({"imb"})),
}


def rules() -> Rules:
    return policy_files.load(ROOT).incidents


class Sealing:
    """Words that are visibly not what was written, and open only for what they were sealed for."""

    def seal(self, about: str, text: str) -> str:
        return f"{about}|{text[::-1]}" if text else ""

    def open(self, about: str, kept: str) -> str:
        before, _, text = kept.partition("|")
        assert before == about, (before, about)
        return text[::-1]


class Letters:
    def named(self, references: Collection[str]) -> Sequence[Thing]:
        return [LETTERS[each] for each in references if each in LETTERS]

    def known(self, items: Collection[str]) -> Sequence[Thing]:
        return [each for each in LETTERS.values() if each.item in items]


@dataclass
class Leads:
    there: set[str] = field(default_factory=lambda: {"hmip", "imb"})

    def has(self, party: str, *, now: datetime) -> bool:
        return party in self.there

    def account(self, address: str) -> str:
        return "0192-sender" if address == "sender@example.test" else ""

    def person(self, account: str) -> bool:
        return account in {each.id for each in (SENDER, LEAD, OTHER)}


@dataclass
class Rooms:
    """What was stopped and let go, in order."""

    done: list[tuple[str, str, str]] = field(default_factory=list)

    def apply(self, act: str, target: str, *, incident: str, actor: Actor, now: datetime) -> str:
        self.done.append(("stop", act, target))
        return "HMIP-2026-00001"

    def release(self, act: str, target: str, *, incident: str, actor: Actor, now: datetime) -> None:
        self.done.append(("free", act, target))


class House:
    """The register on a database of its own."""

    def __init__(self, conn: sa.Connection, keys: LogKeys, rules_: Rules) -> None:
        self.conn, self.keys, self.rules, self.register = conn, keys, rules_, Register()
        self.trail = Trail(conn, keys=keys, writer="test", policies="0" * 64, followers=[self.register, self])
        self.leads, self.rooms, self.words = Leads(), Rooms(), Sealing()
        given = {
            "rules": rules_,
            "words": self.words,
            "things": Letters(),
            "leads": self.leads,
            "containing": self.rooms,
            "parties": ("hmip", "imb"),
        }
        self.incidents = Incidents(conn, self.trail, **given)  # type: ignore[arg-type]
        self.detecting = Detecting(conn, self.trail, **given)  # type: ignore[arg-type]
        self.list = IncidentList(conn, rules_, self.words)
        self.noticed: list[object] = []

    # a follower that notices, as a unit of work does
    name = "noticing"
    kinds = frozenset(kinds()) - Register.kinds

    def follow(self, conn: sa.Connection, fact: object) -> None:
        self.noticed.append(fact)

    def fact(
        self,
        kind: str,
        now: datetime = NOW,
        *,
        actor: Actor = SENDER,
        outcome: str = "allowed",
        subject: str = "",
        what: Mapping[str, object] | None = None,
    ) -> list[Incident]:
        """Record a fact of another room, and let the rules consider it."""
        self.trail.record(kinds()[kind], actor=actor, now=now, subject=subject, what=dict(what or {}), outcome=outcome)  # type: ignore[arg-type]
        facts, self.noticed = self.noticed, []
        return self.detecting.consider(facts, actor=actor, now=now)  # type: ignore[arg-type]

    def spill(self, now: datetime = NOW, claimed: str = "SECRET", actor: Actor = SENDER) -> Incident:
        (found,) = self.fact(SPILL, now, actor=actor, outcome="refused", what={"claimed": claimed, "at": "draft"})
        return found

    def report(self, now: datetime = NOW, actor: Actor = SENDER, **changed: object) -> Incident:
        given: dict[str, object] = {
            "kind": "disclosure",
            "happened": "A letter was seen by somebody in the corridor.",
            "aware_at": now,
            "known": {"personal": "yes", "shared": "yes"},
            **changed,
        }
        return self.incidents.report(Report(**given), actor=actor, now=now)  # type: ignore[arg-type]

    def rows(self) -> list[list[tuple[object, ...]]]:
        return [
            [tuple(row) for row in self.conn.execute(sa.select(table).order_by(*table.primary_key.columns))]
            for table in TABLES
        ]


@contextmanager
def house_in(folder: Path, rules_: Rules) -> Iterator[House]:
    engine = databases.engine(folder)
    keys = LogKeys.create(folder / "keys", "custodes.example/test")
    with engine.connect() as conn:
        yield House(conn, keys, rules_)
    engine.dispose()
