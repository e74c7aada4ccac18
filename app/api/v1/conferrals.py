"""What gives an account power: proposed by one administrator (with the account), decided on by another."""

from __future__ import annotations

from typing import Any

from app.api.reply import Reply, once
from app.api.schemas import conferrals as schemas
from app.api.schemas import oversight
from app.api.section import Section
from app.bootstrap import conferring
from app.bootstrap.duties import must
from app.bootstrap.work import Work
from app.http.house import actor, house
from identity.store.conferrals import Conferral

bp = Section("conferrals", "What gives an account power, by two administrators.")
LOOK = "view-accounts"


@bp.op("GET", "/conferrals", query=schemas.ConferralsQuery, gives=schemas.Conferrals)
def waiting(query: dict[str, Any]) -> Reply:
    """What waits for a second administrator, oldest first, with what it would open."""
    with house().work(actor()) as work:
        must(work, LOOK)
        found = work.identity.conferrals(person_id=query["account"], file=query["file"], actor=actor(), now=work.now)
        checks = [{"code": code, "text": text} for code, text in house().policies.gates.powers.checks.items()]
        return Reply({"conferrals": [_shown(work, each) for each in found], "checks": checks})


@bp.op("POST", "/conferrals/<conferral>/confirm", takes=schemas.ConferralBody, gives=schemas.Conferred)
def confirm(body: dict[str, Any], conferral: str) -> Reply:
    """Give what another proposed. It stands at once, and the person has to sign in again."""

    def act(work: Work) -> Reply:
        given = {"checked": body["checked"], "why": body["reason"]}
        made = work.identity.confirm(conferral_id=conferral, **given, actor=actor(), now=work.now)
        return Reply({"appointment": made})

    return once(act)


@bp.op("POST", "/conferrals/<conferral>/refuse", takes=oversight.AccountReasonBody)
def refuse(body: dict[str, Any], conferral: str) -> Reply:
    """Refuse it, or take back one's own. Nothing changes for the account."""

    def act(work: Work) -> Reply:
        work.identity.refuse_conferral(conferral_id=conferral, why=body["reason"], actor=actor(), now=work.now)
        return Reply()

    return once(act)


def proposed(made: Conferral | None) -> Reply:
    """What waits now; nothing where one administrator was enough."""
    return Reply({"id": made.id if made else None, "stands_until": made.stands_until if made else None})


def _shown(work: Work, each: Conferral) -> dict[str, Any]:
    may = work.identity.may_confirm(each, actor=actor(), now=work.now)
    shown = {name: getattr(each, name) for name in Conferral.__slots__ if name != "person_id"}
    more = {"effect": conferring.effect(work, each), "confirmers": [one.id for one in may]}
    return {**shown, "person": each.person_id, **more}
