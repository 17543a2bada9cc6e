"""Members of an organization, invitations and signing authority."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts import flow
from marketplace.accounts.access import fresh_login_required, organization_required
from marketplace.accounts.current import SESSION_KEY, roles
from marketplace.accounts.models import Invitation, Membership, Organization, Role, SigningAuthority, User
from marketplace.accounts.paper_forms import AuthorityForm, InviteForm, RoleForm
from marketplace.lib import posted
from marketplace.lib.findings import Refused
from marketplace.lib.saying import aloud, on_form
from marketplace.vault import files
from marketplace.vault.models import VaultFile

if TYPE_CHECKING:
    from marketplace.accounts.requests import MemberRequest


@dataclass(slots=True)
class Member:
    """A person with the live roles he or she holds here, and those that could be added."""

    user: User
    memberships: list[Membership] = field(default_factory=list)

    @property
    def addable(self) -> list[tuple[str, str]]:
        """Roles the person does not hold yet."""
        held = {membership.role for membership in self.memberships}
        return [(value, str(label)) for value, label in Role.choices if value not in held]


def _members(organization: Organization) -> list[Member]:
    found: dict[int, Member] = {}
    rows = organization.memberships.live().select_related("user").order_by("user__name", "user_id", "started_at", "pk")
    for membership in rows:
        found.setdefault(membership.user_id, Member(membership.user)).memberships.append(membership)
    return list(found.values())


@organization_required()
def members(request: MemberRequest) -> HttpResponseBase:
    """Who belongs here and with which roles; owners invite."""
    if request.method == "POST":
        return _invite(request)
    return _members_page(request, InviteForm())


@fresh_login_required
def _invite(request: MemberRequest) -> HttpResponseBase:
    """Whoever stole a session must not bring in somebody of his own (IDN-1)."""
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            flow.invite(request.organization, by=request.user, **form.cleaned_data)
        except Refused as refused:
            on_form(form, refused.findings)
        else:
            messages.success(request, _("The invitation is on its way; it is valid for seven days."))
            return redirect("accounts:members")
    return _members_page(request, form)


def _members_page(request: MemberRequest, form: InviteForm) -> HttpResponse:
    own = request.organization
    owner = Role.OWNER in roles(request.user, own)
    waiting = own.invitations.filter(accepted_at__isnull=True, expires_at__gt=timezone.now()).order_by("-created_at")
    context = {
        "own": own,
        "owner": owner,
        "members": _members(own),
        "invitations": waiting if owner else [],
        "form": form if owner else None,
    }
    return render(request, "accounts/members.html", context, status=422 if form.errors else 200)


@require_POST
@organization_required(Role.OWNER)
@fresh_login_required
def member_role(request: MemberRequest) -> HttpResponse:
    """Give a member one more role."""
    form = RoleForm(request.POST)
    if form.is_valid():
        live = request.organization.memberships.live().select_related("user")
        membership = live.filter(user_id=form.cleaned_data["user"]).first()
        if membership is None:
            raise Http404
        try:
            flow.add_role(request.organization, user=membership.user, role=form.cleaned_data["role"], by=request.user)
        except Refused as refused:
            aloud(request, refused.findings)
        else:
            messages.success(request, _("The role is given."))
    return redirect("accounts:members")


@require_POST
@organization_required()
@fresh_login_required
def membership_end(request: MemberRequest, pk: int) -> HttpResponse:
    """End one role, at once."""
    membership = get_object_or_404(Membership, pk=pk, organization=request.organization, ended_at__isnull=True)
    try:
        flow.end_membership(membership, by=request.user)
    except Refused as refused:
        aloud(request, refused.findings)
    else:
        messages.success(request, _("The role has ended."))
    return redirect("accounts:members" if roles(request.user, request.organization) else "desks:home")


@require_POST
@organization_required()
@fresh_login_required
def member_remove(request: MemberRequest, user: int) -> HttpResponse:
    """End everything a person may do here, at once."""
    member = get_object_or_404(User, pk=user)
    if not request.organization.memberships.filter(user=member, ended_at__isnull=True).exists():
        raise Http404
    try:
        flow.remove_member(request.organization, user=member, by=request.user)
    except Refused as refused:
        aloud(request, refused.findings)
    else:
        messages.success(request, _("%(name)s no longer belongs to the organization.") % {"name": member.name})
    return redirect("accounts:members" if roles(request.user, request.organization) else "desks:home")


@require_POST
@organization_required(Role.OWNER)
def invitation_cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Make an open invitation void."""
    flow.cancel_invitation(get_object_or_404(Invitation, pk=pk, organization=request.organization), by=request.user)
    messages.success(request, _("The invitation is void."))
    return redirect("accounts:members")


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What an invitation offers; accepting takes a log-in with the address it was mailed to."""
    found = flow.find_invitation(token)
    if request.method == "POST" and request.user.is_authenticated:
        try:
            membership = flow.accept_invitation(token, by=request.user)
        except Refused as refused:
            aloud(request, refused.findings)
            return redirect("accounts:invitation", token=token)
        request.session[SESSION_KEY] = membership.organization_id
        messages.success(request, _("Welcome to %(name)s.") % {"name": membership.organization.name})
        return redirect("desks:home")
    yours = found is not None and request.user.is_authenticated and request.user.email.lower() == found.email
    context = {"found": found, "yours": yours, "here": request.get_full_path()}
    return render(request, "accounts/invitation.html", context, status=200 if found else 410)


@organization_required()
def authorities(request: MemberRequest) -> HttpResponse:
    """Who may sign what, until when; owners and signatories ask for more."""
    own = request.organization
    held_roles = roles(request.user, own)
    owner = Role.OWNER in held_roles
    form = None
    if owner or Role.SIGNATORY in held_roles:
        form = AuthorityForm(
            request.POST or None, request.FILES or None, organization=own, by=request.user, owner=owner
        )
        if request.method == "POST" and form.is_valid() and _ask(request, form):
            messages.success(request, _("Asked for. A moderator confirms it; you will get a message."))
            return redirect("accounts:authorities")
    held = own.signing_authorities.select_related("user", "document").order_by("-pk")
    context = {"own": own, "form": form, "owner": owner, "held": held, "can_read": form is not None}
    wrong = form is not None and bool(form.errors)
    return render(request, "accounts/authorities.html", context, status=422 if wrong else 200)


def _ask(request: MemberRequest, form: AuthorityForm) -> bool:
    data = form.cleaned_data
    try:
        with transaction.atomic():
            flow.grant_authority(
                request.organization,
                by=request.user,
                user=data["user"],
                basis=data["basis"],
                scope_contracts=data["scope_contracts"],
                scope_term_sheets=data["scope_term_sheets"],
                ceiling_minor=form.ceiling_minor(),
                valid_from=data["valid_from"],
                valid_until=data["valid_until"],
                document=_document(request, form),
            )
    except files.BadFile as bad:
        on_form(form, [dataclasses.replace(bad.finding, field="document")])
    except Refused as refused:
        on_form(form, refused.findings)
    else:
        return True
    return False


def _document(request: MemberRequest, form: AuthorityForm) -> VaultFile | None:
    upload = form.cleaned_data["document"]
    if not upload:
        return None
    return files.store(
        upload.read(),
        kind="power_of_attorney",
        name=upload.name,
        by=request.user,
        subject=request.organization,
    )


@require_POST
@organization_required()
@fresh_login_required
def authority_revoke(request: MemberRequest, pk: int) -> HttpResponse:
    """End a signing authority, at once."""
    authority = get_object_or_404(SigningAuthority, pk=pk, organization=request.organization)
    try:
        flow.revoke_authority(authority, by=request.user, reason=posted.text(request.POST, "reason", 500))
    except Refused as refused:
        aloud(request, refused.findings)
    else:
        messages.success(request, _("The authority is revoked. What was signed under it stays."))
    return redirect("accounts:authorities")
