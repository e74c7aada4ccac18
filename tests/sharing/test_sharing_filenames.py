"""File names: what is cleaned, what is refused, what is kept."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharing.rules.filenames import MOST, NameRefused, clean, media_type


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("C:\\Users\\me\\report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("  report.pdf. . ", "report.pdf"),
        ("re\u0301sume\u0301.doc", "résumé.doc"),
        ("<b>x.pdf", "<b>x.pdf"),
        ("x" * 251 + ".pdf", "x" * 251 + ".pdf"),
        ("报告.pdf", "报告.pdf"),
        ("console.txt", "console.txt"),
        (".hidden", ".hidden"),
    ],
)
def test_a_name_is_kept_or_cleaned(given_name: str, kept: str) -> None:
    assert clean(given_name) == kept


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("", "has no name"),
        ("   ", "has no name"),
        ("..", "has no name"),
        ("folder/", "has no name"),
        ("invoice\u202excod.exe", "cannot be seen"),
        ("\u200freport.pdf", "cannot be seen"),
        ("a\x00b.pdf", "cannot be seen"),
        ("a\r\nSet-Cookie: x.pdf", "cannot be seen"),
        ("a\ud800.pdf", "cannot be seen"),
        ("x" * 300, "300 characters long; 255 is the most"),
        ("x" * 100_000, "100000 characters long"),
        ("NUL", "for a device"),
        ("com1.txt", "for a device"),
    ],
)
def test_a_name_is_refused_saying_what_to_change(bad: str, said: str) -> None:
    with pytest.raises(NameRefused, match=said):
        clean(bad)


@given(st.text(max_size=400))
def test_a_kept_name_is_never_a_path_is_short_visible_and_stays_as_it_is(name: str) -> None:
    try:
        kept = clean(name)
    except NameRefused:
        return
    assert 0 < len(kept) <= MOST
    assert not set("/\\") & set(kept)
    assert kept not in (".", "..")
    assert not any(
        unicodedata.category(letter)[0] == "C" and unicodedata.category(letter) in ("Cc", "Cf", "Cs") for letter in kept
    )
    assert clean(kept) == kept


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("application/pdf", "application/pdf"),
        ("Text/HTML; charset=utf-8", "text/html"),
        ("", "application/octet-stream"),
        ("nonsense", "application/octet-stream"),
        ("text/html\r\nX: y", "application/octet-stream"),
    ],
)
def test_a_media_type_is_told_on_only_if_it_can_be_one(told: str, kept: str) -> None:
    assert media_type(told) == kept
