"""Production: everything is asked from the environment and nothing unsafe is guessed."""

from __future__ import annotations

from marketplace.settings import files
from marketplace.settings.base import *  # noqa: F403
from marketplace.settings.base import GATEWAYS, STORAGES, STRIPE_SECRET_KEY
from marketplace.settings.env import database, flag, number, text, words

SECRET_KEY = text("SECRET_KEY")
SECRET_KEY_FALLBACKS = words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
DEBUG = flag("DEBUG")
DEMO = flag("DEMO")
DATABASES = {"default": database(text("DATABASE_URL"), pool=number("DATABASE_POOL", 8))}
ACCEPT_SQLITE_LIMITS = flag("ACCEPT_SQLITE_LIMITS")
PRODUCTION = True
SECOND_FACTOR_REQUIRED = flag("SECOND_FACTOR_REQUIRED", default=not DEMO)

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = ["^health/"]  # probes come from inside, without the proxy that ends TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if number("TRUSTED_PROXY_COUNT", 0) else None
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # HSTS preloading binds every subdomain: for the domain's owner to decide
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

if bucket := text("S3_BUCKET", ""):
    STORAGES = STORAGES | files.in_bucket(bucket)

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = text("EMAIL_HOST", "localhost")
EMAIL_PORT = number("EMAIL_PORT", 587)
EMAIL_HOST_USER = text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS", default=True)

if STRIPE_SECRET_KEY:
    GATEWAYS = ["stripe", *GATEWAYS]
