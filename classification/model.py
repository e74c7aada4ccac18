"""The nouns of classification: a marking and its words, the scheme they come from, and what is decided about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from foundation.calendar import LONDON
from foundation.errors import Reason

OFFICIAL = "OFFICIAL"
SENSITIVE = "OFFICIAL-SENSITIVE"
GRADES = (OFFICIAL, SENSITIVE)
PLACE = "[ORGANISATION(S)]"  # where the names go in the printed instruction


class Effect(StrEnum):
    """What the service does about an instruction, and so how it combines."""

    RECIPIENTS = "recipients-only"
    PUBLIC = "public-release"
    ORGANISATIONS = "organisations"
    HMG = "hmg-only"
    EMBARGO = "embargo"
    ADVISORY = "advisory"


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """A word as it is printed. ``order`` is its place in the line."""

    order: int
    code: str
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Instruction(Word):
    """A handling instruction. ``line`` is what is printed below the marking (embargo)."""

    effect: Effect
    line: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Descriptor(Word):
    """A descriptor: why it matters, after the instructions."""


@dataclass(frozen=True, slots=True, order=True)
class Organisation:
    """An organisation a marking may name: the name it is printed by, and the party it stands for."""

    name: str
    party: str


WordT_co = TypeVar("WordT_co", bound=Word, covariant=True)


@dataclass(frozen=True, slots=True)
class Embargo:
    """Until when, and the marking that holds afterwards. ``until`` is kept in UTC.

    ValueError for a time that the printed line (DD/MM/YY and minutes, London) could not give back exactly.
    """

    until: datetime
    after: Marking

    def __post_init__(self) -> None:
        if self.until.tzinfo is None:
            msg = "an embargo needs a time with its zone"
            raise ValueError(msg)
        local = self.until.astimezone(LONDON)
        if local.second or local.microsecond:
            msg = "an embargo ends on a whole minute"
            raise ValueError(msg)
        if not 2000 <= local.year <= 2099:
            msg = "an embargo ends in a year from 2000 to 2099"
            raise ValueError(msg)
        if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
            msg = "the clocks change in that hour; choose another"
            raise ValueError(msg)
        object.__setattr__(self, "until", self.until.astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Marking:
    """A protective marking. Its words are kept in canonical order and once each, so equal markings are equal objects.

    An instruction of effect ORGANISATIONS with no organisation left means that nobody may hold it: only combining
    makes such a marking, and it cannot be printed.
    """

    sensitive: bool = False
    instructions: tuple[Instruction, ...] = ()
    descriptors: tuple[Descriptor, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    embargo: Embargo | None = None
    tier: str = field(default=OFFICIAL, init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "instructions", tuple(sorted(set(self.instructions))))
        object.__setattr__(self, "descriptors", tuple(sorted(set(self.descriptors))))
        object.__setattr__(self, "organisations", tuple(sorted(set(self.organisations))))

    @property
    def code(self) -> str:
        """What the vault and the log are told: O or OS."""
        return "OS" if self.sensitive else "O"

    @property
    def grade(self) -> str:
        """Tier with -SENSITIVE: the first word of the line."""
        return SENSITIVE if self.sensitive else OFFICIAL

    @property
    def codes(self) -> frozenset[str]:
        """Codes of every instruction and descriptor it has."""
        return frozenset(word.code for word in (*self.instructions, *self.descriptors))

    def instruction(self, effect: Effect) -> Instruction | None:
        """Its instruction of this effect, if it has one."""
        return next((word for word in self.instructions if word.effect is effect), None)


@dataclass(frozen=True, slots=True)
class Entry(Generic[WordT_co]):
    """One word of the scheme with its rule: what it may be applied to, what it asks of people, who says so."""

    word: WordT_co
    on: frozenset[str]
    meaning: str
    source: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule between words: applies to a marking that has every code of ``all_of`` on one of the grades ``on``."""

    id: str
    all_of: frozenset[str]
    on: frozenset[str]
    refuses: bool
    say: str
    source: str
    inference: bool


@dataclass(frozen=True, slots=True)
class Legacy:
    """An old mark. ``suggest`` is the grade to offer to a person; empty when only the originator can say."""

    text: str
    suggest: str
    say: str
    source: str


@dataclass(frozen=True, slots=True)
class Above:
    """A mark that must never come in. ``claimed`` is all that is recorded of it."""

    text: str
    claimed: str
    first: bool
    say: str
    source: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """Everything `policies/classification` says, with the organisations the caller knows."""

    instructions: tuple[Entry[Instruction], ...]
    descriptors: tuple[Entry[Descriptor], ...]
    rules: tuple[Rule, ...]
    legacy: tuple[Legacy, ...]
    above: tuple[Above, ...]
    codeword: Above
    above_next: str
    explained: tuple[tuple[str, str], ...]
    organisations: tuple[Organisation, ...]

    def instruction(self, effect: Effect) -> Instruction | None:
        """The scheme's instruction of this effect."""
        return next((entry.word for entry in self.instructions if entry.word.effect is effect), None)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a marking may be used, with every reason against and every caution for the person who marks."""

    reasons: tuple[Reason, ...] = ()
    cautions: tuple[Reason, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Handling:
    """What a marking asks of the service. ``organisations`` are party ids, and mean something only with ``org_only``:
    then, empty means nobody. ``embargo_until`` is UTC; ``duties`` are the instructions in words, each with its source.
    """

    recipients_only: bool
    org_only: bool
    organisations: frozenset[str]
    hmg_only: bool
    public: bool
    embargo_until: datetime | None
    after: Marking | None
    duties: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a form offers. ``on`` are the grades it may be applied to."""

    code: str
    text: str
    meaning: str
    on: frozenset[str]


@dataclass(frozen=True, slots=True)
class Choices:
    """All a form offers, in the order of the scheme. ``organisations`` are by party id."""

    instructions: tuple[Choice, ...]
    descriptors: tuple[Choice, ...]
    organisations: tuple[Choice, ...]
