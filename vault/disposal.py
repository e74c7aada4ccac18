"""Closing an item, opening it again, and its end: the acts of the vault that go by a decision made elsewhere.

The order of what they do in three places is docs/formats/envelope.md, section 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from audit.fact import Value
from audit.trail import Act, Trail
from foundation.actor import Actor
from vault import events
from vault.after import Afterwards
from vault.backend import Backend
from vault.errors import KeyAlive, StorageLocked
from vault.keyring import Keyring
from vault.keys import gone
from vault.keystore import Erased, KeyStore
from vault.ledger import Ledger
from vault.model import Destroyed, Removal
from vault.store import ObjectRow, Rows
from vault.sweep import folder_of, record_destroyed

_AT_ONCE = 8  # items whose content is removed at once


class Disposal:
    """The part of ``Vault`` that opens nothing: what it needs of the keyring is that it forgets."""

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
        self._rows, self._trail = Rows(conn), trail
        self._keystore, self._keyring, self._backend = keystore, keyring, backend
        self._after = Afterwards(keystore, backend)
        self._ledger = ledger

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
        return self.destroy_all(items=[item], actor=actor, now=now, why=why)[item]

    def destroy_all(
        self, *, items: Sequence[UUID], actor: Actor, now: datetime, why: str = ""
    ) -> dict[UUID, Destroyed]:
        """The same of many items: the key store lets go of what was deleted, and the ledger is told, once.

        Raises for the first that never had a key, before anything is done.
        """
        fresh = self._to_destroy(items, actor, now, why)
        if fresh:
            record_destroyed(self._rows, self._trail, fresh, actor=actor, now=now, why=why)
        erased = self._keystore.destroy_all(items, at=now, by=actor.id, reason=why)
        for item in items:
            self._keyring.forget(item)
        self._enter([(item, [each.version for each in erased[item]], now) for item in fresh])
        for item in items:
            for each in erased[item]:
                self._after.settle(item, each.version)
        known = self._rows.by_item(items)
        return {item: _destroyed(known[item], erased[item]) for item in items}

    def _enter(self, gone: Sequence[tuple[UUID, Sequence[int], datetime]]) -> None:
        """In the ledger, before anybody commits that it is gone."""
        if self._ledger is not None:
            self._ledger.add(gone)

    def _to_destroy(self, items: Sequence[UUID], actor: Actor, now: datetime, why: str) -> dict[UUID, list[Erased]]:
        """What will have been erased of each item whose destruction stands in no entry yet. Raises KeyGone."""
        known = self._rows.by_item(items)
        fresh = [item for item in items if any(row.state != "destroyed" for row in known[item])]
        found = self._keystore.erased_of(fresh)
        for key in self._keystore.of_items(fresh):
            found[key.item].append(Erased(key.item, key.version, key.kek_id, now, actor.id, why, None, settled=False))
        for item in items:
            if not known[item] or not found.get(item, True):
                raise gone(item)
        return found

    def remove_content(self, *, item: UUID, actor: Actor, now: datetime) -> Removal:
        """Delete all ciphertext of the item, uploads under way included, and look whether it is gone.

        Raises KeyAlive before ``destroy``; StorageFailed (repeat).
        """
        return self.remove_all(items=[item], actor=actor, now=now)[item]

    def remove_all(self, *, items: Sequence[UUID], actor: Actor, now: datetime) -> dict[UUID, Removal]:
        """The same of many items."""
        for key in self._keystore.of_items(items):
            raise KeyAlive("Destroy the item's keys first, then its content.", subject=str(key.item))
        parts = self._rows.parts(items)
        # Most of the time goes by waiting for the disk, or for a store elsewhere: several are waited for together.
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            absent = dict(zip(items, pool.map(self._emptied, items, [parts[item] for item in items]), strict=True))
        counts = {item: list(parts[item].values()).count("live") for item in items}
        acts = [Act(str(item), {"parts": counts[item], "absent": absent[item]}) for item in items]
        entries = self._trail.record_all(events.CONTENT_REMOVED, acts, actor=actor, now=now)
        self._rows.forget_all([name for item in items if absent[item] for name in parts[item]])
        return {
            item: Removal(counts[item], absent=absent[item], entry_id=entry.id)
            for item, entry in zip(items, entries, strict=True)
        }

    def _emptied(self, item: UUID, names: Iterable[str]) -> bool:
        folder = folder_of(item)
        for name in sorted({*names, *self._backend.list(folder)}):
            with suppress(StorageLocked):  # what a lock keeps is found by the look that follows
                self._backend.delete(name)
        return not self._backend.list(folder)

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
