"""What people do: choose how often they hear, and have tried again what did not get through."""

from __future__ import annotations

from datetime import datetime

from foundation.actor import Actor
from foundation.errors import NotFound
from outbox import events
from outbox.errors import MessageNotFailed, MessageUnknown, PreferenceFaulty
from outbox.model.message import FAILED, PARTY, SYSTEM, Message
from outbox.model.rules import HOWS, How
from outbox.service.desk import Desk


class Choosing(Desk):
    """Their own preference; of messages those of their body, for its administrators, or all, for operators."""

    def prefer(self, how: str, *, actor: Actor, now: datetime) -> How:
        """From now on, for what is not urgent. Raises PreferenceFaulty."""
        if how not in HOWS:
            fault = "Choose at once, once a day or once a week"
            raise PreferenceFaulty(f"{fault}.", fields={"how": [fault]})
        chosen: How = how
        if self._rows.preference(actor.id) != chosen:
            self._say(events.PREFERENCE_SET, actor.id, {"how": chosen}, actor=actor, now=now)
        return chosen

    def try_again(self, message: str, *, actor: Actor, now: datetime, console: bool = False) -> Message:
        """Have one that was given up tried again. ``console``: by whoever has a shell here, who holds no duty.

        Raises MessageUnknown, MessageNotFailed, OutboxRefused."""
        found = self._rows.message(message)
        if not (console or self._operates(actor, now)):
            self._refuse(self._administers(actor, actor.party, now), "try-again", message)
            if found is not None and self._body_of(found) != actor.party:
                found = None  # for them there is none
        if found is None:
            raise MessageUnknown("Look at the list again.", subject=message)
        if found.state != FAILED:
            raise MessageNotFailed("It waits, or has gone. Look at the list again.", subject=message)
        self._say(events.AGAIN, message, {"by": actor.id, "step": found.attempts}, actor=actor, now=now)
        return self._rows.message(message) or found

    def _body_of(self, message: Message) -> str:
        """Whose administrators look after it; empty: operators alone."""
        if message.sort == PARTY:
            return ""
        if message.sort == SYSTEM:
            system = self._rows.system(message.to)
            return system.party if system else ""
        try:
            return self._people.person(message.to).party
        except NotFound:
            return ""
