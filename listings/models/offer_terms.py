"""What a license costs and covers, and the standing offer a signatory signs once."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from listings.models.owned import OwnedQuerySet
from marketplace.accounts.models import Organization, SigningAuthority
from marketplace.vault.models import VaultFile


class FeeMode(models.TextChoices):
    """How the fee is reckoned (CC 846)."""

    FIXED = "fixed", _("Fixed fee")
    ENTRY_ROYALTY = "entry_royalty", _("Entry fee and royalty")
    ROYALTY = "royalty", _("Royalty")
    FREE = "free", _("Free")
    FREE_THEN_PAID = "free_then_paid", _("Free first, paid later")


class RoyaltyBase(models.TextChoices):
    """What a royalty is a share of."""

    NET_SALES = "net_sales", _("net sales")
    PROFIT = "profit", _("profit")


class Trigger(models.TextChoices):
    """What ends the free period (PRESET-2)."""

    DATE = "date", _("the free months are over")
    FIRST_REVENUE = "first_revenue", _("first revenue from the product")
    MILESTONE = "milestone", _("a milestone named in the terms")


class LaterMode(models.TextChoices):
    """How the fee is paid after the free period (PRESET-2)."""

    NONE = "", "—"
    DEFERRED = "deferred", _("Deferred: one payment at the trigger")
    INSTALMENTS = "instalments", _("Instalments")
    CONDITIONAL = "conditional", _("Conditional: only if the milestone is reached")
    REVENUE_SHARE = "revenue_share", _("Share of revenue")


class LicenseeClass(models.TextChoices):
    """Classes with a price of their own; the preset track only (TRACK-5)."""

    MICRO = "micro", _("Micro firm, sole trader or individual")
    SMALL = "small", _("Small firm")
    MEDIUM = "medium", _("Medium firm")
    STARTUP = "startup", _("Firm not older than three years")
    ACADEMIC = "academic", _("University or institute")


class Terms(models.Model):
    """The columns that offer terms and term sheets share: minor units, basis points, months."""

    fee_mode = models.CharField(_("fee mode"), max_length=16, choices=FeeMode, default=FeeMode.FIXED)
    currency = models.CharField(max_length=3, default="CNY")
    # the fixed part: fixed fee, entry fee, or what is paid after the free period (a year or in all, see fee_per_year)
    fee_minor = models.BigIntegerField(_("fee"), default=0)
    fee_per_year = models.BooleanField(_("a year"), default=False)
    royalty_bp = models.PositiveIntegerField(_("royalty (basis points)"), default=0)
    royalty_base = models.CharField(max_length=10, choices=RoyaltyBase, blank=True)
    free_months = models.PositiveSmallIntegerField(_("free months"), default=0)
    trigger = models.CharField(_("what ends the free period"), max_length=16, choices=Trigger, blank=True)
    milestone = models.CharField(_("milestone"), max_length=300, blank=True)
    later_mode = models.CharField(_("afterwards"), max_length=16, choices=LaterMode, blank=True)
    instalments = models.PositiveSmallIntegerField(_("number of yearly instalments"), default=0)
    nonpayment = models.CharField(_("if payment stops"), max_length=500, blank=True)
    pay_within_days = models.PositiveSmallIntegerField(_("pay within days"), default=15)
    payment_is_condition = models.BooleanField(_("takes effect only when paid"), default=False)  # LIC-C
    months = models.PositiveSmallIntegerField(
        _("license term in months"), null=True, blank=True
    )  # None: to the last day
    territory = models.CharField(_("territory"), max_length=200, default="CN")  # CN or GB/T 2260 codes split by ","
    field_of_use = models.CharField(_("field of use"), max_length=300, blank=True)
    acts = models.JSONField(_("permitted acts"), default=list)  # make, use, offer, sell, import, process
    classes_only = models.BooleanField(_("only for the classes with a price"), default=False)  # preset track only
    # support plan (PRESET-3, CC 866)
    guidance_none = models.BooleanField(_("no guidance"), default=False)
    guidance = models.TextField(_("guidance"), blank=True)
    guidance_hours = models.PositiveSmallIntegerField(_("hours included"), default=0)
    response_days = models.PositiveSmallIntegerField(_("answers within working days"), default=5)
    guidance_persons = models.CharField(_("who guides"), max_length=200, blank=True)
    travel = models.CharField(_("travel cost"), max_length=200, blank=True)
    extra_hour_minor = models.BigIntegerField(_("price of a further hour"), default=0)

    class Meta:
        abstract = True


class OfferTerms(Terms):
    """One set of terms on offer: a listing's own (`listing`), or a further variant beside them (`variant_of`).

    A draft until the listing is published, then frozen in versions, each variant as an offer of its own.
    """

    listing = models.OneToOneField(
        "listings.Listing", null=True, blank=True, on_delete=models.CASCADE, related_name="terms"
    )
    variant_of = models.ForeignKey(
        "listings.Listing", null=True, blank=True, on_delete=models.CASCADE, related_name="variants"
    )
    code = models.UUIDField(default=uuid.uuid4, editable=False)  # names a variant in addresses and frozen offers
    label = models.CharField(_("name of the variant"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    # the sheet a variant's terms come from; the one of a listing's own terms stands on the listing
    term_sheet = models.ForeignKey(
        "listings.TermSheet", null=True, blank=True, on_delete=models.PROTECT, related_name="variants"
    )
    fee_explanation = models.TextField(_("how the fee was reached"), blank=True)  # DECL-2, at most 2,000 characters
    royalty_trigger_confirmed = models.BooleanField(default=False)  # LIC-B

    # Prices by class of licensee, where they were read together with the terms; None: the database is asked.
    known_class_prices: dict[str, int] | None = None

    class Meta:
        verbose_name_plural = "offer terms"
        constraints = [
            models.CheckConstraint(
                condition=Q(fee_minor__gte=0) & Q(royalty_bp__lte=10_000) & Q(extra_hour_minor__gte=0),
                name="offer_terms_amounts_possible",
            ),
            models.CheckConstraint(
                condition=~Q(fee_mode="free") | (Q(fee_minor=0) & Q(royalty_bp=0)), name="offer_terms_free_is_free"
            ),
            models.CheckConstraint(
                condition=Q(listing__isnull=False, variant_of__isnull=True, term_sheet__isnull=True)
                | (Q(listing__isnull=True, variant_of__isnull=False) & ~Q(label="")),
                name="offer_terms_own_or_variant",
            ),
            models.UniqueConstraint(
                fields=["code"], condition=Q(variant_of__isnull=False), name="offer_terms_variant_code_once"
            ),
            models.UniqueConstraint(
                fields=["variant_of", "label"],
                condition=Q(variant_of__isnull=False),
                name="offer_terms_variant_label_once",
            ),
        ]

    def __str__(self) -> str:
        return self.label or f"terms of {self.listing_id}"


class ClassPrice(models.Model):
    """What one class of licensee pays instead of `fee_minor` (preset track only)."""

    terms = models.ForeignKey(OfferTerms, on_delete=models.CASCADE, related_name="class_prices")
    licensee_class = models.CharField(max_length=10, choices=LicenseeClass)
    fee_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["terms", "licensee_class"], name="class_price_once"),
            models.CheckConstraint(condition=Q(fee_minor__gte=0), name="class_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.licensee_class}: {self.fee_minor}"


class TermSheetState(models.TextChoices):
    """A standing offer binds from its signature until it is revoked or runs out (LIC-K)."""

    DRAFT = "draft", _("Draft")
    SIGNED = "signed", _("Signed")
    REVOKED = "revoked", _("Revoked")


class TermSheetQuerySet(OwnedQuerySet["TermSheet"]):
    """Who may see which term sheet."""


class TermSheet(Terms):
    """Preset terms that the licensor's signatory signs once and many listings use (LIC-K, CC 472).

    From the signature on `snapshot` and `sha256` are what was signed; the columns are only its draft.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="term_sheets")
    name = models.CharField(_("name"), max_length=120)
    version = models.PositiveSmallIntegerField(default=1)
    class_prices = models.JSONField(_("prices by class"), default=dict, blank=True)  # {LicenseeClass: minor units}
    max_licenses = models.PositiveIntegerField(_("at most this many licenses"), null=True, blank=True)
    ceiling_minor = models.BigIntegerField(_("at most this amount a contract"), null=True, blank=True)
    expires_on = models.DateField(_("stands until"), null=True, blank=True)
    state = models.CharField(max_length=8, choices=TermSheetState, default=TermSheetState.DRAFT)
    snapshot = models.JSONField(default=dict, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    paper = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    authority = models.ForeignKey(SigningAuthority, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    signature = models.JSONField(default=dict, blank=True)  # method, address, hash, as licensing's Signature keeps it
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TermSheetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft")
                | (
                    ~Q(sha256="") & Q(signed_by__isnull=False) & Q(signed_at__isnull=False) & Q(authority__isnull=False)
                ),
                name="term_sheet_signed_is_whole",
            ),
            models.UniqueConstraint(fields=["organization", "name", "version"], name="term_sheet_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
