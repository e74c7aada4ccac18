"""``custodes audit status`` and ``trust-witness``: who vouches for this log, and whether they do."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from app.cli.console import house, operator, say
from audit.cosign import Standing
from audit.events import WITNESS_ENDED, WITNESS_TRUSTED
from audit.reading import State, state
from audit.witnesses import witness_key
from foundation.errors import NotFound
from foundation.orm import from_ms


class PartyUnknown(NotFound):
    """No party of that id in the policies."""

    code = "app.party-unknown"
    title = "There is no such party"


@click.command()
def status() -> None:
    """Say how the log stands: size, newest checkpoint, who cosigned when. Exit code 1: damaged, or a witness late."""
    found = house()
    with found.work(operator()) as work:
        log, standing = state(work.conn, found.keys.log), work.cosignatures.standing(now=work.now)
    say(f"{found.keys.log.origin}: {log.size} entries, {log.unsigned} not signed yet")
    _say_checkpoint(log)
    for each in standing:
        say(_line(each))
    if not standing:
        say("Nobody witnesses this log: only who keeps a checkpoint outside could tell that it was rewritten.")
    if not log.sound:
        say("The log does not agree with itself. Verify it now, and report it as an incident.", error=True)
    sys.exit(0 if log.sound and not any(each.late for each in standing) else 1)


@click.command("trust-witness")
@click.argument("vkey")
@click.option("--party", default="", help="Whose it is: a party of the policies, shown on the page of the log.")
@click.option("--end", is_flag=True, help="Trust it no longer. What it cosigned stays.")
def trust_witness(vkey: str, party: str, end: bool) -> None:
    """Trust the witness whose verifier key is VKEY: from now on its cosignatures are taken, and missed when late."""
    found = house()
    key, witnesses = witness_key(vkey), found.keys.log.witnesses
    if party and party not in found.policies.parties:
        raise PartyUnknown(f"The policies have no party “{party}”. “custodes policies show” lists them.")
    witnesses.may(vkey, end=end)
    with found.work(operator()) as work:
        what = {"witness": f"{key.name}+{key.id.hex()}"} | ({} if end else {"body": party})
        work.trail.record(WITNESS_ENDED if end else WITNESS_TRUSTED, actor=work.actor, now=work.now, what=what)
    # After the commit: nobody is trusted without a record of it.
    done = witnesses.end(vkey, now=work.now) if end else witnesses.trust(vkey, party=party, now=work.now)
    say(f"{done.id} is {'no longer trusted' if end else 'trusted from now on'}.")


def _say_checkpoint(log: State) -> None:
    if log.checkpoint is None:
        say("Nothing is signed yet.")
        return
    made = log.checkpoint.checkpoint
    say(f"Checkpoint {made.number}: {made.size} entries, signed {_time(from_ms(made.time))}")


def _line(each: Standing) -> str:
    newest = f"checkpoint {each.number} of {each.size} entries, {_time(each.at)}" if each.at else "nothing yet"
    due = f"; the next is due by {_time(each.due)}" if each.due else ""
    return f"{'LATE     ' if each.late else 'in time  '}{each.id}: {newest}{due}"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S%z}"
