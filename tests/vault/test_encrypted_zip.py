"""The container of a medium: another implementation reads what ours writes, and nothing that was harmed."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
import pyzipper
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vault import make_media_vectors as make
from vault import passphrase as phrases
from vault.encrypted_zip import MEMBER, encrypted


def read(data: bytes, words: str) -> bytes:
    with pyzipper.AESZipFile(io.BytesIO(data)) as outer:
        found: bytes = outer.read(MEMBER, pwd=words.encode())
        return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=400), max_size=8), st.integers(0, 3), st.text(min_size=1, max_size=40))
def test_whatever_goes_in_comes_out_however_it_was_cut(pieces: list[bytes], more: int, words: str) -> None:
    pieces = [*pieces, *[bytes(65_530)] * more]
    assert read(b"".join(encrypted(pieces, words)), words) == b"".join(pieces)


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=1, max_size=300), st.data())
def test_no_changed_byte_of_the_content_is_read(content: bytes, data: st.DataObject) -> None:
    whole = b"".join(encrypted([content], "a", random=lambda n: b"\xa5" * n))
    start = whole.index(b"\xa5" * 16) + 18
    at = start + data.draw(st.integers(0, len(content) + 9))
    harmed = whole[:at] + bytes([whole[at] ^ (1 << data.draw(st.integers(0, 7)))]) + whole[at + 1 :]
    with pytest.raises((zipfile.BadZipFile, pyzipper.BadZipFile, zlib.error)):
        read(harmed, "a")


def test_the_vectors_are_what_is_written_today() -> None:
    for name, content in make.vectors().items():
        assert (make.FOLDER / name).read_bytes() == content, name


def test_the_good_vector_opens_and_no_other() -> None:
    words = (make.FOLDER / "passphrase.txt").read_text().strip()
    assert read((make.FOLDER / "good.zip").read_bytes(), words) == (make.FOLDER / "member").read_bytes()
    for name in ("changed.zip", "tag.zip", "short.zip"):
        with pytest.raises((zipfile.BadZipFile, pyzipper.BadZipFile, zlib.error)):
            read((make.FOLDER / name).read_bytes(), words)


def test_passphrases_are_drawn_and_known_by_their_shape() -> None:
    made = {phrases.new() for _ in range(300)}
    assert len(made) == 300
    assert all(phrases.well_formed(each) for each in made)
    used = {word for each in made for word in each.split("-")}
    assert len(used) > 900, "of 1,024 words"
    for wrong in ("", "academic", "-".join(["academic"] * 9), "-".join(["academic"] * 9 + ["Academic"]), "a" * 100):
        assert not phrases.well_formed(wrong)
