"""``custodes establishments``."""

from __future__ import annotations

from pathlib import Path

import click

from app.bootstrap.wiring import console_identity
from app.cli.console import house, operator, say
from identity.rules.establishments import read


@click.group()
def establishments() -> None:
    """Places of custody."""


@establishments.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Import establishments from a CSV FILE: all or nothing, every fault told by line."""
    rows = read(file.read_bytes())
    with house().work(operator()) as work:
        done = console_identity(work).import_establishments(rows=rows, actor=operator(), now=work.now)
    say(f"{done.new} new, {done.changed} changed, {done.same} unchanged")
