"""Who follows the log: every room that concludes something from facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.bootstrap import wiring
from audit.follow import Follower
from custody.service.follower import Register as Custodian
from incidents.service.register import Register
from outbox.service.follower import Outbox
from retention.service.follower import Clocks
from sharing.model.agreement import Agreements
from sharing.service.alert_follower import AlertBook
from sharing.service.decision_follower import Decisions
from sharing.service.duty_follower import Duties
from sharing.service.override_follower import Overrides
from sharing.service.rights.follower import RequestFollower
from sharing.service.version_follower import Versions

if TYPE_CHECKING:
    from app.bootstrap.house import House


def followers(house: House, agreements: Agreements | None = None) -> Sequence[Follower]:
    """Who concludes something from facts, inside the transaction that records them.

    ``agreements``: those of the files and those signed here; a refusal, from which no duty follows, needs the files.
    """
    rules = house.policies
    return (
        Clocks(rules.schedules, wiring.words(house)),
        Register(),
        Custodian(wiring.words(house)),
        Duties(agreements or rules.agreements, wiring.words(house)),
        AlertBook(wiring.words(house)),
        Versions(wiring.words(house)),
        Decisions(),
        Overrides(),
        RequestFollower(wiring.words(house)),
        Outbox(rules.notifications),
    )
