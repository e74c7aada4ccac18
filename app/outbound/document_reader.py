"""A process of its own that reads one document from standard input and prints which markings stand in it.

Documents come from anybody, and what reads them is large. So it is read here: no files, no network, no secrets, bounded
memory and time, and nothing goes back but places and words of the policy. Whatever ends it early (a fault of the
reader, a bomb, a limit) means "could not be read", and takes nothing else with it.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from pypdf import PdfReader

from app.outbound.documents import PDF, ZIP, Unread, text_pages
from classification import policy
from classification.model import Scheme
from classification.rules.search import search
from foundation.policy import Faults

MEMORY, SECONDS = 1 << 30, 30  # bytes of address space; seconds of computing
MOST_MEMBER, MOST_TEXT = 64 << 20, 50_000_000  # bytes of one member unpacked; characters of the whole
_BREAKS = {"p", "br", "h", "tr", "si", "row", "list-item", "line-break", "tab", "t"}
_WANTED = ("word/", "xl/", "ppt/")
_FLAT = ("content.xml", "styles.xml", "meta.xml")  # styles.xml: headers and footers of an OpenDocument text


def main(argv: list[str]) -> None:
    """``argv``: the kind of document, and the folder of the policies with the parties' names."""
    kind, root, organisations = argv
    # Read before the limits, from files of ours.
    scheme = _scheme(Path(root), json.loads(organisations))
    _limit()
    data = sys.stdin.buffer.read()
    try:
        found = search(_bounded(_pages(kind, data)), scheme)
    except Unread as error:
        sys.exit(str(error))
    json.dump([asdict(each) for each in found], sys.stdout)


def _scheme(root: Path, organisations: dict[str, str]) -> Scheme:
    faults = Faults()
    scheme = policy.load(root, faults, organisations=organisations)
    faults.raise_any()
    return scheme


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))  # a library reads a table of its own late


def _pages(kind: str, data: bytes) -> Iterator[tuple[str, str]]:
    if kind == PDF:
        return _pdf(data)
    if kind == ZIP:
        return _office(data)
    return text_pages(data)


def _pdf(data: bytes) -> Iterator[tuple[str, str]]:
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unread("encrypted")
    read = False
    for number, page in enumerate(reader.pages, 1):
        text = page.extract_text()
        read = read or bool(text.strip())
        yield f"page {number}", text
    if not read:
        raise Unread("no text")  # pictures of pages


def _office(data: bytes) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        names = [one for one in packed.infolist() if one.filename.endswith(".xml") and _wanted(one.filename)]
        if not names or any(one.flag_bits & 1 for one in names):
            raise Unread("no document, or an encrypted one")
        for one in names:
            with packed.open(one) as member:
                body = member.read(MOST_MEMBER + 1)
            if len(body) > MOST_MEMBER:
                raise Unread("too much of it")
            yield _part(one.filename), _xml(body)


def _wanted(name: str) -> bool:
    return name in _FLAT or name.startswith(_WANTED)


def _part(name: str) -> str:
    """Where that is, as its author would say it."""
    last = name.rpartition("/")[2]
    for begins, said in (("header", "the header"), ("footer", "the footer"), ("styles", "a header or footer")):
        if last.startswith(begins):
            return said
    for begins, said in (("slide", "slide"), ("sheet", "sheet")):
        if last.startswith(begins) and last[len(begins) : -4].isdecimal():
            return f"{said} {last[len(begins) : -4]}"
    return "the text"


def _xml(body: bytes) -> str:
    lines: list[str] = [""]
    # Entities are bounded by expat, and by this process's own limits; nothing outside is ever fetched.
    for _, element in ET.iterparse(io.BytesIO(body), events=("end",)):  # noqa: S314
        name = element.tag.rpartition("}")[2]
        # A run of a word processor ("t") goes on in the same line; everything else that holds words ends one.
        lines[-1] += element.text or ""
        if name in _BREAKS and name != "t":
            lines.append("")
        lines[-1] += element.tail or ""
        element.clear()
    return "\n".join(lines)


def _bounded(pages: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    total = 0
    for place, text in pages:
        total += len(text)
        if total > MOST_TEXT:
            raise Unread("too much of it")
        yield place, text


if __name__ == "__main__":
    main(sys.argv[1:])
