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
KEY_CONDEMNED = kind("vault.key-condemned", "The item's keys are to be destroyed; nobody can use them now.", "versions")
KEK_CREATED = kind("vault.kek-created", "A wrapping key was made; new data keys are wrapped under it.", "body", "kek")
REWRAP_BEGUN = kind(
    "vault.rewrap-begun", "Data keys are being moved to the newest wrapping key.", "body", "kek", "keys"
)
KEYS_REWRAPPED = kind(
    "vault.keys-rewrapped",
    "Data keys were moved to the newest wrapping key; their content was not touched.",
    "body",
    "kek",
    "moved",
    "failed",
    "left",
)
KEK_DESTROYED = kind(
    "vault.kek-destroyed",
    "A wrapping key was destroyed: what was erased under it is beyond any copy of the key store.",
    "body",
    "kek",
    "gone",
    "erasures",
)
PART_SEALED = kind(
    "vault.part-sealed", "A file of the item was stored, encrypted.", "version", "part", "stored_size", "stored_sha256"
)
CONTENT_REMOVED = kind("vault.content-removed", "The item's ciphertext was deleted and looked for.", "parts", "absent")
TROUBLE = kind("vault.trouble", "Keys or stored content could not be used; nothing was served.", "code")
SWEPT = kind("vault.swept", "What broken-off work had left was removed or finished.", "objects", "rows", "keys")
SHARES_MADE = kind(
    "vault.shares-made",
    "Keys were sealed for recovery and their shares given out.",
    "scope",
    "set",
    "threshold",
    "shares",
    "keys",
    "held",
    "sha256",
)
COPY_RENEWED = kind(
    "vault.copy-renewed", "A recovery file was renewed for the same shares.", "scope", "set", "keys", "held", "sha256"
)
SHARES_REHEARSED = kind(
    "vault.shares-rehearsed",
    "Custodians joined their shares and the recovery file was compared with the keys in use.",
    "scope",
    "set",
    "sha256",
    "ok",
    "same",
    "differing",
    "lacking",
    "retired",
)
FIXITY_FAULT = kind(
    "vault.fixity-fault", "A stored object is missing, not as it was stored, or known to no row.", "object", "fault"
)
FIXITY_CLEARED = kind(
    "vault.fixity-cleared", "A stored object found at fault is as it was stored again, or gone.", "object", "fault"
)
FIXITY_ROUND = kind(
    "vault.fixity-round", "Every stored object was read and compared.", "began", "objects", "bytes", "faults"
)
