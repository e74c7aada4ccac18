"""``custodes accounts``: what must be possible before there is anybody to ask."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

import click

from app.bootstrap import conferring
from app.bootstrap.importing import bring
from app.bootstrap.wiring import console_identity
from app.cli.console import house, operator, say
from foundation.calendar import LONDON

_TWO = 2


@click.group()
def accounts() -> None:
    """Accounts, from the machine's own console."""


@accounts.command()
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--party", required=True, help="Party id, as in policies/parties.toml.")
@click.option("--role", required=True, help="Role id, as in policies/roles.toml.")
@click.option("--vetted-until", required=True, type=click.DateTime(["%Y-%m-%d"]))
def first(email: str, name: str, party: str, role: str, vetted_until: datetime) -> None:
    """Invite an administrator of a party and print the one-day invitation. Each party needs two: run it twice."""
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
        administrators = conferring.administrators(work, party, invited=True)
    say(f"Invitation, good for one day: /invitations/{made.token}")
    if len(administrators) < _TWO:
        say(f"“{party}” has one administrator, who can give nobody an appointment alone. Run this again for a second.")


@accounts.command()
def waiting() -> None:
    """List what gives an account power and waits for a second administrator."""
    found = house()
    with found.work(operator()) as work:
        admin = console_identity(work)
        for each in admin.conferrals(actor=operator(), now=work.now):
            person, proposer = work.people.person(each.person_id), work.people.person(each.proposed_by)
            what = " ".join(filter(None, (each.sort, each.role)))
            say(f"{each.id}  {what} for {person.email}, proposed by {proposer.email}: {each.words}")


@accounts.command()
@click.argument("proposal")
@click.option("--checked", required=True, help="How the person is known: a code of policies/people/powers.toml.")
@click.option("--why", required=True, help="Who asked, and why it cannot wait for a second administrator; in the log.")
def confirm(proposal: str, checked: str, why: str) -> None:
    """Confirm a PROPOSAL where no second administrator is there. It opens an incident, which they look at later."""
    found = house()
    with found.work(operator()) as work:
        admin = console_identity(work)
        admin.confirm(conferral_id=proposal, checked=checked, why=why, actor=operator(), now=work.now)
    say("Confirmed. An incident is open until somebody has looked at it.")


@accounts.command()
@click.option("--email", required=True)
@click.option("--why", required=True, help="Who asked, and how you know that it is they; kept in the log.")
def recover(email: str, why: str) -> None:
    """Give an account back to its owner where no two administrators are left, and print the one-day invitation."""
    found = house()
    with found.work(operator()) as work:
        person = work.people.by_email(email)
        if person is None:
            raise click.ClickException(f"no account has the address “{email}”")
        admin = console_identity(work)
        made = admin.invite_again(person_id=person.id, actor=operator(), now=work.now, why=why)
    say(f"Invitation, good for one day: /invitations/{made.token}")


def _start(day: datetime) -> datetime:
    return datetime.combine(day.date(), time(), LONDON)


@accounts.command("import")
@click.argument("kind", type=click.Choice(["people", "training"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--trial", is_flag=True, help="Check every line and change nothing.")
def import_(kind: str, file: Path, *, trial: bool) -> None:
    """Bring in a CSV FILE of people or of training results: all or nothing, every fault told by line."""
    done = bring(house(), kind, file.read_bytes(), actor=operator(), trial=trial, console=True)
    say(f"{done.lines} lines {'are good; nothing was changed' if trial else 'brought in'}")
    for email, made in done.invitations:
        say(f"{email}: /invitations/{made.token}")
