"""How the vault says no. None of these tells what the content was, only what to do next."""

from __future__ import annotations

from foundation.errors import Conflict, Denied, Invalid, NotFound, Unavailable


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


class KeyChanged(Conflict):
    """Somebody else rewrapped the key at the same time."""

    code = "vault.key-changed"
    title = "The key was changed meanwhile"


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


class Tampered(Unavailable):
    """What is stored is not what was sealed: cut, changed, mixed up or moved."""

    code = "vault.tampered"
    title = "The stored content failed its check"


class KeyMissing(Unavailable):
    """The keyring has no key of that body or id."""

    code = "vault.key-missing"
    title = "A key is missing"


class KeyringUnsafe(Unavailable):
    """Others could read the keyring, or a file of it is damaged."""

    code = "vault.keyring-unsafe"
    title = "The keyring is not safe"


class ErasureUnfinished(Unavailable):
    """The key row is gone, but its old bytes may still stand in the write-ahead log."""

    code = "vault.erasure-unfinished"
    title = "The key is not erased yet"


class NoRoom(Unavailable):
    """The disk is full."""

    code = "vault.no-room"
    title = "There is no room"


class StorageFailed(Unavailable):
    """The object store cannot be read or written."""

    code = "vault.storage-failed"
    title = "The storage failed"
