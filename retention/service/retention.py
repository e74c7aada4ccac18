"""The room's front."""

from __future__ import annotations

from retention.service.decisions import Decisions
from retention.service.destruction import Destruction
from retention.service.holds import Holds


class Retention(Decisions, Holds, Destruction):
    """Everything done to disposal cases, on one connection and trail. Never commits."""
