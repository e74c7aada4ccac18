"""Two other memoranda, between other bodies, as drafts: they load and run without a change of code."""

from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from audit.fact import Fact, kinds
from foundation.policy import Faults
from identity.policy.parties import load_parties, load_roles
from sharing.model.agreement import Agreement, Agreements
from sharing.model.coverage import Occurrence
from sharing.policy.files import load_agreements
from sharing.policy.places import Known
from sharing.rules.duties import coverage
from sharing.service.duty_follower import Duties
from sharing.store.duties import DutyRows
from tests.duty_tables import Words, tables

DRAFTS = Path(__file__).parent / "drafts"
NUMBERS = {
    "joint-inspection": [f"P{count:02}" for count in range(1, 28)],
    "probation-oversight": [f"Q{count:02}" for count in range(1, 23)],
}
for _name in ("sharing.events.agreements", "sharing.events.items"):
    importlib.import_module(_name)


@cache
def drafts() -> Agreements:
    faults = Faults()
    parties = load_parties(DRAFTS, faults)
    roles = load_roles(DRAFTS, parties, faults)
    found = load_agreements(DRAFTS, parties, faults, Known(parties, roles, kinds(), {"training"}, ()))
    assert [str(each) for each in faults.found] == []
    return found


def draft(name: str) -> Agreement:
    return next(each for each in drafts().versions if each.id == name)


@pytest.mark.parametrize("name", NUMBERS)
def test_every_duty_of_the_memorandum_is_stated(name: str) -> None:
    stated = {duty.number.rstrip("ab") for duty in draft(name).duties.values()}
    assert sorted(stated) == NUMBERS[name]
    assert len(coverage.lines(draft(name), {})) == len(draft(name).duties)


def test_the_embargo_is_to_one_identified_lead_until_the_establishment_is_contacted() -> None:
    embargo = draft("joint-inspection").embargoes["timetable"]
    assert (embargo.leads, embargo.until.record) == (1, "announcement")
    assert embargo.known_to == ("probation-inspectorate/team/pro-lead",)


def test_consent_is_overridden_on_three_grounds_and_recorded() -> None:
    consent = draft("joint-inspection").consents["safety"]
    assert [ground.id for ground in consent.grounds] == ["harm-to-self", "harm-to-others", "security"]
    kind = draft("joint-inspection").records[consent.record]
    assert {"consent", "ground", "reason"} <= {field.id for field in kind.fields}


def test_recommendations_lead_to_an_answer_a_plan_its_progress_and_a_follow_up() -> None:
    found = draft("probation-oversight")
    duties = [found.duties[each] for each in found.recommendations["of-a-report"].duties]
    assert [duty.number for duty in duties] == ["Q11", "Q12", "Q14", "Q15"]


class Played:
    """Facts of a draft, one after the other, followed into rows."""

    def __init__(self, agreement: str) -> None:
        self._agreement = draft(agreement)
        self._engine, self._count = tables(), 0
        self._follower = Duties(drafts(), Words())

    def record(self, kind: str, on: date, *, thread: str = "", establishment: str = "", **coded: str) -> str:
        """A record as the service writes it; the id of its fact."""
        self._count += 1
        id_ = f"0190d6c2-0000-7000-8000-{self._count:012}"
        what = {
            "agreement": self._agreement.id, "agreement_version": 1, "record": kind, "on": on.isoformat(),
            "establishment": establishment, "thread": thread or id_, "words": "", "by": "x", "party": "y",
            "values": [f"{key.replace('_', '-')}={value}" for key, value in coded.items()],
        }  # fmt: skip
        at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
        who = {"id": "x", "name": "", "party": "y", "principal": 1, "request": ""}
        fact = Fact("sharing.record-made", id_, at, "allowed", who, id_, what, "", "", ())  # type: ignore[arg-type]
        with self._engine.begin() as conn:
            self._follower.follow(conn, fact)
        return id_

    def owed(self, number: str) -> list[Occurrence]:
        duty = next(each for each in self._agreement.duties.values() if each.number == number)
        with self._engine.connect() as conn:
            return DutyRows(conn).asked(self._agreement.id, duty.id)


def test_deadlines_count_from_the_visit_in_weeks(tmp_path: Path) -> None:
    played = Played("joint-inspection")
    visit = played.record("inspection", date(2026, 3, 6), establishment="LEI", sort="adult")
    due = {number: played.owed(number)[0].due_on for number in ("P15", "P17", "P19", "P01a")}
    assert due == {
        "P15": date(2026, 3, 6), "P17": date(2026, 5, 1), "P19": date(2026, 7, 10), "P01a": date(2031, 3, 6),
    }  # fmt: skip
    assert played.owed("P01b") == []
    played.record("report-step", date(2026, 4, 30), thread=visit, step="draft-sent")
    assert played.owed("P17")[0].state == "met"
    assert played.owed("P18")[0].due_on is None
    played.record("report-step", date(2026, 7, 1), thread=visit, step="published")
    assert [played.owed(number)[0].state for number in ("P18", "P19")] == ["open", "met"]
    assert played.owed("P18")[0].due_on == date(2026, 7, 1)  # published, and accuracy never answered


def test_each_prison_has_its_own_five_years() -> None:
    played = Played("joint-inspection")
    for establishment, on in (("LEI", date(2020, 2, 29)), ("HLI", date(2021, 1, 4)), ("LEI", date(2024, 6, 3))):
        played.record("inspection", on, establishment=establishment, sort="adult")
    found = sorted((each.establishment, each.state, each.due_on) for each in played.owed("P01a"))
    assert found == [
        ("HLI", "open", date(2026, 1, 4)),
        ("LEI", "met", date(2025, 2, 28)),
        ("LEI", "open", date(2029, 6, 3)),
    ]


def test_the_addressee_of_a_recommendation_owes_the_answer_and_progress_comes_before_the_next_round() -> None:
    played = Played("probation-oversight")
    report = played.record("report", date(2026, 1, 5), establishment="NTH")
    given = {"thread": report, "establishment": "NTH"}
    one = played.record("recommendation", date(2026, 1, 12), addressee="service/provider", inspected="yes", **given)
    other = played.record("recommendation", date(2026, 1, 12), addressee="outside/ministers", inspected="no", **given)
    assert {each.source: each.who for each in played.owed("Q11")} == {
        one: ("service/provider",),
        other: ("outside/ministers",),
    }
    assert [each.source for each in played.owed("Q15")] == [other]
    played.record("recommendation-step", date(2026, 1, 20), step="answered", thread=one, establishment="NTH")
    assert {each.source: each.state for each in played.owed("Q11")} == {one: "met", other: "open"}
    played.record("recommendation-step", date(2026, 1, 20), step="planned", thread=one, establishment="NTH")
    assert played.owed("Q14")[0].due_on is None
    played.record("round", date(2026, 6, 1), establishment="STH", begins_on="2026-09-01")
    assert played.owed("Q14")[0].due_on is None
    played.record("round", date(2026, 6, 1), establishment="NTH", begins_on="2026-10-01")
    assert played.owed("Q14")[0].due_on == date(2026, 6, 1)
    assert sorted(each.due_on for each in played.owed("Q21") if each.due_on) == [date(2026, 9, 1), date(2026, 10, 1)]


def test_a_fact_of_one_agreement_is_none_of_anothers() -> None:
    played = Played("joint-inspection")
    played._agreement = replace(played._agreement, id="probation-oversight")
    played.record("inspection", date(2026, 3, 6), establishment="LEI", sort="adult")
    assert played.owed("P17") == []
