"""``custodes jobs``."""

from __future__ import annotations

import threading

import click

from app.cli.console import house, say
from app.jobs.schedule import JOBS, lead, run_once


@click.group()
def jobs() -> None:
    """What the service does by the clock."""


@jobs.command()
@click.option("--once", is_flag=True, help="Run every job once and stop.")
def run(*, once: bool) -> None:
    """Run the jobs in a process of their own."""
    found = house()
    if once:
        for name, said in run_once(found).items():
            say(f"{name}: {said}")
        return
    leads = lead(found).lease.held
    say("running the jobs; Ctrl-C stops" if leads else "another process runs the jobs; standing by; Ctrl-C stops")
    threading.Event().wait()


@jobs.command("list")
def list_() -> None:
    """The table of jobs."""
    for job in JOBS:
        say(f"{job.name:12} every {job.minutes} minutes: {job.meaning}")
