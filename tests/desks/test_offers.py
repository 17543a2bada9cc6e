"""The owner's table of offers: numbers by listing, filters, the download, and who may look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from listings.models import Listing, ListingViews, Patent
from marketplace.accounts.models import Organization, User
from marketplace.desks import portfolio
from marketplace.desks.portfolio import Asked
from marketplace.lib.sheets import read
from marketplace.lib.terms import today
from marketplace.licensing.models import Agreement, State

URL = "/desk/offers/"


def view(listing: Listing, days_ago: int, count: int) -> None:
    ListingViews.objects.create(listing=listing, day=today() - timedelta(days=days_ago), count=count)


def lines(organization: Organization, **asked: str) -> list[portfolio.Line]:
    return portfolio.lines(portfolio.offers_of(organization, Asked(**asked)))


def test_each_offer_shows_readers_requests_and_licenses(
    university: Organization, deal: Callable[..., Agreement], active: Callable[[], Agreement]
) -> None:
    first, second = deal(), active()
    view(first.listing, 0, 3)
    view(first.listing, 29, 4)
    view(first.listing, 30, 50)

    found = {line.listing.pk: (line.views, line.all_views, line.requests, line.deals) for line in lines(university)}

    assert found == {first.listing_id: (7, 57, 1, 0), second.listing_id: (0, 0, 1, 1)}


def test_a_notice_that_was_never_sent_is_no_request(university: Organization, deal: Callable[..., Agreement]) -> None:
    deal(track="open", state=State.PREPARED)

    assert [line.requests for line in lines(university)] == [0]
    assert portfolio.totals(university)["requests"] == 0


@pytest.mark.parametrize(
    ("asked", "titles"),
    [({"state": "suspended"}, ["乙"]), ({"q": "甲"}, ["甲"]), ({"q": "没有"}, []), ({"sort": "title"}, ["乙", "甲"])],
)
def test_filters_and_order(
    university: Organization, listing: Callable[..., Listing], asked: dict[str, str], titles: list[str]
) -> None:
    for name, state in (("甲", "published"), ("乙", "suspended")):
        made = listing(state=state)
        Patent.objects.filter(pk=made.patent_id).update(title=name)

    assert [line.listing.patent.title for line in lines(university, **asked)] == titles


def test_unknown_filters_are_left_out(client: Client, alice: User, university: Organization) -> None:
    client.force_login(alice)

    assert client.get(URL, {"state": "x", "track": "'", "sort": "pk", "industry": "%"}).status_code == 200


def test_the_chart_counts_every_state_once(university: Organization, listing: Callable[..., Listing]) -> None:
    for state in ("draft", "published", "published"):
        listing(state=state)

    assert [(str(bar.label), bar.value) for bar in portfolio.bars(university)] == [("草稿", 1), ("正在许可", 2)]


def test_weeks_begin_on_monday(university: Organization, listing: Callable[..., Listing]) -> None:
    made, monday = listing(), today() - timedelta(days=today().weekday())
    ListingViews.objects.create(listing=made, day=monday - timedelta(days=1), count=5)
    ListingViews.objects.create(listing=made, day=monday, count=2)

    assert [bar.value for bar in portfolio.weeks(university)] == [0, 0, 0, 0, 0, 0, 5, 2]


def test_the_download_has_the_same_rows_and_no_formula(
    client: Client, alice: User, university: Organization, listing: Callable[..., Listing]
) -> None:
    made = listing()
    Patent.objects.filter(pk=made.patent_id).update(title='=HYPERLINK("http://x","y")')
    client.force_login(alice)

    answer = client.get(URL, {"as": "xlsx"})

    rows = read(answer.content, "offers.xlsx").rows
    assert answer["Content-Disposition"].startswith('attachment; filename="offers-')
    assert rows[1][1] == '=HYPERLINK("http://x","y")'
    assert len(rows) == 2
    assert b"<f>" not in _sheet(answer.content)


def _sheet(data: bytes) -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def test_the_page_asks_the_same_for_two_offers_and_for_twelve(
    client: Client, alice: User, deal: Callable[..., Any], asked: Callable[[str], int]
) -> None:
    client.force_login(alice)
    deal(), deal()
    asked(URL)  # the first look chooses the organization
    two = asked(URL)
    for _more in range(10):
        deal()

    assert asked(URL) == two


def test_a_firm_has_no_such_page_and_a_stranger_logs_in(client: Client, bob: User, firm: Organization) -> None:
    assert client.get(URL).status_code == 302
    client.force_login(bob)
    assert client.get(URL).status_code == 404
