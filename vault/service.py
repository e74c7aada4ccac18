"""The vault: every key and every byte of content goes through here.

It works in the caller's transaction and never commits; what it does in the key store and the object store is ordered
so that the caller's commit decides (docs/formats/envelope.md, section 4). Call ``after_commit`` when it has.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from audit.fact import Value
from audit.trail import Trail
from foundation.actor import Actor
from vault import envelope, events
from vault.backend import Backend
from vault.disposal import Disposal
from vault.errors import PartGone, PartNotBegun
from vault.keyring import Keyring
from vault.keys import Keys, gone
from vault.keystore import Key, KeyStore
from vault.ledger import Ledger
from vault.parts import PartReader, PartWriter, SealedPart
from vault.rewrap import Rotation
from vault.slices import NUMBER, Slicer
from vault.sweep import Sweep, name_for, replay


class Vault(Disposal):
    """One unit of work's door to content."""

    def __init__(
        self,
        conn: sa.Connection,
        trail: Trail,
        *,
        keystore: KeyStore,
        keyring: Keyring,
        backend: Backend,
        ledger: Ledger | None = None,
    ) -> None:
        super().__init__(conn, trail, keystore=keystore, keyring=keyring, backend=backend, ledger=ledger)
        self._keys = Keys(self._rows, keystore, keyring)

    @property
    def rotation(self) -> Rotation:
        """The acts on the keys that wrap."""
        return Rotation(self._trail, keystore=self._keystore, keyring=self._keyring, after=self._after)

    def create(self, *, item: UUID, body: str, marking: str, actor: Actor, now: datetime, version: int = 1) -> None:
        """Give an item version its own key, wrapped under the newest key of ``body``, bound to the marking code.

        Raises KeysElsewhere, KeyMissing (no key of that body), KeyExists, KeyGone (the item was destroyed).
        """
        if any(row.state in ("condemned", "destroyed") for row in self._rows.objects(item)):
            raise gone(item)
        facts = envelope.wrap_facts(item, version, marking)
        kek_id, wrapped = self._keyring.wrap(body, envelope.new_key(), facts)
        what: dict[str, Value] = {"version": version, "body": body, "kek": kek_id}
        self._trail.record(events.KEY_CREATED, actor=actor, now=now, subject=str(item), what=what, marking=marking)
        self._keystore.add(Key(item, version, body, kek_id, wrapped, marking, "pending", now, now))
        self._rows.add_object(item, version, body, marking, now)
        self._after.settle(item, version)

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
        if self._keys.usable(item, version).marking == marking:
            return
        # Bound to it and committed, and the process died before the key store heard so: the sweep will tell it.
        if not self._keystore.proposed(item, version, marking):
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
        self._after.begun(writer)
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
        self._after.keep(sealed.object)

    def drop_part(self, *, item: UUID, part: int, actor: Actor, now: datetime, version: int = 1) -> None:  # noqa: ARG002
        """Take a file, or an upload under way, out of the item. Its number is free again.

        The ciphertext goes after the commit (``after_commit`` or the next sweep): a rollback must not lose it. Raises
        PartGone, KeyGone, KeyDisabled.
        """
        self._keys.must_be_live(item, version)
        names = self._rows.drop(item, version, part)
        if not names:
            raise _no_part(item)
        for name in names:
            self._after.drop(name)

    def slicer(self, *, item: UUID, upload: UUID, actor: Actor, now: datetime, version: int = 1) -> Slicer:  # noqa: ARG002
        """For the pieces of an upload; outlives the transaction. Raises KeyGone, KeyDisabled, KeyMissing, Tampered."""
        dek = self._keys.dek(item, version)
        return Slicer(dek, self._backend, item=item, version=version, upload=upload)

    def place_slice(self, *, item: UUID, actor: Actor, now: datetime, version: int = 1) -> str:  # noqa: ARG002
        """A name for the next piece of an upload to the item; commit before sealing. The sweep removes it in a day."""
        self._keys.must_be_live(item, version)
        name = name_for(item, version, NUMBER, now)
        self._rows.begin(name, item, version, NUMBER, now)
        return name

    def drop_slices(self, *, names: Iterable[str], actor: Actor, now: datetime) -> None:  # noqa: ARG002
        """These pieces are of no upload any more. The ciphertext goes after the commit."""
        for name in self._rows.drop_named(names):
            self._after.drop(name)

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
        try:
            source = self._backend.open(row.object)
        except PartGone:  # the row says that it is there: lost, which is no answer of "there is none"
            raise envelope.tampered(str(item)) from None
        if source.size != row.stored_size or row.format != envelope.FORMAT:
            source.close()
            raise envelope.tampered(str(item))
        return PartReader(dek, source, item=item, version=version, part=part, meta=row.meta)

    def remark(self, *, item: UUID, marking: str, actor: Actor, now: datetime, version: int = 1) -> None:
        """Bind the key to another marking code; the content is not touched. Repeating changes nothing.

        The new wrap is made and kept beside the old one now, and put in force by the commit. Raises KeyGone,
        KeyDisabled, KeysElsewhere, KeyMissing, Tampered, KekClosed (try again).
        """
        key, row = self._keys.usable(item, version), self._rows.object(item, version)
        if row is None or row.marking == marking:
            return
        kek_id, wrapped = self._keyring.wrap(
            key.body, self._keys.unwrap(key), envelope.wrap_facts(item, version, marking)
        )
        what: dict[str, Value] = {"version": version, "kek": kek_id}
        self._trail.record(events.KEY_REMARKED, actor=actor, now=now, subject=str(item), what=what, marking=marking)
        number = self._keystore.propose(key, kek_id=kek_id, wrapped=wrapped, marking=marking, now=now)
        self._rows.set_marking(item, version, marking)
        self._after.then(
            partial(self._keystore.promote, number, now=now), else_=partial(self._keystore.withdraw, number)
        )

    def sweep(self, *, actor: Actor, now: datetime) -> int:
        """Finish or remove what broken-off work left; how much there was."""
        condemned = sorted({row.item for row in self._rows.objects_in("condemned")})
        for item in condemned:
            self.finish(item=item, actor=actor, now=now)
        sweep = Sweep(self._rows, self._trail, self._keystore, self._backend, self._after)
        swept = sweep.run(actor=actor, now=now)
        self._enter(sweep.recorded)
        swept.keys += len(condemned)
        self.rotation.tell(actor=actor, now=now)
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

    def after_commit(self) -> list[UUID]:
        """Tell key store and object store that the commit held. Whatever fails here, the sweep does.

        Gives the items whose destruction is to be finished, each by ``finish`` in a unit of work of its own.
        """
        return self._after.commit()

    def after_rollback(self) -> None:
        """The transaction is gone, and with it every row: what was begun under it must leave no file either."""
        self._after.rollback()


def _no_part(item: UUID) -> PartGone:
    return PartGone("It was removed, or never attached.", subject=str(item))
