"""Until when somebody holds a right, from what they passed; what they lack, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation.actor import BEGINNING, Actor
from foundation.calendar import add_months, london_midnight
from foundation.errors import Reason
from identity.model import RIGHTS, Result
from identity.policy.gates import Gates, Module, passed
from identity.rules.gate import BARRED

MISSING, LAPSED, ENDING, GOOD = "missing", "lapsed", "ending", "good"


@dataclass(frozen=True, slots=True)
class State:
    """One module of one person. ``until``: the end of what they passed last; BEGINNING when nothing was."""

    module: Module
    until: datetime
    state: str
    needed: bool

    @property
    def ends(self) -> datetime | None:
        """``until``, where anything was passed."""
        return None if self.state == MISSING else self.until

    @property
    def trouble(self) -> bool:
        """Needed, and not there or not for long."""
        return self.needed and self.state != GOOD


def good_until(module: Module, passed_on: date) -> datetime:
    """The instant at which what was passed on that day ends: the day so many months later is the last."""
    return london_midnight(add_months(passed_on, module.months) + timedelta(days=1))


def states(gates: Gates, results: Iterable[Result], duties: Collection[str], now: datetime) -> list[State]:
    """Every module as it stands for somebody with these duties."""
    held, reaches = passed(results), reaches_items(duties)
    return [
        State(
            module,
            held.get(module.id, BEGINNING),
            _state(module, held, now),
            module.needed(duties, reaches_items=reaches),
        )
        for module in gates.modules.values()
    ]


def reaches_items(duties: Collection[str]) -> bool:
    """Whether somebody with these duties is let near an item at all."""
    return BARRED.keys().isdisjoint(duties)


def lacking(gates: Gates, actor: Actor, right: str, now: datetime) -> tuple[Reason, ...]:
    """Why they do not hold this right today, and what to do; nothing when they do. KeyError: there is no such right."""
    until: datetime = getattr(actor, RIGHTS[right])
    if now < until:
        return ()
    said = "never recorded" if until == BEGINNING else "out of date"
    return tuple(
        Reason(f"training-{module.id}", f"Your training “{module.name}” is {said}. {module.where}", module.clauses[0])
        for module in gates.gating(right)
    )


def wheres(gates: Gates, rules: Mapping[str, str]) -> dict[str, str]:
    """What a refusal by each of ``rules`` (rule: right) adds: which modules, and where they are done."""
    return {
        rule: " ".join(f"{each.name}: {each.where}" for each in gates.gating(right)) for rule, right in rules.items()
    }


def soonest(found: Sequence[State]) -> State | None:
    """What needs somebody's attention first."""
    return min((each for each in found if each.trouble), key=lambda each: each.until, default=None)


def _state(module: Module, held: Mapping[str, datetime], now: datetime) -> str:
    if module.id not in held:
        return MISSING
    until = module.ends(held)
    if until <= now:
        return LAPSED
    return ENDING if until <= now + timedelta(days=module.warn) else GOOD
