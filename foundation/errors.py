"""The five ways to say no.

ServiceError
├── Invalid      what was given cannot be used              400
├── Denied       it may not be done, by this person, now    403
├── NotFound     there is nothing of that name for them     404
├── Conflict     somebody or something was there first      409
└── Unavailable  it cannot be done safely now               503

Each room derives its own leaves in its ``errors.py`` with a stable ``code`` ("sharing.route-unknown"). A message says
what to do next and holds nothing the asker may not know. Calling things in the wrong order is a RuntimeError, is
never caught and never shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against, readable aloud. ``rule`` is a policy or rule id, ``clause`` its source ("M23")."""

    rule: str
    text: str
    clause: str = ""


def rules_of(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """The rules behind the reasons, each once. A reason of several rules names them with commas between."""
    return tuple(dict.fromkeys(rule for each in reasons for rule in each.rule.split(",") if rule))


class ServiceError(Exception):
    """A typed refusal. State is unchanged when it is raised."""

    code: ClassVar[str] = ""
    title: ClassVar[str] = ""

    def __init__(
        self,
        detail: str,
        *,
        reasons: Sequence[Reason] = (),
        fields: Mapping[str, Sequence[str]] | None = None,
        subject: str = "",
    ) -> None:
        """``fields`` maps a form field to its faults; ``subject`` is the id acted upon, for the log, never shown."""
        super().__init__(detail)
        self.detail = detail
        self.reasons = tuple(reasons)
        self.fields = {name: tuple(faults) for name, faults in (fields or {}).items()}
        self.subject = subject


class Invalid(ServiceError):
    """What was given cannot be used: wrong, contradictory or incomplete."""


class Denied(ServiceError):
    """It may not be done by this person, or not now. ``reasons`` holds all of them."""


class NotFound(ServiceError):
    """Nothing of that name, or nothing they may know of: the two look alike on purpose."""


class Conflict(ServiceError):
    """The state is not what the asker thought: changed, done already, or being done."""


class Unavailable(ServiceError):
    """It cannot be done safely now: no log, no keys, no room. Nothing was served and nothing was changed."""
