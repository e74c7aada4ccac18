"""Where one verifier once accepted what the other refused: what the pages say, both do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.verifying import judged
from audit.check import Signers
from audit.merkle import EMPTY
from audit.note import Checkpoint
from tests.fuzz import keys
from tests.fuzz.both import agree, apart_trust, house_trust
from tests.fuzz.targets import bundle, certificate
from tests.verifier.writing import Log, canon
from verifier import custodes_verify as apart

pytestmark = pytest.mark.once("no database is touched")
VECTORS = Path(__file__).parents[1] / "vectors"
GOOD = json.loads((VECTORS / "certificate/good/verified-class.json").read_text())
LARGEST = 2**53 - 1


def disclosed(place: int, value: str) -> bool:
    """A log whose second entry says so, well signed."""
    log = Log.of(3)
    fields = log.disclosed[1]
    assert fields
    fields[place][2] = value
    files = bundle.checkpointed(bundle.committed(log.files()))
    return agree(bundle.zipped(bundle.told(files, anew=True)), keys.TRUST)


def who(principal: int) -> str:
    return canon({"id": "a", "name": "b", "party": "c", "principal": principal, "request": ""})


@pytest.mark.parametrize(
    ("place", "value", "holds"),
    [
        (0, who(LARGEST), True),
        (0, who(-LARGEST), True),
        (0, who(LARGEST + 1), False),
        (0, who(-LARGEST - 1), False),
        (0, who(9_999_999_999_999_999), False),
        (0, who(10**400), False),
        (2, canon({"\x7f": 1}), True),
        (2, canon({"é": 1}), False),
        (2, canon({"\x80": 1}), False),
        (2, canon({"a": ["é"]}), True),
        (2, canon({"a": LARGEST}), True),
        (2, canon({"a": LARGEST + 1}), False),
    ],
)
def test_numbers_and_keys_of_a_disclosed_value(place: int, value: str, holds: bool) -> None:
    assert disclosed(place, value) is holds


@pytest.mark.parametrize("space", ["\x0b", "\x0c", "\xa0", "\u2003", "\x85", "\x1c", "\u3000"])
def test_only_spaces_and_tabs_part_the_words_of_a_trust_file(space: str) -> None:
    vkey = keys.LOG.vkey
    for text in (f"log {space}{vkey}", f"log {vkey}{space}", f"{space}{vkey}", f"log{space}{vkey}", f"{vkey}{space}"):
        assert house_trust(text.encode()) is None
        assert apart_trust(text.encode()) is None


@pytest.mark.parametrize("length", [1, 120, 121, 500])
def test_a_name_has_at_most_120_characters(length: int) -> None:
    key = keys.Key(5, "a" * length)
    for found in (house_trust(key.vkey.encode()), apart_trust(key.vkey.encode())):
        assert (found is not None) == (length <= 120)


@pytest.mark.parametrize("until", ["1969-12-31T23:59:59Z", "0001-01-01T00:00:00.5Z"])
def test_a_window_may_end_before_there_were_checkpoints(until: str) -> None:
    text = f"log {keys.LOG.vkey} until={until}".encode()
    assert house_trust(text) is not None
    assert apart_trust(text) is not None
    assert not agree(keys.signed(checkpoint(), 1).encode(), text)


def checkpoint(**changed: Any) -> str:
    told = {"origin": keys.ORIGIN, "size": 3, "root": bytes(32), "number": 2, "time": 9, "previous": bytes(32)}
    return Checkpoint(**{**told, **changed}).text


@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ({}, True),
        ({"number": LARGEST, "size": LARGEST, "time": LARGEST}, True),
        ({"number": LARGEST + 1}, False),
        ({"size": LARGEST + 1}, False),
        ({"time": LARGEST + 1}, False),
        ({"number": 1}, True),
        ({"number": 1, "previous": b"x" * 32}, False),
        ({"size": 0, "root": EMPTY}, True),
        ({"size": 0}, False),
    ],
)
def test_a_checkpoint_by_itself(changed: dict[str, Any], holds: bool) -> None:
    assert agree(keys.signed(checkpoint(**changed), 1).encode(), keys.TRUST) is holds


def test_a_name_in_a_note_does_not_make_it_a_certificate() -> None:
    note = keys.signed(checkpoint(), 1) + '— "format":"custodes/certificate/1" AAAAAAAA\n'
    assert agree(note.encode(), keys.TRUST)


def issued(change: Any, flags: int = 31) -> bool:
    """The certificate after a change, issued and signed so by whoever holds the key."""
    value = json.loads(json.dumps(GOOD))
    change(value)
    return agree(canon(certificate.mended(value, flags)).encode(), keys.TRUST)


def field(name: str, *path: str) -> Any:
    def change(value: dict[str, Any]) -> None:
        part = value["body"]
        for key in path[:-1]:
            part = part[key]
        part[path[-1]] = json.loads(name)

    return change


def without(receipt: str, name: str) -> Any:
    def change(value: dict[str, Any]) -> None:
        told = value["proof"][receipt]["disclosed"]
        value["proof"][receipt]["disclosed"] = [each for each in told if each[1] != name]

    return change


def also(receipt: str, name: str, text: str) -> Any:
    def change(value: dict[str, Any]) -> None:
        salt = "A" * 43 + "="
        told = [*value["proof"][receipt]["disclosed"], [salt, name, text]]
        order = ["who", "subject", "what", "why"]
        value["proof"][receipt]["disclosed"] = sorted(told, key=lambda each: order.index(each[1]))

    return change


def as_text(value: dict[str, Any]) -> None:
    value["proof"] = {name: canon(each) for name, each in value["proof"].items()}


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        (lambda value: None, True),
        (without("key-destroyed", "what"), False),
        (without("content-removed", "what"), False),
        (without("key-destroyed", "subject"), False),
        (also("key-destroyed", "why", ""), False),
        (also("certificate-issued", "who", who(1)), False),
        (field('"DC-another"', "number"), False),
        (field("1.5", "quantity", "files"), False),
        (field(str(LARGEST + 1), "quantity", "bytes"), False),
        (field('{"é":1}', "quantity"), False),
        (field("7", "review", "by"), False),
        (field('" "', "period", "authority"), False),
        (field("true", "period", "authority"), False),
        (field('"x"', "medium"), True),
    ],
)
def test_a_certificate_issued_by_a_keeper_who_lies(change: Any, holds: bool) -> None:
    assert issued(change) is holds


def test_a_receipt_in_a_certificate_is_an_object_and_not_its_text() -> None:
    value = json.loads(json.dumps(GOOD))
    value = certificate.mended(value, 7)
    as_text(value)
    assert not agree(canon(certificate.mended({**value, "proof": value["proof"]}, 8)).encode(), keys.TRUST)


def test_a_manifest_names_its_origin_after_the_word() -> None:
    """A log called “origin” and a line that is that word alone."""
    key = keys.Key(1, "origin")
    files = Log.of(1).files()
    text = files["manifest"].decode().rpartition("\n\n")[0] + "\n"
    files["manifest"] = key.note(text.replace(f"origin {keys.ORIGIN}\n", "origin\n")).encode()
    assert not agree(bundle.zipped(files), f"{key.vkey}\n{keys.LOG.vkey}".encode())


A, B, C = (keys.Key(seed) for seed in (1, 2, 3))


@pytest.mark.parametrize(
    ("series", "good"),
    [
        (["A", "A"], True),
        (["AB", "B"], True),
        (["AB", "A", "A"], True),
        (["A", "AB", "B", "BC", "C"], True),
        (["AB", "A", "AB"], False),
        (["AB", "A", "AC", "C", "CB"], False),
        (["A", "AB", "B", "AB"], False),
        (["A", "AB", "B", "BC", "CA"], False),
        (["A", "B"], False),
        (["A", "ABC"], False),
        (["ABC"], False),
        (["AB", "AB"], False),
        (["AB", "AC", "C"], True),
    ],
)
def test_who_may_sign_next(series: list[str], good: bool) -> None:
    """checkpoint.md, Rotation: both follow the same series to the same end."""
    ours, theirs, held = Signers(), apart.Rotation(), []
    house, other = (
        house_trust(f"{A.vkey}\n{B.vkey}\n{C.vkey}".encode()),
        apart_trust(f"{A.vkey}\n{B.vkey}\n{C.vkey}".encode()),
    )
    assert house
    assert other
    for number, who_signs in enumerate(series, 1):
        mine = [house.logs["ABC".index(each)].key for each in who_signs]
        told = [list(other.keys.values())["ABC".index(each)] for each in who_signs]
        try:
            theirs.after(told)
            said = True
        except apart.Fault:
            said = False
        assert ours.follow(number, mine) is said
        held.append(said)
    assert all(held) is good


def test_a_clock_may_not_go_back_between_two_checkpoints_of_one_size_behind_a_range(tmp_path: Path) -> None:
    """No entry lies between them, so none can have set the clock."""
    log = Log.of(6)
    log.sizes = [2, 6, 6]
    files = log.files()
    notes = [json.loads(line) for line in files["checkpoints.jsonl"].splitlines()]
    texts = [note.rpartition("\n\n")[0] + "\n" for note in notes]
    words = texts[2].split("\n")
    last = words[3].split(" ")
    words[3] = " ".join([*last[:2], str(int(last[2]) - 60_001), last[3]])
    made = [*notes[:2], keys.signed("\n".join(words), 1)]
    files["checkpoints.jsonl"] = "".join(canon(note) + "\n" for note in made[1:]).encode()
    files["checkpoint"] = made[2].encode()
    part = _range(log, 2, 4)
    files |= {
        name: b"".join(files[name].splitlines(keepends=True)[2:4]) for name in ("leaves.jsonl", "disclosures.jsonl")
    }
    files["range"] = part
    data = bundle.zipped(bundle.told(files, anew=True))
    (tmp_path / "log.zip").write_bytes(data)
    trust = house_trust(keys.TRUST)
    assert trust
    report = judged(tmp_path / "log.zip", trust)
    assert report.faults == ("checkpoint 3: its time goes back",)
    assert not agree(data, keys.TRUST)


def _range(log: Log, first: int, end: int) -> bytes:
    from audit.merkle import leaf_hash
    from audit.ranges import proven
    from tests.fuzz.targets.proof import tree_of

    hashes = [leaf_hash(canon(leaf).encode()) for leaf in log.leaves]
    return proven(tree_of(hashes), first, end, len(hashes)).encode()
