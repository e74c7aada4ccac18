"""A certificate proves itself to whoever has the log's key, and fails when any byte of it changes."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make_certificate_vectors import key_in_another_entry, text_of
from retention_world import APPROVER, OTHER, REVIEWER, World

from retention.queries.verify import is_certificate, verify_certificate
from retention.rules import certificate

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors" / "certificate"
TRUSTED = [(VECTORS / "trusted.vkey").read_text().strip()]
GOOD = sorted((VECTORS / "good").glob("*.json"))
ONE = (VECTORS / "good" / "verified-class.json").read_bytes()

# Why each bad vector is refused: a vector refused for another reason tests nothing.
WHY = {
    "empty": "is not JSON",
    "not-json": "is not JSON",
    "another-format": "is not of the format",
    "spaces-added": "canonical",
    "line-end-added": "canonical",
    "wrong-digest": "own digest",
    "field-added": "fields missing or added",
    "receipt-missing": "exactly the receipts",
    "body-changed": "for another text",
    "number-changed": "for another text",
    "receipts-swapped": "of another act",
    "receipt-of-another-item": "of another item",
    "entry-of-issue-of-another": "of another item",
    "checkpoint-signature-altered": "the receipt “key-destroyed”",
    "signed-by-a-stranger": "the receipt “key-destroyed”",
    "refused-entry": "of another act",
    "reviewed-and-approved-by-one": "not by two people",
    "destroyed-while-held": "was held",
    "no-authority": "no authority",
    "copy-not-accounted-for": "not accounted for",
    "copies-not-told": "incomplete",
    "evidence-of-another-entry": "not of the entry the body names",
    "issue-for-another-item": "of another item",
    "key-destroyed-after-content": "in the order",
}


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_certificate_is_accepted(path: Path) -> None:
    report = verify_certificate(path.read_bytes(), TRUSTED)
    assert report.ok, report.faults
    assert report.origin == "sample.example/log"
    assert report.number == report.body["number"]
    assert is_certificate(path.read_bytes())


def test_every_bad_vector_is_here() -> None:
    assert {path.stem for path in (VECTORS / "bad").glob("*.json")} == set(WHY)


@pytest.mark.parametrize("name", sorted(WHY))
def test_a_bad_certificate_is_refused_for_what_is_wrong_with_it(name: str) -> None:
    report = verify_certificate((VECTORS / "bad" / f"{name}.json").read_bytes(), TRUSTED)
    assert not report.ok
    assert any(WHY[name] in fault for fault in report.faults), report.faults
    assert report.body == {}


@pytest.mark.parametrize("start", range(8))
def test_no_byte_can_be_changed(start: int) -> None:
    """Every byte of a real certificate, each changed in one bit; which bit walks with the place."""
    for at in range(start, len(ONE), 8):
        changed = bytearray(ONE)
        changed[at] ^= 1 << (at // 8 % 8)
        assert not verify_certificate(bytes(changed), TRUSTED).ok, at


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_no_byte_can_be_changed_added_or_taken_away(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(ONE) - 1))
    new = data.draw(st.binary(max_size=3).filter(lambda piece: piece != ONE[at : at + 1]))
    assert not verify_certificate(ONE[:at] + new + ONE[at + 1 :], TRUSTED).ok


@cache
def leaves_of_the_body() -> list[tuple[str, ...]]:
    def walk(value: object, way: tuple[str, ...]) -> list[tuple[str, ...]]:
        if isinstance(value, dict):
            return [found for key, inner in value.items() for found in walk(inner, (*way, key))]
        return [way]

    return walk(json.loads(ONE)["body"], ())


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_whoever_changes_the_body_and_its_digest_is_told_on_by_the_log(data: st.DataObject) -> None:
    value = json.loads(ONE)
    way = data.draw(st.sampled_from(leaves_of_the_body()))
    inner = value["body"]
    for key in way[:-1]:
        inner = inner[key]
    new = data.draw(st.one_of(st.text(max_size=9), st.integers(0, 9), st.none(), st.booleans()))
    if certificate.canonical(new) == certificate.canonical(inner[way[-1]]):
        return
    inner[way[-1]] = new
    report = verify_certificate(certificate.file(value["body"], value["proof"]).encode(), TRUSTED)
    assert not report.ok


@given(st.one_of(st.binary(max_size=200), st.recursive(st.none() | st.integers() | st.text(max_size=5),
       lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
           st.sampled_from(["body", "proof", "digest", "format", "x"]), inner, max_size=4))
       .map(lambda value: json.dumps(value).encode())))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_nothing_that_is_read_raises(data: bytes) -> None:
    assert not verify_certificate(data, TRUSTED).ok


def test_a_hostile_file_is_refused_and_does_not_raise() -> None:
    value = json.loads(ONE)
    for part in ("body", "proof"):
        for broken in ({}, [], None, dict.fromkeys(value[part]), {key: [] for key in value[part]}):
            given = {**value, part: broken}
            if isinstance(given["body"], dict) and isinstance(given["proof"], dict):
                text = certificate.file(given["body"], given["proof"])
            else:
                text = json.dumps(given)
            assert not verify_certificate(text.encode(), TRUSTED).ok
    assert not verify_certificate(b"[" * 900_000, TRUSTED).ok
    assert not verify_certificate(b" " * (certificate.LARGEST + 1), TRUSTED).ok
    assert not verify_certificate(b'{"format":"custodes/certificate/1","body":"\\ud800"}', TRUSTED).ok


def test_without_a_trusted_key_nothing_is_proven() -> None:
    assert not verify_certificate(ONE, []).ok


def test_receipts_of_two_logs_prove_nothing_together_even_if_both_are_trusted(world: World) -> None:
    other = World(origin="other.example/log")
    text = key_in_another_entry(world, text_of(world, world.until_destroyed()), other)
    report = verify_certificate(text.encode(), [world.keys.vkey, other.keys.vkey])
    other.close()
    # The second log is the shorter one, so the order of the entries is right and tells nobody.
    assert report.faults == ("the receipts are of different logs",)


def test_it_holds_no_name_and_nobodys_words(world: World) -> None:
    item = world.until_destroyed()
    text = text_of(world, item)
    for word in (REVIEWER.name, APPROVER.name, OTHER.name, "No longer needed", "We have our own copy"):
        assert word not in text, word
    body = json.loads(text)["body"]
    assert (body["review"]["by"], body["approval"]["by"]) == (REVIEWER.id, APPROVER.id)
    assert verify_certificate(text.encode(), [world.keys.vkey]).ok


def test_it_says_under_which_rule_and_who_agreed(world: World) -> None:
    body = json.loads(text_of(world, world.until_destroyed()))["body"]
    assert body["class"]["schedule_version"] == 1
    assert body["class"]["schedule_sha256"] == world.schedules.digest("alpha")
    assert body["period"] == {
        "months": 1, "authority": "Invented sample schedule 1, paragraph 1", "confirmed_by": ""
    }  # fmt: skip
    assert (body["trigger"]["on"], body["due_on"]) == ("2026-01-31", "2026-02-28")
    assert body["quantity"] == {"files": 1, "bytes": 1001}
    assert body["return"]["state"] == "declined"
    assert body["hold_check"]["held"] is False


def test_it_is_verified_without_database_web_or_scheduler() -> None:
    """In a process of its own: what the verifier imports is what an auditor's machine must have."""
    code = (
        "import sys; from pathlib import Path; from retention.queries.verify import verify_certificate as v\n"
        f"assert v(Path({str(GOOD[0])!r}).read_bytes(), [{TRUSTED[0]!r}]).ok\n"
        "assert not {'sqlalchemy', 'flask', 'click'} & set(sys.modules), sorted(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
