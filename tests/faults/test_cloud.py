"""A whole service on S3 and KMS, and what goes wrong there: it says no, says why, writes it down, and loses nothing.

Each body's keys have aliases of their own. Between the service and moto stand proxies that misbehave on a plan.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from app.bootstrap import sweeps
from app.bootstrap.house import build
from foundation.errors import ServiceError
from tests import stores
from tests.api.api_acts import body_of, draft, sent
from tests.cloud import REGION, Answer, Plan, Proxy, Request, Trouble, client, endpoint, enforce_states, new_bucket
from tests.house import CONSOLE, Live, settings_of
from vault import aws
from vault.backends import s3, s3_reading
from vault.backends.s3_reading import FIRST
from vault.errors import KeyMissing
from vault.kms import KmsKeyring

SMALL = bytes(range(256)) * 6_000  # more than comes with the opening
PART = 5 * (1 << 20)  # the least S3 allows
AHEAD = 1 << 20
LARGE = bytes(range(251)) * 21_000  # more than one part, more than one stretch
assert FIRST < len(SMALL) < PART < len(LARGE)


@dataclass
class Cloud:
    """A house, its bucket, and the two lines to it."""

    live: Live
    bucket: str
    s3: Proxy
    kms: Proxy

    def keyring(self, body: str = "hmip") -> KmsKeyring:
        found = self.live.house.keys.vault.of(body)
        assert isinstance(found, KmsKeyring)
        return found

    def cold(self) -> None:
        """As after half a minute, or in a new worker: no data key is kept."""
        for body in ("hmip", "imb"):
            self.keyring(body)._kept.drop(lambda _: True)
        self.s3.seen.clear()
        self.kms.seen.clear()

    def acts(self, act: str) -> list[dict[str, Any]]:
        """Entries of one kind in the log."""
        with self.live.house.work() as work:
            query = sa.text("select body from audit_entry order by pos")
            return [body for body in map(json.loads, work.conn.scalars(query)) if body["act"] == act]

    def get(self, reference: str, **headers: str) -> Any:
        return self.live.api("chair").get(f"/items/{reference}/files/1?purpose=follow-up", headers=headers)

    def put(self, draft_id: str, data: bytes) -> Any:
        return put(self.live, draft_id, data)

    def names(self) -> list[str]:
        return stores.files(self.live.house)

    def newest(self, column: str, table: str) -> str:
        """Of the last that was made."""
        with self.live.house.work() as work:
            return str(work.conn.scalar(sa.text(f"select {column} from {table} order by created desc, {column} desc")))


def put(live: Live, draft_id: str, data: bytes) -> Any:
    return live.api("officer").put(f"/drafts/{draft_id}/files/a.txt", data=data, content_type="text/plain")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    bucket, prefix = new_bucket(), f"faults/{uuid4().hex}"
    with Proxy() as line, Proxy(plan=enforce_states) as kms, pytest.MonkeyPatch.context() as patch:
        patch.setattr(aws, "ATTEMPTS", 1)
        patch.setattr(s3, "PART", PART)
        patch.setattr(s3_reading, "AHEAD", AHEAD)
        patch.setattr(aws, "READ", 3)
        where = f"region={REGION}&endpoint={kms.url}"
        live = Live.create(
            tmp_path_factory.mktemp("cloud") / "state",
            CUSTODES_VAULT_URL=f"s3://{bucket}/house?region={REGION}&endpoint={line.url}",
            CUSTODES_FILE_LIMIT_MIB="16",
            CUSTODES_KEYRING_URL=f"hmip=aws-kms://alias/{prefix}-h?{where},imb=aws-kms://alias/{prefix}-i?{where}",
        )
        yield Cloud(live, bucket, line, kms)
        live.close()


@pytest.fixture
def item(cloud: Cloud) -> str:
    """Sent with one file."""
    return delivered(cloud, SMALL)


def delivered(cloud: Cloud, data: bytes) -> str:
    """An item with one file, with the Board whose chair may open it."""
    return passed_on(cloud, sent(cloud.live, files={"a.txt": data}))


def passed_on(cloud: Cloud, reference: str) -> str:
    staff = cloud.live.api("staff")
    (board,) = [one for one in staff.ok("GET", f"/items/{reference}")["to_offices"] if one["name"] == "Leeds Board"]
    staff.ok("POST", f"/items/{reference}/pass-on", {"office": board["id"], "note": "For you."})
    return reference


def refused(cloud: Cloud, reference: str, code: str, **headers: str) -> None:
    """503 with its code and when to come again; the log says so; not one byte of content."""
    told = len(cloud.acts("vault.trouble"))
    answer = cloud.get(reference, **headers)
    assert answer.status_code == 503, answer.text
    assert answer.json["code"] == code
    assert int(answer.headers["Retry-After"]) > 0
    assert SMALL[:64] not in answer.data
    assert len(cloud.acts("vault.trouble")) == told + 1


def drain(pieces: Iterable[bytes], into: bytearray) -> None:
    for piece in pieces:
        into += piece


def always(trouble: Trouble, *acts: str) -> Plan:
    return lambda request: trouble if not acts or request.act in acts else Trouble()


class TestKeys:
    @pytest.mark.parametrize(
        ("trouble", "code"),
        [
            (Trouble(refuse=(400, "AccessDeniedException")), "vault.key-refused"),
            (Trouble(refuse=(400, "DisabledException")), "vault.key-refused"),
            (Trouble(refuse=(400, "KMSInvalidStateException")), "vault.key-refused"),
            (Trouble(refuse=(400, "NotFoundException")), "vault.key-missing"),
            (Trouble(refuse=(400, "IncorrectKeyException")), "vault.tampered"),
            (Trouble(refuse=(400, "ThrottlingException")), "vault.key-service-failed"),
            (Trouble(refuse=(500, "KMSInternalException")), "vault.key-service-failed"),
            (Trouble(drop=True), "vault.key-service-failed"),
            (Trouble(hang=4), "vault.key-service-failed"),
        ],
        ids=["denied", "disabled", "deleted", "missing", "wrong", "throttled", "broken", "cut off", "a black hole"],
    )
    def test_what_kms_does_not_open_is_not_served(self, cloud: Cloud, item: str, trouble: Trouble, code: str) -> None:
        cloud.cold()
        with cloud.kms.troubled(always(trouble, "Decrypt")):
            refused(cloud, item, code)
        assert cloud.get(item).data == SMALL

    def test_a_key_really_disabled_opens_nothing_and_wraps_nothing_until_enabled(self, cloud: Cloud, item: str) -> None:
        kms, alias = client("kms"), cloud.keyring()._alias + cloud.keyring().newest("hmip")
        key = kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
        kms.disable_key(KeyId=key)
        try:
            cloud.cold()
            refused(cloud, item, "vault.key-refused")
            answer = cloud.live.api("officer").post("/drafts", body_of())
            assert (answer.status_code, answer.json["code"]) == (503, "vault.key-refused")
        finally:
            kms.enable_key(KeyId=key)
        assert cloud.get(item).data == SMALL

    def test_one_bodys_keys_gone_leave_the_others_items_open(self, cloud: Cloud, item: str) -> None:
        cloud.cold()
        ours = cloud.keyring("imb")._alias

        def theirs(request: Request) -> Trouble:
            mine = str(request.said.get("KeyId", "")).startswith(ours)
            return Trouble() if not mine else Trouble(refuse=(400, "AccessDeniedException"))

        with cloud.kms.troubled(theirs):
            assert cloud.get(item).data == SMALL

    def test_one_call_an_item_at_most_one_a_cold_open_none_a_warm_one(self, cloud: Cloud) -> None:
        cloud.cold()
        reference = delivered(cloud, SMALL)
        assert cloud.kms.acts == ["Encrypt"]
        cloud.cold()
        assert cloud.get(reference).data == cloud.get(reference).data == SMALL
        assert cloud.kms.acts == ["Decrypt"]

    def test_a_key_destroyed_is_dead_at_once_though_it_was_kept_a_moment_ago(self, cloud: Cloud, item: str) -> None:
        assert cloud.get(item).data == SMALL
        house, uuid = cloud.live.house, UUID(cloud.newest("item", "vault_object"))
        assert cloud.keyring()._kept._entries
        house.keystore.set_state(uuid, "disabled", now=house.now())
        answer = cloud.get(item)
        assert (answer.status_code, answer.json["code"]) == (403, "vault.key-disabled")
        house.keystore.set_state(uuid, "live", now=house.now())
        house.keystore.destroy(uuid, at=house.now(), by="test", reason="test")
        answer = cloud.get(item)
        assert (answer.status_code, answer.json["code"]) == (404, "vault.key-gone")
        assert not [key for key in cloud.keyring()._kept._entries if key[2].startswith(uuid.bytes)]

    def test_in_another_region_no_key_is_there(self, cloud: Cloud, item: str) -> None:
        settings = cloud.live.house.settings
        elsewhere = build(
            settings_of(
                settings.state,
                CUSTODES_VAULT_URL=settings.vault_url,
                CUSTODES_KEYRING_URL=settings.keyring_url.replace(f"region={REGION}", "region=us-east-1"),
            )
        )
        uuid = UUID(cloud.newest("item", "vault_object"))
        with pytest.raises(KeyMissing, match="us-east-1"), elsewhere.work(CONSOLE) as work:
            work.vault.seal(item=uuid, name="x", value=b"x", actor=CONSOLE, now=work.now)
        elsewhere.engine.dispose()
        elsewhere.keystore.dispose()


class TestObjects:
    @pytest.mark.parametrize(
        ("trouble", "code"),
        [
            (Trouble(refuse=(404, "NoSuchBucket")), "vault.storage-failed"),
            (Trouble(refuse=(403, "AccessDenied")), "vault.storage-failed"),
            (Trouble(refuse=(301, "PermanentRedirect")), "vault.storage-failed"),
            (Trouble(refuse=(503, "SlowDown")), "vault.storage-failed"),
            (Trouble(refuse=(404, "NoSuchKey")), "vault.tampered"),
            (Trouble(drop=True), "vault.storage-failed"),
            (Trouble(hang=4), "vault.storage-failed"),
        ],
        ids=["bucket gone", "denied", "another region", "slow down", "missing", "cut off", "a black hole"],
    )
    def test_what_the_store_does_not_give_is_not_served(
        self, cloud: Cloud, item: str, trouble: Trouble, code: str
    ) -> None:
        with cloud.s3.troubled(always(trouble)):
            refused(cloud, item, code)
        assert cloud.get(item).data == SMALL

    @pytest.mark.parametrize("what", ["missing", "shorter", "longer", "empty", "of another item", "changed", "older"])
    def test_what_is_not_what_was_sealed_is_not_served(self, cloud: Cloud, item: str, what: str) -> None:
        house = cloud.live.house
        name = "objects/" + cloud.newest("object", "vault_part")
        sound = stores.read(house, name)
        if what == "missing":
            stores.remove(house, name)
        elif what == "of another item":
            delivered(cloud, SMALL[::-1])
            stores.replace(house, name, stores.read(house, "objects/" + cloud.newest("object", "vault_part")))
        else:
            flipped = bytes([sound[0] ^ 1]) + sound[1:]
            bad = {
                "shorter": sound[:-1],
                "longer": sound + b"x",
                "empty": b"",
                "changed": flipped,
                "older": sound[:-30],
            }
            stores.replace(house, name, bad[what])
        refused(cloud, item, "vault.tampered")
        refused(cloud, item, "vault.tampered", Range="bytes=0-9")
        stores.replace(house, name, sound)
        assert cloud.get(item).data == SMALL

    @pytest.mark.parametrize("how", ["cut", "another etag", "gone"])
    def test_what_breaks_in_the_middle_breaks_off_and_is_written_down(self, cloud: Cloud, how: str) -> None:
        """The second stretch fails: headers are out, the length is announced, the client sees a short body."""
        item = delivered(cloud, LARGE)

        def change(answer: Answer) -> None:
            if how == "cut":
                answer.cut = 0
            else:
                answer.headers["etag"] = '"other"'

        def plan(request: Request) -> Trouble:
            start = int(request.headers.get("range", "bytes=0-").split("=")[1].split("-")[0])
            if request.act != "get" or not AHEAD < start < len(LARGE) - 20_000:
                return Trouble()
            return Trouble(refuse=(404, "NoSuchVersion")) if how == "gone" else Trouble(change=change)

        chair, told, got = cloud.live.api("chair"), len(cloud.acts("vault.trouble")), bytearray()
        address, bearer = f"/api/v1/items/{item}/files/1?purpose=follow-up", {"Authorization": f"Bearer {chair.token}"}
        with cloud.s3.troubled(plan):
            answer = chair.client.get(address, headers=bearer)
            assert answer.content_length == len(LARGE)
            with pytest.raises(ServiceError) as caught:
                drain(answer.response, got)
        assert caught.value.code == ("vault.tampered" if how == "another etag" else "vault.storage-failed")
        assert AHEAD <= len(got) < len(LARGE)
        assert bytes(got) == LARGE[: len(got)]
        assert len(cloud.acts("vault.trouble")) == told + 1
        assert cloud.get(item).data == LARGE

    @pytest.mark.parametrize(
        "trouble",
        [Trouble(drop=True), Trouble(lose=True), Trouble(refuse=(503, "SlowDown"))],
        ids=["cut", "lost", "slow"],
    )
    @pytest.mark.parametrize(
        ("act", "nth", "data"),
        [
            ("put", 1, SMALL),
            ("put", 2, SMALL),
            ("head", 1, SMALL),
            ("begin_upload", 1, LARGE),
            ("upload_part", 1, LARGE),
            ("upload_part", 2, LARGE),
            ("complete", 1, LARGE),
            ("get", 1, SMALL),
        ],
        ids=lambda value: str(value) if isinstance(value, int | str) else "",
    )
    def test_an_upload_that_fails_is_not_acknowledged_and_leaves_nothing_after_the_sweep(
        self, cloud: Cloud, act: str, nth: int, data: bytes, trouble: Trouble
    ) -> None:
        live, before, seen = cloud.live, cloud.names(), [0]
        made = draft(live)

        def plan(request: Request) -> Trouble:
            seen[0] += request.act == act
            return trouble if request.act == act and seen[0] >= nth else Trouble()

        with cloud.s3.troubled(plan):
            answer = cloud.put(made, data)
        assert (answer.status_code, answer.json["code"]) == (503, "vault.storage-failed")
        assert answer.headers["Retry-After"]
        live.later(days=1, minutes=5)
        live.tokens.clear()  # so long no session lasts
        sweeps.tidy(live.house)
        assert cloud.names() == before
        assert cloud.put(made, data).status_code == 201

    def test_what_was_acknowledged_is_there_though_settling_failed(self, cloud: Cloud) -> None:
        made = draft(cloud.live)
        with cloud.s3.troubled(always(Trouble(drop=True), "list_versions", "delete")):
            assert cloud.put(made, SMALL).status_code == 201
        assert [name for name in cloud.live.house.backend.unsettled() if made in name]
        reference = passed_on(cloud, cloud.live.api("officer").ok("POST", f"/drafts/{made}/send")["reference"])
        assert cloud.get(reference).data == SMALL
        sweeps.tidy(cloud.live.house)
        assert cloud.live.house.backend.unsettled() == []
        assert cloud.get(reference).data == SMALL


def test_a_locked_bucket_keeps_the_ciphertext_and_says_so_until_its_time_is_up(tmp_path: Path) -> None:
    """Keys go at once; the removal says ``absent: false``; the sweep does not stop at what it may not delete."""
    bucket, prefix = new_bucket(lock=True), f"faults/{uuid4().hex}"
    where = f"region={REGION}&endpoint={endpoint()}"
    live = Live.create(
        tmp_path / "state",
        CUSTODES_VAULT_URL=f"s3://{bucket}/house?{where}",
        CUSTODES_KEYRING_URL=f"aws-kms://alias/{prefix}?{where}",
    )
    made = draft(live)
    assert put(live, made, SMALL).status_code == 201
    house = live.house
    with house.work() as work:
        given = {"actor": CONSOLE, "now": work.now}
        work.vault.destroy(item=UUID(made), why="test", **given)
        removal = work.vault.remove_content(item=UUID(made), **given)
    assert removal.absent is False
    assert house.keystore.state(UUID(made)) == "destroyed"
    assert len(house.backend.list(f"{UUID(made).hex[-2:]}/{made}")) == 1
    live.later(days=2)
    sweeps.tidy(house)
    live.close()
