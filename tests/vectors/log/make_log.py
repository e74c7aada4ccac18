"""Makes the vectors of bundle format 2, rotation, cosignatures, ranges and time-stamps, from docs/formats/ alone.

Run (python tests/vectors/log/make_log.py) when a format changes; the files are committed and come out the same each
time. None of the log's own code is used. Keys are test keys and stand here on purpose.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "audit")]

import stamps  # noqa: E402
from generate import (  # noqa: E402
    FILES,
    KEY,
    ORIGIN,
    START,
    Log,
    b64,
    canon,
    pack,
    receipt,
    rechain,
    sign_all,
    vkey,
)

NEW = Ed25519PrivateKey.from_private_bytes(sha256(b"a second test key").digest())
THIRD = Ed25519PrivateKey.from_private_bytes(sha256(b"a third test key").digest())
IMB = Ed25519PrivateKey.from_private_bytes(sha256(b"a test witness").digest())
HMIP = Ed25519PrivateKey.from_private_bytes(sha256(b"another test witness").digest())
IMB_NAME, HMIP_NAME = "imb.test/witness", "hmip.test/witness"
CUTS = [0, 3, 7, 7, 12, 16, 20, 23]
COUNT = 23
TURN = 5  # the number of the checkpoint by which the key changes
TURNED = START + TURN * 9000

Spoil = Callable[[Log], object]
Files = Callable[[dict[str, bytes]], object]


def when(ms: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)).strftime("%Y-%m-%dT%H:%M:%S") + (
        f".{ms % 1000:03}Z"
    )


def witness_id(name: str, key: Ed25519PrivateKey) -> bytes:
    return sha256(name.encode() + b"\n\x04" + key.public_key().public_bytes_raw()).digest()[:4]


def witness_vkey(name: str, key: Ed25519PrivateKey) -> str:
    return f"{name}+{witness_id(name, key).hex()}+{b64(bytes([4]) + key.public_key().public_bytes_raw())}"


def cosign(text: str, name: str = IMB_NAME, key: Ed25519PrivateKey = IMB, seconds: int = START // 1000 + 90) -> str:
    message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
    return f"— {name} {b64(witness_id(name, key) + seconds.to_bytes(8, 'big') + key.sign(message))}\n"


LOG = f"log {vkey(ORIGIN, KEY)}\n"
OLD_LINE = f"log {vkey(ORIGIN, KEY)} until={when(TURNED + 1)}\n"
NEW_LINE = f"log {vkey(ORIGIN, NEW)} from={when(TURNED)}\n"
BOTH = OLD_LINE + NEW_LINE
WITNESS = f"witness {witness_vkey(IMB_NAME, IMB)}\n"
OTHER_WITNESS = f"witness {witness_vkey(HMIP_NAME, HMIP)}\n"
TSA = f"tsa {b64(stamps.der(stamps.CA))}\n"
WHOLE = {"ok": True, "entries": 23, "disclosed": 20, "redacted": 3, "checkpoints": 8, "from": 0, "to": 23, "size": 23}


def log() -> Log:
    """23 entries of three writers, three redacted, eight checkpoints, two of one size."""
    made = Log()
    for at in range(COUNT):
        made.add(at, writer="jobs" if at % 5 == 2 else "late" if at in (13, 18) else "web")
    for at in (4, 9, 17):
        made.fields[at] = None
    made.cuts = list(CUTS)
    return made


def turned() -> Log:
    """The same, its key changed by checkpoint 5."""
    made = log()
    made.signers = {TURN: [KEY, NEW]} | {number: [NEW] for number in range(TURN + 1, len(CUTS) + 1)}
    return made


def ranged(first: int, end: int, made: Log | None = None) -> Log:
    made = made or log()
    made.first, made.end = first, end
    return made


class Vectors:
    """Writes the folders."""

    def __init__(self) -> None:
        for folder in ("good", "bad"):
            shutil.rmtree(HERE / folder, ignore_errors=True)

    def put(self, name: str, expected: dict[str, object], trust: str, **what: bytes | dict[str, bytes]) -> None:
        """``what``: file names (with _ for - and a suffix after __) and bytes, or a directory's."""
        folder = HERE / ("good" if expected["ok"] else "bad") / name
        folder.mkdir(parents=True)
        (folder / "trust").write_text(trust, encoding="utf-8")
        (folder / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n", encoding="ascii")
        for key, data in what.items():
            path = folder / key.replace("__", ".").replace("_", "-")
            if isinstance(data, bytes):
                path.write_bytes(data)
                continue
            path.mkdir()
            for inner, content in data.items():
                (path / inner).write_bytes(content)

    def good(self, name: str, made: Log, trust: str = LOG, **expected: object) -> None:
        self.put(name, {**WHOLE, **expected}, trust, bundle__zip=pack(made.files()))

    def bad(self, name: str, made: Log, *faults: str, trust: str = LOG, then: Files = lambda files: None) -> None:
        files = made.files()
        then(files)
        self.put(name, {"ok": False, "faults": list(faults)}, trust, bundle__zip=pack(files))


def change(name: str, old: bytes, new: bytes) -> Files:
    """One replacement in a file, after signing."""

    def spoil(files: dict[str, bytes]) -> None:
        if old not in files[name]:
            raise ValueError(name)
        files[name] = files[name].replace(old, new, 1)

    return spoil


def before_signing(made: Log, spoil: Files) -> Log:
    made.after = spoil
    return made


def whole_logs(out: Vectors) -> None:
    made = log()
    out.good("whole", made)
    out.put("directory", WHOLE, LOG, bundle=made.files())
    empty = Log()
    empty.cuts = [0]
    none = {"entries": 0, "disclosed": 0, "redacted": 0, "checkpoints": 1, "to": 0, "size": 0}
    out.good("empty-log", empty, **none)
    bare = log()
    out.good("bare-key", bare, vkey(ORIGIN, KEY) + "\n")
    out.good("comments-and-spaces", bare, f"# a comment\r\n\r\n \t log\t{vkey(ORIGIN, KEY)}  \r\n  # more")
    out.put("kept-of-every-kind", WHOLE, LOG, bundle__zip=pack(made.files()), **kept(made, 2, 4, 8))
    other = log()
    other.entries[2]["cls"] = "O"
    rechain(other)
    fault = {"ok": False, "faults": ["kept"]}
    out.put("kept-of-another-history", fault, LOG, bundle__zip=pack(made.files()), **kept(other, 3))
    longer = log()
    longer.add(COUNT)
    longer.cuts.append(COUNT + 1)
    out.put("kept-of-a-longer-log", fault, LOG, bundle__zip=pack(made.files()), **kept(longer, 9))
    twin = log()
    twin.times[4] = START + 4 * 9000 + 1
    out.put("kept-of-the-same-number-and-root", fault, LOG, bundle__zip=pack(made.files()), **kept(twin, 4))


def kept(made: Log, *numbers: int) -> dict[str, bytes]:
    return {f"kept_{number}": made.checkpoints()[number - 1].encode() for number in numbers}


def files_of_a_bundle(out: Vectors) -> None:
    for name in FILES:
        files = log().files()
        del files[name]
        out.put(f"missing-{name}", {"ok": False, "faults": ["form"]}, LOG, bundle=files)
    out.put("extra-file", {"ok": False, "faults": ["form"]}, LOG, bundle={**log().files(), "more": b""})
    old = {name: data for name, data in log().files().items() if name not in ("range", "timestamps.jsonl", "verify.py")}
    out.put("format-1", {"ok": False, "faults": ["form"]}, LOG, bundle=old)
    swapped = log().files()
    order = list(FILES)
    order[0], order[1] = order[1], order[0]
    whole = pack({name: swapped[other] for name, other in zip(FILES, order, strict=True)})
    out.put("zip-contents-swapped", {"ok": False, "faults": []}, LOG, bundle__zip=whole)
    for name in FILES[:-1]:
        out.bad(f"changed-{name}", log(), "range" if name == "range" else "digest", then=grow(name))
    out.bad("changed-manifest", log(), "manifest", then=change("manifest", b"redacted 3", b"redacted 4"))
    out.bad("manifest-of-format-1", _manifest(lambda m: ["custodes-bundle/1", *m[1:]]), "manifest")
    out.bad("manifest-without-timestamps", _manifest(lambda m: [*m[:7], *m[8:]]), "manifest")
    out.bad("manifest-files-in-another-order", _manifest(lambda m: [*m[:8], m[9], m[8], *m[10:]]), "manifest")
    for word in ("entries 23", "disclosed 20", "redacted 3", "checkpoints 8", "timestamps 0"):
        out.bad(f"count-{word.split(' ')[0]}", _manifest(_replace(word)), "count")
    out.bad("manifest-of-another-origin", _manifest(lambda m: [m[0], "origin custodes.test/other", *m[2:]]), "manifest")


def grow(name: str) -> Files:
    """A line of the form of the others, or another text where form is free."""

    def spoil(files: dict[str, bytes]) -> None:
        if name in ("keys", "verify.py"):
            files[name] += b"# more\n"
        elif name == "timestamps.jsonl":
            files[name] = canon({"number": 1, "token": "AAAA"}) + b"\n"
        elif name == "disclosures.jsonl":
            lines = files[name].splitlines(keepends=True)
            lines[1] = canon({"id": json.loads(lines[1])["id"], "disclosed": None}) + b"\n"
            files[name] = b"".join(lines)
        elif name == "checkpoint":
            files[name] += cosign(files[name].decode().split("\n\n")[0] + "\n").encode()
        elif name == "checkpoints.jsonl":
            first, rest = files[name].split(b"\n", 1)
            note = json.loads(first)
            files[name] = canon(note + cosign(note.split("\n\n")[0] + "\n")) + b"\n" + rest
        elif name == "range":
            files[name] = files[name].replace(b'"to":23', b'"to":22')
        else:
            files[name] = files[name].replace(b'"cls":"OS"', b'"cls":"O"', 1)

    return spoil


def _manifest(edit: Callable[[list[str]], list[str]]) -> Log:
    made = log()
    made.manifest = edit
    return made


def _replace(word: str) -> Callable[[list[str]], list[str]]:
    name, number = word.split(" ")
    return lambda lines: [f"{name} {int(number) + 1}" if line == word else line for line in lines]


def order_and_ends(out: Vectors) -> None:
    made = log()
    made.entries[5], made.entries[6] = made.entries[6], made.entries[5]
    made.fields[5], made.fields[6] = made.fields[6], made.fields[5]
    out.bad("entries-swapped", made, "chain")
    whole = log().files()
    out.bad("entries-swapped-after-signing", log(), "checkpoint", "digest", then=_swap("leaves.jsonl", 0, 1))
    for name in ("leaves.jsonl", "disclosures.jsonl"):
        out.bad(f"{name}-last-line-gone", before_signing(log(), _without_last(name)))
        out.bad(f"{name}-first-line-gone", before_signing(log(), _without_first(name)))
    out.bad("checkpoints-last-gone", before_signing(log(), _without_last("checkpoints.jsonl")), "checkpoint")
    out.bad("checkpoints-first-gone", before_signing(log(), _without_first("checkpoints.jsonl")), "checkpoint")
    out.bad("checkpoints-swapped", before_signing(log(), _swap("checkpoints.jsonl", 3, 4)), "checkpoint")
    out.bad("checkpoints-none", before_signing(log(), lambda f: f.update({"checkpoints.jsonl": b""})), "checkpoint")
    # The whole end cut off, consistently, down to an older checkpoint; its keeper re-signs the manifest.
    short = log()
    del short.entries[16:], short.fields[16:], short.cuts[6:]
    gone = {"entries": 16, "disclosed": 14, "redacted": 2, "checkpoints": 6, "to": 16, "size": 16}
    out.good("end-cut-off-nobody-can-tell", short, **gone)
    out.put(
        "end-cut-off-a-kept-checkpoint-tells",
        {"ok": False, "faults": ["kept"]},
        LOG,
        bundle__zip=pack(short.files()),
        **kept(log(), 7),
    )
    assert whole == log().files(), "not reproducible"


def _swap(name: str, one: int, other: int) -> Files:
    def spoil(files: dict[str, bytes]) -> None:
        lines = files[name].splitlines(keepends=True)
        lines[one], lines[other] = lines[other], lines[one]
        files[name] = b"".join(lines)

    return spoil


def _without_last(name: str) -> Files:
    return lambda files: files.update({name: b"".join(files[name].splitlines(keepends=True)[:-1])})


def _without_first(name: str) -> Files:
    return lambda files: files.update({name: b"".join(files[name].splitlines(keepends=True)[1:])})


def rotations(out: Vectors) -> None:
    out.good("rotation", turned(), BOTH, rotations=[TURN])
    out.good("rotation-without-windows", turned(), f"{vkey(ORIGIN, KEY)}\n{vkey(ORIGIN, NEW)}\n", rotations=[TURN])
    twice = turned()
    twice.signers[7] = [NEW, THIRD]
    twice.signers[8] = [THIRD]
    three = BOTH + f"log {vkey(ORIGIN, THIRD)} from={when(START + 7 * 9000)}\n"
    out.good("rotation-twice", twice, three, rotations=[TURN, 7])
    last = log()
    last.signers = {8: [KEY, NEW]}
    newest = START + 8 * 9000
    ends = f"log {vkey(ORIGIN, KEY)} until={when(newest + 1)}\nlog {vkey(ORIGIN, NEW)} from={when(newest)}\n"
    out.good("rotation-by-the-newest", last, ends, rotations=[8])
    begins = ranged(7, 20, turned())
    inside = {"entries": 13, "disclosed": 11, "redacted": 2, "checkpoints": 4, "from": 7, "to": 20, "inside": 2}
    out.good("rotation-first-in-a-range", begins, BOTH, **inside)
    receipts(out)
    out.bad("rotation-only-the-old-key-trusted", turned(), "signature", trust=LOG, then=_resign(KEY))
    out.bad("rotation-only-the-old-key-trusted-manifest-by-the-new", turned(), "manifest", trust=LOG)
    out.bad("rotation-only-the-new-key-trusted", turned(), "signature", trust=NEW_LINE)
    sudden = turned()
    sudden.signers[TURN] = [NEW]
    plain = f"{LOG}log {vkey(ORIGIN, NEW)}\n"
    out.bad("rotation-not-signed-by-the-old", sudden, "rotation", trust=plain)
    late = turned()
    late.signers[7] = [KEY]
    out.bad("retired-key-signs-again", late, "rotation", trust=plain)
    out.bad("retired-key-signs-after-its-window", late, "window", trust=BOTH)
    again = turned()
    again.signers[7] = [NEW, KEY]
    again.signers[8] = [KEY]
    out.bad("retired-key-brought-back", again, "rotation", trust=plain)
    beside = turned()
    beside.signers[6] = [KEY, NEW]
    out.bad("retired-key-signs-beside-the-new", beside, "rotation", trust=plain)
    early = f"log {vkey(ORIGIN, KEY)} from={when(START + 9000 + 1)}\n"
    out.bad("window-begins-after-the-first", log(), "window", trust=early)
    out.good("window-begins-with-the-first", log(), f"log {vkey(ORIGIN, KEY)} from={when(START + 9000)}\n")
    short = f"log {vkey(ORIGIN, KEY)} until={when(START + 8 * 9000)}\n"
    out.bad("window-ends-with-the-newest", log(), "window", trust=short)
    made = START + 99_000
    out.bad("window-ends-before-the-manifest", log(), "window", trust=f"log {vkey(ORIGIN, KEY)} until={when(made)}\n")
    out.good("window-ends-just-after-the-manifest", log(), f"log {vkey(ORIGIN, KEY)} until={when(made + 1)}\n")
    retired = turned()
    retired.manifest_keys = [KEY]
    out.bad("manifest-by-the-retired-key", retired, "rotation", trust=plain)
    wrong = turned()
    wrong.signers[8] = [THIRD]
    out.bad("signed-by-an-unknown-key-of-the-name", wrong, "manifest", trust=BOTH)
    forged = turned()
    forged.notes = forged.checkpoints()
    text = forged.texts()[TURN - 1]
    ours = sign_all(text, ORIGIN, [KEY])
    other = sign_all("another text\n", ORIGIN, [NEW]).split("\n\n")[1]
    forged.notes[TURN - 1] = ours + other
    out.bad("rotation-line-of-the-new-key-wrong", forged, "signature", trust=BOTH)


def _resign(key: Ed25519PrivateKey) -> Files:
    def spoil(files: dict[str, bytes]) -> None:
        text = files["manifest"].decode().split("\n\n")[0] + "\n"
        files["manifest"] = sign_all(text, ORIGIN, [key]).encode()

    return spoil


def receipts(out: Vectors) -> None:
    made = turned()
    one = receipt(2, made)
    out.put("receipt-after-a-rotation", {"ok": True}, BOTH, receipt__json=canon(one))
    quorum = BOTH + WITNESS + "quorum 1\n"
    out.put("receipt-without-a-cosignature", {"ok": True}, quorum, receipt__json=canon(one))
    leaves = made.leaves()[:12]
    del one
    from generate import path

    old = {**receipt(2, made), "proof": [b64(each) for each in path(2, leaves)], "checkpoint": made.checkpoints()[4]}
    out.put("receipt-before-a-rotation", {"ok": True}, BOTH, receipt__json=canon(old))
    out.put("receipt-of-a-redacted-entry", {"ok": True}, BOTH, receipt__json=canon({**receipt(4, made)}))
    late = turned()
    late.signers[8] = [KEY]
    fault = {"ok": False, "faults": ["window"]}
    out.put("receipt-by-a-retired-key", fault, BOTH, receipt__json=canon(receipt(2, late)))


def cosignatures(out: Vectors) -> None:
    def signed(*lines: Callable[[str], str]) -> Log:
        made = log()
        made.cosigned = {8: [line(made.texts()[7]) for line in lines]}
        return made

    def imb(text: str) -> str:
        return cosign(text)

    def hmip(text: str) -> str:
        return cosign(text, HMIP_NAME, HMIP)

    one = WITNESS + "quorum 1\n"
    two = WITNESS + OTHER_WITNESS + "quorum 2\n"
    out.good("cosigned", signed(imb), LOG + one, cosigned=[IMB_NAME])
    out.good("cosigned-by-two", signed(imb, hmip), LOG + two, cosigned=[HMIP_NAME, IMB_NAME])
    out.good("cosigned-by-a-stranger", signed(imb), LOG, cosigned=[])
    out.good("cosigned-twice-by-one", signed(imb, imb), LOG + one, cosigned=[IMB_NAME])
    out.good("not-cosigned-none-asked", log(), LOG + WITNESS + "quorum 0\n", cosigned=[])
    many = log()
    many.cosigned = {number: [cosign(text)] for number, text in enumerate(many.texts(), 1)}
    out.good("cosigned-throughout", many, LOG + one, cosigned=[IMB_NAME])
    out.good("cosigned-and-rotated", _turned_cosigned(), BOTH + one, cosigned=[IMB_NAME], rotations=[TURN])
    out.put("checkpoint-cosigned", {"ok": True, "cosigned": [IMB_NAME]}, LOG + one, checkpoint=_note(signed(imb)))
    out.put("checkpoint-not-cosigned", {"ok": False, "faults": ["quorum"]}, LOG + one, checkpoint=_note(log()))
    out.bad("quorum-missing", log(), "quorum", trust=LOG + one)
    out.bad("quorum-of-two-one-there", signed(imb), "quorum", trust=LOG + two)
    out.bad("quorum-of-two-one-twice", signed(imb, imb), "quorum", trust=LOG + two)
    older = log()
    older.cosigned = {7: [cosign(older.texts()[6])]}
    out.bad("quorum-only-on-an-older-one", older, "quorum", trust=LOG + one)
    ended = f"witness {witness_vkey(IMB_NAME, IMB)} until={when(START + 8 * 9000)}\nquorum 1\n"
    out.bad("quorum-witness-out-of-its-window", signed(imb), "quorum", trust=LOG + ended)
    alias = f"witness {witness_vkey('imb.test/second', IMB)}\n"
    both = signed(imb, lambda text: cosign(text, "imb.test/second", IMB))
    out.bad("quorum-two-names-one-key", both, "quorum", trust=LOG + WITNESS + alias + "quorum 2\n")
    wrong = signed(lambda _: cosign("another text\n"))
    out.bad("cosignature-of-another-text", wrong, "cosignature", trust=LOG + WITNESS)
    moved = signed(lambda text: _moved(cosign(text)))
    out.bad("cosignature-time-altered", moved, "cosignature", trust=LOG + WITNESS)
    short = signed(lambda _: f"— {IMB_NAME} {b64(witness_id(IMB_NAME, IMB) + bytes(64))}\n")
    out.bad("cosignature-without-a-time", short, "cosignature", trust=LOG + WITNESS)
    plain = signed(lambda text: f"— {IMB_NAME} {b64(witness_id(IMB_NAME, IMB) + bytes(8) + IMB.sign(text.encode()))}\n")
    out.bad("cosignature-over-the-bare-text", plain, "cosignature", trust=LOG + WITNESS)
    alone = log()
    alone.notes = log().checkpoints()
    text = alone.texts()[7]
    alone.notes[7] = f"{text}\n{cosign(text)}"
    alone.manifest_keys = [KEY]
    out.bad("cosigned-but-not-signed", alone, "signature", trust=LOG + one)


def _moved(line: str) -> str:
    """The cosignature's time one second later."""
    import base64

    head, data = line.rstrip("\n").rsplit(" ", 1)
    raw = base64.b64decode(data)
    time = int.from_bytes(raw[4:12], "big") + 1
    return f"{head} {b64(raw[:4] + time.to_bytes(8, 'big') + raw[12:])}\n"


def _note(made: Log) -> bytes:
    return made.checkpoints()[-1].encode()


def _turned_cosigned() -> Log:
    made = turned()
    made.cosigned = {5: [cosign(made.texts()[4])], 8: [cosign(made.texts()[7])]}
    return made


def ranges(out: Vectors) -> None:
    for first, end in ((0, 23), (0, 1), (0, 16), (1, 23), (5, 6), (7, 16), (8, 16), (16, 23), (22, 23), (12, 20)):
        _range(out, first, end)
    for first, end in ((3, 17), (13, 19)):
        _range(out, first, end)
    made = ranged(7, 16)
    for spoil in ("left", "right"):
        out.bad(f"range-{spoil}-hash-wrong", _edit(spoil, lambda h: [b64(bytes(32)), *h[1:]]), "range")
        out.bad(f"range-{spoil}-hash-missing", _edit(spoil, lambda h: h[1:]), "range")
        out.bad(f"range-{spoil}-hash-too-many", _edit(spoil, lambda h: [*h, b64(bytes(32))]), "range")
        out.bad(f"range-{spoil}-hashes-swapped", _edit(spoil, lambda h: h[::-1]), "range")
        out.bad(f"range-{spoil}-hash-short", _edit(spoil, lambda h: [b64(bytes(31)), *h[1:]]), "range")
    for name, key, value in (
        ("from-smaller", "from", 6),
        ("to-larger", "to", 17),
        ("to-smaller", "to", 15),
        ("size-larger", "size", 24),
        ("size-smaller", "size", 22),
        ("from-negative", "from", -1),
        ("from-is-true", "from", True),
        ("from-behind-to", "from", 17),
    ):
        out.bad(f"range-{name}", _edit(key, lambda _, value=value: value), "range")
    out.bad("range-key-too-much", _edit("more", lambda _: 1), "range")
    out.bad("range-of-a-whole-log-that-is-none", _told(0, 16), "range")
    out.bad("range-not-canonical", before_signing(ranged(7, 16), change("range", b'"left"', b' "left"')), "range")
    out.bad("range-without-line-end", before_signing(ranged(7, 16), _chopped), "range")
    out.bad("range-first-entry-gone", before_signing(ranged(7, 16), _less(_without_first)), "range")
    out.bad("range-last-entry-gone", before_signing(ranged(7, 16), _less(_without_last)), "range")
    out.bad("range-without-its-checkpoints", before_signing(ranged(7, 16), _without_last("checkpoints.jsonl")))
    more = ranged(7, 16)
    more.notes = more.checkpoints()[3:]
    out.bad("range-with-a-checkpoint-from-before", more, "checkpoint")
    inner = ranged(7, 16)
    inner.edit_checkpoint = lambda number, lines: [*lines[:2], b64(bytes(32)), lines[3]] if number == 5 else lines
    out.bad("range-checkpoint-inside-with-another-root", inner, "checkpoint")
    chain = log()
    chain.entries[14]["n"] += 1
    _relink(chain, 14)
    out.bad("range-chain-broken-inside", ranged(7, 20, chain), "chain")
    begun = log()
    begun.entries[13]["prev"] = b64(bytes(31) + b"\1")
    _relink(begun, 13)
    out.bad("range-first-of-a-writer-names-one-before", ranged(12, 20, begun), "chain")
    back = log()
    back.times[6] = START - 100_000
    out.bad("range-checkpoint-goes-back-inside", ranged(3, 20, back), "checkpoint")
    out.put(
        "range-kept",
        {**_counts(ranged(7, 16)), "not_compared": 1},
        LOG,
        bundle__zip=pack(made.files()),
        **kept(log(), 2, 5, 7, 8),
    )


def _relink(made: Log, since: int) -> None:
    """The writer's later entries name their predecessors again; numbers stay."""
    writer, last = made.entries[since]["w"], made.entries[since]
    for entry in made.entries[since + 1 :]:
        if entry["w"] == writer:
            entry["prev"] = b64(sha256(b"\0" + canon(last)).digest())
            entry["n"] = last["n"] + 1
            last = entry


def _range(out: Vectors, first: int, end: int) -> None:
    made = ranged(first, end)
    out.put(f"range-{first}-{end}", _counts(made), LOG, bundle__zip=pack(made.files()))


def _counts(made: Log) -> dict[str, object]:
    begins: dict[str, int] = {}
    for entry in made.entries[made.first : made.end]:
        begins.setdefault(entry["w"], entry["n"])
    inside = sum(n > 0 for n in begins.values())
    gone = sum(each is None for each in made.fields[made.first : made.end])
    many = made.end - made.first
    there = sum(cut > made.first or not made.first for cut in made.cuts)
    ends = {"entries": many, "from": made.first, "to": made.end, "inside": inside}
    return {**WHOLE, **ends, "disclosed": many - gone, "redacted": gone, "checkpoints": there}


def _told(first: int, end: int) -> Log:
    """Says that it holds a whole log, and holds less."""
    made = ranged(first, end)
    made.after = lambda files: files.update(
        range=canon({"from": 0, "left": [], "right": [], "size": COUNT, "to": COUNT}) + b"\n"
    )
    return made


def _edit(key: str, edit: Callable[[object], object]) -> Log:
    def spoil(files: dict[str, bytes]) -> None:
        told = json.loads(files["range"])
        told[key] = edit(told.get(key))
        files["range"] = canon(told) + b"\n"

    return before_signing(ranged(7, 16), spoil)


def _chopped(files: dict[str, bytes]) -> None:
    files["range"] = files["range"][:-1]


def _less(cut: Callable[[str], Files]) -> Files:
    def spoil(files: dict[str, bytes]) -> None:
        cut("leaves.jsonl")(files)
        cut("disclosures.jsonl")(files)

    return spoil


def timestamps(out: Vectors) -> None:
    def stamped(*made: tuple[int, bytes]) -> Log:
        found = log()
        found.stamps = [(number, b64(token)) for number, token in made]
        return found

    texts = log().texts()
    good = stamps.reply(texts[7])
    out.good("stamped", stamped((8, good)), LOG + TSA, timestamps={"verified": 1, "unchecked": 0})
    out.good("stamped-no-authority-trusted", stamped((8, good)), timestamps={"verified": 0, "unchecked": 1})
    several = stamped((2, stamps.reply(texts[1])), (8, good), (8, stamps.reply(texts[7])))
    out.good("stamped-several", several, LOG + TSA, timestamps={"verified": 3, "unchecked": 0})
    cut = ranged(7, 16, stamped((6, stamps.reply(texts[5])), (8, good)))
    out.good("stamped-range", cut, LOG + TSA, **{**_counts(cut), "timestamps": {"verified": 2, "unchecked": 0}})
    for name, token in {
        "of-another-checkpoint": stamps.reply(texts[6]),
        "by-another-key": stamps.reply(texts[7], signer=stamps.OTHER_KEY),
        "refused": stamps.reply(texts[7], status=2),
        "by-a-certificate-for-something-else": stamps.reply(texts[7], cert=stamps.NO_STAMPER),
        "by-an-expired-certificate": stamps.reply(texts[7], cert=stamps.EXPIRED),
        "altered": good.replace(b"20261120", b"20261121"),
        "cut-short": good[:-40],
        "empty": b"",
    }.items():
        out.bad(f"stamp-{name}", stamped((8, token)), "timestamp", trust=LOG + TSA)
    other = f"tsa {b64(stamps.der(stamps.OTHER_CA))}\n"
    out.bad("stamp-of-an-authority-not-trusted", stamped((8, good)), "timestamp", trust=LOG + other)
    out.bad("stamp-of-no-checkpoint", stamped((9, good)), "timestamp")
    out.bad("stamps-out-of-order", stamped((8, good), (2, stamps.reply(texts[1]))), "timestamp")
    loose = before_signing(stamped((8, good)), change("timestamps.jsonl", b'"number"', b' "number"'))
    out.bad("stamp-line-not-canonical", loose, "timestamp")


def redactions(out: Vectors) -> None:
    made = log()
    for at in range(COUNT):
        made.fields[at] = None
    out.good("everything-redacted", made, disclosed=0, redacted=23)
    gone = ranged(7, 16, made)
    out.good("everything-redacted-in-a-range", gone, **_counts(gone))

    def blank(files: dict[str, bytes]) -> None:
        lines = files["disclosures.jsonl"].splitlines(keepends=True)
        files["disclosures.jsonl"] = b"".join([*lines[:3], b"\n", *lines[4:]])

    out.bad("redacted-by-an-empty-line", before_signing(log(), blank), "disclosure")
    named = log()
    named.fields[4] = log_fields(5)
    out.bad("redacted-filled-with-anothers", named, "disclosure")


def log_fields(at: int) -> list | None:
    return log().fields[at]


def main() -> None:
    out = Vectors()
    for part in (
        whole_logs,
        files_of_a_bundle,
        order_and_ends,
        rotations,
        cosignatures,
        ranges,
        timestamps,
        redactions,
    ):
        part(out)


if __name__ == "__main__":
    main()
