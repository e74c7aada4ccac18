"""``custodes schedules``."""

from __future__ import annotations

from pathlib import Path

import click

from app.bootstrap.events import RECORDS_VIEWED
from app.cli.console import house, operator, say
from retention.model.schedule import Version
from retention.rules import schedule_csv, schedule_diff
from retention.rules.schedule_diff import Change

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def schedules() -> None:
    """Retention schedules as tables. They are proposed and approved in the service, by people of the body."""


@schedules.command()
@click.argument("body")
@click.option("--version", "number", type=int, help="Not the version in force, but this one.")
def export(body: str, number: int | None) -> None:
    """Write the classes of BODY's schedule as CSV to the terminal."""
    click.echo(schedule_csv.write(each for _, each in sorted(_of(body, number).classes.items())).encode(), nl=False)


@schedules.command()
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Read the table in FILE strictly; name line and column of each fault. Nothing is taken in."""
    found = schedule_csv.read(file.read_bytes())
    unverified = [each.code for each in found if not each.verified]
    say(f"{len(found)} classes; without a verified period: {', '.join(unverified) or 'none'}")


@schedules.command()
@click.argument("body")
@click.argument("file", type=FILE)
@click.option("--version", "number", type=int, help="Compare with this version, not with the one in force.")
def diff(body: str, file: Path, number: int | None) -> None:
    """Say what the table in FILE changes of BODY's schedule."""
    classes = {each.code: each for each in schedule_csv.read(file.read_bytes())}
    before = _of(body, number)
    after = Version(before.number + 1, before.effective_from, before.authority, classes)
    changes = schedule_diff.difference(before, after)
    for each in changes:
        say(_line(each))
    say(f"{len(changes)} differences from version {before.number}")


def _of(body: str, number: int | None) -> Version:
    with house().work(operator()) as work:
        found = work.schedules.of(body, number)
        work.trail.record(RECORDS_VIEWED, actor=operator(), now=work.now, what={"duty": "schedules"})
    return found


def _line(change: Change) -> str:
    if change.what == "class":
        return f"+ {change.code}: {change.after}" if change.after else f"- {change.code}: {change.before}"
    return f"  {change.code} {change.what}: {change.before or 'nothing'} -> {change.after or 'nothing'}".replace(
        "   ", "  "
    )
