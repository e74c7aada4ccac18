"""Settings, read once from the environment. The only place that reads it; everything wrong is said at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from audit.anchor import ADDRESS
from audit.note import ORIGIN
from foundation.errors import Invalid
from vault.addresses import keyrings_of, vault_of

MIB = 1 << 20
DATABASES = ("sqlite:///", "postgresql://")


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
    Setting(
        "CUSTODES_KEYSTORE_URL",
        "<state>/keystore/keys.db",
        "The database of wrapped keys, kept apart: a file, or postgresql:// with a database and role of its own.",
    ),
    Setting("CUSTODES_VAULT_URL", "<state>/vault", "Where sealed objects lie: a folder, or s3://bucket/prefix."),
    Setting(
        "CUSTODES_LEDGER",
        "<state>/ledger/destroyed",
        "File of the disposal ledger: what was destroyed, outside every database. Never restored from a backup.",
    ),
    Setting("CUSTODES_KEYS", "<state>/keys", "Folder of the service’s own keys; 0700, refused if wider."),
    Setting(
        "CUSTODES_KEYRING_URL",
        "<keys>/vault",
        "Where the bodies’ keys lie: a folder, or aws-kms://alias/prefix; for each body apart, body=place,body=place.",
    ),
    Setting("CUSTODES_POLICIES", "policies", "Folder of the policies."),
    Setting(
        "CUSTODES_ORIGIN", "custodes.example/log", "Name of the log in its checkpoints; fixed when the log is made."
    ),
    Setting("CUSTODES_HOST", "127.0.0.1", "Address to listen on. Demonstration mode refuses anything but loopback."),
    Setting("CUSTODES_PORT", "8080", "Port to listen on."),
    Setting(
        "CUSTODES_PROXIES",
        "127.0.0.1,::1",
        "Addresses of the TLS proxies, by comma: only they are believed when they say a request came over TLS.",
    ),
    Setting("CUSTODES_WORKERS", "1", "Serving processes."),
    Setting("CUSTODES_THREADS", "12", "Threads of each; an upload or download holds one."),
    Setting("CUSTODES_FILE_LIMIT_MIB", "5120", "Largest file accepted, in MiB."),
    Setting("CUSTODES_FILES_PER_ITEM", "50", "Most files one item may carry."),
    Setting(
        "CUSTODES_FIXITY_MIB",
        "16",
        "Most MiB a second that the check of stored objects reads while it is at work: a quarter of each minute.",
    ),
    Setting(
        "CUSTODES_BACKUP_RECIPIENTS",
        "",
        "File of the public keys (age1…, a line each) that backups are sealed for; empty: say it with --for.",
    ),
    Setting("CUSTODES_TSA_URL", "", "Time-stamping authority (RFC 3161) that stamps each checkpoint; empty: none."),
    Setting("CUSTODES_TSA_CERTIFICATE", "", "File with its root certificate, PEM; replies are verified against it."),
    Setting(
        "CUSTODES_ANCHOR_URL",
        "",
        "Bucket with object lock where each checkpoint is put: s3://bucket/prefix; empty: none. Not the vault’s.",
    ),
    Setting("CUSTODES_ANCHOR_DAYS", "0", "For how many days each anchored checkpoint is locked. No default suits all."),
    Setting("CUSTODES_SECURE", "1", "1: cookies and redirects as under HTTPS. Only demonstration mode may set 0."),
    Setting("CUSTODES_DEMONSTRATION", "0", "1: the invented cast, a clock that can be moved, loopback only."),
)

# Where a demonstration keeps everything itself. Set, they name what is real: nothing invented may come near it.
_PLACES = (
    "CUSTODES_DATABASE_URL",
    "CUSTODES_KEYSTORE_URL",
    "CUSTODES_VAULT_URL",
    "CUSTODES_LEDGER",
    "CUSTODES_KEYS",
    "CUSTODES_KEYRING_URL",
)
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment decides."""

    state: Path
    database_url: str
    keystore_url: str
    vault_url: str
    ledger: Path
    keyring_url: str
    keys: Path
    policies: Path
    origin: str
    host: str
    port: int
    proxies: str
    workers: int
    threads: int
    file_limit: int
    files_per_item: int
    secure: bool
    demonstration: bool
    fixity_mib: int = 16
    backup_recipients: str = ""
    tsa_url: str = ""
    tsa_certificate: Path = Path()
    anchor_url: str = ""
    anchor_days: int = 0

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read and check every variable. Raises SettingsFaulty naming all that are wrong."""
        reader = _Reader(os.environ if environ is None else environ)
        state = Path(reader.text("CUSTODES_STATE"))
        keys = reader.text("CUSTODES_KEYS", state)
        settings = cls(
            state=state,
            database_url=reader.text("CUSTODES_DATABASE_URL", state),
            keystore_url=reader.text("CUSTODES_KEYSTORE_URL", state),
            vault_url=reader.text("CUSTODES_VAULT_URL", state),
            ledger=Path(reader.text("CUSTODES_LEDGER", state)),
            keyring_url=reader.text("CUSTODES_KEYRING_URL").replace("<keys>", keys),
            keys=Path(keys),
            policies=Path(reader.text("CUSTODES_POLICIES")),
            origin=reader.text("CUSTODES_ORIGIN"),
            host=reader.text("CUSTODES_HOST"),
            port=reader.number("CUSTODES_PORT", 1, 65535),
            proxies=reader.text("CUSTODES_PROXIES"),
            workers=reader.number("CUSTODES_WORKERS", 1, 64),
            threads=reader.number("CUSTODES_THREADS", 1, 256),
            file_limit=reader.number("CUSTODES_FILE_LIMIT_MIB", 1, 1 << 20) * MIB,
            files_per_item=reader.number("CUSTODES_FILES_PER_ITEM", 1, 1000),
            secure=reader.flag("CUSTODES_SECURE"),
            demonstration=reader.flag("CUSTODES_DEMONSTRATION"),
            fixity_mib=reader.number("CUSTODES_FIXITY_MIB", 1, 100_000),
            backup_recipients=reader.text("CUSTODES_BACKUP_RECIPIENTS"),
            tsa_url=reader.text("CUSTODES_TSA_URL"),
            tsa_certificate=Path(reader.text("CUSTODES_TSA_CERTIFICATE")),
            anchor_url=reader.text("CUSTODES_ANCHOR_URL"),
            anchor_days=reader.number("CUSTODES_ANCHOR_DAYS", 0, 36500),
        )
        settings.check(reader.faults)
        return settings

    @classmethod
    def of_demonstration(cls, state: Path, port: int, environ: Mapping[str, str] | None = None) -> Settings:
        """Those of the demonstration in a folder of its own. Raises SettingsFaulty where the environment names another
        place for anything that it keeps there: passed over in silence, it would be believed to be in use.
        """
        given = os.environ if environ is None else environ
        own = "a demonstration keeps its own in its folder (--state); unset it, or run “custodes serve”"
        faults = {name: [own] for name in _PLACES if given.get(name)}
        if faults:
            raise SettingsFaulty(f"{', '.join(faults)}: {own}", fields=faults)
        chosen = {"CUSTODES_STATE": str(state), "CUSTODES_PORT": str(port)}
        return cls.from_env({**chosen, "CUSTODES_DEMONSTRATION": "1", "CUSTODES_SECURE": "0"})

    @property
    def keystore(self) -> Path:
        """The file of the key store; where that is on PostgreSQL, the file it would be."""
        on_server = self.keystore_url.startswith("postgresql://")
        return self.state / "keystore" / "keys.db" if on_server else Path(self.keystore_url)

    @property
    def vault(self) -> Path:
        """The folder of the objects; where they lie in a bucket, the folder they would lie in."""
        place = vault_of(self.vault_url)
        return place if isinstance(place, Path) else self.state / "vault"

    def check(self, faults: dict[str, list[str]]) -> None:
        """Rules between settings. Raises SettingsFaulty."""
        if self.demonstration and self.host not in LOOPBACK:
            faults["CUSTODES_HOST"] = ["demonstration mode listens on loopback only; use 127.0.0.1"]
        if not self.demonstration and not self.secure:
            faults["CUSTODES_SECURE"] = ["0 is for demonstration mode only; serve behind TLS"]
        if not ORIGIN.match(self.origin):
            faults["CUSTODES_ORIGIN"] = ["must be a name like custodes.example/log: no spaces, no plus sign"]
        if not self.database_url.startswith(DATABASES):
            faults["CUSTODES_DATABASE_URL"] = ["must begin with sqlite:/// or postgresql://"]
        if "://" in self.keystore_url and not self.keystore_url.startswith("postgresql://"):
            faults["CUSTODES_KEYSTORE_URL"] = ["must be the path of a file, or begin with postgresql://"]
        if self.keystore_url == self.database_url:
            faults["CUSTODES_KEYSTORE_URL"] = ["must be another database than the application’s"]
        self._check_places(faults)
        self._check_outside(faults)
        if faults:
            detail = "; ".join(f"{name}: {', '.join(problems)}" for name, problems in sorted(faults.items()))
            raise SettingsFaulty(detail, fields=faults)

    def _check_places(self, faults: dict[str, list[str]]) -> None:
        for name, url, read in (
            ("CUSTODES_VAULT_URL", self.vault_url, vault_of),
            ("CUSTODES_KEYRING_URL", self.keyring_url, keyrings_of),
        ):
            try:
                read(url)
            except ValueError as error:
                faults[name] = [str(error)]

    def _check_outside(self, faults: dict[str, list[str]]) -> None:
        if self.tsa_url and not self.tsa_url.startswith(("https://", "http://")):
            faults["CUSTODES_TSA_URL"] = ["must begin with https:// or http://"]
        if self.tsa_url and not _is_file(self.tsa_certificate):
            faults["CUSTODES_TSA_CERTIFICATE"] = ["must name a file: what a time-stamp is verified against"]
        if self.anchor_url and not ADDRESS.match(self.anchor_url):
            faults["CUSTODES_ANCHOR_URL"] = ["must be s3://bucket/prefix"]
        if self.anchor_url and not self.anchor_days:
            faults["CUSTODES_ANCHOR_DAYS"] = ["must say for how many days an anchored checkpoint is locked"]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name no file can have
        return False


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
        if value.isdecimal() and len(value) < 20 and least <= int(value) <= most:
            return int(value)
        self.faults[name] = [f"must be a whole number from {least} to {most}"]
        return least

    def flag(self, name: str) -> bool:
        value = self.text(name)
        if value not in {"0", "1"}:
            self.faults[name] = ["must be 0 or 1"]
        return value == "1"
