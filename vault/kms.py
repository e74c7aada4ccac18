"""A keyring in AWS KMS: one key a body and epoch, never seen here (docs/formats/envelope.md, section 3).

``alias/<prefix>/<body>/<YYYY-MM>/<n>`` names each key, ``alias/<prefix>/<body>/newest`` the one that wraps: KMS itself
decides at each wrap which that is, so no process can go on with a key that another has replaced.

What KMS unwrapped is kept for ``KEEP`` seconds. The key store is asked at every opening whatever is kept here: a key
destroyed or disabled there is dead at once in every process, and what is kept is never asked for again.
"""

from __future__ import annotations

import struct
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from vault.aws import THROTTLED, Clients, Place, code_of, errors, status_of
from vault.envelope import KEY, tampered
from vault.errors import KeyMissing, KeyRefused, KeyServiceFailed
from vault.kekfile import BODY
from vault.keyring import Kek, body_of, place_of

PURPOSE: Final = "custodes/dek/1"
KEEP: Final = 30.0
KEPT: Final = 1000
WAIT: Final = 7  # days KMS waits before it destroys a key: from 7 to 30

_TAMPERED = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})
_STATES = {"Enabled": "live", "Disabled": "disabled", "PendingDeletion": "pending-deletion"}
_HEAD = struct.Struct(">16sIH")


def encryption_context(facts: bytes) -> dict[str, str]:
    """``envelope.wrap_facts`` as KMS binds, logs and lets policies condition on them. Raises ValueError for others."""
    item, version, length = _HEAD.unpack_from(facts) if len(facts) >= _HEAD.size else (b"", 0, -1)
    marking = facts[_HEAD.size :]
    if len(marking) != length:
        msg = "these are no facts of a wrap"
        raise ValueError(msg)
    found = {"purpose": PURPOSE, "item": str(UUID(bytes=item)), "version": str(version)}
    # KMS takes no empty value; no field is another fact than any code.
    return found | ({"marking": marking.decode()} if marking else {})


class KmsKeyring:
    """Safe for threads and forks; nothing is asked of KMS before the first use."""

    def __init__(
        self, prefix: str, place: Place | None = None, *, wait: int = WAIT, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``prefix`` of the aliases, without ``alias/``; ``wait`` in days; ``clock`` in seconds, for what is kept."""
        self._alias, self._wait = f"alias/{prefix.strip('/')}/", wait
        self._clients = Clients("kms", place or Place())
        self._ids: dict[str, str] = {}  # KMS key id: KEK id
        self._kept = _Kept(clock)

    def wrap(self, body: str, dek: bytes, facts: bytes) -> tuple[str, bytes]:
        newest, context = self._newest_alias(body), encryption_context(facts)
        with self._refusing(body):
            answer = self._kms.encrypt(KeyId=newest, Plaintext=dek, EncryptionContext=context)
        kek_id, wrapped = self._id_of(body, answer["KeyId"]), answer["CiphertextBlob"]
        self._kept.put((kek_id, wrapped, facts), dek)
        return kek_id, wrapped

    def unwrap(self, kek_id: str, wrapped: bytes, facts: bytes) -> bytes:
        known = self._kept.get((kek_id, wrapped, facts))
        if known is not None:
            return known
        context = encryption_context(facts)
        with self._refusing(body_of(kek_id)):
            # The key is named, never left to the blob to say: a blob of another key stays shut.
            answer = self._kms.decrypt(KeyId=self._alias + kek_id, CiphertextBlob=wrapped, EncryptionContext=context)
        dek: bytes = answer["Plaintext"]
        if len(dek) != KEY:
            raise tampered()
        self._kept.put((kek_id, wrapped, facts), dek)
        return dek

    def rewrap(self, kek_id: str, wrapped: bytes, facts: bytes) -> tuple[str, bytes]:
        """Inside KMS: the data key does not leave it."""
        body, context = body_of(kek_id), encryption_context(facts)
        newest = self._newest_alias(body)
        with self._refusing(body):
            answer = self._kms.re_encrypt(
                CiphertextBlob=wrapped,
                SourceKeyId=self._alias + kek_id,
                SourceEncryptionContext=context,
                DestinationKeyId=newest,
                DestinationEncryptionContext=context,
            )
        return self._id_of(body, answer["KeyId"]), answer["CiphertextBlob"]

    def forget(self, item: UUID) -> None:
        self._kept.drop(lambda key: key[2].startswith(item.bytes))

    def newest(self, body: str) -> str:
        with self._refusing(body):
            aliases = self._aliases()
        target = aliases.get(self._newest_alias(body))
        if target is None:
            raise _missing(body)
        return self._id_of(body, target)

    def ids(self) -> list[Kek]:
        """Aliases whose key KMS has destroyed are gone with it."""
        with self._refusing(""):
            found = sorted(self._load().items(), key=lambda pair: place_of(pair[1]))
            return [self._described(kek_id, self._kms.describe_key(KeyId=key)) for key, kek_id in found]

    def create(self, body: str, *, now: datetime) -> str:
        """A new key in KMS, tagged with its id, then named, then made the newest: broken off, it is done again."""
        if not BODY.fullmatch(body):
            msg = f"{body!r} is no id of a body"
            raise ValueError(msg)
        with self._refusing(body):
            kek_id = self._next(body, now.astimezone(UTC).strftime("%Y-%m"))
            made = self._kms.create_key(
                Description=f"Custodes: wraps the data keys of {kek_id}",
                Tags=[{"TagKey": "custodes-kek", "TagValue": kek_id}],
            )["KeyMetadata"]["KeyId"]
            try:
                self._kms.create_alias(AliasName=self._alias + kek_id, TargetKeyId=made)
            except errors():
                with suppress(*errors()):
                    self._kms.schedule_key_deletion(KeyId=made, PendingWindowInDays=self._wait)
                raise
            self._point(self._newest_alias(body), made)
            self._ids[made] = kek_id
        return kek_id

    def retire(self, kek_id: str, *, now: datetime) -> datetime:  # noqa: ARG002 - KMS goes by its own clock
        """KMS refuses the key at once and destroys it after the waiting period, whose end is given back."""
        with self._refusing(body_of(kek_id)):
            found = self._kms.describe_key(KeyId=self._alias + kek_id)["KeyMetadata"]
            if found["KeyState"] != "PendingDeletion":
                found = self._kms.schedule_key_deletion(KeyId=found["KeyId"], PendingWindowInDays=self._wait)
        self._kept.drop(lambda key: key[0] == kek_id)
        ends: datetime = found["DeletionDate"]
        return ends.astimezone(UTC)

    @property
    def _kms(self) -> Any:
        return self._clients.get()

    def _newest_alias(self, body: str) -> str:
        return f"{self._alias}{body}/newest"

    def _id_of(self, body: str, key: str) -> str:
        """The KEK id of a KMS key, given by id or ARN."""
        name = key.rpartition("/")[2]
        if name not in self._ids:
            with self._refusing(body):
                self._load()
        if name not in self._ids:
            raise _missing(body)
        return self._ids[name]

    def _load(self) -> dict[str, str]:
        """KMS key id: KEK id, from the aliases as they are now."""
        found = {}
        for alias, target in self._aliases().items():
            with suppress(ValueError):  # the newest, or somebody else's
                found[target] = "/".join(map(str, place_of(alias.removeprefix(self._alias))))
        self._ids = found
        return found

    def _aliases(self) -> dict[str, str]:
        pages = self._kms.get_paginator("list_aliases").paginate()
        return {
            one["AliasName"]: one["TargetKeyId"]
            for page in pages
            for one in page["Aliases"]
            if one["AliasName"].startswith(self._alias) and "TargetKeyId" in one
        }

    def _next(self, body: str, epoch: str) -> str:
        """Never older than what is there, should the clock have gone back: the newest wraps."""
        last = max((place_of(one) for one in self._load().values() if body_of(one) == body), default=(body, "", 0))
        return f"{body}/{last[1]}/{last[2] + 1}" if last[1] >= epoch else f"{body}/{epoch}/1"

    def _point(self, alias: str, key: str) -> None:
        try:
            self._kms.create_alias(AliasName=alias, TargetKeyId=key)
        except errors() as error:
            if code_of(error) != "AlreadyExistsException":
                raise
            self._kms.update_alias(AliasName=alias, TargetKeyId=key)

    def _described(self, kek_id: str, answer: Any) -> Kek:
        said = answer["KeyMetadata"]
        body, epoch, _ = place_of(kek_id)
        state = _STATES.get(said["KeyState"], said["KeyState"].lower())
        return Kek(kek_id, body, epoch, said["CreationDate"].astimezone(UTC), state)

    @contextmanager
    def _refusing(self, body: str) -> Iterator[None]:
        """KMS's refusals as ours. The blob's faults are Tampered; what may pass is told from what will not."""
        try:
            yield
        except errors() as error:
            raise _refusal(error, body, self._clients.place) from error


def _refusal(error: Exception, body: str, place: Place) -> Exception:
    code = code_of(error)
    if code in _TAMPERED:
        return tampered()
    if code == "NotFoundException":
        return _missing(body, place.region)
    if 400 <= status_of(error) < 500 and code not in THROTTLED:
        return KeyRefused(
            "Nothing was opened. The operator looks at the key’s state, its policy and this service’s rights."
        )
    return KeyServiceFailed("Nothing was opened. Try again in a minute; if it stays so, call the operator.")


def _missing(body: str, region: str = "") -> KeyMissing:
    where = f" in {region}" if region else ""
    return KeyMissing(f"The key service has no such key for “{body}”{where}. The operator must make or restore it.")


class _Kept:
    """Data keys for seconds, by the wrap they came from: at most KEPT, the oldest go first."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._entries: OrderedDict[tuple[str, bytes, bytes], tuple[float, bytes]] = OrderedDict()

    def get(self, key: tuple[str, bytes, bytes]) -> bytes | None:
        with self._lock:
            self._prune()
            found = self._entries.get(key)
        return found[1] if found else None

    def put(self, key: tuple[str, bytes, bytes], dek: bytes) -> None:
        with self._lock:
            self._entries.pop(key, None)
            self._entries[key] = (self._clock() + KEEP, dek)
            self._prune()

    def drop(self, which: Callable[[tuple[str, bytes, bytes]], bool]) -> None:
        with self._lock:
            for key in [key for key in self._entries if which(key)]:
                del self._entries[key]

    def _prune(self) -> None:
        """Entries stand in the order of their ends."""
        now = self._clock()
        while self._entries:
            ends, _ = next(iter(self._entries.values()))
            if ends > now and len(self._entries) <= KEPT:
                return
            self._entries.popitem(last=False)
