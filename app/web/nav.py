"""What a person finds in the menu: what they hold a duty or an office for. The menu decides nothing; each page does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, request, url_for

from foundation.actor import NOBODY, Actor

RECORDS = frozenset({"records-reviewer", "disposal-approver", "compliance-officer", "auditor"})
DISPOSERS = frozenset({"records-reviewer", "disposal-approver"})
LOG = frozenset({"compliance-officer", "auditor"})
# The policies keep these from every item; a menu that leads only to empty pages would be unkind.
NO_ITEMS = frozenset({"account-admin", "operator", "compliance-officer", "auditor"})


@dataclass(frozen=True, slots=True)
class Entry:
    """``shown``: for whom. An endpoint this installation does not have is left out."""

    text: str
    endpoint: str
    shown: Callable[[Actor], bool]


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as a page shows it."""

    text: str
    href: str
    current: bool


def _works(actor: Actor) -> bool:
    return bool(actor.offices) and actor.duties.isdisjoint(NO_ITEMS)


def _anybody(_actor: Actor) -> bool:
    return True


def _holds(*duties: str) -> Callable[[Actor], bool]:
    return lambda actor: not actor.duties.isdisjoint(duties)


ENTRIES = (
    Entry("Inbox", "items.inbox", _works),
    Entry("Send", "items.new", _works),
    Entry("Drafts", "drafts.index", _works),
    Entry("Search", "search.index", _works),
    Entry("Disposal day", "disposal_day.show", _holds(*DISPOSERS)),
    Entry("Disposals", "disposals.index", _holds(*RECORDS)),
    Entry("Audit log", "audit.index", _holds(*LOG)),
    Entry("Incidents", "incidents.index", _holds("breach-lead")),
    Entry("Agreement", "agreements.index", _anybody),
    Entry("Accounts", "accounts.index", _holds("account-admin")),
    Entry("Offices", "offices.index", _holds("account-admin")),
)

# Sections without an entry of their own, and the one whose entry they stand under.
UNDER = {
    "acts": "items",
    "files": "items",
    "holds": "disposals",
    "hold_placing": "disposals",
    "schedules": "disposals",
    "batches": "disposals",
    "returns": "disposals",
    "foresight": "disposals",
    "transfers": "disposals",
    "certificates": "disposals",
    "log_retention": "audit",
}

FOOTER = (
    ("Accessibility statement", "about.accessibility"),
    ("Privacy notice", "about.privacy"),
    ("Cookies", "about.cookies"),
    ("Help", "about.help"),
)


def links(actor: Actor) -> list[Link]:
    """The menu of this person on this page."""
    if actor.id == NOBODY.id:
        return []
    section = (request.endpoint or "").partition(".")[0]
    exact = {entry.endpoint for entry in ENTRIES} & {request.endpoint}
    return [
        Link(
            entry.text,
            url_for(entry.endpoint),
            entry.endpoint in exact if exact else entry.endpoint == _first_of(section),
        )
        for entry in ENTRIES
        if entry.endpoint in current_app.view_functions and entry.shown(actor)
    ]


def home(actor: Actor) -> str:
    """Where somebody starts: what their duty is first, else their items, else their own account."""
    if actor.id == NOBODY.id:
        return url_for("auth.sign_in")
    theirs = [entry for entry in ENTRIES if entry.endpoint in current_app.view_functions and entry.shown(actor)]
    own = sorted((entry for entry in theirs if entry.shown is not _anybody), key=lambda entry: entry.shown is _works)
    return url_for(own[0].endpoint if own else "account.show")


def _first_of(section: str) -> str:
    own = UNDER.get(section, section)
    return next((entry.endpoint for entry in ENTRIES if entry.endpoint.startswith(f"{own}.")), "")
