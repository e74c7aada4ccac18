"""parties.toml and roles.toml: who may be a party, which offices it has, and what people are appointed as."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from foundation.policy import Faults, Table, read
from identity.model import DUTIES, PRIVILEGED, OfficeKind, Party, Role

REFERENCE = re.compile(r"[A-Z]{2,10}")


def load_parties(root: Path, faults: Faults) -> dict[str, Party]:
    """Parties by id, from ``parties.toml`` under ``root``. Every fault goes to ``faults``; the caller raises them."""
    top = read(root / "parties.toml", root, faults)
    if top is None:
        return {}
    parties: dict[str, Party] = {}
    references: set[str] = set()
    for table in top.tables("party", least=1):
        party = _party(table)
        _once(table, "id", party.id, parties)
        _once(table, "reference", party.reference, references)
        parties[party.id] = party
        references.add(party.reference)
    top.done()
    return parties


def load_roles(root: Path, parties: Mapping[str, Party], faults: Faults) -> dict[str, Role]:
    """Roles by id, from ``roles.toml`` under ``root``; each must fit a party and one of its office kinds."""
    top = read(root / "roles.toml", root, faults)
    if top is None:
        return {}
    roles: dict[str, Role] = {}
    for table in top.tables("role", least=1):
        role = _role(table, parties)
        _once(table, "id", role.id, roles)
        roles[role.id] = role
    top.done()
    return roles


def _party(table: Table) -> Party:
    kinds: dict[str, OfficeKind] = {}
    for entry in table.tables("office", least=1):
        office = OfficeKind(
            id=entry.code("id"),
            name=entry.text("name"),
            single=entry.flag("single"),
            per_establishment=entry.flag("per_establishment"),
        )
        _once(entry, "id", office.id, kinds)
        if office.single and office.per_establishment:
            entry.fault("per_establishment", "an office of which there is one cannot be one for each establishment")
        entry.done()
        kinds[office.id] = office
    party = Party(
        id=table.code("id"),
        name=table.text("name"),
        short=table.text("short"),
        reference=table.text("reference"),
        hmg=table.flag("hmg"),
        office_kinds=tuple(kinds.values()),
        clauses=table.clauses(),
        country=table.text("country", default=""),
    )
    if party.reference and not REFERENCE.fullmatch(party.reference):
        table.fault("reference", f"“{party.reference}” must be 2 to 10 capital letters")
    table.done()
    return party


def _role(table: Table, parties: Mapping[str, Party]) -> Role:
    role = Role(
        id=table.code("id"),
        name=table.text("name"),
        party=table.code("party"),
        office=table.code("office"),
        duties=frozenset(table.texts("duties")),
        clauses=table.clauses(),
    )
    for duty in sorted(role.duties - DUTIES):
        table.fault("duties", f"“{duty}” is not a duty; the duties are {', '.join(sorted(DUTIES))}")
    if role.duties & PRIVILEGED and role.duties - PRIVILEGED:
        table.fault("duties", "a role that runs the service holds no other duty")
    party = parties.get(role.party)
    if party is None and role.party:
        table.fault("party", f"“{role.party}” is no party of parties.toml")
    if party is not None and role.office and party.office_kind(role.office) is None:
        table.fault("office", f"“{role.office}” is no office kind of “{party.id}”")
    table.done()
    return role


def _once(table: Table, key: str, value: str, seen: Mapping[str, object] | set[str]) -> None:
    if value and value in seen:
        table.fault(key, f"“{value}” is given twice")
