"""Tokens: leave for a program to act for a person, for a time, for no more than they may, taken back at once."""

from __future__ import annotations

from datetime import datetime

from foundation.actor import Actor
from foundation.ident import new_id
from identity import events
from identity.errors import TokenInvalid, TokensTooMany, TokenUnknown
from identity.model import Token
from identity.rules.naming import tidy
from identity.rules.tokens import MOST, PREFIX, TOUCH, narrowed, token_faults
from identity.service.oneself import Oneself
from identity.store import offices, sessions, tokens
from identity.tables import appointment as appointments


class Tokens(Oneself):
    """Everybody makes and takes back their own. Nobody makes one for another, and no token makes a token."""

    def issue_token(
        self,
        *,
        session_token: str,
        name: str,
        until: datetime,
        appointment: str = "",
        reads_only: bool = False,
        actor: Actor,
        now: datetime,
    ) -> tuple[Token, str]:
        """A new token and its text, which exists only in this answer. ``until``: excluded, at most LIFE from now.

        ``appointment``: one in force it is bound to, or empty for all its person holds. ``reads_only``: it changes
        nothing. Raises TokenInvalid with every fault by field, TokensTooMany, ProofNeeded, SessionEnded.
        """
        self._bound.check(actor.id)
        name = tidy(name)
        if faults := token_faults(name, until, now, appointment, self._narrowable(actor, now)):
            raise TokenInvalid("Correct what is named.", fields=faults, subject=actor.id)
        if sum(each.good(now) for each in tokens.of_person(self._conn, actor.id)) >= MOST:
            raise TokensTooMany(f"Take one back that is needed no longer: {MOST} is the most.", subject=actor.id)
        self._themselves(session_token, actor, now)
        text = PREFIX + sessions.new_token()
        made = Token(str(new_id(now)), actor.id, appointment, reads_only, created=now, until=until, name=name)
        words = tokens.sealed(self._secrets, made)
        seal = tokens.add(self._conn, self._bound, made, sessions.digest(text), words)
        self._record(
            events.TOKEN_ISSUED,
            actor=actor,
            now=now,
            subject=made.id,
            person=actor.id,
            appointment=appointment,
            reads_only=reads_only,
            until=until.isoformat(timespec="milliseconds"),
            words=words,
            seal=seal,
        )
        return made, text

    def revoke_token(self, *, token_id: str, actor: Actor, now: datetime) -> None:
        """Take back one of one's own; no harm when it was before. Raises TokenUnknown."""
        if token_id not in {each.id for each in tokens.of_person(self._conn, actor.id)}:
            raise TokenUnknown("Choose a token from the list of your own.")
        self._revoke(token_id, actor.id, "own", actor=actor, now=now)

    def touch_token(self, *, token: Token, actor: Actor, now: datetime) -> None:  # noqa: ARG002
        """It was used now. Written once a minute at most: a write would cost more than the request."""
        if token.used is None or now - token.used >= TOUCH:
            tokens.saw(self._conn, token.id, now)

    def _narrowable(self, actor: Actor, now: datetime) -> dict[str, bool]:
        """The appointments in force, and whether a token of each alone reaches no more than its person."""
        here = (
            appointments.c.person_id == actor.id,
            appointments.c.valid_from <= now,
            appointments.c.valid_until > now,
        )
        found = {}
        for held in offices.find_appointments(self._conn, *here):
            office, role = offices.find_office(self._conn, held.office_id), self._roles.get(held.role)
            found[held.id] = bool(office and role and narrowed(actor, office.principal, role.duties))
        return found
