"""May this be sent this way? The agreement's routes and the marking's handling, with every reason against.

Sources: obligations M18, M22, M23, M29, M30, M37b; Government Security Classifications Policy 2024, handling
instructions (pp. 16-18).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from classification.model import Handling
from foundation.errors import Reason
from identity.model import Office
from sharing.model.agreement import ORIGIN, PASS_ON, Agreement, Route, place_of
from sharing.model.item import Decision, Named
from sharing.model.terms import Condition

HANDLING = "gscp24 handling instructions"
ABROAD = (
    "Somebody named works in a country where this may not go until the body whose information it is has consented in "
    "writing. Its compliance officer records that under “Transfers abroad”."
)


@dataclass(frozen=True, slots=True)
class Sending:
    """What is to be sent. ``chosen`` is the office picked where the route leaves a choice; ``origin``, on a reply, the
    office that sent the item answered. ``parties`` says of each party of the agreement whether HMG USE ONLY reaches it;
    ``unmet`` are the conditions of the route of which nothing is recorded; ``owners`` those whose information it holds.
    """

    agreement: Agreement
    route: Route
    kind: str
    office: Office
    actor_offices: frozenset[int]
    marking_code: str
    handling: Handling
    establishment: str | None
    holders: Sequence[Office]
    chosen: Office | None
    origin: Office | None
    recipients: Sequence[Named]
    groups: Sequence[Named]
    lead: Named | None
    parties: Mapping[str, bool]
    now: datetime
    unmet: Sequence[Condition] = ()
    owners: frozenset[str] = frozenset()


def may_send(sending: Sending) -> Decision:
    """Every reason against sending it so; none when it may go."""
    return Decision(
        (*_way(sending), *_place(sending), *_marking(sending), *_named(sending), *_embargo(sending)),
    )


def parties_of(route: Route, sender: Office, origin: Office | None) -> frozenset[str]:
    """The parties the item comes to: the sender's, every place the route can reach, and on a reply its origin's."""
    reached = {place.partition("/")[0] for place in route.reaches if place != ORIGIN}
    return frozenset({sender.party, *reached, *({origin.party} if origin else ())})


def right_ways(agreement: Agreement, kind: str, office: Office, target: str = "") -> tuple[Reason, ...]:
    """For somebody who tried a way the agreement does not have: the ways it has, each with its clause.

    Only the ways that come to ``target`` (a place), where there is any; else every way this office has for the kind;
    else the offices that may send the kind at all.
    """
    open_ways = [r for r in agreement.routes.values() if place_of(office) in r.senders and kind in r.kinds]
    there = [r for r in open_ways if target and target in r.reaches]
    found = there or open_ways
    if found:
        return tuple(
            Reason(f"route.{r.id}", f"{r.way} ({', '.join(r.clauses)}). {_choose(r)}", r.clauses[0]) for r in found
        )
    others = [r for r in agreement.routes.values() if kind in r.kinds]
    return tuple(Reason(f"route.{r.id}", f"{r.way} ({', '.join(r.clauses)}).", r.clauses[0]) for r in others)


def direct_ways(agreement: Agreement, kind: str, office: Office, target: str) -> tuple[Route, ...]:
    """The routes that take this kind from this office to that place as an addressee."""
    return tuple(
        r for r in agreement.routes.values() if place_of(office) in r.senders and kind in r.kinds and target in r.to
    )


def _choose(route: Route) -> str:
    if route.reply:
        return f"Open the item it answers, and choose “{route.title}” there."
    return f"Choose “{route.title}”."


def _way(sending: Sending) -> Iterator[Reason]:
    route, clause = sending.route, sending.route.clauses[0]
    if sending.office.principal not in sending.actor_offices:
        yield Reason("office-held", "You do not hold the office it would be sent from.", clause)
    if place_of(sending.office) not in route.senders:
        yield Reason("route-sender", f"{sending.office.name} may not send by this way: {route.way}.", clause)
    if sending.kind not in route.kinds:
        yield Reason("route-kind", f"This kind of item does not go this way: {route.way}.", clause)
    if route.reply and sending.origin is None:
        yield Reason("reply-missing", f"This way is for answers alone: {route.way}.", clause)


def _place(sending: Sending) -> Iterator[Reason]:
    route, clause = sending.route, sending.route.clauses[0]
    if route.establishment and not sending.establishment:
        yield Reason("establishment", "Name the establishment it is about.", clause)
    for condition in sending.unmet:
        yield Reason("route-condition", f"{condition.words}: nothing of it is recorded here.", condition.clauses[0])
    chosen = sending.chosen
    if chosen is None and not sending.holders:
        yield Reason("office-choice", "Choose the office it goes to.", clause)
    if chosen is not None and place_of(chosen) not in route.to:
        yield Reason("office-reach", f"{chosen.name} is not who this way leads to: {route.way}.", clause)
    elif chosen is not None and sending.establishment and sending.establishment not in chosen.establishments:
        yield Reason("office-covers", f"{chosen.name} does not cover that establishment.", clause)


def _marking(sending: Sending) -> Iterator[Reason]:
    handling, route = sending.handling, sending.route
    reached = parties_of(route, sending.office, sending.origin)
    if sending.marking_code == "OS" and sending.agreement.ceiling_of(route) == "O":
        whose, clauses = ("This way", route.clauses) if route.ceiling else ("This agreement", sending.agreement.clauses)
        yield Reason("marking-ceiling", f"{whose} carries nothing above OFFICIAL without -SENSITIVE.", clauses[0])
    if handling.recipients_only and any(step.act == PASS_ON for step in route.steps):
        text = "RECIPIENTS ONLY may not be passed on, and this way passes it on. Change the marking or the way."
        yield Reason("recipients-only-route", text, HANDLING)
    if handling.org_only and not reached <= handling.organisations:
        text = "The USE ONLY instruction does not name every organisation on this way. Name them all."
        yield Reason("organisations-route", text, HANDLING)
    if handling.hmg_only and not all(sending.parties.get(party, False) for party in reached):
        text = "HMG USE ONLY may not go to a body outside HM Government, and this way does. Change the marking."
        yield Reason("hmg-only-route", text, HANDLING)


def _named(sending: Sending) -> Iterator[Reason]:
    reached = parties_of(sending.route, sending.office, sending.origin)
    if any(named.party not in reached for named in (*sending.recipients, *sending.groups)):
        yield Reason("recipient-party", "Somebody named is of a body that this way does not come to.", "M64b")
    if any(not named.may_have(sending.owners) for named in _persons(sending)):
        yield Reason("recipient-abroad", ABROAD, "M66")
    if not sending.handling.recipients_only:
        return
    if not any(named.offices & _receiving(sending) for named in sending.recipients):
        text = "RECIPIENTS ONLY needs at least one person named in an office it goes to: nobody else there will see it."
        yield Reason("recipients-only-named", text, HANDLING)
    if sending.groups:
        yield Reason("recipients-only-groups", "RECIPIENTS ONLY names persons, not groups.", HANDLING)


def _embargo(sending: Sending) -> Iterator[Reason]:
    until = sending.handling.embargo_until
    if until is None:
        return
    if until <= sending.now:
        yield Reason("embargo-over", "The embargo’s time has passed. Mark it as it stands now.", HANDLING)
    if sending.lead is None:
        text = "EMBARGOED needs the one person who leads on it at the receiving end: nobody else sees it until then."
        yield Reason("embargo-lead", text, HANDLING)
    elif not _would_see(sending, sending.lead):
        text = "The lead holds no office it goes to and is not named, so would not see it either. Name them too."
        yield Reason("embargo-lead-basis", text, HANDLING)


def _persons(sending: Sending) -> tuple[Named, ...]:
    return (*sending.recipients, *((sending.lead,) if sending.lead else ()))


def _receiving(sending: Sending) -> frozenset[int]:
    return frozenset(office.principal for office in (*sending.holders, sending.chosen) if office is not None)


def _would_see(sending: Sending, lead: Named) -> bool:
    named = any(one.principal == lead.principal for one in sending.recipients)
    return named or (not sending.handling.recipients_only and bool(lead.offices & _receiving(sending)))
