"""``custodes vault fixity``: what is stored compared with what was stored."""

from __future__ import annotations

import json
import sys
from datetime import datetime

import click

from app.bootstrap import fixity as checking
from app.bootstrap.fixity import Standing
from app.cli.console import house, operator, say


@click.command()
@click.option("--run", "now", is_flag=True, help="Finish the round that is under way, or do a whole one, first.")
@click.option("--json", "as_json", is_flag=True, help="For machines: one line of JSON.")
def fixity(*, now: bool, as_json: bool) -> None:
    """Say how far the check of stored objects is and what it found. Exit code 1: something is not as it was stored.

    The jobs do it all the time, at the rate of CUSTODES_FIXITY_MIB; no key is used and nobody waits for it.
    """
    found = house()
    if now:
        looked = checking.whole(found, operator())
        say(str(looked), error=True)
    standing = checking.standing(found)
    if as_json:
        say(json.dumps(_json(standing), sort_keys=True))
    else:
        _tell(standing)
    sys.exit(1 if standing.faults else 0)


def _tell(standing: Standing) -> None:
    here = standing.round
    say(f"{standing.word}")
    if here is not None and here.ended is None:
        say(f"a round began {here.began:%Y-%m-%d %H:%M} UTC: {here.objects} objects, {here.bytes:,} bytes so far")
    if here is not None and here.last_ended is not None:
        size = f"{here.last_objects} objects, {here.last_bytes:,} bytes"
        say(f"the last whole round ended {here.last_ended:%Y-%m-%d %H:%M} UTC: {size}")
    for each in standing.faults:
        say(f"FAULT  {each.object}: {each.fault}, since {each.since:%Y-%m-%d %H:%M} UTC", error=True)


def _json(standing: Standing) -> dict[str, object]:
    here = standing.round
    return {
        "standing": standing.word,
        "faults": [{"fault": f.fault, "object": f.object, "since": f.since.isoformat()} for f in standing.faults],
        "round": here and {"began": _iso(here.began), "bytes": here.bytes, "objects": here.objects},
        "last": here
        and here.last_ended
        and {"ended": _iso(here.last_ended), "bytes": here.last_bytes, "objects": here.last_objects},
    }


def _iso(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")
