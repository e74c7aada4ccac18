"""“I sent it to the wrong person”: taken back from everybody at once; and holding back for an incident."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from foundation.actor import Actor
from foundation.errors import Reason
from identity.errors import FactsAltered as AccountAltered
from sharing.errors.items import DoneAlready, ItemNotFound
from sharing.events import items as events
from sharing.model.item import CLOSED, OPEN, Decision, ItemRef
from sharing.service.ending import Ending
from sharing.service.found import Found
from sharing.store import access, drafts, items

RECALL = "recall"


class Recalling(Ending):
    """Recall, say that something came wrongly; hold back, set free, end grants, for an incident."""

    def recall(self, reference: str, reason: str, *, actor: Actor, now: datetime) -> ItemRef:
        """Anybody of the sending office takes it back, whoever sent it: it reached somebody it was not meant for.

        From the commit on nobody reaches it: every basis but that of the sending office ends, the item is held back
        until security leads set it free, and what others began to write in answer is closed. A file on its way stops.
        Also of what is held back for an incident already: set free, it would come back to whom it reached by mistake.
        Raises ItemNotFound, ActRefused, DoneAlready, WordsMissing.
        """
        found = self._of_sender(reference, actor, now)
        said = self._words(reason, "reason", needed=False)
        self._must_stand(found)
        ended = access.end_all(
            self._conn, item_id=found.row.id, but=(found.row.sender_id, found.row.sender_office), now=now
        )
        if found.row.quarantined and not ended:
            raise self._done("It was taken back already: nobody reaches it.", found)
        ref = self._write(found, {"quarantined": True})
        self._tell(found, "recalled", actor=actor, now=now, office=found.row.sender_office, words=said)
        closed = self._close_answers(found, actor, now)
        self._record(
            events.ITEM_RECALLED,
            actor=actor,
            now=now,
            subject=found.row.uuid,
            marking=found.row.marking_code,
            reference=reference,
            office=found.row.sender_office,
            ended=ended,
            drafts=closed,
            bound=self._bound.seal(found.row.id),
        )
        return ref

    def came_wrongly(self, reference: str, *, actor: Actor, now: datetime) -> ItemRef:
        """Whoever can see it says that it was not meant for them. Security leads are told; nothing else changes.

        Raises ItemNotFound, ActRefused.
        """
        found, _ = self._find(reference, "see", actor=actor, now=now)
        self._record(
            events.WRONGLY_RECEIVED,
            actor=actor,
            now=now,
            subject=found.row.uuid,
            marking=found.row.marking_code,
            reference=reference,
        )
        return found.ref

    def hold_back(self, item: UUID, incident: str, *, actor: Actor, now: datetime) -> None:
        """Nobody reaches it while an incident is looked into. The decision was the incident's. Repeatable."""
        self._quarantine(item, incident, held=True, actor=actor, now=now)

    def set_free(self, item: UUID, incident: str, *, actor: Actor, now: datetime) -> None:
        """Whoever held a basis reaches it again. Repeatable."""
        self._quarantine(item, incident, held=False, actor=actor, now=now)

    def end_grants(self, item: UUID, incident: str, *, actor: Actor, now: datetime) -> None:
        """Sight granted for a time ends now, break-glass as well. Raises ItemNotFound."""
        found = self._by_uuid(item, now)
        ended = access.end_all(self._conn, item_id=found.row.id, bases=access.TIMED, now=now)
        self._record(
            events.GRANTS_ENDED,
            actor=actor,
            now=now,
            subject=str(item),
            marking=found.row.marking_code,
            reference=found.row.reference,
            incident=incident,
            ended=ended,
            bound=self._bound.seal(found.row.id),
        )

    def _quarantine(self, item: UUID, incident: str, *, held: bool, actor: Actor, now: datetime) -> None:
        found = self._by_uuid(item, now)
        if found.row.quarantined == held:
            return
        self._write(found, {"quarantined": held})
        if not held:
            self._open_answers(found, actor, now)
        items.tell(
            self._conn,
            found.row.id,
            act="held-back" if held else "set-free",
            by=actor.principal,
            office=None,
            now=now,
        )
        self._record(
            events.ITEM_HELD_BACK if held else events.ITEM_SET_FREE,
            actor=actor,
            now=now,
            subject=str(item),
            marking=found.row.marking_code,
            reference=found.row.reference,
            incident=incident,
            bound=self._bound.seal(found.row.id),
        )

    def _of_sender(self, reference: str, actor: Actor, now: datetime) -> Found:
        """The item, for people of the office it was sent as. Others learn no more than that there is nothing."""
        self._gate(actor, now, RECALL, reference)
        row = items.by_reference(self._conn, reference)
        if row is None:
            raise self._nothing(RECALL, reference)
        found = self._found(row, now)
        ours = row.sender_office in actor.offices or row.sender_id == actor.principal
        if actor.principal in found.facts.recused:
            raise self._nothing(RECALL, reference, found=found)
        if not ours:
            if not self._decider.holds_basis(actor, found.facts, now=now):
                raise self._nothing(RECALL, reference, found=found)
            said = "Only the office that sent it recalls it. You can say that it was not meant for you."
            against = Reason("recall-sender", said, "M64b")
            self._require(RECALL, found, Decision((against,)))
        return found

    def _must_stand(self, found: Found) -> None:
        if found.row.state not in (OPEN, CLOSED):
            raise self._done("It is gone: nobody reaches it.", found)

    def _done(self, said: str, found: Found) -> DoneAlready:
        return DoneAlready(
            said,
            fact=events.ACCESS_REFUSED,
            what={"act": RECALL, "reference": found.row.reference},
            subject=found.row.uuid,
            marking=found.row.marking_code,
        )

    def _close_answers(self, found: Found, actor: Actor, now: datetime) -> int:
        """What others have begun to write in answer may hold what it says: its keys are disabled, nothing is lost."""
        begun = drafts.answering(self._conn, found.row.id)
        for each in begun:
            self._vault.disable(item=UUID(each.uuid), actor=actor, now=now)
        return len(begun)

    def _open_answers(self, found: Found, actor: Actor, now: datetime) -> None:
        """Only of whoever may reach the item again: a recall has ended the basis of the others."""
        for each in drafts.answering(self._conn, found.row.id):
            if self._holds_basis_still(each.author, found, now):
                self._vault.enable(item=UUID(each.uuid), actor=actor, now=now)

    def _holds_basis_still(self, author: int, found: Found, now: datetime) -> bool:
        person = self._people.by_principal(author)
        if person is None:
            return False
        try:
            actor = self._people.actor(person.id, now=now)
        except AccountAltered:
            return False  # and no reason for the others to wait
        return self._decider.holds_basis(actor, found.facts, now=now)

    def _by_uuid(self, item: UUID, now: datetime) -> Found:
        row = items.by_uuid(self._conn, item)
        if row is None:
            raise ItemNotFound("There is no such item.", subject=str(item))
        return self._found(row, now)
