"""``custodes policies``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.bootstrap import agreed
from app.bootstrap import policies as policy_files
from app.bootstrap.events import RECORDS_VIEWED
from app.bootstrap.versions import checked_file
from app.cli.console import house, operator, say
from identity.rules.decide import Decider
from sharing.model.agreement import Agreement
from sharing.model.coverage import Line
from sharing.queries.agreed import ALL
from sharing.rules.duties import coverage as rules
from sharing.rules.versions import difference


@click.group()
def policies() -> None:
    """The rules as data."""


@policies.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path), default=Path("policies"))
@click.option(
    "--policies",
    "beside",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("policies"),
    help="With a file: the policies it is held against.",
)
def check(path: Path, beside: Path) -> None:
    """Read every policy under PATH strictly; name file and key of each fault. Of a file: the next of an agreement."""
    if path.is_file():
        _proposed(path, policy_files.load(beside))
    else:
        _whole(path)


def _proposed(path: Path, found: policy_files.Policies) -> None:
    """What the service would say of this file, and what it changes. Nothing is taken in."""
    version = checked_file(found, path.read_bytes())
    newest = found.agreements.of(version.id)[-1]
    changes = difference.between(newest, version)
    for each in changes:
        what = f" {each.what.lower()}" if each.what else ""
        say(f"{each.part} {each.id or newest.id}{what}: {each.before or 'nothing'} -> {each.after or 'nothing'}")
    say(f"{version.id} version {version.version}, in force from {version.in_force}: {len(changes)} differences")
    say(f"digest {version.digest}")


def _whole(folder: Path) -> None:
    found = policy_files.load(folder)
    Decider(found.access)
    agreements = ", ".join(f"{a.id} version {a.version}" for a in found.agreements.versions)
    counts = f"{len(found.parties)} parties, {len(found.roles)} roles, {len(found.access.rules)} rules of access"
    say(f"{counts}, {agreements}")
    unverified = [
        f"{party}/{code}"
        for party, schedule in sorted(found.schedules.parties.items())
        for version in schedule.versions
        for code, entry in sorted(version.classes.items())
        if not entry.verified
    ]
    say(f"unverified retention classes (review by a person needed): {', '.join(unverified) or 'none'}")
    say(f"digest {found.digest}")


@policies.command()
@click.option("--csv", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write all of it to this file.")
@click.option("--strict", is_flag=True, help="Exit with 1 if there is a duty that the service does not meet yet.")
def coverage(*, file: Path | None, strict: bool) -> None:
    """Say of every duty of every agreement in force how it is kept, and how it stands now."""
    with house().work(operator()) as work:
        found = [(each, agreed.lines(work, each, most=ALL)) for each in work.agreed.in_force(work.now)]
        work.trail.record(RECORDS_VIEWED, actor=operator(), now=work.now, what={"duty": "coverage"})
    for agreement, lines in found:
        _tell(agreement, lines)
    if file is not None:
        file.write_text("\ufeff" + rules.table(found), encoding="utf-8", newline="")
        say(f"written to {file}")
    if strict and any(rules.unmet(lines) for _, lines in found):
        sys.exit(1)


def _tell(agreement: Agreement, lines: tuple[Line, ...]) -> None:
    say(f"{agreement.id} version {agreement.version}: {agreement.title}")
    for line in lines:
        say(f"  {line.duty.number:<5} {line.state:<12} {line.duty.what}{_detail(line)}")
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.duty.home] = counts.get(line.duty.home, 0) + 1
    say(f"{len(lines)} duties: " + ", ".join(f"{count} {home}" for home, count in sorted(counts.items())))


def _detail(line: Line) -> str:
    tally = line.tally
    said = [
        f"missing: {line.duty.missing}" if line.duty.missing else "",
        f"{tally.overdue} overdue since {tally.overdue_since}" if tally.overdue else "",
        f"next due {tally.next_due}" if tally.next_due else "",
        f"last on {tally.last_on}" if tally.last_on else "",
        f"{line.standing.count} of {line.standing.of} {line.standing.words}" if line.standing else "",
    ]
    told = "; ".join(each for each in said if each)
    return f" [{told}]" if told else ""
