"""Which acts something stands on, so that their disclosures never end by age. Imports every room's acts."""

from __future__ import annotations

import app.bootstrap.events
import identity.events
import retention.events
import sharing.events
import vault.events
from audit.events import LOG_VIEWED
from audit.fact import kinds
from incidents.service import Register
from retention.model.schedule import Schedules
from sharing.model.agreement import Agreements
from sharing.service.duty_follower import followed as owed

BOUND = "bound"  # the field by which a fact binds an account, or access to an item, to its rows
_ROOMS = (app.bootstrap.events, identity.events, sharing.events)  # imported for the acts they declare


def stood_on(schedules: Schedules, agreements: Agreements) -> frozenset[str]:
    """Acts that tables are rebuilt from, or that somebody's access, a certificate or the log itself stands on."""
    followed = schedules.triggers | retention.events.OWN_KINDS | Register.kinds | owed(agreements)
    bound = {name for name, kind in kinds().items() if BOUND in kind.fields}
    itself = {name for name in kinds() if name.startswith("audit.")} - {LOG_VIEWED.name}
    certified = {vault.events.KEY_DESTROYED.name, vault.events.CONTENT_REMOVED.name}
    return frozenset(followed | bound | itself | certified)
