"""The keyring in AWS KMS: how often it asks, what it keeps, how it says no."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cloud import REGION, Plan, Proxy, Request, Trouble, client, endpoint, enforce_states
from vault import aws
from vault.aws import Place
from vault.envelope import new_key, wrap_facts
from vault.errors import KeyMissing, KeyRefused, KeyServiceFailed, Tampered
from vault.kms import KEEP, KEPT, KmsKeyring, encryption_context

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ITEM = UUID("0199f000-0000-7000-8000-0000000000c5")
FACTS = wrap_facts(ITEM, 1, "OS")
CRYPTOGRAPHIC = {"Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey"}


class Watch:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    with Proxy(plan=enforce_states) as made:
        yield made


@pytest.fixture
def prefix() -> str:
    return f"test/{uuid4().hex}"


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def keyring(proxy: Proxy, prefix: str, watch: Watch) -> KmsKeyring:
    made = KmsKeyring(prefix, Place(REGION, endpoint=proxy.url), clock=watch)
    made.create("alpha", now=NOW)
    proxy.seen.clear()
    return made


def again(keyring: KmsKeyring, prefix: str, watch: Watch) -> KmsKeyring:
    """Another process."""
    return KmsKeyring(prefix, keyring._clients.place, clock=watch)


class TestHowOftenItAsks:
    def test_one_call_an_upload_at_most_one_a_cold_open_none_a_warm_one(
        self, keyring: KmsKeyring, proxy: Proxy, prefix: str, watch: Watch
    ) -> None:
        dek = new_key()
        kek_id, wrapped = keyring.wrap("alpha", dek, FACTS)
        assert keyring.unwrap(kek_id, wrapped, FACTS) == dek
        assert proxy.acts == ["Encrypt"]
        proxy.seen.clear()
        cold = again(keyring, prefix, watch)
        assert cold.unwrap(kek_id, wrapped, FACTS) == cold.unwrap(kek_id, wrapped, FACTS) == dek
        assert proxy.acts == ["Decrypt"]

    def test_a_new_process_lists_the_aliases_once_and_then_no_more(
        self, keyring: KmsKeyring, proxy: Proxy, prefix: str, watch: Watch
    ) -> None:
        cold = again(keyring, prefix, watch)
        for _ in range(3):
            cold.wrap("alpha", new_key(), FACTS)
        assert proxy.acts == ["Encrypt", "ListAliases", "Encrypt", "Encrypt"]

    def test_rewrapping_is_one_call_that_never_shows_the_data_key(self, keyring: KmsKeyring, proxy: Proxy) -> None:
        kek_id, wrapped = keyring.wrap("alpha", new_key(), FACTS)
        keyring.create("alpha", now=NOW)
        proxy.seen.clear()
        keyring.rewrap(kek_id, wrapped, FACTS)
        assert proxy.acts == ["ReEncrypt"]

    def test_boto3_is_imported_only_when_something_is_asked(self) -> None:
        code = (
            "import sys, app.bootstrap.house, vault.kms, vault.backends.s3\n"
            "vault.kms.KmsKeyring('x'); vault.backends.s3.S3Backend('bucket')\n"
            "print([name for name in ('boto3', 'botocore') if name in sys.modules])"
        )
        root = Path(__file__).parents[2]
        done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"

    def test_a_forked_process_makes_a_client_of_its_own(self, keyring: KmsKeyring) -> None:
        keyring.wrap("alpha", new_key(), FACTS)
        mine = id(keyring._clients.get())
        read, write = os.pipe()
        child = os.fork()
        if not child:  # pragma: no cover - in the child
            found = keyring._clients.get()
            os.write(write, b"other" if id(found) != mine else b"same")
            os._exit(0)
        os.waitpid(child, 0)
        assert os.read(read, 10) == b"other"
        assert id(keyring._clients.get()) == mine
        os.close(read)
        os.close(write)


class TestWhatItKeeps:
    def test_for_seconds_and_not_longer(self, keyring: KmsKeyring, proxy: Proxy, watch: Watch) -> None:
        kek_id, wrapped = keyring.wrap("alpha", new_key(), FACTS)
        watch.at += KEEP - 1
        keyring.unwrap(kek_id, wrapped, FACTS)
        assert proxy.acts == ["Encrypt"]
        watch.at += 1
        keyring.unwrap(kek_id, wrapped, FACTS)
        assert proxy.acts == ["Encrypt", "Decrypt"]

    def test_using_it_does_not_make_it_last(self, keyring: KmsKeyring, proxy: Proxy, watch: Watch) -> None:
        kek_id, wrapped = keyring.wrap("alpha", new_key(), FACTS)
        for _ in range(4):
            watch.at += KEEP / 4
            keyring.unwrap(kek_id, wrapped, FACTS)
        assert proxy.acts == ["Encrypt", "Decrypt"]

    def test_so_many_and_no_more(self, keyring: KmsKeyring) -> None:
        for number in range(KEPT + 5):
            keyring._kept.put(("alpha/2026-11/1", b"%d" % number, FACTS), bytes(32))
        assert len(keyring._kept._entries) == KEPT
        assert keyring._kept.get(("alpha/2026-11/1", b"4", FACTS)) is None

    def test_nothing_of_a_wrap_that_was_destroyed(self, keyring: KmsKeyring, proxy: Proxy) -> None:
        kek_id, wrapped = keyring.wrap("alpha", new_key(), FACTS)
        keyring.forget(uuid4())
        assert keyring._kept._entries
        keyring.forget(ITEM)
        assert not keyring._kept._entries
        keyring.unwrap(kek_id, wrapped, FACTS)
        assert proxy.acts == ["Encrypt", "Decrypt"]

    def test_what_is_kept_opens_under_its_own_facts_alone(self, keyring: KmsKeyring) -> None:
        kek_id, wrapped = keyring.wrap("alpha", new_key(), FACTS)
        with pytest.raises(Tampered):
            keyring.unwrap(kek_id, wrapped, wrap_facts(ITEM, 1, "O"))


class TestWhatItBinds:
    def test_the_facts_stand_in_the_context_for_policies_to_go_by(self, keyring: KmsKeyring, proxy: Proxy) -> None:
        keyring.wrap("alpha", new_key(), FACTS)
        (asked,) = proxy.seen
        assert asked.said["EncryptionContext"] == {
            "purpose": "custodes/dek/1",
            "item": str(ITEM),
            "version": "1",
            "marking": "OS",
        }

    @given(
        st.lists(
            st.tuples(st.uuids(), st.integers(1, 2**32 - 1), st.text(max_size=40)), min_size=2, max_size=2, unique=True
        )
    )
    def test_no_two_sets_of_facts_give_one_context(self, pair: list[tuple[UUID, int, str]]) -> None:
        one, other = (encryption_context(wrap_facts(*facts)) for facts in pair)
        assert one != other

    @pytest.mark.parametrize("facts", [b"", b"x", FACTS[:-1], FACTS + b"x", bytes(21)])
    def test_what_are_no_facts_is_a_mistake(self, facts: bytes) -> None:
        with pytest.raises(ValueError, match="no facts"):
            encryption_context(facts)


class TestHowItSaysNo:
    def test_a_disabled_key_is_refused_and_opens_again_when_enabled(
        self, keyring: KmsKeyring, prefix: str, watch: Watch
    ) -> None:
        dek, kms = new_key(), client("kms")
        kek_id, wrapped = keyring.wrap("alpha", dek, FACTS)
        key = kms.describe_key(KeyId=f"alias/{prefix}/{kek_id}")["KeyMetadata"]["KeyId"]
        kms.disable_key(KeyId=key)
        with pytest.raises(KeyRefused):
            again(keyring, prefix, watch).unwrap(kek_id, wrapped, FACTS)
        with pytest.raises(KeyRefused):
            keyring.wrap("alpha", new_key(), FACTS)
        assert [kek.state for kek in keyring.ids()] == ["disabled"]
        kms.enable_key(KeyId=key)
        assert again(keyring, prefix, watch).unwrap(kek_id, wrapped, FACTS) == dek

    def test_retiring_waits_as_many_days_as_were_set_and_is_seen(self, proxy: Proxy, prefix: str) -> None:
        keyring = KmsKeyring(prefix, Place(REGION, endpoint=proxy.url), wait=21)
        kek_id = keyring.create("alpha", now=NOW)
        ends = keyring.retire(kek_id, now=NOW)
        assert 20 <= (ends - datetime.now(UTC)).days <= 21
        assert [kek.state for kek in keyring.ids()] == ["pending-deletion"]

    def test_a_name_turned_to_another_key_opens_nothing(self, keyring: KmsKeyring, prefix: str, watch: Watch) -> None:
        kek_id, wrapped = keyring.wrap("alpha", new_key(), FACTS)
        kms = client("kms")
        kms.update_alias(AliasName=f"alias/{prefix}/{kek_id}", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
        with pytest.raises(Tampered):
            again(keyring, prefix, watch).unwrap(kek_id, wrapped, FACTS)

    def test_in_another_region_there_is_no_key(self, keyring: KmsKeyring, proxy: Proxy, prefix: str) -> None:
        kek_id, wrapped = keyring.wrap("alpha", new_key(), FACTS)
        elsewhere = KmsKeyring(prefix, Place("us-east-1", endpoint=endpoint()))
        with pytest.raises(KeyMissing, match="us-east-1"):
            elsewhere.unwrap(kek_id, wrapped, FACTS)
        with pytest.raises(KeyMissing, match="us-east-1"):
            elsewhere.wrap("alpha", new_key(), FACTS)

    @pytest.mark.parametrize(
        ("status", "code", "kind"),
        [
            (400, "AccessDeniedException", KeyRefused),
            (400, "KMSInvalidStateException", KeyRefused),
            (403, "UnrecognizedClientException", KeyRefused),
            (403, "ExpiredTokenException", KeyRefused),
            (400, "ThrottlingException", KeyServiceFailed),
            (500, "KMSInternalException", KeyServiceFailed),
            (503, "DependencyTimeoutException", KeyServiceFailed),
            (502, "", KeyServiceFailed),
        ],
    )
    def test_each_refusal_of_kms_is_one_of_ours(
        self,
        keyring: KmsKeyring,
        proxy: Proxy,
        status: int,
        code: str,
        kind: type[Exception],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(aws, "ATTEMPTS", 1)
        fresh = KmsKeyring("none", keyring._clients.place)
        with proxy.troubled(lambda _: Trouble(refuse=(status, code))):
            for act in (
                lambda: fresh.wrap("alpha", new_key(), FACTS),
                lambda: fresh.unwrap("alpha/2026-11/1", b"x", FACTS),
                lambda: fresh.rewrap("alpha/2026-11/1", b"x", FACTS),
                lambda: fresh.newest("alpha"),
                fresh.ids,
            ):
                with pytest.raises(kind):
                    act()

    def test_a_moment_of_too_much_to_do_is_waited_out(self, keyring: KmsKeyring, proxy: Proxy) -> None:
        with proxy.troubled(once(Trouble(refuse=(400, "ThrottlingException")))):
            keyring.wrap("alpha", new_key(), FACTS)
        assert proxy.acts == ["Encrypt", "Encrypt"]

    @pytest.mark.parametrize("trouble", [Trouble(drop=True), Trouble(hang=3)], ids=["cut off", "a black hole"])
    def test_no_answer_is_given_up_in_seconds(
        self, proxy: Proxy, keyring: KmsKeyring, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(aws, "ATTEMPTS", 2)
        monkeypatch.setattr(aws, "READ", 0.2)
        fresh = KmsKeyring("none", keyring._clients.place)
        with proxy.troubled(lambda _: trouble), pytest.raises(KeyServiceFailed):
            fresh.wrap("alpha", new_key(), FACTS)

    def test_the_longest_wait_for_a_refusal_is_half_a_minute(self) -> None:
        assert (aws.CONNECT + aws.READ) * aws.ATTEMPTS <= 35

    def test_a_key_half_made_is_not_left_behind(self, proxy: Proxy, keyring: KmsKeyring, prefix: str) -> None:
        with (
            proxy.troubled(lambda one: Trouble(refuse=(400, "AccessDeniedException")) if named(one) else Trouble()),
            pytest.raises(KeyRefused),
        ):
            keyring.create("alpha", now=NOW)
        assert [kek.id for kek in keyring.ids()] == ["alpha/2026-11/1"]
        assert "ScheduleKeyDeletion" in proxy.acts

    def test_a_new_key_not_yet_the_newest_becomes_so_when_done_again(self, proxy: Proxy, keyring: KmsKeyring) -> None:
        with (
            proxy.troubled(lambda request: Trouble(drop=True) if request.act == "UpdateAlias" else Trouble()),
            pytest.raises(KeyServiceFailed),
        ):
            keyring.create("alpha", now=NOW)
        assert keyring.newest("alpha") == "alpha/2026-11/1"
        assert keyring.create("alpha", now=NOW) == keyring.newest("alpha") == "alpha/2026-11/3"


def named(request: Request) -> bool:
    return request.act == "CreateAlias"


def once(trouble: Trouble) -> Plan:
    left = [trouble]
    return lambda _: left.pop() if left else Trouble()
