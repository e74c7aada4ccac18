"""How the memory says no. Whenever it cannot remember, the act does not happen."""

from __future__ import annotations

from foundation.errors import Conflict, Denied, Invalid, NotFound, Unavailable


class LogUnavailable(Unavailable):
    """The entry could not be written: disk full, database read-only or locked. Nothing may be served."""

    code = "audit.unavailable"
    title = "The log cannot be written"


class ClockWentBack(Unavailable):
    """The clock is more than a minute behind the newest entry."""

    code = "audit.clock-went-back"
    title = "The clock has gone back"


class ClockNotBehind(Conflict):
    """There is nothing to correct: the clock stands at or after the newest entry."""

    code = "audit.clock-not-behind"
    title = "The clock is not behind the log"


class LogDamaged(Unavailable):
    """What is stored contradicts itself or an earlier checkpoint. Nothing is signed over it."""

    code = "audit.damaged"
    title = "The log does not agree with itself"


class NotYetInTree(Unavailable):
    """Committed, but not in the tree yet: it will be within a moment, and can be proven then."""

    code = "audit.not-yet-in-tree"
    title = "The log has not got that far yet"
    retry_after = 1


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


class RangeUnusable(Invalid):
    """An export of entries that are none."""

    code = "audit.range-unusable"
    title = "There are no such entries"


class RecipientUnusable(Invalid):
    """Not one public key to seal an export for."""

    code = "audit.recipient-unusable"
    title = "There is no recipient"


class StampRefused(Unavailable):
    """The time-stamping authority did not answer, or not with a good time-stamp of what was asked."""

    code = "audit.stamp-refused"
    title = "No time-stamp was had"


class AnchorUnavailable(Unavailable):
    """The bucket that anchors checkpoints did not answer, or does not keep what it is given."""

    code = "audit.anchor-unavailable"
    title = "The checkpoint could not be anchored"


class RotationRunning(Conflict):
    """Two at once would leave it open which key follows."""

    code = "audit.rotation-running"
    title = "The log’s key is being changed already"


class TrustInvalid(Invalid):
    """A trust file of wrong form; the detail names line and fault."""

    code = "audit.trust-invalid"
    title = "The trust file cannot be used"


class TextUnusable(Invalid):
    """A stated reason that is no text (lone surrogates) or longer than a field may be."""

    code = "audit.text-unusable"
    title = "The text cannot be recorded"


class CheckpointUnknown(NotFound):
    """This log made no checkpoint of that number, or not with that text."""

    code = "audit.checkpoint-unknown"
    title = "There is no such checkpoint"


class SizesUnusable(Invalid):
    """A consistency proof was asked for between sizes that are none, or not published."""

    code = "audit.sizes-unusable"
    title = "There is no proof between these sizes"


class RedactionUnknown(NotFound):
    """No such class of acts, or nobody proposed that erasure."""

    code = "audit.redaction-unknown"
    title = "There is no such erasure"


class RedactionRefused(Denied):
    """It may not be proposed, approved or carried out; ``reasons`` holds why."""

    code = "audit.redaction-refused"
    title = "These disclosures may not be erased now"


class RedactionDecided(Conflict):
    """Somebody decided on it already."""

    code = "audit.redaction-decided"
    title = "That was decided already"


class WitnessUnknown(Denied):
    """The note carries no line of a witness that this service trusts."""

    code = "audit.witness-unknown"
    title = "That is no witness of this log"


class CosignatureUnusable(Invalid):
    """A cosignature from the future, or lines of several witnesses at once."""

    code = "audit.cosignature-unusable"
    title = "That cosignature cannot be taken"


class CosignatureBehind(Conflict):
    """The witness has cosigned a later checkpoint, or the note holds as many lines as it may."""

    code = "audit.cosignature-behind"
    title = "A later checkpoint is cosigned already"


class WitnessesFaulty(Unavailable):
    """The list of trusted witnesses cannot be read."""

    code = "audit.witnesses-faulty"
    title = "The list of witnesses cannot be read"


class LogUnreachable(Unavailable):
    """The log a witness watches does not answer as docs/formats/checkpoint.md says."""

    code = "audit.log-unreachable"
    title = "The log does not answer"


class WitnessRunning(Conflict):
    """Another process works with this witness's state."""

    code = "audit.witness-running"
    title = "This witness is running already"


class WitnessFileFaulty(Unavailable):
    """A witness's key or state is not what it wrote itself, or not kept safely."""

    code = "audit.witness-file-faulty"
    title = "A file of the witness cannot be used"
