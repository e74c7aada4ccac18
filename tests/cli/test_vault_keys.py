"""``custodes vault keys``: made, moved, listed, destroyed, as an operator does it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap.house import build
from app.config import Settings
from foundation.actor import SERVICE
from foundation.ident import new_id
from tests.cli.conftest import Command
from tests.databases import HERE


def listed(custodes: Command) -> dict[str, dict[str, Any]]:
    said = custodes("vault", "keys", "list", "--json")
    assert said.code == 0, said
    return {line["kek"]: line for line in map(json.loads, said.out.splitlines())}


def stored(bodies: tuple[str, ...] = ("hmip",), count: int = 3) -> None:
    """Items with keys of their own, on the environment's settings."""
    house = build(Settings.from_env())
    for body in bodies:
        for _ in range(count):
            with house.work() as work:
                work.vault.create(item=new_id(work.now), body=body, marking="OS", actor=SERVICE, now=work.now)
    house.engine.dispose()
    house.keystore.dispose()


def acts(custodes: Command) -> list[str]:
    house = build(Settings.from_env())
    with house.engine.connect() as conn:
        found = [
            json.loads(bytes(row[0]))["act"]
            for row in conn.exec_driver_sql("select body from audit_entry order by pos")
        ]
    house.engine.dispose()
    return found


def test_a_rotation_from_end_to_end(custodes: Command, tmp_path: Path) -> None:
    custodes("init")
    stored(("hmip", "imb"))
    (first,) = [kek for kek in listed(custodes) if kek.startswith("hmip/")]
    made = custodes("vault", "keys", "rotate", "--body", "hmip")
    assert made.code == 0
    second = made.out.split()[0]
    assert [listed(custodes)[kek]["state"] for kek in (first, second)] == ["older", "newest"]
    custodes("vault", "keys", "destroy-kek", first, "--yes").refused("3 keys are still wrapped", "Rewrap first")
    moved = custodes("vault", "keys", "rewrap", "--body", "hmip")
    assert (moved.code, moved.out) == (0, "hmip: 3 moved, 0 failed, 0 left under older keys\n")
    assert custodes("vault", "keys", "rewrap").out.splitlines() == [
        "hmip: 0 moved, 0 failed, 0 left under older keys",
        "imb: 0 moved, 0 failed, 0 left under older keys",
    ]
    gone = custodes("vault", "keys", "destroy-kek", first, "--yes")
    assert gone.code == 0
    assert "Copies of the keyring are not reached by this" in gone.out
    after = listed(custodes)
    assert [(after[kek]["state"], after[kek]["live"]) for kek in (first, second)] == [("gone", 0), ("newest", 3)]
    assert not list((tmp_path / "state" / "keys" / "vault").glob(f"{first.replace('/', '.')}*"))
    said = acts(custodes)
    for act, times in (("vault.rewrap-begun", 3), ("vault.keys-rewrapped", 3), ("vault.kek-destroyed", 1)):
        assert said.count(act) == times, said
    # Those init made, and the new one: each once.
    assert said.count("vault.kek-created") == len(after)


def test_the_list_for_people_shows_counts_and_no_key(custodes: Command, tmp_path: Path) -> None:
    custodes("init")
    stored()
    said = custodes("vault", "keys", "list").out
    assert said.splitlines()[0].split()[:4] == ["key", "state", "made", "live"]
    (line,) = [line for line in said.splitlines() if line.startswith("hmip/")]
    assert line.split()[1:7] == ["newest", line.split()[2], "3", "0", "0", "0"]
    for path in (tmp_path / "state" / "keys" / "vault").iterdir():
        assert json.loads(path.read_text())["key"][:16] not in said + custodes("vault", "keys", "list", "--json").out


def test_destroying_is_asked_for_and_no_is_an_answer(
    custodes: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    custodes("init")
    first = next(kek for kek in listed(custodes) if kek.startswith("hmip/"))
    custodes("vault", "keys", "rotate", "--body", "hmip")
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "n")
    said = custodes("vault", "keys", "destroy-kek", first)
    assert said.code == 130
    assert listed(custodes)[first]["state"] == "older"
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "y")
    assert custodes("vault", "keys", "destroy-kek", first).code == 0
    assert listed(custodes)[first]["state"] == "gone"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("rotate", "--body", "nobody"), "“nobody” is no party"),
        (("rewrap", "--body", "nobody"), "“nobody” is no party"),
        (("destroy-kek", "hmip/1999-01/1", "--yes"), "There is no such wrapping key"),
    ],
)
def test_what_is_not_there_is_refused(custodes: Command, words: tuple[str, ...], why: str) -> None:
    custodes("init")
    custodes("vault", "keys", *words).refused(why)


def test_a_service_with_one_bodys_keys_rotates_those_and_refuses_the_others(custodes: Command, tmp_path: Path) -> None:
    custodes("init")
    stored(("hmip", "imb"))
    vault = tmp_path / "state" / "keys" / "vault"
    ours = {"CUSTODES_KEYRING_URL": f"hmip={vault}"}
    assert custodes("vault", "keys", "rotate", "--body", "hmip", **ours).code == 0
    custodes("vault", "keys", "rotate", "--body", "imb", **ours).refused("held elsewhere", "“imb”")
    assert custodes("vault", "keys", "rewrap", **ours).out == "hmip: 3 moved, 0 failed, 0 left under older keys\n"
    custodes("vault", "keys", "rewrap", "--body", "imb", **ours).refused("held elsewhere")


def test_a_key_that_does_not_open_is_named_and_the_exit_code_says_so(custodes: Command) -> None:
    custodes("init")
    stored()
    custodes("vault", "keys", "rotate", "--body", "hmip")
    house = build(Settings.from_env())
    with house.keystore._engine.begin() as conn:
        conn.exec_driver_sql("update object_key set wrapped = x'00' where item = (select min(item) from object_key)")
    house.keystore.dispose()
    said = custodes("vault", "keys", "rewrap", "--body", "hmip")
    assert (said.code, said.out) == (1, "hmip: 2 moved, 1 failed, 1 left under older keys\n")
    assert "its key does not open" in said.err


def test_the_key_store_on_postgresql_does_the_same(custodes: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTODES_KEYSTORE_URL", HERE.create("template0"))
    assert custodes("init").code == 0
    stored()
    first = next(kek for kek in listed(custodes) if kek.startswith("hmip/"))
    custodes("vault", "keys", "rotate", "--body", "hmip")
    assert (
        custodes("vault", "keys", "rewrap", "--body", "hmip").out
        == "hmip: 3 moved, 0 failed, 0 left under older keys\n"
    )
    assert custodes("vault", "keys", "destroy-kek", first, "--yes").code == 0
    assert listed(custodes)[first]["state"] == "gone"


def test_where_the_key_store_cannot_be_is_said_by_the_name_of_the_setting(custodes: Command, tmp_path: Path) -> None:
    for url in ("mysql://keys", "s3://bucket/keys"):
        custodes("init", CUSTODES_KEYSTORE_URL=url).refused("CUSTODES_KEYSTORE_URL", "path of a file")
    same = "postgresql://u@/one?host=/nowhere"
    custodes("init", CUSTODES_KEYSTORE_URL=same, CUSTODES_DATABASE_URL=same).refused("another database")
    custodes("init", CUSTODES_KEYSTORE="x").refused("CUSTODES_KEYSTORE: is not a setting")
