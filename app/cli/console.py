"""Who acts at the machine's own console, and how it speaks."""

from __future__ import annotations

import getpass

import click

from app.bootstrap.house import House, build
from app.config import Settings
from foundation.actor import Actor


def house() -> House:
    """The house of the environment's settings."""
    return build(Settings.from_env())


def operator() -> Actor:
    """Whoever has a shell here. They hold no duty: content stays out of reach; the log keeps their user name."""
    return Actor(id="console", name=getpass.getuser(), party="", principal=0)


def say(text: str, *, error: bool = False) -> None:
    """One line to the terminal."""
    click.echo(text, err=error)
