"""What binds facts: the key, every fact, their order, and nothing that could be said in two ways."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.bound import KEY_BYTES, Binder

BINDER = Binder(bytes(range(KEY_BYTES)))
FACTS = st.lists(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.dates(),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=6,
    ),
    max_size=5,
)


def test_it_is_the_hmac_of_the_label_and_the_facts() -> None:
    """A known answer: the form must never change under rows that are bound already."""
    facts = [1, "a", None, True, datetime(2026, 11, 20, 12, tzinfo=UTC), date(2026, 11, 20), [2, "é"]]
    assert (
        BINDER.over("custodes/item/1", facts).hex()
        == "657b0aa04daa7a2579effde7383ce11e511cfc5a227267ed4171db52711354b2"
    )


@given(FACTS, FACTS)
def test_other_facts_are_not_held(one: list[object], other: list[object]) -> None:
    kept = BINDER.over("a", one)
    assert BINDER.holds(kept, "a", one)
    # True and 1 are one value to Python and two to a row.
    assert BINDER.holds(kept, "a", other) == (repr(one) == repr(other))


@given(FACTS)
def test_another_label_or_key_holds_nothing(facts: list[object]) -> None:
    kept = BINDER.over("a", facts)
    assert not BINDER.holds(kept, "b", facts)
    assert not Binder(bytes(KEY_BYTES)).holds(kept, "a", facts)
    assert not BINDER.holds(b"", "a", facts)


def test_what_no_row_can_hold_is_not_held() -> None:
    assert not BINDER.holds(bytes(32), "a", [object()])
    with pytest.raises(TypeError):
        BINDER.over("a", [object()])


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Binder(bytes(size))
