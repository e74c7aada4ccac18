"""The table's rows: what an insider has, does, and who notices. Each is run; the page says what the run found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.adversary.scene import Copy

LOG, CONTENT, NEED, PEOPLE, DISPOSAL, RULES = (
    "The log", "Content and keys", "Who may see an item", "Who is who", "Disposal", "Rules and the rest"
)  # fmt: skip
SECTIONS = (LOG, CONTENT, NEED, PEOPLE, DISPOSAL, RULES)

DETECTED, HARMLESS, OPEN = "detected", "harmless", "not detected"

Act = Callable[[Copy], None]


@dataclass(frozen=True)
class Row:
    """``seen``: exactly those who notice. ``so``: what makes it harmless, what remains open, or what more to say."""

    section: str
    did: str
    had: str
    act: Act
    seen: frozenset[str]
    so: str
    database: str = ""  # the copy of the database it starts from: "" for today's
    after: Act | None = None  # what must hold when everybody has been asked

    @property
    def verdict(self) -> str:
        if self.seen:
            return DETECTED
        return OPEN if self.so.startswith("Open: ") else HARMLESS

    @property
    def name(self) -> str:
        return f"{self.section}: {self.did}"


ROWS: list[Row] = []
CONTROLS: list[Row] = []


def row(
    section: str,
    did: str,
    *,
    had: str = "D",
    seen: str = "",
    so: str = "",
    database: str = "",
    after: Act | None = None,
) -> Callable[[Act], Act]:
    """Enter an act into the table. ``seen``: words of ``scene.WATCHERS``, in any order."""

    def enter(act: Act) -> Act:
        ROWS.append(Row(section, did, had, act, frozenset(seen.split()), so, database, after))
        return act

    return enter


def control(did: str) -> Callable[[Act], Act]:
    """The same thing done through the service: nobody must notice anything."""

    def enter(act: Act) -> Act:
        CONTROLS.append(Row("", did, "", act, frozenset(), ""))
        return act

    return enter
