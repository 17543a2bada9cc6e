"""Security for deferred fees: recorded, confirmed by the other side, released, expired; and who may see the file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.lib import terms
from marketplace.lib.findings import refuse
from marketplace.licensing import bankfile
from marketplace.licensing.errors import NotNow, NotYours
from marketplace.licensing.flow import moving
from marketplace.licensing.letters import trial_letters
from marketplace.licensing.models import Agreement, Disclosure, Party, Security, SecurityState
from marketplace.licensing.states import STEPS
from marketplace.vault.models import VaultFile


def record_security(
    agreement: Agreement,
    *,
    by: User,
    kind: str,
    provider: str,
    number: str,
    amount_minor: int,
    valid_until: date,
    paper: VaultFile | None = None,
) -> Security:
    """One side records a guarantee, insurance, trust or deposit; the other confirms.

    Raises NotYours, NotNow, Refused.
    """
    step = STEPS["record_security"]
    side = moving.require_side(by, agreement, step)
    _require_possible(amount_minor, valid_until)
    with transaction.atomic():
        agreement = moving.lock(agreement)
        moving.require_state(agreement, step)
        security = _store(
            Security(
                agreement=agreement,
                kind=kind,
                provider=provider.strip(),
                number=number.strip(),
                amount_minor=amount_minor,
                currency=agreement.currency,
                valid_until=valid_until,
                paper=paper,
                party=Party(side.value),
                recorded_by=by,
            )
        )
        _record(security, "record_security", by=by, side=side.value)
        trial_letters.security_recorded(security)
    return security


def _store(security: Security) -> Security:
    """Save it, once. Raises Refused where the same number is recorded already."""
    try:
        with transaction.atomic():
            security.save(force_insert=True)
    except IntegrityError as error:
        raise refuse(
            "PRESET-2",
            _("This security is recorded already."),
            _("Look at the list; the number must be another one."),
            field="number",
        ) from error
    return security


def _require_possible(amount_minor: int, valid_until: date) -> None:
    if amount_minor <= 0:
        raise refuse("PRESET-2", _("The amount must be more than nothing."), _("Type it in figures."), field="amount")
    if valid_until <= terms.today():
        raise refuse("PRESET-2", _("It has expired already."), _("Type a day to come."), field="valid_until")


def _record(security: Security, name: str, *, by: User | None, **facts: Any) -> None:
    told = {"security": security.pk, "kind": security.kind, "amount_minor": security.amount_minor, **facts}
    moving.record(security.agreement, STEPS[name], by=by, was=security.agreement.state, **told)


def confirm_security(security: Security, *, by: User) -> Security:
    """The side that did not record it says that it is so. Raises NotYours, NotNow."""
    step = STEPS["confirm_security"]
    side = moving.require_side(by, security.agreement, step)
    with transaction.atomic():
        security = _lock(security)
        moving.require_state(security.agreement, step)
        if side.value == security.party:
            raise NotYours([moving.not_yours(step)])
        _move(
            security,
            [SecurityState.RECORDED],
            SecurityState.CONFIRMED,
            confirmed_by=by,
            confirmed_at=timezone.now(),
        )
        _record(security, "confirm_security", by=by, side=side.value)
        trial_letters.security_confirmed(security)
    return security


def end_security(security: Security, *, by: User) -> Security:
    """The licensor releases it. Raises NotYours, NotNow."""
    step = STEPS["end_security"]
    moving.require_side(by, security.agreement, step)
    with transaction.atomic():
        security = _lock(security)
        moving.require_state(security.agreement, step)
        _end(security)
        _record(security, "end_security", by=by)
    return security


def _lock(security: Security) -> Security:
    agreement = moving.lock(security.agreement)
    security = Security.objects.select_for_update(of=("self",)).get(pk=security.pk)
    security.agreement = agreement
    return security


def _move(security: Security, was: list[SecurityState], to: SecurityState, **fields: Any) -> None:
    moved = Security.objects.filter(pk=security.pk, state__in=was).update(state=to, **fields)
    if not moved:
        raise NotNow(f"{security} is {security.state}")
    agreement = security.agreement
    security.refresh_from_db()
    security.agreement = agreement


def _end(security: Security) -> None:
    live = [SecurityState.RECORDED, SecurityState.CONFIRMED]
    _move(security, live, SecurityState.ENDED, ended_at=timezone.now())


def expire() -> int:
    """End the securities and consents whose day has passed; returns how many. Called every hour."""
    count = 0
    over = Security.objects.exclude(state=SecurityState.ENDED).filter(valid_until__lt=terms.today())
    for security in over.select_related("agreement").order_by("pk"):
        with transaction.atomic():
            security = _lock(security)
            try:
                _end(security)
            except NotNow:
                continue
            _record(security, "security_expires", by=None)
            count += 1
    for consent in Disclosure.objects.filter(withdrawn_at__isnull=True, until__lte=timezone.now()).order_by("pk"):
        count += _close_consent(consent, "disclosure_ends", by=None)
    return count


def disclose(agreement: Agreement, *, by: User, recipient: str) -> Disclosure:
    """The licensee consents that a bank or insurer sees the file of the deal. Raises NotYours, NotNow, Refused."""
    step = STEPS["disclose"]
    moving.require_side(by, agreement, step)
    if not recipient.strip():
        raise refuse("PII-2", _("Name the bank or insurer."), _("Consent is for one recipient."), field="recipient")
    with transaction.atomic():
        agreement = moving.lock(agreement)
        moving.require_state(agreement, step)
        try:
            with transaction.atomic():
                consent = Disclosure.objects.create(
                    agreement=agreement,
                    recipient=recipient.strip()[:120],
                    given_by=by,
                    until=moving.end_of_day_after(step.days or 0),
                )
        except IntegrityError as error:
            raise NotNow(f"{agreement.reference}: a consent stands already") from error
        facts = {"disclosure": consent.pk, "until": consent.until}
        moving.record(agreement, step, by=by, was=agreement.state, **facts)
    return consent


def standing_consent(agreement: Agreement) -> Disclosure | None:
    """The consent that stands at this moment."""
    return agreement.disclosures.filter(withdrawn_at__isnull=True, until__gt=timezone.now()).first()


def withdraw_disclosure(consent: Disclosure, *, by: User) -> None:
    """The licensee takes the consent back; what was handed out before stays out. Raises NotYours, NotNow."""
    moving.require_side(by, consent.agreement, STEPS["withdraw_disclosure"])
    if not _close_consent(consent, "withdraw_disclosure", by=by):
        raise NotNow(f"{consent} was withdrawn")


def _close_consent(consent: Disclosure, name: str, *, by: User | None) -> int:
    with transaction.atomic():
        agreement = moving.lock(consent.agreement)
        moving.require_state(agreement, STEPS[name])
        moved = Disclosure.objects.filter(pk=consent.pk, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())
        if moved:
            moving.record(agreement, STEPS[name], by=by, was=agreement.state, disclosure=consent.pk)
    return moved


def hand_out(agreement: Agreement, *, by: User) -> bytes:
    """The file for the bank or insurer, under the consent that stands; its making is recorded.

    Raises NotYours, NotNow, Refused where no consent stands.
    """
    step = STEPS["hand_out"]
    side = moving.require_side(by, agreement, step)
    consent = _require_consent(agreement)
    data = bankfile.build(agreement, consent)  # reads the vault, so before the transaction
    with transaction.atomic():
        agreement = moving.lock(agreement)
        moving.require_state(agreement, step)
        if _require_consent(agreement).pk != consent.pk:
            raise NotNow(f"{agreement.reference}: another consent stands now")
        facts = {"disclosure": consent.pk, "sha256": bankfile.fingerprint(data), "side": side.value}
        moving.record(agreement, step, by=by, was=agreement.state, **facts)
    return data


def _require_consent(agreement: Agreement) -> Disclosure:
    consent = standing_consent(agreement)
    if consent is None:
        raise refuse(
            "PII-2",
            _("The licensee has not consented that the file is shown."),
            _("A signatory of the licensee consents on this page, for one bank or insurer."),
        )
    return consent
