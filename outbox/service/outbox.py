"""Everything people and the clock do with the outbox."""

from __future__ import annotations

from outbox.service.choosing import Choosing
from outbox.service.notices import Notices
from outbox.service.posting import Posting
from outbox.service.systems import Systems


class Outboxes(Posting, Choosing, Systems, Notices):
    """On one connection and trail."""
