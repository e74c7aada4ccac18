"""Sending: a draft becomes an item, in one transaction with its access facts, its duties and its entry in the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from sharing.errors.items import DraftFaulty, MayNotSend
from sharing.events import items as events
from sharing.model.agreement import ANSWER
from sharing.model.item import OPEN, ItemRef
from sharing.rules import acts
from sharing.rules.blind import entries
from sharing.rules.sending import may_send, parties_of
from sharing.service.decided import Made
from sharing.service.found import Found
from sharing.service.preparing import Preparing, Ready, incomplete
from sharing.store import access, drafts, items, subjects


class Sending(Preparing):
    """Send a draft."""

    def send(self, draft: UUID, *, expected: int | None = None, actor: Actor, now: datetime) -> ItemRef:
        """The item, on its way. An answer discharges the step that asked for it.

        Raises DraftNotFound, Changed, DraftFaulty (what is missing, by field), MayNotSend (every reason, with its
        clause), and for an answer ItemNotFound, ActRefused and DoneAlready.
        """
        ready = self._ready(self._draft(draft, actor, now, expected), actor, now)
        self._complete(ready)
        decision = may_send(ready.sent)
        if not decision.allowed:
            raise MayNotSend(
                " ".join(f"{reason.text} ({reason.clause})" for reason in decision.reasons),
                reasons=decision.reasons,
                fact=events.ACCESS_REFUSED,
                what={"act": "send", "reference": ""},
                subject=str(draft),
                marking=ready.marking.code,
            )
        answered = self._answerable(ready, actor, now) if ready.row.reply_to else None
        ref = self._make(ready, actor, now)
        if answered is not None:
            self._discharge(answered, ref, actor, now)
        return ref

    def _complete(self, ready: Ready) -> None:
        reasons = [*incomplete(ready), *self._closed(ready)]
        if reasons:
            fields: dict[str, list[str]] = {}
            for reason in reasons:
                fields.setdefault(reason.rule, []).append(reason.text)
            raise DraftFaulty(" ".join(reason.text for reason in reasons), fields=fields, subject=ready.row.uuid)

    def _closed(self, ready: Ready) -> Iterator[Reason]:
        """It closed since it was chosen. An answer is about what it answers, whatever became of the place."""
        chosen = ready.row.establishment
        if chosen and not ready.row.reply_to and not self._people.establishment(chosen).active:
            yield Reason("establishment", "That establishment has closed. Choose another.", "")

    def _answerable(self, ready: Ready, actor: Actor, now: datetime) -> Found:
        reference = items.by_id(self._conn, ready.row.reply_to).reference
        found, _ = self._find(reference, ANSWER, actor=actor, now=now)
        self._require(ANSWER, found, acts.may_take(ANSWER, self._standing(found), actor.offices))
        return found

    def _make(self, ready: Ready, actor: Actor, now: datetime) -> ItemRef:
        row, sent = ready.row, ready.sent
        party = self._parties[sent.office.party]
        reference = items.allot(self._conn, originator=party.id, heading=party.reference, year=london_date(now).year)
        uuid = UUID(row.uuid)
        if not drafts.remove(self._conn, uuid, row.version):
            raise self._changed(row.uuid)
        item_id = items.add(self._conn, self._row(ready, reference, actor, now))
        self._bound.made(item_id)
        self._admit(ready, item_id, actor, now)
        items.come_to(self._conn, item_id, [office.principal for office in ready.reached])
        standing = acts.Standing(ready.route, OPEN, 1, sent.office, sent.origin, ready.reached, row.establishment)
        self._reach(item_id, standing, now)
        items.tell(self._conn, item_id, act="sent", by=actor.principal, office=sent.office.principal, now=now)
        self._forget_uploads(uuid, actor, now)
        subjects.drop_drafts(self._conn, uuid)
        subjects.index(self._conn, item_id, entries(self._index_key, ready.content.subjects))
        self._record_sent(ready, reference, item_id, actor, now)
        return ItemRef(reference, uuid, item_id, 1)

    def _row(self, ready: Ready, reference: str, actor: Actor, now: datetime) -> dict[str, Any]:
        row, handled, sent = ready.row, ready.handling, ready.sent
        released = handled.organisations if handled.org_only else parties_of(ready.route, sent.office, sent.origin)
        return {
            "uuid": row.uuid,
            "reference": reference,
            "kind": row.kind,
            "agreement": ready.agreement.id,
            "agreement_version": ready.agreement.version,
            "route": row.route,
            "originator": sent.office.party,
            "owners": access.printed(sent.owners),
            "sender_id": actor.principal,
            "sender_office": sent.office.principal,
            "marking": row.marking,
            "marking_code": ready.marking.code,
            "recipients_only": handled.recipients_only,
            "org_only": handled.org_only,
            "hmg_only": handled.hmg_only,
            "released_to": f",{','.join(sorted(released))},",
            "embargo_until": handled.embargo_until,
            "embargo_lead": row.embargo_lead if handled.embargo_until else None,
            "quarantined": False,
            "state": OPEN,
            "step": 1,
            "establishment": row.establishment,
            "retention_class": ready.agreement.retention_of(ready.route, row.kind),
            "reply_to": row.reply_to,
            "sent_at": now,
            "closed_at": None,
        }

    def _admit(self, ready: Ready, item_id: int, actor: Actor, now: datetime) -> None:
        """Who needs to know. RECIPIENTS ONLY admits the sender and the persons named; their offices hold no basis."""
        only_named = ready.handling.recipients_only
        access.name_on_item(
            self._conn,
            item_id=item_id,
            sender=actor.principal,
            offices=() if only_named else [office.principal for office in ready.reached],
            recipients=[named.principal for named in ready.sent.recipients],
            groups=[named.principal for named in ready.sent.groups],
            now=now,
        )

    def _record_sent(self, ready: Ready, reference: str, item_id: int, actor: Actor, now: datetime) -> None:
        row, sent = ready.row, ready.sent
        self._record(
            events.ITEM_SENT,
            actor=actor,
            now=now,
            subject=row.uuid,
            marking=ready.marking.code,
            rules=ready.route.clauses,
            reference=reference,
            item_id=item_id,
            originator=sent.office.party,
            agreement=ready.agreement.id,
            agreement_version=ready.agreement.version,
            route=row.route,
            kind=row.kind,
            office=sent.office.principal,
            offices=[str(office.principal) for office in ready.reached],
            recipients=[str(named.principal) for named in sent.recipients],
            groups=[str(named.principal) for named in sent.groups],
            establishment=row.establishment or "",
            retention_class=ready.agreement.retention_of(ready.route, row.kind),
            files=ready.files,
            reply_to=items.by_id(self._conn, row.reply_to).reference if row.reply_to else "",
            **self._decided_sending(ready, actor, now),
            bound=self._bound.seal(item_id),
        )

    def _decided_sending(self, ready: Ready, actor: Actor, now: datetime) -> dict[str, Any]:
        """Everything its record asks for is there already, but whether those it is about are told."""
        sent, row = ready.sent, ready.row
        named = (*sent.recipients, *sent.groups)
        offices = () if ready.handling.recipients_only else ready.reached[1:]
        made = Made(
            agreement=ready.agreement,
            route=row.route,
            kind=row.kind,
            party=sent.office.party,
            office=sent.office.principal,
            to=(*(office.principal for office in offices), *(one.principal for one in named)),
            to_parties=frozenset({*(office.party for office in ready.reached[1:]), *(one.party for one in named)}),
            persons=len(ready.content.subjects),
            told=row.told,
        )
        return self._decided(UUID(row.uuid), made, {"purpose": ready.content.sharing_purpose}, actor, now)

    def _discharge(self, found: Found, answer: ItemRef, actor: Actor, now: datetime) -> None:
        """The answer was sent: the step that asked for it is done, and the item comes to its next."""
        _, office = self._take_step(found, actor, now)
        self._tell(found, "answered", actor=actor, now=now, office=office)
        self._record(
            events.ITEM_ANSWERED,
            actor=actor,
            now=now,
            subject=found.row.uuid,
            marking=found.row.marking_code,
            rules=found.route.steps[found.row.step - 1].clauses,
            reference=found.row.reference,
            office=office,
            step=found.row.step,
            answer=answer.reference,
            answer_id=str(answer.uuid),
            bound=self._bound.seal(found.row.id),
        )
