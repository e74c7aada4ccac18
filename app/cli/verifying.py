"""``custodes verify``: check what you were given, with no database, no service and no trust but the keys you bring."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import click

from app.cli.console import say
from audit.check import Report
from audit.errors import VerifierKeyInvalid
from audit.verify import verify_bundle, verify_checkpoint, verify_receipt
from retention.queries.verify import CertificateReport, is_certificate, verify_certificate

NOTE_MARK = "— ".encode()


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--trust",
    "keys",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="File of verifier keys, one a line, that you had from the log’s operator by another way.",
)
@click.option(
    "--kept",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint you kept from before: the bundle must be of the same history. As often as you have some.",
)
def verify(file: Path, keys: Path, kept: tuple[Path, ...]) -> None:
    """Verify FILE offline: a certificate, an audit bundle, a receipt or a checkpoint. Exit code 1: it does not hold."""
    trusted = verifier_keys(keys)
    if file.is_dir() or file.read_bytes()[:2] == b"PK":
        report = verify_bundle(file, trusted, kept=[path.read_bytes().decode("utf-8", "replace") for path in kept])
        show(report)
        sys.exit(0 if report.ok else 1)
    if kept:
        raise click.UsageError("--kept is compared with a bundle: nothing else holds the whole history.")
    data = file.read_bytes()
    if is_certificate(data):
        certificate = verify_certificate(data, trusted)
        show_certificate(certificate)
        sys.exit(0 if certificate.ok else 1)
    report = verify_receipt(data, trusted) if data.lstrip()[:1] == b"{" else verify_checkpoint(data, trusted)
    show(report)
    sys.exit(0 if report.ok else 1)


def verifier_keys(path: Path) -> list[str]:
    """The keys of a file, one a line. Raises VerifierKeyInvalid where it is no text or holds none."""
    with suppress(UnicodeDecodeError):
        if found := [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]:
            return found
    raise VerifierKeyInvalid(f"“{path}” holds none. Give a text file with the log’s verifier key, one key a line.")


def show(report: Report) -> None:
    """What a verification of the log found, in words."""
    for fault in report.faults:
        say(f"FAULT  {fault}", error=True)
    if report.ok:
        say(
            f"The log {report.origin} holds: {report.entries} entries, {report.disclosed} disclosed and matched, "
            f"{report.redacted} redacted, {report.checkpoints} checkpoints, {report.unsigned} behind the newest one."
        )
    else:
        say("It does not hold. Keep the file as it is and tell whoever gave it to you.", error=True)


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
