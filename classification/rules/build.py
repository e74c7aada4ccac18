"""From a form to a marking: what may be chosen, and what was."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import TypeVar

from classification.errors import MarkingInvalid
from classification.model import (
    GRADES,
    Choice,
    Choices,
    Embargo,
    Entry,
    Marking,
    Scheme,
    Word,
)
from classification.rules.check import check
from classification.rules.parse import parse

_T = TypeVar("_T")


def choices(scheme: Scheme) -> Choices:
    """All a form offers, in the order of the scheme."""
    return Choices(
        instructions=tuple(map(_choice, scheme.instructions)),
        descriptors=tuple(map(_choice, scheme.descriptors)),
        organisations=tuple(
            Choice(organisation.party, organisation.name, "", frozenset(GRADES))
            for organisation in scheme.organisations
        ),
    )


def build(
    scheme: Scheme,
    *,
    sensitive: bool,
    instructions: Collection[str] = (),
    organisations: Collection[str] = (),
    descriptors: Collection[str] = (),
    embargo_until: datetime | None = None,
    after: str = "",
    now: datetime | None = None,
) -> Marking:
    """The marking of what was chosen: codes of instructions and descriptors, party ids, the marking line that follows.

    ``embargo_until`` is an aware instant of whole minutes; with ``now`` it must lie ahead. Raises MarkingInvalid with
    every reason, ``fields`` by the names of these arguments; MarkingAboveOfficial when ``after`` names more.
    """
    faults: dict[str, list[str]] = {}
    marking = Marking(
        sensitive=sensitive,
        instructions=_known(instructions, {e.word.code: e.word for e in scheme.instructions}, "instructions", faults),
        descriptors=_known(descriptors, {e.word.code: e.word for e in scheme.descriptors}, "descriptors", faults),
        organisations=_known(organisations, {o.party: o for o in scheme.organisations}, "organisations", faults),
        embargo=_embargo(scheme, embargo_until, after, now, faults),
    )
    decision = check(marking, scheme)
    for reason in decision.reasons if not faults else ():
        faults.setdefault(_field(reason.rule, scheme, marking), []).append(reason.text)
    if faults:
        said = " ".join(text for texts in faults.values() for text in texts)
        raise MarkingInvalid(said, reasons=decision.reasons, fields=faults)
    return marking


def _choice(entry: Entry[Word]) -> Choice:
    return Choice(entry.word.code, entry.word.text, entry.meaning, entry.on)


def _known(given: Iterable[str], known: dict[str, _T], name: str, faults: dict[str, list[str]]) -> tuple[_T, ...]:
    codes = set(given)
    if codes - known.keys():
        faults.setdefault(name, []).append("Choose from the list.")
    return tuple(known[code] for code in sorted(codes & known.keys()))


def _embargo(
    scheme: Scheme, until: datetime | None, after: str, now: datetime | None, faults: dict[str, list[str]]
) -> Embargo | None:
    if until is None and not after.strip():
        return None
    if until is None:
        faults["embargo_until"] = ["Say until when."]
        return None
    if not after.strip():
        faults["after"] = ["Say which marking holds after the embargo."]
        return None
    if now is not None and until <= now:
        faults["embargo_until"] = ["The embargo must end in the future."]
    following = _tried(lambda: parse(after, scheme), "after", faults)
    if following is None:
        return None
    return _tried(lambda: Embargo(until, following), "embargo_until", faults)


def _tried(make: Callable[[], _T], name: str, faults: dict[str, list[str]]) -> _T | None:
    try:
        return make()
    except MarkingInvalid as error:
        faults.setdefault(name, []).append(error.detail)
    except ValueError as error:
        faults.setdefault(name, []).append(f"{str(error).capitalize()}.")
    return None


def _field(rule: str, scheme: Scheme, marking: Marking) -> str:
    """The form field a reason belongs to, so that the page can point at it."""
    if rule == "marking.embargo":
        return "embargo_until" if marking.embargo is None else "after"
    if rule == "marking.organisations-named":
        return "organisations"
    code = rule.removeprefix("marking.")
    return "descriptors" if code in {entry.word.code for entry in scheme.descriptors} else "instructions"
