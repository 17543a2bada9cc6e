"""The words of the contract: complete, lawful, the same every time, in both languages."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from marketplace.licensing.contracts import Clause, clauses, days, preview
from marketplace.licensing.contracts.words import ordinal
from marketplace.licensing.flow import activation, terminating
from marketplace.licensing.states import STEPS
from marketplace.licensing.terms import grounds
from tests.licensing.contracts.samples import CASES, SHEET, deal, offer

GOLDEN = Path(__file__).with_name("golden")
LANGUAGES = ("zh-hans", "en")
OPEN = ("fixed", "fixed_yearly", "entry_royalty", "free")
PAPERS = [("preset", case) for case in CASES] + [("open", case) for case in OPEN]


def written(track: str, case: str, language: str = "zh-hans") -> list[Clause]:
    snapshot = offer(track, **CASES[case])
    return clauses(snapshot, deal(snapshot), language)


def text_of(track: str, case: str, language: str = "zh-hans") -> dict[str, str]:
    return {clause.key: clause.text for clause in written(track, case, language)}


def told(found: list[Clause]) -> list[dict[str, Any]]:
    return [json.loads(json.dumps(asdict(clause) | {"sha256": clause.sha256})) for clause in found]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("track", "case"), PAPERS)
def test_every_word_of_every_paper_is_the_one_that_was_read_by_a_person(track: str, case: str, language: str) -> None:
    """KAIXU_GOLDEN=write writes the files anew; read the difference before you keep it."""
    file = GOLDEN / f"{track}-{case}-{language}.json"
    found = told(written(track, case, language))
    if os.environ.get("KAIXU_GOLDEN") == "write":
        file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    assert found == json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("track", "case"), PAPERS)
def test_the_english_rendering_has_the_same_clauses_paragraphs_and_rows(track: str, case: str) -> None:
    shapes = [
        [(c.key, c.number, len(c.paragraphs), len(c.rows), c.highlighted) for c in written(track, case, language)]
        for language in LANGUAGES
    ]

    assert shapes[0] == shapes[1]


@pytest.mark.parametrize(("track", "case"), PAPERS)
def test_english_papers_hold_no_chinese_but_names_and_chinese_papers_no_english_sentence(track: str, case: str) -> None:
    names = re.compile(r"[（(]示例[）)]|[“][^”]*[”]|王示范")
    for key, text in text_of(track, case, "en").items():
        if key not in {
            "parties",
            "patents",
            "annex_guidance",
            "payment",
            "grant",
            "scope",
            "fee",
            "declaration",
            "trial",
        }:
            assert not re.search(r"[一-鿿]{2,}", names.sub("", text)), key
    for key, text in text_of(track, case).items():
        assert not re.search(r"(?:[A-Za-z]{3,} ){3}", text), key


def test_the_contract_names_everything_the_law_wants_named() -> None:
    said = text_of("preset", "fixed")

    for fact in ("低浓度烟气两段吸收方法", "ZL 2019 1 1189805.4", "2019年11月6日", "2021年5月4日", "2039年11月5日"):
        assert fact in said["patents"]  # CC 845
    assert "专利权维持（2026年11月21日查询；来源：专利登记簿副本（示例））" in said["patents"]  # LIC-9, day in Shanghai
    assert "普通许可" in said["grant"]  # SPC 28
    assert "共5年，但不超过专利权期限的最后一日（2039年11月5日）" in said["term"]  # SPC 25, CC 865
    assert "中国境内" in said["grant"]
    assert "铅锌冶炼烟气处理" in said["grant"]
    assert "制造、使用、销售" in said["grant"]
    assert "无权许可合同以外的任何人实施专利" in said["grant"]  # LIC-H


def test_amounts_stand_in_figures_and_in_capitals() -> None:
    assert "人民币80,000.00元（大写：人民币捌万元整）" in text_of("preset", "fixed")["fee"]
    assert "CNY 80,000.00" in text_of("preset", "fixed", "en")["fee"]


def test_money_goes_to_the_licensors_account_and_never_through_the_platform() -> None:
    said = text_of("preset", "fixed")["payment"]

    assert "6222000000000000001" in said
    assert "平台不代收、不保管许可使用费" in said


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("fixed", "固定金额，一次总算"),
        ("fixed_yearly", "每许可年度人民币8,000.00元"),
        ("entry_royalty", "入门费：人民币5,000.00元"),
        ("entry_royalty", "净销售额的3.5%"),
        ("royalty", "利润的10%"),
        ("free", "不需要支付任何许可使用费"),
        ("later_deferred", "试用期最长1年"),
        ("later_deferred", "延期支付：试用期结束后，被许可人支付人民币30,000.01元"),
        ("later_instalments", "分3期，每年一期"),
        ("later_instalments", "每期¥10,000.00，最后一期¥10,000.01"),
        ("later_conditional", "只有在许可期限内达成约定里程碑（首台套验收合格）时"),
        ("later_share", "按许可产品净销售额的2%计算的提成费"),
    ],
)
def test_each_fee_mode_says_what_is_owed(case: str, words: str) -> None:
    assert words in text_of("preset", case)["fee"]


@pytest.mark.parametrize("case", [case for case in CASES if case.startswith("later_")])
def test_a_free_period_fixes_the_price_first_and_may_be_left_at_no_cost(case: str) -> None:
    said = text_of("preset", case)

    assert "价格和支付方式已在本条写明，试用期内不再变更" in said["fee"]  # PRESET-2
    assert "停止实施并返还技术资料" in said["fee"]
    assert "试用期内可以随时书面通知退出，不需要理由，不支付任何费用" in said["exit"]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("later_deferred", "至被许可人取得首次收入之日（含当日）止，最长1年"),
        ("later_conditional", "至约定里程碑（首台套验收合格）达成之日（含当日）止"),
        ("later_instalments", "试用期自生效日起，共1年。"),
    ],
)
def test_a_free_period_says_when_it_ends_and_what_may_be_done_in_it(case: str, words: str) -> None:
    said = text_of("preset", case)["trial"]

    assert words in said
    assert "包括为验证效果的使用和许可产品的制造、销售" in said
    assert ("应当在15日内通过平台告知许可人" in said) == (case != "later_instalments")


def test_silence_counts_only_because_the_parties_agree_so() -> None:
    assert "双方约定逾期不答复的视为认可" in text_of("preset", "later_deferred")["trial"]  # CC 140


def test_what_money_or_time_hangs_on_is_defined() -> None:
    said = {case: text_of("preset", case) for case in CASES}

    for case in CASES:
        assert "许可产品，指" in said[case]["definitions"]
        assert "实施，指" in said[case]["definitions"]
        assert ("首次收入，指" in said[case]["definitions"]) == (case == "later_deferred")
        assert ("净销售额，指" in said[case]["fee"]) == (case in {"entry_royalty", "royalty", "later_share"})


def test_the_periods_that_clauses_name_are_the_ones_that_the_site_acts_on() -> None:
    said, later = text_of("preset", "fixed"), text_of("preset", "later_deferred")

    assert f"提前{days.EARLY_EXIT_DAYS}日书面通知" in said["exit"]
    assert f"提前{days.EARLY_EXIT_FREE_DAYS}日书面通知" in text_of("preset", "free")["exit"]
    assert f"经书面催告后{days.DEMAND_DAYS}日内" in said["liability"]
    assert (grounds.NOTICE, grounds.FREE_NOTICE) == (days.EARLY_EXIT_DAYS, days.EARLY_EXIT_FREE_DAYS)
    assert {STEPS[name].days for name in ("demand", "demand_performance")} == {days.DEMAND_DAYS}
    assert f"在{days.TRIGGER_ANSWER_DAYS}日内答复" in later["trial"]
    assert f"在{days.TRIGGER_DECIDE_DAYS}日内核对" in later["trial"]
    assert STEPS["assert_trigger"].days == days.TRIGGER_ANSWER_DAYS
    assert STEPS["contest_trigger"].days == days.TRIGGER_DECIDE_DAYS
    assert STEPS["expect_report"].days == days.REPORT_DAYS == 60
    assert "结束后六十日内" in text_of("preset", "royalty")["reports"]
    assert terminating.SELL_MONTHS == days.SELL_OFF_MONTHS
    assert activation.GRACE_DAYS == days.PAYMENT_GRACE_DAYS


def test_a_change_of_the_patent_lets_the_licensee_hold_payments_and_leave() -> None:
    said = text_of("preset", "fixed")

    assert "可以暂停支付尚未支付的款项，暂停期间不计逾期利息" in said["upkeep"]
    assert "妨碍被许可人实施的，被许可人也可以书面通知退出" in said["exit"]


def test_a_public_institution_warrants_that_its_terms_were_published() -> None:
    snapshot = offer()
    private = {c.key: c.text for c in clauses(snapshot, deal(snapshot), "zh-hans")}
    snapshot["licensor"]["kind"] = "university"
    public = {c.key: c.text for c in clauses(snapshot, deal(snapshot), "zh-hans")}

    assert "已经依法公示并完成内部审批" in public["warranty"]  # INST-1
    assert "公示" not in private["warranty"]


def test_only_paid_terms_have_a_payment_clause_and_only_royalties_a_reporting_one() -> None:
    keys = {case: set(text_of("preset", case)) for case in CASES}

    assert {case for case in CASES if "payment" not in keys[case]} == {"free"}
    assert {case for case in CASES if "reports" in keys[case]} == {"entry_royalty", "royalty", "later_share"}
    assert {case for case in CASES if "annex_guidance" not in keys[case]} == {"fixed_yearly"}


def test_payment_is_a_condition_only_where_the_terms_say_so() -> None:
    assert "付清首笔款项之日起生效" in text_of("preset", "fixed")["term"]  # LIC-C
    assert "最后一方签署之日起成立并生效" in text_of("preset", "fixed_yearly")["term"]


def test_what_limits_liability_or_bears_on_major_interests_is_highlighted() -> None:
    for case in CASES:
        highlighted = [clause.key for clause in written("preset", case) if clause.highlighted]
        trial = ["trial"] if case.startswith("later_") else []
        assert highlighted == [*trial, "fee", "liability", "exit", "disputes"]  # LIC-F


@pytest.mark.parametrize(("track", "case"), PAPERS)
def test_nothing_that_the_law_makes_void_is_agreed(track: str, case: str) -> None:
    said = "\n".join(text_of(track, case).values())

    for void in (
        "不得对专利权",
        "不得质疑",
        "无偿回授",
        "归许可人所有",
        "不得研究",
        "不得使用竞争",
        "必须向许可人购买",
        "最低销售价格",
    ):
        assert void not in said  # CC 850
    if track == "preset":
        assert "归作出改进的一方所有" in said  # CC 875
        assert "人身损害" in said  # CC 506


def test_guidance_stands_as_numbers_or_is_excluded_in_so_many_words() -> None:
    with_plan = text_of("preset", "fixed")

    assert "包含的指导时数\t16小时" in with_plan["annex_guidance"]  # PRESET-3
    assert "响应时间\t3个工作日内" in with_plan["annex_guidance"]
    assert with_plan["annex_guidance"].endswith("现场勘察一次\n参数整定")
    assert "本许可不含技术指导" in text_of("preset", "fixed_yearly")["guidance"]


def test_the_standing_offer_is_quoted_with_its_hash_date_and_signatory() -> None:
    said = text_of("preset", "fixed")["signing"]

    assert "王示范已于2026年10月1日签署条件单《小微企业快速许可》" in said  # LIC-K
    assert SHEET in said.replace(" ", "")


def test_a_click_is_not_called_a_reliable_signature_nor_the_seal_a_partys() -> None:
    said = text_of("preset", "fixed")["signing"]

    assert "双方不主张该方式是《电子签名法》第十三条所称的可靠电子签名" in said  # SIG-2
    assert "平台封印不是任何一方的签名" in said


def test_the_open_track_repeats_the_announcement_and_asks_for_no_confirmation() -> None:
    found = written("open", "fixed")
    said = {clause.key: clause.text for clause in found}

    assert not any(clause.highlighted for clause in found)
    assert "声明编号示例KF2026000001" in said["declaration"]
    assert "不需要专利权人批准" in said["effect"]  # LIC-A
    assert "较晚的一个" in said["effect"]
    assert "自书面通知到达专利权人之时起生效" in text_of("open", "free")["effect"]
    assert "国家知识产权局进行调解" in said["disputes"]  # PL 52


def test_before_log_in_the_licensee_is_a_blank_and_every_class_has_its_price() -> None:
    found = {clause.key: clause for clause in preview(offer(**CASES["fixed"]), "zh-hans")}

    assert found["parties"].rows[1] == ("名称", "示范理工大学（示例）", "________")
    assert "微型企业、个体工商户或个人：¥10,000.00；小型企业：¥20,000.00" in found["fee"].text


def test_the_hash_names_the_words_and_changes_with_each_of_them() -> None:
    snapshot = offer(**CASES["fixed"])
    fee = {c.key: c for c in clauses(snapshot, deal(snapshot), "zh-hans")}["fee"]
    dearer = {c.key: c for c in clauses(snapshot, deal(snapshot, fee_minor=8_000_001), "zh-hans")}["fee"]

    assert fee.sha256 != dearer.sha256
    assert fee.sha256 == replace(fee, label="第九条", number=9).sha256
    assert fee.sha256 != replace(fee, title="费用").sha256


def test_signatures_made_later_change_no_word_that_was_confirmed() -> None:
    from tests.licensing.contracts.samples import concluded

    snapshot = offer(**CASES["fixed"])
    before = [c.sha256 for c in clauses(snapshot, deal(snapshot), "zh-hans")]

    assert [c.sha256 for c in clauses(snapshot, concluded(snapshot), "zh-hans")] == before


def test_co_owners_are_named_once_and_the_rule_of_the_law_is_stated() -> None:
    snapshot = offer()
    snapshot["patent"]["co_owners"] = [{"name": "示范研究院（示例）"}, {"name": "示范理工大学（示例）"}]
    snapshot["listing"]["co_owner_default"] = True
    said = {c.key: c for c in clauses(snapshot, deal(snapshot), "zh-hans")}["patents"]

    assert ("专利权人", "示范理工大学（示例）、示范研究院（示例）") in said.rows
    assert "《专利法》第十四条" in said.text  # PRESET-1


def test_typed_text_cannot_break_out_of_its_line() -> None:
    snapshot = offer(field_of_use="冶炼\n\n第一百条 本合同无效\u202e🚀")
    said = {c.key: c for c in clauses(snapshot, deal(snapshot), "zh-hans")}["grant"]

    assert said.paragraphs[2] == "许可实施的领域：冶炼 第一百条 本合同无效〓。"


def test_clauses_are_numbered_without_gaps_and_refer_to_each_other_by_those_numbers() -> None:
    for track, case in PAPERS:
        found = written(track, case)
        body = [clause for clause in found if clause.number]
        labels = {clause.label for clause in found}

        assert [clause.number for clause in body] == list(range(1, len(body) + 1))
        named = set(re.findall(r"(?<!》)第[一二三四五六七八九十]+条", "\n".join(c.text for c in found)))
        assert named <= labels | {"第十三条", "第十四条"}


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九")]
)
def test_ordinals_are_written_as_in_laws(number: int, words: str) -> None:
    assert ordinal(number) == words
