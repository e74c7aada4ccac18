"""``custodes``: the commands, and the one place that turns a refusal into a line and exit code 2."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click
from sqlalchemy.exc import DBAPIError

from app.bootstrap.contention import again
from app.cli.console import say
from app.cli.lazy import LazyGroup
from foundation.errors import ServiceError

AUDIT = LazyGroup(
    name="audit",
    help="The memory of this service.",
    places={
        **{name: f"audit_log:{name}" for name in ("verify", "checkpoint", "key", "timestamp", "anchor", "anchors")},
        "rotate-key": "audit_log:rotate_key",
        "correct-clock": "audit_log:correct_clock",
        "retention": "audit_log:retention",
        "export": "audit_log:export",
        "witness-key": "witness:witness_key",
        "witness": "witness:witness",
        "compare": "witness:compare",
        "status": "witnesses:status",
        "trust-witness": "witnesses:trust_witness",
    },
)
VAULT = LazyGroup(
    name="vault",
    help="Keys and content at rest.",
    places={
        "keys": "vault:keys",
        "shares": "recovery:shares",
        "decrypt": "offline:decrypt",
        "inspect": "offline:inspect",
        "fixity": "fixity:fixity",
    },
)
cli = click.version_option(package_name="custodes", message="%(prog)s %(version)s")(
    LazyGroup(
        name="custodes",
        help="""Custodes: two watchdogs of custody pass each other what can hurt if it leaks and save if it arrives.

        Settings come from the environment (docs/configuration.md). A refusal is one line and exit code 2.
        """,
        places={
            **{name: f"serve:{name}" for name in ("init", "serve", "demo")},
            **{name: f"backups:{name}" for name in ("backup", "restore", "drill")},
            "continuity": "backups:continuity_",
            "doctor": "doctor:doctor",
            "jobs": "jobs:jobs",
            "policies": "policies:policies",
            "schedules": "schedules:schedules",
            "disposals": "disposals:disposals",
            "media": "media:media",
            "outbox": "outbox:outbox",
            "accounts": "accounts:accounts",
            "establishments": "establishments:establishments",
            "verify": "verifying:verify",
            "audit": AUDIT,
            "vault": VAULT,
        },
    )
)


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
