"""The printed papers: same bytes, right contents, and the standards by a foreign judge."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from marketplace.licensing.contracts import facts_of, render
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.layouts.six import figures
from marketplace.licensing.contracts.reading import read
from tests.licensing.contracts.samples import CASES, deal, offer


def test_another_fact_gives_other_bytes() -> None:
    snapshot = offer()

    assert render("contract", snapshot, deal(snapshot), "en") != render(
        "contract", snapshot, deal(snapshot, reference="KX-2026-00418"), "en"
    )


def test_a_site_of_inventions_marks_every_paper(settings: Any) -> None:
    snapshot = offer()
    settings.DEMO = False
    plain = render("contract", snapshot, deal(snapshot), "zh-hans")
    settings.DEMO = True

    assert render("contract", snapshot, deal(snapshot), "zh-hans") != plain


def test_a_paper_of_blanks_can_be_printed() -> None:
    from marketplace.licensing.contracts.composing import blank_deal

    snapshot = offer()
    assert render("contract", snapshot, blank_deal(snapshot), "zh-hans").startswith(b"%PDF-")


def test_hostile_names_are_printed_not_run() -> None:
    snapshot = offer(guidance='#panic()\n$x$\n"; ]', field_of_use='#read("x") 🚀')
    facts = deal(snapshot, intended_use="]#panic()[")

    assert render("contract", snapshot, facts, "zh-hans").startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("case", "numbers"),
    [
        ("fixed", ["¥80,000.00", "¥80,000.00", "5年", "中国大陆", "没有免费期", "提前60日"]),
        ("fixed_yearly", ["¥8,000.00", "每年¥8,000.00", "至专利到期", "中国大陆", "没有免费期", "提前60日"]),
        ("entry_royalty", ["¥5,000.00", "¥5,000.00", "5年", "中国大陆", "没有免费期", "提前60日"]),
        ("royalty", ["¥0.00", "利润的10%", "5年", "中国大陆", "没有免费期", "提前60日"]),
        ("free", ["¥0.00", "¥0.00", "5年", "河南省济源市、河南省洛阳市", "一直免费", "提前30日"]),
        ("later_instalments", ["¥0.00", "¥30,000.01", "5年", "中国大陆", "1年", "随时"]),
    ],
)
def test_six_numbers_stand_on_the_first_page(case: str, numbers: list[str]) -> None:
    snapshot = offer(**CASES[case])

    assert [value for _label, value, _note in figures(Draft(read(snapshot), deal(snapshot), zh=True))] == numbers


@pytest.mark.django_db
def test_facts_come_from_the_database_and_the_licensor_from_the_frozen_offer(active: Any) -> None:
    type(active.licensor).objects.filter(pk=active.licensor.pk).update(address="搬走了")
    active.refresh_from_db()
    active.licensor.refresh_from_db()
    facts = facts_of(active)

    assert facts.licensor.address == "示范省示范市示范路 1 号"
    assert facts.licensee.name == "示范环保有限公司（示例）"
    assert facts.standing_signer == "Alice"
    assert [s.party for s in facts.signatures] == ["licensor", "licensee"]
    assert facts.verify_url.endswith(f"/v/{active.verify_code}/")
    assert [c.clause for c in facts.confirmations] == ["fee", "liability", "exit", "disputes"]
    assert facts.contract_sha256 == active.contract_sha256


def test_the_papers_date_is_the_deals_own() -> None:
    snapshot = offer()
    later = replace(deal(snapshot), made_on=date(2026, 11, 25))

    assert b"D:20261125" in render("contract", snapshot, later, "en")
