"""What an installation stands on, looked at without starting the service: policies, rights, room, places, proxy, clock.

Each look is by itself, so that one that fails keeps no other from being done. Nothing here changes anything.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from app.bootstrap import policies as policy_files
from app.bootstrap.finding import ATTENTION, WELL, WRONG, Finding
from app.config import LOOPBACK, Settings
from foundation.errors import ServiceError
from vault.addresses import Bucket, keyrings_of, vault_of

_UNVERIFIED = re.compile(r"^\s*\w*verified\s*=\s*false", re.MULTILINE)
GIB = 1 << 30
_LITTLE, _TOO_LITTLE = 0.10, 0.02  # of the disk; and never less than so many bytes
_NAMED = 5


def installation(settings: Settings) -> list[Finding]:
    """All of it."""
    return [
        *_policies(settings.policies),
        *_rights(settings),
        *_room(settings),
        *_store(settings),
        *_proxy(settings),
        *_answers(settings),
    ]


def _policies(root: Path) -> Iterator[Finding]:
    try:
        policy_files.load(root)
    except ServiceError as error:
        for name, faults in error.fields.items() or {"": (error.detail,)}.items():
            do = "Mend the file; “custodes policies check” reads it as a start does."
            yield Finding("policies", WRONG, f"{name}: {'; '.join(faults)}", do)
        return
    except OSError as error:
        yield Finding(
            "policies", WRONG, f"{root}: {error.strerror}.", "Set CUSTODES_POLICIES to the folder of policies."
        )
        return
    yield Finding("policies", WELL, "The policies are whole and agree with each other.")
    found = {path: len(_UNVERIFIED.findall(path.read_text("utf-8"))) for path in sorted(root.rglob("*.toml"))}
    files = ", ".join(path.relative_to(root).as_posix() for path, count in found.items() if count)
    if files:
        text = f"{sum(found.values())} statements of the policies were confirmed by nobody: {files}."
        do = "Have the bodies confirm each with its source; until then it is a local interpretation."
        yield Finding("unverified", ATTENTION, text, do)


def _rights(settings: Settings) -> Iterator[Finding]:
    """Keys, databases, content and ledger are their owner's alone, and that owner is who runs this."""
    found = [(path, path.lstat()) for place in _places(settings) for path in _own(place)]
    wide = [str(path) for path, seen in found if stat.S_IMODE(seen.st_mode) & 0o077]
    foreign = [str(path) for path, seen in found if seen.st_uid != os.geteuid()]
    if wide:
        yield Finding("rights", WRONG, f"Others than their owner can reach {_few(wide)}.", "chmod go= on each.")
    if foreign:
        do = "Give them to the user the service runs as (chown), and run this as that user."
        yield Finding("rights", WRONG, f"They are somebody else’s: {_few(foreign)}.", do)
    if not wide and not foreign:
        yield Finding("rights", WELL, "Keys, databases and content are their owner’s alone.")


def _places(settings: Settings) -> list[Path]:
    places = [settings.keys, settings.ledger, settings.keystore, settings.vault]
    places += [place for place in keyrings_of(settings.keyring_url).values() if isinstance(place, Path)]
    if settings.database_url.startswith("sqlite:///"):
        places.append(Path(settings.database_url.removeprefix("sqlite:///")))
    return list(dict.fromkeys(places))


def _own(place: Path) -> Iterator[Path]:
    """The place itself and, of a folder, what lies right in it and one below: objects lie deeper, behind it."""
    if not place.exists():
        return
    yield place
    if place.is_dir():
        for inner in sorted(place.iterdir()):
            yield inner
            if inner.is_dir() and not inner.is_symlink() and inner.name != "objects":
                yield from sorted(inner.iterdir())


def _room(settings: Settings) -> Iterator[Finding]:
    seen = set()
    for place in (settings.state, settings.vault, settings.ledger.parent, settings.keystore.parent):
        there = next((each for each in (place, *place.parents) if each.exists()), None)
        if there is None or (disk := there.stat().st_dev) in seen:
            continue
        seen.add(disk)
        usage = shutil.disk_usage(there)
        text = f"{usage.free / GIB:,.1f} GiB are free on the disk of {there}."
        do = "Make room before it is full: what cannot be recorded is refused, and everybody waits."
        if usage.free < max(_TOO_LITTLE * usage.total, GIB):
            yield Finding("room", WRONG, text, do)
        else:
            yield Finding("room", ATTENTION if usage.free < _LITTLE * usage.total else WELL, text, do)


def _store(settings: Settings) -> Iterator[Finding]:
    place = vault_of(settings.vault_url)
    if isinstance(place, Bucket):
        from app.bootstrap.buckets import looked_at  # a service on files need not read what speaks to S3

        yield from looked_at(place)
    elif not place.is_dir():
        yield Finding("store", WRONG, f"There is no folder {place}.", "Run “custodes init”, or mount it.")
    elif not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            "store", WRONG, f"{place} cannot be written.", "See its rights, and whether it is mounted read-only."
        )
    else:
        yield Finding("store", WELL, f"Content lies in {place}.")


def _proxy(settings: Settings) -> Iterator[Finding]:
    proxies = [each.strip() for each in settings.proxies.split(",") if each.strip()]
    if "*" in proxies:
        text = "Anybody is believed who says that a request came over TLS."
        yield Finding("proxy", WRONG, text, "Name the proxies in CUSTODES_PROXIES.")
    elif settings.host not in LOOPBACK and set(proxies) <= {"127.0.0.1", "::1"}:
        text = f"The service listens on {settings.host}, and believes only proxies of this machine."
        do = "Listen on 127.0.0.1, or name the TLS proxy in CUSTODES_PROXIES: else forms over TLS are refused."
        yield Finding("proxy", ATTENTION, text, do)
    else:
        yield Finding("proxy", WELL, "Only the named proxies are believed.")
    host = settings.metrics.rpartition(":")[0].strip("[]")
    if settings.metrics and host not in LOOPBACK:
        text = f"Figures are served on {host}, to whoever reaches it."
        yield Finding("metrics", ATTENTION, text, "Let only the monitoring reach it, or use 127.0.0.1.")


def _answers(settings: Settings) -> Iterator[Finding]:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "localhost") else settings.host  # noqa: S104
    try:
        with socket.create_connection((host, settings.port), timeout=3):
            yield Finding("service", WELL, f"Something answers on port {settings.port}.")
    except OSError:
        do = "Start it: “custodes serve”, or systemctl start custodes."
        yield Finding("service", ATTENTION, f"Nothing listens on {host}, port {settings.port}.", do)


def _few(paths: list[str]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(paths[:_NAMED]) + more
