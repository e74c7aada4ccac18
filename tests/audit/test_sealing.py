"""An export for one recipient: they alone open it, in the ordinary format; nothing of it lies in clear on a disk."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
from audit_log import NOW, Log
from hypothesis import given
from hypothesis import strategies as st

from audit import bundle, container
from audit.bundle import Exported, export, export_sealed, redact
from audit.checkpoint import Checkpoints
from audit.errors import AlreadyThere, LogDamaged, RecipientUnusable, TooLarge
from audit.sealing import MOST, Recipient, seal
from audit.verify import verify_bundle
from audit.zipping import zipped

IDENTITY = pyrage.x25519.Identity.generate()
PUBLIC = str(IDENTITY.to_public())
READER = Recipient.parse(PUBLIC.encode())
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def filled(log: Log) -> Log:
    entries = log.write(30)
    with log.engine.begin() as conn:
        redact(conn, entries[4].id, now=NOW)
        Checkpoints(conn, log.keys).make(now=NOW)
    log.write(3, start=4000)
    with log.engine.begin() as conn:
        Checkpoints(conn, log.keys).make(now=LATER)
    return log


def sealed(log: Log, path: Path, **more: int) -> Exported:
    with log.engine.begin() as conn:
        return export_sealed(conn, log.keys, path, READER, now=LATER, verifier=b"#\n", **more)


def opened(path: Path, identity: pyrage.x25519.Identity = IDENTITY) -> bytes:
    return bytes(pyrage.decrypt(path.read_bytes(), [identity]))


@pytest.mark.parametrize("ends", [{}, {"first": 3, "end": 17}])
def test_the_recipient_gets_byte_for_byte_what_a_plain_export_is(
    filled: Log, tmp_path: Path, ends: dict[str, int]
) -> None:
    done = sealed(filled, tmp_path / "log.age", **ends)
    with filled.engine.begin() as conn:
        plain = export(conn, filled.keys, tmp_path / "log.zip", now=LATER, verifier=b"#\n", **ends)
    assert done == plain
    assert opened(tmp_path / "log.age") == (tmp_path / "log.zip").read_bytes()
    report = verify_bundle(tmp_path / "log.zip", [filled.keys.vkey])
    assert (report.faults, report.redacted) == ((), 1)
    assert (tmp_path / "log.age").stat().st_mode & 0o777 == 0o600


def test_nobody_else_opens_it(filled: Log, tmp_path: Path) -> None:
    sealed(filled, tmp_path / "log.age")
    assert (tmp_path / "log.age").read_bytes().startswith(b"age-encryption.org/v1\n-> X25519 ")
    with pytest.raises(pyrage.DecryptError):
        opened(tmp_path / "log.age", pyrage.x25519.Identity.generate())


def test_nothing_of_it_ever_lies_in_clear_beside_it(
    filled: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time a piece goes by, whatever the folder holds is searched for words that every export has."""
    folder = tmp_path / "out"
    folder.mkdir()
    seen: list[int] = []
    real = bundle.zipped

    def watched(*given: object) -> Iterator[bytes]:
        for piece in real(*given):  # type: ignore[arg-type]
            yield piece
            held = [path.read_bytes() for path in folder.iterdir()]
            seen.append(len(held))
            assert not any(word in each for each in held for word in (b"PK\x03\x04", b"disclosed", b"custodes"))

    monkeypatch.setattr(bundle, "zipped", watched)
    sealed(filled, folder / "log.age")
    assert len(seen) > 40
    assert set(seen) == {1}
    assert [path.name for path in folder.iterdir()] == ["log.age"]


def test_nothing_is_overwritten_and_nothing_half_done_stays(tmp_path: Path) -> None:
    path = tmp_path / "log.age"
    path.write_bytes(b"mine")
    with pytest.raises(AlreadyThere):
        seal(path, [b"x"], READER)
    assert path.read_bytes() == b"mine"
    with pytest.raises(LogDamaged, match="It broke"):
        seal(tmp_path / "other.age", _breaks(LogDamaged("It broke.")), READER)
    with pytest.raises(KeyboardInterrupt):
        seal(tmp_path / "other.age", _breaks(KeyboardInterrupt()), READER)
    assert [each.name for each in tmp_path.iterdir()] == ["log.age"]


def _breaks(error: BaseException) -> Iterator[bytes]:
    yield b"x" * 100_000
    raise error


def test_a_disk_with_no_room_for_it_is_said_to_have_none(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            seal(tmp_path / "log.age", [b"x" * 1_000_000], READER)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_what_changes_between_the_two_readings_is_no_export() -> None:
    turns = iter([[b"one"], [b"two"]])
    with pytest.raises(LogDamaged, match="changed while it was read"):
        list(zipped([("checkpoint", lambda: next(turns))], {}))


def test_what_no_zip_can_hold_is_refused_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.zipping.MOST_ZIP", container.ROOM + 10)
    going = zipped([("checkpoint", lambda: [b"123456", b"789012"])], {})
    with pytest.raises(TooLarge, match="in parts"):
        next(going)


def test_it_streams(tmp_path: Path) -> None:
    """A piece is asked for only once those before it have gone out: far more passes by than is held."""
    ahead: list[int] = []

    def pieces() -> Iterator[bytes]:
        for at in range(400):
            (growing,) = tmp_path.iterdir()
            ahead.append(at * 65_536 - growing.stat().st_size)
            yield bytes(65_536)

    seal(tmp_path / "log.age", pieces(), READER)
    assert len(ahead) == 400
    assert max(ahead) < 500_000


@given(st.lists(st.binary(max_size=200_000), max_size=6))
def test_whatever_the_pieces_the_whole_comes_out(pieces: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.age"
        seal(path, pieces, READER)
        assert opened(path) == b"".join(pieces)


def test_a_recipient_is_read_as_age_reads_one() -> None:
    assert Recipient.parse(f"# made: today\n# public key: x\n\n  {PUBLIC}\r\n".encode()).text == PUBLIC


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"# nothing\n",
        b"age1",
        PUBLIC[:-1].encode() + (b"q" if not PUBLIC.endswith("q") else b"p"),
        f"{PUBLIC}\n{PUBLIC}\n".encode(),
        f"{PUBLIC} {PUBLIC}".encode(),
        PUBLIC.upper().encode(),
        b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN x",
        b"\xff" + PUBLIC.encode(),
        PUBLIC.encode() + b"\n#" + b"x" * MOST,
    ],
    # The key is another each time: the names of tests may not be.
    ids=["empty", "comment", "cut off", "checksum", "two", "two in a line", "capitals", "ssh", "no text", "too long"],
)
def test_what_is_no_recipient_is_refused(data: bytes) -> None:
    with pytest.raises(RecipientUnusable, match="age1…"):
        Recipient.parse(data)


def test_a_private_key_is_refused_as_one() -> None:
    with pytest.raises(RecipientUnusable, match="private key") as refused:
        Recipient.parse(f"# created\n# public key: {PUBLIC}\n{IDENTITY}\n".encode())
    assert str(IDENTITY) not in refused.value.detail
