"""Setting up and serving from the command line: what is wrong is said in full, and nothing real is put at risk."""

from __future__ import annotations

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from app.cli.main import cli
from app.config import Settings

pytestmark = pytest.mark.once("what a command takes and refuses; story, backups and witnesses run commands on both")

ROOT = Path(__file__).parents[2]
BAD = sorted((ROOT / "tests/identity/bad/establishments").glob("*.csv"))
HEAD = "key,name,name_welsh,kind,active_in_register,town,country,source\n"
GOOD = HEAD + "NMI,Northmoor (HMP),,PRISON,true,Northmoor,England,invented for tests\n"
FIRST = ("accounts", "first", "--vetted-until", "2030-01-01")
WHO = ("--name", "Asta Vale", "--email", "asta@example.gov.uk", "--party", "hmip", "--role", "hmip-administrator")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def entries(run) -> int:
    return int(run("audit", "verify").out.split(" entries")[0].rsplit(" ", 1)[1])


def test_init_makes_what_only_its_owner_can_read_and_twice_replaces_nothing(custodes, tmp_path: Path) -> None:
    first = custodes("init")
    assert first.code == 0
    assert str(tmp_path / "state" / "keys") in first.out
    made = files(tmp_path / "state" / "keys")
    assert {name.split("/")[0] for name in made} == {"facts", "identity", "index", "log", "vault", "web"}
    for path in (tmp_path / "state").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    before = entries(custodes)
    assert custodes("init").code == 0
    assert files(tmp_path / "state" / "keys") == made
    assert entries(custodes) == before + 1  # the entry of the verification alone


def test_before_init_every_command_says_to_run_it(custodes) -> None:
    for words in (("serve",), ("audit", "key"), ("audit", "verify"), ("jobs", "run", "--once"), (*FIRST, *WHO)):
        custodes(*words, CUSTODES_PORT=str(free_port())).refused("custodes init")


def test_everything_wrong_in_the_settings_is_said_at_once(custodes, tmp_path: Path) -> None:
    said = custodes(
        "init",
        CUSTODES_PORT="99999",
        CUSTODES_WORKERS="many",
        CUSTODES_SECURE="0",
        CUSTODES_DATABASE_URL="bogus",
        CUSTODES_ORIGIN="a name",
        CUSTODES_DAEMON="1",
    )
    said.refused("CUSTODES_DAEMON: is not a setting", "CUSTODES_PORT: must be", "CUSTODES_WORKERS: must be")
    said.refused("CUSTODES_SECURE: 0 is for", "CUSTODES_DATABASE_URL: must begin", "CUSTODES_ORIGIN: must be")
    assert len(said.err.splitlines()) == 1
    assert not (tmp_path / "state").exists()


def test_demonstration_mode_listens_on_loopback_alone(custodes) -> None:
    custodes("serve", CUSTODES_DEMONSTRATION="1", CUSTODES_HOST="0.0.0.0").refused("CUSTODES_HOST: demonstration mode")


def test_a_real_service_refuses_the_keys_of_a_demonstration(custodes) -> None:
    assert custodes("init", CUSTODES_DEMONSTRATION="1").code == 0
    for words in (("serve",), ("init",), ("audit", "key")):
        custodes(*words).refused("These are a demonstration’s keys")


def test_a_demonstration_refuses_the_keys_and_the_people_of_a_real_service(ready, tmp_path: Path) -> None:
    before = entries(ready)
    words = ("demo", "--state", tmp_path / "state", "--port", free_port())
    ready(*words, CUSTODES_DATABASE_URL="").refused("These are a real service’s keys")
    assert not (tmp_path / "state" / "demonstration.json").exists()
    assert entries(ready) == before + 1


def test_a_demonstration_goes_by_the_policies_and_the_scanner_it_is_told_of(tmp_path: Path) -> None:
    given = {"CUSTODES_POLICIES": str(tmp_path / "ours"), "CUSTODES_SCANNER": "clamd:/run/clamd.sock"}
    settings = Settings.of_demonstration(tmp_path / "state", 8090, given)
    assert (str(settings.policies), settings.scanner) == tuple(given.values())
    assert settings.state == tmp_path / "state"
    assert settings.demonstration


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CUSTODES_DATABASE_URL", "postgresql://db.example/custodes"),
        ("CUSTODES_KEYSTORE_URL", "/srv/keys.db"),
        ("CUSTODES_VAULT_URL", "s3://bucket/live"),
        ("CUSTODES_KEYS", "/srv/keys"),
        ("CUSTODES_KEYRING_URL", "aws-kms://alias/x"),
    ],
)
def test_a_demonstration_passes_over_no_place_in_silence(custodes, tmp_path: Path, name: str, value: str) -> None:
    said = custodes("demo", "--state", tmp_path / "fresh", "--port", free_port(), **{name: value})
    said.refused(name, "a demonstration keeps its own", "custodes serve")
    assert len([line for line in said.err.splitlines() if name in line]) == 1
    assert value not in said.err
    assert not (tmp_path / "fresh").exists()


@pytest.mark.parametrize("name", ["web", "index", "identity"])
def test_a_lost_key_is_never_replaced_by_a_new_one_in_silence(ready, tmp_path: Path, name: str) -> None:
    key = tmp_path / "state" / "keys" / name
    kept = key.read_bytes()
    key.unlink()
    ready("audit", "key").refused(f"“{name}” is missing", "Restore")
    ready("init").refused(f"“{name}” is missing", "Restore")
    assert not key.exists()
    key.write_bytes(kept)
    key.chmod(0o600)
    assert ready("init").code == 0


def test_keys_others_can_read_are_refused(ready, tmp_path: Path) -> None:
    (tmp_path / "state" / "keys").chmod(0o750)
    ready("audit", "key").refused("Others can read “keys”", "chmod")
    (tmp_path / "state" / "keys").chmod(0o700)
    (tmp_path / "state" / "keys" / "web").chmod(0o640)
    ready("audit", "key").refused("Others can read “web”")


def test_an_address_that_is_taken_is_refused_before_anything_is_made(custodes, tmp_path: Path, taken: int) -> None:
    words = ("demo", "--state", tmp_path / "fresh", "--port", taken)
    custodes(*words, CUSTODES_DATABASE_URL="").refused(f"127.0.0.1, port {taken}", "--port")
    assert not (tmp_path / "fresh").exists()
    assert custodes("init").code == 0
    custodes("serve", CUSTODES_PORT=str(taken)).refused("Choose another")


def test_a_place_that_cannot_hold_the_state_is_said_in_one_line(custodes, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="ascii")
    said = custodes("init", CUSTODES_STATE=str(tmp_path / "file"))
    said.refused("The file or folder cannot be used", "file")
    (tmp_path / "other.db").write_bytes(b"not a database, and long enough for its header to be read" * 40)
    said = custodes("init", CUSTODES_DATABASE_URL=f"sqlite:///{tmp_path}/other.db")
    said.refused("The database cannot be used: file is not a database")
    assert len(said.err.splitlines()) == 1


def test_the_first_administrator_is_invited_for_a_day_and_the_log_says_so(ready) -> None:
    said = ready(*FIRST, *WHO)
    assert said.code == 0
    assert "/invitations/" in said.out
    ready(*FIRST, *WHO).refused("The e-mail address has an account")


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--email", "asta", "email: "),
        ("--party", "nobody", "party: "),
        ("--role", "emperor", "Choose one of the roles"),
        ("--vetted-until", "2030-02-30", "--vetted-until"),
    ],
)
def test_a_first_account_that_cannot_be_is_refused_and_leaves_nothing(
    ready, option: str, value: str, told: str
) -> None:
    words = [*FIRST, *WHO]
    words[words.index(option) + 1] = value
    ready(*words).refused(told)
    assert ready(*FIRST, *WHO).code == 0  # nobody of that address was kept


def test_establishments_come_in_once_and_a_second_time_change_nothing(ready, tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text(GOOD, encoding="utf-8")
    assert ready("establishments", "import", path).out == "1 new, 0 changed, 0 unchanged\n"
    assert ready("establishments", "import", path).out == "0 new, 0 changed, 1 unchanged\n"
    path.write_text(GOOD.replace("true", "false"), encoding="utf-8")
    assert ready("establishments", "import", path).out == "0 new, 1 changed, 0 unchanged\n"


@pytest.mark.parametrize("bad", BAD, ids=lambda path: path.stem)
def test_a_bad_list_of_establishments_is_told_line_by_line(ready, bad: Path) -> None:
    expected = bad.with_suffix(".txt").read_text(encoding="utf-8").strip()
    ready("establishments", "import", bad).refused("Nothing was imported", expected)


def test_one_bad_line_keeps_the_good_ones_out(ready, tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text(GOOD + "sml,Southmoor,,prison,true,S,England,invented\n", encoding="utf-8")
    ready("establishments", "import", path).refused("line 3: key must be", "line 3: kind must be")
    path.write_text(GOOD, encoding="utf-8")
    assert ready("establishments", "import", path).out == "1 new, 0 changed, 0 unchanged\n"
    ready("establishments", "import", tmp_path / "nowhere.csv").refused("does not exist")


def test_jobs_run_once_by_hand_and_say_what_they_are(ready) -> None:
    listed = ready("jobs", "list")
    said = ready("jobs", "run", "--once")
    assert (listed.code, said.code) == (0, 0)
    for job in ("dispose", "tidy", "checkpoint"):
        assert job in listed.out
        assert f"{job}: " in said.out
        assert f"{job}: refused" not in said.out


def test_what_is_no_command_is_refused(custodes) -> None:
    custodes("destroy").refused("No such command")
    custodes("verify", "--nonsense").refused("No such option")


def test_every_command_has_help() -> None:
    def walk(group, words):
        ctx = click.Context(group)
        for name in group.list_commands(ctx):
            command = group.get_command(ctx, name)
            yield (*words, name), command
            if isinstance(command, click.Group):
                yield from walk(command, (*words, name))

    for words, command in walk(cli, ()):
        assert command.help, words
        assert CliRunner().invoke(cli, [*words, "--help"]).exit_code == 0
