"""Patents, term sheets and listings of the demonstration, in every state a listing can have."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from listings import flow, term_sheets
from listings.models import LegalStatus, Listing, Patent, TermSheet, Track
from marketplace.accounts import people
from marketplace.accounts.models import Organization, Role, User
from marketplace.demo import codes, evidence
from marketplace.demo.numbers import announcement_number, application_number
from marketplace.lib.terms import patent_year, today
from marketplace.vault import files

TEXTS = (
    "headline",
    "problem",
    "products",
    "industry",
    "gains",
    "gains_source",
    "adoption",
    "also_needed",
    "maturity",
    "maturity_proof",
)
GUIDANCE: dict[str, Any] = {
    "guidance": "发明人团队到厂讲解一次，其余线上答疑（示例）。",
    "guidance_hours": 16,
    "response_days": 5,
    "guidance_persons": "发明人与一名研究生",
    "travel": "被许可人承担市内交通",
}
SHEETS: dict[str, dict[str, Any]] = {
    "小微企业价": {
        "fee_mode": "fixed",
        "fee_minor": 2_000_000,
        "class_prices": {"micro": 600_000, "small": 900_000, "startup": 500_000},
        "months": 60,
        "nonpayment": "逾期 30 天可以书面解除，已付不退。",
        "payment_is_condition": True,
    },
    "先用十二个月，见效再付": {
        "fee_mode": "free_then_paid",
        "fee_minor": 3_200_000,
        "class_prices": {"micro": 1_600_000, "small": 2_400_000},
        "free_months": 12,
        "trigger": "first_revenue",
        "later_mode": "instalments",
        "instalments": 4,
        "months": 60,
        "nonpayment": "停止使用，返还资料。",
    },
    "入门费加提成": {
        "fee_mode": "entry_royalty",
        "fee_minor": 1_000_000,
        "royalty_bp": 200,
        "royalty_base": "net_sales",
        "months": 36,
        "nonpayment": "逾期 30 天可以书面解除。",
    },
    "免费开放": {"fee_mode": "free", "months": 24},
}
OPEN_TERMS: dict[str, Any] = {
    "fee_mode": "fixed",
    "fee_minor": 3_000_000,
    "months": 48,
    "fee_explanation": "参照同类专利已备案许可的合同额，按本专利在产品成本中的贡献调整（示例）。",
    **GUIDANCE,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a patent's listing: its track, the sheet (preset) and the state it shall reach."""

    track: Track
    until: str  # draft submitted publicity awaiting published suspended withdrawal withdrawn
    sheet: str = ""
    terms: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)  # further variants: their name and their term sheet


PRESET, OPEN = Track.PRESET, Track.OPEN
PLANS: dict[str, Plan] = {
    "waste-heat": Plan(OPEN, "published"),
    "zinc-leach": Plan(PRESET, "published", "小微企业价"),
    "anode-slime": Plan(PRESET, "published", "入门费加提成"),
    "tube-scraper": Plan(PRESET, "published", "免费开放"),
    "gear-noise": Plan(PRESET, "published", "小微企业价"),
    "weld-seam": Plan(OPEN, "published", terms={"fee_minor": 4_800_000}),
    "coating-bubble": Plan(PRESET, "published", "先用十二个月，见效再付"),
    "pcb-drill": Plan(PRESET, "published", "免费开放"),
    "led-heat": Plan(PRESET, "published", "小微企业价"),
    "lead-free": Plan(PRESET, "published", "小微企业价"),
    "aerogel-board": Plan(PRESET, "published", "入门费加提成"),
    "al-foam": Plan(OPEN, "awaiting"),
    "so2-absorb": Plan(
        PRESET, "published", "先用十二个月，见效再付", beside={"一次付清五年": "小微企业价", "免费两年": "免费开放"}
    ),
    "chlor-salt": Plan(PRESET, "published", "小微企业价"),
    "paint-water": Plan(OPEN, "published", terms={"fee_minor": 0, "fee_mode": "free"}),
    "rehmannia": Plan(PRESET, "published", "先用十二个月，见效再付"),
    "wound-gel": Plan(PRESET, "publicity", "入门费加提成"),
    "ferment-tank": Plan(PRESET, "published", "免费开放"),
    "grain-bug": Plan(PRESET, "published", "先用十二个月，见效再付"),
    "noodle-shelf": Plan(PRESET, "published", "小微企业价"),
    "peel-waste": Plan(PRESET, "submitted", "小微企业价"),
    "film-mulch": Plan(PRESET, "published", "免费开放"),
    "seed-coat": Plan(PRESET, "suspended", "小微企业价"),
    "greenhouse": Plan(PRESET, "published", "免费开放"),
    "arsenic": Plan(PRESET, "publicity", "小微企业价"),
    "odor": Plan(OPEN, "withdrawal", terms={"fee_minor": 2_600_000}),
    "slag-brick": Plan(PRESET, "published", "免费开放"),
    "kiln-burner": Plan(PRESET, "draft", "入门费加提成"),
    "pv-clean": Plan(PRESET, "withdrawn", "免费开放"),
}


def read() -> list[dict[str, Any]]:
    """The patents' facts and texts."""
    return json.loads((Path(__file__).parent / "patents.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def sheets(organization: Organization, owner: User) -> dict[str, TermSheet]:
    """The university's term sheets, signed by its signatory."""
    signed = {}
    for name, fields in SHEETS.items():
        own = {"territory": "CN", "acts": ["make", "use", "offer", "sell"], **GUIDANCE, **fields}
        sheet = term_sheets.draft(
            organization, by=owner, fields={"name": name, "expires_on": today() + timedelta(days=700), **own}
        )
        term_sheets.send_code(sheet, by=owner)
        code = codes.read(owner, term_sheets.PURPOSE)
        signed[name] = term_sheets.sign(sheet, by=owner, code=code, address="127.0.0.1")
    return signed


def patent(told: dict[str, Any], number: int, organization: Organization, by: User) -> Patent:
    """The patent with its status as the university declares it."""
    filed = date.fromisoformat(told["filed"])
    facts: dict[str, Any] = {
        "application_number": application_number(told["kind"], filed.year, number),
        "publication_number": announcement_number(told["kind"], number),
        "kind": told["kind"],
        "title": told["title"],
        "abstract": told["abstract"],
        "patentee": organization.name,
        "inventors": told["inventors"],
        "ipc_main": told["ipc"],
        "ipc": [told["ipc"]],
        "filed_on": filed,
        "granted_on": date.fromisoformat(told["granted"]),
    }
    made = flow.add_patent(organization=organization, by=by, facts=facts, source="demo")
    if told["kind"] != "invention":
        report = _evidence("专利权评价报告", "evaluation_report", by, made)
        found = {"evaluation_conclusion": "positive", "evaluation_report": report, "evaluation_on": today()}
        made = flow.change_patent(made, by=by, facts=found)
    flow.record_status(
        made,
        status=LegalStatus.IN_FORCE,
        source="专利登记簿副本（示例）",
        by=by,
        fees_paid_through=patent_year(filed, today()),
        evidence=_evidence("专利登记簿副本", "status_evidence", by, made),
    )
    Patent.objects.filter(pk=made.pk).update(is_demo=True)
    made.refresh_from_db()
    return made


def _evidence(title: str, kind: str, by: User, subject: Patent | Listing) -> Any:
    data = evidence.page(f"{title}（示例）")
    return files.store(data, kind=kind, name=f"{title}（示例）.pdf", by=by, subject=subject)


def listing(told: dict[str, Any], made: Patent, plan: Plan, sheet: TermSheet | None, moderator: User) -> Listing:
    """The listing, led through the flow as far as its plan says."""
    by = people.members(made.organization, Role.LISTER)[0]  # type: ignore[arg-type]
    terms = {} if sheet else OPEN_TERMS | plan.terms
    draft = flow.Draft(texts={name: told[name] for name in TEXTS}, terms=terms, sheet=sheet, undertaking=True)
    row = flow.create(made, track=plan.track, by=by, draft=draft)
    for label, name in plan.beside.items():
        beside = TermSheet.objects.get(organization=row.organization, name=name)
        row = flow.put_variant(row, by=by, label=label, draft=flow.Draft(sheet=beside))
    if plan.beside:
        flow.add_picture(row, by=by, data=evidence.drawing(), alt="两段吸收塔的示意图（示例）")
    if plan.until == "draft":
        return row
    row = flow.submit(row, by=by)
    if plan.until == "submitted":
        return row
    if plan.until != "publicity":
        start = today() - timedelta(days=40)
        flow.record_publicity(
            row, by=by, starts_on=start, ends_on=start + timedelta(days=20), held_at="校园公示栏与学校网站（示例）",
            proof=_evidence("公示证明", "publicity_proof", by, row),
        )  # fmt: skip
    if plan.track == Track.OPEN and plan.until != "awaiting":
        flow.record_declaration(
            row, by=moderator, number=f"示例-{made.application_number[:12]}", announced_on=today() - timedelta(days=10),
            evidence=_evidence("开许声明公告页", "declaration_evidence", by, row),
        )  # fmt: skip
    row.refresh_from_db()
    row = flow.approve(row, by=moderator, revision=row.revision)
    return _beyond(row, plan, by, moderator)


def _beyond(row: Listing, plan: Plan, by: User, moderator: User) -> Listing:
    """What happens after publication, where the plan says so."""
    match plan.until:
        case "suspended":
            return flow.suspend(row, by=moderator, reason="年费缴纳凭证待补（示例）")
        case "withdrawal":
            return flow.request_withdrawal(row, by=by, reason="专利权拟转让（示例）", unconditional=True)
        case "withdrawn":
            return flow.withdraw(row, by=by, reason="改由学校自行实施（示例）")
    return row
