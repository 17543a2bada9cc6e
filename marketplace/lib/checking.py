"""System checks: which of them a server process runs before it answers."""

from __future__ import annotations

# The tag of checks that are cheap and must hold from the first request on. WSGI and ASGI servers run no checks by
# themselves; `manage.py` runs all of them.
START = "start"
