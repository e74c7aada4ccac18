"""Requests for the data held on somebody: their rooms put together, and what those who look are shown of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.bootstrap import wiring
from app.bootstrap.duties import DutyRefused, against, must
from audit.fact import Value
from foundation.calendar import london_date
from foundation.errors import Reason
from retention.model.case import Case as DisposalCase
from retention.store.cases import Cases
from retention.store.copies import Copies
from sharing.events import rights as events
from sharing.model.rights import Case, Elsewhere, Event, Kept, Notice, Request, Time
from sharing.queries.rights import RequestRow
from sharing.service.rights.requests import DataRequests

if TYPE_CHECKING:
    from app.bootstrap.work import Work

LOOK, HANDLE = "view-requests", "handle-request"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as this person may see it. ``officer``: they deal with it, and read what people wrote."""

    case: Case
    time: Time
    officer: bool
    kept: Mapping[str, Kept]
    elsewhere: Sequence[Elsewhere]
    same: Sequence[Request]
    joined: Sequence[Request]


def requests(work: Work) -> DataRequests:
    """What officers do about requests."""
    house = work.house
    return DataRequests(
        work.conn,
        work.trail,
        rights=house.policies.rights,
        decider=house.decider,
        people=work.people,
        parties=house.policies.parties,
        words=wiring.words(house),
        kept=Disposal(work),
        index_key=house.keys.index,
        binder=house.binder,
    )


class Disposal:
    """``sharing.ports.KeptItems`` over retention."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def kept(self, items: Collection[str]) -> Mapping[str, Kept]:
        """Of each with a case there, or with copies: those on paper and media are there long before disposal is."""
        words = wiring.words(self._work.house)
        found = Cases(self._work.conn, words).all(sorted(items))
        copies = Copies(self._work.conn, words).of(sorted(items))
        out = {item: sum(each.fate == "open" for each in copies[item]) for item in copies}
        return {item: _kept(found.get(item), out[item]) for item in sorted(items) if item in found or out[item]}


def _kept(case: DisposalCase | None, copies: int) -> Kept:
    if case is None:
        return Kept(copies=copies)
    return Kept(case.held, case.state, case.certificate, copies)


def listed(work: Work, *, state: str = "") -> list[RequestRow]:
    """The requests of their body, most urgent first. Raises DutyRefused. Recorded."""
    must(work, LOOK)
    return work.request_list.requests(work.actor.party, now=work.now, state=state)


def officer(work: Work) -> Sequence[Reason]:
    """What stands against their dealing with requests of their body; nothing: they are an officer."""
    return against(work, HANDLE, body=work.actor.party)


def seen(work: Work, key: str) -> Seen:
    """One request. That it was looked at is recorded with its id. Raises DutyRefused, RequestNotFound."""
    must(work, LOOK)
    deals = not officer(work)
    case = work.request_list.case(key, work.actor.party, words=deals)
    what = {"reference": case.request.reference}
    work.trail.record(events.REQUEST_VIEWED, actor=work.actor, now=work.now, subject=case.request.id, what=what)
    items = [each.item for each in case.matches]
    mine = case.part(work.actor.party)
    same = work.request_list.same_person(case, work.actor.party) if deals else ()
    searched = deals and mine is not None and mine.searched_at is not None
    return Seen(
        case,
        work.request_list.time(case),
        deals,
        Disposal(work).kept(items),
        requests(work).elsewhere(case.request.id, actor=work.actor, now=work.now) if searched else (),
        [each for each in same if each.id not in case.joined],
        work.request_list.called(case.joined) if deals else (),
    )


@dataclass(frozen=True, slots=True)
class Correction:
    """What an office was told of one item."""

    notice: Notice
    reference: str
    request: str
    words: str


def must_handle(work: Work) -> None:
    """Raises DutyRefused: the form itself would tell what there is to choose from."""
    if reasons := officer(work):
        raise DutyRefused(" ".join(each.text for each in reasons), reasons=reasons)


def taken(work: Work, rows: int) -> None:
    """Enter that the list was taken away as a file."""
    what: dict[str, Value] = {"party": work.actor.party, "rows": rows}
    work.trail.record(events.REQUESTS_TAKEN, actor=work.actor, now=work.now, what=what)


def letter(work: Work, key: str) -> str:
    """The letter of my body's part as it stands. Raises DutyRefused, RequestNotFound."""
    must_handle(work)
    return letter_of(work, seen(work, key))


def letter_of(work: Work, found: Seen) -> str:
    """The same, of a request that was looked at."""
    today = london_date(work.now)
    part = found.case.part(work.actor.party)
    on, ground = (part.answered_on or today, part.ground) if part else (today, "")
    words = next((each.words.get("words", "") for each in found.case.events if _answer(each, work)), "")
    service = requests(work)
    return service.draft_letter(found.case, ground=ground, words=words, on=on, actor=work.actor, now=work.now)


def corrections(work: Work) -> list[Correction]:
    """What my offices were told of items that I may see, and have not said that they know."""
    if not work.house.decider.gate(work.actor, now=work.now).allowed:
        return []
    waiting = requests(work).corrections(actor=work.actor, now=work.now)
    return [Correction(notice, match.reference, request, words) for notice, match, request, words in waiting]


def _answer(event: Event, work: Work) -> bool:
    return event.act == "part-answered" and event.party == work.actor.party
