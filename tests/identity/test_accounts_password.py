"""Which passwords may be used: a table of them, and the laws."""

from __future__ import annotations

import pytest
from accounts_world import real_policies
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError
from hypothesis import given
from hypothesis import strategies as st

from identity.rules.guessable import COMMON
from identity.rules.password import LEAST, MOST, context_words, least_length, normal, password_faults
from identity.store.hasher import Hasher

PARTIES, _ = real_policies()
HOUSE = [text for party in PARTIES.values() for text in (party.name, party.short, party.reference)]
WORDS = context_words("bea.quill@example.test", "Beatrix Quill", *HOUSE)

GOOD = [
    "seven tall ships sailing",
    "q7#Kp2vz",
    "climbing tower blue",
    "œuvre complète 9",
    "дванадцять місяців",
    "x" + "ab1c" * 31,
    "a prisoner of zenda",
    "        spaced   out  words",
]
BAD = {
    "": "8 characters",
    "kp2vz#7": "8 characters",
    "y" * 50 + "ab1c" * 20: "128",
    "password": "first",
    "PassWord": "first",
    "password2024!": "first",
    "1234567890": "first",
    "sunshine1987": "first",
    "!!football!!": "first",
    "correcthorsebatterystaple": "first",
    "zzzzzzzzzzzz": "over and over",
    "xyxyxyxyxyxy": "over and over",
    "cdefghijklmn": "over and over",
    "9876543210": "over and over",
    "custodes2026": "name of the service",
    "Custodes-HMIP": "name of the service",
    "HM Inspectorate of Prisons": "name of the service",
    "beatrixquill": "your name",
    "Quill.Beatrix.77": "your name",
    "bea.quill@example.test": "your e-mail",
    "ｐａｓｓｗｏｒｄ": "first",
}


@pytest.mark.parametrize("password", GOOD)
def test_a_good_password_needs_no_capital_digit_or_sign(password: str) -> None:
    assert password_faults(password, words=WORDS) == ()


@pytest.mark.parametrize(("password", "said"), BAD.items())
def test_a_bad_password_is_refused_with_its_reason(password: str, said: str) -> None:
    assert any(said in fault for fault in password_faults(password, words=WORDS)), password_faults(
        password, words=WORDS
    )


@pytest.mark.parametrize(
    ("duties", "least"),
    [((), 8), (("router",), 8), (("account-admin",), 15), (("operator", "router"), 15), (("auditor",), 8)],
)
def test_running_the_service_takes_fifteen_characters(duties: tuple[str, ...], least: int) -> None:
    assert least_length(duties) == least


@given(st.text(min_size=0, max_size=200))
def test_every_answer_is_given_and_length_is_always_kept(password: str) -> None:
    faults = password_faults(password, words=WORDS)
    if not faults:
        assert LEAST <= len(normal(password)) <= MOST


@given(st.sampled_from(sorted(COMMON)), st.text("0123456789!?.-_ ", max_size=8), st.text("0123456789!?", max_size=8))
def test_no_common_word_passes_for_digits_and_signs_around_it(word: str, before: str, after: str) -> None:
    if word.isalpha():
        assert password_faults(before + word.upper() + after)


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing_more(password: str) -> None:
    once = normal(password)
    if len(once) <= MOST:
        assert normal(once) == once


def test_a_password_cut_at_the_limit_matches_nothing_kept() -> None:
    hasher = Hasher(passes=1, memory_kib=8)
    kept = hasher.hash(normal("x" * MOST))
    assert hasher.verify(normal("x" * MOST), kept)
    assert not hasher.verify(normal("x" * 100_000), kept)
    assert not hasher.verify(normal("\ud800"), kept)
    assert not hasher.verify("x", "no hash at all")


def test_where_nothing_is_kept_the_same_work_is_done() -> None:
    hasher = Hasher(passes=1, memory_kib=64, lanes=2)
    nobody, somebody = (extract_parameters(text) for text in (hasher._nobody, hasher.hash("x")))
    assert nobody == somebody
    with pytest.raises(VerifyMismatchError):  # it was computed to its end, and not refused for its form
        hasher._argon.verify(hasher._nobody, "x")
    assert not hasher.verify("x", None)


def test_the_list_is_case_folded_and_of_a_few_hundred() -> None:
    assert len(COMMON) > 300
    assert all(word == word.casefold() for word in COMMON)
