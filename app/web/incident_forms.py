"""The forms of incidents. What was at risk is never typed here; each form says so, and the room looks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from app.web import forms
from foundation.calendar import LONDON, london_date
from foundation.errors import ServiceError
from incidents.model.incident import DECIDED_NOT, MEASURES, SENT, Owed
from incidents.model.rules import Field, Rules
from incidents.service.containing import ANSWERS
from incidents.service.noting import CHANNELS

NOTE = 2000
NEVER = "Never what the information says, and nobody's name or number from it. It is kept sealed."
HINT = f"Whom you told, and how. {NEVER}"
CERTAIN = (("suspected", "I suspect it"), ("known", "I know it"))
IMPACTS = (
    ("confidentiality", "Somebody may have seen it who should not"),
    ("integrity", "It may have been changed or damaged"),
    ("availability", "It cannot be reached, or is lost"),
)
MEASURE_WORDS: Mapping[str, str] = {
    "quarantine": "Hold the item back from everybody",
    "end-grants": "End sight of it that was granted for a time",
    "disable-key": "Disable its key: nobody can open it, not even by another way",
    "freeze-disposal": "Freeze its disposal: nothing of it is destroyed",
    "end-sessions": "Sign the person out everywhere",
}
TARGET_HINT = "The reference of an item, or the e-mail address of a person to sign out."


def noticed(now: datetime) -> dict[str, Any]:
    """What a report says of the moment before anybody changed it: now."""
    return {"aware_on": london_date(now), "aware_time": now.astimezone(LONDON).strftime("%H:%M")}


class ReportForm(forms.Form):
    """One short page. The kinds and questions are the policies'."""

    kind = forms.radios("What happened?", needed="Select what happened")
    happened = forms.long_text("Say what happened", needed="Say what happened", hint=NEVER, most=4000)
    certainty = forms.radios("Do you know it, or suspect it?", CERTAIN, needed="Select whether you know or suspect it")
    aware_on = forms.day("On which day did you become aware of it?", needed="Enter the day you became aware of it")
    aware_time = forms.text(
        "At what time?",
        needed="Enter the time",
        hint="For example, 14:30. The clocks run from here: if you knew before now, change the day and the time.",
        most=20,
    )
    personal = forms.radios("Is personal data concerned?", needed="Select whether personal data is concerned")
    shared = forms.radios("Do the two bodies share it?", needed="Select whether the two bodies share it")
    references = forms.text("Which items? (optional)", hint="Their references, with spaces between them.", most=400)
    people = forms.text(
        "Which people who use this service? (optional)", hint="Their e-mail addresses, with spaces between.", most=600
    )
    media = forms.text(
        "Which media, paper or devices? (optional)", hint="The numbers on them, with spaces between them.", most=400
    )

    def offer(self, rules: Rules) -> None:
        """What may be chosen."""
        self.kind.choices = [(each.code, each.name) for each in rules.kinds.values() if each.reportable]
        for name in ("personal", "shared"):
            self[name].label.text = rules.fields[name].label
            self[name].choices = list(rules.fields[name].choices.items())


class DoneForm(forms.Form):
    """Something owed was done. Of what has reports, reasons or a delay, the fields are asked for as well."""

    note = forms.long_text("Proof of sending, and whatever else is to be kept (optional)", hint=HINT, most=NOTE)
    to = forms.text("To whom (optional)", hint="A name or an office, as you know it.", most=200)
    channel = forms.select("How was it sent? (optional)", [("", "Not said"), *list(CHANNELS.items())[1:]])
    sent_on = forms.day("On which day was it done? (optional)", hint="Leave it empty for just now.")
    sent_time = forms.text("At what time? (optional)", hint="For example, 14:30", most=20)
    late = forms.long_text("If it is late, why?", hint="Needed only if it was due before now.", most=NOTE)


class FurtherForm(DoneForm):
    """A further report of the same."""

    stage = forms.radios(
        "Which report is it?",
        (("follow-up", "A follow-up: more comes"), ("final", "The last one")),
        needed="Select which report it is",
    )


class DecisionForm(DoneForm):
    """A decision: either way, with reasons."""

    decision = forms.radios(
        "What was decided?",
        ((SENT, "To tell them, and it was sent"), (DECIDED_NOT, "Not to tell them")),
        needed="Select what was decided",
    )
    reasons = forms.long_text("Why, whichever it is?", needed="Say why, whichever it is", hint=NEVER, most=NOTE)


class LateForm(forms.Form):
    """Why something goes late, where it does."""

    late = forms.long_text("If it is late: why", hint=NEVER, most=NOTE)


class NoteForm(forms.Form):
    """Something to be kept with it."""

    note = forms.long_text("Note (optional)", hint=NEVER, most=NOTE)


class WhyForm(forms.Form):
    """A reason that must be given."""

    reason = forms.long_text("Why?", needed="Say why", hint=NEVER, most=NOTE)


class AwarenessForm(forms.Form):
    """When somebody really became aware. A room's fault of the moment stands in the summary."""

    aware_on = forms.day("On which day did somebody become aware of it?", needed="Enter the day")
    aware_time = forms.text("At what time?", needed="Enter the time", hint="For example, 14:30", most=20)
    reason = forms.long_text("How is that known?", needed="Say how that is known", hint=NEVER, most=NOTE)


class ActionForm(forms.Form):
    """Something somebody is to do."""

    text = forms.long_text("What is to be done?", needed="Say what is to be done", hint=NEVER, most=NOTE)
    owner = forms.finder("Who does it?", needed="Select who does it")
    due_on = forms.day("By which day?", needed="Enter the day by which it is done")


class LessonForm(forms.Form):
    """A note or a lesson."""

    sort = forms.radios("What is it?", (("lesson", "A lesson"), ("note", "A note")), needed="Select what it is")
    text = forms.long_text("Write it down", needed="Write it down", hint=NEVER, most=NOTE)


class ContainForm(forms.Form):
    """What to stop."""

    act = forms.radios("What do you want to stop?", MEASURE_WORDS.items(), needed="Select what you want to stop")
    target = forms.text("Of which item, or whom?", needed="Say of which item, or whom", hint=TARGET_HINT, most=254)


class EndForm(forms.Form):
    """How it ended."""

    outcome = forms.radios("How did it end?", needed="Select how it ended")
    note = forms.long_text("In a few words (of a false alarm: why it was one)", hint=NEVER, most=NOTE)


class AgreeForm(forms.Form):
    """A second person's answer."""

    agree = forms.radios("Do you agree?", (("yes", "Yes"), ("no", "No, send it back")), needed="Select yes or no")
    reason = forms.long_text("If not, why?", hint=NEVER, most=NOTE)


class ReleaseForm(AgreeForm):
    """A second person's answer to whoever asks that something stopped is let go."""

    agree = forms.radios(
        "Do you agree?", (("yes", "Yes, let it go"), ("no", "No, keep it stopped")), needed="Select yes or no"
    )
    reason = forms.long_text("If not, why?", hint=NEVER, most=NOTE)  # again, so that it stands below the question


class DeletedForm(forms.Form):
    """Whether what was taken was deleted."""

    answer = forms.radios("What have you done?", ANSWERS.items(), needed="Select what you have done")
    note = forms.long_text("Anything to add (optional)", hint=NEVER, most=NOTE)


class RecallForm(forms.Form):
    """Two clicks: the link, and this."""

    reason = forms.long_text("What went wrong? (optional)", hint=NEVER, most=NOTE)


class AssessmentForm(forms.Form):
    """Everything that is asked; a field of the policies is named ``f_`` and its id here."""

    def refuse(self, error: ServiceError) -> None:
        """Each fault at its field, of twenty of them."""
        error.fields = {f"f_{name}" if f"f_{name}" in self else name: said for name, said in error.fields.items()}
        super().refuse(error)


def assessment(rules: Rules, known: Mapping[str, str]) -> Any:
    """The form of everything that is asked, filled with what is known. Texts are added to what was written before."""
    fields = {f"f_{each.id}": _field(each) for each in rules.fields.values()}
    fields["impacts"] = forms.checks("What suffered, or may have?", IMPACTS)
    made: Any = type("Asked", (AssessmentForm,), fields)()
    if not made.is_submitted():
        for each in rules.fields.values():
            if each.type != "text" and each.id in known:
                value = known[each.id]
                made[f"f_{each.id}"].data = value.split(",") if each.type == "choices" else value
    return made


def assessed(rules: Rules, form: Any) -> tuple[dict[str, str], dict[str, str]]:
    """(what is known, what was written), each by field."""
    known: dict[str, str] = {}
    words: dict[str, str] = {}
    for each in rules.fields.values():
        data = form[f"f_{each.id}"].data
        if each.type == "text":
            words[each.id] = data or ""
        elif data:
            known[each.id] = ",".join(data) if isinstance(data, list) else str(data).strip()
    return known, words


def _field(field: Field) -> Any:
    if field.type == "text":
        return forms.long_text(f"{field.label} (optional)", hint=f"{NEVER} Source: {field.source}.", most=4000)
    if field.type == "number":
        return forms.text(f"{field.label} (optional)", hint=f"Source: {field.source}.", most=9)
    options = list(field.choices.items())
    if field.type == "choices":
        return forms.checks(f"{field.label} (optional)", options, hint=f"Source: {field.source}.")
    return forms.select(field.label, [("", "Not said yet"), *options], hint=f"Source: {field.source}.")


def done_form(owed: Owed) -> DoneForm:
    """The form for a duty as it stands."""
    if owed.done_at is not None and owed.stage:
        return FurtherForm()
    return DecisionForm() if owed.duty.decision else DoneForm()


def moment(day: date | None, wall: str) -> datetime | None:
    """The instant of a day and a time in London; None where one of them is missing or no such time.

    In the hour that comes twice the first is meant: clocks that run from it then end sooner, not later.
    """
    if day is None:
        return None
    hours, colon, minutes = wall.strip().replace(".", ":").partition(":")
    if not (hours.isascii() and hours.isdigit() and (not colon or (minutes.isascii() and minutes.isdigit()))):
        return None
    try:
        return datetime.combine(day, time(int(hours), int(minutes or 0)), LONDON).astimezone(UTC)
    except ValueError:
        return None


def parted(text: str) -> tuple[str, ...]:
    """What stands between spaces or commas."""
    return tuple(text.replace(",", " ").split())


def measures(acts: Iterable[str]) -> Sequence[tuple[str, str]]:
    """Their words, in their order."""
    return [(act, MEASURE_WORDS[act]) for act in MEASURES if act in set(acts)]
