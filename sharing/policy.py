"""Reads and checks ``policies/agreements/*.toml``: one file a version, everything it names must exist and lead on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from foundation.policy import CODE, Faults, Table, read
from identity.model import OfficeKind, Party
from sharing.model.agreement import (
    ACTS,
    ANSWER,
    CLOSE,
    ORIGIN,
    PASS_ON,
    SENDER,
    Agreement,
    Agreements,
    ItemKind,
    Period,
    Purpose,
    Review,
    Route,
    Step,
)

CEILINGS = ("O", "OS")

_Named = TypeVar("_Named", ItemKind, Period, Purpose, Route)


def load_agreements(root: Path, parties: Mapping[str, Party], faults: Faults) -> Agreements:
    """Every agreement under ``root/agreements``; faults go to ``faults``, which the caller raises."""
    versions: list[Agreement] = []
    files = sorted((root / "agreements").glob("*.toml"))
    for path in files:
        top = read(path, root, faults)
        if top is not None:
            agreement = _Reader(top, parties).agreement()
            _check_versions(agreement, versions, top)
            versions.append(agreement)
    if not files:
        faults.add("agreements", "", "holds no agreement")
    return Agreements(tuple(versions))


def _check_versions(agreement: Agreement, earlier: Iterable[Agreement], top: Table) -> None:
    """Versions of one agreement take over from each other on a day; two on one day, or backwards, overlap."""
    for other in earlier:
        if other.id != agreement.id:
            continue
        if other.version == agreement.version:
            top.fault("version", f"{agreement.version} of “{agreement.id}” stands in another file too")
        elif (other.version < agreement.version) != (other.in_force < agreement.in_force):
            top.fault("in_force", f"overlaps version {other.version}: a later version comes into force later")


@dataclass(slots=True)
class _Reader:
    """Reads one file. ``parties`` are those of the parties file; ``own`` those of this agreement."""

    top: Table
    parties: Mapping[str, Party]

    def agreement(self) -> Agreement:
        top = self.top
        own = self._own_parties()
        kinds = _named(top, "kind", _kind)
        periods = _named(top, "period", _period)
        purposes = _named(top, "purpose", _purpose)
        routes = _Routes(_places(self.parties, own), kinds, periods)
        found = Agreement(
            id=top.code("id"),
            version=top.number("version", least=1),
            title=top.text("title"),
            parties=own,
            in_force=top.day("in_force") or date.min,
            ceiling=self._ceiling(),
            clauses=top.clauses(),
            review=self._review(routes.places),
            kinds=kinds,
            purposes=purposes,
            routes=_named(top, "route", routes.route),
        )
        routes.check(found, top)
        top.done()
        return found

    def _own_parties(self) -> tuple[str, ...]:
        own = self.top.texts("parties", least=2)
        for party in own:
            if party not in self.parties:
                self.top.fault("parties", f"“{party}” is no party in parties.toml")
        return own

    def _ceiling(self) -> str:
        ceiling = self.top.text("marking_ceiling")
        if ceiling and ceiling not in CEILINGS:
            self.top.fault("marking_ceiling", "must be one of " + ", ".join(CEILINGS))
        return ceiling

    def _review(self, places: Mapping[str, OfficeKind]) -> Review:
        table = self.top.table("review")
        if table is None:
            return Review(0, (), ())
        review = Review(table.number("months", least=1), table.texts("by", least=1), table.clauses())
        _known(table, "by", review.by, places)
        table.done()
        return review


@dataclass(slots=True)
class _Routes:
    places: Mapping[str, OfficeKind]
    kinds: Mapping[str, ItemKind]
    periods: Mapping[str, Period]

    def route(self, table: Table) -> Route:
        reply = table.flag("reply", default=False)
        reach = {**self.places, ORIGIN: None} if reply else self.places
        route = Route(
            id=table.code("id"),
            title=table.text("title"),
            way=table.text("way"),
            clauses=table.clauses(),
            kinds=table.texts("kinds", least=1),
            senders=table.texts("from", least=1),
            to=table.texts("to", least=1),
            also=table.texts("also", default=()),
            establishment=table.flag("establishment"),
            reply=reply,
            steps=tuple(self._step(step, reply=reply) for step in table.tables("step", least=1)),
        )
        _known(table, "kinds", route.kinds, self.kinds)
        _known(table, "from", route.senders, self.places)
        _known(table, "to", route.to, reach)
        _known(table, "also", route.also, reach)
        self._check_order(table, route)
        self._check_reach(table, route)
        table.done()
        return route

    def _step(self, table: Table, *, reply: bool) -> Step:
        act = table.text("act")
        within = table.code("within", default="")
        step = Step(
            act=act,
            title=table.text("title"),
            by=table.texts("by", least=1),
            clauses=table.clauses(),
            within=self.periods.get(within),
            to=table.text("to") if act == PASS_ON else "",
            reply=table.code("reply") if act == ANSWER else "",
        )
        if act not in ACTS:
            table.fault("act", "must be one of " + ", ".join(ACTS))
        if within and within not in self.periods:
            table.fault("within", f"“{within}” is not known here")
        words = (SENDER, ORIGIN) if reply else (SENDER,)
        _known(table, "by", step.by, {*self.places, *words})
        _known(table, "to", (step.to,) if step.to else (), self.places)
        table.done()
        return step

    def _check_order(self, table: Table, route: Route) -> None:
        acts = [step.act for step in route.steps]
        if acts and (acts[-1] != CLOSE or acts.count(CLOSE) != 1):
            table.fault("step", "the last step, and no other, is “close”: what is never closed is never disposed of")
        for act in (PASS_ON, ANSWER):
            if acts.count(act) > 1:
                table.fault("step", f"“{act}” stands twice: an item is passed to one office and answered once")
        if ANSWER in acts and route.reply:
            table.fault("step", "a reply is not itself answered: that would go round for ever")

    def _check_reach(self, table: Table, route: Route) -> None:
        """Who owes a step must hold the item by then, and what is passed on must come to somebody new."""
        held = {SENDER, *route.holders, *route.senders}
        for index, step in enumerate(route.steps):
            for place in step.by:
                if place not in held:
                    table.fault(f"step[{index}].by", f"“{place}” does not hold the item at this step")
            if step.to and step.to in held:
                table.fault(f"step[{index}].to", f"“{step.to}” holds the item already: passing on would go in a circle")
            held.add(step.to)
        if PASS_ON in (step.act for step in route.steps) and not route.establishment:
            table.fault("establishment", "must be true: passing on goes to the office that covers it")
        self._check_choices(table, route)

    def _check_choices(self, table: Table, route: Route) -> None:
        chosen = [p for p in route.to if (kind := self.places.get(p)) is not None and not kind.single]
        if len(chosen) > 1:
            table.fault("to", "leaves more than one office to be chosen")
        for place in route.also:
            if (kind := self.places.get(place)) is not None and not kind.single:
                table.fault("also", f"“{place}” is not one office: nobody chooses which")

    def check(self, agreement: Agreement, top: Table) -> None:
        """What can be told only when every route is known."""
        for route in agreement.routes.values():
            for step in route.steps:
                _check_reply(agreement, route, step, top)
        carried = {kind for route in agreement.routes.values() for kind in route.kinds}
        for kind in self.kinds:
            if kind not in carried:
                top.fault(f"kind “{kind}”", "no route carries it")
        used = {step.within.id for route in agreement.routes.values() for step in route.steps if step.within}
        for period in self.periods.keys() - used:
            top.fault(f"period “{period}”", "no step uses it")
        answered = {step.reply for route in agreement.routes.values() for step in route.steps}
        for route in agreement.routes.values():
            if route.reply and route.id not in answered:
                top.fault(f"route “{route.id}”", "is a reply that no step asks for")


def _check_reply(agreement: Agreement, route: Route, step: Step, top: Table) -> None:
    if not step.reply:
        return
    reply = agreement.routes.get(step.reply)
    if reply is None or not reply.reply:
        top.fault(f"route “{route.id}” reply", f"“{step.reply}” is no reply route")
    elif not set(step.by) <= set(reply.senders):
        top.fault(f"route “{route.id}” reply", f"“{step.reply}” is not open to all who owe the answer")


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
    table.done()
    return period


def _purpose(table: Table) -> Purpose:
    purpose = Purpose(table.code("id"), table.text("words"), table.clauses())
    table.done()
    return purpose


def _named(top: Table, key: str, build: Callable[[Table], _Named]) -> dict[str, _Named]:
    """The tables of an array by id, faulting an id that stands twice: the second would silently replace the first."""
    found: dict[str, _Named] = {}
    for table in top.tables(key, least=1):
        built = build(table)
        if built.id in found:
            table.fault("id", f"“{built.id}” stands twice")
        found[built.id] = built
    return found


def _known(table: Table, key: str, named: Iterable[str], known: Iterable[str]) -> None:
    for name in named:
        if name not in known:
            table.fault(key, f"“{name}” is not known here")


def _places(parties: Mapping[str, Party], own: Iterable[str]) -> dict[str, OfficeKind]:
    return {f"{party}/{kind.id}": kind for party in own if party in parties for kind in parties[party].office_kinds}
