"""Who somebody is, held against what the last act on their account bound it with.

An account's row, every appointment, membership, result of training and acceptance it ever had are bound together; a
session and an invitation each by itself. Somebody with the database alone can break that, and cannot mend it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from foundation.bound import Binder
from identity.errors import FactsAltered
from identity.events import FACTS_ALTERED
from identity.power_tables import conferral
from identity.tables import (
    api_token,
    appointment,
    group_member,
    handling_acceptance,
    need_group,
    office,
    person,
    recovery,
    training_result,
    transfer_consent,
)

PERSON, SESSION, INVITATION = "custodes/person/1", "custodes/session/1", "custodes/invitation/1"
CONSENT, TOKEN = "custodes/consent/1", "custodes/api-token/1"
RECOVERY, CONFERRAL = "custodes/recovery/1", "custodes/conferral/1"


@dataclass(frozen=True, slots=True)
class Account:
    """Every row that says what somebody may do: appointments held, each with its office, and memberships."""

    person: sa.RowMapping | None
    held: Sequence[sa.RowMapping]
    groups: Sequence[sa.RowMapping]
    trained: Sequence[sa.RowMapping]
    accepted: Sequence[sa.RowMapping]

    @property
    def kept(self) -> bytes:
        """What it was bound with last."""
        return self.person["bound"] if self.person else b""

    def texts(self) -> frozenset[tuple[int, str]]:
        """(version, digest) of every text of the handling requirements they accepted."""
        return frozenset((row["version"], row["digest"]) for row in self.accepted)

    def facts(self) -> list[object]:
        """Everything bound, in an order that no database chooses."""
        sets = (self.held, self.groups, self.trained, self.accepted)
        return [_picked(self.person, _PERSON) if self.person else [], *(_sorted(rows) for rows in sets)]


class Bound:
    """One unit of work's door to what an account is."""

    def __init__(self, conn: Connection, binder: Binder) -> None:
        self._conn = conn
        self._binder = binder
        self._known: set[str] = set()

    def check(self, person_id: str) -> None:
        """Before somebody acts, or their account is acted on. Raises FactsAltered: then nothing is done."""
        if person_id not in self._known:
            self.account(person_id)

    def account(self, person_id: str) -> Account:
        """The rows as they stand, held against what binds them once in a unit of work. Raises FactsAltered."""
        found = self._of(person_id)
        if person_id not in self._known and not self._binder.holds(found.kept, PERSON, found.facts()):
            raise FactsAltered(person_id, FACTS_ALTERED, of="account")
        self._known.add(person_id)
        return found

    def holds(self, person_id: str) -> bool:
        """Whether the rows are those that were bound last."""
        found = self._of(person_id)
        return self._binder.holds(found.kept, PERSON, found.facts())

    def made(self, person_id: str) -> None:
        """The account was made in this unit of work, so nothing is there yet to hold it against."""
        self._known.add(person_id)

    def seal(self, person_id: str) -> str:
        """Bind the account as it now stands, after the last change of an act; the digest in hexadecimal, for the log.

        Only one that was checked or made in the same unit of work: else an alteration would be made good.
        """
        if person_id not in self._known:
            msg = "an account is bound anew only after it was found as it was bound before"
            raise RuntimeError(msg)
        digest = self._binder.over(PERSON, self._of(person_id).facts())
        self._conn.execute(sa.update(person).where(person.c.id == person_id).values(bound=digest))
        return digest.hex()

    def session(self, row: sa.RowMapping) -> None:
        """Raises FactsAltered for a session that sign-in did not make, or that was made another's."""
        if not self._binder.holds(row["bound"], SESSION, _picked(row, _SESSION)):
            raise FactsAltered(row["person_id"] or "", FACTS_ALTERED, of="session")

    def of_session(self, values: Mapping[str, Any]) -> bytes:
        """What a new session is bound with."""
        return self._binder.over(SESSION, _picked(values, _SESSION))

    def invitation(self, row: sa.RowMapping) -> None:
        """Raises FactsAltered for an invitation nobody made, or that was made another's."""
        if not self._binder.holds(row["bound"], INVITATION, _picked(row, _INVITATION)):
            raise FactsAltered(row["person_id"], FACTS_ALTERED, of="invitation")

    def of_invitation(self, values: Mapping[str, Any]) -> bytes:
        """What a new invitation is bound with."""
        return self._binder.over(INVITATION, _picked(values, _INVITATION))

    def consent(self, row: Mapping[str, Any] | sa.RowMapping) -> None:
        """Raises FactsAltered for a consent to a transfer abroad that nobody gave, or not so."""
        if not self._binder.holds(row["bound"], CONSENT, _picked(row, _CONSENT)):
            raise FactsAltered(row["id"], FACTS_ALTERED, of="consent")

    def of_consent(self, values: Mapping[str, Any] | sa.RowMapping) -> bytes:
        """What a consent is bound with."""
        return self._binder.over(CONSENT, _picked(values, _CONSENT))

    def token(self, row: Mapping[str, Any] | sa.RowMapping) -> None:
        """Raises FactsAltered for a token that its person did not make so."""
        if not self._binder.holds(row["bound"], TOKEN, _picked(row, _TOKEN)):
            raise FactsAltered(row["person_id"], FACTS_ALTERED, of="token")

    def of_token(self, values: Mapping[str, Any] | sa.RowMapping) -> bytes:
        """What a token is bound with."""
        return self._binder.over(TOKEN, _picked(values, _TOKEN))

    def keyed(self, label: str, *parts: str) -> str:
        """A name for these parts that tells nobody without the key what they are; hexadecimal."""
        return self._binder.over(label, list(parts)).hex()

    def recovery(self, row: Mapping[str, Any] | sa.RowMapping) -> None:
        """Raises FactsAltered for a recovery nobody proposed, or not so."""
        if not self._binder.holds(row["bound"], RECOVERY, _picked(row, _RECOVERY)):
            raise FactsAltered(row["person_id"], FACTS_ALTERED, of="recovery")

    def of_recovery(self, values: Mapping[str, Any] | sa.RowMapping) -> bytes:
        """What a recovery is bound with."""
        return self._binder.over(RECOVERY, _picked(values, _RECOVERY))

    def conferral(self, row: Mapping[str, Any] | sa.RowMapping) -> None:
        """Raises FactsAltered for power that nobody proposed so, or that nobody decided on so."""
        if not self._binder.holds(row["bound"], CONFERRAL, _picked(row, _CONFERRAL)):
            raise FactsAltered(row["person_id"], FACTS_ALTERED, of="conferral")

    def of_conferral(self, values: Mapping[str, Any] | sa.RowMapping) -> bytes:
        """What a conferral is bound with."""
        return self._binder.over(CONFERRAL, _picked(values, _CONFERRAL))

    def _of(self, person_id: str) -> Account:
        """An unknown one is bound with nothing."""
        rows = [self._conn.execute(query, {"who": person_id}).mappings() for query in _ACCOUNT]
        return Account(rows[0].first(), *(several.all() for several in rows[1:]))


def _picked(row: Mapping[str, Any] | sa.RowMapping, names: tuple[str, ...]) -> list[object]:
    return [row[name] for name in names]


def _sorted(rows: Sequence[sa.RowMapping]) -> list[list[object]]:
    """Whether an office is in use is for its administrators and not of the account."""
    return sorted(([value for name, value in row.items() if name != IN_USE] for row in rows), key=repr)


IN_USE = "office_active"
_PERSON = tuple(column.name for column in person.c if column.name != "bound")
_SESSION = ("token_hash", "person_id", "door", "stage", "created")  # what it holds, and when it was seen, changes
_CONSENT = tuple(column.name for column in transfer_consent.c if column.name != "bound")
_INVITATION = ("token_hash", "person_id", "until", "code_hash")
_RECOVERY = tuple(column.name for column in recovery.c if column.name != "bound")
_CONFERRAL = tuple(column.name for column in conferral.c if column.name != "bound")
_TOKEN = tuple(
    column.name for column in api_token.c if column.name not in ("bound", "used")
)  # when it was used changes
# With the numbers that access facts name: an office or a group given another's number is another office or group.
_HELD = sa.select(
    appointment.c.id,
    appointment.c.role,
    appointment.c.office_id,
    appointment.c.valid_from,
    appointment.c.valid_until,
    appointment.c.attested,
    appointment.c.attested_by,
    office.c.principal,
    office.c.party,
    office.c.active.label(IN_USE),
).join(office, office.c.id == appointment.c.office_id)
_TRAINED = sa.select(*(column for column in training_result.c if column.name != "person_id"))
_ACCEPTED = sa.select(*(column for column in handling_acceptance.c if column.name != "person_id"))
_GROUPS = sa.select(
    group_member.c.group_id, group_member.c.valid_from, group_member.c.valid_until, need_group.c.principal
).join(need_group, need_group.c.id == group_member.c.group_id)
# Built once: every request asks them.
_WHO: sa.BindParameter[str] = sa.bindparam("who")
_ACCOUNT = (
    sa.select(person).where(person.c.id == _WHO),
    _HELD.where(appointment.c.person_id == _WHO),
    _GROUPS.where(group_member.c.person_id == _WHO),
    _TRAINED.where(training_result.c.person_id == _WHO),
    _ACCEPTED.where(handling_acceptance.c.person_id == _WHO),
)
