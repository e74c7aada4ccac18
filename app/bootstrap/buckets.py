"""What a bucket is set to: reached, with versions, and whether a lock keeps what disposal must remove."""

from __future__ import annotations

from collections.abc import Iterator

from app.bootstrap.finding import ATTENTION, WELL, WRONG, Finding
from vault.addresses import Bucket
from vault.aws import Clients, code_of, errors


def looked_at(bucket: Bucket) -> Iterator[Finding]:
    """Three questions at most; the first that has no answer ends it."""
    client = Clients("s3", bucket.place).get()
    try:
        versions = client.get_bucket_versioning(Bucket=bucket.name).get("Status")
    except errors() as error:
        text = f"The bucket {bucket.name} cannot be asked: {code_of(error) or type(error).__name__}."
        do = "See address, region and rights (s3:GetBucketVersioning); docs/configuration.md."
        yield Finding("store", WRONG, text, do)
        return
    if versions != "Enabled":
        text = f"The bucket {bucket.name} keeps no versions."
        yield Finding(
            "store", WRONG, text, "Switch versioning on: an object overwritten or deleted by mistake is gone."
        )
    else:
        yield Finding("store", WELL, f"The bucket {bucket.name} answers and keeps versions.")
    try:
        lock = client.get_object_lock_configuration(Bucket=bucket.name)["ObjectLockConfiguration"]
    except errors():
        return  # no lock, or not to be asked: disposal then removes what it may
    if "Rule" in lock:
        text = f"The bucket {bucket.name} locks every object by default: ciphertext outlives its disposal."
        yield Finding("lock", ATTENTION, text, "Keys are destroyed all the same; take the default retention off.")
