"""Reading policies/people: the training that gates a right, and what people must have before they reach an item."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from foundation.actor import BEGINNING, FOREVER
from foundation.policy import Faults, Table, read
from identity.model import DUTIES, RIGHTS, Result, Role
from identity.policy.doors import Doors, load_doors
from identity.policy.powers import Powers, load_powers
from identity.policy.providers import Providers, load_providers
from identity.policy.requirements import Requirements, load_requirements
from identity.policy.reviews import Reviews, load_reviews

TRAINING = "people/training.toml"


@dataclass(frozen=True, slots=True)
class Module:
    """Training that gates ``rights``. Needed by everybody who reaches ``items``, and by holders of ``duties``.

    ``months``: good for so long. ``warn``, ``grace``: days before its end, and beyond it. ``where``: where to do it.
    """

    id: str
    name: str
    rights: tuple[str, ...]
    items: bool
    duties: frozenset[str]
    months: int
    warn: int
    grace: int
    where: str
    basis: str
    clauses: tuple[str, ...]

    def needed(self, duties: Collection[str], *, reaches_items: bool) -> bool:
        """Whether somebody with these duties needs it by their appointments."""
        return (self.items and reaches_items) or not self.duties.isdisjoint(duties)

    def ends(self, held: Mapping[str, datetime]) -> datetime:
        """When the right ends for somebody who ``passed`` these: with grace; BEGINNING where they never did."""
        until = held.get(self.id, BEGINNING)
        return min(until + timedelta(days=self.grace), FOREVER) if BEGINNING < until < FOREVER else until


@dataclass(frozen=True, slots=True)
class Gates:
    """What stands between a person and what they may do, beside their account and vetting."""

    modules: Mapping[str, Module] = field(default_factory=dict)
    requirements: Requirements = field(default_factory=Requirements)
    reviews: Reviews = field(default_factory=Reviews)
    doors: Doors = field(default_factory=Doors)
    providers: Providers = field(default_factory=Providers)
    powers: Powers = field(default_factory=Powers)

    def held_until(self, results: Iterable[Result]) -> dict[str, datetime]:
        """Until when (excluded) each right is held: all modules that gate it, with their grace. M58, M59b, M63.

        ``results`` are of one person, in the order recorded.
        """
        held = passed(results)
        return {right: min((module.ends(held) for module in self.gating(right)), default=FOREVER) for right in RIGHTS}

    def gating(self, right: str) -> tuple[Module, ...]:
        """The modules that this right needs, all of them."""
        return tuple(module for module in self.modules.values() if right in module.rights)


def passed(results: Iterable[Result]) -> dict[str, datetime]:
    """Until when each module is good, by its id: as the last one recorded as passed says. In the order recorded."""
    return {result.module: result.until for result in results if result.passed}


def load_gates(root: Path, roles: Mapping[str, Role], faults: Faults) -> Gates:
    """From the folder ``root``/people. Every fault goes to ``faults``; the caller raises them."""
    return Gates(
        _modules(root, roles, faults),
        load_requirements(root, faults),
        load_reviews(root, roles, faults),
        load_doors(root, faults),
        load_providers(root, roles, faults),
        load_powers(root, faults),
    )


def _modules(root: Path, roles: Mapping[str, Role], faults: Faults) -> dict[str, Module]:
    top = read(root / TRAINING, root, faults)
    if top is None:
        return {}
    held = frozenset[str]().union(*(role.duties for role in roles.values()))
    modules: dict[str, Module] = {}
    for table in top.tables("module", least=1):
        module = _module(table, held)
        if module.id in modules:
            table.fault("id", f"“{module.id}” is given twice")
        modules[module.id] = module
    top.done()
    for right in sorted(RIGHTS.keys() - {right for module in modules.values() for right in module.rights}):
        faults.add(TRAINING, "module.rights", f"no module gates “{right}”, so that everybody would hold it")
    return modules


def _module(table: Table, held: Collection[str]) -> Module:
    module = Module(
        id=table.code("id"),
        name=table.text("name"),
        rights=table.texts("rights", least=1),
        items=table.flag("items"),
        duties=frozenset(table.texts("duties")),
        months=table.number("every_months", least=1),
        warn=table.number("warn_days"),
        grace=table.number("grace_days"),
        where=table.text("where"),
        basis=table.text("basis"),
        clauses=table.clauses(),
    )
    for right in sorted(set(module.rights) - RIGHTS.keys()):
        table.fault("rights", f"“{right}” is not a right; the rights are {', '.join(RIGHTS)}")
    for duty in sorted(module.duties):
        if duty not in DUTIES:
            table.fault("duties", f"“{duty}” is not a duty; the duties are {', '.join(sorted(DUTIES))}")
        elif held and duty not in held:
            table.fault("duties", f"no role of roles.toml has the duty “{duty}”")
    table.done()
    return module
