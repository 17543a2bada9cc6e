"""What inventors get of an institution's income: its rule, who made which patent, what has to be deducted (INST-3)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from listings.models.patent import Patent
from marketplace.accounts.models import Organization


class ShareRule(models.Model):
    """Which part of the net income goes to the inventors, from a day on; in basis points (TL 45, HN 40)."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="share_rules")
    from_day = models.DateField(_("from"))
    share_bp = models.PositiveIntegerField(_("inventors' share"))
    basis = models.CharField(_("by which rule"), max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-from_day"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "from_day"], name="share_rule_once_a_day"),
            models.CheckConstraint(condition=Q(share_bp__lte=10_000), name="share_rule_at_most_all"),
            models.CheckConstraint(condition=~Q(basis=""), name="share_rule_has_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.share_bp} from {self.from_day}"


class InventorShare(models.Model):
    """One inventor's part of what the inventors of a patent get together, in basis points, and his department."""

    patent = models.ForeignKey(Patent, on_delete=models.CASCADE, related_name="inventor_shares")
    name = models.CharField(_("inventor"), max_length=80)
    department = models.CharField(_("department"), max_length=120, blank=True)
    share_bp = models.PositiveIntegerField(_("part"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["patent", "name"], name="inventor_share_once"),
            models.CheckConstraint(condition=Q(share_bp__gt=0, share_bp__lte=10_000), name="inventor_share_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.patent_id}"


class IncomeCost(models.Model):
    """What is taken off a patent's income before it is shared: taxes, agents, the evaluation."""

    patent = models.ForeignKey(Patent, on_delete=models.PROTECT, related_name="income_costs")
    on = models.DateField(_("day"))
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    what = models.CharField(_("what for"), max_length=200)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="income_cost_positive"),
            models.CheckConstraint(condition=~Q(what=""), name="income_cost_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} of {self.patent_id}"
