"""Lists of tasks: the steps of a matter that begins with a record, such as an inspection, and how each stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sharing.model.coverage import Record
from sharing.model.duty import Pattern

StepState = Literal["done", "overdue", "can-start", "not-yet", "not-needed"]
STEP_STATES: tuple[StepState, ...] = ("done", "overdue", "can-start", "not-yet", "not-needed")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a record of a kind about the matter, with these values. ``duty`` is whose day it is due by, ``send``
    the route by which something goes to do it; ``many``: it can be done more than once.
    """

    id: str
    title: str
    part: str
    record: str
    values: Mapping[str, str]
    duty: str
    send: str
    many: bool
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaskList:
    """The matters that begin with a ``record``, and their steps. ``ends``: after this nothing more is done of one."""

    id: str
    title: str
    record: str
    ends: Pattern | None
    steps: tuple[Step, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """How one step of one matter stands. ``mine``: the asker may do it. ``waits``: what must be done before.

    ``done`` are the records that did it, oldest first.
    """

    step: Step
    state: StepState
    mine: bool
    waits: tuple[str, ...] = ()
    due_on: date | None = None
    done: tuple[Record, ...] = ()
