"""Who may decide on a recovery, and the code that goes beside its link."""

from __future__ import annotations

from collections.abc import Mapping

from foundation.errors import Reason

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is misheard or misread for something else
LENGTH = 10
MOST_WORDS = 1000


def read_code(text: str) -> str:
    """The code somebody typed, as it was given: without spaces and dashes, in capitals."""
    return "".join(one for one in text.upper() if one.isalnum())[: 4 * LENGTH]


def spoken(code: str) -> str:
    """In groups that can be read out."""
    return "-".join(code[at : at + 5] for at in range(0, len(code), 5))


def faults(checked: str, words: str, checks: Mapping[str, str]) -> dict[str, list[str]]:
    """Everything missing of how somebody was known, by field."""
    found: dict[str, list[str]] = {}
    if checked not in checks:
        found["checked"] = ["Select how you know that it is they"]
    if not words.strip() or len(words) > MOST_WORDS:
        said = "Say what you checked, when and with whom"
        found["words"] = [said if not words.strip() else f"Use {MOST_WORDS} characters or fewer"]
    return found


def against(decider: str, proposer: str, person: str) -> tuple[Reason, ...]:
    """Every reason why this person may not decide; empty when they may."""
    found = (
        (decider == proposer, "own-proposal", "Nobody decides on what they proposed themselves"),
        (decider == person, "own-account", "Nobody manages their own account"),
    )
    return tuple(Reason(f"identity.{slug}", text, "M64b") for wrong, slug, text in found if wrong)
