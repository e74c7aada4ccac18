"""What a hostile hand could put there is a fault: no traceback, no endless wait, no escape to a terminal."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.verifier.asking import apart
from tests.verifier.writing import Log, as_folder, as_zip
from verifier import custodes_verify as v

KEY = Log().key.vkey
LEAF = json.dumps(Log.of(1).leaves[0], sort_keys=True, separators=(",", ":")).encode()


def with_file(name: str, data: bytes, tmp_path: Path) -> Path:
    """A bundle of five entries, one file replaced and the manifest signed anew."""
    log = Log.of(5)
    return as_zip(log.signed({**log.files(), name: data}), tmp_path / "log.zip")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"null",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"\xff\xfe",
        b"{" + b" " * 3_000_000,
        b"1" * 500_000,
        LEAF.replace(b'"n":0', b'"n":-0'),
        LEAF.replace(b'"n":0', b'"n":1e0'),
        LEAF.replace(b'"n":0', b'"n":NaN'),
        LEAF.replace(b'"n":0', b'"n":9007199254740992'),
        LEAF.replace(b'"n":0', b'"n":' + b"9" * 5000),
        LEAF.replace(b'"n":0', b'"n":0,"n":0'),
        LEAF.replace(b'"v":1', b'"v":true'),
        LEAF.replace(b'"v":1', b'"v":1 '),
        LEAF.replace(b"test.done", b"test.d\\u006fne"),
        LEAF.replace(b"test.done", b"test.\xc3\xa9"),
        LEAF.replace(b"test.done", b"test"),
        LEAF.replace(b"test.done", b"t." + b"x" * 79),
        LEAF.replace(b'"a"', b'"' + b"a" * 121 + b'"'),
        LEAF.replace(b'"a"', b'""'),
        LEAF.replace(b'"pol":"p"', b'"pol":"' + b"p" * 129 + b'"'),
        LEAF + b"\r",
        LEAF + b"\0",
    ],
)
def test_a_strange_leaf_or_disclosure_is_a_fault(line: bytes, tmp_path: Path) -> None:
    for name, code in (
        ("leaves.jsonl", "leaf"),
        ("disclosures.jsonl", "disclosure"),
        ("checkpoints.jsonl", "checkpoint"),
    ):
        verdict = apart(with_file(name, line + b"\n", tmp_path), "--key", KEY)
        assert verdict.code == 1
        assert verdict.faults & {code, "form"}
    for name in ("timestamps.jsonl", "range", "checkpoint"):
        assert apart(with_file(name, line + b"\n", tmp_path), "--key", KEY).code == 1
    (tmp_path / "file").write_bytes(line)
    assert apart(tmp_path / "file", "--key", KEY).code == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1.0}',
        '{"a":Infinity}',
        '{"a":1,"a":1}',
        '{"é":1}',
        '{"b":1,"a":1}',
        '"\\ud800"',
        '"\\u0041"',
        '"\\/"',
        "-0",
        "9007199254740992",
        " 1",
        "1 ",
        "",
        '"\t"',
        "[1,]",
        "'a'",
        "\ufeff1",
    ],
)
def test_json_has_one_form(text: str) -> None:
    with pytest.raises(v.Fault):
        v.canonical(text)


@pytest.mark.parametrize("text", ["{}", '{"a":-1,"b":[null,true,"é\\n\\u001f\x7f"]}', '""', "9007199254740991"])
def test_what_is_canonical_is_read(text: str) -> None:
    v.canonical(text)


@pytest.mark.parametrize("text", ["AA=", "AB==", "AA==\n", " AA==", "A A==", "AA==AA==", "AA", "é", "=", "AAA=="])
def test_base64_has_one_form(text: str) -> None:
    with pytest.raises(v.Fault):
        v.unbase64(text, "form")


def folder(tmp_path: Path) -> Path:
    return as_folder(Log.of(5).files(), tmp_path / "log")


def test_a_directory_holds_nine_plain_files_and_nothing_else(tmp_path: Path) -> None:
    path = folder(tmp_path)
    kept = (path / "leaves.jsonl").read_bytes()
    (path / "leaves.jsonl").unlink()
    assert apart(path, "--key", KEY).faults == {"form"}
    (tmp_path / "elsewhere").write_bytes(kept)
    (path / "leaves.jsonl").symlink_to(tmp_path / "elsewhere")
    assert apart(path, "--key", KEY).faults == {"form"}
    (path / "leaves.jsonl").unlink()
    os.mkfifo(path / "leaves.jsonl")
    assert apart(path, "--key", KEY).faults == {"form"}
    (path / "leaves.jsonl").unlink()
    (path / "leaves.jsonl").mkdir()
    assert apart(path, "--key", KEY).faults == {"form"}
    (path / "leaves.jsonl").rmdir()
    (path / "leaves.jsonl").write_bytes(kept)
    assert apart(path, "--key", KEY).code == 0
    (path / ".hidden").touch()
    assert apart(path, "--key", KEY).faults == {"form"}


def test_what_cannot_be_read_is_exit_code_2(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "nowhere", tmp_path / "pipe", Path("/dev/zero")):
        assert apart(path, "--key", KEY).code == 2
    (tmp_path / "a").write_text("x")
    assert apart(tmp_path / "a", "--trust", tmp_path / "pipe").code == 2
    assert apart(tmp_path / "a", "--key", KEY, "--kept", tmp_path / "nowhere").code == 2


def test_no_zip_but_the_one_of_the_page(tmp_path: Path) -> None:
    files = Log.of(5).files()
    data, path = as_zip(files, tmp_path / "good.zip").read_bytes(), tmp_path / "bad.zip"
    first = 30 + len("checkpoint")
    lying = struct.pack("<II", 2**32 - 1, 2**32 - 1)
    central = data.rindex(b"PK\x01\x02")
    for changed in (
        data + b"\0",
        data[:-1],
        data[:-22],
        b"\0" + data,
        data[:18] + lying + data[26:],
        data[:18] + struct.pack("<II", 0, 0) + data[26:],
        data[:central],
        data[: first + 5],
        data[:4],
        data[:-22] + data[-22:].replace(b"\x09\x00", b"\x08\x00"),
    ):
        path.write_bytes(changed)
        assert apart(path, "--key", KEY).faults & {"form", "signature"}, changed[:40]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as other:
        for name, content in files.items():
            other.writestr(name, content)
    assert apart(path, "--key", KEY).faults == {"form"}
    renamed = {("../" + name if name == "keys" else name): content for name, content in files.items()}
    assert apart(as_zip(renamed, path), "--key", KEY).faults == {"form"}
    assert apart(as_zip(dict(reversed(files.items())), path), "--key", KEY).faults == {"form"}


def test_a_sparse_file_of_many_gigabytes_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert apart(path, "--key", KEY).faults == {"form"}
    with path.open("r+b") as file:
        file.write(as_zip(Log.of(5).files(), tmp_path / "good.zip").read_bytes())
    assert apart(path, "--key", KEY).faults == {"form"}
    bundle = folder(tmp_path)
    for name in ("manifest", "checkpoint", "range", "verify.py"):
        before = (bundle / name).read_bytes()
        with (bundle / name).open("r+b") as file:
            file.truncate(5_000_000)
        assert "form" in apart(bundle, "--key", KEY).faults
        (bundle / name).write_bytes(before)


def test_nothing_of_a_hostile_file_reaches_the_terminal_raw(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "a\x1b[2J\u202e").touch()
    command = [sys.executable, v.__file__, "--key", KEY, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 1
    assert not {"\x1b", "\u202e"} & set(done.stdout + done.stderr)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing",
        "log",
        "log x",
        "log " + KEY + " from=2026-01-01",
        "log " + KEY + " from=2026-01-01T00:00:00+00:00",
        "log " + KEY + " from=2026-13-01T00:00:00Z",
        "log " + KEY + " from=2026-01-01T00:00:00.1234Z",
        "log " + KEY + " from=2026-01-02T00:00:00Z until=2026-01-02T00:00:00Z",
        "log " + KEY + " from=2026-01-02T00:00:00Z from=2026-01-02T00:00:00Z",
        "log " + KEY + " # of the operator",
        KEY + "\n" + KEY,
        KEY + "\nquorum 1",
        KEY + "\nquorum 0\nquorum 0",
        KEY + "\nquorum 00",
        KEY + "\nquorum 101",
        KEY + "\ntsa AAAA",
        KEY + "\nwitness " + KEY,
        KEY[:-4] + "AAA=",
        KEY.replace("+", "+0", 1),
        "\ufeff" + KEY,
    ],
)
def test_a_trust_file_is_read_strictly(text: str, tmp_path: Path) -> None:
    (tmp_path / "trust").write_text(text, encoding="utf-8")
    path = as_zip(Log.of(5).files(), tmp_path / "log.zip")
    assert apart(path, "--trust", tmp_path / "trust").code == 2


def test_a_trust_file_may_hold_comments_blanks_and_windows(tmp_path: Path) -> None:
    text = f"\r\n # a comment\n\t log\t{KEY}  until=2100-01-01T00:00:00.5Z from=2000-01-01T00:00:00Z \r\nquorum 0"
    (tmp_path / "trust").write_text(text, encoding="utf-8", newline="")
    assert apart(as_zip(Log.of(5).files(), tmp_path / "log.zip"), "--trust", tmp_path / "trust").code == 0
