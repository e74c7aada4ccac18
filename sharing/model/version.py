"""A change to an agreement on its way: who may propose and sign one, what was decided on it, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

VersionState = Literal["proposed", "signed", "declined", "withdrawn"]
PROPOSED: Final = "proposed"
SIGNED: Final = "signed"
DECLINED: Final = "declined"
WITHDRAWN: Final = "withdrawn"

Decision = Literal["not-needed", "needed", "carried-out"]
DECISIONS: tuple[Decision, ...] = ("not-needed", "needed", "carried-out")
NEEDED = "needed"

ASSESS, SIGN = "assess", "sign"


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """Who changes an agreement: the places that propose and decide on an impact assessment, and those that sign.

    Of each party one signature is needed, of any of its places in ``sign``.
    """

    propose: tuple[str, ...]
    assess: tuple[str, ...]
    sign: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionAct:
    """What one person did about a proposal: ``act`` is assess, sign, decline or withdraw. ``entry`` is of the log."""

    number: int
    act: str
    decision: str
    party: str
    place: str
    reason: str
    by: str
    at: datetime
    entry: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version proposed here. Its text is kept under ``sha256``; ``number`` is the version it would be."""

    id: str
    agreement: str
    number: int
    in_force: date
    sha256: str
    state: VersionState
    reason: str
    party: str
    proposed_by: str
    proposed_at: datetime
    acts: tuple[VersionAct, ...] = ()

    @property
    def assessment(self) -> VersionAct | None:
        """The decision on an impact assessment that stands: the newest."""
        return next((each for each in reversed(self.acts) if each.act == ASSESS), None)

    @property
    def signatures(self) -> tuple[VersionAct, ...]:
        """Each in the order it was given; one a party."""
        return tuple(each for each in self.acts if each.act == SIGN)

    @property
    def end(self) -> VersionAct | None:
        """What ended it without coming into force."""
        return next((each for each in self.acts if each.act in ("decline", "withdraw")), None)
