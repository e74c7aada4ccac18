"""Which acts something stands on, so that their disclosures never end by age. Imports every room's acts."""

from __future__ import annotations

import app.bootstrap.events
import custody.events
import identity.events
import outbox.events
import retention.events
import sharing.events.agreements
import sharing.events.alerts
import sharing.events.decisions
import sharing.events.items
import sharing.events.overrides
import sharing.events.versions
import vault.events
from audit.events import LOG_VIEWED
from audit.fact import kinds
from incidents.service.register import Register
from retention.model.schedule import Schedules
from sharing.events.rights import REQUEST_KINDS
from sharing.model.agreement import Agreements
from sharing.service.duty_follower import followed as owed

BOUND = "bound"  # the field by which a fact binds an account, or access to an item, to its rows
_ROOMS = (
    app.bootstrap.events,
    identity.events,
    sharing.events.agreements,
    sharing.events.alerts,
    sharing.events.decisions,
    sharing.events.items,
    sharing.events.overrides,
    sharing.events.versions,
)  # imported for the acts they declare


def stood_on(schedules: Schedules, agreements: Agreements) -> frozenset[str]:
    """Acts that tables are rebuilt from, or that somebody's access, a certificate or the log itself stands on."""
    own = retention.events.OWN_KINDS | Register.kinds | sharing.events.alerts.ALERT_KINDS
    own |= sharing.events.versions.VERSION_KINDS | sharing.events.decisions.DECISION_KINDS | REQUEST_KINDS
    own |= identity.events.CONSENT_KINDS | sharing.events.overrides.OVERRIDE_KINDS
    followed = schedules.triggers | own | owed(agreements)
    followed |= custody.events.OWN_KINDS | outbox.events.OWN_KINDS | outbox.events.DUE_KINDS
    bound = {name for name, kind in kinds().items() if BOUND in kind.fields}
    itself = {name for name in kinds() if name.startswith("audit.")} - {LOG_VIEWED.name}
    certified = {vault.events.KEY_DESTROYED.name, vault.events.CONTENT_REMOVED.name}
    return frozenset(followed | bound | itself | certified)
