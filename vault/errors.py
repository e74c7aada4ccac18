"""How the vault says no. None of these tells what the content was, only what to do next."""

from __future__ import annotations

from foundation.errors import Conflict, Denied, Invalid, NotFound, Unavailable
from vault import events


class Trouble(Unavailable):
    """Keys or content cannot be used: whoever runs the service must hear of it, so it brings its own fact."""

    fact = events.TROUBLE
    marking = ""
    rules = ()

    @property
    def what(self) -> dict[str, str]:
        """What the entry holds."""
        return {"code": self.code}


class KeyGone(NotFound):
    """The item's key was destroyed, or there never was one."""

    code = "vault.key-gone"
    title = "The content no longer exists"


class PartGone(NotFound):
    """No such file of this item."""

    code = "vault.part-gone"
    title = "There is no such file"


class KeyDisabled(Denied):
    """The item's key is disabled for now."""

    code = "vault.key-disabled"
    title = "The content is closed for now"


class KeyExists(Conflict):
    """The item version has, or had, a key."""

    code = "vault.key-exists"
    title = "The item already has a key"


class KeyAlive(Conflict):
    """Ciphertext may go only after its key: a rolled-back removal would otherwise lose what is still wanted."""

    code = "vault.key-alive"
    title = "The key has not been destroyed"


class PartExists(Conflict):
    """The file number is taken."""

    code = "vault.part-exists"
    title = "There is a file of that number"


class PartNotBegun(Conflict):
    """The upload was dropped, swept or finished before."""

    code = "vault.part-not-begun"
    title = "The upload is no longer open"


class Empty(Invalid):
    """A file of no bytes."""

    code = "vault.empty"
    title = "The file is empty"


class TooLarge(Invalid):
    """More bytes than were allowed."""

    code = "vault.too-large"
    title = "The file is too large"


class KeysElsewhere(Denied):
    """No keyring of that body is configured here: its keys are held by another service."""

    code = "vault.keys-elsewhere"
    title = "The keys of that body are held elsewhere"


class KekUnknown(NotFound):
    """No wrapping key of that id was ever here."""

    code = "vault.kek-unknown"
    title = "There is no such wrapping key"


class KekInUse(Conflict):
    """The key still wraps something, or is not the one that may go now."""

    code = "vault.kek-in-use"
    title = "That wrapping key is still needed"


class KekClosed(Conflict):
    """The key was closed, to be destroyed, after it was chosen to wrap with."""

    code = "vault.kek-closed"
    title = "The wrapping key was replaced meanwhile"


class Tampered(Trouble):
    """What is stored is not what was sealed: cut, changed, mixed up or moved."""

    code = "vault.tampered"
    title = "The stored content failed its check"


class KeyMissing(Trouble):
    """The keyring has no key of that body or id."""

    code = "vault.key-missing"
    title = "A key is missing"


class KeyringUnsafe(Trouble):
    """Others could read the keyring, or a file of it is damaged."""

    code = "vault.keyring-unsafe"
    title = "The keyring is not safe"


class SharesImpossible(Invalid):
    """So many shares cannot be made, or not of that."""

    code = "vault.shares-impossible"
    title = "The shares cannot be made"


class ShareUnusable(Invalid):
    """Mistyped or no share at all: its checksum is wrong."""

    code = "vault.share-unusable"
    title = "The share was not understood"


class ShareUnwanted(Conflict):
    """A good share that does not help: another set's, or given before."""

    code = "vault.share-unwanted"
    title = "The share does not help here"


class SharesDoNotJoin(Invalid):
    """Too few shares, or not of one set: they give no secret, or one that does not fit the recovery file."""

    code = "vault.shares-do-not-join"
    title = "The shares do not open the recovery file"


class RecoveryFileInvalid(Invalid):
    """The recovery file is not as it was written."""

    code = "vault.recovery-file-invalid"
    title = "The recovery file cannot be used"


class RecoverySetUnknown(Conflict):
    """The file names a public key that is not the one of the set in force: keys must not be sealed to it."""

    code = "vault.recovery-set-unknown"
    title = "The recovery file is not of the set in force"


class RecoveryThere(Conflict):
    """Keys are never overwritten."""

    code = "vault.recovery-there"
    title = "There is something there already"


class ErasureUnfinished(Unavailable):
    """The key row is gone, but its old bytes may still stand in the write-ahead log."""

    code = "vault.erasure-unfinished"
    title = "The key is not erased yet"


class NoRoom(Trouble):
    """The disk is full."""

    code = "vault.no-room"
    title = "There is no room"


class StorageFailed(Trouble):
    """The object store cannot be read or written."""

    code = "vault.storage-failed"
    title = "The storage failed"


class LedgerDamaged(Trouble):
    """A line of the disposal ledger was changed, added, moved or taken away."""

    code = "vault.ledger-damaged"
    title = "The disposal ledger was changed behind the service"


class StorageLocked(Trouble):
    """The bucket's object lock keeps what should be deleted."""

    code = "vault.storage-locked"
    title = "The store does not let it be deleted yet"


class KeyRefused(Trouble):
    """The key service does not let this service use the key: permission, region, disabled, about to be deleted."""

    code = "vault.key-refused"
    title = "The key service refuses the key"


class KeyServiceFailed(Trouble):
    """The key service does not answer, or has too much to do."""

    code = "vault.key-service-failed"
    title = "The key service cannot be used"
