"""How sharing says no about drafts, items, lists and searches."""

from __future__ import annotations

from collections.abc import Sequence

from audit.fact import Kind
from audit.noted import Noted
from foundation.errors import Conflict, Denied, Invalid, NotFound, Unavailable
from foundation.phrases import Phrase

NOT_FOUND = Phrase(
    "There is no item of that reference that you may see. Check the reference, or ask whoever gave it to you."
)


class ItemNotFound(Noted, NotFound):
    """No such item, or none that this person may know of."""

    code = "sharing.not-found"
    title = Phrase("There is no item of that reference that you may see")


class DraftNotFound(NotFound):
    """No such draft of this person’s."""

    code = "sharing.draft-not-found"
    title = "You have no draft of that name"


class FileNotFound(NotFound):
    """The item has no such file."""

    code = "sharing.file-not-found"
    title = Phrase("There is no such file")


class ActRefused(Noted, Denied):
    """A person who may see the item may not do this with it, or not now."""

    code = "sharing.act-refused"
    title = Phrase("You may not do that")


class ItemDisposed(ActRefused):
    """They may hear of the item, whose content was destroyed when its time was up."""

    code = "sharing.item-disposed"
    title = Phrase("This item was disposed of")


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


class MalwareFound(Noted, Denied):
    """A scanner knows the file as malware. Nothing of it was kept."""

    code = "sharing.malware-found"
    title = "This file cannot be accepted"


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
    title = Phrase("Choose what you need it for")


class OutcomeUnknown(Invalid):
    """An outcome the agreement does not list for this kind of item."""

    code = "sharing.outcome-unknown"
    title = "That is no outcome of this kind of item"


class WordsMissing(Invalid):
    """A reason or note is needed, or is too long."""

    code = "sharing.words-missing"
    title = Phrase("Say why")


class ReowningRefused(Denied):
    code = "sharing.reowning-refused"
    title = "You cannot move what waits for this person"


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
    title = Phrase("It has changed since you looked")


class DoneAlready(Noted, Conflict):
    """The step has been taken, or the item is no longer open."""

    code = "sharing.done-already"
    title = Phrase("That has been done already")


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
    title = Phrase("This cannot be shown")

    def __init__(self, item_uuid: str, fact: Kind) -> None:
        super().__init__(
            "A check of the records it rests on failed, so nothing was shown. Tell whoever runs the service.",
            subject=item_uuid,
            fact=fact,
        )
