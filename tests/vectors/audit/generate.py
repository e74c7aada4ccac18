"""Makes the vectors beside it, from docs/formats/ alone: none of the log's own writing code is used.

Run once (python tests/vectors/audit/generate.py) when a format changes; the files are committed. The signing key is a
test key and stands here on purpose: a bad vector signed with it shows what an operator gone bad could do.
"""

from __future__ import annotations

import base64
import copy
import json
import struct
import uuid
import zlib
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = Path(__file__).parent
ORIGIN = "custodes.test/log"
KEY = Ed25519PrivateKey.from_private_bytes(sha256(b"a test key, published").digest())
OTHER = Ed25519PrivateKey.from_private_bytes(sha256(b"another test key").digest())
START = 1_795_167_000_000
FILES = (
    "checkpoint",
    "checkpoints.jsonl",
    "disclosures.jsonl",
    "keys",
    "leaves.jsonl",
    "range",
    "timestamps.jsonl",
    "verify.py",
    "manifest",
)
VERIFIER = b"# A stand-alone verifier stands here; nobody runs the one that came with what it judges.\n"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def canon(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def key_id(name: str, key: Ed25519PrivateKey) -> bytes:
    return sha256(name.encode() + b"\n\x01" + key.public_key().public_bytes_raw()).digest()[:4]


def vkey(name: str, key: Ed25519PrivateKey) -> str:
    return f"{name}+{key_id(name, key).hex()}+{b64(bytes([1]) + key.public_key().public_bytes_raw())}"


def sign(text: str, name: str = ORIGIN, key: Ed25519PrivateKey = KEY) -> str:
    return f"{text}\n— {name} {b64(key_id(name, key) + key.sign(text.encode()))}\n"


def sign_all(text: str, name: str, keys: list[Ed25519PrivateKey]) -> str:
    """The lines of several keys of one name, in order."""
    return f"{text}\n" + "".join(sign(text, name, key).removeprefix(f"{text}\n") for key in keys)


def tree(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    cut = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\1" + tree(leaves[:cut]) + tree(leaves[cut:])).digest()


def path(at: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    cut = 1 << ((len(leaves) - 1).bit_length() - 1)
    if at < cut:
        return [*path(at, leaves[:cut]), tree(leaves[cut:])]
    return [*path(at - cut, leaves[cut:]), tree(leaves[:cut])]


def left_of(leaves: list[bytes], at: int) -> list[bytes]:
    """Roots of the perfect subtrees of the leaves before ``at``."""
    out, start = [], 0
    for bit in reversed(range(at.bit_length())):
        if at >> bit & 1:
            out.append(tree(leaves[start : start + (1 << bit)]))
            start += 1 << bit
    return out


def right_of(leaves: list[bytes], at: int) -> list[bytes]:
    """Roots of the largest aligned perfect subtrees of the leaves from ``at``."""
    out = []
    while at < len(leaves):
        width = 1
        while at % (width * 2) == 0 and at + width * 2 <= len(leaves):
            width *= 2
        out.append(tree(leaves[at : at + width]))
        at += width
    return out


class Log:
    """A log as plain data, to be spoilt and then written with everything else consistent."""

    def __init__(self) -> None:
        self.entries: list[dict] = []
        self.fields: list[list | None] = []
        self.cuts = [3, 7]
        self.key = KEY
        self.origin = ORIGIN
        self.notes: list[str] | None = None
        self.edit_checkpoint = lambda number, lines: lines
        self.manifest = lambda lines: lines
        self.bodies: dict[int, bytes] = {}
        self.after = lambda files: None
        self.signers: dict[int, list[Ed25519PrivateKey]] = {}  # by checkpoint, where it is not the log's key alone
        self.cosigned: dict[int, list[str]] = {}  # further lines by checkpoint, made by cosign()
        self.times: dict[int, int] = {}  # of checkpoints, where not the usual
        self.first, self.end = 0, -1  # the range to export; -1: to the newest checkpoint
        self.stamps: list[tuple[int, str]] = []
        self.manifest_keys: list[Ed25519PrivateKey] | None = None
        self.made = START + 99_000

    def add(self, at: int, writer: str = "web", **over: object) -> None:
        ms = START + at * 1000
        ident = uuid.UUID(int=ms << 80 | 7 << 76 | (at * 37 % 4096) << 64 | 2 << 62 | at * 123456789)
        who = {"id": f"person-{at}", "name": "Ásta", "party": "imb", "principal": at, "request": ""}
        values = {
            "who": canon(who).decode(),
            "subject": f"item-{at % 2}",
            "what": canon({"step": at}).decode(),
            "why": "a\n“b”",
        }
        fields = [[b64(sha256(f"{at}{name}".encode()).digest()), name, value] for name, value in values.items()]
        mine = [each for each in self.entries if each["w"] == writer]
        entry = {
            "v": 1,
            "id": str(ident),
            "t": ms * 1000,
            "w": writer,
            "n": len(mine),
            "prev": b64(sha256(b"\0" + canon(mine[-1])).digest() if mine else bytes(32)),
            "act": "test.done",
            "out": "allowed",
            "cls": "OS",
            "pol": "p",
            "rules": ["need-to-know"],
            "sd": [self.commit(*each) for each in fields],
        }
        entry.update(over)
        self.entries.append(entry)
        self.fields.append(fields)

    @staticmethod
    def commit(salt: str, name: str, value: str) -> str:
        return b64(sha256(base64.b64decode(salt) + name.encode() + b"\0" + value.encode()).digest())

    def leaves(self) -> list[bytes]:
        return [self.bodies.get(at, canon(entry)) for at, entry in enumerate(self.entries)]

    def texts(self) -> list[str]:
        """The text of each checkpoint."""
        texts, previous = [], bytes(32)
        for number, size in enumerate(self.cuts, 1):
            root = b64(tree(self.leaves()[:size]))
            time = self.times.get(number, START + number * 9000)
            lines = [self.origin, str(size), root, f"custodes-checkpoint/1 {number} {time} {b64(previous)}"]
            texts.append("".join(f"{line}\n" for line in self.edit_checkpoint(number, lines)))
            previous = sha256(texts[-1].encode()).digest()
        return texts

    def checkpoints(self) -> list[str]:
        if self.notes is not None:
            return self.notes
        return [
            sign_all(text, self.origin, self.signers.get(number, [self.key])) + "".join(self.cosigned.get(number, []))
            for number, text in enumerate(self.texts(), 1)
        ]

    def files(self) -> dict[str, bytes]:
        leaves, notes, first = self.leaves(), self.checkpoints(), self.first
        end = len(leaves) if self.end < 0 else self.end
        if first and self.notes is None:
            notes = [note for note, size in zip(notes, self.cuts, strict=True) if size > first]
        lines = [canon({"id": e["id"], "disclosed": f}) for e, f in zip(self.entries, self.fields, strict=True)]
        told = {
            "from": first,
            "left": [b64(each) for each in left_of(leaves, first)],
            "right": [b64(each) for each in right_of(leaves, end)],
            "size": len(leaves),
            "to": end,
        }
        files = {
            "checkpoint": notes[-1].encode(),
            "checkpoints.jsonl": b"".join(canon(note) + b"\n" for note in notes),
            "disclosures.jsonl": b"".join(line + b"\n" for line in lines[first:end]),
            "keys": b"log " + vkey(self.origin, self.key).encode() + b"\n",
            "leaves.jsonl": b"".join(leaf + b"\n" for leaf in leaves[first:end]),
            "range": canon(told) + b"\n",
            "timestamps.jsonl": b"".join(canon({"number": n, "token": t}) + b"\n" for n, t in self.stamps),
            "verify.py": VERIFIER,
        }
        self.after(files)
        gone = sum(each is None for each in self.fields[first:end])
        manifest = [
            "custodes-bundle/2",
            f"origin {self.origin}",
            f"made {self.made}",
            f"entries {end - first}",
            f"disclosed {end - first - gone}",
            f"redacted {gone}",
            f"checkpoints {len(notes)}",
            f"timestamps {len(self.stamps)}",
            *(f"file {len(files[name])} {sha256(files[name]).hexdigest()} {name}" for name in FILES[:-1]),
        ]
        text = "".join(f"{line}\n" for line in self.manifest(manifest))
        keys = self.manifest_keys or self.signers.get(len(self.cuts), [self.key])[-1:]
        files["manifest"] = sign_all(text, self.origin, keys).encode()
        return files


def pack(files: dict[str, bytes]) -> bytes:
    body, directory = b"", b""
    for name in FILES:
        data, at = files[name], len(body)
        common = struct.pack("<5H3L2H", 20, 0, 0, 0, 33, zlib.crc32(data), len(data), len(data), len(name), 0)
        body += b"PK\x03\x04" + common + name.encode() + data
        tail = struct.pack("<3H2L", 0, 0, 0, 0x81800000, at)
        directory += b"PK\x01\x02" + struct.pack("<H", 0x0314) + common + tail + name.encode()
    return body + directory + b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 9, 9, len(directory), len(body), 0)


def good() -> Log:
    log = Log()
    for at in range(7):
        log.add(at, writer="jobs" if at in (2, 5) else "web")
    log.fields[4] = None
    return log


def rechain(log: Log) -> None:
    """Writers' chains made right again after a change."""
    last: dict[str, tuple[int, str]] = {}
    for entry in log.entries:
        entry["n"], entry["prev"] = last.get(entry["w"], (0, b64(bytes(32))))
        last[entry["w"]] = (entry["n"] + 1, b64(sha256(b"\0" + canon(entry)).digest()))


def drop(log: Log, *numbers: int) -> None:
    for number in sorted(numbers, reverse=True):
        del log.entries[number], log.fields[number]
    log.cuts = [cut - sum(number < cut for number in numbers) for cut in log.cuts]


def spoilt() -> dict[str, bytes]:  # noqa: C901 - a list with a few shorthands
    """Each spoilt in one way and otherwise consistent and signed with the log's own key, unless it says otherwise."""
    out: dict[str, bytes] = {}

    def bad(name: str, spoil) -> None:  # type: ignore[no-untyped-def]
        log = good()
        replaced = spoil(log)
        out[name] = replaced if isinstance(replaced, bytes) else pack(log.files())

    def files(name: str, spoil) -> None:  # type: ignore[no-untyped-def]
        """Spoilt after signing."""
        made = good().files()
        spoil(made)
        out[name] = pack(made)

    def entry(at: int, **over: object):  # type: ignore[no-untyped-def]
        def spoil(log: Log) -> None:
            log.entries[at].update(over)
            if not {"n", "prev"} & over.keys():
                rechain(log)

        return spoil

    def value(at: int, field: int, text: str):  # type: ignore[no-untyped-def]
        def spoil(log: Log) -> None:
            log.fields[at][field][2] = text
            log.entries[at]["sd"][field] = log.commit(*log.fields[at][field])
            rechain(log)

        return spoil

    def body(at: int, data: bytes):  # type: ignore[no-untyped-def]
        return lambda log: log.bodies.update({at: data})

    bad("entry-first-missing", lambda log: drop(log, 0))
    bad("entry-middle-missing", lambda log: drop(log, 3))
    bad("entries-of-one-writer-first-missing", lambda log: drop(log, 2))
    bad(
        "entries-swapped",
        lambda log: log.entries.insert(3, log.entries.pop(1)) or log.fields.insert(3, log.fields.pop(1)),
    )

    def twice(log: Log) -> None:
        log.entries.insert(1, log.entries[0])
        log.fields.insert(1, log.fields[0])
        log.cuts = [4, 8]

    bad("entry-twice", twice)
    bad("entry-number-skipped", entry(6, n=9))
    bad("entry-previous-wrong", entry(6, prev=b64(bytes(31) + b"\1")))
    bad("entry-version-2", entry(1, v=2))
    bad("entry-version-true", entry(1, v=True))
    bad("entry-unknown-key", entry(1, extra=""))
    bad("entry-outcome-unknown", entry(1, out="perhaps"))
    bad("entry-act-with-a-name", entry(1, act="Asha was here"))
    bad("entry-rule-is-a-sentence", entry(1, rules=["told Asha so"]))
    bad("entry-writer-upper-case", entry(6, w="WEB"))
    bad("entry-id-of-another-time", entry(1, t=(START + 1001) * 1000))
    bad("entry-id-version-4", entry(1, id=str(uuid.UUID(int=(START + 1000) << 80 | 4 << 76 | 2 << 62))))
    bad("entry-time-negative", entry(1, t=-1))
    bad("entry-three-commitments", lambda log: log.entries[1]["sd"].pop() and rechain(log))
    bad("entry-base64-not-canonical", lambda log: body(6, canon(log.entries[6]).replace(b'="],"t"', b'F"],"t"'))(log))
    bad("entry-spaces", lambda log: body(6, canon(log.entries[6]).replace(b",", b", ", 1))(log))
    bad("entry-key-twice", lambda log: body(6, canon(log.entries[6]).replace(b'"v":1', b'"v":1,"v":1'))(log))
    bad("entry-escaped", lambda log: body(6, canon(log.entries[6]).replace(b"test.done", b"test.\\u0064one"))(log))
    bad("entry-number-with-fraction", lambda log: body(6, canon(log.entries[6]).replace(b'"v":1', b'"v":1.0'))(log))
    bad("entry-not-utf8", body(6, b'{"v":"\xff"}'))
    bad("entry-nested-deeply", body(6, b"[" * 30000 + b"]" * 30000))
    bad("entry-number-huge", body(6, b"1" * 6000))

    def back(log: Log) -> None:
        ms = START - 61_000
        log.entries[3].update(t=ms * 1000, id=str(uuid.UUID(int=ms << 80 | 7 << 76 | 2 << 62)))
        rechain(log)

    bad("entry-time-goes-back", back)
    bad("disclosure-altered", lambda log: log.fields[1][3].__setitem__(2, "another reason"))
    bad("disclosure-salt-altered", lambda log: log.fields[1][3].__setitem__(0, b64(bytes(32))))
    bad("disclosure-salt-short", lambda log: log.fields[1][3].__setitem__(0, b64(bytes(31))))
    bad("disclosure-field-missing", lambda log: log.fields[1].pop() and None)
    bad("disclosure-fields-swapped", lambda log: log.fields[1].reverse())
    bad("disclosure-field-twice", lambda log: log.fields[1].append(log.fields[1][3]))
    bad(
        "disclosure-line-missing",
        lambda log: setattr(
            log,
            "after",
            lambda f: f.update({"disclosures.jsonl": b"".join(f["disclosures.jsonl"].splitlines(True)[:-1])}),
        ),
    )
    bad("disclosure-of-another-entry", lambda log: log.fields.insert(1, log.fields.pop(0)))
    bad(
        "disclosure-who-lacks-party",
        value(1, 0, canon({"id": "a", "name": "b", "principal": 1, "request": ""}).decode()),
    )
    bad("disclosure-what-has-object", value(1, 2, '{"a":{}}'))
    bad("disclosure-what-not-canonical", value(1, 2, '{"a": 1}'))
    bad("disclosure-subject-with-space", value(1, 1, "Asha V"))
    bad("checkpoint-first-missing", lambda log: setattr(log, "notes", log.checkpoints()[1:]))
    bad("checkpoint-last-missing", lambda log: setattr(log, "notes", log.checkpoints()[:1]))
    bad("checkpoints-swapped", lambda log: setattr(log, "notes", log.checkpoints()[::-1]))
    bad("checkpoints-none", lambda log: setattr(log, "after", lambda f: f.update({"checkpoints.jsonl": b""})))

    def line(number: int, at: int, text: str):  # type: ignore[no-untyped-def]
        def edit(this: int, lines: list[str]) -> list[str]:
            if this == number:
                lines[at] = text
            return lines

        return lambda log: setattr(log, "edit_checkpoint", edit)

    bad("checkpoint-root-wrong", line(1, 2, b64(bytes(32))))
    bad("checkpoint-previous-wrong", line(2, 3, f"custodes-checkpoint/1 2 {START + 18000} {b64(bytes(32))}"))
    bad("checkpoint-size-leading-zero", line(1, 1, "03"))
    bad("checkpoint-size-larger", line(2, 1, "8"))
    bad("checkpoint-extension-unknown", line(1, 3, "something else"))
    bad("checkpoint-extra-line", line(1, 3, f"custodes-checkpoint/1 1 {START} {b64(bytes(32))}\nmore"))
    bad("checkpoint-of-another-origin", line(1, 0, "custodes.test/other"))
    bad("signed-by-an-unknown-key", lambda log: setattr(log, "key", OTHER))
    bad(
        "manifest-count-wrong",
        lambda log: setattr(log, "manifest", lambda m: [x.replace("redacted 1", "redacted 2") for x in m]),
    )
    bad("manifest-version-1", lambda log: setattr(log, "manifest", lambda m: ["custodes-bundle/1", *m[1:]]))
    bad("manifest-version-3", lambda log: setattr(log, "manifest", lambda m: ["custodes-bundle/3", *m[1:]]))
    bad("manifest-extra-line", lambda log: setattr(log, "manifest", lambda m: [*m, "more"]))
    files(
        "changed-after-signing-a-disclosure-redacted",
        lambda f: f.update(
            {
                "disclosures.jsonl": f["disclosures.jsonl"].replace(
                    f["disclosures.jsonl"].splitlines()[1], canon({"id": good().entries[1]["id"], "disclosed": None})
                )
            }
        ),
    )
    files("changed-after-signing-keys", lambda f: f.update(keys=f["keys"] + b"more\n"))
    files(
        "changed-after-signing-a-leaf",
        lambda f: f.update({"leaves.jsonl": f["leaves.jsonl"].replace(b'"cls":"OS"', b'"cls":"O"', 1)}),
    )
    files("last-line-without-end", lambda f: f.update({"leaves.jsonl": f["leaves.jsonl"][:-1]}))
    files(
        "manifest-signed-twice",
        lambda f: f.update(manifest=f["manifest"] + sign("x\n", "other.test", OTHER).encode()[3:]),
    )
    files("manifest-missing-signature", lambda f: f.update(manifest=f["manifest"].split(b"\n\n")[0] + b"\n\n"))
    whole = pack(good().files())
    out["zip-byte-before"] = b"\0" + whole
    out["zip-byte-after"] = whole + b"\0"
    out["zip-comment"] = whole[:-2] + b"\1\0x"
    out["zip-cut-short"] = whole[:-30]
    out["zip-name-altered"] = whole.replace(b"leaves.jsonl", b"Leaves.jsonl")
    out["empty-file"] = b""
    return out


def receipt(at: int, log: Log) -> dict:
    leaves = log.leaves()
    return {
        "v": "custodes-receipt/1",
        "leaf": leaves[at].decode(),
        "seq": at,
        "disclosed": copy.deepcopy(log.fields[at] or []),
        "proof": [b64(step) for step in path(at, leaves)],
        "checkpoint": log.checkpoints()[-1],
    }


def receipts() -> tuple[dict[str, bytes], dict[str, bytes]]:
    log = good()
    fine = {"whole": canon(receipt(1, log)), "redacted": canon(receipt(4, log))}
    partly = receipt(6, log)
    del partly["disclosed"][0]
    fine["who-left-out"] = canon(partly)
    bad: dict[str, bytes] = {}

    def spoil(name: str, **over: object) -> None:
        bad[name] = canon({**receipt(1, log), **over})

    base = receipt(1, log)
    spoil("version-unknown", v="custodes-receipt/2")
    spoil("key-too-much", more=1)
    spoil("seq-of-another", seq=2)
    spoil("seq-outside", seq=7)
    spoil("seq-is-true", seq=True)
    spoil("leaf-of-another", leaf=receipt(0, log)["leaf"])
    spoil("proof-short", proof=base["proof"][:-1])
    spoil("proof-long", proof=[*base["proof"], b64(bytes(32))])
    spoil("proof-endless", proof=[b64(bytes(32))] * 100)
    spoil("proof-reordered", proof=base["proof"][::-1])
    spoil("disclosure-of-another", disclosed=receipt(0, log)["disclosed"])
    spoil("disclosure-twice", disclosed=[base["disclosed"][0], *base["disclosed"]])
    spoil("checkpoint-unsigned", checkpoint=base["checkpoint"].split("— ")[0])
    text = base["checkpoint"].split("\n\n")[0] + "\n"
    spoil("checkpoint-by-an-unknown-key", checkpoint=sign(text, ORIGIN, OTHER))
    spoil("checkpoint-by-a-key-of-another-name", checkpoint=sign(text, "custodes.test/other", KEY))
    spoil("checkpoint-is-a-manifest", checkpoint=log.files()["manifest"].decode())
    bad["not-canonical"] = json.dumps(base).encode()
    bad["not-json"] = b"hello"
    bad["an-array"] = b"[]"
    return fine, bad


def notes() -> tuple[dict[str, str], dict[str, str]]:
    text = good().checkpoints()[0].split("\n\n")[0] + "\n"
    one, other = sign(text), sign(text, "witness.test", OTHER)
    line, witness = one.split("\n\n")[1], other.split("\n\n")[1]
    fine = {"one-signature": one, "and-an-unknown-one": one + witness, "unknown-one-first": f"{text}\n{witness}{line}"}
    wrong = sign("another text\n").split("\n\n")[1]
    bad = {
        "no-signature": text,
        "no-signature-line": f"{text}\n",
        "only-unknown": other,
        "text-altered": one.replace("\n3\n", "\n4\n"),
        "signature-of-another-text": f"{text}\n{wrong}",
        "no-empty-line": one.replace("\n\n", "\n"),
        "carriage-returns": one.replace("\n", "\r\n"),
        "control-character": one.replace("custodes.test", "custodes\x01test"),
        "hyphen-for-dash": one.replace("— ", "- "),
        "no-line-end": one[:-1],
        "base64-loose": one.replace("=\n", "\n") if "=\n" in one[-3:] else one[:-2] + "\n",
        "signature-too-short": f"{text}\n— {ORIGIN} {b64(key_id(ORIGIN, KEY))}\n",
        "line-malformed": one + "— \n",
        "too-many": one + witness * 100,
    }
    return fine, bad


def write(folder: str, suffix: str, files: dict[str, bytes]) -> None:
    target = HERE / folder
    target.mkdir(parents=True, exist_ok=True)
    for old in target.iterdir():
        old.unlink()
    for name, data in files.items():
        (target / f"{name}{suffix}").write_bytes(data)


def main() -> None:
    (HERE / "vkey").write_text(vkey(ORIGIN, KEY) + "\n")
    write("bundles/good", ".zip", {"seven-entries": pack(good().files())})
    write("bundles/bad", ".zip", spoilt())
    for folder, files in zip(("good", "bad"), receipts(), strict=True):
        write(f"receipts/{folder}", ".json", files)
    for folder, texts in zip(("good", "bad"), notes(), strict=True):
        write(f"notes/{folder}", ".txt", {name: text.encode() for name, text in texts.items()})


if __name__ == "__main__":
    main()
