"""What of this room needs a person: questions for the contact, a second factor that signing will ask for."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts import security
from marketplace.accounts.models import Role
from marketplace.accounts.privacy import contacts
from marketplace.lib import todo
from marketplace.lib.todo import Desk, Todo

MOST = 20


def register() -> None:
    """Tell the desk; called from AccountsConfig.ready()."""
    todo.source("accounts.contacts", _contacts, order=60)
    todo.source("accounts.factor", _factor, order=10)


def _contacts(desk: Desk) -> Iterator[Todo]:
    for row in contacts.waiting(desk.user).filter(organization=desk.organization).select_related("to")[:MOST]:
        yield Todo(
            _("%(university)s asks whom to call") % {"university": row.to.name},
            row.about or _("It reads nothing unless you say yes."),
            reverse("accounts:contacts"),
            _("Decide"),
            badge=_("Contact"),
            tone="plain",
        )


def _factor(desk: Desk) -> Iterator[Todo]:
    if Role.SIGNATORY not in desk.roles:
        return
    finding = security.finding_for(desk.user, desk.organization)
    if finding is not None:
        label = _("Add a passkey or an app")
        yield Todo(str(finding.message), str(finding.remedy), reverse("mfa_index"), label, badge=_("Signing"))
