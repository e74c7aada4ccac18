"""A bundle, read once from start to end and checked as it passes. Rules: docs/formats/log.md."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from audit import leaf as form
from audit import manifest, ranges, shape
from audit.check import Faults, LogCheck
from audit.container import MOST_FREE, MOST_LINE, Member
from audit.note import MOST_NOTE
from audit.timestamp import MOST_TOKEN
from audit.timestamp import verify as verify_stamp
from audit.trust import Opened, Trust, Untrusted, fingerprint


class Stamps:
    """The time-stamps of a bundle, beside its checkpoints."""

    def __init__(self, member: Member, trust: Trust, faults: Faults) -> None:
        self.good = self.unchecked = 0
        self._trust, self._faults = trust, faults
        self._lines = enumerate(member.lines(MOST_LINE), 1)
        self._due: tuple[int, int, str] | None = None
        self._newest = 0
        self.lines = 0

    def follow(self, opened: Opened) -> None:
        """The next checkpoint passes: so do its stamps."""
        number = opened.checkpoint.number
        if self._due is None:
            self._next()
        while self._due is not None and self._due[1] <= number:
            line, stamped, token = self._due
            if stamped != number:
                self._add(line, "is of no checkpoint here")
            else:
                self._one(line, token, opened.checkpoint.text)
            self._next()

    def finish(self) -> None:
        """What is left stands beside no checkpoint."""
        if self._due is None:
            self._next()
        while self._due is not None:
            self._add(self._due[0], "is of no checkpoint here")
            self._next()

    def _next(self) -> None:
        self._due = None
        for at, line in self._lines:
            self.lines = at
            try:
                number, token = _stamp(line)
            except form.Malformed:
                self._add(at, "is not of the known form")
                continue
            if number < self._newest:
                self._add(at, "is out of order")
            self._newest = number
            self._due = at, number, token
            return

    def _one(self, line: int, token: str, text: str) -> None:
        if not self._trust.authorities:
            self.unchecked += 1
            return
        try:
            verify_stamp(base64.b64decode(token), text, self._trust.authorities)
        except form.Malformed as error:
            self._add(line, str(error))
        else:
            self.good += 1

    def _add(self, line: int, text: str) -> None:
        self._faults.add(f"timestamps.jsonl, line {line}: {text}", "timestamp")


class Bundle:
    """One bundle. ``newest``: its newest checkpoint, once seen."""

    def __init__(self, members: Mapping[str, Member], trust: Trust, check: LogCheck) -> None:
        """Reads the manifest. Raises Untrusted, Malformed: then nothing more is worth reading."""
        self._members, self._trust, self._check, self._faults = members, trust, check, check.faults
        self._manifest = manifest.read(_note(members["manifest"], "manifest"), trust)
        self.origin = self._manifest.told["origin"]
        self.newest: Opened | None = None
        self.stamps = Stamps(members["timestamps.jsonl"], trust, check.faults)
        self._turned = ""
        window = trust.window(self._manifest.key)
        if not window.holds(int(self._manifest.told["made"])):
            self._faults.add("manifest: its key is not trusted for the time at which it was made", "window")

    def verify(self) -> None:
        """Everything once. Raises Malformed, Untrusted, OSError where reading must end."""
        told = self._range()
        self._check.begin(told.begin())
        due = self._pass()
        if self._check.tree.size == told.end:
            self._check.close(told.close(self._check.tree))
        else:
            text = f"range: says {told.end - told.first} entries; here are {self._check.tree.size - told.first}"
            self._faults.add(text, "range")
        while due is not None:
            due = self._checkpoint(due)
        self._compare(told)

    def _range(self) -> ranges.Range:
        try:
            return ranges.read(self._members["range"].whole(ranges.MOST_RANGE))
        except form.Malformed as error:
            raise Untrusted("range", str(error)) from None

    def _pass(self) -> Opened | None:
        """Entries in tree order, each checkpoint when the tree has reached its size. Returns the first one beyond."""
        self._notes = self._opened()
        due = next(self._notes, None)
        leaves = self._members["leaves.jsonl"].lines(form.MOST_LEAF)
        disclosures = self._members["disclosures.jsonl"].lines(MOST_LINE)
        for body, line in zip_longest(leaves, disclosures):
            while due is not None and due.checkpoint.size <= self._check.tree.size:
                due = self._checkpoint(due)
            if body is None or line is None:
                self._faults.add("leaves and disclosures are not as many", "count")
                break
            self._entry(body, line)
        while due is not None and due.checkpoint.size <= self._check.tree.size:
            due = self._checkpoint(due)
        return due

    def _checkpoint(self, opened: Opened) -> Opened | None:
        self._check.checkpoint(opened.checkpoint, opened.signers)
        self.stamps.follow(opened)
        self.newest = opened
        return next(self._notes, None)

    def _entry(self, body: bytes, line: bytes) -> None:
        seq, disclosed, named = self._check.tree.size, None, None
        try:
            named, disclosed = shape.line(line) or _line(line)
        except form.Malformed as error:
            self._faults.add(f"entry {seq}: {error}", "disclosure")
        found = self._check.entry(body, disclosed)
        if found and found[0].id != named:
            self._faults.add(f"entry {seq}: the disclosure at its place is another’s", "disclosure")

    def _opened(self) -> Iterator[Opened]:
        for at, line in enumerate(self._members["checkpoints.jsonl"].lines(MOST_LINE), 1):
            try:
                opened = self._trust.open(_text(line))
            except Untrusted as error:
                self._faults.add(f"checkpoints.jsonl, line {at}: {error}{self._turned}", error.about)
            except form.Malformed as error:
                self._faults.add(f"checkpoints.jsonl, line {at}: {error}", "signature")
            else:
                if opened.strangers:
                    self._turned = _turned(opened)
                yield opened

    def _compare(self, told: ranges.Range) -> None:
        """Newest checkpoint, counts and digests, once everything has passed by."""
        check, last = self._check, self._check.last
        self.stamps.finish()
        if not self.newest or _note(self._members["checkpoint"], "checkpoint") != self.newest.note:
            self._faults.add("checkpoint: is not the last of the checkpoints", "checkpoint")
        if last is None or last.origin != self.origin:
            self._faults.add("checkpoint: is missing or of another log", "checkpoint")
        elif last.size != told.size:
            text = f"the newest checkpoint says {last.size} entries; the range is of {told.size}"
            self._faults.add(text, "range")
        elif last.root != check.tree.root():
            self._faults.add("range: does not lead to the newest checkpoint", "range")
        if check.signers.in_force and self._manifest.key not in check.signers.in_force:
            self._faults.add("manifest: its key is not the one in force", "rotation")
        self._quorum()
        self._counts()

    def _quorum(self) -> None:
        found, wanted = self.newest.witnesses if self.newest else 0, self._trust.quorum
        if found < wanted:
            self._faults.add(f"{found} witnesses cosigned the newest checkpoint; {wanted} are asked for", "quorum")

    def _counts(self) -> None:
        check, told = self._check, self._manifest.told
        here = check.report()
        counts = {
            "entries": here.entries,
            "disclosed": here.disclosed,
            "redacted": here.redacted,
            "checkpoints": here.checkpoints,
            "timestamps": self.stamps.lines,
        }
        for word, number in counts.items():
            if told[word] != str(number):
                self._faults.add(f"manifest: says {told[word]} {word}; here are {number}", "count")
        for name, member in self._members.items():
            if name in ("keys", "verify.py") and member.size > MOST_FREE:
                self._faults.add(f"{name}: is too large", "form")
            digest = f"{member.size} {member.digest()}"
            if name != "manifest" and self._manifest.files[name] != digest:
                self._faults.add(f"{name}: is not the file the manifest was signed over", "digest")


def decoded(data: bytes) -> str:
    """Its text. Raises Malformed."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        msg = "it is no text"
        raise form.Malformed(msg) from None


def _note(member: Member, name: str) -> str:
    try:
        return decoded(member.whole(MOST_NOTE))
    except form.Malformed as error:
        raise Untrusted("manifest" if name == "manifest" else "form", f"{name}: {error}") from None


def _text(line: bytes) -> str:
    note = form.parse(line)
    if not isinstance(note, str):
        msg = "is no note"
        raise form.Malformed(msg)
    return note


def _line(line: bytes) -> tuple[object, Sequence[form.Disclosure] | None]:
    """The strict reading of a line of disclosures. Raises Malformed."""
    raw: Any = form.parse(line)
    if not isinstance(raw, dict) or raw.keys() != {"id", "disclosed"}:
        msg = "disclosure line without exactly its keys"
        raise form.Malformed(msg)
    return raw["id"], None if raw["disclosed"] is None else form.unpack(raw["disclosed"])


def _stamp(line: bytes) -> tuple[int, str]:
    raw: Any = form.parse(line)
    if not isinstance(raw, dict) or raw.keys() != {"number", "token"} or not form.whole(raw["number"]):
        raise form.Malformed(line)
    token = raw["token"]
    try:
        data = base64.b64decode(token, validate=True) if isinstance(token, str) else None
    except ValueError:
        data = None
    if data is None or len(data) > MOST_TOKEN or form.b64(data) != token:
        raise form.Malformed(line)
    return raw["number"], token


def _turned(opened: Opened) -> str:
    old = ", ".join(fingerprint(each) for each in opened.signers)
    new = ", ".join(f"{opened.checkpoint.origin}+{each}" for each in opened.strangers)
    return (
        f" At checkpoint {opened.checkpoint.number} the log’s key changed from {old}, which you trust, to {new}: "
        "ask for that verifier key."
    )
