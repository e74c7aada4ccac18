"""What a program may do with a token: never more than its person, and only what it was made for.

A token bound to one appointment acts from that office with that role's duties. Some duties keep their holder from every
item; leaving one of those out would let the program see what its person may not, so such a token opens nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from foundation.actor import Actor
from identity.rules.naming import hidden
from identity.rules.training import reaches_items

LIFE = timedelta(days=90)  # ours: what an access review asks about is never older than one period of it
MOST = 10  # tokens of one person that are good at one time; ours
NAME = 100  # characters
TOUCH = timedelta(minutes=1)  # how far "last used" may lag
PREFIX = "custodes_"  # so that a program that looks for secrets in files finds one that was left there


def narrowed(full: Actor, office: int, duties: Collection[str]) -> Actor | None:
    """The actor of one appointment, or None where leaving the others out would give more than it takes.

    ``office``: its number; ``duties``: what the role brings. Groups are a person's and not an office's: they go.
    """
    kept = frozenset(duties) & full.duties
    if office not in full.offices or (reaches_items(kept) and not reaches_items(full.duties)):
        return None
    return replace(full, offices=frozenset({office}), duties=kept, groups=frozenset())


def token_faults(
    name: str, until: datetime, now: datetime, appointment: str, held: Mapping[str, bool]
) -> dict[str, list[str]]:
    """What is wrong with a token asked for, by field; nothing when it can be made.

    ``held``: each appointment in force, and whether a token can be bound to it.
    """
    told = {
        "name": _name_fault(name),
        "until": "" if now < until <= now + LIFE else f"Choose a last day within {LIFE.days} days from now",
        "appointment": _appointment_fault(appointment, held),
    }
    return {field: [text] for field, text in told.items() if text}


def _name_fault(name: str) -> str:
    if not 0 < len(name) <= NAME:
        return f"Say what it is for, in {NAME} characters or fewer"
    return "Remove characters that cannot be seen, such as direction marks and line breaks" if hidden(name) else ""


def _appointment_fault(appointment: str, held: Mapping[str, bool]) -> str:
    if not appointment or held.get(appointment):
        return ""
    if appointment in held:
        return (
            "You also hold a duty that keeps you from every item, so a token of this appointment would reach too much"
        )
    return "Choose one of your appointments"
