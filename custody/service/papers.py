"""Copies on paper: registered, printed, locked away, moved, received, missing, ended (M51, M53a, M60)."""

from __future__ import annotations

from datetime import date, datetime

from audit.fact import Value
from custody import events
from custody.model import Ended, Paper, PaperKind, Seen
from custody.rules import media as endings
from custody.rules import paper as rules
from custody.service.desk import MOST_LINE, must, told, words
from custody.service.ending import Ending
from foundation.actor import Actor
from foundation.calendar import add_working_days, london_date
from foundation.ident import new_id

_LOCK = "Confirm that it is locked away when it is not in use"
_COVER = "Confirm that it is sealed, and that no marking shows on the outside"


class Papers(Ending):
    """The register of paper."""

    def register(
        self, reference: str, *, place: str, locked: bool, made_on: date, actor: Actor, now: datetime
    ) -> Paper:
        """A copy on paper that came with the item, or was made elsewhere. Whoever registers it holds it.

        Raises AskedWrong, CustodyRefused, what sharing says against seeing the item.
        """
        seen = self._items.take(reference, "see", "", actor=actor, now=now)
        self._ask(actor, "register-paper", rules.may_keep(actor), now=now, subject=seen.item)
        if made_on > london_date(now):
            must({"made_on": ["Enter today or an earlier day"]})
        _confirmed(locked)
        return self._add(seen, "paper", words("place", place, MOST_LINE), made_on, "", actor, now)

    def print_copies(
        self, reference: str, purpose: str, *, copies: int, place: str, locked: bool, actor: Actor, now: datetime
    ) -> list[Paper]:
        """The item is about to be printed for this purpose: as many copies are registered as will be made.

        Decided like opening it. Raises AskedWrong, CustodyRefused, what sharing says against opening the item.
        """
        seen = self._items.take(reference, "open", purpose, actor=actor, now=now)
        self._ask(actor, "print-item", rules.may_keep(actor), now=now, subject=seen.item)
        if not 1 <= copies <= self._rules.most_prints:
            must({"copies": [f"Print between 1 and {self._rules.most_prints} copies at once"]})
        _confirmed(locked)
        where, today = words("place", place, MOST_LINE), london_date(now)
        return [self._add(seen, "printed", where, today, purpose, actor, now) for _ in range(copies)]

    def confirm(self, paper: str, *, locked: bool, actor: Actor, now: datetime) -> Paper:
        """It is locked away, today. Raises PaperNotFound, CustodyRefused, StateOver, AskedWrong."""
        found = self._sheet(paper)
        self._ask(actor, "confirm-paper", rules.may_confirm(found, actor), now=now, subject=found.item)
        _confirmed(locked)
        on = london_date(now).isoformat()
        return self._say_paper(events.PAPER_CONFIRMED, found, {"on": on}, actor=actor, now=now)

    def send(self, paper: str, *, to: str, way: str, covered: bool, actor: Actor, now: datetime) -> Paper:
        """Hand it over to somebody who needs to know, by one of the ways; they say when they have it.

        Raises PaperNotFound, CustodyRefused, StateOver, AskedWrong.
        """
        found = self._sheet(paper)
        self._ask(
            actor,
            "send-paper",
            rules.may_send(found, actor, restricted=self._items.restricted(found.item)),
            now=now,
            subject=found.item,
        )
        faults = {} if way in self._rules.ways else {"way": ["Choose how it is moved"]}
        must(faults | ({} if covered else {"covered": [_COVER]}))
        other = self._person(to, "to", now)
        sees = found.item in self._items.seen_by([found.item], actor=other, now=now)
        self._ask(actor, "send-paper", rules.addressee(found, actor, other, sees), now=now, subject=found.item)
        due = add_working_days(london_date(now), self._rules.receipt_days).isoformat()
        what: dict[str, Value] = {"to": other.id, "way": way, "due_on": due}
        return self._say_paper(events.PAPER_SENT, found, what, actor=actor, now=now)

    def receive(self, paper: str, *, place: str, locked: bool, actor: Actor, now: datetime) -> Paper:
        """It has arrived and is locked away; whoever says so holds it now.

        Raises PaperNotFound, CustodyRefused, StateOver, AskedWrong.
        """
        found = self._sheet(paper)
        self._ask(actor, "receive-paper", rules.may_receive(found, actor), now=now, subject=found.item)
        _confirmed(locked)
        return self._say_paper(events.PAPER_RECEIVED, found, self._here(found, place, now), actor=actor, now=now)

    def miss(self, paper: str, what: str, *, actor: Actor, now: datetime) -> Paper:
        """It is missing: what happened, and that it was reported. Raises as ``receive``."""
        found = self._sheet(paper)
        keeps = self._keeps(actor, found.party, now)
        self._ask(actor, "miss-paper", rules.may_miss(found, actor, keeps=keeps), now=now, subject=found.item)
        return self._say_paper(events.PAPER_MISSING, found, {}, actor=actor, now=now, why=words("what", what))

    def find(self, paper: str, *, place: str, locked: bool, actor: Actor, now: datetime) -> Paper:
        """It was found, or taken over from somebody who left; whoever says so holds it now. Raises as ``receive``."""
        found = self._sheet(paper)
        keeps, left = self._keeps(actor, found.party, now), self._has_left(found.to or found.keeper)
        against = rules.may_find(found, actor, keeps=keeps, left=left)
        self._ask(actor, "find-paper", against, now=now, subject=found.item)
        _confirmed(locked)
        return self._say_paper(events.PAPER_FOUND, found, self._here(found, place, now), actor=actor, now=now)

    def end_paper(self, paper: str, said: Ended, *, actor: Actor, now: datetime) -> Paper:
        """It was destroyed by a known method, or returned, before a witness (M60). Raises as ``receive``."""
        found = self._sheet(paper)
        keeps = self._keeps(actor, found.party, now)
        self._ask(actor, "end-paper", rules.may_end(found, actor, keeps=keeps), now=now, subject=found.item)
        today = london_date(now)
        must(endings.ended(said, self._methods, paper=True, since=found.made_on, today=today, by=actor.name))
        text = told(said)
        what: dict[str, Value] = {
            "reference": found.reference,
            "fate": said.fate,
            "method": said.method,
            "witness": self._words.seal(events.copy_about(paper, "witness"), text["witness"]),
            "on": said.on.isoformat(),
        }
        return self._say_paper(events.PAPER_ENDED, found, what, actor=actor, now=now, why=text["evidence"])

    def _add(
        self, seen: Seen, kind: PaperKind, place: str, made_on: date, purpose: str, actor: Actor, now: datetime
    ) -> Paper:
        copy = str(new_id(now))
        said = {"holder": actor.name, "place": place}
        what: dict[str, Value] = {
            "copy": copy,
            "copy_kind": kind,
            "reference": seen.reference,
            "party": actor.party,
            "office": min(actor.offices, default=0),
            "keeper": actor.id,
            "purpose": purpose,
            "made_on": made_on.isoformat(),
            "by": actor.id,
            **{name: self._words.seal(events.copy_about(copy, name), text) for name, text in said.items()},
        }
        self._trail.record(
            events.PAPER_REGISTERED, actor=actor, now=now, subject=seen.item, what=what, marking=seen.code
        )
        return self._sheet(copy)

    def _here(self, paper: Paper, place: str, now: datetime) -> dict[str, Value]:
        where = words("place", place, MOST_LINE)
        sealed = self._words.seal(events.copy_about(paper.id, "place"), where)
        return {"place": sealed, "on": london_date(now).isoformat()}


def _confirmed(locked: bool) -> None:
    must({} if locked else {"locked": [_LOCK]})
