"""Settings, read once from the environment. The only place that reads it; everything wrong is said at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from audit.note import ORIGIN
from foundation.errors import Invalid

MIB = 1 << 20


class SettingsFaulty(Invalid):
    """The environment cannot be used. ``fields`` names each variable."""

    code = "app.settings-faulty"
    title = "The settings cannot be used"


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: the table the documentation is checked against."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("CUSTODES_STATE", "var", "Folder of the embedded default: database, vault, keys."),
    Setting("CUSTODES_DATABASE_URL", "sqlite:///<state>/custodes.db", "The application's database."),
    Setting("CUSTODES_KEYSTORE", "<state>/keystore/keys.db", "The database of wrapped keys, a file kept apart."),
    Setting("CUSTODES_VAULT", "<state>/vault", "Folder of the sealed objects."),
    Setting("CUSTODES_KEYS", "<state>/keys", "Folder of the keyrings; 0700, refused if wider."),
    Setting("CUSTODES_POLICIES", "policies", "Folder of the policies."),
    Setting(
        "CUSTODES_ORIGIN", "custodes.example/log", "Name of the log in its checkpoints; fixed when the log is made."
    ),
    Setting("CUSTODES_HOST", "127.0.0.1", "Address to listen on. Demonstration mode refuses anything but loopback."),
    Setting("CUSTODES_PORT", "8080", "Port to listen on."),
    Setting("CUSTODES_WORKERS", "1", "Serving processes."),
    Setting("CUSTODES_THREADS", "12", "Threads of each; an upload or download holds one."),
    Setting("CUSTODES_FILE_LIMIT_MIB", "5120", "Largest file accepted, in MiB."),
    Setting("CUSTODES_FILES_PER_ITEM", "50", "Most files one item may carry."),
    Setting("CUSTODES_SECURE", "1", "1: cookies and redirects as under HTTPS. Only demonstration mode may set 0."),
    Setting("CUSTODES_DEMONSTRATION", "0", "1: the invented cast, a clock that can be moved, loopback only."),
)

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment decides."""

    state: Path
    database_url: str
    keystore: Path
    vault: Path
    keys: Path
    policies: Path
    origin: str
    host: str
    port: int
    workers: int
    threads: int
    file_limit: int
    files_per_item: int
    secure: bool
    demonstration: bool

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read and check every variable. Raises SettingsFaulty naming all that are wrong."""
        reader = _Reader(os.environ if environ is None else environ)
        state = Path(reader.text("CUSTODES_STATE"))
        settings = cls(
            state=state,
            database_url=reader.text("CUSTODES_DATABASE_URL", state),
            keystore=Path(reader.text("CUSTODES_KEYSTORE", state)),
            vault=Path(reader.text("CUSTODES_VAULT", state)),
            keys=Path(reader.text("CUSTODES_KEYS", state)),
            policies=Path(reader.text("CUSTODES_POLICIES")),
            origin=reader.text("CUSTODES_ORIGIN"),
            host=reader.text("CUSTODES_HOST"),
            port=reader.number("CUSTODES_PORT", 1, 65535),
            workers=reader.number("CUSTODES_WORKERS", 1, 64),
            threads=reader.number("CUSTODES_THREADS", 1, 256),
            file_limit=reader.number("CUSTODES_FILE_LIMIT_MIB", 1, 1 << 20) * MIB,
            files_per_item=reader.number("CUSTODES_FILES_PER_ITEM", 1, 1000),
            secure=reader.flag("CUSTODES_SECURE"),
            demonstration=reader.flag("CUSTODES_DEMONSTRATION"),
        )
        settings.check(reader.faults)
        return settings

    def check(self, faults: dict[str, list[str]]) -> None:
        """Rules between settings. Raises SettingsFaulty."""
        if self.demonstration and self.host not in LOOPBACK:
            faults["CUSTODES_HOST"] = ["demonstration mode listens on loopback only; use 127.0.0.1"]
        if not self.demonstration and not self.secure:
            faults["CUSTODES_SECURE"] = ["0 is for demonstration mode only; serve behind TLS"]
        if not ORIGIN.match(self.origin):
            faults["CUSTODES_ORIGIN"] = ["must be a name like custodes.example/log: no spaces, no plus sign"]
        if not self.database_url.startswith("sqlite:///"):
            faults["CUSTODES_DATABASE_URL"] = ["must begin with sqlite:///, the one database this version serves from"]
        if faults:
            detail = "; ".join(f"{name}: {', '.join(problems)}" for name, problems in sorted(faults.items()))
            raise SettingsFaulty(detail, fields=faults)


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.defaults = {setting.name: setting.default for setting in SETTINGS}
        self.faults: dict[str, list[str]] = {}
        for name in environ:
            if name.startswith("CUSTODES_") and name not in self.defaults:
                self.faults[name] = ["is not a setting; see docs/configuration.md"]

    def text(self, name: str, state: Path | None = None) -> str:
        value = self.environ.get(name) or self.defaults[name]
        return value.replace("<state>", str(state)) if state is not None else value

    def number(self, name: str, least: int, most: int) -> int:
        value = self.text(name)
        if value.isdecimal() and least <= int(value) <= most:
            return int(value)
        self.faults[name] = [f"must be a whole number from {least} to {most}"]
        return least

    def flag(self, name: str) -> bool:
        value = self.text(name)
        if value not in {"0", "1"}:
            self.faults[name] = ["must be 0 or 1"]
        return value == "1"
