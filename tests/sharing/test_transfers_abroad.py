"""Whoever works abroad reaches nothing of the other body's until it consented; all of it ends by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from foundation.actor import BEGINNING, Actor
from foundation.policy import Faults
from identity.errors import AccountInvalid, ConsentFaulty, ConsentRefused, ConsentUnknown, FactsAltered, ManagingRefused
from identity.model import Consent, Window
from identity.policy.adequacy import ADEQUATE, CHECK, NONE, Adequacy, load_adequacy
from identity.service.consent_replay import ConsentReplay
from identity.service.identity import Identity
from identity.store.hasher import Hasher
from identity.store.secrets import SecretBox
from identity.tables import transfer_consent
from sharing.errors.items import ActRefused, MayNotSend
from tests.sharing import again
from tests.sharing.world import BINDER, OS, POLICIES, World, written_of

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def acting(house: World, who: str | Actor, act: str, **given: Any) -> Any:
    actor = house.actor(who) if isinstance(who, str) else who

    def do(w: Any) -> Any:
        room = Identity(
            w.conn, w.trail, parties=house.parties, roles=house.roles, gates=house.gates,
            hasher=Hasher(passes=1, memory_kib=8, lanes=1), secrets=SecretBox(bytes(range(32))), binder=BINDER,
            decider=house.decider,
        )  # fmt: skip
        return getattr(room, act)(**given, actor=actor, now=house.now)

    return house.do(do)


def works_in(house: World, who: str, country: str, by: str = "ann", **given: Any) -> None:
    acting(house, by, "record_country", person_id=house.ids[who], country=country, adequacy=house.adequacy, **given)


def consent(house: World, **changed: Any) -> str:
    """HMIP's own compliance officer, of HMIP's information, to everybody of the IMBs."""
    until = changed.pop("until", house.now + timedelta(days=30))
    given = {
        "id": "", "owner": "hmip", "to_party": "imb", "person": "", "country": "", "withdrawn": None, "by": "",
        "at": house.now, "window": Window(house.now, until), "written": "Letter of 1 November 2026",
        "conditions": "On a managed device.", "instructions": "None.", **changed,
    }  # fmt: skip
    return str(acting(house, "olu", "consent", given=Consent(**given), adequacy=house.adequacy))


def opens(house: World, who: str, reference: str) -> bool:
    try:
        house.act(who, "open", reference, "follow-up")
    except ActRefused as error:
        if error.rules != ("HND-15-abroad",):
            raise
        return False
    return True


def listed(house: World, who: str) -> list[str]:
    found: Any = house.act_items(who, "page")
    return [row.reference for row in found.rows]


def test_abroad_the_other_bodys_items_are_out_of_reach_and_ones_own_are_not(house: World) -> None:
    theirs = house.send("cora", "correspondence").reference
    own = house.send("sana").reference
    assert opens(house, "sana", theirs)
    works_in(house, "sana", "ZZ")
    assert not opens(house, "sana", theirs)
    assert listed(house, "sana") == [own]
    assert opens(house, "sana", own)
    with pytest.raises(ActRefused) as caught:
        house.act("sana", "pass_on", theirs, house.office("Leeds Board"))
    assert "written consent" in caught.value.detail
    works_in(house, "sana", "GB")
    assert opens(house, "sana", theirs)


def test_consent_lets_them_and_its_withdrawal_and_its_end_bite_at_once(house: World) -> None:
    theirs = house.send("cora", "correspondence").reference
    works_in(house, "sana", "ZZ")
    id_ = consent(house)
    assert opens(house, "sana", theirs)
    assert theirs in listed(house, "sana")
    acting(house, "olu", "withdraw_consent", consent_id=id_, why="The work is done.")
    assert not opens(house, "sana", theirs)
    with pytest.raises(ConsentUnknown):
        acting(house, "olu", "withdraw_consent", consent_id=id_, why="Again.")
    consent(house, until=house.now + timedelta(days=2))
    assert opens(house, "sana", theirs)
    house.later(days=2)
    assert not opens(house, "sana", theirs)


def test_a_consent_covers_whom_and_where_it_says_and_nothing_else(house: World) -> None:
    theirs = house.send("cora", "correspondence").reference
    works_in(house, "sana", "ZZ")
    works_in(house, "seth", "ZZ")
    consent(house, person=house.ids["seth"])
    assert (opens(house, "seth", theirs), opens(house, "sana", theirs)) == (True, False)
    consent(house, country="US")
    assert not opens(house, "sana", theirs)
    consent(house, country="ZZ")
    assert opens(house, "sana", theirs)


def test_an_answer_holds_what_it_answers(house: World) -> None:
    asked = house.send("cora", "correspondence").reference
    house.act("sana", "pass_on", asked, house.office("Leeds Board"))
    draft: Any = house.act("bola", "answer", asked, written_of(establishment=None))
    answer: Any = house.act("bola", "send", draft.uuid)
    works_in(house, "bola", "ZZ")
    assert not opens(house, "bola", answer.reference), "their own body’s, and the other’s in it"


def test_nobody_abroad_is_named_on_what_may_not_go_there(house: World) -> None:
    works_in(house, "sana", "ZZ")
    named = written_of(marking=f"{OS} - RECIPIENTS ONLY", recipients=[house.number("bola")])
    draft = house.draft("cora", "inspection-report", route="report-to-board",
                        written=replace(named, to_office=house.office("Leeds Board")))  # fmt: skip
    works_in(house, "bola", "ZZ")
    with pytest.raises(MayNotSend) as caught:
        house.act("cora", "send", draft)
    assert "recipient-abroad" in [reason.rule for reason in caught.value.reasons]
    own = house.send("cora", "correspondence").reference
    with pytest.raises(ActRefused) as refused:
        house.act("cora", "share", own, house.number("sana"), "follow-up")
    assert [reason.rule for reason in refused.value.reasons] == ["recipient-abroad"]
    consent(house)
    house.act("cora", "send", draft)


def test_only_the_body_whose_information_it_is_consents(house: World) -> None:
    for who, owner in (("olu", "imb"), ("cora", "hmip"), ("sana", "hmip"), ("ann", "imb")):
        given = Consent("", owner, "imb" if owner == "hmip" else "hmip", "", "", Window(NOW, NOW), None, "", NOW)
        with pytest.raises(ConsentRefused):
            acting(house, who, "consent", given=given, adequacy=house.adequacy)
    id_ = consent(house)
    with pytest.raises(ConsentRefused):
        acting(house, "sana", "withdraw_consent", consent_id=id_, why="No.")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"to_party": "hmip"}, "to_party"),
        ({"to_party": "ppo"}, "to_party"),
        ({"person": "0190d6c2-0000-7000-8000-00000000dead"}, "person"),
        ({"country": "XX"}, "country"),
        ({"until": NOW}, "until"),
        ({"written": " "}, "written"),
        ({"conditions": ""}, "conditions"),
        ({"instructions": "x" * 4001}, "instructions"),
    ],
)
def test_a_consent_that_cannot_be_used_names_its_field(house: World, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(ConsentFaulty) as caught:
        consent(house, **changed)
    assert list(caught.value.fields) == [field]


def test_somebody_of_the_owning_body_is_nobody_to_consent_for(house: World) -> None:
    with pytest.raises(ConsentFaulty):
        consent(house, person=house.ids["cora"])


def test_where_somebody_works_is_for_administrators_of_their_body_to_say(house: World) -> None:
    for who, by in (("sana", "seth"), ("ann", "ann"), ("cora", "ann")):
        with pytest.raises(ManagingRefused):
            works_in(house, who, "ZZ", by=by)
    for given, field in (
        ({"country": "XX"}, "country"),
        ({"country": "US", "checked": "Certified."}, "checked_until"),
        ({"country": "US", "checked_until": house.now + timedelta(days=9)}, "checked"),
    ):
        with pytest.raises(AccountInvalid) as caught:
            works_in(house, "sana", **given)  # type: ignore[arg-type]
        assert list(caught.value.fields) == [field]


def test_a_partial_entry_needs_a_check_that_ends_by_itself(house: World) -> None:
    theirs = house.send("cora", "correspondence").reference
    works_in(house, "sana", "US")
    assert not opens(house, "sana", theirs)
    works_in(house, "sana", "US", checked="Seen on the list.", checked_until=house.now + timedelta(days=5))
    assert opens(house, "sana", theirs)
    house.later(days=5)
    assert not opens(house, "sana", theirs)
    works_in(house, "sana", "FR")
    assert opens(house, "sana", theirs)


def test_an_entry_begins_and_ends_on_its_day_and_an_unverified_one_needs_a_check() -> None:
    faults = Faults()
    found = load_adequacy(POLICIES, faults)
    assert faults.found == []
    ends = replace(found.countries["FR"], until=date(2026, 12, 1))
    listed = Adequacy(found.home, found.home_name, found.last_source, {**found.countries, "FR": ends})
    later = NOW + timedelta(days=3650)
    for code, checked, now, expected in (
        ("", BEGINNING, NOW, ADEQUATE),
        ("GB", BEGINNING, NOW, ADEQUATE),
        ("FR", BEGINNING, datetime(2026, 11, 30, 23, 59, tzinfo=UTC), ADEQUATE),
        ("FR", BEGINNING, datetime(2026, 12, 1, tzinfo=UTC), NONE),
        ("FR", later, datetime(2026, 12, 1, tzinfo=UTC), NONE),
        ("KR", later, datetime(2022, 12, 18, 12, tzinfo=UTC), NONE),
        ("KR", later, datetime(2022, 12, 19, 12, tzinfo=UTC), ADEQUATE),
        ("KR", BEGINNING, NOW, CHECK),
        ("FO", BEGINNING, NOW, CHECK),
        ("ZZ", later, NOW, NONE),
        ("XX", later, NOW, NONE),
    ):
        assert listed.standing(code, checked, now) == expected, code


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('home = "GB"', 'home = "gb"', "home: “gb” is no country code"),
        ('code = "AT"', 'code = "GB"', "country[0].code: “GB” is given twice, or is home"),
        ('code = "BE"', 'code = "AT"', "country[1].code: “AT” is given twice"),
        ('extent = "full"', 'extent = "most"', "country[0].extent: “most” is neither full nor partial"),
        ('extent = "full"', 'extent = "partial"', "country[0].recipients: a partial entry says which"),
        ("from = 2022-12-19", "from = 2022-12-19\nuntil = 2022-12-19", "until: it ends before it begins"),
        ('source = "unverified: one', 'checked = 1\nsource = "unverified: one', "checked: is not a key known here"),
        ("last_source = 2023-10-12\n", "", "last_source: is missing"),
    ],
)
def test_a_fault_in_the_list_names_its_key(tmp_path: Path, was: str, now: str, said: str) -> None:
    text = (POLICIES / "data-protection" / "adequacy.toml").read_text(encoding="utf-8")
    assert was in text
    (tmp_path / "data-protection").mkdir()
    (tmp_path / "data-protection" / "adequacy.toml").write_text(text.replace(was, now, 1), encoding="utf-8")
    faults = Faults()
    load_adequacy(tmp_path, faults)
    assert any(said in str(each) for each in faults.found), [str(each) for each in faults.found]


def test_a_consent_written_by_hand_opens_nothing_and_verification_tells(house: World) -> None:
    theirs = house.send("cora", "correspondence").reference
    works_in(house, "sana", "ZZ")
    start = len(house.log(""))
    id_ = consent(house, until=house.now + timedelta(days=1))
    with house.engine.begin() as conn:
        later = house.now + timedelta(days=900)
        conn.execute(sa.update(transfer_consent).values(until=later))
    with pytest.raises(FactsAltered):
        opens(house, "sana", theirs)
    with house.engine.begin() as conn:
        conn.execute(sa.delete(transfer_consent))
    assert again.differences(house, ConsentReplay(), start=start) == [f"consent {id_}: is missing"]
