"""The room's front."""

from __future__ import annotations

from retention.service.batch_approval import BatchApproval
from retention.service.destruction import Destruction
from retention.service.preview import Previews
from retention.service.returns import Returns
from retention.service.sparing import Sparing
from retention.service.transfers import Transfers


class Retention(BatchApproval, Returns, Transfers, Previews, Sparing, Destruction):
    """Everything done to disposal cases, on one connection and trail. Never commits."""
