"""The size of a firm follows the ministry's table (NUM-6)."""

from __future__ import annotations

from itertools import product

import pytest

from marketplace.lib.sizes import INDUSTRIES, TABLE, FirmSize, MissingFigures, indicators, size_of


@pytest.mark.parametrize(
    ("industry", "people", "revenue", "assets", "size"),
    [
        ("industry", 1000, 40_000, None, FirmSize.LARGE),
        ("industry", 999, 50_000, None, FirmSize.MEDIUM),
        ("industry", 300, 2_000, None, FirmSize.MEDIUM),
        ("industry", 300, 1_999, None, FirmSize.SMALL),
        ("industry", 25, 299, None, FirmSize.MICRO),
        ("industry", 1500, 250, None, FirmSize.MICRO),
        ("industry", 20, 300, None, FirmSize.SMALL),
        ("software", 10, 50, None, FirmSize.SMALL),
        ("software", 9, 50, None, FirmSize.MICRO),
        ("farming", None, 20_000, None, FirmSize.LARGE),
        ("farming", None, 49, None, FirmSize.MICRO),
        ("construction", None, 80_000, 79_999, FirmSize.MEDIUM),
        ("real_estate", None, 1_000, 5_000, FirmSize.MEDIUM),
        ("leasing", 100, None, 8_000, FirmSize.MEDIUM),
        ("other", 300, None, None, FirmSize.LARGE),
        ("other", 0, 0, 0, FirmSize.MICRO),
    ],
)
def test_a_firm_has_the_largest_class_whose_every_bound_it_reaches(
    industry: str, people: int | None, revenue: int | None, assets: int | None, size: FirmSize
) -> None:
    assert size_of(industry, people, revenue, assets) == size


@pytest.mark.parametrize(("industry", "place"), list(product(TABLE, range(3))))
def test_each_bound_includes_its_number_and_excludes_one_less(industry: str, place: int) -> None:
    row = TABLE[industry]
    sizes = (FirmSize.LARGE, FirmSize.MEDIUM, FirmSize.SMALL, FirmSize.MICRO)
    at = [bounds[place] if bounds else None for bounds in (row.people, row.revenue, row.assets)]

    assert size_of(industry, *at) == sizes[place]
    for indicator in range(3):
        if (bound := at[indicator]) is not None:
            below = [*at[:indicator], bound - 1, *at[indicator + 1 :]]
            assert size_of(industry, *below) == sizes[place + 1]


def test_a_figure_that_the_industry_names_is_asked_for() -> None:
    with pytest.raises(MissingFigures) as refused:
        size_of("industry", 25, None, 100)

    assert (refused.value.finding.rule, refused.value.finding.field) == ("NUM-6", "revenue_wan")
    assert indicators("industry") == ("people", "revenue")


def test_an_unknown_industry_has_no_size() -> None:
    with pytest.raises(KeyError):
        size_of("piracy", 1, 1, 1)


def test_every_industry_of_the_table_can_be_chosen() -> None:
    assert [key for key, _label in INDUSTRIES] == list(TABLE)
    assert all(str(label) for _key, label in INDUSTRIES)
