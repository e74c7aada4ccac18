"""What is done with recovery files, each act recorded. Neither secret nor share nor key gets into the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from audit.fact import Value
from audit.leaf import canonical
from audit.trail import Trail
from foundation.actor import Actor
from vault import envelope, events
from vault.errors import RecoveryFileInvalid, RecoverySetUnknown, SharesImpossible
from vault.recovery.sealed import Copy, fits, public_of
from vault.recovery.shares import Gathering, divide


@dataclass(frozen=True, slots=True)
class Made:
    """A new set: the file, and the shares in order. They are nowhere else."""

    copy: Copy
    shares: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a copy that was opened compares with the keys in use, by name of file."""

    same: tuple[str, ...]
    differing: tuple[str, ...]  # not the key that is in use under that name
    lacking: tuple[str, ...]  # in use, and not in the copy: it would not be recovered
    retired: tuple[str, ...]  # in the copy, and no longer in use: the copy still opens what was closed for good

    @property
    def ok(self) -> bool:
        """Would everything in use come back, as it is?"""
        return not self.differing and not self.lacking


class Recovery:
    """One unit of work's door to recovery files."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail

    def make(
        self, *, scope: str, files: Mapping[str, bytes], threshold: int, shares: int, actor: Actor, now: datetime
    ) -> Made:
        """A new set of shares and the copy they open, tried before it is returned. Raises SharesImpossible."""
        if not files or not all(fits(scope, name) for name in files):
            raise SharesImpossible("There are no keys to recover, or a file among them is no key of that set.")
        secret = envelope.new_key()
        division = divide(secret, threshold, shares)
        blank = Copy(scope, now, now, threshold, shares, division.share_id, public_of(secret))
        copy = Copy.decode(blank.sealing(files, now=now).encode())
        if any(copy.open(joined) != dict(files) for joined in _joined(copy, division.words)):
            raise RecoveryFileInvalid("The new shares did not open the new file. Nothing was made; try again.")
        what = _of(copy) | {"threshold": threshold, "shares": shares, "keys": len(files)}
        what |= {"held": held(files), "sha256": _digest(copy)}
        self._trail.record(events.SHARES_MADE, actor=actor, now=now, what=what)
        return Made(copy, division.words)

    def renew(self, *, copy: Copy, fingerprint: str, files: Mapping[str, bytes], actor: Actor, now: datetime) -> Copy:
        """The copy with the keys of now, for the same shares. ``fingerprint`` is the one of the set in force.

        Raises RecoverySetUnknown where the file names another public key: it may be anybody's.
        """
        if copy.fingerprint != fingerprint:
            raise RecoverySetUnknown(
                "No key is sealed to it. Give the file of the newest set, or make a new set of shares."
            )
        if not files or not all(fits(copy.scope, name) for name in files):
            raise SharesImpossible("There are no keys to recover, or a file among them is no key of that set.")
        renewed = copy.sealing(files, now=now)
        what = _of(renewed) | {"keys": len(files), "held": held(files), "sha256": _digest(renewed)}
        self._trail.record(events.COPY_RENEWED, actor=actor, now=now, what=what)
        return renewed

    def rehearse(
        self, *, copy: Copy, secret: bytes, files: Mapping[str, bytes], actor: Actor, now: datetime
    ) -> Rehearsal:
        """Open the copy in memory and compare. Raises SharesDoNotJoin, RecoveryFileInvalid."""
        old = copy.open(secret)
        both = sorted(old.keys() & files.keys())
        found = Rehearsal(
            same=tuple(name for name in both if old[name] == files[name]),
            differing=tuple(name for name in both if old[name] != files[name]),
            lacking=tuple(sorted(files.keys() - old.keys())),
            retired=tuple(sorted(old.keys() - files.keys())),
        )
        counts = {name: len(getattr(found, name)) for name in ("same", "differing", "lacking", "retired")}
        what = _of(copy) | {"ok": found.ok, "sha256": _digest(copy)} | counts
        self._trail.record(events.SHARES_REHEARSED, actor=actor, now=now, what=what)
        return found


def held(files: Mapping[str, bytes]) -> str:
    """What tells one collection of key files from another: SHA-256 over names and digests. Keys cannot be guessed."""
    return sha256(canonical({name: sha256(files[name]).hexdigest() for name in files})).hexdigest()


def _joined(copy: Copy, words: tuple[str, ...]) -> list[bytes]:
    """The secret from each run of m shares: every share takes part in some."""
    secrets = []
    for start in range(len(words) - copy.threshold + 1):
        gathering = Gathering(copy.share_id, copy.threshold)
        for text in words[start : start + copy.threshold]:
            gathering.add(text)
        secrets.append(gathering.secret())
    return secrets


def _of(copy: Copy) -> dict[str, Value]:
    return {"scope": copy.scope, "set": copy.set_id}


def _digest(copy: Copy) -> str:
    return sha256(copy.encode()).hexdigest()
