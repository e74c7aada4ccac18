"""The backend in a bucket: what it leaves there, what it asks, and what it makes of a bucket that misbehaves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cloud import REGION, Answer, Proxy, Request, Trouble, client, endpoint, everything, from_the, new_bucket
from vault import aws
from vault.aws import Place
from vault.backend import Backend
from vault.backends import s3
from vault.backends.s3 import PART, S3Backend
from vault.backends.s3_reading import AHEAD, FIRST
from vault.errors import PartGone, StorageFailed, StorageLocked, Tampered

FOLDER = "c5/0199f000-0000-7000-8000-0000000000c5"
NAME = FOLDER + "/1.1.0199f000"
SMALL = bytes(range(256)) * 100
LEAST = 5 << 20
IN_PARTS = os.urandom(LEAST) + b"and the rest"
LARGE = os.urandom(1 << 20) * (2 * PART // (1 << 20)) + b"and the rest"


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    with Proxy() as made:
        yield made


@pytest.fixture
def bucket() -> str:
    return new_bucket()


@pytest.fixture
def store(proxy: Proxy, bucket: str) -> S3Backend:
    proxy.seen.clear()
    return S3Backend(bucket, "house", Place(REGION, endpoint=proxy.url))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second attempt: what fails has failed."""
    monkeypatch.setattr(aws, "ATTEMPTS", 1)


def plain(bucket: str) -> S3Backend:
    """The same bucket by a sound line: another process, after the crash."""
    return S3Backend(bucket, "house", Place(REGION, endpoint=endpoint()))


def put(store: Backend, data: bytes, name: str = NAME) -> None:
    writer = store.create(name)
    view = memoryview(data)
    for start in range(0, len(view), 1 << 20):
        writer.write(view[start : start + (1 << 20)])
    writer.publish()


def get(store: Backend, name: str = NAME, step: int = 524_800) -> bytes:
    reader = store.open(name)
    found = bytearray(reader.size)
    for start in range(0, reader.size, step):
        reader.read_into(start, memoryview(found)[start : start + step])
    reader.close()
    return bytes(found)


class TestWhatLiesInTheBucket:
    @pytest.mark.parametrize(
        ("data", "acts"),
        [
            (SMALL, ["put", "put", "head"]),
            (bytes(PART), ["put", "put", "head"]),
            (bytes(PART + 1), ["put", "begin_upload", "upload_part", "upload_part", "complete"]),
            (LARGE, ["put", "begin_upload", "upload_part", "upload_part", "upload_part", "complete"]),
        ],
        ids=["small", "one part", "a byte more", "large"],
    )
    def test_small_objects_go_in_one_piece_and_large_ones_in_parts(
        self, store: S3Backend, proxy: Proxy, bucket: str, data: bytes, acts: list[str]
    ) -> None:
        put(store, data)
        assert proxy.acts == acts
        assert get(store) == data
        assert everything(bucket) == [("Versions", f"house/fresh/{NAME}"), ("Versions", f"house/objects/{NAME}")]
        store.settle(NAME)
        assert everything(bucket) == [("Versions", f"house/objects/{NAME}")]
        store.delete(NAME)
        assert everything(bucket) == []

    def test_every_body_carries_a_checksum_and_no_name_is_taken_twice(self, store: S3Backend, proxy: Proxy) -> None:
        put(store, SMALL)
        put(store, LARGE, NAME + "large")
        for request in proxy.seen:
            if request.act in ("put", "upload_part"):
                assert "x-amz-checksum-crc32" in request.headers
            if request.act in ("put", "complete"):
                assert request.headers["if-none-match"] == "*"
            if request.act == "complete":
                assert request.body.count(b"ChecksumCRC32>") == 6
                assert request.headers["x-amz-mp-object-size"] == str(len(LARGE))
            assert not [name for name in request.headers if name.startswith("x-amz-meta")]

    def test_nobody_is_written_over_who_was_there_first(self, store: S3Backend, bucket: str) -> None:
        client("s3").put_object(Bucket=bucket, Key=f"house/objects/{NAME}", Body=b"theirs")
        for data in (SMALL, LARGE):
            writer = plain(bucket).create(NAME)
            writer.write(memoryview(data))
            with pytest.raises(StorageFailed):
                writer.publish()
            writer.abort()
            assert get(store) == b"theirs"
            client("s3").delete_object(Bucket=bucket, Key=f"house/fresh/{NAME}")

    def test_what_another_put_under_the_name_goes_with_it_in_every_version(self, store: S3Backend, bucket: str) -> None:
        put(store, SMALL)
        store.settle(NAME)
        there = client("s3")
        for body in (b"two", b"three"):
            there.put_object(Bucket=bucket, Key=f"house/objects/{NAME}", Body=body)
        there.delete_object(Bucket=bucket, Key=f"house/objects/{NAME}")
        there.create_multipart_upload(Bucket=bucket, Key=f"house/objects/{NAME}")
        assert store.list(FOLDER) == [NAME]
        with pytest.raises(PartGone):
            store.open(NAME)
        store.delete(NAME)
        assert everything(bucket) == []

    def test_a_delete_marker_alone_is_listed_and_removed(self, store: S3Backend, bucket: str) -> None:
        there, it = client("s3"), {"Bucket": bucket, "Key": f"house/objects/{NAME}"}
        version = there.put_object(**it, Body=b"x")["VersionId"]
        there.delete_object(**it)
        there.delete_object(**it, VersionId=version)
        assert everything(bucket) == [("DeleteMarkers", it["Key"])]
        assert store.list(FOLDER) == [NAME]
        store.delete(NAME)
        assert everything(bucket) == []
        assert store.list(FOLDER) == []

    def test_names_that_begin_alike_are_left_alone(self, store: S3Backend) -> None:
        for name in (NAME, NAME + "1", NAME + ".x"):
            put(store, SMALL, name)
        begun = store.create(NAME + "2")
        begun.write(memoryview(LARGE))
        store.delete(NAME)
        assert store.list(FOLDER) == store.unsettled() == sorted([NAME + "1", NAME + "2", NAME + ".x"])
        begun.publish()
        assert get(store, NAME + "2") == LARGE

    def test_two_houses_in_one_bucket_do_not_see_each_other(self, store: S3Backend, bucket: str) -> None:
        other = S3Backend(bucket, "house2", Place(REGION, endpoint=endpoint()))
        whole = S3Backend(bucket, "", Place(REGION, endpoint=endpoint()))
        put(store, SMALL)
        assert other.list(FOLDER) == whole.list(FOLDER) == other.unsettled() == whole.unsettled() == []

    def test_more_than_one_page_of_everything(
        self, store: S3Backend, bucket: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(s3, "PAGE", 2)
        names = [f"{NAME}.{number}" for number in range(5)]
        for name in names:
            put(store, SMALL, name)
        assert store.unsettled() == store.list(FOLDER) == names
        for _ in range(4):
            client("s3").put_object(Bucket=bucket, Key=f"house/objects/{names[0]}", Body=b"x")
        for name in names:
            store.settle(name)
        assert store.unsettled() == []
        assert store.list(FOLDER) == names
        for name in names:
            store.delete(name)
        assert everything(bucket) == []

    def test_what_strangers_put_there_is_left_alone(self, store: S3Backend, bucket: str) -> None:
        for key in ("house/fresh/.hidden", "house/fresh/a//b", "fresh/x", "house/freshly"):
            client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")
        assert store.unsettled() == []


class TestReading:
    def test_a_small_object_takes_one_request(self, store: S3Backend, proxy: Proxy) -> None:
        put(store, SMALL)
        proxy.seen.clear()
        assert get(store) == SMALL
        assert proxy.acts == ["get"]

    def test_a_large_one_takes_one_for_each_stretch(self, store: S3Backend, proxy: Proxy) -> None:
        put(store, LARGE)
        proxy.seen.clear()
        assert get(store) == LARGE
        assert len(proxy.seen) == 1 + -(-(len(LARGE) - FIRST) // AHEAD)
        pinned = proxy.seen[1:]
        assert all("versionId=" in request.path and request.headers["if-match"] for request in pinned)

    def test_a_leap_asks_for_what_is_wanted_and_no_more(self, store: S3Backend, proxy: Proxy) -> None:
        put(store, LARGE)
        reader = store.open(NAME)
        proxy.seen.clear()
        for start, count in ((10_000_000, 16_400), (len(LARGE) - 5, 5), (1_000_000, 3), (FIRST - 10, 20)):
            into = bytearray(count)
            reader.read_into(start, memoryview(into))
            assert bytes(into) == LARGE[start : start + count]
        assert [request.headers["range"] for request in proxy.seen][:3] == [
            "bytes=10000000-10016399",
            f"bytes={len(LARGE) - 5}-{len(LARGE) - 1}",
            "bytes=1000000-1000002",
        ]
        reader.close()

    def test_a_new_version_put_on_top_is_not_read(self, store: S3Backend, bucket: str) -> None:
        put(store, LARGE)
        reader = store.open(NAME)
        client("s3").put_object(Bucket=bucket, Key=f"house/objects/{NAME}", Body=bytes(len(LARGE)))
        into = bytearray(len(LARGE))
        reader.read_into(0, memoryview(into))
        assert bytes(into) == LARGE

    def test_a_cut_connection_is_taken_up_again_where_it_was_cut(self, store: S3Backend, proxy: Proxy) -> None:
        put(store, LARGE)
        cuts = [1_000_000, 0, 3_000_000]

        def cut(answer: Answer) -> None:
            if cuts and len(answer.body) > FIRST:
                answer.cut = cuts.pop()

        with proxy.troubled(changing("get", cut)):
            assert get(store) == LARGE
        assert not cuts

    @pytest.mark.parametrize("at", [0, 1000])
    def test_one_that_is_always_cut_at_once_fails(self, store: S3Backend, proxy: Proxy, at: int) -> None:
        put(store, LARGE)

        def cut(answer: Answer) -> None:
            if len(answer.body) > FIRST or not at:
                answer.cut = 0

        with proxy.troubled(changing("get", cut)), pytest.raises(StorageFailed):
            get(store)

    def test_another_etag_in_the_middle_is_refused(self, store: S3Backend, proxy: Proxy) -> None:
        put(store, LARGE)
        reader = store.open(NAME)

        def other(answer: Answer) -> None:
            answer.headers["etag"] = '"other"'

        with proxy.troubled(changing("get", other)), pytest.raises(Tampered):
            reader.read_into(FIRST, memoryview(bytearray(100)))
        with proxy.troubled(lambda _: Trouble(refuse=(412, "PreconditionFailed"))), pytest.raises(Tampered):
            reader.read_into(FIRST, memoryview(bytearray(100)))
        with proxy.troubled(lambda _: Trouble(refuse=(416, "InvalidRange"))), pytest.raises(Tampered):
            reader.read_into(FIRST, memoryview(bytearray(100)))

    @pytest.mark.parametrize("change", ["another stretch", "another size", "fewer bytes", "more bytes"])
    def test_an_answer_to_another_question_is_refused(
        self, store: S3Backend, proxy: Proxy, change: str, impatient: None
    ) -> None:
        put(store, LARGE)
        reader = store.open(NAME)

        def lie(answer: Answer) -> None:
            said = answer.headers["content-range"]
            if change == "another stretch":
                answer.headers["content-range"] = said.replace("bytes ", "bytes 1")
            elif change == "another size":
                answer.headers["content-range"] = said + "0"
            else:
                answer.body = answer.body[:10] if change == "fewer bytes" else answer.body + b"more"
                answer.headers["content-length"] = str(len(answer.body))

        into = bytearray(FIRST)
        with proxy.troubled(changing("get", lie)):
            if change == "more bytes":
                reader.read_into(FIRST, memoryview(into))
                assert bytes(into) == LARGE[FIRST : 2 * FIRST]
            elif change == "fewer bytes":  # each answer brings some: it goes on, slowly, and reads what is stored
                reader.read_into(FIRST, memoryview(into)[:25])
                assert bytes(into[:25]) == LARGE[FIRST : FIRST + 25]
            else:
                with pytest.raises(Tampered):
                    reader.read_into(FIRST, memoryview(into))

    def test_a_bucket_that_is_gone_is_no_missing_file(self, proxy: Proxy) -> None:
        store = S3Backend("no-such-bucket-anywhere", "", Place(REGION, endpoint=endpoint()))
        for act in acts_of(store):
            with pytest.raises(StorageFailed):
                act()


class TestTheLock:
    @pytest.fixture
    def locked(self) -> str:
        return new_bucket(lock=True)

    @pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
    def test_what_it_keeps_is_said_and_still_listed(self, locked: str, data: bytes) -> None:
        """moto forgets the bucket's own period for what came in parts: it is set on the version."""
        store = plain(locked)
        put(store, data)
        store.settle(NAME)
        until = {"Mode": "COMPLIANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(days=1)}
        client("s3").put_object_retention(Bucket=locked, Key=f"house/objects/{NAME}", Retention=until)
        for _ in range(2):
            with pytest.raises(StorageLocked):
                store.delete(NAME)
        assert store.list(FOLDER) == [NAME]
        assert get(store) == data

    def test_settling_and_giving_up_work_all_the_same_and_pile_nothing_up(self, locked: str) -> None:
        store = plain(locked)
        put(store, SMALL)
        for _ in range(3):
            store.settle(NAME)
        assert store.unsettled() == []
        markers = [kind for kind, key in everything(locked) if "fresh" in key and kind == "DeleteMarkers"]
        assert len(markers) == 1
        writer = store.create(NAME + "x")
        writer.write(memoryview(LARGE))
        writer.abort()
        assert store.unsettled() == []
        assert store.list(FOLDER) == [NAME]

    def test_what_was_published_and_not_committed_stays_for_a_later_sweep(self, locked: str) -> None:
        store = plain(locked)
        put(store, SMALL)
        with pytest.raises(StorageLocked):
            store.delete(NAME)
        assert store.unsettled() == [NAME]

    def test_a_right_that_is_missing_is_not_taken_for_a_lock(self, store: S3Backend, proxy: Proxy) -> None:
        put(store, SMALL)
        with (
            proxy.troubled(
                lambda request: Trouble(refuse=(403, "AccessDenied")) if request.act == "delete" else Trouble()
            ),
            pytest.raises(StorageFailed),
        ):
            store.delete(NAME)


class TestTheLineEndsSomewhere:
    """The process dies, or the network: before a request arrives, or after it, at each request there is."""

    @pytest.fixture(autouse=True)
    def least_parts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As small as S3 allows."""
        monkeypatch.setattr(s3, "PART", LEAST)

    @pytest.mark.parametrize("kept", [False, True], ids=["not kept", "kept"])
    @pytest.mark.parametrize("data", [SMALL, IN_PARTS], ids=["small", "large"])
    def test_an_upload_is_whole_or_known_to_be_unsettled(
        self, proxy: Proxy, data: bytes, kept: bool, impatient: None
    ) -> None:
        bucket, number, done = new_bucket(), 0, False
        store, after = S3Backend(bucket, "house", Place(REGION, endpoint=proxy.url)), plain(bucket)
        while not done:
            number += 1
            name = f"{NAME}.{number}"
            with proxy.troubled(from_the(number, kept=kept)):
                try:
                    put(store, data, name)
                    store.settle(name)
                    done = True
                except StorageFailed:
                    pass
            there, unsettled = after.list(FOLDER), after.unsettled()
            if done:
                assert there == [name]
                assert unsettled == []
            elif there and not unsettled:  # settled, and the answer lost
                assert get(after, name) == data
            else:
                assert there in ([], [name])
                assert unsettled == there
            after.delete(name)
            assert everything(bucket) == []
        assert number > 4

    @pytest.mark.parametrize("kept", [False, True], ids=["not kept", "kept"])
    @pytest.mark.parametrize("state", ["settled", "published", "begun"])
    def test_a_deletion_broken_off_is_finished_by_the_next(
        self, proxy: Proxy, state: str, kept: bool, impatient: None
    ) -> None:
        bucket, number, done = new_bucket(), 0, False
        store, after = S3Backend(bucket, "house", Place(REGION, endpoint=proxy.url)), plain(bucket)
        while not done:
            number += 1
            writer = after.create(NAME)
            writer.write(memoryview(IN_PARTS))
            if state != "begun":
                writer.publish()
            if state == "settled":
                after.settle(NAME)
            with proxy.troubled(from_the(number, kept=kept)):
                try:
                    store.delete(NAME)
                    done = True
                except StorageFailed:
                    pass
            if everything(bucket) and state != "settled":
                assert after.unsettled() == after.list(FOLDER) == [NAME]
            assert bool(after.list(FOLDER)) == bool(everything(bucket))
            after.delete(NAME)
            assert everything(bucket) == []
        assert number > 4

    def test_giving_up_without_a_line_leaves_it_to_the_sweep(
        self, store: S3Backend, proxy: Proxy, bucket: str, impatient: None
    ) -> None:
        writer = store.create(NAME)
        writer.write(memoryview(LARGE))
        with proxy.troubled(lambda _: Trouble(drop=True)), pytest.raises(StorageFailed):
            writer.abort()
        assert plain(bucket).unsettled() == [NAME]
        writer.abort()
        assert everything(bucket) == []

    def test_begun_in_parts_is_known_even_without_its_entry(self, store: S3Backend, bucket: str) -> None:
        writer = store.create(NAME)
        writer.write(memoryview(LARGE))
        store.settle(NAME)
        assert store.unsettled() == store.list(FOLDER) == [NAME]

    @pytest.mark.parametrize("trouble", [Trouble(hang=3), Trouble(drop=True), Trouble(refuse=(503, "SlowDown"))])
    def test_no_answer_is_given_up_in_seconds(
        self, proxy: Proxy, bucket: str, trouble: Trouble, monkeypatch: pytest.MonkeyPatch, impatient: None
    ) -> None:
        monkeypatch.setattr(aws, "READ", 0.2)
        store = S3Backend(bucket, "house", Place(REGION, endpoint=proxy.url))
        with proxy.troubled(lambda _: trouble):
            for act in acts_of(store):
                with pytest.raises(StorageFailed):
                    act()

    def test_a_moment_of_too_much_to_do_is_waited_out(self, store: S3Backend, proxy: Proxy) -> None:
        left = [Trouble(refuse=(503, "SlowDown"))]
        with proxy.troubled(lambda _: left.pop() if left else Trouble()):
            put(store, SMALL)
        assert get(store) == SMALL


class TestMemory:
    def test_an_upload_takes_one_part_however_long_it_is(self) -> None:
        """In a process of its own, against a moto in another: no other test's memory is counted."""
        code = (
            "import psutil\n"
            "from tests.cloud import REGION\n"
            "from vault.aws import Place\n"
            "from vault.backends.s3 import S3Backend\n"
            "import sys\n"
            "store = S3Backend(sys.argv[1], 'm', Place(REGION, endpoint=sys.argv[2]))\n"
            "piece = memoryview(bytes(1 << 20))\n"
            "def put(name, mib):\n"
            "    writer = store.create(name)\n"
            "    [writer.write(piece) for _ in range(mib)]\n"
            "    writer.publish()\n"
            "put('a/warm', 1)\n"
            "before = psutil.Process().memory_info().rss\n"
            "put('a/large', 96)\n"
            "reader = store.open('a/large'); into = memoryview(bytearray(524_800))\n"
            "for at in range(0, reader.size - len(into), len(into)): reader.read_into(at, into)\n"
            "most = next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1]\n"
            "print((int(most) * 1024 - before) >> 20)\n"
        )
        root = Path(__file__).parents[2]
        done = subprocess.run(
            [sys.executable, "-c", code, new_bucket(), endpoint()], cwd=root, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert int(done.stdout) <= 40


def changing(act: str, change: Callable[[Answer], None]) -> Callable[[Request], Trouble]:
    return lambda request: Trouble(change=change) if request.act == act else Trouble()


def acts_of(store: S3Backend) -> list[Callable[[], object]]:
    return [
        lambda: store.create(NAME),
        lambda: store.open(NAME),
        lambda: store.settle(NAME),
        store.unsettled,
        lambda: store.delete(NAME),
        lambda: store.list(FOLDER),
    ]
