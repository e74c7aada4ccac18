"""Groups whose commands are looked up by name: a witness's short command loads no page, no database and no job.

A start of all of it takes seconds of processor; most commands, and all that an outsider runs, need little of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click


class LazyGroup(click.Group):
    """``places``: name of a command -> ``module:function`` below ``app.cli``, imported when somebody asks for it."""

    def __init__(self, *, name: str, places: Mapping[str, str | click.Command], help: str) -> None:  # noqa: A002 (click's word)
        super().__init__(name=name, help=help, context_settings={"help_option_names": ["-h", "--help"]})
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click calls it so)
        return sorted(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (the same)
        place = self._places.get(cmd_name)
        if place is None or isinstance(place, click.Command):
            return place
        module, _, function = place.partition(":")
        found: click.Command = getattr(import_module(f"app.cli.{module}"), function)
        return found
