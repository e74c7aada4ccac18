"""Every address as each of the cast and as nobody, against the reviewed table; forms without a token; wrong methods.

In every run each row is tried as nobody, as one who is let in and as one who is not, others in each row; every pair
with ``--worlds 3000`` (``make matrix``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from markupsafe import escape

from tests.house import Live
from tests.matrix import table
from tests.matrix.table import Row
from tests.matrix.trying import HOLE, IN, NOBODY, ONE_OF, WHO, Tried, nothing_kept, public

pytestmark = pytest.mark.once("who may reach an address is decided above the database")
EVERY_PAIR = 3000
# Let in, these do more than one unit of work can take back; they are tried as those who are not let in.
NOT_TAKEN_BACK = {
    "PUT /api/v1/drafts/<draft>/files/<path:name>": "its body is sealed piece by piece, in units of work of their own",
    "POST /demonstration/sweep": "it runs every job to its end, and what is taken back each time has none",
}


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tried]:
    live = Live.create(tmp_path_factory.mktemp("matrix") / "state")
    made = Tried.create(live)
    with nothing_kept():
        yield made
    live.close()


def some(place: int, row: Row) -> list[str]:
    """Nobody, one who is let in, one who is not: others in each row."""
    inside = [who for who in WHO if row.told[who] == IN]
    outside = [who for who in WHO if row.told[who] != IN]
    return [NOBODY, *(group[place * 7 % len(group)] for group in (inside, outside) if group)]


@pytest.fixture
def every(request: pytest.FixtureRequest) -> bool:
    """Whether every pair is asked for (``make matrix``), or some of each address."""
    return bool(request.config.getoption("--worlds") >= EVERY_PAIR)


def test_everybody_is_told_what_the_table_says(tried: Tried, every: bool) -> None:
    wrong = []
    for place, row in enumerate(table.read()):
        for who in [NOBODY, *WHO] if every else some(place, row):
            if row.told[who] == IN and row.name in NOT_TAKEN_BACK:
                continue
            told = tried.outcome(who, row.method, row.rule)
            if told != row.told[who]:
                wrong.append(f"{row.name} as {who}: {told}, not {row.told[who]}")
    assert wrong == []


def test_no_form_is_taken_without_its_token_or_from_elsewhere(tried: Tried, every: bool) -> None:
    forms = [row for row in table.read() if row.method != "GET" and not row.rule.startswith("/api/")]
    taken = []
    for place, row in enumerate(forms):
        who = next((who for who in WHO if row.told[who] == IN), WHO[0])
        good = {"csrf_token": tried.csrf[who]}
        others = [
            {"data": good, "headers": {"Origin": "https://elsewhere.example"}},
            {"data": good, "headers": {"Origin": "null"}},
            {"data": good, "headers": {"Sec-Fetch-Site": "cross-site"}},
            {"data": good, "headers": {"Sec-Fetch-Site": "same-site"}},
            {"data": {"csrf_token": "A" * 86 + "=="}},
        ]
        foreign = {"data": {"csrf_token": tried.csrf["auditor" if who != "auditor" else "staff"]}}
        for given in ({"data": {"x": "1"}}, foreign, *(others if every else others[place % len(others) :][:1])):
            answer = tried.ask(who, row.method, row.rule, **given)
            if answer.status_code != 400 and row.name not in NO_TOKEN:
                taken.append((row.name, who, given, answer.status_code))
    assert taken == []
    assert len(forms) > 100


NO_TOKEN = {
    "POST /audit/cosignatures": "witnesses hold no session; what they send is signed",
    "POST /media/<medium>/read-back": "where a file goes is decided before its form is read: no such medium, 404",
}


def test_methods_that_an_address_has_not_are_refused(tried: Tried) -> None:
    known: dict[str, set[str]] = {}
    for method, rule in table.addresses():
        known.setdefault(tried.filled(rule), set()).add(method)
    wrong = []
    for place, (address, methods) in enumerate(sorted(known.items())):
        for method in sorted({"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - methods)[place % 3 :: 3]:
            answer = tried.judged(
                tried.client.open(
                    address, method=method, headers={"Authorization": f"Bearer {tried.live.tokens['staff']}"}
                )
            )
            if answer.status_code < 300:  # an address of another name may answer to it: that, too, refuses
                wrong.append((method, address, answer.status_code))
    assert wrong == []


def test_a_body_of_another_kind_is_taken_nowhere(tried: Tried) -> None:
    """A form sent as JSON, JSON sent as a form: neither is read as what it is not."""
    wrong = []
    for row in table.read()[::2]:
        who = next((who for who in WHO if row.told[who] == IN), "")
        if row.method not in ("POST", "PATCH") or not who:
            continue
        if row.rule.startswith("/api/"):
            found = tried.body(row.method, row.rule)
            if not found.get("json"):
                continue
            answer = tried.ask(
                who, row.method, row.rule, data=found["json"], content_type="application/x-www-form-urlencoded"
            )
            good = answer.status_code in (400, 403, 404, 415)
        else:
            answer = tried.ask(who, row.method, row.rule, json={"csrf_token": tried.csrf[who]})
            good = answer.status_code == 400 or row.name in NO_TOKEN
        if not good:
            wrong.append((row.name, who, answer.status_code))
    assert wrong == []


def test_asking_for_the_headers_alone_tells_what_asking_for_the_whole_does(tried: Tried, every: bool) -> None:
    """HEAD is let in and refused as GET is, and has no body."""
    wrong = []
    for place, row in enumerate(each for each in table.read() if each.method == "GET"):
        for who in some(place, row) if every else some(place, row)[place % 2 + 1 :][:1]:
            answer = tried.ask(who, "HEAD", row.rule)
            told = tried.told(row.rule, answer)
            if told != row.told[who] or answer.data:
                wrong.append(f"HEAD {row.rule} as {who}: {told}, not {row.told[who]}")
    assert wrong == []


def test_asking_for_the_methods_tells_nothing_of_what_is_there(tried: Tried, every: bool) -> None:
    """OPTIONS says the same of a record that there is and of one that there is not, and nothing to nobody."""
    wrong = []
    rules = sorted({row.rule for row in table.read() if "<" in row.rule} - public())
    for rule in rules if every else rules[::4]:
        real, none = (tried.asked_of(where, "staff", "OPTIONS", rule) for where in (tried.filled(rule), nowhere(rule)))
        if (real.status_code, real.headers.get("Allow"), real.data) != (
            none.status_code, none.headers.get("Allow"), none.data,
        ):  # fmt: skip
            wrong.append((rule, real.status_code, none.status_code))
        stranger = tried.asked_of(tried.filled(rule), NOBODY, "OPTIONS", rule)
        if stranger.status_code not in (303, 401):
            wrong.append((rule, NOBODY, stranger.status_code))
    assert wrong == []


def nowhere(rule: str) -> str:
    """The address with ids of nothing."""
    return HOLE.sub(lambda hole: NONE.get(hole[0].partition(":")[0], "none"), ONE_OF.sub(lambda hole: hole[1], rule))


NONE = {"<int": "987", "<uuid": "00000000-0000-0000-0000-00000000abcd", "<int(max=1000000)": "987"}


def test_an_address_written_otherwise_leads_to_no_other_door(tried: Tried) -> None:
    """With a slash more, in capitals, with dots, dashes of a path, or an ending: refused, or the address itself."""
    wrong = []
    for place, row in enumerate(each for each in table.read() if each.method == "GET"):
        outside = [who for who in [NOBODY, *WHO] if row.told[who] != IN]
        who = outside[place % len(outside)] if outside and row.rule != "/" else ""
        path, _, asked = tried.filled(row.rule).partition("?")
        ways = [path.replace("/", "//", 2)[1:], path.upper(), f"/.{path}"]
        ways += [f"{path}{each}" for each in ("/", "/.", ";x", "%00", "%2f", ".json")]
        for other in (ways if every else ways[place % 4 :: 4]) if who else ():
            answer = tried.asked_of(f"{other}?{asked}", who, "GET", row.rule)
            if answer.status_code < 300 and not answer.request.path.startswith(("/help", "/assets")):
                wrong.append((row.name, who, other, answer.status_code))
    assert wrong == []


ELSEWHERE = "https://elsewhere.example/"
NAMES = ("back", "next", "from", "return", "to", "url", "redirect", "continue", "q", "ref", "person", "cursor", "show")
LEADING = re.compile(r"""<[^>]*\b(?:href|src|action|formaction|content|data-[a-z-]+)=["']?\s*(?:https?:)?//elsewhere""")


def test_no_page_leads_to_where_its_address_says_nor_repeats_it_as_a_page(tried: Tried, every: bool) -> None:
    """Whatever an address carries that could name a way back, a header or a piece of a page."""
    wrong = []
    pages = [row for row in table.read() if row.method == "GET" and not row.rule.startswith(("/api/", "/assets/"))]
    meant = (ELSEWHERE, "//elsewhere.example", "/\\elsewhere.example", "javascript:elsewhere", "/%09/elsewhere.example")
    for place, row in enumerate(pages):
        who = next((who for who in WHO if row.told[who] == IN), "")
        path, _, asked = tried.filled(row.rule).partition("?")
        for said in (meant if every else meant[place % len(meant) :][:1]) if who else ():
            text = quote(f'{said}"><i data-x>\r\nX-Elsewhere: 1')
            given = "&".join([asked, *(f"{name}={text}" for name in NAMES)]).lstrip("&")
            answer = tried.asked_of(f"{path}?{given}", who, "GET", row.rule)
            body = answer.text if answer.mimetype == "text/html" else ""
            if (
                answer.status_code >= 500
                or LEADING.search(body)
                or "<i data-x>" in body
                or "X-Elsewhere" in answer.headers
            ):
                wrong.append((row.name, who, said, answer.status_code))
    assert wrong == []


def test_what_one_may_not_know_of_is_answered_like_what_is_not_there(tried: Tried, every: bool) -> None:
    """Refused or told of nothing: the same status, headers and words for a record that there is and for none."""
    wrong, compared, rows = [], 0, table.read()
    for place, row in enumerate(each for each in rows if HOLE.search(each.rule) and each.name not in NO_SECRET):
        refused = [who for who in WHO if row.told[who] != IN and who not in knowing(row, rows)]
        for who in refused if every else refused[place % len(refused) :][:1] if refused else ():
            real, none = tried.filled(row.rule), nowhere(row.rule)
            if real.partition("?")[0] == none or tried.live.ids[who] in real:  # everybody knows of their own account
                continue
            found = [told_of(tried, who, row, where) for where in (real, none)]
            compared += 1
            if found[0] != found[1]:
                wrong.append((row.name, who, found[0][0], found[1][0]))
    assert wrong == []
    assert compared > 150


# Agreements and offices are known to everybody; whose turn an attestation is, is told to whoever names it, and its id
# is 128 bits of chance.
OPEN = ("<agreement>", "offices/<office>")
NO_SECRET = {"POST /api/v1/access-review/<appointment>"}
LOOKED_AT = {"/name-instead/": "/items/<ref>", "/api/v1/papers/": "/api/v1/papers/<paper>"}


def knowing(row: Row, rows: list[Row]) -> set[str]:
    """Who may look at the record that the address is about, and so is told why an act on it is not for them."""
    if any(each in row.rule for each in OPEN):
        return set(WHO)
    place = HOLE.search(row.rule)
    begin = next(
        (to for at, to in LOOKED_AT.items() if row.rule.startswith(at)), row.rule[: place.end() if place else 0]
    )
    return {who for each in rows if (each.method, each.rule) == ("GET", begin) for who in WHO if each.told[who] == IN}


def told_of(tried: Tried, who: str, row: Row, address: str) -> tuple[int, dict[str, str], str]:
    """An answer without what differs from request to request: its number, its form tokens, what was asked for."""
    answer = tried.ask(who, row.method, row.rule, at=address)
    headers = {name: text for name, text in answer.headers if name not in ("X-Request-Id", "Date", "Content-Length")}
    path = address.partition("?")[0]
    words = re.sub(r"[0-9a-f]{16}|value=\"[^\"]*\"", "", answer.text)
    for part in (address, path, quote(path, safe=""), escape(address), *reversed(path.split("/"))):
        words = words.replace(str(part), "") if len(str(part)) > 3 else words
    return answer.status_code, headers, words


def test_json_that_two_readers_could_read_differently_is_read_by_none(tried: Tried) -> None:
    """A name twice in it; numbers that are none, without end or of no measure: at every operation that takes JSON."""
    wrong = []
    for place, row in enumerate(table.read()):
        who = next((who for who in WHO if row.told[who] == IN), "")
        found = tried.body(row.method, row.rule) if row.rule.startswith("/api/") and row.method != "GET" and who else {}
        text = json.dumps(found.get("json") or {})
        if len(text) < 5:
            continue
        name = next(iter(found["json"]))
        many = [
            f'{{"{name}": 1, {text[1:]}',
            *(f'{{"{name}": {each}, "x": 1}}' for each in ("NaN", "1e999", "9" * 400)),
        ]
        for said in (many[0], many[1 + place % 3]):
            answer = tried.ask(who, row.method, row.rule, data=said, content_type="application/json")
            if answer.status_code not in (400, 409, 428, 404, 403):
                wrong.append((row.name, who, said[:60], answer.status_code))
            if said == many[0] and answer.status_code == 400 and answer.json["code"] != "api.json-broken":
                wrong.append((row.name, who, said[:60], answer.json["code"]))
    assert wrong == []


def test_every_answer_has_its_headers_its_cookies_and_leads_nowhere_else(tried: Tried) -> None:
    """All that were given above, whoever asked and whatever came of it (tests/matrix/laws.py)."""
    assert sorted(tried.lacking)[:20] == []
    assert tried.judgements > 2000


def test_trying_left_the_house_as_it_was(tried: Tried) -> None:
    assert tried.counted() == tried.before
