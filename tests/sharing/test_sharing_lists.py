"""Lists, counts and searches: what may be seen of items, and what the log is told of looking."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sharing.errors.items import ActRefused, PurposeUnknown, SearchFaulty
from sharing.model.item import Subject
from sharing.queries.visible import Filters
from tests.sharing.world import World, written_of


def page(house: World, who: str, **given: Any) -> Any:
    return house.act_items(who, "page", **given)


def references(found: Any) -> list[str]:
    return [row.reference for row in found.rows]


def test_a_line_names_everything_but_what_people_wrote(house: World) -> None:
    draft = house.draft("cora", "correspondence")
    house.attach("cora", draft, "a.txt", b"abc")
    ref: Any = house.act("cora", "send", draft)
    (row,) = page(house, "sana").rows
    assert row.reference == ref.reference
    assert (row.kind_name, row.route_title) == ("Correspondence", "HMIP to one Board, through the National Chair")
    assert (row.from_office, row.to_offices) == ("HMIP correspondence", ("IMB National Chair", "IMB staff"))
    assert (row.files, row.establishment, row.marking, row.sent_by_me) == (1, "LEI", "OFFICIAL-SENSITIVE", False)
    assert row.step is not None
    assert (row.step.act, row.step.office, row.step.due_on, row.step.mine, row.step.late) == (
        "pass-on",
        "IMB staff",
        date(2026, 11, 24),
        True,
        False,
    )
    assert "force" not in repr(row)


def test_the_list_is_newest_first_by_pages_and_by_filter(house: World) -> None:
    sent = [house.send("sana", kind).reference for kind in ("intelligence", "correspondence", "intelligence")]
    first = page(house, "cora", size=2)
    assert (references(first), first.count) == (sent[:0:-1], 3)
    rest = page(house, "cora", size=2, cursor=first.next)
    assert (references(rest), rest.next) == (sent[:1], None)
    assert references(page(house, "cora", filters=Filters(kind="correspondence"))) == [sent[1]]
    assert references(page(house, "cora", filters=Filters(direction="sent"))) == []
    assert references(page(house, "mora")) == []
    assert house.log()[-1] == ("sharing.items-listed", "allowed")


def test_what_waits_is_shown_to_the_office_that_owes_it_and_counted(house: World) -> None:
    ref = house.send("cora", "correspondence")
    assert references(house.act_items("seth", "waiting")) == [ref.reference]
    assert references(house.act_items("nia", "waiting")) == [ref.reference]
    assert references(house.act_items("cora", "waiting")) == []
    counts: Any = house.act_items("seth", "counts")
    assert (counts.waiting, counts.late, counts.drafts) == (1, 0, 0)
    house.later(days=5)
    counts = house.act_items("seth", "counts")
    assert (counts.waiting, counts.late) == (1, 1)
    house.act("seth", "pass_on", ref.reference, house.office("Leeds Board"))
    assert references(house.act_items("seth", "waiting")) == []
    assert references(house.act_items("bola", "waiting")) == [ref.reference]


def test_what_a_person_is_barred_from_neither_waits_for_them_nor_counts(house: World) -> None:
    ref = house.send("cora", "correspondence")
    house.act("cora", "recuse", ref.reference, house.number("seth"), "Named in it.")
    assert references(house.act_items("seth", "waiting")) == []
    assert house.act_items("seth", "counts").waiting == 0  # type: ignore[attr-defined]
    assert references(page(house, "seth")) == []


def test_what_only_named_persons_may_see_does_not_wait_for_their_office(house: World) -> None:
    written = written_of(
        marking="OFFICIAL-SENSITIVE - RECIPIENTS ONLY",
        to_office=house.office("Leeds Board"),
        recipients=(house.number("bola"),),
    )
    ref = house.send("cora", "inspection-report", route="report-to-board", written=written)
    assert references(house.act_items("bola", "waiting")) == [ref.reference]
    assert references(house.act_items("vic", "waiting")) == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("prison-number", " a1234bc "),
        ("pnc", "03/11985X"),
        ("pnc", "20030011985x"),
        ("name", "SMITH, Joan"),
        ("name", "joán smith"),
    ],
)
def test_a_person_is_found_however_they_are_written(house: World, kind: str, value: str) -> None:
    ref = house.send("sana")
    house.send("sana", written=written_of(subjects=(Subject("John Smith", (("prison-number", "A1234BD"),)),)))
    found: Any = house.act_items("cora", "search", kind, value, "inspection")
    assert (references(found), found.count) == ([ref.reference], 1)


def test_a_search_finds_only_what_may_be_seen_and_tells_the_log_no_name(house: World) -> None:
    house.send("sana")
    assert references(house.act_items("bola", "search", "name", "Joan Smith", "follow-up")) == []
    entry = house.last("sharing.people-searched")
    assert "inspection" not in repr(entry)
    assert "follow-up" in repr(entry)
    assert "joan" not in repr(entry).lower()


def test_a_search_needs_a_purpose_a_value_and_a_standing(house: World) -> None:
    with pytest.raises(PurposeUnknown):
        house.act_items("cora", "search", "name", "Joan Smith", "")
    with pytest.raises(SearchFaulty):
        house.act_items("cora", "search", "pnc", "2003/0011985Y", "inspection")
    with pytest.raises(ActRefused):
        house.act_items("ann", "search", "name", "Joan Smith", "inspection")


def test_those_barred_from_all_items_are_shown_an_empty_list_and_why(house: World) -> None:
    house.send("sana")
    for method in ("page", "waiting"):
        found: Any = house.act_items("olu", method)
        assert (found.rows, found.count) == ((), 0)
        assert [reason.text for reason in found.barred] == ["Compliance officers see the logs, never the items."]


def test_an_author_sees_their_own_drafts_newest_change_first(house: World) -> None:
    one = house.draft("sana")
    house.later(minutes=1)
    other = house.draft("sana", "correspondence")
    house.draft("seth")
    rows: Any = house.act_items("sana", "drafts")
    assert [row.uuid for row in rows] == [str(other), str(one)]
    assert (rows[0].kind_name, rows[0].route_title) == ("Correspondence", "IMB staff or the National Chair to HMIP")
