"""Every address of the site, room by room."""

from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from marketplace.accounts import factors
from marketplace.frame import health
from marketplace.frame.kept import kept

_to_login = RedirectView.as_view(pattern_name="account_login", query_string=True)

handler400 = "marketplace.frame.errors.bad_request"
handler403 = "marketplace.frame.errors.forbidden"
handler404 = "marketplace.frame.errors.not_found"

urlpatterns = [
    # Wagtail's own doors are closed before its addresses are read (CMS-1).
    path("admin/login/", _to_login),
    path("admin/password_reset/", _to_login),
    path("admin/password_reset/<path:rest>", RedirectView.as_view(url="/accounts/login/")),
    path("_util/login/", _to_login),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    # The first second factor asks for the mailbox before the log-in program's own page (IDN-1).
    path("accounts/2fa/totp/activate/", factors.activate_totp, name="mfa_activate_totp"),
    path("accounts/2fa/webauthn/add/", factors.add_webauthn, name="mfa_add_webauthn"),
    path("accounts/", include("allauth.urls")),
    path("kept/", kept, name="kept"),
    path("health/live/", health.live, name="health_live"),
    path("health/ready/", health.ready, name="health_ready"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("marketplace.accounts.urls")),
    path("", include("marketplace.vault.urls")),
    path("", include("marketplace.notices.urls")),
    path("", include("listings.urls")),
    path("", include("marketplace.needs.urls")),
    path("", include("marketplace.licensing.urls")),
    path("", include("marketplace.payments.urls")),
    path("", include("marketplace.desks.urls")),
    path("", include("cms.urls")),
]
if settings.DEV_PAGES:
    urlpatterns += [path("dev/", include("marketplace.dev.urls"))]
urlpatterns += i18n_patterns(
    path("_util/login/", _to_login), path("", include(wagtail_urls)), prefix_default_language=False
)
