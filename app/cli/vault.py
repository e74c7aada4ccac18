"""``custodes vault``: keys and content at rest, from the machine's own console."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import click

from app.bootstrap import wrapping
from app.bootstrap.house import House
from app.cli.console import house, operator, say
from vault.inventory import Line, inventory
from vault.rewrap import Moved

_HEADINGS = ("key", "state", "made", "live", "disabled", "pending", "erased, not final", "final", "last change")
_DAY = "%Y-%m-%d"


@click.group()
def keys() -> None:
    """The bodies’ keys, under which each item’s own key is wrapped."""


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines: one line of JSON a key.")
def list_(*, as_json: bool) -> None:
    """Every wrapping key there is or was, and what stands under it. No key is shown."""
    found = house()
    lines = inventory(found.keystore, found.keys.vault)
    if as_json:
        for line in lines:
            say(json.dumps(line.as_json(), sort_keys=True))
        return
    rows = [_HEADINGS, *map(_cells, lines)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADINGS))]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@keys.command()
@click.option("--body", required=True, help="Whose key: a party id, as in policies/parties.toml.")
def rotate(*, body: str) -> None:
    """Make a new wrapping key for a body. What is stored from now on is wrapped under it; nothing else changes."""
    found = house()
    _must_be_party(found, body)
    say(f"{wrapping.rotate(found, body, operator())} is the newest. Now: custodes vault keys rewrap --body {body}")


@keys.command("rewrap")
@click.option("--body", help="Only this body’s; else those of every body whose keys are here.")
def rewrap_(*, body: str | None) -> None:
    """Move every item’s key under the newest wrapping key of its body. No content is touched; the service goes on.

    Broken off, it goes on where it was when run again. Exit code 1: some keys could not be moved.
    """
    found = house()
    if body is not None:
        _must_be_party(found, body)
    held = [one for one in found.keystore.keks.bodies() if found.keys.vault.holds(one)]
    wrong = 0
    for one in [body] if body is not None else held:
        moved, left = wrapping.move(found, one, operator(), show=_show(one))
        say(f"{one}: {moved.moved} moved, {moved.failed} failed, {left} left under older keys")
        for item in moved.items:
            say(f"  {item}: its key does not open", error=True)
        wrong += moved.failed + left
    sys.exit(1 if wrong else 0)


@keys.command("destroy-kek")
@click.argument("kek")
@click.option("--yes", is_flag=True, help="Do not ask.")
def destroy_kek(*, kek: str, yes: bool) -> None:
    """Destroy a wrapping key that nothing stands under any more: what was erased under it is final from then on.

    Oldest first, never the newest. Afterwards older backups of the key store open nothing that stood under it.
    """
    found = house()
    if not yes:
        click.confirm(
            f"Destroy {kek} for good? Older backups of the key store will open nothing that stood under it: "
            "take a new one first.",
            abort=True,
            err=True,
        )
    gone = found.do(
        lambda work: work.vault.rotation.destroy_kek(kek_id=kek, actor=operator(), now=work.now), operator()
    )
    say(f"{gone.kek} is gone from {gone.at:%Y-%m-%d %H:%M} UTC; {gone.erasures} erasures are final with it")
    say("Copies of the keyring are not reached by this: destroy what they hold of it, and renew the recovery file.")


def _must_be_party(found: House, body: str) -> None:
    if body not in found.policies.parties:
        msg = f"“{body}” is no party; there are {', '.join(sorted(found.policies.parties))}"
        raise click.ClickException(msg)


def _show(body: str) -> Callable[[Moved, int], None]:
    def show(moved: Moved, total: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{body}: {moved.moved + moved.failed} of {total}", nl=moved.finished, err=True)

    return show


def _cells(line: Line) -> tuple[str, ...]:
    counts = line.counts
    gone = f" {line.gone:{_DAY}}" if line.gone else ""
    numbers = (counts.live, counts.disabled, counts.pending + counts.remarking, counts.waiting, counts.final)
    return (
        line.kek,
        line.state + gone,
        f"{line.created:{_DAY}}" if line.created else "-",
        *map(str, numbers),
        f"{counts.last:%Y-%m-%d %H:%M}" if counts.last else "-",
    )
