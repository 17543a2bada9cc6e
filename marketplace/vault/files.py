"""Putting files into the vault and taking their bytes out again."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models, transaction
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib import crash
from marketplace.lib.findings import Finding, Severity, Unfit
from marketplace.vault import kinds
from marketplace.vault.models import VaultFile
from marketplace.vault.sniff import content_type

if TYPE_CHECKING:
    from django.core.files.storage import Storage
    from django.utils.functional import _StrOrPromise as Words

    from marketplace.accounts.models import User

FILES_A_DAY = 300  # a person may store
BYTES_A_DAY = 1024 * kinds.MIB
_TYPE_WORDS = {
    kinds.PDF: "PDF",
    kinds.PNG: "PNG",
    kinds.JPEG: "JPEG",
    kinds.XLSX: "XLSX",
    kinds.XLS: "XLS",
    kinds.ODS: "ODS",
    kinds.CSV: "CSV",
}
ENDINGS = {
    kinds.PDF: (".pdf",),
    kinds.PNG: (".png",),
    kinds.JPEG: (".jpg", ".jpeg"),
    kinds.XLSX: (".xlsx",),
    kinds.XLS: (".xls",),
    kinds.ODS: (".ods",),
    kinds.CSV: (".csv",),
}


class BadFile(Unfit):
    """A file that cannot be kept; `finding` says why and what to do. Nothing was stored."""


class Damaged(Exception):
    """A stored file is missing, or its bytes are not those that were stored."""


def _bad(rule: str, message: Words, remedy: Words) -> BadFile:
    return BadFile(Finding(rule, Severity.BLOCK, message, remedy))


def store(data: bytes, *, kind: str, name: str, by: User | None, subject: models.Model | None = None) -> VaultFile:
    """Check a file, keep its bytes under their hash, and record it.

    The bytes are on the disk, under their final name, before the row that points at them exists (OUT-8): a crash leaves
    at worst a file that nobody names, which `upkeep.sweep` takes away. Joins the surrounding transaction, if there is
    one. Raises BadFile when the file is empty, too big, of a type that `kind` does not take, or not what it claims to
    be; when the person's day is used up; and when the disk refuses.
    """
    rules = kinds.kind_of(kind)
    found = _checked(data, rules, name)
    if by is not None:
        _within_quota(by, len(data))
    sha256 = hashlib.sha256(data).hexdigest()
    stored_as = f"{sha256[:2]}/{sha256}-{secrets.token_hex(8)}"
    _write(stored_as, data)
    crash.reach("vault_written")
    with transaction.atomic():
        file = VaultFile.objects.create(
            kind=kind,
            name=safe_name(name, found),
            content_type=found,
            size=len(data),
            sha256=sha256,
            stored_as=stored_as,
            subject_type=subject._meta.label_lower if subject else "",
            subject_id=str(subject.pk) if subject else "",
            stored_by=by,
        )
        trail.record(Action.FILE_STORE, file, by=by, kind=kind, sha256=sha256, size=len(data))
    return file


def _checked(data: bytes, rules: kinds.Kind, name: str) -> str:
    if not data:
        raise _bad("WEB-2", _("The file is empty."), _("Choose the file again."))
    if len(data) > rules.largest:
        raise _bad(
            "WEB-2",
            _("The file is larger than %(size)s MB.") % {"size": rules.largest // kinds.MIB},
            _("Scan it with fewer dots per inch, or split it."),
        )
    found = content_type(data, name)
    if found not in rules.types:
        types = _(", ").join(_TYPE_WORDS[each] for each in sorted(rules.types, key=list(_TYPE_WORDS).index))
        raise _bad(
            "WEB-2",
            _("This is not a readable file of one of these types: %(types)s.") % {"types": types},
            _("Open it on your computer; if it opens, save it again as one of these types."),
        )
    return found


def _within_quota(by: User, size: int) -> None:
    since = timezone.now() - timedelta(days=1)
    used = VaultFile.objects.filter(stored_by=by, stored_at__gte=since).aggregate(count=Count("pk"), size=Sum("size"))
    if used["count"] >= FILES_A_DAY or (used["size"] or 0) + size > BYTES_A_DAY:
        raise _bad(
            "WEB-3",
            _("You have stored as many files today as one person may."),
            _("Go on tomorrow, or write to the platform."),
        )


_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*‪-‮⁦-⁩​-‏﻿]+')
_NAMELESS = gettext_lazy("file")


def safe_name(name: str, found: str) -> str:
    """A name that is safe on any disk and in any header: no folders, no control characters, the ending of its type."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    stem = " ".join(_UNSAFE.sub(" ", plain).split()).rstrip(" .")
    endings = ENDINGS[found]
    for ending in endings:
        if stem.lower().endswith(ending):
            stem = stem[: -len(ending)]
    return f"{stem.strip(' .')[:120].rstrip() or _NAMELESS}{endings[0]}"


def vault() -> Storage:
    """The storage of settings.STORAGES["vault"]."""
    return storages["vault"]


def _write(stored_as: str, data: bytes) -> None:
    """Bytes to the storage; on a local disk by temporary file, fsync and rename. Raises BadFile when it refuses."""
    storage = vault()
    try:
        try:
            target = Path(storage.path(stored_as))
        except NotImplementedError:  # object storage: its own save is all or nothing
            storage.save(stored_as, ContentFile(data))
        else:
            _write_durably(target, data)
    except OSError as error:
        raise _bad(
            "OUT-8", _("The file could not be stored just now."), _("Nothing was changed. Try again in a few minutes.")
        ) from error


def _write_durably(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = target.with_name(f".{target.name}.new")
    try:
        with temporary.open("xb") as sink:
            os.fchmod(sink.fileno(), 0o600)
            sink.write(data)
            sink.flush()
            os.fsync(sink.fileno())
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the rename itself must survive a power cut
    finally:
        os.close(folder)


def discard(file: VaultFile) -> int:
    """Let a file's bytes go after their time; its hash and size stay. 1, or 0 when that was done before.

    The row names other bytes from now on, so `upkeep.sweep` takes the real ones away once this is committed.
    """
    told = {"stored_as": f"deleted/{file.code}", "name": "", "deleted_at": timezone.now(), "stored_by": None}
    return VaultFile.objects.filter(pk=file.pk, deleted_at__isnull=True).update(**told)


def read(file: VaultFile) -> bytes:
    """The bytes of a file, checked against its hash. Asks nobody's permission. Raises Damaged."""
    try:
        with vault().open(file.stored_as) as source:
            data: bytes = source.read()
    except OSError as error:
        raise Damaged(f"vault file {file.pk} cannot be read") from error
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise Damaged(f"vault file {file.pk} is not what was stored")
    return data
