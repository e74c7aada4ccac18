"""A process of its own that draws one page of a PDF as a picture, or reads its words; nothing else of it gets out.

A PDF comes from anybody and can hold script, forms, sound and addresses. Here it meets a library that draws and runs
none of it: no files, no network, no secrets, bounded memory, time and size. On standard output go the number of pages
and the words of one (JSON), or one picture (PNG).
"""

from __future__ import annotations

import json
import resource
import struct
import sys
import zlib

import pypdfium2

MEMORY, SECONDS = 1 << 30, 20  # bytes of address space; seconds of computing
WIDE, HIGH = 1240, 2600  # pixels at most: an A4 page at 150 to the inch, and what is far longer smaller
MOST_WORDS = 200_000  # characters of one page


def main(argv: list[str]) -> None:
    """``argv``: words | picture, and the number of the page from 1."""
    what, number = argv[0], int(argv[1])
    _limit()
    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    pages = len(document)
    if not 1 <= number <= pages:
        sys.exit("no such page")
    page = document[number - 1]
    if what == "picture":
        sys.stdout.buffer.write(_picture(page))
    else:
        words = page.get_textpage().get_text_bounded()[:MOST_WORDS]
        json.dump({"pages": pages, "words": words.encode("utf-8", "replace").decode("utf-8")}, sys.stdout)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))


def _picture(page: pypdfium2.PdfPage) -> bytes:
    width, height = page.get_size()
    scale = min(WIDE / max(width, 1.0), HIGH / max(height, 1.0))
    drawn = page.render(scale=scale, rev_byteorder=True, may_draw_forms=False)
    rows = bytes(drawn.buffer)
    line, row = drawn.stride, drawn.width * drawn.n_channels
    raw = b"".join(b"\0" + rows[at : at + row] for at in range(0, line * drawn.height, line))
    return _png(drawn.width, drawn.height, drawn.n_channels, raw)


def _png(width: int, height: int, channels: int, raw: bytes) -> bytes:
    """ISO 15948: a header, the packed rows (each after its filter, none), an end."""
    kind = {1: 0, 3: 2, 4: 6}[channels]
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(raw, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


if __name__ == "__main__":
    main(sys.argv[1:])
