"""What of a destroyed item is left anywhere: every column of every table is looked at, and every stored byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.bootstrap import sweeps
from app.bootstrap.engines import reading
from app.bootstrap.idempotency import KEPT_FOR
from app.bootstrap.schema import metadata
from tests import databases, stores
from tests.faults.conftest import CONTENT, SECRETS, Scene, Things
from tests.ready import furnished
from tests.served import app_over
from vault.keystore_tables import metadata as keys_metadata

# Every column that may name a destroyed item, and as what. Whatever is not here must not.
TOMBSTONE = {
    "item.id", "item.uuid", "item.reference",
    # Who could see it may see that it was disposed of, when and by which steps: ids, dates and codes.
    "item_access.item_id", "item_office.item_id", "item_step.item_id", "item_step_office.item_id",
    "item_event.item_id", "item_recusal.item_id",
    # The key store's and the vault's own record that the keys are gone.
    "vault_object.item", "erased.item",
}  # fmt: skip
CASE = {
    "disposal_case.item", "disposal_case.item_id", "disposal_case.reference", "disposal_case.certificate",
    "disposal_trigger.item", "disposal_recomputed.item", "disposal_hold_item.item", "disposal_copy.item",
    "disposal_tally.item", "disposal_reminder.subject", "disposal_batch_item.item", "disposal_transfer.item",
    "disposal_hold.scope",  # a hold that was placed on the item itself, lifted since
}  # fmt: skip
CERTIFICATE = {
    "disposal_certificate.number", "disposal_certificate.item", "disposal_certificate.body",
    "disposal_certificate.text",
}  # fmt: skip
# That it was shared, by whom, on what basis: the record of decisions (docs/adr/0034). Its words end with the key.
DECISION = {"sharing_decision.item", "sharing_decision.reference"}
LOG = {"audit_disclosure.item", "audit_index.item"}
# That something waited, by a random id: no reference, no word. It follows from the log, and is told no more.
TOLD = {"outbox_notice.subject"}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    state = tmp_path_factory.mktemp("gone") / "state"
    house, people = furnished(state)
    yield Scene(house, people, app_over(house), Things(), Things())
    house.engine.dispose()
    house.keystore.dispose()


def rows(scene: Scene) -> Iterator[tuple[str, Any]]:
    """(table.column, value) of all there is, in the application's database and in the key store's."""
    for engine, tables in ((scene.house.engine, metadata), (scene.house.keystore._engine, keys_metadata)):
        with reading(engine) if engine is scene.house.engine else engine.connect() as conn:
            for table in tables.sorted_tables:
                for row in conn.execute(sa.select(table)):
                    for column, value in zip(table.columns, row, strict=True):
                        yield f"{table.name}.{column.name}", value


def naming(scene: Scene, item: str, number: int, reference: str) -> set[str]:
    """The columns that name the item: by its uuid or reference anywhere in them, or by its number as a key to it."""
    refers = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name in ("item_id", "reply_to") or (table.name, column.name) == ("item", "id")
    }
    found = set()
    for where, value in rows(scene):
        text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        if item in text or reference in text or item.replace("-", "") in text or (where in refers and value == number):
            found.add(where)
    return found


def gone(scene: Scene) -> tuple[str, int, str]:
    """An item that had everything an item can have, and was destroyed: by the API, so that answers were kept too."""
    reference = scene.until_reviewable()
    with scene.house.work() as work:
        case = work.disposals.case(reference)
    reviewer = scene.actor("imb-records")
    with scene.house.work(reviewer) as work:
        work.retention.place_hold(case.item, reason="An inquiry asks.", issuer="Inquiry", actor=reviewer, now=work.now)
    with scene.house.work() as work:
        (hold,) = work.disposals.holds(item=case.item)
    with scene.house.work(reviewer) as work:
        work.retention.lift_hold(hold.id, reason="The inquiry is over.", actor=reviewer, now=work.now)
    client = scene.client("imb-records", "api")
    body = json.dumps({"proposal": "destroy", "reason": "No longer needed."}).encode()
    headers = {"Idempotency-Key": "one-and-only", "Content-Type": "application/json"}
    said = client.ask("POST", f"/api/v1/disposals/{reference}/review", body, headers=headers)
    assert said.status == 200, said.body
    scene.retire(reference, "approve", "imb-owner")
    assert scene.count("idempotency") == 1
    scene.clock.later(days=60)
    assert sweeps.dispose(scene.house).certified == 1
    sweeps.sessions(scene.house)
    return case.item, case.item_id, reference


def test_no_column_but_log_case_certificate_decision_notice_and_tombstone_names_a_destroyed_item(scene: Scene) -> None:
    bystander = scene.sent()
    item, number, reference = gone(scene)
    left = naming(scene, item, number, reference)
    assert left <= TOMBSTONE | CASE | CERTIFICATE | DECISION | LOG | TOLD, "what else names it"
    with scene.house.work() as work:
        other = work.conn.execute(sa.text("select uuid, id from item where reference = :r"), {"r": bystander}).one()
    there = naming(scene, other.uuid, other.id, bystander)
    assert {"item_field.item_uuid", "item_file.item_uuid", "item_subject.item_id", "vault_part.item",
            "object_key.item"} <= there, "the looking finds what there is of an item that lives"  # fmt: skip
    # The words themselves, sealed or not, and every stored byte.
    kept = databases.everything(scene.house.settings.database_url)
    for secret in SECRETS:
        assert secret not in kept
    assert all(item not in name for name in stores.files(scene.house))
    assert scene.house.keystore.state(UUID(item)) == "destroyed"
    assert CONTENT[:28] not in b"".join(stores.read(scene.house, name) for name in stores.files(scene.house))


def test_answers_kept_for_repetition_are_gone_before_any_item_can_be(scene: Scene) -> None:
    policy = scene.house.policies.schedules.disposal
    assert policy.cooling_off_days >= KEPT_FOR.days
    with reading(scene.house.engine) as conn:
        for (body,) in conn.exec_driver_sql("select body from idempotency").all():
            assert set(json.loads(body) or {}) <= {"reference", "state", "version", "due_on", "destroy_on"}
