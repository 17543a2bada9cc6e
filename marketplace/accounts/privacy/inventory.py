"""What accounts keep of people and organizations, with what the log-in program keeps for us (PII-1)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.lib import personal
from marketplace.lib.personal import (
    ACCOUNT,
    CODES,
    CONTRACT,
    COPIES,
    LINKS,
    LOGS,
    ORGANIZATION,
    SETTLED,
    Basis,
    Ending,
)

OPEN = _("Open and protect your account")
WHO = _("Check who an organization is, and make contracts with it")
SAFE = _("Notice break-ins, and answer the authorities that the law names")


def register() -> None:
    """Enter this room's fields into the inventory; called from AccountsConfig.ready()."""
    _people()
    _log_in()
    _organizations()
    _proofs()


def _people() -> None:
    personal.keep(
        "accounts.User", "name", "email", "password",
        what=_("Name, e-mail address, digest of the password"), purpose=OPEN,
        basis=Basis.CONTRACT, kept=ACCOUNT, ending=Ending.OVERWRITTEN,
    )  # fmt: skip
    personal.keep(
        "accounts.User", "phone",
        what=_("Mobile phone, if you give it"), purpose=_("Reach you about your deals"),
        basis=Basis.CONSENT, kept=ACCOUNT, ending=Ending.OVERWRITTEN,
    )  # fmt: skip
    personal.keep(
        "accounts.Invitation", "email",
        what=_("E-mail address to which an invitation was sent"), purpose=_("Let people join an organization"),
        basis=Basis.CONTRACT, kept=LINKS, ending=Ending.OVERWRITTEN,
    )  # fmt: skip
    personal.keep(
        "accounts.PersonalCopy", "data",
        what=_("The copy of your data that you asked for"), purpose=_("Give you a copy of your data"),
        basis=Basis.LAW, kept=COPIES, ending=Ending.GONE,
    )  # fmt: skip


def _log_in() -> None:
    personal.keep(
        "account.EmailAddress", "email",
        what=_("E-mail addresses of the account"), purpose=OPEN,
        basis=Basis.CONTRACT, kept=ACCOUNT, ending=Ending.GONE,
    )  # fmt: skip
    personal.keep(
        "mfa.Authenticator", "data",
        what=_("Public keys of your passkeys, secret of your one-time codes"), purpose=OPEN,
        basis=Basis.CONTRACT, kept=ACCOUNT, ending=Ending.GONE,
    )  # fmt: skip
    personal.keep(
        "usersessions.UserSession", "ip", "user_agent", "data",
        what=_("Where you are logged in: network address, browser"), purpose=SAFE,
        basis=Basis.LAW, kept=LOGS, ending=Ending.GONE,
    )  # fmt: skip
    personal.keep(
        "sessions.Session", "session_data",
        what=_("The session behind your log-in, and a calendar address that opens what is due for you"), purpose=OPEN,
        basis=Basis.CONTRACT, kept=CODES, ending=Ending.GONE,
    )  # fmt: skip
    personal.keep(
        "accounts.LogIn", "address", "agent",
        what=_("Log-ins: instant, network address, browser"), purpose=SAFE,
        basis=Basis.LAW, kept=LOGS, ending=Ending.STAYS,
    )  # fmt: skip


def _organizations() -> None:
    personal.keep(
        "accounts.Organization", "name", "name_en", "address", "legal_representative", "shareholders",
        what=_("Organization: name, address, legal representative, shareholders"), purpose=WHO,
        basis=Basis.CONTRACT, kept=ORGANIZATION, ending=Ending.OTHERS,
    )  # fmt: skip
    personal.keep(
        "accounts.Organization", "contact_name", "contact_phone", "contact_email",
        what=_("The organization's contact: name, phone, e-mail"),
        purpose=_("Reach it; passed on to a university only with a consent of its own"),
        basis=Basis.CONSENT, kept=ORGANIZATION, ending=Ending.OVERWRITTEN,
    )  # fmt: skip
    personal.keep(
        "accounts.Organization", "bank_name", "bank_account_name", "bank_account", "invoice_address",
        what=_("Bank account and invoice"), purpose=_("Pay and write invoices"),
        basis=Basis.CONTRACT, kept=ORGANIZATION, ending=Ending.OTHERS,
    )  # fmt: skip
    personal.nobody("accounts.LegalText", "body_zh", "body_en", because="the site's own texts")


def _proofs() -> None:
    personal.keep(
        "accounts.Verification", "note", "reason",
        what=_("Evidence of who an organization is, and the moderator's decision"), purpose=WHO,
        basis=Basis.LAW, kept=SETTLED, ending=Ending.STAYS,
    )  # fmt: skip
    personal.keep(
        "accounts.Veto", "reason", "lift_reason",
        what=_("Why an organization may not offer or sign"), purpose=WHO,
        basis=Basis.LAW, kept=CONTRACT, ending=Ending.OTHERS,
    )  # fmt: skip
    personal.keep(
        "accounts.Organization", "state_reason",
        what=_("Why an organization was refused or suspended"), purpose=WHO,
        basis=Basis.LAW, kept=ORGANIZATION, ending=Ending.OTHERS,
    )  # fmt: skip
    personal.keep(
        "accounts.ContactConsent", "text",
        what=_("Your consents to pass a contact on: words, instant, to whom"),
        purpose=_("Prove that you agreed, and stop when you take it back"),
        basis=Basis.LAW, kept=SETTLED, ending=Ending.STAYS,
    )  # fmt: skip
