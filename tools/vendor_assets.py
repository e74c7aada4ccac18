"""Copy the front ends of GOV.UK and MoJ, and the client for uploads, out of their npm tarballs. A maintainer's tool.

    npm pack govuk-frontend@6.3.0 @ministryofjustice/frontend@11.1.0 tus-js-client@4.3.1 axe-core@4.14.1
    python tools/vendor_assets.py FOLDER_OF_TARBALLS

Left out: the GDS Transport typeface (licensed for GOV.UK alone), and every crown, crest and logotype. `url(/assets/…)`
is made relative, so the pages also work under a path prefix. MoJ's script is left out whole: its file upload puts file
names into innerHTML, and nothing here needs the rest of it. Each file's SHA-256 goes to VENDOR.json; a test re-hashes.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "app" / "web" / "static" / "vendor"
AXE = ROOT / "tests" / "web" / "vendor"

PACKAGES = {
    "govuk": ("govuk-frontend-6.3.0.tgz", "govuk-frontend", "6.3.0", "package/dist/govuk/"),
    "tus": ("tus-js-client-4.3.1.tgz", "tus-js-client", "4.3.1", "package/dist/"),
    "moj": ("ministryofjustice-frontend-11.1.0.tgz", "@ministryofjustice/frontend", "11.1.0", "package/moj/"),
}
BRANDED = re.compile(r"govuk-|moj-|favicon|logotype|crest|opengraph")
FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
TYPEFACE = "Helvetica Neue,Helvetica,Arial,sans-serif"
SOURCE_MAP = re.compile(r"\s*(/\*|//)# sourceMappingURL=\S+( \*/)?\s*")


def wanted(name: str, inside: str) -> str | None:
    """Where a file of the tarball goes under the package's folder, or nothing."""
    path = PurePosixPath(name.removeprefix(inside))
    if not name.startswith(inside):
        return None
    if str(path) in {"govuk-frontend.min.css", "govuk-frontend.min.js", "moj-frontend.min.css", "tus.min.js"}:
        return path.name
    if path.parts[:2] == ("assets", "images") and not BRANDED.search(path.name):
        return f"images/{path.name}"
    return None


def neutral(text: str) -> str:
    """Style without the typeface, with relative addresses, and without a crest."""
    text = FONT_FACE.sub("", text)
    text = text.replace("GDS Transport,arial,sans-serif", TYPEFACE)
    text = re.sub(r"url\(/assets/images/govuk-crest\.svg\)", "none", text)
    return text.replace("url(/assets/images/", "url(images/")


def files(tarball: Path, inside: str) -> Iterator[tuple[str, bytes]]:
    """Every file kept, as it will stand in the package."""
    with tarfile.open(tarball) as archive:
        for member in archive.getmembers():
            target = wanted(member.name, inside)
            source = archive.extractfile(member) if target else None
            if target is None or source is None:
                continue
            data = source.read()
            if target.endswith((".css", ".js")):
                text = SOURCE_MAP.sub("\n", data.decode())
                data = (neutral(text) if target.endswith(".css") else text).encode()
            yield target, data


def vendor(source: Path) -> None:
    """Write the files and VENDOR.json."""
    manifest: dict[str, dict[str, object]] = {}
    for folder, (tarball, package, version, inside) in PACKAGES.items():
        hashes = {}
        for target, data in sorted(files(source / tarball, inside)):
            path = STATIC / folder / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            hashes[target] = sha256(data).hexdigest()
        manifest[folder] = {"package": package, "version": version, "licence": "MIT", "files": hashes}
    (STATIC / "VENDOR.json").write_text(json.dumps(manifest, indent=2) + "\n")


def axe(source: Path) -> None:
    """The accessibility checker of the tests, with its licence beside it. It is not part of the installed package."""
    AXE.mkdir(parents=True, exist_ok=True)
    with tarfile.open(source / "axe-core-4.14.1.tgz") as archive:
        for name, target in (("axe.min.js", "axe.min.js"), ("LICENSE", "axe-LICENSE.txt")):
            member = archive.extractfile(f"package/{name}")
            if member:
                (AXE / target).write_bytes(member.read())


if __name__ == "__main__":
    vendor(Path(sys.argv[1]))
    axe(Path(sys.argv[1]))
