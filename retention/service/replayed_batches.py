"""What a replay says of batches, of what is in them, and of reminders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

import sqlalchemy as sa

from foundation.errors import Unavailable
from retention.ports import Words
from retention.store.batches import batch_of, member_of
from retention.tables.batches import disposal_batch, disposal_batch_item, disposal_reminder

TABLES = (disposal_batch, disposal_batch_item, disposal_reminder)


def differences(here: sa.Connection, there: sa.Connection, words: Words) -> Iterator[str]:
    """``here`` follows from the log; ``there`` is what is found. Of each table the first row that differs is told."""
    nouns: tuple[tuple[sa.Table, Callable[[sa.RowMapping], Any]], ...] = (
        (disposal_batch, lambda row: batch_of(row, words)),
        (disposal_batch_item, lambda row: member_of(row, words)),
        (disposal_reminder, dict),
    )
    for table, noun in nouns:
        query = sa.select(table).order_by(*table.primary_key.columns)
        rows = (each.execute(query).mappings() for each in (here, there))
        for one, other in zip_longest(*rows):
            try:
                same = one is not None and other is not None and noun(one) == noun(other)
            except Unavailable:
                same = False
            if not same:
                yield f"{table.name} {_key(table, one or other)}: not as recorded"
                break


def _key(table: sa.Table, row: Any) -> str:
    return " ".join(str(row[column.name]) for column in table.primary_key.columns)
