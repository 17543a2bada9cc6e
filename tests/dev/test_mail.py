"""A developer reads the mail that was written instead of sent; production has no such page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from django.urls import reverse

from marketplace.dev.mailbox import mails
from marketplace.settings import base

pytestmark = pytest.mark.django_db
FILES = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.LANGUAGE_CODE = "en"
    return tmp_path / "mail"


def write(
    folder: Path, *subjects: str, to: str = "alice@example.test", body: str = "Go to http://localhost:8000/inbox/ now."
) -> None:
    """Write mails as the file backend does: one file for one connection."""
    letters = []
    for subject in subjects:
        letter = EmailMultiAlternatives(subject, body, "Kaixu <no-reply@kaixu.example>", [to])
        letter.attach_alternative("<p>html</p>", "text/html")
        letters.append(letter)
    get_connection(FILES, file_path=str(folder)).send_messages(letters)


def test_mails_are_read_back_newest_first_with_their_text(folder: Path) -> None:
    write(folder, "验证码：123456", "Second")

    found = mails(folder)

    assert [mail.subject for mail in found] == ["Second", "验证码：123456"]
    assert (found[0].to, found[0].sender, found[0].has_html) == (
        "alice@example.test", "Kaixu <no-reply@kaixu.example>", True,
    )  # fmt: skip
    assert found[0].text.strip() == "Go to http://localhost:8000/inbox/ now."


def test_no_folder_and_an_empty_file_are_no_mail(folder: Path) -> None:
    assert mails(folder) == []
    folder.mkdir()
    (folder / "empty.log").touch()
    assert mails(folder) == []


def test_only_the_newest_are_read(folder: Path) -> None:
    write(folder, *(f"Mail {number}" for number in range(12)))

    assert len(mails(folder, most=5)) == 5


def test_the_page_shows_mail_with_links_that_can_be_clicked(folder: Path) -> None:
    write(folder, "Hello")

    text = Client().get(reverse("dev:mail")).content.decode()

    assert "Hello" in text
    assert "alice@example.test" in text
    assert '<a href="http://localhost:8000/inbox/" rel="nofollow">' in text


def test_the_page_can_be_narrowed_to_one_address(folder: Path) -> None:
    write(folder, "For Alice")
    write(folder, "For Bob", to="bob@example.test")

    text = Client().get(reverse("dev:mail"), {"to": "BOB@"}).content.decode()

    assert "For Bob" in text
    assert "For Alice" not in text


def test_a_mail_runs_nothing_in_the_page(folder: Path) -> None:
    write(folder, "<script>alert(1)</script>", body="<script>alert(2)</script>")

    text = Client().get(reverse("dev:mail")).content.decode()

    assert "<script>alert" not in text


def test_an_empty_mailbox_says_so(folder: Path) -> None:
    assert "No mail yet" in Client().get(reverse("dev:mail")).content.decode()


def test_where_development_pages_are_off_there_is_none(folder: Path, settings: Any) -> None:
    write(folder, "Hello")
    settings.DEV_PAGES = False

    assert Client().get("/dev/mail/").status_code == 404
    assert base.DEV_PAGES is False
