"""The licensee confirms each highlighted clause that an amendment touches on its own, and only those (LIC-F)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.lib.findings import Refused
from marketplace.licensing import flow
from marketplace.licensing.flow import amending
from marketplace.licensing.models import Agreement, Amendment, Confirmation
from marketplace.licensing.signing import acts
from marketplace.licensing.signing.doors import Signing
from marketplace.licensing.terms import clauses
from tests.licensing.changes.conftest import accept, confirm_change, counter
from tests.licensing.changes.test_amending import amendment_of, change, yearly
from tests.licensing.conftest import CODE

__all__ = ["yearly"]
pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]


@pytest.fixture
def cheaper(yearly: Agreement, alice: User, bob: User) -> Amendment:
    """¥20,000 a year instead of ¥30,000, accepted by both, signed by nobody."""
    return amendment_of(accept(change(yearly, bob, fee_minor=2_000_000), alice))


def _name(amendment: Amendment, by: User) -> None:
    assert amendment.paper is not None
    acts.sign_paper(amendment.paper, Signing.now(by, amendment.paper.sha256, code=CODE))


def _page(amendment: Amendment, name: str = "confirm_paper") -> str:
    assert amendment.paper is not None
    return reverse(f"licensing:{name}", args=[amendment.agreement.code, amendment.paper.pk])


def test_only_the_clauses_that_the_amendment_touches_are_asked(cheaper: Amendment, yearly: Agreement) -> None:
    assert [clause.key for clause in clauses.open_ones(cheaper)] == ["changes", "fee"]
    assert len(clauses.highlighted(yearly)) > 2
    assert clauses.open_ones(yearly) == []


def test_without_the_confirmations_the_licensee_does_not_sign(
    cheaper: Amendment, bob: User, any_code: list[str]
) -> None:
    with pytest.raises(Refused) as refused:
        _name(cheaper, bob)

    assert refused.value.findings[0].rule == "LIC-F"
    assert not cheaper.paper or not cheaper.paper.signatures.exists()
    assert any_code[-1] != cheaper.paper.sha256 if cheaper.paper else False  # the code was not used up
    confirm_change(cheaper, bob)
    _name(cheaper, bob)
    assert cheaper.paper is not None
    kept = cheaper.paper.signatures.get().evidence["confirmed"]
    assert [one["clause"] for one in kept] == ["changes", "fee"]


def test_one_of_two_confirmed_is_not_enough(cheaper: Amendment, bob: User, any_code: list[str]) -> None:
    first = clauses.open_ones(cheaper)[0]
    amending.confirm(cheaper, by=bob, clause=first.key, text_sha256=first.sha256)

    with pytest.raises(Refused):
        _name(cheaper, bob)

    assert [clause.key for clause in clauses.open_ones(cheaper)] == ["fee"]


def test_the_licensor_is_not_asked_and_may_not_confirm(cheaper: Amendment, alice: User, any_code: list[str]) -> None:
    clause = clauses.open_ones(cheaper)[0]

    with pytest.raises(flow.NotYours):
        amending.confirm(cheaper, by=alice, clause=clause.key, text_sha256=clause.sha256)
    _name(cheaper, alice)

    assert not clauses.confirmed(cheaper).exists()


def test_other_words_are_not_confirmed(cheaper: Amendment, bob: User) -> None:
    old = next(clause for clause in clauses.highlighted(cheaper.agreement) if clause.key == "fee")

    with pytest.raises(Refused):
        amending.confirm(cheaper, by=bob, clause="fee", text_sha256=old.sha256)
    with pytest.raises(Refused):
        amending.confirm(cheaper, by=bob, clause="disputes", text_sha256="0" * 64)

    assert not clauses.confirmed(cheaper).exists()


def test_the_same_confirmation_twice_is_the_first_one(cheaper: Amendment, bob: User) -> None:
    clause = clauses.open_ones(cheaper)[0]
    first = amending.confirm(cheaper, by=bob, clause=clause.key, text_sha256=clause.sha256)

    again = amending.confirm(cheaper, by=bob, clause=clause.key, text_sha256=clause.sha256)

    assert again == first


def test_an_amendment_that_another_version_replaced_is_not_confirmed(cheaper: Amendment, bob: User) -> None:
    clause = clauses.open_ones(cheaper)[0]
    counter(cheaper.proposal.negotiation, bob, fee_minor=1_500_000)

    with pytest.raises(flow.NotNow):
        amending.confirm(cheaper, by=bob, clause=clause.key, text_sha256=clause.sha256)

    assert not Confirmation.objects.filter(paper__isnull=False).exists()


def test_the_page_leads_clause_by_clause_to_the_signature(cheaper: Amendment, bob: User, log_in: Enter) -> None:
    client, page = log_in(bob), _page(cheaper)
    assert client.get(_page(cheaper, "sign_paper"))["Location"] == page
    words = client.get(page).content.decode()
    assert "20,000" in words
    for clause in clauses.open_ones(cheaper):
        assert client.post(page, {"clause": clause.key, "text_sha256": clause.sha256})["Location"] == page

    assert client.get(page)["Location"] == _page(cheaper, "sign_paper")
    assert clauses.confirmed(cheaper).count() == 2


def test_a_stranger_finds_no_page_and_the_licensor_confirms_nothing_on_it(
    cheaper: Amendment, alice: User, mallory: User, log_in: Enter
) -> None:
    clause = clauses.open_ones(cheaper)[0]
    told = {"clause": clause.key, "text_sha256": clause.sha256}

    assert log_in(mallory).post(_page(cheaper), told).status_code == 404
    assert log_in(alice).post(_page(cheaper), told).status_code == 422
    assert not clauses.confirmed(cheaper).exists()
