"""``custodes accounts``: what must be possible before there is anybody to ask."""

from __future__ import annotations

from datetime import datetime, time

import click

from app.bootstrap.wiring import console_identity
from app.cli.console import house, operator, say
from foundation.calendar import LONDON


@click.group()
def accounts() -> None:
    """Accounts, from the machine's own console."""


@accounts.command()
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--party", required=True, help="Party id, as in policies/parties.toml.")
@click.option("--role", required=True, help="Role id, as in policies/roles.toml.")
@click.option("--vetted-until", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--trained-until", required=True, type=click.DateTime(["%Y-%m-%d"]))
def first(email: str, name: str, party: str, role: str, vetted_until: datetime, trained_until: datetime) -> None:
    """Invite the first administrator of a party and print the one-day invitation."""
    found = house()
    with found.work(operator()) as work:
        admin = console_identity(work)
        made = admin.invite(email=email, name=name, party=party, actor=operator(), now=work.now)
        kind = found.policies.roles[role].office if role in found.policies.roles else ""
        office = next(iter(work.people.offices(party=party, kind=kind)), None)
        if office is None:
            raise click.ClickException(f"“{role}” is no role of an office of “{party}”; see policies/roles.toml")
        admin.appoint(person_id=made.person_id, role=role, office_id=office.id, actor=operator(), now=work.now)
        admin.record_vetting(person_id=made.person_id, until=_start(vetted_until), actor=operator(), now=work.now)
        admin.record_training(person_id=made.person_id, until=_start(trained_until), actor=operator(), now=work.now)
    say(f"Invitation, good for one day: /invitations/{made.token}")


def _start(day: datetime) -> datetime:
    return datetime.combine(day.date(), time(), LONDON)
