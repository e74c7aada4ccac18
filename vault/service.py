"""The vault: every key and every byte of content goes through here.

It works in the caller's transaction and never commits; what it does in the key store and the object store is ordered
so that the caller's commit decides (docs/formats/envelope.md, section 4). Call ``after_commit`` when it has.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from audit.fact import Value
from audit.trail import Trail
from foundation.actor import Actor
from foundation.errors import Unavailable
from vault import envelope, events
from vault.backend import Backend
from vault.errors import KeyAlive, KeyChanged, PartGone, PartNotBegun
from vault.keyring import Keyring
from vault.keys import Keys, gone
from vault.keystore import Erased, Key, KeyStore
from vault.model import Destroyed, Removal
from vault.parts import PartReader, PartWriter, SealedPart
from vault.store import ObjectRow, Rows
from vault.sweep import Sweep, folder_of, name_for, record_destroyed, replay


class Vault:
    """One unit of work's door to content."""

    def __init__(
        self, conn: sa.Connection, trail: Trail, *, keystore: KeyStore, keyring: Keyring, backend: Backend
    ) -> None:
        self._rows, self._trail = Rows(conn), trail
        self._keystore, self._keyring, self._backend = keystore, keyring, backend
        self._keys = Keys(self._rows, keystore, keyring)
        self._forget()

    def _forget(self) -> None:
        self._settling: list[tuple[UUID, int]] = []
        self._stored: list[str] = []
        self._dropped: list[str] = []
        self._begun: list[PartWriter] = []

    def create(self, *, item: UUID, body: str, marking: str, actor: Actor, now: datetime, version: int = 1) -> None:
        """Give an item version its own key, wrapped under the newest key of ``body``, bound to the marking code.

        Raises KeyMissing (no key of that body), KeyExists, KeyGone (the item was destroyed).
        """
        if any(row.state == "destroyed" for row in self._rows.objects(item)):
            raise gone(item)
        facts = envelope.wrap_facts(item, version, marking)
        kek_id, wrapped = self._keyring.wrap(body, envelope.new_key(), facts)
        what: dict[str, Value] = {"version": version, "body": body, "kek": kek_id}
        self._trail.record(events.KEY_CREATED, actor=actor, now=now, subject=str(item), what=what, marking=marking)
        self._keystore.add(Key(item, version, body, kek_id, wrapped, marking, "pending", now, now))
        self._rows.add_object(item, version, body, now)
        self._settling.append((item, version))

    def seal(self, *, item: UUID, name: str, value: bytes, actor: Actor, now: datetime, version: int = 1) -> bytes:  # noqa: ARG002
        """A small message sealed for the item under ``name``. Raises KeyGone, KeyDisabled, KeyMissing, Tampered."""
        return envelope.seal(self._keys.dek(item, version), envelope.field_context(item, version, name), value)

    def open(self, *, item: UUID, name: str, sealed: bytes, actor: Actor, now: datetime, version: int = 1) -> bytes:  # noqa: ARG002
        """What ``seal`` was given. Raises KeyGone, KeyDisabled, KeyMissing, Tampered."""
        return envelope.unseal(self._keys.dek(item, version), envelope.field_context(item, version, name), sealed)

    def open_many(
        self,
        *,
        sealed: Mapping[tuple[UUID, str], bytes],
        actor: Actor,  # noqa: ARG002
        now: datetime,  # noqa: ARG002
        version: int = 1,
    ) -> dict[tuple[UUID, str], bytes]:
        """Small messages of many items, by (item, name), for a list page: two queries in all.

        What cannot be opened for now or ever (key disabled or destroyed) is missing. Raises KeyMissing, Tampered.
        """
        deks = self._keys.deks({item for item, _ in sealed}, version)
        return {
            (item, name): envelope.unseal(deks[item], envelope.field_context(item, version, name), value)
            for (item, name), value in sealed.items()
            if item in deks
        }

    def must_be_marked(self, *, item: UUID, marking: str, actor: Actor, now: datetime, version: int = 1) -> None:  # noqa: ARG002
        """The caller's marking code is the one the key is bound to, else somebody edited a row. Raises Tampered."""
        if self._keys.usable(item, version).marking != marking:
            raise envelope.tampered(str(item))

    def begin_part(
        self,
        *,
        item: UUID,
        part: int,
        actor: Actor,  # noqa: ARG002
        now: datetime,
        version: int = 1,
        limit: int | None = None,
    ) -> PartWriter:
        """A writer for file number ``part`` (from 1), at most ``limit`` bytes. It outlives the transaction.

        Commit before streaming. Raises PartExists, KeyGone, KeyDisabled, KeyMissing, Tampered, NoRoom, StorageFailed.
        """
        dek = self._keys.dek(item, version)
        name = name_for(item, version, part, now)
        self._rows.begin(name, item, version, part, now)
        writer = PartWriter(dek, self._backend, name, item=item, version=version, part=part, limit=limit)
        self._begun.append(writer)
        return writer

    def finish_part(self, *, sealed: SealedPart, actor: Actor, now: datetime) -> None:
        """The file is part of the item once the transaction commits.

        Raises PartNotBegun (dropped, swept or finished before), PartExists, KeyGone, KeyDisabled, PartGone, Tampered.
        """
        self._keys.must_be_live(sealed.item, sealed.version)
        if not self._rows.finish(sealed):
            raise PartNotBegun("Send the file again.", subject=str(sealed.item))
        with contextlib.closing(self._backend.open(sealed.object)) as stored:
            if stored.size != sealed.stored_size:
                raise envelope.tampered(str(sealed.item))
        what: dict[str, Value] = {
            "version": sealed.version,
            "part": sealed.part,
            "stored_size": sealed.stored_size,
            "stored_sha256": sealed.stored_sha256.hex(),
        }
        self._trail.record(events.PART_SEALED, actor=actor, now=now, subject=str(sealed.item), what=what)
        self._stored.append(sealed.object)

    def drop_part(self, *, item: UUID, part: int, actor: Actor, now: datetime, version: int = 1) -> None:  # noqa: ARG002
        """Take a file, or an upload under way, out of the item. Its number is free again.

        The ciphertext goes after the commit (``after_commit`` or the next sweep): a rollback must not lose it. Raises
        PartGone, KeyGone, KeyDisabled.
        """
        self._keys.must_be_live(item, version)
        names = self._rows.drop(item, version, part)
        if not names:
            raise _no_part(item)
        self._dropped += names

    def open_part(
        self,
        *,
        item: UUID,
        part: int,
        actor: Actor,  # noqa: ARG002
        now: datetime,  # noqa: ARG002
        version: int = 1,
    ) -> PartReader:
        """A file with its length authenticated. Raises PartGone, KeyGone, KeyDisabled, KeyMissing, Tampered."""
        dek = self._keys.dek(item, version)
        row = self._rows.live_part(item, version, part)
        if row is None:
            raise _no_part(item)
        source = self._backend.open(row.object)
        if source.size != row.stored_size or row.format != envelope.FORMAT:
            source.close()
            raise envelope.tampered(str(item))
        return PartReader(dek, source, item=item, version=version, part=part, meta=row.meta)

    def remark(self, *, item: UUID, marking: str, actor: Actor, now: datetime, version: int = 1) -> None:
        """Bind the key to another marking code; the content is not touched. Repeating changes nothing.

        Raises KeyGone, KeyDisabled, KeyMissing, Tampered.
        """
        key = self._keys.usable(item, version)
        if key.marking == marking:
            return
        kek_id, wrapped = self._keyring.wrap(
            key.body, self._keys.unwrap(key), envelope.wrap_facts(item, version, marking)
        )
        what: dict[str, Value] = {"version": version, "kek": kek_id}
        self._trail.record(events.KEY_REMARKED, actor=actor, now=now, subject=str(item), what=what, marking=marking)
        if not self._keystore.rewrap(key, kek_id=kek_id, wrapped=wrapped, marking=marking, now=now):
            raise KeyChanged("Try again.", subject=str(item))

    def disable(self, *, item: UUID, actor: Actor, now: datetime) -> None:
        """Close the item for everybody until ``enable``. Repeating changes nothing. Raises KeyGone."""
        self._switch(item, "disabled", actor, now)

    def enable(self, *, item: UUID, actor: Actor, now: datetime) -> None:
        """Open it again. Repeating changes nothing. Raises KeyGone."""
        self._switch(item, "live", actor, now)

    def destroy(self, *, item: UUID, actor: Actor, now: datetime, why: str = "") -> Destroyed:
        """Destroy the keys of all versions for good. Call it last, and only for what a committed decision names.

        It stays done if the transaction is rolled back; then repeat it. Repeated after a commit it changes nothing and
        says the same. ``why`` is a code or reference, never words about the content. Raises KeyGone (never had a key),
        ErasureUnfinished (repeat), StorageFailed.
        """
        rows = self._rows.objects(item)
        if not rows:
            raise gone(item)
        if any(row.state != "destroyed" for row in rows):
            keys = self._keystore.of_item(item)
            will = [Erased(item, key.version, key.kek_id, now, actor.id, why, None, settled=False) for key in keys]
            marking = next((key.marking for key in keys), "")
            erasures = [*self._keystore.erased(item), *will]
            if not erasures:
                raise gone(item)
            record_destroyed(self._rows, self._trail, erasures, actor=actor, now=now, why=why, marking=marking)
        erased = self._keystore.destroy(item, at=now, by=actor.id, reason=why)
        self._settling += [(item, each.version) for each in erased]
        return _destroyed(self._rows.objects(item), erased)

    def remove_content(self, *, item: UUID, actor: Actor, now: datetime) -> Removal:
        """Delete all ciphertext of the item, uploads under way included, and look whether it is gone.

        Raises KeyAlive before ``destroy``; StorageFailed (repeat).
        """
        if self._keystore.of_item(item):
            raise KeyAlive("Destroy the item's keys first, then its content.", subject=str(item))
        rows = self._rows.parts(item)
        for name in sorted({*rows, *self._backend.list(folder_of(item))}):
            self._backend.delete(name)
        removal = Removal(list(rows.values()).count("live"), absent=not self._backend.list(folder_of(item)))
        what: dict[str, Value] = {"parts": removal.parts, "absent": removal.absent}
        self._trail.record(events.CONTENT_REMOVED, actor=actor, now=now, subject=str(item), what=what)
        if removal.absent:
            for name in rows:
                self._rows.forget(name)
        return removal

    def sweep(self, *, actor: Actor, now: datetime) -> int:
        """Finish or remove what broken-off work left (older than a day); how much there was."""
        swept = Sweep(self._rows, self._trail, self._keystore, self._backend).run(actor=actor, now=now)
        if swept.total:
            what: dict[str, Value] = {"objects": swept.objects, "rows": swept.rows, "keys": swept.keys}
            self._trail.record(events.SWEPT, actor=actor, now=now, what=what)
        return swept.total

    def replay_destroyed(self, *, actor: Actor, now: datetime) -> int:
        """After a restore of the key store: destroy again every key the application knows to be destroyed."""
        back = replay(self._rows, self._keystore, actor=actor, now=now)
        if back:
            self._trail.record(events.SWEPT, actor=actor, now=now, what={"objects": 0, "rows": 0, "keys": back})
        return back

    def after_commit(self) -> None:
        """Tell key store and object store that the commit held. Whatever fails here, the sweep does."""
        for item, version in self._settling:
            with contextlib.suppress(Unavailable):
                self._keystore.settle(item, version)
        for name in self._stored:
            with contextlib.suppress(Unavailable):
                self._backend.settle(name)
        for name in self._dropped:
            with contextlib.suppress(Unavailable):
                self._backend.delete(name)
        self._forget()

    def after_rollback(self) -> None:
        """The transaction is gone, and with it every row: what was begun under it must leave no file either."""
        for writer in self._begun:
            with contextlib.suppress(Unavailable):
                writer.abort()
        self._forget()

    def _switch(self, item: UUID, state: str, actor: Actor, now: datetime) -> None:
        rows = self._rows.objects(item)
        if not rows or any(row.state == "destroyed" for row in rows) or not self._keystore.of_item(item):
            raise gone(item)
        if any(row.state != state for row in rows):
            kind = events.KEY_DISABLED if state == "disabled" else events.KEY_ENABLED
            self._trail.record(kind, actor=actor, now=now, subject=str(item), what={"versions": len(rows)})
            self._rows.set_state(item, state)
        self._keystore.set_state(item, state, now=now)


def _destroyed(rows: list[ObjectRow], erased: list[Erased]) -> Destroyed:
    keks = tuple(sorted({each.kek_id for each in erased}))
    row = rows[0]
    if row.entry_seq is None or row.entry_id is None:
        msg = "a destroyed item names its entry"
        raise RuntimeError(msg)
    return Destroyed(row.item, len(erased), keks, min(each.at for each in erased), row.entry_seq, row.entry_id)


def _no_part(item: UUID) -> PartGone:
    return PartGone("It was removed, or never attached.", subject=str(item))
