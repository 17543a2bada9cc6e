"""The site as a ASGI application. Refuses to start where the production checks fail."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.development")
application = get_asgi_application()

from marketplace.checks import refuse_unsafe_start  # noqa: E402 - needs the configured settings

refuse_unsafe_start()
