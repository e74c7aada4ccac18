"""Kinds are declared once; canonical JSON has one form for each value."""

from __future__ import annotations

import json

import pytest
from audit_log import SENT
from hypothesis import given
from hypothesis import strategies as st

from audit import leaf as form
from audit.fact import kind, kinds

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcXYZ_0", max_size=5), inner, max_size=4),
)


def test_a_kind_is_declared_once() -> None:
    with pytest.raises(RuntimeError, match="twice"):
        kind(SENT.name, "Again")
    assert kinds()[SENT.name] is SENT


@pytest.mark.parametrize("name", ["sent", "Test.sent", "test.", "test sent", "test.sent\n", "x." + "y" * 80])
def test_a_kind_needs_a_proper_name(name: str) -> None:
    with pytest.raises(RuntimeError):
        kind(name, "Something")


@pytest.mark.parametrize("fields", [("a", "a"), ("a b",), ("é",), ("",)])
def test_a_kind_needs_distinct_plain_fields(fields: tuple[str, ...]) -> None:
    with pytest.raises(RuntimeError):
        kind("test.fields", "Something", *fields)
    assert "test.fields" not in kinds()


def test_kinds_cannot_be_changed_from_outside() -> None:
    with pytest.raises(TypeError):
        kinds()["test.other"] = SENT  # type: ignore[index]


@given(values)
def test_canonical_json_reads_back_and_is_the_only_form_that_does(value: object) -> None:
    data = form.canonical(value)
    assert form.parse(data) == value
    assert json.loads(data) == value
    for other in (b" " + data, data + b"\n"):
        with pytest.raises(form.Malformed):
            form.parse(other)


@pytest.mark.parametrize(
    "data",
    [
        b"1.0",
        b"1e3",
        b"-0",
        b"NaN",
        b"Infinity",
        b'"\\ud800"',
        b'"\\u0041"',
        b'"\\/"',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b"",
        b"\xff",
        b"[1, 2]",
        b'"\\u001F"',
        b"[" * 100_000,
        b"9" * 5000,
    ],
)
def test_what_is_not_canonical_is_refused(data: bytes) -> None:
    with pytest.raises(form.Malformed):
        form.parse(data)


@given(st.binary(min_size=1, max_size=40))
def test_base64_has_one_form(data: bytes) -> None:
    text = form.b64(data)
    assert form.unb64(text, len(data)) == data
    for other in (text + "=", text + "\n", " " + text, text.rstrip("=") + "!"):
        with pytest.raises(form.Malformed):
            form.unb64(other, len(data))


@pytest.mark.parametrize("value", [1.5, b"x", {"a": 1}, [1], [["a"]], 2**53, ("a",), object()])
def test_what_is_no_value_of_a_fact(value: object) -> None:
    assert not form.is_value(value)


def test_a_commitment_says_nothing_without_its_salt_and_binds_name_and_value() -> None:
    salt = bytes(32)
    made = form.commit(salt, "why", "x")
    assert made not in {form.commit(bytes([1]) + bytes(31), "why", "x"), form.commit(salt, "who", "x")}
    assert form.commit(salt, "a", "b") != form.commit(salt, "ab", "")
