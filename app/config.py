"""Settings, read once from the environment. The only place that reads it; everything wrong is said at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.mail import faults as faults_of_mail
from app.scanner import Scanner
from app.settings import SETTINGS
from app.site import faulty, site_of
from audit.anchor import ADDRESS
from audit.note import ORIGIN
from foundation.errors import Invalid
from identity.ports import Site
from vault.addresses import keyrings_of, vault_of

MIB = 1 << 20
DATABASES = ("sqlite:///", "postgresql://")


class SettingsFaulty(Invalid):
    """The environment cannot be used. ``fields`` names each variable."""

    code = "app.settings-faulty"
    title = "The settings cannot be used"


# Where a demonstration keeps everything itself. Set, they name what is real: nothing invented may come near it.
_PLACES = (
    "CUSTODES_DATABASE_URL",
    "CUSTODES_KEYSTORE_URL",
    "CUSTODES_VAULT_URL",
    "CUSTODES_LEDGER",
    "CUSTODES_KEYS",
    "CUSTODES_KEYRING_URL",
)
# What may be chosen for a demonstration as for any service: what looks through its files, and the rules it goes by.
_CHOSEN = ("CUSTODES_SCANNER", "CUSTODES_POLICIES")
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
    upload_hours: int
    secure: bool
    demonstration: bool
    address: str = ""
    scanner: str = ""
    fixity_mib: int = 16
    backup_recipients: str = ""
    tsa_url: str = ""
    tsa_certificate: Path = Path()
    anchor_url: str = ""
    anchor_days: int = 0
    mail_url: str = ""
    mail_from: str = ""
    mail_secret: Path = Path()
    mail_template: str = ""
    metrics: str = ""
    provider_secrets: Path = Path()
    said: Mapping[str, str] = field(default_factory=dict, repr=False)  # every setting as it was read, by name
    given: frozenset[str] = frozenset()  # the names the environment gave; the others have their default

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
            upload_hours=reader.number("CUSTODES_UPLOAD_HOURS", 1, 24),
            secure=reader.flag("CUSTODES_SECURE"),
            demonstration=reader.flag("CUSTODES_DEMONSTRATION"),
            address=reader.text("CUSTODES_ADDRESS"),
            scanner=reader.text("CUSTODES_SCANNER"),
            fixity_mib=reader.number("CUSTODES_FIXITY_MIB", 1, 100_000),
            backup_recipients=reader.text("CUSTODES_BACKUP_RECIPIENTS"),
            tsa_url=reader.text("CUSTODES_TSA_URL"),
            tsa_certificate=Path(reader.text("CUSTODES_TSA_CERTIFICATE")),
            anchor_url=reader.text("CUSTODES_ANCHOR_URL"),
            anchor_days=reader.number("CUSTODES_ANCHOR_DAYS", 0, 36500),
            **reader.mail(state),
            metrics=reader.text("CUSTODES_METRICS"),
            provider_secrets=Path(reader.text("CUSTODES_PROVIDER_SECRETS", state)),
            **reader.said(state, keys),
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
        chosen = {name: given[name] for name in _CHOSEN if given.get(name)}
        chosen |= {"CUSTODES_STATE": str(state), "CUSTODES_PORT": str(port)}
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

    @property
    def site(self) -> Site | None:
        """Where passkeys are made and answer; None where nobody said."""
        address = self.address or (f"http://localhost:{self.port}" if self.demonstration else "")
        return site_of(address) if address else None

    @property
    def metrics_port(self) -> int:
        """The port of the figures; 0 where there are none."""
        return int(self.metrics.rpartition(":")[2]) if self.metrics else 0

    @property
    def metrics_folder(self) -> Path:
        """Where the workers of this service count together. Emptied at each start."""
        return self.state / "metrics"

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
        self._check_scanner(faults)
        self._check_metrics(faults)
        self._check_places(faults)
        self._check_outside(faults)
        mail = (self.mail_url, self.mail_from, self.mail_secret, self.mail_template, self.address)
        faults.update(faults_of_mail(*mail, demonstration=self.demonstration))
        if faults:
            detail = "; ".join(f"{name}: {', '.join(problems)}" for name, problems in sorted(faults.items()))
            raise SettingsFaulty(detail, fields=faults)

    def _check_scanner(self, faults: dict[str, list[str]]) -> None:
        if faulty(self.address, demonstration=self.demonstration):
            faults["CUSTODES_ADDRESS"] = ["must be https:// and a host name, without a path"]
        try:
            Scanner.read(self.scanner)
        except ValueError as error:
            faults["CUSTODES_SCANNER"] = [str(error)]

    def _check_metrics(self, faults: dict[str, list[str]]) -> None:
        host, colon, port = self.metrics.rpartition(":")
        good = host and colon and port.isascii() and port.isdecimal() and 0 < int(port) < 65536
        if self.metrics and (not good or int(port) == self.port):
            faults["CUSTODES_METRICS"] = ["must be host:port, another port than the service’s"]

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


def count_together(folder: Path) -> None:
    """Tell the library that counts where all processes begun from now on count; it asks the environment alone."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


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

    def mail(self, state: Path) -> dict[str, Any]:
        """How mail is sent."""
        return {
            "mail_url": self.text("CUSTODES_MAIL_URL", state),
            "mail_from": self.text("CUSTODES_MAIL_FROM"),
            "mail_secret": Path(self.text("CUSTODES_MAIL_SECRET")),
            "mail_template": self.text("CUSTODES_MAIL_TEMPLATE"),
        }

    def said(self, state: Path, keys: str) -> dict[str, Any]:
        """What every setting was read as, and which of them the environment gave: for whoever is shown them."""
        return {
            "said": {name: self.text(name, state).replace("<keys>", keys) for name in self.defaults},
            "given": frozenset(name for name in self.defaults if self.environ.get(name)),
        }

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
