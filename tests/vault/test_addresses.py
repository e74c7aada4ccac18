"""What an operator writes for a bucket or a keyring, and what is said when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import Settings, SettingsFaulty
from vault.addresses import Aliases, Bucket, keyrings_of, vault_of
from vault.aws import Place

HERE = Place()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("var/vault", Path("var/vault")),
        ("/srv/vault", Path("/srv/vault")),
        ("s3://bucket", Bucket("bucket", "", HERE)),
        ("s3://bucket/", Bucket("bucket", "", HERE)),
        ("s3://a.bucket-1/one/two/", Bucket("a.bucket-1", "one/two", HERE)),
        ("s3://bucket/p?region=eu-west-2", Bucket("bucket", "p", Place("eu-west-2"))),
        (
            "s3://bucket/p?endpoint=https://s3.example:9000&profile=alpha&region=x",
            Bucket("bucket", "p", Place("x", "alpha", "https://s3.example:9000")),
        ),
    ],
)
def test_where_content_lies(text: str, place: Path | Bucket) -> None:
    assert vault_of(text) == place


@pytest.mark.parametrize(
    "text",
    [
        "s3://",
        "s3:///prefix",
        "s3://Bucket/prefix",
        "s3://b/prefix",
        "s3://bucket//a",
        "s3://bucket/a//b",
        "s3://bucket/.a",
        "s3://bucket/a b",
        "s3://bucket/a#b",
        "s3://bucket/a?regoin=x",
        "s3://bucket/a?region=",
        "s3://bucket/a?region=x&region=y",
        "s3://bucket/a?region",
        "s3://bucket/a?endpoint=ftp://x",
        "s3://bucket/a?endpoint=https://x/path",
        "s3://user:word@bucket/a",
        "https://bucket.s3.amazonaws.com/a",
        "file:///srv/vault",
        "aws-kms://alias/x",
    ],
)
def test_what_is_no_place_for_content_is_told_what_to_write(text: str) -> None:
    if text == "s3://bucket//a":  # slashes at the ends are forgiven
        assert vault_of(text) == Bucket("bucket", "a", HERE)
        return
    with pytest.raises(ValueError, match="must be a folder, or s3://bucket/prefix"):
        vault_of(text)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("/srv/keys", {"": Path("/srv/keys")}),
        ("aws-kms://alias/custodes", {"": Aliases("custodes", HERE, 7)}),
        ("aws-kms://alias/a/b?region=eu-west-2&wait=30", {"": Aliases("a/b", Place("eu-west-2"), 30)}),
        (
            "alpha=aws-kms://alias/a?profile=alpha, beta-2=/srv/beta",
            {"alpha": Aliases("a", Place(profile="alpha"), 7), "beta-2": Path("/srv/beta")},
        ),
        ("alpha=/srv/alpha", {"alpha": Path("/srv/alpha")}),
    ],
)
def test_where_keys_lie(text: str, places: dict[str, Path | Aliases]) -> None:
    assert keyrings_of(text) == places


@pytest.mark.parametrize(
    "text",
    [
        "aws-kms://custodes",
        "aws-kms://alias/",
        "aws-kms://alias/aws/x",
        "aws-kms://alias/a b",
        "aws-kms://alias/a?wait=6",
        "aws-kms://alias/a?wait=31",
        "aws-kms://alias/a?wait=week",
        "aws-kms://alias/a?bucket=x",
        "aws-kms://key/1234",
        "s3://bucket/keys",
        "alpha=",
        "alpha=/a,alpha=/b",
        "alpha=/a,beta",
        "alpha=/a,,beta=/b",
        "alpha=/a,Beta=/b",
    ],
)
def test_what_is_no_place_for_keys_is_told_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"aws-kms://alias/prefix|body=place,body=place"):
        keyrings_of(text)


def test_the_setting_is_named_with_what_to_write() -> None:
    with pytest.raises(SettingsFaulty) as caught:
        Settings.from_env({"CUSTODES_VAULT_URL": "s3:/bucket/x://", "CUSTODES_KEYRING_URL": "aws-kms://x"})
    assert set(caught.value.fields) == {"CUSTODES_VAULT_URL", "CUSTODES_KEYRING_URL"}
    assert "s3://bucket/prefix" in caught.value.fields["CUSTODES_VAULT_URL"][0]
    assert "aws-kms://alias/prefix" in caught.value.fields["CUSTODES_KEYRING_URL"][0]


def test_nothing_said_is_folders_below_the_state() -> None:
    found = Settings.from_env({"CUSTODES_STATE": "/srv/c", "CUSTODES_KEYS": "/srv/keys"})
    assert (found.vault, found.keyring_url) == (Path("/srv/c/vault"), "/srv/keys/vault")
