"""A public institution makes a negotiated price public for fifteen days before it signs it (INST-1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from listings import flow as listings_flow
from listings.models import Listing, Publicity
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.licensing.flow import negotiating
from marketplace.licensing.models import Negotiation
from marketplace.licensing.public import publishing
from marketplace.vault.models import VaultFile
from tests.licensing.changes.conftest import accept, ask_other, counter, live, made
from tests.licensing.conftest import confirm_all, sign
from tests.listings.building import scan

pytestmark = pytest.mark.django_db


def proof() -> VaultFile:
    return scan()


def published(negotiation: Negotiation, by: User, last: date) -> Publicity:
    return listings_flow.record_publicity_of_terms(
        negotiation.listing,
        by=by,
        starts_on=last - timedelta(days=15),
        ends_on=last,
        held_at="学校官网（示例）",
        proof=proof(),
        terms_sha256=live(negotiation).sha256,
    )


@pytest.fixture
def public(listing: Listing, university: Organization, alice: User) -> Organization:
    """The university is state-established, and its offer was made public."""
    Organization.objects.filter(pk=university.pk).update(state_established=True)
    from listings.rules.institution import publicity_sha256

    fresh = Listing.objects.select_related("organization", "patent", "terms").get(pk=listing.pk)
    Publicity.objects.create(
        listing=fresh,
        starts_on=today() - timedelta(days=40),
        ends_on=today() - timedelta(days=20),
        held_at="学校官网（示例）",
        proof=proof(),
        terms_sha256=publicity_sha256(fresh),
    )
    return Organization.objects.get(pk=university.pk)


def test_a_lower_price_is_signed_only_after_its_own_publicity(
    public: Organization, listing: Listing, firm: Organization, alice: User, bob: User, moderator: User,
    any_code: list[str],
) -> None:  # fmt: skip
    negotiation = accept(negotiating.take(ask_other(listing, firm, bob), by=moderator), alice)
    agreement = made(negotiation)
    confirm_all(agreement, bob)
    sign(agreement, bob)
    with pytest.raises(Refused) as refused:
        sign(agreement, alice)
    assert refused.value.findings[0].rule == "INST-1"
    agreement.refresh_from_db()
    assert (agreement.state, agreement.signatures.count()) == ("offered", 1)

    published(negotiation, alice, today() - timedelta(days=1))
    sign(agreement, alice)

    agreement.refresh_from_db()
    assert agreement.state == "active"


def test_there_is_time_enough_for_the_publicity(
    public: Organization, listing: Listing, firm: Organization, alice: User, bob: User, moderator: User
) -> None:
    negotiation = accept(negotiating.take(ask_other(listing, firm, bob), by=moderator), alice)

    agreement = made(negotiation)
    assert agreement.acts_until is not None
    assert agreement.acts_until == negotiation.due_at
    assert agreement.last_day_to_act == today() + timedelta(days=45)


def test_another_version_needs_another_publicity(
    public: Organization, listing: Listing, firm: Organization, alice: User, bob: User, moderator: User
) -> None:
    negotiation = negotiating.take(ask_other(listing, firm, bob), by=moderator)
    published(negotiation, alice, today() - timedelta(days=1))
    assert publishing.publicity_of(live(negotiation)) is not None

    counter(negotiation, alice, fee_minor=2_900_000)

    assert publishing.publicity_of(live(negotiation)) is None


@pytest.mark.parametrize("last", [0, 3])
def test_a_publicity_that_is_not_over_is_not_recorded(
    public: Organization, listing: Listing, firm: Organization, alice: User, bob: User, moderator: User, last: int
) -> None:
    negotiation = negotiating.take(ask_other(listing, firm, bob), by=moderator)

    with pytest.raises(Refused):
        published(negotiation, alice, today() + timedelta(days=last))

    assert publishing.publicity_of(live(negotiation)) is None


def test_other_terms_at_the_published_price_need_none(
    public: Organization, listing: Listing, firm: Organization, alice: User, bob: User, moderator: User
) -> None:
    negotiation = negotiating.take(ask_other(listing, firm, bob, months=24), by=moderator)

    assert not publishing.needs_publicity(live(negotiation))
