"""Whatever is typed into the question, the page answers it honestly or refuses it; it never breaks (WEB-6)."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings, strategies

from listings.search import Query, indexer, search
from listings.search.engine import backend
from marketplace.accounts.models import User
from tests.listings.making import offer, university

pytestmark = pytest.mark.django_db
HOSTILE = {
    "operators": "AND OR NOT && || ! ( ) { } [ ] ^ \" ~ * ? : \\ / + - = < >",
    "nested brackets": "(" * 200,
    "a field's name": "problem:余热 _exists_:title _id:1",
    "wildcards": "*余* ?热 余*热?",
    "a fuzzy word": "余热~2 锅炉~",
    "a range": "[* TO *] {a TO z}",
    "a regular expression": "/(a+)+$/ (x+x+)+y",
    "a script": '{"script":{"source":"while(true){}"}}',
    "a query": '{"query":{"match_all":{}}}',
    "ten thousand words": "余热 " * 10_000,
    "ten thousand different words": " ".join(f"w{n}" for n in range(10_000)),
    "ten thousand clauses": " OR ".join(f"title:{n}" for n in range(10_000)),
    "one long word": "a" * 50_000,
    "one long Chinese word": "热" * 50_000,
    "long digits": "9" * 5_000,
    "many numbers": " ".join(f"20211{n:07d}" for n in range(500)),
    "combining marks": "e" + "\u0301" * 5_000,
    "bidirectional marks": "\u202e余热\u202c\u2066\u2069",
    "control characters": "".join(map(chr, range(1, 32))) + "余热",
    "private use": "\ue000\uf8ff\U000f0000",
    "emoji": "👩\u200d👩\u200d👧\u200d👦" * 100,
    "markup": "<script>alert(1)</script><mark>",
    "a template": "{{ 7*7 }} {% debug %} ${7*7} #{7*7}",
    "a format": "%s %n %(x)s {0} {x}",
    "SQL": "'; DROP TABLE listings_listing; -- \" OR 1=1",
    "a path": "../../../../etc/passwd",
    "full width": "余热＊？：（）",
    "only blanks": " \t\r\n\u3000\xa0",
    "only stop words": "的 了 和 the of a",
    "a byte order mark": "\ufeff余热",
    "the last character": "\U0010ffff",
}  # fmt: skip


@pytest.fixture
def catalog(site: str, alice: User) -> int:
    school = university()
    for number in range(3):
        offer(school, alice, f"余热锅炉 {number}", problem="热量白白跑掉")
    indexer.rebuild()
    backend().settle()
    return 3


@pytest.mark.one_database
def test_no_hostile_question_breaks_the_page(catalog: int, client: Client) -> None:
    for name, text in HOSTILE.items():
        everywhere = dict.fromkeys(("q", "sort", "page", "track", "ipc", "region", "university"), text)
        response = client.get("/find/", everywhere)

        assert response.status_code in (200, 400, 414), name
        assert "<script>alert" not in response.text, name
        assert "cannot be reached" not in response.text, name  # the engine answered


@pytest.mark.parametrize(
    "raw", ["%00", "a%00b", "%ff%fe", "%ed%a0%80", "%f4%90%80%80", "%c0%80", quote("余热") + "%00"]
)
def test_bytes_that_are_no_text_are_refused_or_read_as_far_as_they_go(catalog: int, client: Client, raw: str) -> None:
    assert client.get(f"/find/?q={raw}").status_code in (200, 400)


def test_ten_thousand_filters_are_refused_or_read_as_far_as_they_go(catalog: int, client: Client) -> None:
    for count, statuses in ((1_900, (200,)), (10_000, (400,))):
        address = urlencode([("university", f"{n:08x}-0000-4000-8000-000000000000") for n in range(count)])
        assert client.get(f"/find/?{address}").status_code in statuses


def test_the_deepest_page_is_bounded(catalog: int, client: Client) -> None:
    for page in ("50", "51", "99999999", "-1", "1e9", "٣"):
        assert client.get("/find/", {"page": page}).status_code == 200


def test_every_naughty_string_is_answered_by_the_engine_itself(catalog: int, shared: Path) -> None:
    strings = json.loads((shared / "data" / "hostile" / "blns.json").read_text(encoding="utf-8"))

    for text in strings:
        results = search(Query(q=text[:200]))
        assert not results.degraded, text
        assert 0 < results.total <= catalog, text

    assert len(strings) > 400


@settings(
    max_examples=60, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(text=strategies.text(max_size=60))
def test_any_text_is_answered_by_the_engine_itself(catalog: int, text: str) -> None:
    from django.http import QueryDict

    results = search(Query.from_get(QueryDict(urlencode({"q": text.encode("utf-8", "replace")}))))

    assert not results.degraded
    assert results.total > 0
