"""``custodes backup``, ``restore``, ``drill`` and ``continuity``: what is kept against the day everything is lost."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import click

from app.bootstrap import backups, continuity, drilling, restoring
from app.bootstrap.engines import reading
from app.bootstrap.house import House, make_backend
from app.cli.console import house, operator, say
from app.cli.verifying import start_of
from app.config import Settings, SettingsFaulty
from audit.note import MOST_NOTE
from audit.sealing import MOST, Recipient
from audit.trust import MOST as MOST_TRUST
from audit.trust import Trust, parse
from vault.backup.age import identities, recipients
from vault.backup.check import faults
from vault.backup.errors import BackupUnknown
from vault.backup.manifest import DATA, KEYS, Manifest
from vault.backup.place import Place

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FOR = "File of public keys (age1…, a line each), each of whom can open it alone; else CUSTODES_BACKUP_RECIPIENTS."

_Command = TypeVar("_Command", bound=Callable[..., None])


def _from_backups(command: _Command) -> _Command:
    """The arguments of whatever reads the two backups: where they are, and what opens them."""
    for parameter in (
        click.option("--backup", "wanted", default="", help="Which backup; else the newest."),
        click.option(
            "--key-identity", type=_FILE, required=True, help="File with the private key that opens the keys."
        ),
        click.option(
            "--identity", type=_FILE, required=True, help="File with the private key that opens rows and content."
        ),
        click.argument("keys"),
        click.argument("place"),
    ):
        command = parameter(command)
    return command


def _source(place: str, keys: str, identity: Path, key_identity: Path, wanted: str) -> restoring.Source:
    return restoring.Source(
        _place(place, must_be=True),
        _place(keys, must_be=True),
        identities(start_of(identity, MOST)),
        identities(start_of(key_identity, MOST)),
        wanted,
    )


@click.group()
def backup() -> None:
    """Backups: rows and content in one place, the keys’ database in another, each sealed."""


@backup.command()
@click.argument("place")
@click.option("--for", "readers", type=_FILE, help=_FOR)
def make(place: str, readers: Path | None) -> None:
    """Back up rows and content to PLACE: a folder, or s3://bucket/prefix. Content that is there is not copied again.

    Broken off, it goes on when run again. Exit code 1: made, but the store had lost or damaged objects before.
    """
    found = house()
    made = backups.make(found, _place(place), _readers(found, readers), operator())
    manifest = made.manifest
    say(f"backup {manifest.id}: {manifest.log.size} entries, {manifest.content.objects} objects, {made.copied} new")
    for part in made.lacking:
        say(f"FAULT  {part.name}: {part.lacking} in the store; it is not in the backup", error=True)
    say("Now the keys, to another place: custodes backup keys PLACE")
    sys.exit(1 if made.lacking else 0)


@backup.command("keys")
@click.argument("place")
@click.option("--for", "readers", type=_FILE, help=_FOR)
def keys_(place: str, readers: Path | None) -> None:
    """Back up the keys’ database to PLACE, apart from rows and content, and after them.

    The keys that wrap are not in it: they are recovered with the custodians’ shares.
    """
    found = house()
    made = backups.make_keys(found, _place(place), _readers(found, readers), operator())
    say(f"backup of keys {made.manifest.id}: {made.manifest.rows['object_key']} keys")


@backup.command("list")
@click.argument("place")
def list_(place: str) -> None:
    """List the backups in PLACE, oldest first, without settings or service. Nothing of it is verified."""
    there = _place(place, must_be=True)
    for kind in (DATA, KEYS):
        for name in there.ids(kind):
            say(_line(there.manifest(kind, name, None)[1]))
        for name in there.ids(kind, finished=False):
            say(f"{name}  {kind:4}  not finished", error=True)


@backup.command()
@click.argument("place")
@click.option("--backup", "wanted", default="", help="Only this one; else every backup in the place.")
@click.option("--trust", "keys", type=_FILE, help="The log’s keys, as “custodes audit key” printed them: who made it.")
def verify(place: str, wanted: str, keys: Path | None) -> None:
    """Read every byte of the backups in PLACE and compare, with no settings, service or private key.

    Exit code 1: something is missing, cut or changed. Without ``--trust`` whoever can write there could have made it.
    """
    there = _place(place, must_be=True)
    trust = parse(start_of(keys, MOST_TRUST + 1)) if keys else None
    wrong = 0
    named = [(kind, name) for kind in (DATA, KEYS) for name in there.ids(kind) if wanted in ("", name)]
    if not named:
        raise BackupUnknown("There is no finished backup of that name in that place.")
    for kind, name in named:
        wrong += _verified(there, kind, name, trust)
    if trust is None:
        say("Not checked: who made them. Give --trust.", error=True)
    sys.exit(1 if wrong else 0)


@click.command()
@_from_backups
@click.option("--kept", multiple=True, type=_FILE, help="A checkpoint a witness or anybody kept of this log.")
def restore(place: str, keys: str, identity: Path, key_identity: Path, wanted: str, kept: tuple[Path, ...]) -> None:
    """Restore from PLACE, and the keys’ database from KEYS, into the empty places the settings name.

    The folder of keys must be there: recover it first. Broken off, it goes on when run again. What was destroyed after
    the backup is destroyed again. Exit code 1: restored, and something is amiss; each line says what.
    """
    source = _source(place, keys, identity, key_identity, wanted)
    notes = [start_of(path, MOST_NOTE + 1).decode("utf-8", "surrogateescape") for path in kept]
    done = restoring.restore(Settings.from_env(), source, kept=notes, actor=operator())
    for text in done.shorter:
        say(text, error=True)
    for name in done.lost:
        say(f"FAULT  {name}: the backup has lost or damaged it; everything else is restored", error=True)
    for name in done.lacking:
        say(f"FAULT  {name}: was lost or damaged before the backup", error=True)
    if done.without_key:
        say(f"FAULT  {done.without_key} item versions have no key in that backup of the keys", error=True)
    for fault in done.faults:
        say(f"FAULT  {fault}", error=True)
    say(f"restored: {done.entries} entries, {done.objects} objects, {done.again} items destroyed again")
    sys.exit(0 if done.ok else 1)


@click.command()
@_from_backups
@click.option("--scratch", type=_FOLDER, help="Where it is restored to and removed from; else the state folder.")
@click.option("--database", default="", help="An empty database for it, where the service is on PostgreSQL.")
@click.option("--sample", type=click.IntRange(0, 100_000), default=20, help="How many files are opened; 20.")
@click.option("--json", "as_json", is_flag=True, help="For machines: one line of JSON.")
def drill(
    *,
    place: str,
    keys: str,
    identity: Path,
    key_identity: Path,
    wanted: str,
    scratch: Path | None,
    database: str,
    sample: int,
    as_json: bool,
) -> None:
    """Restore the newest backup to a scratch place, look at all of it, say how long it took, and remove it again.

    The service goes on meanwhile. That it was done is recorded. Exit code 1: not everything would have come back.
    """
    source = _source(place, keys, identity, key_identity, wanted)
    found = house()
    done = drilling.drill(
        found, source, scratch or found.settings.state, database_url=database, sample=sample, actor=operator()
    )
    if as_json:
        say(json.dumps(done.as_json(), sort_keys=True))
    else:
        _tell(done)
    sys.exit(0 if done.ok else 1)


@click.command("continuity")
def continuity_() -> None:
    """Say when the last backup, drill, rehearsal and look at stored objects were. Exit code 1: one is due."""
    found = house()
    with reading(found.engine) as conn:
        lines = continuity.standing(found, conn, found.now())
    for line in lines:
        say(f"{line.word:8} {line.text}" + ("" if line.well else f" {line.do}"), error=not line.well)
    sys.exit(0 if all(line.well for line in lines) else 1)


def _tell(done: drilling.Drilled) -> None:
    say(f"backup {done.backup}, keys {done.keys}")
    say(f"lost if it happened now (RPO)  {timedelta(seconds=round(done.age_seconds))}, {done.entries_after} entries")
    say(f"time to restore (RTO)          {done.seconds:.1f} s")
    for stage, seconds in done.stages.items():
        say(f"  {stage:28} {seconds:.1f} s")
    say(f"{done.entries} entries verified, {done.objects} objects of {done.bytes:,} bytes, {done.opened} files opened")
    if done.elsewhere:
        say(f"{done.elsewhere} files not opened: another service holds the keys of their body")
    if done.again:
        say(f"{done.again} items destroyed after the backup were destroyed again")
    for fault in done.faults:
        say(f"FAULT  {fault}", error=True)
    say("Everything would have come back." if done.ok else "NOT EVERYTHING would have come back.", error=not done.ok)


def _verified(there: Place, kind: str, name: str, trust: Trust | None) -> int:
    wrong = 0
    manifest = there.manifest(kind, name, trust)[1]
    for fault in faults(there, manifest):
        say(f"FAULT  {name}: {fault}", error=True)
        wrong += 1
    lacking = f", {manifest.content.lacking} were lost before it" if manifest.content.lacking else ""
    if not wrong:
        say(f"{_line(manifest)}  holds{lacking}")
    return wrong


def _line(manifest: Manifest) -> str:
    size = sum(file.size for file in manifest.files)
    about = f"{manifest.log.size} entries, {manifest.content.objects} objects" if manifest.kind == DATA else "keys"
    return f"{manifest.id}  {manifest.kind:4}  {manifest.origin}  {size + manifest.content.bytes:,} bytes  {about}"


def _place(text: str, *, must_be: bool = False) -> Place:
    if must_be and "://" not in text and not Path(text, "objects").is_dir():
        raise BackupUnknown(f"“{text}” is no place of backups.")
    try:
        return Place(make_backend(text))
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _readers(found: House, given: Path | None) -> tuple[Recipient, ...]:
    path = given or (Path(text) if (text := found.settings.backup_recipients) else None)
    if path is None:
        problem = "says nobody; set it, or give --for"
        detail = f"CUSTODES_BACKUP_RECIPIENTS: {problem}"
        raise SettingsFaulty(detail, fields={"CUSTODES_BACKUP_RECIPIENTS": [problem]})
    return recipients(start_of(path, MOST + 1))
