"""``custodes disposals``: the disposal ledger, from the machine's own console."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from app.bootstrap import ledger as kept
from app.bootstrap import pack as packs
from app.cli.console import house, operator, say


@click.group()
def disposals() -> None:
    """What was destroyed, and that no restored backup brings it back."""


@disposals.group()
def ledger() -> None:
    """The disposal ledger, which lies outside every database."""


@ledger.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """Write the ledger, checked, to FILE: take it off this machine after every day on which something was destroyed."""
    found = house()
    text = found.ledger.text()
    file.write_bytes(text)
    lines = found.ledger.parsed(text)
    say(f"{len(lines)} lines, the last of {lines[-1].at:%Y-%m-%d %H:%M} UTC" if lines else "nothing was destroyed yet")


@disposals.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "first", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The first day, in London.")
@click.option("--to", "end", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day.")
@click.option("--body", default="", help="Only certificates of this originating body: a party id.")
def pack(*, file: Path, first: datetime, end: datetime, body: str) -> None:
    """Write the compliance pack of a period to FILE: certificates, log and proofs, verifier, how to check.

    It says in clear who did what. That it was made is recorded, with its sums.
    """
    count = packs.make(house(), file.absolute(), packs.Period(first.date(), end.date(), body), operator())
    say(f"{count} certificates; README.txt in it says how to check them")


@disposals.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def replay(file: Path) -> None:
    """Take in what FILE, an exported ledger, has beyond the one here, and destroy again all that it names.

    Run it after restoring any backup, before the service is started.
    """
    found = house()
    added = found.ledger.take_in(file.read_bytes())
    again = kept.replay(found, operator())
    say(f"{added} lines taken in; {again} items that a backup had brought back were destroyed again")


@disposals.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def rebuild(*, yes: bool) -> None:
    """Where no copy of the ledger is left: make it whole from what the database calls destroyed.

    What only the lost ledger knew to be destroyed is not in it then. The log says that this was done.
    """
    found = house()
    if not yes:
        click.confirm(
            "Is no exported copy of the ledger left? What the database forgot comes back.", abort=True, err=True
        )
    say(f"{kept.rebuild(found, operator())} items added to the ledger")
