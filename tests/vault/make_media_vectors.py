"""Writes tests/vectors/media, always the same: ``python -m tests.vault.make_media_vectors``."""

from __future__ import annotations

from pathlib import Path

from vault.encrypted_zip import encrypted

FOLDER = Path(__file__).parents[1] / "vectors" / "media"
PASSPHRASE = "academic-beaver-camera-daisy-elder-family-galaxy-hazard-idea-jump"
MEMBER = bytes(range(256)) * 3 + b"the end"


def vectors() -> dict[str, bytes]:
    """Every file by its name."""
    good = b"".join(encrypted([MEMBER[:300], MEMBER[300:]], PASSPHRASE, random=lambda n: bytes(range(n))))
    data = good.index(bytes(range(16))) + 18
    tag = data + len(MEMBER)

    def flipped(at: int) -> bytes:
        return good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]

    return {
        "passphrase.txt": PASSPHRASE.encode() + b"\n",
        "member": MEMBER,
        "good.zip": good,
        "changed.zip": flipped(data + 5),
        "tag.zip": flipped(tag),
        "short.zip": good[: tag - 100],
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in vectors().items():
        (FOLDER / name).write_bytes(content)
