"""``custodes vault decrypt`` and ``inspect``: a backup opened by itself, with no settings and no service."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click

from app.bootstrap.offline import Line, Rescue, keyring_at, reading
from app.cli.console import say
from vault import envelope, offline
from vault.offline import Backup

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--objects", type=_FOLDER, required=True, help="Folder of the sealed objects.")
@click.option("--keystore", required=True, help="The key store: its SQLite file, or postgresql://….")
@click.option(
    "--keys", type=_FOLDER, required=True, multiple=True, help="A folder of keys; as often as there are some."
)
@click.option("--item", type=click.UUID, help="One item.")
@click.option("--all", "everything", is_flag=True, help="Every object there is.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new folder for the clear text.")
@click.option("--database", help="The application’s database too: names, titles and texts come out with it.")
@click.option("--disabled", is_flag=True, help="Open also what was shut: a hold or an incident may have done that.")
def decrypt(
    *,
    objects: Path,
    keystore: str,
    keys: Sequence[Path],
    item: UUID | None,
    everything: bool,
    out: Path,
    database: str | None,
    disabled: bool,
) -> None:
    """Decrypt a backup that has only ciphertext and keys. Exit code 1: not all that was asked for came out."""
    if everything == (item is not None):
        raise click.UsageError("Say what to decrypt: --item with its UUID, or --all.")
    keyrings = [keyring_at(folder) for folder in keys]
    with ExitStack() as stack:
        backup = Backup(stack.enter_context(reading(keystore)), keyrings)
        base = None if database is None else stack.enter_context(reading(database))
        out.mkdir(mode=0o700)
        lines = Rescue(backup, out, disabled=disabled, database=base, only=item).run(objects)
    sys.exit(_report(lines, out))


@click.command()
@click.argument("file", metavar="OBJECT", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def inspect(file: Path) -> None:
    """Show what an object’s file says without any key. Nothing of it is authenticated."""
    found = offline.inspect(file)
    if found.stored is not None:
        sent = datetime.fromtimestamp((found.stored.attempt.int >> 80) / 1000, UTC)
        say(f"item        {found.stored.item}")
        say(f"version     {found.stored.version}")
        say(f"part        {found.stored.part}")
        say(f"begun       {sent.isoformat(timespec='milliseconds')}")
    say(f"format      {envelope.FORMAT}")
    say(f"size        {found.size}")
    say(f"plain size  {'none: cut, or no object' if found.plain is None else found.plain}")
    say(f"salt        {found.salt}")
    say(f"commitment  {found.commitment}")
    say(f"SHA-256     {found.sha256}")


def _report(lines: Sequence[Line], out: Path) -> int:
    asked = [line for line in lines if line.asked]
    well = [line for line in asked if line.what == offline.OK]
    for line in lines:
        say(f"{line.what:20}  {line.name}" + (f"  ({line.note})" if line.note else ""), error=line not in well)
    say(f"{len(well)} of {len(asked)} came out.", error=len(well) < len(asked) or not asked)
    if well:
        say(f"Clear text now lies in {out}, and nothing of this is in any log: enter it yourself who took it and why.")
        say(f"When done: find '{out}' -type f -exec shred -u {{}} + && rm -r '{out}'")
        say("On an SSD, or a file system that copies on write, shred leaves traces: write to memory (tmpfs) instead.")
    return 0 if asked and len(well) == len(asked) else 1
