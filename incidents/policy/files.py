"""All of `policies/incidents`, checked against each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from audit.fact import Kind as FactKind
from foundation.policy import Faults
from incidents.model.rules import Rules
from incidents.policy import assessment, detection, kinds


def load(root: Path, faults: Faults, facts: Mapping[str, FactKind]) -> Rules:
    """The rules under ``root`` (the `policies` folder). ``facts``: every kind that any room records.

    Faults are added, never raised; then the rules are unusable.
    """
    found, late = kinds.load(root, faults)
    fields, grades = assessment.load(root, faults)
    detectors, reach = detection.load(root, faults, found)
    detection.against(detectors, reach, facts, faults)
    if fields and found:
        said = assessment.values(fields, grades)
        for kind in found.values():
            for duty in kind.duties:
                for fault in (each for asked in duty.when for each in assessment.unknown(asked, fields)):
                    faults.add(kinds.FILE, f"{kind.code}.{duty.code}.when", fault)
            _assumed(kinds.FILE, kind.code, kind.assumed, said, faults)
        for rule in detectors:
            _assumed(detection.FILE, f"rule.{rule.code}", rule.assumed, said, faults)
    return Rules(found, fields, grades, detectors, late, reach)


def _assumed(
    file: str, where: str, assumed: Mapping[str, str], said: Mapping[str, Collection[str]], faults: Faults
) -> None:
    """What is taken as so decides what is owed: a slip here would be a duty that nobody is told of."""
    for name, value in assumed.items():
        if name not in said:
            faults.add(file, f"{where}.assumed", f"there is no field “{name}”")
        elif value not in said[name]:
            faults.add(file, f"{where}.assumed", f"“{name}” has no “{value}”")
