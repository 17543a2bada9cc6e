"""Only whole files of the right kind come into the vault, and they come out unchanged (WEB-2, OUT-8, DOC-4)."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.sheets import write_xlsx
from marketplace.vault import files, kinds
from marketplace.vault.files import BadFile, Damaged, read, safe_name, store
from marketplace.vault.models import VaultFile
from tests.vault.making import image, pdf, pixel_flood

pytestmark = pytest.mark.django_db


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def xlsx() -> bytes:
    return write_xlsx("t", ["a"], [["b"]])


# storing and reading


@pytest.mark.parametrize(
    ("make", "name", "kind", "content_type"),
    [
        (pdf, "报告.pdf", "evaluation_report", kinds.PDF),
        (lambda: image("PNG"), "scan.png", "evaluation_report", kinds.PNG),
        (lambda: image("JPEG"), "scan.jpeg", "evaluation_report", kinds.JPEG),
        (xlsx, "patents.xlsx", "import", kinds.XLSX),
        (lambda: "专利号,名称\n1,2\n".encode("gb18030"), "patents.csv", "import", kinds.CSV),
        (pdf, "contract.pdf", "contract", kinds.PDF),
    ],
)
def test_a_whole_file_of_the_right_kind_is_kept_and_comes_back(
    alice: User, make: Callable[[], bytes], name: str, kind: str, content_type: str
) -> None:
    data = make()

    file = store(data, kind=kind, name=name, by=alice, subject=alice)

    file.refresh_from_db()
    assert read(file) == data
    assert (file.content_type, file.size, file.kind) == (content_type, len(data), kind)
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert (file.subject_type, file.subject_id) == ("accounts.user", str(alice.pk))


def test_a_file_lies_under_its_hash_and_a_part_that_nobody_can_guess(alice: User, tmp_path: Path) -> None:
    first = store(pdf(), kind="evidence", name="a.pdf", by=alice)
    second = store(pdf(), kind="evidence", name="a.pdf", by=alice)

    assert first.sha256 == second.sha256
    assert first.stored_as != second.stored_as
    assert first.stored_as.startswith(f"{first.sha256[:2]}/{first.sha256}-")
    assert len(on_disk(tmp_path)) == 2
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in on_disk(tmp_path))


def test_storing_is_recorded_by_hash_and_not_by_name(alice: User) -> None:
    file = store(pdf(), kind="evidence", name="张三身份证.pdf", by=alice)

    entry = trail.of(file).get()
    assert (entry.action, entry.by) == (Action.FILE_STORE, alice)
    assert entry.facts == {"kind": "evidence", "sha256": file.sha256, "size": file.size}


def test_a_cause_that_is_undone_leaves_no_row(alice: User) -> None:
    with transaction.atomic():
        store(pdf(), kind="evidence", name="a.pdf", by=alice)
        transaction.set_rollback(True)

    assert VaultFile.objects.count() == 0


def test_bytes_that_were_changed_on_the_disk_are_not_given_out(alice: User, tmp_path: Path) -> None:
    file = store(pdf(), kind="evidence", name="a.pdf", by=alice)
    (path,) = on_disk(tmp_path)
    path.write_bytes(pdf("changed"))

    with pytest.raises(Damaged):
        read(file)
    path.unlink()
    with pytest.raises(Damaged):
        read(file)


# what is refused


def polyglot() -> bytes:
    """An image with a script behind its end."""
    return image("PNG") + b"<script>alert(1)</script>"


def with_exe() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as file:
        file.writestr("a.exe", b"MZ")
    return sink.getvalue()


BAD: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "empty": ("evidence", "a.pdf", lambda: b""),
    "html named pdf": ("evidence", "a.pdf", lambda: b"<html><script>alert(1)</script>"),
    "svg with a script": ("evidence", "a.svg", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
    "svg named png": ("evidence", "a.png", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
    "program": ("evidence", "a.pdf", lambda: b"MZ\x90\x00" + b"\x00" * 100),
    "shell script": ("evidence", "a.pdf", lambda: b"#!/bin/sh\nrm -rf /\n"),
    "gif": ("evidence", "a.gif", lambda: image("GIF")),
    "webp named png": ("evidence", "a.png", lambda: image("WEBP")),
    "head of a pdf only": ("evidence", "a.pdf", lambda: b"%PDF-1.7\n"),
    "pdf without its end": ("evidence", "a.pdf", lambda: pdf()[:-30]),
    "pdf behind a page of html": ("evidence", "a.pdf", lambda: b"<html>" + pdf()),
    "pdf before a long page of html": ("evidence", "a.pdf", lambda: pdf() + b"<!--" + b"x" * 5_000 + b"-->"),
    "pdf of no version": ("evidence", "a.pdf", lambda: pdf().replace(b"%PDF-1.7", b"%PDF-x.y")),
    "head of a png only": ("evidence", "a.png", lambda: image("PNG")[:20]),
    "damaged png": ("evidence", "a.png", lambda: image("PNG").replace(b"IDAT", b"IDAX")),
    "cut jpeg": ("evidence", "a.jpg", lambda: image("JPEG", (400, 400))[:600]),
    "image with a script behind": ("evidence", "a.png", polyglot),
    "jpeg with an archive behind": ("evidence", "a.jpg", lambda: image("JPEG") + with_exe()),
    "flood of pixels": ("evidence", "a.png", pixel_flood),
    "archive": ("evidence", "a.zip", with_exe),
    "archive named xlsx": ("import", "a.xlsx", with_exe),
    "table where a scan belongs": ("evidence", "a.xlsx", xlsx),
    "scan where a table belongs": ("import", "a.pdf", pdf),
    "text where a scan belongs": ("evidence", "a.csv", lambda: b"a,b\n1,2\n"),
    "image where a contract belongs": ("contract", "a.png", lambda: image("PNG")),
    "damaged table": ("import", "a.xlsx", lambda: xlsx()[:-200]),
    "too large": ("evidence", "a.pdf", lambda: pdf() + b"\n" * (10 * 2**20)),
    "eicar": ("evidence", "a.pdf", lambda: b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_a_remedy_and_nothing_is_kept(alice: User, tmp_path: Path, case: str) -> None:
    kind, name, make = BAD[case]

    with pytest.raises(BadFile) as refused:
        store(make(), kind=kind, name=name, by=alice)

    assert refused.value.finding.rule == "WEB-2"
    assert str(refused.value.finding.remedy)
    assert VaultFile.objects.count() == 0
    assert on_disk(tmp_path) == []


def test_the_largest_size_is_still_taken(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pdf()
    monkeypatch.setattr(kinds, "EVIDENCE", kinds.Kind(largest=len(data)))

    assert store(data, kind="evidence", name="a.pdf", by=alice).size == len(data)
    monkeypatch.setattr(kinds, "EVIDENCE", kinds.Kind(largest=len(data) - 1))
    with pytest.raises(BadFile):
        store(data, kind="evidence", name="a.pdf", by=alice)


def test_a_persons_day_is_used_up_and_another_persons_is_not(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FILES_A_DAY", 2)
    for _ in range(2):
        store(pdf(), kind="evidence", name="a.pdf", by=alice)

    with pytest.raises(BadFile) as refused:
        store(pdf(), kind="evidence", name="a.pdf", by=alice)

    assert refused.value.finding.rule == "WEB-3"
    assert VaultFile.objects.filter(stored_by=alice).count() == 2
    store(pdf(), kind="evidence", name="a.pdf", by=bob)
    store(pdf(), kind="contract", name="a.pdf", by=None)


def test_a_persons_bytes_are_counted_too(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BYTES_A_DAY", len(pdf()) * 2 - 1)
    store(pdf(), kind="evidence", name="a.pdf", by=alice)

    with pytest.raises(BadFile):
        store(pdf(), kind="evidence", name="a.pdf", by=alice)


# names


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("报告.pdf", "报告.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\a.PDF", "a.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "a b Set-Cookie x.pdf"),
        ("a\u202efdp.exe", "a fdp.exe.pdf"),
        ("", "file.pdf"),
        (".pdf", "file.pdf"),
        ("...", "file.pdf"),
        ("a.html", "a.html.pdf"),
        ("x" * 500, "x" * 120 + ".pdf"),
        ("a\x00.pdf", "a.pdf"),
    ],
)
def test_a_name_is_safe_on_any_disk_and_in_any_header(name: str, safe: str) -> None:
    assert safe_name(name, kinds.PDF) == safe


@given(st.text(max_size=300))
def test_any_name_becomes_a_safe_one(name: str) -> None:
    safe = safe_name(name, kinds.JPEG)

    assert safe.endswith(".jpg")
    assert 4 < len(safe) <= 200
    assert not set(safe) & set('/\\\r\n\x00"<>:|?*')


# a disk that refuses


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_full_disk_is_said_cleanly_and_leaves_nothing_behind(
    alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def refuse(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if call == "replace":
        monkeypatch.setattr(Path, "replace", refuse)
    elif call == "fsync":
        monkeypatch.setattr(os, "fsync", refuse)
    else:
        monkeypatch.setattr(os, "fchmod", refuse)

    with pytest.raises(BadFile) as refused:
        store(pdf(), kind="evidence", name="a.pdf", by=alice)

    assert refused.value.finding.rule == "OUT-8"
    assert VaultFile.objects.count() == 0
    assert on_disk(tmp_path) == []
    monkeypatch.undo()
    assert read(store(pdf(), kind="evidence", name="a.pdf", by=alice)) == pdf()
