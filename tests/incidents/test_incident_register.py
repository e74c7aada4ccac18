"""A spill opens an incident by itself; people note what they did and close it; the log alone can rebuild it all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from audit.fact import kinds
from audit.follow import replay
from audit.keys import LogKeys
from audit.sequence import integrate
from audit.trail import Trail
from foundation.actor import Actor
from foundation.policy import Faults
from incidents import policy
from incidents.errors import AlreadyDone, DutyUnknown, IncidentUnknown, NotYours, OutcomeUnknown, StillOwed
from incidents.events import SPILL_REFUSED
from incidents.model import Rules
from incidents.queries import IncidentList
from incidents.rules import deadlines
from incidents.service import Incidents, Register
from incidents.tables import incident, incident_counter, incident_duty
from sharing import events as _sharing  # noqa: F401 - declares the fact that is followed
from tests import databases

ROOT = Path(__file__).parents[2] / "policies"
NOW = datetime(2026, 9, 17, 9, 30, tzinfo=UTC)
SENDER = Actor(id="0192-sender", name="Morgan Vale", party="imb", principal=7)
LEAD = Actor(id="0192-lead", name="Ash Penrose", party="hmip", principal=8, duties=frozenset({"breach-lead"}))
OWED = ["isolate", "tell-security-team", "tell-moj-security", "tell-originator"]


@pytest.fixture(scope="module")
def rules() -> Rules:
    faults = Faults()
    made = policy.load(ROOT, faults)
    faults.raise_any()
    return made


class House:
    """One open transaction with the log, the register and its readers."""

    def __init__(self, conn: sa.Connection, keys: LogKeys, rules: Rules) -> None:
        self.conn, self.keys, self.register = conn, keys, Register(rules)
        self.trail = Trail(conn, keys=keys, writer="test", policies="0" * 64, followers=[self.register])
        self.incidents = Incidents(conn, self.trail, rules=rules)
        self.list = IncidentList(conn, rules)

    def spill(self, now: datetime = NOW, claimed: str = "SECRET", actor: Actor = SENDER) -> None:
        what = {"claimed": claimed, "at": "draft"}
        self.trail.record(kinds()[SPILL_REFUSED], actor=actor, now=now, what=what, outcome="refused")

    def rows(self) -> list[list[tuple[object, ...]]]:
        return [
            [tuple(row) for row in self.conn.execute(sa.select(table).order_by(*table.primary_key.columns))]
            for table in (incident, incident_duty, incident_counter)
        ]


@pytest.fixture
def house(tmp_path: Path, rules: Rules) -> Iterator[House]:
    engine = databases.engine(tmp_path)
    keys = LogKeys.create(tmp_path / "keys", "custodes.example/test")
    with engine.connect() as conn:
        yield House(conn, keys, rules)
    engine.dispose()


def test_a_spill_opens_an_incident_without_its_content(house: House) -> None:
    house.spill()
    (opened,) = house.list.page()
    assert (opened.number, opened.state, opened.kind.code) == ("INC-2026-0001", "open", "spill")
    assert (opened.marking_claimed, opened.reported_by, opened.subject) == ("SECRET", SENDER.id, "")
    assert opened.awareness_at == opened.opened_at == NOW
    assert opened.next is not None
    assert opened.next.duty.code == "isolate"
    assert house.list.count_open() == 1


def test_the_clocks_run_from_awareness(rules: Rules, house: House) -> None:
    house.spill()
    due = {owed.duty.code: owed.due_at for owed in house.list.one("INC-2026-0001").owed}
    assert due == deadlines(rules.kinds["spill"], NOW)
    assert due["tell-security-team"] == NOW
    assert due["tell-moj-security"] == NOW + timedelta(minutes=60)
    assert due["tell-other-party"] == NOW
    assert due["isolate"] is None


def test_sixty_minutes_are_sixty_minutes_when_the_clocks_go_back(rules: Rules) -> None:
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert deadlines(rules.kinds["spill"], before)["tell-moj-security"] == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_every_duty_cites_its_source_and_what_is_unconfirmed_says_so(rules: Rules) -> None:
    duties = {duty.code: duty for duty in rules.kinds["spill"].duties}
    assert all(duty.source for duty in duties.values())
    assert duties["tell-other-party"].source == "M69"
    assert "POL.IMP.002" in duties["tell-moj-security"].source
    assert [code for code, duty in duties.items() if not duty.verified] == ["isolate"]


def test_numbers_run_on_by_the_year_in_london(house: House) -> None:
    house.spill(datetime(2026, 12, 31, 23, 58, tzinfo=UTC))
    house.spill(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    house.spill(datetime(2027, 1, 1, 0, 0, tzinfo=UTC))
    assert [each.number for each in house.list.page()] == ["INC-2027-0001", "INC-2026-0002", "INC-2026-0001"]


def test_the_list_is_walked_newest_first_without_gap_or_repeat(house: House) -> None:
    for minute in range(5):
        house.spill(NOW + timedelta(minutes=minute // 2))
    walked: list[str] = []
    for _ in range(4):
        walked += [each.number for each in house.list.page(before=walked[-1] if walked else "", size=2)]
    assert walked == [f"INC-2026-000{n}" for n in (5, 4, 3, 2, 1)]
    assert house.list.page(state="closed") == []


def test_what_was_done_is_noted_once_with_who_and_when(house: House) -> None:
    house.spill()
    after = house.incidents.note_done(
        number="INC-2026-0001", duty="tell-moj-security", note="By telephone.", actor=LEAD, now=NOW
    )
    done = next(owed for owed in after.owed if owed.duty.code == "tell-moj-security")
    assert (done.done_at, done.done_by) == (NOW, LEAD.id)
    with pytest.raises(AlreadyDone):
        house.incidents.note_done(number="INC-2026-0001", duty="tell-moj-security", actor=LEAD, now=NOW)
    with pytest.raises(DutyUnknown, match="tell-moj-security"):
        house.incidents.note_done(number="INC-2026-0001", duty="tell-the-press", actor=LEAD, now=NOW)


def test_only_the_security_lead_runs_an_incident(house: House) -> None:
    house.spill()
    before = house.rows()
    with pytest.raises(NotYours):
        house.incidents.note_done(number="INC-2026-0001", duty="isolate", actor=SENDER, now=NOW)
    with pytest.raises(NotYours):
        house.incidents.close(number="INC-2026-0001", outcome="contained", actor=SENDER, now=NOW)
    assert house.rows() == before


def test_somebody_without_the_duty_cannot_learn_which_numbers_exist(house: House) -> None:
    with pytest.raises(NotYours):
        house.incidents.close(number="INC-2026-9999", outcome="contained", actor=SENDER, now=NOW)
    with pytest.raises(IncidentUnknown):
        house.incidents.close(number="INC-2026-9999", outcome="contained", actor=LEAD, now=NOW)


def test_it_closes_only_when_everything_always_owed_is_done(house: House) -> None:
    house.spill()
    with pytest.raises(StillOwed) as refused:
        house.incidents.close(number="INC-2026-0001", outcome="contained", actor=LEAD, now=NOW)
    assert [reason.rule for reason in refused.value.reasons] == [f"incidents.{duty}" for duty in OWED]
    for duty in OWED:
        house.incidents.note_done(number="INC-2026-0001", duty=duty, actor=LEAD, now=NOW)
    with pytest.raises(OutcomeUnknown, match="contained"):
        house.incidents.close(number="INC-2026-0001", outcome="forgotten", actor=LEAD, now=NOW)
    closed = house.incidents.close(number="INC-2026-0001", outcome="contained", actor=LEAD, now=NOW)
    assert (closed.state, closed.outcome, closed.closed_at, closed.closed_by) == ("closed", "contained", NOW, LEAD.id)
    assert house.list.count_open() == 0
    with pytest.raises(AlreadyDone):
        house.incidents.close(number="INC-2026-0001", outcome="contained", actor=LEAD, now=NOW)
    with pytest.raises(AlreadyDone):
        house.incidents.note_done(number="INC-2026-0001", duty="tell-siro", actor=LEAD, now=NOW)


def test_whoever_set_it_off_does_not_close_it(house: House) -> None:
    house.spill(actor=LEAD)
    with pytest.raises(NotYours, match="set this incident off"):
        house.incidents.close(number="INC-2026-0001", outcome="contained", actor=LEAD, now=NOW)


def test_the_register_is_rebuilt_from_the_log_to_the_last_row(house: House) -> None:
    for minute in range(3):
        house.spill(NOW + timedelta(minutes=minute))
    for duty in OWED:
        house.incidents.note_done(number="INC-2026-0002", duty=duty, actor=LEAD, now=NOW + timedelta(minutes=9))
    house.incidents.close(number="INC-2026-0002", outcome="false-alarm", actor=LEAD, now=NOW + timedelta(minutes=10))
    before = house.rows()
    house.conn.commit()
    integrate(house.conn)
    for table in (incident_duty, incident, incident_counter):
        house.conn.execute(sa.delete(table))
    assert replay(house.conn, house.keys, house.register) == 3 + len(OWED) + 1
    assert house.rows() == before


def test_a_trail_the_register_does_not_follow_is_a_mistake_found_at_once(house: House, rules: Rules) -> None:
    house.spill()
    deaf = Trail(house.conn, keys=house.keys, writer="test", policies="0" * 64)
    with pytest.raises(RuntimeError, match="does not follow"):
        Incidents(house.conn, deaf, rules=rules).note_done(number="INC-2026-0001", duty="isolate", actor=LEAD, now=NOW)


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "bad").glob("*.toml")), ids=lambda path: path.stem)
def test_bad_rules_fail_naming_file_and_key(path: Path, tmp_path: Path) -> None:
    # The first line of each says what must be told: "# key: problem".
    key, _, problem = path.read_text("utf-8").splitlines()[0].removeprefix("# ").partition(": ")
    (tmp_path / "incidents").mkdir()
    (tmp_path / policy.FILE).write_bytes(path.read_bytes())
    faults = Faults()
    policy.load(tmp_path, faults)
    assert {fault.file for fault in faults.found} == {policy.FILE}
    assert any(fault.key == key and problem in fault.problem for fault in faults.found), list(map(str, faults.found))
