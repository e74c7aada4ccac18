"""Giving an account back to its owner: one administrator proposes, another decides."""

from __future__ import annotations

from typing import Any

from app.api.reply import Reply, once
from app.api.schemas import doors as schemas
from app.api.schemas import oversight
from app.api.section import Section
from app.bootstrap.duties import must
from app.bootstrap.work import Work
from app.http.house import actor, house

bp = Section("recoveries", "Accounts given back to their owners, by two administrators.")
LOOK = "view-accounts"


@bp.op("GET", "/recoveries", gives=schemas.Recoveries)
def waiting() -> Reply:
    """What waits for a second administrator."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found = work.identity.recoveries(actor=actor(), now=work.now)
    return Reply({"recoveries": found})


@bp.op("POST", "/accounts/<account>/recoveries", takes=schemas.RecoveryBody, gives=schemas.RecoveryMade, status=201)
def propose(body: dict[str, Any], account: str) -> Reply:
    """Say how its owner is known. The code is for them, by the way on which they are known."""

    def act(work: Work) -> Reply:
        made, code = work.identity.propose_recovery(person_id=account, **body, actor=actor(), now=work.now)
        return Reply({"id": made}, shown_once={"code": code})

    return once(act)


@bp.op("POST", "/recoveries/<recovery>/approve", takes=oversight.AccountReasonBody, gives=oversight.Invited, status=201)
def approve(body: dict[str, Any], recovery: str) -> Reply:  # noqa: ARG001 - the same body as its refusal
    """Approve what another proposed: everything of the account ends, and the link for its owner is shown once."""

    def act(work: Work) -> Reply:
        made = work.identity.approve_recovery(recovery_id=recovery, actor=actor(), now=work.now)
        return Reply({"person": made.person_id}, shown_once={"invitation": made.token})

    return once(act)


@bp.op("POST", "/recoveries/<recovery>/refuse", takes=oversight.AccountReasonBody)
def refuse(body: dict[str, Any], recovery: str) -> Reply:
    """Refuse it, or take back one's own. Nothing changes for the account."""
    with house().work(actor()) as work:
        work.identity.refuse_recovery(recovery_id=recovery, why=body["reason"], actor=actor(), now=work.now)
    return Reply()
