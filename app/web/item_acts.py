"""The acts on an item as pages offer them. Which may be done the room has decided (``may``); this has the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
        "Acknowledge this item",
        "Acknowledge this item",
        ("You say for your office that it has this item.", "Everybody who can see it sees that, with your name."),
        "{ref} is acknowledged.",
    ),
    Act(
        "pass-on",
        "Pass this item on",
        "Pass this item on",
        ("It can be passed on once, to one office. From then on the people of that office can open it.",),
        "{ref} is passed on.",
    ),
    Act(
        "answer",
        "Answer this item",
        "Answer this item",
        ("You write the answer next. It is a draft of yours until you send it.",),
        "",
    ),
    Act(
        "close",
        "Close this item",
        "Close this item",
        ("Nothing more is owed on it. It can still be read.", "Its time in retention begins today."),
        "{ref} is closed.",
    ),
    Act(
        "reopen",
        "Reopen this item",
        "Reopen this item",
        (
            "Work on it goes on, and your office owes its closing again.",
            "Its time in retention stops. It begins anew on the day it is closed again.",
        ),
        "{ref} is open again.",
    ),
    Act(
        "share",
        "Share with somebody else",
        "Share this item with somebody else",
        ("They can open it, download its files and share it further. This is recorded with your name.",),
        "{ref} is shared.",
        action="Share this item",
    ),
    Act(
        "grant",
        "Let somebody see it for a time",
        "Let somebody see this item for a time",
        ("They can open it until the day you choose. They cannot download its files or act on it.",),
        "Sight of {ref} is granted.",
        action="Let them see this item",
    ),
    Act(
        "recuse",
        "Bar somebody from it",
        "Bar somebody from this item",
        (
            "For them it is as if this item did not exist, whatever office they hold.",
            "Do this when they are named in it, or have an interest in it.",
        ),
        "That person is barred from {ref}.",
        danger=True,
        action="Bar this person",
    ),
    Act(
        "withdraw",
        "Withdraw this item",
        "Withdraw this item",
        (
            "You take it back: nobody can see it any more, and neither can you.",
            "What somebody has downloaded or written down stays where it is. Tell them.",
        ),
        "{ref} is withdrawn.",
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
