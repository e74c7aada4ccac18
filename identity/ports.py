"""What identity asks of others."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from foundation.actor import Actor
from identity.model import Verdict


class DutyDecider(Protocol):
    """Decides acts that need a duty rather than an item. Kept in force by the access policies."""

    def decide_duty(
        self, actor: Actor, action: str, *, now: datetime, owner: str = "", body: str = "", other: str = ""
    ) -> Verdict:
        """``owner``: the person acted upon; ``body``: their party; ``other``: a second person the rule compares."""
