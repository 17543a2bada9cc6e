"""The fee helper: hand-worked courses of payment, ceilings, official figures with their source, like offers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from listings import flow
from listings.fees import helper, statistics
from listings.fees.burden import course
from listings.fees.peers import median, peers
from listings.models import Listing
from listings.prices import Price
from marketplace.accounts.models import Organization, User
from tests.listings import making
from tests.listings.building import PRESET_TERMS, sound_draft, sound_patent

YUAN = 100


def price(**told: Any) -> Price:
    usual: dict[str, Any] = {
        "fee_minor": 0, "currency": "CNY", "mode": "fixed", "per_year": False, "royalty_bp": 0, "royalty_base": "",
        "free_months": 0, "trigger": "", "milestone": "", "later_mode": "", "instalments": 0, "now_minor": 0,
        "total_minor": None,
    }  # fmt: skip
    return Price(**(usual | told))


# 12,000 yuan; sales of 1,000,000 yuan a year; profit 10 % of it
CASES: list[tuple[str, dict[str, Any], int, list[int]]] = [
    ("once", {"fee_minor": 12_000}, 36, [12_000, 0, 0]),
    ("by the year", {"fee_minor": 12_000, "per_year": True}, 30, [12_000, 12_000, 12_000]),
    ("royalty of sales", {"mode": "royalty", "royalty_bp": 300, "royalty_base": "net_sales"}, 24, [30_000, 30_000]),
    ("royalty of profit", {"mode": "royalty", "royalty_bp": 2_000, "royalty_base": "profit"}, 12, [20_000]),
    ("half a year of royalty", {"mode": "royalty", "royalty_bp": 300, "royalty_base": "net_sales"}, 18,
     [30_000, 15_000]),
    ("entry fee and royalty", {"mode": "entry_royalty", "fee_minor": 12_000, "royalty_bp": 100,
     "royalty_base": "net_sales"}, 24, [22_000, 10_000]),
    ("free", {"mode": "free"}, 24, [0, 0]),
    ("free, then once", {"mode": "free_then_paid", "fee_minor": 12_000, "free_months": 12, "later_mode": "deferred"},
     36, [0, 12_000, 0]),
    ("free for eighteen months, then once", {"mode": "free_then_paid", "fee_minor": 12_000, "free_months": 18,
     "later_mode": "deferred"}, 36, [0, 12_000, 0]),
    ("free, then by the year", {"mode": "free_then_paid", "fee_minor": 12_000, "per_year": True, "free_months": 12,
     "later_mode": "deferred"}, 36, [0, 12_000, 12_000]),
    ("free, then four instalments", {"mode": "free_then_paid", "fee_minor": 12_000, "free_months": 12,
     "later_mode": "instalments", "instalments": 4}, 60, [0, 3_000, 3_000, 3_000, 3_000]),
    ("instalments outlive the term", {"mode": "free_then_paid", "fee_minor": 12_000, "free_months": 12,
     "later_mode": "instalments", "instalments": 3}, 24, [0, 4_000, 4_000, 4_000]),
    ("free for six months, then a share", {"mode": "free_then_paid", "free_months": 6, "later_mode": "revenue_share",
     "royalty_bp": 200, "royalty_base": "net_sales"}, 24, [10_000, 20_000]),
    ("a milestone, taken to be reached", {"mode": "free_then_paid", "fee_minor": 12_000, "free_months": 12,
     "later_mode": "conditional"}, 24, [0, 12_000]),
    ("a term that ends before the fee", {"mode": "free_then_paid", "fee_minor": 12_000, "free_months": 12,
     "later_mode": "deferred"}, 12, [0]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "told", "months", "yuan"), CASES, ids=[case[0] for case in CASES])
def test_what_a_firm_pays_year_by_year(name: str, told: dict[str, Any], months: int, yuan: list[int]) -> None:
    told = told | ({"fee_minor": told["fee_minor"] * YUAN} if "fee_minor" in told else {})

    found = course(price(**told), months, sales_minor=1_000_000 * YUAN, margin_bp=1_000)

    assert [minor // YUAN for minor in found.years] == yuan
    assert found.total == sum(yuan) * YUAN


def test_amounts_are_whole_fen_and_never_more_than_the_rate() -> None:
    found = course(
        price(mode="royalty", royalty_bp=333, royalty_base="net_sales"), 7, sales_minor=1_234_567, margin_bp=0
    )

    assert found.years == (1_234_567 * 7 * 333 // 120_000,)


def test_the_contract_s_own_reckoning_gives_the_same_amounts(draft: Listing) -> None:
    from datetime import date

    from listings import offers
    from marketplace.lib.terms import add_months
    from marketplace.licensing.contracts.reading import read
    from marketplace.licensing.terms.obligations import owed

    put = {"fee_mode": "free_then_paid", "fee_minor": 1_000_001, "free_months": 12, "trigger": "date",
           "later_mode": "instalments", "instalments": 3, "months": 60, "nonpayment": "停用"}  # fmt: skip
    type(draft.terms).objects.filter(pk=draft.terms.pk).update(**put)
    snapshot = offers.snapshot(Listing.objects.get(pk=draft.pk))
    told, start = offers.price_for(snapshot), date(2026, 1, 1)

    contract = owed(read(snapshot), told, start, add_months(start, 60))
    found = course(told, 60, sales_minor=0, margin_bp=0)

    assert [one.amount_minor for one in contract] == [minor for minor in found.years if minor]
    assert found.years == (0, 333_333, 333_333, 333_335, 0)


# ceilings


def test_ceilings_stand_beside_the_terms_with_their_source(open_draft: Listing) -> None:
    with translation.override("en"):
        fixed, sales, profit = helper.ceilings(open_draft)
        assert (fixed.limit, fixed.own, fixed.kept) == ("¥20,000,000", "¥30,000", True)
        assert (sales.limit, sales.own, sales.kept) == ("20%", "—", True)
        assert profit.limit == "40%"
    assert helper.ceilings_source() == "DECL-4 · 《专利审查指南》第五部分第十一章3.3"

    terms = {"fee_mode": "entry_royalty", "royalty_bp": 2_001, "royalty_base": "net_sales"}
    type(open_draft.terms).objects.filter(pk=open_draft.terms.pk).update(**terms)
    _fixed, sales, _profit = helper.ceilings(Listing.objects.get(pk=open_draft.pk))
    assert (sales.own, sales.kept) == ("20.01%", False)


# official figures


def test_every_official_figure_names_its_document() -> None:
    for year in statistics.years():
        assert year.source.title.startswith("国家知识产权局")
        assert str(year.year) in year.source.title
        assert year.fixed.contracts + year.royalty.contracts + year.free.contracts == year.contracts
    newest = statistics.years()[0]
    assert (newest.contracts, newest.patents, newest.source.number) == (15_603, 36_794, "国知办函运字〔2024〕1070号")
    assert newest.shares == {"fixed": 3_940, "royalty": 700, "free": 5_360}  # 39.4, 7.0 and 53.6 %, as printed there
    assert newest.fixed.average_minor == 1_660_000 * YUAN


def test_an_industry_without_an_official_figure_is_too_thin_and_so_is_one_with_few_contracts(
    draft: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert statistics.of_industry("nonferrous") is None
    with translation.override("en"):
        words, source = helper.industry_words(draft)
    assert (words.startswith("Too thin"), source) == (True, "")

    read = statistics._data()
    for contracts, known in ((19, False), (20, True)):
        entered = {"nonferrous": {"royalty_bp": 350, "contracts": contracts, "source": "cnipa-2023"}}
        monkeypatch.setattr(statistics, "_data", lambda entered=entered: read | {"industries": entered})
        assert (statistics.of_industry("nonferrous") is not None) is known
    words, source = helper.industry_words(draft)
    assert words.startswith("3.5%")
    assert "国知办函运字〔2024〕1070号" in source


# like offers


@pytest.mark.parametrize(("values", "middle"), [([5], 5), ([1, 9, 5], 5), ([1, 2, 3, 10], 2), ([7, 7], 7), ([3, 4], 3)])
def test_the_middle_of_some_values(values: list[int], middle: int) -> None:
    assert median(values) == middle


def test_there_is_no_middle_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        median([])


def test_like_offers_are_of_the_same_class_and_way_of_paying_and_five_at_least(
    draft: Listing, university: Organization, alice: User
) -> None:
    def put(fee: int, **fields: Any) -> None:
        making.offer(university, alice, f"同类{fee}", terms__fee_minor=fee, **fields)

    for fee in (1_000_000, 2_000_000, 4_000_000, 9_000_000):
        put(fee, patent__ipc_main="B01J 20/00")
    put(1, patent__ipc_main="A21D 8/04")  # another class
    put(0, patent__ipc_main="B01D 1/00", terms__fee_mode="free")  # another way
    put(3, patent__ipc_main="B01D 1/00", terms__fee_per_year=True)  # by the year
    put(4, patent__ipc_main="B01D 1/00", state="suspended")  # not on offer

    thin = peers(draft)
    assert (thin.ipc_class, thin.count, thin.fee_minor, thin.is_thin) == ("B01", 4, None, True)
    with translation.override("en"):
        assert helper.comparison(draft).words.startswith("Too thin: fewer than 5")

    put(3_000_000, patent__ipc_main="B01D 53/14")
    found = peers(draft)
    assert (found.count, found.fee_minor, found.royalty_bp, found.is_thin) == (5, 3_000_000, None, False)
    with translation.override("en"):
        told = helper.comparison(draft)
    assert told.words == "fee: ¥30,000 in the middle; yours is the same"
    assert "class B01" in told.source
    assert "5 of them" in told.source


def test_variants_of_others_count_and_one_s_own_do_not(draft: Listing, university: Organization, alice: User) -> None:
    other = sound_draft(sound_patent(university), alice)
    Listing.objects.filter(pk=other.pk).update(state="published", published_at=other.created_at)
    for listing in (draft, other):
        row = {"variant_of": listing, "label": "五年", "position": 1}
        type(draft.terms).objects.create(**PRESET_TERMS, **row)

    assert peers(draft).count == 2


# the pages


def test_the_owner_s_page_shows_every_part_with_a_source(draft: Listing, alice: User, mallory: User) -> None:
    flow.put_variant(draft, by=alice, label="五年", draft=flow.Draft(terms=PRESET_TERMS | {"months": 60}, prices={}))
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(alice)
    share = {"fee_mode": "entry_royalty", "royalty_bp": 300, "royalty_base": "net_sales"}
    type(draft.terms).objects.filter(listing=draft).update(**share)
    path = reverse("listings:fees", args=[draft.code])

    page = client.get(path).content.decode()
    assert ("DECL-4" in page, "国知办函运字〔2024〕1070号" in page, page.count('class="source"') >= 5) == (True,) * 3
    assert ("五年" in page, "<svg" in page, "Too thin" in page) == (True, True, True)
    asked = client.get(path, {"low": "1", "middle": "2", "high": "3.5", "margin": "12.5"})
    assert [column.sales for column in asked.context["rows"][0].columns] == ["¥1", "¥2", "¥3.50"]
    assert [column.sales for column in asked.context["rows"][1].columns] == ["any"]  # a fixed fee: sales change nothing
    assert asked.context["burden_source"].count("12.5%") == 1
    wrong = client.get(path, {"low": "x", "middle": "", "high": "-1", "margin": "200"})
    assert (wrong.status_code, wrong.context["form"].errors.keys()) == (200, {"low", "middle", "high", "margin"})

    client.force_login(mallory)
    assert client.get(path).status_code == 404


def test_a_firm_reads_what_it_would_pay_in_its_own_class(
    university: Organization, alice: User, firm: Organization, bob: User
) -> None:
    listing = making.offer(university, alice, "分级定价的装置", prices={"small": 800_000})
    path = reverse("listings:cost", args=[listing.code])
    client = Client()
    assert client.get(path).context["rows"][0].columns[0].total == "¥30,000"

    client.force_login(bob)
    assert client.get(path).context["rows"][0].columns[0].total == "¥8,000"
    draft = sound_draft(sound_patent(university), alice)
    assert Client().get(reverse("listings:cost", args=[draft.code])).status_code == 404
