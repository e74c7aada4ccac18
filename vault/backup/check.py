"""A backup checked where it lies, with no service and no private key: every byte of it is there and as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

from vault.backup.content import CONTENT, DESTROYED, measured, parts
from vault.backup.errors import BackupDamaged
from vault.backup.manifest import DATA, File, Manifest
from vault.backup.place import INDEX, Place
from vault.errors import PartGone, Tampered

Seen = Callable[[int], None]


def faults(place: Place, manifest: Manifest, seen: Seen = lambda _: None) -> Iterator[str]:
    """Everything that is not as the manifest says, as it is found. Raises StorageFailed."""
    damaged = False
    for file in manifest.files:
        if fault := file_fault(place, manifest, file, seen):
            damaged |= file.name == INDEX
            yield fault
    if manifest.kind == DATA and not damaged:
        yield from _objects(place, manifest, seen)


def file_fault(place: Place, manifest: Manifest, file: File, seen: Seen = lambda _: None) -> str:
    """What is wrong with one of its files; "" for nothing."""
    return _compared(place, f"{manifest.kind}/{manifest.id}/{file.name}", (file.size, file.sha256), seen)


def _objects(place: Place, manifest: Manifest, seen: Seen) -> Iterator[str]:
    count = size = lacking = 0
    try:
        with closing(place.open(manifest.kind, manifest.id, INDEX)) as index:
            for part in parts(index):
                count, size = count + 1, size + part.size
                if part.lacking:
                    lacking += part.lacking != DESTROYED
                elif fault := _compared(place, CONTENT + part.name, (part.size, part.sha256), seen):
                    yield fault
    except BackupDamaged as error:
        yield f"{INDEX}: {error.detail}"
        return
    content = manifest.content
    if (count, size, lacking) != (content.objects, content.bytes, content.lacking):
        yield f"{INDEX}: lists other objects than the manifest counts"


def _compared(place: Place, name: str, expected: tuple[int, str], seen: Seen) -> str:
    try:
        with closing(place.store.open(name)) as file:
            found = measured(file, seen=seen) if file.size == expected[0] else (file.size, "")
    except PartGone:
        return f"{name}: is missing"
    except Tampered:
        return f"{name}: was cut while it was read"
    if found[0] != expected[0]:
        return f"{name}: has {found[0]} bytes instead of {expected[0]}"
    return "" if found == expected else f"{name}: was changed"
