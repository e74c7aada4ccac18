"""The story as anybody runs it: a process of its own, small files, one invented place; exit code 0 only if all held."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests import databases

ROOT = Path(__file__).parents[2]
PLACES = """\
key,name,name_welsh,kind,active_in_register,town,country,source
XZA,Aldermoor (HMP),,PRISON,false,Aldermoor,England,invented
XZB,Brackenhithe (HMP),,PRISON,true,Brackenhithe,England,invented
"""


def story(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """On the embedded default, or on a server."""
    there = {"CUSTODES_DATABASE_URL": databases.empty(cwd)} if databases.on_postgresql() else {}
    return subprocess.run(
        [sys.executable, "-m", "app.story", *words],
        cwd=cwd,
        env={**os.environ, **there},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_every_step_holds_and_the_three_refusals_are_told(tmp_path: Path) -> None:
    places, note, table = tmp_path / "places.csv", tmp_path / "a note – café & co 100%.txt", tmp_path / "t.csv"
    places.write_text(PLACES, encoding="utf-8")
    note.write_text("What three people said.\n", encoding="utf-8")
    table.write_bytes(b"one,two\r\n" * 70_000)
    done = story("--establishments", str(places), str(note), str(table))
    said = re.sub(r"\s+", " ", done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "REFUSED 403 sharing.wrong-way: HMIP passes correspondence" in said
    assert "(M30, M23, M37a)" in said
    assert "REFUSED 404 sharing.not-found" in said
    assert "the answer is the same, word for word" in said
    assert "You made this review; somebody else must decide on it. [M59b]" in said
    assert "about Brackenhithe (HMP)" in said
    assert f"attaches “{note.name}”" in said
    assert re.search(r"retention\.certificate- ?issued #", said)  # a line may break at a hyphen
    assert "holds: entry" in said
    assert re.search(r"bundle\.zip: bundle of \S+ HOLDS", said)
    assert re.search(r"certificate\.json: certificate of \S+ HOLDS", said)
    assert "REFUSED: FAULT" in said
    assert "Every step held" in said
    assert "service:" not in said


def test_what_does_not_hold_is_told_and_is_no_success(tmp_path: Path) -> None:
    wrong = tmp_path / "places.csv"
    wrong.write_text("key,name\nXZB,Brackenhithe\n", encoding="utf-8")
    done = story("--establishments", str(wrong))
    assert done.returncode == 1
    assert "NOT AS EXPECTED after step 1" in done.stdout
    assert "expected: “custodes establishments” to succeed" in done.stdout


def test_a_file_that_is_not_there_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    done = story(str(tmp_path / "nothing.pdf"))
    assert done.returncode == 2
    assert "there is no file" in done.stderr
    assert "service" not in done.stdout
