"""The canonical text of one version of a schedule: what its digest is over (docs/formats/schedule.md)."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any, cast

from retention.model.schedule import Action, Applies, RetentionClass, Starts, Version

FORMAT = "custodes-schedule/1"


def digest(text: str) -> str:
    """SHA-256 of the text in UTF-8, hexadecimal: what the log says was proposed and approved."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def text(party: str, version: Version) -> str:
    """One line of JSON: keys in order, classes by code, nothing between the tokens. The same version, the same text."""
    body = {
        "applies": version.applies,
        "authority": version.authority,
        "classes": [_class(version.classes[code]) for code in sorted(version.classes)],
        "effective_from": version.effective_from.isoformat(),
        "format": FORMAT,
        "party": party,
        "version": version.number,
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=64)
def read(kept: str) -> tuple[str, Version]:
    """(party, version) of a text this service wrote; its ``digest`` is the text's. Raises ValueError for another."""
    try:
        raw = json.loads(kept)
        classes = {each["code"]: _read_class(each) for each in raw["classes"]}
        version = Version(
            number=int(raw["version"]),
            effective_from=date.fromisoformat(raw["effective_from"]),
            authority=str(raw["authority"]),
            classes=classes,
            applies=cast(Applies, raw["applies"]),
            digest=digest(kept),
        )
    except (KeyError, TypeError) as error:
        raise ValueError("no schedule") from error
    if raw.get("format") != FORMAT or text(str(raw["party"]), version) != kept:
        raise ValueError("not canonical")
    return str(raw["party"]), version


def _class(found: RetentionClass) -> dict[str, Any]:
    return {
        "action": found.action,
        "authority": found.authority,
        "clauses": list(found.clauses),
        "code": found.code,
        "description": found.description,
        "outcomes": [[name, months] for name, months in found.outcomes],
        "period_months": found.months,
        "starts": found.starts,
        "triggers": list(found.triggers),
        "verified": found.verified,
    }


def _read_class(raw: dict[str, Any]) -> RetentionClass:
    return RetentionClass(
        code=str(raw["code"]),
        description=str(raw["description"]),
        triggers=tuple(map(str, raw["triggers"])),
        months=None if raw["period_months"] is None else int(raw["period_months"]),
        action=cast(Action, raw["action"]),
        authority=str(raw["authority"]),
        clauses=tuple(map(str, raw["clauses"])),
        verified=bool(raw["verified"]),
        starts=cast(Starts, raw["starts"]),
        outcomes=tuple((str(name), int(months)) for name, months in raw["outcomes"]),
    )
