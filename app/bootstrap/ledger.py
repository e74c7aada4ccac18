"""Before anybody is served: what the disposal ledger says was destroyed is destroyed, whatever backup was restored."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from app.bootstrap.engines import reading
from app.bootstrap.events import LEDGER_REBUILT, LEDGER_REPLAYED
from foundation.actor import SERVICE, Actor
from foundation.errors import Unavailable
from retention.errors import CaseNotFound
from retention.model.case import BEGUN
from vault.tables import vault_object

if TYPE_CHECKING:
    from app.bootstrap.house import House
    from app.bootstrap.work import Work
    from vault.ledger import Ledger

log = logging.getLogger("custodes.start")
_STEP = 500


class LedgerBehind(Unavailable):
    """The database knows of destructions that the ledger does not have."""

    code = "app.ledger-behind"
    title = "The disposal ledger is behind the database"


@dataclass(slots=True)
class Told:
    """What the ledger says, in little room: of each item the first instant, and the versions that are gone."""

    lines: int = 0
    items: dict[UUID, tuple[datetime, tuple[int, ...]]] = field(default_factory=dict)

    @classmethod
    def by(cls, ledger: Ledger) -> Told:
        """All of it, read and checked once. Raises LedgerDamaged, StorageFailed."""
        told = cls()
        for line in ledger.lines():
            told.lines = line.n
            at, versions = told.items.get(line.item, (line.at, ()))
            told.items[line.item] = (at, tuple(sorted({*versions, *line.versions})))
        return told

    def knows(self, item: UUID, version: int) -> bool:
        """Whether that version of the item is gone."""
        return item in self.items and version in self.items[item][1]


def kept(house: House) -> Told:
    """That all the database calls destroyed stands in the ledger, and what that says.

    Raises LedgerBehind, LedgerDamaged. Where something is missing the ledger is read once more: another machine may
    have added it meanwhile.
    """
    told = Told.by(house.ledger)
    if _behind(house, told) and (behind := _behind(house, told := Told.by(house.ledger))):
        raise LedgerBehind(
            f"The disposal ledger lacks {len(behind)} of the items the database calls destroyed: it was lost, or an "
            "older copy was put in its place. Run “custodes disposals replay FILE” with the last exported copy; where "
            "there is none, “custodes disposals rebuild”."
        )
    return told


def rebuild(house: House, actor: Actor) -> int:
    """Add to the ledger what only the database knows to be destroyed; how many items. Entered in the log."""
    behind = _behind(house, Told.by(house.ledger))
    if behind:
        with house.work(actor) as work:
            house.ledger.add([(item, sorted(versions), work.now) for item, versions in sorted(behind.items())])
            work.trail.record(LEDGER_REBUILT, actor=actor, now=work.now, what={"items": len(behind)})
    return len(behind)


def replay(house: House, actor: Actor = SERVICE, *, told: Told | None = None) -> int:
    """Destroy again what a restored database or key store has back of what the ledger names; how many items.

    Each in a unit of work of its own: broken off, the next start goes on. ``told`` by ``kept``, or read here. Raises
    LedgerDamaged, StorageFailed.
    """
    told = told or Told.by(house.ledger)
    keys = _keys_again(house, told, actor)
    again = sum(
        house.do(partial(_again, item=str(item), at=told.items[item][0], actor=actor), actor)
        for item in sorted(_alive(house, told))
    )
    if keys or again:
        log.warning("a backup was restored: %s keys and %s items were destroyed again", keys, again)
        with house.work(actor) as work:
            what = {"lines": told.lines, "keys": keys, "items": again}
            work.trail.record(LEDGER_REPLAYED, actor=actor, now=work.now, what=what)
    return again


def _again(work: Work, *, item: str, at: datetime, actor: Actor) -> bool:
    """Whether anything was left to do: what a crash kept from being written down is the sweep's, and no restore."""
    with suppress(CaseNotFound):
        if work.disposals.case(item).state in BEGUN:
            return False
    work.retention.destroyed_before(item, at=at, actor=actor, now=work.now)
    return True


def _keys_again(house: House, told: Told, actor: Actor) -> int:
    back = [key for key in house.keystore.of_items(told.items) if told.knows(key.item, key.version)]
    for key in back:
        house.keystore.destroy(
            key.item, at=house.now(), by=actor.id, reason="restored from a backup", versions=[key.version], forget=False
        )
    if back:
        house.keystore.forget_deleted()
    return len(back)


def _alive(house: House, told: Told) -> set[UUID]:
    """Items of the ledger that the database does not call destroyed, nor is about to."""
    wanted = sorted(map(str, told.items))
    column, found = vault_object.c, set()
    with reading(house.engine) as conn:
        for start in range(0, len(wanted), _STEP):
            query = sa.select(column.item, column.version).where(
                column.item.in_(wanted[start : start + _STEP]), column.state.in_(("live", "disabled"))
            )
            found |= {UUID(item) for item, version in conn.execute(query) if told.knows(UUID(item), version)}
    return found


def _behind(house: House, told: Told) -> dict[UUID, set[int]]:
    """The versions the database calls destroyed of which the ledger says nothing."""
    found: dict[UUID, set[int]] = {}
    query = sa.select(vault_object.c.item, vault_object.c.version).where(vault_object.c.state == "destroyed")
    with reading(house.engine) as conn:
        for item, version in conn.execution_options(yield_per=_STEP).execute(query):
            if not told.knows(UUID(item), version):
                found.setdefault(UUID(item), set()).add(version)
    return found
