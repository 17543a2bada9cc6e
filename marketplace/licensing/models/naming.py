"""Whether a party of a license wants its name in the public record of licenses."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from marketplace.licensing.models.agreement import Agreement, Party


class Naming(models.Model):
    """A party's word on its own name; without a row it stays unnamed."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="namings")
    party = models.CharField(max_length=8, choices=Party)
    named = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "party"], name="naming_once_per_party")]

    def __str__(self) -> str:
        return f"{self.party} of {self.agreement_id}: {'named' if self.named else 'unnamed'}"
