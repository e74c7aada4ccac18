"""Files of people and of results: all or nothing, every fault by its line, a trial that leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.bootstrap.importing import bring
from identity.errors import ImportFaulty
from identity.rules.importing import PEOPLE, TRAINING, read
from identity.service.importing import Brought
from identity.tables import person, training_result
from tests.house import CONSOLE, Live

HEAD = ",".join(PEOPLE) + "\n"
GOOD = "ned@example.test,Ned Thistle,imb,board-member,Leeds Board,,2027-03-31\n"
BOTH = GOOD + "ned@example.test,Ned Thistle,imb,imb-staff,,,\n"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.create(tmp_path_factory.mktemp("imports") / "state")
    yield made
    made.close()


def count(live: Live) -> tuple[int, ...]:
    with live.house.work() as work:
        tables = (person, training_result)
        return tuple(work.conn.execute(sa.select(sa.func.count()).select_from(each)).scalar_one() for each in tables)


def send(live: Live, text: str | bytes, kind: str = "people", *, trial: bool = False) -> Brought:
    data = text if isinstance(text, bytes) else text.encode()
    return bring(live.house, kind, data, actor=CONSOLE, trial=trial, console=True)


def test_a_trial_finds_the_file_good_and_leaves_nothing(live: Live) -> None:
    before = count(live)
    assert send(live, HEAD + BOTH, trial=True).lines == 2
    assert count(live) == before


def test_one_person_on_two_lines_is_one_account_with_two_appointments(live: Live) -> None:
    done = send(live, "\ufeff" + HEAD + BOTH.replace("ned@", "Nell@").replace("Ned", "Nell"))
    ((email, made),) = done.invitations
    assert email == "nell@example.test"
    with live.house.work() as work:
        held = work.people.appointments(made.person_id)
    assert sorted(each.role for each in held) == ["board-member", "imb-staff"]


FAULTY = {
    "another encoding": (HEAD.encode() + "zoë@example.test,Zoë,imb,imb-staff,,,\n".encode("cp1252"), "line 2", "UTF-8"),
    "no header": (GOOD.encode(), "line 1", "must name these columns"),
    "nothing": (HEAD.encode(), "file", "holds no line"),
    "a cell too few": ((HEAD + "a@b.test,A,imb\n").encode(), "line 2", "has 3 cells"),
    "the same twice": ((HEAD + GOOD + GOOD).encode(), "line 3", "says again what line 2"),
    "roles in both bodies": (
        (HEAD + GOOD + "ned@example.test,Ned Thistle,hmip,hmip-inspector,,,\n").encode(),
        "line 3",
        "two addresses",
    ),
    "a role of the other body": (
        (HEAD + GOOD.replace("board-member", "hmip-inspector")).encode(),
        "line 2",
        "other party",
    ),
    "no such role": ((HEAD + GOOD.replace("board-member", "juggler")).encode(), "line 2", "none of the roles"),
    "no such office": ((HEAD + GOOD.replace("Leeds", "Atlantis")).encode(), "line 2", "none that has the role"),
    "no such day": ((HEAD + GOOD.replace("2027-03-31", "2027-02-30")).encode(), "line 2", "must be a date"),
    "a day in figures": ((HEAD + GOOD.replace("2027-03-31", "20270331")).encode(), "line 2", "must be a date"),
    "the last day there is": ((HEAD + GOOD.replace("2027-03-31", "9999-12-31")).encode(), "line 2", "must be a date"),
    "an end before its beginning": (
        (HEAD + GOOD.replace("2027-", "2020-")).encode(),
        "line 2",
        "ends before it begins",
    ),
    "an address there is": ((HEAD + GOOD.replace("ned@", "chair@")).encode(), "line 2", "Use another address"),
    "privileged beside other work": (
        (HEAD + GOOD + "ned@example.test,Ned Thistle,imb,imb-operator,,,\n").encode(),
        "line 3",
        "two accounts",
    ),
    "an unseen character": ((HEAD + GOOD.replace("Ned", "N\u202eed")).encode(), "line 2", "cannot be seen"),
}


@pytest.mark.parametrize("case", FAULTY)
def test_a_faulty_file_brings_in_nothing_and_says_why_by_line(live: Live, case: str) -> None:
    data, place, told = FAULTY[case]
    good = b"una@example.test,Una Marsh,imb,imb-staff,,,\n"  # half good is not good enough
    data = data + good if case not in ("no header", "nothing", "another encoding") else data
    before = count(live)
    with pytest.raises(ImportFaulty) as refused:
        send(live, data)
    assert any(told in fault for fault in refused.value.fields[place]), refused.value.fields
    assert count(live) == before


def test_the_report_names_the_first_hundred_lines_that_are_wrong_and_counts_the_rest(live: Live) -> None:
    lines = "".join(f"no{number}@example.test,Una Marsh,imb,juggler,,,\n" for number in range(150))
    before = count(live)
    with pytest.raises(ImportFaulty) as refused:
        send(live, (HEAD + lines).encode())
    assert len(refused.value.fields) == 101
    assert list(refused.value.fields["file"]) == ["has 50 more lines that are wrong. Correct these first"]
    assert "150 faults" in str(refused.value.detail)
    assert count(live) == before


def test_results_of_training_are_brought_in_whole_or_not_at_all(live: Live) -> None:
    head = ",".join(TRAINING) + "\n"
    day = live.now.date().isoformat()
    good = f"chair@example.test,handling,{day},passed,Course,CERT-9\n"
    before = count(live)
    for wrong, told in (
        (good.replace("handling", "juggling"), "none of"),
        (good.replace("passed", "perhaps"), "must be “passed”"),
        (good.replace("CERT-9", ""), "evidence is missing"),
        (good.replace(day, "2999-01-01"), "to come"),
        (good.replace("chair@", "nobody@"), "No account"),
    ):
        with pytest.raises(ImportFaulty) as refused:
            send(live, head + good + wrong.replace(f",{day},", f",{day},"), "training")
        assert any(told in fault for found in refused.value.fields.values() for fault in found), refused.value.fields
        assert count(live) == before
    assert send(live, head + good, "training").lines == 1
    assert count(live)[1] == before[1] + 1


def test_an_administrator_brings_in_their_own_body_alone_and_the_api_tells_each_fault(live: Live) -> None:
    admin = live.api("imb-admin")
    theirs = HEAD + "pia@example.test,Pia Marsh,hmip,hmip-inspector,,,\n"
    refused = admin.post("/accounts/import?kind=people", data=theirs, content_type="text/csv")
    assert (refused.status_code, refused.json["code"]) == (400, "identity.import-faulty")
    own = HEAD + "pia@example.test,Pia Marsh,imb,imb-staff,,,\n"
    tried = admin.post("/accounts/import?kind=people&trial=true", data=own, content_type="text/csv")
    assert (tried.status_code, tried.json) == (200, {"lines": 1, "invitations": [], "file": ""})
    done = admin.post("/accounts/import?kind=people", data=own, content_type="text/csv")
    assert done.json["invitations"][0]["email"] == "pia@example.test"
    (waits,) = admin.ok("GET", f"/conferrals?file={done.json['file']}")["conferrals"]
    assert (waits["role"], waits["person"]) == ("imb-staff", done.json["invitations"][0]["person"])
    nobody = live.api("staff").post("/accounts/import?kind=people", data=own, content_type="text/csv")
    assert nobody.status_code == 403


def test_a_file_too_large_or_too_long_is_refused() -> None:
    rows, faults = read(b"x" * (1024 * 1024 + 1), "people")
    assert (rows, list(faults)) == ([], ["file"])
    many = HEAD + GOOD * 2001
    assert "more than 2000 lines" in read(many.encode(), "people")[1]["file"][0]
