"""A passphrase that can be read out over a telephone: common English words, drawn at random.

The words are those of SLIP-0039: 1,024 of four to eight letters, no two of which begin with the same four. Ten of them
are 100 bits. That many, because the container's own key derivation is weak (docs/formats/media-container.md).
"""

from __future__ import annotations

import secrets

from shamir_mnemonic.wordlist import WORDLIST

WORDS = 10
KNOWN = frozenset(WORDLIST)


def new() -> str:
    """Ten words with hyphens between them."""
    return "-".join(secrets.choice(WORDLIST) for _ in range(WORDS))


def well_formed(text: str) -> bool:
    """Whether ``new`` could have made it."""
    found = text.split("-")
    return len(found) == WORDS and KNOWN.issuperset(found)
