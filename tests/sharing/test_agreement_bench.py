"""The measurement of an agreement at work runs, small: every figure that a target names is found."""

from __future__ import annotations

from bench import agreement, results
from bench.targets import TARGETS


def test_the_measurement_runs_small_and_answers_its_targets() -> None:
    agreement.main(["--items", "600", "--duties", "400", "--people", "60", "--boards", "3", "--rounds", "1"])
    wanted = {each.figure for each in TARGETS if each.run == "agreement"}
    assert wanted <= {figure.what for figure in results.HERE.figures}
    results.HERE.figures.clear()
    results.HERE.conditions.clear()
