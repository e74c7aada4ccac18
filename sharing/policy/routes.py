"""Routes as agreements write them: each names kinds, places and periods that are there, and leads on to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foundation.policy import Table
from identity.model import OfficeKind
from sharing.model.agreement import (
    ACTS,
    ANSWER,
    CLOSE,
    ORIGIN,
    PASS_ON,
    SENDER,
    Agreement,
    ItemKind,
    Period,
    Route,
    Step,
)
from sharing.policy.patterns import Patterns
from sharing.policy.places import known
from sharing.policy.terms import condition

CEILINGS = ("O", "OS")


@dataclass(slots=True)
class Routes:
    """Reads the routes of one agreement."""

    places: Mapping[str, OfficeKind]
    kinds: Mapping[str, ItemKind]
    periods: Mapping[str, Period]
    patterns: Patterns

    def route(self, table: Table) -> Route:
        """One route, with its steps."""
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
            via=table.texts("via", default=()),
            ceiling=table.text("marking_ceiling", default=""),
            retention=table.code("retention", default=""),
            conditions=tuple(condition(each, self.patterns) for each in table.tables("condition")),
        )
        known(table, "kinds", route.kinds, self.kinds)
        known(table, "from", route.senders, self.places)
        known(table, "to", route.to, reach)
        known(table, "also", route.also, reach)
        self._check_way(table, route)
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
        known(table, "by", step.by, {*self.places, *words})
        known(table, "to", (step.to,) if step.to else (), self.places)
        table.done()
        return step

    def _check_way(self, table: Table, route: Route) -> None:
        passing = {place for step in route.steps if step.act == PASS_ON for place in step.by}
        for place in route.via:
            if place not in passing:
                table.fault("via", f"“{place}” passes nothing on here")
        if route.ceiling and route.ceiling not in CEILINGS:
            table.fault("marking_ceiling", "must be one of " + ", ".join(CEILINGS))
        if any(each.same for each in route.conditions) and not route.establishment:
            table.fault("condition", "asks for the same establishment, and this way names none")

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
