"""A licensor sees the name of a firm; whom to call it reads only after the firm's yes to it (PII-2)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from listings.models import Listing, TermSheet
from marketplace.accounts.models import ContactConsent, Organization, User
from marketplace.accounts.privacy import contacts, erasing
from marketplace.accounts.privacy.contacts import Whose
from marketplace.lib.findings import Refused
from marketplace.lib.terms import add_months
from marketplace.licensing import contracts
from marketplace.licensing.evidence import pack
from marketplace.licensing.models import Agreement
from tests.licensing.conftest import ask

pytestmark = pytest.mark.django_db
SECRETS = ("13900000002", "boss@firm.example")


def page(client: Client, path: str) -> str:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client.get(path, follow=True).content.decode()


def readable(client: Client, deal: Agreement) -> str:
    """Every page of a deal that the licensor can open."""
    names = ("agreement", "shown", "after", "confirm")
    return "".join(page(client, reverse(f"licensing:{name}", args=[deal.code])) for name in names)


def printed(deal: Agreement) -> str:
    told = contracts.clauses(deal.version.snapshot, contracts.facts_of(deal), "zh-hans")
    return str([(clause.text, getattr(clause, "rows", "")) for clause in told]) + str(contracts.facts_of(deal))


def test_without_a_yes_the_licensor_reads_the_firms_name_and_not_whom_to_call(
    client: Client, offered: Agreement, alice: User
) -> None:
    client.force_login(alice)

    text = readable(client, offered)

    assert offered.licensee.name in text
    for secret in SECRETS:
        assert secret not in text
        assert secret not in printed(offered)


def test_a_yes_with_the_request_names_the_contact_in_the_contract_and_on_the_page(
    client: Client, sheet: TermSheet, listing: Listing, firm: Organization, alice: User, bob: User
) -> None:
    deal = ask(listing, firm, bob, contact_ok=True)
    client.force_login(alice)

    text = readable(client, deal)

    for secret in SECRETS:
        assert secret in text
        assert secret in printed(deal)
    row = ContactConsent.objects.get()
    assert (row.organization, row.to, row.given_by) == (firm, listing.organization, bob)
    assert row.text_sha256 == sha256(row.text.encode()).hexdigest()
    assert firm.name in row.text


def test_a_yes_taken_back_closes_the_page_at_once_and_what_was_frozen_stays(
    client: Client, sheet: TermSheet, listing: Listing, firm: Organization, alice: User, bob: User
) -> None:
    deal = ask(listing, firm, bob, contact_ok=True)
    contacts.end(ContactConsent.objects.get(), by=bob)
    client.force_login(alice)

    assert SECRETS[0] not in page(client, reverse("licensing:shown", args=[deal.code]))
    assert SECRETS[0] in printed(deal)


def test_the_licensor_asks_and_the_firm_decides_on_the_page_of_the_deal(
    client: Client, offered: Agreement, alice: User, bob: User
) -> None:
    shown = reverse("licensing:shown", args=[offered.code])
    client.force_login(alice)
    client.post(shown, {"decision": "ask"})
    assert SECRETS[0] not in page(client, shown)
    client.post(shown, {"decision": "give"})  # nobody says yes for another
    assert SECRETS[0] not in page(client, shown)

    client.force_login(bob)
    client.post(shown, {"decision": "give"})
    client.force_login(alice)

    assert SECRETS[0] in page(client, shown)


@pytest.mark.parametrize("how", ["mallory", "a reader of the firm"])
def test_nobody_else_decides(offered: Agreement, mallory: User, how: str) -> None:
    if how != "mallory":
        offered.licensee.memberships.create(user=mallory, role="viewer")

    with pytest.raises(Refused):
        contacts.give(Whose(offered.licensee), offered.licensor, by=mallory)

    assert not ContactConsent.objects.exists()


def test_other_words_than_those_on_the_page_give_nothing(offered: Agreement, bob: User) -> None:
    with pytest.raises(Refused):
        contacts.give(Whose(offered.licensee), offered.licensor, by=bob, seen_sha256="0" * 64)

    assert not ContactConsent.objects.exists()


def test_the_evidence_pack_of_the_licensor_holds_no_contact_without_a_yes(
    active: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = dict(pack._files(active, [], {}))
    data = b"".join(data for name, data in listed.items() if not name.startswith("trust/"))

    for secret in SECRETS:
        assert secret.encode() not in data
    assert active.licensee.name.encode() in data


def test_the_notice_of_the_open_track_names_whom_to_answer(
    open_listing: Listing, firm: Organization, bob: User
) -> None:
    deal = ask(open_listing, firm, bob)

    assert contracts.facts_of(deal).licensee.contact_phone == SECRETS[0]


def test_the_request_asks_for_a_yes_of_its_own_that_is_not_ticked_beforehand(
    client: Client, sheet: TermSheet, listing: Listing, firm: Organization, bob: User
) -> None:
    client.force_login(bob)

    answer: Any = client.get(reverse("licensing:request", args=[listing.code]))
    field = answer.context["form"]["contact_ok"]

    assert field.value() in (None, False)
    assert listing.organization.name in str(field.label)
    assert not field.field.required


def test_nobody_leaves_a_running_deal_without_anybody_to_act(active: Agreement, bob: User, person: Any) -> None:
    with pytest.raises(Refused, match=active.reference):
        erasing.erase(bob, seen_sha256=erasing.stays(bob)[1])
    assert User.objects.get(pk=bob.pk).is_active

    active.licensee.memberships.create(user=person("Heir"), role="owner")
    kept, digest = erasing.stays(bob)
    erasing.erase(bob, seen_sha256=digest)

    contract = next(one for one in kept if one["number"] == 1 and one["until"])
    assert active.ends_on
    assert contract["until"] == add_months(active.ends_on, 36).isoformat()
    signature = active.signatures.get(user=bob)
    assert signature.evidence["signer"] == "Bob"  # the contract keeps its signature
    assert User.objects.get(pk=bob.pk).name == erasing.CLOSED_NAME
