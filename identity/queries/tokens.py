"""Tokens of programs: the list its person sees, and the Actor a request with one acts as."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from foundation.actor import Actor
from foundation.bound import Binder
from identity.model import Role, Token
from identity.queries.people import People
from identity.rules.tokens import narrowed
from identity.store import sessions, tokens
from identity.store.bound import Bound
from identity.store.secrets import SecretBox


class TokenList:
    """Reads only."""

    def __init__(
        self, conn: Connection, *, people: People, roles: Mapping[str, Role], binder: Binder, secrets: SecretBox
    ) -> None:
        self._conn = conn
        self._people = people
        self._roles = roles
        self._bound = Bound(conn, binder)
        self._secrets = secrets

    def mine(self, *, actor: Actor) -> list[Token]:
        """One's own, newest first, the ended ones too, with what each is for. Raises SecretUnreadable."""
        return tokens.of_person(self._conn, actor.id, self._secrets)

    def acting(self, text: str, *, now: datetime, request_id: str = "") -> tuple[Token, Actor] | None:
        """The token of this text and who acts with it; None when it opens nothing (any longer). Raises FactsAltered."""
        found = tokens.by_hash(self._conn, self._bound, sessions.digest(text))
        if found is None or not found.good(now):
            return None
        full = self._people.actor(found.person_id, now=now, request_id=request_id)
        if full.standing != "active":
            return None
        who = self._narrowed(full, found.appointment, now) if found.appointment else full
        return (found, who) if who else None

    def _narrowed(self, full: Actor, appointment: str, now: datetime) -> Actor | None:
        held = next((one for one in self._people.appointments(full.id, now=now) if one.id == appointment), None)
        role = self._roles.get(held.role) if held else None
        if held is None or role is None:
            return None
        return narrowed(full, self._people.office_by_id(held.office_id).principal, role.duties)
