"""The form every page uses, and its fields. A form checks what can be checked without a room; the room checks the rest.

    form = AnswerForm()
    if form.validate_on_submit():
        with form.refusals(), house().work(actor()) as work:
            work.sharing.answer(…)
            return redirect(…)
    return page("items/answer.html", form=form)

A refusal inside ``refusals`` is shown on the same page, beside what was typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from flask import g, request
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FileField,
    MultipleFileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.csrf.core import CSRF
from wtforms.validators import DataRequired, Length, Optional, StopValidation

from app.http import csrf, next_steps
from app.http.errors import status_of
from app.http.language import N_
from app.web import helping, widgets
from app.web.finders import Finder, plain
from app.web.form_rules import DateField, Limit, chosen, complete, lines, strip
from foundation.errors import Conflict, Denied, Invalid, ServiceError

Options = Iterable[tuple[str, str]]
"""(value, what is shown), in the order shown."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary."""

    text: str
    href: str = ""
    clause: str = ""


class _SessionToken(CSRF):
    """The hidden field; the check itself was done before the view (app/http/csrf.py)."""

    def generate_csrf_token(self, csrf_token_field: Any) -> str:  # noqa: ARG002
        return csrf.token()

    def validate_csrf_token(self, form: Any, field: Any) -> None:  # noqa: ARG002
        if not g.get("csrf_checked", False):
            msg = N_("This form was opened in an earlier session. Send it again.")
            raise StopValidation(msg)


class Form(FlaskForm):  # type: ignore[misc]
    """Base of every form. ``status`` is what the page answers with when something was wrong."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf_class = _SessionToken
        csrf_field_name = csrf.FIELD
        csrf = True

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            # What was typed before the session ended: shown, with the page asked for, never submitted.
            if g.get("kept_form") is not None and request.method == "GET":
                return g.kept_form
            return super().wrap_formdata(form, formdata)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.status = 200
        self.todo = ""
        self._said: list[Problem] = []
        for field in self:
            field.help = helping.of(type(self), field.name)

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Whether the form was sent and holds. Not: the page answers 422. Sent to look somebody up, it is not."""
        if self.is_submitted() and self.looking:
            g.sent_unsent = False  # what was typed before is still not sent
            return False
        good = bool(super().validate_on_submit(extra_validators))
        if self.is_submitted() and not good:
            self.status = 422
        return good

    @property
    def looking(self) -> bool:
        """Somebody looks for what to choose: the page is shown again, and nothing is checked or done."""
        return any(field.looking for field in self if isinstance(field, Finder))

    @property
    def errors(self) -> dict[str | None, Any]:
        found = dict(super().errors)
        return {**found, None: [one.text for one in self._said]} if self._said else found

    def refusals(self) -> Refusals:
        """The part in which a room may refuse. Invalid, Denied and Conflict come back to the page; the rest goes on."""
        return Refusals(self)

    def refuse(self, error: ServiceError) -> None:
        """Put a refusal on the page: each fault at its field, and the rest, with sources, in the summary."""
        self.status = 422 if isinstance(error, Invalid) else status_of(error)
        self.todo = "" if isinstance(error, Invalid) or error.reasons else next_steps.of(error.code)
        placed = False
        for name, faults in error.fields.items():
            if name in self._fields:
                self._fields[name].errors = [*self._fields[name].errors, *faults]
                placed = True
            else:
                self._said += [Problem(fault) for fault in faults]
        self._said += [Problem(reason.text, clause=reason.clause) for reason in error.reasons]
        if not placed and not error.reasons:
            self._said.insert(0, Problem(error.detail))

    def say(self, text: str, field: str = "") -> None:
        """One fault found after the fields were checked, at ``field`` or for the whole form."""
        self.status = 422
        if field:
            self._fields[field].errors = [*self._fields[field].errors, text]
        else:
            self._said.append(Problem(text))

    def faults(self) -> Iterator[Problem]:
        """Every line of the error summary, in the order of the fields."""
        for field in self:
            for text in field.errors:
                hidden = field.name == csrf.FIELD
                yield Problem(text, "" if hidden else widgets.anchor(field))
        yield from self._said


class Refusals:
    """``with form.refusals(), house().work(actor()) as work:`` – outside the unit of work: it is rolled back first."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, (Invalid, Denied, Conflict)):
            self._form.refuse(error)
            return True
        return False


class Ask(Form):
    """A form without fields: the page that asks before it does."""


# The fields below are typed Any: what a field holds once it has validated is never None, which the stubs cannot say.


def _rules(needed: str, *more: Any) -> list[Any]:
    return [DataRequired(needed) if needed else Optional(), *more]


def text(label: str, *, needed: str = "", hint: str = "", most: int = 200) -> Any:
    """One line. ``needed``: what to say when it is empty; without it the field may be."""
    return StringField(
        label, _rules(needed, Limit(label, most)), description=hint, widget=widgets.TextInput(), filters=[strip]
    )


def email(label: str, *, needed: str = "", hint: str = "") -> Any:
    """An e-mail address. Whether it is one is for identity to say."""
    rules = _rules(needed, Length(max=254, message=N_("Enter an e-mail address of 254 characters or fewer")))
    kw = {"autocomplete": "username", "spellcheck": "false"}
    return StringField(label, rules, description=hint, widget=widgets.EmailInput(), render_kw=kw, filters=[strip])


def password(label: str, *, needed: str, hint: str = "", new: bool = False) -> Any:
    """A password, never sent back to the page."""
    params = {"params": {"autocomplete": "new-password" if new else "current-password"}}
    return PasswordField(label, _rules(needed), description=hint, widget=widgets.PasswordInput(), render_kw=params)


def code(label: str, *, needed: str, hint: str = "") -> Any:
    """Six digits from an authenticator app."""
    attributes = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
    kw = {"params": {"classes": "govuk-input--width-10", **attributes}}
    return StringField(
        label,
        _rules(needed, Length(max=20, message=N_("The code has six digits"))),
        description=hint,
        widget=widgets.TextInput(),
        render_kw=kw,
    )


def long_text(label: str, *, needed: str = "", hint: str = "", most: int = 4000) -> Any:
    """Many lines, with a count of what is left."""
    kw = {"params": {"maxlength": most, "rows": 6}}
    rules = _rules(needed, Limit(label, most))
    return TextAreaField(label, rules, description=hint, widget=widgets.CharacterCount(), render_kw=kw, filters=[lines])


def radios(label: str, options: Options = (), *, needed: str = "", hint: str = "") -> Any:
    """One of a few. Choices that depend on the person: ``form.to.choices = widgets.choices(…)`` before validating."""
    return RadioField(
        label,
        _rules(needed),
        description=hint,
        widget=widgets.Radios(),
        choices=widgets.choices(options),
        validate_choice=True,
    )


def select(label: str, options: Options = (), *, needed: str = "", hint: str = "") -> Any:
    """One of many. Begin ``options`` with ("", "Choose …")."""
    known = widgets.choices(options)
    return SelectField(label, _rules(needed), description=hint, widget=widgets.Select(), choices=known)


def finder(label: str, options: Options = (), *, needed: str = "", hint: str = "", few: str = "select") -> Any:
    """One of what may be very many: searched for by part of its name. ``few``: what it is while there are few."""
    known = widgets.choices(options)
    return Finder(label, _rules(needed), description=hint, few=plain(few), choices=known)


def checks(label: str, options: Options = (), *, needed: str = "", hint: str = "") -> Any:
    """Any of a few."""
    known = widgets.choices(options)
    return SelectMultipleField(label, _rules(needed), description=hint, widget=widgets.Checkboxes(), choices=known)


def tick(label: str, *, needed: str = "", hint: str = "") -> Any:
    """One thing to say yes to."""
    return BooleanField(label, _rules(needed), description=hint, widget=widgets.Checkbox())


def file(label: str, *, needed: str = "", hint: str = "") -> Any:
    """One file. Its stream is the sink the endpoint prepared; its limit is the sink's to say."""
    return FileField(label, [chosen(needed)], description=hint, widget=widgets.FileInput())


def files(label: str, *, needed: str = "", hint: str = "") -> Any:
    """Several files."""
    return MultipleFileField(label, [chosen(needed)], description=hint, widget=widgets.FileInput(multiple=True))


def day(label: str, *, needed: str = "", hint: str = "") -> Any:
    """A date in three inputs."""
    return DateField(label, [complete(needed)], description=hint, widget=widgets.DateInput())
