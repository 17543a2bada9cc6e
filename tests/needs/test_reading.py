"""What fits a need, what universities read of it, and the moderators' look."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from listings.models import Listing, ListingState, SavedSearch
from marketplace.accounts import flow as accounts
from marketplace.accounts.models import ContactConsent, Organization, Role, User, VerificationState
from marketplace.accounts.privacy import contacts
from marketplace.audit.models import Entry
from marketplace.lib.findings import Refused
from marketplace.needs import flow, matching
from marketplace.needs.models import Need, NeedState, Passed
from marketplace.outbox.worker import run_pending
from tests.listings.making import member, university
from tests.needs.conftest import CALL, TOLD

pytestmark = pytest.mark.django_db
MAP = reverse("needs:map")
MODERATION = "/admin/moderation/needs/"


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def page(client: Client, row: Need) -> str:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return text_of(client.get(reverse("needs:need", args=[row.code])))


def test_offers_that_fit_are_proposed_with_the_reason_and_the_firms_own_price(
    client: Client, need: Need, offers: dict[str, Listing], bob: User
) -> None:
    client.force_login(bob)

    text = page(client, need)

    assert offers["fits"].get_absolute_url() in text
    assert offers["else"].get_absolute_url() not in text
    assert "¥5,000" in text
    assert "in the problem it solves" in text


def test_nothing_is_proposed_to_whoever_does_not_want_it(
    client: Client, need: Need, offers: dict[str, Listing], bob: User
) -> None:
    flow.change(need, TOLD | {"matching": False}, by=bob)
    client.force_login(bob)

    assert offers["fits"].get_absolute_url() not in page(client, need)
    assert matching.matches(need) == []


def test_what_is_withdrawn_is_not_proposed(need: Need, offers: dict[str, Listing]) -> None:
    assert [item.listing for item in matching.matches(need)] == [offers["fits"]]
    Listing.objects.filter(pk=offers["fits"].pk).update(state=ListingState.WITHDRAWN)

    assert offers["fits"] not in [item.listing for item in matching.matches(need)]


def test_one_tap_says_why_an_offer_does_not_suit(
    client: Client, need: Need, offers: dict[str, Listing], bob: User
) -> None:
    client.force_login(bob)
    told = {"listing": offers["fits"].code, "reason": "too_dear"}

    for _ in range(2):
        client.post(reverse("needs:pass_on", args=[need.code]), told)

    assert Passed.objects.get().reason == "too_dear"
    assert matching.matches(need) == []
    assert "Too expensive for us" in page(client, need)
    with translation.override("en"):
        assert matching.why_not() == [("Too expensive for us", 1)]


@pytest.mark.parametrize("told", [{}, {"listing": "x", "reason": "too_dear"}, {"reason": "too_dear"}])
def test_a_reason_for_nothing_is_not_kept(client: Client, need: Need, bob: User, told: dict[str, str]) -> None:
    client.force_login(bob)

    assert client.post(reverse("needs:pass_on", args=[need.code]), told).status_code == 302
    assert not Passed.objects.exists()


def test_an_unknown_reason_is_not_kept(client: Client, need: Need, offers: dict[str, Listing], bob: User) -> None:
    client.force_login(bob)
    client.post(reverse("needs:pass_on", args=[need.code]), {"listing": offers["fits"].code, "reason": "evil"})

    assert not Passed.objects.exists()


# universities


@pytest.fixture
def heard(smelter: Organization, bob: User, moderator: User) -> Need:
    """A need that universities may read, and whose firm may be called."""
    row = flow.post(TOLD | CALL, by=bob, organization=smelter)
    flow.check(row, by=moderator)
    return row


def test_universities_read_the_trouble_but_not_whose_it_is(
    client: Client, heard: Need, school: Organization, alice: User, bob: User
) -> None:
    client.force_login(alice)

    text = text_of(client.get(MAP))

    assert TOLD["problem"] in text
    assert "河南省" in text
    assert heard.organization is not None
    for secret in ("示范冶炼厂", "赵师傅", "13800135678", "洛阳", bob.email, str(heard.organization.code)):
        assert secret not in text


@pytest.mark.parametrize("state", [NeedState.NEW, NeedState.HIDDEN, NeedState.CLOSED])
def test_what_is_not_open_is_not_on_the_map(
    client: Client, heard: Need, school: Organization, alice: User, state: str
) -> None:
    fields: dict[str, Any] = {"hidden_reason": "x"} if state == NeedState.HIDDEN else {}
    if state == NeedState.CLOSED:
        fields = {"ending": "elsewhere", "closed_at": heard.created_at}
    Need.objects.filter(pk=heard.pk).update(state=state, **fields)
    client.force_login(alice)

    assert TOLD["problem"] not in text_of(client.get(MAP))
    assert client.post(reverse("needs:contact", args=[heard.code])).status_code == 404


def test_the_map_counts_by_province_and_industry(heard: Need, need: Need, moderator: User) -> None:
    flow.check(need, by=moderator)

    assert [(cell.place, cell.number) for cell in matching.table()] == [("河南省", 2)]


def test_firms_and_unverified_universities_do_not_read_the_map(
    client: Client, heard: Need, school: Organization, alice: User, bob: User
) -> None:
    client.force_login(bob)
    assert client.get(MAP).status_code == 403
    type(school).objects.filter(pk=school.pk).update(state=VerificationState.UNVERIFIED)
    client.force_login(alice)
    assert client.get(MAP).status_code == 403


def test_whoever_reads_whom_to_call_is_recorded_and_the_firm_is_told(
    client: Client, heard: Need, school: Organization, alice: User, bob: User
) -> None:
    contacts.give(flow.whose(heard), school, by=bob)
    client.force_login(alice)

    for _ in range(2):
        text = text_of(client.get(reverse("needs:contact", args=[heard.code])))

    assert "赵师傅" in text
    assert "13800135678" in text
    assert "示范冶炼厂" not in text  # the consent is to the contact, not to the firm's name
    assert Entry.objects.filter(action="need.contact", by=alice).count() == 2
    assert bob.messages.filter(kind="need.contact").count() == 1
    assert "示范理工大学" in bob.messages.get(kind="need.contact").subject


def test_without_consent_nobody_reads_whom_to_call(
    client: Client, need: Need, school: Organization, alice: User, moderator: User
) -> None:
    flow.check(need, by=moderator)
    client.force_login(alice)

    assert client.post(reverse("needs:contact", args=[need.code])).status_code == 404
    assert not Entry.objects.filter(action="need.contact").exists()
    with pytest.raises(flow.NotNow):
        flow.read_contact(need, by=alice, organization=school)


def test_a_university_asks_and_reads_nothing_before_the_firm_says_yes(
    client: Client, heard: Need, school: Organization, alice: User, bob: User
) -> None:
    page = reverse("needs:contact", args=[heard.code])
    client.force_login(alice)

    for _ in range(2):
        assert "13800135678" not in text_of(client.post(page, follow=True))
    assert "13800135678" not in text_of(client.get(page, follow=True))

    asked = ContactConsent.objects.get()
    assert (asked.to, asked.given_at, asked.asked_by) == (school, None, alice)
    assert bob.messages.filter(kind="accounts.contact_asked").count() == 1
    assert not Entry.objects.filter(action="need.contact").exists()

    contacts.give(flow.whose(heard), school, by=bob)

    assert "13800135678" in text_of(client.get(page))
    assert alice.messages.get(kind="accounts.contact_given").action_path == page


def test_a_yes_to_one_university_is_none_to_another(
    client: Client, heard: Need, school: Organization, bob: User, mallory: User
) -> None:
    other = university("另一所大学")
    member(mallory, other, Role.LISTER)
    contacts.give(flow.whose(heard), school, by=bob)
    client.force_login(mallory)

    assert "13800135678" not in text_of(client.get(reverse("needs:contact", args=[heard.code]), follow=True))
    with pytest.raises(flow.NotNow):
        flow.read_contact(heard, by=mallory, organization=other)


def test_a_yes_taken_back_ends_it_at_once(
    client: Client, heard: Need, school: Organization, alice: User, bob: User
) -> None:
    contacts.give(flow.whose(heard), school, by=bob)
    contacts.end(ContactConsent.objects.get(), by=bob)
    client.force_login(alice)

    assert "13800135678" not in text_of(client.get(reverse("needs:contact", args=[heard.code]), follow=True))
    with pytest.raises(Refused, match="PII-2"):
        flow.ask_contact(heard, by=alice, organization=school)


def test_a_firm_that_switched_proposals_off_is_proposed_nothing_by_page_or_mail(
    client: Client, heard: Need, smelter: Organization, bob: User
) -> None:
    assert SavedSearch.objects.filter(user=bob).exists()

    accounts.set_matching(smelter, on=False, by=bob)
    run_pending()

    off = Need.objects.get(pk=heard.pk)
    assert matching.matches(off) == []
    assert not SavedSearch.objects.filter(user=bob).exists()

    accounts.set_matching(smelter, on=True, by=bob)
    run_pending()

    assert SavedSearch.objects.filter(user=bob).exists()


def test_a_consent_taken_back_ends_it_at_once(client: Client, heard: Need, school: Organization, alice: User) -> None:
    flow.change(heard, TOLD, by=heard.created_by)
    client.force_login(alice)

    assert client.post(reverse("needs:contact", args=[heard.code])).status_code == 404


def test_a_mere_reader_of_a_university_does_not_read_whom_to_call(client: Client, heard: Need, mallory: User) -> None:
    member(mallory, university("另一所大学"), Role.VIEWER)
    client.force_login(mallory)

    assert client.get(MAP).status_code == 200
    assert client.post(reverse("needs:contact", args=[heard.code])).status_code == 403


def test_the_map_asks_as_many_questions_for_two_as_for_twelve(
    client: Client, smelter: Organization, school: Organization, alice: User, bob: User, moderator: User
) -> None:
    def post(count: int) -> None:
        for _ in range(count):
            flow.check(flow.post(TOLD, by=bob, organization=smelter), by=moderator)

    client.force_login(alice)
    post(2)
    client.get(MAP)
    with CaptureQueriesContext(connection) as two:
        client.get(MAP)
    post(10)
    with CaptureQueriesContext(connection) as twelve:
        client.get(MAP)

    assert len(twelve) == len(two)


# moderators


def test_a_moderator_shows_a_need_to_universities_once(client: Client, need: Need, moderator: User) -> None:
    client.force_login(moderator)
    assert TOLD["problem"] in text_of(client.get(MODERATION))

    for _ in range(2):
        client.post(f"{MODERATION}{need.code}/decide/", {"check": "1"})

    need.refresh_from_db()
    assert (need.state, need.checked_by) == (NeedState.OPEN, moderator)
    assert Entry.objects.filter(action="need.check").count() == 1


def test_a_moderator_hides_a_need_only_with_a_reason_that_its_owner_reads(
    client: Client, need: Need, moderator: User, bob: User
) -> None:
    client.force_login(moderator)
    address = f"{MODERATION}{need.code}/decide/"

    client.post(address, {"hide": "1", "reason": ""})
    assert Need.objects.get().state == NeedState.NEW
    client.post(address, {"hide": "1", "reason": "这是广告"})

    need.refresh_from_db()
    assert (need.state, need.hidden_reason) == (NeedState.HIDDEN, "这是广告")
    assert "这是广告" in bob.messages.get(kind="need.hidden").body


def test_a_need_named_like_an_attack_stays_text(
    client: Client, smelter: Organization, bob: User, moderator: User
) -> None:
    flow.post(TOLD | {"problem": "<script>alert(1)</script>水垢太厚"}, by=bob, organization=smelter)
    client.force_login(moderator)

    assert "<script>alert(1)" not in client.get(MODERATION).content.decode()
