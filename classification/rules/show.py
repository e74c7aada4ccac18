"""Printing a marking, exactly as the policy's example boxes do (GSCP 2024 pp. 16-22)."""

from __future__ import annotations

from classification.errors import MarkingInvalid
from classification.model import PLACE, Effect, Embargo, Instruction, Marking
from foundation.calendar import LONDON

BETWEEN = " - "


def show(marking: Marking) -> str:
    """The marking line; for an embargo a second line under it. ``parse(show(m)) == m`` for every valid marking.

    Raises MarkingInvalid for what no line can say: that nobody may hold it, or an embargo without its time.
    """
    words = [marking.grade]
    words += [_instruction(word, marking) for word in marking.instructions]
    words += [word.text for word in marking.descriptors]
    line = BETWEEN.join(words)
    instruction = marking.instruction(Effect.EMBARGO)
    if instruction is None:
        return line
    if marking.embargo is None:
        raise MarkingInvalid("An embargo needs its time and what holds afterwards.")
    return f"{line}\n{_embargo(instruction, marking.embargo)}"


def _instruction(word: Instruction, marking: Marking) -> str:
    if word.effect is not Effect.ORGANISATIONS:
        return word.text
    if not marking.organisations:
        raise MarkingInvalid(
            "These items have no organisation in common, so nobody may hold them together. Keep them apart."
        )
    return word.text.replace(PLACE, " AND ".join(organisation.name for organisation in marking.organisations))


def _embargo(word: Instruction, embargo: Embargo) -> str:
    local = embargo.until.astimezone(LONDON)
    return word.line.format(date=f"{local:%d/%m/%y}", time=f"{local:%H:%M}", after=show(embargo.after))
