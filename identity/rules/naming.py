"""Names and e-mail addresses that can be kept and shown without harm."""

from __future__ import annotations

import re
import unicodedata

MOST_NAME = 200
MOST_EMAIL = 254

_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9-]{1,63})+")

# Control characters, direction marks, lone surrogates, private use: they make one name look like another.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def tidy(text: str) -> str:
    """One form for what looks the same: NFC, outer space removed, inner runs of space made one."""
    return re.sub(" +", " ", unicodedata.normalize("NFC", text)).strip(" ")


def name_faults(text: str, *, most: int = MOST_NAME, none: str = "Enter a name") -> tuple[str, ...]:
    """What is wrong with a tidied name; empty when it can be used. ``none``: what is said where there is none."""
    if not text:
        return (none,)
    faults = []
    if len(text) > most:
        faults.append(f"Use {most} characters or fewer")
    if hidden(text):
        faults.append("Remove characters that cannot be seen, such as direction marks and line breaks")
    return tuple(faults)


def hidden(text: str) -> bool:
    """Whether any character is one that cannot be seen."""
    return any(unicodedata.category(character) in _HIDDEN for character in text)


def fold_email(text: str) -> str:
    """The one form an address is kept and found by."""
    return text.strip().lower()


def email_faults(text: str) -> tuple[str, ...]:
    """What is wrong with a folded e-mail address; empty when it can be used. ASCII only: no look-alikes."""
    if len(text) > MOST_EMAIL or not _EMAIL.fullmatch(text):
        return ("Enter an e-mail address like name@example.gov.uk",)
    return ()
