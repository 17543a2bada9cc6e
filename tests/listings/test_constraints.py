"""What contradicts a rule by itself is refused by the database, by the ORM's way and by plain SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from listings import guards
from listings.models import ApprovalStep, ClassPrice, Declaration, Listing, Objection, OfferTerms, Override, Patent
from listings.models.review import OVERRIDABLE
from listings.rules import RULES
from marketplace.accounts.models import Organization, User
from marketplace.lib.terms import today

Write = Callable[[Listing], Any]


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(write: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        return True
    return False


def terms(**fields: Any) -> Write:
    return lambda listing: OfferTerms.objects.filter(listing=listing).update(**fields)


def column(name: str, value: Any) -> Write:
    """The same by plain SQL."""
    quoted = connection.ops.quote_name(name)
    return lambda listing: sql(
        f"UPDATE listings_offerterms SET {quoted} = %s WHERE listing_id = %s",  # noqa: S608
        value,
        listing.pk,
    )


ON_BOTH: list[Write] = [
    terms(fee_mode="free_then_paid", trigger="date", later_mode="deferred", free_months=0),
    terms(fee_mode="free_then_paid", trigger="date", later_mode="deferred", free_months=61, months=100),
    terms(fee_mode="free_then_paid", trigger="date", later_mode="deferred", free_months=12, months=12),
    terms(fee_mode="free_then_paid", trigger="", later_mode="deferred", free_months=12, months=60),
    terms(fee_mode="free_then_paid", trigger="date", later_mode="", free_months=12, months=60),
    terms(months=0),
    column("months", 0),
    terms(fee_mode="royalty", royalty_bp=0, royalty_base="net_sales"),
    terms(fee_mode="entry_royalty", royalty_bp=300, royalty_base=""),
]
ON_THE_OPEN_TRACK: list[Write] = [
    terms(fee_mode="free_then_paid", trigger="date", later_mode="deferred", free_months=12, months=60),
    terms(free_months=1),
    terms(classes_only=True),
    terms(territory="410000"),
    column("territory", "410000"),
    terms(fee_explanation="估" * 2_001),
    lambda listing: ClassPrice.objects.create(terms=listing.terms, licensee_class="small", fee_minor=1),
    lambda listing: sql(
        "INSERT INTO listings_classprice (terms_id, licensee_class, fee_minor) VALUES (%s, 'small', 1)",
        listing.terms.pk,
    ),
]
ON_THE_PRESET_TRACK: list[Write] = [
    terms(fee_mode="free_then_paid", trigger="date", later_mode="deferred", free_months=1, months=60),
    terms(fee_mode="free_then_paid", trigger="date", later_mode="deferred", free_months=60, months=61),
    terms(fee_mode="free_then_paid", trigger="date", later_mode="deferred", free_months=60, months=None),
    terms(classes_only=True),
    terms(territory="410000"),
    lambda listing: ClassPrice.objects.create(terms=listing.terms, licensee_class="small", fee_minor=1),
]


@pytest.mark.parametrize("write", [*ON_BOTH, *ON_THE_OPEN_TRACK])
def test_no_open_offer_has_terms_that_contradict_a_rule(open_offer: Listing, write: Write) -> None:
    before = OfferTerms.objects.filter(listing=open_offer).values().get()

    assert refused(lambda: write(open_offer))

    assert OfferTerms.objects.filter(listing=open_offer).values().get() == before
    assert not ClassPrice.objects.exists()


@pytest.mark.parametrize("write", ON_BOTH)
def test_nor_has_a_preset_offer(offer: Listing, write: Write) -> None:
    assert refused(lambda: write(offer))


@pytest.mark.parametrize("write", ON_THE_PRESET_TRACK)
def test_what_the_preset_track_allows_is_stored(offer: Listing, write: Write) -> None:
    assert not refused(lambda: write(offer))


@pytest.mark.parametrize("write", [*ON_BOTH, *ON_THE_OPEN_TRACK])
def test_a_draft_may_be_half_finished_and_goes_on_offer_by_no_way(
    open_draft: Listing, alice: User, write: Write
) -> None:
    Declaration.objects.create(listing=open_draft, number="KX9", announced_on=today())

    assert not refused(lambda: write(open_draft))

    for state in ("publicity", "awaiting", "published", "withdrawal"):
        move = Listing.objects.filter(pk=open_draft.pk)
        assert refused(lambda: move.update(state=state, published_at=timezone.now()))  # noqa: B023
    open_draft.refresh_from_db()
    assert open_draft.state == "draft"


@pytest.mark.parametrize("fields", [{"granted_on": None}, {"organization": None}])
def test_nothing_is_on_offer_of_a_patent_that_is_not_granted_or_nobodys(
    draft: Listing, patent: Patent, fields: dict[str, Any]
) -> None:
    assert not refused(lambda: Patent.objects.filter(pk=patent.pk).update(**fields))

    assert refused(lambda: Listing.objects.filter(pk=draft.pk).update(state="published", published_at=timezone.now()))


def test_the_track_of_a_listing_stays(draft: Listing) -> None:
    assert refused(lambda: Listing.objects.filter(pk=draft.pk).update(track="open"))
    assert refused(lambda: sql("UPDATE listings_listing SET track = 'open' WHERE id = %s", draft.pk))


def test_related_parties_have_names_where_the_offer_is_open_to_them(offer: Listing) -> None:
    assert refused(lambda: Listing.objects.filter(pk=offer.pk).update(related_party_mark=True))
    assert not refused(
        lambda: Listing.objects.filter(pk=offer.pk).update(related_party_mark=True, related_parties="甲：股东")
    )


def test_a_withdrawal_has_a_reason_and_no_day_before_the_declaration(open_offer: Listing) -> None:
    row = Declaration.objects.filter(listing=open_offer)

    assert refused(lambda: row.update(withdrawn_on=open_offer.declaration.announced_on - timedelta(days=1)))
    assert refused(lambda: row.update(withdrawal_requested_at=timezone.now()))
    assert refused(lambda: row.update(number=""))


def test_an_objection_is_decided_in_writing(offer: Listing) -> None:
    row = Objection.objects.create(listing=offer, name="某人", contact="1", text="不同意")

    assert refused(lambda: Objection.objects.filter(pk=row.pk).update(decided_at=timezone.now(), upheld=True))
    assert refused(lambda: Objection.objects.filter(pk=row.pk).update(decided_at=timezone.now(), decision="不成立"))


@pytest.mark.parametrize("rule", sorted(RULES))
def test_only_what_the_law_leaves_open_is_let_pass(draft: Listing, moderator: User, rule: str) -> None:
    written = refused(lambda: Override.objects.create(listing=draft, rule=rule, reason="理由", by=moderator))

    assert written is (rule not in OVERRIDABLE)


@pytest.mark.parametrize(
    ("above", "up_to", "fits"), [(0, None, True), (0, 1, True), (5, 5, False), (6, 5, False), (-1, None, False)]
)
def test_the_amounts_of_a_step_are_in_order(
    university: Organization, above: int, up_to: int | None, fits: bool
) -> None:
    def write() -> None:
        ApprovalStep.objects.create(
            organization=university,
            position=1,
            capacity="院长",
            name="王",
            email="d@example.test",
            above_minor=above,
            up_to_minor=up_to,
        )

    assert refused(write) is not fits


def test_every_guard_stands(db: None) -> None:
    if connection.vendor == "sqlite":
        found, wanted = "SELECT name FROM sqlite_master WHERE type = 'trigger'", set(guards.sqlite_triggers())
    else:
        found, wanted = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal", {one.name for one in guards.GUARDS}
    with connection.cursor() as cursor:
        cursor.execute(found)
        standing = {row[0] for row in cursor.fetchall()}

    assert wanted - standing == set()
