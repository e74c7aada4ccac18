"""How bad it is, by rule, with every reason. Pure; the rules are `policies/incidents/assessment.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from incidents.model.rules import Grade, GradeRule


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade and what made it. ``grade`` is empty when no rule fits: then nobody has said enough yet."""

    grade: str
    reasons: tuple[GradeRule, ...]

    @property
    def rules(self) -> list[str]:
        """The ids of the reasons."""
        return [each.id for each in self.reasons]


def graded(known: Mapping[str, str], grades: tuple[Grade, ...]) -> Graded:
    """The highest grade of which a rule fits (MoJ IT incident management policy; POL.IMP.005: it must be graded)."""
    for grade in grades:
        if fitting := tuple(rule for rule in grade.rules if rule.when.fits(known)):
            return Graded(grade.id, fitting)
    return Graded("", ())
