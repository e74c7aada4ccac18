"""Telling those who received an item what became of it, and the answer. The door to the parts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from foundation.actor import Actor
from foundation.errors import Reason
from sharing.errors.rights import RequestFaulty, RequestNotFound
from sharing.events import rights as events
from sharing.events.items import ACCESS_REFUSED
from sharing.model.item import OPEN
from sharing.model.rights import Case, Match, Notice, Request
from sharing.rules.rights import steps
from sharing.rules.rights.letter import letter
from sharing.service.rights.deciding import Deciding
from sharing.service.rights.desk import day_within, written
from sharing.store.rights import reached


@dataclass(frozen=True, slots=True)
class Answered:
    """The request as it now is, and the letter, of which the log has the SHA-256."""

    request: Request
    letter: str


class DataRequests(Deciding):
    """Receive, find, decide, check, disclose, tell, answer: one unit of work's acts on requests. Never commits."""

    def tell_recipients(self, key: str, item: str, *, words: str, actor: Actor, now: datetime) -> Request:
        """Tell every office an item came to what became of it (art. 19); each says that it knows.

        ``words`` is what they are told. Raises RequestNotFound, RequestFaulty, RequestUnready.
        """
        case = self._working(key, actor, now, act="tell-recipients")
        found = self._match(case, item, actor)
        offices = self._recipients(found)
        against = steps.may_tell(found, self._rights)
        if not offices:
            against.append(Reason("no-recipient", "Nobody but its sender received it.", steps.ART_19))
        if any(each.item == found.item for each in case.notices):
            against.append(Reason("told-already", "They were told already.", steps.ART_19))
        self._require("tell-recipients", case, against)
        said = written({"words": words}, "words", words="Say what they are told")
        return self._tell(
            events.RECIPIENTS_TOLD,
            case.request,
            said,
            actor=actor,
            now=now,
            item=found.item,
            offices=[str(each) for each in offices],
            about=found.outcome,
        )

    def corrections(self, *, actor: Actor, now: datetime) -> list[tuple[Notice, Match, str, str]]:
        """What waits for their offices to say that they know: each with its item, its request, and the words."""
        return [
            (notice, match, request, self._rows.said(request, notice.note).get("words", ""))
            for notice, match, request in self._waiting(actor.offices, actor, now)
        ]

    def know(self, request: str, item: str, office: int, *, actor: Actor, now: datetime) -> Request:
        """Somebody of an office that was told says that it knows. Raises RequestNotFound for any other."""
        waiting = self._waiting([office] if office in actor.offices else [], actor, now)
        found = next((each for each in waiting if each[2] == request and each[0].item == item), None)
        stands = self._rows.find(request)
        if found is None or stands is None:
            raise RequestNotFound(
                "Your offices have nothing more of that to say.",
                fact=ACCESS_REFUSED,
                what={"act": "recipient-knows", "reference": ""},
            )
        return self._tell(events.RECIPIENT_KNOWS, stands, {}, actor=actor, now=now, item=item, office=str(office))

    def answer_request(
        self, key: str, *, on: date, ground: str = "", words: str = "", actor: Actor, now: datetime
    ) -> Answered:
        """Answer this body's part, or refuse the whole of it on a ground; the letter is made from what was decided.

        ``words`` is a passage of the letter. Raises RequestUnready with everything that comes first, RequestFaulty.
        """
        case = self._working(key, actor, now, act="answer-request")
        day_within(on, case.request.received_on, now)
        part = case.part(actor.party)
        if part is None:
            raise RequestFaulty("Check it.", fields={"on": ["Your body has no part of it"]})
        said = written(
            {"words": words}, *(("words",) if ground else ()), words="Say why it is refused, as they are told"
        )
        self._require("answer-request", case, steps.may_answer(case, self._rights, part, ground, self._told(case)))
        text = self.draft_letter(case, ground=ground, words=said["words"], on=on, actor=actor, now=now)
        after = self._tell(
            events.PART_ANSWERED,
            case.request,
            said,
            actor=actor,
            now=now,
            on=on.isoformat(),
            ground=ground,
            digest=sha256(text.encode()).hexdigest(),
        )
        return Answered(after, text)

    def draft_letter(
        self,
        case: Case,
        *,
        ground: str,
        words: str,
        on: date,
        actor: Actor,
        now: datetime,  # noqa: ARG002
    ) -> str:
        """The letter as it stands."""
        own = steps.own(case, actor.party)
        return letter(
            self._rights, case.request, own, self._parties[actor.party].name, ground=ground, words=words, on=on
        )

    # --- inside ----------------------------------------------------------------------------------------------------

    def _recipients(self, found: Match) -> Sequence[int]:
        """The offices it came to, without the one it was sent from."""
        return reached(self._conn, [found.item_id])[found.item_id][1:]

    def _waiting(self, offices: Collection[int], actor: Actor, now: datetime) -> list[tuple[Notice, Match, str]]:
        """What these offices were told of items this person may see: the words say of somebody what the item says.

        That it was destroyed or is held back is no reason to keep from them what became of it.
        """
        waiting = self._rows.notices(offices)
        facts = self._bound.facts([match.item_id for _, match, _ in waiting], now)
        stands = [replace(each, state=OPEN, quarantined=False) for each in facts]
        verdicts = self._decider.decide_many(actor, "see", stands, now=now)
        return [each for each, verdict in zip(waiting, verdicts, strict=True) if verdict.allowed]

    def _told(self, case: Case) -> list[str]:
        told = {each.item for each in case.notices}
        return [each.item for each in case.matches if each.item in told or not self._recipients(each)]
