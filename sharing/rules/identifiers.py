"""The identifiers a data subject is found by: checked when typed, and folded to one form so that equal means found.

Formats and check letters are those of HMPPS's person record and prison API; ``tests/vectors/identifiers.toml`` holds
their published examples. A blind index finds equality only: two spellings of one identifier must fold to one text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

PRISON_NUMBER = "prison-number"
PNC = "pnc"
CRO = "cro"
HOME_OFFICE = "home-office"
NAME = "name"

MOST = 200  # characters of a name
_CHECK = "ZABCDEFGHJKLMNPQRTUVWXY"

_PRISON = re.compile(r"[A-Z][0-9]{4}[A-Z]{2}")
_PRISON_AS_ISSUED = re.compile(r"[AC-HJ-NP-RTV-Z](?!0000)[0-9]{4}[AC-HJ-NP-RTV-Z]{2}")
# Without the slash a serial of fewer than seven digits could be read two ways.
_PNC = re.compile(r"(?:19|20)?([0-9]{2})(?:/([0-9]{1,7})|([0-9]{7}))([A-Z])")
_CRO = re.compile(r"([0-9]{1,6})/([0-9]{2})([A-Z])")
_CRO_FILE = re.compile(r"SF([0-9]{2})/([0-9]{1,6})([A-Z])")
_HOME_OFFICE = re.compile(r"[A-Z0-9/ -]{4,25}")

# Letters that Unicode does not take apart into a letter and an accent.
_WHOLE_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
_APOSTROPHES = frozenset("'’‘ʼʻ`´′＇")


class Unreadable(ValueError):
    """Not an identifier of its type. The message says what one looks like and repeats nothing that was typed."""


def normalise(kind: str, value: str) -> str:
    """The one form of this identifier. ``kind`` is one of ``KINDS``. Raises Unreadable."""
    fold = KINDS.get(kind)
    if fold is None:
        raise Unreadable("Choose the type of identifier: " + ", ".join(sorted(KINDS)))
    return fold(value)


def prison_number(value: str) -> str:
    """Letter, four digits, two letters. There is no check letter."""
    folded = _tidy(value)
    if not _PRISON.fullmatch(folded):
        raise Unreadable("A prison number is a letter, four digits and two letters, like A1234BC")
    return folded


def as_issued(number: str) -> bool:
    """Whether a folded prison number could have been issued: 0001-9999 and no B, I, O, S or U. A hint, no more."""
    return _PRISON_AS_ISSUED.fullmatch(number) is not None


def pnc(value: str) -> str:
    """``YY/NNNNNNND``. The century is dropped: sources disagree where it turns, and the check letter ignores it."""
    found = _PNC.fullmatch(_tidy(value))
    if not found:
        raise Unreadable("A PNC number is a year, a slash, up to seven digits and a letter, like 2003/0011985X")
    year, serial, letter = found[1], int(found[2] or found[3]), found[4]
    _check(f"{year}{serial:07d}", letter, "PNC")
    return f"{year}/{serial:07d}{letter}"


def cro(value: str) -> str:
    """``NNNNNN/YYD``, or ``SFYY/ND`` for a file held before the numbers were joined up."""
    folded = _tidy(value)
    if found := _CRO.fullmatch(folded):
        serial, year, letter = int(found[1]), found[2], found[3]
        _check(f"{year}{serial:06d}", letter, "CRO")
        return f"{serial:06d}/{year}{letter}"
    if found := _CRO_FILE.fullmatch(folded):
        year, serial, letter = found[1], int(found[2]), found[3]
        _check(f"{year}{serial}", letter, "CRO")
        return f"SF{year}/{serial}{letter}"
    raise Unreadable("A CRO number looks like 065656/91H or SF05/482703J")


def home_office(value: str) -> str:
    """Letters and digits alone: several offices issue these, each with its own spacing."""
    folded = _tidy(value)
    bare = re.sub(r"[/ -]", "", folded)
    if not _HOME_OFFICE.fullmatch(folded) or len(bare) < 4:
        raise Unreadable("A Home Office reference is 4 to 25 letters, digits, slashes, spaces or hyphens")
    return bare


def name(value: str) -> str:
    """Without case, accents, punctuation and order: “O’Neill, Zoë” and “zoe oneill” are one."""
    if len(value) > MOST:
        raise Unreadable(f"A name is at most {MOST} characters")
    bare = "".join(_letter(letter) for letter in _taken_apart(value))
    words = sorted(bare.split())
    if not any(letter.isalpha() for letter in bare):
        raise Unreadable("A name has at least one letter")
    return " ".join(words)


def _taken_apart(value: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", value).casefold())
    return unicodedata.normalize("NFKD", folded.translate(_WHOLE_LETTERS))


def _letter(letter: str) -> str:
    category = unicodedata.category(letter)
    if letter in _APOSTROPHES or category[0] == "M" or category == "Cf":
        return ""
    return letter if category[0] in "LN" else " "


def _tidy(value: str) -> str:
    return value.strip().upper()


def _check(digits: str, letter: str, kind: str) -> None:
    if not digits.isascii() or _CHECK[int(digits) % len(_CHECK)] != letter:
        raise Unreadable(f"That {kind} number’s last letter does not fit its digits: check each one")


KINDS: dict[str, Callable[[str], str]] = {
    PRISON_NUMBER: prison_number,
    PNC: pnc,
    CRO: cro,
    HOME_OFFICE: home_office,
    NAME: name,
}
