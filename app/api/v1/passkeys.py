"""Passkeys, and the list of one's own sessions."""

from __future__ import annotations

import json
from typing import Any

from app.api.errors import SignInFailed
from app.api.proof import given
from app.api.reply import Reply
from app.api.schemas import doors as schemas
from app.api.schemas.people import Ended, SignedIn
from app.api.schemas.shapes import Nothing
from app.api.section import Section
from app.api.shown import me
from app.http.house import actor, house, site
from app.http.permissions import SignInNeeded, by_hand, public
from app.http.sessions import current
from app.http.source import limited
from identity.errors import SessionEnded
from identity.store.sessions import digest

bp = Section("passkeys", "Passkeys, and where one is signed in.")


@bp.op("POST", "/session/passkey/options", takes=Nothing, gives=schemas.VisitorAsked, status=201, door=public)
def sign_in_options(_body: dict[str, Any]) -> Reply:
    """Begin to sign in with a passkey."""
    limited()
    with house().work(actor()) as work:
        token = work.identity.open_session(door="api", actor=actor(), now=work.now)
        options = work.identity.ask_passkey(session_token=token, site=site(), actor=actor(), now=work.now)
    return Reply({"token": token, "options": json.loads(options)})


@bp.op("POST", "/session/passkey", takes=schemas.DeviceAnswer, gives=SignedIn, door=public)
def sign_in(body: dict[str, Any]) -> Reply:
    """Give what the device answered, under the token of the options: both factors at once."""
    try:
        with house().work(actor()) as work:
            found = work.identity.check_passkey(
                session_token=current().token,
                answer=json.dumps(body["answer"]),
                site=site(),
                actor=actor(),
                now=work.now,
            )
            person = me(work, work.people.actor(found.person_id, now=work.now)) if found.ok else None
    except SessionEnded:
        raise SignInNeeded from None
    if not found.ok:
        raise SignInFailed(f"{found.detail}.")
    shown = {"token": found.token, "stage": found.stage, "person": person, "wrong_codes": found.wrong_codes}
    return Reply(shown)


@bp.op("GET", "/session/passkeys", gives=schemas.Passkeys)
@by_hand
def passkeys() -> Reply:
    """One's own passkeys."""
    with house().work(actor()) as work:
        held = work.identity.own_passkeys(actor=actor(), now=work.now)
    return Reply({"passkeys": held})


@bp.op("POST", "/session/passkeys/options", takes=schemas.NewPasskeyBody, gives=schemas.DeviceAsked)
@by_hand
def options(body: dict[str, Any]) -> Reply:
    """Begin a new passkey, by a code of the authenticator app or after `POST /session/proof`."""
    if body["code"]:
        given(body["code"])
    with house().work(actor()) as work:
        found = work.identity.ask_for_passkey(
            name=body["name"], session_token=current().token, site=site(), actor=actor(), now=work.now
        )
    return Reply({"options": json.loads(found)})


@bp.op("POST", "/session/passkeys", takes=schemas.DeviceAnswer, gives=schemas.PasskeyMade, status=201)
@by_hand
def add(body: dict[str, Any]) -> Reply:
    """Keep the passkey that the device made."""
    with house().work(actor()) as work:
        made = work.identity.add_passkey(
            session_token=current().token,
            answer=json.dumps(body["answer"]),
            site=site(),
            actor=actor(),
            now=work.now,
        )
    return Reply({"id": made})


@bp.op("DELETE", "/session/passkeys/<passkey>")
@by_hand
def remove(passkey: str) -> Reply:
    """Take one of one's own away, after `POST /session/proof`; never the last second factor."""
    with house().work(actor()) as work:
        work.identity.remove_passkey(session_token=current().token, passkey_id=passkey, actor=actor(), now=work.now)
    return Reply()


@bp.op("GET", "/session/list", gives=schemas.OwnSessions)
@by_hand
def sessions() -> Reply:
    """Where one is signed in."""
    here = digest(current().token)
    with house().work(actor()) as work:
        live = work.people.sessions(actor().id, now=work.now)
    shown = [{"id": s.id, "door": s.door, "created": s.created, "seen": s.seen, "here": s.id == here} for s in live]
    return Reply({"sessions": shown})


@bp.op("DELETE", "/session/list/<session>")
@by_hand
def end(session: str) -> Reply:
    """End one of one's own sessions; no harm where it had ended."""
    with house().work(actor()) as work:
        work.identity.end_listed_session(session_id=session, actor=actor(), now=work.now)
    return Reply()


@bp.op("POST", "/session/end-others", takes=Nothing, gives=Ended)
@by_hand
def end_others(_body: dict[str, Any]) -> Reply:
    """End every session of one's own but this."""
    with house().work(actor()) as work:
        ended = work.identity.end_other_sessions(session_token=current().token, actor=actor(), now=work.now)
    return Reply({"ended": ended})
