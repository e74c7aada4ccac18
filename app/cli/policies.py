"""``custodes policies``."""

from __future__ import annotations

from pathlib import Path

import click

from app.bootstrap import policies as policy_files
from app.cli.console import say
from identity.rules.decide import Decider


@click.group()
def policies() -> None:
    """The rules as data."""


@policies.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("policies"))
def check(folder: Path) -> None:
    """Read every policy under FOLDER strictly; name file and key of each fault."""
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
