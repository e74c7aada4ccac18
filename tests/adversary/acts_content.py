"""What is done to content and keys: objects in the store, rows of the vault, wrapped keys, sealed words."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tests import stores
from tests.adversary.rows import CONTENT, control, row
from tests.adversary.scene import Copy, older_keystore, store_copy
from vault.keystore_tables import erased, object_key
from vault.tables import vault_object, vault_part

CHUNK, HEAD = 16_384 + 16, 56


def _put(copy: Copy, purpose: str, part: int, data: bytes) -> None:
    stores.replace(copy.house, copy.objects(purpose)[part - 1], data)


def _is(copy: Copy, purpose: str, part: int = 1) -> bytes:
    return store_copy(copy, copy.objects(purpose)[part - 1])


def _gone_stays_gone(copy: Copy) -> None:
    """However much of it is put back, nobody is shown it."""
    answer = copy.live.api("officer")("POST", f"/items/{copy.item('gone')}/open", {"purpose": "follow-up"})
    assert answer.status_code in (404, 410, 503), answer.text


@row(CONTENT, "flips a bit in the middle of a file", had="S", seen="serving")
def _(copy: Copy) -> None:
    data = bytearray(_is(copy, "one"))
    data[HEAD + CHUNK + 5] ^= 1
    _put(copy, "one", 1, bytes(data))


@row(CONTENT, "cuts the last chunk off a file", had="S", seen="serving")
def _(copy: Copy) -> None:
    _put(copy, "one", 1, _is(copy, "one")[: HEAD + 2 * CHUNK])


@row(CONTENT, "swaps two chunks of a file", had="S", seen="serving")
def _(copy: Copy) -> None:
    data = _is(copy, "one")
    first, second = data[HEAD : HEAD + CHUNK], data[HEAD + CHUNK : HEAD + 2 * CHUNK]
    _put(copy, "one", 1, data[:HEAD] + second + first + data[HEAD + 2 * CHUNK :])


@row(CONTENT, "puts a chunk of another item's file into a file", had="S", seen="serving")
def _(copy: Copy) -> None:
    data, other = _is(copy, "one"), _is(copy, "two")
    _put(copy, "one", 1, data[:HEAD] + other[HEAD : HEAD + CHUNK] + data[HEAD + CHUNK :])


@row(CONTENT, "puts one part's chunks under another part's header, of the same item", had="S", seen="serving")
def _(copy: Copy) -> None:
    _put(copy, "one", 1, _is(copy, "one")[:HEAD] + _is(copy, "one", 2)[HEAD:])


@row(CONTENT, "replays another part of the same item whole", had="S", seen="serving")
def _(copy: Copy) -> None:
    _put(copy, "one", 1, _is(copy, "one", 2))


@row(CONTENT, "replays another item's file whole", had="S", seen="serving")
def _(copy: Copy) -> None:
    _put(copy, "one", 1, _is(copy, "two"))


@row(CONTENT, "makes a file's row name another item's object", seen="serving")
def _(copy: Copy) -> None:
    other = copy.objects("two")[0].removeprefix("objects/")
    mine = copy.objects("one")[0].removeprefix("objects/")
    with copy.insider() as conn:
        where = vault_part.c.object
        conn.execute(sa.update(vault_part).where(where == other).values(object="away"))
        conn.execute(sa.update(vault_part).where(where == mine).values(object=other))
        conn.execute(sa.update(vault_part).where(where == "away").values(object=mine))


@row(
    CONTENT,
    "replays an older message of the same part: sealed under the same key, in the same context",
    had="D, S, the item's data key",
    seen="serving",
)
def _(copy: Copy) -> None:
    """An older one is what was written under the same key and context, and is not the one the sealed facts name."""
    from cryptography.cobblestone import Cobblestone256Encryptor

    from vault import envelope
    from vault.keys import Keys
    from vault.store import Rows

    with copy.house.work() as work:
        uuid = _uuid(copy, "one")
        dek = Keys(Rows(work.conn), copy.house.keystore, copy.house.keys.vault).dek(uuid, 1)
    sealer = Cobblestone256Encryptor(dek, envelope.content_context(uuid, 1, 1))
    size = len(_is(copy, "one"))
    from tests.adversary.scene import BIG

    text = b"y" * len(BIG + b"one")
    data = sealer.update(text) + sealer.finalize()
    assert len(data) == size
    _put(copy, "one", 1, data)


@row(CONTENT, "moves a file's row to another part's number", seen="serving")
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        mine = vault_part.c.item == copy.uuid("one")
        for part, to in ((1, 9), (2, 1), (9, 2)):
            conn.execute(sa.update(vault_part).where(mine, vault_part.c.part == part).values(part=to))


@row(CONTENT, "moves a file's row to another version of the item", seen="serving")
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        mine = (vault_part.c.item == copy.uuid("one"), vault_part.c.part == 1)
        conn.execute(sa.update(vault_part).where(*mine).values(version=2))


@row(CONTENT, "deletes a file from the store", had="S", seen="serving")
def _(copy: Copy) -> None:
    stores.remove(copy.house, copy.objects("one")[0])


@row(CONTENT, "swaps the wrapped keys of two items", had="K", seen="serving")
def _(copy: Copy) -> None:
    with copy.keystore() as conn:
        both = {p: _key(conn, copy, p) for p in ("one", "two")}
        for one, other in (("one", "two"), ("two", "one")):
            values = {name: both[other][name] for name in ("wrapped", "kek_id")}
            conn.execute(sa.update(object_key).where(object_key.c.item == copy.uuid(one)).values(values))


@row(CONTENT, "names another wrapping key in a key's row", had="K", seen="serving")
def _(copy: Copy) -> None:
    _edit_key(copy, kek_id=_other_kek(copy))


@row(CONTENT, "names the other body in a key's row", had="K", so="Wrapping keys are found by their own id; the rest is "
     "decided by the application's row.")  # fmt: skip
def _(copy: Copy) -> None:
    _edit_key(copy, body="imb")


@row(CONTENT, "edits the marking in a key's row", had="K", seen="serving")
def _(copy: Copy) -> None:
    _edit_key(copy, marking="O")


@row(CONTENT, "edits the marking in the item's row", seen="serving verify")
def _(copy: Copy) -> None:
    copy.sql(f"update item set marking = 'OFFICIAL', marking_code = 'O' where id = {copy.id('one')}")


@row(CONTENT, "changes sealed words of an item", seen="serving")
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        from sharing.tables.items import item_field

        mine = (item_field.c.item_uuid == copy.uuid("one"), item_field.c.name == "text")
        kept = bytes(conn.execute(sa.select(item_field.c.sealed).where(*mine)).scalar_one())
        changed = kept[:-2] + bytes([kept[-2] ^ 1]) + kept[-1:]
        conn.execute(sa.update(item_field).where(*mine).values(sealed=changed))


@row(CONTENT, "gives an item another item's sealed words", seen="serving")
def _(copy: Copy) -> None:
    with copy.insider() as conn:
        from sharing.tables.items import item_field

        other = sa.select(item_field.c.sealed).where(
            item_field.c.item_uuid == copy.uuid("two"), item_field.c.name == "text"
        )
        mine = (item_field.c.item_uuid == copy.uuid("one"), item_field.c.name == "text")
        conn.execute(sa.update(item_field).where(*mine).values(sealed=conn.execute(other).scalar_one()))


def _no_key(copy: Copy) -> None:
    assert copy.house.keystore.of_item(_uuid(copy, "gone")) == []


@row(
    CONTENT,
    "puts a destroyed item's key back from a backup of the key store",
    had="K",
    so="The application's row says destroyed: the next start destroys the key again before anybody is served.",
    after=_no_key,
)
def _(copy: Copy) -> None:
    _revive(copy)


@row(
    CONTENT,
    "puts key and file back, and makes the vault's row say that it is live",
    had="D, S, K",
    seen="verify",
    after=_gone_stays_gone,
)
def _(copy: Copy) -> None:
    _revive(copy)
    with copy.insider() as conn:
        conn.execute(sa.update(vault_object).where(vault_object.c.item == copy.uuid("gone")).values(state="live"))


@row(
    CONTENT,
    "puts back everything there ever was of a destroyed item: key, file, words, every row as it was bound then",
    had="D, S, K",
    seen="verify",
    so="Whoever kept key, ciphertext and keyring can read it anyway, until the wrapping key is destroyed and every "
    "copy of it: that is the date a certificate's promise is worth.",
)
def _(copy: Copy) -> None:
    _revive(copy)
    older = copy.scene.older["before"]
    source = sa.create_engine(_url(older["database"]))
    uuid = copy.uuid("gone")
    with source.connect() as was, copy.insider() as conn:
        for table, column in _OF_AN_ITEM.items():
            if table != "item":  # others refer to that row: it is written over
                conn.exec_driver_sql(f"delete from {table} where {column} = '{uuid}'")
            for found in was.exec_driver_sql(f"select * from {table} where {column} = '{uuid}'").mappings().all():
                _place(conn, table, dict(found))
    source.dispose()
    files = older["state"] / "vault" / "objects"
    for path in files.rglob("*"):
        if path.is_file() and uuid in str(path):
            to = copy.state / "vault" / "objects" / path.relative_to(files)
            to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            to.write_bytes(path.read_bytes())


_OF_AN_ITEM = {
    "item": "uuid",
    "vault_object": "item",
    "vault_part": "item",
    "item_file": "item_uuid",
    "item_field": "item_uuid",
}


def _place(conn: sa.Connection, table: str, values: dict[str, Any]) -> None:
    from app.bootstrap.schema import metadata

    where = metadata.tables[table]
    raw = sa.Table(table, sa.MetaData(), *(sa.Column(c.name, primary_key=c.primary_key) for c in where.c))
    if table == "item":
        conn.execute(sa.update(raw).where(raw.c.uuid == values["uuid"]).values(values))
    else:
        conn.execute(sa.insert(raw).values(values))


def _url(text: str) -> str:
    return text.replace("postgresql://", "postgresql+psycopg://")


def _uuid(copy: Copy, purpose: str) -> Any:
    from uuid import UUID

    return UUID(copy.uuid(purpose))


def _key(conn: sa.Connection, copy: Copy, purpose: str) -> dict[str, Any]:
    return dict(conn.execute(sa.select(object_key).where(object_key.c.item == copy.uuid(purpose))).mappings().one())


def _edit_key(copy: Copy, **values: Any) -> None:
    with copy.keystore() as conn:
        done = conn.execute(sa.update(object_key).where(object_key.c.item == copy.uuid("one")).values(values))
        assert done.rowcount == 1


def _other_kek(copy: Copy) -> str:
    with copy.keystore() as conn:
        mine = _key(conn, copy, "one")["kek_id"]
        return next(k for k in conn.execute(sa.select(object_key.c.kek_id)).scalars() if k != mine)


def _revive(copy: Copy) -> None:
    engine = older_keystore(copy, "before")
    with engine.connect() as was, copy.keystore() as conn:
        conn.execute(sa.insert(object_key).values(_key(was, copy, "gone")))
        conn.execute(sa.delete(erased).where(erased.c.item == copy.uuid("gone")))
    engine.dispose()


@control("a file is opened, an item read and its marking kept")
def _(copy: Copy) -> None:
    answer = copy.live.api("chair")("GET", f"/items/{copy.item('two')}/files/2?purpose=follow-up")
    assert answer.status_code == 200
