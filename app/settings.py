"""The table of settings: name, default, meaning. The documentation is checked against it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: the table the documentation is checked against. A ``secret`` is never shown."""

    name: str
    default: str
    meaning: str
    secret: bool = False


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
        "CUSTODES_ADDRESS",
        "",
        "The address people open, https://custodes.example: passkeys are bound to it. Empty: none can be made; in a "
        "demonstration http://localhost and the port.",
    ),
    Setting(
        "CUSTODES_PROVIDER_SECRETS",
        "<state>/providers",
        "Folder of what the service shows identity providers: for each of policies/people/providers.toml the file of "
        "its id, a client secret or a private key. Only read where there is one.",
    ),
    Setting(
        "CUSTODES_PROXIES",
        "127.0.0.1,::1",
        "Addresses of the TLS proxies, by comma: only they are believed when they say a request came over TLS.",
    ),
    Setting(
        "CUSTODES_METRICS",
        "",
        "Where figures for Prometheus are served: host:port, another than the service’s; loopback, or a network that "
        "only the monitoring reaches. Empty: nowhere.",
    ),
    Setting("CUSTODES_WORKERS", "1", "Serving processes."),
    Setting("CUSTODES_THREADS", "12", "Threads of each; an upload or download holds one."),
    Setting("CUSTODES_FILE_LIMIT_MIB", "5120", "Largest file accepted, in MiB."),
    Setting("CUSTODES_FILES_PER_ITEM", "50", "Most files one item may carry."),
    Setting("CUSTODES_UPLOAD_HOURS", "24", "Hours an upload that broke off is kept for, at most 24."),
    Setting(
        "CUSTODES_SCANNER",
        "",
        "The malware scanner every file passes: clamd:/path/of/socket, clamd://host:port, or none: files then come in "
        "unscanned. Empty: none comes in, but in a demonstration.",
    ),
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
    Setting(
        "CUSTODES_MAIL_URL",
        "file:<state>/outbox",
        "What takes mail away: file:/folder, smtp://user@host:port (STARTTLS always), or notify: (GOV.UK Notify).",
    ),
    Setting("CUSTODES_MAIL_FROM", "", "The address mail comes from."),
    Setting(
        "CUSTODES_MAIL_SECRET",
        "",
        "File whose first line is the password of the user at the mail server, or the API key of GOV.UK Notify.",
    ),
    Setting("CUSTODES_MAIL_TEMPLATE", "", "Id of the template at GOV.UK Notify: ((subject)) and ((body))."),
    Setting("CUSTODES_SECURE", "1", "1: cookies and redirects as under HTTPS. Only demonstration mode may set 0."),
    Setting("CUSTODES_DEMONSTRATION", "0", "1: the invented cast, a clock that can be moved, loopback only."),
)
