"""The witnesses this service trusts, or once did: a file beside the log's keys (docs/formats/checkpoint.md).

It holds public keys only. It is read each time: the operator's command changes it while the service runs.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from audit.errors import AlreadyThere, VerifierKeyInvalid, WitnessesFaulty, WitnessUnknown
from audit.note import COSIGNATURE, VerifierKey
from foundation.durable import write_new
from foundation.orm import to_ms

FILE = "witnesses"
MOST = 32  # trusted at one time: a note holds at most 100 lines, and old ones keep those of witnesses that ended
MOST_NAME = 120
_HEAD = "custodes-witnesses/1"
_LINE = re.compile(r"(\S+) from=([0-9]{1,15})(?: until=([0-9]{1,15}))?(?: party=([a-z][a-z0-9-]{0,39}))?\Z")
_MOST_FILE = 1_000_000
_FAULTY = "The file “witnesses” beside the log’s keys cannot be read as a list of witnesses. Restore it from its copy."


@dataclass(frozen=True, slots=True)
class Witness:
    """One witness. ``since`` and ``until``: ms since 1970; ``party``: whose it is, "" where nobody said."""

    key: VerifierKey
    since: int
    until: int | None = None
    party: str = ""

    @property
    def id(self) -> str:
        """Name and id of its key: what its cosignatures are stored under."""
        return f"{self.key.name}+{self.key.id.hex()}"

    @property
    def text(self) -> str:
        until = "" if self.until is None else f" until={self.until}"
        return f"{self.key.text} from={self.since}{until}{f' party={self.party}' if self.party else ''}"


def witness_key(vkey: str) -> VerifierKey:
    """A witness's verifier key. Raises VerifierKeyInvalid, also for a log's key."""
    key = VerifierKey.parse(vkey)
    if key.kind != COSIGNATURE or len(key.name) > MOST_NAME:
        detail = "That is no witness’s key. Give what “custodes audit witness-key” printed on the witness’s machine."
        raise VerifierKeyInvalid(detail)
    return key


class Witnesses:
    """The list in the directory of the log's keys."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE

    def known(self) -> tuple[Witness, ...]:
        """Every one there is or was: what old cosignatures are checked with. Raises WitnessesFaulty."""
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return ()
        except OSError:
            raise WitnessesFaulty(_FAULTY) from None
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(file.fileno())
            # Whoever could write it could have this service take cosignatures of their own.
            if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o022 or found.st_uid != os.geteuid():
                detail = "Others than the service’s own user could change the list of witnesses. Set that right first."
                raise WitnessesFaulty(detail)
            return _parse(file.read(_MOST_FILE))

    def trusted(self) -> tuple[Witness, ...]:
        """Those trusted now."""
        return tuple(each for each in self.known() if each.until is None)

    def may(self, vkey: str, *, end: bool = False) -> None:
        """Could it be trusted, or trusted no longer? Asked before that is recorded. Raises what they raise."""
        key = witness_key(vkey)
        trusted = self.trusted()
        if end and not any(each.key == key for each in trusted):
            detail = "That key is not among the witnesses of this log. “custodes audit status” lists them."
            raise WitnessUnknown(detail)
        if not end and (len(trusted) >= MOST or any(key.public == each.key.public for each in trusted)):
            detail = f"That key is trusted already, or there are {MOST} witnesses: end one first."
            raise AlreadyThere(detail)

    def trust(self, vkey: str, *, party: str = "", now: datetime) -> Witness:
        """Trust one from now on. Raises VerifierKeyInvalid; AlreadyThere if it is, or if there are too many."""
        new = Witness(witness_key(vkey), to_ms(now), party=party)
        with self._changing() as known:
            self.may(vkey)
            self._write([*(each for each in known if each.id != new.id), new])
        return new

    def end(self, vkey: str, *, now: datetime) -> Witness:
        """Trust one no longer; what it cosigned stays. Raises VerifierKeyInvalid, WitnessUnknown."""
        key = witness_key(vkey)
        with self._changing() as known:
            self.may(vkey, end=True)
            made = [replace(each, until=to_ms(now)) if each.key == key else each for each in known]
            self._write(made)
        return next(each for each in made if each.key == key)

    @contextmanager
    def _changing(self) -> Iterator[tuple[Witness, ...]]:
        handle = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield self.known()
            os.fsync(handle)
        finally:
            os.close(handle)

    def _write(self, witnesses: list[Witness]) -> None:
        new = self._path.with_name(f".{FILE}.{secrets.token_hex(8)}")
        write_new(new, "".join(f"{line}\n" for line in (_HEAD, *(each.text for each in witnesses))).encode())
        os.replace(new, self._path)


def _parse(data: bytes) -> tuple[Witness, ...]:
    lines = data.decode("utf-8", "replace").split("\n")
    if lines[0] != _HEAD or lines[-1] != "":
        raise WitnessesFaulty(_FAULTY)
    found = [_LINE.match(line) for line in lines[1:-1]]
    try:
        return tuple(
            Witness(witness_key(each[1]), int(each[2]), int(each[3]) if each[3] else None, each[4] or "")
            if each
            else _refuse()
            for each in found
        )
    except VerifierKeyInvalid:
        raise WitnessesFaulty(_FAULTY) from None


def _refuse() -> Witness:
    raise WitnessesFaulty(_FAULTY)
