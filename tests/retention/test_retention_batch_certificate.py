"""The certificate of a batch: what it names, when it is issued, and that it proves itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from batch_world import (
    approved,
    certificate,
    certified,
    certifying,
    does,
    due,
    ended,
    opened_batch,
    propose,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from make_batch_certificate_vectors import mixed
from make_certificate_vectors import issued, text_of, within
from retention_world import APPROVER, OTHER, REVIEWER, WORDS, World, edited, empty

from audit.follow import replay
from foundation.errors import ServiceError
from retention.errors import BatchNotFound, CertificateNotFound, DisposalRefused
from retention.queries.batches import BatchList
from retention.queries.verify import is_certificate, verify_certificate
from retention.rules import batch_certificate
from retention.rules.selfproving import canonical
from retention.store.batches import BatchRows
from verifier import custodes_verify as apart

VECTORS = Path(__file__).parents[1] / "vectors" / "batch-certificate"
TRUSTED = [(VECTORS / "trusted.vkey").read_text().strip()]
GOOD = sorted((VECTORS / "good").glob("*.json"))
ONE = (VECTORS / "good" / "two-destroyed.json").read_bytes()

# Why each bad vector is refused: a vector refused for another reason tests nothing.
WHY = {
    "empty": "is not JSON",
    "another-format": "is not of the format",
    "an-items-format": "fields missing or added",
    "spaces-added": "is not of the format",
    "line-end-added": "canonical",
    "wrong-digest": "own digest",
    "field-added": "fields missing or added",
    "receipt-missing": "exactly the receipts",
    "body-changed": "for another text",
    "receipts-swapped": "of another act",
    "approval-of-another-batch": "of another batch",
    "entry-of-issue-of-another": "of another batch",
    "checkpoint-signature-altered": "the receipt “batch-approved”",
    "signed-by-a-stranger": "the receipt “batch-approved”",
    "refused-entry": "of another act",
    "issue-for-another-batch": "of another batch",
    "issue-of-an-item": "of another act",
    "evidence-of-another-entry": "not of the entry the body names",
    "approved-by-one-who-proposed": "not by two people",
    "approved-by-one-who-submitted": "not by two people",
    "approval-by-another-than-the-log-says": "entry of approval",
    "more-approved-than-told": "entry of approval",
    "counts-that-do-not-add-up": "counts",
    "no-certificate": "names no certificate",
    "a-certificate-twice": "twice",
    "certificates-out-of-order": "out of order",
    "a-digest-that-is-none": "not told as it must be",
    "kept-out-no-known-way": "not told as it must be",
    "kept-out-by-no-list-of-rules": "not told as it must be",
    "lists-not-told": "incomplete",
    "number-of-another-batch": "number is not that of its batch",
}


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_one_is_accepted(path: Path) -> None:
    report = verify_certificate(path.read_bytes(), TRUSTED)
    assert report.ok, report.faults
    assert report.number == report.body["number"]
    assert is_certificate(path.read_bytes())


def test_every_bad_vector_is_here() -> None:
    assert {path.stem for path in (VECTORS / "bad").glob("*.json")} == set(WHY)


@pytest.mark.parametrize("name", sorted(WHY))
def test_a_bad_one_is_refused_for_what_is_wrong_with_it(name: str) -> None:
    report = verify_certificate((VECTORS / "bad" / f"{name}.json").read_bytes(), TRUSTED)
    assert not report.ok
    assert any(WHY[name] in fault for fault in report.faults), report.faults
    assert report.body == {}


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_byte_can_be_changed_added_or_taken_away(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(ONE) - 1))
    new = data.draw(st.binary(max_size=3).filter(lambda piece: piece != ONE[at : at + 1]))
    assert not verify_certificate(ONE[:at] + new + ONE[at + 1 :], TRUSTED).ok


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda deep: st.lists(deep, max_size=2) | st.dictionaries(st.text(max_size=3), deep, max_size=2),
)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_the_body_nothing_raises_and_nothing_is_accepted(data: st.DataObject) -> None:
    value = json.loads(ONE)
    body = value["body"]
    key = data.draw(st.sampled_from(sorted(body)))
    inner = body[key]
    new = data.draw(ANYTHING)
    if isinstance(inner, dict | list) and inner and data.draw(st.booleans()):
        within = data.draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
        if canonical(new) == canonical(inner[within]):
            return
        inner[within] = new
    elif canonical(new) == canonical(inner):
        return
    else:
        body[key] = new
    assert not verify_certificate(batch_certificate.file(body, value["proof"]).encode(), TRUSTED).ok


def test_it_names_every_certificate_by_the_sum_of_its_file_and_what_was_kept_out_by_which_rule(world: World) -> None:
    batch = mixed(world)
    text = certified(world, batch)
    body = verify_certificate(text.encode(), [world.keys.vkey]).body
    assert body["counts"] == {"items": 6, "approved": 4, "certificates": 2, "otherwise": 1, "kept_out": 3}
    for each in body["certificates"]:
        assert each["sha256"] == sha256(text_of(world, each["item"]).encode()).hexdigest()
    assert {each["how"]: each["rules"] for each in body["kept_out"]} == {
        "left-out": ["RET-held"], "sent-back": ["RET-sent-back"], "withdrawn": ["RET-withdrawn"]
    }  # fmt: skip
    assert [each["action"] for each in body["otherwise"]] == ["extend"]
    assert (body["submitted"]["by"], body["approval"]["by"]) == (REVIEWER.id, APPROVER.id)
    for words in (REVIEWER.name, APPROVER.name, OTHER.name, "Nobody needs them", "Look again", "Not after all"):
        assert words not in text, "no name and nobody's words"


def test_given_one_item_not_certified_when_it_is_asked_for_then_it_is_refused(world: World) -> None:
    items = due(world, 2)
    batch = approved(world, items)
    world.pass_time(14)
    world.finish(items[0])
    assert certifying(world, "owed") == []
    with pytest.raises(DisposalRefused, match="1 of its items wait"):
        certifying(world, "certify_batch", batch)
    world.finish(items[1])
    assert certifying(world, "owed") == [batch]
    certified(world, batch)
    assert certifying(world, "owed") == []


def test_given_an_open_copy_when_the_rest_is_certified_then_the_batch_waits_for_it_too(world: World) -> None:
    items = due(world, 2)
    batch = approved(world, items)
    copy = does(
        world, "register_copy", items[0], kind="paper", holder="The clerk", place="A safe", made_on=world.now.date()
    ).id
    world.pass_time(14)
    world.finish(items[1])
    for step in ("begin_destruction", "carry_out"):
        world.do(step, items[0])
    with pytest.raises(DisposalRefused, match="not accounted for"):
        world.do("certify", items[0])
    assert certifying(world, "owed") == []
    said = {"fate": "destroyed", "method": "pulp", "witness": "Flo Member", "evidence": "Certificate 12"}
    does(world, "account_copy", copy, on=world.now.date(), **said)
    world.finish(items[0])
    assert certifying(world, "owed") == [batch]


@pytest.mark.parametrize("state", ["open", "submitted", "closed"])
def test_given_a_batch_that_nobody_approved_then_there_is_nothing_to_certify(world: World, state: str) -> None:
    items = due(world, 1)
    batch = opened_batch(world)
    propose(world, batch, items)
    if state != "open":
        does(world, "submit_batch" if state == "submitted" else "close_batch", batch,
             **({} if state == "submitted" else {"reason": "Not now."}))  # fmt: skip
    with pytest.raises(DisposalRefused, match="Only an approved batch"):
        certifying(world, "certify_batch", batch)
    with pytest.raises(BatchNotFound):
        certifying(world, "certify_batch", "0190")
    with pytest.raises(CertificateNotFound):
        certificate(world, batch)


def test_given_everything_was_stopped_then_no_certificate_is_ever_owed(world: World) -> None:
    (item,) = due(world, 1)
    batch = approved(world, [item])
    world.do("withdraw_approval", item, REVIEWER, reason="Not after all.")
    with pytest.raises(DisposalRefused, match="Nothing of it was destroyed"):
        certifying(world, "certify_batch", batch)
    assert certifying(world, "owed") == []


def test_given_a_hold_overtook_an_item_then_the_batch_says_so_and_is_certified_without_it(world: World) -> None:
    items = due(world, 2)
    batch = approved(world, items)
    with world.work() as retention:
        retention.place_hold(items[0], reason="Asked for.", issuer="Inquiry", actor=REVIEWER, now=world.now)
    with world.engine.begin() as conn:
        (member,) = [each for each in BatchRows(conn, WORDS).members(batch) if each.item == items[0]]
    assert (member.place, member.rules) == ("withdrawn", ("RET-held",))
    world.pass_time(14)
    world.finish(items[1])
    (out,) = json.loads(certified(world, batch))["body"]["kept_out"]
    assert (out["item"], out["how"], out["rules"]) == (items[0], "withdrawn", ["RET-held"])


def test_it_is_issued_once_however_often_it_is_asked_for(world: World) -> None:
    batch = ended(world)
    for _ in range(4):
        certifying(world, "issue_batch", batch)
    first = certified(world, batch)
    assert certified(world, batch) == first
    with world.engine.begin() as conn:
        seen = BatchList(conn, WORDS).batch(batch)
    assert (seen.batch.certificate, seen.ending) == ("BC-ALPHA-1", 0)


def test_issued_and_not_proven_it_is_no_certificate_yet(world: World) -> None:
    batch = ended(world)
    certifying(world, "issue_batch", batch)
    with pytest.raises(CertificateNotFound):
        certificate(world, batch)
    assert certifying(world, "owed") == [batch], "the next run proves it"
    certifying(world, "certify_batch", batch)
    assert verify_certificate(certificate(world, batch).text.encode(), [world.keys.vkey]).ok


def test_a_certificate_that_is_not_the_one_its_batch_names_is_a_fault(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Issued anew by the keeper of the log, it would prove itself: the batch tells."""
    batch = ended(world)
    text = certified(world, batch)
    items = [each["item"] for each in json.loads(text)["body"]["certificates"]]
    paths = [tmp_path / name for name in ("batch.json", "one.json", "two.json")]
    for path, each in zip(paths, [text, *(text_of(world, item) for item in items)], strict=True):
        path.write_bytes(each.encode())
    asked = ["--key", world.keys.vkey]
    assert apart.main([*asked, *map(str, paths)]) == 0
    assert "the 2 certificates it names are those given here" in capsys.readouterr().out
    assert apart.main([*asked, *map(str, paths[:2])]) == 0
    assert "1 of the 2 certificates it names, not given here" in capsys.readouterr().out
    paths[1].write_bytes(issued(world, paths[1].read_text(), within("body", "quantity", "files", to=9)).encode())
    assert apart.main([*asked, str(paths[1])]) == 0, "by itself it holds"
    assert apart.main([*asked, *map(str, paths)]) == 1
    assert "the certificate given is not the one this batch names" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update disposal_batch_certificate set text = replace(text, '\"items\":2', '\"items\":3')", "is not the one"),
        ("update disposal_batch_certificate set body = replace(body, '\"items\":2', '\"items\":3')", "is not the one"),
        ("delete from disposal_batch_certificate", "certificate of batch {} is missing"),
        ("update disposal_batch set certificate = ''", "disposal_batch {}: not as recorded"),
        ("update disposal_batch set entry = ''", "disposal_batch {}: not as recorded"),
        ("update disposal_batch_item set rules = 'RET-held'", "disposal_batch_item {}"),
        ("update disposal_batch_item set proposal = 'keep'", "disposal_batch_item {}"),
    ],
)
def test_rows_edited_behind_the_service_are_told(world: World, change: str, said: str) -> None:
    batch = ended(world)
    certified(world, batch)
    differences = edited(world, change)
    wanted = said.format(batch).replace(" is missing", ": is missing")
    assert any(wanted in each for each in differences), differences


def test_a_rebuild_from_the_log_gives_the_same_batch(world: World) -> None:
    batch = mixed(world)
    certified(world, batch)
    with world.engine.begin() as conn:
        before = [BatchRows(conn, WORDS).find(batch), *BatchRows(conn, WORDS).members(batch)]
        conn.exec_driver_sql("delete from disposal_batch_certificate")
        empty(conn)
        replay(conn, world.keys, world.clocks)
        assert [BatchRows(conn, WORDS).find(batch), *BatchRows(conn, WORDS).members(batch)] == before


def test_refusals_are_typed(world: World) -> None:
    for raised in (BatchNotFound, CertificateNotFound, DisposalRefused):
        assert issubclass(raised, ServiceError)
