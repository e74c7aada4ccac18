"""Where content and keys lie, as an operator writes it: a folder, ``s3://…`` or ``aws-kms://…``. Pure.

Every fault is a ValueError that says what to write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from vault.aws import Place

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*(/[0-9A-Za-z][0-9A-Za-z._-]*)*")
_ALIAS = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*(/[0-9A-Za-z][0-9A-Za-z_-]*)*")
_BODY = re.compile(r"(?P<body>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)=(?P<where>.*)", re.DOTALL)
_PLACE = frozenset({"region", "profile", "endpoint"})
_S3 = "s3://bucket/prefix, and after a ? region=, profile= or endpoint=, joined by &"
_KMS = "aws-kms://alias/prefix, and after a ? region=, profile=, endpoint= or wait= (7 to 30 days), joined by &"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, or a part of one."""

    name: str
    prefix: str
    place: Place


@dataclass(frozen=True, slots=True)
class Aliases:
    """Keys in AWS KMS whose aliases begin so. ``wait`` is how many days KMS waits before it destroys one."""

    prefix: str
    place: Place
    wait: int


def vault_of(text: str) -> Path | Bucket:
    """Where content lies."""
    if "://" not in text:
        return Path(text)
    split = urlsplit(text)
    prefix, asked = split.path.strip("/"), _asked(split.query, _PLACE)
    good = split.scheme == "s3" and _BUCKET.fullmatch(split.netloc) and (not prefix or _PREFIX.fullmatch(prefix))
    if not good or asked is None or split.fragment:
        msg = f"must be a folder, or {_S3}"
        raise ValueError(msg)
    return Bucket(split.netloc, prefix, Place(**asked))


def keyrings_of(text: str) -> dict[str, Path | Aliases]:
    """Where keys lie, by body; under "" for all bodies that are not named."""
    if _BODY.fullmatch(text) is None:
        return {"": _keyring_of(text)}
    found: dict[str, Path | Aliases] = {}
    for part in text.split(","):
        said = _BODY.fullmatch(part.strip())
        if said is None or said["body"] in found:
            msg = "must name each body once: body=place,body=place"
            raise ValueError(msg)
        found[said["body"]] = _keyring_of(said["where"])
    return found


def _keyring_of(text: str) -> Path | Aliases:
    if text and "://" not in text:
        return Path(text)
    split = urlsplit(text)
    prefix, asked = split.path.strip("/"), _asked(split.query, _PLACE | {"wait"})
    good = (split.scheme, split.netloc) == ("aws-kms", "alias") and _ALIAS.fullmatch(prefix) and not split.fragment
    wait = (asked or {}).pop("wait", "7")
    # What AWS keeps for itself begins so, and is refused only when the first key is made.
    if not good or asked is None or prefix.startswith("aws/") or not wait.isdecimal() or not 7 <= int(wait) <= 30:
        msg = f"must be a folder, or {_KMS}"
        raise ValueError(msg)
    return Aliases(prefix, Place(**asked), int(wait))


def _asked(query: str, known: frozenset[str]) -> dict[str, str] | None:
    """None for what is not known, empty, said twice or no address."""
    try:
        said = parse_qs(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        return None
    if not said.keys() <= known or any(len(values) != 1 or not values[0] for values in said.values()):
        return None
    found = {name: values[0] for name, values in said.items()}
    if "endpoint" in found and not re.fullmatch(r"https?://[^/?#\s]+/?", found["endpoint"]):
        return None
    return found
