"""What an author chooses: agreement, route, office, marking. Each is the agreement’s to offer, or it is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from classification.errors import MarkingAboveOfficial
from classification.model import Marking
from classification.rules.parse import parse
from classification.rules.screen import above
from classification.rules.search import Found, search
from foundation.actor import Actor
from foundation.calendar import london_date
from foundation.errors import Reason
from identity.model import Office
from sharing.errors.items import MarkingSpill, NotYourOffice, RouteUnknown, WrongWay
from sharing.events import items as events
from sharing.model.agreement import ANSWER, Agreement, Route, place_of
from sharing.model.item import Content
from sharing.rules import acts
from sharing.rules.sending import direct_ways, right_ways
from sharing.service.decided import Decided
from sharing.store import items

# What somebody does next who had it in front of them; that the leads are told is so because a rule opens an incident.
SPILT = (
    "Nothing of it was kept. Leave the original where it is: do not send it on, copy it or delete it. "
    "Your security lead was told; tell your security team yourself too."
)


class Choosing(Decided):
    """Not used by itself: what starting, revising and sending a draft ask for."""

    def _agreement(self, agreement: str, now: datetime, answered: sa.Row[Any] | None = None) -> Agreement:
        """The version in force. An answer goes by the version of what it answers, which may be an older one."""
        if answered is not None and answered.agreement == agreement:
            return self._agreements.version(agreement, answered.agreement_version)
        found = self._agreements.current(agreement, london_date(now))
        if found is None:
            known = ", ".join(a.id for a in self._agreements.in_force(london_date(now)))
            raise RouteUnknown(f"No agreement of that name is in force. In force: {known}.")
        return found

    def _own_office(self, office: int, actor: Actor) -> Office:
        if office not in actor.offices:
            raise NotYourOffice(
                "Choose one of the offices you hold.",
                fact=events.ACCESS_REFUSED,
                what={"act": "draft", "reference": ""},
                rules=("office-held",),
            )
        return self._people.office(office)

    def _route(self, agreement: Agreement, kind: str, route: str, office: Office, target: Office | None) -> Route:
        """The route meant. Raises RouteUnknown, and WrongWay with the right way for one the agreement does not have."""
        if kind not in agreement.kinds:
            kinds = ", ".join(agreement.kinds)
            raise RouteUnknown(f"This agreement has no such kind of item. It has: {kinds}.")
        if route and route not in agreement.routes:
            ways = "; ".join(f"{r.title} ({r.id})" for r in agreement.routes.values())
            raise RouteUnknown(f"This agreement has no such route. It has: {ways}.")
        place = place_of(target) if target else ""
        if route:
            found = agreement.routes[route]
            fits = place_of(office) in found.senders and kind in found.kinds and (not place or place in found.to)
            if fits:
                return found
        else:
            direct = direct_ways(agreement, kind, office, place)
            if len(direct) == 1:
                return direct[0]
        raise self._wrong_way(right_ways(agreement, kind, office, place), office, target, agreement.kinds[kind].name)

    def _wrong_way(self, ways: Sequence[Reason], office: Office, target: Office | None, kind: str) -> WrongWay:
        tried = f"from {office.name} to {target.name}" if target else f"that way from {office.name}"
        said = " ".join(reason.text for reason in ways) or "No office may send it."
        return WrongWay(
            f"The agreement has no way for this kind of item ({kind}) straight {tried}. {said}",
            reasons=ways,
            fact=events.ACCESS_REFUSED,
            what={"act": "send", "reference": ""},
        )

    def _still_right(self, row: sa.Row[Any], to_office: int, now: datetime) -> None:
        agreement = self._agreement(row.agreement, now, self._what_it_answers(row))
        target = self._office_wanted(to_office, "to_office")
        self._route(agreement, row.kind, row.route, self._office(row.office), target)

    def _what_it_answers(self, row: sa.Row[Any]) -> sa.Row[Any] | None:
        """The item a draft answers."""
        return items.by_id(self._conn, row.reply_to) if row.reply_to else None

    def _answered(self, reference: str, route: Route, *, actor: Actor, now: datetime) -> sa.Row[Any] | None:
        """The item answered, if this person may answer it now by this route."""
        if not reference:
            if route.reply:
                raise RouteUnknown(f"Open the item you want to answer first: “{route.title}” is for answers alone.")
            return None
        found, _ = self._find(reference, ANSWER, actor=actor, now=now)
        standing = self._standing(found)
        self._require(ANSWER, found, acts.may_take(ANSWER, standing, actor.offices))
        step = standing.current
        if step is None or step.reply != route.id:
            asked = found.agreement.routes[step.reply].title if step else route.title
            raise RouteUnknown(f"That item is answered by “{asked}”.")
        return items.by_id(self._conn, found.row.id)

    def _in_words(self, content: Content) -> tuple[Found, ...]:
        """What an author wrote, searched as a file is."""
        pages = {"the title": content.title, "the message": content.text, "why it is shared": content.sharing_purpose}
        return search(pages.items(), self._scheme)

    def _refuse_spill(self, found: Iterable[Found], at: str = "draft") -> None:
        """Raises MarkingSpill, carrying the fact for the log, where something is marked above OFFICIAL for sure."""
        spilt = next((each for each in found if each.above and each.sure), None)
        if spilt is None:
            return
        mark = next(each for each in self._scheme.above if each.claimed == spilt.says)
        error = above(mark, self._scheme)
        raise MarkingSpill(
            f"It says so on {spilt.place}. {error.detail} {SPILT}" if at == "file" else f"{error.detail} {SPILT}",
            reasons=error.reasons,
            fact=events.SPILL_REFUSED,
            what={"claimed": spilt.says, "at": at},
        )

    def _marking(self, line: str) -> Marking:
        """Parsed and valid. Raises MarkingSpill, carrying the fact for the log, for anything above OFFICIAL."""
        try:
            return parse(line, self._scheme)
        except MarkingAboveOfficial as error:
            raise MarkingSpill(
                f"{error.detail} {SPILT}",
                reasons=error.reasons,
                fact=events.SPILL_REFUSED,
                what={"claimed": error.claimed, "at": "draft"},
            ) from None
