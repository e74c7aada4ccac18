"""Where content and keys lie in a test: in folders, or in S3 and KMS as moto serves them, as ``pytest --store`` says.

A folder given twice is the same store twice. What was put there stays until the process ends: every folder has a prefix
of its own in one bucket, and aliases of its own.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests import reach
from tests.cloud import REGION, client, endpoint, new_bucket, query
from vault.aws import Place
from vault.backend import Backend
from vault.backends.files import FilesBackend
from vault.backends.s3 import S3Backend
from vault.keyring import Keyring, LocalKeyring
from vault.kms import KmsKeyring

KINDS = ("files", "s3")


class Stores:
    """Those of this process."""

    def __init__(self) -> None:
        self._kind = "files"

    @property
    def kind(self) -> str:
        """One of ``KINDS``; refused to a test that was found not to ask (``tests.reach``)."""
        reach.HERE.asked()
        return self._kind

    @kind.setter
    def kind(self, kind: str) -> None:
        self._kind = kind


HERE = Stores()


def on_s3() -> bool:
    """Whether this run is the one on S3 and KMS."""
    return HERE.kind == "s3"


@cache
def bucket() -> str:
    """The one of this process."""
    return new_bucket()


def settings(state: Path) -> dict[str, str]:
    """What the environment of the house in ``state`` says beside the defaults."""
    if not on_s3():
        return {}
    return {
        "CUSTODES_VAULT_URL": f"s3://{bucket()}/{_name(state)}?{query()}",
        "CUSTODES_KEYRING_URL": f"aws-kms://alias/{_name(state)}?{query()}",
    }


def backend(folder: Path) -> Backend:
    """A store of a world of its own."""
    return S3Backend(bucket(), _name(folder), Place(REGION, endpoint=endpoint())) if on_s3() else FilesBackend(folder)


def keyring(folder: Path) -> Keyring:
    """A keyring of a world of its own; its folder is there."""
    if not on_s3():
        return LocalKeyring(folder)
    named = folder / ".name"  # goes along when the folder is copied, as keys in files would
    if not named.exists():
        named.write_text(_name(folder))
    return KmsKeyring(named.read_text(), Place(REGION, endpoint=endpoint()))


def files(house: Any) -> list[str]:
    """Every object of a house or world: ``objects/<name>``, and ``fresh/<name>`` while it is not settled."""
    if not isinstance(house.backend, S3Backend):
        root = _root(house)
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    below = _below(house)
    pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=house.backend.bucket, Prefix=below)
    kinds = ("Versions", "DeleteMarkers")
    return sorted(one["Key"].removeprefix(below) for page in pages for kind in kinds for one in page.get(kind, ()))


def read(house: Any, name: str) -> bytes:
    """One of ``files``, as it is stored."""
    if not isinstance(house.backend, S3Backend):
        return bytes((_root(house) / name).read_bytes())
    found = client("s3").get_object(Bucket=house.backend.bucket, Key=_below(house) + name)
    return bytes(found["Body"].read())


def replace(house: Any, name: str, data: bytes) -> None:
    """Behind the service."""
    if not isinstance(house.backend, S3Backend):
        (_root(house) / name).write_bytes(data)
        return
    client("s3").put_object(Bucket=house.backend.bucket, Key=_below(house) + name, Body=data)


def remove(house: Any, name: str) -> None:
    """Behind the service."""
    if not isinstance(house.backend, S3Backend):
        (_root(house) / name).unlink()
        return
    client("s3").delete_object(Bucket=house.backend.bucket, Key=_below(house) + name)


def _root(house: Any) -> Path:
    return Path(house.backend._objects).parent


def _below(house: Any) -> str:
    return str(house.backend._objects).removesuffix("objects/")


def _name(folder: Path) -> str:
    return "t" + sha256(str(folder.resolve()).encode()).hexdigest()[:24]
