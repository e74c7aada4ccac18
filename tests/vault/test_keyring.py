"""The keyring on disk."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from vault import envelope, errors
from vault.keyring import LocalKeyring

NOVEMBER = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
FACTS = envelope.wrap_facts(UUID(int=1), 1, "OS")
DEK = bytes(range(32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "keyring"
    path.mkdir(mode=0o700)
    return path


def test_each_body_has_its_own_line_and_the_newest_key_wraps(folder: Path) -> None:
    keyring = LocalKeyring(folder)
    made = [
        keyring.create("hmip", now=NOVEMBER),
        keyring.create("imb", now=NOVEMBER),
        keyring.create("hmip", now=NOVEMBER),
    ]
    made += [keyring.create("hmip", now=NOVEMBER) for _ in range(9)]
    assert made[:3] == ["hmip/2026-11/1", "imb/2026-11/1", "hmip/2026-11/2"]
    assert keyring.wrap("hmip", DEK, FACTS)[0] == "hmip/2026-11/11"
    old_id, old = keyring.wrap("hmip", DEK, FACTS)
    assert keyring.create("hmip", now=DECEMBER) == "hmip/2026-12/1"
    kek_id, wrapped = keyring.wrap("hmip", DEK, FACTS)
    assert (kek_id, len(wrapped)) == ("hmip/2026-12/1", 104)
    again = LocalKeyring(folder)
    assert again.bodies() == {"hmip", "imb"}
    assert again.unwrap(kek_id, wrapped, FACTS) == again.unwrap(old_id, old, FACTS) == DEK
    assert sorted(path.name for path in folder.iterdir())[-1] == "imb.2026-11.1.json"


def test_a_key_of_one_body_does_not_open_what_another_wrapped(folder: Path) -> None:
    keyring = LocalKeyring(folder)
    mine, other = keyring.create("hmip", now=NOVEMBER), keyring.create("imb", now=NOVEMBER)
    _, wrapped = keyring.wrap("hmip", DEK, FACTS)
    with pytest.raises(errors.Tampered):
        keyring.unwrap(other, wrapped, FACTS)
    for item, version, marking in ((UUID(int=2), 1, "OS"), (UUID(int=1), 2, "OS"), (UUID(int=1), 1, "O")):
        with pytest.raises(errors.Tampered):
            keyring.unwrap(mine, wrapped, envelope.wrap_facts(item, version, marking))
    for bit in range(0, len(wrapped) * 8, 7):
        broken = bytearray(wrapped)
        broken[bit // 8] ^= 1 << bit % 8
        with pytest.raises(errors.Tampered):
            keyring.unwrap(mine, bytes(broken), FACTS)


def test_a_key_made_by_another_process_is_found(folder: Path) -> None:
    mine, other = LocalKeyring(folder), LocalKeyring(folder)
    other.create("hmip", now=NOVEMBER)
    kek_id, wrapped = other.wrap("hmip", DEK, FACTS)
    assert mine.unwrap(kek_id, wrapped, FACTS) == DEK
    assert mine.create("hmip", now=NOVEMBER) == "hmip/2026-11/2"
    with pytest.raises(errors.KeyMissing):
        mine.unwrap("hmip/2020-01/1", wrapped, FACTS)
    with pytest.raises(errors.KeyMissing):
        mine.wrap("nobody", DEK, FACTS)


def test_files_are_the_owners_alone_and_whole(folder: Path) -> None:
    LocalKeyring(folder).create("hmip", now=NOVEMBER)
    (path,) = folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["format"] == "custodes-kek/1"


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o701, 0o777])
def test_a_directory_open_to_others_is_refused(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    with pytest.raises(errors.KeyringUnsafe):
        LocalKeyring(folder)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_key_open_to_others_is_refused(folder: Path, mode: int) -> None:
    LocalKeyring(folder).create("hmip", now=NOVEMBER)
    next(folder.iterdir()).chmod(mode)
    with pytest.raises(errors.KeyringUnsafe):
        LocalKeyring(folder)


def test_another_owners_key_is_refused(folder: Path) -> None:
    LocalKeyring(folder).create("hmip", now=NOVEMBER)
    if os.geteuid() == 0:
        os.chown(next(folder.iterdir()), 65534, -1)
        with pytest.raises(errors.KeyringUnsafe):
            LocalKeyring(folder)
    else:
        with pytest.raises(errors.KeyringUnsafe):
            LocalKeyring(Path("/"))


def test_a_link_is_refused(folder: Path, tmp_path: Path) -> None:
    LocalKeyring(folder).create("hmip", now=NOVEMBER)
    path = next(folder.iterdir())
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(errors.KeyringUnsafe):
        LocalKeyring(folder)
    path.unlink()
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(errors.KeyringUnsafe):
        LocalKeyring(tmp_path / "link")


@pytest.mark.parametrize(
    "change",
    [
        {"key": "AAAA"},
        {"key": "not base64!"},
        {"key": 5},
        {"id": "hmip/2026-11/2"},
        {"id": "hmip"},
        {"body": "imb"},
        {"id": "imb/2026-11/1"},
        {"format": "custodes-kek/2"},
    ],
)
def test_a_damaged_key_is_refused_by_name(folder: Path, change: dict[str, object]) -> None:
    LocalKeyring(folder).create("hmip", now=NOVEMBER)
    path = next(folder.iterdir())
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(errors.KeyringUnsafe, match=r"hmip\.2026-11\.1\.json"):
        LocalKeyring(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": "hmip/2026-11/1"}', "\udcff"])
def test_half_a_key_is_refused(folder: Path, text: str) -> None:
    LocalKeyring(folder).create("hmip", now=NOVEMBER)
    next(folder.iterdir()).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(errors.KeyringUnsafe):
        LocalKeyring(folder)


@pytest.mark.parametrize("body", ["", "HMIP", "a/b", "../x", "a.b", "a b", "-a"])
def test_only_an_id_names_a_body(folder: Path, body: str) -> None:
    with pytest.raises(ValueError, match="no id of a body"):
        LocalKeyring(folder).create(body, now=NOVEMBER)
    assert list(folder.iterdir()) == []


def test_a_missing_directory_is_refused(folder: Path) -> None:
    with pytest.raises(errors.KeyMissing):
        LocalKeyring(folder / str(uuid4()))
