"""An approved medium is written, read back, and only then called exported (M57)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime

from audit.fact import Value
from custody import events
from custody.errors import PassphraseUnknown, ReadBackDiffers, StateOver
from custody.model import Chosen, Export
from custody.ports import Opened
from custody.rules import media as rules
from custody.service.asking import Asking
from custody.service.desk import WRITES
from foundation.actor import Actor
from foundation.calendar import london_date
from vault import passphrase

_LABEL = "custody.passphrase"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A passphrase for one writing of one medium by one person. Kept nowhere: ``seal`` proves that it was made here."""

    words: str
    seal: str


@dataclass(frozen=True, slots=True)
class Begun:
    """Everything for the container, opened. Close every reader."""

    export: Export
    opened: tuple[Opened, ...]


class Writing(Asking):
    """From the approval to “exported”."""

    def prepare(self, medium: str, *, actor: Actor, now: datetime) -> Prepared:
        """A new passphrase for the next writing. Raises MediumNotFound, CustodyRefused."""
        export = self._writable(medium, actor, now)
        made = passphrase.new()
        return Prepared(made, self._seal(export, actor, made))

    def begin(self, medium: str, words: str, seal: str, *, actor: Actor, now: datetime) -> Begun:
        """Open what was chosen, each file decided and recorded again, to be written under that passphrase.

        The copies are registered here, before the first byte: from now on they hold their items' certificates open.
        Raises MediumNotFound, CustodyRefused, PassphraseUnknown, what sharing says against an item.
        """
        export = self._writable(medium, actor, now)
        if not self._sealed(export, actor, words, seal):
            raise PassphraseUnknown("Ask for a new passphrase, and write with that one.", subject=medium)
        against = rules.holder_sees(
            [
                self._items.take(each.reference, "download", export.purpose, actor=actor, now=now)
                for each in export.chosen
            ],
            self._items.seen_by(
                [each.item for each in export.chosen], actor=self._person(export.holder, "holder", now), now=now
            ),
        )
        self._ask(actor, "write-medium", against, now=now, subject=medium)
        opened: list[Opened] = []
        try:
            for each in export.chosen:
                opened.append(self._items.open(each, export.purpose, actor=actor, now=now))  # noqa: PERF401
            for each in export.chosen if not export.attempt else ():
                self._taken(export, each, actor, now)
            attempt = export.attempt + 1
            begun = self._say_export(events.EXPORT_BEGUN, export, {"attempt": attempt}, actor=actor, now=now)
        except BaseException:
            close(opened)
            raise
        return Begun(begun, tuple(opened))

    def written(self, medium: str, attempt: int, size: int, sha256: str, *, actor: Actor, now: datetime) -> Export:
        """The container went out whole. Raises StateOver where another was begun since."""
        export = self._medium(medium)
        if export.state != "writing" or export.attempt != attempt:
            raise StateOver("Another container was begun since.", subject=medium)
        what: dict[str, Value] = {"attempt": attempt, "size": size, "sha256": sha256}
        return self._say_export(events.EXPORT_WRITTEN, export, what, actor=actor, now=now)

    def may_verify(self, medium: str, *, actor: Actor, now: datetime) -> Export:
        """Before a byte is read back. Raises MediumNotFound, CustodyRefused, StateOver."""
        export = self._medium(medium)
        self._ask(actor, "verify-medium", rules.may_verify(export, actor), now=now, subject=medium)
        return export

    def verify(self, medium: str, size: int, sha256: str, *, actor: Actor, now: datetime) -> Export:
        """What was read back has this size (bytes) and SHA-256 (hex). Only what was written last is exported.

        Raises MediumNotFound, CustodyRefused, StateOver, ReadBackDiffers (entered in the log).
        """
        export = self.may_verify(medium, actor=actor, now=now)
        what: dict[str, Value] = {"attempt": export.attempt, "size": size, "sha256": sha256}
        if (size, sha256) != (export.size, export.sha256):
            if size < export.size:
                said = (
                    f"It has {size:,} bytes; {export.size:,} were written. It may have been cut short: copy it again."
                )
            else:
                said = (
                    "It is another file, or it was changed. Copy the container to the medium again, or write it anew."
                )
            raise ReadBackDiffers(
                said, fields={"file": [said]}, fact=events.READ_BACK_REFUSED, what=what, subject=medium
            )
        return self._say_export(events.EXPORT_VERIFIED, export, what, actor=actor, now=now)

    def _writable(self, medium: str, actor: Actor, now: datetime) -> Export:
        export = self._medium(medium)
        self._ask(
            actor,
            "write-medium",
            rules.may_write(export, actor, london_date(now)),
            now=now,
            duty=WRITES,
            body=export.party,
            subject=medium,
        )
        return export

    def _taken(self, export: Export, each: Chosen, actor: Actor, now: datetime) -> None:
        said = {"holder": self._people.person(export.holder).name, "place": f"{export.number}, {export.serial}"}
        what: dict[str, Value] = {
            "medium": export.id,
            "copy": each.copy,
            "copy_kind": "media",
            "reference": each.reference,
            "party": export.party,
            "made_on": london_date(now).isoformat(),
            "by": actor.id,
        }
        sealed = {name: self._words.seal(events.copy_about(each.copy, name), text) for name, text in said.items()}
        self._trail.record(events.COPY_TAKEN, actor=actor, now=now, subject=each.item, what={**what, **sealed})

    def _facts(self, export: Export, actor: Actor, words: str) -> list[object]:
        return [export.id, export.attempt + 1, actor.id, words]

    def _seal(self, export: Export, actor: Actor, words: str) -> str:
        return b64encode(self._binder.over(_LABEL, self._facts(export, actor, words))).decode()

    def _sealed(self, export: Export, actor: Actor, words: str, seal: str) -> bool:
        try:
            kept = b64decode(seal, validate=True)
        except (NotBase64, ValueError):
            return False
        return passphrase.well_formed(words) and self._binder.holds(kept, _LABEL, self._facts(export, actor, words))


def close(opened: list[Opened] | tuple[Opened, ...]) -> None:
    """Every reader of them."""
    for each in opened:
        for _, reader in each.files.values():
            reader.close()
