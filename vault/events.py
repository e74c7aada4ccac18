"""Facts the vault records. They hold ids, numbers and digests of ciphertext; a digest of plaintext would outlive it."""

from __future__ import annotations

from audit.fact import kind

KEY_CREATED = kind("vault.key-created", "An item version was given a key of its own.", "version", "body", "kek")
KEY_REMARKED = kind("vault.key-remarked", "A key was bound to another marking.", "version", "kek")
KEY_DISABLED = kind("vault.key-disabled", "The item's keys were disabled; this can be undone.", "versions")
KEY_ENABLED = kind("vault.key-enabled", "The item's keys were enabled again.", "versions")
KEY_DESTROYED = kind(
    "vault.key-destroyed", "The item's keys were destroyed; nothing can undo this.", "versions", "keks", "destroyed"
)
PART_SEALED = kind(
    "vault.part-sealed", "A file of the item was stored, encrypted.", "version", "part", "stored_size", "stored_sha256"
)
CONTENT_REMOVED = kind("vault.content-removed", "The item's ciphertext was deleted and looked for.", "parts", "absent")
SWEPT = kind("vault.swept", "What broken-off work had left was removed or finished.", "objects", "rows", "keys")
