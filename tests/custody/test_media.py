"""A removable medium from the request to its end: who may, what is on it, and what is not believed."""

from __future__ import annotations

import shutil
import subprocess
import tracemalloc
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import pyzipper
import sqlalchemy as sa

from custody import events
from custody.errors import AskedWrong, CustodyRefused, PassphraseUnknown, ReadBackDiffers, StateOver
from custody.model import Export, Wanted
from foundation.errors import ServiceError
from sharing.errors.items import ItemNotFound
from tests.custody import desk
from tests.custody.desk import (
    APPROVER,
    ASKER,
    FILES,
    HOLDER,
    OTHER,
    act,
    act_refused,
    approved,
    ask,
    asked,
    decide,
    do,
    end,
    gone,
    item,
    opened,
    read_back,
    refused,
    rules,
    write,
)
from tests.house import Live
from vault import passphrase as phrases
from vault.encrypted_zip import encrypted


def copies(live: Live, ref: str) -> list[tuple[str, str]]:
    """(kind, fate) of what retention waits for."""
    with live.house.work() as work:
        uuid = work.conn.execute(sa.text("select uuid from item where reference = :r"), {"r": ref}).scalar_one()
        return [(each.kind, each.fate) for each in work.outstanding.copies(uuid)]


def now_is(live: Live, medium: Export) -> str:
    return do(live, APPROVER, lambda w: w.kept.medium(medium.id, actor=w.actor, now=w.now).thing.state)


def test_from_the_request_to_the_certificate_of_its_end(live: Live) -> None:
    ref = item(live)
    medium = ask(live, ref)
    assert medium.number.startswith("MED-")
    assert medium.state == "asked"
    assert copies(live, ref) == []
    assert decide(live, medium).state == "approved"
    data, words = write(live, medium)
    assert phrases.well_formed(words)
    assert now_is(live, medium) == "written", "written is not exported"
    files = opened(data, words)
    assert files[f"{ref}/0001 notes one.txt"] == FILES["notes one.txt"]
    assert f"{ref}/0002 Bericht äöü.pdf" not in files, "what was not chosen is not there"
    assert b"Three people told us" in files[f"{ref}/item.json"]
    cover = files["READ-ME-FIRST.txt"].decode()
    assert cover.startswith("OFFICIAL-SENSITIVE\r\n")
    assert cover.rstrip().endswith("OFFICIAL-SENSITIVE")
    assert copies(live, ref) == [("media", "open")]
    after = read_back(live, medium, data)
    assert (after.state, after.verified_by) == ("exported", live.ids[HOLDER])
    ended = end(live, medium)
    assert (ended.state, ended.method, ended.witness) == ("ended", "shred-media", "Wilma Witness")
    assert copies(live, ref) == [("media", "destroyed")]


def test_nothing_in_the_container_can_be_read_without_the_passphrase(live: Live) -> None:
    medium = approved(live)
    data, words = write(live, medium)
    for secret in (b"first secret", b"notes one", b"Three people", b"Joan Smith", b"item.json", words.encode()):
        assert secret not in data
    with pyzipper.AESZipFile(desk.io.BytesIO(data)) as outer, pytest.raises(RuntimeError, match="Bad password"):
        outer.read("contents.zip", pwd=b"academic-" * 9 + b"academic")


def test_two_writings_have_nothing_in_common_and_only_the_last_counts(live: Live) -> None:
    medium = approved(live)
    first, one = write(live, medium)
    second, two = write(live, medium)
    assert one != two
    assert first[100:5000] != second[100:5000]
    assert len(copies(live, medium.chosen[0].reference)) == 1, "one medium is one copy"
    stale = refused(live, HOLDER, lambda w: _verify(w, medium, first))
    assert isinstance(stale, ReadBackDiffers)
    assert read_back(live, medium, second).state == "exported"


def _verify(work: object, medium: Export, data: bytes) -> object:
    digest = sha256(data).hexdigest()
    return work.custody.verify(medium.id, len(data), digest, actor=work.actor, now=work.now)  # type: ignore[attr-defined]


@pytest.mark.parametrize("harm", ["changed", "truncated", "longer", "other", "empty"])
def test_what_was_harmed_on_its_way_to_the_medium_is_not_exported(live: Live, harm: str) -> None:
    medium = approved(live)
    data, _ = write(live, medium)
    wrong = {
        "changed": data[:500] + bytes([data[500] ^ 1]) + data[501:],
        "truncated": data[:-1],
        "longer": data + b"\0",
        "other": write(live, approved(live))[0],
        "empty": b"",
    }[harm]
    error = refused(live, HOLDER, lambda w: _verify(w, medium, wrong))
    assert isinstance(error, ReadBackDiffers)
    assert error.fact is events.READ_BACK_REFUSED
    assert now_is(live, medium) == "written"
    assert read_back(live, medium, data).state == "exported"


def test_a_verification_is_not_believed_twice_nor_of_another(live: Live) -> None:
    one, two = approved(live), approved(live)
    data, _ = write(live, one)
    write(live, two)
    assert isinstance(refused(live, HOLDER, lambda w: _verify(w, two, data)), ReadBackDiffers)
    read_back(live, one, data)
    assert isinstance(refused(live, HOLDER, lambda w: _verify(w, one, data)), StateOver)
    again = act_refused(live, ASKER, "prepare", one.id)
    assert "CUS-not-approved" in rules(again), "what is exported is not written anew"


def test_a_container_broken_off_was_not_written(live: Live) -> None:
    medium = approved(live)
    made = do(live, ASKER, lambda w: w.custody.prepare(medium.id, actor=w.actor, now=w.now))
    found = do(live, ASKER, lambda w: desk.rooms.container(w, medium.id, made.words, made.seal))
    stream = found.stream()
    begun = next(stream)
    stream.close()  # type: ignore[attr-defined]
    found.close()
    assert now_is(live, medium) == "writing"
    assert copies(live, medium.chosen[0].reference) == [("media", "open")], "what left may lie somewhere"
    assert isinstance(refused(live, HOLDER, lambda w: _verify(w, medium, begun)), StateOver)
    data, _ = write(live, medium)
    assert read_back(live, medium, data).state == "exported"


def test_a_passphrase_serves_one_writing_of_one_medium_by_one_person(live: Live) -> None:
    medium, other = approved(live), approved(live)
    made = do(live, ASKER, lambda w: w.custody.prepare(medium.id, actor=w.actor, now=w.now))
    weak = "-".join(["academic"] * 10)
    for target, words, seal in (
        (other, made.words, made.seal),
        (medium, weak, made.seal),
        (medium, made.words, ""),
        (medium, made.words, "AAAA"),
        (medium, made.words, "é"),
        (medium, "a", made.seal),
    ):
        error = act_refused(live, ASKER, "begin", target.id, words, seal)
        assert isinstance(error, PassphraseUnknown), (words, seal)
    found = do(live, ASKER, lambda w: desk.rooms.container(w, medium.id, made.words, made.seal))
    b"".join(found.stream())
    found.close()
    assert isinstance(act_refused(live, ASKER, "begin", medium.id, made.words, made.seal), PassphraseUnknown)


def test_only_holders_of_the_right_ask_and_only_a_second_person_decides(live: Live) -> None:
    ref = item(live)
    error = refused(live, HOLDER, lambda w: w.custody.ask(asked(live, ref), actor=w.actor, now=w.now))
    assert isinstance(error, CustodyRefused)
    assert error.fact is events.REFUSED
    medium = ask(live, ref)
    for key, rule in ((ASKER, "CUS-second-person"), (HOLDER, "CUS-second-person"), ("imb-records", ""), ("owner", "")):
        found = act_refused(live, key, "decide", medium.id, "approved", "x")
        assert isinstance(found, CustodyRefused), key
        assert not rule or rule in rules(found)
    assert now_is(live, medium) == "asked"
    assert "CUS-not-approved" in rules(act_refused(live, ASKER, "prepare", medium.id))
    assert decide(live, medium, "refused").state == "refused"
    assert isinstance(act_refused(live, APPROVER, "decide", medium.id, "approved", "x"), StateOver)
    assert "CUS-not-approved" in rules(act_refused(live, ASKER, "prepare", medium.id))


def test_one_with_the_right_and_the_duty_to_decide_does_not_decide_on_their_own(live: Live) -> None:
    desk.appoint(live, "imb-owner", "imb-media-holder", "imb", "secretariat")
    ref = item(live)
    medium = ask(live, ref, key="imb-owner", holder=live.ids["imb-owner"])
    found = rules(act_refused(live, "imb-owner", "decide", medium.id, "approved", "x"))
    assert {"CUS-second-person", "MED-03-own-request"} <= found


def test_the_writer_is_the_one_who_asked_and_still_may(live: Live) -> None:
    medium = approved(live)
    for key in (HOLDER, APPROVER, OTHER):
        assert isinstance(act_refused(live, key, "prepare", medium.id), CustodyRefused)
    live.later(days=11)
    assert "CUS-late" in rules(act_refused(live, ASKER, "prepare", medium.id))


def test_what_the_asker_or_the_holder_may_not_see_goes_on_no_medium(live: Live) -> None:
    ref = item(live)
    unseen = refused(
        live, OTHER, lambda w: w.custody.ask(asked(live, ref, holder=live.ids[OTHER]), actor=w.actor, now=w.now)
    )
    assert isinstance(unseen, ItemNotFound), "an inspector has no need to know of it"
    stranger = refused(
        live, ASKER, lambda w: w.custody.ask(asked(live, ref, holder=live.ids["imb-admin"]), actor=w.actor, now=w.now)
    )
    assert "CUS-holder" in rules(stranger)
    body = refused(
        live, ASKER, lambda w: w.custody.ask(asked(live, ref, holder=live.ids["officer"]), actor=w.actor, now=w.now)
    )
    assert "CUS-holder-body" in rules(body)
    medium = approved(live, ref)
    made = do(live, ASKER, lambda w: w.custody.prepare(medium.id, actor=w.actor, now=w.now))
    live.api(HOLDER).ok("POST", f"/items/{ref}/recuse", {"person": live.ids[ASKER], "reason": "Named in it."})
    found = act_refused(live, ASKER, "begin", medium.id, made.words, made.seal)
    assert isinstance(found, ItemNotFound), "barred since the approval"
    assert copies(live, ref) == []


@pytest.mark.parametrize(
    ("marking", "named"),
    [
        ("OFFICIAL-SENSITIVE - RECIPIENTS ONLY", "RECIPIENTS ONLY"),
        ("OFFICIAL - HMIP AND IMB USE ONLY", "named organisations"),
    ],
)
def test_a_marking_that_binds_its_readers_leaves_on_no_medium_for_others(live: Live, marking: str, named: str) -> None:
    readers = [live.ids["officer"], live.ids[HOLDER]] if "RECIPIENTS" in marking else []
    ref = item(live, key=ASKER, marking=marking, recipients=readers)
    error = refused(live, ASKER, lambda w: w.custody.ask(asked(live, ref, outside=True), actor=w.actor, now=w.now))
    assert isinstance(error, ServiceError)
    assert named in " ".join(each.text for each in error.reasons) or "onward" in error.detail.lower()
    medium = approved(live, ref)
    data, words = write(live, medium)
    assert opened(data, words)["READ-ME-FIRST.txt"].decode().startswith(marking)


def test_every_fault_of_a_request_is_named(live: Live) -> None:
    ref = item(live)
    today = live.now.date()
    for changed, field in (
        ({"medium": "floppy"}, "medium"),
        ({"serial": "a b"}, "serial"),
        ({"serial": ""}, "serial"),
        ({"issued": False}, "issued"),
        ({"back_on": today - timedelta(days=1)}, "back_on"),
        ({"back_on": today + timedelta(days=29)}, "back_on"),
        ({"items": ()}, "items"),
        ({"items": (Wanted(ref, text=False, parts=()),)}, "items"),
        ({"items": (Wanted(ref, text=True, parts=(9,)),)}, "items"),
        ({"items": (Wanted(ref, text=True, parts=(1, 1)),)}, "items"),
        ({"items": (Wanted(ref, text=True, parts=()), Wanted(ref, text=True, parts=()))}, "items"),
        ({"why": "  "}, "why"),
        ({"least": ""}, "least"),
        ({"to": ""}, "to"),
        ({"why": "x" * 1001}, "why"),
        ({"holder": "nobody-there"}, "holder"),
    ):
        error = refused(live, ASKER, lambda w: w.custody.ask(asked(live, ref, **changed), actor=w.actor, now=w.now))  # noqa: B023
        assert isinstance(error, AskedWrong), (changed, error)
        assert field in error.fields, changed


def test_a_medium_that_is_out_is_not_asked_for_again(live: Live) -> None:
    medium = approved(live)
    ref = item(live)
    error = refused(
        live,
        ASKER,
        lambda w: w.custody.ask(asked(live, ref, serial=medium.serial.lower()), actor=w.actor, now=w.now),
    )
    assert medium.number in error.fields["serial"][0]
    act(live, ASKER, "withdraw", medium.id)
    assert ask(live, ref, serial=medium.serial).serial == medium.serial


def test_a_lost_medium_stays_open_until_it_is_accounted_for(live: Live) -> None:
    medium = approved(live)
    ref = medium.chosen[0].reference
    early = act_refused(live, HOLDER, "lose", medium.id, "Left on a train.")
    assert isinstance(early, StateOver)
    data, _ = write(live, medium)
    read_back(live, medium, data)
    assert act(live, HOLDER, "lose", medium.id, "Left on a train. Reported to security.").state == "lost"
    assert copies(live, ref) == [("media", "open")]
    assert isinstance(act_refused(live, HOLDER, "lose", medium.id, "again"), StateOver)
    line = do(live, "imb-records", lambda w: w.kept.medium(medium.id, actor=w.actor, now=w.now))
    assert (line.stage, line.late) == ("lost", True)
    assert end(live, medium, "imb-records", fate="returned", method="").state == "ended"
    assert copies(live, ref) == [("media", "returned")]


def test_no_ending_that_cannot_be(live: Live) -> None:
    medium = approved(live)
    early = act_refused(live, HOLDER, "end", medium.id, gone(live))
    assert isinstance(early, StateOver)
    write(live, medium)
    today = live.now.date()
    for changed, field in (
        ({"fate": ""}, "fate"),
        ({"method": "shred-paper"}, "method"),
        ({"method": ""}, "method"),
        ({"fate": "returned"}, "method"),
        ({"on": today + timedelta(days=1)}, "on"),
        ({"on": today - timedelta(days=1)}, "on"),
        ({"witness": " "}, "witness"),
        ({"witness": HOLDER.title()}, "witness"),
        ({"evidence": ""}, "evidence"),
    ):
        error = act_refused(live, HOLDER, "end", medium.id, gone(live, **changed))
        assert isinstance(error, AskedWrong), changed
        assert field in error.fields, changed
    for key in ("chair", OTHER, "records"):
        assert isinstance(act_refused(live, key, "end", medium.id, gone(live)), CustodyRefused), key
    assert end(live, medium, "imb-records").state == "ended"
    assert isinstance(act_refused(live, HOLDER, "end", medium.id, gone(live)), StateOver)


def test_what_is_due_is_told_to_the_log_once_for_each_stage(live: Live) -> None:
    medium = approved(live)
    data, _ = write(live, medium)
    read_back(live, medium, data)
    _remind(live)
    live.later(days=8)
    assert _stages(live, medium) == ["due-soon"]
    live.later(days=4)
    assert _stages(live, medium) == ["due-soon", "overdue"]
    assert _remind(live) == 0
    line = do(live, HOLDER, lambda w: w.kept.medium(medium.id, actor=w.actor, now=w.now))
    assert (line.stage, line.late) == ("overdue", True)
    first = do(live, "imb-records", lambda w: w.kept.media(actor=w.actor, now=w.now))
    assert first[0].late, "the worst stand first"


def _remind(live: Live) -> int:
    return do(live, APPROVER, lambda w: w.custody.remind(actor=w.actor, now=w.now))


def _stages(live: Live, medium: Export) -> list[str]:
    _remind(live)
    with live.house.work() as work:
        query = sa.text("select stage from custody_reminder where thing = :t order by stage")
        return list(work.conn.execute(query, {"t": medium.id}).scalars())


def test_who_may_know_of_a_medium(live: Live) -> None:
    medium = approved(live)
    for key in (ASKER, HOLDER, APPROVER, "imb-records"):
        assert do(live, key, lambda w: w.kept.medium(medium.id, actor=w.actor, now=w.now)).thing.id == medium.id
    for key in ("chair", "officer", "compliance", "records", OTHER):
        assert refused(live, key, lambda w: w.kept.medium(medium.id, actor=w.actor, now=w.now)).code == (
            "custody.medium-not-found"
        )
        assert medium.id not in {x.thing.id for x in do(live, key, lambda w: w.kept.media(actor=w.actor, now=w.now))}


def test_memory_does_not_grow_with_what_is_written() -> None:
    piece = bytes(1 << 16)
    tracemalloc.start()
    total = sum(len(each) for each in encrypted((piece for _ in range(1000)), "x"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total > 65_000_000
    assert peak < 4_000_000


def test_seven_zip_opens_it(live: Live, tmp_path: Path) -> None:
    """The program people on Windows have: its own reading of the format, not ours."""
    program = next(filter(None, map(shutil.which, ("7zz", "7z", "7za"))), None)
    assert program, "7-Zip is not there: run tools/need-7zip"
    data, words = write(live, approved(live))
    path = tmp_path / "medium.zip"
    path.write_bytes(data)
    done = subprocess.run(
        [program, "x", "-y", f"-p{words}", f"-o{tmp_path}", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with desk.zipfile.ZipFile(tmp_path / "contents.zip") as inner:
        assert inner.testzip() is None
    wrong = subprocess.run([program, "t", "-pwrong", str(path)], capture_output=True, text=True, check=False)
    assert wrong.returncode != 0
