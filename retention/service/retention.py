"""The room's front."""

from __future__ import annotations

from retention.service.decisions import Decisions
from retention.service.destruction import Destruction
from retention.service.holds import Holds
from retention.service.preview import Previews


class Retention(Decisions, Holds, Previews, Destruction):
    """Everything done to disposal cases, on one connection and trail. Never commits."""
