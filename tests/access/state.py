"""What the database holds, so that two moments can be compared; and requests that leave nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

# Whoever knocks has a session; nothing hangs on these rows.
PLACES = {
    "login": ("/accounts/login/", "/admin/login/"),
    "fresh": ("/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/"),
    "new": ("/organization/new/",),
}
OWN_TRACES = {"django_session", "usersessions_usersession"}


def state() -> dict[str, str]:
    """A fingerprint of every table's rows."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - OWN_TRACES):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table's own name
            found[table] = sha256("\n".join(sorted(map(repr, cursor.fetchall()))).encode()).hexdigest()
    return found


def changed(before: dict[str, str]) -> list[str]:
    """The tables that hold something else than before."""
    now = state()
    return sorted(table for table in now.keys() | before.keys() if now.get(table) != before.get(table))


@contextmanager
def nothing_stays() -> Iterator[None]:
    """What is done inside is undone at the end. Durable blocks may stand inside, as in any test."""
    outer = transaction.atomic()
    outer._from_testcase = True  # type: ignore[attr-defined]
    with outer:
        yield
        transaction.set_rollback(True)


def body_of(response: Any) -> str:
    """The words of an answer, streamed ones too."""
    data = b"".join(response) if response.streaming else response.content
    return data.decode("utf-8", "replace")


def answer_of(response: Any) -> str:
    """The answer in the table's words."""
    if response.status_code >= 500 and getattr(response, "exc_info", None):
        return f"{response.status_code} {response.exc_info[1]!r}"
    if response.status_code not in (301, 302):
        return str(response.status_code)
    for word, place in PLACES.items():
        if response.headers["Location"].startswith(place):
            return word
    return str(response.status_code)
