"""Passing a firm's contact on to one university: asked for, given in recorded words, refused, taken back (PII-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts import people
from marketplace.accounts.current import may
from marketplace.accounts.models import ContactConsent, Organization, Role, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse
from marketplace.notices import notices

if TYPE_CHECKING:
    from django.db.models import QuerySet

RULE = "PII-2"
DECIDES = (Role.LISTER, Role.FINANCE)  # beside owners
MOST_ASKED = 20  # open questions of one university


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose contact it is: a firm's, or a person's without a firm."""

    organization: Organization | None = None
    person: User | None = None

    def rows(self) -> QuerySet[ContactConsent]:
        """Every consent about this contact."""
        if self.organization is not None:
            return ContactConsent.objects.filter(organization=self.organization)
        return ContactConsent.objects.filter(person=self.person, organization=None)

    def deciders(self) -> list[User]:
        """Who is asked."""
        if self.organization is not None:
            return list(people.members(self.organization, Role.OWNER, Role.SIGNATORY, *DECIDES))
        return [self.person] if self.person else []

    def decides(self, user: User) -> bool:
        """Whether a person may decide."""
        if self.organization is not None:
            return may(user, self.organization, *DECIDES) or may(user, self.organization, Role.SIGNATORY)
        return self.person == user

    @property
    def name(self) -> str:
        """The name of the firm or person."""
        return self.organization.name if self.organization else self.person.name if self.person else ""


def of(consent: ContactConsent) -> Whose:
    """Whose contact a row is about."""
    return Whose(consent.organization, None if consent.organization_id else consent.person)


def words(whose: Whose, to: Organization) -> str:
    """What is agreed to, in the language that is active: to whom, what, for what, and that it can be taken back."""
    return words_for(whose.name, to.name)


def words_for(firm: str, university: str) -> str:
    """The same, of two names."""
    return _(
        "%(university)s may read the contact of %(firm)s (contact person, phone, e-mail) and use it to talk about"
        " licenses on its patents. It may not pass it on. This can be taken back at any time."
    ) % {"university": university, "firm": firm}


def live(whose: Whose, to: Organization) -> ContactConsent | None:
    """The row of this pair that has not ended."""
    return whose.rows().filter(to=to, ended_at__isnull=True).first()


def may_read(reader: Organization, whose: Whose) -> bool:
    """Whether a licensor may read this contact at this moment."""
    return whose.rows().filter(to=reader, given_at__isnull=False, ended_at__isnull=True).exists()


def ask(to: Organization, whose: Whose, *, by: User, about: str = "", path: str = "") -> ContactConsent:
    """A licensor asks for a contact; asking twice is asking once. `path` is the page on which it can then be read.

    Raises Refused when too many questions are open, or this pair was refused within thirty days.
    """
    standing = live(whose, to)
    if standing is not None:
        return standing
    _require_patience(whose, to)
    now = timezone.now()
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = ContactConsent.objects.create(
                    organization=whose.organization,
                    person=None if whose.organization else whose.person,
                    to=to, about=about[:120], path=path[:200], asked_by=by, asked_at=now,
                )  # fmt: skip
        except IntegrityError:  # the same was asked twice at once
            return whose.rows().get(to=to, ended_at__isnull=True)
        trail.record(Action.CONSENT_ASK, row, by=by, to=to.pk)
        notices.tell(
            whose.deciders(), "accounts.contact_asked", key=f"contact_asked:{row.pk}",
            path=reverse("accounts:contacts"), university=to.name, about=about[:120],
        )  # fmt: skip
    return row


def _require_patience(whose: Whose, to: Organization) -> None:
    lately = timezone.now() - timedelta(days=30)
    if whose.rows().filter(to=to, ended_at__gt=lately).exists():
        raise refuse(
            RULE,
            _("The firm decided about this less than thirty days ago."),
            _("Write to it through the deal; it can pass its contact on at any time."),
        )
    waiting = ContactConsent.objects.filter(to=to, given_at__isnull=True, ended_at__isnull=True)
    if waiting.count() >= MOST_ASKED:
        raise refuse(
            RULE,
            _("Your institution waits for %(most)d answers already.") % {"most": MOST_ASKED},
            _("Ask again when some of them are there."),
        )


def _require_decider(whose: Whose, by: User) -> None:
    if not whose.decides(by):
        raise refuse(
            RULE,
            _("Who only reads in the firm cannot decide who reads its contact."),
            _("Ask an owner."),
        )


def give(whose: Whose, to: Organization, *, by: User, seen_sha256: str = "", about: str = "", path: str = "") -> None:
    """Let a licensor read the contact; what was agreed to is kept word for word with its hash and instant.

    `seen_sha256` is the hash of the words on the page; others refuse. Given twice is given once. Raises Refused.
    """
    _require_decider(whose, by)
    told = words(whose, to)
    digest = sha256(told.encode()).hexdigest()
    if seen_sha256 and seen_sha256 != digest:
        raise refuse(RULE, _("The words on the page have changed meanwhile."), _("Read them again, then decide."))
    now = timezone.now()
    with transaction.atomic():
        row = live(whose, to)
        if row is None:
            row = ContactConsent.objects.create(
                organization=whose.organization, person=None if whose.organization else whose.person, to=to,
                about=about[:120], path=path[:200], text=told, text_sha256=digest, given_by=by, given_at=now,
            )  # fmt: skip
        elif not ContactConsent.objects.filter(pk=row.pk, given_at__isnull=True, ended_at__isnull=True).update(
            text=told, text_sha256=digest, given_by=by, given_at=now
        ):
            return
        trail.record(Action.CONSENT_GIVE, row, by=by, to=to.pk, text_sha256=digest)
        if row.asked_by is not None:
            notices.tell(
                [row.asked_by], "accounts.contact_given", key=f"contact_given:{row.pk}", path=row.path, about=row.about
            )


def end(consent: ContactConsent, *, by: User) -> None:
    """Refuse a question, or take a consent back; from this instant nobody there reads the contact. Raises Refused."""
    _require_decider(of(consent), by)
    with transaction.atomic():
        row = ContactConsent.objects.select_for_update(of=("self",)).get(pk=consent.pk)
        if row.ended_at is not None:
            return
        given = row.given_at is not None
        how = ContactConsent.Ending.REVOKED if given else ContactConsent.Ending.REFUSED
        ContactConsent.objects.filter(pk=row.pk).update(ended_at=timezone.now(), ended_by=by, ending=how)
        trail.record(Action.CONSENT_REVOKE if given else Action.CONSENT_REFUSE, row, by=by, to=row.to_id)
        if row.asked_by is not None:
            notices.tell(
                [row.asked_by], "accounts.contact_kept", key=f"contact_kept:{row.pk}:{how}", path=row.path,
                about=row.about,
            )  # fmt: skip


def waiting(user: User) -> QuerySet[ContactConsent]:
    """Questions that this person may decide, oldest first."""
    firms = Organization.objects.filter(
        memberships__user=user,
        memberships__ended_at__isnull=True,
        memberships__role__in=[Role.OWNER, Role.SIGNATORY, *DECIDES],
    )
    rows = ContactConsent.objects.filter(given_at__isnull=True, ended_at__isnull=True)
    return (rows.filter(organization__in=firms) | rows.filter(person=user)).distinct().order_by("asked_at", "pk")


__all__ = ["Whose", "ask", "end", "give", "live", "may_read", "of", "waiting", "words"]
