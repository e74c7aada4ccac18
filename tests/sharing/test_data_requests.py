"""What people ask about the data held on them: found, decided, checked, given, told, answered, by the right body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from foundation.errors import ServiceError
from sharing.errors.items import ActRefused
from sharing.errors.rights import RequestFaulty, RequestNotFound, RequestRefused, RequestUnready
from sharing.model.rights import Kept
from sharing.service.rights.follower import RequestFollower
from sharing.service.rights.replay import RequestReplay
from sharing.tables import rights as tables
from tests.sharing import again
from tests.sharing.rights_world import WORDS, Office, about, on
from tests.sharing.world import World


@pytest.fixture
def office(house: World) -> Iterator[Office]:
    house.followers = (RequestFollower(WORDS),)
    made = Office(house)
    start = len(house.log(""))
    yield made
    found = again.differences(house, RequestReplay(WORDS), start=start)
    assert found == [], "what every test leaves follows from the log"


def joan(world: World, **given: Any) -> Any:
    written = about("Smith, Joan", ("prison-number", "A1234BC"))
    return world.send("sana", written=written, **given)


def found_for(office: Office, **given: Any) -> tuple[Any, Any]:
    ref = joan(office.world)
    request = office.receive(**given)
    office.act("dora", "find", request.id)
    return request, ref


def test_a_request_is_entered_with_its_reference_and_nothing_of_it_in_clear(office: Office) -> None:
    first, second = office.receive(), office.receive()
    assert [first.reference, second.reference] == ["IMB-DSR-2026-00001", "IMB-DSR-2026-00002"]
    case = office.case(first)
    assert case.said(case.request.note)["requester"].startswith("Joan Smith")
    assert {case.said(each.note)["value"] for each in case.aliases} == {"Joan Smith", "a1234bc"}
    with office.world.engine.connect() as conn:
        rows = [str(tuple(row)) for table in tables.TABLES for row in conn.execute(sa.select(table))]
    assert not any("Joan" in row or "1234" in row for row in rows)


def test_everything_of_the_body_is_found_by_name_number_or_answer_and_another_name_finds_more(office: Office) -> None:
    world = office.world
    ref = joan(world)
    other = world.send("sana", written=about("Joanie S"))
    stranger = world.send("sana", written=about("Jane Smith"))
    request = office.receive()
    assert office.act("dora", "find", request.id).found == 1
    office.act("dora", "add_alias", request.id, "name", "S. Joanie", evidence="Her letter is signed so")
    assert office.act("dora", "find", request.id).found == 1
    assert office.act("dora", "find", request.id).found == 0
    found = {each.reference for each in office.case(request).matches}
    assert found == {ref.reference, other.reference}
    assert stranger.reference not in found


def test_of_the_other_body_only_what_reached_this_one_is_named_and_no_number_of_the_rest(office: Office) -> None:
    world = office.world
    joan(world)
    request = office.receive("hope")
    looked = office.act("hope", "find", request.id)
    assert looked.found == 0
    (other,) = looked.elsewhere
    assert other.party == "imb"
    assert len(other.references) == 1
    theirs = office.receive("dora")
    assert [each.party for each in office.act("dora", "find", theirs.id).elsewhere] == []


def test_drafts_are_counted_for_the_body_that_writes_them_and_shown_to_nobody(office: Office) -> None:
    world = office.world
    draft = world.draft("sana", written=about("Joan Smith"))
    request = office.receive()
    assert office.act("dora", "find", request.id).drafts == 1
    theirs = office.receive("hope")
    assert office.act("hope", "find", theirs.id).drafts == 0
    world.act("sana", "revise_draft", draft, about("Somebody Else"))
    assert office.act("dora", "find", request.id).drafts == 0
    world.act("sana", "discard_draft", draft)


def test_an_officer_who_is_barred_from_an_item_by_name_does_not_find_it_and_a_colleague_does(office: Office) -> None:
    world = office.world
    ref = joan(world)
    world.act("sana", "recuse", ref.reference, world.number("dora"), "She is its subject.")
    request = office.receive()
    assert office.act("dora", "find", request.id).found == 0
    with pytest.raises(RequestFaulty):
        office.act("dora", "name_item", request.id, ref.reference, words="The letter names it")
    assert office.act("dan", "find", request.id).found == 1


def test_an_item_is_added_by_its_reference_and_another_bodys_looks_as_if_it_were_not_there(office: Office) -> None:
    world = office.world
    ref = world.send("sana", written=about("Nobody Known"))
    request, theirs = office.receive(), office.receive("hope")
    office.act("dora", "name_item", request.id, ref.reference.lower(), words="Named in a file of it")
    assert office.case(request).matches[0].how == "reference"
    said = []
    for reference in (ref.reference, "IMB-2026-99999"):
        with pytest.raises(RequestFaulty) as refused:
            office.act("hope", "name_item", theirs.id, reference, words="I would like to know")
        said.append(refused.value.fields)
    assert said[0] == said[1]


def test_a_false_match_is_left_out_with_a_reason_and_comes_back(office: Office) -> None:
    request, ref = found_for(office)
    with pytest.raises(RequestFaulty):
        office.act("dora", "exclude", request.id, ref.reference, words=" ")
    office.act("dora", "exclude", request.id, ref.reference, words="Another Joan Smith: other birth date")
    assert office.case(request).matches[0].excluded
    with pytest.raises(RequestUnready):
        decide(office, request, ref)
    office.act("dora", "restore", request.id, ref.reference, words="The same after all")
    assert not office.case(request).matches[0].excluded


def test_requests_about_one_person_are_joined_with_evidence_and_parted_again(office: Office) -> None:
    world = office.world
    world.send("sana", written=about("Joan Jones"))
    earlier = office.receive(subject="Joan Jones", identifiers=())
    request = office.receive()
    assert office.act("dora", "find", request.id).found == 0
    office.act("dora", "join", request.id, earlier.reference, evidence="Marriage certificate seen")
    assert office.act("dora", "find", request.id).found == 1
    office.act("dora", "part", request.id, earlier.id, words="The certificate is another person's")
    assert office.case(request).joined == []
    with pytest.raises(RequestFaulty):
        office.act("dora", "join", request.id, office.receive("hope").id, evidence="Not ours")


def decide(office: Office, request: Any, ref: Any, outcome: str = "disclosed", **given: Any) -> Any:
    values = {"third_party": "none", "words": "Read by its sender", **given}
    return office.act("dora", "decide_match", request.id, ref.reference, outcome=outcome, **values)


def give(office: Office, request: Any, ref: Any, **given: Any) -> Any:
    values = {"on": on(office.world), "channel": "post", "items": [ref.reference], "to": "Joan, by post", **given}
    return office.act("dora", "disclose", request.id, **values)


def test_an_access_request_goes_from_finding_to_the_letter(office: Office) -> None:
    request, ref = found_for(office)
    with pytest.raises(RequestUnready, match="Decide what becomes"):
        office.act("dora", "answer_request", request.id, on=on(office.world))
    decide(office, request, ref)
    with pytest.raises(RequestUnready, match="was given"):
        office.act("dora", "answer_request", request.id, on=on(office.world))
    give(office, request, ref)
    done = office.act("dora", "answer_request", request.id, on=on(office.world))
    assert done.request.state == "answered"
    assert "1 item: given in full" in done.letter
    assert "Joan" not in done.letter
    assert ref.reference not in done.letter
    with pytest.raises(RequestUnready, match="closed"):
        decide(office, request, ref)


def test_what_has_somebody_else_in_it_is_given_only_after_a_second_person_agreed(office: Office) -> None:
    request, ref = found_for(office)
    decide(office, request, ref, third_party="taken-out")
    with pytest.raises(RequestUnready, match="second person"):
        give(office, request, ref)
    with pytest.raises(RequestRefused) as refused:
        office.act("dora", "check_disclosure", request.id, ref.reference, agreed=True, words="")
    assert "DSR-05-own-disclosure" in refused.value.rules
    with pytest.raises(RequestFaulty):
        office.act("dan", "check_disclosure", request.id, ref.reference, agreed=False, words="")
    office.act("dan", "check_disclosure", request.id, ref.reference, agreed=False, words="A cell mate is still named")
    assert office.case(request).matches[0].outcome == ""
    decide(office, request, ref, third_party="taken-out")
    office.act("dan", "check_disclosure", request.id, ref.reference, agreed=True, words="")
    give(office, request, ref)
    with pytest.raises(RequestUnready, match="given already"):
        decide(office, request, ref)


def test_what_was_agreed_to_is_agreed_to_anew_when_it_is_decided_anew(office: Office) -> None:
    request, ref = found_for(office)
    decide(office, request, ref, third_party="reasonable")
    office.act("dan", "check_disclosure", request.id, ref.reference, agreed=True, words="")
    decide(office, request, ref, third_party="consented")
    assert office.case(request).matches[0].checked_by == ""


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"items": []}, "items"),
        ({"digest": "abc"}, "digest"),
        ({"channel": "secure-email"}, "digest"),
        ({"to": ""}, "to"),
    ],
)
def test_what_is_missing_of_a_disclosure_is_said_at_its_field(office: Office, given: Any, field: str) -> None:
    request, ref = found_for(office)
    decide(office, request, ref)
    with pytest.raises(RequestFaulty) as refused:
        give(office, request, ref, **given)
    assert field in refused.value.fields


def test_nothing_is_given_before_it_is_known_who_asks(office: Office) -> None:
    request, ref = found_for(office, identity="")
    decide(office, request, ref)
    with pytest.raises(RequestUnready, match="who is asking"):
        give(office, request, ref)
    office.act(
        "dora", "pause", request.id, "identity", on=on(office.world), words="Copy of an identity paper asked for"
    )
    office.world.later(days=5)
    office.act("dora", "resume", request.id, "identity", on=on(office.world), words="Driving licence seen")
    give(office, request, ref)


def test_erasure_is_refused_while_held_and_said_done_only_with_a_certificate(office: Office) -> None:
    request, ref = found_for(office, right="erasure")
    uuid = str(ref.uuid)
    with pytest.raises(RequestUnready, match="not been destroyed"):
        decide(office, request, ref, "erased")
    office.shelf.said[uuid] = Kept(held=True, state="running")
    with pytest.raises(RequestUnready, match="on hold"):
        decide(office, request, ref, "erased")
    with pytest.raises(RequestUnready, match="Choose the ground"):
        decide(office, request, ref, "refused")
    with pytest.raises(RequestUnready, match="Choose the ground"):
        decide(office, request, ref, "refused", ground="unfounded-at-all")
    decide(office, request, ref, "refused", ground="hold")
    done = office.act("dora", "answer_request", request.id, on=on(office.world))
    assert "it is on hold" in done.letter
    again, ref = found_for(office, right="erasure")
    for each in office.case(again).matches:
        office.shelf.said[each.item] = Kept(state="destroyed", certificate="C-1")
        decide(office, again, each, "erased")


def test_what_is_restricted_is_seen_and_not_used_until_that_is_lifted(office: Office) -> None:
    world = office.world
    request, ref = found_for(office, right="restriction")
    world.act("sana", "open", ref.reference, "follow-up")
    decide(office, request, ref, "restricted")
    world.act("sana", "see", ref.reference)
    for who in ("sana", "cora"):
        with pytest.raises(ActRefused, match="restricted"):
            world.act(who, "open", ref.reference, "follow-up")
    office.act("dora", "tell_recipients", request.id, ref.reference, words="It is kept and not used.")
    office.act("dora", "answer_request", request.id, on=on(world))
    office.act("dora", "lift_restriction", request.id, ref.reference, words="Its dispute is over; told today")
    world.act("sana", "open", ref.reference, "follow-up")
    with pytest.raises(RequestUnready):
        office.act("dora", "lift_restriction", request.id, ref.reference, words="Again")


def test_who_received_an_item_is_told_of_its_correction_and_each_office_says_that_it_knows(office: Office) -> None:
    request, ref = found_for(office, right="rectification")
    world = office.world
    with pytest.raises(RequestUnready, match="Decide that first"):
        office.act("dora", "tell_recipients", request.id, ref.reference, words="x")
    decide(office, request, ref, "corrected")
    with pytest.raises(RequestUnready, match="Tell those who received"):
        office.act("dora", "answer_request", request.id, on=on(world))
    office.act("dora", "tell_recipients", request.id, ref.reference, words="The date was 3 May, not 5 May.")
    (notice,) = office.case(request).notices
    assert notice.known_at is None
    given = (request.id, str(ref.uuid), notice.office)
    with pytest.raises(RequestNotFound):
        office.act("sana", "know", *given)
    office.act("cora", "know", *given)
    (notice,) = office.case(request).notices
    assert notice.known_by == world.ids["cora"]
    with pytest.raises(RequestNotFound):
        office.act("cora", "know", *given)
    office.act("dora", "answer_request", request.id, on=on(world))


def test_the_other_body_answers_what_it_originated_and_neither_sees_the_others_items(office: Office) -> None:
    request, ref = found_for(office)
    with pytest.raises(RequestNotFound):
        office.act("hope", "find", request.id)
    office.act("dora", "refer", request.id, "hmip", words="We hold a copy of one of yours")
    assert office.case(request, "hmip").matches == []
    assert office.case(request, "hmip").said(request.note)["gist"] == "Everything about her"
    with pytest.raises(RequestUnready, match="Take it first"):
        office.act("hope", "find", request.id)
    office.act("hope", "answer_referral", request.id, taken=True, words="")
    office.act("hope", "find", request.id)
    assert office.case(request, "hmip").matches == []
    with pytest.raises(RequestNotFound):
        office.act("hope", "decide_match", request.id, ref.reference, outcome="disclosed", words="x")
    with pytest.raises(RequestRefused, match="received the request"):
        office.act("hope", "extend", request.id, on=on(office.world), words="Long")
    decide(office, request, ref)
    give(office, request, ref)
    first = office.act("dora", "answer_request", request.id, on=on(office.world))
    assert first.request.state == "open", "the other body still owes its part"
    second = office.act("hope", "answer_request", request.id, on=on(office.world))
    assert second.request.state == "answered"
    assert "found nothing" in second.letter
    lead = office.case(request)
    assert [(each.party, each.state, each.searched_for) for each in lead.parts] == [
        ("hmip", "answered", 0),
        ("imb", "answered", 2),
    ]
    assert not any(each.words for each in lead.events if each.party == "hmip" and each.act == "part-answered")


def test_a_body_that_declines_deals_with_it_no_longer_and_may_be_asked_again(office: Office) -> None:
    request = office.receive()
    office.act("dora", "refer", request.id, "hmip", words="")
    with pytest.raises(RequestFaulty):
        office.act("hope", "answer_referral", request.id, taken=False, words="")
    office.act("hope", "answer_referral", request.id, taken=False, words="We sent nothing here this year")
    with pytest.raises(RequestNotFound):
        office.act("hope", "find", request.id)
    office.act("dora", "refer", request.id, "hmip", words="You did, in March")
    with pytest.raises(RequestFaulty):
        office.act("dora", "refer", request.id, "hmip", words="")


def test_a_whole_request_is_refused_on_a_ground_for_whole_requests_alone(office: Office) -> None:
    request = office.receive()
    for ground in ("third-party", "nonsense"):
        with pytest.raises(RequestUnready, match="whole request"):
            office.act("dora", "answer_request", request.id, on=on(office.world), ground=ground, words="No")
    with pytest.raises(RequestFaulty):
        office.act("dora", "answer_request", request.id, on=on(office.world), ground="unfounded", words="")
    given = {"ground": "unfounded", "words": "It is the same request for the ninth time."}
    done = office.act("dora", "answer_request", request.id, on=on(office.world), **given)
    assert "manifestly unfounded" in done.letter
    assert "ninth time" in done.letter
    assert office.case(request).parts[0].state == "refused"


def test_the_clock_stops_goes_on_and_is_extended_once_within_its_first_time(office: Office) -> None:
    world, request = office.world, office.receive()
    (row,) = office.listed()
    assert row.time.due_on is not None
    assert row.time.due_on.isoformat() == "2026-12-21"  # 20 December is a Sunday
    office.act("dora", "pause", request.id, "clarification", on=on(world), words="Which prison?")
    with pytest.raises(RequestUnready, match="already"):
        office.act("dora", "pause", request.id, "clarification", on=on(world), words="Again")
    with pytest.raises(RequestUnready, match="stands still"):
        office.act("dora", "extend", request.id, on=on(world), words="Long")
    assert office.listed()[0].time.due_on is None
    world.later(days=4)
    with pytest.raises(RequestFaulty):
        office.act("dora", "resume", request.id, "identity", on=on(world), words="x")
    office.act("dora", "resume", request.id, "clarification", on=on(world), words="Leeds")
    assert office.listed()[0].time.due_on.isoformat() == "2026-12-24"
    office.act("dora", "extend", request.id, on=on(world), words="Many boxes")
    assert office.listed()[0].time.due_on.isoformat() == "2027-02-24"
    with pytest.raises(RequestUnready, match="once"):
        office.act("dora", "extend", request.id, on=on(world), words="More")


def test_an_extension_told_too_late_is_refused(office: Office) -> None:
    request = office.receive()
    office.world.later(days=40)
    with pytest.raises(RequestUnready, match="first time"):
        office.act("dora", "extend", request.id, on=on(office.world), words="Late")
    office.act("dora", "extend", request.id, on=on(office.world, -20), words="They were told then")


def test_the_log_is_told_once_for_each_reminder_and_anew_when_the_last_day_moves(office: Office) -> None:
    world, request = office.world, office.receive()

    def told() -> int:
        return int(office.act("dora", "remind"))

    assert told() == 0
    world.later(days=22)
    assert [told(), told()] == [1, 0]
    world.later(days=7)
    assert told() == 1
    world.later(days=10)
    assert told() == 1
    assert office.listed()[0].request.late
    office.act("dora", "extend", request.id, on=on(world, -15), words="They were told")
    assert not office.listed()[0].request.late
    office.act("dora", "withdraw_request", request.id, on=on(world), words="By telephone")
    world.later(days=400)
    assert told() == 0


@pytest.mark.parametrize("who", ["sana", "olu", "ivo", "ann", "nia"])
def test_nobody_without_the_duty_does_anything_whatever_they_name(office: Office, who: str) -> None:
    request = office.receive()
    for act, args in (("find", (request.id,)), ("find", ("nothing",))):
        with pytest.raises(RequestRefused):
            office.act(who, act, *args)
    with pytest.raises(RequestRefused):
        office.receive(who)
    assert ("sharing.access-refused", "refused") in office.world.log()


def test_what_is_not_there_and_what_is_the_other_bodys_look_alike(office: Office) -> None:
    request = office.receive()
    said = []
    for key in (request.id, request.reference, "IMB-DSR-2026-09999", ""):
        with pytest.raises(RequestNotFound) as refused:
            office.act("hope", "find", key)
        said.append((refused.value.detail, refused.value.reasons, refused.value.fields))
    assert len({str(each) for each in said}) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"right": "song"}, "right"),
        ({"channel": "pigeon"}, "channel"),
        ({"requester": " "}, "requester"),
        ({"gist": ""}, "gist"),
        ({"subject": "x" * 201}, "subject"),
        ({"identifiers": (("prison-number", "12"),)}, "identifiers"),
        ({"identifiers": (("shoe-size", "12"),)}, "identifiers"),
        ({"gist": "a\0b"}, "gist"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_at_its_field_and_nothing_is_kept(
    office: Office, changed: Any, field: str
) -> None:
    with pytest.raises(RequestFaulty) as refused:
        office.receive(**changed)
    assert field in refused.value.fields
    assert office.listed() == []


def test_days_to_come_and_days_before_the_request_are_refused(office: Office) -> None:
    world = office.world
    with pytest.raises(RequestFaulty):
        office.receive(received_on=on(world, 1))
    with pytest.raises(RequestFaulty):
        office.receive(received_on=on(world, -4000))
    request = office.receive()
    for days in (-1, 1):
        with pytest.raises(RequestFaulty):
            office.act("dora", "pause", request.id, "clarification", on=on(world, days), words="x")


def test_compliance_sees_the_clock_of_a_request_and_nothing_people_wrote(office: Office) -> None:
    request, _ = found_for(office)
    plain = office.case(request, words=False)
    assert not any(each.words for each in plain.events)
    assert plain.aliases == ()


def test_two_who_decide_at_once_leave_one_decision(office: Office) -> None:
    request, ref = found_for(office)
    decide(office, request, ref)
    with pytest.raises(ServiceError):
        decide(office, request, ref, "erased")
    assert office.case(request).matches[0].outcome == "disclosed"


def test_what_somebody_edits_in_the_rows_does_not_follow_from_the_log(office: Office) -> None:
    request, _ = found_for(office)
    check = RequestReplay(WORDS)
    with office.world.engine.connect() as conn:
        conn.execute(sa.update(tables.request_part).values(state="answered"))
        found = list(check.differences(conn))
        conn.rollback()
    check.close()
    assert any(request.id in each and "request_part" in each for each in found)


def test_every_search_stands_in_the_log_and_a_number_tried_is_kept_with_it(office: Office) -> None:
    request = office.receive()
    before = len(office.world.log("sharing.person-found"))
    for value in ("B2345CD", "C3456DE"):
        office.act("dora", "add_alias", request.id, "prison-number", value, evidence="A guess")
        looked = office.act("dora", "find", request.id)
        assert (looked.found, looked.drafts, looked.elsewhere) == (0, 0, ())
    assert len(office.world.log("sharing.person-found")) == before + 2
    assert {office.case(request).said(each.note)["value"] for each in office.case(request).aliases} >= {
        "B2345CD",
        "C3456DE",
    }


def test_an_item_that_never_left_its_body_is_not_known_to_the_other(office: Office) -> None:
    world = office.world
    world.draft("sana", written=about("Only Here", ("prison-number", "D4567EF")))
    request = office.receive("hope", subject="Only Here", identifiers=(("prison-number", "D4567EF"),))
    looked = office.act("hope", "find", request.id)
    assert (looked.found, looked.drafts, looked.elsewhere) == (0, 0, ())
