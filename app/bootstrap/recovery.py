"""Which keys of a running service are recovered together, where their recovery files go, and which set is in force."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vault.errors import RecoverySetUnknown, SharesImpossible
from vault.keyring import LocalKeyring
from vault.recovery import files as key_files
from vault.recovery.sealed import MOST_BYTES, SERVICE, Copy

if TYPE_CHECKING:
    from app.bootstrap.house import House

FOLDER = "recovery"
_FORMAT = "custodes-recovery-set/1"


def files_of(house: House, scope: str) -> dict[str, bytes]:
    """The key files of one scope as they are now. Raises SharesImpossible, KeysElsewhere, KeyMissing, KeyringUnsafe."""
    keyrings = house.keys.vault
    if scope == SERVICE:
        rings = [keyrings.of(body) for body in house.policies.parties if keyrings.holds(body)]
        folders = [ring.folder for ring in rings if isinstance(ring, LocalKeyring)]
        apart = {house.settings.keys / "vault", *folders}
        return key_files.of_service(house.settings.keys, keyrings=apart, leave={FOLDER})
    body = scope.removeprefix("body/")
    ring = keyrings.of(body)
    if not isinstance(ring, LocalKeyring):
        raise SharesImpossible(f"The keys of “{body}” lie in a key service, which never gives them out: rely on it.")
    return key_files.of_body(ring.folder, body)


def read_copy(path: Path) -> Copy:
    """Raises RecoveryFileInvalid."""
    with path.open("rb") as file:
        return Copy.decode(file.read(MOST_BYTES + 1))


def name_of(copy: Copy) -> str:
    """The recovery file's name: the set's, so that two sets are not taken for each other."""
    return f"recovery.{copy.scope.replace('/', '-')}.{copy.set_id}.json"


def put_in_force(house: House, copy: Copy) -> None:
    """From now on copies of this scope are renewed to this set alone."""
    place = _place(house, copy.scope)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    said = {
        "format": _FORMAT,
        "made": copy.made.isoformat(timespec="milliseconds"),
        "public": copy.fingerprint,
        "scope": copy.scope,
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    key_files.replace_with(place, text.encode() + b"\n")


def in_force(house: House, scope: str) -> str:
    """The fingerprint of the set in force. Raises RecoverySetUnknown where none was made, or its note is damaged."""
    try:
        said = json.loads(_place(house, scope).read_bytes())
        if (said["format"], said["scope"]) == (_FORMAT, scope):
            datetime.fromisoformat(said["made"])
            return str(said["public"])
    except FileNotFoundError:
        pass
    except (ValueError, KeyError, TypeError):
        pass
    raise RecoverySetUnknown("This service knows of no set of shares for these keys. Make one first.")


def _place(house: House, scope: str) -> Path:
    return house.settings.keys / FOLDER / scope.replace("/", "-")
