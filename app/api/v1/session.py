"""Signing in and out: a password, then a code; then the token opens what its person may."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.api.errors import SignInFailed
from app.api.proof import given
from app.api.reply import Reply
from app.api.schemas import people as schemas
from app.api.schemas.shapes import Nothing
from app.api.section import Section
from app.api.shown import me
from app.bootstrap.signing_in import check_password
from app.http.house import actor, house
from app.http.permissions import SignInNeeded, by_hand, public
from app.http.sessions import current
from app.http.source import limited
from identity.errors import SessionEnded, TooManyAttempts
from identity.model import SignIn

bp = Section("session", "Signing in and out, and completing an invitation.")
DOOR = "api"


@bp.op("POST", "/session", takes=schemas.SignInBody, gives=schemas.Token, status=201, door=public)
def sign_in(body: dict[str, Any]) -> Reply:
    """Give the password; the token then waits for the code."""
    limited(body["email"])
    return Reply(_token(check_password(house(), **body, door=DOOR, actor=actor())))


@bp.op("POST", "/session/code", takes=schemas.CodeBody, gives=schemas.SignedIn, door=public)
def code(body: dict[str, Any]) -> Reply:
    """Give the code; the answer's token replaces the one of stage `password`."""
    token = current().token
    if not token:
        raise SignInNeeded
    try:
        with house().work(actor()) as work:
            found = work.identity.check_code(session_token=token, code=body["code"], actor=actor(), now=work.now)
            person = me(work, work.people.actor(found.person_id, now=work.now)) if found.ok else None
            now = work.now
    except SessionEnded:
        raise SignInNeeded from None
    return Reply({**_token(found, now), "person": person, "wrong_codes": found.wrong_codes})


@bp.op("DELETE", "/session")
@by_hand
def sign_out() -> Reply:
    """End this session."""
    with house().work(actor()) as work:
        work.identity.end_session(token=current().token, actor=actor(), now=work.now)
    return Reply()


@bp.op("POST", "/session/end-all", takes=Nothing, gives=schemas.Ended)
@by_hand
def end_all(_body: dict[str, Any]) -> Reply:
    """End every session of one's own, this one and those of the pages included."""
    with house().work(actor()) as work:
        return Reply({"ended": work.identity.end_all_sessions(person_id=actor().id, actor=actor(), now=work.now)})


@bp.op("POST", "/session/password", takes=schemas.PasswordBody, gives=schemas.Token)
@by_hand
def change_password(body: dict[str, Any]) -> Reply:
    """Change one's own password. Every other session ends; this one goes on under the token answered."""
    with house().work(actor()) as work:
        found = work.identity.change_password(**body, session_token=current().token, actor=actor(), now=work.now)
        now = work.now
    return Reply(_token(found, now))


@bp.op("POST", "/session/proof", takes=schemas.CodeBody)
@by_hand
def prove(body: dict[str, Any]) -> Reply:
    """Show again that it is you, by a code. For some minutes your account may then be opened to something else."""
    given(body["code"])
    return Reply()


@bp.op("POST", "/invitations/accept", takes=schemas.AcceptBody, gives=schemas.Factor, door=public)
def accept(body: dict[str, Any]) -> Reply:
    """Set a password; the answer is the new second factor, shown once."""
    limited()
    with house().work(actor()) as work:
        uri = work.identity.accept(**body, actor=actor(), now=work.now)
    return Reply({"totp_uri": uri, "secret": parse_qs(urlsplit(uri).query)["secret"][0]})


@bp.op("POST", "/invitations/confirm", takes=schemas.ConfirmBody, door=public)
def confirm(body: dict[str, Any]) -> Reply:
    """Give a code of the new second factor; the account is active."""
    with house().work(actor()) as work:
        work.identity.confirm_second_factor(**body, actor=actor(), now=work.now)
    return Reply()


def _token(found: SignIn, now: datetime | None = None) -> dict[str, str]:
    """The token. Raises SignInFailed, after the failure was counted and committed, and TooManyAttempts while no code
    is looked at."""
    if found.shut and now:
        raise TooManyAttempts(found.shut - now)
    if not found.ok:
        raise SignInFailed(f"{found.detail}.")
    return {"token": found.token, "stage": found.stage}
