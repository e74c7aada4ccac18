"""What an act of sharing adds to its fact, so that the record of the decision follows from it (M45; docs/adr/0034).

Nobody is asked twice: who, what, to whom, when and why were given in the act itself, and the policies state the rest.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from foundation.actor import Actor
from sharing.model.agreement import Agreement
from sharing.model.decision import WORDS
from sharing.model.processing import Processing
from sharing.rules import deciding
from sharing.service.base import SharingBase
from sharing.service.found import Found
from sharing.store import items


@dataclass(frozen=True, slots=True)
class Made:
    """A decision as it was taken. ``to`` are principals; ``persons``: how many people the item names."""

    agreement: Agreement
    route: str
    kind: str
    party: str
    office: int
    to: Collection[int]
    to_parties: Collection[str]
    persons: int = 0
    purpose: str = ""
    told: str = ""


class Decided(SharingBase):
    """Not used by itself: sending, passing on, naming and granting add it to their facts."""

    def _decided(self, item: UUID, made: Made, words: Mapping[str, str], actor: Actor, now: datetime) -> dict[str, Any]:
        """The fields ``events.DECIDED``. The words end with the item's key, wherever a copy of the log lies."""
        said = {key: text for key, text in words.items() if text}
        processing = self._processing.get(made.agreement.id) or Processing(made.agreement.id)
        pairs = {
            "agreement": made.agreement.id,
            "version": made.agreement.version,
            "route": made.route,
            "kind": made.kind,
            "party": made.party,
            "office": made.office,
            "to": ",".join(str(each) for each in sorted(set(made.to))),
            "to_parties": ",".join(sorted(made.to_parties)),
            "persons": made.persons,
            "purpose": made.purpose,
            "told": made.told,
            "holds": ",".join(deciding.presumed(processing, made.kind)),
        }
        found = [f"{key}={value}" for key, value in pairs.items()]
        found += [f"stated={text}" for text in deciding.coded(deciding.stated(processing, made.kind))]
        return {"decision": found, "words": self._sealed_words(item, said, actor, now)}

    def _decided_again(
        self,
        found: Found,
        to: Collection[int],
        to_parties: Collection[str],
        why: str,
        actor: Actor,
        now: datetime,
        *,
        purpose: str = "",
        office: int = 0,
    ) -> dict[str, Any]:
        """The same of an item that was sent before: somebody further comes to have it."""
        row = found.row
        made = Made(
            agreement=found.agreement,
            route=row.route,
            kind=row.kind,
            party=actor.party,
            office=office or self._acting_for(found, actor),
            to=to,
            to_parties=to_parties,
            purpose=purpose,
        )
        return self._decided(found.uuid, made, {"why": why}, actor, now)

    def _acting_for(self, found: Found, actor: Actor) -> int:
        """The office somebody names a further person for: one it came to that they hold; 0 where there is none."""
        came = items.offices(self._conn, found.row.id)
        return next((number for number in came if number in actor.offices), 0)

    def _sealed_words(self, item: UUID, words: Mapping[str, str], actor: Actor, now: datetime) -> str:
        if not words:
            return ""
        text = json.dumps(dict(words), sort_keys=True, ensure_ascii=False).encode()
        return b64encode(self._vault.seal(item=item, name=WORDS, value=text, actor=actor, now=now)).decode()
