"""Every duty of the memorandum has a home, and what it claims of the service is there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from app.bootstrap import policies
from app.bootstrap.registers import REGISTERS
from audit.fact import kinds
from sharing.model.agreement import Agreement
from sharing.model.duty import RECORD_MADE, ROUTE, RULE, Duty

ROOT = Path(__file__).parents[2]
HALVED = {25, 37, 53, 59, 64, 71}
# Written here once more, so that a number lost from the file is missed by somebody.
NUMBERS = sorted(
    name for count in range(1, 72) for name in ([f"M{count}a", f"M{count}b"] if count in HALVED else [f"M{count:02}"])
)


@cache
def memorandum() -> Agreement:
    (found,) = policies.load(ROOT / "policies").agreements.versions
    return found


def duties() -> list[Duty]:
    return sorted(memorandum().duties.values(), key=lambda duty: duty.number)


def test_every_number_of_the_memorandum_is_stated_once() -> None:
    assert [duty.number for duty in duties()] == NUMBERS
    assert len(NUMBERS) == 77


@pytest.mark.parametrize("duty", duties(), ids=lambda duty: duty.number)
def test_what_a_duty_rests_on_is_there(duty: Duty) -> None:
    agreement = memorandum()
    for each in duty.enforced_by:
        kind, _, name = each.partition(" ")
        if kind == ROUTE:
            assert name in agreement.routes
        elif kind != RULE:  # rules are held against access/ when the policies are read
            assert (ROOT / each).is_file(), each
    assert [each for each in duty.tests if not (ROOT / each).is_file()] == []
    for pattern in duty.evidence.facts:
        assert pattern.fact in kinds()
        assert pattern.fact != RECORD_MADE or pattern.record in agreement.records
    assert duty.evidence.register in {"", *REGISTERS}


@pytest.mark.parametrize("duty", duties(), ids=lambda duty: duty.number)
def test_a_duty_is_shown_by_something_or_says_why_not(duty: Duty) -> None:
    shown = bool(duty.evidence.facts or duty.evidence.register)
    assert {
        "enforced": bool(duty.enforced_by and duty.tests),
        "tracked": shown and (duty.due or duty.before or duty.trigger.every or duty.trigger.on) is not None,
        "recorded": shown,
        "context": bool(duty.because),
        "open": bool(duty.missing),
    }[duty.home]


def test_a_time_that_no_clause_gives_is_labelled_and_says_what_the_clause_says() -> None:
    spans = [span for duty in duties() for span in (duty.due, *(step.after for step in duty.escalation)) if span]
    assert spans
    assert all(span.source == "clause" or span.words for span in spans)
    # The memorandum gives three times and no others: quarterly, and every two years, twice.
    given = {duty.number for duty in duties() if duty.trigger.every and duty.trigger.every.span.source == "clause"}
    assert given == {"M15", "M20", "M32"}
    assert {span.source for span in spans} == {"local interpretation"}


def test_the_duties_stand_in_the_map_of_docs_as_well() -> None:
    text = (ROOT / "docs" / "obligations-map.md").read_text("utf-8")
    assert [duty.number for duty in duties() if duty.number not in text] == []
