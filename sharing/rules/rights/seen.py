"""What each body sees of a request that both deal with: its own items and words, and how far the other has come."""

from __future__ import annotations

from dataclasses import replace

from sharing.model.rights import DECLINED, REFERRED, Case, Event, Part

# What is written with these is for every body that deals with the request.
_SHARED = frozenset(
    {
        "request-received",
        "request-paused",
        "request-resumed",
        "request-extended",
        "request-referred",
        "request-withdrawn",
        "alias-added",
        "alias-removed",
        "referral-taken",
        "referral-declined",
    }
)


def deals(case: Case, party: str) -> bool:
    """Does this body deal with it at all? One that declined its part does so no longer."""
    part = case.part(party)
    return part is not None and part.state != DECLINED


def seen(case: Case, party: str, *, words: bool = True) -> Case:
    """The case as this body's officers see it: of the other's items nothing, of its part the state alone.

    Before it took its part a body sees what was asked, and nothing of what else happened. Without ``words``, for those
    who look at clocks: nothing people wrote.
    """
    part = case.part(party)
    taken = part is not None and part.state != REFERRED
    return replace(
        case,
        aliases=case.aliases if words else (),
        joined=case.joined if party == case.request.party else (),
        parts=[each if each.party == party else _state_of(each) for each in case.parts],
        matches=[each for each in case.matches if each.party == party],
        disclosures=[each for each in case.disclosures if each.party == party],
        notices=[each for each in case.notices if each.party == party],
        events=[
            _event(each, party, words=words) for each in case.events if taken or each.act in _SHARED
        ],
    )  # fmt: skip


def _state_of(part: Part) -> Part:
    """No count of it: how often a body wrote of somebody is itself about them."""
    return replace(part, searched_for=0, drafts=0, searched_at=None, digest="")


def _event(event: Event, party: str, *, words: bool) -> Event:
    if event.party != party and event.act not in _SHARED:
        return replace(event, words={}, item="", detail="")
    return event if words else replace(event, words={})
