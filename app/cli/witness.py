"""``custodes audit witness`` and what goes with it: run by the other body, on its own machine, with its own key.

Nothing here reads the service's settings, database or keys.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from app.bootstrap.clock import SystemClock
from app.cli.console import say
from app.cli.verifying import start_of
from app.outbound.published_log import PublishedLog, fetch
from audit import views
from audit.errors import LogUnreachable, NoteInvalid, WitnessFileFaulty
from audit.leaf import Malformed, parse
from audit.note import MOST_NOTE, Checkpoint
from audit.trust import MOST, Trust
from audit.trust import parse as parse_trust
from audit.verify import verify_bundle
from audit.views import CONSISTENT, FORK, NO_PROOF, Verdict
from audit.witness import COSIGNED, FIRST, NOTHING_NEW, POSTED, Lap, Witness, opened
from audit.witness_files import Memory, WitnessKey, evidence, remembered

WELL = (FIRST, COSIGNED, NOTHING_NEW, POSTED)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LOG_KEY = "Verifier key of the log, which its keeper handed over by another way. As often as there are keys."
TRUST = "File of the log’s keys (docs/formats/trust.md), instead of --log-key."


@click.command("witness-key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="What this witness is called, like monitors.example/witness; for ever.")
def witness_key(file: Path, name: str) -> None:
    """Make a witness’s key in FILE, its owner’s alone, and print its verifier key: that goes to the log’s keeper."""
    say(WitnessKey.create(file, name).verifier.text)


@click.command()
@click.option("--log", "url", required=True, help="Address of the service whose log is witnessed.")
@click.option("--log-key", "keys", multiple=True, help=LOG_KEY)
@click.option("--trust", type=FILE, help=TRUST)
@click.option("--key", "key_file", type=FILE, required=True, help="This witness’s own key.")
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Where it remembers. Back it up: a witness that has forgotten trusts whatever history comes next.",
)
@click.option("--every", type=click.IntRange(min=1), help="Look again each so many seconds. Without it: once.")
@click.option("--once", is_flag=True, help="Look once; what happens without --every, said aloud.")
@click.option(
    "--peer", "peers", multiple=True, help="What another witness holds: its state, or a note; file or address."
)
@click.option("--tolerance", type=click.IntRange(min=60), default=300, help="Seconds the clocks may be apart; 300.")
def witness(
    url: str,
    keys: tuple[str, ...],
    trust: Path | None,
    key_file: Path,
    state: Path,
    every: int | None,
    once: bool,
    peers: tuple[str, ...],
    tolerance: int,
) -> None:
    """Watch a log somebody else keeps: have each new checkpoint proven to extend the last, remember it, cosign it.

    Exit code 1: the log showed something it must not. Nothing was signed, and the evidence is kept beside the state.
    """
    if once and every:
        raise click.UsageError("Either --once or --every, not both.")
    log, believed = PublishedLog(url), _trust(keys, trust)
    with Memory(state) as memory:
        watcher = Witness(memory, WitnessKey.load(key_file), believed, log)
        while True:
            code = _lap(watcher, peers, timedelta(seconds=tolerance), forgiving=every is not None)
            if code == 1 or every is None:
                sys.exit(code)
            time.sleep(every)


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--log-key", "keys", multiple=True, help=LOG_KEY)
@click.option("--trust", type=FILE, help=TRUST)
@click.option("--log", "url", help="Address of the service: asked for the proof between them.")
@click.option("--bundle", type=click.Path(exists=True, path_type=Path), help="An exported log: both must be in it.")
def compare(
    files: tuple[Path, ...], keys: tuple[str, ...], trust: Path | None, url: str | None, bundle: Path | None
) -> None:
    """Compare two views of one log: FILES are two notes or witnesses’ states, or one file of evidence.

    Exit code 0: one history. 1: a FORK, or no proof that it is one history. 2: they alone cannot tell.
    """
    notes = [note for file in files for note in _notes(file)]
    if len(notes) != 2:
        raise click.UsageError("Give two notes or states, or one file of evidence with two notes in it.")
    believed = _trust(keys, trust)
    one, other = (opened(note, believed) for note in notes)
    verdict = views.compare(one, other, PublishedLog(url).proof if url else None)
    if bundle is not None and verdict.found in (CONSISTENT, views.UNKNOWN, NO_PROOF):
        verdict = _in_bundle(bundle, believed, notes)
    _tell(verdict, one, other)


def _lap(watcher: Witness, peers: Sequence[str], tolerance: timedelta, *, forgiving: bool) -> int:
    """One look, told; the exit code it would end with."""
    try:
        lap = watcher.lap(now=_now(), tolerance=tolerance, peers=[note for peer in peers for note in _peer(peer)])
    except LogUnreachable as error:
        if not forgiving:
            raise
        say(f"{_now():%Y-%m-%d %H:%M:%S} {error.title}: {error.detail}", error=True)
        return 2
    _say_lap(lap)
    return 0 if lap.found in WELL and not lap.untaken else 2 if lap.untaken else 1


def _say_lap(lap: Lap) -> None:
    if lap.found not in WELL:
        say(f"REFUSED ({lap.found}): {lap.says}", error=True)
        say(f"Nothing was signed. The evidence is in {lap.evidence}. Tell both bodies now.", error=True)
    elif lap.found != NOTHING_NEW:
        say(f"{_now():%Y-%m-%d %H:%M:%S} {lap.says}")
    if lap.untaken:
        say(f"The log did not take it. {lap.untaken}", error=True)


def _peer(place: str) -> list[str]:
    """A peer that cannot be read holds up no witness: it is said, and the rest goes on."""
    try:
        if "://" not in place:
            return _notes(Path(place))[:1]
        status, body = fetch(place)
        if status == 200:
            return _note_in(body)
        say(f"The peer “{place}” answered {status}.", error=True)
    except (LogUnreachable, NoteInvalid, WitnessFileFaulty, OSError) as error:
        say(f"The peer “{place}” cannot be read: {error}", error=True)
    return []


def _notes(file: Path) -> list[str]:
    if start_of(file, 1) != b"{":
        return [_note(start_of(file, MOST_NOTE + 1), f"“{file}”")]
    try:
        return [remembered(file).note]
    except WitnessFileFaulty:
        found = evidence(file)
        return [note for note in (found.held, found.shown) if note]


def _note_in(body: bytes) -> list[str]:
    if body[:1] != b"{":
        return [_note(body, "It")]
    try:
        return [str(parse(body.removesuffix(b"\n"))["note"])]
    except (Malformed, KeyError, TypeError):
        raise WitnessFileFaulty("It is no state of a witness.") from None


def _note(data: bytes, name: str) -> str:
    """Strictly: what is no UTF-8 must not become a character that is, for then it would be another note."""
    if len(data) <= MOST_NOTE:
        try:
            return data.decode()
        except UnicodeDecodeError:
            pass
    raise NoteInvalid(f"{name} is no signed note: UTF-8 text of at most {MOST_NOTE:,} bytes.")


def _in_bundle(bundle: Path, trust: Trust, notes: Sequence[str]) -> Verdict:
    report = verify_bundle(bundle, trust, kept=notes)
    if report.ok:
        return Verdict(CONSISTENT, f"Both are in the exported log of {report.entries} entries.")
    return Verdict(NO_PROOF, " ".join(report.faults[:3]))


def _tell(verdict: Verdict, one: Checkpoint, other: Checkpoint) -> None:
    for each in (one, other):
        say(f"{each.origin}: checkpoint {each.number}, {each.size} entries, root {each.root.hex()}")
    if verdict.found == CONSISTENT:
        say(f"One history. {verdict.says}")
        return
    word = {FORK: "FORK", NO_PROOF: "NOT PROVEN TO BE ONE HISTORY"}.get(verdict.found, "Cannot tell")
    say(f"{word}. {verdict.says}", error=True)
    sys.exit(1 if verdict.found in (FORK, NO_PROOF) else 2)


def _trust(keys: Sequence[str], trust: Path | None) -> Trust:
    if bool(keys) == bool(trust):
        raise click.UsageError("Give the log’s keys: --log-key, or --trust with a file of them.")
    try:
        return parse_trust(start_of(trust, MOST + 1)) if trust else Trust.of(keys)
    except NoteInvalid as error:
        raise click.UsageError(str(error)) from None


def _now() -> datetime:
    return SystemClock().now()
