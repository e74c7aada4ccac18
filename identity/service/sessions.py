"""Sessions: kept here and not in the cookie, known by the digest of their token, ended at once when they must."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from foundation.actor import Actor
from identity import events
from identity.errors import SessionDataRefused, SessionEnded
from identity.model import SessionView
from identity.rules.session import ABSOLUTE, IDLE, MOST_DATA, TOUCH, alive
from identity.service.desk import Desk
from identity.store import people, sessions

DOORS = frozenset({"web", "api"})


class Sessions(Desk):
    """Open, touch, hold data, rotate, end."""

    def open_session(self, *, door: str = "web", data: str = "{}", actor: Actor, now: datetime) -> str:  # noqa: ARG002
        """A visitor's session: who it is is not known yet. Returns its token. Not logged: nobody has done anything."""
        _check_data(data)
        return self._add("", stage="visitor", door=door, created=now, now=now, data=data)

    def touch_session(self, *, token: str, actor: Actor, now: datetime) -> SessionView | None:
        """The live session of ``token``, seen now; None when it is unknown or over (30 minutes idle, 12 hours at most).

        A session that is over is removed, and its end logged if it was somebody's.
        """
        found = sessions.find(self._conn, self._bound, sessions.digest(token))
        if found is None:
            return None
        if not self._lives(found, now):
            sessions.end(self._conn, found.id)
            if found.person_id:
                self._ended(found.person_id, "expired", actor=actor, now=now)
            return None
        if now - found.seen >= TOUCH:  # a write for every page would cost more than the page
            sessions.saw(self._conn, found.id, now)
            found = replace(found, seen=now)
        return found

    def save_session(self, *, token: str, data: str, actor: Actor, now: datetime) -> None:  # noqa: ARG002
        """Keep small JSON with a live session: a CSRF token, purposes stated; never content.

        Raises SessionDataRefused (no JSON object, or over 8,192 characters) and SessionEnded.
        """
        _check_data(data)
        found = self._live(token, now)
        if found is None or not sessions.save(self._conn, found.id, data):
            raise SessionEnded("Sign in again from the start.")

    def end_session(self, *, token: str, actor: Actor, now: datetime) -> None:
        """Sign out. No harm where there is no session."""
        found = sessions.find(self._conn, self._bound, sessions.digest(token))
        if found is not None and sessions.end(self._conn, found.id) and found.person_id:
            self._ended(found.person_id, "signed-out", actor=actor, now=now)

    def end_listed_session(self, *, session_id: str, actor: Actor, now: datetime) -> bool:
        """End one of one's own sessions by the id the list shows; False when there is no such session of theirs."""
        found = sessions.find(self._conn, self._bound, session_id)
        if found is None or found.person_id != actor.id or not sessions.end(self._conn, session_id):
            return False
        self._ended(actor.id, "ended-from-list", actor=actor, now=now)
        return True

    def end_all_sessions(self, *, person_id: str, actor: Actor, now: datetime) -> int:
        """Sign out everywhere: oneself, or by who manages accounts somebody else. How many sessions ended."""
        if person_id != actor.id:
            self._managed(person_id, actor, now)
        return self._end_sessions(person_id, "everywhere", actor=actor, now=now)

    def end_other_sessions(self, *, session_token: str, actor: Actor, now: datetime) -> int:
        """End every session of one's own but the one of ``session_token``; how many ended. Raises SessionEnded."""
        view = self._live(session_token, now)
        if view is None or view.person_id != actor.id:
            raise SessionEnded("Sign in again from the start.")
        return self._end_sessions(actor.id, "others", actor=actor, now=now, but=view.id)

    def sign_out_for_incident(self, *, person_id: str, actor: Actor, now: datetime) -> int:
        """Sign somebody out everywhere while an incident is looked into; how many sessions ended.

        The decision was the incident's. They may sign in again: whether they should is for their administrators.
        """
        return self._end_sessions(person_id, "incident", actor=actor, now=now)

    def sweep_sessions(self, *, actor: Actor, now: datetime) -> int:
        """Remove every session and invitation that is over; how many sessions. For the clock."""
        ended = sessions.sweep(self._conn, seen_until=now - IDLE, created_until=now - ABSOLUTE, now=now)
        if ended:
            self._record(events.SESSIONS_SWEPT, actor=actor, now=now, ended=ended)
        return ended

    def _live(self, token: str, now: datetime) -> SessionView | None:
        """The session, if it is not over and its person, when it has one, may still be here."""
        found = sessions.find(self._conn, self._bound, sessions.digest(token)) if token else None
        return found if found is not None and self._lives(found, now) else None

    def _lives(self, found: SessionView, now: datetime) -> bool:
        if not alive(created=found.created, seen=found.seen, now=now):
            return False
        person = people.find(self._conn, found.person_id) if found.person_id else None
        return not found.person_id or (person is not None and person.standing == "active")

    def _door(self, token: str, door: str, now: datetime) -> str:
        found = self._live(token, now)
        return found.door if found else door

    def _rotate(
        self, token: str, person_id: str, *, stage: str, door: str, created: datetime, now: datetime, data: str = "{}"
    ) -> str:
        """End the session of ``token`` and begin its successor, never under a token the client could have known."""
        if token:
            sessions.end(self._conn, sessions.digest(token))
        return self._add(person_id, stage=stage, door=door, created=created, now=now, data=data)

    def _add(self, person_id: str, *, stage: str, door: str, created: datetime, now: datetime, data: str) -> str:
        if door not in DOORS:
            msg = f"there is no door {door!r}"
            raise RuntimeError(msg)
        token = sessions.new_token()
        sessions.add(
            self._conn,
            self._bound,
            SessionView(
                id=sessions.digest(token),
                person_id=person_id,
                door=door,
                stage=stage,
                created=created,
                seen=now,
                data=data,
            ),
        )
        return token

    def _ended(self, person_id: str, cause: str, *, actor: Actor, now: datetime) -> None:
        self._record(events.SESSION_ENDED, actor=actor, now=now, subject=person_id, cause=cause, ended=1)


def _check_data(data: str) -> None:
    try:
        whole = len(data) <= MOST_DATA and isinstance(json.loads(data), dict)
    except ValueError:
        whole = False
    if not whole:
        raise SessionDataRefused(f"A session holds a JSON object of at most {MOST_DATA} characters.")
