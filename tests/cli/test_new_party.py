"""The runbook of a new party, walked through: policies, keys, offices, people, on a service that runs already."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from click.testing import CliRunner

from app.bootstrap import house as houses
from app.cli.main import cli
from tests.house import POLICIES, environ_of, settings_of

PARTY = """
[[party]]
id = "wardens"
name = "Wardens of the Invented Court"
short = "WARDENS"
reference = "WAR"
hmg = false
clauses = ["local policy, needs its owner"]

[[party.office]]
id = "administration"
name = "Wardens administration"
single = true
per_establishment = false
"""
ROLES = """
[[role]]
id = "wardens-administrator"
name = "Wardens administrator"
party = "wardens"
office = "administration"
duties = ["account-admin"]
clauses = ["local policy, needs its owner"]

[[role]]
id = "wardens-security-lead"
name = "Wardens security lead"
party = "wardens"
office = "administration"
duties = ["breach-lead"]
clauses = ["local policy, needs its owner"]
"""
ATTESTER = """
[[attester]]
party = "wardens"
office = "administration"
by = ["wardens-security-lead", "wardens-administrator"]
"""


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_new_party_joins_a_service_that_runs(tmp_path: Path) -> None:
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    environ = environ_of(tmp_path / "state", CUSTODES_POLICIES=str(policies))

    def run(*words: str, fails: bool = False) -> str:
        done = CliRunner().invoke(cli, [*words], env=environ)
        assert (done.exit_code != 0) is fails, done.output
        return f"{done.output}{done.exception or ''}"

    run("init")
    append(policies / "parties.toml", PARTY)
    append(policies / "roles.toml", ROLES)
    missing = run("policies", "check", str(policies), fails=True)
    assert "nobody attests the access of wardens/administration" in missing
    assert "retention/wardens.toml: is missing" in missing
    append(policies / "people" / "reviews.toml", ATTESTER)
    schedule = (policies / "retention" / "imb.toml").read_text(encoding="utf-8").replace('"imb"', '"wardens"')
    (policies / "retention" / "wardens.toml").write_text(schedule, encoding="utf-8")
    assert run("policies", "check", str(policies)).startswith("3 parties")

    run("init")
    assert re.search(r"wardens/\S+ .*newest", run("vault", "keys", "list"))
    given = ("--email", "ada@example.test", "--name", "Ada Lark", "--party", "wardens")
    said = run("accounts", "first", *given, "--role", "wardens-administrator", "--vetted-until", "2030-03-31")
    assert "/invitations/" in said

    house = houses.build(settings_of(tmp_path / "state", CUSTODES_POLICIES=str(policies)))
    houses.started(house)
    with house.work() as work:
        ada = work.people.by_email("ada@example.test")
        assert ada is not None
        assert (ada.party, ada.standing) == ("wardens", "invited")
        (held,) = work.people.appointments(ada.id)
        assert held.office_name == "Wardens administration"
    house.engine.dispose()
    house.keystore.dispose()
