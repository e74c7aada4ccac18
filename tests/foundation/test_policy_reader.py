"""The strict reader: every fault is told, each with its file and key, in one run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from foundation.policy import Faults, PolicyFaulty, Table, digest, read

FILE = "rooms/rules.toml"


def table(text: str, tmp_path: Path) -> tuple[Table, Faults]:
    path = tmp_path / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    faults = Faults()
    top = read(path, tmp_path, faults)
    assert top is not None, faults.found
    return top, faults


def told(faults: Faults) -> list[str]:
    return [str(fault) for fault in faults.found]


@pytest.mark.parametrize(
    ("text", "ask", "fault"),
    [
        ("", lambda t: t.text("name"), "name: is missing"),
        ("name = 3", lambda t: t.text("name"), "name: must be a text"),
        ('name = ""', lambda t: t.text("name"), "name: is empty"),
        ('name = " \\t"', lambda t: t.text("name"), "name: is empty"),
        ('id = "Big Name"', lambda t: t.code("id"), "id: “Big Name” must be lower-case words joined by hyphens"),
        ('id = "a--b"', lambda t: t.code("id"), "id: “a--b” must be lower-case words joined by hyphens"),
        ("months = true", lambda t: t.number("months"), "months: must be a whole number"),
        ("months = 1.5", lambda t: t.number("months"), "months: must be a whole number"),
        ('months = "1"', lambda t: t.number("months"), "months: must be a whole number"),
        ("months = -1", lambda t: t.number("months"), "months: must be at least 0"),
        ("months = 0", lambda t: t.number("months", least=1), "months: must be at least 1"),
        ("verified = 1", lambda t: t.flag("verified"), "verified: must be true or false"),
        ('verified = "true"', lambda t: t.flag("verified"), "verified: must be true or false"),
        ("since = 2026-01-01T00:00:00Z", lambda t: t.day("since"), "since: must be a date without a time"),
        ("since = 2026-01-01T00:00:00", lambda t: t.day("since"), "since: must be a date without a time"),
        ('since = "2026-01-01"', lambda t: t.day("since"), "since: must be a date"),
        ("", lambda t: t.day("since"), "since: is missing"),
        ('names = ["a", "a"]', lambda t: t.texts("names"), "names: names something twice"),
        ('names = ["a", " "]', lambda t: t.texts("names"), "names: must be a list of texts"),
        ('names = ["a", 1]', lambda t: t.texts("names"), "names: must be a list of texts"),
        ('names = [["a"]]', lambda t: t.texts("names"), "names: must be a list of texts"),
        ('names = "a"', lambda t: t.texts("names"), "names: must be a list"),
        ("names = []", lambda t: t.texts("names", least=1), "names: needs at least 1"),
        ("clauses = []", lambda t: t.clauses(), "clauses: needs at least 1"),
        ('clauses = ["M"]', lambda t: t.clauses(), "clauses: “M” is no obligation number and names no source"),
        ('clauses = ["M123"]', lambda t: t.clauses(), "clauses: “M123” is no obligation number and names no source"),
        ('clauses = ["book"]', lambda t: t.clauses(), "clauses: “book” is no obligation number and names no source"),
        ("part = 1", lambda t: t.table("part"), "part: must be a table"),
        ("", lambda t: t.table("part"), "part: is missing"),
        ("part = 1", lambda t: list(t.tables("part")), "part: must be a list"),
        ("part = [1]", lambda t: list(t.tables("part")), "part[0]: must be a table"),
        ("", lambda t: list(t.tables("part", least=2)), "part: needs at least 2"),
    ],
)  # fmt: skip
def test_a_fault_names_file_and_key(text: str, ask: object, fault: str, tmp_path: Path) -> None:
    top, faults = table(text, tmp_path)
    ask(top)  # type: ignore[operator]
    assert told(faults) == [f"{FILE}: {fault}"]
    top.done()
    assert told(faults) == [f"{FILE}: {fault}"]


def test_what_is_right_is_read_without_fault(tmp_path: Path) -> None:
    top, faults = table(
        'id = "two-words"\nname = "Näme"\nmonths = 0\nverified = false\nsince = 2026-01-01\nnames = ["a", "b"]\n'
        'clauses = ["M37b", "P09", "Q12", "GSCP 2024 para 25", "local policy, needs its owner"]\n'
        "[part]\nn = 1\n[[parts]]\nn = 1\n[[parts]]\nn = 2\n",
        tmp_path,
    )
    assert (top.code("id"), top.text("name"), top.number("months")) == ("two-words", "Näme", 0)
    assert (top.flag("verified"), top.day("since"), top.texts("names")) == (False, date(2026, 1, 1), ("a", "b"))
    assert top.clauses()[0] == "M37b"
    part = top.table("part")
    assert part is not None
    assert part.number("n") == 1
    assert [each.number("n") for each in top.tables("parts")] == [1, 2]
    top.done()
    assert told(faults) == []


def test_what_may_be_left_out_takes_its_default(tmp_path: Path) -> None:
    top, faults = table("", tmp_path)
    assert (top.text("a", default=""), top.number("b", default=0), top.flag("c", default=False)) == ("", 0, False)
    assert (top.day("d", needed=False), top.texts("e", default=()), top.table("f", needed=False)) == (None, (), None)
    assert not top.has("g")
    assert told(faults) == []


def test_a_default_does_not_excuse_a_wrong_type(tmp_path: Path) -> None:
    top, faults = table("b = true", tmp_path)
    top.number("b", default=3)
    assert told(faults) == [f"{FILE}: b: must be a whole number"]


def test_an_unknown_key_is_a_fault_at_every_depth(tmp_path: Path) -> None:
    top, faults = table("colour = 1\n[part]\nshade = 1\n[[parts]]\nhue = 1\n", tmp_path)
    part = top.table("part")
    assert part is not None
    part.done()
    for each in top.tables("parts"):
        each.done()
    top.done()
    assert sorted(told(faults)) == [
        f"{FILE}: colour: is not a key known here",
        f"{FILE}: part.shade: is not a key known here",
        f"{FILE}: parts[0].hue: is not a key known here",
    ]


@pytest.mark.parametrize(
    "body", [b"name = ", b"[part", b"a = 1\na = 2\n", b"\xff\xfe", b'a = "\x00"', b"a = 2026-02-31"]
)
def test_a_broken_file_is_named(body: bytes, tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_bytes(body)
    faults = Faults()
    assert read(tmp_path / "broken.toml", tmp_path, faults) is None
    (fault,) = told(faults)
    assert fault.startswith("broken.toml: cannot be read: ")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    faults = Faults()
    assert read(tmp_path / "absent.toml", tmp_path, faults) is None
    assert told(faults) == ["absent.toml: is missing"]


def test_all_faults_are_raised_together(tmp_path: Path) -> None:
    top, faults = table("months = true\nextra = 1\n", tmp_path)
    top.number("months")
    top.text("name")
    top.done()
    with pytest.raises(PolicyFaulty) as refused:
        faults.raise_any()
    assert refused.value.detail.splitlines() == told(faults)
    assert len(refused.value.faults) == 3
    Faults().raise_any()


def test_the_digest_changes_with_any_byte_and_any_name_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"one")
    (tmp_path / "b.toml").write_bytes(b"two")
    first = digest(tmp_path, "**/*")
    assert digest(tmp_path, "**/*") == first
    (tmp_path / "b.toml").write_bytes(b"twp")
    assert digest(tmp_path, "**/*") != first
    (tmp_path / "b.toml").write_bytes(b"two")
    assert digest(tmp_path, "**/*") == first
    (tmp_path / "b.toml").rename(tmp_path / "c.toml")
    assert digest(tmp_path, "**/*") != first


def test_bytes_cannot_move_between_files_unseen(tmp_path: Path) -> None:
    seen = set()
    for one, other in ((b"ab", b"c"), (b"a", b"bc"), (b"", b"abc")):
        (tmp_path / "a").write_bytes(one)
        (tmp_path / "b").write_bytes(other)
        seen.add(digest(tmp_path, "*"))
    assert len(seen) == 3
