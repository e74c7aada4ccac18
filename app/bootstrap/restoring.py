"""Restoring a backup into an empty place: content, then the keys' database, then the rows, which is what makes it one.

Each of the two databases comes in one transaction, and every object under its name whole or not at all; a note of what
is being restored lies in the state folder until all of it is done. Broken off anywhere, the same command goes on; until
then the service does not start (``unfinished``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from app.bootstrap import keys as key_files
from app.bootstrap import ledger, logbook, outside
from app.bootstrap.backups import LEFT_OUT
from app.bootstrap.chosen import Chosen, Source, choose, fits
from app.bootstrap.clock import Clock
from app.bootstrap.engines import make_engine, reading
from app.bootstrap.events import RESTORED
from app.bootstrap.house import House, build, make_backend
from app.bootstrap.restored_log import differences, renumbered
from app.bootstrap.schema import metadata, upgrade_within
from app.bootstrap.unfinished import MARK
from app.config import Settings
from audit.fact import Value
from foundation.actor import SERVICE, Actor
from foundation.durable import sync, write_new
from vault.backup import age
from vault.backup.check import file_fault
from vault.backup.content import CONTENT, DESTROYED, Copying, parts
from vault.backup.errors import BackupDamaged, PlaceNotEmpty
from vault.backup.manifest import DATA, Manifest
from vault.backup.place import DATABASE, INDEX, KEYSTORE, Place
from vault.backup.rows import Loader, Row
from vault.keystore import open_engine
from vault.keystore_tables import erased, object_key
from vault.keystore_tables import metadata as key_metadata
from vault.tables import vault_object

__all__ = ["Chosen", "Restored", "Source", "choose", "restore"]

_STEP = 500


@dataclass(slots=True)
class Restored:
    """What came of it. ``lost``: objects the backup should have and has not as they were; ``lacking``: had lost before.

    ``without_key``: item versions that have content and no key in that backup of keys. ``shorter``: what outsiders have
    seen of the log that is not here. ``faults``: of the log and of the tables. ``seconds``: by stage.
    """

    chosen: Chosen
    objects: int = 0
    bytes: int = 0
    lost: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    without_key: int = 0
    again: int = 0
    entries: int = 0
    faults: list[str] = field(default_factory=list)
    shorter: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Is everything here that the backup was to keep, and nothing known that is not?"""
        return not (self.lost or self.lacking or self.without_key or self.faults or self.shorter)


def restore(
    settings: Settings,
    source: Source,
    *,
    clock: Clock | None = None,
    kept: Sequence[str] = (),
    actor: Actor = SERVICE,
    seen: Callable[[int], None] = lambda _: None,
) -> Restored:
    """All of it, into the places the settings name, whose keys must be there already. ``kept``: notes of checkpoints
    that others have of this log.

    Raises PlaceNotEmpty, BackupUnknown, BackupDamaged, BackupShut, BackupUnfit, LedgerBehind, StorageFailed, NoRoom.
    """
    keys = key_files.load(settings.keys, demonstration=settings.demonstration, keyring=settings.keyring_url)
    chosen = choose(source, keys.log.trust)
    fits(settings, chosen, keys.log.origin)
    _begin(settings, chosen)
    done = Restored(chosen)
    with _timed(done, "content"):
        _content(settings, source, done, seen)
    with _timed(done, "keys"):
        _keys(settings, source, chosen)
    with _timed(done, "database"):
        _rows(settings, source, chosen)
    house = build(settings)
    if clock is not None:
        house = replace(house, clock=clock)
    try:
        _finish(house, done, kept, actor)
    finally:
        house.engine.dispose()
        house.keystore.dispose()
    return done


def _begin(settings: Settings, chosen: Chosen) -> None:
    mark = settings.state / MARK
    if mark.exists():
        if mark.read_bytes() != chosen.mark:
            raise PlaceNotEmpty("Another backup is being restored there. Go on with that one, or empty the place.")
        return
    full = [name for name, there in _there(settings) if there]
    if full:
        raise PlaceNotEmpty(f"{', '.join(full)}: not empty. Nothing is restored over anything; give empty places.")
    settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_new(mark, chosen.mark)
    sync(settings.state)


def _there(settings: Settings) -> Iterator[tuple[str, bool]]:
    yield "CUSTODES_VAULT_URL", not make_backend(settings.vault_url).empty()
    yield "CUSTODES_DATABASE_URL", _has_tables(make_engine(settings.database_url))
    yield "CUSTODES_KEYSTORE_URL", _has_tables(_key_engine(settings))


def _has_tables(engine: sa.Engine) -> bool:
    try:
        with engine.connect() as conn:
            return bool(sa.inspect(conn).get_table_names())
    finally:
        engine.dispose()


def _key_engine(settings: Settings) -> sa.Engine:
    if settings.keystore_url == str(settings.keystore):
        settings.keystore.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return open_engine(settings.keystore_url)


@contextmanager
def _timed(done: Restored, stage: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    done.seconds[stage] = time.monotonic() - began


def _content(settings: Settings, source: Source, done: Restored, seen: Callable[[int], None]) -> None:
    chosen = done.chosen
    if fault := file_fault(source.data, chosen.data, chosen.data.file(INDEX)):
        raise BackupDamaged(f"{fault}. Nothing of it was used. Take another backup.")
    target = make_backend(settings.vault_url)
    for name in target.unsettled():  # of a restore that was broken off
        target.delete(name)
    copying = Copying(source.data.store, target, out=CONTENT)
    with closing(source.data.open(DATA, chosen.data.id, INDEX)) as index:
        for part in parts(index):
            if part.lacking:
                done.lacking += [part.name] if part.lacking != DESTROYED else []
            elif not copying.has(part.name) and copying.bring(part, seen):
                done.lost.append(part.name)
            else:
                done.objects, done.bytes = done.objects + 1, done.bytes + part.size


def _keys(settings: Settings, source: Source, chosen: Chosen) -> None:
    engine = _key_engine(settings)
    try:
        with engine.begin() as conn:
            if conn.dialect.name == "sqlite":
                conn.exec_driver_sql("begin immediate")
            if sa.inspect(conn).get_table_names():
                return  # of a restore that was broken off after this
            key_metadata.create_all(conn)
            loader = Loader(conn, key_metadata.sorted_tables)
            _load(source.keys, chosen.keys, KEYSTORE, source.opens_keys, loader)
    finally:
        engine.dispose()


def _rows(settings: Settings, source: Source, chosen: Chosen) -> None:
    engine = make_engine(settings.database_url)
    try:
        if _has_tables(engine):
            return
        with engine.connect() as conn:
            if conn.dialect.name == "postgresql":
                conn.execution_options(isolation_level="READ COMMITTED")
            with conn.begin():
                upgrade_within(conn)
                tables = [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]
                loader = Loader(conn, tables, _change(conn, chosen))
                _load(source.data, chosen.data, DATABASE, source.opens, loader)
        if engine.dialect.name == "postgresql":
            with engine.connect() as conn:
                conn.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("analyze")
    finally:
        engine.dispose()


def _change(conn: sa.Connection, chosen: Chosen) -> Callable[[str, Row], Row] | None:
    return renumbered(chosen.data.log) if conn.dialect.name == "postgresql" else None


def _load(place: Place, manifest: Manifest, name: str, opens: Sequence[object], loader: Loader) -> None:
    file = manifest.file(name)
    with closing(place.open(manifest.kind, manifest.id, name)) as stored:
        if stored.size != file.size:
            raise BackupDamaged(f"{name}: has {stored.size} bytes instead of {file.size}. Take another backup.")
        if age.unseal(stored, loader.take, opens) != (file.size, file.sha256):
            raise BackupDamaged(f"{name}: was changed. Nothing of it was kept. Take another backup.")
    loader.finish(manifest.rows)


def _finish(house: House, done: Restored, kept: Sequence[str], actor: Actor) -> None:
    chosen = done.chosen
    with _timed(done, "disposals"):
        done.without_key = _without_key(house)
        ledger.kept(house)
        with house.work() as work:
            work.vault.replay_destroyed(actor=actor, now=work.now)
        done.again = ledger.replay(house, actor)
    with _timed(done, "verification"):
        done.shorter = list(differences(house, chosen.data.log, kept))
        if house.settings.anchor_url:
            done.shorter += outside.anchors(house).faults
        report = logbook.verify(house, actor)
        done.entries, done.faults = report.entries, list(report.faults)
    what: dict[str, Value] = {
        "backup": chosen.data.id,
        "sha256": chosen.sha256,
        "keys": chosen.keys.id,
        "entries": chosen.data.log.size,
        "lacking": len(done.lost) + len(done.lacking),
        "without_key": done.without_key,
        "shorter": len(done.shorter),
    }
    house.do(lambda work: work.trail.record(RESTORED, actor=actor, now=work.now, what=what), actor)
    (house.settings.state / MARK).unlink()
    sync(house.settings.state)


def _without_key(house: House) -> int:
    """Item versions that the rows call readable and that have neither a key nor an erasure on record."""
    found, column = 0, vault_object.c
    query = sa.select(column.item, column.version).where(column.state.in_(("live", "disabled")))
    with reading(house.engine) as conn, house.keystore.moment() as keys:
        for some in conn.execute(query.execution_options(yield_per=_STEP)).partitions(_STEP):
            wanted = {(row.item, row.version) for row in some}
            items = sorted({item for item, _ in wanted})
            for table in (object_key, erased):
                rows = keys.execute(sa.select(table.c.item, table.c.version).where(table.c.item.in_(items)))
                wanted -= {(item, version) for item, version in rows}
            found += len(wanted)
    return found
