"""Whoever collects the whole catalog meets records that people never see, and moderators hear of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from listings import honey
from listings.models import Listing
from listings.search import indexer
from marketplace.accounts.models import Organization, User
from marketplace.notices.models import Message
from tests.listings.making import offer
from tests.listings.public.conftest import sound

pytestmark = pytest.mark.django_db
FIND = reverse("listings:find")
LINK = re.compile(r'<a href="(/listings/[0-9a-f-]{36}/)"([^>]*)></a>')


@pytest.fixture
def catalog(school: Organization, alice: User) -> list[Listing]:
    """Four pages of offers."""
    made = [offer(school, alice, f"第{number}件装置") for number in range(40)]
    indexer.rebuild()
    return made


def alarms() -> list[Message]:
    return list(Message.objects.filter(kind=honey.KIND))


def test_only_deep_pages_link_them_and_no_browser_shows_or_focuses_the_link(
    client: Client, catalog: list[Listing]
) -> None:
    links = [LINK.findall(client.get(FIND, {"page": str(page)}).content.decode()) for page in (1, 2, 3, 4)]

    assert [len(found) for found in links] == [0, 0, 1, 1]
    for ((path, attributes),) in links[2:]:
        assert path in honey.paths()
        assert {"hidden", 'tabindex="-1"', 'aria-hidden="true"', 'rel="nofollow"'} <= set(attributes.split())
    assert not LINK.findall(client.get(FIND, {"q": "装置"}).content.decode())


def test_they_are_in_no_count_list_feed_sheet_print_or_sitemap_and_robots_are_warned(
    client: Client, catalog: list[Listing]
) -> None:
    names = ("find", "find_feed", "find_sheet", "find_print")
    whole = b"".join(client.get(reverse(f"listings:{name}")).content for name in names)
    whole += client.get("/sitemap.xml").content

    assert not [path for path in honey.paths() if path.encode() in whole]
    assert Listing.objects.filter(code__in=honey.codes()).count() == 0
    robots = client.get("/robots.txt").content.decode()
    assert all(f"Disallow: {path}\n" in robots for path in honey.paths())


def test_reading_one_tells_every_moderator_once_a_day_who_it_was(
    client: Client, moderator: User, catalog: list[Listing]
) -> None:
    with time_machine.travel("2026-11-24T02:00:00+00:00", tick=False) as clock:
        for path in honey.paths() * 2:
            assert client.get(path, headers={"User-Agent": "copier/1"}).status_code == 200
        first = alarms()
        clock.move_to("2026-11-25T02:00:00+00:00")
        client.get(honey.paths()[0])

    assert [message.user_id for message in first] == [moderator.pk]
    assert "127.0.0.0/24" in first[0].body
    assert "copier/1" in first[0].body
    assert len(alarms()) == 2


def test_many_networks_together_raise_only_some_alarms(client: Client, moderator: User, settings: Any) -> None:
    settings.RATE_LIMITS = {"honey": "2/hour"}

    for number in range(5):
        client.get(honey.paths()[0], REMOTE_ADDR=f"198.51.{number}.7")

    assert len(alarms()) == 2


def test_its_page_says_that_it_is_invented_and_keeps_engines_out(client: Client) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    text = client.get(honey.paths()[0]).content.decode()

    assert "This record is invented (example): nobody offers it." in text
    assert '<meta name="robots" content="noindex,nofollow">' in text
    assert re.search(r"KX-[0-9A-F]{12}<", text)


def test_a_real_listing_and_an_unknown_code_raise_no_alarm(
    client: Client, moderator: User, school: Organization, alice: User
) -> None:
    real = sound(school, alice, "余热锅炉")

    assert client.get(real.get_absolute_url()).status_code == 200
    assert client.get(reverse("listings:listing", args=["00000000-0000-4000-8000-000000000000"])).status_code == 404
    assert alarms() == []
