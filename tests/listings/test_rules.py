"""The other rules: what each refuses, what it lets pass, and a control without it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from listings import flow, rules
from listings.models import Listing, Patent, Track
from listings.models.review import OVERRIDABLE
from listings.rules import RULES, Stage
from listings.rules.declarations import PRAISE
from marketplace.accounts.models import Organization, User, VerificationState
from marketplace.lib.findings import Severity, blocking
from marketplace.lib.terms import add_months, today
from tests.listings.building import scan, sound_draft, sound_patent

TRIAL = {
    "fee_mode": "free_then_paid",
    "fee_minor": 800_000,
    "free_months": 12,
    "trigger": "date",
    "later_mode": "deferred",
    "nonpayment": "停止使用并退还资料",
    "months": 60,
}


def found(listing: Listing, stage: Stage = Stage.SUBMIT) -> dict[str, Severity]:
    listing = Listing.objects.get(pk=listing.pk)
    return {finding.rule: finding.severity for finding in rules.check(listing, stage)}


def blocked(listing: Listing, stage: Stage = Stage.SUBMIT) -> set[str]:
    return {rule for rule, severity in found(listing, stage).items() if severity is Severity.BLOCK}


def put(row: Any, **fields: Any) -> None:
    type(row).objects.filter(pk=row.pk).update(**fields)


OPEN_TERMS: list[tuple[str, dict[str, Any]]] = [
    ("TRACK-1", {"fee_mode": "free_then_paid"}),
    ("TRACK-1", {"territory": "410000"}),
    ("TRACK-1", {"classes_only": True}),
    ("DECL-1", {"fee_minor": 0}),
    ("DECL-1", {"fee_mode": "entry_royalty", "royalty_bp": 0, "royalty_base": "net_sales"}),
    ("DECL-1", {"fee_mode": "entry_royalty", "royalty_bp": 300, "royalty_base": ""}),
    ("DECL-2", {"fee_explanation": ""}),
    ("DECL-2", {"fee_explanation": "估" * 2001}),
    ("DECL-4", {"fee_minor": 2_000_000_001}),
    ("DECL-4", {"fee_mode": "entry_royalty", "royalty_bp": 2_001, "royalty_base": "net_sales"}),
    ("DECL-4", {"fee_mode": "entry_royalty", "royalty_bp": 4_001, "royalty_base": "profit"}),
    ("LIC-B", {"fee_mode": "royalty", "fee_minor": 0, "royalty_bp": 300, "royalty_base": "net_sales"}),
    ("LIC-E", {"acts": []}),
]
OPEN_BOUNDARIES: list[dict[str, Any]] = [
    {"fee_explanation": "估" * 2000},
    {"fee_minor": 2_000_000_000},
    {"fee_mode": "entry_royalty", "royalty_bp": 2_000, "royalty_base": "net_sales"},
    {"fee_mode": "entry_royalty", "royalty_bp": 4_000, "royalty_base": "profit"},
    {
        "fee_mode": "royalty",
        "fee_minor": 0,
        "royalty_bp": 300,
        "royalty_base": "net_sales",
        "royalty_trigger_confirmed": True,
    },
    {"fee_mode": "free", "fee_minor": 0, "fee_explanation": ""},
]
PRESET_TERMS: list[tuple[str, dict[str, Any]]] = [
    ("PRESET-2", {"fee_minor": 0}),
    ("PRESET-2", TRIAL | {"free_months": 0}),
    ("PRESET-2", TRIAL | {"free_months": 61, "months": 120}),
    ("PRESET-2", TRIAL | {"trigger": ""}),
    ("PRESET-2", TRIAL | {"trigger": "milestone"}),
    ("PRESET-2", TRIAL | {"later_mode": ""}),
    ("PRESET-2", TRIAL | {"later_mode": "instalments", "instalments": 1}),
    ("PRESET-2", TRIAL | {"later_mode": "revenue_share"}),
    ("PRESET-2", TRIAL | {"fee_minor": 0}),
    ("PRESET-2", TRIAL | {"nonpayment": ""}),
    ("PRESET-2", TRIAL | {"months": 12}),
    ("PRESET-3", {"guidance": ""}),
    ("PRESET-3", {"guidance_hours": 0}),
    ("PRESET-3", {"guidance_persons": ""}),
    ("PRESET-3", {"travel": ""}),
    ("TRACK-5", {"classes_only": True}),
]
PRESET_BOUNDARIES: list[dict[str, Any]] = [
    TRIAL | {"free_months": 1},
    TRIAL | {"free_months": 60, "months": 61},
    TRIAL | {"months": 13},
    TRIAL | {"months": None},
    TRIAL | {"later_mode": "instalments", "instalments": 2},
    TRIAL | {"later_mode": "revenue_share", "fee_minor": 0, "royalty_bp": 1, "royalty_base": "net_sales"},
    TRIAL | {"trigger": "milestone", "milestone": "产出 500 吨"},
    {"guidance_none": True, "guidance": "", "guidance_hours": 0, "guidance_persons": "", "travel": ""},
    {"fee_mode": "free", "fee_minor": 0},
]


@pytest.mark.parametrize(("rule", "terms"), OPEN_TERMS)
def test_terms_that_an_open_license_cannot_have(
    open_draft: Listing, rule: str, terms: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(open_draft.terms, **terms)
    assert blocked(open_draft) == {rule}

    monkeypatch.delitem(RULES, rule)
    assert blocked(open_draft) == set()


@pytest.mark.parametrize("terms", OPEN_BOUNDARIES)
def test_terms_on_the_boundary_of_the_open_track_pass(open_draft: Listing, terms: dict[str, Any]) -> None:
    put(open_draft.terms, **terms)

    assert blocked(open_draft) == set()


@pytest.mark.parametrize(("rule", "terms"), PRESET_TERMS)
def test_terms_that_a_preset_license_cannot_have(
    draft: Listing, rule: str, terms: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(draft.terms, **terms)
    assert blocked(draft) == {rule}

    monkeypatch.delitem(RULES, rule)
    assert blocked(draft) == set()


@pytest.mark.parametrize("terms", PRESET_BOUNDARIES)
def test_terms_on_the_boundary_of_the_preset_track_pass(draft: Listing, terms: dict[str, Any]) -> None:
    put(draft.terms, **terms)

    assert blocked(draft) == set()


def test_an_open_license_has_no_price_by_class(open_draft: Listing) -> None:
    open_draft.terms.class_prices.create(licensee_class="small", fee_minor=1)

    assert blocked(open_draft) == {"TRACK-1"}


@pytest.mark.parametrize("missing", [{"contact_name": ""}, {"contact_phone": ""}, {"undertaking_at": None}])
def test_a_declaration_names_a_contact_and_an_undertaking(open_draft: Listing, missing: dict[str, Any]) -> None:
    put(open_draft, **missing)

    assert blocked(open_draft) == {"DECL-1"}


@pytest.mark.parametrize(("extra", "blocks"), [(0, False), (1, True)])
def test_a_term_may_not_outlive_the_patent(draft: Listing, patent: Patent, extra: int, blocks: bool) -> None:
    months = 0
    while add_months(today(), months + 1) - timedelta(days=1) <= patent.last_day:  # type: ignore[operator]
        months += 1

    put(draft.terms, months=months + extra)

    assert ("DECL-5" in blocked(draft)) is blocks


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("国内领先的回收装置", "领先"),
        ("效率最好", "最"),
        ("独家配方", "独家"),
        ("行业第一", "第一"),
        ("最高温度 620 ℃，最后一级", ""),
        ("第一步先除尘", ""),
        ("回收率从 71% 到 93%", ""),
        ("the best process", "best"),
    ],
)
def test_words_of_advertising_are_marked_where_they_stand(draft: Listing, text: str, marked: str) -> None:
    assert (match[0] if (match := PRAISE.search(text)) else "") == marked
    put(draft, headline=text)

    assert found(draft).get("DECL-3") == (Severity.WARN if marked else None)
    if marked:
        with translation.override("en"):
            listing = Listing.objects.get(pk=draft.pk)
            (finding,) = [one for one in rules.check(listing) if one.rule == "DECL-3"]
            assert f"【{marked}】" in str(finding.message)
            assert finding.field == "headline"


@pytest.mark.parametrize(
    "text",
    [
        "改进成果无偿回授许可人",
        "被许可人不得提出无效宣告",
        "不得研发改进",
        "必须向许可人购买药剂",
        "不得出口",
        "不得使用竞争技术",
    ],
)
def test_terms_that_may_be_void_are_marked(draft: Listing, text: str) -> None:
    put(draft.terms, nonpayment=text)

    assert found(draft)["PRESET-4"] == Severity.WARN
    assert blocked(draft) == set()


def test_a_text_that_promises_sublicenses_is_marked_and_one_that_forbids_them_is_not(draft: Listing) -> None:
    put(draft, adoption="可转授权给子公司")
    assert found(draft)["LIC-H"] == Severity.WARN

    put(draft, adoption="不得转授权")
    assert "LIC-H" not in found(draft)


def test_a_preset_license_does_not_call_itself_open(draft: Listing) -> None:
    put(draft, headline="开放许可：脱硫")

    assert found(draft)["TRACK-2"] == Severity.WARN


PRESET_PATENTS: list[dict[str, Any]] = [
    {"status": "lapsed"},
    {"status": "pending"},
    {"status": "preserved"},
    {"granted_on": None},
    {"pledged": True},
    {"patentee": "示范理工大学;示范设计院"},
]


@pytest.mark.parametrize("fields", PRESET_PATENTS)
def test_a_preset_license_needs_a_patent_in_force_and_free(
    draft: Listing, patent: Patent, fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(patent, **fields)
    assert blocked(draft) == {"PRESET-1"}

    monkeypatch.delitem(RULES, "PRESET-1")
    assert blocked(draft) == set()


def test_co_owners_may_stand_on_the_rule_of_the_law_if_it_is_confirmed(draft: Listing, patent: Patent) -> None:
    put(patent, patentee="示范理工大学;示范设计院")
    put(draft, co_owner_default=True)

    assert blocked(draft) == set()


@pytest.mark.parametrize("fields", [{"status": "late_period"}, {"fees_paid_through": 1}])
def test_an_overdue_fee_only_warns_on_the_preset_track(draft: Listing, patent: Patent, fields: dict[str, Any]) -> None:
    put(patent, **fields)

    assert found(draft)["PRESET-1"] == Severity.WARN


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"application_number": "2021190000019"}, "NUM-1"),
        ({"kind": "design"}, "NUM-1"),
        ({"ipc_main": "脱硫"}, "NUM-5"),
        ({"last_day_override": date(2042, 1, 1)}, "NUM-3"),
        ({"filed_on": None, "last_day": None}, "LIC-E"),
        ({"patentee": ""}, "LIC-E"),
    ],
)
def test_numbers_and_dates_are_reckoned(draft: Listing, patent: Patent, fields: dict[str, Any], rule: str) -> None:
    put(patent, **fields)

    assert rule in blocked(draft)


def test_a_missing_class_only_warns(draft: Listing, patent: Patent) -> None:
    put(patent, ipc_main="")

    assert found(draft)["NUM-5"] == Severity.WARN


@pytest.mark.parametrize("state", [VerificationState.SUSPENDED, VerificationState.PENDING, VerificationState.REFUSED])
def test_only_organizations_in_good_standing_publish(
    draft: Listing, university: Organization, state: VerificationState
) -> None:
    put(university, state=state)

    assert blocked(draft) == {"INST-5"}


def test_an_institution_of_the_state_publishes_first(draft: Listing, university: Organization) -> None:
    assert blocked(draft, Stage.PUBLISH) == set()

    put(university, state_established=True)

    assert blocked(draft, Stage.PUBLISH) == {"INST-1"}
    assert blocked(draft, Stage.SUBMIT) == set()


@pytest.mark.parametrize(("days", "ends_ago", "passes"), [(15, 1, True), (14, 1, False), (15, 0, False)])
def test_publicity_lasts_fifteen_days_and_is_over(
    draft: Listing, university: Organization, days: int, ends_ago: int, passes: bool
) -> None:
    put(university, state_established=True)
    listing = Listing.objects.get(pk=draft.pk)
    ends_on = today() - timedelta(days=ends_ago)
    listing.publicities.create(
        starts_on=ends_on - timedelta(days=days),
        ends_on=ends_on,
        held_at="学校网站",
        proof=scan(kind="publicity_proof", subject=listing),
        terms_sha256=rules.institution.publicity_sha256(listing),
    )

    assert blocked(draft, Stage.PUBLISH) == (set() if passes else {"INST-1"})


def test_publicity_of_other_terms_does_not_count(draft: Listing, university: Organization) -> None:
    put(university, state_established=True)
    ends_on = today() - timedelta(days=1)
    draft.publicities.create(starts_on=ends_on - timedelta(days=20), ends_on=ends_on, terms_sha256="0" * 64)

    assert blocked(draft, Stage.PUBLISH) == {"INST-1"}


def test_an_open_license_waits_for_its_announcement(open_draft: Listing) -> None:
    assert blocked(open_draft, Stage.PUBLISH) == {"TRACK-1"}


def test_a_new_acceptance_needs_a_status_of_the_last_thirty_days(offer: Listing, patent: Patent) -> None:
    put(patent, status_checked_at=timezone.now() - timedelta(days=30, hours=-1))
    assert rules.acceptable(offer) == []

    put(patent, status_checked_at=timezone.now() - timedelta(days=30, hours=1))
    assert [finding.rule for finding in rules.acceptable(offer)] == ["LIC-9"]

    put(offer, confirmed_alive_at=timezone.now())
    assert rules.acceptable(offer) == []


@pytest.mark.parametrize("state", ["draft", "submitted", "publicity", "suspended", "withdrawn", "expired"])
def test_only_an_offer_can_be_accepted(offer: Listing, state: str) -> None:
    put(offer, state=state)

    assert len(blocking(rules.acceptable(offer))) == 1


def test_a_closed_gate_forbids_new_acceptances(open_offer: Listing, patent: Patent) -> None:
    assert rules.acceptable(open_offer) == []

    put(patent, pledged=True)

    assert [finding.rule for finding in rules.acceptable(open_offer)] == ["GATE-5"]


def test_a_withdrawal_announced_for_today_forbids_acceptances(open_offer: Listing) -> None:
    put(open_offer.declaration, withdrawn_on=today() + timedelta(days=1))
    assert rules.acceptable(open_offer) == []

    put(open_offer.declaration, withdrawn_on=today())
    assert [finding.rule for finding in rules.acceptable(open_offer)] == ["DECL-7"]


def test_what_a_moderator_let_pass_informs_and_no_longer_blocks(open_draft: Listing, moderator: User) -> None:
    put(open_draft.terms, fee_minor=2_000_000_001)
    assert blocked(open_draft) == {"DECL-4"}

    flow.override(open_draft, rule="DECL-4", reason="按评估报告第 3 页", by=moderator)

    assert found(open_draft)["DECL-4"] == Severity.INFO
    listing = Listing.objects.get(pk=open_draft.pk)
    (finding,) = [one for one in rules.check(listing) if one.rule == "DECL-4"]
    assert "按评估报告第 3 页" in str(finding.message)


def test_every_rule_can_be_read(university: Organization) -> None:
    for name, rule in RULES.items():
        assert rule.id == name
        assert str(rule.title)
        assert str(rule.needs)
        assert "《" in rule.citation or "〔" in rule.citation
        assert any((rule.of_patent, rule.of_listing, rule.of_licensee))
        assert rule.tracks


def test_only_what_the_law_leaves_open_can_be_let_pass() -> None:
    assert {rule.id for rule in RULES.values() if rule.overridable} == set(OVERRIDABLE)


def test_check_patent_speaks_before_there_is_a_listing(university: Organization, alice: User) -> None:
    patent = sound_patent(university, status="lapsed")

    assert [finding.rule for finding in rules.check_patent(patent, Track.OPEN)] == ["GATE-6"]
    assert [finding.rule for finding in rules.check_patent(patent, Track.PRESET)] == ["PRESET-1"]
    assert sound_draft(sound_patent(university), alice).patent.organization == university
