"""Telephone numbers are masked in public (PII-4)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from listings.models import Listing
from listings.search import indexer
from marketplace.accounts.models import Role, User
from marketplace.templatetags.site import masked_phone
from tests.listings.making import member, offer, university

pytestmark = pytest.mark.django_db
PHONE = "13800135678"


@pytest.fixture
def shown(alice: User) -> Listing:
    school = university()
    member(alice, school, Role.LISTER)
    made: Listing = offer(school, alice, "换热管刮洗机构")
    Listing.objects.filter(pk=made.pk).update(
        contact_name="张老师", contact_phone=PHONE, contact_email="office@university.example"
    )
    indexer.rebuild()
    return made


def test_nobody_reads_a_whole_number_or_address_without_log_in(client: Client, shown: Listing) -> None:
    paths = [
        shown.get_absolute_url(), reverse("listings:find"), reverse("listings:offer_feed"),
        reverse("licensing:preview", args=[shown.code]), reverse("licensing:licenses"),
        reverse("listings:find_print"), reverse("listings:find_sheet"), reverse("listings:find_feed"),
    ]  # fmt: skip
    read = {path: client.get(path) for path in paths}

    for path, answer in read.items():
        text = b"".join(answer) if answer.streaming else answer.content
        assert PHONE.encode() not in text, path
        assert b"office@university.example" not in text, path
    assert all(answer.status_code == 200 for answer in read.values())
    assert masked_phone(PHONE) in read[shown.get_absolute_url()].content.decode()
    assert masked_phone(PHONE) != PHONE


def test_the_search_for_numbers_finds_them_where_they_may_be_read(client: Client, shown: Listing, alice: Any) -> None:
    client.force_login(alice)

    assert PHONE in client.get(shown.get_absolute_url()).content.decode()
