"""Notices of incidents that go from here, where the policy says where to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from audit.fact import Value
from foundation.actor import Actor
from outbox import events
from outbox.errors import NoticeNotSendable
from outbox.model.message import DROPPED, FAILED, Message
from outbox.rules.naming import posted_id
from outbox.service.desk import Desk


@dataclass(frozen=True, slots=True)
class Posted:
    """What is sent, and what the incident is told of it. ``number`` is the incident's, as people know it."""

    number: str
    text: str
    late: str = ""
    reasons: str = ""


class Notices(Desk):
    """Whether the sender leads on the incident is decided by incidents, in the same unit of work."""

    def address_of(self, duty: str, *, actor: Actor, now: datetime) -> str:  # noqa: ARG002 - every act names them
        """Where the notice of this duty goes; empty where the policy does not say."""
        return self._rules.party_addresses.get(duty, "")

    def post(self, incident: str, duty: str, stage: str, posted: Posted, *, actor: Actor, now: datetime) -> Message:
        """Put it into the outbox; it goes within the minute. Raises NoticeNotSendable, also while it is under way."""
        if not self._rules.party_addresses.get(duty):
            raise NoticeNotSendable("No address is set for it. Send it by your own means, and note it.")
        id_ = posted_id(incident, duty, stage)
        if (found := self._rows.message(id_)) is not None:
            detail = (
                "It could not be sent; have it tried again."
                if found.state in (FAILED, DROPPED)
                else ("It is in the outbox already.")
            )
            raise NoticeNotSendable(detail, subject=incident)
        said = {"number": posted.number, "text": posted.text, "late": posted.late, "reasons": posted.reasons}
        what: dict[str, Value] = {
            "incident": incident,
            "duty": duty,
            "stage": stage,
            "words": self._words.seal(events.words_about(id_), json.dumps(said)),
            "by": actor.id,
        }
        self._say(events.POSTED, id_, what, actor=actor, now=now)
        found = self._rows.message(id_)
        if found is None:
            msg = "the trail is not followed by the outbox"
            raise RuntimeError(msg)
        return found

    def posted(self, message: Message, *, actor: Actor, now: datetime) -> Posted:  # noqa: ARG002 - the clock asks
        """What was put in."""
        return Posted(**json.loads(self._words.open(events.words_about(message.id), message.words)))
