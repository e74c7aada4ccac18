"""May this be packaged for the archive; may its receipt be recorded? (Public Records Act 1958 s.3(4))"""

from __future__ import annotations

from collections.abc import Iterator

from foundation.actor import Actor
from foundation.errors import Reason
from retention.model.case import Case
from retention.model.transfer import Transfer
from retention.rules.steps.reasons import (
    APPROVER,
    CONTROLLED,
    REVIEWER,
    destroyable,
    duty,
    gathered,
    in_state,
    not_same,
    own_body,
)


def may_package(case: Case, actor: Actor) -> tuple[Reason, ...]:
    """The originator's reviewer packages what two people agreed to transfer, as often as it needs."""
    return tuple(
        gathered(duty(actor, REVIEWER), own_body(case, actor), in_state(case, "transferring"), destroyable(case))
    )


def may_record_receipt(case: Case, actor: Actor, transfer: Transfer | None) -> tuple[Reason, ...]:
    """The originator's approver records the archive's receipt, never of a package they made."""
    return tuple(
        gathered(
            duty(actor, APPROVER),
            own_body(case, actor),
            in_state(case, "transferring"),
            destroyable(case),
            _packaged(case, transfer),
            not_same(
                actor,
                transfer.packaged_by if transfer else "",
                "RET-second-person",
                "You made the package; somebody else must record that the archive has it.",
                CONTROLLED,
            ),
        )
    )


def _packaged(case: Case, transfer: Transfer | None) -> Iterator[Reason]:
    """For this approval: one made before an earlier approval was taken back counts no more."""
    if transfer is None or (case.approved_at is not None and transfer.packaged_at < case.approved_at):
        yield Reason("RET-not-packaged", "Nothing was packaged for the archive yet.", CONTROLLED)
