"""Accounts, for those who administer them: never their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for

from app.api import cursor
from app.api.reply import Reply, once
from app.api.schemas import oversight as schemas
from app.api.schemas.people import Ended
from app.api.schemas.shapes import Made, Nothing
from app.api.section import Section
from app.api.shown import whole
from app.bootstrap.duties import must
from app.bootstrap.work import Work
from app.http.house import actor, house
from foundation.actor import FOREVER
from identity.errors import AppointmentUnknown
from identity.model import Invitation

bp = Section("accounts", "Accounts, appointments, training and vetting.")
LOOK = "view-accounts"


@bp.op("GET", "/accounts", query=schemas.AccountsQuery, gives=schemas.Accounts)
def accounts(query: dict[str, Any]) -> Reply:
    """By name."""
    after, limit = cursor.text(query["cursor"]), query["limit"]
    with house().work(actor()) as work:
        must(work, LOOK)
        found = work.people.people(party=query["party"] or None, standing=query["standing"] or None, text=query["text"])
    ids = [person.id for person in found]
    start = ids.index(after) + 1 if after in ids else 0
    rows = found[start : start + limit]
    following = cursor.of_text(rows[-1].id) if start + limit < len(found) else None
    return Reply({"items": rows, "next": following, "count": {"value": len(found), "capped": False}})


@bp.op("POST", "/accounts", takes=schemas.InviteBody, gives=schemas.Invited, status=201)
def invite(body: dict[str, Any]) -> Reply:
    """A new account, appointed to nothing. The invitation is good for one day and shown once."""
    return once(lambda work: _invited(work.identity.invite(**body, actor=actor(), now=work.now)))


@bp.op("GET", "/accounts/<account>", gives=schemas.AccountSeen)
def account(account: str) -> Reply:
    """One account with its appointments."""
    with house().work(actor()) as work:
        must(work, LOOK)
        person = work.people.person(account)
        shown = {name: getattr(person, name) for name in schemas.Account().fields}
        return Reply({**shown, "appointments": work.people.appointments(account)}, version=person.version)


@bp.op("POST", "/accounts/<account>/appointments", takes=schemas.AppointBody, gives=Made, status=201)
def appoint(body: dict[str, Any], account: str) -> Reply:
    """Appoint somebody to a role in an office, from now or from `since`, for good or until `until`."""

    def act(work: Work) -> Reply:
        made = work.identity.appoint(
            person_id=account,
            role=body["role"],
            office_id=body["office"],
            since=body["since"],
            until=body["until"] or FOREVER,
            actor=actor(),
            now=work.now,
        )
        return Reply({"id": made})

    return once(act)


@bp.op("DELETE", "/accounts/<account>/appointments/<appointment>")
def end_appointment(account: str, appointment: str) -> Reply:
    """End one appointment now."""

    def act(work: Work) -> Reply:
        must(work, LOOK)
        if appointment not in {held.id for held in work.people.appointments(account)}:
            raise AppointmentUnknown("Look at the account again; it may have ended.")
        work.identity.end_appointment(appointment_id=appointment, actor=actor(), now=work.now)
        return Reply()

    return once(act)


@bp.op("POST", "/accounts/<account>/suspend", takes=schemas.AccountReasonBody)
def suspend(body: dict[str, Any], account: str) -> Reply:
    """Stop an active account; its sessions end at once."""
    return _move(lambda work: work.identity.suspend, account, body)


@bp.op("POST", "/accounts/<account>/reinstate", takes=schemas.AccountReasonBody)
def reinstate(body: dict[str, Any], account: str) -> Reply:
    """Let a suspended account act again."""
    return _move(lambda work: work.identity.reinstate, account, body)


@bp.op("POST", "/accounts/<account>/leave", takes=schemas.AccountReasonBody)
def leave(body: dict[str, Any], account: str) -> Reply:
    """Close an account for good."""
    return _move(lambda work: work.identity.leave, account, body)


@bp.op("POST", "/accounts/<account>/unlock", takes=schemas.AccountReasonBody)
def unlock(body: dict[str, Any], account: str) -> Reply:
    """Open a locked account again."""
    return _move(lambda work: work.identity.unlock, account, body)


@bp.op("POST", "/accounts/<account>/invite-again", takes=schemas.AccountReasonBody, gives=schemas.Invited, status=201)
def invite_again(body: dict[str, Any], account: str) -> Reply:
    """A fresh invitation, for one that ran out or a forgotten password."""
    return once(
        lambda work: _invited(
            work.identity.invite_again(person_id=account, why=body["reason"], actor=actor(), now=work.now)
        )
    )


@bp.op(
    "POST",
    "/accounts/<account>/reset-second-factor",
    takes=schemas.AccountReasonBody,
    gives=schemas.Invited,
    status=201,
)
def reset_second_factor(body: dict[str, Any], account: str) -> Reply:
    """Take the second factor away; its holder sets password and second factor anew by the invitation."""
    return once(
        lambda work: _invited(
            work.identity.reset_second_factor(person_id=account, why=body["reason"], actor=actor(), now=work.now)
        )
    )


@bp.op("POST", "/accounts/<account>/end-sessions", takes=Nothing, gives=Ended)
def end_sessions(_body: dict[str, Any], account: str) -> Reply:
    """Sign somebody out everywhere."""
    return once(
        lambda work: Reply({"ended": work.identity.end_all_sessions(person_id=account, actor=actor(), now=work.now)})
    )


@bp.op("POST", "/accounts/<account>/name", takes=schemas.NameBody)
def rename(body: dict[str, Any], account: str) -> Reply:
    """Correct somebody's name."""

    def act(work: Work) -> Reply:
        work.identity.change_name(person_id=account, name=body["name"], actor=actor(), now=work.now)
        return Reply()

    return once(act)


@bp.op("POST", "/accounts/<account>/training", takes=schemas.UntilBody)
def training(body: dict[str, Any], account: str) -> Reply:
    """Training passed, good until."""

    def act(work: Work) -> Reply:
        work.identity.record_training(person_id=account, until=body["until"], actor=actor(), now=work.now)
        return Reply()

    return once(act)


@bp.op("POST", "/accounts/<account>/vetting", takes=schemas.UntilBody)
def vetting(body: dict[str, Any], account: str) -> Reply:
    """Vetting seen, good until."""

    def act(work: Work) -> Reply:
        work.identity.record_vetting(person_id=account, until=body["until"], actor=actor(), now=work.now)
        return Reply()

    return once(act)


@bp.op("GET", "/roles", gives=schemas.Roles)
def roles() -> Reply:
    """What people can be appointed as."""
    known = sorted(house().policies.roles.values(), key=lambda role: role.id)
    shown = [{**{n: getattr(role, n) for n in ("id", "name", "party", "office")}, "duties": sorted(role.duties)}
             for role in known]  # fmt: skip
    return Reply(whole(shown))


def _move(method: Callable[[Work], Callable[..., None]], account: str, body: dict[str, Any]) -> Reply:
    def act(work: Work) -> Reply:
        method(work)(person_id=account, why=body["reason"], actor=actor(), now=work.now)
        return Reply()

    return once(act)


def _invited(made: Invitation) -> Reply:
    location = url_for("api_accounts.account", account=made.person_id)
    return Reply({"person": made.person_id}, location=location, shown_once={"invitation": made.token})
