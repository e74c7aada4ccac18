"""``custodes media verify``: the same file, another, and a digest that is none."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from click.testing import CliRunner

from app.cli.main import cli


def verified(file: Path, digest: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["media", "verify", str(file), "--sha256", digest])
    return done.exit_code, done.output


def test_the_file_on_the_medium_is_compared_with_what_was_written(tmp_path: Path) -> None:
    file = tmp_path / "OFFICIAL MED-2026-0001.zip"
    file.write_bytes(b"container" * 300_000)
    digest = sha256(file.read_bytes()).hexdigest()
    for written in (digest, digest.upper(), f"{digest[:32]} {digest[32:]}\n"):
        code, said = verified(file, written)
        assert (code, "It is the container" in said) == (0, True)
    file.write_bytes(file.read_bytes()[:-1])
    code, said = verified(file, digest)
    assert (code, "NOT the container" in said) == (1, True)
    assert verified(file, "abc")[0] == 2
    assert verified(tmp_path / "none.zip", digest)[0] == 2
