"""The form an item is written with: from a draft to its fields, and back to what the author wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from flask import request
from wtforms import HiddenField

from app.bootstrap.work import Work
from app.http.house import house
from app.web import forms
from app.web.decision_forms import ASKED
from app.web.item_forms import GRADE_OPTIONS, Versioned, offer
from app.web.item_words import IDENTIFIERS
from app.web.markings import recalled
from app.web.time_words import clock_time
from classification.model import GRADES, SENSITIVE, Choice, Effect, Marking
from classification.rules.build import build, choices
from classification.rules.show import show
from foundation.calendar import LONDON
from sharing.model.decision import OFFERED, TOLD
from sharing.model.item import DraftOpened, Subject, Written
from sharing.rules.identifiers import NAME, Unreadable, normalise
from sharing.service.preparing import Addressing

ROWS = 10
_IN_ROW = ("name", "type", "value")


class ComposeForm(Versioned):
    """``shown``: how many rows of people the page shows. The rows themselves are added below the class."""

    rows = HiddenField()
    title = forms.text(
        "Title", needed="Enter a title", hint="Say what it is about. Do not name a prisoner or detained person here."
    )
    text = forms.long_text("Message", hint="You can write here, attach files below, or both.", most=100_000)
    files = forms.files("Files", hint="A letter you pass on goes as its file: nothing of it needs to be typed.")
    sharing_purpose = forms.long_text(
        "Why is it shared?",
        needed="Say why it is shared",
        hint="What the other organisation needs it for.",
        most=2000,
    )
    told = forms.radios(
        ASKED, [(code, TOLD[code]) for code in OFFERED], hint="For the record of the decision to share."
    )
    establishment = forms.finder("Which establishment is it about?")
    to_office = forms.finder("Which office does it go to?", hint="It must cover the establishment.")
    grade = forms.radios("Marking", GRADE_OPTIONS, needed="Select a marking")
    instructions = forms.checks("Handling instructions", hint="Select all that apply, or none.")
    organisations = forms.checks("Organisations", hint="Only for [ORGANISATION(S)] USE ONLY.")
    embargo_until = forms.day("Embargo ends on", hint="For example, 27 3 2033")
    embargo_time = forms.text("Embargo ends at", hint="For example, 9:30am or 14:00")
    after = forms.radios("Marking after the embargo")
    embargo_lead = forms.finder("Who leads on it until then?", hint="Nobody else at the receiving end sees it before.")
    descriptors = forms.checks("Descriptors", hint="Select all that apply, or none.")
    recipients = forms.checks("Named recipients", hint="Needed for RECIPIENTS ONLY: nobody else there will see it.")
    groups = forms.checks("Need-to-know groups", hint="Select groups who need it as well, or none.")

    @property
    def shown(self) -> int:
        """At least one row, and every row that holds something."""
        asked = self.rows.data or ""
        filled = max((number for number, row in self.row_fields() if any(f.data for f in row)), default=1)
        return min(ROWS, max(filled, int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 1))

    def asks_for_row(self) -> bool:
        """“Add another person” was pressed: one more row, nothing checked, nothing saved."""
        if not (self.is_submitted() and request.form.get("add")):
            return False
        self.rows.data = str(min(ROWS, self.shown + 1))
        return True

    def row_fields(self) -> Iterator[tuple[int, list[Any]]]:
        """(number, its three fields) of every row."""
        for number in range(1, ROWS + 1):
            yield number, [self[f"subject_{number}_{part}"] for part in _IN_ROW]

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields, then what goes together: each row of a person, the embargo's date and time."""
        good = super().validate(extra_validators)
        rows = [_row_holds(*row) for _, row in self.row_fields()]
        return bool(good and all(rows) and self._embargo_holds())

    def _embargo_holds(self) -> bool:
        day, hour = self.embargo_until, self.embargo_time
        if bool(day.data) == bool(hour.data):
            return True
        _fault(hour if day.data else day, "Enter both the date and the time the embargo ends")
        return False

    def validate_embargo_time(self, field: Any) -> None:
        """A time of day."""
        if field.data:
            clock_time(field.data)

    def marking(self, now: datetime) -> Marking:
        """What was chosen, valid. Raises MarkingInvalid with every reason, by field."""
        day, hour = self.embargo_until.data, self.embargo_time.data
        until = datetime.combine(day, clock_time(hour), tzinfo=LONDON) if day and hour else None
        return build(
            house().policies.scheme,
            sensitive=self.grade.data == SENSITIVE,
            instructions=self.instructions.data,
            organisations=self.organisations.data,
            descriptors=self.descriptors.data,
            embargo_until=until,
            after=self.after.data or "",
            now=now,
        )

    def subjects(self) -> list[Subject]:
        """Rows that give one name belong to one person."""
        found: dict[object, Subject] = {}
        for number, (name, kind, value) in self.row_fields():
            if not (name.data or value.data):
                continue
            key = name.data or number
            before = found.get(key, Subject(name.data))
            more = ((kind.data, value.data),) if value.data else ()
            found[key] = Subject(name.data, (*before.identifiers, *more))
        return list(found.values())

    def written(self, draft: DraftOpened, now: datetime) -> Written:
        """For ``revise_draft``. What a page cannot show whole it leaves as it is."""
        return Written(
            marking=show(self.marking(now)),
            title=self.title.data,
            text=self.text.data,
            sharing_purpose=self.sharing_purpose.data,
            told=self.told.data or "",
            subjects=self.subjects() if fits(draft.subjects) else None,
            establishment=self.establishment.data if self.establishment.choices else None,
            to_office=int(self.to_office.data or 0) if self.to_office.choices else None,
            embargo_lead=int(self.embargo_lead.data or 0),
            recipients=[int(number) for number in self.recipients.data],
            groups=[int(number) for number in self.groups.data] if self.groups.choices else None,
        )

    def meanings(self, field: Any) -> list[dict[str, Any]]:
        """What each handling instruction or descriptor asks, under its box."""
        known = {one.code: one.meaning for one in (*_offered().instructions, *_offered().descriptors)}
        return [{"hint": {"text": known[choice.value]}} if known.get(choice.value) else {} for choice in field.choices]


for _number in range(1, ROWS + 1):
    setattr(ComposeForm, f"subject_{_number}_name", forms.text("Name"))
    _kinds = forms.select("Type of number", [("", "None"), *IDENTIFIERS])
    setattr(ComposeForm, f"subject_{_number}_type", _kinds)
    setattr(ComposeForm, f"subject_{_number}_value", forms.text("Number"))


def form_for(work: Work, draft: DraftOpened, to: Addressing) -> ComposeForm:
    """The form of this draft, with what its author may choose."""
    form = ComposeForm(data=_values(draft))
    places = [(one.key, one.name) for one in work.people.establishments()] if to.establishment else []
    offer(form.establishment, [("", "Choose an establishment"), *places] if places else [])
    offices = [(str(one.principal), one.name) for one in to.open_to]
    offer(form.to_office, [("", "Choose an office"), *offices] if offices else [])
    people = [(str(one.person.principal), f"{one.person.name}, {one.office.name}") for one in to.people]
    offer(form.recipients, people)
    offer(form.embargo_lead, [("", "Nobody"), *people])
    offer(form.groups, [(str(one.principal), one.name) for one in to.groups])
    offer(form.instructions, _options(_offered().instructions))
    offer(form.descriptors, _options(_offered().descriptors))
    offer(form.organisations, _options(_offered().organisations))
    offer(form.after, [(line, line) for line in _afterwards()])
    return form


def fits(subjects: Sequence[Subject]) -> bool:
    """Whether the rows of the page hold these people."""
    return sum(max(1, len(one.identifiers)) for one in subjects) <= ROWS


def _offered() -> Any:
    return choices(house().policies.scheme)


def _options(offered: Sequence[Choice]) -> list[tuple[str, str]]:
    return [(one.code, one.text) for one in offered]


def _afterwards() -> list[str]:
    """What may follow an embargo: each grade, and release to the public where the scheme has it."""
    public = house().policies.scheme.instruction(Effect.PUBLIC)
    return [*GRADES, *([show(Marking(instructions=(public,)))] if public else [])]


def _values(draft: DraftOpened) -> dict[str, Any]:
    marking = recalled(draft.marking) or Marking()
    local = marking.embargo.until.astimezone(LONDON) if marking.embargo else None
    return {
        "version": str(draft.version),
        "title": draft.title,
        "text": draft.text,
        "sharing_purpose": draft.sharing_purpose,
        "told": draft.told,
        "establishment": draft.establishment or "",
        "to_office": str(draft.to_office or ""),
        "grade": "" if _untouched(draft) else marking.grade,
        "instructions": [word.code for word in marking.instructions],
        "descriptors": [word.code for word in marking.descriptors],
        "organisations": [organisation.party for organisation in marking.organisations],
        "embargo_until": local.date() if local else None,
        "embargo_time": f"{local:%H:%M}" if local else "",
        "after": show(marking.embargo.after) if marking.embargo else "",
        "embargo_lead": str(draft.embargo_lead or ""),
        "recipients": [str(number) for number in draft.recipients],
        "groups": [str(number) for number in draft.groups],
        **_rows(draft.subjects if fits(draft.subjects) else ()),
    }


def _untouched(draft: DraftOpened) -> bool:
    """Nobody has said yet how it is marked: that is for its author alone to choose."""
    return draft.version == 1 and not (draft.reply_to or draft.title or draft.text)


def _rows(subjects: Sequence[Subject]) -> dict[str, str]:
    pairs = [(one.name, *pair) for one in subjects for pair in one.identifiers or (("", ""),)]
    return {
        f"subject_{number}_{part}": value
        for number, row in enumerate(pairs, 1)
        for part, value in zip(_IN_ROW, row, strict=True)
    }


def _row_holds(name: Any, kind: Any, value: Any) -> bool:
    """Whether a row can be found again later; what is wrong is put at its field."""
    if value.data and not kind.data:
        _fault(kind, "Select which number it is")
    elif kind.data and not value.data:
        _fault(value, "Enter the number")
    else:
        _readable(value, kind.data)
    _readable(name, NAME)
    return not (name.errors or kind.errors or value.errors)


def _readable(field: Any, kind: str) -> None:
    try:
        if field.data:
            normalise(kind, field.data)
    except Unreadable as error:
        _fault(field, str(error))


def _fault(field: Any, text: str) -> None:
    field.errors = [*field.errors, text]
