"""What identity asks of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from foundation.actor import Actor
from identity.model import Verdict


@dataclass(frozen=True, slots=True)
class Site:
    """Where people open the service: ``origin`` is "https://custodes.example", ``host`` its name alone.

    Passkeys are made for ``host`` and answer at ``origin`` alone (WebAuthn: relying party id and origin).
    """

    origin: str
    host: str


class DutyDecider(Protocol):
    """Decides acts that need a duty rather than an item. Kept in force by the access policies."""

    def decide_duty(
        self, actor: Actor, action: str, *, now: datetime, owner: str = "", body: str = "", other: str = ""
    ) -> Verdict:
        """``owner``: the person acted upon; ``body``: their party; ``other``: a second person the rule compares."""
