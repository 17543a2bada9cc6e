"""How allauth behaves on this site."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest, HttpResponse

from marketplace.accounts import factors, log_ins, login_mail, security

# A mailed code proves the mailbox only, so it never stands in for the password or a key (IDN-1).
PROVING = frozenset({"password", "mfa"})
FACTOR = frozenset({"mfa"})  # whoever has one is asked for it: the password alone proves nothing any more


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Log-in, re-authentication and mail of the log-in pages."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether to ask again: not when the person logged in with password or key within the same time just now."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        records = get_authentication_records(self.request, self.request.user)
        proving = FACTOR if security.has_factor(self.request.user) else PROVING
        return not any(record.get("method") in proving and record["at"] > since for record in records)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How a person may prove it anew: whoever has a second factor, by that and not by the password."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if security.has_factor(user):
            methods = [method for method in methods if method["id"] != "reauthenticate"]
        return methods

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """The code from the mailbox was right: who logged in here has shown to read it."""
        confirmed = bool(super().confirm_email(request, email_address))
        if confirmed:
            factors.prove_mailbox(request)
        return confirmed

    def post_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse:
        """Keep who logged in from where, as the law asks (KEEP-1)."""
        log_ins.record(request, user)
        response: HttpResponse = super().post_login(request, user, **more)
        return response

    def is_safe_url(self, url: str) -> bool:
        """Whether a redirect may lead there. An address that cannot be read leads nowhere (WEB-8)."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:  # http://[nonsense]/
            return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Leave the mail to the outbox, sealed: it is written now, in the language of the page, and sent by the worker.

        The answer takes as long for a known address as for an unknown one (IDN-8), and a mail server that is slow or
        away delays nobody.
        """
        site = get_current_site(self.request)
        told = {"SITE_URL": settings.SITE_URL, "email": email, "request": self.request, "current_site": site, **context}
        mail = self.render_mail(template_prefix, email, told)
        login_mail.leave(mail)
