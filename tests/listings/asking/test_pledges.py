"""A pledgee's consent by mailed link: bound to the terms it was given to, on file at once (GATE-5)."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMessage

from listings import flow, rules
from listings.models import AskingKind, Listing, Patent
from marketplace.accounts.models import User
from marketplace.lib.findings import Refused, blocking
from marketplace.vault import files
from tests.listings.asking.doors import fields, go_in, newest
from tests.listings.test_owner_pages import as_

BANK, ADDRESS = "示例银行郑州分行", "pledge@bank.example"
Box = list[EmailMessage]


@pytest.fixture(params=["open", "preset"])
def pledged(request: pytest.FixtureRequest, patent: Patent) -> Listing:
    listing: Listing = request.getfixturevalue("open_draft" if request.param == "open" else "draft")
    Patent.objects.filter(pk=listing.patent_id).update(pledged=True)
    return Listing.objects.get(pk=listing.pk)


def blocks(listing: Listing) -> list[str]:
    return [finding.rule for finding in blocking(rules.check(Listing.objects.get(pk=listing.pk)))]


def test_the_pledgee_is_asked_on_the_page_and_its_yes_opens_the_gate(
    pledged: Listing, alice: User, mailoutbox: Box
) -> None:
    rule = "GATE-5" if pledged.track == "open" else "PRESET-1"
    assert blocks(pledged) == [rule]
    client, path = as_(alice), f"/desk/listings/{pledged.code}/consents/"
    told = {"ask": "pledgee", "pledge-holder": BANK, "pledge-name": "周经理", "pledge-email": "nobody"}
    wrong = client.post(path, told)
    assert wrong.status_code == 422
    assert BANK in wrong.content.decode()
    client.post(path, told | {"pledge-email": ADDRESS})
    assert (newest().kind, newest().owner_name) == (AskingKind.PLEDGE, BANK)

    door, token = go_in(mailoutbox, ADDRESS)
    page = door.get(f"/consent/{token}/").content.decode()
    assert f"pledged to {BANK}" in page
    door.post(f"/consent/{token}/answer/", fields(newest(), name="周经理", capacity="授权代表"))

    pledged.patent.refresh_from_db()
    kept = pledged.patent.pledgee_consent
    assert kept is not None
    assert kept.kind == "pledgee_consent"
    assert files.read(kept).startswith(b"%PDF")
    assert blocks(pledged) == []
    assert "Ask the pledgee by mail" not in client.get(path).content.decode()


def test_a_consent_to_other_terms_counts_no_more(pledged: Listing, alice: User, mailoutbox: Box) -> None:
    flow.ask_pledgee(pledged, holder=BANK, name="周经理", email=ADDRESS, by=alice)
    door, token = go_in(mailoutbox, ADDRESS)
    door.post(f"/consent/{token}/answer/", fields(newest()))
    assert blocks(pledged) == []

    flow.edit(pledged, by=alice, draft=flow.Draft(terms={"fee_minor": 2_900_000}))
    assert blocks(pledged) == ["GATE-5" if pledged.track == "open" else "PRESET-1"]
    assert "Ask the pledgee" in as_(alice).get(f"/desk/listings/{pledged.code}/consents/").content.decode()

    flow.edit(pledged, by=alice, draft=flow.Draft(terms={"fee_minor": 3_000_000}))
    assert blocks(pledged) == []


def test_a_refusal_leaves_the_gate_shut(pledged: Listing, alice: User, mailoutbox: Box) -> None:
    flow.ask_pledgee(pledged, holder=BANK, name="周经理", email=ADDRESS, by=alice)
    door, token = go_in(mailoutbox, ADDRESS)

    door.post(f"/consent/{token}/answer/", fields(newest(), agreed="no", reason="贷款未结清"))

    assert blocks(pledged) != []
    pledged.patent.refresh_from_db()
    assert pledged.patent.pledgee_consent is None


def test_nobody_is_asked_about_a_patent_that_is_not_pledged(draft: Listing, alice: User) -> None:
    with pytest.raises(Refused) as refused:
        flow.ask_pledgee(draft, holder=BANK, name="周", email=ADDRESS, by=alice)

    assert refused.value.finding.rule == "GATE-5"
    assert not draft.askings.exists()
