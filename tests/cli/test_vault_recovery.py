"""``custodes vault shares``, ``decrypt`` and ``inspect``, and the runbooks that tell a tired operator to use them."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.house import Live
from vault.offline import find

pytestmark = [
    pytest.mark.once("a backup and a folder of keys are files, whatever the service keeps its rows in"),
    pytest.mark.folder("the same, whatever it keeps content and keys in"),
]

ROOT = Path(__file__).parents[2]
RUNBOOKS = ROOT / "docs" / "runbooks"
CUSTODES = Path(sys.executable).with_name("custodes")
TITLE, TEXT = "Use of force on B wing", "Three people told us the same thing."
LETTER, PHOTO = b"what they wrote " * 3000, bytes(range(256)) * 400


def words_of(page: Path) -> str:
    """What a custodian types off a page, in one line."""
    return " ".join(re.findall(r"\d+\. ([a-z]+)", page.read_text("utf-8")))


def pages(folder: Path) -> list[Path]:
    found = sorted(folder.iterdir())
    assert found
    return found


@dataclass
class Shell:
    """Commands with the settings of one state folder: in this process, or in one of their own."""

    home: Path
    command: Callable[..., Any]
    monkeypatch: pytest.MonkeyPatch
    environ: dict[str, str] = field(default_factory=dict)

    def apart(self, *words: object, typed: str = "") -> subprocess.CompletedProcess[str]:
        """In a process of its own, without any settings but those of ``environ``."""
        environ = {"PATH": f"{CUSTODES.parent}:/usr/bin:/bin", **self.environ}
        return subprocess.run(
            [*map(str, words)], cwd=self.home, env=environ, input=typed, capture_output=True, text=True, timeout=120
        )

    def custodes(self, *words: object, typed: str = "") -> Any:
        """How it ended: code, out, err."""
        with self.monkeypatch.context() as changed:
            changed.setattr("sys.stdin", io.StringIO(typed))
            return self.command(*words)

    def ok(self, *words: object, **given: Any) -> str:
        done = self.custodes(*words, **given)
        assert done.code == 0, done
        return str(done.out)

    def make(self, *whose: str, name: str = "", threshold: int = 2, count: int = 3) -> tuple[Path, list[str]]:
        """The recovery file and the words of each share."""
        out, to = self.home / f"copy{name}", self.home / f"shares{name}"
        numbers = ("--threshold", threshold, "--shares", count)
        self.ok("vault", "shares", "make", *whose, *numbers, "--out", out, "--to-files", to)
        (made,) = out.iterdir()
        return made, [words_of(page) for page in pages(to)]

    def acts(self) -> list[str]:
        """What the log's export says was done."""
        folder = self.home / f"log-{time.monotonic_ns()}"
        self.ok("audit", "export", folder)
        return [json.loads(line)["act"] for line in (folder / "leaves.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture
def shell(ready: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A service that was just initialised."""
    environ = {name: value for name, value in os.environ.items() if name.startswith("CUSTODES_")}
    return Shell(tmp_path, ready, monkeypatch, environ)


def keyring(shell: Shell) -> dict[str, bytes]:
    folder = shell.home / "state" / "keys"
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_shares_are_made_rehearsed_renewed_and_recover_the_keys_of_one_body(shell: Shell) -> None:
    made, words = shell.make("--body", "hmip")
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert [stat.S_IMODE(page.stat().st_mode) for page in pages(shell.home / "shares")] == [0o600] * 3
    said = shell.ok("vault", "shares", "rehearse", "--file", made, typed=f"{words[2]}\n{words[0]}\n")
    assert "The shares restore every key in use." in said
    shell.ok("vault", "shares", "refresh", "--file", made)
    out = shell.home / "back"
    shell.ok("vault", "shares", "recover", "--file", made, "--out", out, typed="\n".join(words[:2]) + "\n")
    wanted = {name: body for name, body in keyring(shell).items() if name.startswith("vault/hmip.")}
    assert {f"vault/{path.name}": path.read_bytes() for path in out.iterdir()} == wanted
    acts = [act for act in shell.acts() if act.startswith("vault.")]
    assert acts == ["vault.shares-made", "vault.shares-rehearsed", "vault.copy-renewed"]


def test_the_services_own_keys_have_a_set_of_their_own_without_any_bodys(shell: Shell) -> None:
    made, words = shell.make("--service")
    holds = json.loads(made.read_bytes())["holds"]
    assert {"index", "identity", "web", "log/log.key"} <= set(holds)
    assert not any(name.startswith(("vault", "recovery")) for name in holds)
    said = shell.ok("vault", "shares", "rehearse", "--file", made, typed="\n".join(words))
    assert said.count("same") == len(holds)


def test_a_key_made_later_is_missing_until_the_file_is_renewed_without_custodians(shell: Shell) -> None:
    from datetime import UTC, datetime

    from vault.keyring import LocalKeyring

    made, words = shell.make("--body", "imb")
    LocalKeyring(shell.home / "state" / "keys" / "vault").create("imb", now=datetime.now(UTC))
    behind = shell.custodes("vault", "shares", "rehearse", "--file", made, typed="\n".join(words))
    assert behind.code == 1
    assert "MISSING" in behind.err
    assert "new: imb." in shell.ok("vault", "shares", "refresh", "--file", made)
    assert shell.ok("vault", "shares", "rehearse", "--file", made, typed="\n".join(words)).count("same") == 2


def test_what_is_mistyped_twice_or_of_another_set_is_said_at_once_and_the_next_is_asked_for(shell: Shell) -> None:
    made, words = shell.make("--body", "hmip")
    _, others = shell.make("--body", "imb", name="2")
    wrong = words[0].split()
    wrong[4], wrong[5] = wrong[5], wrong[4]
    typed = [" ".join(wrong), f"{words[0]} extra", "not a share", others[0], words[0], words[0], words[1]]
    done = shell.custodes("vault", "shares", "rehearse", "--file", made, typed="\n".join(typed))
    assert done.code == 0, done.err
    said = [line.strip() for line in done.err.splitlines() if line.startswith("  ")]
    for line, part in zip(
        said,
        ["checksum", "33 words", "No share has a word", "another set", "1 taken", "already", "2 taken"],
        strict=False,
    ):
        assert part in line or "No share has a word" in line, said
    assert not any(word in done.err.split() for word in words[0].split() if len(word) > 6)


def test_too_few_shares_open_nothing_and_are_told(shell: Shell) -> None:
    made, words = shell.make("--body", "hmip", threshold=3, count=4)
    done = shell.custodes(
        "vault", "shares", "recover", "--file", made, "--out", shell.home / "back", typed="\n".join(words[:2])
    )
    assert done.code == 2
    assert "1 more of this set are needed" in done.err
    assert not (shell.home / "back").exists()


def test_recovering_overwrites_nothing_and_asks_no_custodian_in_vain(shell: Shell) -> None:
    made, _ = shell.make("--body", "hmip")
    before = keyring(shell)
    done = shell.custodes(
        "vault", "shares", "recover", "--file", made, "--out", shell.home / "state" / "keys" / "vault"
    )
    assert done.code == 2
    assert "Keys are never overwritten" in done.err
    assert keyring(shell) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--body", "hmip", "--threshold", "1", "--shares", "3"), "1 of 3 cannot be"),
        (("--body", "hmip", "--threshold", "4", "--shares", "3"), "4 of 3 cannot be"),
        (("--body", "hmip", "--threshold", "2", "--shares", "17"), "2 of 17 cannot be"),
        (("--body", "nobody", "--threshold", "2", "--shares", "3"), "nobody"),
        (("--threshold", "2", "--shares", "3"), "--body"),
        (("--body", "hmip", "--service", "--threshold", "2", "--shares", "3"), "--body"),
    ],
)
def test_impossible_shares_are_refused_and_leave_nothing(shell: Shell, words: tuple[str, ...], said: str) -> None:
    out, to = shell.home / "copy", shell.home / "shares"
    done = shell.custodes("vault", "shares", "make", *words, "--out", out, "--to-files", to)
    assert done.code == 2
    assert said in done.err
    assert not out.exists()
    assert not to.exists()


def test_shares_do_not_go_into_a_pipe_or_beside_their_file(shell: Shell) -> None:
    numbers = ("--body", "hmip", "--threshold", "2", "--shares", "3", "--out", shell.home / "here")
    assert "this is none" in shell.custodes("vault", "shares", "make", *numbers).err
    assert (
        "beside the file they open"
        in shell.custodes("vault", "shares", "make", *numbers, "--to-files", shell.home / "here").err
    )
    assert not (shell.home / "here").exists()


def test_a_file_of_somebody_elses_making_is_given_no_keys(shell: Shell) -> None:
    made, _ = shell.make("--body", "hmip")
    newer, _ = shell.make("--body", "hmip", name="2")
    before = made.read_bytes()
    done = shell.custodes("vault", "shares", "refresh", "--file", made)
    assert done.code == 2
    assert "not of the set in force" in done.err
    assert made.read_bytes() == before
    shell.ok("vault", "shares", "refresh", "--file", newer)
    newer.write_bytes(b"{}\n")
    assert "cannot be used" in shell.custodes("vault", "shares", "refresh", "--file", newer).err


def at_terminal(shell: Shell, words: list[str], answers: list[tuple[bytes, bytes]]) -> tuple[int, str]:
    """Run it on a terminal: wait for each text, then type the answer. (exit code, what the screen showed)."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(shell.home)
        os.execve(CUSTODES, [str(CUSTODES), *words], {"PATH": "", "TERM": "xterm", **shell.environ})
    seen, since = b"", 0
    try:
        while True:
            try:
                piece = os.read(terminal, 4096)
            except OSError:
                break
            if not piece:
                break
            seen += piece
            while answers and answers[0][0] in seen[since:]:
                since = seen.index(answers[0][0], since) + len(answers[0][0])
                time.sleep(0.1)  # the prompt switches the echo off after it has asked
                os.write(terminal, answers.pop(0)[1])
    finally:
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), seen.decode(errors="replace")


def test_on_a_terminal_each_share_has_a_page_of_its_own_and_what_is_typed_is_not_shown(shell: Shell) -> None:
    command = ["vault", "shares", "make", "--body", "hmip", "--threshold", "2", "--shares", "3", "--out", "copy"]
    code, screen = at_terminal(shell, command, [(b"any key", b"\n")] * 3)
    assert code == 0, screen
    shown = re.split(r"\x1b\[2J", screen)
    assert sum("RECOVERY SHARE" in page for page in shown) == 3
    assert all(page.count("RECOVERY SHARE") <= 1 for page in shown)
    shares = [" ".join(re.findall(r"\d+\. ([a-z]+)", page)) for page in shown if "RECOVERY SHARE" in page]
    (made,) = (shell.home / "copy").iterdir()
    command = ["vault", "shares", "rehearse", "--file", str(made)]
    code, screen = at_terminal(
        shell, command, [(b"(2 more): ", shares[2].encode() + b"\n"), (b"(1 more): ", shares[0].encode() + b"\n")]
    )
    assert code == 0, screen
    assert "share 3 taken" in screen
    assert not any(word in screen for word in shares[2].split() if len(word) > 6)


def test_shares_broken_off_leave_no_file_they_would_open(shell: Shell) -> None:
    command = ["vault", "shares", "make", "--body", "hmip", "--threshold", "2", "--shares", "3", "--out", "copy"]
    code, screen = at_terminal(shell, command, [(b"any key", b"\n"), (b"any key", b"\x03")])
    assert code == 130, screen
    assert "Broken off" in screen
    assert list((shell.home / "copy").iterdir()) == []
    assert not (shell.home / "state" / "keys" / "recovery").exists()


# --- a backup opened by itself


@dataclass
class Backup:
    """Of a house with three items: one with two files, one shut, one destroyed; and the words and names in them."""

    shell: Shell
    place: Path
    item: str
    shut: str
    destroyed: str

    def decrypt(self, *more: object, keystore: str = "keystore/keys.db") -> Any:
        at = self.place
        where = ("--objects", at / "vault", "--keystore", at / keystore, "--keys", at / "keys")
        return self.shell.custodes("vault", "decrypt", *where, "--out", self.shell.home / "out", *more)

    def files(self) -> dict[str, bytes]:
        out = self.shell.home / "out"
        return {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def _sent(live: Live, files: dict[str, bytes]) -> str:
    body = {
        "agreement": "hmip-imb",
        "kind": "correspondence",
        "route": "inspectorate-to-board",
        "marking": "OFFICIAL-SENSITIVE",
        "title": TITLE,
        "text": TEXT,
        "purpose": "So that the Board can follow it up.",
        "establishment": "LEI",
        "subjects": [],
    }
    made = str(live.api("officer").ok("POST", "/drafts", body)["id"])
    for name, content in files.items():
        live.api("officer").ok("PUT", f"/drafts/{made}/files/{name}", data=content, content_type="text/plain")
    live.api("officer").ok("POST", f"/drafts/{made}/send")
    return made


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Copies of everything before and after one item was destroyed. The house itself is gone."""
    from uuid import UUID

    from sharing.store.content import forget
    from tests.house import CONSOLE

    root = tmp_path_factory.mktemp("kept")
    live = Live.create(root / "state")
    item, shut, destroyed = (
        _sent(live, files)
        for files in ({"letter%20one.txt": LETTER, "photo.bin": PHOTO}, {"a.txt": b"shut"}, {"b.txt": b"gone"})
    )
    with live.house.work(CONSOLE) as work:
        work.vault.disable(item=UUID(shut), actor=CONSOLE, now=work.now)
    shutil.copytree(root / "state", root / "before")
    with live.house.work(CONSOLE) as work:
        work.vault.destroy(item=UUID(destroyed), actor=CONSOLE, now=work.now)
        work.vault.remove_content(item=UUID(destroyed), actor=CONSOLE, now=work.now)
        forget(work.conn, UUID(destroyed))  # as its tombstone does
    live.close()
    shutil.move(root / "state", root / "after")
    return {"root": root, "item": item, "shut": shut, "destroyed": destroyed}


@pytest.fixture
def backup(kept: dict[str, Any], custodes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Backup:
    """The objects, key store and keys of after the destruction, and nothing else."""
    place = tmp_path / "backup"
    place.mkdir()
    for name in ("vault", "keystore", "keys"):
        shutil.copytree(kept["root"] / "after" / name, place / name)
    return Backup(Shell(tmp_path, custodes, monkeypatch), place, kept["item"], kept["shut"], kept["destroyed"])


def test_ciphertext_and_keys_alone_give_every_file_back(backup: Backup) -> None:
    """In a process without a setting, a service, a database or anything else of the house."""
    at = backup.place
    where = ("--objects", at / "vault", "--keystore", at / "keystore/keys.db", "--keys", at / "keys")
    words = (CUSTODES, "vault", "decrypt", *where, "--out", backup.shell.home / "out", "--item", backup.item)
    done = backup.shell.apart(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert backup.files() == {f"{backup.item}.1.1": LETTER, f"{backup.item}.1.2": PHOTO}
    assert "2 of 2 came out." in done.stdout
    assert "Clear text now lies in" in done.stdout
    out = backup.shell.home / "out"
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    assert sorted(path.name for path in backup.shell.home.iterdir()) == ["backup", "out"]


def test_all_says_what_did_not_come_out_and_the_exit_code_too(backup: Backup) -> None:
    done = backup.decrypt("--all")
    assert done.code == 1
    assert "key disabled" in done.err
    assert backup.shut in done.err
    assert "2 of 3 came out." in done.err
    shutil.rmtree(backup.shell.home / "out")
    done = backup.decrypt("--all", "--disabled")
    assert done.code == 0, done.err
    assert backup.files()[f"{backup.shut}.1.1"] == b"shut"
    assert not any(name.startswith(backup.destroyed) for name in backup.files())


def test_what_was_destroyed_does_not_come_out_of_older_ciphertext(backup: Backup, kept: dict[str, Any]) -> None:
    shutil.rmtree(backup.place / "vault")
    shutil.copytree(kept["root"] / "before" / "vault", backup.place / "vault")
    done = backup.decrypt("--item", backup.destroyed, "--disabled")
    assert done.code == 1
    assert "key destroyed" in done.err
    assert backup.files() == {}


def test_the_database_says_of_older_keys_too_what_was_destroyed(backup: Backup, kept: dict[str, Any]) -> None:
    for name in ("vault", "keystore"):
        shutil.rmtree(backup.place / name)
        shutil.copytree(kept["root"] / "before" / name, backup.place / name)
    database = kept["root"] / "after" / "custodes.db"
    done = backup.decrypt("--item", backup.destroyed, "--disabled", "--database", database)
    assert done.code == 1, done.out
    assert backup.files() == {}


def test_with_the_database_files_have_their_names_and_words_their_marking(backup: Backup, kept: dict[str, Any]) -> None:
    database = kept["root"] / "after" / "custodes.db"
    before = database.read_bytes()
    done = backup.decrypt("--all", "--disabled", "--database", database)
    assert done.code == 0, done.err
    files = backup.files()
    assert files[f"{backup.item}/1-letter one.txt"] == LETTER
    assert files[f"{backup.item}/2-photo.bin"] == PHOTO
    words = json.loads(files[f"{backup.item}/words.json"])
    assert (words["title"], words["text"]) == (TITLE, TEXT)
    assert words["marking"].startswith("OFFICIAL-SENSITIVE")
    assert words["reference"].startswith("HMIP-")
    assert not any(name.startswith(backup.destroyed) for name in files)
    assert database.read_bytes() == before


def test_a_file_the_backup_lacks_is_told_by_the_database(backup: Backup, kept: dict[str, Any]) -> None:
    find(backup.place / "vault")[0].path.unlink()
    done = backup.decrypt("--all", "--disabled", "--database", kept["root"] / "after" / "custodes.db")
    assert done.code == 1
    assert "object missing" in done.err


def test_two_uploads_of_one_number_both_come_out_and_it_is_said(backup: Backup) -> None:
    (first, *_) = [each for each in find(backup.place / "vault") if str(each.item) == backup.item]
    shutil.copyfile(first.path, first.path.with_name(f"1.1.{first.attempt.int + 1:032x}"))
    done = backup.decrypt("--item", backup.item)
    assert done.code == 0
    assert done.out.count("one of several") == 2
    assert sorted(backup.files().values()) == sorted([LETTER, LETTER, PHOTO])


def test_refusals_before_anything_is_written(backup: Backup) -> None:
    for words, said in (
        ((), "--item"),
        (("--all", "--item", backup.item), "--item"),
        (("--item", "x"), "not a valid UUID"),
    ):
        done = backup.decrypt(*words)
        assert (done.code, said in done.err) == (2, True), done.err
    assert backup.decrypt("--all", keystore="none.db").code == 2
    (backup.place / "keystore" / "not.db").write_bytes(b"no database at all" * 100)
    done = backup.decrypt("--all", keystore="keystore/not.db")
    assert done.code == 2
    assert "Traceback" not in done.err
    if (backup.shell.home / "out").exists():
        shutil.rmtree(backup.shell.home / "out")
    (backup.shell.home / "out").mkdir()
    done = backup.decrypt("--all")
    assert done.code == 2
    assert "File exists" in done.err
    (backup.shell.home / "out").rmdir()
    done = backup.decrypt("--item", "0199f000-0000-7000-8000-0000000000c5")
    assert done.code == 1
    assert "object missing" in done.err


def test_inspect_needs_no_key_and_no_settings(backup: Backup) -> None:
    stored = next(each for each in find(backup.place / "vault") if str(each.item) == backup.item)
    said = backup.shell.ok("vault", "inspect", stored.path)
    for word in (backup.item, "version     1", "part        1", f"plain size  {len(LETTER)}", "c256/1"):
        assert word in said
    stored.path.write_bytes(b"short")
    assert "none: cut, or no object" in backup.shell.ok("vault", "inspect", stored.path)


# --- the runbooks, executed as they stand


def steps(name: str, **places: Path) -> list[str]:
    """The boxes of a runbook, with this test's places in the place of the operator's."""
    text = (RUNBOOKS / name).read_text("utf-8")
    found = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
    for written, place in sorted(places.items(), key=lambda pair: -len(pair[0])):
        found = [box.replace(PLACES[written], str(place)) for box in found]
    assert not any(known in box for box in found for known in PLACES.values())
    return found


PLACES = {
    "backup": "/mnt/backup",
    "clear": "/dev/shm/custodes-clear",
    "shares": "/dev/shm/custodes-shares",
    "state": "/srv/custodes",
}


def do(shell: Shell, box: str, typed: str = "") -> str:
    done = shell.apart("bash", "-eu", "-c", box, typed=typed)
    assert done.returncode == 0, f"{box}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def test_the_runbook_for_a_backup_does_what_it_says(backup: Backup, kept: dict[str, Any]) -> None:
    shutil.copyfile(kept["root"] / "after" / "custodes.db", backup.place / "custodes.db")
    # Nothing is held on the night of the runbook.
    for file, table in (("keystore/keys.db", "object_key"), ("custodes.db", "vault_object")):
        with sqlite3.connect(backup.place / file) as base:
            base.execute(f"update {table} set state = 'live' where state = 'disabled'")
        base.close()
    clear = backup.shell.home / "clear"
    clear.mkdir()
    look, show, one, everything, named, remove = steps("decrypt-offline.md", backup=backup.place, clear=clear)
    assert "keys.db" in do(backup.shell, look)
    assert "plain size" in do(backup.shell, show)
    one = one.replace('--item "$ITEM"', f"--item {backup.item}")
    assert "2 of 2 came out." in do(backup.shell, one)
    assert "3 of 3 came out." in do(backup.shell, everything)
    assert "letter one.txt" in do(backup.shell, named)
    assert (clear / "named" / backup.item / "words.json").exists()
    do(backup.shell, remove)
    assert not clear.exists()


def test_the_runbook_for_lost_keys_does_what_it_says(shell: Shell) -> None:
    state, recovery = shell.home / "state", shell.home / "mnt" / "recovery"
    words: dict[str, str] = {}
    for name, whose in (("service", ("--service",)), ("hmip", ("--body", "hmip")), ("imb", ("--body", "imb"))):
        made, shares = shell.make(*whose, name=name)
        recovery.mkdir(parents=True, exist_ok=True)
        shutil.move(made, recovery / made.name)
        words[name] = "\n".join(shares[1:]) + "\n"
    before = keyring(shell)
    shutil.rmtree(state / "keys")
    (state / "keys").mkdir(mode=0o700)
    places = {"backup": shell.home / "mnt", "shares": shell.home / "sheets", "state": state}
    aside, look, service, hmip, imb, place, verify, again, rehearse, remove, monthly = steps(
        "recover-the-keyring.md", **places
    )
    do(shell, aside)
    assert '"threshold":2' in do(shell, look)
    assert "log.key" in do(shell, service, words["service"])
    assert "share 3 taken" in do(shell, hmip, words["hmip"])
    do(shell, imb, words["imb"])
    do(shell, place)
    assert keyring(shell) == {name: body for name, body in before.items() if not name.startswith("recovery/")}
    assert "holds" in do(shell, verify)
    do(shell, again)
    typed = "\n".join(words_of(page) for page in pages(shell.home / "sheets"))
    assert "The shares restore every key in use." in do(shell, rehearse, typed)
    do(shell, remove)
    assert not (shell.home / "sheets").exists()
    do(shell, monthly)
