"""The page of one offer, for a stranger, a firm and its owner."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from listings.models import CoOwner, Encumbrance, Listing, ListingState, Publicity
from listings.rules import acceptable
from marketplace.accounts.models import Organization, Role, User
from marketplace.lib.terms import today
from marketplace.vault.models import VaultFile
from tests.listings.making import firm, member
from tests.listings.public.conftest import sound

pytestmark = pytest.mark.django_db


def page(client: Client, listing: Listing) -> str:
    """The page in English."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    answer = client.get(listing.get_absolute_url())
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def set_state(listing: Listing, state: str, **fields: Any) -> None:
    Listing.objects.filter(pk=listing.pk).update(state=state, **fields)


def test_the_offers_used_here_break_no_rule(preset: Listing, announced: Listing) -> None:
    assert acceptable(preset) == []
    assert acceptable(announced) == []


def test_a_stranger_reads_everybodys_price(client: Client, preset: Listing) -> None:
    text = page(client, preset)

    assert '<span class="amount">¥30,000</span>' in text
    assert "¥10,000" in text  # named in the table of classes


def test_a_micro_firm_reads_its_own_price_first(client: Client, preset: Listing, bob: User) -> None:
    member(bob, firm(size="micro"), Role.OWNER)
    client.force_login(bob)

    text = page(client, preset)

    assert '<span class="amount">¥10,000</span>' in text
    assert "(you)" in text


def test_an_open_license_has_one_price_for_everybody(client: Client, announced: Listing, bob: User) -> None:
    member(bob, firm(size="micro"), Role.OWNER)
    client.force_login(bob)

    text = page(client, announced)

    assert '<span class="amount">¥30,000</span>' in text
    assert "Price by kind of licensee" not in text


def test_the_gains_stand_beside_todays_way_with_their_source(client: Client, preset: Listing) -> None:
    text = page(client, preset)

    assert "<td>118 千克</td><td><b>96–100 千克</b></td>" in text
    assert "2024 年中试报告，第 12 页" in text


def test_the_status_says_its_source_and_day(client: Client, preset: Listing) -> None:
    text = page(client, preset)

    assert "Granted and in force" in text
    assert "source: 登记簿副本" in text


def test_the_open_track_tells_of_notice_and_payment(client: Client, announced: Listing) -> None:
    text = page(client, announced)

    assert "Send the written notice" in text
    assert "The patent office announced the open license under number" in text


def test_the_preset_track_tells_of_contract_and_recordal(client: Client, preset: Listing) -> None:
    text = page(client, preset)

    assert "Read the contract" in text
    assert "Have it recorded within three months" in text
    assert "Send the written notice" not in text


def test_the_contact_is_masked_until_log_in(client: Client, preset: Listing, bob: User) -> None:
    stranger = page(client, preset)
    assert "138 **** 5678" in stranger
    assert "13800135678" not in stranger
    assert "zhang@example.test" not in stranger

    client.force_login(bob)
    known = page(client, preset)

    assert "13800135678" in known
    assert "zhang@example.test" in known


def test_licenses_running_on_the_patent_are_counted(client: Client, preset: Listing) -> None:
    now = timezone.now()
    began = now - timedelta(days=30)
    for name, ends_at in (("A", None), ("B", now + timedelta(days=9)), ("C", now - timedelta(days=1))):
        Encumbrance.objects.create(
            patent=preset.patent, kind="ordinary", starts_at=began, ends_at=ends_at, reference=name
        )

    assert "2 licensees" in page(client, preset)


def test_a_co_owners_consent_is_told_with_its_day(client: Client, school: Organization, alice: User) -> None:
    listing = sound(school, alice, "共有的装置", patent__patentee=f"{school.name};另一研究所")
    file = VaultFile.objects.create(sha256="0" * 64, size=1, kind="consent", name="c.pdf")
    CoOwner.objects.create(patent=listing.patent, name="另一研究所", consent=file, consented_on=date(2026, 1, 9))

    text = page(client, listing)

    assert "另一研究所, also on the register, agrees in writing." in text
    assert "One owner only" not in text


def test_publicity_is_told_with_its_days(client: Client, preset: Listing) -> None:
    ended = today() - timedelta(days=15)
    Publicity.objects.create(listing=preset, starts_on=ended - timedelta(days=15), ends_on=ended)

    assert "The terms were made public from" in page(client, preset)


def test_a_published_offer_can_be_requested(client: Client, preset: Listing) -> None:
    text = page(client, preset)

    assert "Not available now" not in text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ListingState.SUSPENDED, "This offer is suspended"),
        (ListingState.PUBLICITY, "In publicity: not binding yet"),
    ],
)
def test_what_is_not_on_offer_says_so_and_cannot_be_requested(
    client: Client, preset: Listing, state: str, words: str
) -> None:
    set_state(preset, state, state_reason="年费缴纳凭证待补。")

    text = page(client, preset)

    assert words in text
    assert "Not available now" in text
    assert "Request this license" not in text


def test_a_requested_withdrawal_is_told_and_does_not_close_the_offer(client: Client, announced: Listing) -> None:
    set_state(announced, ListingState.WITHDRAWAL_REQUESTED)

    text = page(client, announced)

    assert "The owner wants to withdraw this offer" in text
    assert "Not available now" not in text


@pytest.mark.parametrize("state", [ListingState.DRAFT, ListingState.SUBMITTED, ListingState.WITHDRAWN])
def test_a_stranger_does_not_learn_of_what_is_not_public(
    client: Client, preset: Listing, mallory: User, state: str
) -> None:
    set_state(preset, state)
    assert client.get(preset.get_absolute_url()).status_code == 404

    client.force_login(mallory)
    assert client.get(preset.get_absolute_url()).status_code == 404


def test_the_owner_sees_his_draft(client: Client, preset: Listing, school: Organization, alice: User) -> None:
    set_state(preset, ListingState.DRAFT)
    member(alice, school, Role.VIEWER)
    client.force_login(alice)

    assert "Not public: Draft" in page(client, preset)


def test_a_draft_without_terms_has_a_page(client: Client, preset: Listing, moderator: User) -> None:
    set_state(preset, ListingState.DRAFT)
    preset.terms.delete()
    client.force_login(moderator)

    assert "The terms are not written yet." in page(client, preset)


def test_what_speaks_against_a_license_is_named_and_closes_the_request(client: Client, preset: Listing) -> None:
    preset.patent.status = "lapsed"
    preset.patent.save()

    text = page(client, preset)

    assert "Not available now" in text
    assert 'class="stop"' in text


def test_a_firm_outside_the_territory_is_told_why(client: Client, school: Organization, alice: User, bob: User) -> None:
    listing = sound(school, alice, "只在湖北许可的装置", terms__territory="420000")
    member(bob, firm(), Role.OWNER)
    client.force_login(bob)

    text = page(client, listing)

    assert "Not available now" in text
    assert "TRACK-2" in text


def test_markup_in_an_offer_is_shown_and_not_run(client: Client, school: Organization, alice: User) -> None:
    evil = "<script>alert(1)</script>"
    listing = sound(school, alice, evil, headline=evil, problem=evil, gains=[[evil, evil, evil]], contact_name=evil)

    text = page(client, listing)

    assert evil not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_the_page_asks_the_same_number_of_queries_for_many_licenses_and_owners(client: Client, preset: Listing) -> None:
    page(client, preset)
    with CaptureQueriesContext(connection) as few:
        page(client, preset)
    for number in range(10):
        Encumbrance.objects.create(
            patent=preset.patent, kind="ordinary", starts_at=timezone.now(), reference=f"R{number}"
        )
        CoOwner.objects.create(patent=preset.patent, name=f"共有人{number}")
    with CaptureQueriesContext(connection) as many:
        page(client, preset)

    assert len(many) == len(few)


def test_the_page_speaks_chinese_first(client: Client, preset: Listing) -> None:
    answer = client.get(preset.get_absolute_url())

    assert answer.headers["Content-Language"] == "zh-hans"


def test_only_reading_is_allowed(client: Client, preset: Listing) -> None:
    assert client.post(preset.get_absolute_url()).status_code == 405
