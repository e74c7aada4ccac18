"""A small house of real rooms: a database file, keys, a files vault, the shipped policies, and an invented cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pyotp
import sqlalchemy as sa

import audit.tables
import classification.policy
from audit.follow import Follower
from audit.keys import LogKeys
from audit.reading import page as log_page
from audit.trail import Trail
from foundation.actor import NOBODY, Actor
from foundation.bound import Binder
from foundation.errors import ServiceError
from foundation.policy import Faults
from identity.model import Establishment, Office
from identity.policy.access import load_access
from identity.policy.adequacy import load_adequacy
from identity.policy.gates import load_gates
from identity.policy.parties import load_parties, load_roles
from identity.queries.people import People
from identity.rules.decide import Decider
from identity.service.identity import Identity
from identity.store.hasher import Hasher
from identity.store.secrets import SecretBox
from sharing.model.item import ItemRef, Subject, Written
from sharing.model.upload import Limits
from sharing.policy.files import load_agreements
from sharing.policy.processing import load_processing
from sharing.queries.items import Items
from sharing.service.sharing import Sharing
from tests import databases, stores
from tests.taken_in import take_in
from tests.trained import train
from vault.keystore import KeyStore, open_engine
from vault.service import Vault

POLICIES = Path(__file__).parents[2] / "policies"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday
ADMIN = Actor(id="0190d6c2-0000-7000-8000-00000000000a", name="Ada", party="imb", principal=900_001)
BINDER = Binder(bytes(range(32)))
LIMITS = Limits(file_bytes=1_000_000, files=3, upload_hours=24)
OS = "OFFICIAL-SENSITIVE"
T = TypeVar("T")

CAST = {  # name: (party, role, office kind or Board)
    "sana": ("imb", "imb-staff", "secretariat"),
    "seth": ("imb", "imb-staff", "secretariat"),
    "nia": ("imb", "national-chair", "national-chair"),
    "bola": ("imb", "board-chair", "Leeds Board"),
    "vic": ("imb", "board-vice-chair", "Leeds Board"),
    "mora": ("imb", "board-member", "Hull Board"),
    "cora": ("hmip", "hmip-correspondence-officer", "correspondence"),
    "ivo": ("hmip", "hmip-inspector", "inspectorate"),
    "tess": ("hmip", "hmip-team-leader", "inspectorate"),
    "ann": ("imb", "imb-administrator", "administration"),
    "olu": ("hmip", "hmip-compliance-officer", "assurance"),
    "ines": ("hmip", "hmip-chief-inspector", "chief-inspector"),
    "gil": ("imb", "imb-compliance-officer", "assurance"),
}
BOARDS = {"Leeds Board": "LEI", "Hull Board": "HLI"}


@dataclass
class Doing:
    """One unit of work."""

    conn: sa.Connection
    trail: Trail
    vault: Vault
    people: People
    sharing: Sharing
    items: Items
    identity: Identity


class World:
    """``do`` runs one unit of work and commits; on a refusal it rolls back and records what the error carries."""

    def __init__(self, folder: Path, *, build: bool = False, database: str = "") -> None:
        """Open the house in ``folder`` with its ``database``, or build both first."""
        self.now = NOON
        self.folder = folder
        self.followers: Sequence[Follower] = ()
        faults = Faults()
        self.parties = load_parties(POLICIES, faults)
        self.roles = load_roles(POLICIES, self.parties, faults)
        self.gates = load_gates(POLICIES, self.roles, faults)
        names = {party.short: party.id for party in self.parties.values()}
        self.scheme = classification.policy.load(POLICIES, faults, organisations=names)
        self.agreements = load_agreements(POLICIES, self.parties, faults)
        self.processing = load_processing(POLICIES, self.agreements, faults)
        self.adequacy = load_adequacy(POLICIES, faults)
        access = load_access(POLICIES, faults)
        faults.raise_any()
        assert access is not None
        self.decider = Decider(access)
        self.engine = databases.engine_of(databases.new(folder) if build else database)
        if build:
            self._build(folder)
        self.log_keys = LogKeys.load(folder / "log-keys")
        self.keyring = stores.keyring(folder / "keyring")
        self._keys = open_engine(folder / "keys.db")
        self.keystore = KeyStore(self._keys)
        self.backend = stores.backend(folder / "vault")
        if build:
            self._people_the_house()
        with self.work() as made:
            self.offices = {_called(office): office for office in made.people.offices()}
            people = made.people.people()
            self.ids = {person.email.partition("@")[0]: person.id for person in people}

    def close(self) -> None:
        self.engine.dispose()
        self._keys.dispose()

    @contextmanager
    def work(self) -> Iterator[Doing]:
        with self.engine.connect() as conn:
            conn.begin()
            made = self._make(conn)
            try:
                yield made
            except ServiceError as error:
                conn.rollback()
                self._remember(error)
                raise
            conn.commit()
            condemned = made.vault.after_commit()
        for item in condemned:
            with self.work() as after:
                after.vault.finish(item=item, actor=NOBODY, now=self.now)

    def do(self, act: Callable[[Doing], T]) -> T:
        with self.work() as made:
            return act(made)

    def actor(self, name: str) -> Actor:
        return self.do(lambda w: w.people.actor(self.ids[name], now=self.now))

    def number(self, name: str) -> int:
        return self.actor(name).principal

    def office(self, name: str) -> int:
        return self.offices[name].principal

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    # --- one act by one person -----------------------------------------------------------------------------------

    def act(self, who: str, method: str, *args: object, **given: object) -> object:
        actor = self.actor(who)
        return self.do(lambda w: getattr(w.sharing, method)(*args, actor=actor, now=self.now, **given))

    def act_items(self, who: str, method: str, *args: object, **given: object) -> object:
        """One look at a list by one person."""
        actor = self.actor(who)
        return self.do(lambda w: getattr(w.items, method)(*args, actor=actor, now=self.now, **given))

    def making(self, conn: sa.Connection) -> Doing:
        """The rooms around a connection of the caller’s."""
        return self._make(conn)

    def draft(self, who: str, kind: str = "intelligence", **given: object) -> UUID:
        """A complete draft of ``who`` by the way given, or by the only way their office has for the kind."""
        settings = {"agreement": "hmip-imb", "kind": kind, "office": self.office(CAST[who][2]), **given}
        written = settings.pop("written", written_of())
        if "route" not in settings and "to" not in settings:
            settings["route"] = {"imb": "national-to-inspectorate", "hmip": "inspectorate-to-board"}[CAST[who][0]]
        return self.act(who, "start_draft", written, **settings).uuid  # type: ignore[attr-defined]

    def send(self, who: str, kind: str = "intelligence", **given: object) -> ItemRef:
        return self.act(who, "send", self.draft(who, kind, **given))  # type: ignore[return-value]

    def attach(self, who: str, draft: UUID, name: str, body: bytes, media_type: str = "text/plain") -> int:
        writer = self.act(who, "begin_file", draft, name, size=len(body))
        writer.write(body)  # type: ignore[attr-defined]
        sealed = writer.finish()  # type: ignore[attr-defined]
        return self.act(who, "attach", draft, sealed, name, media_type).part  # type: ignore[attr-defined]

    def log(self, act: str = "sharing.") -> list[tuple[str, str]]:
        """(act, outcome) of the log’s entries of this room, oldest first."""
        take_in(self.engine)
        index = audit.tables.audit_index
        with self.engine.connect() as conn:
            rows = conn.execute(sa.select(index.c.act, index.c.outcome).order_by(index.c.seq)).all()
        return [(row.act, row.outcome) for row in rows if row.act.startswith(act)]

    def last(self, act: str) -> object:
        """The newest entry of this kind, its disclosures opened."""
        take_in(self.engine)
        with self.engine.connect() as conn:
            return log_page(conn, self.log_keys, None, 1, act=act).rows[0]

    # --- making it -----------------------------------------------------------------------------------------------

    def _make(self, conn: sa.Connection) -> Doing:
        trail = Trail(conn, keys=self.log_keys, writer="test", policies="p" * 64, followers=self.followers)
        kept = Vault(conn, trail, keystore=self.keystore, keyring=self.keyring, backend=self.backend)
        people = People(
            conn, parties=self.parties, roles=self.roles, gates=self.gates, binder=BINDER, adequacy=self.adequacy
        )
        common = {
            "decider": self.decider,
            "agreements": self.agreements,
            "people": people,
            "index_key": bytes(range(32)),
            "binder": BINDER,
        }
        acts = Sharing(
            conn,
            trail,
            vault=kept,
            scheme=self.scheme,
            parties=self.parties,
            limits=LIMITS,
            processing=self.processing,
            **common,
        )
        accounts = Identity(
            conn,
            trail,
            parties=self.parties,
            roles=self.roles,
            gates=self.gates,
            hasher=Hasher(passes=1, memory_kib=8, lanes=1),
            secrets=SecretBox(bytes(range(32))),
            binder=BINDER,
        )
        return Doing(conn, trail, kept, people, acts, Items(conn, trail, **common), accounts)

    def _remember(self, error: ServiceError) -> None:
        fact = getattr(error, "fact", None)
        if fact is None:
            return
        with self.engine.connect() as conn:
            conn.begin()
            self._make(conn).trail.record(
                fact,
                actor=ADMIN,
                now=self.now,
                subject=error.subject,
                what=getattr(error, "what", {}),
                marking=getattr(error, "marking", ""),
                outcome="refused",
                rules=getattr(error, "rules", ()),
            )
            conn.commit()

    def _build(self, folder: Path) -> None:
        LogKeys.create(folder / "log-keys", "custodes.test/log")
        (folder / "keyring").mkdir(mode=0o700)
        for party in self.parties:
            stores.keyring(folder / "keyring").create(party, now=self.now)

    def _people_the_house(self) -> None:
        given = {"actor": ADMIN, "now": self.now}
        with self.work() as made:
            accounts = made.identity
            accounts.import_establishments(rows=[_prison("LEI", "Leeds"), _prison("HLI", "Hull")], **given)
            accounts.create_single_offices(**given)
            for board, key in BOARDS.items():
                board_id = accounts.create_office(party="imb", kind="board", name=board, **given)
                accounts.cover(office_id=board_id, establishment_key=key, **given)
            offices = {_called(office): office.id for office in made.people.offices()}
            year = self.now + timedelta(days=365)
            for name, (party, role, office) in CAST.items():
                person = _join(accounts, name, party, self.now)
                held = offices.get(office) or offices[f"{party}/{office}"]
                accounts.appoint(person_id=person, role=role, office_id=held, **given)
                train(accounts, self.gates, person, until=year, **given)
                accounts.record_vetting(person_id=person, until=year, **given)


def _called(office: Office) -> str:
    """Boards by name, offices of which there is one by kind, those both parties have by party and kind."""
    if office.kind == "board":
        return office.name
    return f"{office.party}/{office.kind}" if office.kind in ("records", "assurance", "administration") else office.kind


def written_of(**changed: object) -> Written:
    """What an author gives, complete."""
    values = {
        "marking": OS,
        "title": "Use of force on B wing",
        "text": "Three people told us the same thing.",
        "sharing_purpose": "To inform the next inspection.",
        "subjects": (Subject("Joan Smith", (("prison-number", "A1234BC"), ("pnc", "2003/0011985X"))),),
        "establishment": "LEI",
        **changed,
    }
    return Written(**values)  # type: ignore[arg-type]


def _join(accounts: Identity, name: str, party: str, now: datetime) -> str:
    visitor = NOBODY
    invited = accounts.invite(email=f"{name}@example.test", name=name.title(), party=party, actor=ADMIN, now=now)
    uri = accounts.accept(token=invited.token, password="seven tall ships sailing by", actor=visitor, now=now)
    secret = parse_qs(urlsplit(uri).query)["secret"][0]
    accounts.confirm_second_factor(token=invited.token, code=pyotp.TOTP(secret).at(now), actor=visitor, now=now)
    return invited.person_id


def _prison(key: str, name: str) -> Establishment:
    return Establishment(
        key=key,
        name=f"{name} (HMP)",
        name_welsh="",
        kind="PRISON",
        active=True,
        town=name,
        country="England",
        source="invented",
    )
