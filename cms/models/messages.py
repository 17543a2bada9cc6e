"""What readers write to the platform, each with a reference number and an answer that is recorded."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.lib.readable import characters
from marketplace.lib.terms import today


class ContactKind(models.TextChoices):
    """What the writer wants."""

    CONTACT = "contact", _("A question or a suggestion")
    COMPLAINT = "complaint", _("A complaint")
    ACCESSIBILITY = "accessibility", _("A barrier on this site")


def new_reference() -> str:
    """A reference that can be told on the phone: M-2026-7KX9QF."""
    return f"M-{today().year}-{characters(6)}"


class ContactMessage(models.Model):
    """What somebody wrote, and what a moderator answered. Kept out of the pages' tables, where editors read."""

    reference = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    kind = models.CharField(_("what it is about"), max_length=14, choices=ContactKind, default=ContactKind.CONTACT)
    name = models.CharField(_("your name"), max_length=80)
    email = models.EmailField(_("your e-mail address"))
    phone = models.CharField(_("your phone"), max_length=30, blank=True)
    about = models.CharField(_("page or number it concerns"), max_length=300, blank=True)
    text = models.TextField(_("your message"), max_length=5000)
    language = models.CharField(max_length=10, default="zh-hans")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    received_at = models.DateTimeField(auto_now_add=True)
    answer = models.TextField(_("answer"), max_length=5000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="contact_answered_is_whole",
            )
        ]
        indexes = [models.Index(fields=["answered_at", "received_at"], name="contact_waiting")]

    def __str__(self) -> str:
        return self.reference
