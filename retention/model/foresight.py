"""What lies ahead and what was done, as counts: no item, no person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

# What the annual report counts. An item counts once a year under each.
Act = Literal["opened", "held", "extended", "failed", "destroyed", "returned", "transferred", "kept"]
ACTS: tuple[Act, ...] = ("opened", "held", "extended", "failed", "destroyed", "returned", "transferred", "kept")
# Why something due is not disposed of yet. Of several, the first in this order.
Why = Literal[
    "failed",  # a destruction that did not complete: the next sweep tries again
    "destroying",  # begun: it is being finished
    "certificate",  # gone, its certificate is owed
    "held",
    "transfer",  # on its way to the archive
    "cooling-off",  # approved: nothing is destroyed before its day
    "approval",
    "unverified",  # nobody has said for how long: it never falls due until a person does
    "return",  # offered back and not answered, or not offered yet
    "review",
    "sweep",  # its day has come; the next sweep says so
]
WHYS: tuple[Why, ...] = (
    "failed", "destroying", "certificate", "held", "transfer", "cooling-off", "approval", "unverified", "return",
    "review", "sweep",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One class of one body in a forecast: how many fall due in each month, how many of all these a hold stands on."""

    body: str
    retention_class: str
    months: tuple[int, ...]
    held: int

    @property
    def total(self) -> int:
        return sum(self.months)


@dataclass(frozen=True, slots=True)
class Forecast:
    """``months``: the first day of each. ``later``: due after them; ``overdue``: their day has passed;
    ``undated``: without a period, so never due until a person confirms one."""

    months: tuple[date, ...]
    lines: tuple[Line, ...]
    overdue: int
    later: int
    undated: int

    @property
    def totals(self) -> tuple[int, ...]:
        """Of each month, all bodies and classes."""
        return tuple(sum(line.months[place] for line in self.lines) for place in range(len(self.months)))

    def by_body(self) -> Mapping[str, tuple[int, ...]]:
        """Of each month, body by body."""
        bodies = sorted({line.body for line in self.lines})
        return {
            body: tuple(sum(each.months[place] for each in self.lines if each.body == body)
                        for place in range(len(self.months)))
            for body in bodies
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many of one class of one body, for one reason, in one band of age (its place in ``BANDS``)."""

    why: Why
    band: int
    body: str
    retention_class: str
    number: int


@dataclass(frozen=True, slots=True)
class Counted:
    """So many items of one class of one body, of one act, in the period asked for."""

    body: str
    retention_class: str
    act: Act
    number: int
