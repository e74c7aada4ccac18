"""A moment of awareness is corrected in the open: both are kept, every clock moves, and what is late says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from audit.follow import replay
from audit.sequence import integrate
from incidents.errors import AlreadyDone, DataInWords, IncidentUnknown, NotYours, ReportFaulty
from incidents.model.rules import Rules
from incidents.service.noting import Doing
from incidents.store.rows import TABLES
from tests.incidents.registered import LEAD, NOW, OTHER, SENDER, House, house_in, rules

NUMBER = "INC-2026-0001"
EARLIER = NOW - timedelta(hours=3)
WHY = "The corridor camera shows it."


@pytest.fixture(scope="module")
def ruled() -> Rules:
    return rules()


@pytest.fixture
def house(tmp_path: Path, ruled: Rules) -> Iterator[House]:
    with house_in(tmp_path, ruled) as made:
        made.report()
        yield made


def due(house: House, duty: str) -> object:
    return next(each.due_at for each in house.list.one(NUMBER).owed if each.duty.code == duty)


def correct(house: House, aware_at: object = EARLIER, reason: str = WHY, **given: object) -> object:
    values = {"number": NUMBER, "aware_at": aware_at, "reason": reason, "actor": LEAD, "now": NOW, **given}
    return house.incidents.correct_awareness(**values)  # type: ignore[arg-type]


def test_both_moments_are_kept_and_every_clock_moves(house: House) -> None:
    house.incidents.note_done(number=NUMBER, duty="tell-moj-security", how=Doing(), actor=LEAD, now=NOW)
    before = {each.duty.code: each.due_at for each in house.list.one(NUMBER).owed}
    assert not house.list.one(NUMBER).told.notices[-1].late
    correct(house)
    found = house.list.one(NUMBER)
    assert found.awareness_at == EARLIER
    (said,) = found.told.corrected
    assert (said.before, said.after, said.by, said.reason) == (NOW, EARLIER, LEAD.id, WHY)
    for each in found.owed:
        moved = before[each.duty.code]
        assert each.due_at == (None if moved is None else moved - timedelta(hours=3))
    told = {each.duty: each.late for each in found.told.notices}
    assert told["tell-moj-security"], "sent in time by the old clock, two hours late by the new one"


def test_what_was_late_when_it_was_sent_stays_marked_so(house: House) -> None:
    at = NOW + timedelta(minutes=90)
    how = Doing(late="Nobody was there.")
    house.incidents.note_done(number=NUMBER, duty="tell-moj-security", how=how, actor=LEAD, now=at)
    correct(house, now=at)
    correct(house, NOW, "It was the other camera.", now=at)
    found = house.list.one(NUMBER)
    assert [each.late for each in found.told.notices if each.duty == "tell-moj-security"] == [True]
    assert [(each.before, each.after) for each in found.told.corrected] == [(NOW, EARLIER), (EARLIER, NOW)]
    assert due(house, "tell-moj-security") == NOW + timedelta(minutes=60)


def test_reminders_begin_anew_by_the_new_clock(house: House) -> None:
    at = NOW + timedelta(minutes=59)
    assert house.incidents.remind(house.list.one(NUMBER), now=at) > 0
    assert house.incidents.remind(house.list.one(NUMBER), now=at) == 0
    correct(house, now=at)
    assert house.incidents.remind(house.list.one(NUMBER), now=at) > 0


@pytest.mark.parametrize(
    ("given", "refused", "field"),
    [
        ({"reason": " "}, DataInWords, "reason"),
        ({"reason": "about A1234BC"}, DataInWords, "reason"),
        ({"aware_at": NOW + timedelta(milliseconds=1)}, ReportFaulty, "aware_at"),
        ({"aware_at": NOW}, ReportFaulty, "aware_at"),
        ({"aware_at": None}, ReportFaulty, "aware_at"),
        ({"actor": SENDER}, NotYours, ""),
        ({"number": "INC-2026-0009"}, IncidentUnknown, ""),
    ],
)
def test_a_correction_that_may_not_be_changes_nothing(
    house: House, given: dict[str, object], refused: type[Exception], field: str
) -> None:
    before = house.rows()
    with pytest.raises(refused) as error:
        correct(house, **{"aware_at": EARLIER, **given})  # type: ignore[arg-type]
    assert set(getattr(error.value, "fields", {})) == ({field} if field else set())
    assert house.rows() == before


def test_a_closed_incident_is_not_corrected(house: House) -> None:
    from sqlalchemy import update

    from incidents.tables import incident

    house.conn.execute(update(incident).values(state="closed"))
    with pytest.raises(AlreadyDone):
        correct(house, actor=OTHER)


def test_the_rows_follow_from_the_log(house: House) -> None:
    correct(house)
    before = house.rows()
    house.conn.commit()
    integrate(house.conn)
    for table in reversed(TABLES):
        house.conn.execute(table.delete())
    replay(house.conn, house.keys, house.register)
    assert house.rows() == before
