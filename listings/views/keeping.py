"""Forms with a scan: the file goes into the vault and the fact onto the record, both or neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from django import forms
from django.db import models, transaction

from listings.forms.fields import keep
from marketplace.lib.findings import Refused
from marketplace.lib.saying import on_form

if TYPE_CHECKING:
    from marketplace.accounts.models import User
    from marketplace.vault.models import VaultFile


class Scan(NamedTuple):
    """Which field carries the scan, as what kind it is kept, and where refusals without a field of theirs are said."""

    field: str
    kind: str
    otherwise: str | None = None


def kept(
    form: forms.Form, scan: Scan, act: Callable[[VaultFile | None], object], *, by: User, subject: models.Model
) -> bool:
    """Keep the scan of a form and do what it is for; False with the reasons on the form. Raises what `act` raises."""
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            file = keep(form, scan.field, kind=scan.kind, by=by, subject=subject)
            if not form.errors:
                act(file)
    except Refused as refused:
        on_form(form, refused.findings, otherwise=scan.otherwise)
    return not form.errors
