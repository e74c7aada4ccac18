"""Rows of training results, with what was written beside them sealed, and of what was accepted."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from identity.model import Result
from identity.store.secrets import SecretBox
from identity.tables import handling_acceptance, training_result

_PLAIN = [
    training_result.c.id,
    training_result.c.person_id,
    training_result.c.module,
    training_result.c.passed_on.label("on"),
    training_result.c.passed,
    training_result.c.valid_until.label("until"),
    training_result.c.recorded,
]
_ORDER = (training_result.c.person_id, training_result.c.number)


def sealed(secrets: SecretBox, result: Result) -> str:
    """Provider and evidence as they are kept, and as the log has them: for this result alone."""
    said = {"provider": result.provider, "evidence": result.evidence}
    return b64encode(secrets.seal(_about(result.id), json.dumps(said, sort_keys=True).encode())).decode()


def add(conn: Connection, result: Result, words: str) -> None:
    there = sa.select(sa.func.count()).where(training_result.c.person_id == result.person_id)
    conn.execute(
        training_result.insert().values(
            id=result.id,
            number=conn.execute(there).scalar_one() + 1,
            person_id=result.person_id,
            module=result.module,
            passed_on=result.on,
            passed=result.passed,
            valid_until=result.until,
            recorded=result.recorded,
            words=words,
        )
    )


def of(conn: Connection, person_id: str) -> list[Result]:
    """The results of one person in the order recorded, without what was written beside them."""
    rows = conn.execute(sa.select(*_PLAIN).where(training_result.c.person_id == person_id).order_by(*_ORDER))
    return [Result(**row) for row in rows.mappings()]


def results(person_id: str, rows: Iterable[sa.RowMapping]) -> list[Result]:
    """The same of whole rows of theirs that were read already."""
    return [
        Result(
            id=row["id"],
            person_id=person_id,
            module=row["module"],
            on=row["passed_on"],
            passed=row["passed"],
            until=row["valid_until"],
            recorded=row["recorded"],
        )
        for row in sorted(rows, key=lambda row: int(row["number"]))
    ]


def of_many(conn: Connection, people: Collection[str] | None = None) -> dict[str, list[Result]]:
    """The same for these people (everybody, where None), by person."""
    asked = sa.select(*_PLAIN).order_by(*_ORDER)
    if people is not None:
        asked = asked.where(training_result.c.person_id.in_(people))
    found: dict[str, list[Result]] = {}
    for row in conn.execute(asked).mappings():
        found.setdefault(row["person_id"], []).append(Result(**row))
    return found


def in_full(conn: Connection, secrets: SecretBox, person_id: str) -> list[Result]:
    """With provider and evidence, newest first. Raises SecretUnreadable."""
    rows = conn.execute(
        sa.select(*_PLAIN, training_result.c.words)
        .where(training_result.c.person_id == person_id)
        .order_by(*(column.desc() for column in _ORDER))
    )
    found = []
    for row in rows.mappings():
        plain = dict(row)
        words = json.loads(secrets.open(_about(plain["id"]), b64decode(plain.pop("words"))))
        found.append(Result(**plain, **words))
    return found


def accepted(conn: Connection, person_id: str) -> frozenset[tuple[int, str]]:
    """(version, digest) of every text of the handling requirements this person accepted."""
    columns = (handling_acceptance.c.version, handling_acceptance.c.digest)
    rows = conn.execute(sa.select(*columns).where(handling_acceptance.c.person_id == person_id))
    return frozenset((row.version, row.digest) for row in rows)


def acceptances(conn: Connection, person_id: str = "") -> dict[str, dict[tuple[int, str], datetime]]:
    """When everybody, or one, accepted what, by person."""
    asked = sa.select(handling_acceptance)
    if person_id:
        asked = asked.where(handling_acceptance.c.person_id == person_id)
    found: dict[str, dict[tuple[int, str], datetime]] = {}
    for row in conn.execute(asked):
        found.setdefault(row.person_id, {})[row.version, row.digest] = row.accepted
    return found


def accept(conn: Connection, person_id: str, version: int, digest: str, now: datetime) -> None:
    values = {"person_id": person_id, "version": version, "digest": digest, "accepted": now}
    conn.execute(handling_acceptance.insert().values(**values))


def _about(result_id: str) -> str:
    return f"training/{result_id}"
