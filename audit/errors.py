"""How the memory says no. Whenever it cannot remember, the act does not happen."""

from __future__ import annotations

from foundation.errors import Conflict, Invalid, NotFound, Unavailable


class LogUnavailable(Unavailable):
    """The entry could not be written: disk full, database read-only or locked. Nothing may be served."""

    code = "audit.unavailable"
    title = "The log cannot be written"


class ClockWentBack(Unavailable):
    """The clock is more than a minute behind the newest entry."""

    code = "audit.clock-went-back"
    title = "The clock has gone back"


class LogDamaged(Unavailable):
    """What is stored contradicts itself or an earlier checkpoint. Nothing is signed over it."""

    code = "audit.damaged"
    title = "The log does not agree with itself"


class KeysMissing(Unavailable):
    """A key of the log is not where it should be."""

    code = "audit.keys-missing"
    title = "The log’s keys are missing"


class KeysUnsafe(Unavailable):
    """Others on this machine could read or replace the keys."""

    code = "audit.keys-unsafe"
    title = "The log’s keys are not kept safely"


class KeyDestroyed(Unavailable):
    """The disclosure key of this month was destroyed on purpose; nothing more can be sealed or opened under it."""

    code = "audit.key-destroyed"
    title = "The key of that month is destroyed"


class EntryUnknown(NotFound):
    """No entry of that id."""

    code = "audit.entry-unknown"
    title = "There is no such entry"


class AlreadyThere(Conflict):
    """Something is where the export or the keys were to go. Nothing is overwritten."""

    code = "audit.already-there"
    title = "There is something there already"


class NothingSigned(Conflict):
    """No checkpoint yet covers what is asked for."""

    code = "audit.nothing-signed"
    title = "There is no checkpoint yet"


class TooLarge(Invalid):
    """A zip of this log would need a longer form than the format has."""

    code = "audit.too-large"
    title = "The log is too large for one zip file"


class NoteInvalid(Invalid):
    """A signed note of wrong form, or without a good signature of a trusted key."""

    code = "audit.note-invalid"
    title = "The signed note is not valid"


class VerifierKeyInvalid(Invalid):
    """Not a verifier key."""

    code = "audit.verifier-key-invalid"
    title = "That is not a verifier key"


class TextUnusable(Invalid):
    """A stated reason that is no text (lone surrogates) or longer than a field may be."""

    code = "audit.text-unusable"
    title = "The text cannot be recorded"
