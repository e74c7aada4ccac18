"""A bag read by RFC 8493 alone, strictly, and sharing no code with what makes it: every fault in words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

# Section 2.1.3: a checksum, one or more blanks, a path with %, CR and LF encoded.
LINE = re.compile(r"([0-9a-f]+)[ \t]+([^\r\n]+)\Z")


def unpacked(data: bytes) -> tuple[str, dict[str, bytes]]:
    """Section 4.2: one folder, that of the bag. Its name, and its files by path."""
    with ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(set(names)) == len(names), "a name stands twice"
        assert {info.compress_type for info in archive.infolist()} == {ZIP_STORED}
        tops = {name.partition("/")[0] for name in names}
        assert len(tops) == 1, "more than one folder at the top"
        (top,) = tops
        return top, {name.removeprefix(f"{top}/"): archive.read(name) for name in names}


def faults(files: Mapping[str, bytes]) -> list[str]:
    """Complete and valid (section 3)? Every reason why not."""
    found = [f"{path}: leads out of the bag" for path in files if _astray(path)]
    if files.get("bagit.txt") != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        found.append("bagit.txt: is not the declaration of section 2.1.1")
    payload = {path for path in files if path.startswith("data/")}
    manifests = [path for path in files if re.fullmatch(r"manifest-[a-z0-9]+\.txt", path)]
    if not manifests:
        found.append("no payload manifest")
    for path in manifests:
        listed, wrong = _checked(path, files)
        found += wrong
        found += [f"{path}: lists {each}, which is no payload" for each in listed - payload]
        found += [f"{path}: does not list {each}" for each in payload - listed]
    for path in (each for each in files if each.startswith("tagmanifest-")):
        listed, wrong = _checked(path, files)
        found += wrong
        found += [f"{path}: lists {each}, a payload file or tag manifest" for each in listed
                  if each in payload or each.startswith("tagmanifest-")]  # fmt: skip
        found += [f"{path}: does not list {each}" for each in manifests if each not in listed]
    return found + _oxum(files, payload)


def info(files: Mapping[str, bytes]) -> dict[str, str]:
    """``bag-info.txt`` (section 2.2.2): labels and values."""
    lines = files["bag-info.txt"].decode().splitlines()
    return dict(line.split(": ", 1) for line in lines)


def _checked(path: str, files: Mapping[str, bytes]) -> tuple[set[str], list[str]]:
    algorithm = path.removesuffix(".txt").rpartition("-")[2]
    listed: set[str] = set()
    wrong: list[str] = []
    text = files[path].decode("utf-8")
    assert text.endswith("\n")
    assert not text.startswith("\ufeff")
    for line in text[:-1].split("\n"):
        match = LINE.match(line)
        if match is None:
            wrong.append(f"{path}: a line of another form")
            continue
        digest, name = match[1], match[2].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
        if name in listed:
            wrong.append(f"{path}: lists {name} twice")
        listed.add(name)
        if name not in files:
            wrong.append(f"{path}: lists {name}, which is not there")
        elif hashlib.new(algorithm, files[name]).hexdigest() != digest:
            wrong.append(f"{path}: {name} is not what was listed")
    return listed, wrong


def _oxum(files: Mapping[str, bytes], payload: set[str]) -> list[str]:
    said = info(files).get("Payload-Oxum")
    there = f"{sum(len(files[path]) for path in payload)}.{len(payload)}"
    return [] if said in (None, there) else [f"Payload-Oxum: says {said}, there are {there}"]


def _astray(path: str) -> bool:
    return path.startswith(("/", "~")) or ".." in path.split("/") or "\\" in path
