"""Return first (M59a): what is due is offered to its source; what the source wants, it is given, and says that it has.

A return is a transfer with a receipt: the log has what was given (how many files and bytes, the digest of the package's
manifest) and that somebody of the source has it. Names of files stand in the package alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from audit.fact import Kind
from foundation.actor import Actor
from foundation.errors import Reason
from retention import events
from retention.errors import DetailsInvalid
from retention.model.case import Case, Received, Return
from retention.ports import Parcel
from retention.rules.steps import returning
from retention.service.catching import Catching
from retention.service.desk import words
from retention.service.holds import UNKNOWN, Decided

ANSWERS: tuple[Return, ...] = ("accepted", "declined", "cannot")
MANNERS: tuple[Received, ...] = ("package", "held")


class Returns(Catching):
    """Offer, answer, give, confirm. ``version`` is the one the person saw: CaseChanged if it is no longer that."""

    def offer_return(self, item: str, *, version: int, actor: Actor, now: datetime) -> Case:
        """The holding body offers a due item back to its source (M59a). Raises DisposalRefused, CaseChanged."""
        case = self._case(item, version)
        self._ask(case, actor, "review-disposal", returning.may_offer_return(case, actor), now=now, body=actor.party)
        return self._record(events.RETURN_OFFERED, case, actor=actor, now=now, by=actor.id, to=case.originator)

    def offer_many(self, items: Sequence[str], *, actor: Actor, now: datetime) -> list[Decided]:
        """``offer_return`` of each; what was refused is said, and logged, of each and stops no other."""

        def offer(case: Case) -> None:
            self._record(events.RETURN_OFFERED, case, actor=actor, now=now, by=actor.id, to=case.originator)

        return self._each(
            items, events.RETURN_OFFERED, returning.may_offer_return, offer, actor=actor, now=now, body=actor.party
        )

    def answer_return(
        self, item: str, *, answer: Return, reason: str, version: int, actor: Actor, now: datetime
    ) -> Case:
        """The source answers: accepted, declined, or cannot (agreed that it cannot be returned) (M59a).

        Raises DetailsInvalid (no such answer, no reason), DisposalRefused, CaseChanged.
        """
        case = self._case(item, version)
        self._ask(case, actor, "review-disposal", returning.may_answer_return(case, actor), now=now)
        why = _answer(answer, reason)
        return self._record(events.RETURN_ANSWERED, case, actor=actor, now=now, why=why, by=actor.id, answer=answer)

    def answer_many(
        self, items: Sequence[str], *, answer: Return, reason: str, actor: Actor, now: datetime
    ) -> list[Decided]:
        """``answer_return`` of each, the same; as ``offer_many``. Raises DetailsInvalid."""
        why = _answer(answer, reason)

        def say(case: Case) -> None:
            self._record(events.RETURN_ANSWERED, case, actor=actor, now=now, why=why, by=actor.id, answer=answer)

        return self._each(items, events.RETURN_ANSWERED, returning.may_answer_return, say, actor=actor, now=now)

    def give_back(self, item: str, *, actor: Actor, now: datetime, version: int | None = None) -> tuple[Case, Parcel]:
        """The item as one package for its source, who accepted it; close it when the last byte is out.

        Entered in the log with what it holds, counted; the bytes follow once that is committed. May be given again, as
        a connection may break: from the page the first was asked for too, so that ``version`` may be left out.
        Raises DisposalRefused, CaseChanged, Unavailable (keys, store).
        """
        case = self._case(item, version)
        self._ask(case, actor, "receive-return", returning.may_receive(case, actor), now=now)
        parcel = self._eraser.parcel(UUID(item), actor=actor, now=now)
        try:
            served = self._record(
                events.RETURN_SERVED,
                case,
                actor=actor,
                now=now,
                by=actor.id,
                files=parcel.files,
                bytes=parcel.size,
                sha256=parcel.sha256,
            )
        except BaseException:
            parcel.close()
            raise
        return served, parcel

    def record_return(
        self, item: str, *, version: int, actor: Actor, now: datetime, manner: Received = "package"
    ) -> Case:
        """The source confirms that it has what it accepted: from the last ``package``, or because it ``held`` it.

        The receipt names what it is for: of a package its files, bytes and the digest of its manifest. Raises
        DetailsInvalid, DisposalRefused (nothing was given to it yet …), CaseChanged.
        """
        case = self._case(item, version)
        if manner not in MANNERS:
            raise DetailsInvalid("Say how you have it.", fields={"manner": ["Choose how you have it"]})
        self._ask(case, actor, "review-disposal", returning.may_record_return(case, actor, manner), now=now)
        given = manner == "package"
        return self._record(
            events.ITEM_RETURNED,
            case,
            actor=actor,
            now=now,
            by=actor.id,
            manner=manner,
            files=case.served_files if given else None,
            bytes=case.served_bytes if given else None,
            sha256=case.served_sha256 if given else "",
        )

    def _each(
        self,
        items: Sequence[str],
        kind: Kind,
        rule: Callable[[Case, Actor], tuple[Reason, ...]],
        do: Callable[[Case], None],
        *,
        actor: Actor,
        now: datetime,
        body: str = "",
    ) -> list[Decided]:
        done = []
        for item in dict.fromkeys(items):
            case = self._cases.find(item)
            if case is None:
                done.append(Decided(item, (UNKNOWN,)))
                continue
            found = self._against(actor, "review-disposal", rule(case, actor), now=now, body=body or case.originator)
            if found:
                self._refused(kind, case, found, actor=actor, now=now)
            else:
                do(case)
            done.append(Decided(item, tuple(found)))
        return done


def _answer(answer: Return, reason: str) -> str:
    if answer not in ANSWERS:
        raise DetailsInvalid("Choose an answer.", fields={"answer": ["Choose one of the answers"]})
    return words("reason", reason)
