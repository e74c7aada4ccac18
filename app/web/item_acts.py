"""The acts on an item as pages offer them. Which may be done the room has decided (``may``); this has the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.http.language import N_
from foundation.errors import Reason
from sharing.model.item import MayDo


@dataclass(frozen=True, slots=True)
class Act:
    """One act as it is offered: the button that leads to it, the page that asks, and what will happen.

    ``action`` is the button that does it, where it is not the one that leads to it.
    """

    name: str
    button: str
    title: str
    consequences: tuple[str, ...]
    done: str
    danger: bool = False
    action: str = ""


ACTS = (
    Act(
        "acknowledge",
        N_("Acknowledge this item"),
        N_("Acknowledge this item"),
        (
            N_("You say for your office that it has this item."),
            N_("Everybody who can see it sees that, with your name."),
        ),
        N_("%(ref)s is acknowledged."),
    ),
    Act(
        "pass-on",
        N_("Pass this item on"),
        N_("Pass this item on"),
        (N_("It can be passed on once, to one office. From then on the people of that office can open it."),),
        N_("%(ref)s is passed on."),
    ),
    Act(
        "answer",
        N_("Answer this item"),
        N_("Answer this item"),
        (N_("You write the answer next. It is a draft of yours until you send it."),),
        "",
    ),
    Act(
        "close",
        N_("Close this item"),
        N_("Close this item"),
        (N_("Nothing more is owed on it. It can still be read."), N_("Its time in retention begins today.")),
        N_("%(ref)s is closed."),
    ),
    Act(
        "reopen",
        N_("Reopen this item"),
        N_("Reopen this item"),
        (
            N_("Work on it goes on, and your office owes its closing again."),
            N_("Its time in retention stops. It begins anew on the day it is closed again."),
        ),
        N_("%(ref)s is open again."),
    ),
    Act(
        "share",
        N_("Share with somebody else"),
        N_("Share this item with somebody else"),
        (N_("They can open it, download its files and share it further. This is recorded with your name."),),
        N_("%(ref)s is shared."),
        action=N_("Share this item"),
    ),
    Act(
        "grant",
        N_("Let somebody see it for a time"),
        N_("Let somebody see this item for a time"),
        (N_("They can open it until the day you choose. They cannot download its files or act on it."),),
        N_("Sight of %(ref)s is granted."),
        action=N_("Let them see this item"),
    ),
    Act(
        "recuse",
        N_("Bar somebody from it"),
        N_("Bar somebody from this item"),
        (
            N_("For them it is as if this item did not exist, whatever office they hold."),
            N_("Do this when they are named in it, or have an interest in it."),
        ),
        N_("That person is barred from %(ref)s."),
        danger=True,
        action=N_("Bar this person"),
    ),
    Act(
        "withdraw",
        N_("Withdraw this item"),
        N_("Withdraw this item"),
        (
            N_("You take it back: nobody can see it any more, and neither can you."),
            N_("What somebody has downloaded or written down stays where it is. Tell them."),
        ),
        N_("%(ref)s is withdrawn."),
        danger=True,
    ),
)
BY_NAME: Mapping[str, Act] = {act.name: act for act in ACTS}


def offered(may: Mapping[str, MayDo]) -> list[Act]:
    """What may be done now, in the order of the journey."""
    return [act for act in ACTS if may[act.name].allowed]


def withheld(may: Mapping[str, MayDo]) -> list[tuple[Act, Sequence[Reason]]]:
    """What may not, each with every reason."""
    return [(act, may[act.name].reasons) for act in ACTS if not may[act.name].allowed]
