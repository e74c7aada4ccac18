"""The agreements as they stand: versions of the files, and those signed here, read from the database and proven."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

import audit.keeping
from app.bootstrap import policies as policy_files
from app.bootstrap.policies import Policies
from app.bootstrap.stood_on import stood_on
from audit.follow import facts_about_all
from audit.keys import LogKeys
from foundation.errors import Unavailable
from foundation.policy import Faults, PolicyFaulty
from retention.model.schedule import Schedules
from sharing.errors.versions import VersionDamaged
from sharing.events.versions import VERSION_SIGNED
from sharing.model.agreement import Agreement, Agreements
from sharing.policy.files import digest_of, read_version
from sharing.rules.versions import proof, texts
from sharing.rules.versions.texts import FILE
from sharing.store import versions as rows
from sharing.store.versions import Signed
from sharing.tables.versions import agreement_text

if TYPE_CHECKING:
    from app.bootstrap.house import House


def check(
    policies: Policies, schedules: Schedules, text: str, agreements: Agreements, faults: Faults
) -> Agreement | None:
    """A proposed version, held against everything a file is held against when the service starts."""
    before = len(faults.found)
    found = read_version(text, FILE, policy_files.there(policies), faults, agreements.versions)
    if found is None or len(faults.found) > before:
        return found
    whole = agreements.plus([found])
    policy_files.cross(Agreements((found,)), schedules, faults)
    audit.keeping.against(policies.keeping, policies.keeping.acts, stood_on(schedules, whole), faults)
    return found


@dataclass(slots=True)
class Known:
    """What one process has read and proven. A text never changes under its digest, so it is read once.

    Shared by threads: the worst that two at once do is to read the same version twice.
    """

    policies: Policies
    keys: LogKeys
    _read: dict[Signed, Agreement] = field(default_factory=dict)
    _whole: dict[tuple[Signed, ...], Agreements] = field(default_factory=dict)

    def agreements(self, conn: sa.Connection) -> Agreements:
        """Every version there is, as this transaction sees it. Raises VersionDamaged."""
        signed = tuple(rows.signed(conn))
        if not signed:
            return self.policies.agreements
        found = self._whole.get(signed)
        if found is None:
            new = [each for each in signed if each not in self._read]
            for each in new:
                self._read[each] = self._version(conn, each)
            found = self.policies.agreements.plus(self._read[each] for each in signed)
            self._whole = {signed: found}
        return found

    def readable(self, conn: sa.Connection) -> Agreements:
        """The same for a verification, which goes on where one is damaged, and tells what it is."""
        try:
            return self.agreements(conn)
        except Unavailable:
            return self.policies.agreements

    def _version(self, conn: sa.Connection, signed: Signed) -> Agreement:
        query = sa.select(agreement_text.c.text).where(agreement_text.c.sha256 == signed.sha256)
        text = str(conn.execute(query).scalar() or "")
        faults = Faults()
        found = read_version(text, signed.id, policy_files.there(self.policies), faults)
        if found is None or faults.found:
            raise VersionDamaged("A version signed here cannot be read. Start the service again to see each fault.")
        same = (found.id, found.version, digest_of(text)) == (signed.agreement, signed.number, signed.sha256)
        facts = facts_about_all(conn, self.keys, [signed.id], [VERSION_SIGNED.name])[signed.id]
        if not same or not proof.signed(facts, sha256=signed.sha256, parties=found.parties):
            raise VersionDamaged("The log does not hold the signatures of a version in the database. Verify the log.")
        return found


def startable(house: House, conn: sa.Connection) -> None:
    """Raises PolicyFaulty where a version signed here does not stand beside the files any longer, with every fault."""
    faults = Faults()
    earlier = list(house.policies.agreements.versions)
    for signed in rows.signed(conn):
        query = sa.select(agreement_text.c.text).where(agreement_text.c.sha256 == signed.sha256)
        text = str(conn.execute(query).scalar() or "")
        if (signed.agreement, signed.number, signed.sha256) in {(a.id, a.version, a.digest) for a in earlier}:
            continue  # it is a file now
        name = f"version {signed.number} of {signed.agreement}, signed here"
        found = read_version(text, name, policy_files.there(house.policies), faults, earlier)
        if found is not None:
            earlier.append(found)
    if faults.found:
        raise PolicyFaulty(faults.found)


def checked_file(policies: Policies, file: bytes) -> Agreement:
    """The version a file states, held against ``policies`` alone: for the console. Raises PolicyFaulty."""
    faults = Faults()
    text = texts.tidied(file, faults)
    found = None if faults.found else check(policies, policies.schedules, text, policies.agreements, faults)
    earlier = policies.agreements.of(found.id) if found else ()
    if found and earlier:
        texts.against(found, earlier[-1], faults)
    elif found and not faults.found:
        faults.add(FILE, "id", f"there is no agreement “{found.id}” that it could be the next version of")
    if found is None or faults.found:
        raise PolicyFaulty(faults.found)
    return found
