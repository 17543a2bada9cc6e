"""The site as a WSGI application. Refuses to start where the production checks fail."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.development")
application = get_wsgi_application()

from marketplace.checks import refuse_unsafe_start  # noqa: E402 - needs the configured settings

refuse_unsafe_start()
