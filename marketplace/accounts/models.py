"""People, the organizations they act for, and their right to sign."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.personal_models import ContactConsent as ContactConsent
from marketplace.accounts.personal_models import Erasure as Erasure
from marketplace.accounts.personal_models import LogIn as LogIn
from marketplace.accounts.personal_models import PersonalCopy as PersonalCopy
from marketplace.accounts.personal_models import SecurityChange as SecurityChange
from marketplace.accounts.veto_model import Veto as Veto
from marketplace.vault.models import VaultFile

if TYPE_CHECKING:
    from datetime import date


class UserManager(DjangoUserManager["User"]):
    """Makes users by e-mail address; there are no user names."""

    def _create(self, email: str, password: str | None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_user(  # type: ignore[override]
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        """A person without special rights."""
        return self._create(email, password, **fields)

    def create_superuser(  # type: ignore[override]
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        """The operator of the site."""
        return self._create(email, password, **(fields | {"is_staff": True, "is_superuser": True}))


class User(AbstractUser):
    """A person. Rights come from memberships; `is_staff` marks moderators and opens the Wagtail admin."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)  # the account was closed (PII-5)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    def get_full_name(self) -> str:
        """The name as the person writes it."""
        return self.name

    def get_short_name(self) -> str:
        """The same: Chinese names are not cut."""
        return self.name

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Django's answer, save that the Wagtail admin opens to moderators, all of them and nobody else."""
        if perm == "wagtailadmin.access_admin":
            return self.is_active and self.is_staff
        return super().has_perm(perm, obj)

    def __str__(self) -> str:
        return self.name or self.email


class OrganizationKind(models.TextChoices):
    """Who can stand on either side of a license."""

    UNIVERSITY = "university", _("University")
    INSTITUTE = "institute", _("Research institute")
    FIRM = "firm", _("Firm")
    SOLE_TRADER = "sole_trader", _("Sole trader (个体工商户)")
    INDIVIDUAL = "individual", _("Individual")
    PLATFORM = "platform", _("Platform")


LICENSOR_KINDS = (OrganizationKind.UNIVERSITY, OrganizationKind.INSTITUTE)


class VerificationState(models.TextChoices):
    """How far the platform has checked who an organization is."""

    UNVERIFIED = "unverified", _("Not verified")
    PENDING = "pending", _("Being checked")
    VERIFIED = "verified", _("Verified")
    REFUSED = "refused", _("Refused")
    SUSPENDED = "suspended", _("Suspended")


class OrganizationQuerySet(models.QuerySet["Organization"]):
    """Who may see which organization's own pages."""

    def of(self, user: Any) -> OrganizationQuerySet:
        """Those the person belongs to at this moment (IDN-3)."""
        return self.filter(pk__in=Membership.objects.live().filter(user=user.pk).values("organization"))

    def visible_to(self, user: Any) -> OrganizationQuerySet:
        """Those the user belongs to; all for moderators."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_staff else self.of(user)


class Organization(models.Model):
    """A university, institute, firm, sole trader or individual that offers or takes licenses."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganizationKind)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=160, blank=True)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    credit_code_override = models.CharField(_("why a failing code is accepted"), max_length=300, blank=True)
    division = models.CharField(_("place"), max_length=6, blank=True)  # GB/T 2260
    country = models.CharField(_("country"), max_length=2, default="CN")
    address = models.CharField(_("address"), max_length=200, blank=True)
    legal_representative = models.CharField(_("legal representative"), max_length=80, blank=True)
    contact_name = models.CharField(_("contact"), max_length=80, blank=True)
    contact_phone = models.CharField(_("contact's phone"), max_length=30, blank=True)
    contact_email = models.EmailField(_("contact's e-mail"), blank=True)
    bank_name = models.CharField(_("bank"), max_length=120, blank=True)
    bank_account_name = models.CharField(_("account holder"), max_length=120, blank=True)
    bank_account = models.CharField(_("account number"), max_length=40, blank=True)
    invoice_title = models.CharField(_("invoice title"), max_length=120, blank=True)
    invoice_address = models.CharField(_("invoice address and phone"), max_length=200, blank=True)
    state_established = models.BooleanField(_("established by the state"), default=False)  # INST-1 applies
    industry = models.CharField(_("industry"), max_length=40, blank=True)  # key of lib.sizes
    people = models.PositiveIntegerField(_("staff"), null=True, blank=True)
    revenue_wan = models.PositiveIntegerField(_("revenue a year (10,000 CNY)"), null=True, blank=True)
    assets_wan = models.PositiveIntegerField(_("assets (10,000 CNY)"), null=True, blank=True)
    size = models.CharField(_("size"), max_length=10, blank=True)  # lib.sizes.FirmSize, self-declared (NUM-6)
    size_year = models.PositiveSmallIntegerField(_("year of these figures"), null=True, blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    state = models.CharField(max_length=12, choices=VerificationState, default=VerificationState.UNVERIFIED)
    state_reason = models.CharField(max_length=500, blank=True)
    shareholders = models.CharField(_("shareholders"), max_length=500, blank=True)  # names split by ";" (LIC-J)
    vetoed_at = models.DateTimeField(null=True, blank=True, editable=False)  # while a Veto stands (INST-5)
    matching = models.BooleanField(_("propose offers that may fit"), default=True)  # PII-3
    second_factor = models.BooleanField(
        _("who signs needs a second factor"), default=False
    )  # IDN-1; a site may ask all
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"], condition=~Q(credit_code=""), name="organization_credit_code_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_verified(self) -> bool:
        """Whether it may sign and publish."""
        return self.state == VerificationState.VERIFIED

    @property
    def is_vetoed(self) -> bool:
        """Whether it may neither offer nor sign, by a veto (INST-5)."""
        return self.vetoed_at is not None

    @property
    def is_licensor(self) -> bool:
        """Whether it is of a kind that offers patents."""
        return self.kind in LICENSOR_KINDS


class Role(models.TextChoices):
    """What a member may do for the organization."""

    OWNER = "owner", _("Owner: members, details, everything below")
    SIGNATORY = "signatory", _("Signatory: signs term sheets and contracts")
    LISTER = "lister", _("Lister: patents and listings, or requests")
    FINANCE = "finance", _("Finance: payments and invoices")
    VIEWER = "viewer", _("Viewer: reads")

    @property
    def word(self) -> str:
        """The name of the role alone, without what it may do."""
        return str(self.label).replace("：", ":").split(":")[0]


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Rights are live memberships, asked at the moment they are used (IDN-3)."""

    def live(self) -> MembershipQuerySet:
        """Those not ended, of people who may log in."""
        return self.filter(ended_at__isnull=True, user__is_active=True)


class Membership(models.Model):
    """One role of one person in one organization; a person may hold several."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization", "role"], condition=Q(ended_at__isnull=True), name="membership_role_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} of {self.organization_id}"


class AuthorityBasis(models.TextChoices):
    """Why a person may bind the organization (SIG-3)."""

    LEGAL_REPRESENTATIVE = "legal_representative", _("Legal representative")
    POWER_OF_ATTORNEY = "power_of_attorney", _("Power of attorney")
    SELF = "self", _("Acts for himself or herself")


class AuthorityState(models.TextChoices):
    """Whether the basis has been checked."""

    PENDING = "pending", _("Being checked")
    CONFIRMED = "confirmed", _("Confirmed")
    REVOKED = "revoked", _("Revoked")


class SigningAuthority(models.Model):
    """The right of a person to sign for an organization, with its scope and validity."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="signing_authorities")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="signing_authorities")
    basis = models.CharField(max_length=24, choices=AuthorityBasis)
    scope_term_sheets = models.BooleanField(_("may sign term sheets"), default=True)
    scope_contracts = models.BooleanField(_("may sign contracts"), default=True)
    ceiling_minor = models.BigIntegerField(_("up to this amount a contract (fen)"), null=True, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    document = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=AuthorityState, default=AuthorityState.PENDING)
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "signing authorities"
        constraints = [
            models.CheckConstraint(
                condition=~Q(basis="power_of_attorney") | Q(document__isnull=False) | Q(state="pending"),
                name="authority_by_attorney_has_document",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} may sign for {self.organization_id} ({self.state})"

    def covers(self, day: date) -> bool:
        """Whether it is confirmed and valid on `day` (Asia/Shanghai)."""
        return (
            self.state == AuthorityState.CONFIRMED
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
        )


class Verification(models.Model):
    """One try to prove who an organization is: evidence in, a moderator's decision out."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="verifications")
    evidence = models.ManyToManyField(VaultFile, related_name="+")
    note = models.TextField(blank=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=10, choices=[("verified", "verified"), ("refused", "refused")], blank=True)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(decision=""), name="verification_one_open_per_organization"
            )
        ]

    def __str__(self) -> str:
        return f"verification of {self.organization_id}"


class Invitation(models.Model):
    """A mailed, expiring, single-use way into an organization. Only the token's hash is kept."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role)
    token_sha256 = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"invitation to {self.organization_id} as {self.role}"


class LegalKind(models.TextChoices):
    """The site's own rules that a person accepts."""

    TRADING_RULES = "trading_rules", _("Trading rules")
    SERVICE_AGREEMENT = "service_agreement", _("Service agreement")
    PRIVACY_NOTICE = "privacy_notice", _("Privacy notice")


class LegalText(models.Model):
    """One version of one of the site's rules, in both languages; never changed once in force."""

    kind = models.CharField(max_length=20, choices=LegalKind)
    version = models.PositiveSmallIntegerField()
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160)
    body_zh = models.TextField()  # headings "## " and paragraphs, rendered by accounts.legal
    body_en = models.TextField()
    in_force_from = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="legal_text_version_once")]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"


class Acceptance(models.Model):
    """A person accepted a version of the site's rules."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="acceptances")
    text = models.ForeignKey(LegalText, on_delete=models.PROTECT, related_name="acceptances")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "text"], name="acceptance_once")]

    def __str__(self) -> str:
        return f"{self.user_id} accepted {self.text_id}"


class OneTimeCode(models.Model):
    """A mailed code for one act on one subject; tries are counted in the database: a cache may forget (IDN-2)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="one_time_codes")
    purpose = models.CharField(max_length=40)  # sign_agreement, sign_term_sheet, …
    subject = models.CharField(max_length=64)  # what is signed: the SHA-256 of the document, or a row's code
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "purpose", "subject"], name="one_time_code_for")]

    def __str__(self) -> str:
        return f"{self.purpose} for {self.user_id}"
