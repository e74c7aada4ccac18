"""What people do with the records of decisions to share: answer what is missing, and refuse a request."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from audit.fact import Value
from audit.trail import Trail
from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from foundation.ident import new_id
from identity.queries.people import People
from identity.rules.decide import Decider
from sharing.errors.decisions import DecisionFaulty, DecisionNotFound, DecisionRefused
from sharing.errors.items import DoneAlready
from sharing.events import decisions as events
from sharing.events.items import ACCESS_REFUSED
from sharing.model.agreement import Agreements
from sharing.model.decision import REFUSED, WORDS, DecisionTo, Refusal, about
from sharing.model.processing import HOLDS, Processing
from sharing.ports import Words
from sharing.rules import deciding
from sharing.store.decisions import DecisionRows
from vault.service import Vault


class Deciding:
    """On one connection and trail, which a ``Decisions`` follows. Never commits."""

    def __init__(
        self,
        conn: sa.Connection,
        trail: Trail,
        *,
        vault: Vault,
        agreements: Agreements,
        processing: Mapping[str, Processing],
        decider: Decider,
        people: People,
        words: Words,
    ) -> None:
        self._trail = trail
        self._vault = vault
        self._agreements = agreements
        self._processing = processing
        self._decider = decider
        self._people = people
        self._words = words
        self._rows = DecisionRows(conn)

    def refuse(self, given: Refusal, *, actor: Actor, now: datetime) -> str:
        """Record that a request to share was refused: from whom, for what, why. Returns the id of the decision.

        The words are sealed. Raises DecisionFaulty with every fault by field; DecisionRefused for an office not held.
        """
        self._stands(actor, now)
        today = london_date(now)
        version = self._agreements.current(given.agreement, today)
        if version is None:
            raise DecisionFaulty("Choose an agreement.", fields={"agreement": ["Choose an agreement in force"]})
        if given.office not in actor.offices:
            raise self._no("You do not hold that office.", "decision-office")
        office = self._people.office(given.office)
        others = [party for party in version.parties if party != office.party]
        if faults := deciding.refusal_faults(given, version.kinds, others, today):
            raise DecisionFaulty("Correct what is named and send it again.", fields=faults)
        id_ = str(new_id(now))
        processing = self._processing.get(version.id) or Processing(version.id)
        said = {"who": given.who.strip(), "what": given.what.strip(), "why": given.why.strip()}
        what: dict[str, Value] = {
            "agreement": version.id,
            "agreement_version": version.version,
            "kind": given.kind,
            "party": office.party,
            "office": office.principal,
            "asked_by": given.asked_by,
            "asked_on": given.asked_on.isoformat(),
            "by": actor.id,
            "decision": [f"stated={each}" for each in deciding.coded(deciding.stated(processing, given.kind))],
            "words": self._words.seal(about(id_), json.dumps(said, sort_keys=True, ensure_ascii=False)),
        }
        self._trail.record(events.SHARING_REFUSED, actor=actor, now=now, subject=id_, what=what)
        return id_

    def answer(
        self,
        id_: str,
        *,
        told: str,
        holds: Collection[str] | None = None,
        why: str = "",
        actor: Actor,
        now: datetime,
    ) -> None:
        """Say what the record of a decision still lacks. ``holds``: what the item holds; None leaves what is presumed.

        Raises DecisionNotFound, DecisionRefused, DecisionFaulty by field, DoneAlready, and what the vault says of a key
        that is disabled or destroyed where words are to be sealed.
        """
        self._stands(actor, now)
        found = self._rows.find(id_)
        if found is None or not deciding.may_answer(found, actor):
            raise DecisionNotFound("Look among the decisions you may see.")
        if not found.missing:
            raise DoneAlready("It has been answered, and an answer stays as it was given.", subject=found.id)
        said = tuple(each for each in HOLDS if each in holds) if holds is not None else found.holds
        if faults := deciding.answer_faults(told, holds or (), why):
            raise DecisionFaulty("Correct what is named and send it again.", fields=faults)
        what: dict[str, Value] = {
            "told": told,
            "holds": ",".join(said),
            "words": self._sealed(found, why.strip(), actor, now),
        }
        self._trail.record(events.DECISION_ANSWERED, actor=actor, now=now, subject=found.id, what=what)

    def _sealed(self, found: DecisionTo, why: str, actor: Actor, now: datetime) -> str:
        if not why or found.act == REFUSED:
            return ""
        text = json.dumps({"untold": why}, ensure_ascii=False).encode()
        return b64encode(self._vault.seal(item=UUID(found.item), name=WORDS, value=text, actor=actor, now=now)).decode()

    def _stands(self, actor: Actor, now: datetime) -> None:
        verdict = self._decider.standing(actor, now=now)
        if not verdict.allowed:
            raise self._no(" ".join(verdict.why), *verdict.rules)

    def _no(self, text: str, *rules: str) -> DecisionRefused:
        reasons = [Reason(rule, text) for rule in rules[:1]]
        what: dict[str, Value] = {"act": "decide", "reference": ""}
        return DecisionRefused(text, reasons=reasons, fact=ACCESS_REFUSED, what=what, rules=rules)
