"""Makes ``good`` and ``bad`` beside it: an unpacked compliance pack of one disposal, and what was done to copies of it.

    python -m tests.vectors.pack.make

A folder in ``bad`` has only the files that differ; one of no bytes was taken away. ``trusted.vkey`` is the log's key.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from unittest import mock

from tests.house import Live
from tests.web.record_pages import certified_item

HERE = Path(__file__).parent
Files = dict[str, bytes]


def good(live: Live, first: str = "") -> Files:
    """A pack of the day: that day is all the log there is."""
    day = live.now.date().isoformat()
    live.tokens.pop("compliance", None)
    answer = live.api("compliance").get(f"/disposals/pack?first={first or day}&end={day}")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def summed(files: Files) -> Files:
    """With the sums of what is there: only the log's receipt can tell."""
    names = sorted(files.keys() - {"SHA256SUMS", "receipt.json"})
    lines = "".join(f"{sha256(files[name]).hexdigest()}  {name}\n" for name in names)
    return {**files, "SHA256SUMS": lines.encode()}


def bad(files: Files, empty: Files) -> dict[str, Files]:
    """What was done, and what came of it; ``empty``: an honest pack of the same log for a time without disposals."""
    (one,) = (name for name in files if name.startswith("certificates/DC-"))
    changed = files[one].replace(b'"operator":"service"', b'"operator":"nobody"')
    without = {name: data for name, data in files.items() if name != one}
    rows = files["disposals.csv"].splitlines(keepends=True)
    sums = files["SHA256SUMS"].splitlines(keepends=True)
    receipt = json.loads(files["receipt.json"])
    for each in receipt["disclosed"]:
        each[2] = each[2].replace('"certificates":1', '"certificates":0')
    return {
        "certificate-changed": {**files, one: changed},
        "certificate-changed-and-summed": summed({**files, one: changed}),
        "certificate-taken-away": without,
        "certificate-taken-away-and-summed": summed({**without, "disposals.csv": rows[0]}),
        "certificate-under-another-name": summed({**without, "certificates/DC-IMB-2026-99999.json": files[one]}),
        "file-added": {**files, "notes.txt": b"x"},
        "folder-added": {**files, "certificates/more/notes.txt": b"x"},
        "log-of-another-pack": {**files, "log.zip": empty["log.zip"]},
        "receipt-of-another-pack": {**files, "receipt.json": empty["receipt.json"]},
        "receipt-changed": {**files, "receipt.json": json.dumps(receipt, separators=(",", ":")).encode()},
        "receipt-taken-away": {name: data for name, data in files.items() if name != "receipt.json"},
        "sums-out-of-order": {**files, "SHA256SUMS": b"".join(reversed(sums))},
        "sums-name-a-file-twice": {**files, "SHA256SUMS": sums[0] + b"".join(sums)},
        "sums-lead-out": {**files, "SHA256SUMS": files["SHA256SUMS"].replace(b"certificates/", b"../")},
        "sums-not-utf-8": {**files, "SHA256SUMS": b"\xff" + files["SHA256SUMS"]},
        "table-changed": summed({**files, "disposals.csv": rows[0]}),
        "verifier-changed": {**files, "verify.py": b"# another\n"},
    }


def keep(folder: Path, files: Files, base: Files) -> None:
    for name, data in files.items():
        if base.get(name) != data:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
    for name in base.keys() - files.keys():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def main(certified: Callable[[Live], str] = certified_item) -> None:
    for side in ("good", "bad"):
        rmtree(HERE / side, ignore_errors=True)
    small = mock.patch("app.bootstrap.logbook.verifier", return_value=b"# the verifier\n")
    with tempfile.TemporaryDirectory() as folder, small:
        live = Live.create(Path(folder) / "state")
        try:
            live.later(days=2)
            empty = good(live)
            certified(live)
            files = good(live)
            (HERE / "trusted.vkey").write_text(live.house.keys.log.published)
        finally:
            live.close()
    keep(HERE / "good" / "one", files, {})
    for name, changed in bad(files, empty).items():
        keep(HERE / "bad" / name, changed, files)


if __name__ == "__main__":
    main()
