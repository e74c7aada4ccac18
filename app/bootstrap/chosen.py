"""Which two backups are restored together, and whether they fit each other and this service."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.bootstrap.schema import newest_step
from app.config import Settings
from audit.trust import Trust
from vault.backup.errors import BackupUnfit
from vault.backup.manifest import DATA, KEYS, Manifest, digest
from vault.backup.place import Place


@dataclass(frozen=True, slots=True)
class Source:
    """Two places of backups, the private keys that open what lies there, and which are wanted ("" for the newest)."""

    data: Place
    keys: Place
    opens: Sequence[object] = field(repr=False)
    opens_keys: Sequence[object] = field(repr=False)
    backup: str = ""
    key_backup: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The two backups, as their manifests say, and the digests of those."""

    data: Manifest
    keys: Manifest
    sha256: str
    keys_sha256: str

    @property
    def mark(self) -> bytes:
        """What is noted while they are being restored."""
        said = {"data": self.data.id, "data_sha256": self.sha256, "keys": self.keys.id, "keys_sha256": self.keys_sha256}
        return json.dumps(said, sort_keys=True).encode() + b"\n"


def choose(source: Source, trust: Trust) -> Chosen:
    """The backups wanted, their manifests signed by this log. Raises BackupUnknown, BackupDamaged."""
    note, data = source.data.manifest(DATA, source.data.newest(DATA, source.backup), trust)
    key_note, keys = source.keys.manifest(KEYS, source.keys.newest(KEYS, source.key_backup), trust)
    return Chosen(data, keys, digest(note), digest(key_note))


def fits(settings: Settings, chosen: Chosen, origin: str) -> None:
    """Raises BackupUnfit."""
    data = chosen.data
    here = "postgresql" if settings.database_url.startswith("postgresql") else "sqlite"
    if {data.origin, chosen.keys.origin} != {origin}:
        raise BackupUnfit(f"It is of the log {data.origin}; the keys here are of {origin}.")
    if data.database != here:
        raise BackupUnfit(f"It is of a service on {data.database}. Set CUSTODES_DATABASE_URL to an empty one of that.")
    if data.schema != newest_step():
        raise BackupUnfit(f"It was made by version {data.software}. Restore with that version, then update.")
    if chosen.keys.at < data.at:
        raise BackupUnfit(
            "The backup of the keys is older than that of the rows: what was sent between them could not be read. Take "
            "a newer one, or with --backup an older one of the rows."
        )
