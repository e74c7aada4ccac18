"""Items and their parts as values: what is decided about, and what a person is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from classification.rules.search import Found
from foundation.errors import Reason
from identity.model import Office
from sharing.model.agreement import Purpose
from sharing.model.inspected import NOT_INSPECTED, Inspected

OPEN = "open"
CLOSED = "closed"
WITHDRAWN = "withdrawn"
DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True)
class Decision:
    """May it be done? Every reason against, each with its clause; none means yes."""

    reasons: tuple[Reason, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Named:
    """A person or group named on an item: their number, party, and the offices the person holds.

    ``cleared``: of somebody who works abroad, the bodies whose information they may have; None at home.
    """

    principal: int
    party: str
    offices: frozenset[int] = frozenset()
    cleared: frozenset[str] | None = None

    def may_have(self, owners: frozenset[str]) -> bool:
        """Whether information of these bodies may go to where they work (M66)."""
        return self.cleared is None or owners <= self.cleared


@dataclass(frozen=True, slots=True)
class Subject:
    """One data subject: a name, and identifiers as (type, value). Either may be missing, not both."""

    name: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DraftRef:
    """What a draft is called until it has a reference, and which version of it this is."""

    uuid: UUID
    version: int


@dataclass(frozen=True, slots=True)
class ItemRef:
    """A sent item: what people call it, what vault and log call it, and which version of it this is."""

    reference: str
    uuid: UUID
    id: int
    version: int


@dataclass(frozen=True, slots=True)
class FileShown:
    """One file as it is listed: the part is its number in the vault."""

    part: int
    name: str
    media_type: str
    size: int
    attached_at: datetime
    inspected: Inspected = NOT_INSPECTED
    explained: str = ""  # why it says more than its item is marked


@dataclass(frozen=True, slots=True)
class EventShown:
    """One line of the timeline; ``words`` is what the person said, where they said anything."""

    number: int
    act: str
    by: str
    office: str
    at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class StepShown:
    """One duty of the route. ``late`` against a period the agreement does not give breaks no clause: see ``basis``."""

    number: int
    act: str
    title: str
    office: str
    clauses: tuple[str, ...]
    due_on: date | None
    done_at: datetime | None
    late: bool
    basis: str
    current: bool


@dataclass(frozen=True, slots=True)
class MayDo:
    """Whether this person may do this act now; ``reasons`` may be shown to them."""

    act: str
    allowed: bool
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Basis:
    """Why a person sees an item: the access rule, in its own words, and who or what it came through."""

    rule: str
    words: str
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stuck:
    """Nobody in the office that owes the next step can act today: ``why`` in general words, whom to ``ask``."""

    office: str
    why: str
    ask: str


@dataclass(frozen=True, slots=True)
class DraftOpened:
    """A draft as its author goes on with it."""

    uuid: UUID
    version: int
    agreement: str
    route: str
    route_title: str
    kind: str
    kind_name: str
    office: int
    office_name: str
    marking: str
    establishment: str | None
    to_office: int | None
    reply_to: str
    embargo_lead: int | None
    recipients: tuple[int, ...]
    groups: tuple[int, ...]
    title: str
    text: str
    sharing_purpose: str
    told: str
    subjects: tuple[Subject, ...]
    files: tuple[FileShown, ...]
    updated: datetime
    ready: Decision
    asked: Mapping[int, tuple[Found, ...]]  # by part (0: its words), what says more than it is marked, unexplained
    explained: str  # why its words say more than it is marked


@dataclass(frozen=True, slots=True)
class ItemSeen:
    """What a person with a basis knows of an item before they open it: no word of what it holds.

    ``purposes`` are those to choose from when opening. ``may`` says what they may do, read or unread.
    """

    ref: ItemRef
    kind: str
    kind_name: str
    agreement: str
    agreement_title: str
    route_title: str
    clauses: tuple[str, ...]
    marking: str
    marking_code: str
    state: str
    sender_office: str
    offices: tuple[str, ...]
    establishment: str | None
    sent_at: datetime
    closed_at: datetime | None
    files: int
    steps: tuple[StepShown, ...]
    bases: tuple[Basis, ...]
    may: Mapping[str, MayDo]
    purposes: tuple[Purpose, ...]
    reply_to: str = ""
    answered_by: str = ""
    to_offices: tuple[Office, ...] = ()
    stuck: Stuck | None = None


@dataclass(frozen=True, slots=True)
class ItemOpened:
    """Everything of an item that a person with a basis reads, with what they may do next."""

    ref: ItemRef
    kind: str
    kind_name: str
    agreement: str
    agreement_title: str
    route_title: str
    clauses: tuple[str, ...]
    marking: str
    marking_code: str
    state: str
    originator: str
    sender: str
    sender_office: str
    offices: tuple[str, ...]
    establishment: str | None
    retention_class: str
    sent_at: datetime
    closed_at: datetime | None
    title: str
    text: str
    sharing_purpose: str
    subjects: tuple[Subject, ...]
    files: tuple[FileShown, ...]
    explained: str  # why its words say more than it is marked
    events: tuple[EventShown, ...]
    steps: tuple[StepShown, ...]
    bases: tuple[Basis, ...]
    may: Mapping[str, MayDo]
    reply_to: str = ""
    answered_by: str = ""
    to_offices: tuple[Office, ...] = ()
    stuck: Stuck | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """Why this person sees this item."""

    reference: str
    bases: tuple[Basis, ...]
    policy: str


@dataclass(frozen=True, slots=True)
class Content:
    """What people write on an item, before it is sealed or after it is opened."""

    title: str = ""
    text: str = ""
    sharing_purpose: str = ""
    subjects: tuple[Subject, ...] = field(default=())

    def fields(self) -> Iterator[tuple[str, str]]:
        yield from (("title", self.title), ("text", self.text), ("purpose", self.sharing_purpose))


@dataclass(frozen=True, slots=True)
class Written:
    """What an author gives. In ``revise_draft`` only what is not None is changed.

    ``to_office``, ``embargo_lead``, ``recipients`` and ``groups`` are principals; for ``establishment`` the empty text
    and for the two offices 0 take away what stood there. ``told``: one of ``decision.TOLD``, or empty.
    """

    marking: str | None = None
    title: str | None = None
    text: str | None = None
    sharing_purpose: str | None = None
    told: str | None = None
    subjects: Sequence[Subject] | None = None
    establishment: str | None = None
    to_office: int | None = None
    embargo_lead: int | None = None
    recipients: Sequence[int] | None = None
    groups: Sequence[int] | None = None
