"""May a medium be asked for, approved, written, read back, ended; is what was asked for such as may be? (M55-M58)"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from custody.model import OUT, SERIAL, WAITING, Asked, Ended, Export, Rules, Seen, Wanted
from custody.ports import Method
from foundation.actor import Actor
from foundation.errors import Reason

_LEAST, _RIGHT, _AVOID, _SAFE = "M56", "M58", "M55", "M57"
Faults = dict[str, list[str]]


def asked(said: Asked, rules: Rules, today: date) -> Faults:
    """What of a request cannot be used, by field; of the items, ``chosen`` says."""
    faults: Faults = {}
    if said.medium not in rules.kinds:
        faults["medium"] = ["Choose one of the kinds of medium"]
    if not re.fullmatch(SERIAL, said.serial):
        faults["serial"] = ["Enter the serial or asset number: letters, figures, full stops, hyphens and slashes"]
    if not said.issued:
        faults["issued"] = ["Use a medium that your organisation issued, and confirm that it is one"]
    last = today + timedelta(days=rules.longest_days)
    if not today <= said.back_on <= last:
        faults["back_on"] = [f"The medium must be due back within {rules.longest_days} days, and not in the past"]
    if not said.items:
        faults["items"] = ["Choose what goes onto the medium"]
    if len({each.reference for each in said.items}) != len(said.items):
        faults["items"] = ["An item is named twice"]
    return faults


def chosen(wanted: Wanted, seen: Seen) -> str:
    """What is wrong with what was chosen of one item; nothing where it is good."""
    if not wanted.text and not wanted.parts:
        return f"{seen.reference}: choose its text, or some of its files"
    if len(set(wanted.parts)) != len(wanted.parts) or not set(wanted.parts) <= set(seen.files):
        return f"{seen.reference}: it has no file of that number, or one was named twice"
    return ""


def may_leave(outside: bool, items: Iterable[Seen]) -> Iterator[Reason]:
    """What a marking says against a reader who has no need to know in this service (GSCP 2024 pp. 16-18)."""
    for each in items:
        if outside and each.restricted:
            named = ", ".join(each.restricted)
            text = f"{each.reference} is {named}: it goes on no medium for somebody who may not see it here."
            yield Reason("CUS-handling", text, "gscp24 handling instructions")


def holder_sees(items: Sequence[Seen], seen: frozenset[str]) -> Iterator[Reason]:
    """Whoever answers for the medium needs to know everything on it."""
    for each in items:
        if each.item not in seen:
            yield Reason("CUS-holder", f"The holder of the medium may not see {each.reference}.", "M64a")


def of_body(actor: Actor, holder: Actor) -> Iterator[Reason]:
    """A medium stays with one body's people."""
    if not actor.party or holder.party != actor.party or holder.standing != "active":
        yield Reason("CUS-holder-body", "The holder must be an active account of your own body.", _RIGHT)


def may_decide(export: Export, actor: Actor) -> Iterator[Reason]:
    """The second person: neither who asked nor who will hold it."""
    if actor.id in export.own:
        text = "You asked for this medium, or will hold it: somebody else decides."
        yield Reason("CUS-second-person", text, _RIGHT)
    if export.state != "asked":
        yield Reason("CUS-over", "This request was decided on, or taken back.", _RIGHT)


def may_withdraw(export: Export, actor: Actor, *, instead: bool) -> Iterator[Reason]:
    """Its own request, while nothing was written. ``instead``: for the body's register, of somebody who left."""
    if actor.id != export.asked_by and not instead:
        yield Reason("CUS-own", "Only who asked takes a request back.", _RIGHT)
    if export.state not in WAITING:
        yield Reason("CUS-over", "Something was written already, or it is over.", _RIGHT)


def may_write(export: Export, actor: Actor, today: date) -> Iterator[Reason]:
    """Who asked, after the approval, until it was read back."""
    if actor.id != export.asked_by:
        yield Reason("CUS-own", "Only who asked writes the medium: the right was checked of them.", _RIGHT)
    if export.state not in ("approved", "writing", "written"):
        words = "Somebody else must approve it first." if export.state == "asked" else "It is past being written."
        yield Reason("CUS-not-approved", words, _RIGHT)
    if export.back_on < today:
        yield Reason("CUS-late", "It was due back before today. Ask again, with another day.", _AVOID)


def may_verify(export: Export, actor: Actor) -> Iterator[Reason]:
    """Who asked or who holds it, once: after it was written whole and before it was said to be exported."""
    if actor.id not in export.own:
        yield Reason("CUS-own", "Only who asked, or who holds the medium, reads it back.", _RIGHT)
    if export.state != "written":
        words = {
            "exported": "It was read back already.",
            "writing": "The container was not sent whole. Write it again.",
        }.get(export.state, "Nothing was written that could be read back.")
        yield Reason("CUS-not-written", words, _SAFE)


def may_lose(export: Export, actor: Actor, *, keeps: bool) -> Iterator[Reason]:
    """Whoever knows that it is lost says so: asked, holds, or looks after the body's register."""
    if actor.id not in export.own and not keeps:
        yield Reason("CUS-own", "Only those of this medium, and of your body's register, say so.", "M69")
    if export.state not in OUT - {"lost"}:
        yield Reason("CUS-over", "There is nothing of it that could be lost now.", "M69")


def may_end(export: Export, actor: Actor, *, keeps: bool) -> Iterator[Reason]:
    """Its holder, or whoever looks after the body's register."""
    if actor.id not in export.own and not keeps:
        yield Reason("CUS-own", "Only those of this medium, and of your body's register, say what became of it.", "M61")
    if export.state not in OUT:
        yield Reason("CUS-over", "Nothing of it is on a medium.", "M61")


def ended(said: Ended, methods: Mapping[str, Method], *, paper: bool, since: date, today: date, by: str) -> Faults:
    """What of an ending cannot be so. ``by``: the name of whoever says it, who is no witness to themselves."""
    faults: Faults = {}
    if said.fate not in ("destroyed", "returned"):
        faults["fate"] = ["Choose what became of it"]
    found = methods.get(said.method)
    if said.fate == "destroyed" and (found is None or found.paper != paper):
        faults["method"] = ["Choose how it was destroyed: a way that fits"]
    if said.fate == "returned" and said.method:
        faults["method"] = ["What was returned was not destroyed: leave this empty"]
    if not since <= said.on <= today:
        faults["on"] = ["The day must lie between the day it was made and today"]
    if " ".join(said.witness.split()).casefold() == " ".join(by.split()).casefold():
        faults["witness"] = ["The witness must be somebody else than you"]
    return faults
