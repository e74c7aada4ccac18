"""``custodes verify``: check what you were given, with no database, no service and no trust but the keys you bring."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from app.cli.console import say
from audit.check import Report
from audit.note import MOST_NOTE
from audit.trust import MOST, Trust, parse
from audit.verify import verify_bundle, verify_checkpoint, verify_receipt
from retention.queries.verify import CertificateReport, is_certificate, verify_certificate

MOST_FILE = 8_388_608  # more than any receipt, certificate or checkpoint may have


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--trust",
    "keys",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="What you trust: the log’s verifier keys with their times, witnesses, a quorum; had by another way.",
)
@click.option(
    "--kept",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint you kept from before: the bundle must be of the same history. As often as you have some.",
)
def verify(file: Path, keys: Path, kept: tuple[Path, ...]) -> None:
    """Verify FILE offline: a certificate, an audit bundle, a receipt or a checkpoint. Exit code 1: it does not hold."""
    found = judged(file, parse(start_of(keys, MOST + 1)), kept)
    if isinstance(found, Report):
        show(found)
    else:
        show_certificate(found)
    sys.exit(0 if found.ok else 1)


def judged(file: Path, trusted: Trust, kept: Sequence[Path] = ()) -> Report | CertificateReport:
    """What the file is, and whether it holds. Raises UsageError, OSError; nothing for what stands in it."""
    if (file / "SHA256SUMS").exists():
        told = "That is a compliance pack. The verifier in it checks the whole: python verify.py --trust FILE FOLDER"
        raise click.UsageError(told)
    if file.is_dir() or start_of(file, 2) == b"PK":
        return verify_bundle(file, trusted, kept=[_kept(path) for path in kept])
    if kept:
        raise click.UsageError("--kept is compared with a bundle: nothing else holds the whole history.")
    data = start_of(file, MOST_FILE + 1)  # one byte too many is refused as too large
    if is_certificate(data):
        return verify_certificate(data, trusted)
    return verify_receipt(data, trusted) if data.lstrip()[:1] == b"{" else verify_checkpoint(data, trusted)


def start_of(path: Path, most: int) -> bytes:
    """Of a file of somebody else’s, no more than that."""
    with path.open("rb") as file:
        return file.read(most)


def _kept(path: Path) -> str:
    # What is no UTF-8 must not become a character that is: a name in the note would be another one.
    return start_of(path, MOST_NOTE + 1).decode("utf-8", "surrogateescape")


def show(report: Report) -> None:
    """What a verification of the log found, in words."""
    for fault in report.faults:
        say(f"FAULT  {fault}", error=True)
    if report.ok:
        say(
            f"The log {report.origin} holds: {report.entries} entries, {report.disclosed} disclosed and matched, "
            f"{report.redacted} redacted, {report.checkpoints} checkpoints, {report.unsigned} behind the newest one."
        )
        for line in _besides(report):
            say(line)
    else:
        say("It does not hold. Keep the file as it is and tell whoever gave it to you.", error=True)


def _besides(report: Report) -> Iterator[str]:
    """What else there is to say of a log that holds; nothing where there is nothing."""
    if report.entry is None and report.end - report.first < report.size:
        yield (
            f"They are entries {report.first} to {report.end - 1} of {report.size}; "
            f"{report.inside} writers’ chains begin inside."
        )
    for number in report.rotations:
        yield f"At checkpoint {number} the log’s key changed, signed by the old key and the new."
    if report.cosigned:
        yield f"Cosigned by {', '.join(report.cosigned)}."
    if report.stamped or report.unstamped:
        lack = f"{report.unstamped} not checked, for lack of a certificate to trust"
        yield f"{report.stamped} time-stamps are good; {lack}."
    if report.not_compared:
        yield f"{report.not_compared} of the checkpoints you kept could not be compared with what is here."


def show_certificate(report: CertificateReport) -> None:
    """What a verification of a certificate found, in words."""
    for fault in report.faults:
        say(f"FAULT  {fault}", error=True)
    if not report.ok:
        say("The certificate does not hold.", error=True)
        return
    say(f"The certificate {report.number} holds: entry {report.seq} of the log {report.origin}.")
    for name, value in report.body.items():
        if isinstance(value, str | int):
            say(f"  {name.replace('_', ' ')}: {value}")
