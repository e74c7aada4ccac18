"""New wrapping keys, everything moved under them, and the old ones destroyed; no content is touched.

How far a move has come is what the rows say: each names the KEK it stands under. It may be broken off anywhere, run
beside everything else, and be run again (docs/formats/envelope.md, section 4).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from audit.fact import Value
from audit.trail import Trail
from foundation.actor import Actor
from foundation.errors import Unavailable
from vault import envelope, events
from vault.after import Afterwards
from vault.errors import KekClosed, KekInUse, KekUnknown, KeyMissing, Tampered
from vault.keyring import Keyring, place_of
from vault.keystore import Key, KeyStore
from vault.keystore_tables import KekRow

BATCH = 1000  # rows in one transaction of the key store: a few hundredths of a second
SAMPLE = 20
NAMED = 20  # items that could not be moved are named, at most so many


@dataclass(frozen=True, slots=True)
class Moved:
    """How far a move has come. ``failed`` keys open under no key there is; ``items`` names some of them."""

    moved: int = 0
    failed: int = 0
    items: tuple[str, ...] = ()
    finished: bool = False


@dataclass(frozen=True, slots=True)
class KekGone:
    """A destroyed KEK: from when nothing of it is left, and how many erasures are final with it."""

    kek: str
    at: datetime
    erasures: int


def rewrap(keystore: KeyStore, keyring: Keyring, body: str, *, batch: int = BATCH) -> Iterator[Moved]:
    """Move every data key of the body under its newest KEK, batch by batch; the last says ``finished``.

    Each batch is one transaction, each row replaced only if nobody replaced it since it was read; a pass in which
    somebody did is followed by another. Raises KeyMissing, KeysElsewhere, StorageFailed: what was moved stays moved.
    """
    so_far, again = Moved(), True
    while again:
        again, after = False, ("", 0)
        so_far = Moved(so_far.moved)
        while keys := keystore.keks.not_under(body, keyring.newest(body), after=after, limit=batch):
            wraps, broken = _wrapped(keyring, keys)
            try:
                moved = keystore.keks.move(wraps) if wraps else 0
            except KekClosed:  # rotated, rewrapped and closed by somebody else in between: wrap these once more
                continue
            after = (str(keys[-1].item), keys[-1].version)
            again |= moved < len(wraps)
            named = (*so_far.items, *map(str, broken))[:NAMED]
            so_far = Moved(so_far.moved + moved, so_far.failed + len(broken), named)
            yield so_far
    yield Moved(so_far.moved, so_far.failed, so_far.items, finished=True)


def _wrapped(keyring: Keyring, keys: list[Key]) -> tuple[list[tuple[Key, str, bytes]], list[object]]:
    wraps: list[tuple[Key, str, bytes]] = []
    broken: list[object] = []
    for key in keys:
        facts = envelope.wrap_facts(key.item, key.version, key.marking)
        try:
            wraps.append((key, *keyring.rewrap(key.kek_id, key.wrapped, facts)))
        except (Tampered, KeyMissing):
            broken.append(key.item)  # the others must not wait for it; what stands in its way is told at the end
    return wraps, broken


class Rotation:
    """The acts on KEKs in one unit of work; ``rewrap`` goes on outside it. Never commits."""

    def __init__(self, trail: Trail, *, keystore: KeyStore, keyring: Keyring, after: Afterwards) -> None:
        self._trail, self._keystore, self._keyring, self._after = trail, keystore, keyring, after

    def begin_rewrap(self, *, body: str, actor: Actor, now: datetime) -> int:
        """Enter in the log that a move begins; how many keys there are to move. Raises KeyMissing, KeysElsewhere."""
        newest = self._keyring.newest(body)
        keys = self._keystore.keks.remaining(body, newest)
        what: dict[str, Value] = {"body": body, "kek": newest, "keys": keys}
        self._trail.record(events.REWRAP_BEGUN, actor=actor, now=now, what=what)
        return keys

    def end_rewrap(self, *, body: str, moved: Moved, actor: Actor, now: datetime) -> int:
        """Enter what came of it; how many keys are left under older KEKs. Raises KeyMissing, KeysElsewhere."""
        newest = self._keyring.newest(body)
        left = self._keystore.keks.remaining(body, newest)
        what: dict[str, Value] = {"body": body, "kek": newest, "moved": moved.moved, "failed": moved.failed}
        self._trail.record(events.KEYS_REWRAPPED, actor=actor, now=now, what=what | {"left": left})
        return left

    def destroy_kek(self, *, kek_id: str, actor: Actor, now: datetime) -> KekGone:
        """Destroy a KEK nothing stands under any more. What was erased under it is final from then on.

        Oldest first: what was erased under one may, in an older backup of the key store, stand under an older. Repeat
        it when it was broken off. Raises KekUnknown, KekInUse (with what to do), Tampered (the newest KEK does not
        open what stands under it: nothing is destroyed), Unavailable.
        """
        row, older = self._may_go(kek_id, now)
        self._keystore.keks.close(kek_id, now=now)
        retired = row.gone or self._keyring.retire(kek_id, now=now)
        # An older one that the key service still keeps for some days is not gone before it says so.
        at = max([retired, *(one.gone for one in older if one.gone)])
        erasures = self._keystore.keks.gone(kek_id, at=at)
        self._record_gone(row.body, kek_id, at, erasures, actor=actor, now=now)
        return KekGone(kek_id, at, erasures)

    def tell(self, *, actor: Actor, now: datetime) -> None:
        """Enter in the log every KEK that was made, or destroyed, and that the log does not have yet.

        Whoever makes one calls it; if that fails, the KEK is there all the same, and the next sweep calls it.
        """
        keks = self._keystore.keks
        with contextlib.suppress(Unavailable):  # a key service that is down hides nothing; the next sweep asks again
            keks.know(self._keyring.ids(), now=now)
        for row in keks.all().values():
            if row.told:
                continue
            if row.gone is not None:
                self._record_gone(row.body, row.id, row.gone, keks.gone(row.id, at=row.gone), actor=actor, now=now)
                continue
            what: dict[str, Value] = {"body": row.body, "kek": row.id}
            self._trail.record(events.KEK_CREATED, actor=actor, now=now, what=what)
            self._after.then(partial(keks.told, row.id))

    def _may_go(self, kek_id: str, now: datetime) -> tuple[KekRow, list[KekRow]]:
        keks = self._keystore.keks
        keks.know(self._keyring.ids(), now=now)
        rows = keks.all()
        row = rows.get(kek_id)
        if row is None:
            raise KekUnknown("“custodes vault keys list” names those there are.")
        if self._keyring.newest(row.body) == kek_id:
            raise KekInUse("It is the newest of its body. Rotate, then rewrap, then repeat this.")
        older = [one for one in rows.values() if one.body == row.body and place_of(one.id) < place_of(kek_id)]
        if waiting := sorted((one.id for one in older if one.gone is None), key=place_of):
            raise KekInUse(f"“{waiting[0]}” is older: destroy that first.")
        for key in keks.sample(row.body, self._keyring.newest(row.body), SAMPLE):
            self._keyring.unwrap(key.kek_id, key.wrapped, envelope.wrap_facts(key.item, key.version, key.marking))
        return row, older

    def _record_gone(self, body: str, kek_id: str, at: datetime, erasures: int, *, actor: Actor, now: datetime) -> None:
        what: dict[str, Value] = {"body": body, "kek": kek_id, "gone": at.isoformat(), "erasures": erasures}
        self._trail.record(events.KEK_DESTROYED, actor=actor, now=now, what=what)
        self._after.then(partial(self._keystore.keks.told, kek_id))
