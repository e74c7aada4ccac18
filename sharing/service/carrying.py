"""What those need who carry copies of an item out of the service: is it decided, what is it, who else may see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from foundation.actor import Actor
from sharing.service.recalling import Recalling
from sharing.store import drafts, items


@dataclass(frozen=True, slots=True)
class Carried:
    """An item somebody may take a copy of. ``restricted``: words of its marking that bind who may read it."""

    item: str
    reference: str
    marking: str
    code: str
    restricted: tuple[str, ...]
    files: Mapping[int, int]


class Carrying(Recalling):
    """Decides and tells; whoever asks records what is done with it."""

    def take(self, reference: str, act: str, purpose: str, *, actor: Actor, now: datetime) -> Carried:
        """The item, decided for ``act``. ``files``: bytes in clear, by number.

        Raises ItemNotFound, ActRefused, PurposeUnknown.
        """
        found, _ = self._find(reference, act, actor=actor, now=now, purpose=purpose)
        self._purpose(found.agreement, purpose)
        row, handling = found.row, found.handling
        held = (
            ("RECIPIENTS ONLY", handling.recipients_only),
            ("for named organisations only", handling.org_only),
            ("HMG USE ONLY", handling.hmg_only),
            ("EMBARGOED", handling.embargo_until is not None and now < handling.embargo_until),
        )
        return Carried(
            row.uuid,
            row.reference,
            row.marking,
            row.marking_code,
            tuple(words for words, bound in held if bound),
            {each.part: each.size for each in drafts.files(self._conn, found.uuid)},
        )

    def seen_by(self, uuids: Collection[str], *, actor: Actor, now: datetime) -> frozenset[str]:
        """Those of these items that this person may see. Nothing is recorded: nothing is shown."""
        rows = items.by_uuids(self._conn, [UUID(each) for each in sorted(uuids)])
        facts = self._bound.facts([row.id for row in rows.values()], now)
        verdicts = self._decider.decide_many(actor, "see", facts, now=now)
        return frozenset(row.uuid for row, verdict in zip(rows.values(), verdicts, strict=True) if verdict.allowed)

    def markings(
        self,
        *,
        items_: Collection[str],
        actor: Actor,  # noqa: ARG002 - every act names them
        now: datetime,  # noqa: ARG002
    ) -> Mapping[str, str]:
        """The marking line of each of these items as it stands."""
        rows = items.by_uuids(self._conn, [UUID(each) for each in sorted(items_)])
        return {row.uuid: row.marking for row in rows.values()}
