"""``custodes audit``: verify, sign, export the log of this service."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.bootstrap import logbook, logkeys, outside, redacting, sequencing
from app.cli.console import house, operator, say
from app.cli.verifying import show, start_of
from audit.sealing import MOST, Recipient


@click.command()
def verify() -> None:
    """Verify the whole log where it lies: every entry, the tree, every checkpoint. That it was done is recorded."""
    report = logbook.verify(house(), operator())
    show(report)
    sys.exit(0 if report.ok else 1)


@click.command()
def checkpoint() -> None:
    """Sign the head and print the checkpoint."""
    found = house()
    sequencing.settle(found)
    with found.work(operator()) as work:
        say(work.checkpoints.make(now=work.now).text.rstrip("\n"))


@click.command()
def key() -> None:
    """Print the verifier key: what an auditor trusts, brought by another way than the log.

    Once it changed, every key with its time, as lines of a trust file.
    """
    say(house().keys.log.published.rstrip("\n"))


@click.command("rotate-key")
def rotate_key() -> None:
    """Change the key that signs the log. The old one's private half is destroyed; all it signed still verifies.

    Broken off anywhere, the service goes on; run it again and it finishes.
    """
    done = logkeys.rotate(house(), operator())
    say("An earlier change was finished." if done.resumed else "The key was changed.")
    say(house().keys.log.published.rstrip("\n"))
    say("Give these lines to everybody who verifies the log, by another way than the log.", error=True)


@click.command("correct-clock")
@click.option("--why", required=True, help="What had set the clock wrong, for whoever reads the log.")
def correct_clock(why: str) -> None:
    """Record that the machine's clock had run ahead and is right again. Until then nothing is served.

    Set the clock right first. What was entered meanwhile keeps its times; what comes after begins again from now.
    """
    ahead = logbook.correct_clock(house(), why, operator())
    say(f"The log’s newest entry was {ahead} ahead. It is recorded that the clock was corrected.")


@click.command()
def timestamp() -> None:
    """Have the newest checkpoint time-stamped by the authority of CUSTODES_TSA_URL."""
    say("The checkpoint is time-stamped." if outside.stamp(house(), operator()) else "It is time-stamped already.")


@click.command()
def anchor() -> None:
    """Put every checkpoint that is not there yet into the bucket of CUSTODES_ANCHOR_URL."""
    say(f"{outside.anchor(house(), operator())} checkpoints anchored")


@click.command()
def anchors() -> None:
    """Compare every anchored checkpoint with the log. Exit code 1: they differ; the first difference stands first."""
    found = outside.anchors(house())
    for fault in found.faults:
        say(f"FAULT  {fault}", error=True)
    if found.ok:
        say(f"{found.anchored} anchored checkpoints are those of the log, up to checkpoint {found.newest}.")
    sys.exit(0 if found.ok else 1)


@click.command()
@click.option("--carry-out", is_flag=True, help="Erase what two people agreed to, now, rather than with the next job.")
def retention(*, carry_out: bool) -> None:
    """Show which disclosures of the log are past their age. Who may propose to erase them does so in the service.

    Entries and every proof of them stay; what is erased is who, about what and why.
    """
    found = house()
    sequencing.catch_up(found)
    if carry_out:
        say(redacting.carry_out(found, operator()))
        return
    with found.work(operator()) as work:
        for plan in redacting.plans(work):
            say(f"{plan.code}: {plan.entries} before {plan.before:%Y-%m-%d}, {plan.kept} of them stay, "
                f"{plan.overdue} overdue")  # fmt: skip
    keeping = found.policies.keeping
    for one in keeping.classes.values():
        say(f"  {one.code}: {one.least_months} to {one.most_months} months. {one.source}")
    say(f"  everything else is kept: {keeping.record}")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "first", default="", help="First entry: its number, or a day (2026-11-20, UTC).")
@click.option("--to", "end", default="", help="Where it ends: the number before which, or the last day in it.")
@click.option(
    "--for",
    "reader",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with one recipient’s public key (age1…): FILE is a zip that they alone can open, with “age -d”.",
)
def export(file: Path, first: str, end: str, reader: Path | None) -> None:
    """Export the log, or a range of it, to FILE for ``custodes verify``: a zip if its name ends so, else a folder.

    With ``--for`` nothing of it lies in clear on this machine’s disks; without it FILE says who did what.
    """
    recipient = Recipient.parse(start_of(reader, MOST + 1)) if reader else None
    found = house()
    sequencing.catch_up(found)
    with found.work(operator()) as work:
        logbook.announce_export(work, first=first, end=end, recipient=recipient)
    done = logbook.export(found, file, first=first, end=end, recipient=recipient)
    say(f"{done.entries} entries in {file}" + (f", sealed for {recipient.text}" if recipient else ""))
