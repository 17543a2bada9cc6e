"""The papers beside and after the contract: every word was read by a person, and they say what the law wants."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from marketplace.lib import papers
from marketplace.licensing.contracts import clauses, render
from marketplace.licensing.contracts.composing import blank_deal
from marketplace.licensing.contracts.further import (
    Ground,
    PowerOfAttorneyFacts,
    between,
    further_clauses,
    laid_out_further,
    render_further,
)
from marketplace.licensing.contracts.layouts.sheet import Sheet
from marketplace.licensing.contracts.rendering import laid_out
from tests.licensing.contracts import samples
from tests.licensing.contracts.samples import CASES, amendment, concluded, deal, offer, power, termination, withdrawal

GOLDEN = Path(__file__).with_name("golden")
LANGUAGES = ("zh-hans", "en")
FURTHER: dict[str, tuple[str, Any]] = {
    "amendment": ("amendment", amendment()),
    **{f"termination-{ground}": ("termination", termination(ground)) for ground in Ground},
    "withdrawal-open": ("withdrawal", withdrawal("open")),
    "withdrawal-preset": ("withdrawal", withdrawal("preset", to="示范环保有限公司（示例）")),
    "power": ("power_of_attorney", power()),
    "power-blank": ("power_of_attorney", PowerOfAttorneyFacts()),
}
BESIDE: dict[str, tuple[str, str, str]] = {
    "summary-fixed": ("summary", "preset", "fixed"),
    "summary-later": ("summary", "preset", "later_deferred"),
    "summary-open": ("summary", "open", "fixed"),
    "summary-free": ("summary", "preset", "free"),
    "trial": ("trial", "preset", "later_conditional"),
    "guidance": ("guidance", "preset", "fixed"),
    "guidance-open": ("guidance", "open", "fixed"),
    "guidance-none": ("guidance", "preset", "fixed_yearly"),
}


def sheet(name: str, language: str) -> Sheet:
    """One of the papers above, laid out."""
    if name in FURTHER:
        return laid_out_further(FURTHER[name][1], language)[1]
    kind, track, case = BESIDE[name]
    snapshot = offer(track, **CASES[case])
    return laid_out(kind, snapshot, concluded(snapshot), language)[1]


def text(name: str, language: str = "zh-hans") -> str:
    """Every word of it."""
    return json.dumps(asdict(sheet(name, language)), ensure_ascii=False, default=str)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*FURTHER, *BESIDE])
def test_every_word_of_every_further_paper_was_read_by_a_person(name: str, language: str) -> None:
    """KAIXU_GOLDEN=write writes the files anew; read the difference before you keep it."""
    file = GOLDEN / f"further-{name}-{language}.json"
    found = json.loads(text(name, language))
    if os.environ.get("KAIXU_GOLDEN") == "write":
        file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    assert found == json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [*FURTHER, *BESIDE])
def test_both_languages_have_the_same_pieces(name: str) -> None:
    shapes = [[(p["kind"], len(p.get("rows", ()))) for p in sheet(name, language).pieces] for language in LANGUAGES]

    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("facts", [amendment(), *(termination(ground) for ground in Ground)])
def test_what_both_sign_names_the_parties_and_the_patent(facts: Any) -> None:
    said = {clause.key: clause for clause in further_clauses(facts, "zh-hans")}

    assert ("名称", "示范理工大学（示例）", "示范环保有限公司（示例）") in said["parties"].rows
    assert ("专利号", "ZL 2019 1 1189805.4") in said["patents"].rows  # LIC-E
    assert "KX-2026-00417" in said["parties"].text


def test_an_amendment_says_before_and_after_and_that_the_rest_stands() -> None:
    said = {clause.key: clause for clause in further_clauses(amendment(), "zh-hans")}

    assert said["changes"].rows[1:] == (
        ("许可期限的最后一日", "2031年11月24日", "2033年11月24日"),
        ("固定费用", "¥80,000.00", "¥95,000.00"),
        ("许可地域", "河南省济源市", "河南省济源市、河南省洛阳市"),
        ("样品", "没有约定", "许可人每年提供一次样品检测"),
    )
    assert "不超过专利权期限的最后一日（2039年11月5日）" in said["changes"].text
    assert "其余条款继续有效" in said["rest"].text
    assert "b" * 8 in said["parties"].text  # the contract's own hash


def test_a_change_of_money_is_confirmed_on_its_own_and_one_of_territory_is_not() -> None:
    def highlighted(*names: str) -> list[str]:
        kept = tuple(change for change in amendment().changes if change.name in names)
        return [c.key for c in further_clauses(amendment(changes=kept), "zh-hans") if c.highlighted]

    assert highlighted("fee_minor") == ["changes"]  # LIC-F
    assert highlighted("territory") == []


def test_the_points_in_which_terms_differ_are_found() -> None:
    before = samples.TERMS
    after = before | {"fee_minor": 1, "milestone": None, "acts": ["make"]}

    assert [(c.name, c.before, c.after) for c in between(before, after)] == [
        ("fee_minor", 8_000_000, 1),
        ("acts", ["make", "sell", "use"], ["make"]),
    ]


@pytest.mark.parametrize(
    ("ground", "words"),
    [
        (Ground.MUTUAL, "第五百六十二条第一款，双方协商一致"),
        (Ground.TRIAL_EXIT, "被许可人在试用期内退出，不需要理由，不支付任何费用"),
        (Ground.EARLY, "须提前60日书面通知"),
        (Ground.BREACH, "于2027年3月20日收到书面催告，30日内仍未履行"),
        (Ground.NONPAYMENT, "于2027年3月20日收到书面催告，30日内仍未支付"),
        (Ground.PATENT_ENDED, "专利权终止、被宣告全部无效"),
        (Ground.PATENT_CHANGED, "被许可人选择退出"),
    ],
)
def test_each_end_names_its_ground(ground: Ground, words: str) -> None:
    said = {clause.key: clause.text for clause in further_clauses(termination(ground), "zh-hans")}

    assert words in said["ground"]
    assert ("objection" in said) == (ground != Ground.MUTUAL)  # CC 565


def test_who_ends_the_license_for_non_payment_does_not_leave_time_to_sell() -> None:
    assert "可以销售至2027年12月30日" in text("termination-early")
    assert "可以销售至" not in text("termination-nonpayment")


def test_when_the_patent_is_dead_nothing_forbids_the_technology() -> None:
    said = text("termination-patent_ended")

    assert "任何人可以自由实施该技术" in said  # CC 865
    assert "停止实施专利" not in said
    assert "许可人应当在30日内退还预付的" in said


def test_a_withdrawal_is_unconditional_names_every_owner_and_leaves_licenses_alone() -> None:
    said = text("withdrawal-open")

    assert "撤回不附任何条件" in said  # DECL-7
    assert "示范研究院（示例）" in said
    assert "公告之日零时（北京时间）起生效" in said
    assert "在先给予的许可继续有效" in said
    assert "已经签署的合同" in text("withdrawal-preset")


def test_an_announced_withdrawal_names_its_day() -> None:
    told = laid_out_further(withdrawal("open", announced_on=date(2027, 2, 1), standing=3), "zh-hans")[1]

    assert "2027年2月1日公告撤回，撤回自当日零时" in str(told.pieces)
    assert "在先给予的3项许可继续有效" in str(told.pieces)


def test_a_power_of_attorney_has_limits_or_blanks_and_wants_no_identity_number() -> None:
    assert "¥500,000.00（含税）" in text("power")
    assert "自2026年12月1日起至2027年11月30日止" in text("power")
    assert "□" not in text("power")
    assert text("power-blank").count("□ ") == 4
    assert "请不要写身份证号码" in text("power-blank")


def test_facts_of_one_paper_are_not_printed_as_another() -> None:
    with pytest.raises(ValueError, match="no facts of a termination"):
        render_further("termination", amendment(), "zh-hans")


def test_the_trial_paper_has_the_dates_of_the_license_and_the_clauses_of_its_contract() -> None:
    said = text("trial")
    snapshot = offer(**CASES["later_conditional"])
    own = {clause.key: clause for clause in clauses(snapshot, concluded(snapshot), "zh-hans")}

    assert "2026年11月25日" in said
    assert "2027年11月24日" in said  # the last free day
    for key in ("trial", "fee", "exit"):
        assert own[key].label in said
        assert own[key].paragraphs[0] in said


def test_the_guidance_plan_says_how_it_is_booked_and_accepted() -> None:
    said = text("guidance")

    for words in ("16小时", "3个工作日内", "示例教授团队", "¥500.00", "预约：", "7日内没有提出异议的，视为确认"):
        assert words in said  # PRESET-3
    assert "不是获得开放许可的条件" in text("guidance-open")
    assert "不含技术指导" in text("guidance-none")


def long_words() -> dict[str, Any]:
    """An offer whose every text is as long as it may be."""
    snapshot = offer(**CASES["later_conditional"], field_of_use="铅" * 300)
    snapshot["terms"]["milestone"] = "里" * 300
    snapshot["terms"]["territory"] = ",".join(f"4101{n:02d}" for n in range(1, 13))
    snapshot["patent"]["title"] = "一种" * 100
    snapshot["licensor"]["name"] = "大学" * 60
    return snapshot


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [lambda: offer(**CASES["fixed"]), lambda: offer("open", **CASES["fixed"]), long_words])
def test_the_summary_is_exactly_one_page(make: Callable[[], dict[str, Any]], language: str) -> None:
    snapshot = make()

    for facts in (blank_deal(snapshot), deal(snapshot), concluded(snapshot)):
        assert papers.pages(render("summary", snapshot, facts, language)) == 1


def test_a_contract_takes_more_than_one_page() -> None:
    snapshot = offer()

    assert papers.pages(render("contract", snapshot, deal(snapshot), "zh-hans")) > 3


def test_the_next_dates_stand_on_the_summary_in_their_order() -> None:
    snapshot = offer(**CASES["later_deferred"])
    facts = replace(concluded(snapshot), payments=())
    table = next(p["rows"] for p in laid_out("summary", snapshot, facts, "zh-hans")[1].pieces if p["kind"] == "rows")

    assert [row[0] for row in table[1:]] == ["2027-02-25", "2027-11-25", "2031-11-24"]
