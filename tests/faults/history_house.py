"""A whole service that random histories happen to: real vault, key store, log and sweeps, and a clock that is put."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import sqlalchemy as sa

from app.bootstrap import sequencing, sweeps
from app.bootstrap.house import House, build, init, started
from app.bootstrap.work import Work
from app.config import Settings
from audit.follow import facts
from bench.live import PLACE, Person, Standing, actor_of, enrol, environment, furnish
from foundation.actor import SERVICE, Actor
from foundation.errors import ServiceError
from identity.store.hasher import Hasher
from sharing.model.item import Subject, Written
from tests import databases
from tests.faults.history_oracle import Oracle, day_of
from vault.errors import StorageFailed
from vault.tables import vault_part

NAMES = ("Fjordwick Mxyzptlk", "Quillon Zephyrine")
KINDS = ("intelligence", "correspondence")
SMALL = b"Nothing of this may be left. " * 8


class HistoryHouse:
    """One service and what the test knows of it beside its log. ``attempt`` an act: refused, it did nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        state = folder / "state"
        more = databases.settings(state)
        if databases.on_postgresql():
            more["CUSTODES_KEYSTORE_URL"] = databases.empty(folder)
        settings = Settings.from_env(environment(state, **more))
        init(settings)
        # A December, and a leap day to come: later than any real day on which the house was made.
        self.clock = Standing(datetime(max(datetime.now(UTC).year + 1, 2027), 12, 1, 9, tzinfo=UTC))
        self.house = self._built(settings)
        self.actors = self._furnished()
        self.items: list[str] = []
        self.references: dict[str, str] = {}
        self.about: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.parts: dict[str, set[str]] = {}
        self.unread: set[str] = set()  # destroyed, and nobody tried to read it since
        self.oracle = Oracle(lambda item, token: self.about.get(item, "") == self.tokens[token])
        self._seq = 0

    def _built(self, settings: Settings) -> House:
        house = build(settings, hasher=Hasher(passes=1, memory_kib=8, lanes=1))
        return replace(house, clock=self.clock)

    def _furnished(self) -> dict[str, Actor]:
        people: dict[str, Person] = furnish(self.house)
        with self.house.work() as work:
            people["hmip-owner"] = enrol(self.house, work, "hmip-owner", "hmip", "hmip-asset-owner", 0)
        return {key: actor_of(self.house, person) for key, person in people.items()}

    def close(self) -> None:
        self.house.engine.dispose()
        self.house.keystore.dispose()

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def today(self) -> Any:
        return day_of(self.now)

    def attempt(self, act: Callable[[Work], Any], who: str = "") -> Any:
        """What it came to; None where it was refused."""
        actor = self.actors[who] if who else SERVICE
        try:
            with self.house.work(actor) as work:
                return act(work)
        except ServiceError:
            return None

    # --- what people of the two bodies do with items

    def sent(self, body: str, kind: str, name: str) -> str:
        """An item with a file, on its way. What comes from HMIP goes to a Board; what comes from the IMB, to HMIP."""
        who, office = (self.actors["staff"], "secretariat") if body == "imb" else (self.actors["officer"], "")
        route = "national-to-inspectorate" if body == "imb" else "inspectorate-to-board"
        subjects = (Subject(name, ()),) if name else ()
        written = Written("OFFICIAL-SENSITIVE", "Zugzwang", "Quixotry was seen.", "So that it is known",
                          subjects=subjects, establishment=PLACE)  # fmt: skip
        assert office or body == "hmip"
        with self.house.work(who) as work:
            draft = work.sharing.start_draft(written, agreement="hmip-imb", kind=kind, office=min(who.offices),
                                             route=route, actor=who, now=work.now)  # fmt: skip
            writer = work.sharing.begin_file(draft.uuid, "a.bin", actor=who, now=work.now)
            writer.write(SMALL)
            work.sharing.attach(draft.uuid, writer.finish(), "a.bin", actor=who, now=work.now)
            reference = work.sharing.send(draft.uuid, actor=who, now=work.now).reference
        item = str(draft.uuid)
        self.items.append(item)
        self.references[item] = reference
        self.about[item] = name
        with self.house.engine.connect() as conn:
            names = conn.execute(sa.select(vault_part.c.object).where(vault_part.c.item == item)).scalars()
            self.parts[item] = set(names)
        return item

    def ended(self, item: str) -> None:
        """Closed by whoever received it, or, of HMIP, taken back by its sender: either begins its retention."""
        reference = self.references[item]
        imb = reference.startswith("IMB")
        self.attempt(lambda w: w.sharing.acknowledge(reference, actor=w.actor, now=w.now), "officer")
        if imb:
            self.attempt(lambda w: w.sharing.close(reference, "Filed.", actor=w.actor, now=w.now), "officer")
        else:
            self.attempt(lambda w: w.sharing.withdraw(reference, "An error.", actor=w.actor, now=w.now), "officer")

    def reopened(self, item: str) -> None:
        self.attempt(
            lambda w: w.sharing.reopen(self.references[item], "A reply came.", actor=w.actor, now=w.now), "officer"
        )

    def case(self, item: str) -> Any:
        """Its case now; None before its end."""
        with self.house.engine.connect() as conn:
            known = conn.exec_driver_sql(f"select 1 from disposal_case where item = '{item}'").first()
        if known is None:
            return None
        with self.house.work() as work:
            return work.disposals.case(item)

    def step(self, step: str, item: str, who: str, **given: Any) -> Any:
        """One step on the case as it stands."""

        def act(work: Work) -> Any:
            version = work.disposals.case(item).version
            return getattr(work.retention, step)(item, version=version, actor=work.actor, now=work.now, **given)

        return self.attempt(act, who)

    # --- what happens to the machine

    def sweep(self, *, between: Callable[[], None] | None = None, at: int = 0) -> Any:
        """The job of the hour; ``between`` happens before the unit of work of that number begins."""
        if between is None:
            return sweeps.dispose(self.house)
        begin, counted = Work.__enter__, [0]

        def enter(work: Work) -> Work:
            counted[0] += 1
            if counted[0] - 1 == at:
                between()
            return begin(work)

        with patch.object(Work, "__enter__", enter):
            return sweeps.dispose(self.house)

    @contextmanager
    def keys_away(self) -> Iterator[None]:
        """The key store cannot be reached."""
        engine = self.house.keystore._engine
        engine.dispose()

        def refuse(*_: object) -> None:
            raise engine.dialect.dbapi.OperationalError("the key store is away")

        sa.event.listen(engine, "do_connect", refuse)
        try:
            yield
        finally:
            sa.event.remove(engine, "do_connect", refuse)

    @contextmanager
    def store_away(self) -> Iterator[None]:
        """Nothing can be removed from the store."""

        def refuse(_: str) -> None:
            raise StorageFailed("the store is away")

        with patch.object(type(self.house.backend), "delete", lambda _self, name: refuse(name)):
            yield

    def keys_backed_up(self) -> str:
        """The URL of a copy of the key store as it is now."""
        self.close()
        place = self.folder / f"backup-{self.now:%Y%m%d%H%M%S}"
        place.mkdir(exist_ok=True)
        return self._keys_copied(self.house.settings.keystore_url, place)

    def restarted(self, keystore: str = "") -> None:
        """The process ends and another begins; with the key store of a backup, if one is named."""
        self.close()
        settings = self.house.settings
        if keystore:
            place = self.folder / f"restored-{self.now:%Y%m%d%H%M%S%f}"
            place.mkdir()
            settings = replace(settings, keystore_url=self._keys_copied(keystore, place))
        self.house = self._built(settings)
        started(self.house)

    def _keys_copied(self, url: str, folder: Path) -> str:
        if url.startswith("postgresql"):
            return databases.copy(url, folder)
        return shutil.copyfile(url, folder / "keys.db").as_posix()

    # --- what the log says since last asked

    def listen(self) -> None:
        """The oracle is told what is new in the log."""
        sequencing.settle(self.house)
        with self.house.engine.connect() as conn:
            for seq, fact in facts(conn, self.house.keys.log, self._seq):
                self._seq = seq + 1
                if fact is not None:
                    if fact.kind == "retention.item-destroyed" and fact.outcome == "allowed":
                        self.unread.add(fact.subject)
                    self.oracle.hear(fact)

    def readable(self, item: str) -> bool:
        """Whether anything of it can be opened."""
        try:
            with self.house.work() as work:
                reader = work.vault.open_part(item=UUID(item), part=1, actor=SERVICE, now=work.now)
            with reader:
                return b"".join(bytes(piece) for piece in reader.stream()) == SMALL
        except ServiceError:
            return False

    def later(self, **delta: float) -> None:
        self.clock.at += timedelta(**delta)
