"""The facts of items as they may be decided from: read, and held against what their last act bound them with.

An item's own row, who holds a basis, who is barred and which offices it came to are bound together, so that a row taken
away shows as one added does. Somebody with the database alone can break that, and cannot mend it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from foundation.bound import Binder
from identity.model import ItemFacts
from sharing.errors.items import FactsAltered
from sharing.events.items import FACTS_ALTERED
from sharing.store.access import Stored, facts_of, read, read_with
from sharing.tables.items import item

LABEL = "custodes/item/1"


class Bound:
    """One unit of work's door to the facts of items."""

    def __init__(self, conn: sa.Connection, binder: Binder) -> None:
        self._conn = conn
        self._binder = binder
        self._known: set[int] = set()

    def facts(self, ids: Sequence[int], now: datetime) -> list[ItemFacts]:
        """As ``access.load_facts``, each item held against its digest. Raises FactsAltered: then nothing is served."""
        stored = self._held(read(self._conn, ids))
        return [facts_of(stored[i], now) for i in ids if i in stored]

    def facts_of_rows(self, rows: Sequence[sa.Row[Any]], now: datetime) -> list[ItemFacts]:
        """The same of whole rows of items that this transaction has read already. Raises FactsAltered."""
        stored = self._held(read_with(self._conn, rows))
        return [facts_of(stored[row.id], now) for row in rows]

    def check(self, *item_ids: int) -> None:
        """Before something is changed that no decision was asked for. Raises FactsAltered."""
        self._held(read(self._conn, item_ids))

    def made(self, item_id: int) -> None:
        """The item was made in this unit of work, so nothing is there yet to hold it against."""
        self._known.add(item_id)

    def seal(self, item_id: int) -> str:
        """Bind the item as it now stands, after the last change of an act; the digest in hexadecimal, for the log.

        Only of an item that was checked or made in the same unit of work: else an alteration would be made good.
        """
        return self.seal_all([item_id])[item_id]

    def seal_all(self, item_ids: Sequence[int]) -> dict[int, str]:
        """The same of many; the digest of each."""
        if not self._known.issuperset(item_ids):
            msg = "an item is bound anew only after it was found as it was bound before"
            raise RuntimeError(msg)
        stored = read(self._conn, item_ids)
        digests = {item_id: self._binder.over(LABEL, values(stored[item_id])) for item_id in item_ids}
        self._conn.execute(_SEAL, [{"_id": item_id, "bound": digest} for item_id, digest in digests.items()])
        return {item_id: digest.hex() for item_id, digest in digests.items()}

    def _held(self, stored: Mapping[int, Stored]) -> Mapping[int, Stored]:
        for found in stored.values():
            if not self.holds(found):
                raise FactsAltered(found.row.uuid, FACTS_ALTERED)
        self._known |= stored.keys()
        return stored

    def holds(self, found: Stored) -> bool:
        """Whether the rows are those that were bound last."""
        try:
            return self._binder.holds(found.row.bound, LABEL, values(found))
        except TypeError:  # things of different sorts in one column cannot be put in order
            return False


def values(found: Stored) -> list[object]:
    """Everything bound, in an order that no database chooses."""
    return [
        [found.row._mapping[name] for name in _COLUMNS],  # noqa: SLF001 - SQLAlchemy's public name for it
        sorted(list(basis) for basis in found.bases),
        sorted(list(bar) for bar in found.bars),
        list(found.offices),
    ]


_SEAL = sa.update(item).where(item.c.id == sa.bindparam("_id"))
_COLUMNS = tuple(column.name for column in item.c if column.name != "bound")
