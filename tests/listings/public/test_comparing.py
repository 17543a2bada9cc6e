"""Up to four offers side by side, and similar ones."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from listings.models import Listing, ListingState
from listings.search import indexer
from listings.search.similar import similar
from marketplace.accounts.models import Organization, Role, User
from tests.listings.making import firm, member, offer, university
from tests.listings.public.conftest import sound

pytestmark = pytest.mark.django_db
COMPARE, ASIDE = reverse("listings:compare"), reverse("listings:compare_aside")


@pytest.fixture
def five(school: Organization, alice: User) -> list[Listing]:
    return [
        sound(school, alice, f"第{n}件装置", prices={"micro": 1_000_000}, problem=f"难题{n}：热量跑掉", maturity=n + 1)
        for n in range(5)
    ]


def english(client: Client) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def put(client: Client, *listings: Listing, **told: str) -> Any:
    answer = None
    for listing in listings:
        answer = client.post(ASIDE, {"listing": listing.code} | told)
    return answer


def test_two_offers_stand_side_by_side_under_an_address_of_their_own(client: Client, five: list[Listing]) -> None:
    put(client, *five[:2])

    answer = english(client).get(COMPARE)

    assert answer["Location"] == f"{COMPARE}?l={five[0].code!s}&l={five[1].code!s}"
    text = text_of(client.get(answer["Location"]))
    assert "第0件装置" in text
    assert "难题1：热量跑掉" in text
    assert text.count('<span class="amount">¥30,000</span>') == 2


def test_a_firm_compares_the_prices_it_pays_itself(client: Client, five: list[Listing], bob: User) -> None:
    member(bob, firm(size="micro"), Role.OWNER)
    client.force_login(bob)

    text = text_of(english(client).get(COMPARE, {"l": [str(five[0].code), str(five[1].code)]}))

    assert text.count('<span class="amount">¥10,000</span>') == 2
    assert "¥30,000" not in text


def test_only_what_differs_can_be_shown(client: Client, five: list[Listing]) -> None:
    text = text_of(english(client).get(COMPARE, {"l": [str(five[0].code), str(five[1].code)], "only": "different"}))

    assert "难题0：热量跑掉" in text
    assert "示范理工大学" not in text


def test_pressing_again_takes_an_offer_away(client: Client, five: list[Listing]) -> None:
    put(client, five[0], five[1], five[0])

    assert client.session["compared"] == [str(five[1].code)]


def test_four_fit_and_no_fifth(client: Client, five: list[Listing]) -> None:
    put(english(client), *five[:4])

    answer = client.post(ASIDE, {"listing": str(five[4].code)}, headers={"HX-Request": "true", "HX-Target": "tray"})

    assert client.session["compared"] == [str(row.code) for row in five[:4]]
    assert "At most four offers can be compared" in text_of(answer)


def test_all_can_be_taken_away_at_once(client: Client, five: list[Listing]) -> None:
    put(client, *five[:2])

    client.post(ASIDE, {"clear": "1"})

    assert "compared" not in client.session


def test_htmx_gets_the_tray_and_the_button_as_they_are_now(client: Client, five: list[Listing]) -> None:
    answer = client.post(ASIDE, {"listing": str(five[0].code)}, headers={"HX-Request": "true", "HX-Target": "tray"})

    text = text_of(answer)
    assert '<aside class="tray" id="tray"' in text
    assert re.search(rf'id="aside-{five[0].code!s}"[^>]* aria-pressed="true" data-hx-swap-oob="true"', text)


def test_without_htmx_the_visitor_comes_back_to_where_he_was(client: Client, five: list[Listing]) -> None:
    answer = put(client, five[0], next="/find/?q=%E4%BD%99%E7%83%AD")

    assert answer["Location"] == "/find/?q=%E4%BD%99%E7%83%AD"


@pytest.mark.parametrize(
    "away",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\/evil.example", "javascript:alert(1)", "",
     "/\t/e.x", "http:///evil.example", "///evil.example", "find/"],
)  # fmt: skip
def test_nobody_is_led_off_the_site(client: Client, five: list[Listing], away: str) -> None:
    assert put(client, five[0], next=away)["Location"] == reverse("listings:find")


def test_what_is_not_on_offer_is_not_compared_however_it_is_named(client: Client, five: list[Listing]) -> None:
    put(client, *five[:3])
    Listing.objects.filter(pk=five[0].pk).update(state=ListingState.SUSPENDED)
    Listing.objects.filter(pk=five[1].pk).update(state=ListingState.WITHDRAWN)

    text = text_of(english(client).get(COMPARE, {"l": [str(row.code) for row in five[:3]]}))

    assert "第0件装置" not in text
    assert "第1件装置" not in text
    assert "第2件装置" in text
    assert "2 of the offers you wanted to compare are not on offer now" in text
    assert "第0件装置" not in text_of(client.get(reverse("listings:find")))
    assert client.get(COMPARE)["Location"] == f"{COMPARE}?l={five[2].code!s}"


def test_what_is_not_on_offer_cannot_be_put_aside_but_taken_away(client: Client, five: list[Listing]) -> None:
    put(client, five[1])
    Listing.objects.filter(pk__in=[five[0].pk, five[1].pk]).update(state=ListingState.WITHDRAWN)

    put(client, five[0])
    assert client.session["compared"] == [str(five[1].code)]
    put(client, five[1])
    assert client.session["compared"] == []


@pytest.mark.parametrize(
    "codes", [[], [""], ["x"], ["'; --"], [str(uuid4())], [str(uuid4())] * 90, ["\x00"[:0] + "٣" * 32]]
)
def test_nonsense_compares_nothing(client: Client, five: list[Listing], codes: list[str]) -> None:
    assert client.get(COMPARE, {"l": codes}).status_code == 200
    assert [client.post(ASIDE, {"listing": code}).status_code for code in codes[:3]] == [302] * len(codes[:3])
    assert client.session.get("compared", []) == []


def test_a_spoilt_session_is_an_empty_tray(client: Client, five: list[Listing]) -> None:
    for spoilt in ("x", {"a": 1}, [1, None, "x"], None):
        session = client.session
        session["compared"] = spoilt
        session.save()
        assert client.get(COMPARE).status_code == 200


def test_four_cost_as_many_questions_as_two(client: Client, five: list[Listing]) -> None:
    client.get(COMPARE, {"l": str(five[0].code)})
    with CaptureQueriesContext(connection) as two:
        client.get(COMPARE, {"l": [str(row.code) for row in five[:2]]})
    with CaptureQueriesContext(connection) as four:
        client.get(COMPARE, {"l": [str(row.code) for row in five[:4]]})

    assert len(two) == len(four)


# similar offers


@pytest.fixture
def kin(alice: User) -> dict[str, Listing]:
    """Three offers of which two are alike."""
    school = university("另一所示范大学")
    made = {
        "one": offer(school, alice, "烟气余热分级回收装置", products="铅锭"),
        "kin": offer(school, alice, "一种烟气余热回收换热器", products="锌锭", patent__ipc_main="F28D 7/00"),
        "else": offer(school, alice, "山药收获机", products="山药", patent__ipc_main="A01D 13/00"),
    }
    indexer.rebuild()
    return made


def test_a_listing_names_those_that_are_like_it(client: Client, kin: dict[str, Listing]) -> None:
    assert [row.pk for row in similar(kin["one"])] == [kin["kin"].pk]

    text = text_of(english(client).get(kin["one"].get_absolute_url()))
    assert "Similar offers" in text
    assert kin["kin"].get_absolute_url() in text


def test_what_is_withdrawn_is_like_nothing(kin: dict[str, Listing]) -> None:
    Listing.objects.filter(pk=kin["kin"].pk).update(state=ListingState.WITHDRAWN)

    assert similar(kin["one"]) == []


def test_without_an_index_nothing_is_similar_and_the_listing_is_shown(client: Client, announced: Listing) -> None:
    assert similar(announced) == []
    assert client.get(announced.get_absolute_url()).status_code == 200
