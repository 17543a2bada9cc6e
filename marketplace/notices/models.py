"""Messages to people: what happened, and what to do next."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy


class Pace(models.TextChoices):
    """How soon a message is mailed."""

    NOW = "now", pgettext_lazy("notice", "At once")
    DAILY = "daily", pgettext_lazy("notice", "Once a day")
    WEEKLY = "weekly", pgettext_lazy("notice", "Once a week")
    OFF = "off", pgettext_lazy("notice", "Not by mail")


class Preference(models.Model):
    """How soon a person wants mail of one group of messages; without a row the group's own pace holds."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preferences")
    group = models.CharField(max_length=20)
    pace = models.CharField(max_length=6, choices=Pace)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="notice_preference_once")]

    def __str__(self) -> str:
        return f"{self.group} {self.pace} for {self.user_id}"


class Digest(models.Model):
    """Several messages of one person in one mail, at one time; the key of the time makes it once (OUT-5)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests")
    pace = models.CharField(max_length=6, choices=Pace)
    due_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "pace", "due_at"], name="digest_once")]

    def __str__(self) -> str:
        return f"{self.pace} digest for {self.user_id}"


class CalendarKey(models.Model):
    """How often a person had a new calendar address made; the number is in the secret, so older ones are dead."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_key")
    serial = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"calendar {self.serial} of {self.user_id}"


class Message(models.Model):
    """One sentence and one next action for one person; mailed once and kept in the person's inbox."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages")
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    action_label = models.CharField(max_length=80, blank=True)
    action_path = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    pace = models.CharField(max_length=6, choices=Pace, default=Pace.NOW)  # as the person wanted it when it was told
    mail_at = models.DateTimeField(null=True, blank=True)  # when its digest is due; None: at once, or not at all
    digest = models.ForeignKey(Digest, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages")
    mailed_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="message_once_per_key")]
        indexes = [
            models.Index(
                fields=["mail_at"],
                condition=models.Q(mailed_at__isnull=True, mail_at__isnull=False),
                name="message_waits_for_digest",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.user_id}"
