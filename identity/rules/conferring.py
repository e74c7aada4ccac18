"""Who stands for a second person where an account is given power."""

from __future__ import annotations

from collections.abc import Callable, Collection

from foundation.errors import Reason

ADMINISTERS = "account-admin"
MOST_WORDS = 1000


def word_faults(words: str) -> dict[str, list[str]]:
    """What is wrong with a reason, by field."""
    if not words.strip():
        return {"words": ["Say what they need it for"]}
    return {"words": [f"Use {MOST_WORDS} characters or fewer"]} if len(words) > MOST_WORDS else {}


def lineage(person: str, makers: Callable[[str], Collection[str]]) -> frozenset[str]:
    """The person, whoever made them, whoever made those, and so on."""
    found: set[str] = set()
    open_ = [person]
    while open_:
        one = open_.pop()
        if one not in found:
            found.add(one)
            open_ += makers(one)
    return frozenset(found)


def against(decider: str, proposer: str, person: str, makers: Callable[[str], Collection[str]]) -> tuple[Reason, ...]:
    """Every reason why this person may not confirm; empty when they may.

    ``makers``: who of late made somebody's account, or had them appointed administrator. Two with one such origin may
    be one person with two accounts.
    """
    if decider == proposer:
        return (_reason("own-proposal", "Nobody decides on what they proposed themselves"),)
    if decider == person:
        return (_reason("own-account", "Nobody manages their own account"),)
    if lineage(decider, makers) & lineage(proposer, makers):
        said = "One of you made the other’s account of late, or somebody made both: for a time you are not two people"
        return (_reason("made-of-late", said),)
    return ()


def _reason(slug: str, text: str) -> Reason:
    return Reason(f"identity.{slug}", text, "M64b")
