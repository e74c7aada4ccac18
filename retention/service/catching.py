"""What holds stand on, asked of their scopes at once where something is to be destroyed, and entered for the lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from audit.errors import LogUnavailable
from audit.fact import Value
from foundation.actor import Actor
from foundation.errors import Unavailable
from retention import events
from retention.model.case import Case, State
from retention.model.hold import Hold, Manner, Scope
from retention.rules import scope as rules
from retention.service.desk import Desk
from retention.store.cases import Standing

BEGUN: tuple[State, ...] = ("destroying",)
BATCH = 500  # items one unit of work enters for holds


class Catching(Desk):
    """A hold binds from the moment it is placed, by its scope; what is entered on items follows, batch by batch."""

    def _as_held(self, case: Case) -> Case:
        """The case with ``held`` as the scopes of all holds in force have it now, whatever was entered."""
        return self._all_as_held([case])[0]

    def _all_as_held(self, cases: Sequence[Case]) -> list[Case]:
        bound = self._bound(cases)
        return [replace(case, held=case.held or bool(bound[case.item])) for case in cases]

    def _bound_by(self, case: Case) -> list[Standing]:
        return self._bound([case])[case.item]

    def _bound(self, cases: Sequence[Case]) -> dict[str, list[Standing]]:
        """The holds that stand on each of the cases, by its item: the scopes of all holds in force are asked."""
        standing = self._holdings.standing([case.item for case in cases])
        # Each scope is read once; whom an item is about is asked of those alone that a scope of people may catch.
        scopes = {each.hold: rules.read(each.scope) for found in standing.values() for each in found}
        asked = [
            case.item_id
            for case in cases
            if any(each.manner is None and scopes[each.hold].persons for each in standing[case.item])
        ]
        persons = self._persons.tokens(asked) if asked else {}
        bound = {}
        for case in cases:
            facts = rules.facts_of(case, persons.get(case.item_id, frozenset()))
            bound[case.item] = [
                each
                for each in standing[case.item]
                if rules.binds(each.manner, caught=rules.catches(scopes[each.hold], facts))
            ]
        return bound

    def _catch(self, items: Sequence[str], *, actor: Actor, now: datetime) -> int:
        """Enter on these items every hold that catches them and is not entered yet; how many entries."""
        return sum(self._caught(items, actor=actor, now=now).values())

    def _caught(self, items: Sequence[str], *, actor: Actor, now: datetime) -> Counter[str]:
        """The same by item."""
        cases, entered = self._all_cases(items), Counter[str]()
        bound = self._bound(cases)
        for case in cases:
            for each in bound[case.item]:
                if each.manner is None:
                    case = self._enter(each.hold, _manner(each), case, actor=actor, now=now)  # noqa: PLW2901
                    entered[case.item] += 1
        return entered

    def _settle(self, hold: Hold, *, actor: Actor, now: datetime, batch: int = BATCH) -> int:
        """Enter a hold on the next ``batch`` of what it catches; when nothing is left, say so. How many entries."""
        scope = rules.read(hold.scope)
        cases = self._holdings.missed(hold.id, scope, self._about(scope), batch)
        for case in cases:
            self._enter(hold.id, "suggested" if hold.kind == "words" else "caught", case, actor=actor, now=now)
        if len(cases) < batch:
            what: dict[str, Value] = {"hold": hold.id}
            self._trail.record(events.HOLD_SETTLED, actor=actor, now=now, subject=hold.id, what=what)
        return len(cases)

    def _settle_all(self, *, actor: Actor, now: datetime, batch: int) -> int:
        """The same of all holds that are not settled, ``batch`` entries in all."""
        entered = 0
        for hold in self._holdings.unsettled():
            if entered >= batch:
                break
            entered += self._settle(hold, actor=actor, now=now, batch=batch - entered)
        return entered

    def _enter(self, hold: str, manner: Manner, case: Case, *, actor: Actor, now: datetime) -> Case:
        """Enter one hold on one item. An approval to destroy it lapses."""
        caught = self._record(events.HOLD_CAUGHT, case, actor=actor, now=now, hold=hold, manner=manner, by=actor.id)
        return self._give_back(caught, actor=actor, now=now) if caught.held else caught

    def _give_back(self, case: Case, *, actor: Actor, now: datetime) -> Case:
        """Take back an approval that a hold overtook; the key works again. Where keys cannot be reached, the next run
        does: until then it stays disabled, and nothing destroys it."""
        if case.state != "cooling-off":
            return case
        try:
            self._eraser.enable(UUID(case.item), actor=actor, now=now)
        except LogUnavailable:
            raise  # what cannot be entered in the log is not done at all
        except Unavailable:
            return case
        return self._record(events.APPROVAL_WITHDRAWN, case, actor=actor, now=now, by=actor.id, cause="held")

    def _overtaken(self, *, actor: Actor, now: datetime, batch: int) -> None:
        for item in self._cases.overtaken(batch):
            self._give_back(self._case(item), actor=actor, now=now)

    def _name_late(self, hold: Hold, *, actor: Actor, now: datetime) -> None:
        """Say of everything whose destruction has begun that the hold came too late for it: it can only be finished."""
        scope = rules.read(hold.scope)
        about = self._about(scope)
        while cases := self._holdings.missed(hold.id, scope, about, BATCH, states=BEGUN):
            for case in cases:
                self._enter(hold.id, "late", case, actor=actor, now=now)

    def _about(self, scope: Scope) -> frozenset[int]:
        return self._persons.about(scope.persons) if scope.persons else frozenset()

    def _unheld(self, items: Sequence[str], *, actor: Actor, now: datetime) -> tuple[str, ...]:
        """Those of the items that no hold stands on; what was not entered of the others is."""
        caught = self._caught(items, actor=actor, now=now)
        return tuple(item for item in items if not caught[item])


def _manner(standing: Standing) -> Manner:
    return "suggested" if standing.kind == "words" else "caught"
