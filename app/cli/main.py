"""``custodes``: the commands, and the one place that turns a refusal into a line and exit code 2."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click
from sqlalchemy.exc import DBAPIError

from app.bootstrap.contention import again
from app.cli import (
    accounts,
    audit_log,
    backups,
    disposals,
    doctor,
    establishments,
    fixity,
    jobs,
    media,
    offline,
    outbox,
    policies,
    recovery,
    schedules,
    serve,
    vault,
    verifying,
    witness,
    witnesses,
)
from app.cli.console import say
from foundation.errors import ServiceError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="custodes", message="%(prog)s %(version)s")
def cli() -> None:
    """Custodes: HMIP and the IMBs pass each other what can hurt if it leaks and save if it arrives.

    Settings come from the environment (docs/configuration.md). A refusal is one line and exit code 2.
    """


for command in (
    serve.init,
    serve.serve,
    serve.demo,
    doctor.doctor,
    jobs.jobs,
    policies.policies,
    schedules.schedules,
    disposals.disposals,
    media.media,
    outbox.outbox,
    audit_log.audit,
    accounts.accounts,
    establishments.establishments,
    verifying.verify,
    vault.vault,
    backups.backup,
    backups.restore,
    backups.drill,
    backups.continuity_,
):
    cli.add_command(command)
for command in (witness.witness_key, witness.witness, witness.compare, witnesses.status, witnesses.trust_witness):
    audit_log.audit.add_command(command)
for command in (recovery.shares, offline.decrypt, offline.inspect, fixity.fixity):
    vault.vault.add_command(command)


def main() -> None:
    """Entry point of the installed command."""
    os.umask(0o077)  # databases, exports and exchanged files are their owner's alone, wherever the settings put them
    try:
        again(lambda: cli.main(standalone_mode=False))
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except ServiceError as error:
        refuse(error)
    except DBAPIError as error:  # a file that is no database, one that is locked, or on a disk that is full
        say(f"The database cannot be used: {error.orig}", error=True)
        sys.exit(2)
    except OSError as error:  # a folder that is not there, a disk that is full, a file of somebody else's
        say(f"The file or folder cannot be used: {error.filename or 'the machine'}: {error.strerror}", error=True)
        sys.exit(2)


def refuse(error: ServiceError) -> NoReturn:
    """The refusal as one line, then one line for each thing that is wrong, where the line does not say it already."""
    say(f"{error.title or 'Refused'}: {error.detail}", error=True)
    for reason in error.reasons:
        say(f"  {reason.text}" + (f" ({reason.clause})" if reason.clause else ""), error=True)
    for name, faults in error.fields.items():
        for fault in faults:
            if fault not in error.detail:
                say(f"  {name}: {fault}", error=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
