"""Which passwords may be used. Length and a list of what attackers try first; no rules of composition, no expiry.

Source: MoJ security guidance, "passwords" and "password creation and authentication": at least 8 characters for a
person, 15 for administration, at most 128; no forced complexity; common and breached passwords blocked; history kept;
at most 10 failures in a row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from itertools import pairwise

from foundation.phrases import Phrase
from identity.model import PRIVILEGED
from identity.rules.guessable import COMMON

LEAST = 8
LEAST_PRIVILEGED = 15
MOST = 128
FAILURES = 10
HISTORY = 10  # how many earlier passwords cannot come back; the guidance gives no number, this one is ours
SERVICE_WORDS = ("custodes",)

_LEAST_WORD = 3  # shorter context words (initials) would be found in half of all passphrases
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def least_length(duties: Collection[str]) -> int:
    """How many characters somebody with these duties needs."""
    return LEAST if PRIVILEGED.isdisjoint(duties) else LEAST_PRIVILEGED


def normal(password: str) -> str:
    """The form that is measured, compared and hashed: the same keys give the same password on every device.

    Cut just past the limit: an endless password is refused without being hashed whole.
    """
    writable = password[: 4 * MOST].encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFKC", writable)[: MOST + 1]


def context_words(*texts: str) -> frozenset[str]:
    """Words an attacker who knows the person or the service tries first: names, addresses, their parts."""
    return frozenset(
        word
        for text in (*texts, *SERVICE_WORDS)
        for word in (text.casefold().strip(), *re.split(r"[\W_]+", text.casefold()))
        if len(word) >= _LEAST_WORD
    )


def password_faults(password: str, *, least: int = LEAST, words: Iterable[str] = ()) -> tuple[str, ...]:
    """Every reason against ``password``; empty when it may be used. ``words`` come from ``context_words``."""
    given = normal(password)
    faults = []
    if len(given) < least:
        faults.append(Phrase("Use %(least)s characters or more", least=str(least)))
    if len(given) > MOST:
        faults.append(Phrase("Use %(most)s characters or fewer", most=str(MOST)))
        return tuple(faults)
    folded = given.casefold()
    if folded in COMMON or _EDGES.sub("", folded) in COMMON:
        faults.append(Phrase("This is one of the passwords attackers try first. Use three random words instead"))
    if _patterned(folded):
        faults.append(Phrase("Do not use one character, or a run like 12345678, over and over"))
    if folded and _mostly(folded, words):
        faults.append(Phrase("Do not build it from your name, your e-mail address or the name of the service"))
    return tuple(faults)


def _patterned(folded: str) -> bool:
    """One block repeated to the end ("abab…", "aaaa…"), or a run of neighbours up or down."""
    if len(folded) < 2:
        return True
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    repeats = any(
        folded == (folded[:size] * len(folded))[: len(folded)] for size in range(1, min(3, len(folded) // 2) + 1)
    )
    return repeats or steps in ({1}, {-1})


def _mostly(folded: str, words: Iterable[str]) -> bool:
    """Whether, with the context words taken out, less is left than a password needs."""
    rest = folded
    for word in sorted(words, key=lambda one: (-len(one), one)):
        rest = rest.replace(word, "")
    return rest != folded and len(re.sub(r"[\W_]", "", rest)) < LEAST
