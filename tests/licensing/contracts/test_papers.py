"""The printed papers: same bytes, right contents, and the standards by a foreign judge."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from marketplace.licensing.contracts import facts_of, render
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.layouts.contract import figures
from marketplace.licensing.contracts.reading import read
from tests.licensing.contracts.samples import CASES, concluded, deal, offer

LANGUAGES = ("zh-hans", "en")


def every_paper() -> dict[str, bytes]:
    """All kinds, all fee modes, both languages."""
    made = {}
    opened = offer("open", **CASES["fixed"])
    for language in LANGUAGES:
        for case, terms in CASES.items():
            snapshot = offer(**terms)
            made[f"contract-{case}-{language}"] = render("contract", snapshot, deal(snapshot), language)
        for kind in ("notice", "certificate", "signatures"):
            made[f"{kind}-{language}"] = render(kind, opened, concluded(opened), language)
        preset = offer(**CASES["fixed"])
        made[f"signatures-preset-{language}"] = render("signatures", preset, concluded(preset), language)
    return made


def test_the_same_facts_give_the_same_bytes() -> None:
    assert every_paper() == every_paper()


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
        ("fixed", ["¥80,000.00", "¥80,000.00", "没有", "5年", "2039-11-05", "16 小时"]),
        ("fixed_yearly", ["¥8,000.00", "按年计算", "没有", "至专利到期", "2039-11-05", "不含"]),
        ("entry_royalty", ["¥5,000.00", "¥5,000.00", "3.5%", "5年", "2039-11-05", "16 小时"]),
        ("royalty", ["¥0.00", "¥0.00", "10%", "5年", "2039-11-05", "16 小时"]),
        ("free", ["¥0.00", "¥0.00", "没有", "5年", "2039-11-05", "16 小时"]),
        ("later_instalments", ["¥0.00", "¥30,000.01", "12 个月", "5年", "2039-11-05", "16 小时"]),
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


@pytest.mark.shared
@pytest.mark.skipif(os.environ.get("KAIXU_JUDGES_RUN") != "1", reason="slow foreign judge; KAIXU_JUDGES_RUN=1 runs it")
def test_verapdf_finds_every_paper_archivable_and_accessible(shared: Path, tmp_path: Path) -> None:
    for name, pdf in every_paper().items():
        (tmp_path / f"{name}.pdf").write_bytes(pdf)

    files = sorted(map(str, tmp_path.glob("*.pdf")))
    done = subprocess.run(
        ["bash", str(shared / "judges" / "pdfa.sh"), *files, "2a", "ua1"], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1].startswith("PASS"), done.stdout[-2000:]
