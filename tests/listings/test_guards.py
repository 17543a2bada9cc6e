"""What the database itself refuses, whatever the code above it does."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from listings import flow
from listings.models import Declaration, Encumbrance, EncumbranceKind, Listing, Patent, TermSheet
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.lib.terms import start_of, today
from tests.listings.building import authorize

ALONE = {"sole", "exclusive"}
T0 = datetime(2026, 6, 1, tzinfo=timezone.get_default_timezone())


def bind(patent: Patent, kind: str, first: int, last: int | None) -> Encumbrance:
    with transaction.atomic():
        return Encumbrance.objects.create(
            patent=patent,
            kind=kind,
            starts_at=T0 + timedelta(days=first),
            ends_at=None if last is None else T0 + timedelta(days=last),
        )


@pytest.mark.parametrize(("one", "other"), list(product(EncumbranceKind.values, repeat=2)))
def test_nothing_stands_beside_a_sole_or_exclusive_license(patent: Patent, one: str, other: str) -> None:
    bind(patent, one, 0, 10)

    if {one, other} & ALONE:
        with pytest.raises(IntegrityError):
            bind(patent, other, 5, None)
        assert patent.encumbrances.count() == 1
    else:
        bind(patent, other, 5, None)
        assert patent.encumbrances.count() == 2


@pytest.mark.parametrize(
    ("first", "last", "fits"),
    [(10, 20, True), (-10, 0, True), (9, 11, False), (-10, 1, False), (3, 4, False), (-5, None, False), (0, 0, True)],
)
def test_periods_touch_but_do_not_overlap(patent: Patent, first: int, last: int | None, fits: bool) -> None:
    bind(patent, "exclusive", 0, 10)

    if fits:
        bind(patent, "ordinary", first, last)
    else:
        with pytest.raises(IntegrityError):
            bind(patent, "ordinary", first, last)
    assert patent.encumbrances.count() == (2 if fits else 1)


def test_moving_a_period_into_another_is_refused_too(patent: Patent) -> None:
    bind(patent, "exclusive", 0, 10)
    later = bind(patent, "ordinary", 10, 20)

    with pytest.raises(IntegrityError), transaction.atomic():
        Encumbrance.objects.filter(pk=later.pk).update(starts_at=T0 + timedelta(days=9))

    later.refresh_from_db()
    assert later.starts_at == T0 + timedelta(days=10)


def test_a_row_may_be_stored_again_unchanged(patent: Patent) -> None:
    bind(patent, "exclusive", 0, 10).save()

    assert patent.encumbrances.count() == 1


def test_another_patent_is_another_matter(patent: Patent, university: Organization) -> None:
    from tests.listings.building import sound_patent

    bind(patent, "exclusive", 0, None)
    bind(sound_patent(university), "ordinary", 0, None)

    assert Encumbrance.objects.count() == 2


@pytest.mark.parametrize("state", ["published", "withdrawal"])
def test_an_open_license_without_declaration_is_never_on_offer(open_draft: Listing, state: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Listing.objects.filter(pk=open_draft.pk).update(state=state, published_at=timezone.now())

    open_draft.refresh_from_db()
    assert open_draft.state == "draft"


def test_with_a_declaration_it_is(open_draft: Listing) -> None:
    Declaration.objects.create(listing=open_draft, number="KX1", announced_on=today())

    assert Listing.objects.filter(pk=open_draft.pk).update(state="published", published_at=timezone.now()) == 1


def test_a_declaration_cannot_leave_an_offer(open_offer: Listing) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.filter(listing=open_offer).delete()

    assert Declaration.objects.filter(listing=open_offer).exists()


def test_an_approved_listing_stands_only_in_the_revision_that_was_approved(offer: Listing) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Listing.objects.filter(pk=offer.pk).update(revision=99)

    offer.refresh_from_db()
    assert offer.revision == offer.approved_revision


def test_one_live_listing_per_patent_and_track(draft: Listing, alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Listing.objects.create(patent=draft.patent, organization=draft.organization, track="preset", created_by=alice)

    assert Listing.objects.count() == 1


@pytest.fixture
def signed(university: Organization, alice: User) -> TermSheet:
    return TermSheet.objects.create(
        organization=university,
        name="示例条件单",
        state="signed",
        snapshot={"terms": {}},
        sha256="a" * 64,
        signed_by=alice,
        signed_at=timezone.now(),
        authority=authorize(alice, university),
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"snapshot": {"terms": {"fee_minor": 1}}},
        {"sha256": "b" * 64},
        {"signed_at": timezone.now() + timedelta(days=1)},
        {"signature": {"method": "ca"}},
        {"state": "draft"},
    ],
)
def test_what_was_signed_stays_what_it_was(signed: TermSheet, fields: dict[str, object]) -> None:
    before = TermSheet.objects.filter(pk=signed.pk).values().get()

    with pytest.raises(IntegrityError), transaction.atomic():
        TermSheet.objects.filter(pk=signed.pk).update(**fields)

    assert TermSheet.objects.filter(pk=signed.pk).values().get() == before


def test_a_signed_sheet_is_not_deleted_and_a_revoked_one_does_not_rise_again(signed: TermSheet) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        TermSheet.objects.filter(pk=signed.pk).delete()
    assert TermSheet.objects.filter(pk=signed.pk).update(state="revoked") == 1

    with pytest.raises(IntegrityError), transaction.atomic():
        TermSheet.objects.filter(pk=signed.pk).update(state="signed")

    signed.refresh_from_db()
    assert signed.state == "revoked"


def test_a_draft_sheet_changes_freely(university: Organization) -> None:
    sheet = TermSheet.objects.create(organization=university, name="草稿")

    assert TermSheet.objects.filter(pk=sheet.pk).update(fee_minor=5, snapshot={}) == 1
    assert TermSheet.objects.filter(pk=sheet.pk).delete()[0] == 1


@pytest.mark.parametrize("kind", ["open", "ordinary", "sole", "exclusive"])
@pytest.mark.parametrize(("seconds", "stands"), [(0, True), (1, False)])
def test_no_license_outlives_its_patent(patent: Patent, kind: str, seconds: int, stands: bool) -> None:
    assert patent.last_day is not None
    ends_at = start_of(patent.last_day + timedelta(days=1)) + timedelta(seconds=seconds)
    row = Encumbrance(patent=patent, kind=kind, starts_at=T0, ends_at=ends_at)

    if stands:
        row.save()
        with pytest.raises(IntegrityError), transaction.atomic():
            Encumbrance.objects.filter(pk=row.pk).update(ends_at=ends_at + timedelta(seconds=1))
    else:
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
    assert Encumbrance.objects.filter(ends_at__gt=start_of(patent.last_day + timedelta(days=1))).count() == 0


def test_without_its_guard_a_license_outlives_the_patent(patent: Patent) -> None:
    assert patent.last_day is not None
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER license_outlives_no_patent_insert")
        else:
            cursor.execute("DROP TRIGGER license_outlives_no_patent ON listings_encumbrance")

    Encumbrance.objects.create(
        patent=patent, kind="ordinary", starts_at=T0, ends_at=start_of(patent.last_day + timedelta(days=2))
    )

    assert Encumbrance.objects.count() == 1


def test_the_open_declaration_and_a_patent_without_last_day_are_no_licenses(patent: Patent) -> None:
    assert patent.last_day is not None
    late = start_of(patent.last_day + timedelta(days=2))
    Encumbrance.objects.create(patent=patent, kind="open_declaration", starts_at=T0, ends_at=late)
    Patent.objects.filter(pk=patent.pk).update(last_day=None)
    Encumbrance.objects.create(patent=patent, kind="ordinary", starts_at=T0, ends_at=late)

    assert Encumbrance.objects.count() == 2


def test_a_license_that_would_outlive_is_refused_in_words(patent: Patent, alice: User) -> None:
    assert patent.last_day is not None
    late = start_of(patent.last_day + timedelta(days=2))
    with pytest.raises(Refused) as refused:
        flow.encumber(patent, kind="exclusive", starts_at=T0, ends_at=late, by=alice)

    assert (refused.value.finding.rule, refused.value.finding.field) == ("DECL-5", "ends_on")
    assert not Encumbrance.objects.exists()
