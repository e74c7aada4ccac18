"""What can be done to an account, and when a page offers it. Whether it may be done is identity's to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.bootstrap.work import Work
from identity.model import Invitation, Person
from identity.rules.standing import may_move


@dataclass(frozen=True, slots=True)
class Act:
    """``says`` are the consequences; ``offered`` whether the account's standing has a use for it."""

    slug: str
    title: str
    name: str
    says: str
    done: str
    offered: Callable[[Person], bool]
    do: Callable[[Work, str, str], Invitation | None]
    danger: bool = False
    leaves: bool = False  # what waits for them alone is looked at next


def _to(standing: str) -> Callable[[Person], bool]:
    return lambda person: may_move(person.standing, standing)


def _take(method: str) -> Callable[[Work, str, str], Any]:
    def do(work: Work, person: str, why: str) -> Any:
        return getattr(work.identity, method)(person_id=person, why=why, actor=work.actor, now=work.now)

    return do


_ALL = (
    Act(
        "invite-again",
        "Invite again?",
        "Make a new invitation",
        "An earlier invitation stops working. An account that was used before is recovered instead, by two of you.",
        "",
        lambda person: person.standing == "invited",
        _take("invite_again"),
    ),
    Act(
        "unlock",
        "Unlock this account?",
        "Unlock this account",
        "Wrong passwords or wrong codes locked it for a time. Make sure that it was they who tried: wrong codes are "
        "tried by somebody who has the password. After wrong codes one more is looked at, not ten.",
        "The account is unlocked.",
        lambda person: person.locked,
        _take("unlock"),
    ),
    Act(
        "suspend",
        "Suspend this account?",
        "Suspend this account",
        "They are signed out everywhere at once and cannot sign in until the account is reinstated.",
        "The account is suspended.",
        _to("suspended"),
        _take("suspend"),
        danger=True,
        leaves=True,
    ),
    Act(
        "reinstate",
        "Reinstate this account?",
        "Reinstate this account",
        "They can sign in again with their password and their authenticator app.",
        "The account is reinstated.",
        lambda person: person.standing == "suspended",
        _take("reinstate"),
    ),
    Act(
        "leave",
        "Have they left?",
        "Close this account for good",
        "The account is closed for good: neither it nor its address is ever used again. Appointments and groups end, "
        "and they are signed out everywhere. What they did stays in the log under their name.",
        "The account is closed.",
        _to("left"),
        _take("leave"),
        danger=True,
        leaves=True,
    ),
)
ACTS: Mapping[str, Act] = {each.slug: each for each in _ALL}
