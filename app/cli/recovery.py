"""``custodes vault shares``: keys that some of several custodians restore together."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import click

from app.bootstrap import recovery
from app.cli.console import house, operator, say
from app.cli.pages import file_name, page
from foundation.errors import ServiceError
from vault.errors import RecoveryThere, SharesDoNotJoin, SharesImpossible
from vault.recovery.files import put_back, replace_with, write_new
from vault.recovery.sealed import SERVICE, Copy, scope_of
from vault.recovery.service import Made, Recovery, Rehearsal
from vault.recovery.shares import Gathering

_SEALED = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE_HELP = "The recovery file."


@click.group()
def shares() -> None:
    """Shares of keys: m of n custodians restore them, fewer learn nothing."""


@shares.command()
@click.option("--body", help="Whose keys: a party id, as in policies/parties.toml.")
@click.option("--service", is_flag=True, help="The service’s own keys instead: log, index, identity, web.")
@click.option("--threshold", type=int, required=True, help="How many shares are needed.")
@click.option("--shares", "count", type=int, required=True, help="How many shares there are.")
@click.option("--out", type=_FOLDER, required=True, help="Where the recovery file goes.")
@click.option("--to-files", type=_FOLDER, help="Write each share to a file of its own here, instead of showing it.")
def make(*, body: str | None, service: bool, threshold: int, count: int, out: Path, to_files: Path | None) -> None:
    """Divide the keys’ recovery among custodians: the recovery file, and each share on a page of its own."""
    scope = _scope(body, service=service)
    _refuse_careless(out, to_files)
    found = house()
    files = recovery.files_of(found, scope)
    with found.work(operator()) as work:
        made = Recovery(work.trail).make(
            scope=scope, files=files, threshold=threshold, shares=count, actor=operator(), now=work.now
        )
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = out / recovery.name_of(made.copy)
    write_new(path, made.copy.encode())
    try:
        _give_out(made, to_files)
    except BaseException:
        path.unlink()
        say("Broken off. These shares open nothing: destroy those written down, and begin again.", error=True)
        raise
    recovery.put_in_force(found, made.copy)
    _say_copy(path, made.copy)
    say("Keep the recovery file with the backups, apart from every share. Rehearse before anybody goes home:")
    say(f"  custodes vault shares rehearse --file {path}")


@shares.command()
@click.option("--file", "path", type=_SEALED, required=True, help=_FILE_HELP)
def rehearse(path: Path) -> None:
    """Join shares, open the recovery file in memory and compare every key with those in use. Writes nothing."""
    copy = recovery.read_copy(path)
    found = house()
    files = recovery.files_of(found, copy.scope)
    secret = _gather(copy)
    with found.work(operator()) as work:
        result = Recovery(work.trail).rehearse(copy=copy, secret=secret, files=files, actor=operator(), now=work.now)
    _say_rehearsal(result)
    sys.exit(0 if result.ok else 1)


@shares.command()
@click.option("--file", "path", type=_SEALED, required=True, help=_FILE_HELP)
@click.option(
    "--out", type=_FOLDER, required=True, help="The folder the keys are written into; nothing is overwritten."
)
def recover(path: Path, out: Path) -> None:
    """Join shares and write the keys of the recovery file into a folder. Asks for no settings and no service."""
    copy = recovery.read_copy(path)
    for name in copy.holds:
        if os.path.lexists(out / name):
            raise RecoveryThere(f"“{name}” is in that folder already. Keys are never overwritten: give a new folder.")
    files = copy.open(_gather(copy))
    put_back(out, copy.scope, files)
    for name in sorted(files):
        say(f"  {out / name}")
    say(f"{len(files)} files written, as of {copy.renewed:%d %B %Y %H:%M} UTC. Keys made later are not among them.")
    say(f"SHA-256 of the recovery file: {sha256(copy.encode()).hexdigest()}")
    say("Once the log can be read again, it must be that of its last vault.copy-renewed or vault.shares-made.")


@shares.command()
@click.option("--file", "path", type=_SEALED, required=True, help=_FILE_HELP)
def refresh(path: Path) -> None:
    """Put the keys of now into the recovery file, for the same shares. Needs no custodian."""
    copy = recovery.read_copy(path)
    found = house()
    files = recovery.files_of(found, copy.scope)
    with found.work(operator()) as work:
        renewed = Recovery(work.trail).renew(
            copy=copy,
            fingerprint=recovery.in_force(found, copy.scope),
            files=files,
            actor=operator(),
            now=work.now,
        )
    replace_with(path, renewed.encode())
    for name in sorted(set(renewed.holds) - set(copy.holds)):
        say(f"  new: {name}")
    for name in sorted(set(copy.holds) - set(renewed.holds)):
        say(f"  no longer in it: {name}; older copies of this file still hold it: destroy them")
    _say_copy(path, renewed)


def _scope(body: str | None, *, service: bool) -> str:
    if service == bool(body):
        raise click.UsageError("Give --body with a party’s id, or --service: each has shares of its own.")
    return SERVICE if body is None else scope_of(body)


def _refuse_careless(out: Path, to_files: Path | None) -> None:
    if to_files is None and not sys.stdout.isatty():
        raise SharesImpossible(
            "Shares are shown on a terminal, one after the other, and this is none: a pipe or file would hold all of "
            "them together. Use a terminal, or --to-files with a folder on a medium you will divide."
        )
    if to_files is not None and to_files.resolve() == out.resolve():
        raise SharesImpossible("Shares must not lie beside the file they open. Give another folder for them.")


def _give_out(made: Made, folder: Path | None) -> None:
    if folder is None:
        for number in range(1, len(made.shares) + 1):
            _wipe()
            say(page(made, number))
            say("Write it down and compare every word. Then any key: the screen is cleared.")
            click.getchar()  # not pause, which takes Ctrl-C for any key
        _wipe()
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(1, len(made.shares) + 1):
        write_new(folder / file_name(made.copy, number), page(made, number).encode())
    say(f"{len(made.shares)} shares in {folder}: print each, give it to its custodian, and remove the folder.")


def _wipe() -> None:
    """Clear the screen, and what can be scrolled back to."""
    click.clear()
    click.echo("\x1b[3J", nl=False)


def _gather(copy: Copy) -> bytes:
    """Ask until enough shares of the set were given. Raises SharesDoNotJoin at the end of what is piped in."""
    whose = "the service’s own keys" if copy.scope == SERVICE else f"the keys of “{copy.body}”"
    say(f"Set {copy.set_id}: {whose}. Any {copy.threshold} of {copy.shares} shares are needed.", error=True)
    gathering, ask = Gathering(copy.share_id, copy.threshold), _asker()
    while gathering.missing:
        text = ask(f"A share, its 33 words in one line ({gathering.missing} more): ")
        if text is None:
            raise SharesDoNotJoin(f"{gathering.missing} more of this set are needed. Nothing can be told from fewer.")
        if not text.strip():
            continue
        try:
            say(f"  share {gathering.add(text)} taken", error=True)
        except ServiceError as error:
            say(f"  {error.title}: {error.detail}", error=True)
    return gathering.secret()


def _asker() -> Callable[[str], str | None]:
    """A prompt that does not show what is typed, where there is a terminal; else the lines that are piped in."""
    return _hidden if sys.stdin.isatty() else _piped


def _hidden(question: str) -> str | None:
    return str(click.prompt(question, hide_input=True, default="", show_default=False, prompt_suffix="", err=True))


def _piped(_question: str) -> str | None:
    return sys.stdin.readline() or None


def _say_copy(path: Path, copy: Copy) -> None:
    say(f"{path}: {len(copy.holds)} keys, set {copy.set_id}, any {copy.threshold} of {copy.shares} shares")
    say(f"SHA-256 {sha256(copy.encode()).hexdigest()}, in the log too")


def _say_rehearsal(result: Rehearsal) -> None:
    for name in result.same:
        say(f"  same       {name}")
    for name in result.differing:
        say(f"  DIFFERENT  {name}: what would be recovered is not the key in use", error=True)
    for name in result.lacking:
        say(f"  MISSING    {name}: in use, and not in the recovery file", error=True)
    for name in result.retired:
        say(f"  retired    {name}: no longer in use, and still in the recovery file", error=True)
    if result.retired:
        say("Run “custodes vault shares refresh” and destroy every older copy of the file.", error=True)
    if result.ok:
        say("The shares restore every key in use.")
    else:
        say("They do not restore what is in use. Run “custodes vault shares refresh”, then rehearse again.", error=True)
