"""What is due of a medium or of paper today, and since when. Pages show it; a job tells the log of each stage once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from custody.model import OUT, Export, Paper, Rules

# In the order of how bad it is.
STAGES = {
    "lost": "Lost",
    "missing": "Missing",
    "overdue": "Overdue: not back",
    "not-received": "Not received in time",
    "lock-due": "Locked storage to be confirmed",
    "unverified": "Not read back",
    "due-soon": "Due back soon",
}
LATE = frozenset({"lost", "missing", "overdue", "not-received", "lock-due"})


def of_export(export: Export, rules: Rules, today: date) -> Iterator[tuple[str, date]]:
    """(stage, since) of a medium."""
    if export.state not in OUT:
        return
    if export.state == "lost":
        yield "lost", export.back_on
    if export.back_on < today:
        yield "overdue", export.back_on
    elif export.back_on - timedelta(days=rules.remind_days) <= today:
        yield "due-soon", export.back_on
    if export.state in ("writing", "written"):
        yield "unverified", export.back_on


def of_paper(paper: Paper, rules: Rules, today: date) -> Iterator[tuple[str, date]]:
    """(stage, since) of a copy on paper."""
    if paper.state == "missing":
        yield "missing", paper.locked_on
    if paper.state == "on-the-way" and paper.due_on is not None and paper.due_on < today:
        yield "not-received", paper.due_on
    if paper.state == "held" and confirm_on(paper, rules) < today:
        yield "lock-due", confirm_on(paper, rules)


def confirm_on(paper: Paper, rules: Rules) -> date:
    """By when its holder says again that it is locked away."""
    return paper.locked_on + timedelta(days=rules.confirm_days)


def worst(stages: list[tuple[str, date]]) -> tuple[str, date | None]:
    """The worst of them; nothing where nothing is due."""
    order = list(STAGES)
    return min(stages, key=lambda each: (order.index(each[0]), each[1]), default=("", None))
