"""Shares as words (SLIP-39): a secret divided, and put together again (docs/formats/recovery.md, section 1).

The arithmetic is the library's. It takes no care about timing: shares are made and joined on a machine of one's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORD_INDEX_MAP

from vault.errors import SharesDoNotJoin, SharesImpossible, ShareUnusable, ShareUnwanted

SECRET, WORDS, MOST = 32, 33, 16
# No passphrase: one more thing to lose, and SLIP-39 answers a wrong one with a wrong secret, not with a refusal.
_PASSPHRASE, _ITERATIONS = b"", 0


@dataclass(frozen=True, slots=True)
class Division:
    """The shares of one secret, in order. ``share_id`` stands in each of them."""

    share_id: int
    threshold: int
    words: tuple[str, ...] = field(repr=False)


def divide(secret: bytes, threshold: int, count: int) -> Division:
    """Raises SharesImpossible unless 2 <= threshold <= count <= 16."""
    if not 2 <= threshold <= count <= MOST:
        raise SharesImpossible(
            f"{threshold} of {count} cannot be. At least 2 must be needed (one custodian alone would hold the keys), "
            f"no more than there are, and there may be {MOST} at most."
        )
    groups = generate_mnemonics(1, [(threshold, count)], secret, _PASSPHRASE, iteration_exponent=_ITERATIONS)
    return Division(Share.from_mnemonic(groups[0][0]).identifier, threshold, tuple(groups[0]))


class Gathering:
    """Shares of one set as they come in, each judged at once."""

    def __init__(self, share_id: int, threshold: int) -> None:
        self._share_id, self._threshold = share_id, threshold
        self._shares: dict[int, Share] = {}

    @property
    def missing(self) -> int:
        """How many more are needed."""
        return self._threshold - len(self._shares)

    def add(self, text: str) -> int:
        """Take one share; its number, from 1. No message repeats a word of it.

        Raises ShareUnusable (mistyped), ShareUnwanted (another set's, or given before). What was taken stays.
        """
        share = _read(text)
        number = int(share.index) + 1
        own = (self._share_id, True, _ITERATIONS, 0, 1, 1, self._threshold)
        found = (*share.common_parameters()[:3], share.group_index, share.group_threshold, share.group_count)
        if (*found, share.member_threshold) != own:
            raise ShareUnwanted("It is a good share, but of another set. Look at the set id on the page.")
        before = self._shares.get(share.index)
        if before == share:
            raise ShareUnwanted(f"Share {number} was given already. Give another one.")
        if before is not None:
            raise ShareUnwanted(f"It bears the number {number} of one given before and is not the same: another set’s.")
        self._shares[share.index] = share
        return number

    def secret(self) -> bytes:
        """The secret. Raises SharesDoNotJoin where too few were given, or where they do not belong together."""
        if self.missing > 0:
            raise SharesDoNotJoin(f"{self.missing} more of this set are needed. Nothing can be told from fewer.")
        given = [share.mnemonic() for share in list(self._shares.values())[: self._threshold]]
        try:
            return bytes(combine_mnemonics(given, _PASSPHRASE))
        except MnemonicError:
            raise SharesDoNotJoin("They are not all of one set. Look at the set ids on the pages.") from None


def _read(text: str) -> Share:
    words = [word.lower() for word in re.findall(r"[A-Za-z]+", text)]  # lower() first would make letters of others
    if unknown := [str(place) for place, word in enumerate(words, 1) if word not in WORD_INDEX_MAP]:
        raise ShareUnusable(
            f"No share has a word like number {', '.join(unknown[:5])} of what was given. Give it again."
        )
    if len(words) != WORDS:
        raise ShareUnusable(f"A share has {WORDS} words; {len(words)} were given. Give it again.")
    try:
        share = Share.from_mnemonic(" ".join(words))
    except MnemonicError:
        raise ShareUnusable(
            "Its checksum is wrong: a word is another one, or two changed places. Give it again."
        ) from None
    return share
