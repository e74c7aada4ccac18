"""Tokens of programs as a table, and the form that makes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import url_for

from app.bootstrap.work import Work
from app.web import filters, forms, names, proof
from foundation.errors import ServiceError
from identity.model import Token
from identity.rules.tokens import LIFE, NAME

HEAD = ("What it is for", "Reaches", "Last used", "Last day", "State")
ALL = "all"


class TokenForm(proof.ProofForm):
    """What it is for, what it reaches, how long."""

    name = forms.text("What is it for?", needed="Say what it is for", hint="For example, nightly import", most=NAME)
    reach = forms.radios("What should it reach?", needed="Select what it should reach")
    acts = forms.radios(
        "What may it do?",
        [("look", "Look only: it changes nothing"), ("act", "Look and act: whatever you may do yourself")],
        needed="Select what it may do",
    )
    until = forms.day(
        "Last day", needed="Enter its last day", hint=f"At most {LIFE.days} days from today. For example, 27 3 2027"
    )


def rows(work: Work, found: list[Token]) -> list[list[Any]]:
    """Each with its way to be taken back while it opens something."""
    held = {one.id: f"{names.role(one.role)}, {one.office_name}" for one in work.people.appointments(work.actor.id)}
    return [
        [
            {"text": each.name, "minor": f"Made on {filters.gds_date(each.created)}"},
            {
                "text": held.get(each.appointment, "An appointment that ended") if each.appointment else "All you hold",
                "minor": "Looks only" if each.reads_only else "Looks and acts",
            },
            filters.gds_datetime(each.used) or "Never",
            filters.gds_date(each.until - timedelta(milliseconds=1)),
            {"text": "Take back", "href": url_for("tokens.revoke", token=each.id), "about": each.name}
            if each.good(work.now)
            else {"status": "ended"},
        ]
        for each in found
    ]


@contextmanager
def named(form: TokenForm, called: Mapping[str, str]) -> Iterator[None]:
    """A refusal comes back to the page, each fault beside the field that this form calls otherwise."""
    with form.refusals():
        try:
            yield
        except ServiceError as error:
            error.fields = {called.get(name, name): faults for name, faults in error.fields.items()}
            raise
