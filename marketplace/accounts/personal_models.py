"""Rows about people's own data: consents to pass a contact on, copies, closed accounts, log-ins, changed keys."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ContactConsent(models.Model):
    """Whether one licensor may read the contact of one firm, or of one person without a firm (PII-2).

    Asked for by the licensor or given unasked; given in words that are kept with their SHA-256; refused or taken back
    with the instant. At most one row of a pair lives; rows are never deleted while the firm is here, because they prove
    what was agreed.
    """

    class Ending(models.TextChoices):
        """How it ended."""

        REFUSED = "refused", pgettext_lazy("consent", "Refused")
        REVOKED = "revoked", pgettext_lazy("consent", "Taken back")

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", null=True, blank=True, on_delete=models.PROTECT, related_name="contact_consents"
    )
    person = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="contact_consents"
    )
    to = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="contacts_granted")
    about = models.CharField(max_length=120, blank=True)  # what it was asked for: a reference, the words of a need
    path = models.CharField(max_length=200, blank=True)  # the page of that thing
    text = models.TextField(blank=True)  # the words that were agreed to, in the language they were read in
    text_sha256 = models.CharField(max_length=64, blank=True)
    asked_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=8, choices=Ending, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=False, person__isnull=True)
                | Q(organization__isnull=True, person__isnull=False),
                name="contact_consent_of_one",
            ),
            models.CheckConstraint(
                condition=Q(given_at__isnull=True, text_sha256="")
                | (Q(given_at__isnull=False, given_by__isnull=False) & ~Q(text_sha256="")),
                name="contact_consent_has_words",
            ),
            models.CheckConstraint(
                condition=Q(given_at__isnull=False) | Q(asked_at__isnull=False), name="contact_consent_asked_or_given"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
                name="contact_consent_ending_whole",
            ),
            models.UniqueConstraint(
                fields=["organization", "to"],
                condition=Q(ended_at__isnull=True, organization__isnull=False),
                name="contact_consent_once_per_firm",
            ),
            models.UniqueConstraint(
                fields=["person", "to"],
                condition=Q(ended_at__isnull=True, person__isnull=False),
                name="contact_consent_once_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id or self.person_id} → {self.to_id} ({self.ending or 'open'})"


class PersonalCopy(models.Model):
    """A copy of everything about one person, made by the outbox; read once, deleted after a few days (PII-5)."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="personal_copies")
    asked_at = models.DateTimeField()
    done = models.PositiveIntegerField(default=0)  # parts collected
    total = models.PositiveIntegerField(default=0)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    data = models.BinaryField(null=True, blank=True)  # the zip; in the database, so that every machine can delete it
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name_plural = "personal copies"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ready_at__isnull=True), name="personal_copy_one_under_way"
            )
        ]

    def __str__(self) -> str:
        return f"copy for {self.user_id}"


class Erasure(models.Model):
    """A person closed the account: what was shown to stay, why and until when, and that the rest is gone (PII-5)."""

    user = models.OneToOneField("accounts.User", on_delete=models.PROTECT, related_name="erasure")
    asked_at = models.DateTimeField()
    stays = models.JSONField(default=list)  # what was shown before: [{"what", "why", "until", "number"}]
    stays_sha256 = models.CharField(max_length=64)
    gone = models.JSONField(default=dict)  # table → rows deleted or overwritten
    done_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"erasure of {self.user_id}"


class SecurityChange(models.Model):
    """Something by which a person proves who he or she is was changed; signing waits until `cools_until` (IDN-1)."""

    class Kind(models.TextChoices):
        """What was changed."""

        FACTOR_FIRST = "factor_first", _("First second factor added")
        FACTOR_ADDED = "factor_added", _("Another second factor added")
        FACTOR_REMOVED = "factor_removed", _("Second factor removed")
        RECOVERY_CODES = "recovery_codes", _("New recovery codes")
        EMAIL = "email", _("E-mail address changed")
        PASSWORD_RESET = "password_reset", _("Password set anew by mail")
        POLICY = "policy", _("Second factor no longer asked for by the organization")

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="security_changes")
    kind = models.CharField(max_length=16, choices=Kind)
    at = models.DateTimeField()
    cools_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "cools_until"], name="security_change_cooling")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class LogIn(models.Model):
    """Who logged in when and from where; kept six months as the law asks, then deleted (KEEP-1)."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="log_ins")
    at = models.DateTimeField(db_index=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    how = models.CharField(max_length=20, blank=True)  # password, code, mfa

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.at}"
