"""A real house with a real log, those outside who watch it, and fresh copies of all of it for an insider to spoil.

What an insider can do is done to a copy; then everybody who could notice is asked, and who did is told.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from app.bootstrap import house as houses
from app.bootstrap import logbook, sequencing
from app.bootstrap.engines import reading
from app.bootstrap.events import POLICIES_CHANGED
from app.bootstrap.house import House
from audit.anchor import Anchor
from audit.leaf import unb64
from audit.reading import page
from audit.tables import TRIGGERS
from audit.trust import Trust
from audit.verify import verify_bundle
from audit.views import CONSISTENT
from audit.witness import COSIGNED, FIRST, NOTHING_NEW, POSTED, Witness
from audit.witness_files import Memory, WitnessKey
from foundation.errors import ServiceError
from identity.store.hasher import Hasher
from retention.queries.verify import verify_certificate
from tests import cloud, databases, stores
from tests.house import POLICIES, Caller, Live, settings_of
from tests.served import app_over
from tests.verifier.asking import apart

OS = "OFFICIAL-SENSITIVE"
WITNESS = "imb.test/witness"
BIG = bytes(range(256)) * 160  # three chunks of a file
WELL = (FIRST, COSIGNED, NOTHING_NEW, POSTED, CONSISTENT)

# Everybody who could notice, in the order in which they would.
START, SERVING, CHECKPOINT, VERIFY, EXPORT, KEPT, WATCHED, ANCHORED, CERTIFICATE = (
    "start", "serving", "checkpoint", "verify", "export", "kept", "witness", "anchor", "certificate"
)  # fmt: skip
WATCHERS = (SERVING, START, CHECKPOINT, VERIFY, EXPORT, CERTIFICATE, KEPT, WATCHED, ANCHORED)


@dataclass
class Wire:
    """The log as it is published by a house, without a network between: ``audit.witness.Log``."""

    live: Live

    def newest(self) -> str:
        return str(self.live.app.test_client().get("/audit/checkpoint").text)

    def proof(self, old: int, size: int) -> Sequence[bytes] | None:
        answer = self.live.app.test_client().get(f"/audit/consistency?from={old}&to={size}")
        return [unb64(line, 32) for line in answer.text.splitlines()] if answer.status_code == 200 else None

    def post(self, note: str) -> str:
        answer = self.live.app.test_client().post("/audit/cosignatures", data=note.encode())
        return "" if answer.status_code == 200 else answer.text


@dataclass
class Outside:
    """Who keeps something: a witness with its memory, a bucket, somebody with a checkpoint of last month."""

    memory: Path
    key: WitnessKey
    bucket: str
    kept: str = ""

    def look(self, live: Live, state: Path) -> str:
        """One look of the witness with its memory in ``state``; what it found."""
        trust = Trust.of([live.house.keys.log.vkey])
        with Memory(state) as memory:
            lap = Witness(memory, self.key, trust, Wire(live)).lap(now=live.now, tolerance=timedelta(minutes=5))
        return lap.found


@dataclass
class Scene:
    """What there is before anybody does anything wrong. Items by what they are for, everything else by name."""

    live: Live
    state: Path
    outside: Outside
    items: dict[str, str] = field(default_factory=dict)  # purpose -> reference
    older: dict[str, Any] = field(default_factory=dict)  # copies made on the way
    backup: Path = Path()

    def uuid(self, purpose: str) -> str:
        with reading(self.live.house.engine) as conn:
            found = conn.exec_driver_sql(f"select uuid from item where reference = '{self.items[purpose]}'")
            return str(found.scalar_one())


@dataclass
class Copy:
    """A copy to be spoilt. ``house`` serves it; ``again`` is the house of the next start."""

    scene: Scene
    state: Path
    live: Live
    policies: Path
    witness: Path
    database: str
    told: dict[str, str] = field(default_factory=dict)  # which watcher said what

    @property
    def house(self) -> House:
        return self.live.house

    def item(self, purpose: str) -> str:
        return self.scene.items[purpose]

    def uuid(self, purpose: str) -> str:
        return self.scene.uuid(purpose)

    def id(self, purpose: str) -> int:
        return int(self.one(f"select id from item where reference = '{self.item(purpose)}'"))

    def person(self, key: str) -> int:
        return int(self.one(f"select principal from person where id = '{self.live.ids[key]}'"))

    def one(self, statement: str) -> Any:
        with reading(self.house.engine) as conn:
            return conn.exec_driver_sql(statement).scalars().first()

    def rows(self, statement: str) -> list[Any]:
        with reading(self.house.engine) as conn:
            return list(conn.exec_driver_sql(statement).all())

    @contextmanager
    def insider(self) -> Iterator[Connection]:
        """The application's database as its owner has it, no trigger in the way; and afterwards as if none had been."""
        with self.house.engine.begin() as conn:
            databases.unguarded(conn)
            yield conn
            for statement in TRIGGERS[conn.dialect.name]:
                if statement.startswith("create trigger"):
                    conn.exec_driver_sql(statement)

    def sql(self, *statements: str) -> None:
        with self.insider() as conn:
            for statement in statements:
                assert databases.run(conn, statement).rowcount != 0, f"it did nothing: {statement}"

    @contextmanager
    def keystore(self) -> Iterator[Connection]:
        with self.house.keystore._engine.begin() as conn:
            yield conn

    def objects(self, purpose: str) -> list[str]:
        """Names of an item's files in the store, by part."""
        found = self.rows(f"select object from vault_part where item = '{self.uuid(purpose)}' order by part")
        return [f"objects/{row[0]}" for row in found]

    def restart(self) -> None:
        """Another process over the same state and whatever its policies now are."""
        found = houses.build(settings_at(self.state, self.database, self.policies), hasher=cheap())
        self.live.close()
        self.live.house, self.live.app = found, app_over(found)
        houses.started(found)

    def notice(self, watcher: str, what: object) -> None:
        self.told.setdefault(watcher, str(what))

    def close(self) -> None:
        self.live.close()


def cheap() -> Hasher:
    return Hasher(passes=1, memory_kib=64, lanes=1)


def settings_at(state: Path, database: str, policies: Path) -> Any:
    databases.HERE.houses[state] = database
    return settings_of(state, CUSTODES_POLICIES=str(policies))


# --- building it ---------------------------------------------------------------------------------------------------


def build(folder: Path) -> Scene:
    """Items sent, opened, closed, one barred to somebody, one held, one reviewed, one destroyed with certificate."""
    state = folder / "state"
    live = Live.create(state)
    key = WitnessKey.create(folder / "witness-key", WITNESS)
    live.house.keys.log.witnesses.trust(key.verifier.text, party="imb", now=live.now)
    outside = Outside(folder / "witness", key, cloud.new_bucket(lock=True))
    scene = Scene(live, state, outside)
    houses.started(live.house)
    for purpose in ("gone", "reviewed", "held", "approved"):
        scene.items[purpose] = _closed(live, purpose)
    _sign(scene)
    scene.backup = folder / "backup"
    _keep(scene, "before")
    _dispose(scene)
    for purpose in ("one", "two"):
        scene.items[purpose] = _sent(live, purpose)
        board = {"office": live.boards["Leeds Board"]}
        live.api("staff").ok("POST", f"/items/{scene.items[purpose]}/pass-on", board)
    live.api("chair").ok("POST", f"/items/{scene.items['one']}/open", {"purpose": "follow-up"})
    barred = {"person": live.ids["vice"], "reason": "It is about her."}
    live.api("officer").ok("POST", f"/items/{scene.items['one']}/recuse", barred)
    for who in ("hull", "vice", "compliance"):
        live.api(who)  # signed in before anybody is suspected
    _sign(scene)
    _keep(scene, "older")
    live.api("chair").ok("POST", f"/items/{scene.items['two']}/open", {"purpose": "follow-up"})
    sight = {"person": live.ids["inspector"], "reason": "A second pair of eyes.", "until": _in(live, 30)}
    live.api("officer").ok("POST", f"/items/{scene.items['two']}/grants", sight)
    _sign(scene)
    outside.kept = Wire(live).newest()
    live.api("officer").ok("POST", f"/items/{scene.items['one']}/open", {"purpose": "follow-up"})
    sequencing.settle(live.house)
    return scene


def _in(live: Live, days: int) -> str:
    return (live.now + timedelta(days=days)).isoformat()


def _body(**changed: Any) -> dict[str, Any]:
    return {
        "agreement": "hmip-imb",
        "kind": "correspondence",
        "route": "inspectorate-to-board",
        "marking": OS,
        "title": "Use of force on B wing",
        "text": "Three people told us the same thing.",
        "purpose": "So that the Board can follow it up.",
        "establishment": "LEI",
        "subjects": [{"name": "Joan Smith", "identifiers": [{"type": "prison-number", "value": "A1234BC"}]}],
        **changed,
    }


def _send(live: Live, who: str, body: dict[str, Any], files: dict[str, bytes]) -> str:
    draft = live.api(who).ok("POST", "/drafts", body)["id"]
    for name, content in files.items():
        live.api(who).ok("PUT", f"/drafts/{draft}/files/{name}", data=content, content_type="text/plain")
    return str(live.api(who).ok("POST", f"/drafts/{draft}/send")["reference"])


def _sent(live: Live, purpose: str) -> str:
    files = {"a.txt": BIG + purpose.encode(), "b.txt": BIG[::-1] + purpose.encode()}
    return _send(live, "officer", _body(title=f"About {purpose}"), files)


def _closed(live: Live, purpose: str) -> str:
    body = _body(kind="intelligence", route="national-to-inspectorate", title=f"About {purpose}")
    reference = _send(live, "staff", body, {"a.txt": b"x" * 9000})
    live.api("officer").ok("POST", f"/items/{reference}/acknowledge")
    live.api("officer").ok("POST", f"/items/{reference}/close", {"note": "Filed."})
    return reference


def _dispose(scene: Scene) -> None:
    """One to its end, one as far as its review, one held, one approved and cooling off."""
    live, references = scene.live, scene.items
    if live.api("imb-records").ok("GET", f"/disposals/{references['gone']}")["state"] == "no-period":
        for reference in references.values():
            said = {"months": 12, "authority": "Decision 7"}
            live.api("imb-records").ok("POST", f"/disposals/{reference}/period", said)
    wait(live, 400)
    for purpose in ("gone", "reviewed", "held"):
        _step(live, references[purpose], "records", "return")
        _step(live, references[purpose], "imb-records", "return-answer", answer="declined", reason="We have our own.")
        _step(live, references[purpose], "imb-records", "review", proposal="destroy", reason="Its time is up.")
    _step(live, references["gone"], "imb-owner", "approve", approve=True)
    wait(live, 60)
    _step(live, references["held"], "imb-records", "holds", reason="An inquest.", issuer="The coroner")
    _step(live, references["approved"], "records", "return")
    _step(live, references["approved"], "imb-records", "return-answer", answer="declined", reason="We have our own.")
    _step(live, references["approved"], "imb-records", "review", proposal="destroy", reason="Its time is up.")
    _step(live, references["approved"], "imb-owner", "approve", approve=True)


def _step(live: Live, reference: str, who: str, act: str, **said: Any) -> None:
    live.api(who).ok("POST", f"/disposals/{reference}/{act}", said or None)


def wait(live: Live, days: int) -> None:
    to = live.now + timedelta(days=days)
    live.api("operator").ok("POST", "/demonstration/clock", {"to": to.isoformat()})
    live.tokens.clear()


def _sign(scene: Scene) -> None:
    """A checkpoint, cosigned by the witness and anchored."""
    logbook.sign(scene.live.house)
    assert scene.outside.look(scene.live, scene.outside.memory) in WELL
    anchor = anchor_of(scene.live, scene.outside)
    from audit.checkpoint import Checkpoints

    with reading(scene.live.house.engine) as conn:
        number = anchor.newest() + 1
        while note := Checkpoints(conn, scene.live.house.keys.log).numbered(number):
            anchor.put(note, now=_today())
            number += 1


def _today() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def anchor_of(live: Live, outside: Outside) -> Anchor:
    place = f"s3://{outside.bucket}/anchors"
    return Anchor(place, live.house.keys.log.origin, keep=timedelta(days=3), client=cloud.client("s3"))


def _keep(scene: Scene, name: str) -> None:
    """A backup as it is made: state folder, database, store."""
    live, to = scene.live, scene.backup.parent / name
    _rest(live)
    shutil.copytree(scene.state, to)
    scene.older[name] = {"state": to, "database": databases.copy(str(url_of(live)), to)}


def url_of(live: Live) -> str:
    return live.house.settings.database_url.replace("postgresql+psycopg://", "postgresql://")


def _rest(live: Live) -> None:
    """Nobody connected: the last to leave a SQLite file takes its log into it."""
    live.house.engine.dispose()
    live.house.keystore._engine.dispose()


def copied(scene: Scene, folder: Path, *, database: str = "", state: Path | None = None) -> Copy:
    """A fresh copy, served. ``database``: put back to that of an older copy; ``state``: the whole of it."""
    older = scene.older.get(database)
    to, live = folder / "state", scene.live
    _rest(live)
    shutil.copytree(state or scene.state, to)
    if older and not databases.on_postgresql():
        (to / "custodes.db").unlink()
    url = databases.copy(older["database"] if older else url_of(live), to)
    policies = folder / "policies"
    shutil.copytree(POLICIES, policies)
    witness = folder / "witness"
    shutil.copyfile(scene.outside.memory, witness)
    witness.chmod(0o600)
    house = houses.build(settings_at(to, url, policies), hasher=cheap())
    mine = Live(house, app_over(house), live.ids, live.secrets, live.boards, dict(live.tokens))
    return Copy(scene, to, mine, policies, witness, url)


# --- asking everybody ----------------------------------------------------------------------------------------------


def everybody(copy: Copy) -> dict[str, str]:
    """Who notices, and what they say, in the order in which it would happen; nobody's alarm stops the next."""
    _serve(copy)
    _start(copy)
    _signed(copy)
    _verify(copy)
    _offline(copy)
    _certificates(copy)
    _look(copy)
    _anchors(copy)
    return copy.told


def asks(copy: Copy, who: str) -> Caller:
    """Signed in before it was spoilt."""
    return copy.live.api(who)


def _serve(copy: Copy) -> None:
    one, two = copy.item("one"), copy.item("two")
    purpose = {"purpose": "follow-up"}
    for who, method, path, body in (
        ("officer", "GET", "/items", None),
        ("chair", "GET", "/items", None),
        ("officer", "POST", f"/items/{one}/open", purpose),
        ("chair", "POST", f"/items/{one}/open", purpose),
        ("chair", "POST", f"/items/{two}/open", purpose),
        ("chair", "GET", f"/items/{one}/files/1?purpose=follow-up", None),
        ("chair", "GET", f"/items/{one}/files/2?purpose=follow-up", None),
        ("chair", "GET", f"/items/{two}/files/1?purpose=follow-up", None),
        ("compliance", "GET", "/certificates", None),
    ):
        try:
            answer = asks(copy, who)(method, path, body)
            status, said = answer.status_code, answer.get_data().decode(errors="replace")
        except Exception as error:
            copy.notice(SERVING, f"breaks off: {type(error).__name__}")
            continue
        if status != 200:  # each of these was served before
            copy.notice(SERVING, _code(said))
        elif "/files/" in path:
            _is_the_file(copy, path, answer.data)
    for who in ("hull", "vice"):
        answer = asks(copy, who)("POST", f"/items/{one}/open", purpose)
        assert answer.status_code != 200 or who in copy.told.get("let in", ""), f"{who} was shown what is not theirs"
        if answer.status_code in (500, 503):
            copy.notice(SERVING, _code(answer.text))


def _is_the_file(copy: Copy, path: str, data: bytes) -> None:
    purpose = "one" if copy.item("one") in path else "two"
    right = (BIG if "/files/1" in path else BIG[::-1]) + purpose.encode()
    assert data == right, "a file was served that is not the one attached"


def _code(said: str) -> str:
    try:
        return str(json.loads(said).get("code"))
    except ValueError:
        return "broken"


def _start(copy: Copy) -> None:
    try:
        copy.restart()
    except (ServiceError, Exception) as error:
        copy.notice(START, getattr(error, "code", type(error).__name__))
        return
    with reading(copy.house.engine) as conn:
        try:
            sequencing.settle(copy.house)
            newest = page(conn, copy.house.keys.log, n=6, act=POLICIES_CHANGED.name).rows
        except ServiceError:
            return
    if newest:
        copy.notice(START, POLICIES_CHANGED.name)


def _signed(copy: Copy) -> None:
    try:
        logbook.sign(copy.house)
    except ServiceError as error:
        copy.notice(CHECKPOINT, error.code)


def _verify(copy: Copy) -> None:
    try:
        report = logbook.verify(copy.house, _operator())
    except ServiceError as error:
        copy.notice(VERIFY, error.code)
        return
    if not report.ok:
        copy.notice(VERIFY, report.faults[0])


def _operator() -> Any:
    from tests.house import CONSOLE

    return CONSOLE


def _offline(copy: Copy) -> None:
    """What is exported, by both verifiers, who must agree; then with a checkpoint somebody kept."""
    path, trust, kept = (copy.state.parent / name for name in ("log.zip", "trust", "kept"))
    trust.write_text(copy.scene.live.house.keys.log.published, encoding="utf-8")
    kept.write_text(copy.scene.outside.kept, encoding="utf-8")
    try:
        logbook.export(copy.house, path)
    except ServiceError as error:
        copy.notice(EXPORT, error.code)
        return
    for watcher, notes in ((EXPORT, ()), (KEPT, (copy.scene.outside.kept,))):
        words = ["--kept", kept] if notes else []
        found = apart(path, "--trust", trust, *words)
        report = verify_bundle(path, [copy.scene.live.house.keys.log.vkey], kept=notes)
        assert (found.code == 0) == report.ok, "the two verifiers disagree"
        if found.faults and (watcher == EXPORT or EXPORT not in copy.told):
            copy.notice(watcher, ", ".join(sorted(found.faults)))


def _certificates(copy: Copy) -> None:
    trusted = [copy.scene.live.house.keys.log.vkey]
    for row in copy.rows("select text from disposal_certificate where text <> ''"):
        report = verify_certificate(str(row[0]).encode(), trusted)
        if not report.ok:
            copy.notice(CERTIFICATE, report.faults[0])


def _look(copy: Copy) -> None:
    found = copy.scene.outside.look(copy.live, copy.witness)
    if found not in WELL:
        copy.notice(WATCHED, found)


def _anchors(copy: Copy) -> None:
    with reading(copy.house.engine) as conn:
        found = anchor_of(copy.live, copy.scene.outside).compare(conn, copy.house.keys.log)
    if not found.ok:
        copy.notice(ANCHORED, found.faults[0])


def store_copy(copy: Copy, name: str) -> bytes:
    return stores.read(copy.house, name)


def older_keystore(copy: Copy, name: str) -> sa.Engine:
    """A backup of the key store, to take rows out of."""
    return sa.create_engine(f"sqlite:///{copy.scene.older[name]['state'] / 'keystore' / 'keys.db'}")
