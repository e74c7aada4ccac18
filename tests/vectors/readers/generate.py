"""Makes the folders beside it, ``<what>/{good,bad}/<name>``, from docs/formats/ alone: none of the readers is used.

Run once (``python -m tests.vectors.readers.generate``); the files are committed. Keys and seeds are for tests.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from tests.verifier.writing import START, Key, Log, b64, canon, sha, tree_head

HERE = Path(__file__).parent
LOG, OTHER = Key(1), Key(2)
SEED = b64(bytes(range(32)))
Made = Iterator[tuple[str, str | bytes]]


def witness(name: str = "imb.test/witness", seed: int = 9) -> str:
    """A witness's verifier key: checkpoint.md, Cosignature."""
    public = Key(seed).private.public_key().public_bytes_raw()
    identity = sha(name.encode() + b"\n\x04" + public)[:4].hex()
    return f"{name}+{identity}+{b64(bytes([4]) + public)}"


def trust_good() -> Made:
    log, other = LOG.vkey, OTHER.vkey
    tsa = (HERE.parent / "log/good/stamped/trust").read_text().split("tsa ")[1].split()[0]
    yield "bare", log
    yield "one-line", f"log {log}\n"
    yield "no-line-end", f"log {log}"
    yield "carriage-returns", f"# x\r\nlog {log}\r\n"
    yield "tabs-and-spaces", f" \t log\t\t{log} \t\n\t\n"
    yield "comments", f"#\n # x\n#log\nlog {log}\n"
    last = "from=2026-12-31T00:00:00Z until=9999-12-31T23:59:59.999Z"
    yield "windows", f"log {log} until=2027-01-01T00:00:00.5Z\nlog {other} {last}\n"
    yield "window-before-1970", f"log {log} from=0001-01-01T00:00:00Z until=1969-12-31T23:59:59Z\n"
    yield "witness-and-quorum", f"quorum 1\nlog {log}\nwitness {witness()} from=2026-01-01T00:00:00Z\n"
    yield "quorum-0", f"log {log}\nquorum 0\n"
    yield "authority", f"log {log}\ntsa {tsa}\n"
    yield "longest-name", f"{Key(3, 'a' * 120).vkey}\n"


def trust_bad() -> Made:
    log, other = LOG.vkey, OTHER.vkey
    yield "empty", ""
    yield "comments-alone", "# log\n"
    yield "no-log", f"witness {witness()}\n"
    yield "not-utf-8", f"log {log}\n".encode() + b"# \xff\n"
    yield "byte-order-mark", f"\ufefflog {log}\n"
    yield "vertical-tab", f"log \x0b{log}\n"
    yield "no-break-space", f"log \u00a0{log}\n"
    yield "no-break-space-for-a-space", f"log\u00a0{log}\n"
    yield "carriage-return-within", f"log {log}\rlog {other}\n"
    yield "unknown-word", f"log {log}\nkey {other}\n"
    yield "capital-word", f"LOG {log}\n"
    yield "comment-behind", f"log {log} # ours\n"
    yield "same-key-twice", f"log {log}\n{log}\n"
    yield "witness-as-log", f"log {witness()}\n"
    yield "log-as-witness", f"log {log}\nwitness {other}\n"
    yield "id-wrong", f"log {log.replace('+', '+0', 1)[: len(log)]}\n"
    yield (
        "id-capitals",
        f"log {LOG.name}+{LOG.id.hex().upper()}+{b64(LOG.typed)}\n" if LOG.id.hex() != LOG.id.hex().upper() else "",
    )
    yield "key-short", f"log {LOG.name}+{LOG.id.hex()}+{b64(LOG.typed[:-1])}\n"
    yield "name-empty", f"log +{sha(bytes([10]) + LOG.typed)[:4].hex()}+{b64(LOG.typed)}\n"
    yield "name-of-121", f"{Key(3, 'a' * 121).vkey}\n"
    yield "quorum-without-witness", f"log {log}\nquorum 1\n"
    yield "quorum-of-two-with-one-witness", f"log {log}\nwitness {witness()}\nquorum 2\n"
    yield "quorum-twice", f"log {log}\nquorum 0\nquorum 0\n"
    for name, text in (
        ("signed", "+0"),
        ("leading-zero", "00"),
        ("negative", "-1"),
        ("other-digits", "٠"),
        ("none", ""),
    ):
        yield f"quorum-{name}", f"log {log}\nquorum {text}\n"
    yield "quorum-101", f"log {log}\nquorum 101\n"
    for name, text in (
        ("empty", "from="),
        ("no-equals", "from"),
        ("another-word", "since=2026-01-01T00:00:00Z"),
        ("date-alone", "from=2026-01-01"),
        ("offset", "from=2026-01-01T00:00:00+00:00"),
        ("small-letters", "from=2026-01-01t00:00:00z"),
        ("four-decimals", "from=2026-01-01T00:00:00.1234Z"),
        ("no-decimals", "from=2026-01-01T00:00:00.Z"),
        ("other-digits", "from=٢٠٢٦-01-01T00:00:00Z"),
        ("30-february", "from=2026-02-30T00:00:00Z"),
        ("hour-24", "from=2026-01-01T24:00:00Z"),
        ("second-60", "from=2026-12-31T23:59:60Z"),
        ("year-0", "from=0000-01-01T00:00:00Z"),
        ("twice", "from=2026-01-01T00:00:00Z from=2026-01-01T00:00:00Z"),
        ("ends-as-it-begins", "from=2026-01-01T00:00:00Z until=2026-01-01T00:00:00Z"),
        ("ends-before", "until=2026-01-01T00:00:00Z from=2026-01-02T00:00:00Z"),
    ):
        yield f"window-{name}", f"log {log} {text}\n"
    yield "window-of-a-bare-key", f"{log} from=2026-01-01T00:00:00Z\n"
    yield "authority-no-certificate", f"log {log}\ntsa AAAA\n"
    yield "authority-not-base64", f"log {log}\ntsa ???\n"


def json_good() -> Made:
    yield "empty-object", "{}"
    yield "all-kinds", '{"a":[1,-1,0,"x",true,false,null,[],{}],"b":""}'
    yield "escapes", '"\\"\\\\\\b\\t\\n\\f\\r\\u0000\\u001f/\x7f"'
    yield "beyond-ascii", '"é\u2028\U0001f600"'
    yield "largest", "9007199254740991"
    yield "least", "-9007199254740991"
    yield "keys-by-code-point", '{"A":1,"_":2,"a":3}'


def json_bad() -> Made:
    yield from {
        "nothing": "",
        "space-before": " 1",
        "space-behind": "1 ",
        "line-end": "1\n",
        "space-within": '{"a": 1}',
        "byte-order-mark": "\ufeff1",
        "two-values": "1 1",
        "key-twice": '{"a":1,"a":1}',
        "keys-out-of-order": '{"b":1,"a":1}',
        "key-beyond-ascii": '{"é":1}',
        "too-large": "9007199254740992",
        "too-small": "-9007199254740992",
        "endless-number": "9" * 5000,
        "minus-zero": "-0",
        "leading-zero": "01",
        "fraction": "1.0",
        "exponent": "1e1",
        "nan": "NaN",
        "infinity": "-Infinity",
        "escape-not-needed": '"\\u0041"',
        "escape-capital": '"\\u001F"',
        "solidus-escaped": '"\\/"',
        "short-escape-left-out": '"\\u000a"',
        "control-bare": '"\x1f"',
        "lone-surrogate": '"\\ud800"',
        "pair-escaped": '"\\ud83d\\ude00"',
        "single-quotes": "'a'",
        "comma-behind": "[1,]",
        "unended": '"a',
        "deep": "[" * 9_000,
    }.items()
    yield "not-utf-8", b'"\xff"'
    yield "overlong", b'"\xc0\xaf"'


def leaf_good() -> Made:
    first = Log.of(1).leaves[0]
    for name, changed in {
        "usual": {},
        "refused": {"out": "refused"},
        "no-rules": {"rules": []},
        "empty-codes": {"cls": "", "pol": ""},
        "quoted-codes": {"cls": '"\\' * 20},
        "longest": {"act": "a." + "b" * 78, "pol": "p" * 128, "rules": ["r" * 120], "w": "w" * 64},
        "largest-number": {"n": 2**53 - 1},
    }.items():
        yield name, canon({**first, **changed})


def leaf_bad() -> Made:
    first = Log.of(1).leaves[0]
    yield "key-missing", canon({key: value for key, value in first.items() if key != "pol"})
    yield "key-added", canon({**first, "x": 1})
    yield "line-end", canon(first) + "\n"
    yield "escaped", canon(first).replace("test.done", "test.d\\u006fne")
    yield "too-long", canon({**first, "rules": ["r" * 120] * 600})
    for key, values in {
        "act": ["a", "A.b", "a..b", "a.é", "a." + "b" * 79],
        "cls": ["a b", "x" * 41],
        "id": [
            first["id"].upper().replace("0", "A"),
            first["id"][:14] + "4" + first["id"][15:],
            first["id"].replace("-", ""),
        ],
        "n": [-1, 2**53, "1", True],
        "out": ["x", None],
        "pol": ["p" * 129],
        "prev": ["", b64(bytes(31)), b64(bytes(32))[:-2] + "B="],
        "rules": [[""], ["r" * 121], ["a b"], "r", [1]],
        "sd": [[], [b64(bytes(32))] * 3, [b64(bytes(32))] * 5],
        "t": [first["t"] + 1000, -1, 2**53],
        "v": [2, True, "1"],
        "w": ["", "-a", "W", "w" * 65],
    }.items():
        for at, value in enumerate(values):
            yield f"{key}-{at}", canon({**first, key: value})


def range_good() -> Made:
    hashed = [sha(b"%d" % at) for at in range(7)]
    yield "whole", canon({"from": 0, "left": [], "right": [], "size": 7, "to": 7}) + "\n"
    yield "empty-log", canon({"from": 0, "left": [], "right": [], "size": 0, "to": 0}) + "\n"
    left, right = [tree_head(hashed[:2]), hashed[2]], [tree_head(hashed[4:6]), hashed[6]]
    part = {"from": 3, "left": [b64(each) for each in left], "right": [b64(each) for each in right], "size": 7, "to": 4}
    yield "part", canon(part) + "\n"


def range_bad() -> Made:
    good = {"from": 0, "left": [], "right": [], "size": 7, "to": 7}
    yield "no-line-end", canon(good)
    yield "two-line-ends", canon(good) + "\n\n"
    for name, changed in {
        "negative": {"from": -1},
        "backwards": {"to": 3, "from": 4, "left": [b64(bytes(32))]},
        "beyond-the-end": {"to": 8},
        "truth-value": {"from": False},
        "hash-missing": {"from": 1},
        "hash-too-many": {"left": [b64(bytes(32))]},
        "hash-short": {"from": 1, "left": [b64(bytes(31))]},
        "hash-no-text": {"from": 1, "left": [0]},
        "left-no-array": {"left": {}},
        "right-missing": {"to": 6},
        "key-added": {"x": 1},
        "size-beyond": {"size": 2**53, "to": 2**53},
    }.items():
        yield name, canon({**good, **changed}) + "\n"


def path(index: int, hashed: list[bytes]) -> list[bytes]:
    """RFC 9162 section 2.1.3.1."""
    if len(hashed) < 2:
        return []
    split = 1 << (len(hashed) - 1).bit_length() - 1
    if index < split:
        return [*path(index, hashed[:split]), tree_head(hashed[split:])]
    return [*path(index - split, hashed[split:]), tree_head(hashed[:split])]


def grown(old: int, hashed: list[bytes], whole: bool = True) -> list[bytes]:
    """RFC 9162 section 2.1.4.1."""
    if old == len(hashed):
        return [] if whole else [tree_head(hashed)]
    split = 1 << (len(hashed) - 1).bit_length() - 1
    if old <= split:
        return [*grown(old, hashed[:split], whole), tree_head(hashed[split:])]
    return [*grown(old - split, hashed[split:], False), tree_head(hashed[:split])]


def proof(said: dict[str, object]) -> str:
    """Hashes as base64."""
    return canon({key: _shown(value) for key, value in said.items()})


def _shown(value: object) -> object:
    if isinstance(value, list):
        return [_shown(each) for each in value]
    return b64(value) if isinstance(value, bytes) else value


def inclusion(index: int, size: int, changed: dict[str, object] | None = None) -> str:
    hashed = [sha(b"\0%d" % at) for at in range(size)]
    told = {
        "leaf": hashed[index],
        "index": index,
        "size": size,
        "proof": path(index, hashed),
        "root": tree_head(hashed),
    }
    return proof({**told, **(changed or {})})


def inclusion_good() -> Made:
    for index, size in ((0, 1), (0, 2), (1, 2), (2, 3), (0, 7), (6, 7), (3, 8), (12, 13), (299, 300)):
        yield f"{index}-of-{size}", inclusion(index, size)


def inclusion_bad() -> Made:
    hashed = [sha(b"\0%d" % at) for at in range(7)]
    steps = path(3, hashed)
    for name, changed in {
        "step-missing": {"proof": steps[:-1]},
        "first-step-missing": {"proof": steps[1:]},
        "step-added": {"proof": [*steps, steps[0]]},
        "steps-swapped": {"proof": steps[::-1]},
        "step-another": {"proof": [steps[0], sha(b"x"), *steps[2:]]},
        "none": {"proof": []},
        "another-leaf": {"leaf": hashed[2]},
        "another-index": {"index": 2},
        "index-beyond": {"index": 7},
        "index-negative": {"index": -1},
        "another-size": {"size": 9},
        "size-0": {"size": 0},
        "another-root": {"root": sha(b"x")},
        "endless": {"proof": [sha(b"x")] * 2000},
    }.items():
        yield name, inclusion(3, 7, changed)


def consistency(old: int, size: int, changed: dict[str, object] | None = None) -> str:
    hashed = [sha(b"\0%d" % at) for at in range(size)]
    told = {"old": old, "size": size, "proof": grown(old, hashed) if old else [], "root": tree_head(hashed)}
    return proof({**told, "old_root": tree_head(hashed[:old]), **(changed or {})})


def consistency_good() -> Made:
    for old, size in ((0, 0), (0, 5), (1, 2), (3, 7), (4, 7), (6, 7), (7, 7), (8, 13), (255, 300), (256, 300)):
        yield f"{old}-to-{size}", consistency(old, size)


def consistency_bad() -> Made:
    hashed = [sha(b"\0%d" % at) for at in range(7)]
    steps = grown(3, hashed)
    for name, changed in {
        "step-missing": {"proof": steps[:-1]},
        "step-added": {"proof": [*steps, steps[0]]},
        "steps-swapped": {"proof": [steps[1], steps[0], *steps[2:]]},
        "step-another": {"proof": [*steps[:-1], sha(b"x")]},
        "none": {"proof": []},
        "another-old-size": {"old": 4},
        "another-size": {"size": 9},
        "backwards": {"old": 7, "size": 3},
        "negative": {"old": -1},
        "another-old-root": {"old_root": sha(b"x")},
        "another-root": {"root": sha(b"x")},
        "same-size-another-root": {"old": 7, "proof": []},
        "from-nothing-with-a-step": {"old": 0, "old_root": sha(b""), "proof": [steps[0]]},
        "from-nothing-another-root": {"old": 0, "proof": []},
    }.items():
        yield name, consistency(3, 7, changed)


def vkey_good() -> Made:
    yield "log", LOG.vkey
    yield "witness", witness()
    yield "longest-name", Key(3, "a" * 120).vkey
    yield "name-beyond-ascii", Key(3, "Zeugin-é").vkey


def vkey_bad() -> Made:
    name, typed = LOG.name, LOG.typed
    identity = LOG.id.hex()
    yield "nothing", ""
    yield "name-alone", name
    yield "no-key", f"{name}+{identity}+"
    yield "id-of-another", f"{name}+00000000+{b64(typed)}"
    yield "id-of-the-other-kind", f"{name}+{identity}+{b64(bytes([4]) + typed[1:])}"
    yield "id-short", f"{name}+{identity[:7]}+{b64(typed)}"
    yield "unpadded", f"{name}+{identity}+{b64(typed).rstrip('=')}x"
    yield "key-long", f"{name}+{identity}+{b64(typed + bytes(1))}"
    yield (
        "unknown-kind",
        f"{name}+{sha(name.encode() + bytes([10, 2]) + typed[1:])[:4].hex()}+{b64(bytes([2]) + typed[1:])}",
    )
    yield "space-in-name", Key(3, "a b").vkey
    yield "plus-in-name", Key(3, "a+b").vkey
    yield "name-of-121", Key(3, "a" * 121).vkey
    yield "two", f"{LOG.vkey}\n{OTHER.vkey}"


def key_file(head: str, name: str) -> tuple[Made, Made]:
    good = f"{head}\n{name}\n{SEED}\n"

    def bad() -> Made:
        yield "empty", ""
        yield "another-head", good.replace("/1", "/2", 1)
        yield "no-line-end", good[:-1]
        yield "line-added", good + "\n"
        yield "line-missing", f"{head}\n{SEED}\n"
        yield "carriage-returns", good.replace("\n", "\r\n")
        yield "seed-short", f"{head}\n{name}\n{b64(bytes(31))}\n"
        yield "seed-long", f"{head}\n{name}\n{b64(bytes(33))}\n"
        yield "base64-loose", f"{head}\n{name}\n{SEED[:-2]}9=\n"
        yield "base64-unpadded", f"{head}\n{name}\n{SEED[:-1]}\n"
        yield "space-behind", f"{head}\n{name}\n{SEED} \n"
        yield "not-text", b"\xff\xfe" * 40
        yield "endless", good + "x" * 9_000

    return iter([("usual", good)]), bad()


def witnesses_good() -> Made:
    yield "none", "custodes-witnesses/1\n"
    yield "one", f"custodes-witnesses/1\n{witness()} from=1790000000000\n"
    yield "ended", f"custodes-witnesses/1\n{witness()} from=1 until=2 party=imb\n{witness(seed=8)} from=0 party=imb\n"


def witnesses_bad() -> Made:
    head = "custodes-witnesses/1\n"
    yield "nothing", ""
    yield "another-head", f"custodes-witnesses/2\n{witness()} from=1\n"
    yield "no-line-end", f"{head}{witness()} from=1"
    yield "blank-line", f"{head}\n{witness()} from=1\n"
    yield "no-from", f"{head}{witness()}\n"
    yield "negative", f"{head}{witness()} from=-1\n"
    yield "endless-number", f"{head}{witness()} from={'1' * 400}\n"
    yield "party-capital", f"{head}{witness()} from=1 party=IMB\n"
    yield "a-log", f"{head}{LOG.vkey} from=1\n"
    yield "id-wrong", f"{head}{witness().replace('+', '+0', 1)} from=1\n"
    yield "not-text", head.encode() + b"\xff from=1\n"


def kek(**changed: object) -> str:
    told = {
        "format": "custodes-kek/1",
        "id": "alpha/2026-03/1",
        "body": "alpha",
        "created": "2026-03-01T00:00:00+00:00",
    }
    return json.dumps({**told, "key": SEED, **changed}) + "\n"


def kek_good() -> Made:
    yield "usual", kek()


def kek_bad() -> Made:
    yield "empty", ""
    yield "not-json", "custodes-kek/1"
    yield "not-utf-8", b'{"format": "\xff"}'
    yield "an-array", "[]"
    yield "deep", "[" * 9_000
    yield "endless", "{" + " " * 66_000 + kek()[1:]
    for name, changed in {
        "another-format": {"format": "custodes-kek/2"},
        "format-no-text": {"format": 1},
        "another-body": {"body": "beta"},
        "another-id": {"id": "alpha/2026-03/2"},
        "id-leading-zero": {"id": "alpha/2026-03/01"},
        "id-two-parts": {"id": "alpha/1"},
        "id-no-text": {"id": 1},
        "created-no-instant": {"created": "yesterday"},
        "created-before-time": {"created": "0001-01-01T00:00:00+14:00"},
        "created-missing": {"created": None},
        "key-short": {"key": b64(bytes(31))},
        "key-long": {"key": b64(bytes(33))},
        "key-no-base64": {"key": "?" * 44},
        "key-missing": {"key": None},
    }.items():
        yield name, kek(**changed)


def state(**changed: object) -> str:
    first = {"at": START, "number": 1, "root": SEED, "size": 1}
    return canon({"v": "custodes-witness/1", "note": "n\n", "posted": True, "first": first, **changed}) + "\n"


def state_good() -> Made:
    yield "usual", state()
    yield "not-posted", state(posted=False)


def state_bad() -> Made:
    yield "empty", ""
    yield "spaces", state().replace(",", ", ")
    yield "two-line-ends", state() + "\n"
    yield "another-version", state(v="custodes-witness/2")
    yield "posted-a-number", state(posted=1)
    yield "note-missing", state(note=None)
    yield "first-no-object", state(first=[])
    yield "key-added", state(x=1)
    yield "an-evidence", evidence()


def evidence(**changed: object) -> str:
    told = {"v": "custodes-evidence/1", "found": "fork", "at": START, "held": "a", "shown": "b", "proof": None}
    return canon({**told, **changed}) + "\n"


def evidence_good() -> Made:
    yield "no-proof", evidence()
    yield "proof", evidence(proof=[SEED], found="no-proof")


def evidence_bad() -> Made:
    yield "empty", ""
    yield "another-version", evidence(v="custodes-evidence/2")
    yield "held-missing", evidence(held=None)
    yield "proof-no-array", evidence(proof=1)
    yield "proof-short-hash", evidence(proof=[b64(bytes(31))])
    yield "key-added", evidence(x=1)
    yield "a-state", state()


CHUNK, KEY, CONTEXT = 16_384, bytes(range(32)), b"custodes/readers/1\0"


def message(plain: bytes, salt: bytes = bytes(range(24)), final: bool = True) -> bytes:
    """envelope.md, section 1, as it stands there; ``final`` false leaves the last chunk out."""
    label = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"
    okm = HKDFExpand(hashes.SHA512(), 76, label + salt + CONTEXT).derive(KEY)
    aes, base = AESGCM(okm[:32]), int.from_bytes(okm[32:44])
    chunks = [plain[at : at + CHUNK] for at in range(0, len(plain) + 1, CHUNK)]
    sealed = [aes.encrypt((base ^ at).to_bytes(12), chunk, None) for at, chunk in enumerate(chunks)]
    return salt + okm[44:] + b"".join(sealed if final else sealed[:-1])


def plain(size: int) -> bytes:
    """The plaintext of that size: a pattern without a period of a chunk."""
    return b"".join(sha256(b"%d" % at).digest() for at in range(size // 32 + 1))[:size]


def message_good() -> Made:
    for size in (0, 1, 63, CHUNK - 1, CHUNK, CHUNK + 1):
        yield f"{size}", message(plain(size))


def message_bad() -> Made:
    """Every place where a message can end too early, and some where it goes on."""
    short, long = message(plain(100)), message(plain(2 * CHUNK + 100))
    wire = CHUNK + 16
    for name, size in {
        "in-salt": 10,
        "after-salt": 24,
        "in-commitment": 40,
        "header-alone": 56,
        "in-first-tag": 60,
        "one-short-of-a-tag": 71,
        "as-long-as-an-empty-one": 72,
        "in-the-only-chunk": 120,
        "one-byte": len(short) - 1,
        "tag": len(short) - 16,
    }.items():
        yield f"cut-{name}", short[:size]
    for name, size in {
        "in-first-of-three": 56 + 5000,
        "before-first-tag-of-three": 56 + CHUNK,
        "in-first-tag-of-three": 56 + CHUNK + 7,
        "after-first-of-three": 56 + wire,
        "into-second-less-than-a-tag": 56 + wire + 15,
        "into-second-a-tag": 56 + wire + 16,
        "after-second-of-three": 56 + 2 * wire,
        "into-third-less-than-a-tag": 56 + 2 * wire + 15,
    }.items():
        yield f"cut-{name}", long[:size]
    yield "cut-last-empty-chunk", message(plain(CHUNK), final=False)
    yield "nothing", b""
    yield "byte-added", short + b"\0"
    yield "chunk-added", short + short[56:]
    yield "twice", short + short
    yield "another-salt", bytes(24) + short[24:]
    yield "zeros", bytes(200)


# --- the disposal ledger: ledger.md --------------------------------------------------------------------------------

LEDGER_KEY = bytes(range(32))
GONE = ["01998000-0000-7000-8000-00000000000" + figure for figure in "abc"]


def ledger_line(number: int, before: str = "", mac: str = "", **changed: object) -> tuple[str, str]:
    """A line and its code; ``changed`` after it was bound, ``mac`` in place of the right one."""
    said: dict[str, object] = {"at": 1_790_000_000_000 + number, "item": GONE[number % 3], "n": number, "versions": [1]}
    bound = json.dumps([number, said["item"], said["versions"], said["at"], before], separators=(",", ":"))
    code = mac or hmac.digest(LEDGER_KEY, b"vault/ledger/1\0" + bound.encode(), "sha256").hex()
    return json.dumps({**said, "mac": code, **changed}, sort_keys=True, separators=(",", ":")) + "\n", code


def ledger(count: int) -> list[str]:
    lines, before = [], ""
    for number in range(1, count + 1):
        line, before = ledger_line(number, before)
        lines.append(line)
    return lines


def ledger_good() -> Made:
    three = "".join(ledger(3))
    yield "empty", ""
    yield "one", ledger(1)[0]
    yield "three", three
    yield "an-item-twice", "".join(ledger(4))
    yield "last-line-broken", three[:-9]
    yield "last-line-without-its-end", three[:-1]
    yield "one-broken-line-alone", '{"at":17'


def ledger_bad() -> Made:
    one, two, three = ledger(3)
    first = json.loads(one)["mac"]
    yield "first-taken-away", two + three
    yield "one-taken-away-between", one + three
    yield "two-changed-about", two + one + three
    yield "a-line-twice", one + two + two
    yield "of-another-key", ledger_line(1, mac="ab" * 32)[0]
    yield "bound-to-nothing-before", one + ledger_line(2)[0]
    for name, changed in (
        ("another-item", {"item": GONE[0]}),
        ("another-instant", {"at": 1_790_000_000_000}),
        ("another-number", {"n": 3}),
        ("more-versions", {"versions": [1, 2]}),
        ("code-in-capitals", {"mac": json.loads(two)["mac"].upper()}),
        ("a-key-more", {"why": "x"}),
        ("item-in-capitals", {"item": GONE[2].upper()}),
        ("instant-as-text", {"at": "1790000000002"}),
        ("instant-beyond-time", {"at": 10**30}),
        ("versions-no-list", {"versions": 1}),
        ("item-no-uuid", {"item": "x"}),
    ):
        yield name, one + ledger_line(2, first, **changed)[0] + three
    yield "a-key-less", one.replace('"n":1,', "")
    yield "a-space", one.replace(":", ": ", 1)
    yield "carriage-returns", one.replace("\n", "\r\n")
    yield "no-json", "x\n"
    yield "a-list", "[]\n"
    yield "empty-line", one + "\n" + two
    yield "not-utf-8", one.encode()[:-1] + b"\xff\n"
    yield "nested-by-the-thousand", "[" * 3000 + "\n"


MAKERS = {
    "ledger": (ledger_good(), ledger_bad()),
    "trust": (trust_good(), trust_bad()),
    "canonical-json": (json_good(), json_bad()),
    "leaf": (leaf_good(), leaf_bad()),
    "range": (range_good(), range_bad()),
    "inclusion": (inclusion_good(), inclusion_bad()),
    "consistency": (consistency_good(), consistency_bad()),
    "vkey": (vkey_good(), vkey_bad()),
    "log-key": key_file("custodes-log-key/1", "custodes.test/log"),
    "disclosure-key": key_file("custodes-disclosure-key/1", "2026-11"),
    "witness-key": key_file("custodes-witness-key/1", "imb.test/witness"),
    "witnesses": (witnesses_good(), witnesses_bad()),
    "kek": (kek_good(), kek_bad()),
    "witness-state": (state_good(), state_bad()),
    "evidence": (evidence_good(), evidence_bad()),
    "message": (message_good(), message_bad()),
}


def main() -> None:
    for what, sides in MAKERS.items():
        rmtree(HERE / what, ignore_errors=True)
        for side, made in zip(("good", "bad"), sides, strict=True):
            (HERE / what / side).mkdir(parents=True)
            for name, data in made:
                body = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
                (HERE / what / side / name).write_bytes(body)


if __name__ == "__main__":
    main()
