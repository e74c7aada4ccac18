"""Secrets at rest open with their key, for their owner, unchanged; and in no other way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.errors import SecretUnreadable
from identity.store.secrets import SecretBox

BOX = SecretBox(bytes(range(32)))


@given(st.text(min_size=1, max_size=40), st.binary(max_size=200))
def test_what_is_sealed_opens(owner: str, value: bytes) -> None:
    owner = owner.encode("utf-8", "replace").decode()
    assert BOX.open(owner, BOX.seal(owner, value)) == value


@given(st.data())
def test_one_bit_changed_or_one_byte_lost_opens_nothing(data: st.DataObject) -> None:
    sealed = BOX.seal("bea", b"secret")
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    flipped = bytearray(sealed)
    flipped[place // 8] ^= 1 << place % 8
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    for wrong in (bytes(flipped), cut):
        with pytest.raises(SecretUnreadable):
            BOX.open("bea", wrong)


def test_another_owner_or_another_key_opens_nothing() -> None:
    sealed = BOX.seal("bea", b"secret")
    for box, owner in ((BOX, "cal"), (SecretBox(bytes(32)), "bea")):
        with pytest.raises(SecretUnreadable):
            box.open(owner, sealed)


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SecretBox(bytes(size))
