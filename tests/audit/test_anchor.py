"""What an object-locked bucket keeps of the checkpoints contradicts whoever changes them afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from audit_log import NOW, Log

from audit.anchor import Anchor
from audit.checkpoint import Checkpoints, Note
from audit.errors import AnchorUnavailable
from tests import cloud

WEEK = timedelta(days=7)
TODAY = datetime.now(UTC)


@pytest.fixture
def bucket() -> str:
    return cloud.new_bucket(lock=True)


@pytest.fixture
def anchor(bucket: str) -> Anchor:
    return made(bucket)


def made(bucket: str, client: Any = None) -> Anchor:
    return Anchor(f"s3://{bucket}/anchors", "custodes.test/log", keep=WEEK, client=client or cloud.client("s3"))


def checkpoint(log: Log, minutes: int = 1) -> Note:
    with log.engine.begin() as conn:
        return Checkpoints(conn, log.keys).make(now=NOW + timedelta(minutes=minutes))


def filled(log: Log, anchor: Anchor, count: int = 3) -> list[Note]:
    notes = []
    for at in range(count):
        log.write(2, start=at * 100)
        notes.append(checkpoint(log, at * 5 + 10))
        assert anchor.put(notes[-1], now=TODAY)
    return notes


def compared(log: Log, anchor: Anchor) -> tuple[str, ...]:
    with log.engine.connect() as conn:
        return anchor.compare(conn, log.keys).faults


def test_what_is_anchored_is_locked_and_agrees_with_the_log(log: Log, anchor: Anchor, bucket: str) -> None:
    notes = filled(log, anchor)
    assert not anchor.put(notes[1], now=TODAY)
    assert anchor.newest() == 3
    with log.engine.connect() as conn:
        found = anchor.compare(conn, log.keys)
    assert (found.faults, found.anchored, found.newest) == ((), 3, 3)
    key = "anchors/custodes.test/log/0000000000000002"
    held = cloud.client("s3").head_object(Bucket=bucket, Key=key)
    assert held["ObjectLockMode"] == "COMPLIANCE"
    assert abs(held["ObjectLockRetainUntilDate"] - (TODAY + WEEK)) < timedelta(minutes=1)


def test_a_roll_back_is_seen_and_the_first_difference_stands_first(log: Log, anchor: Anchor, new_log: Any) -> None:
    filled(log, anchor)
    other = new_log()  # the same keys, another history from the second checkpoint on
    other.keys = log.keys
    other.write(2)
    with other.engine.begin() as conn:
        Checkpoints(conn, other.keys).make(now=NOW + timedelta(minutes=10))
    faults = compared(other, anchor)
    assert faults[0].startswith("checkpoint 1 of the log is another")
    assert faults[1:] == tuple(
        f"checkpoint {number} is anchored, but the log has none: it was rolled back" for number in (2, 3)
    )


def test_another_checkpoint_of_an_anchored_number_is_never_put_over_it(log: Log, anchor: Anchor, new_log: Any) -> None:
    filled(log, anchor, 1)
    other = new_log()
    other.write(1)
    with pytest.raises(AnchorUnavailable, match="Another checkpoint"):
        anchor.put(checkpoint(other), now=TODAY)
    assert compared(log, anchor) == ()


def test_an_object_put_over_it_or_a_deletion_before_it_is_told_and_changes_nothing(
    log: Log, anchor: Anchor, bucket: str
) -> None:
    notes = filled(log, anchor)
    s3 = cloud.client("s3")
    s3.put_object(Bucket=bucket, Key="anchors/custodes.test/log/0000000000000001", Body=notes[1].text.encode())
    s3.delete_object(Bucket=bucket, Key="anchors/custodes.test/log/0000000000000003")
    faults = compared(log, anchor)
    assert faults == (
        "somebody put another object over the anchored checkpoint 1",
        "the anchored checkpoint 3 was hidden behind a deletion",
    )
    assert anchor.newest() == 3


def test_an_anchored_object_cannot_be_deleted_by_whoever_has_all_rights(log: Log, anchor: Anchor, bucket: str) -> None:
    filled(log, anchor, 1)
    s3 = cloud.client("s3")
    [version] = s3.list_object_versions(Bucket=bucket)["Versions"]
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])


def test_a_bucket_without_a_lock_or_none_at_all_is_refused(log: Log) -> None:
    log.write(1)
    note = checkpoint(log)
    with pytest.raises(AnchorUnavailable):
        made("no-such-bucket-anywhere").put(note, now=TODAY)
    with pytest.raises(AnchorUnavailable):
        made("no-such-bucket-anywhere").newest()


def test_other_things_in_the_bucket_are_nobodys_business(log: Log, anchor: Anchor, bucket: str) -> None:
    cloud.client("s3").put_object(Bucket=bucket, Key="anchors/custodes.test/log/readme", Body=b"x")
    cloud.client("s3").put_object(Bucket=bucket, Key="anchors/custodes.test/logbook/0000000000000009", Body=b"x")
    filled(log, anchor, 1)
    assert compared(log, anchor) == ()
    assert anchor.newest() == 1


@pytest.mark.parametrize("url", ["", "s3://", "s3://x", "https://bucket/x", "s3://Bucket/x", "s3://bucket/a b"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket/prefix"):
        Anchor(url, "custodes.test/log", keep=WEEK, client=object())
