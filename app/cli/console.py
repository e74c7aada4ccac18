"""Who acts at the machine's own console, and how it speaks."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from foundation.actor import Actor

if TYPE_CHECKING:
    from app.bootstrap.house import House


def house() -> House:
    """The house of the environment's settings."""
    # here, because a witness, a verifier and a rescue speak to the same terminal and must not wait for a house
    from app.bootstrap.house import build
    from app.config import Settings

    return build(Settings.from_env())


def operator() -> Actor:
    """Whoever has a shell here. They hold no duty: content stays out of reach; the log keeps their user name."""
    return Actor(id="console", name=getpass.getuser(), party="", principal=0)


def say(text: str, *, error: bool = False) -> None:
    """One line to the terminal."""
    click.echo(text, err=error)
