"""The nouns of copies beyond the service's reach: paper and media, each to be accounted for before a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal

CopyKind = Literal["paper", "printed", "media", "exported"]
Fate = Literal["open", "destroyed", "returned"]
KINDS: Final[Mapping[CopyKind, str]] = {
    "paper": "Paper that came with it",
    "printed": "A print of it",
    "media": "A disk, stick, tape or disc: it came on one, or was put on one",
    "exported": "Files of it kept elsewhere",
}
_ON_PAPER: Final = frozenset({"paper", "printed"})


@dataclass(frozen=True, slots=True)
class Method:
    """A way of destroying a copy and the standard it keeps; both stand in the certificate."""

    code: str
    words: str
    standard: str
    paper: bool


# Memorandum, paragraph on destruction (M61); Ministry of Justice security guidance, destruction and disposal.
METHODS: Final[Mapping[str, Method]] = {
    each.code: each
    for each in (
        Method("shred-paper", "Shredded", "DIN 66399 level 4: particles of 160 mm² and strips of 6 mm at most", True),
        Method("incinerate", "Incinerated", "Memorandum: incineration (M61)", True),
        Method("pulp", "Pulped", "Memorandum: pulping (M61)", True),
        Method("shred-media", "Shredded", "MoJ: particles or pieces of 6 mm at most", False),
        Method("overwrite", "Overwritten and read back", "MoJ: three passes of random data, verified", False),
        Method("destroy-key", "Its encryption key destroyed", "MoJ: destruction of the decryption keys", False),
    )
}


def methods_for(kind: CopyKind) -> tuple[Method, ...]:
    """Those that destroy a copy of that kind."""
    return tuple(each for each in METHODS.values() if each.paper == (kind in _ON_PAPER))


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of an item. ``holder``, ``place``, ``witness`` and ``evidence`` are words people wrote, sealed at rest.

    ``party``: the body that registered it. ``on``: the day it was destroyed or returned.
    """

    id: str
    item: str
    kind: CopyKind
    party: str
    holder: str
    place: str
    made_on: date
    registered_by: str
    registered_at: datetime
    fate: Fate = "open"
    method: str = ""
    witness: str = ""
    evidence: str = ""
    on: date | None = None
    accounted_by: str = ""
    accounted_at: datetime | None = None
    entry: str = ""  # of the log: where it was accounted for
    elsewhere: bool = False  # kept in the register of media and paper, where it is accounted for

    def shown_to(self, party: str) -> Copy:
        """As another body may see it: that there is one, and what became of it; who has it and who saw is not told."""
        return self if party == self.party else replace(self, holder="", place="", witness="", evidence="")
