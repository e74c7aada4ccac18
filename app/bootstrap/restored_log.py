"""The log of a restored database: its numbers on another server, and what others have seen of it that is not here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.bootstrap import publishing
from app.bootstrap.engines import reading
from audit.checkpoint import stored_tree
from audit.leaf import Malformed
from audit.note import Checkpoint
from audit.tables import audit_entry, audit_head
from foundation.orm import from_ms
from vault.backup.manifest import Head
from vault.backup.rows import Row

if TYPE_CHECKING:
    from app.bootstrap.house import House

_BEFORE, _LAST, _AFTER = 0, 1, 2


def renumbered(head: Head) -> Callable[[str, Row], Row]:
    """Entries are taken in by the numbers of transactions, which are one server's: on another they would lie ahead of
    every new one. What stands in the tree needs none but to come before the rest; what waited keeps its order of
    places, in which each writer's chain runs.
    """
    newest = (head.last_xid, head.last_pos)
    entry, kept = _columns(audit_entry), _columns(audit_head)
    pos, xid, last = entry.index("pos"), entry.index("xid"), kept.index("last_xid")

    def change(table: str, row: Row) -> Row:
        if table == audit_entry.name:
            here = (row[xid], row[pos])
            row[xid] = _LAST if here == newest else _BEFORE if here < newest else _AFTER
        elif table == audit_head.name:
            row[last] = _LAST
        return row

    return change


def _columns(table: sa.Table) -> list[str]:
    return [column.name for column in table.c]


def differences(house: House, head: Head, kept: Sequence[str]) -> Iterator[str]:
    """Each checkpoint known from elsewhere that the restored log does not hold, in words with what to do.

    ``kept``: what witnesses or people brought. What this service itself published before is known too.
    """
    notes = [*kept, *_published(house.settings.state / publishing.FOLDER / publishing.NEWEST), head.checkpoint]
    said = set()
    for note in filter(None, notes):
        try:
            found = house.keys.log.trust.open(note).checkpoint
        except Malformed as error:
            yield f"A checkpoint that was given cannot be used: {error}."
            continue
        if (found.size, found.root) not in said:
            said.add((found.size, found.root))
            yield from _difference(house, head, found)


def _difference(house: House, head: Head, found: Checkpoint) -> Iterator[str]:
    made = f"{from_ms(found.time):%Y-%m-%d %H:%M} UTC"
    if found.size > head.size:
        yield (
            f"THE LOG IS SHORTER THAN OTHERS HAVE SEEN IT. The checkpoint of {made} has {found.size} entries, the "
            f"backup {head.size}: {found.size - head.size} are lost. Take a newer backup if there is one. If not, tell "
            "the other body and every witness in writing before the service opens, keep that checkpoint, and report an "
            "incident."
        )
        return
    with reading(house.engine) as conn:
        try:
            same = stored_tree(conn).root(found.size) == found.root
        except LookupError:
            same = False
    if not same:
        yield (
            f"THE LOG IS ANOTHER ONE THAN OTHERS HAVE SEEN. The checkpoint of {made} over {found.size} entries is not "
            "of this history. Do not open the service; keep both, and report an incident."
        )


def _published(path: Path) -> list[str]:
    try:
        return [path.read_text(encoding="utf-8")]
    except (FileNotFoundError, UnicodeDecodeError):
        return []
