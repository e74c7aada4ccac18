"""The whole life of an item, act by act, by the people who do it, in a house of real rooms."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from audit.fact import Fact
from sharing.errors.items import ItemNotFound
from sharing.model.item import Written
from sharing.tables import items as tables
from tests.sharing.world import OS, World, written_of

OUTCOME = Written(
    marking=OS, title="What the Board found", text="The Board spoke to all three.", sharing_purpose="The outcome."
)


def open_(house: World, who: str, reference: str, purpose: str = "follow-up") -> Any:
    return house.act(who, "open", reference, purpose)


def test_intelligence_of_imb_staff_reaches_the_inspectorate_and_is_closed(house: World) -> None:
    draft = house.draft("sana")
    part = house.attach("sana", draft, "C:\\notes\\rota report.pdf", b"%PDF-1.7 " * 100, "application/pdf")
    ref: Any = house.act("sana", "send", draft)
    assert ref.reference == "IMB-2026-00001"

    shown = open_(house, "cora", ref.reference, "inspection")
    assert shown.title == "Use of force on B wing"
    assert shown.text == "Three people told us the same thing."
    assert shown.subjects[0].identifiers == (("prison-number", "A1234BC"), ("pnc", "2003/0011985X"))
    assert [(f.name, f.media_type, f.size) for f in shown.files] == [("rota report.pdf", "application/pdf", 900)]
    assert (shown.sender, shown.sender_office, shown.offices) == ("Sana", "IMB staff", ("HMIP correspondence",))
    assert [(s.act, s.due_on, s.current) for s in shown.steps] == [
        ("acknowledge", date(2026, 11, 24), True),
        ("close", None, False),
    ]
    assert shown.steps[0].basis == "local interpretation"
    assert shown.may["acknowledge"].allowed
    assert not shown.may["close"].allowed

    fetched: Any = house.act("cora", "download", ref.reference, part, "inspection")
    with fetched.reader as reader:
        assert b"".join(bytes(piece) for piece in reader.stream(0, fetched.size)) == b"%PDF-1.7 " * 100

    house.act("cora", "acknowledge", ref.reference)
    closed: Any = house.act("cora", "close", ref.reference, "Taken into the plan of the inspection.")
    assert closed.version == 3
    after = open_(house, "sana", ref.reference)
    assert after.state == "closed"
    assert [e.act for e in after.events] == ["sent", "acknowledged", "closed"]
    assert after.events[-1].words == "Taken into the plan of the inspection."
    standing = ("share", "recuse", "grant", "reopen", "recall")
    assert not any(may.allowed for act, may in after.may.items() if act not in standing)
    assert [act for act, _ in house.log()] == [
        "sharing.draft-started",
        "sharing.file-attached",
        "sharing.item-sent",
        "sharing.item-opened",
        "sharing.file-downloaded",
        "sharing.item-acknowledged",
        "sharing.item-closed",
        "sharing.item-opened",
    ]


def test_correspondence_reaches_one_board_through_the_national_chair_and_its_outcome_both(house: World) -> None:
    ref = house.send("cora", "correspondence")
    assert ref.reference == "HMIP-2026-00001"
    with pytest.raises(ItemNotFound):
        open_(house, "bola", ref.reference)

    seen = open_(house, "sana", ref.reference, "pass-on")
    assert [office.name for office in seen.to_offices] == ["Leeds Board"]
    assert open_(house, "nia", ref.reference, "pass-on").title
    house.act("sana", "pass_on", ref.reference, house.office("Leeds Board"), "For the Board of Leeds.")

    at_board = open_(house, "bola", ref.reference)
    assert at_board.may["answer"].allowed
    assert at_board.events[-1].words == "For the Board of Leeds."
    assert at_board.steps[1].due_on == date(2026, 12, 18)
    with pytest.raises(ItemNotFound):
        open_(house, "mora", ref.reference)

    draft: Any = house.act("bola", "answer", ref.reference, OUTCOME)
    reply: Any = house.act("bola", "send", draft.uuid)
    assert reply.reference == "IMB-2026-00001"
    for who in ("nia", "sana", "cora"):
        got = open_(house, who, reply.reference, "answer")
        assert (got.text, got.reply_to) == ("The Board spoke to all three.", ref.reference)
        assert got.establishment == "LEI"
    assert open_(house, "cora", ref.reference).answered_by == reply.reference

    house.act("cora", "close", ref.reference, "The Board followed it up.")
    house.act("cora", "acknowledge", reply.reference)
    house.act("nia", "close", reply.reference, "Known to both.")
    with house.engine.connect() as conn:
        assert set(conn.execute(sa.select(tables.item.c.state)).scalars()) == {"closed"}


def test_an_inspection_report_goes_straight_to_the_board_of_the_establishment(house: World) -> None:
    ref = house.send("ivo", "inspection-report", route="report-to-board", written=to(house, "Leeds Board"))
    assert open_(house, "vic", ref.reference, "monitoring").clauses == ("M29",)
    house.act("vic", "acknowledge", ref.reference)
    house.act("vic", "close", ref.reference, "Read at the Board’s meeting.")


def test_the_route_is_found_from_kind_and_addressee_alone(house: World) -> None:
    draft = house.draft("ivo", "inspection-report", route="", written=to(house, "Leeds Board"))
    opened: Any = house.act("ivo", "draft", draft)
    assert opened.route == "report-to-board"
    assert opened.ready.allowed


def test_closing_tells_the_log_what_retention_needs(house: World) -> None:
    told: list[Fact] = []

    class Listener:
        name = "listener"
        kinds = frozenset({"sharing.item-closed", "sharing.item-withdrawn"})

        def follow(self, conn: sa.Connection, fact: Fact) -> None:
            told.append(fact)

    house.followers = (Listener(),)
    ref = house.send("sana")
    house.act("cora", "acknowledge", ref.reference)
    house.act("cora", "close", ref.reference, "Done.")
    gone = house.send("sana", "correspondence")
    house.act("sana", "withdraw", gone.reference, "Sent by mistake.")
    assert [(fact.subject, fact.marking) for fact in told] == [(str(ref.uuid), "OS"), (str(gone.uuid), "OS")]
    assert dict(told[0].what) == {
        "reference": ref.reference,
        "item_id": ref.id,
        "originator": "imb",
        "retention_class": "intelligence",
        "agreement": "hmip-imb",
        "agreement_version": 1,
        "closed_on": "2026-11-20",
        "kind": "intelligence",
        "establishment": "LEI",
        "outcome": "",
        "also": "",
        "office": house.office("correspondence"),
        "bound": told[0].what["bound"],
    }
    assert told[1].what["office"] == house.office("secretariat")


def test_what_is_withdrawn_is_seen_by_nobody(house: World) -> None:
    ref = house.send("sana")
    house.act("sana", "withdraw", ref.reference, "Sent by mistake.")
    for who in ("sana", "cora"):
        with pytest.raises(Exception, match="withdrawn or destroyed"):
            open_(house, who, ref.reference)


def test_references_count_up_for_each_originator_and_each_london_year(house: World) -> None:
    assert house.send("sana").reference == "IMB-2026-00001"
    assert house.send("cora", "correspondence").reference == "HMIP-2026-00001"
    assert house.send("seth").reference == "IMB-2026-00002"
    house.later(days=42)
    assert house.send("sana").reference == "IMB-2027-00001"


def test_nothing_people_wrote_stands_in_clear_in_the_database(house: World) -> None:
    draft = house.draft("cora", "correspondence")
    house.attach("cora", draft, "canary file.txt", b"canary body")
    ref: Any = house.act("cora", "send", draft)
    house.act("sana", "pass_on", ref.reference, house.office("Leeds Board"), "canary note")
    house.close()
    kept = b"".join(path.read_bytes() for path in house.folder.rglob("*") if path.is_file())
    words = ("Use of force", "Three people", "next inspection", "Joan Smith", "A1234BC", "0011985X", "canary")
    assert [word for word in words if word.encode() in kept] == []


def test_what_is_left_after_destruction_is_a_row_without_words(house: World) -> None:
    ref = house.send("sana")
    house.act("sana", "withdraw", ref.reference, "Sent by mistake.")
    house.act("sana", "tombstone", items=[ref.uuid])
    house.act("sana", "tombstone", items=[ref.uuid])
    with house.engine.connect() as conn:
        assert conn.execute(sa.select(tables.item.c.state)).scalar_one() == "destroyed"
        for table in (tables.item_field, tables.item_file, tables.item_subject):
            assert conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0


def test_an_open_item_is_not_destroyed(house: World) -> None:
    ref = house.send("sana")
    with pytest.raises(RuntimeError, match="closed or withdrawn"):
        house.act("sana", "tombstone", items=[ref.uuid])


def to(house: World, office: str, **changed: object) -> Written:
    return written_of(to_office=house.office(office), **changed)
