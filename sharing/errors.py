"""How sharing says no.

A refusal that the log must remember carries ``fact`` and ``what``: raising undoes the transaction, so whoever rolled
back records them afterwards, in a transaction of their own. They hold ids and codes, never what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from audit.fact import Kind, Value
from foundation.errors import Conflict, Denied, Invalid, NotFound, ServiceError, Unavailable


class Noted(ServiceError):
    """A refusal to be recorded after the rollback: ``fact`` with ``what``, ``rules`` and ``subject``."""

    def __init__(
        self,
        detail: str,
        *,
        fact: Kind | None = None,
        what: Mapping[str, Value] | None = None,
        rules: Sequence[str] = (),
        marking: str = "",
        **rest: Any,
    ) -> None:
        super().__init__(detail, **rest)
        self.fact = fact
        self.what: dict[str, Value] = dict(what or {})
        self.rules = tuple(rules) or tuple(reason.rule for reason in self.reasons)
        self.marking = marking


class ItemNotFound(Noted, NotFound):
    """No such item, or none that this person may know of."""

    code = "sharing.not-found"
    title = "There is no item of that reference that you may see"


class DraftNotFound(NotFound):
    """No such draft of this person’s."""

    code = "sharing.draft-not-found"
    title = "You have no draft of that name"


class FileNotFound(NotFound):
    """The item has no such file."""

    code = "sharing.file-not-found"
    title = "There is no such file"


class ActRefused(Noted, Denied):
    """A person who may see the item may not do this with it, or not now."""

    code = "sharing.act-refused"
    title = "You may not do that"


class ItemDisposed(ActRefused):
    """They may hear of the item, whose content was destroyed when its time was up."""

    code = "sharing.item-disposed"
    title = "This item was disposed of"


class WrongWay(Noted, Denied):
    """The agreement has no such way. The detail names the clause and the right way."""

    code = "sharing.wrong-way"
    title = "The agreement does not let it go that way"


class MayNotSend(Noted, Denied):
    """Agreement or handling forbid sending it as it stands."""

    code = "sharing.may-not-send"
    title = "It may not be sent as it stands"


class NotYourOffice(Noted, Denied):
    """The person does not hold the office they act as."""

    code = "sharing.not-your-office"
    title = "You do not hold that office"


class MarkingSpill(Noted, Denied):
    """A marking above OFFICIAL. Nothing of it was kept."""

    code = "sharing.marking-spill"
    title = "This must not be put into this service"


class DraftFaulty(Invalid):
    """Fields of the draft that cannot be used. ``fields`` names each."""

    code = "sharing.draft-faulty"
    title = "Some of this cannot be used"


class RouteUnknown(Invalid):
    """No such agreement, route or kind of item."""

    code = "sharing.route-unknown"
    title = "The agreement has no such route"


class PurposeUnknown(Invalid):
    """The purpose is not one of the agreement’s."""

    code = "sharing.purpose-unknown"
    title = "Choose what you need it for"


class OutcomeUnknown(Invalid):
    """An outcome the agreement does not list for this kind of item."""

    code = "sharing.outcome-unknown"
    title = "That is no outcome of this kind of item"


class WordsMissing(Invalid):
    """A reason or note is needed, or is too long."""

    code = "sharing.words-missing"
    title = "Say why"


class WhoUnknown(Invalid):
    """The person, group or office named does not exist or cannot be named here."""

    code = "sharing.who-unknown"
    title = "Choose somebody from the list"


class TimeWrong(Invalid):
    """A date or time that cannot be meant."""

    code = "sharing.time-wrong"
    title = "That time cannot be used"


class SearchFaulty(Invalid):
    """What was searched for is not an identifier of its type."""

    code = "sharing.search-faulty"
    title = "That cannot be searched for"


class FileNameRefused(Invalid):
    """A name that cannot be kept."""

    code = "sharing.file-name"
    title = "The file’s name cannot be used"


class FileEmpty(Invalid):
    """A file of no bytes."""

    code = "sharing.file-empty"
    title = "The file is empty"


class FileTooLarge(Invalid):
    """A file over the limit; the limit is in the detail."""

    code = "sharing.file-too-large"
    title = "The file is too large"


class TooManyFiles(Invalid):
    """The item carries as many files as it may."""

    code = "sharing.too-many-files"
    title = "The item has too many files"


class Changed(Conflict):
    """Somebody changed it since it was last looked at."""

    code = "sharing.changed"
    title = "It has changed since you looked"


class DoneAlready(Noted, Conflict):
    """The step has been taken, or the item is no longer open."""

    code = "sharing.done-already"
    title = "That has been done already"


class AccessDisagrees(Noted, Unavailable):
    """A list would have shown what the access rules refuse. The whole page is withheld; this is an alarm."""

    code = "sharing.access-disagrees"
    title = "The list cannot be shown"

    def __init__(self, item_uuid: str, rules: Sequence[str]) -> None:
        super().__init__(
            "The list was withheld because a check of it failed. Nothing was shown. Tell whoever runs the service.",
            subject=item_uuid,
            rules=rules,
        )


class FactsAltered(Noted, Unavailable):
    """What says who may see an item is not as its last act left it: somebody edited rows behind the service."""

    code = "sharing.facts-altered"
    title = "This cannot be shown"

    def __init__(self, item_uuid: str, fact: Kind) -> None:
        super().__init__(
            "A check of the records it rests on failed, so nothing was shown. Tell whoever runs the service.",
            subject=item_uuid,
            fact=fact,
        )


_REFERENCE = re.compile(r"[A-Z]{2,10}-[0-9]{4}-[0-9]{5,9}")


def loggable(reference: str) -> str:
    """A reference as typed may hold anything; only what has the form of one goes into the log."""
    return reference if _REFERENCE.fullmatch(reference) else ""


class RecordFaulty(Invalid):
    """Fields of a record that are not what the agreement asks for. ``fields`` names each."""

    code = "sharing.record-faulty"
    title = "Some of this cannot be recorded"


class RecordRefused(Noted, Denied):
    """Somebody else makes, or reads, records of this kind."""

    code = "sharing.record-refused"
    title = "You may not do that"


class RecordNotFound(NotFound):
    """No agreement in force has such a kind of record, or there is no such record."""

    code = "sharing.record-not-found"
    title = "There is no such record"


class DutyNotFound(NotFound):
    """No agreement in force states such a duty."""

    code = "sharing.duty-not-found"
    title = "The agreement states no such duty"
