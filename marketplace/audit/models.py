"""The trail: entries that can be added and read, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from marketplace.audit import words


class Entry(models.Model):
    """One thing that happened, chained to the one before by SHA-256.

    `facts` holds ids, states, amounts and hashes; personal data is referenced, not copied, so that it can be erased
    without breaking the chain.
    """

    number = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    facts = models.JSONField(default=dict)
    previous_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["subject_type", "subject_id", "number"], name="entry_of_subject")]

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.subject_type}:{self.subject_id}"

    @property
    def words(self) -> str:
        """What happened, in the reader's language."""
        return words.words(self.action)


class Said(models.Model):
    """Words that somebody typed, beside the trail: the entry holds a salted hash of them, so that they can be erased.

    `salt` is random, so nobody can guess the words from the hash once the row is gone (AUD-3).
    """

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="said", db_constraint=False)
    fact = models.CharField(max_length=40)
    salt = models.CharField(max_length=32)
    text = models.TextField()

    class Meta:
        verbose_name_plural = "said"
        constraints = [models.UniqueConstraint(fields=["entry", "fact"], name="said_once")]

    def __str__(self) -> str:
        return f"{self.fact} of {self.entry_id}"


class Anchor(models.Model):
    """A stretch of the trail under one hash that a time-stamp authority signed: nobody can write it anew later (AUD-1).

    `root` is the Merkle root (RFC 6962) over the hashes of the entries `first` to `last`; `token` is the authority's
    answer (RFC 3161, DER) over the root's bytes. Rows are never changed; triggers refuse it.
    """

    first = models.PositiveBigIntegerField(unique=True)
    last = models.PositiveBigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    token = models.BinaryField()
    stamped_at = models.DateTimeField()

    class Meta:
        ordering = ["first"]
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="anchor_first_before_last")
        ]

    def __str__(self) -> str:
        return f"{self.first}-{self.last} {self.root[:12]}"
