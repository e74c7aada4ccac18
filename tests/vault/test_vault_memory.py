"""Memory stays flat however large the file, in and out."""

from __future__ import annotations

import tracemalloc
from hashlib import sha256

import pytest

from tests.vault.conftest import World

MIB = 2**20
SIZE = 64 * MIB


@pytest.mark.folder("counts this process's memory, and moto's is in it; test_s3 has its twin")
def test_sixty_four_megabytes_pass_through_a_few(world: World) -> None:
    item, piece = world.item(), bytes(64 * 1024)
    with world.work() as vault:
        writer = vault.begin_part(item=item, part=1, **world.by)
    tracemalloc.start()
    try:
        for _ in range(SIZE // len(piece)):
            writer.write(piece)
        sealed = writer.finish()
        up = tracemalloc.get_traced_memory()[1]
        with world.work() as vault:
            vault.finish_part(sealed=sealed, **world.by)
            reader = vault.open_part(item=item, part=1, **world.by)
        tracemalloc.reset_peak()
        for start in (0, 1):
            digest, count = sha256(), 0
            with reader:
                for got in reader.stream(start):
                    digest.update(got)
                    count += len(got)
                assert count == SIZE - start
            with world.work() as vault:
                reader = vault.open_part(item=item, part=1, **world.by)
        reader.close()
        down = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert up < 4 * MIB
    assert down < 4 * MIB
