"""What an agreement may name that stands outside its own file, and who the places it names are."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from audit.fact import Kind
from foundation.policy import Table
from identity.model import OfficeKind, Party, Role
from sharing.model.duty import FIELD, OUTSIDE
from sharing.model.terms import Outside


@dataclass(frozen=True, slots=True)
class Known:
    """What there is beside the agreements. None: not asked about, as in a test of routes alone."""

    parties: Mapping[str, Party]
    roles: Mapping[str, Role] | None = None
    facts: Mapping[str, Kind] | None = None
    registers: Container[str] | None = None
    rules: Container[str] | None = None


def known(table: Table, key: str, named: Iterable[str], there: Container[str]) -> None:
    """Fault what is named and is not there."""
    for name in named:
        if name not in there:
            table.fault(key, f"“{name}” is not known here")


def offices_of(parties: Mapping[str, Party], own: Iterable[str]) -> dict[str, OfficeKind]:
    """party/office-kind of every party of the agreement: what routes may name."""
    return {f"{party}/{kind.id}": kind for party in own if party in parties for kind in parties[party].office_kinds}


@dataclass(frozen=True, slots=True)
class Places:
    """The places duties, records and terms may name: wider than those of routes."""

    own: tuple[str, ...]
    offices: Mapping[str, OfficeKind]
    roles: Mapping[str, Role] | None
    outside: Mapping[str, Outside]

    def check(self, table: Table, key: str, named: Iterable[str], fields: Container[str] = ()) -> None:
        """Fault every place there is none of. ``fields`` are those of a record that names a place."""
        for place in named:
            if problem := self._problem(place, fields):
                table.fault(key, f"“{place}” {problem}")

    def inside(self, named: Iterable[str]) -> tuple[str, ...]:
        """Those that take part in the service."""
        return tuple(place for place in named if place.partition("/")[0] != OUTSIDE)

    def staffed(self, place: str) -> bool:
        """Can anybody be appointed there at all? What a record names is looked at when it is made."""
        party, _, rest = place.partition("/")
        if self.roles is None or party == FIELD:
            return True
        office, _, role = rest.partition("/")
        return any(
            one.party == party and office in ("", one.office) and role in ("", one.id) for one in self.roles.values()
        )

    def _problem(self, place: str, fields: Container[str]) -> str:
        first, _, rest = place.partition("/")
        if first == OUTSIDE:
            return "" if rest in self.outside else "is nobody under [[outside]]"
        if first == FIELD:
            return "" if rest in fields else "is no field of the record that begins it"
        office, _, role = rest.partition("/")
        if first not in self.own or (office and f"{first}/{office}" not in self.offices):
            return "is not known here"
        if role and self.roles is not None:
            found = self.roles.get(role)
            if found is None or (found.party, found.office) != (first, office):
                return "is no role of roles.toml in that office"
        return ""
