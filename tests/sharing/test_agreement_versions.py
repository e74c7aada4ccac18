"""A change to an agreement: proposed by one, an impact assessment decided on, signed by both, in force on its day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from app.bootstrap import versions
from audit.fact import Fact
from audit.follow import facts
from foundation.errors import ServiceError
from foundation.policy import Faults
from sharing.errors.versions import (
    VersionChanged,
    VersionDamaged,
    VersionFaulty,
    VersionInvalid,
    VersionNotFound,
    VersionRefused,
)
from sharing.model.version import Proposal
from sharing.rules.duties.recording import Held
from sharing.rules.versions import steps
from sharing.service.version_follower import Versions
from sharing.service.version_replay import VersionReplay
from sharing.tables.items import item
from sharing.tables.versions import agreement_text, agreement_version, agreement_version_act
from tests.sharing import again
from tests.sharing import version_world as vw
from tests.sharing.test_sharing_life import OUTCOME
from tests.sharing.version_world import AGREEMENT, WORDS, assess, changing, followed, next_text, propose, sign, signed
from tests.sharing.world import World
from tests.taken_in import take_in


@pytest.fixture
def world(house: World) -> Iterator[World]:
    yield followed(house)
    assert differences(house) == [], "what every test leaves follows from the log"


def differences(world: World) -> list[str]:
    return again.differences(world, VersionReplay(WORDS))


def refused(error: pytest.ExceptionInfo[ServiceError]) -> set[str]:
    return {reason.rule for reason in error.value.reasons}


# --- the whole way -------------------------------------------------------------------------------------------------


def test_a_change_is_proposed_assessed_signed_by_both_and_in_force_on_its_day(world: World) -> None:
    found = propose(world)
    assert (found.number, found.state, found.party, found.in_force) == (2, "proposed", "hmip", date(2026, 12, 1))
    assert found.sha256 == hashlib.sha256(next_text().encode()).hexdigest()
    assess(world, found)
    assert sign(world, "nia", found).state == "proposed"
    found = sign(world, "ines", found)
    assert found.state == "signed"
    assert [(each.party, each.place) for each in found.signatures] == [
        ("imb", "imb/national-chair"),
        ("hmip", "hmip/chief-inspector"),
    ]
    agreements = vw.in_force(world)
    assert [a.version for a in agreements.in_force(date(2026, 11, 30))] == [1]
    assert [a.version for a in agreements.in_force(date(2026, 12, 1))] == [2]
    assert agreements.version(AGREEMENT, 2).text == next_text()


def test_the_next_is_number_three_and_counts_on_the_one_signed_here(world: World) -> None:
    signed(world)
    with pytest.raises(VersionFaulty) as error:
        propose(world)
    assert error.value.fields["version"]
    assert propose(world, text=next_text(version=3, on="2027-01-01")).number == 3


def test_the_log_says_who_did_what_on_which_text(world: World) -> None:
    found = signed(world)
    acts = [act for act, outcome in world.log("sharing.version-") if outcome == "allowed"]
    assert acts == [
        "sharing.version-proposed", "sharing.version-assessed", "sharing.version-signed", "sharing.version-signed",
    ]  # fmt: skip
    assert found.assessment
    assert found.assessment.decision == "not-needed"


def test_an_item_sent_before_keeps_its_version_and_is_answered_by_it(world: World) -> None:
    ref = world.send("cora")
    world.act("sana", "pass_on", ref.reference, world.office("Leeds Board"), "For Leeds.")
    signed(world, next_text(**{"outcome-to-both": "outcome-to-all"}))  # the way answers go has another name
    world.now = vw.noon("2026-12-01")
    world.act("bola", "open", ref.reference, "follow-up")
    draft = world.act("bola", "answer", ref.reference, OUTCOME)
    answer = world.act("bola", "send", draft.uuid)  # type: ignore[attr-defined]
    newer = world.send("cora")
    with world.engine.connect() as conn:
        rows = conn.execute(sa.select(item.c.reference, item.c.agreement_version, item.c.route)).all()
    found = {row.reference: (row.agreement_version, row.route) for row in rows}
    assert found[ref.reference] == (1, "inspectorate-to-board")
    assert found[answer.reference] == (1, "outcome-to-both")  # type: ignore[attr-defined]
    assert found[newer.reference] == (2, "inspectorate-to-board")


# --- who may -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["cora", "bola", "sana", "ann"])
def test_nobody_else_proposes(world: World, who: str) -> None:
    with pytest.raises(VersionRefused) as error:
        propose(world, who)
    assert refused(error) == {"VER-office"}
    assert ("sharing.access-refused", "refused") in world.log()


@pytest.mark.parametrize("who", ["olu", "ines", "gil", "nia"])
def test_compliance_and_the_signing_offices_of_both_propose(world: World, who: str) -> None:
    assert propose(world, who).state == "proposed"


def test_nobody_signs_before_the_assessment_is_decided_or_while_one_is_needed(world: World) -> None:
    found = propose(world)
    with pytest.raises(VersionRefused) as error:
        sign(world, "nia", found)
    assert refused(error) == {"VER-assessment"}
    assess(world, found, "needed")
    with pytest.raises(VersionRefused) as error:
        sign(world, "nia", found)
    assert refused(error) == {"VER-assessment"}
    assess(world, found, "carried-out", "olu")
    assert len(sign(world, "nia", found).signatures) == 1


def test_what_was_signed_on_is_not_decided_again(world: World) -> None:
    found = assess(world, propose(world))
    sign(world, "nia", found)
    with pytest.raises(VersionRefused) as error:
        assess(world, found, "needed")
    assert refused(error) == {"VER-signed-on"}


@pytest.mark.parametrize("who", ["cora", "olu", "gil", "bola"])
def test_nobody_signs_but_the_offices_named(world: World, who: str) -> None:
    found = assess(world, propose(world))
    with pytest.raises(VersionRefused) as error:
        sign(world, who, found)
    assert "VER-office" in refused(error)


def test_a_party_signs_once_and_nobody_signs_for_two(world: World) -> None:
    found = assess(world, propose(world))
    sign(world, "nia", found)
    with pytest.raises(VersionRefused) as error:
        sign(world, "nia", found)
    assert "VER-two-people" in refused(error)


def test_a_person_with_offices_in_both_bodies_does_not_sign_for_both(world: World) -> None:
    """Appointments across bodies are refused; should one ever be there, a signature is still one person's."""
    found = sign(world, "nia", assess(world, propose(world)))
    both = [
        Held(world.offices["national-chair"], frozenset({"national-chair"})),
        Held(world.offices["chief-inspector"], frozenset({"hmip-chief-inspector"})),
    ]
    newest = world.agreements.of(AGREEMENT)[-1]
    against = steps.may_sign(newest, found, both, world.ids["nia"], world.now.date())
    assert {reason.rule for reason in against} == {"VER-two-people"}
    assert steps.may_sign(newest, found, both, world.ids["ines"], world.now.date()) == ()
    assert steps.place_to_sign(newest, found, both) == "hmip/chief-inspector"


def test_whoever_proposed_it_may_sign_for_their_party_alone(world: World) -> None:
    found = assess(world, propose(world, "nia"))
    sign(world, "nia", found)
    assert sign(world, "ines", found).state == "signed"


def test_a_signature_binds_the_text_it_was_given_for(world: World) -> None:
    found = assess(world, propose(world))
    with pytest.raises(VersionInvalid):
        changing(world, "nia", "sign", found.id, sha256="0" * 64)


def test_withdrawn_by_its_own_party_declined_by_a_signing_office_and_then_over(world: World) -> None:
    found, other = propose(world), propose(world, "gil")
    with pytest.raises(VersionRefused) as error:
        changing(world, "gil", "withdraw", found.id, reason="No.")
    assert refused(error) == {"VER-withdraw"}
    found = changing(world, "ines", "withdraw", found.id, reason="Not agreed among us.")
    assert (found.state, found.end and found.end.reason) == ("withdrawn", "Not agreed among us.")
    with pytest.raises(VersionRefused):
        changing(world, "olu", "decline", other.id, reason="No.")
    other = changing(world, "ines", "decline", other.id, reason="Every two months is too often.")
    assert other.state == "declined"
    for act, given in (("assess", {"decision": "needed", "reason": "x"}), ("sign", {"sha256": other.sha256})):
        with pytest.raises(VersionRefused) as error:
            changing(world, "nia" if act == "sign" else "gil", act, other.id, **given)
        assert "VER-decided" in refused(error)


@pytest.mark.parametrize("given", [{"reason": " "}, {"reason": "x" * 2001}])
def test_a_reason_is_asked_for_and_is_not_a_book(world: World, given: dict[str, str]) -> None:
    with pytest.raises(VersionInvalid) as error:
        propose(world, reason=given["reason"])
    assert list(error.value.fields) == ["reason"]


def test_an_unknown_decision_proposal_or_agreement_is_refused(world: World) -> None:
    found = propose(world)
    with pytest.raises(VersionInvalid):
        assess(world, found, "perhaps")
    with pytest.raises(VersionNotFound):
        assess(world, replace(found, id="none"))
    with pytest.raises(VersionNotFound):
        changing(world, "olu", "propose", "another", file=next_text().encode(), reason="x")


# --- days and numbers ----------------------------------------------------------------------------------------------


def test_it_takes_effect_the_day_after_the_last_signature_at_the_earliest(world: World) -> None:
    found = assess(world, propose(world, text=next_text(on="2026-11-22")))
    sign(world, "nia", found)
    world.now = vw.noon("2026-11-22")
    with pytest.raises(VersionRefused) as error:
        sign(world, "ines", found)
    assert refused(error) == {"VER-day"}
    with pytest.raises(VersionFaulty) as faulty:
        propose(world, text=next_text(on="2026-11-22"))
    assert list(faulty.value.fields) == ["in_force"]


def test_a_day_so_far_off_that_no_other_version_could_come_before_it_is_refused(world: World) -> None:
    for on in ("2031-11-21", "2199-12-31"):
        with pytest.raises(VersionFaulty) as faulty:
            propose(world, text=next_text(on=on))
        assert list(faulty.value.fields) == ["in_force"]
    assert propose(world, text=next_text(on="2031-11-20")).state == "proposed"


def test_the_day_is_london_s(world: World) -> None:
    found = assess(world, propose(world, text=next_text(on="2027-06-16")))
    sign(world, "nia", found)
    world.now = vw.noon("2027-06-15").replace(hour=23, minute=30)  # half past midnight in London
    with pytest.raises(VersionRefused) as error:
        sign(world, "ines", found)
    assert "VER-day" in refused(error)


def test_of_two_for_the_same_number_one_is_signed(world: World) -> None:
    one = assess(world, propose(world))
    other = assess(world, propose(world, text=next_text(on="2026-12-24")))
    sign(world, "nia", one)
    sign(world, "nia", other)
    sign(world, "ines", one)
    followed(world)
    with pytest.raises(VersionRefused) as error:
        sign(world, "ines", other)
    assert "VER-base" in refused(error)


def test_two_acts_on_the_same_count_cannot_both_be(world: World) -> None:
    found = assess(world, propose(world))
    stale = changing(world, "nia", "sign", found.id, sha256=found.sha256)
    fact = last_fact(world)
    with world.engine.begin() as conn, pytest.raises(VersionChanged):
        Versions(WORDS).follow(conn, replace(fact, id="another"))
    assert len(stale.signatures) == 1


def last_fact(world: World) -> Fact:
    take_in(world.engine)
    with world.engine.connect() as conn:
        found = [f for _, f in facts(conn, world.log_keys) if f and f.kind == "sharing.version-signed"]
    return found[-1]


# --- what is taken in ----------------------------------------------------------------------------------------------


def faults_of(world: World, file: bytes) -> dict[str, tuple[str, ...]]:
    with pytest.raises(VersionFaulty) as error:
        changing(world, "olu", "propose", AGREEMENT, file=file, reason="x")
    return dict(error.value.fields)


def test_a_file_of_windows_is_the_same_as_one_that_was_pasted(world: World) -> None:
    file = b"\xef\xbb\xbf" + next_text().replace("\n", "\r\n").encode()
    one = changing(world, "olu", "propose", AGREEMENT, file=file, reason="x")
    assert one.sha256 == propose(world).sha256


def test_the_same_file_again_another_agreement_and_other_parties_are_refused(world: World) -> None:
    assert set(faults_of(world, vw.FILE.encode())) == {"version", "file"}
    other = next_text(**{'\nid = "hmip-imb"\n': '\nid = "hmip-others"\n'})
    assert list(faults_of(world, other.encode())) == ["id"]
    start = next_text().index("[change]")
    gone = next_text()[:start] + next_text()[next_text().index("# --- What may be shared") :]
    assert list(faults_of(world, gone.encode())) == ["change"]


def test_nothing_is_kept_of_what_is_refused(world: World) -> None:
    faults_of(world, next_text(**{"months = 3": "months = 0"}).encode())
    with world.engine.connect() as conn:
        assert conn.execute(sa.select(sa.func.count()).select_from(agreement_text)).scalar() == 0


# --- behind the service --------------------------------------------------------------------------------------------


def test_a_row_alone_makes_no_version(world: World) -> None:
    found = assess(world, propose(world))
    vw.tampered(world, agreement_version.update().values(state="signed"))
    with pytest.raises(VersionDamaged):
        vw.in_force(world)
    assert differences(world) == [f"agreement version {found.id}: not as recorded"]
    vw.tampered(world, agreement_version.update().values(state="proposed"))


def test_one_signature_in_the_log_makes_no_version(world: World) -> None:
    found = assess(world, propose(world))
    sign(world, "nia", found)
    vw.tampered(world, agreement_version.update().values(state="signed"))
    with pytest.raises(VersionDamaged):
        vw.in_force(world)
    vw.tampered(world, agreement_version.update().values(state="proposed"))


def test_a_text_changed_behind_the_service_is_not_used_and_is_told(world: World) -> None:
    found = signed(world)
    text = next_text()
    vw.tampered(world, agreement_text.update().values(text=text.replace("months = 3", "months = 9")))
    with pytest.raises(VersionDamaged):
        vw.in_force(world)
    assert differences(world) == [f"agreement version: text {found.sha256} is not the one that was proposed"]
    vw.tampered(world, agreement_text.update().values(text=text))


def test_acts_put_in_or_taken_out_are_told(world: World) -> None:
    found: Proposal = signed(world)
    with world.engine.begin() as conn:
        rows = conn.execute(sa.select(agreement_version_act)).mappings().all()
        conn.execute(sa.delete(agreement_version_act).where(agreement_version_act.c.number == 2))
    assert differences(world) == [f"agreement version {found.id}: not as recorded"]
    with world.engine.begin() as conn:
        conn.execute(agreement_version_act.insert().values(**next(row for row in rows if row["number"] == 2)))


def test_a_version_that_became_a_file_unchanged_stands_once(world: World) -> None:
    signed(world)
    found = vw.in_force(world)
    version = found.version(AGREEMENT, 2)
    assert [a.version for a in found.plus([version]).of(AGREEMENT)] == [1, 2]
    faults = Faults()
    versions.check(vw.shipped(), vw.shipped().schedules, next_text(on="2026-12-02"), found, faults)
    assert any(each.key == "version" for each in faults.found), "another text of the same number is refused"
