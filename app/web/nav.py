"""What a person finds in the menu: what they hold a duty or an office for. The menu decides nothing; each page does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, request, url_for

from app.http.language import N_, _
from foundation.actor import NOBODY, Actor

RECORDS = frozenset({"records-reviewer", "disposal-approver", "compliance-officer", "auditor"})
DISPOSERS = frozenset({"records-reviewer", "disposal-approver"})
REQUESTS = frozenset({"data-protection", "compliance-officer"})
LOG = frozenset({"compliance-officer", "auditor"})
# The policies keep these from every item; a menu that leads only to empty pages would be unkind.
NO_ITEMS = frozenset({"account-admin", "operator", "compliance-officer", "auditor"})


@dataclass(frozen=True, slots=True)
class Entry:
    """``shown``: for whom. ``group``: under which heading the home page has it; ``hint``: what one does there.

    An endpoint this installation does not have is left out.
    """

    text: str
    endpoint: str
    shown: Callable[[Actor], bool]
    group: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as a page shows it."""

    text: str
    href: str
    current: bool = False
    hint: str = ""


def works(actor: Actor) -> bool:
    return bool(actor.offices) and actor.duties.isdisjoint(NO_ITEMS)


def _keeps(actor: Actor) -> bool:
    return works(actor) or not actor.duties.isdisjoint(RECORDS | {"media-approver"})


def _anybody(_actor: Actor) -> bool:
    return True


def _holds(*duties: str) -> Callable[[Actor], bool]:
    return lambda actor: not actor.duties.isdisjoint(duties)


def attests(actor: Actor) -> bool:
    """Whoever attests access, and those who see that it is done."""
    return actor.attests or not actor.duties.isdisjoint({"compliance-officer", "account-admin"})


HOME = "home.show"
MOST = 6  # in the bar on top: home, what is first for this person, and the agreement that everything rests on
ALWAYS = "agreements.index"
ITEMS, RECORD, DISPOSE, CHECK, ADMIN = (
    "Items", "Agreements and registers", "Disposal", "Checking and incidents", "People and offices",
)  # fmt: skip
GROUPS = (ITEMS, RECORD, DISPOSE, CHECK, ADMIN)

# In the order of the bar: what is somebody's own duty comes before what many do.
ENTRIES = (
    Entry(N_("Accounts"), "accounts.index", _holds("account-admin"), ADMIN, "Invite, appoint, suspend, end"),
    Entry(N_("Offices"), "offices.index", _holds("account-admin"), ADMIN, "Boards, desks and what they cover; groups"),
    Entry(N_("Operation"), "status.operation", _holds("operator"), CHECK, "Is the service well, and what is to do"),
    Entry(N_("Incidents"), "incidents.index", _holds("breach-lead"), CHECK,
          "What went wrong, and what is owed by when"),
    Entry(N_("Disposal day"), "disposal_day.show", _holds(*DISPOSERS), DISPOSE, "What waits for you, stage by stage"),
    Entry(N_("Disposals"), "disposals.index", _holds(*RECORDS), DISPOSE, "Every item’s case, with its dates"),
    Entry(N_("Audit log"), "audit.index", _holds(*LOG), CHECK, "Who did what, with proof"),
    Entry(N_("Overview"), "overview.show", _holds("oversight", "compliance-officer"), CHECK, "The exchange in figures"),
    Entry(N_("Requests"), "requests.index", _holds(*REQUESTS), CHECK, "What people ask about data held on them"),
    Entry(N_("Items"), "items.inbox", works, ITEMS, "What waits for you, and all you may see"),
    Entry(N_("Send"), "items.new", works, ITEMS, "Begin a letter, a report or a request"),
    Entry(N_("Tasks"), "tasks.start", works, ITEMS, "Inspections and other matters, step by step"),
    Entry(N_("Search"), "search.index", works, ITEMS, "Items about a person, by number or name"),
    Entry(N_("Agreement"), ALWAYS, _anybody, RECORD, "Every duty, and how it stands"),
    Entry(N_("Drafts"), "drafts.index", works, ITEMS, "What you began and have not sent"),
    Entry(N_("Alerts"), "alerts.index", works, ITEMS, "Raise one, or acknowledge one"),
    Entry(N_("Corrections"), "corrections.index_", works, ITEMS, "What your office was told to correct"),
    Entry(N_("Media and paper"), "media.index", _keeps, ITEMS, "Copies outside the service, and who has them"),
    Entry(N_("Registers"), "registers.index", _anybody, RECORD, "What was recorded under the agreement"),
    Entry(N_("Data protection"), "data_protection.index", _anybody, RECORD, "Decisions to share, and processing"),
    Entry(N_("Returns"), "returns.index", _holds(*DISPOSERS), DISPOSE, "Offered back to you, or to be offered"),
    Entry(N_("Batches"), "batches.index", _holds(*DISPOSERS), DISPOSE, "Many items reviewed and approved at once"),
    Entry(N_("Holds"), "holds.index", _holds(*RECORDS), DISPOSE, "What must not be disposed of, and why"),
    Entry(N_("What falls due"), "foresight.index", _holds(*RECORDS), DISPOSE,
          "The months ahead, and the year in numbers"),
    Entry(N_("Certificates"), "certificates.index", _holds(*RECORDS), DISPOSE, "What was disposed of, with proof"),
    Entry(N_("Retention schedules"), "schedules.index", _holds(*RECORDS), DISPOSE, "How long things are kept, by whom"),
    Entry(N_("Find a person or office"), "directory.index", _anybody, ADMIN, "Who works where, and who covers what"),
    Entry(N_("People"), "people.register", _holds("compliance-officer", "account-admin"), ADMIN,
          "Training and vetting"),
    Entry(N_("Access review"), "access_review.index", attests, ADMIN, "Who has what, and whether they need it"),
    Entry(N_("Outbox"), "outbox.index", _holds("account-admin", "operator"), CHECK,
          "Messages that did not get through"),
    Entry(N_("Partner systems"), "partner_systems.index", _holds("account-admin"), CHECK, "Programs that are told"),
    Entry(N_("The safety override"), "overrides.index", _anybody, CHECK, "When the glass was broken, and its review"),
    Entry(N_("Report an incident"), "incident_reports.report", _anybody, CHECK, "Something went wrong, or may have"),
)  # fmt: skip

# Sections without an entry of their own, and the one whose entry they stand under; then where that is not in the bar.
UNDER = {
    "acts": "items",
    "several": "items",
    "files": "items",
    "renaming": "items",
    "drafts": "items",
    "alerts": "items",
    "corrections": "items",
    "media": "items",
    "papers": "media",
    "holds": "disposals",
    "hold_placing": "disposals",
    "schedules": "disposals",
    "batches": "disposals",
    "returns": "disposals",
    "foresight": "disposals",
    "transfers": "disposals",
    "certificates": "disposals",
    "log_retention": "audit",
    "decisions": "data_protection",
    "known_to": "agreements",
    "incident_containing": "incidents",
    "abroad": "data_protection",
    "overrides": "data_protection",
    "data_protection": "agreements",
    "registers": "agreements",
    "offices": "accounts",
    "notifications": "account",
}

FOOTER = (
    (N_("Accessibility statement"), "about.accessibility"),
    (N_("Privacy notice"), "about.privacy"),
    (N_("Cookies"), "about.cookies"),
    (N_("Help"), "about.help"),
    (N_("Handling requirements"), "handling.show"),
    (N_("How the service stands"), "status.show"),
)


def links(actor: Actor) -> list[Link]:
    """The bar of this person on this page: home, the first that are theirs, the agreement."""
    if actor.id == NOBODY.id:
        return []
    theirs = [entry for entry in _theirs(actor) if entry.endpoint != ALWAYS][: MOST - 2]
    always = [entry for entry in _theirs(actor) if entry.endpoint == ALWAYS]
    bar = [*theirs, *always]
    now = _current([entry.endpoint for entry in bar])
    home_link = Link(_("Home"), home(actor), request.endpoint == HOME)
    return [home_link, *(Link(_(entry.text), url_for(entry.endpoint), entry.endpoint == now) for entry in bar)]


def groups(actor: Actor) -> list[tuple[str, list[Link]]]:
    """Everything there is for this person, under its headings: the home page has it all."""
    found = [(name, [entry for entry in _theirs(actor) if entry.group == name]) for name in GROUPS]
    return [
        (name, [Link(entry.text, url_for(entry.endpoint), hint=entry.hint) for entry in entries])
        for name, entries in found
        if entries
    ]


def home(actor: Actor) -> str:
    """Where somebody starts."""
    return url_for("auth.sign_in" if actor.id == NOBODY.id else HOME)


def _theirs(actor: Actor) -> list[Entry]:
    return [entry for entry in ENTRIES if entry.endpoint in current_app.view_functions and entry.shown(actor)]


def _current(bar: list[str]) -> str:
    """Which of these this page stands under: the page itself, its section, or the section that one belongs to."""
    if request.endpoint in bar:
        return request.endpoint or ""
    section = (request.endpoint or "").partition(".")[0]
    for _step in range(len(UNDER)):
        found = next((endpoint for endpoint in bar if endpoint.startswith(f"{section}.")), "")
        if found or section not in UNDER:
            return found
        section = UNDER[section]
    return ""
