"""A house on S3 and KMS, each behind a line that can hang, break or be slow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.cloud import REGION, Plan, Proxy, Request, Trouble, client, new_bucket
from tests.reliability.breaking import DATABASE, Fault, Strike, Tries, away
from tests.reliability.world import World, made_in
from vault import aws
from vault.kms import KmsKeyring

STORE, KEYS = "store", "key service"
LIMIT = 1  # seconds without a byte, and one try: the service's own limits are longer
SLOW = 200  # milliseconds
FEW = 2  # requests


@dataclass
class Lines:
    """Both lines, what the bucket held in the beginning, and what was asked through each."""

    bucket: str
    lines: dict[str, Proxy]
    objects: dict[str, bytes] = field(default_factory=dict)

    def keep(self) -> None:
        self.objects = {key: self._read(key) for key, _, latest in self._versions() if latest}

    def put_back(self) -> None:
        s3 = client("s3")
        for key, version, _ in self._versions():
            s3.delete_object(Bucket=self.bucket, Key=key, VersionId=version)
        for key, data in self.objects.items():
            s3.put_object(Bucket=self.bucket, Key=key, Body=data)
        for line in self.lines.values():
            line.seen.clear()

    def asked(self) -> dict[str, list[str]]:
        return {name: line.acts for name, line in self.lines.items()}

    def _read(self, key: str) -> bytes:
        return bytes(client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read())

    def _versions(self) -> list[tuple[str, str, bool]]:
        found = client("s3").list_object_versions(Bucket=self.bucket)
        return [
            (one["Key"], one["VersionId"], one["IsLatest"] and kind == "Versions")
            for kind in ("Versions", "DeleteMarkers")
            for one in found.get(kind, ())
        ]


@contextmanager
def cloudy(folder: Path) -> Iterator[World]:
    """A world whose content lies in S3 and whose keys lie in KMS, as moto serves them."""
    bucket, prefix = new_bucket(), f"reliability/{uuid4().hex}"
    with ExitStack() as stack:
        store, keys = stack.enter_context(Proxy()), stack.enter_context(Proxy())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        world = made_in(
            folder,
            CUSTODES_VAULT_URL=f"s3://{bucket}/house?region={REGION}&endpoint={store.url}",
            CUSTODES_KEYRING_URL=f"aws-kms://alias/{prefix}?region={REGION}&endpoint={keys.url}",
        )
        patch.setattr(aws, "ATTEMPTS", 1)
        patch.setattr(aws, "READ", LIMIT)
        world.lines = Lines(bucket, {STORE: store, KEYS: keys})
        world.lines.keep()
        for body in ("hmip", "imb"):
            keyring = world.house.keys.vault.of(body)
            assert isinstance(keyring, KmsKeyring)
            keyring._kept.drop(lambda _: True)  # as after half a minute
        yield world


def _of_requests(line: str, trouble: Trouble) -> Callable[[Tries], list[Strike]]:
    def strikes(tries: Tries) -> list[Strike]:
        asked = enumerate(tries.asked[line], 1)
        return [Strike(f"request {at}: {act}", lines={line: _from(at, trouble)}) for at, act in asked]

    return strikes


def _from(at: int, trouble: Trouble) -> Callable[[], Plan]:
    """The line is in trouble from that request on, until the act is over."""

    def plan() -> Plan:
        counted = [0]

        def of(_: Request) -> Trouble:
            counted[0] += 1
            return trouble if counted[0] >= at else Trouble()

        return of

    return plan


def _slow(line: str) -> Callable[[Tries], list[Strike]]:
    def strikes(tries: Tries) -> list[Strike]:
        some: Any = tries.asked[line]
        return [Strike("all of them", lines={line: _from(1, Trouble(hang=SLOW / 1000))})] if some else []

    return strikes


def _with_database(line: str) -> Callable[[Tries], list[Strike]]:
    """Every request with every write of the database; where there are many, with every third."""

    def strikes(tries: Tries) -> list[Strike]:
        asked, rows = tries.asked[line], tries.told[DATABASE]
        step = 3 if len(asked) > FEW else 1
        return [
            Strike(
                f"request {one + 1}: {asked[one]} and {rows[other]}",
                inside=away(database=other),
                lines={line: _from(one + 1, Trouble(drop=True))},
            )
            for one in range(len(asked))
            for other in range(one % step, len(rows), step)
        ]

    return strikes


def _both(tries: Tries) -> list[Strike]:
    """Every request to the one with every request to the other."""
    broken = Trouble(drop=True)
    return [
        Strike(f"requests {one} and {other}", lines={STORE: _from(one, broken), KEYS: _from(other, broken)})
        for one in range(1, len(tries.asked[STORE]) + 1)
        for other in range(1, len(tries.asked[KEYS]) + 1)
    ]


_HANGS = f"from that request on it takes what is asked and does not answer (limit here {LIMIT} s, one try)"
_BREAKS = "from that request on every connection is closed"
_WAITS = f"every answer comes {SLOW} ms late"
ALONE = tuple(
    Fault(f"{line} {name}", what, strikes(line))
    for line in (STORE, KEYS)
    for name, what, strikes in (
        ("hangs", _HANGS, lambda line: _of_requests(line, Trouble(hang=LIMIT * 1.5, drop=True))),
        ("away", _BREAKS, lambda line: _of_requests(line, Trouble(drop=True))),
        ("slow", _WAITS, _slow),
    )
)
_EACH = "each from a place of its own on"
PAIRS = (
    Fault(f"{STORE} and {DATABASE} away", _EACH, _with_database(STORE)),
    Fault(f"{KEYS} and {DATABASE} away", _EACH, _with_database(KEYS)),
    Fault(f"{STORE} and {KEYS} away", _EACH, _both),
)
SERVICES = (*ALONE, *PAIRS)
