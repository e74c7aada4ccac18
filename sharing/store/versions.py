"""Rows of changes to agreements, and their texts. Written here alone, as facts tell (``service.version_follower``)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, cast

import sqlalchemy as sa

from sharing.errors.versions import VersionDamaged
from sharing.model.version import SIGNED, Proposal, VersionAct, VersionState
from sharing.policy.files import digest_of
from sharing.ports import Words
from sharing.tables.versions import agreement_text, agreement_version, agreement_version_act

_V, _A = agreement_version.c, agreement_version_act.c


@dataclass(frozen=True, slots=True)
class Signed:
    """What the rows say is signed: which proposal, which text."""

    id: str
    agreement: str
    number: int
    sha256: str


class VersionRows:
    """On one connection."""

    def __init__(self, conn: sa.Connection, words: Words) -> None:
        self._conn = conn
        self._words = words

    # --- texts ----------------------------------------------------------------------------------------------------

    def keep(self, text: str) -> str:
        """Keep a text under its digest, which is given back; the same one again changes nothing."""
        sha256 = digest_of(text)
        if not self._conn.execute(sa.select(sa.exists().where(agreement_text.c.sha256 == sha256))).scalar_one():
            self._conn.execute(agreement_text.insert().values(sha256=sha256, text=text))
        return sha256

    def text(self, sha256: str) -> str:
        """The text of that digest. Raises VersionDamaged where it is missing or another."""
        found = self._conn.execute(sa.select(agreement_text.c.text).where(agreement_text.c.sha256 == sha256)).scalar()
        if found is None or digest_of(found) != sha256:
            raise VersionDamaged("The text of a version is not the one that was proposed. Verify the log.")
        return str(found)

    def texts(self) -> dict[str, str]:
        """Every text kept, by the digest it is kept under."""
        return {row.sha256: row.text for row in self._conn.execute(sa.select(agreement_text))}

    # --- proposals ------------------------------------------------------------------------------------------------

    def add(self, found: Proposal) -> None:
        """Insert it unless it stands already (a rebuild)."""
        if self.find(found.id) is None:
            values = asdict(found) | {"reason": self._words.seal(_about(found.id, 0), found.reason), "steps": 0}
            values.pop("acts")
            self._conn.execute(agreement_version.insert().values(values))

    def act(self, version: str, act: VersionAct, state: VersionState) -> bool:
        """Add an act and the state it leaves; False where the proposal had another count of acts (or has this one)."""
        done = self._conn.execute(
            agreement_version.update()
            .where(_V.id == version, _V.steps == act.number - 1)
            .values(steps=act.number, state=state)
        )
        if done.rowcount == 1:
            values = asdict(act) | {"reason": self._words.seal(_about(version, act.number), act.reason)}
            self._conn.execute(agreement_version_act.insert().values(version=version, **values))
        return done.rowcount == 1

    def find(self, version: str) -> Proposal | None:
        """One proposal, with what was done about it."""
        return next(iter(self._all(_V.id == version)), None)

    def of(self, agreement: str) -> list[Proposal]:
        """Those of an agreement, the newest first."""
        return self._all(_V.agreement == agreement)

    def all(self) -> list[Proposal]:
        """Every one there is."""
        return self._all()

    def signed(self) -> list[Signed]:
        """Those signed by all, oldest first: what the agreements in force are made of, beside the files."""
        return signed(self._conn)

    def _all(self, *wanted: sa.ColumnElement[bool]) -> list[Proposal]:
        query = sa.select(agreement_version).where(*wanted).order_by(_V.proposed_at.desc(), _V.id.desc())
        rows = [cast(dict[str, Any], dict(row)) for row in self._conn.execute(query).mappings()]
        return [self._proposal(row) for row in rows]

    def _proposal(self, row: dict[str, Any]) -> Proposal:
        row.pop("steps")
        reason = self._opened(row["id"], 0, row["reason"])
        return Proposal(**{**row, "reason": reason, "acts": tuple(self._acts(row["id"]))})

    def _acts(self, version: str) -> list[VersionAct]:
        query = sa.select(agreement_version_act).where(_A.version == version).order_by(_A.number)
        found = []
        for row in self._conn.execute(query).mappings():
            values = cast(dict[str, Any], dict(row))
            values["reason"] = self._opened(values.pop("version"), values["number"], values["reason"])
            found.append(VersionAct(**values))
        return found

    def _opened(self, version: str, number: int, kept: str) -> str:
        """A signature gives no reason."""
        return self._words.open(_about(version, number), kept) if kept else ""


def signed(conn: sa.Connection) -> list[Signed]:
    """What the rows say is signed, without opening any words."""
    query = sa.select(_V.id, _V.agreement, _V.number, _V.sha256).where(_V.state == sa.literal_column(f"'{SIGNED}'"))
    return [Signed(*row) for row in conn.execute(query.order_by(_V.agreement, _V.number))]


def _about(version: str, number: int) -> str:
    return f"agreement-version/{version}/{number}"
