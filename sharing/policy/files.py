"""Reads and checks ``policies/agreements/*.toml``: one file a version, everything it names must exist and lead on."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, TypeVar

from foundation.policy import CODE, Faults, Table, read
from identity.model import OfficeKind, Party
from sharing.model.agreement import Agreement, Agreements, ItemKind, Period, Purpose, Review
from sharing.model.duty import SOURCES
from sharing.policy import terms, times, whole
from sharing.policy.alerts import alert_kind
from sharing.policy.changes import change
from sharing.policy.duties import Duties
from sharing.policy.patterns import Patterns
from sharing.policy.places import Known, Places, known, offices_of
from sharing.policy.records import complete, record_kind
from sharing.policy.registers import register
from sharing.policy.routes import CEILINGS, Routes
from sharing.policy.tasks import Tasks


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_Each = TypeVar("_Each", bound=_Named)


def load_agreements(root: Path, parties: Mapping[str, Party], faults: Faults, there: Known | None = None) -> Agreements:
    """Every agreement under ``root/agreements``; faults go to ``faults``, which the caller raises."""
    versions: list[Agreement] = []
    files = sorted((root / "agreements").glob("*.toml"))
    for path in files:
        top = read(path, root, faults)
        if top is not None:
            agreement = _kept(_Reader(top, there or Known(parties)).agreement(), path.read_text("utf-8"))
            _check_versions(agreement, versions, top)
            versions.append(agreement)
    if not files:
        faults.add("agreements", "", "holds no agreement")
    return Agreements(tuple(versions))


def read_version(
    text: str, name: str, there: Known, faults: Faults, earlier: Iterable[Agreement] = ()
) -> Agreement | None:
    """One version from its text, held against those there are; ``name`` is what faults call it.

    None, and a fault, when it cannot be parsed at all.
    """
    try:
        top = Table(name, "", tomllib.loads(text), faults)
    except (ValueError, RecursionError) as error:
        faults.add(name, "", f"cannot be read: {error}")
        return None
    found = _kept(_Reader(top, there).agreement(), text)
    _check_versions(found, earlier, top)
    return found


def digest_of(text: str) -> str:
    """SHA-256 of the text in UTF-8, hexadecimal: what the log says was proposed and signed."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _kept(found: Agreement, text: str) -> Agreement:
    return replace(found, text=text, digest=digest_of(text))


def _check_versions(agreement: Agreement, earlier: Iterable[Agreement], top: Table) -> None:
    """Versions of one agreement take over from each other on a day; two on one day, or backwards, overlap."""
    for other in earlier:
        if other.id != agreement.id:
            continue
        if other.version == agreement.version:
            top.fault("version", f"{agreement.version} of “{agreement.id}” stands in another file too")
        elif other.in_force == agreement.in_force:
            top.fault("in_force", f"overlaps version {other.version}: both take effect on the same day")
        elif (other.version < agreement.version) != (other.in_force < agreement.in_force):
            top.fault("in_force", f"overlaps version {other.version}: a later version comes into force later")


@dataclass(slots=True)
class _Reader:
    """Reads one file. ``there`` is what it may name; ``own`` are the parties of this agreement."""

    top: Table
    there: Known
    own: tuple[str, ...] = field(init=False)
    offices: dict[str, OfficeKind] = field(init=False)

    def agreement(self) -> Agreement:
        top = self.top
        self.own = self._own_parties()
        self.offices = offices_of(self.there.parties, self.own)
        outside = _named(top, "outside", terms.outside)
        places = Places(self.own, self.offices, self.there.roles, outside)
        # What states duties alone, as a draft may, shares nothing and needs no kind, purpose or way.
        least = 0 if top.has("duty") and not top.has("route") else 1
        kinds = _named(top, "kind", _kind, least=least)
        records = _named(top, "record", lambda table: record_kind(table, places))
        patterns = Patterns(self.there.facts, kinds, records)
        periods = _named(top, "period", _period, least=least)
        purposes = _named(top, "purpose", _purpose, least=least)
        routes = Routes(self.offices, kinds, periods, patterns)
        ways = _named(top, "route", routes.route, least=least)
        complete(top, records, patterns, ways)
        start = top.day("in_force") or date.min
        duties = _named(top, "duty", Duties(places, patterns, records, ways, self.there, start).duty)
        rest = terms.Terms(places, patterns, records, {*kinds, *records}, duties)
        found = Agreement(
            **self._head(start, reviewed=bool(duties)),
            kinds=kinds,
            purposes=purposes,
            routes=ways,
            sections=tuple(_named(top, "section", terms.section).values()),
            outside=outside,
            records=records,
            duties=duties,
            embargoes=_named(top, "embargo", rest.embargo),
            consents=_named(top, "consent", rest.consent),
            recommendations=_named(top, "recommendation", rest.recommendation),
            registers=_named(top, "register", lambda table: register(table, records)),
            alerts=_named(top, "alert", lambda table: alert_kind(table, places, records)),
            change=change(top, places, self.own),
            tasks=_named(top, "tasks", Tasks(patterns, records, duties, ways).task_list),
        )
        routes.check(found, top)
        whole.check(found, top)
        top.done()
        return found

    def _head(self, start: date, *, reviewed: bool) -> dict[str, Any]:
        """What stands before the parts. ``reviewed``: a duty says when it is looked at again."""
        top = self.top
        return {
            "id": top.code("id"),
            "version": top.number("version", least=1),
            "title": top.text("title"),
            "parties": self.own,
            "in_force": start,
            "ceiling": self._ceiling(),
            "clauses": top.clauses(),
            "review": self._review(needed=not reviewed),
        }

    def _own_parties(self) -> tuple[str, ...]:
        own = self.top.texts("parties", least=2)
        for party in own:
            if party not in self.there.parties:
                self.top.fault("parties", f"“{party}” is no party in parties.toml")
        return own

    def _ceiling(self) -> str:
        ceiling = self.top.text("marking_ceiling")
        if ceiling and ceiling not in CEILINGS:
            self.top.fault("marking_ceiling", "must be one of " + ", ".join(CEILINGS))
        return ceiling

    def _review(self, *, needed: bool) -> Review:
        """Where duties are stated, one of them says when the agreement is looked at again."""
        table = self.top.table("review", needed=needed)
        if table is None:
            return Review(0, (), ())
        review = Review(table.number("months", least=1), table.texts("by", least=1), table.clauses())
        known(table, "by", review.by, self.offices)
        table.done()
        return review


def _kind(table: Table) -> ItemKind:
    outcomes = table.texts("outcomes", default=())
    for each in outcomes:
        if not CODE.fullmatch(each) or len(each) > 60:
            table.fault("outcomes", f"“{each}” must be lower-case words joined by hyphens")
    kind = ItemKind(table.code("id"), table.text("name"), table.code("retention"), table.clauses(), outcomes)
    table.done()
    return kind


def _period(table: Table) -> Period:
    period = Period(
        table.code("id"),
        table.number("working_days", least=1),
        table.text("words"),
        table.text("basis"),
        table.clauses(),
    )
    times.within(table, "working_days", period.working_days)
    if period.basis and period.basis not in SOURCES:
        table.fault("basis", "must be one of " + ", ".join(SOURCES))
    table.done()
    return period


def _purpose(table: Table) -> Purpose:
    purpose = Purpose(table.code("id"), table.text("words"), table.clauses())
    table.done()
    return purpose


def _named(top: Table, key: str, build: Callable[[Table], _Each], *, least: int = 0) -> dict[str, _Each]:
    """The tables of an array by id, faulting an id that stands twice: the second would silently replace the first."""
    found: dict[str, _Each] = {}
    for table in top.tables(key, least=least):
        built = build(table)
        if built.id in found:
            table.fault("id", f"“{built.id}” stands twice")
        found[built.id] = built
    return found
