"""A person's copy of everything about him or her: one zip, JSON and a page to read, made by the outbox (PII-5)."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import ContactConsent, Membership, PersonalCopy, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib import personal
from marketplace.lib.personal import COPIES
from marketplace.notices import notices
from marketplace.outbox import outbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TOPIC = "accounts.copy"


def ask(user: User) -> PersonalCopy:
    """Leave the making of a copy; while one is under way that one is answered."""
    with transaction.atomic():
        copy, new = PersonalCopy.objects.get_or_create(
            user=user, ready_at=None, defaults={"asked_at": timezone.now(), "total": len(personal.parts())}
        )
        if new:
            PersonalCopy.objects.filter(user=user, data__isnull=False).update(data=None, expires_at=timezone.now())
            trail.record(Action.PERSON_COPY, user, by=user, copy=copy.pk)
            outbox.add(TOPIC, key=f"copy:{copy.pk}", copy=copy.pk)
    return copy


def make(key: str, payload: dict[str, Any]) -> None:
    """Handler of TOPIC: collect every part, count on the way so that the page can show it, store the zip, tell."""
    copy = PersonalCopy.objects.select_related("user").filter(pk=payload["copy"], ready_at=None).first()
    if copy is None or not copy.user.is_active:
        return
    with translation.override(copy.user.language):
        found: list[tuple[personal.Part, list[Mapping[str, Any]]]] = []
        for part in personal.parts():
            found.append((part, list(part.rows(copy.user))))
            PersonalCopy.objects.filter(pk=copy.pk).update(done=len(found), total=len(personal.parts()))
        data = _zip(copy.user, found)
    now = timezone.now()
    with transaction.atomic():
        ready = PersonalCopy.objects.filter(pk=copy.pk, ready_at=None)
        expires = now + COPIES.after if COPIES.after else None
        if ready.update(ready_at=now, expires_at=expires, data=data, sha256=sha256(data).hexdigest()):
            notices.tell(
                [copy.user], "accounts.copy_ready", key=f"copy_ready:{copy.pk}", path=reverse("accounts:privacy")
            )


def fetch(user: User, code: UUID) -> bytes | None:
    """The zip, once: it is deleted with this reading. None when it is not there (any more)."""
    with transaction.atomic():
        copy = PersonalCopy.objects.select_for_update().filter(user=user, code=code, data__isnull=False).first()
        if copy is None or copy.data is None or copy.fetched_at or not copy.expires_at:
            return None
        if copy.expires_at <= timezone.now():
            return None
        PersonalCopy.objects.filter(pk=copy.pk).update(fetched_at=timezone.now(), data=None)
        return bytes(copy.data)


def _zip(user: User, found: list[tuple[personal.Part, list[Mapping[str, Any]]]]) -> bytes:
    told = {part.name: rows for part, rows in found}
    context = {
        "person": user,
        "made_at": timezone.now(),
        "parts": [(part.label, _table(rows)) for part, rows in found],
        "inventory": personal.items(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("kaixu/data.json", json.dumps(told, ensure_ascii=False, indent=1, default=_plain) + "\n")
        file.writestr("kaixu/index.html", render_to_string("accounts/privacy/copy.html", context))
    return out.getvalue()


def _table(rows: list[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    names = list(rows[0]) if rows else []
    return names, [[_said(row.get(name)) for name in names] for row in rows]


def _said(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return _plain(value)


def _plain(value: Any) -> str:
    """Instants in UTC, days as they are."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _account(user: User) -> Iterator[Mapping[str, Any]]:
    yield {
        "name": user.name,
        "email": user.email,
        "phone": user.phone,
        "language": user.language,
        "date_joined": user.date_joined,
        "last_login": user.last_login,
    }


def _memberships(user: User) -> Iterator[Mapping[str, Any]]:
    rows = Membership.objects.filter(user=user).select_related("organization").order_by("pk")
    for row in rows:
        yield {
            "organization": row.organization.name,
            "role": row.role,
            "started_at": row.started_at,
            "ended_at": row.ended_at,
        }


def _authorities(user: User) -> Iterator[Mapping[str, Any]]:
    rows = user.signing_authorities.select_related("organization").order_by("pk")
    for row in rows:
        yield {
            "organization": row.organization.name,
            "basis": row.basis,
            "state": row.state,
            "valid_from": row.valid_from,
            "valid_until": row.valid_until,
        }


def _security(user: User) -> Iterator[Mapping[str, Any]]:
    from allauth.mfa.models import Authenticator

    for key in Authenticator.objects.filter(user=user).order_by("pk"):
        yield {"what": str(key), "at": key.created_at, "last_used_at": key.last_used_at}
    for change in user.security_changes.order_by("pk"):
        yield {"what": str(change.get_kind_display()), "at": change.at, "last_used_at": None}


def _consents(user: User) -> Iterator[Mapping[str, Any]]:
    rows = ContactConsent.objects.filter(given_by=user) | ContactConsent.objects.filter(person=user)
    for row in rows.distinct().select_related("to").order_by("pk"):
        yield {
            "to": row.to.name,
            "text": row.text,
            "text_sha256": row.text_sha256,
            "given_at": row.given_at,
            "ended_at": row.ended_at,
        }


def register() -> None:
    """Say how this room's rows are copied out, and hear of copies to make."""
    outbox.handles(TOPIC, "copy")(make)
    personal.part("account", _("Account"), _account)
    personal.part("memberships", _("Organizations you act for"), _memberships)
    personal.part("authorities", _("Your right to sign"), _authorities)
    personal.part("security", _("Passkeys, second factors and their changes"), _security)
    personal.part("consents", _("Consents to pass a contact on"), _consents)
    personal.part("log_ins", _("Log-ins"), lambda user: user.log_ins.values("at", "address", "agent", "how"))
    personal.part(
        "accepted_texts", _("Texts you accepted"),
        lambda user: user.acceptances.order_by("pk").values("text__kind", "text__version", "text__sha256", "at"),
    )  # fmt: skip
