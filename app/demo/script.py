"""The telling: acts planned on working days, played in order of time, each by one person in one unit of work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.bootstrap import sweeps
from app.bootstrap.house import House
from app.bootstrap.work import Work
from app.demo import people
from app.demo.past import Calendar, PastClock, refused
from app.demo.people import Cast
from sharing.model.item import Subject, Written


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A small invented file."""

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody writes. ``place`` is a key of the cast's places; ``subjects`` are (name, ((type, value), …))."""

    kind: str
    title: str
    text: str
    purpose: str = ""
    place: str = ""
    marking: str = "OFFICIAL-SENSITIVE"
    route: str = ""
    subjects: Sequence[tuple[str, tuple[tuple[str, str], ...]]] = ()
    files: Sequence[Enclosed] = ()
    recipients: Sequence[str] = ()
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Who:
    """One of the cast where an act asks for a person's number."""

    key: str


@dataclass(frozen=True, slots=True)
class _Planned:
    at: datetime
    number: int
    do: Callable[[], object]


@dataclass(slots=True)
class Script:
    """Scenes plan with the verbs below: (working days back, London time, who, …); ``play`` lives it."""

    house: House
    clock: PastClock
    calendar: Calendar
    cast: Cast
    refs: dict[str, str] = field(default_factory=dict)
    drafts: dict[str, UUID] = field(default_factory=dict)
    plan: list[_Planned] = field(default_factory=list)

    def on(self, back: int, clock: str, do: Callable[[], object]) -> None:
        """Anything, at a time."""
        self.plan.append(_Planned(self.calendar.at(back, clock), len(self.plan), do))

    def play(self) -> None:
        """Everything planned, in order of time."""
        for planned in sorted(self.plan, key=lambda one: (one.at, one.number)):
            self.clock.at = planned.at
            planned.do()

    def by(self, who: str, act: Callable[[Work], Any]) -> Any:
        """One act of one person, now, committed."""
        with self.house.work(people.actor_of(self.house, self.cast, who)) as work:
            return act(work)

    def act(self, back: int, clock: str, who: str, act: Callable[[Work], Any]) -> None:
        """Plan one act of one person."""
        self.on(back, clock, lambda: self.by(who, act))

    def refuse(self, back: int, clock: str, who: str, act: Callable[[Work], Any]) -> None:
        """Plan something the rules refuse: the log keeps it."""
        self.on(back, clock, lambda: refused(lambda: self.by(who, act)))

    # --- the verbs of an item ----------------------------------------------------------------------------------

    def write(self, back: int, clock: str, who: str, name: str, letter: Letter) -> None:
        """A draft with its files, not sent."""
        self.on(back, clock, lambda: self._write(who, name, letter))

    def send(self, back: int, clock: str, who: str, name: str, letter: Letter) -> None:
        """Write and send; ``name`` is what later acts call it."""
        self.write(back, clock, who, name, letter)
        self.act(back, clock, who, lambda w: self._send(w, name))

    def answer(
        self, back: int, clock: str, who: str, asked: str, name: str, letter: Letter, *, send: bool = True
    ) -> None:
        """Draft the answer to ``asked`` and, unless told not to, send it as ``name``."""
        self.on(back, clock, lambda: self._write(who, name, letter, answers=asked))
        if send:
            self.act(back, clock, who, lambda w: self._send(w, name))

    def open(self, back: int, clock: str, who: str, name: str, purpose: str, *, download: bool = False) -> None:
        """Open it, and take its first file away if asked."""
        self.item(back, clock, who, name, "open", purpose)
        if download:
            self.act(back, clock, who, lambda w: self._download(w, name, purpose))

    def item(self, back: int, clock: str, who: str, name: str, act: str, *given: Any) -> None:
        """Any act on an item: the name of a method of Sharing with what it asks for after the reference."""
        self.act(back, clock, who, lambda w: self._item(w, name, act, given))

    def pass_on(self, back: int, clock: str, who: str, name: str, place: str, note: str) -> None:
        """To the Board of the place."""
        self.act(
            back,
            clock,
            who,
            lambda w: w.sharing.pass_on(self.refs[name], self.cast.boards[place], note, actor=w.actor, now=w.now),
        )

    # --- the verbs of a disposal -------------------------------------------------------------------------------

    def case(self, back: int, clock: str, who: str, name: str, step: str, **given: Any) -> None:
        """One step of the disposal case: the name of a method of Retention with what it asks for."""
        self.act(back, clock, who, lambda w: self._case(w, name, step, given))

    def sweep(self, back: int, clock: str = "05:00") -> None:
        """What the clock does: due, destroyed, certified; the head signed."""
        self.on(back, clock, self._sweep)

    def uuid_of(self, work: Work, name: str) -> str:
        """The item as disposal calls it."""
        return work.disposals.case(self.refs[name]).item

    def _sweep(self) -> None:
        sweeps.dispose(self.house)
        sweeps.checkpoint(self.house)

    def _case(self, work: Work, name: str, step: str, given: Mapping[str, Any]) -> object:
        case = work.disposals.case(self.refs[name])
        seen = {} if step == "place_hold" else {"version": case.version}
        return getattr(work.retention, step)(case.item, **seen, **given, actor=work.actor, now=work.now)

    def _item(self, work: Work, name: str, act: str, given: Sequence[Any]) -> object:
        ready = [work.people.person(self.cast.ids[one.key]).principal if isinstance(one, Who) else one for one in given]
        return getattr(work.sharing, act)(self.refs[name], *ready, actor=work.actor, now=work.now)

    def _send(self, work: Work, name: str) -> None:
        ref = work.sharing.send(self.drafts.pop(name), actor=work.actor, now=work.now)
        self.refs[name] = ref.reference

    def _download(self, work: Work, name: str, purpose: str) -> None:
        work.sharing.download(self.refs[name], 1, purpose, actor=work.actor, now=work.now).reader.close()

    def _write(self, who: str, name: str, letter: Letter, *, answers: str = "") -> None:
        def start(work: Work) -> UUID:
            written = self._written(work, letter)
            if answers:
                found = work.sharing.answer(self.refs[answers], written, actor=work.actor, now=work.now)
            else:
                (office,) = work.actor.offices
                found = work.sharing.start_draft(
                    written,
                    agreement="hmip-imb",
                    kind=letter.kind,
                    office=office,
                    route=letter.route,
                    actor=work.actor,
                    now=work.now,
                )
            return found.uuid

        self.drafts[name] = self.by(who, start)
        for file in letter.files:
            self._attach(who, self.drafts[name], file)

    def _attach(self, who: str, draft: UUID, file: Enclosed) -> None:
        writer = self.by(
            who,
            lambda w: w.sharing.begin_file(draft, file.name, size=len(file.body), actor=w.actor, now=w.now),
        )
        writer.write(file.body)
        sealed = writer.finish()
        self.by(
            who,
            lambda w: w.sharing.attach(draft, sealed, file.name, file.media_type, actor=w.actor, now=w.now),
        )

    def _written(self, work: Work, letter: Letter) -> Written:
        numbers = {
            key: work.people.person(self.cast.ids[key]).principal for key in (*letter.recipients, letter.lead) if key
        }
        to_board = self.cast.boards[letter.place] if letter.route == "report-to-board" else None
        return Written(
            marking=letter.marking,
            title=letter.title,
            text=letter.text,
            sharing_purpose=letter.purpose,
            subjects=tuple(Subject(name, identifiers) for name, identifiers in letter.subjects),
            establishment=letter.place or None,
            to_office=to_board,
            embargo_lead=numbers.get(letter.lead),
            recipients=tuple(numbers[key] for key in letter.recipients),
        )
