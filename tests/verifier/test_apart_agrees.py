"""At the edges of every form, well signed by the keeper's own key: both verifiers accept and refuse the same."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.asking import apart
from tests.verifier.writing import ORIGIN, START, Key, Log, as_zip, b64, canon, sha, tree_head

VECTORS = Path(__file__).parents[1] / "vectors"
KEY = Key()
House = Callable[..., int]
WHO = {"id": "a", "name": "b", "party": "c", "principal": 1, "request": ""}
LEAVES: dict[str, list[Any]] = {
    "act": [
        "a.b",
        "a",
        "a.b.c",
        "a..b",
        "A.b",
        "a.b-",
        "a.1",
        "a.b_",
        "a-.b",
        "a." + "b" * 78,
        "a." + "b" * 79,
        "a.é",
        "",
    ],
    "cls": ["", "x" * 40, "x" * 41, '"' * 40, "\\" * 40, "a b", "\x7f", "é"],
    "pol": ["", "p" * 128, "p" * 129, "a b"],
    "rules": [[], ["a"] * 300, ["a" * 120], ["a" * 121], [""], ["a b"], [1], "x", [["a"]]],
    "out": ["refused", "x", None],
    "v": [True, 2, "1"],
    "n": [0, True, -1, 2**53, "1"],
    "w": ["w0", "w0/", "a" * 64, "a" * 65, "W", "-a", "a_b", "a.b/c"],
    "t": [-1, 2**53 - 1, 2**53, True],
    "prev": ["x", "", None, b64(bytes(31)), b64(bytes(32))[:-2] + "B="],
    "sd": [[], [b64(bytes(32))] * 3, [b64(bytes(32))] * 5, None],
    "id": ["", None, "00000000-0000-7000-8000-000000000000"],
    "more": [1],
}
VALUES: list[tuple[int, list[str]]] = [
    (0, [canon({**WHO, "principal": value}) for value in (1, -1, True, "1", None)]),
    (0, [canon({**WHO, "x": 1}), canon({**WHO, "id": None}), canon(WHO) + " ", "[]", "", canon({"id": "a"})]),
    (0, [canon({**WHO, "name": "n" * 65_536})]),
    (1, ["", "a" * 80, "a" * 81, "a b", "é", "\x7f", '"\\']),
    (2, ["{}", "[]", "null", '{"a":1,"a":1}', '{"b":1,"a":1}']),
    (2, [canon({"a": v}) for v in (None, {}, [1], ["x"], [], True, 1.5, [["x"]], [None], "x" * 65_000, "x" * 65_537)]),
    (3, ["", "x" * 65_536, "x" * 65_537, "é" * 32_768, "é" * 32_769, "\0\x1f\x7f\u2028\U0001f600", "\ufffe"]),
]
LINES = ["x AAAAAAAA", "x AAAA", "x AAAAAA==", "x AAAAAAA=", "x\x7fy AAAAAAAA", "x\u00a0y AAAAAAAA", "x+y AAAAAAAA"]
LINES += [" AAAAAAAA", "x AAAAAAAA ", "x" * 121 + " AAAAAAAA", "\u2028 AAAAAAAA", f"{ORIGIN} {b64(KEY.id + bytes(64))}"]
TRUST = ["{}\r\n", "\n\n{}", "#\n{}", " # x\n{}", "{} #", "log {}", "LOG {}", "{}\r{}", "{}\nquorum 0", "quorum 0\n{}"]
TRUST += [
    "{}\nquorum  0 ",
    "{}\nquorum 0 0",
    "{}\nquorum -1",
    "{}\nquorum +0",
    "{}\nquorum 1",
    "{}\0",
    "{}\nlog {}",
    "{}=",
]
TRUST += [
    f"log {{}} {window}"
    for window in (
        *("from=2000-01-01T00:00:00.1Z", "from=2000-01-01T00:00:00.1234Z", "until=2000-01-01T00:00:00Z", "from="),
        *("until=9999-12-31T23:59:59Z", "from=1969-12-31T23:59:59Z", "from=0001-01-01T00:00:00Z"),
        *("from=0000-01-01T00:00:00Z", "from=2000-01-01T00:00:60Z", "from=٢٠٠٠-01-01T00:00:00Z"),
        *("from=2000-01-01t00:00:00z", "from=2000-01-01T00:00:00Z from=2000-01-01T00:00:00Z"),
    )
]


def agree(path: Path, house: House, trust: str = KEY.vkey) -> int:
    """What both say."""
    path.with_name("trust").write_bytes(trust.encode())
    verdict = apart(path, "--trust", path.with_name("trust"))
    assert house(path, "--trust", path.with_name("trust")) == verdict.code, verdict
    return verdict.code


def three() -> Log:
    log = Log.of(2)
    log.add("w0", START + 5000)
    log.sizes = [3]
    return log


@pytest.mark.parametrize("field", LEAVES)
def test_of_a_leaf(field: str, tmp_path: Path, house: House) -> None:
    for value in LEAVES[field]:
        log = three()
        log.leaves[2][field] = value
        if field == "w" and value != "w0":
            log.leaves[2] |= {"n": 0, "prev": b64(bytes(32))}
        agree(as_zip(log.files(), tmp_path / "log.zip"), house)


def test_of_an_id(tmp_path: Path, house: House) -> None:
    found = three().leaves[2]["id"]
    for value in (found.upper(), found[:14] + "4" + found[15:], found[:19] + "c" + found[20:], found.replace("-", "")):
        log = three()
        log.leaves[2]["id"] = value
        assert agree(as_zip(log.files(), tmp_path / "log.zip"), house) == 1


@pytest.mark.parametrize(("place", "values"), VALUES)
def test_of_a_disclosed_value(place: int, values: list[str], tmp_path: Path, house: House) -> None:
    for value in values:
        log = three()
        fields = log.disclosed[2]
        assert fields
        salt, name, _ = fields[place]
        fields[place] = [salt, name, value]
        log.leaves[2]["sd"][place] = b64(sha(b64decode(salt) + name.encode() + b"\0" + value.encode()))
        agree(as_zip(log.files(), tmp_path / "log.zip"), house)


@pytest.mark.parametrize("back", [59_999, 60_000, 60_001])
@pytest.mark.parametrize("act", ["test.done", "audit.clock-set"])
def test_of_a_time_that_goes_back(back: int, act: str, tmp_path: Path, house: House) -> None:
    log = Log.of(3)
    log.add("w1", START + 2000 - back, act)
    log.sizes = [4]
    said = agree(as_zip(log.files(), tmp_path / "a.zip"), house)
    assert said == (1 if back > 60_000 and act == "test.done" else 0)
    log.add("w1", START - 50_000 - back)
    log.add("w1", START - 100_000 - back)
    log.sizes = [6]
    agree(as_zip(log.files(), tmp_path / "b.zip"), house)


def with_checkpoints(specs: list[dict[str, Any]], to: Path) -> Path:
    """Four entries, and checkpoints that say what they are told to, each well signed."""
    log, notes, previous = Log.of(4), [], bytes(32)
    hashes = [sha(b"\0" + canon(leaf).encode()) for leaf in log.leaves]
    for number, spec in enumerate(specs, 1):
        say = {
            "origin": ORIGIN,
            "size": 2 * number,
            "number": number,
            "time": START + 9000 + number,
            "more": "",
            **spec,
        }
        root = say.get("root", b64(tree_head(hashes[: say["size"]])))
        last = f"{say['number']} {say['time']} {say.get('previous', b64(previous))}\n{say['more']}"
        text = f"{say['origin']}\n{say['size']}\n{root}\ncustodes-checkpoint/1 {last}"
        previous = sha(text.encode())
        notes.append(KEY.note(text) + say.get("lines", ""))
    files = {**log.files(), "checkpoint": notes[-1].encode()}
    files["checkpoints.jsonl"] = "".join(canon(note) + "\n" for note in notes).encode()
    return as_zip(log.signed(files), to)


@pytest.mark.parametrize(
    "changes",
    [
        {1: {"time": START + 9001 - 60_000}},
        {1: {"time": START + 9001 - 60_001}},
        {0: {"number": 0}},
        {1: {"number": 3}},
        {1: {"size": 2}},
        {0: {"size": 0}},
        {0: {"size": 0, "root": b64(bytes(32))}},
        {0: {"size": 4}, 1: {"size": 2}},
        {0: {"previous": b64(b"x" * 32)}},
        {1: {"more": "x\n"}},
        {1: {"more": "\n"}},
        {0: {"origin": "other/log"}},
        {0: {"time": "01"}},
        {0: {"time": -1}},
        {0: {"time": 2**53}},
        {1: {"lines": "— x AAAAAAAA\n" * 99}},
        {1: {"lines": "— x AAAAAAAA\n" * 100}},
        {1: {"lines": "\n"}},
        {1: {"lines": "\n— x AAAAAAAA\n"}},
        {1: {"lines": "— x " + "A" * 1_100_000 + "\n"}},
        {1: {"lines": "— x " + "A" * 999_000 + "\n"}},
        *({1: {"lines": f"— {line}\n"}} for line in LINES),
    ],
)
def test_of_a_checkpoint(changes: dict[int, dict[str, Any]], tmp_path: Path, house: House) -> None:
    agree(with_checkpoints([changes.get(at, {}) for at in range(2)], tmp_path / "log.zip"), house)


def test_of_a_trust_file(tmp_path: Path, house: House) -> None:
    path = as_zip(three().files(), tmp_path / "log.zip")
    for text in (*TRUST, "", "# {}"):
        agree(path, house, text.replace("{}", KEY.vkey))


def test_of_the_other_files(tmp_path: Path, house: House) -> None:
    for name, data in (
        ("keys", b""),
        ("keys", b"x" * 4_194_304),
        ("keys", b"x" * 4_194_305),
        ("verify.py", b"x" * 4_194_305),
        ("timestamps.jsonl", b"\n"),
        ("timestamps.jsonl", b'{"number":1,"token":""}\n'),
        ("timestamps.jsonl", b'{"number":1,"token":"AAAA"}\n'),
        ("timestamps.jsonl", b'{"number":true,"token":"AAAA"}\n'),
        ("timestamps.jsonl", b'{"number":9,"token":"AAAA"}\n'),
    ):
        log = three()
        agree(as_zip(log.signed({**log.files(), name: data}), tmp_path / "log.zip"), house)


@pytest.mark.parametrize("length", [65_536, 65_537])
def test_of_a_long_leaf(length: int, tmp_path: Path, house: House) -> None:
    log = three()
    rules = log.leaves[2]["rules"]
    while length - len(canon(log.leaves[2])) > 123:
        rules.append("a" * 100)
    rules.append("a" * (length - len(canon(log.leaves[2])) - 3))
    assert agree(as_zip(log.files(), tmp_path / "log.zip"), house) == (length > 65_536)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, part in inner for place in places(part, (*at, key)))]


@pytest.mark.parametrize("new", [None, 0, -1, True, "", [], {}, "x", 1.5, 2**53])
@pytest.mark.parametrize(
    "name", ["log/good/receipt-after-a-rotation/receipt.json", "certificate/good/verified-class.json"]
)
def test_of_a_receipt_and_a_certificate(name: str, new: Any, tmp_path: Path, house: House) -> None:
    """Any one value another, the certificate's digest made to fit."""
    text = (VECTORS / name).read_text(encoding="utf-8")
    trusted = (VECTORS / name).with_name("trust") if "log/" in name else VECTORS / "certificate/trusted.vkey"
    for place in places(json.loads(text))[1:]:
        value = json.loads(text)
        inner = value
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = new
        if "digest" in value and place != ("digest",):
            value["digest"] = sha(canon({k: v for k, v in value.items() if k != "digest"}).encode()).hex()
        (tmp_path / "file").write_text(canon(value), encoding="utf-8")
        said = agree(tmp_path / "file", house, trusted.read_text(encoding="utf-8"))
        assert said == (canon(value) != text and (place, new) != (("disclosed",), []))
