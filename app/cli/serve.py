"""``custodes init``, ``serve`` and ``demo``."""

from __future__ import annotations

from pathlib import Path

import click

from app.bootstrap import house as houses
from app.bootstrap.listening import refuse_taken
from app.cli.console import say
from app.config import Settings
from app.http import logged
from app.serving import run


@click.command()
def init() -> None:
    """Make what is missing: folders, keys, databases, the offices of every party. Replaces nothing."""
    settings = Settings.from_env()
    houses.init(settings)
    say(f"ready in {settings.state}; back up {settings.keys} apart from everything else")


@click.command()
def serve() -> None:
    """Serve pages and API, and run the jobs, behind a TLS proxy that does not spool."""
    settings = Settings.from_env()
    logged.set_up(demonstration=settings.demonstration)
    refuse_taken(settings.host, settings.port)
    houses.started(houses.build(settings))  # refuses here, in one line, what a worker would refuse in a traceback
    run(settings)


@click.command()
@click.option("--state", type=click.Path(file_okay=False, path_type=Path), default=Path("var"))
@click.option("--port", type=click.IntRange(1, 65535), default=8080)
def demo(state: Path, port: int) -> None:
    """Set up and serve the demonstration on loopback, with an invented cast."""
    from app.demo.build import begin, furnish

    settings = Settings.of_demonstration(state, port)
    refuse_taken(settings.host, settings.port)
    begin(settings)
    houses.init(settings)
    house = houses.build(settings)
    for line in furnish(house):
        say(line)
    houses.started(house)
    say(f"Custodes is at http://{settings.host}:{settings.port} (Ctrl-C stops; “make clean” forgets the demonstration)")
    run(settings)
