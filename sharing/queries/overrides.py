"""Breaking of the glass, for those who are told of it at once: where the item came from, and who checks compliance."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from foundation.actor import Actor
from identity.rules.decide import Decider
from sharing.errors.overrides import OverrideNotFound
from sharing.model.override import WORDS, Override
from sharing.queries import visible
from sharing.store import overrides
from sharing.tables.items import item
from sharing.tables.overrides import safety_override
from vault.errors import KeyDisabled, KeyGone
from vault.service import Vault

_C = safety_override.c


class OverrideList:
    """On one connection. Whose standing does not hold finds nothing."""

    def __init__(self, conn: sa.Connection, decider: Decider, vault: Vault) -> None:
        self._conn = conn
        self._decider = decider
        self._vault = vault

    def seen(self, *, open_only: bool = False, actor: Actor, now: datetime) -> list[Override]:
        """Newest first, words unopened. ``open_only``: those that nobody reviewed yet, and not this person's own."""
        if not self._decider.standing(actor, now=now).allowed:
            return []
        more = (_C.finding == "", _C.by != actor.id) if open_only else ()
        return overrides.find(self._conn, _concerns(actor, now), *more)

    def one(self, id_: str, *, actor: Actor, now: datetime) -> Override:
        """With its words, as far as they open. Raises OverrideNotFound."""
        held = self._decider.standing(actor, now=now).allowed
        found = overrides.find(self._conn, _C.id == id_, _concerns(actor, now)) if held else []
        if not found:
            raise OverrideNotFound("Look among those you may see.")
        return replace(found[0], words=self._opened(found[0], actor, now))

    def _opened(self, found: Override, actor: Actor, now: datetime) -> dict[str, str] | None:
        opened: dict[str, str] = {}
        try:
            for sealed in filter(None, overrides.sealed(self._conn, found.id).values()):
                given = b64decode(sealed, validate=True)
                text = self._vault.open(item=UUID(found.item), name=WORDS, sealed=given, actor=actor, now=now)
                opened |= json.loads(text)
        except (KeyDisabled, KeyGone):
            return None
        return opened


def _concerns(actor: Actor, now: datetime) -> sa.ColumnElement[bool]:
    seen = sa.exists().where(item.c.uuid == _C.item, visible.may_see(actor, now))
    ways = [_C.by == actor.id, sa.and_(_C.office.in_(actor.offices), seen)]
    ways.append(sa.exists().where(item.c.uuid == _C.item, item.c.sender_id == actor.principal))
    if "compliance-officer" in actor.duties:
        ways += [_C.party == actor.party, _C.originator == actor.party]
    return sa.or_(*ways)
