"""May this person propose, assess, sign, decline or withdraw a change of an agreement, now? Every reason against.

Who may is what the version it changes says (``ChangeRule``), never what the proposal would say itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from foundation.errors import Reason
from sharing.model.agreement import Agreement
from sharing.model.version import NEEDED, PROPOSED, SIGNED, Proposal
from sharing.rules.duties.recording import Held, stands_at

_FILE = Reason(
    "VER-by-file",
    "The version in force does not say who changes it: it is changed by a file of the policies, not here.",
)


def place_of(places: Collection[str], held: Collection[Held], party: str = "") -> str:
    """The first of the places this person stands at, of one party where it is given; empty: at none."""
    own = (place for place in places if party in ("", place.partition("/")[0]))
    return next((place for place in own if stands_at(place, held)), "")


def may_propose(newest: Agreement, held: Collection[Held]) -> tuple[Reason, ...]:
    """Whoever the newest version names under ``propose``."""
    if newest.change is None:
        return (_FILE,)
    return tuple(_held(newest.change.propose, held, "proposes", newest))


def may_assess(newest: Agreement, proposal: Proposal, held: Collection[Held]) -> tuple[Reason, ...]:
    """Whoever it names under ``assess``, until somebody has signed: what was signed on is not decided again."""
    if newest.change is None:
        return (_FILE,)
    found = [*_open(proposal), *_held(newest.change.assess, held, "decides on an impact assessment", newest)]
    if proposal.signatures:
        text = "It has been signed on the decision there is. Decline it, and propose it again, to decide anew."
        found.append(Reason("VER-signed-on", text, _clause(newest)))
    return tuple(found)


def may_sign(newest: Agreement, proposal: Proposal, held: Collection[Held], by: str, today: date) -> tuple[Reason, ...]:
    """For a party that has not signed, by one of its places; by a person who has not; on a decision that stands.

    Who proposed it may sign for their party: what guards it is the other body’s signature, by somebody else.
    """
    if newest.change is None:
        return (_FILE,)
    found = [*_open(proposal), *_held(newest.change.sign, held, "signs", newest), *_base(newest, proposal)]
    if any(each.by == by for each in proposal.signatures):
        text = "You have signed it already. Nobody signs for two parties, whatever offices they hold."
        found.append(Reason("VER-two-people", text, _clause(newest)))
    elif place_of(newest.change.sign, held) and not place_to_sign(newest, proposal, held):
        found.append(Reason("VER-party-signed", "Your party has signed it already.", _clause(newest)))
    return (*found, *_assessed(newest, proposal), *_day(newest, proposal, today))


def place_to_sign(newest: Agreement, proposal: Proposal, held: Collection[Held]) -> str:
    """The place they would sign from: of a party that has not signed yet."""
    done = {each.party for each in proposal.signatures}
    rule = newest.change
    left = [place for place in rule.sign if place.partition("/")[0] not in done] if rule else []
    return place_of(left, held)


def may_decline(newest: Agreement, proposal: Proposal, held: Collection[Held]) -> tuple[Reason, ...]:
    """Whoever could sign, also for a party that has."""
    if newest.change is None:
        return (_FILE,)
    return (*_open(proposal), *_held(newest.change.sign, held, "declines", newest))


def may_withdraw(newest: Agreement, proposal: Proposal, held: Collection[Held], by: str) -> tuple[Reason, ...]:
    """Who proposed it, or somebody of the same party who could have."""
    if newest.change is None:
        return (_FILE,)
    found = list(_open(proposal))
    if by != proposal.proposed_by and not place_of(newest.change.propose, held, proposal.party):
        text = "Whoever proposed it withdraws it, or somebody of their party who proposes changes. You can decline it."
        found.append(Reason("VER-withdraw", text, _clause(newest)))
    return tuple(found)


def complete(newest: Agreement, proposal: Proposal, party: str) -> bool:
    """Is it signed by every party, once ``party`` has signed?"""
    return {*(each.party for each in proposal.signatures), party} >= set(newest.parties)


def _held(places: Collection[str], held: Collection[Held], does: str, newest: Agreement) -> Iterator[Reason]:
    if not place_of(places, held):
        yield Reason("VER-office", f"{', '.join(places)} {does}; you hold none of these.", _clause(newest))


def _open(proposal: Proposal) -> Iterator[Reason]:
    if proposal.state != PROPOSED:
        said = "signed by all" if proposal.state == SIGNED else proposal.state
        yield Reason("VER-decided", f"It is {said} already, and stays so.")


def _base(newest: Agreement, proposal: Proposal) -> Iterator[Reason]:
    if proposal.number != newest.version + 1:
        text = f"Version {newest.version} was signed since, so that what was compared is out of date. Propose it again."
        yield Reason("VER-base", text, _clause(newest))


def _assessed(newest: Agreement, proposal: Proposal) -> Iterator[Reason]:
    decided = proposal.assessment
    if decided is None:
        text = "Nobody has decided yet whether a data protection impact assessment is needed. That comes first."
        yield Reason("VER-assessment", text, _clause(newest))
    elif decided.decision == NEEDED:
        text = "An impact assessment is needed, and is not recorded as carried out yet."
        yield Reason("VER-assessment", text, _clause(newest))


def _day(newest: Agreement, proposal: Proposal, today: date) -> Iterator[Reason]:
    """A day is of one version, all of it: what is done in the morning is not judged by what is signed at noon."""
    if proposal.in_force <= today:
        text = (
            f"It was to take effect on {proposal.in_force.isoformat()}. A version takes effect on the day after the "
            "last signature at the earliest: withdraw it, and propose it with a later date."
        )
        yield Reason("VER-day", text, _clause(newest))


def _clause(newest: Agreement) -> str:
    return newest.change.clauses[0] if newest.change else ""
