"""A small house in which everything that is about to be done lies ready, put back as it was before each fault.

All that happens, happens in forks: in this process the house keeps no connection and learns nothing, so that each
begins from the same rows, files and memory, and writes the same.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pyrage
import sqlalchemy as sa
from flask import Flask
from psycopg import sql

from app.bootstrap import outside, sequencing, sweeps
from app.bootstrap.compared import Comparison
from app.bootstrap.engines import reading
from app.bootstrap.house import House
from audit.examine import verify_database
from audit.tables import audit_entry
from bench.live import Answer, InProcess, Standing
from tests import databases
from tests.api.api_acts import body_of, draft, sent
from tests.house import PASSWORD, Live
from tests.served import app_over
from vault.backends.files import FilesBackend
from vault.backup.age import recipients
from vault.backup.place import Place

TITLE, TEXT = "Zugzwang on the landing", "Quixotry was seen at the servery"
HAPPENED = "A print of Tolkappiyam lay on the stairs"
CONTENT = b"Vexillology in the kitchen. " * 9_000
SECRETS = (TITLE.encode(), TEXT.encode(), HAPPENED.encode(), CONTENT[:28])
API = ("officer", "staff", "chair", "security", "imb-security")


@dataclass
class World:
    """``things``: what each act works on. ``folder`` holds everything that may be written; ``kept`` a copy of it."""

    folder: Path
    kept: Path
    house: House
    app: Flask
    clock: Standing
    things: dict[str, str]
    clients: dict[str, InProcess] = field(default_factory=dict)
    keeper: Any = field(default_factory=pyrage.x25519.Identity.generate)
    database: str = ""  # on PostgreSQL: a copy of it as it was
    lines: Any = None  # on S3 and KMS: ``services.Lines``

    @property
    def place(self) -> Place:
        """Where backups go."""
        return Place(FilesBackend(self.folder / "backups"))

    @property
    def to(self) -> tuple[Any, ...]:
        return recipients(str(self.keeper.to_public()).encode())

    def api(self, key: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return self.clients[f"{key} api"].api(method, path, body, **headers)

    def put(self, key: str, path: str, data: bytes) -> Answer:
        headers = {"Content-Type": "text/plain"}
        return self.clients[f"{key} api"].ask("PUT", f"/api/v1{path}", data, headers=headers)

    def page(self, key: str, path: str, fields: Mapping[str, str]) -> Answer:
        return self.clients[f"{key} page"].post(path, fields)

    def put_back(self) -> None:
        """As it was in the beginning."""
        shutil.rmtree(self.folder)
        shutil.copytree(self.kept, self.folder)
        if self.database:
            _like(str(self.house.engine.url.database), self.database)
        if self.lines:
            self.lines.put_back()

    def rest(self) -> None:
        self.house.engine.dispose()
        self.house.keystore.dispose()

    def acts(self) -> Counter[str]:
        """How often the log says each kind of fact, in its tree or not yet."""
        with reading(self.house.engine) as conn:
            bodies = conn.scalars(sa.select(audit_entry.c.body)).all()
        return Counter(json.loads(bytes(body))["act"] for body in bodies)

    def count(self, query: str) -> int:
        with reading(self.house.engine) as conn:
            return int(conn.exec_driver_sql(query).scalar_one())


def made_in(folder: Path, **changed: str) -> World:
    """Content and keys lie in folders, whatever the run's other tests use. ``changed``: other settings."""
    state = folder / "now" / "state"
    folders = {"CUSTODES_VAULT_URL": str(state / "vault"), "CUSTODES_KEYRING_URL": str(state / "keys" / "vault")}
    live = Live.create(state, **{**folders, **changed})
    things = _things(live)
    now = live.now
    for key in API:
        live.api(key)
    tokens = dict(live.tokens)
    clock = Standing(live.now)
    house = replace(live.house, clock=clock)
    made = World(folder / "now", folder / "kept", house, app_over(house), clock, things)
    for key in API:
        made.clients[f"{key} api"] = InProcess(made.app)
        made.clients[f"{key} api"].bearer = tokens[key]
    made.clients["officer page"] = signed_in(made, live, "officer")
    assert made.clock.now() >= now
    sequencing.settle(house)
    made.place  # noqa: B018 - its folders are made before anything is counted
    made.rest()
    live.close()
    shutil.copytree(made.folder, made.kept)
    if databases.on_postgresql():
        made.database = databases.HERE.server.create(str(house.engine.url.database))
    _warm(made)
    return made


def _warm(world: World) -> None:
    """Its log is looked through once without a word in it: each fork after a fault then finds the questions ready."""
    house = world.house
    with reading(house.engine) as conn, closing(Comparison(house)) as comparison:
        assert verify_database(conn, house.keys.log, comparison.told, outside.authorities(house)).ok
        assert not tuple(comparison.differences(conn))
    world.rest()


def _like(name: str, kept: str) -> None:
    """A database of PostgreSQL that nobody uses just now, as its copy is."""
    server = databases.HERE.server
    server.let_go(kept)
    server.admin().execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
    how = sql.SQL("create database {} template {} strategy file_copy")
    server.admin().execute(how.format(sql.Identifier(name), sql.Identifier(kept)))


def signed_in(world: World, live: Live, key: str) -> InProcess:
    """At the pages."""
    world.clock.at += timedelta(seconds=61)
    client = InProcess(world.app)
    client.get("/sign-in")
    client.post("/sign-in", {"email": f"{key}@example.test", "password": PASSWORD})
    client.get("/sign-in/code")
    done = client.post("/sign-in/code", {"code": pyotp.TOTP(live.secrets[key]).at(world.clock.at)})
    assert done.status == 303, done.text
    client.get("/account")
    return client


def _things(live: Live) -> dict[str, str]:
    found = {"destroy": _cooled_off(live)}
    words = {"title": TITLE, "text": TEXT}
    files = {"a.txt": CONTENT}
    for name in ("send", "send, page"):
        found[name] = draft(live, **words)
        live.api("officer").ok("PUT", f"/drafts/{found[name]}/files/a.txt", data=CONTENT, content_type="text/plain")
    found["version"] = str(live.api("officer").ok("GET", f"/drafts/{found['send, page']}")["version"])
    found["attach"] = draft(live, **words)
    found["pass on"] = sent(live, files=files, **words)
    found["recall"] = sent(live, files=files, **words)
    live.api("staff").ok("POST", f"/items/{found['recall']}/pass-on", {"office": live.boards["Leeds Board"]})
    live.api("chair").ok("POST", f"/items/{found['recall']}/open", {"purpose": "follow-up"})
    found["board"] = live.boards["Leeds Board"]
    found["close incident"] = _closing(live)
    found["report"] = live.now.isoformat()
    return found


def _closing(live: Live) -> str:
    """An incident that one person proposed to close."""
    live.api("officer").post("/drafts", body_of(marking="SECRET"))
    api = live.api("security")
    number = str(api.ok("GET", "/incidents?state=open")["items"][0]["number"])
    found = api.ok("GET", f"/incidents/{number}")
    for owed in found["owed"]:
        if not owed["only_if"]:
            api.ok("POST", f"/incidents/{number}/duties/{owed['code']}", {"note": "Done."})
    api.ok("POST", f"/incidents/{number}/close", {"outcome": found["outcomes"][0]["code"]})
    return number


def _cooled_off(live: Live) -> str:
    """An item whose destruction was approved, and nobody stopped it in its time."""
    given = {"kind": "intelligence", "route": "national-to-inspectorate", "title": TITLE, "text": TEXT}
    ref = sent(live, "staff", files={"a.txt": CONTENT}, **given)
    live.api("officer").ok("POST", f"/items/{ref}/acknowledge")
    live.api("officer").ok("POST", f"/items/{ref}/close", {"note": "Filed."})
    said = {"months": 1, "authority": "Sample schedule, paragraph 9"}
    live.api("imb-records").ok("POST", f"/disposals/{ref}/period", said)
    live.later(days=40)
    live.tokens.clear()
    sweeps.dispose(live.house)
    steps = (
        ("records", "return", {}),
        ("imb-records", "return-answer", {"answer": "declined", "reason": "We have our own."}),
        ("imb-records", "review", {"proposal": "destroy", "reason": "Its time is up."}),
        ("imb-owner", "approve", {"approve": True}),
    )
    for key, step, said in steps:
        live.api(key).ok("POST", f"/disposals/{ref}/{step}", said)
    live.later(days=60)
    live.tokens.clear()
    return ref
