"""Pictures of what is on offer."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from listings.models.listing import Listing
from marketplace.vault.models import VaultFile


class Picture(models.Model):
    """One picture of a listing, encoded anew by the platform; told in words for those who do not see it."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="pictures")
    file = models.ForeignKey(VaultFile, on_delete=models.PROTECT, related_name="+")
    alt = models.CharField(_("what the picture shows"), max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(alt=""), name="picture_is_told_in_words")]

    def __str__(self) -> str:
        return self.alt
