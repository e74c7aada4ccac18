"""The marking of several things together, and what a marking asks of the service.

Together they carry the most restrictive of everything (MoJ information-classification-and-handling-policy: output takes
the highest marking of what it holds). Each part of a marking is a lattice, and the whole is their product, so the order
in which things are added cannot matter:

  -SENSITIVE, descriptors, RECIPIENTS ONLY, HMG USE ONLY, advisory   on any, so on the whole
  FOR PUBLIC RELEASE                                                 only if it is on every one
  [ORGANISATION(S)] USE ONLY                                         those named on all of them; none left is nobody
  EMBARGOED                                                          the latest time; afterwards, what each is by then
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from classification.model import Effect, Embargo, Handling, Instruction, Marking, Organisation, Scheme
from foundation.errors import Reason


def combine(markings: Iterable[Marking]) -> Marking:
    """The most restrictive of one or more markings. ValueError for none: nothing has no marking.

    The result of valid markings is valid, but for one case, which ``check`` names: organisations with none in common.
    It is the least the whole must carry; only a person can see that the sum warrants more (GSCP 2024 para 35).
    """
    every = list(markings)
    if not every:
        msg = "nothing to combine"
        raise ValueError(msg)
    return reduce(_join, every)


def handling(marking: Marking, scheme: Scheme) -> Handling:
    """What is owed to this marking: gates for access, and the instructions in words for people."""
    here = {word.effect for word in marking.instructions}
    embargo = marking.embargo
    return Handling(
        recipients_only=Effect.RECIPIENTS in here,
        org_only=Effect.ORGANISATIONS in here,
        # One no longer known has no party; "" would match an actor who has none either.
        organisations=frozenset(organisation.party for organisation in marking.organisations if organisation.party),
        hmg_only=Effect.HMG in here,
        public=Effect.PUBLIC in here,
        embargo_until=embargo.until if embargo else None,
        after=embargo.after if embargo else None,
        duties=tuple(
            Reason(f"marking.{entry.word.code}", entry.meaning, entry.source)
            for entry in scheme.instructions
            if entry.word in marking.instructions
        ),
    )


def _join(one: Marking, other: Marking) -> Marking:
    return Marking(
        sensitive=one.sensitive or other.sensitive,
        instructions=_instructions(one, other),
        descriptors=(*one.descriptors, *other.descriptors),
        organisations=_organisations(one, other),
        embargo=_embargo(one, other),
    )


def _instructions(one: Marking, other: Marking) -> tuple[Instruction, ...]:
    every = (*one.instructions, *other.instructions)
    return tuple(
        word
        for word in every
        if word.effect is not Effect.PUBLIC or (word in one.instructions and word in other.instructions)
    )


def _organisations(one: Marking, other: Marking) -> tuple[Organisation, ...]:
    if one.instruction(Effect.ORGANISATIONS) is None:
        return other.organisations
    if other.instruction(Effect.ORGANISATIONS) is None:
        return one.organisations
    return tuple(set(one.organisations) & set(other.organisations))


def _embargo(one: Marking, other: Marking) -> Embargo | None:
    times = [marking.embargo.until for marking in (one, other) if marking.embargo]
    return Embargo(max(times), _join(_afterwards(one), _afterwards(other))) if times else None


def _afterwards(marking: Marking) -> Marking:
    return marking.embargo.after if marking.embargo else marking
