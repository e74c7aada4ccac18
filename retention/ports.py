"""What retention needs of others. ``app/bootstrap`` hands in the vault's, sharing's and the log's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from audit.fact import Fact
from foundation.actor import Actor
from identity.model import Verdict
from retention.model.transfer import Label


@dataclass(frozen=True, slots=True)
class Erasure:
    """What a destruction found: ``parts`` (files) it had, ``size`` in bytes of plaintext, ``absent`` verified.

    ``key_entry`` and ``content_entry``: ids of the log's entries that say that keys and content went.
    """

    parts: int
    size: int
    absent: bool
    key_entry: str
    content_entry: str


class Parcel(Protocol):
    """All of one item as one file, to be streamed once what gave it is committed.

    ``files`` and ``size`` (their bytes in clear) count what the item has; ``sha256`` is of the package's manifest, in
    hexadecimal, which lists names, sizes and digests beside a number nobody can guess. ``references``: of the item.
    """

    @property
    def name(self) -> str: ...

    @property
    def references(self) -> Collection[str]: ...

    @property
    def marking(self) -> str: ...

    @property
    def files(self) -> int: ...

    @property
    def size(self) -> int: ...

    @property
    def sha256(self) -> str: ...

    def stream(self) -> Iterator[bytes]:
        """The bytes, once. Needs no database. Raises Unavailable in the middle for content that fails its check."""

    def close(self) -> None:
        """Let go of the content. May be called any number of times."""


class Eraser(Protocol):
    """The vault and sharing, as retention sees them. Every method may be called again after a crash.

    Each raises ``foundation.errors.Unavailable`` when keys or store cannot be reached; nothing is then half-said.
    """

    def disable(self, item: UUID, *, actor: Actor, now: datetime) -> None:
        """No version of the item can be opened until ``enable``. Reversible. Disabling twice is once."""

    def enable(self, item: UUID, *, actor: Actor, now: datetime) -> None:
        """Undo ``disable``. Never called once ``destroy`` was."""

    def destroy(self, items: Sequence[UUID], *, actor: Actor, now: datetime) -> Mapping[UUID, Erasure]:
        """Destroy the keys of all versions of these items, then remove all ciphertext and verify its absence by
        listing.

        Writes `vault.key-destroyed` and `vault.content-removed` with each item as subject. Idempotent: what is gone
        already is reported as gone; after an attempt that was rolled back both are written again, so that the log
        holds one of each. ``parts`` and ``size`` count what the item had, not what was left for this attempt.
        """

    def parcel(self, item: UUID, *, actor: Actor, now: datetime) -> Parcel:
        """Everything of an item, to be given back to its source. Raises Unavailable."""

    def bag(self, item: UUID, label: Label, *, actor: Actor, now: datetime) -> Parcel:
        """Everything of an item as a bag (RFC 8493) for the archive. Raises Unavailable."""

    def tombstone(self, items: Sequence[UUID], *, actor: Actor, now: datetime, again: bool = False) -> None:
        """Leave the items' rows as tombstones: state destroyed, sealed words and search entries removed.

        ``again``: a restored backup had them back, perhaps still open, or as drafts, of which nothing is left.
        """


class Witness(Protocol):
    """The log's proofs: ``retention.service.witness.LogWitness``, or one that waits for other bodies' signatures."""

    def receipt(self, entry: str, fields: Sequence[str], *, actor: Actor, now: datetime) -> dict[str, Any]:
        """Leaf, inclusion proof, checkpoint and the named disclosures (of who, subject, what, why) of one entry.

        A checkpoint is made where none covers the entry yet. Raises NotYetInTree for an entry not in the tree yet,
        another Unavailable if the log cannot prove it now.
        """

    def receipts(
        self, entries: Collection[str], fields: Sequence[str], *, actor: Actor, now: datetime
    ) -> Mapping[str, dict[str, Any]]:
        """The same of each of many, by the entry's id."""

    def facts(self, item: str) -> Sequence[Fact]:
        """What the log says of one item, oldest first, checked against what was committed to. Raises Unavailable."""

    def facts_of(self, items: Collection[str], kinds: Collection[str] | None = None) -> Mapping[str, Sequence[Fact]]:
        """The same of each of many; with ``kinds`` only what is of these."""


class Words(Protocol):
    """Keeps what people wrote unreadable at rest: a reason for a hold may well name whom the item is about."""

    def seal(self, about: str, text: str) -> str:
        """``text`` as it is kept, bound to ``about``; empty stays empty."""

    def open(self, about: str, kept: str) -> str:
        """What ``seal`` was given. Raises ``foundation.errors.Unavailable`` for anything else."""


class Decider(Protocol):
    """Identity's answer whether somebody may do a duty."""

    def decide_duty(
        self, actor: Actor, action: str, *, now: datetime, owner: str = "", body: str = "", other: str = ""
    ) -> Verdict:
        """``body``: the originating body; ``other``: the id of the person who must not be the same."""


class Persons(Protocol):
    """Whom items are about, without a name: sharing's blind index."""

    def token(self, kind: str, value: str) -> str:
        """The blind token (hexadecimal) of an identifier or a name. ``kind`` is one of ``kinds``.

        Raises ``foundation.errors.Invalid`` for what is no identifier of that kind; repeats nothing that was typed.
        """

    def kinds(self) -> Sequence[str]:
        """The kinds of identifier there are."""

    def tokens(self, item_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
        """The tokens each of these items is found by, by its number; an item about nobody may be left out."""

    def about(self, tokens: Collection[str]) -> frozenset[int]:
        """The numbers of all items found by any of these."""


class Colleagues(Protocol):
    """Who may keep a hold for a body."""

    def reviewers(self, party: str, *, now: datetime) -> Mapping[str, str]:
        """Names of the active records reviewers of a body, by account id."""


@dataclass(frozen=True, slots=True)
class People:
    """Both: whom items are about, and who keeps holds."""

    subjects: Persons
    colleagues: Colleagues
