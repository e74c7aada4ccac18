"""Every way to be refused: the right reason to whoever may hear it, one and the same silence to everybody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from audit.noted import Noted
from identity.rules.decide import Decider
from sharing.errors.items import (
    ActRefused,
    Changed,
    DoneAlready,
    DraftFaulty,
    DraftNotFound,
    FactsAltered,
    FileNotFound,
    ItemNotFound,
    MarkingSpill,
    MayNotSend,
    NotYourOffice,
    PurposeUnknown,
    RouteUnknown,
    TimeWrong,
    WhoUnknown,
    WordsMissing,
    WrongWay,
)
from sharing.model.item import Written
from sharing.store.bound import Bound
from sharing.tables.items import item
from tests import databases
from tests.sharing.world import BINDER, OS, World, written_of
from vault.errors import Tampered

OUTCOME = Written(marking=OS, title="Outcome", text="Found.", sharing_purpose="The outcome.")


def refused(house: World, who: str, method: str, *args: object, kind: type[Exception], **given: object) -> Any:
    with pytest.raises(kind) as caught:
        house.act(who, method, *args, **given)
    assert type(caught.value) is kind, caught.value
    return caught.value


# --- ways the agreement does not have ----------------------------------------------------------------------------


def test_correspondence_straight_to_a_board_is_refused_naming_the_clause_and_the_right_way(house: World) -> None:
    with pytest.raises(WrongWay) as caught:
        house.draft("cora", "correspondence", route="", written=written_of(to_office=house.office("Leeds Board")))
    error = caught.value
    assert error.detail == (
        "The agreement has no way for this kind of item (Correspondence) straight from HMIP correspondence to Leeds "
        "Board. HMIP passes correspondence and intelligence for a Board through the National Chair (M30, M23, M37a). "
        "Choose “HMIP to one Board, through the National Chair”."
    )
    assert [reason.clause for reason in error.reasons] == ["M30"]
    assert house.log()[-1] == ("sharing.access-refused", "refused")


@pytest.mark.parametrize(
    ("who", "kind", "office", "route"),
    [
        ("bola", "intelligence", "Leeds Board", "national-to-inspectorate"),
        ("sana", "inspection-report", "secretariat", "report-to-board"),
        ("cora", "outcome-report", "correspondence", "outcome-to-both"),
        ("cora", "inspection-report", "correspondence", "inspectorate-to-board"),
    ],
)
def test_a_route_of_another_office_or_for_another_kind_is_refused(
    house: World, who: str, kind: str, office: str, route: str
) -> None:
    with pytest.raises(WrongWay) as caught:
        house.draft(who, kind, office=house.office(office), route=route)
    assert caught.value.reasons


def test_the_addressee_cannot_be_bent_after_the_draft_is_begun(house: World) -> None:
    draft = house.draft("cora", "correspondence")
    refused(house, "cora", "revise_draft", draft, Written(to_office=house.office("Leeds Board")), kind=WrongWay)


def test_an_answer_out_of_nothing_is_refused(house: World) -> None:
    with pytest.raises(RouteUnknown, match="is for answers alone"):
        house.draft("bola", "outcome-report", office=house.office("Leeds Board"), route="outcome-to-both")


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"route": "by-pigeon"}, "no such route"),
        ({"kind": "gossip"}, "no such kind"),
        ({"agreement": "none"}, "No agreement of that name"),
    ],
)
def test_unknown_words_of_the_agreement_are_answered_with_those_it_has(
    house: World, changed: dict[str, str], match: str
) -> None:
    with pytest.raises(RouteUnknown, match=match):
        house.draft("sana", changed.pop("kind", "intelligence"), **changed)


def test_nobody_sends_from_an_office_they_do_not_hold(house: World) -> None:
    with pytest.raises(NotYourOffice):
        house.draft("sana", office=house.office("national-chair"))


def test_a_report_goes_to_no_board_that_does_not_cover_the_place(house: World) -> None:
    written = written_of(to_office=house.office("Hull Board"))
    draft = house.draft("cora", "inspection-report", route="report-to-board", written=written)
    error = refused(house, "cora", "send", draft, kind=MayNotSend)
    assert [reason.rule for reason in error.reasons] == ["office-covers"]


# --- what the marking forbids ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "marking", "rules"),
    [
        ("cora", f"{OS} - RECIPIENTS ONLY", {"recipients-only-route", "recipients-only-named"}),
        ("sana", f"{OS} - RECIPIENTS ONLY", {"recipients-only-named"}),
        ("sana", f"{OS} - HMIP USE ONLY", {"organisations-route"}),
        ("sana", f"{OS} - HMG USE ONLY", {"hmg-only-route"}),
    ],
)
def test_a_marking_that_does_not_fit_the_way_is_refused_with_every_reason(
    house: World, who: str, marking: str, rules: set[str]
) -> None:
    kind = "correspondence"
    draft = house.draft(who, kind, written=written_of(marking=marking))
    error = refused(house, who, "send", draft, kind=MayNotSend)
    assert {reason.rule for reason in error.reasons} == rules
    opened: Any = house.act(who, "draft", draft)
    assert {reason.rule for reason in opened.ready.reasons} == rules


@pytest.mark.parametrize("marking", [f"{OS} - HMIP AND IMB USE ONLY", "OFFICIAL - FOR PUBLIC RELEASE", "OFFICIAL"])
def test_a_marking_that_fits_goes(house: World, marking: str) -> None:
    assert house.send("cora", "correspondence", written=written_of(marking=marking)).reference


def test_an_answer_must_be_markable_for_the_body_it_goes_back_to(house: World) -> None:
    ref = house.send("cora", "correspondence")
    house.act("sana", "pass_on", ref.reference, house.office("Leeds Board"))
    draft: Any = house.act("bola", "answer", ref.reference, replace(OUTCOME, marking=f"{OS} - IMB USE ONLY"))
    error = refused(house, "bola", "send", draft.uuid, kind=MayNotSend)
    assert [reason.rule for reason in error.reasons] == ["organisations-route"]


def test_recipients_only_is_seen_by_the_persons_named_and_by_nobody_of_their_office(house: World) -> None:
    marking = f"{OS} - RECIPIENTS ONLY"
    ref = house.send(
        "cora",
        "inspection-report",
        route="report-to-board",
        written=written_of(marking=marking, to_office=house.office("Leeds Board"), recipients=(house.number("bola"),)),
    )
    assert house.act("bola", "open", ref.reference, "monitoring")
    refused(house, "vic", "open", ref.reference, "monitoring", kind=ItemNotFound)
    refused(house, "bola", "share", ref.reference, house.number("vic"), "monitoring", kind=ActRefused)


def test_an_embargoed_item_needs_a_lead_and_is_hidden_from_all_others_until_its_time(house: World) -> None:
    line = (
        f"{OS} - EMBARGOED\nThis information will remain classified until ANNOUNCEMENT on 23/11/26 at 09:00, "
        "after which the information will be OFFICIAL-SENSITIVE"
    )
    draft = house.draft(
        "cora",
        "inspection-report",
        route="report-to-board",
        written=written_of(marking=line, to_office=house.office("Leeds Board")),
    )
    error = refused(house, "cora", "send", draft, kind=MayNotSend)
    assert [reason.rule for reason in error.reasons] == ["embargo-lead"]
    house.act("cora", "revise_draft", draft, Written(embargo_lead=house.number("mora")))
    error = refused(house, "cora", "send", draft, kind=MayNotSend)
    assert [reason.rule for reason in error.reasons] == ["embargo-lead-basis"]
    house.act("cora", "revise_draft", draft, Written(embargo_lead=house.number("bola")))
    ref: Any = house.act("cora", "send", draft)
    assert house.act("bola", "open", ref.reference, "monitoring")
    refused(house, "vic", "open", ref.reference, "monitoring", kind=ItemNotFound)
    house.later(days=3)
    assert house.act("vic", "open", ref.reference, "monitoring")


@pytest.mark.parametrize("later", ["RECIPIENTS ONLY", "HMIP USE ONLY", "HMG USE ONLY"])
def test_what_holds_after_an_embargo_holds_when_it_is_over(house: World, later: str) -> None:
    line = (
        f"{OS} - EMBARGOED\nThis information will remain classified until ANNOUNCEMENT on 23/11/26 at 09:00, "
        f"after which the information will be {OS} - {later}"
    )
    named = {"recipients": (house.number("bola"),), "embargo_lead": house.number("bola")}
    written = written_of(marking=line, to_office=house.office("Leeds Board"), **named)
    draft = house.draft("cora", "inspection-report", route="report-to-board", written=written)
    if later != "RECIPIENTS ONLY":
        error = refused(house, "cora", "send", draft, kind=MayNotSend)
        assert next(reason.rule for reason in error.reasons) in {"organisations-route", "hmg-only-route"}
        return
    ref: Any = house.act("cora", "send", draft)
    house.later(days=3)
    assert house.act("bola", "open", ref.reference, "monitoring")
    refused(house, "vic", "open", ref.reference, "monitoring", kind=ItemNotFound)


def test_as_much_is_asked_for_an_item_that_is_not_there_as_for_one_that_is_hidden(
    house: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = house.send("sana").reference
    asked: list[str] = []
    real = Decider._evaluate

    def counted(self: Decider, *args: Any) -> Any:
        asked.append("decider")
        return real(self, *args)

    monkeypatch.setattr(Decider, "_evaluate", counted)
    sa.event.listen(house.engine, "before_cursor_execute", lambda *given: asked.append("database"))
    work = []
    for reference in (there, there[:-1] + "9"):
        asked.clear()
        refused(house, "bola", "open", reference, "monitoring", kind=ItemNotFound)
        work.append((asked.count("decider"), asked.count("database")))
    assert work[0] == work[1]


def test_an_embargo_of_yesterday_is_refused(house: World) -> None:
    line = (
        f"{OS} - EMBARGOED\nThis information will remain classified until ANNOUNCEMENT on 19/11/26 at 09:00, "
        "after which the information will be OFFICIAL-SENSITIVE"
    )
    draft = house.draft("sana", written=written_of(marking=line, embargo_lead=house.number("cora")))
    assert [r.rule for r in refused(house, "sana", "send", draft, kind=MayNotSend).reasons] == ["embargo-over"]


@pytest.mark.parametrize("line", ["SECRET", "top secret - something", "OFFICIAL - UK EYES ONLY"])
def test_a_spill_is_refused_and_the_log_is_told_without_a_word_of_it(house: World, line: str) -> None:
    with pytest.raises(MarkingSpill) as caught:
        house.draft("sana", written=written_of(marking=line, title="Canary"))
    assert house.log()[-1] == ("sharing.spill-refused", "refused")
    assert set(caught.value.what) == {"claimed", "at"}
    assert "Canary" not in repr(house.last("sharing.spill-refused"))
    assert house.act_items("sana", "drafts") == ()


def test_a_marking_revised_above_official_leaves_the_draft_as_it_was(house: World) -> None:
    draft = house.draft("sana")
    refused(house, "sana", "revise_draft", draft, Written(marking="SECRET"), kind=MarkingSpill)
    opened: Any = house.act("sana", "draft", draft)
    assert (opened.marking, opened.version) == (OS, 1)


# --- need to know ------------------------------------------------------------------------------------------------


def test_not_there_and_not_for_you_cannot_be_told_apart(house: World) -> None:
    ref = house.send("cora", "correspondence")
    for method, *args in (("open", "follow-up"), ("download", 1, "follow-up"), ("explain",), ("acknowledge",)):
        there = refused(house, "bola", method, ref.reference, *args, kind=ItemNotFound)
        absent = refused(house, "bola", method, "HMIP-2026-99999", *args, kind=ItemNotFound)
        assert (there.detail, there.code, there.title, there.fields, there.reasons) == (
            absent.detail,
            absent.code,
            absent.title,
            absent.fields,
            absent.reasons,
        )
        assert (there.subject, absent.subject) == (str(ref.uuid), "")


def test_what_is_typed_as_a_reference_is_not_logged_unless_it_looks_like_one(house: World) -> None:
    error = refused(house, "bola", "explain", "Joan Smith A1234BC", kind=ItemNotFound)
    assert error.what == {"act": "see", "reference": ""}


@pytest.mark.parametrize(
    ("who", "office", "rule"),
    [
        ("ann", "imb/administration", "SOD-01-admin-no-content"),
        ("olu", "hmip/assurance", "SOD-02-compliance-no-content"),
    ],
)
def test_those_who_never_reach_content_hear_so_of_every_item_alike(
    house: World, who: str, office: str, rule: str
) -> None:
    ref = house.send("sana")
    for reference in (ref.reference, "IMB-2026-99999"):
        error = refused(house, who, "open", reference, "records", kind=ActRefused)
        assert rule in error.rules
    settings = {"agreement": "hmip-imb", "kind": "intelligence", "route": "national-to-inspectorate"}
    with pytest.raises(ActRefused):
        house.act(who, "start_draft", written_of(), office=house.office(office), **settings)


def test_lapsed_training_is_said_before_anything_of_the_item(house: World) -> None:
    ref = house.send("sana")
    house.later(days=400)
    for reference in (ref.reference, "IMB-2026-99999"):
        error = refused(house, "cora", "open", reference, "inspection", kind=ActRefused)
        assert "PER-03-trained" in error.rules
    refused(house, "sana", "draft", ref.uuid, kind=ActRefused)


def test_a_recused_person_finds_nothing_whatever_they_hold(house: World) -> None:
    ref = house.send("sana")
    assert house.act("cora", "explain", ref.reference)
    house.act("sana", "recuse", ref.reference, house.number("cora"), "Named in it.")
    house.act("sana", "recuse", ref.reference, house.number("cora"), "Named in it.")
    for method, *args in (("open", "inspection"), ("acknowledge",), ("close", "x"), ("share", 1, "inspection")):
        refused(house, "cora", method, ref.reference, *args, kind=ItemNotFound)
    opened: Any = house.act("sana", "open", ref.reference, "records")
    assert [e.act for e in opened.events] == ["sent", "recused"]
    refused(house, "sana", "recuse", ref.reference, house.number("sana"), "Me.", kind=WhoUnknown)


@pytest.mark.parametrize("purpose", ["", "curiosity"])
def test_content_is_opened_for_a_purpose_of_the_agreement_alone(house: World, purpose: str) -> None:
    ref = house.send("sana")
    refused(house, "cora", "open", ref.reference, purpose, kind=PurposeUnknown if purpose else ActRefused)


def test_the_log_unwritten_means_the_item_unread(house: World) -> None:
    ref = house.send("sana")
    with house.engine.begin() as conn:
        databases.without_room(conn, "audit_entry")
    actor = house.actor("cora")
    with house.engine.connect() as conn, pytest.raises(Exception, match="could not be entered in the log"):
        house.making(conn).sharing.open(ref.reference, "inspection", actor=actor, now=house.now)


# --- the wrong moment, and two at once ---------------------------------------------------------------------------


def test_acts_out_of_turn_are_refused_saying_what_is_owed(house: World) -> None:
    ref = house.send("cora", "correspondence")
    assert [r.rule for r in refused(house, "cora", "close", ref.reference, "x", kind=ActRefused).reasons] == [
        "step-first"
    ]
    error = refused(house, "sana", "acknowledge", ref.reference, kind=ActRefused)
    assert [reason.rule for reason in error.reasons] == ["step-none"]
    error = refused(house, "sana", "answer", ref.reference, OUTCOME, kind=ActRefused)
    assert {reason.rule for reason in error.reasons} == {"step-first", "step-office"}


def test_an_item_is_passed_on_once_to_the_board_that_covers_the_place(house: World) -> None:
    ref = house.send("cora", "correspondence")
    error = refused(house, "sana", "pass_on", ref.reference, house.office("Hull Board"), kind=ActRefused)
    assert [(reason.rule, reason.clause) for reason in error.reasons] == [("office-covers", "M23")]
    error = refused(house, "sana", "pass_on", ref.reference, house.office("national-chair"), kind=ActRefused)
    assert [reason.rule for reason in error.reasons] == ["office-kind"]
    refused(house, "sana", "pass_on", ref.reference, 999_999, kind=WhoUnknown)
    refused(house, "cora", "pass_on", ref.reference, house.office("Leeds Board"), kind=ActRefused)
    house.act("nia", "pass_on", ref.reference, house.office("Leeds Board"))
    refused(house, "sana", "pass_on", ref.reference, house.office("Leeds Board"), kind=DoneAlready)
    refused(house, "mora", "explain", ref.reference, kind=ItemNotFound)


def test_one_answer_is_sent_even_when_two_were_begun(house: World) -> None:
    ref = house.send("cora", "correspondence")
    house.act("sana", "pass_on", ref.reference, house.office("Leeds Board"))
    first: Any = house.act("bola", "answer", ref.reference, OUTCOME)
    second: Any = house.act("vic", "answer", ref.reference, OUTCOME)
    house.act("bola", "send", first.uuid)
    refused(house, "vic", "send", second.uuid, kind=DoneAlready)
    assert house.act("vic", "draft", second.uuid)
    refused(house, "vic", "answer", ref.reference, OUTCOME, kind=DoneAlready)


def test_of_two_who_act_at_once_the_second_is_told(house: World) -> None:
    ref = house.send("cora", "correspondence")
    house.act("sana", "share", ref.reference, house.number("tess"), "inspection", expected=1)
    error = refused(house, "seth", "pass_on", ref.reference, house.office("Leeds Board"), expected=1, kind=Changed)
    assert error.code == "sharing.changed"
    house.act("seth", "pass_on", ref.reference, house.office("Leeds Board"), expected=2)


def test_a_closed_item_is_closed_to_everything(house: World) -> None:
    ref = house.send("sana")
    house.act("cora", "acknowledge", ref.reference)
    refused(house, "cora", "acknowledge", ref.reference, kind=DoneAlready)
    refused(house, "cora", "close", ref.reference, "  ", kind=WordsMissing)
    refused(house, "cora", "close", ref.reference, "x" * 4001, kind=WordsMissing)
    house.act("cora", "close", ref.reference, "Done.")
    for who, method, *args in (("cora", "close", "Again."), ("sana", "withdraw", "Oh."), ("cora", "acknowledge")):
        refused(house, who, method, ref.reference, *args, kind=DoneAlready)


def test_a_refused_act_leaves_everything_as_it_was(house: World) -> None:
    ref = house.send("cora", "correspondence")
    before: Any = house.act("sana", "open", ref.reference, "pass-on")
    refused(house, "sana", "pass_on", ref.reference, house.office("Hull Board"), "A note.", kind=ActRefused)
    after: Any = house.act("sana", "open", ref.reference, "pass-on")
    assert before == after


# --- naming others -----------------------------------------------------------------------------------------------


def test_a_further_person_of_a_body_on_the_way_may_be_named(house: World) -> None:
    ref = house.send("cora", "correspondence")
    refused(house, "bola", "explain", ref.reference, kind=ItemNotFound)
    house.act("cora", "share", ref.reference, house.number("bola"), "follow-up")
    told: Any = house.act("bola", "explain", ref.reference)
    assert [(basis.rule, basis.words) for basis in told.bases] == [
        ("NTK-01-recipient", "You are named as a recipient.")
    ]
    refused(house, "cora", "share", ref.reference, 999_999, "follow-up", kind=WhoUnknown)


def test_who_sees_an_answer_alone_is_not_told_of_the_item_it_answers(house: World) -> None:
    ref = house.send("cora", "correspondence")
    house.act("sana", "pass_on", ref.reference, house.office("Leeds Board"))
    draft: Any = house.act("bola", "answer", ref.reference, OUTCOME)
    reply: Any = house.act("bola", "send", draft.uuid)
    house.act("cora", "share", reply.reference, house.number("tess"), "follow-up")
    shown: Any = house.act("tess", "open", reply.reference, "follow-up")
    assert shown.reply_to == ""
    assert ref.reference not in repr(shown)


def test_sight_for_a_time_ends_by_itself_and_gives_no_file(house: World) -> None:
    draft = house.draft("cora", "correspondence")
    part = house.attach("cora", draft, "a.txt", b"abc")
    ref: Any = house.act("cora", "send", draft)
    until = house.now.replace(hour=18)
    house.act("cora", "grant", ref.reference, house.number("bola"), until, "To advise today.")
    assert house.act("bola", "open", ref.reference, "follow-up")
    refused(house, "bola", "download", ref.reference, part, "follow-up", kind=ActRefused)
    house.later(hours=6)
    refused(house, "bola", "open", ref.reference, "follow-up", kind=ItemNotFound)


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_sight_is_granted_from_now_on_and_not_for_ever(house: World, days: int) -> None:
    ref = house.send("cora", "correspondence")
    until = house.now + timedelta(days=days)
    refused(house, "cora", "grant", ref.reference, house.number("bola"), until, "Why.", kind=TimeWrong)


def test_why_am_i_seeing_this_names_the_office_it_came_through(house: World) -> None:
    ref = house.send("cora", "correspondence")
    told: Any = house.act("sana", "explain", ref.reference)
    assert [(basis.rule, basis.through) for basis in told.bases] == [("NTK-04-route", ("IMB staff",))]
    assert told.policy == house.decider.policy


def test_files_that_are_not_there_are_not_found(house: World) -> None:
    ref = house.send("sana")
    refused(house, "cora", "download", ref.reference, 7, "inspection", kind=FileNotFound)


def test_a_draft_is_its_authors_alone(house: World) -> None:
    draft = house.draft("sana")
    for method, *args in (("draft",), ("send",), ("discard_draft",), ("revise_draft", Written(title="x"))):
        refused(house, "seth", method, draft, *args, kind=DraftNotFound)


def test_an_unfinished_draft_is_kept_and_told_what_it_needs(house: World) -> None:
    draft = house.draft("sana", written=Written(marking=OS))
    error = refused(house, "sana", "send", draft, kind=DraftFaulty)
    assert set(error.fields) == {"title", "text", "sharing_purpose"}
    opened: Any = house.act("sana", "draft", draft)
    assert {r.rule for r in opened.ready.reasons} == {"title", "text", "sharing_purpose", "establishment"}


def test_every_refusal_of_access_says_what_the_log_is_to_remember() -> None:
    error = Noted("Said.", what={"act": "see"}, rules=("a",))
    assert (error.fact, error.what, error.rules, error.subject) == (None, {"act": "see"}, ("a",), "")


@pytest.mark.parametrize("column", ["marking", "marking_code"])
def test_a_marking_edited_behind_the_service_opens_nothing(house: World, column: str) -> None:
    ref = house.send("sana")
    was = {"marking": "OFFICIAL", "marking_code": "O"}[column]
    with house.engine.begin() as conn:
        conn.execute(sa.update(item).where(item.c.reference == ref.reference).values({column: was}))
    refused(house, "cora", "open", ref.reference, "inspection", kind=FactsAltered)
    with house.engine.begin() as conn:  # and by somebody who has the key that binds facts, too
        bound = Bound(conn, BINDER)
        bound.made(ref.id)
        bound.seal(ref.id)
    refused(house, "cora", "open", ref.reference, "inspection", kind=Tampered)
