"""The feeds keep the rules of RFC 4287."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.urls import reverse

from listings.models import Listing, Patent

A = "{http://www.w3.org/2005/Atom}"
RFC3339 = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$")
FEEDS = ["publicity_feed", "offer_feed"]


def read(client: Client, name: str) -> ET.Element:
    answer = client.get(reverse(f"listings:{name}"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return ET.fromstring(answer.content)  # noqa: S314 - our own answer


def faults(feed: ET.Element) -> list[str]:
    """What RFC 4287 finds wrong (4.1.1, 4.1.2, 3.2, 3.3, 4.2.6, 4.2.7)."""
    found = [] if feed.tag == f"{A}feed" else ["root"]
    for node in (feed, *feed.findall(f"{A}entry")):
        where = node.tag.removeprefix(A)
        found += [
            f"{where} has not one {name}" for name in ("id", "title", "updated") if len(node.findall(f"{A}{name}")) != 1
        ]
        found += [f"{where} id" for one in node.findall(f"{A}id") if not urlsplit(one.text or "").scheme]
        found += [
            f"{where} date {one.text}"
            for one in (*node.findall(f"{A}updated"), *node.findall(f"{A}published"))
            if not RFC3339.match(one.text or "")
        ]
        if not any(link.get("rel", "alternate") == "alternate" for link in node.findall(f"{A}link")):
            found.append(f"{where} has neither content nor alternate link")
        found += [f"{where} link" for link in node.findall(f"{A}link") if not urlsplit(link.get("href") or "").netloc]
    if len({entry.findtext(f"{A}id") for entry in feed.findall(f"{A}entry")}) != len(feed.findall(f"{A}entry")):
        found.append("an id stands twice")
    if not any(link.get("rel") == "self" for link in feed.findall(f"{A}link")):
        found.append("no self link")
    named = [
        feed.find(f"{A}author/{A}name"),
        *(entry.find(f"{A}author/{A}name") for entry in feed.findall(f"{A}entry")),
    ]
    return found + ["nobody is the author" for one in named if one is None or not one.text]


@pytest.mark.parametrize("name", FEEDS)
def test_an_empty_feed_is_valid(client: Client, db: None, name: str) -> None:
    feed = read(client, name)

    assert (faults(feed), feed.findall(f"{A}entry")) == ([], [])


def test_a_publicity_is_an_entry_with_its_last_day(client: Client, shown: Listing) -> None:
    feed = read(client, "publicity_feed")

    (entry,) = feed.findall(f"{A}entry")
    assert faults(feed) == []
    assert entry.findtext(f"{A}title") == shown.patent.title
    assert shown.publicities.get().ends_on.isoformat() in (entry.findtext(f"{A}summary") or "")
    assert str(shown.code) in (entry.findtext(f"{A}id") or "")
    assert read(client, "offer_feed").findall(f"{A}entry") == []


def test_an_offer_is_an_entry_with_its_price(client: Client, offer: Listing) -> None:
    feed = read(client, "offer_feed")

    (entry,) = feed.findall(f"{A}entry")
    assert faults(feed) == []
    assert "¥30,000" in (entry.findtext(f"{A}summary") or "")


def test_hostile_titles_stay_text(client: Client, offer: Listing) -> None:
    title = '<script>alert(1)</script> & "]]>'
    Patent.objects.update(title=title)

    (entry,) = read(client, "offer_feed").findall(f"{A}entry")

    assert entry.findtext(f"{A}title") == title


def test_the_same_content_has_the_same_bytes(client: Client, offer: Listing) -> None:
    address = reverse("listings:offer_feed")

    assert client.get(address).content == client.get(address).content


def test_the_rules_see_a_broken_feed(client: Client, offer: Listing) -> None:
    feed = read(client, "offer_feed")
    entry = feed.find(f"{A}entry")
    assert entry is not None
    entry.remove(entry.find(f"{A}updated"))  # type: ignore[arg-type]
    feed.append(entry)

    assert "entry has not one updated" in faults(feed)
    assert "an id stands twice" in faults(feed)
