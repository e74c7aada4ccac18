"""A whole house in a folder: really initialised, really built, in demonstration mode, with an invented cast."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.bootstrap import house as houses
from app.bootstrap.clock import DemonstrationClock
from app.bootstrap.house import House
from app.bootstrap.wiring import console_identity
from app.config import Settings
from foundation.actor import NOBODY, Actor
from identity.model import Establishment
from identity.store.hasher import Hasher
from tests import databases, ready, stores
from tests.served import app_over
from tests.trained import train
from vault.tables import vault_part

POLICIES = Path(__file__).parents[1] / "policies"
CONSOLE = Actor(id="console", name="test", party="", principal=0)
PASSWORD = "seven tall ships sailing by"
LIMIT_MIB = 2
CHEAP = Hasher(passes=1, memory_kib=64, lanes=1)
# What a house that stands may be told: nothing of it was made by them.
LATER = {"CUSTODES_FILE_LIMIT_MIB", "CUSTODES_FILES_PER_ITEM", "CUSTODES_SCANNER", "CUSTODES_ADDRESS"}
PLACES = {"LEI": ("Leeds", "Leeds Board"), "HLI": ("Hull", "Hull Board")}
CAST = {  # key: (party, role, Board)
    "staff": ("imb", "imb-staff", ""),
    "staff2": ("imb", "imb-staff", ""),
    "national": ("imb", "national-chair", ""),
    "chair": ("imb", "board-chair", "Leeds Board"),
    "vice": ("imb", "board-vice-chair", "Leeds Board"),
    "hull": ("imb", "board-chair", "Hull Board"),
    "imb-records": ("imb", "imb-records-manager", ""),
    "imb-owner": ("imb", "imb-asset-owner", ""),
    "officer": ("hmip", "hmip-correspondence-officer", ""),
    "inspector": ("hmip", "hmip-inspector", ""),
    "records": ("hmip", "hmip-records-manager", ""),
    "owner": ("hmip", "hmip-asset-owner", ""),
    "compliance": ("hmip", "hmip-compliance-officer", ""),
    "security": ("hmip", "hmip-security-lead", ""),
    "imb-security": ("imb", "imb-security-lead", ""),
    "admin": ("hmip", "hmip-administrator", ""),
    "imb-admin": ("imb", "imb-administrator", ""),
    "operator": ("hmip", "hmip-operator", ""),
}


def environ_of(state: Path, **changed: str) -> dict[str, str]:
    """Demonstration settings on a folder of one's own, as environment variables."""
    return {
        "CUSTODES_STATE": str(state),
        "CUSTODES_POLICIES": str(POLICIES),
        "CUSTODES_DEMONSTRATION": "1",
        "CUSTODES_SECURE": "0",
        "CUSTODES_FILE_LIMIT_MIB": str(LIMIT_MIB),
        "CUSTODES_FILES_PER_ITEM": "4",
        **databases.settings(state),
        **changed,
    }


def settings_of(state: Path, **changed: str) -> Settings:
    """The same, read."""
    return Settings.from_env(environ_of(state, **changed))


@dataclass
class Live:
    """A built house with its cast: ids, one-time secrets, offices by name, tokens of those signed in."""

    house: House
    app: Flask
    ids: dict[str, str]
    secrets: dict[str, str]
    boards: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)

    @classmethod
    def create(cls, state: Path, **changed: str) -> Live:
        """A house with its cast; a copy of one made before, unless it is to keep its things elsewhere."""
        known = ready.HERE.stand("live", state, _peopled) if changed.keys() <= LATER else _peopled(state, **changed)
        house = ready.keyed(houses.build(settings_of(state, **changed), hasher=CHEAP))
        return cls(house, app_over(house), *known)

    def close(self) -> None:
        self.house.engine.dispose()
        self.house.keystore._engine.dispose()

    @property
    def now(self) -> datetime:
        return self.house.now()

    def later(self, **delta: float) -> None:
        """Move the demonstration's clock on; sessions older than their limits end by it."""
        clock = self.house.clock
        assert isinstance(clock, DemonstrationClock)
        clock.move_to(self.now + timedelta(**delta))

    def code(self, key: str) -> str:
        """A code not used before."""
        self.later(seconds=31)
        return pyotp.TOTP(self.secrets[key]).at(self.now)

    def sign_in(self, key: str) -> str:
        """A fresh token, through both steps of the API."""
        client = self.app.test_client()
        first = client.post("/api/v1/session", json={"email": f"{key}@example.test", "password": PASSWORD})
        assert first.status_code == 201, first.text
        bearer = {"Authorization": f"Bearer {first.json['token']}"}
        second = client.post("/api/v1/session/code", json={"code": self.code(key)}, headers=bearer)
        assert second.status_code == 200, second.text
        return str(second.json["token"])

    def prove(self, key: str) -> Caller:
        """The API as this person, who has just shown again that it is they."""
        self.api(key).ok("POST", "/session/proof", {"code": self.code(key)})
        return self.api(key)

    def join(self, key: str, party: str, role: str, board: str = "") -> str:
        """One more person, set up as the cast is; their id."""
        self.ids[key], self.secrets[key] = _join(self.house, key, party, role, board)
        return self.ids[key]

    def confirm(self, proposal: str, party: str = "imb") -> str:
        """Another administrator of the body confirms what one proposed; the id of the appointment."""
        key = f"second-{party}"
        if key not in self.ids:
            self.join(key, party, f"{party}-administrator")
        done = self.api(key).ok("POST", f"/conferrals/{proposal}/confirm", {"checked": "known-number"})
        return str(done["appointment"])

    def api(self, key: str = "") -> Caller:
        """The API as this person, or as nobody."""
        if key and key not in self.tokens:
            self.tokens[key] = self.sign_in(key)
        return Caller(self.app.test_client(), self.tokens.get(key, ""))

    def nothing_half_stored(self) -> None:
        """The store holds the files that are attached and nothing else; no upload is open."""
        with self.house.work() as work:
            rows = work.conn.execute(sa.select(vault_part.c.state, vault_part.c.object)).all()
        states = [row.state for row in rows]
        assert "pending" not in states, rows
        stored = stores.files(self.house)
        assert len(stored) == states.count("live"), stored

    def offices(self, kind: str, party: str = "") -> dict[str, Any]:
        """The one office of a kind."""
        with self.house.work() as work:
            (found,) = work.people.offices(party=party or None, kind=kind)
        return {"id": found.id, "number": found.principal}


@dataclass
class Caller:
    """One person's client: addresses below /api/v1, the bearer token in every request."""

    client: FlaskClient
    token: str

    def __call__(self, method: str, path: str, body: Any = None, **given: Any) -> TestResponse:
        headers = dict(given.pop("headers", {}))
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            given["json"] = body
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, buffered=True, **given)

    def get(self, path: str, **given: Any) -> TestResponse:
        return self("GET", path, **given)

    def post(self, path: str, body: Any = None, **given: Any) -> TestResponse:
        return self("POST", path, {} if body is None and "data" not in given else body, **given)

    def put(self, path: str, **given: Any) -> TestResponse:
        return self("PUT", path, **given)

    def ok(self, method: str, path: str, body: Any = None, **given: Any) -> Any:
        """The answer's JSON; a refusal fails the test with all it says."""
        empty = body is None and method == "POST" and "data" not in given
        response = self(method, path, {} if empty else body, **given)
        assert response.status_code < 300, f"{method} {path}: {response.status_code} {response.text}"
        return response.json if response.is_json else response


def copy_of(state: Path, to: Path) -> Path:
    """Another house just like it."""
    shutil.copytree(state, to)
    return to


def _peopled(state: Path, **changed: str) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Initialise, build, people, leave it; ids, secrets and Boards."""
    settings = settings_of(state, **changed)
    houses.init(settings)
    house = houses.build(settings, hasher=CHEAP)
    ids: dict[str, str] = {}
    secrets: dict[str, str] = {}
    boards = _places(house)
    for key, (party, role, board) in CAST.items():
        ids[key], secrets[key] = _join(house, key, party, role, boards.get(board, ""))
    house.engine.dispose()
    house.keystore.dispose()
    return ids, secrets, boards


def _places(house: House) -> dict[str, str]:
    with house.work(CONSOLE) as work:
        desk, given = console_identity(work), {"actor": CONSOLE, "now": work.now}
        rows = [
            Establishment(key, f"{name} (HMP)", "", "PRISON", True, name, "England", "invented")
            for key, (name, _) in PLACES.items()
        ]
        desk.import_establishments(rows=rows, **given)
        boards = {}
        for key, (_, board) in PLACES.items():
            boards[board] = desk.create_office(party="imb", kind="board", name=board, **given)
            desk.cover(office_id=boards[board], establishment_key=key, **given)
    return boards


def _join(house: House, key: str, party: str, role: str, board: str) -> tuple[str, str]:
    """(person, secret): invited, both factors set, appointed, trained, vetted."""
    with house.work(CONSOLE) as work:
        desk, given = console_identity(work), {"actor": CONSOLE, "now": work.now}
        invited = desk.invite(email=f"{key}@example.test", name=key.title(), party=party, **given)
        uri = desk.accept(token=invited.token, password=PASSWORD, actor=NOBODY, now=work.now)
        secret = parse_qs(urlsplit(uri).query)["secret"][0]
        code = pyotp.TOTP(secret).at(work.now)
        desk.confirm_second_factor(token=invited.token, code=code, actor=NOBODY, now=work.now)
        kind = house.policies.roles[role].office
        office = board or next(one.id for one in work.people.offices(party=party, kind=kind))
        desk.appoint(person_id=invited.person_id, role=role, office_id=office, **given)
        until = work.now + timedelta(days=4000)
        train(desk, house.policies.gates, invited.person_id, until=until, **given)
        desk.record_vetting(person_id=invited.person_id, until=until, **given)
    return invited.person_id, secret
