"""Adding and changing second factors: what is recorded, and the mailbox that must be proven before the first one.

A stolen password alone could otherwise add the thief's own key and sign with it at once (IDN-1).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from allauth.account import signals as account_signals
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import activate_totp as vendors_totp
from allauth.mfa.webauthn.views import add_webauthn as vendors_webauthn
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import codes, security
from marketplace.accounts.access import login_required
from marketplace.accounts.models import SecurityChange

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

    from marketplace.accounts.models import User

PURPOSE = "add_factor"
MAILBOX = "mailbox_proven_at"
GO_ON = "after_factor"  # where somebody wanted to sign when a second factor was missing
Kind = SecurityChange.Kind


def prove_mailbox(request: HttpRequest) -> None:
    """Remember for this log-in that its owner reads the account's mailbox."""
    request.session[MAILBOX] = time.time()


def mailbox_is_proven(request: HttpRequest) -> bool:
    """Whether this log-in showed it: by a code when registering, when logging in, or on our own page."""
    if MAILBOX in request.session:
        return True
    return any(record.get("method") == "code" for record in get_authentication_records(request, request.user))


def _after_mailbox(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The first second factor of a person asks for the mailbox first; later ones ask for the factor there is."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if not security.has_factor(user) and not mailbox_is_proven(request):
            return redirect(f"{reverse('accounts:mailbox')}?{urlencode({'next': request.get_full_path()})}")
        return view(request, *args, **kwargs)

    return guarded


activate_totp = _after_mailbox(vendors_totp)
add_webauthn = _after_mailbox(vendors_webauthn)


def _on_added(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    if authenticator.type not in security.FACTORS:
        return
    security.changed(user, Kind.FACTOR_ADDED)
    # Who just set it up has just used it: no second proof within the same minutes.
    record_authentication(request, user, method="mfa", type=str(authenticator.type), reauthenticated=True)


def _on_removed(user: User, authenticator: Authenticator, **_more: Any) -> None:
    if authenticator.type in security.FACTORS:
        security.changed(user, Kind.FACTOR_REMOVED)


def _on_codes(user: User, **_more: Any) -> None:
    security.changed(user, Kind.RECOVERY_CODES)


def _on_email(user: User, **_more: Any) -> None:
    security.changed(user, Kind.EMAIL)


def _on_reset(user: User, **_more: Any) -> None:
    security.changed(user, Kind.PASSWORD_RESET)


def register() -> None:
    """Hear of the log-in program's changes: its signals are the only seam it offers."""
    codes.names(PURPOSE, _("to add a second factor to your account"))
    uid = "accounts.factors"
    mfa_signals.authenticator_added.connect(_on_added, dispatch_uid=uid)
    mfa_signals.authenticator_removed.connect(_on_removed, dispatch_uid=uid)
    mfa_signals.authenticator_reset.connect(_on_codes, dispatch_uid=uid)
    account_signals.email_added.connect(_on_email, dispatch_uid=f"{uid}.added")
    account_signals.email_changed.connect(_on_email, dispatch_uid=f"{uid}.changed")
    account_signals.email_removed.connect(_on_email, dispatch_uid=f"{uid}.removed")
    account_signals.password_reset.connect(_on_reset, dispatch_uid=uid)
