"""Which step of a request may be taken: every reason against it, none meaning that it may. Who may is asked beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from foundation.errors import Reason
from sharing.model.rights import (
    DESTROYED_FIRST,
    NONE,
    OPEN,
    REFERRED,
    RESTRICTED_FIRST,
    TAKEN,
    THIRD_PARTY,
    Case,
    Kept,
    Match,
    Part,
    Rights,
)
from sharing.rules.rights.clock import extendable_until

ART_12, ART_15, ART_19 = "UK-GDPR art. 12", "UK-GDPR art. 15(4)", "UK-GDPR art. 19"


def open_for(case: Case, party: str) -> list[Reason]:
    """May this body work on its part?"""
    part = case.part(party)
    if case.request.state != OPEN:
        return [Reason("request-closed", "The request is closed.", ART_12)]
    if part is None or part.state == REFERRED:
        return [Reason("part-not-taken", "Your body has not taken its part of this request. Take it first.", ART_12)]
    if part.state != TAKEN:
        return [Reason("part-answered", "Your body’s part of this request is done.", ART_12)]
    return []


def may_pause(case: Case, about: str) -> list[Reason]:
    """May its clock stand still for this?"""
    if any(each.about == about and each.until is None for each in case.pauses):
        return [Reason("paused-already", "The clock stands still for that already.", ART_12)]
    if about == "identity" and case.request.identity:
        return [Reason("identity-known", "It has been confirmed who they are.", ART_12)]
    return []


def may_extend(case: Case, rules: Rights, told_on: date) -> list[Reason]:
    """May it be given more time, the person having been told on that day?"""
    if case.request.extended_on is not None:
        return [Reason("extended-already", "It has been given more time already: that is done once.", ART_12)]
    last = extendable_until(rules.clock, case.request.received_on, case.pauses)
    if last is None:
        return [Reason("clock-stopped", "Its clock stands still. Say first that what you wait for came.", ART_12)]
    if told_on > last:
        return [Reason("told-too-late", "They must be told within the first time, which is over.", ART_12)]
    return []


def may_decide(rules: Rights, right: str, outcome: str, ground: str, third_party: str, kept: Kept) -> list[Reason]:
    """May one item come to this?"""
    known = rules.outcomes[outcome]
    reasons: list[Reason] = []
    if known.ground and not _ground_for(rules, right, ground, whole=False):
        reasons.append(Reason("ground-needed", "Choose the ground it is withheld or refused on.", ART_12))
    if known.gives and third_party not in THIRD_PARTY:
        reasons.append(Reason("third-party-unsaid", "Say whether somebody else is in what is given.", ART_15))
    if known.needs == DESTROYED_FIRST and kept.held:
        text = "It is on hold: nothing on hold is destroyed. Refuse it on that ground, or have the hold looked at."
        reasons.append(Reason("on-hold", text, "M59b"))
    elif known.needs == DESTROYED_FIRST and not kept.certificate:
        text = (
            "It has not been destroyed. Disposal follows the originator’s schedule and two people; there is no way "
            "round them. Refuse it with the ground, or wait for the certificate."
        )
        reasons.append(Reason("not-destroyed", text, "M71b"))
    if known.needs == RESTRICTED_FIRST and kept.state == "destroyed":
        reasons.append(Reason("nothing-left", "It was destroyed: there is nothing left to restrict.", "M71b"))
    return reasons


def settled(case: Case, match: Match) -> list[Reason]:
    """Is it too late to decide on it?"""
    reasons = []
    if match.excluded:
        reasons.append(Reason("match-excluded", "It was left out as somebody else’s.", ART_12))
    if any(match.reference in each.items for each in case.disclosures):
        reasons.append(Reason("given-already", "It has been given already.", ART_15))
    return reasons


def needs_second(match: Match, rules: Rights) -> bool:
    """Whether a second person must agree before it is given: somebody else is, or was, in it."""
    outcome = rules.outcomes.get(match.outcome)
    return bool(outcome and outcome.gives and match.third_party != NONE and not match.checked_by)


def may_check(match: Match, rules: Rights) -> list[Reason]:
    """Is there something to agree to?"""
    if not needs_second(match, rules):
        return [Reason("nothing-to-check", "Nothing of this item waits for a second person.", ART_15)]
    return []


def may_disclose(case: Case, rules: Rights, matches: Sequence[Match]) -> list[Reason]:
    """May these be given to whoever asked?"""
    reasons = []
    if not case.request.identity:
        reasons.append(Reason("identity-unknown", "Confirm first who is asking.", "UK-GDPR art. 12(6)"))
    for each in matches:
        outcome = rules.outcomes.get(each.outcome)
        if each.excluded or outcome is None or not outcome.gives:
            reasons.append(Reason("not-to-be-given", f"{each.reference} is not to be given.", ART_15))
        elif needs_second(each, rules):
            text = f"{each.reference} has somebody else in it: a second person must agree first."
            reasons.append(Reason("second-person", text, ART_15))
    return reasons


def may_tell(match: Match, rules: Rights) -> list[Reason]:
    """Is there something its recipients must hear?"""
    outcome = rules.outcomes.get(match.outcome)
    if outcome is None or not outcome.tells:
        text = "Recipients are told of a correction, an erasure or a restriction. Decide that first."
        return [Reason("nothing-to-tell", text, ART_19)]
    return []


def may_answer(case: Case, rules: Rights, part: Part, ground: str, told: Sequence[str]) -> list[Reason]:
    """May this body answer its part? ``told``: items nobody but the sender received, or whose recipients were told."""
    if ground:
        if _ground_for(rules, case.request.right, ground, whole=True):
            return []
        return [Reason("ground-needed", "Choose a ground for which a whole request may be refused.", ART_12)]
    return list(_unanswered(case, rules, part, told))


def _unanswered(case: Case, rules: Rights, part: Part, told: Sequence[str]) -> Iterator[Reason]:
    if not case.request.identity:
        yield Reason("identity-unknown", "Confirm first who is asking, or refuse the request.", "UK-GDPR art. 12(6)")
    if part.searched_at is None:
        yield Reason("not-searched", "Look for everything about the person first.", "UK-GDPR art. 15")
    given = {reference for each in case.disclosures for reference in each.items}
    for each in own(case, part.party):
        outcome = rules.outcomes.get(each.outcome)
        if outcome is None:
            yield Reason("undecided", f"Decide what becomes of {each.reference}.", ART_12)
        elif outcome.gives and each.reference not in given:
            yield Reason("not-given", f"Enter when and how {each.reference} was given.", ART_12)
        elif outcome.tells and each.item not in told:
            yield Reason("not-told", f"Tell those who received {each.reference}.", ART_19)


def own(case: Case, party: str) -> list[Match]:
    """What this body has to decide: found, and not somebody else's."""
    return [each for each in case.matches if each.party == party and not each.excluded]


def _ground_for(rules: Rights, right: str, ground: str, *, whole: bool) -> bool:
    found = rules.grounds.get(ground)
    return found is not None and right in found.rights and (found.whole or not whole)


TAKEN_ALREADY = Reason("part-taken", "Your body has taken its part already.", ART_12)
NOT_RESTRICTED = Reason("not-restricted", "Its use is not restricted.", "UK-GDPR art. 18")
