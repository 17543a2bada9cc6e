"""Each check by itself: what it finds, what it lets be, and the same with the telling fact taken away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from listings.integrity import licenses, parties, prices, texts
from listings.integrity.facts import Grant, Holding, Party, PatentText, PriceHistory, Turn

DUCT = (
    "一种烟道清灰装置，包括导轨、沿导轨移动的小车和装在小车上的旋转刷，旋转刷由软轴带动，"
    "小车行至末端时碰块使软轴反转，刷毛自行脱灰，灰斗挂在小车后方随车带走落灰。"
)
RETOLD = (
    "本发明提供一种清灰装置，小车沿导轨移动，车上装旋转刷并由软轴带动；小车行至末端时碰块使软轴反转，"
    "刷毛自行脱灰，落灰由挂在小车后方的灰斗随车带走，结构简单，使用方便。"
)
OTHER = "一种锌浸出渣的洗涤方法，把渣浆分三级逆流洗涤，末级洗水返回浸出，洗后渣含水溶锌低于百分之零点五。"


def pair(one: str, other: str) -> list[PatentText]:
    return [PatentText("1", "甲", one), PatentText("2", "乙", other)]


def test_a_retold_abstract_is_found_and_another_invention_is_not() -> None:
    found = texts.duplicates(pair(DUCT, RETOLD))

    assert [(one.key, one.score >= 45) for one in found] == [("1:2", True)]
    assert found[0].evidence["sentences"]
    assert texts.duplicates(pair(DUCT, OTHER)) == []


def test_stock_phrases_make_no_family() -> None:
    praise = (
        "结构简单，使用方便，成本低廉，便于推广应用，具有良好的经济效益和社会效益，市场前景广阔，安全可靠，节能环保。"
    )

    assert texts.duplicates(pair(OTHER + praise, DUCT + praise)) == []


def test_another_substance_is_another_invention() -> None:
    zinc = "一种催化剂，由载体和活性组分组成，活性组分为锌元素，载体经焙烧后浸渍锌盐溶液，干燥后于高温下活化。" * 2
    iron = zinc.replace("锌元素", "铁元素").replace("锌盐溶液", "铁盐溶液")

    assert texts.likeness(zinc, iron) > 0.45
    assert texts.duplicates(pair(zinc, iron)) == []


def test_only_what_is_asked_about_is_compared() -> None:
    told = [*pair(DUCT, RETOLD), PatentText("3", "丙", OTHER), PatentText("4", "丁", OTHER)]

    assert {one.key for one in texts.duplicates(told)} == {"1:2", "3:4"}
    assert [one.key for one in texts.duplicates(told, frozenset({"4"}))] == ["3:4"]


def test_an_abstract_that_says_nothing_is_found() -> None:
    nothing = "本实用新型公开了一种新型设备，结构合理，操作简便，成本低廉，适合大规模推广应用。"
    short = "一种铲，铲面背后焊两道斜筋，踏边卷圆，挖硬土时铲面不弯。结构简单，使用方便。"

    assert [one.key for one in texts.boilerplate([PatentText("1", "", nothing)])] == ["1"]
    assert texts.boilerplate([PatentText("1", "", short)]) == []


QUOTA = date(2026, 12, 31)


def history(*turns: Turn) -> PriceHistory:
    return PriceHistory("1", (Turn(date(2026, 1, 5), "listed"), Turn(date(2026, 1, 5), "price_set", 4_000_000), *turns))


@pytest.mark.parametrize(
    ("turns", "sudden"),
    [
        ([Turn(date(2026, 12, 20), "price_changed", 1_000)], True),
        ([Turn(date(2026, 12, 20), "made_free")], True),
        ([Turn(date(2026, 12, 20), "price_changed", 700_000)], True),  # fell by more than four fifths
        ([Turn(date(2026, 12, 20), "price_changed", 3_000_000)], False),
        ([Turn(date(2026, 12, 1), "price_changed", 1_000)], False),  # thirty days before
        ([Turn(date(2026, 12, 17), "price_changed", 1_000)], True),  # fourteen days before: the first
        ([Turn(date(2026, 12, 16), "price_changed", 1_000)], False),
        ([Turn(date(2027, 1, 1), "price_changed", 1_000)], False),
        ([Turn(date(2026, 12, 1), "enquiry"), Turn(date(2026, 12, 20), "price_changed", 1_000)], False),
        (
            [Turn(date(2026, 12, 20), "price_changed", 1_000), Turn(date(2026, 12, 21), "price_changed", 4_000_000)],
            False,
        ),
    ],
)
def test_a_price_before_a_quota_date_is_sudden_out_of_silence_only(turns: list[Turn], sudden: bool) -> None:
    assert (prices.before_date(history(*turns), QUOTA) is not None) is sudden


def test_the_known_dates_are_data() -> None:
    window, dates = prices.quota_dates()

    assert (window, [(one.month, one.day) for one in dates]) == (14, [(3, 31), (6, 30), (9, 30), (12, 31)])
    found = prices.detect([history(Turn(date(2026, 6, 22), "price_changed", 1_000))])
    assert [one.evidence["quota_on"] for one in found] == ["2026-06-30"]


ONE = Party(key="1", name="示例大学", heads=("欧阳示例",), inventors=("上官示例",), phone="000-1234567")
TWO = Party(key="2", name="示例新材料有限公司", heads=("轩辕示例",), phone="0007654321")


@pytest.mark.parametrize(
    ("change", "related"),
    [
        ({}, False),
        ({"heads": ("欧阳示例",)}, True),
        ({"heads": ("上官示例",)}, True),  # an inventor of one leads the other
        ({"inventors": ("上官示例",)}, False),  # invented for both: no tie of control
        ({"holdings": (Holding("欧阳示例", 40.0),)}, True),
        ({"holdings": (Holding("欧阳示例", 5.0),)}, False),
        ({"holdings": (Holding("示例大學", 51.0),)}, True),  # in traditional signs
        ({"phone": "000 1234567"}, False),  # a telephone alone
        ({"aliases": ("示例大学",)}, True),
    ],
)
def test_what_ties_two_organizations(change: dict[str, object], related: bool) -> None:
    told = replace(TWO, **change)  # type: ignore[arg-type]

    assert bool(parties.detect([ONE, told])) is related


def test_a_name_that_thousands_bear_does_not_tie_by_itself() -> None:
    assert parties.detect([replace(ONE, heads=("王伟",)), replace(TWO, heads=("王伟",))]) == []
    assert parties.detect([replace(ONE, heads=("亓官伟",)), replace(TWO, heads=("亓官伟",))]) != []


def test_telephone_and_address_together_tie() -> None:
    place = "河南省示例市示例路七号"
    one = replace(ONE, address=place)

    found = parties.detect([one, replace(TWO, address="示例市示例路7号", phone="0001234567")])

    assert {tie["by"] for tie in found[0].evidence["ties"]} == {"phone", "address"}
    assert parties.detect([one, replace(TWO, address="示例市示例路9号", phone="0001234567")]) == []


def test_what_a_crowd_shares_ties_nobody() -> None:
    crowd = [replace(TWO, key=str(n), heads=(f"司徒{n}号",), bank_account="6222 0000 1111 2222") for n in range(3, 9)]

    assert parties.detect(crowd) == []
    assert len(parties.detect(crowd[:5])) == 10


def grants(count: int, fields: str = "ABCD", people: int | None = 5, free: bool = True) -> list[Grant]:
    return [
        Grant(str(n), "1", "2", f"{fields[n % len(fields)]}22B", date(2026, 1, 1), free=free, people=people)
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("held", "many"),
    [
        (grants(8), True),
        (grants(7), False),
        (grants(8, "ABC"), False),
        (grants(24, "A"), True),
        (grants(24, "A", people=60), False),
        (grants(8, people=600), False),
        (grants(30, free=False), False),
    ],
)
def test_many_free_licenses(held: list[Grant], many: bool) -> None:
    assert bool(licenses.many_free(held)) is many


def test_a_license_without_a_sign_of_use_is_found_after_a_year() -> None:
    day = date(2027, 1, 1)
    silent, used, young = grants(3, free=False)
    told = [silent, replace(used, signs=("fee 1",)), replace(young, since=day - timedelta(days=364))]

    assert [one.key for one in licenses.no_use(told, day)] == ["0"]
