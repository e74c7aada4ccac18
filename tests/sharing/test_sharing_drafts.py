"""Drafts and their files: what may be given, what is kept, and that nothing is left of what is thrown away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from classification.errors import MarkingInvalid
from sharing.errors.items import (
    Changed,
    DraftFaulty,
    DraftNotFound,
    FileEmpty,
    FileNameRefused,
    FileNotFound,
    FileTooLarge,
    TooManyFiles,
)
from sharing.model.item import Subject, Written
from sharing.tables import items as tables
from tests import stores
from tests.sharing.world import LIMITS, World, written_of
from vault.errors import Empty, PartNotBegun, TooLarge


def opened(house: World, who: str, draft: UUID) -> Any:
    return house.act(who, "draft", draft)


def test_a_draft_gives_back_what_was_written_and_keeps_what_is_not_revised(house: World) -> None:
    draft = house.draft("sana")
    revised: Any = house.act("sana", "revise_draft", draft, Written(title="  Another title "), expected=1)
    assert revised.version == 2
    after = opened(house, "sana", draft)
    assert (after.title, after.text) == ("Another title", "Three people told us the same thing.")
    assert after.subjects == written_of().subjects
    assert (after.establishment, after.marking, after.version) == ("LEI", "OFFICIAL-SENSITIVE", 2)
    house.act("sana", "revise_draft", draft, Written(establishment="", text=""))
    after = opened(house, "sana", draft)
    assert (after.establishment, after.text, after.title) == (None, "", "Another title")


def test_a_draft_keeps_the_persons_and_groups_named(house: World) -> None:
    draft = house.draft("sana", written=written_of(recipients=(house.number("cora"),)))
    assert opened(house, "sana", draft).recipients == (house.number("cora"),)
    house.act("sana", "revise_draft", draft, Written(recipients=(house.number("ivo"), house.number("tess"))))
    assert opened(house, "sana", draft).recipients == tuple(sorted((house.number("ivo"), house.number("tess"))))
    ref: Any = house.act("sana", "send", draft)
    assert house.act("ivo", "open", ref.reference, "inspection")


def test_a_stale_revision_is_refused_and_changes_nothing(house: World) -> None:
    draft = house.draft("sana")
    house.act("sana", "revise_draft", draft, Written(title="One"), expected=1)
    for method, *args in (("revise_draft", Written(title="Two")), ("send",), ("discard_draft",)):
        with pytest.raises(Changed):
            house.act("sana", method, draft, *args, expected=1)
    assert opened(house, "sana", draft).title == "One"


def test_a_marking_revised_binds_the_key_anew(house: World) -> None:
    draft = house.draft("sana")
    house.act("sana", "revise_draft", draft, Written(marking="OFFICIAL"))
    after = opened(house, "sana", draft)
    assert (after.marking, after.title) == ("OFFICIAL", "Use of force on B wing")
    key = house.keystore.get(draft, 1)
    assert key is not None
    assert key.marking == "O"


def test_a_marking_that_is_none_is_refused(house: World) -> None:
    with pytest.raises(MarkingInvalid):
        house.draft("sana", written=written_of(marking="FAIRLY PRIVATE"))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"subjects": (Subject("", (("prison-number", "A12345"),)),)}, "subjects"),
        ({"subjects": (Subject("", (("pnc", "2003/0011985Y"),)),)}, "subjects"),
        ({"subjects": (Subject("", (("shoe-size", "9"),)),)}, "subjects"),
        ({"subjects": (Subject(),)}, "subjects"),
        ({"subjects": (Subject("!!!"),)}, "subjects"),
        ({"subjects": (Subject("Joan"),) * 101}, "subjects"),
        ({"establishment": "XXX"}, "establishment"),
        ({"title": "x" * 201}, "title"),
        ({"text": "x" * 100_001}, "text"),
        ({"sharing_purpose": "x" * 2001}, "sharing_purpose"),
        ({"recipients": (999_999,)}, "recipients"),
        ({"groups": (999_999,)}, "groups"),
        ({"embargo_lead": 999_999}, "recipients"),
    ],
)
def test_what_cannot_be_used_is_named_by_its_field_and_nothing_is_made(
    house: World, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(DraftFaulty) as caught:
        house.draft("sana", written=written_of(**changed))
    assert set(caught.value.fields) == {field}
    assert "A12345" not in caught.value.detail
    with house.engine.connect() as conn:
        assert conn.execute(sa.select(sa.func.count()).select_from(tables.draft)).scalar_one() == 0


def test_a_discarded_draft_leaves_neither_row_nor_word_nor_key_nor_file(house: World) -> None:
    draft = house.draft("sana")
    house.attach("sana", draft, "a.txt", b"abc")
    house.act("sana", "discard_draft", draft)
    with house.engine.connect() as conn:
        for table in (tables.draft, tables.item_field, tables.item_file, tables.draft_named):
            assert conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0
    assert house.keystore.of_item(draft) == []
    assert stores.files(house) == []
    with pytest.raises(DraftNotFound):
        opened(house, "sana", draft)


def test_a_sent_draft_is_a_draft_no_more(house: World) -> None:
    draft = house.draft("sana")
    house.act("sana", "send", draft)
    for method in ("draft", "send", "discard_draft"):
        with pytest.raises(DraftNotFound):
            house.act("sana", method, draft)


# --- files -------------------------------------------------------------------------------------------------------


def test_the_limit_is_told_before_a_byte_is_sent_and_at_the_first_byte_over_it(house: World) -> None:
    draft = house.draft("sana")
    with pytest.raises(FileTooLarge, match="1,000,000 bytes at most; this one has 1,000,001"):
        house.act("sana", "begin_file", draft, "a.txt", size=LIMITS.file_bytes + 1)
    writer: Any = house.act("sana", "begin_file", draft, "a.txt")
    writer.write(b"x" * LIMITS.file_bytes)
    with pytest.raises(TooLarge, match="1,000,000"):
        writer.write(b"x")
    assert opened(house, "sana", draft).files == ()


def test_a_file_of_no_bytes_is_refused(house: World) -> None:
    draft = house.draft("sana")
    with pytest.raises(FileEmpty):
        house.act("sana", "begin_file", draft, "a.txt", size=0)
    writer: Any = house.act("sana", "begin_file", draft, "a.txt")
    with pytest.raises(Empty):
        writer.finish()


def test_an_item_carries_no_more_files_than_it_may(house: World) -> None:
    draft = house.draft("sana")
    for number in range(LIMITS.files):
        house.attach("sana", draft, f"{number}.txt", b"abc")
    with pytest.raises(TooManyFiles, match="3 files at most"):
        house.act("sana", "begin_file", draft, "one more.txt")
    house.act("sana", "remove_file", draft, 2)
    assert house.attach("sana", draft, "one more.txt", b"abc") == 4
    assert [f.part for f in opened(house, "sana", draft).files] == [1, 3, 4]


def test_files_begun_together_beyond_the_limit_are_refused_when_attached(house: World) -> None:
    draft = house.draft("sana")
    writers: list[Any] = [house.act("sana", "begin_file", draft, "a.txt") for _ in range(LIMITS.files + 1)]
    for writer in writers:
        writer.write(b"abc")
    for writer in writers[:-1]:
        house.act("sana", "attach", draft, writer.finish(), "a.txt")
    with pytest.raises(TooManyFiles):
        house.act("sana", "attach", draft, writers[-1].finish(), "a.txt")


def test_a_file_begun_for_one_draft_is_not_attached_to_another(house: World) -> None:
    one, other = house.draft("sana"), house.draft("sana")
    writer: Any = house.act("sana", "begin_file", one, "a.txt")
    writer.write(b"abc")
    sealed = writer.finish()
    with pytest.raises(FileNotFound):
        house.act("sana", "attach", other, sealed, "a.txt")
    house.act("sana", "attach", one, sealed, "a.txt")
    with pytest.raises(PartNotBegun):
        house.act("sana", "attach", one, sealed, "a.txt")


@pytest.mark.parametrize("name", ["", "..", "a\u202etxt.exe", "a\nb", "x" * 256, "CON.txt", "folder/"])
def test_a_bad_name_is_refused_before_anything_is_streamed(house: World, name: str) -> None:
    draft = house.draft("sana")
    with pytest.raises(FileNameRefused) as caught:
        house.act("sana", "begin_file", draft, name)
    assert caught.value.fields["file"]


def test_html_in_a_name_is_kept_as_the_text_it_is(house: World) -> None:
    draft = house.draft("sana")
    house.attach("sana", draft, "<img src=x onerror=alert(1)>.pdf", b"abc", "text/html; <script>")
    (file,) = opened(house, "sana", draft).files
    assert (file.name, file.media_type) == ("<img src=x onerror=alert(1)>.pdf", "text/html")


def test_a_file_taken_off_is_gone_and_taken_off_once(house: World) -> None:
    draft = house.draft("sana")
    part = house.attach("sana", draft, "a.txt", b"abc")
    house.act("sana", "remove_file", draft, part)
    with pytest.raises(FileNotFound):
        house.act("sana", "remove_file", draft, part)
    assert opened(house, "sana", draft).files == ()


def test_nothing_new_is_begun_or_sent_about_an_establishment_that_has_closed(house: World) -> None:
    draft = house.draft("sana")
    ann = house.actor("ann")
    closed = replace(house.do(lambda w: w.people.establishment("LEI")), active=False)
    house.do(lambda w: w.identity.import_establishments(rows=[closed], actor=ann, now=house.now))
    with pytest.raises(DraftFaulty) as refused:
        house.draft("sana")
    assert "has closed" in refused.value.fields["establishment"][0]
    with pytest.raises(DraftFaulty) as refused:
        house.act("sana", "send", draft)
    assert "has closed" in refused.value.fields["establishment"][0]
