"""How allauth behaves on this site."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings

# A mailed code proves the mailbox only, so it never stands in for the password or a key (IDN-1).
PROVING = frozenset({"password", "mfa"})


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Log-in, re-authentication and mail of the log-in pages."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether to ask again: not when the person logged in with password or key within the same time just now."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        records = get_authentication_records(self.request, self.request.user)
        return not any(record.get("method") in PROVING and record["at"] > since for record in records)

    def is_safe_url(self, url: str) -> bool:
        """Whether a redirect may lead there. An address that cannot be read leads nowhere (WEB-8)."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:  # http://[nonsense]/
            return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail with the site's address in reach of the templates."""
        super().send_mail(template_prefix, email, {"SITE_URL": settings.SITE_URL, **context})
