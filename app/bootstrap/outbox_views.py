"""The outbox as administrators and operators see it: what waits, what failed, and for whom; never what it tells of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.bootstrap.duties import DutyRefused, against
from audit.fact import Value
from outbox.events import VIEWED
from outbox.model.message import PERSON, SYSTEM, Hook, Message

if TYPE_CHECKING:
    from app.bootstrap.work import Work

STATES = ("waiting", "failed", "sent", "delivered", "dropped")


@dataclass(frozen=True, slots=True)
class Line:
    """One message. ``whom``: a person by name, a partner system, or the duty of an incident's notice; for whoever may
    not know the person, only what sort it is."""

    message: Message
    whom: str


def looked(work: Work, state: str = "") -> tuple[list[Line], bool]:
    """(newest first, whether of every body): an administrator's own body, an operator's all, without names.

    That they looked is entered in the log. Raises DutyRefused.
    """
    everything = not against(work, "operate")
    reasons = () if everything else against(work, "view-accounts")
    if reasons:
        raise DutyRefused(" ".join(each.text for each in reasons), reasons=reasons)
    party = work.actor.party
    names = {} if everything else {each.id: each.name for each in work.people.people(party=party)}
    systems = {each.id for each in work.outbox_list.systems(party)}
    found = work.outbox_list.of(None if everything else names.keys(), systems, state=state)
    what: dict[str, Value] = {"shown": len(found)}
    work.trail.record(VIEWED, actor=work.actor, now=work.now, what=what)
    return [Line(each, _whom(each, names)) for each in found], everything


def _whom(message: Message, names: dict[str, str]) -> str:
    if message.sort == PERSON:
        return names.get(message.to, "A person")
    return "A partner system" if message.sort == SYSTEM else "The notice of an incident"


@dataclass(frozen=True, slots=True)
class System:
    """A partner system with where it is. ``old_valid``: the secret before still signs beside the new one."""

    hook: Hook
    url: str
    old_valid: bool


def system(work: Work, hook: Hook) -> System:
    """One that whoever asks has been decided upon for."""
    url = work.outbox.url(hook, actor=work.actor, now=work.now)
    return System(hook, url, hook.before_until is not None and work.now < hook.before_until)


def systems(work: Work) -> list[System]:
    """Those of the asker's body, for its administrators. Raises OutboxRefused."""
    return [system(work, each) for each in work.outbox.listed(actor=work.actor, now=work.now)]
