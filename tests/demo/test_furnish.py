"""The demonstration: something of everything, made once, by people who can all sign in, in a log that verifies."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.bootstrap import sequencing
from app.bootstrap.house import House
from app.demo import kept
from app.demo.build import NotADemonstration, credentials, furnish
from app.demo.cast import ADMINISTRATORS, CAST
from app.demo.kept import HalfFurnished
from app.demo.scenes import correspondence, disposals, intelligence, reports
from app.demo.script import Letter
from app.demo.words import COUNT, LEAST, WORDS, passphrase
from audit import tables as audit_tables
from audit.check import Report
from audit.examine import verify_database
from foundation.actor import NOBODY, Actor
from identity.rules.password import password_faults
from sharing.errors.items import ItemNotFound
from sharing.tables import items as tables
from tests import databases

DUES = {"no-period", "running", "due", "reviewed", "cooling-off", "destroyed", "kept"}


def verified(house: House) -> Report:
    sequencing.settle(house)
    with house.engine.connect() as conn:
        return verify_database(conn, house.keys.log)


def rows(house: House, select: sa.Select[Any]) -> list[Any]:
    with house.engine.connect() as conn:
        return list(conn.execute(select))


def one_of(house: House, key: str) -> Actor:
    email = next(part.email for part in CAST if part.key == key)
    with house.work() as work:
        person = work.people.by_email(email)
        assert person is not None
        return work.people.actor(person.id, now=work.now)


def waiting(house: House, key: str) -> list[Any]:
    who = one_of(house, key)
    with house.work(who) as work:
        return list(work.items.waiting(actor=who, now=work.now).rows)


# --- what there is to see ---------------------------------------------------------------------------------------------


def test_items_stand_in_every_state(furnished: House) -> None:
    found = rows(furnished, sa.select(tables.item.c.state))
    assert {row.state for row in found} == {"open", "closed", "withdrawn", "destroyed"}


def test_disposals_stand_in_every_state_a_person_can_meet(furnished: House) -> None:
    with furnished.work() as work:
        counts = work.disposals.counts()
        assert {state for state, number in counts.items() if number} == {*DUES, "held"}
        assert work.disposals.certificates()
        assert work.disposals.holds(in_force=True)
        offered = [case for case in work.disposals.page(_everything()).rows if case.return_state == "offered"]
    assert [case.state for case in offered] == ["due"]


def _everything() -> Any:
    from retention.queries.disposals import Filter

    return Filter()


def test_every_kind_of_item_and_of_marking_is_there(furnished: House) -> None:
    found = rows(furnished, sa.select(tables.item))
    assert {row.kind for row in found} == {"intelligence", "correspondence", "inspection-report", "outcome-report"}
    said = " ".join(row.marking for row in found)
    for words in ("RECIPIENTS ONLY", "EMBARGOED", "HMIP AND IMB USE ONLY", "FOR PUBLIC RELEASE", "PERSONAL DATA"):
        assert words in said
    assert any(row.embargo_until and row.embargo_until > furnished.now() for row in found)


def test_work_waits_for_each_office_and_some_of_it_is_late(furnished: House) -> None:
    for key in ("correspondence", "staff", "national", "chair", "chair3"):
        assert waiting(furnished, key), key
    assert any(row.step.late for row in waiting(furnished, "chair"))
    assert any(row.step.late for row in waiting(furnished, "national"))
    assert any(not row.step.late for row in waiting(furnished, "chair"))


def test_several_people_have_drafts_an_answer_among_them(furnished: House) -> None:
    found = rows(furnished, sa.select(tables.draft))
    assert len({row.author for row in found}) >= 4
    assert any(row.reply_to for row in found)


def test_the_recused_person_finds_nothing_and_her_colleague_does(furnished: House) -> None:
    (barred,) = rows(furnished, sa.select(tables.item_recusal.c.item_id))
    (item,) = rows(furnished, sa.select(tables.item).where(tables.item.c.id == barred.item_id))
    vice, chair = one_of(furnished, "vice"), one_of(furnished, "chair")
    with pytest.raises(ItemNotFound), furnished.work(vice) as work:
        work.sharing.explain(item.reference, actor=vice, now=work.now)
    with furnished.work(chair) as work:
        assert work.sharing.explain(item.reference, actor=chair, now=work.now).bases


def test_one_incident_is_open_and_one_closed(furnished: House) -> None:
    with furnished.work() as work:
        found = work.incident_list.page()
    assert sorted(one.state for one in found) == ["closed", "open"]
    assert {one.marking_claimed for one in found} == {"SECRET"}


def test_the_log_holds_refusals_of_several_kinds(furnished: House) -> None:
    sequencing.settle(furnished)
    index = audit_tables.audit_index
    found = rows(furnished, sa.select(index.c.act).where(index.c.outcome == "refused").distinct())
    assert {row.act for row in found} >= {
        "sharing.access-refused",
        "sharing.spill-refused",
        "app.refused",
        "identity.sign-in-failed",
    }


def test_accounts_stand_in_every_way_an_administrator_meets(furnished: House) -> None:
    with furnished.work() as work:
        people = work.people.people()
        checks = work.checks.active(now=furnished.now())
    assert {person.standing for person in people} == {"active", "invited", "suspended"}
    soon = furnished.now() + timedelta(days=14)
    ending = [one.person.name for one in checks if any(each.needed and each.until < soon for each in one.training)]
    assert ending == ["Anselm Dovecote"]
    assert {one_of(furnished, key).party for key in ADMINISTRATORS.values()} == {"hmip", "imb"}


# --- how it was made --------------------------------------------------------------------------------------------------


def test_the_log_verifies_and_its_time_only_ever_advanced(furnished: House) -> None:
    report = verified(furnished)
    assert report.faults == ()
    assert report.clock_sets == 0
    assert report.checkpoints > 3
    index = audit_tables.audit_index
    (span,) = rows(furnished, sa.select(sa.func.min(index.c.at).label("first"), sa.func.max(index.c.at).label("last")))
    assert span.last - span.first > 390 * 86_400_000
    assert span.last <= furnished.now().timestamp() * 1000


def test_nothing_written_by_the_cast_lies_in_clear_in_any_file(furnished: House) -> None:
    files = [path for path in furnished.settings.state.rglob("*") if path.is_file()]
    everything = b"\n".join([databases.everything(furnished.settings.database_url), *map(Path.read_bytes, files)])
    assert b"morgan.ellery@imb.example" in everything  # the search does find what is in clear
    for words in written():
        assert words.encode() not in everything, words


def written() -> Iterator[str]:
    """Titles, the beginnings of texts, people written about, names and content of files."""
    letters = [
        value
        for scene in (correspondence, intelligence, reports)
        for value in vars(scene).values()
        if isinstance(value, Letter)
    ]
    assert len(letters) > 15
    yield from (words for title, text, _ in disposals.OLD.values() for words in (title, text))
    for letter in letters:
        yield from (letter.title, letter.text[:40])
        yield from (name for name, _ in letter.subjects)
        yield from (file.name for file in letter.files if file.name != "report.pdf")
        yield from (file.body.decode("latin-1")[-40:] for file in letter.files if file.media_type != "application/pdf")


def test_furnishing_again_changes_nothing_and_says_the_same(furnished: House) -> None:
    before = verified(furnished).entries
    first, second = furnish(furnished), furnish(furnished)
    assert first == second
    assert verified(furnished).entries == before


def test_everybody_told_of_can_sign_in_with_what_is_told(furnished: House) -> None:
    lines = "\n".join(furnish(furnished))
    told = credentials(furnished)
    assert len(told) == sum(part.standing in ("active", "lapsing") for part in CAST)
    for one in told:
        assert one["name"] in lines
        assert one["email"] in lines
        assert one["password"] in lines
        with furnished.work(NOBODY) as work:
            given: dict[str, Any] = {"actor": NOBODY, "now": work.now}
            first = work.identity.check_password(email=one["email"], password=one["password"], **given)
            assert first.ok, one["key"]
            assert work.identity.check_code(session_token=first.token, code=one["code"], **given).ok, one["key"]


def test_what_signs_people_in_is_kept_for_the_service_alone(furnished: House) -> None:
    mode = kept.path_in(furnished.settings.state).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_without_items_there_is_the_cast_and_nothing_else(fresh: Callable[..., House]) -> None:
    house = fresh(items=False)
    furnish(house, items=False)
    assert rows(house, sa.select(tables.item)) == []
    assert rows(house, sa.select(tables.draft)) == []
    assert len(credentials(house)) > 20
    report = verified(house)
    assert (report.faults, report.clock_sets) == ((), 0)


def test_a_house_made_just_now_says_in_its_log_that_its_clock_was_set_back(fresh: Callable[..., House]) -> None:
    house = fresh(begun=False)
    furnish(house, items=False)
    report = verified(house)
    assert (report.faults, report.clock_sets) == ((), 1)


def test_no_cast_comes_into_a_service_that_is_no_demonstration(fresh: Callable[..., House]) -> None:
    house = fresh(begun=False, CUSTODES_DEMONSTRATION="0", CUSTODES_SECURE="1")
    with pytest.raises(NotADemonstration):
        furnish(house)
    assert credentials(house) == []
    assert not kept.path_in(house.settings.state).exists()


def test_a_demonstration_broken_off_says_what_to_do(fresh: Callable[..., House]) -> None:
    house = fresh(begun=False)
    kept.write(house.settings.state, kept.Kept("half-made-and-left"))
    with pytest.raises(HalfFurnished, match="Remove the folder"):
        furnish(house)


def test_the_password_is_made_anew_and_would_pass_for_an_administrator() -> None:
    found = {passphrase() for _ in range(50)}
    assert len(found) == 50
    assert all(len(one) >= LEAST and len(set(one.split("-"))) == COUNT for one in found)
    assert not any(password_faults(one, least=LEAST, words=("custodes",)) for one in found)
    assert len(set(WORDS)) == len(WORDS) >= 256
