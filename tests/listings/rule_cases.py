"""For every rule of an offer: what breaks it, and what comes close and does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from listings.models import ApprovalStep, Declaration, Encumbrance, HealthEvent, Listing, Objection, ShareRule, Track
from listings.rules import Stage
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Severity
from marketplace.lib.terms import today
from tests.listings.building import scan
from tests.listings.making import number

Spoil = Callable[[Listing], Any]
OPEN, PRESET = Track.OPEN, Track.PRESET
BLOCK, WARN, INFO = Severity.BLOCK, Severity.WARN, Severity.INFO
TRIAL = {
    "fee_mode": "free_then_paid",
    "trigger": "date",
    "later_mode": "deferred",
    "nonpayment": "停止使用",
    "months": 61,
}


@dataclass(frozen=True, slots=True)
class Case:
    """`fails` makes the rule speak, `passes` lies on the boundary. `of` says who wants the offer, where it matters."""

    rule: str
    fails: Spoil
    passes: Spoil
    track: Track = PRESET
    effect: Severity = BLOCK
    stage: Stage = Stage.SUBMIT
    licensee: bool = False
    alone: bool = True  # without this rule nothing else stops the offer


def put(row: Any, **fields: Any) -> None:
    """Change the row behind the model's back."""
    type(row).objects.filter(pk=row.pk).update(**fields)


def patent(**fields: Any) -> Spoil:
    """Change the patent."""
    return lambda listing: put(listing.patent, **fields)


def terms(**fields: Any) -> Spoil:
    """Change the terms."""
    return lambda listing: put(listing.terms, **fields)


def text(**fields: Any) -> Spoil:
    """Change the listing."""
    return lambda listing: put(listing, **fields)


def house(**fields: Any) -> Spoil:
    """Change the licensor."""
    return lambda listing: put(listing.organization, **fields)


def firm(**fields: Any) -> Spoil:
    """Change the firm that wants the license."""
    return lambda listing: Organization.objects.filter(kind="firm").update(**fields)


def priced(**fields: Any) -> Spoil:
    """A price by class, and a firm of some size."""

    def spoil(listing: Listing) -> None:
        listing.terms.class_prices.create(licensee_class="small", fee_minor=100)
        Organization.objects.filter(kind="firm").update(**fields)

    return spoil


def alone(starts: int, ends: int | None = None) -> Spoil:
    """An exclusive license from so many days on."""

    def spoil(listing: Listing) -> None:
        first = timezone.now() + timedelta(days=starts)
        last = None if ends is None else timezone.now() + timedelta(days=ends)
        Encumbrance.objects.create(patent=listing.patent, kind="exclusive", starts_at=first, ends_at=last, holder="甲")

    return spoil


def owners(*, consent: bool, default: bool = False) -> Spoil:
    """A co-owner on the register, with or without a consent on file."""

    def spoil(listing: Listing) -> None:
        row = listing.patent
        put(row, patentee=f"{row.patentee};示范设计院")
        put(listing, co_owner_default=default)
        file = scan(kind="co_owner_consent", subject=row) if consent else None
        row.co_owners.create(name="示范设计院", consent=file, consented_on=today() if consent else None)

    return spoil


def report(conclusion: str) -> Spoil:
    """A utility model with an evaluation report that says this."""

    def spoil(listing: Listing) -> None:
        file = scan(kind="evaluation_report", subject=listing.patent)
        put(listing.patent, kind="utility_model", application_number=number(2021, 2), evaluation_report=file,
            evaluation_conclusion=conclusion, last_day=date(2031, 3, 14))  # fmt: skip

    return spoil


def declared(**fields: Any) -> Spoil:
    """A declaration that was announced, or is to be withdrawn."""

    def spoil(listing: Listing) -> None:
        told = {"announced_on": today() - timedelta(days=9)} | fields
        Declaration.objects.create(listing=listing, number=f"KX{listing.pk}", **told)

    return spoil


def shown(days: int, ago: int) -> Spoil:
    """A publicity of the institution, of so many days, that ended so many days ago."""

    def spoil(listing: Listing) -> None:
        from listings.rules.institution import publicity_sha256

        put(listing.organization, state_established=True)
        fresh = Listing.objects.get(pk=listing.pk)
        last = today() - timedelta(days=ago)
        fresh.publicities.create(
            starts_on=last - timedelta(days=days), ends_on=last, terms_sha256=publicity_sha256(fresh)
        )

    return spoil


def objected(*, decided: bool) -> Spoil:
    """An objection, decided or not."""

    def spoil(listing: Listing) -> None:
        done = {"decided_at": timezone.now(), "decision": "不成立", "upheld": False} if decided else {}
        Objection.objects.create(listing=listing, name="某人", contact="1", text="不同意", **done)

    return spoil


def shared(bp: int, *, division: str) -> Spoil:
    """The inventors' share of an institution of the state."""

    def spoil(listing: Listing) -> None:
        put(listing.organization, state_established=True, division=division)
        ShareRule.objects.create(
            organization=listing.organization, from_day=today(), share_bp=bp, basis="校发〔2026〕1号",
            set_by=listing.created_by,
        )  # fmt: skip

    return spoil


def step(above: int, up_to: int | None = None) -> Spoil:
    """One step of approval between two amounts."""

    def spoil(listing: Listing) -> None:
        ApprovalStep.objects.create(
            organization=listing.organization, position=1, capacity="院长", name="王院长", email="dean@example.test",
            above_minor=above, up_to_minor=up_to,
        )  # fmt: skip

    return spoil


def event(*, settled: bool) -> Spoil:
    """Something that happened to the patent, settled or not."""

    def spoil(listing: Listing) -> None:
        by: User = listing.created_by
        done = {"settled_at": timezone.now(), "settled_by": by, "settled_how": "已撤回"} if settled else {}
        HealthEvent.objects.create(
            patent=listing.patent, kind="assignment", happened_on=today(), source="登记簿", recorded_by=by, **done
        )

    return spoil


def every(*spoils: Spoil) -> Spoil:
    """One after the other."""

    def spoil(listing: Listing) -> None:
        for each in spoils:
            each(listing)

    return spoil


LAST_EXPLAINED = 2_000
CASES: tuple[Case, ...] = (
    Case("TRACK-1", terms(classes_only=True), terms(territory="CN"), OPEN),
    Case("TRACK-2", text(headline="开放许可：脱硫"), text(headline="快速许可：脱硫"), effect=WARN),
    Case("TRACK-3", alone(30), alone(-30, -1), OPEN),
    Case("TRACK-4", text(adoption="可谈独占许可"), text(adoption="不提供独占许可"), effect=WARN),
    Case("TRACK-5", terms(classes_only=True), every(priced(), terms(classes_only=True))),
    Case("GATE-1", patent(status="pending"), patent(granted_on=today()), OPEN),
    Case("GATE-2", alone(-10), alone(-20, -1), OPEN),
    Case("GATE-3", patent(status="preserved"), patent(status="partly_invalid"), OPEN),
    Case("GATE-4", patent(fees_paid_through=None), patent(fees_paid_through=6), OPEN),
    Case("GATE-5", patent(pledged=True), patent(pledged=False), OPEN),
    Case("GATE-6", patent(status="waived"), patent(last_day=today() + timedelta(days=800)), OPEN),
    Case("GATE-7", report("negative"), report("positive"), OPEN),
    Case("GATE-8", owners(consent=False), owners(consent=True), OPEN),
    Case("DECL-1", text(contact_phone=""), text(contact_email=""), OPEN),
    Case(
        "DECL-2", terms(fee_explanation="估" * (LAST_EXPLAINED + 1)), terms(fee_explanation="估" * LAST_EXPLAINED), OPEN
    ),
    Case("DECL-3", text(headline="国内领先"), text(headline="最高温度 620 ℃"), effect=WARN),
    Case("DECL-4", terms(fee_minor=20_000_000_01), terms(fee_minor=20_000_000_00), OPEN),
    Case("DECL-5", patent(last_day=today() + timedelta(days=365)), terms(months=None)),
    Case("DECL-6", text(undertaking_at=None), text(undertaking_at=timezone.now()), OPEN, INFO, alone=False),
    Case("DECL-7", declared(withdrawn_on=today()), declared(withdrawn_on=today() + timedelta(days=1)), OPEN),
    Case("DECL-8", event(settled=False), event(settled=True), OPEN),
    Case("PRESET-1", owners(consent=False), owners(consent=False, default=True)),
    Case("PRESET-2", terms(**TRIAL | {"free_months": 61}), terms(**TRIAL | {"free_months": 60})),
    Case("PRESET-3", terms(travel=""), terms(guidance_hours=1)),
    Case("PRESET-4", terms(nonpayment="不得出口"), terms(nonpayment="停止使用"), effect=WARN),
    Case("INST-1", shown(14, 1), shown(15, 1), stage=Stage.PUBLISH),
    Case("INST-2", objected(decided=False), objected(decided=True), stage=Stage.PUBLISH),
    Case("INST-3", shared(6_999, division="410100"), shared(7_000, division="410100"), effect=WARN),
    Case("INST-4", step(3_000_000 - 1), step(3_000_000)),
    Case("INST-5", house(state="suspended"), house(state="verified")),
    Case(
        "LIC-B",
        terms(fee_mode="royalty", fee_minor=0, royalty_bp=300, royalty_base="net_sales"),
        terms(fee_mode="entry_royalty", fee_minor=1, royalty_bp=300, royalty_base="net_sales"),
        OPEN,
    ),
    Case("LIC-E", terms(acts=[]), terms(acts=["make"])),
    Case("LIC-H", text(adoption="可转授权给子公司"), text(adoption="不得转授权"), effect=WARN),
    Case("LIC-I", firm(country="DE"), firm(country="CN"), OPEN, licensee=True),
    Case("LIC-J", text(related_party_mark=True), text(related_party_mark=False)),
    Case("NUM-1", patent(application_number="2021190000019"), patent(kind="invention")),
    Case("NUM-2", house(credit_code="91410100MA45F1XX0A"), house(credit_code="91350100M000100Y43"), effect=WARN),
    Case("NUM-3", patent(last_day_override=date(2041, 3, 15)), patent(last_day_override=date(2041, 3, 14))),
    Case("NUM-4", patent(fees_paid_through=21), patent(fees_paid_through=20)),
    Case("NUM-5", patent(ipc_main="脱硫"), patent(ipc_main="F27D 17/00")),
    Case(
        "NUM-6",
        priced(size="small", size_year=today().year - 3),
        priced(size="small", size_year=today().year - 2),
        effect=WARN,
        licensee=True,
    ),
)
