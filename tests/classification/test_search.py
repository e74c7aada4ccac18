"""Markings in the text of a file, found where a document says them of itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bootstrap.policies import load
from classification.model import Marking
from classification.rules.parse import parse
from classification.rules.search import MOST, Found, higher, search
from tests.house import POLICIES

SCHEME = load(POLICIES).scheme
OFFICIAL = Marking()
SENSITIVE = Marking(sensitive=True)

ABOVE = [
    ("SECRET", "SECRET"),
    ("  SECRET  ", "SECRET"),
    ("TOP SECRET", "TOP-SECRET"),
    ("TOP-SECRET", "TOP-SECRET"),
    ("T O P   S E C R E T", "SECRET"),
    ("S E C R E T", "SECRET"),
    ("SECRET - RECIPIENTS ONLY", "SECRET"),
    ("SECRET – UK EYES ONLY", "SECRET"),
    ("UK SECRET", "SECRET"),
    ("SECRET UK EYES ONLY", "SECRET"),
    ("SECRET   Page 1 of 3", "SECRET"),
    ("Page 1 of 3   SECRET", "SECRET"),
    ("SECRET 1", "SECRET"),
    ("SECRET Page 1 of 3", "SECRET"),
    ("HM Prison Leeds\tSECRET\t3", "SECRET"),
    ("UK EYES ONLY", "NATIONAL-CAVEAT"),
    ("UK OFFICIAL-SENSITIVE", "UK-PREFIX"),
    ("SEC\u200bRET", "SECRET"),
    ("ＳＥＣＲＥＴ", "SECRET"),
]
ON_A_LINE = [
    ("OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE"),
    ("Official-Sensitive", "OFFICIAL-SENSITIVE"),
    ("OFFICIAL – SENSITIVE", "OFFICIAL-SENSITIVE"),
    ("OFFICIAL SENSITIVE 2 of 9", "OFFICIAL-SENSITIVE"),
    ("OFFICIAL-SENSITIVE [PERSONAL DATA]", "OFFICIAL-SENSITIVE - PERSONAL DATA"),
    ("OFFICIAL-SENSITIVE - RECIPIENTS ONLY", "OFFICIAL-SENSITIVE - RECIPIENTS ONLY"),
    ("OFFICIAL-SENSITIVE - OF OUR OWN MAKING", "OFFICIAL-SENSITIVE"),
    ("CONFIDENTIAL", "CONFIDENTIAL"),
]
NOTHING = [
    "",
    "OFFICIAL",
    "It was no secret to anybody.",
    "The Secretary of State",
    "SECRETARIAT",
    "UNOFFICIAL",
    "PRIVATE AND CONFIDENTIAL",
    "an official-sensitive matter, he said",
]


def found(text: str) -> tuple[Found, ...]:
    return search([("page 1", text)], SCHEME)


@pytest.mark.parametrize(("line", "claimed"), ABOVE)
def test_what_is_above_official_is_found_on_a_line_of_its_own(line: str, claimed: str) -> None:
    first = found(f"A letter\n{line}\nDear Chair")[0]
    assert (first.says, first.sure, first.above) == (claimed, True, True)


@pytest.mark.parametrize(("line", "says"), ON_A_LINE)
def test_a_marking_on_a_line_of_its_own_is_read_as_it_is_printed(line: str, says: str) -> None:
    assert found(f"A letter\n{line}\nDear Chair") == (Found("page 1", says, sure=True),)


@pytest.mark.parametrize("line", NOTHING)
def test_words_that_are_no_marking_are_left_alone(line: str) -> None:
    assert found(line) == ()


def test_words_in_capitals_within_a_sentence_are_a_mention_for_a_person_to_judge() -> None:
    assert found("We were told that the file is SECRET, and should be.") == (
        Found("page 1", "SECRET", sure=False, above=True),
    )
    assert found("Please treat this as OFFICIAL-SENSITIVE from now on.") == (
        Found("page 1", "OFFICIAL-SENSITIVE", sure=False),
    )


def test_a_word_in_a_cell_that_is_not_in_capitals_is_not_sure() -> None:
    assert found("Secret") == (Found("page 1", "SECRET", sure=False, above=True),)


def test_each_place_is_told_once_and_the_gravest_first() -> None:
    pages = [("page 1", "OFFICIAL-SENSITIVE\nOFFICIAL-SENSITIVE"), ("page 2", "it is SECRET"), ("page 3", "SECRET")]
    assert [(each.place, each.says) for each in search(pages, SCHEME)] == [
        ("page 3", "SECRET"),
        ("page 2", "SECRET"),
        ("page 1", "OFFICIAL-SENSITIVE"),
    ]


def test_a_file_full_of_them_is_not_told_in_full_and_the_gravest_is_never_left_out() -> None:
    pages = [(f"page {number}", "OFFICIAL-SENSITIVE") for number in range(200)]
    told = search([*pages, ("page 200", "SECRET")], SCHEME)
    assert len(told) == MOST
    assert told[0].above


def test_what_was_declared_covers_what_asks_for_no_more() -> None:
    said = Found("page 1", "OFFICIAL-SENSITIVE", sure=True)
    assert higher(said, OFFICIAL, SCHEME)
    assert not higher(said, SENSITIVE, SCHEME)
    narrow = Found("page 1", "OFFICIAL-SENSITIVE - RECIPIENTS ONLY", sure=True)
    assert higher(narrow, SENSITIVE, SCHEME)
    assert not higher(narrow, parse(narrow.says, SCHEME), SCHEME)
    assert higher(Found("page 1", "CONFIDENTIAL", sure=True), SENSITIVE, SCHEME)
    assert higher(Found("page 1", "SECRET", sure=False, above=True), SENSITIVE, SCHEME)


@given(st.text())
def test_no_text_breaks_it_and_nothing_of_the_text_is_in_what_is_told(text: str) -> None:
    known = {"SECRET", "TOP-SECRET", "NATIONAL-CAVEAT", "UK-PREFIX", "REL-EU"} | {old.text for old in SCHEME.legacy}
    for each in found(text):
        assert each.place == "page 1"
        assert each.says in known or each.says.startswith("OFFICIAL")


@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
    )
)
def test_a_secret_header_is_found_whatever_the_rest_of_the_page_says(words: str) -> None:
    assert any(each.above and each.sure for each in found(f"{words}\nSECRET\n{words}"))
