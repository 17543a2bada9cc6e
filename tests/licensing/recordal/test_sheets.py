"""The sheets of a filing's zip: every word was read by a person, in both languages."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from marketplace.licensing.contracts import DealFacts
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.layouts.sheet import Sheet
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.models import Filing, FilingKind, Party
from marketplace.licensing.recordal import sheets
from tests.licensing.contracts.samples import CASES, concluded, offer

GOLDEN = Path(__file__).with_name("golden")
LANGUAGES = ("zh-hans", "en")
NAMES = ("form-preset", "form-open", "form-later", "registration", "payments", "payments-free", "late", "checklist")


def laid_out(name: str, language: str) -> tuple[Draft, Sheet]:
    """One sheet of a preset, an open, a later paid or a free license."""
    kind = FilingKind.REGISTRATION if name == "registration" else FilingKind.RECORDAL
    filing = Filing(kind=kind, duty=Party.LICENSOR, due_on=date(2027, 2, 25) if kind == FilingKind.RECORDAL else None)
    case = {"form-later": "later_conditional", "payments-free": "free"}.get(name, "fixed")
    snapshot = offer("open" if name == "form-open" else "preset", **CASES[case])
    deal = concluded(snapshot) if case != "free" else DealFacts(reference="KX-2026-00418")
    draft = Draft(read(snapshot), deal, language != "en")
    if name.startswith("payments"):
        return draft, sheets.payments(draft, filing)
    if name == "late":
        return draft, sheets.late(draft, filing)
    if name == "checklist":
        rows = [("01　申请表", "在本压缩包中", "请签章")]
        return draft, sheets.checklist(draft, filing, rows, date(2026, 12, 1))
    return draft, sheets.form_data(draft, filing)


def text(name: str, language: str = "zh-hans") -> str:
    """Every word of it."""
    return json.dumps(asdict(laid_out(name, language)[1]), ensure_ascii=False, default=str)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_word_of_every_sheet_was_read_by_a_person(name: str, language: str) -> None:
    """KAIXU_GOLDEN=write writes the files anew; read the difference before you keep it."""
    file = GOLDEN / f"{name}-{language}.json"
    found = json.loads(text(name, language))
    if os.environ.get("KAIXU_GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    assert found == json.loads(file.read_text(encoding="utf-8"))


def test_the_recordal_form_has_every_field_that_the_office_asks() -> None:
    said = text("form-preset")

    for field in (
        "普通许可",
        "中国境内",
        "2026年11月25日",
        "2031年11月24日",
        "人民币80,000.00元",
        "ZL 2019 1 1189805.4",
    ):
        assert field in said
    assert "示例KF2026000001" not in said
    assert "示例KF2026000001" in text("form-open")


def test_a_free_license_is_called_so_on_the_form() -> None:
    assert "本许可无偿，没有应付的款项" in text("payments-free")


def test_the_registration_leaves_the_technical_amount_to_the_registrar() -> None:
    assert "由登记机构扣除非技术部分后核定" in text("registration")


def test_the_late_explanation_names_both_days_and_leaves_the_reason_to_its_author() -> None:
    said = text("late")

    assert "2026年11月25日生效，应当在2027年2月25日前备案" in said
    assert '["原因", ""]' in said
