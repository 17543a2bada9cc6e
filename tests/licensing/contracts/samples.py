"""Invented offers and deals, one for each fee mode and track; plain values, no database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from marketplace.licensing.contracts import (
    ConfirmationFacts,
    DealFacts,
    PartyFacts,
    PaymentFacts,
    SignatureFacts,
)
from marketplace.licensing.contracts.further import (
    TEXT,
    AmendmentFacts,
    Ground,
    PowerOfAttorneyFacts,
    TermChange,
    TerminationFacts,
    WithdrawalFacts,
)

SHEET = "0123456789abcdef" * 4
TERMS: dict[str, Any] = {
    "fee_mode": "fixed",
    "currency": "CNY",
    "fee_minor": 8_000_000,
    "fee_per_year": False,
    "royalty_bp": 0,
    "royalty_base": "",
    "free_months": 0,
    "trigger": "",
    "milestone": "",
    "later_mode": "",
    "instalments": 0,
    "nonpayment": "",
    "pay_within_days": 15,
    "payment_is_condition": False,
    "months": 60,
    "territory": "CN",
    "field_of_use": "铅锌冶炼烟气处理",
    "acts": ["make", "sell", "use"],
    "classes_only": False,
    "guidance_none": False,
    "guidance": "现场勘察一次\n参数整定",
    "guidance_hours": 16,
    "response_days": 3,
    "guidance_persons": "示例教授团队",
    "travel": "被许可人按实承担",
    "extra_hour_minor": 50_000,
    "class_prices": {},
}
LATER: dict[str, Any] = {
    "fee_mode": "free_then_paid",
    "fee_minor": 3_000_001,
    "free_months": 12,
    "trigger": "date",
    "nonpayment": "停止实施并返还技术资料。",
}
CASES: dict[str, dict[str, Any]] = {
    "fixed": {"class_prices": {"micro": 1_000_000, "small": 2_000_000}, "payment_is_condition": True},
    "fixed_yearly": {"fee_per_year": True, "fee_minor": 800_000, "months": None, "guidance_none": True},
    "entry_royalty": {
        "fee_mode": "entry_royalty",
        "fee_minor": 500_000,
        "royalty_bp": 350,
        "royalty_base": "net_sales",
    },
    "royalty": {"fee_mode": "royalty", "fee_minor": 0, "royalty_bp": 1000, "royalty_base": "profit"},
    "free": {"fee_mode": "free", "fee_minor": 0, "territory": "419001,410300"},
    "later_deferred": LATER | {"later_mode": "deferred", "trigger": "first_revenue"},
    "later_instalments": LATER | {"later_mode": "instalments", "instalments": 3},
    "later_conditional": LATER | {"later_mode": "conditional", "trigger": "milestone", "milestone": "首台套验收合格"},
    "later_share": LATER
    | {"later_mode": "revenue_share", "fee_minor": 0, "royalty_bp": 200, "royalty_base": "net_sales"},
}


def offer(track: str = "preset", **terms: Any) -> dict[str, Any]:
    """A frozen offer as listings.offers.snapshot() makes it."""
    return {
        "v": 1,
        "listing": {"code": "00000000-0000-4000-8000-000000000000", "track": track, "co_owner_default": False},
        "license_kind": "ordinary",
        "sublicense": False,
        "patent": {
            "title": "低浓度烟气两段吸收方法（示例）",
            "application_number": "2019111898054",
            "kind": "invention",
            "patentee": "示范理工大学（示例）",
            "co_owners": [],
            "filed_on": "2019-11-06",
            "granted_on": "2021-05-04",
            "last_day": "2039-11-05",
            "status": "in_force",
            "status_source": "专利登记簿副本（示例）",
            "status_checked_at": "2026-11-20T18:30:00+00:00",
            "pledged": False,
        },
        "licensor": {
            "name": "示范理工大学（示例）",
            "name_en": "Model University of Technology (demo)",
            "credit_code": "12410000MB0000001X",
            "address": "示范省示范市示范路1号",
            "legal_representative": "王示范",
            "contact_name": "张老师",
            "contact_phone": "13800000001",
            "contact_email": "office@university.example",
            "bank_name": "示范银行",
            "bank_account_name": "示范理工大学",
            "bank_account": "6222000000000000001",
        },
        "terms": TERMS | terms,
        "declaration": {"number": "示例KF2026000001", "announced_on": "2026-09-01"} if track == "open" else None,
        "term_sheet": None
        if track == "open"
        else {"name": "小微企业快速许可", "sha256": SHEET, "signed_at": "2026-10-01T01:00:00+00:00"},
    }


def deal(snapshot: dict[str, Any], **facts: Any) -> DealFacts:
    """A deal on that offer between the model university and the model firm."""
    licensor = {k: v for k, v in snapshot["licensor"].items() if k in PartyFacts.__dataclass_fields__}
    told: dict[str, Any] = {
        "reference": "KX-2026-00417",
        "verify_code": "K7QF-M2XR-9TPD",
        "verify_url": "https://kaixu.example/v/K7QF-M2XR-9TPD/",
        "licensor": PartyFacts(**licensor),
        "licensee": PartyFacts(
            name="示范环保有限公司（示例）",
            credit_code="91410000MA40000009",
            address="示范省示范市工业路2号",
            legal_representative="李示范",
            contact_name="李示范",
            contact_phone="13900000002",
            contact_email="boss@firm.example",
        ),
        "licensee_class": "" if snapshot["declaration"] else "small",
        "fee_minor": snapshot["terms"]["fee_minor"],
        "intended_use": "回收冶炼烟气余热",
        "standing_signer": "" if snapshot["declaration"] else "王示范",
        "made_on": date(2026, 11, 24),
        "offer_sha256": "c" * 64,
    }
    return DealFacts(**(told | facts))


def concluded(snapshot: dict[str, Any]) -> DealFacts:
    """The same after signature, notice and payment."""
    signed = datetime(2026, 11, 24, 10, 2, 3, tzinfo=UTC)
    paid = datetime(2026, 11, 25, 3, 0, 0, tzinfo=UTC)
    return deal(
        snapshot,
        contract_sha256="b" * 64,
        noticed_at=signed,
        effective_at=paid,
        starts_on=date(2026, 11, 25),
        ends_on=date(2031, 11, 24),
        signatures=(
            SignatureFacts(
                party="licensee",
                signer="李示范",
                basis="legal_representative",
                method="click",
                document_sha256="b" * 64,
                at=signed,
                received_at=signed,
                address="198.51.100.77",
            ),
        ),
        confirmations=(ConfirmationFacts(clause="fee", text_sha256="d" * 64, by="李示范", at=signed),),
        payments=(
            PaymentFacts(
                kind="fee",
                number=1,
                amount_minor=8_000_000,
                currency="CNY",
                state="settled",
                settled_at=paid,
                proof={"kind": "bank_transfer", "reference": "示例回单0001"},
            ),
        ),
    )


def amendment(**facts: Any) -> AmendmentFacts:
    """A second amendment: longer, dearer, and one point in the parties' own words."""
    snapshot = offer(**CASES["fixed"])
    told: dict[str, Any] = {
        "snapshot": snapshot,
        "deal": concluded(snapshot),
        "number": 2,
        "reason": "被许可人扩建第二条生产线。",
        "changes": (
            TermChange(name="ends_on", before=date(2031, 11, 24), after=date(2033, 11, 24)),
            TermChange(name="fee_minor", before=8_000_000, after=9_500_000),
            TermChange(name="territory", before="419001", after="419001,410300"),
            TermChange(name=TEXT, label="样品", before="", after="许可人每年提供一次样品检测"),
        ),
        "made_on": date(2027, 3, 1),
    }
    return AmendmentFacts(**(told | facts))


def termination(ground: Ground, **facts: Any) -> TerminationFacts:
    """An end on that ground, money still owed."""
    case = "later_deferred" if ground == Ground.TRIAL_EXIT else "entry_royalty"
    snapshot = offer(**CASES[case])
    licensor_acts = ground in {Ground.BREACH, Ground.NONPAYMENT}
    told: dict[str, Any] = {
        "snapshot": snapshot,
        "deal": concluded(snapshot),
        "ground": ground,
        "by": "" if ground == Ground.MUTUAL else "licensor" if licensor_acts else "licensee",
        "ends_on": date(2027, 6, 30),
        "told_on": date(2027, 5, 1),
        "demanded_on": date(2027, 3, 20) if licensor_acts else None,
        "owed": ()
        if ground == Ground.TRIAL_EXIT
        else (
            PaymentFacts(
                kind="royalty", number=1, amount_minor=123_456, currency="CNY", state="due", due_on=date(2027, 3, 16)
            ),
        ),
        "refund_minor": 100_000 if ground == Ground.PATENT_ENDED else 0,
        "sell_until": None if licensor_acts else date(2027, 12, 30),
        "made_on": date(2027, 5, 1),
    }
    return TerminationFacts(**(told | facts))


def withdrawal(track: str, **facts: Any) -> WithdrawalFacts:
    """A withdrawal with one co-owner's consent."""
    told: dict[str, Any] = {
        "snapshot": offer(track),
        "reason": "拟转让该专利",
        "consents": (("示范研究院（示例）", date(2027, 1, 10)),) if track == "open" else (),
        "made_on": date(2027, 1, 12),
    }
    return WithdrawalFacts(**(told | facts))


def power(**facts: Any) -> PowerOfAttorneyFacts:
    """A power of attorney of the model university."""
    told: dict[str, Any] = {
        "principal": deal(offer()).licensor,
        "agent": "张示范",
        "agent_position": "技术转移办公室主任",
        "scopes": ("contracts", "term_sheets"),
        "at_most_minor": 50_000_000,
        "valid_from": date(2026, 12, 1),
        "valid_until": date(2027, 11, 30),
        "made_on": date(2026, 11, 25),
    }
    return PowerOfAttorneyFacts(**(told | facts))
