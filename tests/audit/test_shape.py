"""The short way of reading accepts nothing that the strict reading would not, and reads the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audit import leaf as form
from audit import shape
from audit.unpack import _line

T = 1_795_166_000_123_456


def uuid_at(time: int) -> str:
    told = f"{time // 1000:012x}"
    return f"{told[:8]}-{told[8:]}-7000-8000-000000000001"


ID = uuid_at(T)
LEAF = form.Leaf(
    ID,
    T,
    "web/1",
    12,
    bytes(range(32)),
    "item.opened",
    "allowed",
    "OS",
    "p" * 64,
    ("need-to-know", "b"),
    (b"h" * 32,) * 4,
)
WHO = '{"id":"a-1","name":"Invented Person","party":"imb","principal":7,"request":"r"}'
WHAT = '{"a":"x","b":-3,"c":true,"d":null,"e":"Zoë"}'
VALUES = {"who": WHO, "subject": ID, "what": WHAT, "why": "Because"}
FOUR = tuple((bytes([at]) * 32, name, value) for at, (name, value) in enumerate(VALUES.items()))
LINE = form.canonical({"id": ID, "disclosed": form.pack(FOUR)})


def text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def same(data: bytes) -> None:
    """Whatever the short ways say of these bytes, the strict ones say too."""
    for short, strict in PAIRS:
        found = short(data)
        if found is not None:
            assert found == strict(data)


PAIRS: tuple[tuple[Callable[[bytes], object], Callable[[bytes], object]], ...] = (
    (shape.leaf, form.strictly),
    (shape.disclosures, lambda data: form.unpack(form.parse(data))),
    (shape.line, _line),
    (lambda data: shape.who(text(data)) or None, lambda data: form._who(text(data))),
    (lambda data: shape.what(text(data)) or None, lambda data: form._what(text(data))),
)


def altered(data: bytes) -> Iterator[bytes]:
    """Each bit turned, each byte left out, each doubled, something before or behind."""
    for at in range(len(data)):
        for bit in range(8):
            yield data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
        yield data[:at] + data[at + 1 :]
        yield data[: at + 1] + data[at:]
        yield data[:at] + b"\\" + data[at:]
    for more in (b" ", b"\n", b"\x00", b"]", b"}"):
        yield data + more
        yield more + data


def test_usual_entries_are_read_the_short_way() -> None:
    assert shape.leaf(LEAF.encode()) == LEAF
    assert shape.leaf(LEAF._replace(rules=(), cls="").encode()) == LEAF._replace(rules=(), cls="")
    assert shape.disclosures(form.canonical(form.pack(FOUR))) == FOUR
    assert shape.line(LINE) == (ID, FOUR)
    assert shape.who(WHO)
    assert shape.what(WHAT)
    assert shape.what("{}")


@pytest.mark.parametrize(
    "data",
    [LEAF.encode(), LINE, form.canonical(form.pack(FOUR)), WHO.encode(), WHAT.encode()],
    ids=["leaf", "line", "disclosures", "who", "what"],
)
def test_bytes_altered_anywhere_are_accepted_only_where_the_strict_reading_accepts_them(data: bytes) -> None:
    same(data)
    for each in altered(data):
        same(each)


@pytest.mark.parametrize(
    "value",
    [
        '{"b":1,"a":1}',
        '{"a":1,"a":1}',
        '{"a":-0}',
        '{"a":01}',
        '{"a":1.5}',
        '{"a":1e3}',
        '{"a":NaN}',
        '{"a":{}}',
        '{"a":1,}',
        '{"a": 1}',
        '{":":"x",",":"\x1f"}',
        f'{{"a":{2**53}}}',
        f'{{"a":-{2**53}}}',
        '{"a":1}\n',
    ],
)
def test_a_what_of_another_form_is_never_surely_good(value: str) -> None:
    assert not shape.what(value)


@pytest.mark.parametrize(
    "changes",
    [{"n": 2**53}, {"t": 2**53, "id": uuid_at(2**53)}, {"t": T + 1000}, {"w": "web\n"}, {"act": "a." + "b" * 79}],
)
def test_a_leaf_beyond_its_bounds_is_left_to_the_strict_reading(changes: dict[str, object]) -> None:
    data = LEAF._replace(**changes).encode()  # type: ignore[arg-type]
    assert shape.leaf(data) is None
    with pytest.raises(form.Malformed):
        form.read(data)


@given(
    st.text(alphabet=st.characters(codec="utf-8")), st.dictionaries(st.text(), st.text() | st.integers() | st.none())
)
@example('"\\/\b\x1f\x7f\u2028"', {'"': "\\"})
def test_whatever_was_typed_is_read_as_the_strict_reading_reads_it(why: str, what: dict[str, object]) -> None:
    try:
        told = form.canonical(what).decode()
    except UnicodeEncodeError:
        told = "{}"
    values = (*FOUR[:2], (bytes(32), "what", told), (bytes(32), "why", why))
    data = form.canonical({"id": ID, "disclosed": form.pack(values)})
    assert shape.line(data) == (ID, values) == _line(data)
    same(told.encode())


@given(st.from_regex(r'("|\\|[a-z]|\\u00[0-9a-f]{2}|\\ud8[0-9a-f]{2}|\\[bfnrt/"\\]){0,12}', fullmatch=True))
def test_an_escape_that_is_not_the_canonical_one_is_never_accepted(escaped: str) -> None:
    same(LINE.replace(b"Because", escaped.encode()))
