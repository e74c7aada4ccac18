"""``custodes``: the commands, and the one place that turns a refusal into a line and exit code 2."""

from __future__ import annotations

import sys

import click

from app.cli import accounts, audit_log, establishments, jobs, policies, serve, verifying
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
    jobs.jobs,
    policies.policies,
    audit_log.audit,
    accounts.accounts,
    establishments.establishments,
    verifying.verify,
):
    cli.add_command(command)


def main() -> None:
    """Entry point of the installed command."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except ServiceError as error:
        say(f"{error.title or 'Refused'}: {error.detail}", error=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
