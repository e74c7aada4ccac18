"""``custodes doctor``."""

from __future__ import annotations

import json
import sys

import click

from app.bootstrap.doctor import examine
from app.bootstrap.finding import ATTENTION, ORDER, WELL, WRONG, worst
from app.cli.console import say
from app.jobs.schedule import JOBS

_CODES = {WELL: 0, ATTENTION: 1, WRONG: 2}


@click.command()
@click.option("--all", "every", is_flag=True, help="Also what is well.")
@click.option("--json", "as_json", is_flag=True, help="For machines: one line of JSON.")
def doctor(*, every: bool, as_json: bool) -> None:
    """Say what is wrong with this installation, and how to mend it.

    Exit code 0: all is well; 1: something needs attention; 2: something is wrong. Nothing is changed.
    """
    found = sorted(examine(JOBS), key=lambda each: ORDER.index(each.word))
    word = worst(found)
    if as_json:
        shown = [{"check": e.check, "word": e.word, "text": e.text, "do": e.do} for e in found]
        say(json.dumps({"word": word, "findings": shown}, ensure_ascii=False))
        sys.exit(_CODES[word])
    for each in found:
        if every or each.word != WELL:
            say(f"{each.word:9}  {each.text}")
            if each.do and each.word != WELL:
                say(f"           {each.do}")
    well = sum(each.word == WELL for each in found)
    say(f"{len(found)} looked at, {well} well.")
    sys.exit(_CODES[word])
