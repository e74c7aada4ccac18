"""The sweep: finishes or removes what broken-off work left behind (docs/formats/envelope.md, section 4).

Safe to repeat and to break off anywhere. Its cost grows with what was left, never with what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from audit.trail import Act, Trail
from foundation.actor import Actor
from foundation.ident import new_id
from foundation.orm import to_ms
from vault import events
from vault.after import Afterwards
from vault.backend import Backend
from vault.errors import StorageLocked
from vault.keystore import Erased, Key, KeyStore
from vault.store import Rows

# No unit of work and no upload lasts as long; what is younger may still be under way.
GRACE = timedelta(days=1)


@dataclass(slots=True)
class Swept:
    """How much there was to do."""

    objects: int = 0
    rows: int = 0
    keys: int = 0

    @property
    def total(self) -> int:
        return self.objects + self.rows + self.keys


def folder_of(item: UUID) -> str:
    """Where all objects of an item lie."""
    return f"{item.hex[-2:]}/{item}"


def name_for(item: UUID, version: int, part: int, now: datetime) -> str:
    """A new object name; the instant in it is what tells the sweep its age."""
    return f"{folder_of(item)}/{version}.{part}.{new_id(now).hex}"


def begun(name: str) -> int:
    """Milliseconds since 1970 at which the object of that name was begun."""
    return int(name.rsplit(".", 1)[1][:12], 16)


class Sweep:
    """One pass, in the caller's transaction."""

    def __init__(self, rows: Rows, trail: Trail, keystore: KeyStore, backend: Backend, after: Afterwards) -> None:
        self._rows, self._trail, self._keystore, self._backend = rows, trail, keystore, backend
        self._after = after
        self.recorded: list[tuple[UUID, list[int], datetime]] = []  # for the ledger: what was found destroyed

    def run(self, *, actor: Actor, now: datetime) -> Swept:
        """Everything that is due."""
        swept, before = Swept(), now - GRACE
        self._objects(swept, before)
        self._part_rows(swept, before)
        self._new_keys(swept, before, actor, now)
        self._remarked_keys(swept, before, now)
        self._disabled_keys(swept, now)
        self._destroyed_keys(swept, before, actor, now)
        return swept

    def _objects(self, swept: Swept, before: datetime) -> None:
        for name in self._backend.unsettled():
            if self._rows.part_state(name) == "live":
                self._backend.settle(name)
            elif begun(name) < to_ms(before) and self._deleted(name):
                swept.objects += 1

    def _part_rows(self, swept: Swept, before: datetime) -> None:
        for name in self._rows.leftovers(before):
            if self._deleted(name):
                self._rows.forget(name)
                swept.rows += 1

    def _deleted(self, name: str) -> bool:
        """False for what a lock keeps: it stays known, and a later sweep tries again."""
        try:
            self._backend.delete(name)
        except StorageLocked:
            return False
        return True

    def _new_keys(self, swept: Swept, before: datetime, actor: Actor, now: datetime) -> None:
        for key in self._keystore.in_state("pending", before=before):
            if self._rows.state(key.item, key.version):
                self._keystore.settle(key.item, key.version)
            else:
                self._orphan(key, actor, now)
                swept.keys += 1

    def _orphan(self, key: Key, actor: Actor, now: datetime) -> None:
        """Nobody was ever told of this key: its transaction was rolled back."""
        self._keystore.destroy(key.item, at=now, by=actor.id, reason="never committed", versions=[key.version])
        self._keystore.settle(key.item, key.version)

    def _remarked_keys(self, swept: Swept, before: datetime, now: datetime) -> None:
        for proposal in self._keystore.proposals():
            row = self._rows.object(proposal.item, proposal.version)
            if row is not None and row.marking == proposal.marking:
                self._keystore.promote(proposal.id, now=now)
            elif proposal.created < before:
                self._keystore.withdraw(proposal.id)
            else:
                continue
            swept.keys += 1

    def _disabled_keys(self, swept: Swept, now: datetime) -> None:
        """The application's row says which: the key store is told only after its commit."""
        for row in self._rows.objects_in("disabled"):
            if self._keystore.state(row.item) in ("live", "pending"):
                self._keystore.set_state(row.item, "disabled", now=now)
                swept.keys += 1
        for key in self._keystore.in_state("disabled"):
            if self._rows.state(key.item, key.version) == "live":
                self._keystore.set_state(key.item, "live", now=now)
                swept.keys += 1

    def _destroyed_keys(self, swept: Swept, before: datetime, actor: Actor, now: datetime) -> None:
        for erasure in self._keystore.unsettled_erasures(before=before):
            if self._rows.state(erasure.item, erasure.version) not in ("", "destroyed"):
                found = self._keystore.erased(erasure.item)
                record_destroyed(self._rows, self._trail, {erasure.item: found}, actor=actor, now=now)
                self.recorded.append((erasure.item, [each.version for each in found], now))
                swept.keys += 1
            # Settled before the commit, a commit that fails would leave nobody who knows.
            self._after.settle(erasure.item, erasure.version)


def replay(rows: Rows, keystore: KeyStore, *, actor: Actor, now: datetime) -> int:
    """Destroy again what the application knows to be destroyed; how many items a restored key store had back."""
    back = {key.item for key in keystore.of_items(row.item for row in rows.objects_in("destroyed"))}
    for item in sorted(back):
        keystore.destroy(item, at=now, by=actor.id, reason="restored from a backup")
    return len(back)


def record_destroyed(
    rows: Rows,
    trail: Trail,
    erasures: Mapping[UUID, Sequence[Erased]],
    *,
    actor: Actor,
    now: datetime,
    why: str = "",
) -> None:
    """Enter the destruction of the keys of each item in the log and in the application's rows."""
    markings = {row.item: row.marking for row in reversed(rows.objects_of(erasures))}
    acts = [
        Act(
            str(item),
            {
                "versions": len(found),
                "keks": sorted({erasure.kek_id for erasure in found}),
                "destroyed": min(erasure.at for erasure in found).isoformat(),
            },
            why,
            markings.get(item, ""),
        )
        for item, found in erasures.items()
    ]
    entries = trail.record_all(events.KEY_DESTROYED, acts, actor=actor, now=now)
    rows.set_destroyed(dict(zip(erasures, entries, strict=True)))
