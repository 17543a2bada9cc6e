"""The form of terms: only the chosen way of paying counts, and places in the way they are chosen."""

from __future__ import annotations

from typing import Any

import pytest

from listings.models import Listing
from marketplace.accounts.models import User
from tests.listings.test_owner_pages import as_, url
from tests.listings.test_writing_pages import TERMS


def test_what_belongs_to_another_way_of_paying_is_left_out_and_named(alice: User, draft: Listing) -> None:
    typed = TERMS | {"fee_mode": "free", "free_months": "12", "royalty": "101", "guidance_none": "on"}

    client = as_(alice)
    client.cookies["django_language"] = "en"
    answer = client.post(url("terms", draft.code), typed, follow=True)

    page = answer.content.decode()
    assert "Not part of this way of paying, so left out: Fee (yuan)" in page
    assert "Free months" in page
    terms = Listing.objects.get(pk=draft.pk).terms
    assert (terms.fee_mode, terms.fee_minor, terms.royalty_bp, terms.free_months) == ("free", 0, 0, 0)
    assert (terms.guidance_none, terms.guidance, terms.guidance_hours) == (True, "", 0)
    assert terms.class_prices.count() == 0


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"territory_kind": "country", "territory": ["410000"]}, "CN"),
        ({"territory_kind": "provinces", "territory": ["410000", "420000", "410300"]}, "410000,420000"),
        ({"territory_kind": "cities", "territory": ["410000", "410300", "419001"]}, "410300,419001"),
    ],
)
def test_places_count_only_in_the_way_they_are_chosen(
    alice: User, draft: Listing, sent: dict[str, Any], stored: str
) -> None:
    as_(alice).post(url("terms", draft.code), TERMS | sent)

    assert Listing.objects.get(pk=draft.pk).terms.territory == stored


@pytest.mark.parametrize(
    "sent",
    [
        {"territory_kind": "provinces", "territory": []},
        {"territory_kind": "provinces", "territory": ["710000"]},  # no territory of a mainland patent
        {"territory_kind": "cities", "territory": [f"4101{n:02d}" for n in range(1, 30)]},
    ],
)
def test_places_that_cannot_be_are_refused_and_the_way_is_kept(
    alice: User, draft: Listing, sent: dict[str, Any]
) -> None:
    answer = as_(alice).post(url("terms", draft.code), TERMS | sent)

    assert answer.status_code == 422
    assert (
        f'value="{sent["territory_kind"]}" id="id_territory_{sent["territory_kind"]}" checked'
        in answer.content.decode()
    )
    assert Listing.objects.get(pk=draft.pk).terms.territory == "CN"


def test_own_terms_can_take_the_place_of_a_sheet_s(alice: User, draft: Listing) -> None:
    from tests.listings.test_together import signed

    sheet = signed(draft.organization, alice)
    client = as_(alice)
    assert 'name="sheet" value="" ' in client.get(url("terms", draft.code)).content.decode()

    client.post(url("terms", draft.code), {"sheet": str(sheet.pk)})
    assert Listing.objects.get(pk=draft.pk).term_sheet == sheet
    page = client.get(url("terms", draft.code)).content.decode()
    assert (f'value="{sheet.pk}"' in page, "小微一口价 v1 · ¥30,000" in page) == (True, True)
    client.post(url("terms", draft.code), TERMS | {"sheet": ""})

    after = Listing.objects.get(pk=draft.pk)
    assert (after.term_sheet, after.terms.fee_minor) == (None, 3_000_050)


def test_the_name_of_a_variant_stands_once_in_its_form(alice: User, draft: Listing) -> None:
    page = as_(alice).get(url("variant_new", draft.code)).content.decode()

    assert page.count('name="label"') == 1
