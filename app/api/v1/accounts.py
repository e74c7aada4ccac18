"""Accounts, for those who administer them: never their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for

from app.api import cursor
from app.api.reply import Reply, once
from app.api.schemas import checks
from app.api.schemas import oversight as schemas
from app.api.schemas.conferrals import ConferralMade
from app.api.schemas.people import Ended
from app.api.schemas.shapes import Nothing
from app.api.section import Section
from app.api.shown import whole
from app.api.v1.conferrals import proposed
from app.bootstrap import leaving
from app.bootstrap.duties import against, must
from app.bootstrap.importing import bring
from app.bootstrap.work import Work
from app.http.house import actor, house
from foundation.actor import FOREVER
from identity.errors import AppointmentUnknown
from identity.model import Invitation
from identity.queries.idle import every_idle

bp = Section("accounts", "Accounts, appointments, training and vetting.")
LOOK = "view-accounts"
_CSV = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}


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
        training = work.checks.of(person, now=work.now).training
        shown |= {"appointments": work.people.appointments(account), "training": training}
        return Reply(shown, version=person.version)


@bp.op("POST", "/accounts/<account>/appointments", takes=schemas.AppointBody, gives=ConferralMade, status=202)
def appoint(body: dict[str, Any], account: str) -> Reply:
    """Propose somebody for a role in an office, from when it is confirmed or from `since`, for good or until `until`.

    Another administrator confirms it.
    """

    def act(work: Work) -> Reply:
        made = work.identity.propose_appointment(
            person_id=account,
            role=body["role"],
            office_id=body["office"],
            since=body["since"],
            until=body["until"] or FOREVER,
            words=body["words"],
            actor=actor(),
            now=work.now,
        )
        return proposed(made)

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
    """A fresh invitation, for one that ran out before the account was ever used."""
    return once(
        lambda work: _invited(
            work.identity.invite_again(person_id=account, why=body["reason"], actor=actor(), now=work.now)
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


@bp.op("POST", "/accounts/<account>/vetting", takes=schemas.VettingBody, gives=ConferralMade, status=202)
def vetting(body: dict[str, Any], account: str) -> Reply:
    """Vetting seen, good until. Longer than before, it waits for another administrator; else it is recorded at once."""

    def act(work: Work) -> Reply:
        return proposed(work.identity.propose_vetting(person_id=account, **body, actor=actor(), now=work.now))

    return once(act)


@bp.op("GET", "/accounts/<account>/open-matters", gives=checks.OpenMatters)
def open_matters(account: str) -> Reply:
    """What waits for this person alone or is in their name: references, no titles; and what is done with each."""
    with house().work(actor()) as work:
        must(work, LOOK)
        return Reply(whole(leaving.open_matters(work, account)))


@bp.op("POST", "/accounts/<account>/open-matters", takes=checks.MoveBody, gives=checks.Moved)
def move_matters(body: dict[str, Any], account: str) -> Reply:
    """Move these, or all, to a colleague who holds an office that this person holds or held."""

    def act(work: Work) -> Reply:
        must(work, LOOK)
        moved = work.sharing.reown(account, body["to"], matter=body["matters"], actor=actor(), now=work.now)
        return Reply({"moved": moved})

    return once(act)


@bp.op("POST", "/accounts/<account>/open-matters/end", takes=checks.EndBody, gives=checks.EndedMatters)
def end_matters(body: dict[str, Any], account: str) -> Reply:
    """End these, or all that can be: sight for a time, memberships of groups, places in an order of call."""

    def act(work: Work) -> Reply:
        must(work, LOOK)
        return Reply({"ended": leaving.end(work, account, body["matters"])})

    return once(act)


@bp.op("GET", "/access-review", gives=checks.AccessReview)
def access_review() -> Reply:
    """The appointments that are yours to attest; all of them for those who see the register of people."""
    with house().work(actor()) as work:
        everyone = not against(work, "view-people")
        return Reply(whole(work.identity.reviewed(everyone=everyone, actor=actor(), now=work.now)))


@bp.op("POST", "/access-review", takes=checks.AttestSeveralBody)
def attest_several(body: dict[str, Any]) -> Reply:
    """Keep several appointments for another period: all of them, or none."""

    def act(work: Work) -> Reply:
        work.identity.attest_several(appointments=body["appointments"], actor=actor(), now=work.now)
        return Reply()

    return once(act)


@bp.op("POST", "/access-review/<appointment>", takes=checks.AttestBody)
def attest(body: dict[str, Any], appointment: str) -> Reply:
    """Keep the appointment for another period, or end it now with a reason."""

    def act(work: Work) -> Reply:
        work.identity.attest(
            appointment_id=appointment,
            keep=body["keep"],
            why=body["reason"],
            leave=body["leave"],
            actor=actor(),
            now=work.now,
        )
        return Reply()

    return once(act)


@bp.op("GET", "/people-register", gives=checks.PeopleRegister)
def register() -> Reply:
    """Everybody active with every module they need, their vetting and what they accepted of the handling requirements,
    as they stand; offices nobody can act for.
    """
    with house().work(actor()) as work:
        must(work, "view-people")
        idle = every_idle(work.people, house().policies.roles, now=work.now)
        return Reply({**whole(work.checks.active(now=work.now)), "idle": idle})


@bp.op("POST", "/accounts/import", query=checks.ImportQuery, gives=checks.Brought, doc=_CSV)
def import_(query: dict[str, Any]) -> Reply:
    """Bring in a file of people or of training results (CSV, UTF-8): all of it, or none with every fault by line.

    With `trial` nothing is kept. `invitations` are shown once. The appointments of a file of people wait together,
    under `file`, for another administrator.
    """
    data = request.get_data(cache=True)
    done = bring(house(), query["kind"], data, actor=actor(), trial=query["trial"])
    links = [{"email": email, "person": made.person_id, "invitation": made.token} for email, made in done.invitations]
    return Reply({"lines": done.lines, "invitations": links, "file": done.file})


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
