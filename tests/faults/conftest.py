"""A house with items to read, drafts to send and disposals to review, and clients for whoever does it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bootstrap import sequencing, sweeps
from app.bootstrap.engines import reading
from app.bootstrap.house import House
from app.bootstrap.schema import metadata
from bench.live import InProcess, Person, Standing, actor_of
from foundation.actor import Actor
from sharing.model.item import Subject, Written
from tests import stores
from tests.ready import furnished
from tests.served import app_over

TITLE, TEXT, NAME = "Zugzwang on the landing", "Quixotry was seen at the servery", "Fjordwick Mxyzptlk"
CONTENT = b"Vexillology in the kitchen. " * 60_000
SECRETS = (*(text.encode() for text in (TITLE, TEXT, NAME)), CONTENT[:28])


@dataclass
class Things:
    """What one door works on: an item to read and acknowledge, a case to review (and its version), a draft to send."""

    item: str = ""
    disposal: str = ""
    seen: int = 0
    draft: str = ""


@dataclass
class Scene:
    """One house, its people, and what lies in it."""

    house: House
    people: dict[str, Person]
    app: Flask
    api: Things
    web: Things
    clients: dict[tuple[str, str], InProcess] = field(default_factory=dict)

    @property
    def clock(self) -> Standing:
        assert isinstance(self.house.clock, Standing)
        return self.house.clock

    @property
    def database(self) -> Path:
        return self.house.settings.state / "custodes.db"

    def actor(self, key: str) -> Actor:
        return actor_of(self.house, self.people[key])

    def client(self, key: str, door: str) -> InProcess:
        """Signed in once for each door, and again when told to forget."""
        if (key, door) not in self.clients:
            made = InProcess(self.app)
            self.clock.later(minutes=1)
            sign_in = made.sign_in_to_api if door == "api" else made.sign_in_to_pages
            self.clients[key, door] = sign_in(self.people[key], self.house.now())
        return self.clients[key, door]

    def over(self, house: House) -> Scene:
        """The same people and sessions, served by another house over the same state."""
        app = app_over(house)
        moved = {which: borrowed(client, app) for which, client in self.clients.items()}
        return replace(self, house=house, app=app, clients=moved)

    def start_draft(self, key: str = "staff", **more: Any) -> UUID:
        """Intelligence for HMIP, complete."""
        who = self.actor(key)
        written = Written(
            marking="OFFICIAL-SENSITIVE",
            title=TITLE,
            text=TEXT,
            sharing_purpose="So that it is known",
            subjects=(Subject(NAME, (("prison-number", "A9347XK"),)),),
            establishment="XFM",
        )
        with self.house.work(who) as work:
            ref = work.sharing.start_draft(
                written,
                agreement="hmip-imb",
                kind="intelligence",
                office=min(who.offices),
                route="national-to-inspectorate",
                actor=who,
                now=work.now,
                **more,
            )
        return ref.uuid

    def attach(self, draft: UUID, content: bytes = CONTENT, key: str = "staff") -> None:
        who = self.actor(key)
        with self.house.work(who) as work:
            writer = work.sharing.begin_file(draft, "a.bin", actor=who, now=work.now)
        writer.write(content)
        sealed = writer.finish()
        with self.house.work(who) as work:
            work.sharing.attach(draft, sealed, "a.bin", actor=who, now=work.now)

    def send(self, draft: UUID, key: str = "staff") -> str:
        who = self.actor(key)
        with self.house.work(who) as work:
            return work.sharing.send(draft, actor=who, now=work.now).reference

    def acknowledge(self, reference: str, key: str = "officer") -> None:
        who = self.actor(key)
        with self.house.work(who) as work:
            work.sharing.acknowledge(reference, actor=who, now=work.now)

    def close(self, reference: str, key: str = "officer") -> None:
        who = self.actor(key)
        with self.house.work(who) as work:
            work.sharing.close(reference, "Followed up.", actor=who, now=work.now)

    def retire(self, reference: str, step: str, key: str, **given: Any) -> None:
        """One step of disposal on the case as it stands."""
        who = self.actor(key)
        with self.house.work(who) as work:
            case = work.disposals.case(reference)
            getattr(work.retention, step)(case.item, version=case.version, actor=who, now=work.now, **given)

    def sent(self) -> str:
        """An item with a file, on its way."""
        draft = self.start_draft()
        self.attach(draft)
        return self.send(draft)

    def until_reviewable(self) -> str:
        """An item closed, its period confirmed and run out, its return offered and declined."""
        reference = self.sent()
        self.acknowledge(reference)
        self.close(reference)
        self.retire(reference, "confirm_period", "imb-records", months=1, authority="Sample schedule, paragraph 9")
        self.clock.later(days=40)
        sweeps.dispose(self.house)
        self.retire(reference, "offer_return", "hmip-records")
        self.retire(reference, "answer_return", "imb-records", answer="declined", reason="We have our own copy.")
        return reference

    def vault_files(self) -> list[str]:
        """Every object, finished or not, by its path."""
        return stores.files(self.house)

    def count(self, table: str, where: str = "1 = 1") -> int:
        """Rows; of the log's, those in its tree once everything committed so far is."""
        if table.startswith("audit_"):
            sequencing.settle(self.house)
        with reading(self.house.engine) as conn:
            return int(conn.exec_driver_sql(f"select count(*) from {table} where {where}").scalar_one())


def borrowed(client: InProcess, app: Flask) -> InProcess:
    """Signed in as the other one is."""
    made = InProcess(app)
    made.cookie, made.bearer, made.csrf = client.cookie, client.bearer, client.csrf
    return made


def state_of(scene: Scene) -> dict[str, str]:
    """Everything the service keeps, as one digest per table and file. When a session was last seen is not kept."""
    found = {}
    with reading(scene.house.engine) as conn:
        for table in metadata.sorted_tables:
            columns = [column for column in table.c if column.name != "seen"]
            rows = sorted(map(repr, conn.execute(sa.select(*columns))))
            found[table.name] = sha256("\n".join(rows).encode()).hexdigest()
    with closing(sqlite3.connect(f"file:{scene.house.settings.keystore}?mode=ro", uri=True)) as conn:
        rows = sorted(map(repr, conn.execute("select * from object_key")))
        found["keystore"] = sha256("\n".join(rows).encode()).hexdigest()
    for name in scene.vault_files():
        found[name] = sha256(stores.read(scene.house, name)).hexdigest()
    return found


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Made once a module: a test that changes it says so."""
    state = tmp_path_factory.mktemp("faults") / "state"
    house, people = furnished(state)
    made = Scene(house, people, app_over(house), Things(), Things())
    for things in (made.api, made.web):
        things.disposal = made.until_reviewable()
        with house.work() as work:
            things.seen = work.disposals.case(things.disposal).version
    for things in (made.api, made.web):
        things.item, things.draft = made.sent(), str(made.start_draft())
    yield made
    house.engine.dispose()
