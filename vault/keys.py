"""Getting at a data key: the application's row and the key store must both allow it, at every opening."""

from __future__ import annotations

import contextlib
from uuid import UUID

from vault import envelope
from vault.errors import KeyDisabled, KeyGone, KeysElsewhere
from vault.keyring import Keyring
from vault.keystore import Key, KeyStore
from vault.store import Rows


class Keys:
    """One unit of work's way to data keys. None is remembered: a key destroyed by any worker is dead at once in all."""

    def __init__(self, rows: Rows, keystore: KeyStore, keyring: Keyring) -> None:
        self._rows, self._keystore, self._keyring = rows, keystore, keyring

    def dek(self, item: UUID, version: int) -> bytes:
        """The data key itself. Raises KeyGone, KeyDisabled, KeysElsewhere, KeyMissing, Tampered."""
        return self.unwrap(self.usable(item, version))

    def deks(self, items: set[UUID], version: int) -> dict[UUID, bytes]:
        """The data keys of those items that may be opened here, in two queries. Raises KeyMissing, Tampered."""
        rows = self._rows.objects_of(items)
        live = {row.item for row in rows if row.version == version and row.state == "live"}
        keys = [key for key in self._keystore.of_items(live) if key.version == version and key.state != "disabled"]
        found = {}
        for key in keys:
            # A list shows what this service holds the keys of; the others' items stand there without their words.
            with contextlib.suppress(KeysElsewhere):
                found[key.item] = self.unwrap(key)
        return found

    def must_be_live(self, item: UUID, version: int) -> None:
        """The application's own word. Raises KeyGone, KeyDisabled."""
        state = self._rows.state(item, version)
        if state == "disabled":
            raise _disabled(item)
        if state != "live":
            raise gone(item)

    def usable(self, item: UUID, version: int) -> Key:
        """The wrapped key. Raises KeyGone, KeyDisabled."""
        self.must_be_live(item, version)
        key = self._keystore.get(item, version)
        if key is None:
            raise gone(item)
        if key.state == "disabled":
            raise _disabled(item)
        return key

    def unwrap(self, key: Key) -> bytes:
        """Raises KeysElsewhere, KeyMissing; Tampered when anything of the row was changed by hand."""
        return self._keyring.unwrap(key.kek_id, key.wrapped, envelope.wrap_facts(key.item, key.version, key.marking))


def gone(item: UUID) -> KeyGone:
    """The refusal for what was destroyed or never there."""
    return KeyGone("It was destroyed when its time was up, or never stored.", subject=str(item))


def _disabled(item: UUID) -> KeyDisabled:
    return KeyDisabled("It is held, or about to be disposed of. Ask the records manager.", subject=str(item))
