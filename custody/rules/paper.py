"""May a copy on paper be registered, moved, received, said to be missing, ended? (M51, M53a, M60)"""

from __future__ import annotations

from collections.abc import Iterator

from custody.model import Paper
from foundation.actor import Actor
from foundation.errors import Reason

_LOCKED, _MOVED, _GONE = "M51", "M53a", "M60"


def may_keep(actor: Actor) -> Iterator[Reason]:
    """Paper belongs to a body."""
    if not actor.party:
        yield Reason("CUS-body", "Paper is registered for a body: you act for none.", _LOCKED)


def may_confirm(paper: Paper, actor: Actor) -> Iterator[Reason]:
    """Its holder says that it is locked away: nobody else can know."""
    yield from _holds(paper, actor, _LOCKED)
    yield from _at(paper, ("held",), _LOCKED)


def may_send(paper: Paper, actor: Actor, *, restricted: bool) -> Iterator[Reason]:
    """Its holder hands it over; not while a request restricts the use of what is on it."""
    yield from _holds(paper, actor, _MOVED)
    if restricted:
        text = "Its use is restricted because of a request: it stays where it is until that is lifted."
        yield Reason("CUS-restricted", text, "UK-GDPR art. 18")
    yield from _at(paper, ("held",), _MOVED)


def addressee(paper: Paper, actor: Actor, to: Actor, sees: bool) -> Iterator[Reason]:
    """Somebody else, active, who needs to know."""
    if to.id == actor.id:
        yield Reason("CUS-to", "Choose somebody else: you have it.", _MOVED)
    if to.party != paper.party:
        text = "Paper is moved within one body. To another body it goes through this service, or is returned to it."
        yield Reason("CUS-to-body", text, _MOVED)
    elif to.standing != "active" or not sees:
        yield Reason("CUS-to", f"They may not see {paper.reference}, so they may not be sent it on paper.", "M64a")


def may_receive(paper: Paper, actor: Actor) -> Iterator[Reason]:
    """Whom it was sent to."""
    if paper.state == "on-the-way" and actor.id != paper.to:
        yield Reason("CUS-to", "It was sent to somebody else, who says that it has arrived.", _MOVED)
    yield from _at(paper, ("on-the-way",), _MOVED)


def may_miss(paper: Paper, actor: Actor, *, keeps: bool) -> Iterator[Reason]:
    """Its holder, whom it was sent to, or whoever looks after the body's register."""
    if actor.id not in paper.own and not keeps:
        yield Reason("CUS-own", "Only those of this copy, and of your body's register, say so.", "M69")
    yield from _at(paper, ("held", "on-the-way"), "M69")


def may_find(paper: Paper, actor: Actor, *, keeps: bool, left: bool) -> Iterator[Reason]:
    """Its holder, or whoever looks after the body's register.

    ``left``: whoever should say the next word of it has left; then it need not be missing to be taken over.
    """
    if actor.id != paper.keeper and not keeps:
        yield Reason("CUS-own", "Only its holder, and those of your body's register, say so.", "M69")
    yield from _at(paper, ("missing", *(("held", "on-the-way") if left else ())), "M69")


def may_end(paper: Paper, actor: Actor, *, keeps: bool) -> Iterator[Reason]:
    """Its holder, or whoever looks after the body's register. What is on its way arrives first."""
    if actor.id != paper.keeper and not keeps:
        yield Reason("CUS-own", "Only its holder, and those of your body's register, say what became of it.", _GONE)
    yield from _at(paper, ("held",), _GONE)


def _holds(paper: Paper, actor: Actor, clause: str) -> Iterator[Reason]:
    if actor.id != paper.keeper:
        yield Reason("CUS-keeper", "Only its holder does this.", clause)


_WORDS = {
    "held": "It is with its holder.",
    "on-the-way": "It is on its way. Whom it was sent to must say that it has arrived, or that it has not.",
    "missing": "It is missing. Somebody must say that it was found.",
    "ended": "It was destroyed or returned already.",
}


def _at(paper: Paper, states: tuple[str, ...], clause: str) -> Iterator[Reason]:
    if paper.state not in states:
        yield Reason("CUS-over", _WORDS[paper.state], clause)
