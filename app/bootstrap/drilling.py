"""The drill: a backup restored into a scratch place and looked at, so that the time it takes is a measured one.

The scratch service has a database, key store, store and ledger of its own; it reads the keys of this one, signs nothing
and is removed when it is over.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.bootstrap import restoring
from app.bootstrap.engines import make_engine, reading
from app.bootstrap.events import DRILL_FAILED, DRILL_PASSED
from app.bootstrap.house import House, build
from app.bootstrap.restoring import Restored, Source
from app.bootstrap.schema import metadata
from app.config import Settings
from audit.checkpoint import head
from audit.fact import Value
from foundation.actor import SERVICE, Actor
from foundation.errors import ServiceError
from vault.backup.errors import BackupUnfit
from vault.errors import KeysElsewhere
from vault.tables import vault_object, vault_part

SAMPLE = 20


@dataclass(slots=True)
class Drilled:
    """What a drill found. ``seconds``: the time to restore; ``age_seconds``: what a loss now would cost; ``elsewhere``:
    files whose body's keys another service holds.
    """

    backup: str
    sha256: str
    keys: str
    made: str
    seconds: float = 0.0
    age_seconds: float = 0.0
    entries: int = 0
    entries_after: int = 0
    objects: int = 0
    bytes: int = 0
    again: int = 0
    opened: int = 0
    elsewhere: int = 0
    stages: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Would it all have come back?"""
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        said = asdict(self) | {"ok": self.ok, "rpo_seconds": self.age_seconds, "rto_seconds": self.seconds}
        return {key: round(value, 3) if isinstance(value, float) else value for key, value in said.items()}


def drill(
    house: House,
    source: Source,
    folder: Path,
    *,
    database_url: str = "",
    sample: int = SAMPLE,
    actor: Actor = SERVICE,
) -> Drilled:
    """Restore, look, measure, clear away, record. ``database_url``: an empty one on PostgreSQL, where that is used.

    Raises what ``restore`` raises of a backup that cannot be restored; that is recorded too.
    """
    chosen = restoring.choose(source, house.keys.log.trust)
    done = Drilled(chosen.data.id, chosen.sha256, chosen.keys.id, chosen.data.made)
    with reading(house.engine) as conn:
        size = head(conn).size
    done.age_seconds = max(0.0, (house.now() - chosen.data.at).total_seconds())
    done.entries_after = max(0, size - chosen.data.log.size)
    began = time.monotonic()
    try:
        with _scratch(house, folder, database_url) as settings:
            _taken(done, restoring.restore(settings, source, clock=house.clock, actor=actor))
            done.seconds = time.monotonic() - began
            _opened(done, replace(build(settings), clock=house.clock), sample)
    except ServiceError as error:
        done.faults.append(f"{error.title}: {error.detail}")
        raise
    finally:
        _record(house, done, actor)
    return done


@contextmanager
def _scratch(house: House, folder: Path, database_url: str) -> Iterator[Settings]:
    live = house.settings
    if house.engine.dialect.name == "postgresql" and not database_url:
        raise BackupUnfit("On PostgreSQL a drill needs an empty database of its own: name it with --database.")
    with tempfile.TemporaryDirectory(prefix="drill-", dir=folder) as name:
        scratch = Path(name)
        ledger = scratch / "ledger" / "destroyed"
        ledger.parent.mkdir()
        for source, target in ((live.ledger, ledger), (live.state / "clock", scratch / "clock")):
            if source.exists():
                shutil.copyfile(source, target)
        settings = replace(
            live,
            state=scratch,
            database_url=database_url or f"sqlite:///{scratch / 'custodes.db'}",
            keystore_url=str(scratch / "keystore" / "keys.db"),
            vault_url=str(scratch / "vault"),
            ledger=ledger,
            anchor_url="",
            tsa_url="",
        )
        try:
            yield settings
        finally:
            if database_url:
                _emptied(database_url)


def _emptied(url: str) -> None:
    """Remove what the drill made in a database that was empty before."""
    engine = make_engine(url)
    with engine.connect() as conn:
        conn.execution_options(isolation_level="READ COMMITTED")
        with conn.begin():
            metadata.drop_all(conn)
            conn.exec_driver_sql("drop table if exists alembic_version")
            conn.exec_driver_sql("drop function if exists audit_append_only()")
    engine.dispose()


def _taken(done: Drilled, restored: Restored) -> None:
    done.stages, done.objects, done.bytes = restored.seconds, restored.objects, restored.bytes
    done.entries, done.again = restored.entries, restored.again
    done.faults += [f"{name}: the backup has lost or damaged it" for name in restored.lost]
    done.faults += [f"{name}: the store had lost or damaged it before the backup" for name in restored.lacking]
    if restored.without_key:
        done.faults.append(f"{restored.without_key} item versions have no key in that backup of the keys")
    done.faults += restored.faults + restored.shorter


def _opened(done: Drilled, scratch: House, sample: int) -> None:
    """Some files, whichever come up, opened with their keys to the last byte."""
    try:
        for part in some_of(scratch, sample):
            try:
                open_one(scratch, part)
                done.opened += 1
            except KeysElsewhere:
                done.elsewhere += 1
            except ServiceError as error:
                done.faults.append(f"{part.object}: {error.title} ({error.code})")
    finally:
        scratch.engine.dispose()
        scratch.keystore.dispose()


def some_of(scratch: House, sample: int) -> list[Any]:
    """Rows of files that can be read, any of them."""
    mine = sa.and_(vault_object.c.item == vault_part.c.item, vault_object.c.version == vault_part.c.version)
    query = sa.select(vault_part).join(vault_object, mine)
    query = query.where(vault_part.c.state == "live", vault_object.c.state == "live")
    with reading(scratch.engine) as conn:
        return list(conn.execute(query.order_by(sa.func.random()).limit(sample)))


def open_one(scratch: House, part: Any) -> None:
    """To its last byte. Raises as the vault does."""
    given = {"item": UUID(part.item), "part": part.part, "version": part.version}
    with scratch.work() as work:
        reader = work.vault.open_part(**given, actor=SERVICE, now=work.now)
    with reader:
        digest = sha256()
        for piece in reader.stream():
            digest.update(piece)
        if digest.digest() != reader.sha256:
            raise BackupUnfit("What came out is not what was sealed.")


def _record(house: House, done: Drilled, actor: Actor) -> None:
    what: dict[str, Value] = {
        "backup": done.backup,
        "sha256": done.sha256,
        "keys": done.keys,
        "seconds": round(done.seconds),
        "age_seconds": round(done.age_seconds),
        "entries_after": done.entries_after,
        "opened": done.opened,
        "faults": len(done.faults),
    }
    kind = DRILL_PASSED if done.ok else DRILL_FAILED
    house.do(lambda work: work.trail.record(kind, actor=actor, now=work.now, what=what), actor)
