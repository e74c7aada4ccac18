"""Two signed views of one log: do they tell one story? No database; offline but for the proof somebody has to bring.

A service that shows different histories to different people has to sign both; so whoever brings two checkpoints
together finds it out. Rules: docs/formats/checkpoint.md, "What a witness keeps".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audit.merkle import extends
from audit.note import Checkpoint

CONSISTENT = "consistent"
FORK = "fork"
NO_PROOF = "no-proof"
UNKNOWN = "unknown"
OTHER_LOG = "other-log"

# A consistency proof from the smaller size to the larger; None where whoever was asked has none to give.
Proofs = Callable[[int, int], Sequence[bytes] | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``found``: one of the words above, or what a witness refuses. ``proof``: what was brought to decide it."""

    found: str
    says: str
    proof: Sequence[bytes] | None = None


def compare(one: Checkpoint, other: Checkpoint, proofs: Proofs | None = None) -> Verdict:
    """Is the smaller of the two the beginning of the larger? ``proofs`` is asked only where nothing else decides."""
    older, newer = sorted((one, other), key=lambda each: (each.size, each.number))
    if older.origin != newer.origin:
        return Verdict(OTHER_LOG, f"One is of the log {older.origin}, the other of {newer.origin}.")
    if says := forked(older, newer):
        return Verdict(FORK, says)
    if older.size == newer.size:
        return Verdict(CONSISTENT, f"Both have {newer.size} entries and one root.")
    if proofs is None:
        return Verdict(UNKNOWN, "Of different sizes: only the log’s own proof, or its entries, can tell.")
    proof = proofs(older.size, newer.size)
    if proof is not None and extends(older.size, newer.size, proof, older.root, newer.root):
        return Verdict(CONSISTENT, f"The first {older.size} of {newer.size} entries are those signed before.", proof)
    says = f"There is no good proof that the log of {older.size} entries is the beginning of that of {newer.size}."
    return Verdict(NO_PROOF, says, proof)


def forked(older: Checkpoint, newer: Checkpoint) -> str:
    """Why two checkpoints of one log, both signed by its key, can never have come from one history. "" if they can.

    ``older`` is not the larger one.
    """
    if older.size == newer.size and older.root != newer.root:
        return f"Two different logs of {older.size} entries were signed."
    if older.number == newer.number and older.text != newer.text:
        return f"Two different checkpoints of number {older.number} were signed."
    if older.number > newer.number and older.size < newer.size:
        return f"Checkpoint {older.number} has fewer entries than the earlier {newer.number}."
    first, second = sorted((older, newer), key=lambda each: each.number)
    if second.number == first.number + 1 and second.previous != first.digest:
        return f"Checkpoint {second.number} names another as the one before it than the {first.number} seen here."
    return ""
