"""Making a backup: one moment of every row, the content those rows name, and, elsewhere, the keys' database.

The order is what makes it whole. Content first, as the rows are while it is copied: it takes the longest and never
changes. Then one moment of the database; what its rows name and the backup has not got yet is copied within it. Where
such an object is gone because its item was destroyed meanwhile, the moment is taken again: so no row of a backup names
content that was there and is not in it. The manifest comes last, and without it there is no backup.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

import sqlalchemy as sa

from app.bootstrap import logbook
from app.bootstrap.engines import reading
from app.bootstrap.events import BACKUP_MADE, KEYS_BACKED_UP
from app.bootstrap.lease import HELD_FOR, Lease
from app.bootstrap.schema import metadata
from audit.checkpoint import Checkpoints
from audit.fact import Value
from audit.merkle import Frontier
from audit.sealing import Recipient
from audit.tables import audit_head, audit_index
from foundation.actor import SERVICE, Actor
from foundation.errors import ServiceError, Unavailable
from foundation.orm import from_ms
from vault.backup.content import CONTENT, DESTROYED, Copying, Part
from vault.backup.errors import BackupRunning, BackupUnsettled
from vault.backup.manifest import DATA, KEYS, Content, File, Head, Manifest, digest
from vault.backup.place import DATABASE, INDEX, KEYSTORE, MANIFEST, Place
from vault.backup.rows import lines
from vault.keystore_tables import metadata as key_metadata
from vault.tables import vault_part

if TYPE_CHECKING:
    from app.bootstrap.house import House

# Never restored, so never copied: who is signed in, what was answered to a request, who leads, what ran, which versions
# serve, how far a check is, what somebody typed and has not sent.
LEFT_OUT = frozenset(
    {"session", "idempotency", "unsent", "lease", "job_run", "schema_step", "vault_fixity", "vault_fixity_fault"}
)
ATTEMPTS = 5
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Made:
    """A backup as it stands now; ``copied`` objects and ``bytes`` were not there before."""

    manifest: Manifest
    sha256: str
    copied: int = 0
    bytes: int = 0
    lacking: tuple[Part, ...] = ()


class Turn:
    """One at a time, over any number of machines. ``seen`` is called all the while."""

    def __init__(self, house: House, name: str = "backup") -> None:
        self._lease, self._kept = Lease(house.engine, name), 0.0

    def __enter__(self) -> Self:
        self._keep()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(sa.exc.DBAPIError):
            self._lease.give_up()

    def seen(self, _bytes: int = 0) -> None:
        """Still at it. Raises BackupRunning where somebody thought that it had died."""
        if time.monotonic() - self._kept > HELD_FOR / 3:
            self._keep()

    def _keep(self) -> None:
        if not self._lease.keep():
            raise BackupRunning("Wait for it; one that was broken off no longer counts after half a minute.")
        self._kept = time.monotonic()


def make(house: House, place: Place, to: Sequence[Recipient], actor: Actor = SERVICE) -> Made:
    """Rows and content. Raises BackupRunning, BackupUnsettled, NoRoom, StorageFailed; then there is no backup of it.

    Broken off anywhere, the next one goes on with the content that is there.
    """
    with Turn(house) as turn:
        place.clear(DATA)
        copying = Copying(house.backend, place.store, into=CONTENT)
        _ahead(house, copying, turn)
        with suppress(ServiceError):  # a log nothing can be signed over must be saved all the more
            logbook.sign(house, actor)
        made = _Moment(house, place, to, copying, turn).taken()
        _record(house, made, actor)
        return made


def make_keys(house: House, place: Place, to: Sequence[Recipient], actor: Actor = SERVICE) -> Made:
    """The keys' database: wrapped keys, each of use only with its keyring. Take it after the rows, not before."""
    with Turn(house) as turn:
        place.clear(KEYS)
        now, counted = house.now(), dict[str, int]()
        name = _name(now)
        tables = key_metadata.sorted_tables
        with house.keystore.moment() as conn:
            database = conn.dialect.name
            with closing(_kept(lines(conn, tables, counted), turn)) as rows:
                file = place.seal(KEYS, name, KEYSTORE, rows, to)
        made = _finished(house, place, _manifest(house, name, KEYS, now, database, [file], counted))
        _record(house, made, actor)
        return made


def _ahead(house: House, copying: Copying, turn: Turn) -> None:
    """What rows name now. Whatever cannot be had is looked at again within the moment, and told then."""
    after = ""
    while True:
        with reading(house.engine) as conn:
            some = list(_parts(conn, after, _PAGE))
        for part in some:
            turn.seen()
            if not copying.has(part.name):
                copying.bring(part, turn.seen)
        if len(some) < _PAGE:
            return
        after = some[-1].name


class _Gone(Exception):
    """An object the rows of this moment name was removed, with its row, since."""


class _Moment:
    """Index and rows of one moment of the database, and the manifest over them."""

    def __init__(self, house: House, place: Place, to: Sequence[Recipient], copying: Copying, turn: Turn) -> None:
        self._house, self._place, self._to = house, place, to
        self._copying, self._turn = copying, turn
        self._objects = self._bytes = 0
        self._lacking: list[Part] = []
        self._last = False

    def taken(self) -> Made:
        for left in reversed(range(ATTEMPTS)):
            self._last = not left
            now = self._house.now()  # before the moment: nothing acknowledged by then is missing
            name = _name(now)
            try:
                return self._once(name, now)
            except _Gone:
                self._place.remove(DATA, name)
        raise BackupUnsettled("Items were destroyed faster than the rows were copied. Try again when that is over.")

    def _once(self, name: str, now: datetime) -> Made:
        house, counted = self._house, dict[str, int]()
        self._objects, self._bytes, self._lacking = 0, 0, []
        tables = [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]
        with reading(house.engine) as conn:
            log, newest = _head(conn, house), _newest(conn)
            # Closed, whatever happens: an unfinished one holds a cursor in the server.
            with closing(self._index(conn)) as index:
                files = [self._place.write(DATA, name, INDEX, index)]
            with closing(_kept(lines(conn, tables, counted), self._turn)) as rows:
                files.append(self._place.seal(DATA, name, DATABASE, rows, self._to))
        content = Content(self._objects, self._bytes, len(self._lacking))
        manifest = _manifest(
            house, name, DATA, now, house.engine.dialect.name, files, counted, log=log, content=content, newest=newest
        )
        made = _finished(house, self._place, manifest)
        return Made(made.manifest, made.sha256, self._copying.copied, self._copying.bytes, tuple(self._lacking))

    def _index(self, conn: sa.Connection) -> Generator[bytes]:
        for part in _parts(conn):
            self._turn.seen()
            why = "" if self._copying.has(part.name) else self._copying.bring(part, self._turn.seen)
            if why:
                why = self._why(part.name, why)
            found = Part(part.name, part.size, part.sha256, why)
            if why and why != DESTROYED:
                self._lacking.append(found)
            self._objects, self._bytes = self._objects + 1, self._bytes + part.size
            yield found.line

    def _why(self, name: str, why: str) -> str:
        """What the index says of an object that cannot be had. Raises _Gone where the moment is to be taken again."""
        named, destroyed = _named(self._house, name), being_destroyed(self._house, name)
        if not named and not (destroyed and self._last):
            raise _Gone
        # Its key is gone: restored, it is destroyed to the end, whether or not the rows of the moment knew.
        return DESTROYED if destroyed else why


def _parts(conn: sa.Connection, after: str = "", most: int | None = None) -> Iterator[Part]:
    column = vault_part.c
    query = sa.select(column.object, column.stored_size, column.stored_sha256)
    query = query.where(column.state == "live", column.object > after).order_by(column.object).limit(most)
    with conn.execute(query.execution_options(yield_per=_PAGE)) as rows:
        for name, size, sha256 in rows:
            yield Part(name, size, bytes(sha256).hex())


def _named(house: House, name: str) -> bool:
    """Do the rows of now name it still?"""
    with reading(house.engine) as conn:
        return conn.scalar(sa.select(vault_part.c.state).where(vault_part.c.object == name)) == "live"


def being_destroyed(house: House, name: str) -> bool:
    """Has the item of an object no key any more? Keys go first, then content, and the rows say so last."""
    return house.keystore.state(UUID(name.split("/")[1])) == "destroyed"


def _kept(pieces: Iterator[bytes], turn: Turn) -> Generator[bytes]:
    for piece in pieces:
        turn.seen()
        yield piece


def _head(conn: sa.Connection, house: House) -> Head:
    row = conn.execute(sa.select(audit_head)).first()
    note = None
    with suppress(Unavailable):  # damaged, or signed by a key that is not here: kept as it is, and told by who restores
        note = Checkpoints(conn, house.keys.log).latest()
    text = note.text if note else ""
    if row is None:
        return Head(checkpoint=text)
    try:
        root = Frontier.unpack(row.size, row.frontier).root().hex()
    except ValueError:
        root = ""
    return Head(row.size, root, row.last_xid, row.last_pos, text)


def _newest(conn: sa.Connection) -> str:
    newest = conn.scalar(sa.select(sa.func.max(audit_index.c.at)))
    return "" if newest is None else from_ms(newest).isoformat(timespec="milliseconds")


def _manifest(
    house: House,
    name: str,
    kind: str,
    now: datetime,
    database: str,
    files: Sequence[File],
    rows: dict[str, int],
    **more: Any,
) -> Manifest:
    return Manifest(
        id=name,
        kind=kind,
        made=now.isoformat(timespec="milliseconds"),
        newest=more.pop("newest", ""),
        origin=house.keys.log.origin,
        software=version("custodes"),
        schema=schema_of(house) if kind == DATA else "",
        policies=house.policies.digest,
        database=database,
        files=tuple(files),
        rows=rows,
        **more,
    )


def schema_of(house: House) -> str:
    """The step of the migrations the database stands at."""
    with reading(house.engine) as conn:
        return str(conn.execute(sa.text("select version_num from alembic_version")).scalar_one())


def _finished(house: House, place: Place, manifest: Manifest) -> Made:
    note = house.keys.log.sign(manifest.text)
    place.write(manifest.kind, manifest.id, MANIFEST, [note.encode()])
    return Made(manifest, digest(note))


def _record(house: House, made: Made, actor: Actor) -> None:
    found = made.manifest
    what: dict[str, Value] = {"backup": found.id, "sha256": made.sha256}
    if found.kind == DATA:
        content = found.content
        what |= {"entries": found.log.size, "objects": content.objects, "lacking": content.lacking}
    kind = BACKUP_MADE if found.kind == DATA else KEYS_BACKED_UP
    house.do(lambda work: work.trail.record(kind, actor=actor, now=work.now, what=what), actor)


def _name(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}Z-{secrets.token_hex(4)}"
