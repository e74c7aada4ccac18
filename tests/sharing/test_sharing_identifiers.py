"""Identifiers: published examples good and bad, and the laws of folding."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharing.model.item import Subject
from sharing.rules import identifiers
from sharing.rules.blind import blind, entries
from sharing.rules.identifiers import KINDS, Unreadable, as_issued, normalise

VECTORS = tomllib.loads((Path(__file__).parents[1] / "vectors" / "identifiers.toml").read_text(encoding="utf-8"))
KEY = bytes(range(32))
ALPHABET = "ZABCDEFGHJKLMNPQRTUVWXY"

two = st.integers(0, 99).map(lambda n: f"{n:02d}")


@pytest.mark.parametrize("good", VECTORS["good"], ids=lambda v: f"{v['kind']} {v['given']!r}")
def test_a_good_identifier_folds_to_its_one_form(good: dict[str, str]) -> None:
    assert normalise(good["kind"], good["given"]) == good["folded"]


@pytest.mark.parametrize("bad", VECTORS["bad"], ids=lambda v: f"{v['kind']} {v['given']!r}")
def test_a_bad_identifier_is_refused_without_being_repeated(bad: dict[str, str]) -> None:
    with pytest.raises(Unreadable) as caught:
        normalise(bad["kind"], bad["given"])
    assert len(bad["given"]) < 4 or bad["given"] not in str(caught.value)


def test_a_number_as_issued_is_a_hint_and_the_usual_dummy_is_not_one() -> None:
    assert as_issued("A1234AC")
    assert not as_issued("A1234BC")
    assert not as_issued("A0000AC")


@given(kind=st.sampled_from(sorted(KINDS)), value=st.text(max_size=40))
def test_any_text_is_folded_or_refused_and_folding_twice_changes_nothing(kind: str, value: str) -> None:
    try:
        once = normalise(kind, value)
    except Unreadable:
        return
    assert normalise(kind, once) == once


@given(year=two, serial=st.integers(0, 9_999_999))
def test_of_all_letters_one_fits_a_pnc_and_every_spelling_of_it_is_one(year: str, serial: int) -> None:
    letter = ALPHABET[int(f"{year}{serial:07d}") % 23]
    spellings = {f"{c}{year}/{s}{letter}" for c in ("", "19", "20") for s in (str(serial), f"{serial:07d}")}
    spellings |= {f"{c}{year}{serial:07d}{letter.lower()} " for c in ("", "19", "20")}
    assert {normalise("pnc", each) for each in spellings} == {f"{year}/{serial:07d}{letter}"}
    for other in set("ABCDEFGHIJKLMNOPQRSTUVWXYZ") - {letter}:
        with pytest.raises(Unreadable):
            normalise("pnc", f"{year}/{serial:07d}{other}")


@given(year=two, serial=st.integers(0, 999_999))
def test_the_two_forms_of_cro_are_checked_each_by_its_own_rule(year: str, serial: int) -> None:
    standard = ALPHABET[int(f"{year}{serial:06d}") % 23]
    filed = ALPHABET[int(f"{year}{serial}") % 23]
    assert normalise("cro", f"{serial}/{year}{standard}") == f"{serial:06d}/{year}{standard}"
    assert normalise("cro", f"sf{year}/{serial}{filed}") == f"SF{year}/{serial}{filed}"


words = st.lists(st.text(alphabet="abcdéöøßñçzž", min_size=1, max_size=8), min_size=1, max_size=5)


@given(words=words, data=st.data())
def test_a_name_is_one_whatever_its_order_case_and_punctuation(words: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(words))
    joined = data.draw(st.sampled_from([", ", " ", " - ", ".", "\t"])).join(shuffled)
    assert identifiers.name(joined.upper()) == identifiers.name(" ".join(words))


@given(one=words, other=words)
def test_two_names_of_other_words_are_two(one: list[str], other: list[str]) -> None:
    plain = [sorted(identifiers.name(word) for word in each) for each in (one, other)]
    assert (identifiers.name(" ".join(one)) == identifiers.name(" ".join(other))) == (plain[0] == plain[1])


def test_the_index_keeps_kinds_apart_and_needs_its_key() -> None:
    assert len(blind(KEY, "name", "ABCD 1234")) == 16
    assert blind(KEY, "name", "ABCD1234") != blind(KEY, "home-office", "ABCD1234")
    assert blind(KEY, "name", "Joan") != blind(bytes(32), "name", "Joan")
    with pytest.raises(RuntimeError):
        blind(b"short", "name", "Joan")


def test_an_item_is_found_by_every_name_and_number_of_everybody_in_it() -> None:
    people = (Subject("Joan Smith", (("prison-number", "A1234BC"),)), Subject("", (("cro", "065656/91H"),)))
    expected = {("name", "joan smith"), ("prison-number", "a1234bc"), ("cro", "65656/91h")}
    assert entries(KEY, people) == {blind(KEY, kind, value) for kind, value in expected}
