"""``custodes audit``: verify, sign, export the log of this service."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.bootstrap import logbook
from app.cli.console import house, operator, say
from app.cli.verifying import show


@click.group()
def audit() -> None:
    """The memory of this service."""


@audit.command()
def verify() -> None:
    """Verify the whole log where it lies: every entry, the tree, every checkpoint. That it was done is recorded."""
    report = logbook.verify(house(), operator())
    show(report)
    sys.exit(0 if report.ok else 1)


@audit.command()
def checkpoint() -> None:
    """Sign the head and print the checkpoint."""
    with house().work(operator()) as work:
        say(work.checkpoints.make(now=work.now).text.rstrip("\n"))


@audit.command()
def key() -> None:
    """Print the verifier key: what an auditor trusts, brought by another way than the log."""
    say(house().keys.log.vkey)


@audit.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """Export the whole log to FILE (a zip) for ``custodes verify``."""
    found = house()
    with found.work(operator()) as work:
        logbook.announce_export(work)
    done = logbook.export(found, file)
    say(f"{done.entries} entries in {file}")
