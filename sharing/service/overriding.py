"""Breaking the glass: sight of an item outside one's need to know, because somebody's safety demands it (M06).

It goes past need to know alone. Whoever is barred by name, RECIPIENTS ONLY of the other body, an embargo, quarantine,
lapsed training and working abroad stand as they do for everybody: the rules of access say so.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime
from uuid import UUID

from foundation.actor import Actor
from foundation.errors import Reason
from foundation.ident import new_id
from sharing.errors.items import DoneAlready
from sharing.errors.overrides import OverrideFaulty, OverrideNotFound, OverrideRefused
from sharing.events import overrides as events
from sharing.events.items import ACCESS_REFUSED
from sharing.model.override import FINDINGS, WORDS
from sharing.policy.safety import Safety
from sharing.service.base import MOST_WORDS
from sharing.service.carrying import Carrying
from sharing.store import access, overrides
from sharing.tables.overrides import safety_override

BREAK_GLASS = "break-glass"


class Overriding(Carrying):
    """Break the glass, and review that it was."""

    def break_glass(self, reference: str, danger: str, why: str, *, safety: Safety, actor: Actor, now: datetime) -> str:
        """See and open the item for a short time; the id of the record. Entered in the log before anything is served.

        Those it came from, and the compliance officers of both bodies, find it on their pages at once. Raises
        ItemNotFound, ActRefused, OverrideFaulty by field.
        """
        found, _ = self._find(reference, BREAK_GLASS, actor=actor, now=now, purpose=why)
        faults = {} if danger in safety.dangers else {"danger": ["Say what the danger is"]}
        if len(why) > MOST_WORDS:
            faults["why"] = [f"Use {MOST_WORDS} characters or fewer"]
        if faults:
            raise OverrideFaulty("Correct what is named and send it again.", fields=faults, subject=found.row.uuid)
        until, id_ = now + safety.lasts, str(new_id(now))
        self._write(found, {})
        window = {"since": now, "until": until}
        access.give(
            self._conn,
            item_id=found.row.id, principal=actor.principal, basis=access.BREAK_GLASS, by=actor.principal, **window,
        )  # fmt: skip
        self._tell(found, "glass-broken", actor=actor, now=now, words=why.strip())
        self._record(
            events.GLASS_BROKEN,
            actor=actor,
            now=now,
            subject=found.row.uuid,
            marking=found.row.marking_code,
            rules=("NTK-07-safety-override",),
            override=id_,
            reference=reference,
            danger=danger,
            until=until.isoformat(timespec="milliseconds"),
            by=actor.id,
            party=actor.party,
            originator=found.row.originator,
            office=found.row.sender_office,
            words=self._override_words(found.uuid, {"why": why.strip()}, actor, now),
            bound=self._bound.seal(found.row.id),
        )
        return id_

    def review_override(self, id_: str, finding: str, why: str, *, actor: Actor, now: datetime) -> None:
        """What a second person found, of the body the item came from. Once.

        Raises OverrideNotFound, OverrideRefused, OverrideFaulty by field, DoneAlready.
        """
        found = next(iter(overrides.find(self._conn, safety_override.c.id == id_)), None)
        if found is None:
            raise OverrideNotFound("Look among those you may see.")
        body = {"body": found.originator, "other": found.by}
        verdict = self._decider.decide_duty(actor, "review-override", now=now, **body)
        if not verdict.allowed:
            reasons = [Reason(rule, text) for rule, text in zip(verdict.rules, verdict.why, strict=False)]
            what = {"act": "review-override", "reference": found.reference}
            raise OverrideRefused(" ".join(verdict.why), reasons=reasons, fact=ACCESS_REFUSED, what=what)
        if found.finding:
            raise DoneAlready("It was reviewed, and a finding stays as it was given.", subject=found.id)
        faults = {} if finding in FINDINGS else {"finding": ["Say what you found"]}
        if not why.strip() or len(why) > MOST_WORDS:
            faults["why"] = ["Say why"]
        if faults:
            raise OverrideFaulty("Correct what is named and send it again.", fields=faults, subject=found.id)
        words = self._override_words(UUID(found.item), {"review": why.strip()}, actor, now)
        said = {"reference": found.reference, "finding": finding, "by": actor.id, "words": words}
        self._trail.record(events.OVERRIDE_REVIEWED, actor=actor, now=now, subject=id_, what=said)

    def _override_words(self, item: UUID, words: dict[str, str], actor: Actor, now: datetime) -> str:
        text = json.dumps(words, sort_keys=True, ensure_ascii=False).encode()
        return b64encode(self._vault.seal(item=item, name=WORDS, value=text, actor=actor, now=now)).decode()
