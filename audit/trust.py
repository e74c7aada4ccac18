"""Whom an examiner believes, and for how long: log keys, witnesses, time-stamping authorities. No database.

The service's own trust in its keys, past and present, is of the same form. Format: docs/formats/trust.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from audit.errors import NoteInvalid, TrustInvalid, VerifierKeyInvalid
from audit.leaf import Malformed
from audit.note import COSIGNATURE, ED25519, Checkpoint, Signed, VerifierKey, line_ids, read_checkpoint, signatures

MOST = 1_048_576
MOST_QUORUM = 100

_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,3}))?Z\Z", re.ASCII)
_COUNT = re.compile(r"(0|[1-9][0-9]{0,2})\Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Untrusted(Malformed):
    """A note that does not count. ``about``: the code of the fault (docs/formats/log.md)."""

    def __init__(self, about: str, text: str) -> None:
        super().__init__(text)
        self.about = about


@dataclass(frozen=True, slots=True)
class Trusted:
    """A key and when it counts: ``since`` ≤ t < ``until``, in ms since 1970; None does not bind."""

    key: VerifierKey
    since: int | None = None
    until: int | None = None

    def holds(self, time: int) -> bool:
        """Does it count at that time?"""
        return (self.since is None or self.since <= time) and (self.until is None or time < self.until)

    @property
    def text(self) -> str:
        """Its line in a trust file."""
        word = "log" if self.key.kind == ED25519 else "witness"
        since = "" if self.since is None else f" from={_stated(self.since)}"
        until = "" if self.until is None else f" until={_stated(self.until)}"
        return f"{word} {self.key.text}{since}{until}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A checkpoint that counts. ``signers``: the log's own trusted keys on it; ``cosigners``: trusted witnesses.

    ``strangers``: ids of further keys of the log's name on it that are not trusted: there the key may have changed.
    """

    checkpoint: Checkpoint
    note: str
    signers: tuple[VerifierKey, ...]
    cosigners: tuple[VerifierKey, ...] = ()
    strangers: tuple[str, ...] = ()

    @property
    def witnesses(self) -> int:
        """How many cosigned: two names with one key are one."""
        return len({each.public for each in self.cosigners})


@dataclass(frozen=True, slots=True)
class Trust:
    """Everything an examiner brings. ``authorities``: certificates of time-stampers, DER."""

    logs: tuple[Trusted, ...] = ()
    witnesses: tuple[Trusted, ...] = ()
    quorum: int = 0
    authorities: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, given: Trust | Sequence[str]) -> Trust:
        """As it is, or from bare verifier keys of logs. Raises VerifierKeyInvalid."""
        if isinstance(given, Trust):
            return given
        keys = tuple(dict.fromkeys(VerifierKey.parse(each) for each in given))
        return cls(
            logs=tuple(Trusted(each) for each in keys if each.kind == ED25519),
            witnesses=tuple(Trusted(each) for each in keys if each.kind == COSIGNATURE),
        )

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """The log keys, whatever their time."""
        return tuple(each.key for each in self.logs)

    def open(self, note: str) -> Opened:
        """A checkpoint signed by a trusted key of its own log, in that key's time. Raises Untrusted."""
        text, found = self._signed(note)
        checkpoint = _read(text)
        here = [each.key for each in found if each.key.kind == ED25519 and each.key.name == checkpoint.origin]
        if not here:
            _fault("signature", "no trusted key of the log signed it")
        counts = {each.key for each in (*self.logs, *self.witnesses) if each.holds(checkpoint.time)}
        signers = tuple(dict.fromkeys(key for key in here if key in counts))
        if not signers:
            _fault("window", "it was signed by a key outside the time for which that key is trusted")
        known = {each.id for each in self.keys if each.name == checkpoint.origin}
        return Opened(
            checkpoint=checkpoint,
            note=note,
            signers=signers,
            cosigners=tuple(
                dict.fromkeys(each.key for each in found if each.key.kind == COSIGNATURE and each.key in counts)
            ),
            strangers=tuple(each.hex() for each in line_ids(note, checkpoint.origin) if each not in known),
        )

    def _signed(self, note: str) -> tuple[str, tuple[Signed, ...]]:
        try:
            return signatures(note, (*self.keys, *(each.key for each in self.witnesses)))
        except NoteInvalid as error:
            if self.witnesses and self._holds_without_witnesses(note):
                _fault("cosignature", "the line of a witness does not verify")
            raise Untrusted("signature", str(error)) from None

    def _holds_without_witnesses(self, note: str) -> bool:
        try:
            return bool(signatures(note, self.keys))
        except NoteInvalid:
            return False

    def window(self, key: VerifierKey) -> Trusted:
        """The time of a log key."""
        return next((each for each in self.logs if each.key == key), Trusted(key))


def lines(keys: Iterable[Trusted]) -> str:
    """Their lines of a trust file."""
    return "".join(f"{each.text}\n" for each in keys)


def parse(data: bytes) -> Trust:
    """The strict reading of a trust file. Raises TrustInvalid with line and fault."""
    if len(data) > MOST:
        _refuse(0, "it is too large")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        _refuse(0, "it is no UTF-8 text")
    found = _Reading()
    for number, line in enumerate(text.split("\n"), 1):
        words = [word for word in re.split(r"[ \t]+", line.removesuffix("\r")) if word]
        if words and not words[0].startswith("#"):
            found.line(number, words)
    return found.whole()


class _Reading:
    def __init__(self) -> None:
        self._trust = Trust()
        self._quorum = 0  # the line that asks for one
        self._lines = {"log": self._key, "witness": self._key, "quorum": self._count, "tsa": self._authority}

    def line(self, number: int, words: list[str]) -> None:
        if len(words) == 1 and words[0] not in self._lines:
            words = ["log", *words]
        read = self._lines.get(words[0])
        if read is None:
            _refuse(number, f"“{_shown(words[0])}” is no word of this format")
        read(number, words)

    def whole(self) -> Trust:
        if self._trust.quorum > len(self._trust.witnesses):
            _refuse(self._quorum, "more witnesses are asked for than the file names")
        if not self._trust.logs:
            _refuse(0, "it names no key of a log")
        return self._trust

    def _key(self, number: int, words: list[str]) -> None:
        if len(words) < 2:
            _refuse(number, "there is no verifier key")
        try:
            key = VerifierKey.parse(words[1])
        except VerifierKeyInvalid:
            _refuse(number, "that is no verifier key")
        if key.text != words[1]:  # what is read as white space elsewhere does not part words here
            _refuse(number, "that is no verifier key")
        if key.kind != (ED25519 if words[0] == "log" else COSIGNATURE):
            _refuse(number, f"that is no key of a {words[0]}")
        same = (key.name, key.id)
        if any(same == (each.key.name, each.key.id) for each in (*self._trust.logs, *self._trust.witnesses)):
            _refuse(number, "that key stands in the file twice")
        made = Trusted(key, **_window(number, words[2:]))
        if words[0] == "log":
            self._trust = replace(self._trust, logs=(*self._trust.logs, made))
        else:
            self._trust = replace(self._trust, witnesses=(*self._trust.witnesses, made))

    def _count(self, number: int, words: list[str]) -> None:
        if self._quorum:
            _refuse(number, "a quorum is asked for twice")
        if len(words) != 2 or not _COUNT.match(words[1]) or int(words[1]) > MOST_QUORUM:
            _refuse(number, f"a quorum is a number from 0 to {MOST_QUORUM}")
        self._quorum = number
        self._trust = replace(self._trust, quorum=int(words[1]))

    def _authority(self, number: int, words: list[str]) -> None:
        from audit.timestamp import certificate  # only who asks for it needs X.509

        try:
            made = certificate(words[1] if len(words) == 2 else "")
        except Malformed:
            _refuse(number, "that is no certificate in base64 of DER")
        self._trust = replace(self._trust, authorities=(*self._trust.authorities, made))


def _window(number: int, words: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        name, equals, value = word.partition("=")
        key = {"from": "since", "until": "until"}.get(name)
        if key is None or not equals or key in found:
            _refuse(number, f"“{_shown(word)}” is neither from=… nor until=…, or stands there twice")
        found[key] = _moment(number, value)
    if "since" in found and "until" in found and found["since"] >= found["until"]:
        _refuse(number, "the window ends before it begins")
    return found


def _moment(number: int, text: str) -> int:
    read = _TIME.match(text)
    try:
        at = datetime.strptime(read[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC) if read else None
    except ValueError:
        at = None
    if read is None or at is None:
        _refuse(number, "a time is written like 2027-03-01T09:00:00Z")
    return (at - _EPOCH) // timedelta(milliseconds=1) + int((read[2] or "0").ljust(3, "0"))


def _stated(ms: int) -> str:
    at = (_EPOCH + timedelta(milliseconds=ms)).replace(tzinfo=None)  # strftime leaves the zeros of an early year out
    return f"{at.isoformat(timespec='milliseconds')}Z"


def _read(text: str) -> Checkpoint:
    try:
        return read_checkpoint(text)
    except NoteInvalid as error:
        raise Untrusted("signature", str(error)) from None


def _fault(about: str, what: str) -> NoReturn:
    msg = f"The signed note cannot be relied upon: {what}."
    raise Untrusted(about, msg)


def _refuse(number: int, what: str) -> NoReturn:
    place = f"In line {number} of the trust file: " if number else "The trust file cannot be used: "
    detail = f"{place}{what}."
    raise TrustInvalid(detail)


def _shown(word: str) -> str:
    return word[:40] if word.isascii() and word.isprintable() else "…"


def fingerprint(key: VerifierKey) -> str:
    """How a key is called among people: name and id."""
    return f"{key.name}+{key.id.hex()}"
