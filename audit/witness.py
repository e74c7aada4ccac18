"""A witness of a log somebody else keeps: it looks, has growth proven, remembers, and only then cosigns.

What contradicts what it remembers it refuses, and keeps as evidence that anybody can check offline. It knows no
database and no service: a ``Log`` to ask, a key, a file to remember in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from audit import views
from audit.errors import NoteInvalid, WitnessFileFaulty
from audit.leaf import SLACK, b64
from audit.note import Checkpoint, line_ids, signatures
from audit.trust import Trust, Untrusted
from audit.views import CONSISTENT, FORK, Verdict
from audit.witness_files import Memory, Remembered, WitnessKey
from foundation.orm import to_ms

# What a lap comes to when nothing is refused.
FIRST, COSIGNED, NOTHING_NEW, POSTED = "first", "cosigned", "nothing-new", "posted"
# What is refused, beside views.FORK and views.NO_PROOF.
ROLL_BACK, OTHER_KEY, CLOCK = "roll-back", "other-key", "clock"


class Log(Protocol):
    """A log as it is published. All raise LogUnreachable."""

    def newest(self) -> str:
        """The newest note, with its cosignatures."""

    def proof(self, old: int, size: int) -> Sequence[bytes] | None:
        """A consistency proof; None where the log says that it has none."""

    def post(self, note: str) -> str:
        """Hand in a cosigned note. "" if it was taken, else why it never will be."""


@dataclass(frozen=True, slots=True)
class Lap:
    """What came of one look. ``evidence`` is set where something was refused, and then nothing was signed.

    ``untaken``: why the log would not take the cosignature. It is remembered, and handed in again the next time.
    """

    found: str
    says: str
    checkpoint: Checkpoint | None = None
    evidence: Path | None = None
    untaken: str = ""


class Witness:
    """One witness of one log. Its memory is held for as long as it works."""

    def __init__(self, memory: Memory, key: WitnessKey, trust: Trust, log: Log) -> None:
        """``trust``: the log's own keys, which its keeper handed over by another way."""
        self._memory, self._key, self._trust, self._log = memory, key, trust, log

    def lap(self, *, now: datetime, tolerance: timedelta, peers: Sequence[str] = ()) -> Lap:
        """Look once. ``peers``: newest notes that other witnesses hold; ``tolerance``: how far the clocks may be apart.

        What it cosigns is remembered, durably, before the signature leaves. Raises LogUnreachable, WitnessFileFaulty.
        """
        if forks := self._memory.forks():
            says = (
                "This log has forked before. Nothing is signed until a person has looked and moved the evidence away."
            )
            return Lap(FORK, says, evidence=forks[0])
        held = self._memory.read()
        shown = self._log.newest()
        before = self._held(held)
        verdict = self._judge(before, shown, now, tolerance)
        if verdict.found != CONSISTENT:
            return self._refuse(verdict, held.note if held else "", shown, now)
        for peer in peers:
            verdict = views.compare(self._open(peer), self._open(shown), self._log.proof)
            if verdict.found != CONSISTENT:
                return self._refuse(verdict, peer, shown, now)
        return self._go_on(held, before, shown, now)

    def _judge(self, before: Checkpoint | None, shown: str, now: datetime, tolerance: timedelta) -> Verdict:
        try:
            seen = self._open(shown)
        except NoteInvalid as error:
            return Verdict(
                OTHER_KEY,
                f"What the log shows is not signed by the key you trust. {error}{self._named(shown)} {_CHANGED}",
            )
        apart = max(int(tolerance.total_seconds() * 1000), SLACK // 1000)
        if before is not None:
            if before.origin != seen.origin:
                return Verdict(OTHER_KEY, f"This is the log {seen.origin}; you witness {before.origin}.")
            if says := views.forked(*sorted((before, seen), key=lambda each: (each.size, each.number))):
                return Verdict(FORK, says)
            if (seen.size, seen.number) < (before.size, before.number) or seen.number < before.number:
                return Verdict(ROLL_BACK, _BACK.format(before=before, seen=seen))
        if seen.time > to_ms(now) + apart or (before is not None and seen.time < before.time - apart):
            return Verdict(
                CLOCK, "The log’s clock is far from yours, or went back. Nothing is signed until they agree."
            )
        return Verdict(CONSISTENT, "") if before is None else views.compare(before, seen, self._log.proof)

    def _go_on(self, held: Remembered | None, before: Checkpoint | None, shown: str, now: datetime) -> Lap:
        seen = self._open(shown)
        if held is not None and before is not None and before.text == seen.text:
            if self._carries(shown) and held.posted:
                return Lap(NOTHING_NEW, "Nothing new.", seen)
            untaken = self._post(held)
            return Lap(POSTED, f"The cosignature of checkpoint {seen.number} was handed in.", seen, untaken=untaken)
        first = {"at": to_ms(now), "number": seen.number, "root": b64(seen.root), "size": seen.size}
        note = self._own(shown) + self._key.cosign(seen.text, now=now)
        state = Remembered(note, posted=False, first=held.first if held else first)
        self._memory.write(state)
        untaken = self._post(state)
        if held is None:
            return Lap(FIRST, _FIRST.format(seen=seen, root=b64(seen.root)), seen, untaken=untaken)
        return Lap(COSIGNED, f"Checkpoint {seen.number} of {seen.size} entries cosigned.", seen, untaken=untaken)

    def _post(self, state: Remembered) -> str:
        untaken = self._log.post(state.note)
        if not untaken:
            self._memory.write(Remembered(state.note, posted=True, first=state.first))
        return untaken

    def _refuse(self, verdict: Verdict, held: str, shown: str, now: datetime) -> Lap:
        path = self._memory.accuse(verdict.found, held, shown, verdict.proof, now=now)
        return Lap(verdict.found, verdict.says, evidence=path)

    def _open(self, note: str) -> Checkpoint:
        return opened(note, self._trust)

    def _held(self, held: Remembered | None) -> Checkpoint | None:
        try:
            return None if held is None else self._open(held.note)
        except NoteInvalid:
            detail = "What this witness remembers is not signed by the log’s key you gave. Give the older key, too."
            raise WitnessFileFaulty(detail) from None

    def _named(self, shown: str) -> str:
        """What the lines of the note call their keys: nothing is believed of it, but a person may ask for that key."""
        origins = dict.fromkeys(key.name for key in self._trust.keys)
        try:
            names = [f"{name}+{each.hex()}" for name in origins for each in line_ids(shown, name)]
        except NoteInvalid:
            return ""
        return f" It says that it is signed by {', '.join(names[:4])}." if names else ""

    def _own(self, shown: str) -> str:
        """The note with the log's own lines alone."""
        text, signed = signatures(shown, self._trust.keys)
        return f"{text}\n" + "".join(f"{each.line}\n" for each in signed)

    def _carries(self, shown: str) -> bool:
        found = signatures(shown, (*self._trust.keys, self._key.verifier))[1]
        return any(each.key == self._key.verifier for each in found)


def opened(note: str, trust: Trust) -> Checkpoint:
    """A checkpoint that counts by what one trusts. Raises NoteInvalid."""
    try:
        return trust.open(note).checkpoint
    except Untrusted as error:
        raise NoteInvalid(str(error)) from None


_CHANGED = (
    "If its keeper changed the key, have the new verifier key handed over by another way than this network, and give "
    "it beside the old one. If they did not, it is an incident."
)
_BACK = (
    "The log was rolled back, or you are shown an old view: checkpoint {seen.number} of {seen.size} entries, after "
    "{before.number} of {before.size}."
)
_FIRST = (
    "FIRST CONTACT with {seen.origin}: {seen.size} entries, checkpoint {seen.number}, root {root}. Nothing before this "
    "was checked. Compare it with what the log’s keeper reads out to you."
)
