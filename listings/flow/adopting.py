"""A reference record becomes its owner's: the patent is known here already, so nobody has to type it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from listings.importing.reading import same_name
from listings.models import Patent
from marketplace.accounts.models import Organization
from marketplace.lib.findings import refuse
from marketplace.lib.transactions import require_transaction

FILLED_IN = (
    "title", "abstract", "patentee", "inventors", "publication_number", "ipc_main", "ipc", "filed_on", "granted_on",
)  # fmt: skip


def reference(number: str) -> Patent | None:
    """The administrator's record of an application number (digits and check digit), which nobody offers."""
    return Patent.objects.filter(application_number=number, organization=None).first()


def adopt(organization: Organization, facts: Mapping[str, Any]) -> Patent | None:
    """Give a reference record to its patentee, with the facts as typed; None where there is no such record.

    What was typed otherwise than recorded is kept from later imports (IMP-5). Requires a transaction. Raises Refused
    where the record names other patentees.
    """
    require_transaction("adopt")
    number = facts.get("application_number", "")
    patent = Patent.objects.select_for_update(of=("self",)).filter(application_number=number, organization=None).first()
    if patent is None:
        return None
    if not any(same_name(name, organization.name) for name in patent.patentees):
        raise refuse(
            "IMP-5",
            _("By the register's data here the patentee is %(patentee)s, not %(organization)s.")
            % {"patentee": patent.patentee, "organization": organization.name},
            _("If it is yours, write to the moderators with the register's extract."),
            field="patentee",
        )
    changed = {name: value for name, value in facts.items() if getattr(patent, name) != value}
    for name, value in changed.items():
        setattr(patent, name, value)
    patent.locked_fields = sorted({*patent.locked_fields, *(set(changed) & set(FILLED_IN))})
    patent.organization, patent.source = organization, "typed"
    patent.save()
    return patent
