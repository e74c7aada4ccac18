"""How the outbox says no."""

from __future__ import annotations

from audit.noted import Noted
from foundation.errors import Conflict, Denied, Invalid, NotFound


class PreferenceFaulty(Invalid):
    """There is no such way to be told. ``fields`` names it."""

    code = "outbox.preference-faulty"
    title = "Choose how often you want to hear"


class MessageUnknown(NotFound):
    """No such message, or none of their body."""

    code = "outbox.message-unknown"
    title = "There is no such message"


class MessageNotFailed(Conflict):
    """It waits, or has gone: there is nothing to try again."""

    code = "outbox.message-not-failed"
    title = "That message has not failed"


class SystemUnknown(NotFound):
    """No such partner system, or none of their body."""

    code = "outbox.system-unknown"
    title = "There is no such partner system"


class SystemFaulty(Invalid):
    """The address of a partner system cannot be used. ``fields`` names it."""

    code = "outbox.system-faulty"
    title = "That address cannot be used"


class SystemMovedOn(Conflict):
    """Somebody changed the partner system in the same moment, or it is so already."""

    code = "outbox.system-moved-on"
    title = "The partner system is at another point now"


class NoticeNotSendable(Conflict):
    """A notice that no address is set for, or that is on its way already."""

    code = "outbox.notice-not-sendable"
    title = "That notice cannot be sent from here"


class OutboxRefused(Noted, Denied):
    """A rule stands against it. ``reasons`` holds every one."""

    code = "outbox.refused"
    title = "Your duties do not include this"
