"""Closing an item, opening it again, and its end: the acts of the vault that go by a decision made elsewhere.

The order of what they do in three places is docs/formats/envelope.md, section 4.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from audit.fact import Value
from audit.trail import Trail
from foundation.actor import Actor
from vault import events
from vault.after import Afterwards
from vault.backend import Backend
from vault.errors import KeyAlive, StorageLocked
from vault.keyring import Keyring
from vault.keys import gone
from vault.keystore import Erased, KeyStore
from vault.model import Destroyed, Removal
from vault.store import ObjectRow, Rows
from vault.sweep import folder_of, record_destroyed


class Disposal:
    """The part of ``Vault`` that opens nothing: what it needs of the keyring is that it forgets."""

    def __init__(
        self, conn: sa.Connection, trail: Trail, *, keystore: KeyStore, keyring: Keyring, backend: Backend
    ) -> None:
        self._rows, self._trail = Rows(conn), trail
        self._keystore, self._keyring, self._backend = keystore, keyring, backend
        self._after = Afterwards(keystore, backend)

    def disable(self, *, item: UUID, actor: Actor, now: datetime) -> None:
        """Close the item for everybody until ``enable``, from the commit on. Repeatable. Raises KeyGone."""
        self._switch(item, "disabled", actor, now)

    def enable(self, *, item: UUID, actor: Actor, now: datetime) -> None:
        """Open it again, from the commit on. Repeatable. Raises KeyGone."""
        self._switch(item, "live", actor, now)

    def condemn(self, *, item: UUID, actor: Actor, now: datetime, why: str = "") -> None:
        """Decide that keys and content go for good: nobody opens the item from the commit on, which sets it going.

        Whoever commits calls ``finish`` for the items ``after_commit`` names; else the sweep does. ``why`` is a code or
        reference. Repeating changes nothing. Raises KeyGone.
        """
        rows = self._rows.objects(item)
        if not rows or any(row.state == "destroyed" for row in rows):
            raise gone(item)
        if any(row.state != "condemned" for row in rows):
            what: dict[str, Value] = {"versions": len(rows)}
            marking = rows[0].marking
            self._trail.record(
                events.KEY_CONDEMNED, actor=actor, now=now, subject=str(item), what=what, why=why, marking=marking
            )
            self._rows.set_state(item, "condemned")
        self._after.condemn(item, partial(self._keystore.destroy, item, at=now, by=actor.id, reason=why))

    def finish(self, *, item: UUID, actor: Actor, now: datetime) -> None:
        """Destroy what was condemned, remove its content and record both. Repeating changes nothing.

        Does nothing for an item that is not condemned. Raises ErasureUnfinished (repeat), StorageFailed (repeat).
        """
        if any(row.state == "condemned" for row in self._rows.objects(item)):
            why = next((each.reason for each in self._keystore.erased(item)), "condemned")
            self.destroy(item=item, actor=actor, now=now, why=why)
            self.remove_content(item=item, actor=actor, now=now)

    def destroy(self, *, item: UUID, actor: Actor, now: datetime, why: str = "") -> Destroyed:
        """Destroy the keys of all versions for good. Call it last, and only for what a *committed* decision names.

        The entry that says so is written first and seen only once the caller commits, when the keys are gone: it is
        never there and untrue. What is destroyed stays so if the transaction is rolled back; then repeat it. Repeated
        after a commit it changes nothing and says the same. ``why`` is a code or reference, never words about the
        content. Raises KeyGone (never had a key), ErasureUnfinished (repeat), StorageFailed.
        """
        rows = self._rows.objects(item)
        if not rows:
            raise gone(item)
        if any(row.state != "destroyed" for row in rows):
            keys = self._keystore.of_item(item)
            will = [Erased(item, key.version, key.kek_id, now, actor.id, why, None, settled=False) for key in keys]
            erasures = [*self._keystore.erased(item), *will]
            if not erasures:
                raise gone(item)
            record_destroyed(self._rows, self._trail, erasures, actor=actor, now=now, why=why)
        erased = self._keystore.destroy(item, at=now, by=actor.id, reason=why)
        self._keyring.forget(item)
        for each in erased:
            self._after.settle(item, each.version)
        return _destroyed(self._rows.objects(item), erased)

    def remove_content(self, *, item: UUID, actor: Actor, now: datetime) -> Removal:
        """Delete all ciphertext of the item, uploads under way included, and look whether it is gone.

        Raises KeyAlive before ``destroy``; StorageFailed (repeat).
        """
        if self._keystore.of_item(item):
            raise KeyAlive("Destroy the item's keys first, then its content.", subject=str(item))
        rows = self._rows.parts(item)
        for name in sorted({*rows, *self._backend.list(folder_of(item))}):
            with suppress(StorageLocked):  # what a lock keeps is found by the look that follows
                self._backend.delete(name)
        parts, absent = list(rows.values()).count("live"), not self._backend.list(folder_of(item))
        what: dict[str, Value] = {"parts": parts, "absent": absent}
        entry = self._trail.record(events.CONTENT_REMOVED, actor=actor, now=now, subject=str(item), what=what)
        if absent:
            for name in rows:
                self._rows.forget(name)
        return Removal(parts, absent=absent, entry_id=entry.id)

    def _switch(self, item: UUID, state: str, actor: Actor, now: datetime) -> None:
        rows = self._rows.objects(item)
        if not rows or any(row.state in ("condemned", "destroyed") for row in rows) or not self._keystore.of_item(item):
            raise gone(item)
        if any(row.state != state for row in rows):
            kind = events.KEY_DISABLED if state == "disabled" else events.KEY_ENABLED
            self._trail.record(kind, actor=actor, now=now, subject=str(item), what={"versions": len(rows)})
            self._rows.set_state(item, state)
        self._after.then(partial(self._keystore.set_state, item, state, now=now))


def _destroyed(rows: list[ObjectRow], erased: list[Erased]) -> Destroyed:
    keks = tuple(sorted({each.kek_id for each in erased}))
    row = rows[0]
    if row.entry_id is None:
        msg = "a destroyed item names its entry"
        raise RuntimeError(msg)
    return Destroyed(row.item, len(erased), keks, min(each.at for each in erased), row.entry_id)
