"""What every act of sharing needs: the unit of work, the rules in force, and the one way to be refused.

The order of refusing keeps secrets: first what stands against the person whatever they ask for; then one and the same
“not found” for an item that is not there, that they hold no basis for, or that a rule says nobody may hear of; and
only then, to people who hold a basis, the reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from audit.fact import Kind, Value
from audit.trail import Trail
from classification.model import Scheme
from foundation.actor import Actor
from foundation.bound import Binder
from foundation.calendar import london_date
from foundation.errors import Reason
from foundation.phrases import Phrase
from identity.errors import OfficeUnknown
from identity.model import Group, ItemFacts, Office, Party, Verdict
from identity.queries.people import People
from identity.rules.decide import Decider
from sharing.errors.items import (
    NOT_FOUND,
    ActRefused,
    Changed,
    DoneAlready,
    ItemDisposed,
    ItemNotFound,
    PurposeUnknown,
    WhoUnknown,
    WordsMissing,
)
from sharing.events import items as events
from sharing.model.agreement import Agreement, Agreements
from sharing.model.inspected import WORDS
from sharing.model.item import DESTROYED, Decision, ItemRef
from sharing.model.processing import Processing
from sharing.model.reference import loggable
from sharing.model.upload import Limits
from sharing.rules import acts
from sharing.service.found import Found
from sharing.service.restricted import unrestricted
from sharing.store import items, markings
from sharing.store.bound import Bound
from sharing.store.content import Sealed
from vault.service import Vault

MOST_WORDS = 4000  # characters of a note, a reason or an outcome
NO_ITEM = ItemFacts(id=0, sender=0)  # nobody's: no item and no person has the number


class SharingBase:
    """Not used by itself: ``sharing.service.sharing.Sharing`` puts the acts together. Nothing here commits."""

    def __init__(  # noqa: PLR0913 - handed down once, by the composition root
        self,
        conn: sa.Connection,
        trail: Trail,
        *,
        vault: Vault,
        decider: Decider,
        agreements: Agreements,
        scheme: Scheme,
        parties: Mapping[str, Party],
        people: People,
        index_key: bytes,
        binder: Binder,
        limits: Limits,
        processing: Mapping[str, Processing] | None = None,
    ) -> None:
        """``index_key``: 32 bytes for the blind index, used for nothing else. ``processing``: by agreement."""
        self._conn = conn
        self._trail = trail
        self._vault = vault
        self._decider = decider
        self._agreements = agreements
        self._scheme = scheme
        self._parties = parties
        self._people = people
        self._index_key = index_key
        self._bound = Bound(conn, binder)
        self._limits = limits
        self._processing = processing or {}

    def _gate(self, actor: Actor, now: datetime, act: str, reference: str = "") -> None:
        """Raises ActRefused for what stands against the person alone: it says nothing of any item."""
        verdict = self._decider.gate(actor, now=now)
        if not verdict.allowed:
            raise self._refusal(act, verdict, reference=reference)

    def _find(
        self, reference: str, action: str, *, actor: Actor, now: datetime, purpose: str = ""
    ) -> tuple[Found, Verdict]:
        """The item, decided for this action. Raises ActRefused and ItemNotFound, in the order told above."""
        self._gate(actor, now, action, reference)
        row = items.by_reference(self._conn, reference)
        if row is None:
            self._decide_on_none(action, actor, now, purpose)
            raise self._nothing(action, reference)
        found = self._found(row, now)
        verdict = self._decider.decide(actor, action, found.facts, now=now, purpose=purpose)
        if verdict.allowed:
            unrestricted(self._conn, found, action)
            return found, verdict
        if not self._decider.told(actor, found.facts, verdict, now=now):
            raise self._nothing(action, reference, found=found, rules=verdict.rules)
        raise self._refusal(action, verdict, reference=reference, found=found)

    def _decide_on_none(self, action: str, actor: Actor, now: datetime, purpose: str) -> None:
        """The work of deciding on an item nobody may hear of: the time taken must not tell that there is none."""
        self._bound.facts([NO_ITEM.id], now)
        verdict = self._decider.decide(actor, action, NO_ITEM, now=now, purpose=purpose)
        self._decider.told(actor, NO_ITEM, verdict, now=now)

    def _found(self, row: sa.Row[Any], now: datetime) -> Found:
        agreement = self._agreements.version(row.agreement, row.agreement_version)
        (facts,) = self._bound.facts([row.id], now)
        return Found(row, facts, agreement, agreement.routes[row.route], acts.handling_of(facts))

    def _nothing(
        self, act: str, reference: str, *, found: Found | None = None, rules: Sequence[str] = ()
    ) -> ItemNotFound:
        """The one answer for what is not there and for what they may not hear of; the log is told which."""
        return ItemNotFound(
            NOT_FOUND,
            fact=events.ACCESS_REFUSED,
            what={"act": act, "reference": loggable(reference)},
            rules=rules,
            subject=found.row.uuid if found else "",
            marking=found.row.marking_code if found else "",
        )

    def _refusal(self, act: str, verdict: Verdict, *, reference: str = "", found: Found | None = None) -> ActRefused:
        rules = verdict.rules or tuple(f"no-rule-{number}" for number in range(len(verdict.why)))
        said = self._decider.rules
        told = zip(rules, verdict.why, strict=False)
        reasons = tuple(Reason(rule, why, said[rule].source if rule in said else "") for rule, why in told)
        gone = found is not None and found.row.state == DESTROYED
        return (ItemDisposed if gone else ActRefused)(
            " ".join(verdict.why) or Phrase("No rule permits this to you."),
            reasons=reasons,
            fact=events.ACCESS_REFUSED,
            what={"act": act, "reference": loggable(reference)},
            rules=verdict.rules,
            subject=found.row.uuid if found else "",
            marking=found.row.marking_code if found else "",
        )

    def _require(self, act: str, found: Found, decision: Decision) -> None:
        """Raises DoneAlready when somebody was there first, ActRefused for every other reason against."""
        if decision.allowed:
            return
        over = any(reason.rule in acts.OVER for reason in decision.reasons)
        raise (DoneAlready if over else ActRefused)(
            " ".join(f"{reason.text} ({reason.clause})" for reason in decision.reasons),
            reasons=decision.reasons,
            fact=events.ACCESS_REFUSED,
            what={"act": act, "reference": found.row.reference},
            subject=found.row.uuid,
            marking=found.row.marking_code,
        )

    def _expect(self, found: Found, expected: int | None) -> None:
        """Raises Changed when the asker looked at another version of the item."""
        if expected is not None and expected != found.row.version:
            raise self._changed(found.row.uuid)

    def _changed(self, subject: str) -> Changed:
        return Changed(Phrase("Somebody changed it since you looked. Look again before you decide."), subject=subject)

    def _write(self, found: Found, values: Mapping[str, Any]) -> ItemRef:
        """Change the item and count its version up. Raises Changed when somebody else did so meanwhile."""
        if not items.change(self._conn, found.row.id, found.row.version, values):
            raise self._changed(found.row.uuid)
        return ItemRef(found.row.reference, found.uuid, found.row.id, found.row.version + 1)

    def _standing(self, found: Found) -> acts.Standing:
        """Where the item stands on its route, with the offices it has reached."""
        row = found.row
        origin = self._office(items.by_id(self._conn, row.reply_to).sender_office) if row.reply_to else None
        return acts.Standing(
            route=found.route,
            state=row.state,
            step=row.step,
            sender=self._office(row.sender_office),
            origin=origin,
            holding=[self._office(number) for number in items.offices(self._conn, row.id)],
            establishment=row.establishment,
        )

    def _office(self, principal: int) -> Office:
        return self._people.office(principal)

    def _group(self, principal: int) -> Group | None:
        return next((group for group in self._people.groups() if group.principal == principal), None)

    def _office_wanted(self, number: int, field: str) -> Office:
        """An office somebody chose. Raises WhoUnknown."""
        try:
            found = self._people.office(number)
        except OfficeUnknown:
            found = None
        if found is None or not found.active:
            raise WhoUnknown("Choose an office from the list.", fields={field: ["Choose an office from the list"]})
        return found

    def _reach(self, item_id: int, standing: acts.Standing, now: datetime) -> None:
        """Write down what is owed at the step the item has come to."""
        step = standing.current
        if step is None:
            return
        offices = tuple(office.principal for office in acts.owed_by(step, standing))
        due = acts.due_on(step, london_date(now))
        items.reach(self._conn, item_id, items.Owed(standing.step, step.act, offices, due))

    def _take_step(
        self,
        found: Found,
        actor: Actor,
        now: datetime,
        *,
        reached: Sequence[Office] = (),
        values: Mapping[str, Any] | None = None,
    ) -> tuple[ItemRef, int]:
        """The step is done; the item comes to the next. The decision has been taken; ``reached`` are new offices.

        Returns the item as it now is, and the office the actor acted for. Raises DoneAlready, Changed.
        """
        before = self._standing(found)
        step = before.current
        office = acts.acting_office(step, before, actor.offices) if step else None
        if step is None or office is None:
            msg = "a step is taken only after it was decided that it may be"
            raise RuntimeError(msg)
        if not items.take(self._conn, found.row.id, before.step, actor.principal, now):
            raise self._changed(found.row.uuid)
        items.come_to(self._conn, found.row.id, [new.principal for new in reached])
        ref = self._write(found, {"step": before.step + 1, **(values or {})})
        after = replace(before, step=before.step + 1, holding=(*before.holding, *reached))
        if not (values or {}).get("state"):
            self._reach(found.row.id, after, now)
        return ref, office.principal

    def _tell(
        self, found: Found, act: str, *, actor: Actor, now: datetime, office: int | None = None, words: str = ""
    ) -> None:
        """One more line of the timeline, its words sealed."""
        number = items.tell(self._conn, found.row.id, act=act, by=actor.principal, office=office, now=now)
        if words:
            self._sealed(found.uuid, actor, now).put(f"event/{number}", words)

    def _sealed(self, uuid: UUID, actor: Actor, now: datetime) -> Sealed:
        return Sealed(self._conn, self._vault, uuid, actor, now)

    def _explained(self, uuid: UUID, actor: Actor, now: datetime) -> str:
        """Why the words say more than they are marked, if somebody said so."""
        name = markings.why(WORDS)
        return self._sealed(uuid, actor, now).get([name]).get(name, "")

    def _record(
        self,
        act: Kind,
        /,
        *,
        actor: Actor,
        now: datetime,
        subject: str,
        marking: str = "",
        rules: Sequence[str] = (),
        **what: Value,
    ) -> None:
        self._trail.record(act, actor=actor, now=now, subject=subject, what=what, marking=marking, rules=rules)

    def _names(self, principals: Iterable[int | None]) -> Mapping[int, str]:
        return self._people.names({number for number in principals if number is not None and number > 0})

    def _purpose(self, agreement: Agreement, purpose: str) -> None:
        """Raises PurposeUnknown for anything but a purpose of the agreement; none at all is for access to refuse."""
        if purpose and purpose not in agreement.purposes:
            words = "; ".join(f"{p.words} ({p.id})" for p in agreement.purposes.values())
            raise PurposeUnknown(f"Choose one of: {words}.", fields={"purpose": ["Choose what you need it for"]})

    def _words(self, words: str, field: str, *, needed: bool) -> str:
        """What somebody says with an act. Raises WordsMissing when it is needed and not there, or too long."""
        said = words.strip()
        if needed and not said:
            raise WordsMissing("Say why, in a sentence or two.", fields={field: [Phrase("Say why")]})
        if len(said) > MOST_WORDS:
            fault = Phrase("Use %(most)s characters or fewer", most=str(MOST_WORDS))
            raise WordsMissing(f"{fault}; there are {len(said)}.", fields={field: [fault]})
        return said
