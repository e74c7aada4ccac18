"""``custodes outbox``."""

from __future__ import annotations

import click

from app.bootstrap import posting
from app.cli.console import house, operator, say
from outbox.store.rows import OutboxRows
from outbox.tables import outbox_message


@click.group()
def outbox() -> None:
    """Messages that tell people and partner systems that something waits."""


@outbox.command("send")
def send() -> None:
    """Make messages of what is to be told and hand over what is due: what the job does each minute."""
    say(f"outbox: {posting.sweep(house(), operator())}")


@outbox.command("list")
@click.option("--state", type=click.Choice(["waiting", "sent", "failed", "delivered", "dropped"]), default="failed")
def list_(state: str) -> None:
    """Messages in a state, oldest first: id, sort, attempts, cause. Nobody is named."""
    with house().work(operator()) as work:
        found = OutboxRows(work.conn).messages(outbox_message.c.state == state, most=200)
    for each in found:
        say(f"{each.id} {each.sort:6} {each.attempts:3} {each.made_at:%Y-%m-%dT%H:%MZ} {each.cause}".rstrip())
    say(f"{len(found)} {state}")


@outbox.command("try-again")
@click.argument("message", required=False, default="")
@click.option("--all", "everything", is_flag=True, help="Every message that was given up.")
def try_again(message: str, *, everything: bool) -> None:
    """Put MESSAGE, or every message that was given up, back among what waits."""
    if bool(message) == everything:
        wrong = "Say one message, or --all."
        raise click.UsageError(wrong)
    found, actor = house(), operator()
    with found.work(actor) as work:
        failed = OutboxRows(work.conn).messages(outbox_message.c.state == "failed", most=100_000)
        for id_ in [each.id for each in failed] if everything else [message]:
            work.outbox.try_again(id_, actor=actor, now=work.now, console=True)
    say(f"{len(failed) if everything else 1} will be tried again")
