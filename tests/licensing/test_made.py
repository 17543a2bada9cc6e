"""Papers made on demand: who gets which, in which language, and that nothing is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from listings.models import Listing, OfferTerms
from marketplace.accounts.models import Organization, User
from marketplace.lib.papers import pages
from marketplace.licensing.models import Agreement
from marketplace.licensing.views import made
from marketplace.vault.models import VaultFile
from tests.licensing.conftest import ask

LogIn = Callable[[User], Client]


def _made(deal: Agreement, kind: str, language: str = "zh-hans") -> str:
    return reverse("licensing:made", args=[deal.code, kind]) + f"?language={language}"


def test_everybody_gets_the_offer_on_one_page_before_any_log_in(client: Client, listing: Listing) -> None:
    before = VaultFile.objects.count()
    response = client.get(reverse("licensing:summary", args=[listing.code]))

    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert pages(response.content) == 1
    assert VaultFile.objects.count() == before


@pytest.mark.parametrize("kind", ["summary", "guidance"])
def test_both_sides_get_the_papers_of_their_deal_in_both_languages(
    log_in: LogIn, active: Agreement, alice: User, bob: User, kind: str
) -> None:
    for person in (alice, bob):
        client = log_in(person)
        for language, ending in (("zh-hans", "zh"), ("en", "en")):
            response = client.get(_made(active, kind, language))
            assert response.content.startswith(b"%PDF-")
            assert f"{active.reference}-{kind}-{ending}.pdf" in response["Content-Disposition"]


def test_a_stranger_gets_no_paper(log_in: LogIn, active: Agreement, strangers: Organization, mallory: User) -> None:
    assert log_in(mallory).get(_made(active, "summary")).status_code == 404


def test_a_deal_without_a_free_period_has_no_trial_paper(log_in: LogIn, active: Agreement, bob: User) -> None:
    assert log_in(bob).get(_made(active, "trial")).status_code == 404
    assert made.kinds_of(active) == ["summary", "guidance"]


def test_a_deal_that_is_free_first_has_one_and_says_so_on_its_page(
    log_in: LogIn, listing: Listing, firm: Organization, bob: User
) -> None:
    OfferTerms.objects.filter(pk=listing.terms.pk).update(
        fee_mode="free_then_paid",
        free_months=12,
        trigger="date",
        later_mode="deferred",
        nonpayment="停止实施",
        guidance_none=True,
    )
    deal = ask(Listing.objects.get(pk=listing.pk), firm, bob)
    client = log_in(bob)

    assert made.kinds_of(deal) == ["summary", "trial"]
    assert client.get(_made(deal, "trial")).content.startswith(b"%PDF-")
    assert _made(deal, "trial", "en") in client.get(deal.get_absolute_url()).content.decode()


def test_a_contract_is_not_made_on_demand(log_in: LogIn, active: Agreement, bob: User) -> None:
    for kind in ("contract", "signatures", "power_of_attorney", "nothing"):
        assert log_in(bob).get(_made(active, kind)).status_code == 404


def test_a_firm_prints_a_power_of_attorney_with_its_own_details(log_in: LogIn, firm: Organization, bob: User) -> None:
    client = log_in(bob)
    response = client.get(reverse("licensing:power_of_attorney"))

    assert pages(response.content) == 1
    assert reverse("licensing:power_of_attorney") in client.get(reverse("accounts:authorities")).content.decode()


def test_only_the_owner_gets_the_withdrawal_notice(
    log_in: LogIn, open_listing: Listing, alice: User, bob: User, firm: Organization
) -> None:
    url = reverse("licensing:withdrawal_notice", args=[open_listing.code])

    assert log_in(bob).get(url).status_code == 404
    assert log_in(alice).get(url).content.startswith(b"%PDF-")
